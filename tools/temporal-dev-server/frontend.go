package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	"github.com/temporalio/ui-server/v2/server/server_options"
	"go.temporal.io/api/operatorservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

const frontendService = "temporal.api.workflowservice.v1.WorkflowService"

// waitUntilServing returns a connection to the frontend once its health check says so.
func waitUntilServing(address string) (*grpc.ClientConn, error) {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		answer, err := healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{Service: frontendService})
		if err == nil && answer.Status == healthpb.HealthCheckResponse_SERVING {
			return conn, nil
		}
		select {
		case <-ctx.Done():
			_ = conn.Close()
			return nil, fmt.Errorf("frontend not serving after 30 s: %v", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// addMissingAttributes completes what the namespaces of an older database file lack.
func addMissingAttributes(conn *grpc.ClientConn, namespaces list, attributes attributeTypes) error {
	if len(attributes) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for _, name := range namespaces {
		_, err := operatorservice.NewOperatorServiceClient(conn).AddSearchAttributes(ctx,
			&operatorservice.AddSearchAttributesRequest{Namespace: name, SearchAttributes: attributes})
		if err != nil && !strings.Contains(err.Error(), "already exist") {
			return fmt.Errorf("search attributes of %s: %w", name, err)
		}
	}
	return nil
}

// startUI serves the web UI beside the frontend.
func startUI(s settings) *server.Server {
	ui := server.NewServer(server_options.WithConfigProvider(&uiconfig.Config{
		TemporalGRPCAddress: s.frontend(), Host: s.ip, Port: s.uiPort, EnableUI: true, HideLogs: true,
		DefaultNamespace: "default", DisableNewsFetch: true, Distribution: "cli",
		CORS: uiconfig.CORS{CookieInsecure: true},
	}))
	go func() {
		if err := ui.Start(); err != nil {
			fmt.Fprintln(os.Stderr, "ui:", err)
		}
	}()
	return ui
}
