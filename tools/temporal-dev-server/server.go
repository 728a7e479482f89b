package main

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
)

const clusterName = "active"

// startServer starts all services; they find each other by fixed addresses instead of gossip.
func startServer(s settings, sql *config.SQL) (temporal.Server, error) {
	conf, err := configuration(s, sql)
	if err != nil {
		return nil, err
	}
	logger := log.NewZapLogger(log.BuildZapLogger(log.Config{Stdout: false, Level: s.logLevel, Format: "json"}))
	authorizer, err := authorization.GetAuthorizerFromConfig(&conf.Global.Authorization)
	if err != nil {
		return nil, err
	}
	claims, err := authorization.GetClaimMapperFromConfig(&conf.Global.Authorization, logger)
	if err != nil {
		return nil, err
	}
	server, err := temporal.NewServer(
		temporal.WithConfig(conf),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(hosts(conf, s.ip)),
		temporal.WithLogger(logger),
		temporal.WithAuthorizer(authorizer),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return claims }),
		temporal.WithDynamicConfigClient(dynamicConfig(s.dynamic)),
	)
	if err != nil {
		return nil, err
	}
	return server, server.Start()
}

func configuration(s settings, sql *config.SQL) (*config.Config, error) {
	conf := &config.Config{}
	metricsPort, err := orFree(s.metricsPort)
	if err != nil {
		return nil, err
	}
	conf.Global.Membership = config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: s.ip}
	conf.Global.Metrics = &metrics.Config{Prometheus: &metrics.PrometheusConfig{
		ListenAddress: fmt.Sprintf("%s:%d", s.ip, metricsPort), HandlerPath: "/metrics",
	}}
	conf.Persistence = config.Persistence{
		DefaultStore: "sqlite", VisibilityStore: "sqlite", NumHistoryShards: 1,
		DataStores: map[string]config.DataStore{"sqlite": {SQL: sql}},
	}
	conf.ClusterMetadata = &cluster.Config{
		FailoverVersionIncrement: 10, MasterClusterName: clusterName, CurrentClusterName: clusterName,
		ClusterInformation: map[string]cluster.ClusterInformation{
			clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: s.frontend(), ClusterID: "00000000-0000-4000-8000-000000000001"},
		},
	}
	conf.DCRedirectionPolicy.Policy = "noop"
	conf.Archival = config.Archival{History: config.HistoryArchival{State: "disabled"}, Visibility: config.VisibilityArchival{State: "disabled"}}
	conf.NamespaceDefaults.Archival = config.ArchivalNamespaceDefaults{
		History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
		Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
	}
	conf.PublicClient.HostPort = s.frontend()
	conf.Services = map[string]config.Service{}
	for _, name := range temporal.DefaultServices {
		rpc := config.RPC{BindOnIP: s.ip}
		if name == string(primitives.FrontendService) {
			rpc.GRPCPort, rpc.HTTPPort = s.port, s.httpPort
		} else if rpc.GRPCPort, err = orFree(0); err != nil {
			return nil, err
		}
		conf.Services[name] = config.Service{RPC: rpc}
	}
	return conf, nil
}

func hosts(conf *config.Config, ip string) map[primitives.ServiceName]static.Hosts {
	all := map[primitives.ServiceName]static.Hosts{}
	for name, service := range conf.Services {
		self := fmt.Sprintf("%s:%d", ip, service.RPC.GRPCPort)
		all[primitives.ServiceName(name)] = static.Hosts{All: []string{self}, Self: self}
	}
	return all
}

// dynamicConfig is what suits one process on one machine, overridden by "key=value" pairs.
func dynamicConfig(pairs list) dynamicconfig.StaticClient {
	values := dynamicconfig.StaticClient{
		// a search attribute added at run time can be used by the next call
		dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): true,
		// a namespace added at run time is seen after one second, not after ten
		dynamicconfig.NamespaceCacheRefreshInterval.Key():                time.Second,
		dynamicconfig.HistoryCacheHostLevelMaxSize.Key():                 8096,
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 100,
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():           1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key():          1,
	}
	for _, pair := range pairs {
		key, value, _ := strings.Cut(pair, "=")
		values[dynamicconfig.MakeKey(key)] = scalar(value)
	}
	return values
}

// scalar reads a value as the integer, boolean or decimal it looks like.
func scalar(s string) any {
	if i, err := strconv.Atoi(s); err == nil {
		return i
	}
	if b, err := strconv.ParseBool(s); err == nil {
		return b
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return f
	}
	return s
}

func orFree(port int) (int, error) {
	if port != 0 {
		return port, nil
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}
