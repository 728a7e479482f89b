// temporal-dev-server runs every service of a Temporal server in one process, on SQLite, with the web UI: what
// `temporal server start-dev` is, built from modules that can always be had. For tests and demos, on loopback.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"go.temporal.io/server/common/headers"
)

// settings are what the command line says. Ports of 0 are chosen (metrics) or mean "off" (UI, HTTP).
type settings struct {
	ip          string
	port        int
	httpPort    int
	metricsPort int
	uiPort      int
	dbFile      string
	logLevel    string
	namespaces  list
	attributes  list
	dynamic     list
}

// list is a flag that can be given several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func main() {
	s := parse(os.Args[1:])
	if err := run(s); err != nil {
		fmt.Fprintln(os.Stderr, "temporal-dev-server:", err)
		os.Exit(1)
	}
}

// parse reads the command line; it ends the process for -version and for what it does not understand.
func parse(args []string) settings {
	s := settings{namespaces: list{"default"}}
	flag.StringVar(&s.ip, "ip", "127.0.0.1", "address every listener binds to (an IPv4 address, not a name)")
	flag.IntVar(&s.port, "port", 7233, "frontend gRPC port")
	flag.IntVar(&s.httpPort, "http-port", 0, "frontend HTTP API port (0: off)")
	flag.IntVar(&s.metricsPort, "metrics-port", 0, "Prometheus port (0: any free port)")
	flag.IntVar(&s.uiPort, "ui-port", 8233, "web UI port (0: no UI)")
	flag.StringVar(&s.dbFile, "db-filename", "", "SQLite file (empty: in memory)")
	flag.StringVar(&s.logLevel, "log-level", "warn", "debug, info, warn, error")
	flag.Var(&s.namespaces, "namespace", "namespace to register, besides default (repeatable)")
	flag.Var(&s.attributes, "search-attribute", "Name=Type, Type one of Keyword Text Int Double Bool Datetime KeywordList (repeatable)")
	flag.Var(&s.dynamic, "dynamic-config-value", "key=value (repeatable)")
	version := flag.Bool("version", false, "print the server version and exit")

	// The SDKs' TestWorkflowEnvironment.createLocal starts "EXE server start-dev ..." as if this were the temporal CLI.
	headless := flag.Bool("headless", false, "no UI, as in the temporal CLI")
	_ = flag.String("log-format", "json", "accepted and ignored, as is server start-dev before the flags")
	if len(args) >= 2 && args[0] == "server" && args[1] == "start-dev" {
		args = args[2:]
	}
	if err := flag.CommandLine.Parse(args); err != nil {
		os.Exit(2)
	}
	if *version {
		fmt.Println("temporal-dev-server: Temporal Server", headers.ServerVersion)
		os.Exit(0)
	}
	if *headless {
		s.uiPort = 0
	}
	if s.logLevel == "never" {
		s.logLevel = "fatal"
	}
	return s
}

// run serves until SIGINT or SIGTERM. It prints one line that starts with "ready:" when the frontend answers.
func run(s settings) error {
	attributes, err := searchAttributes(s.attributes)
	if err != nil {
		return err
	}
	store, err := openStorage(s.dbFile, s.namespaces, attributes)
	if err != nil {
		return err
	}
	started := time.Now()
	server, err := startServer(s, store.sql)
	if err != nil {
		return err
	}
	defer func() { _ = server.Stop() }()

	frontend := s.frontend()
	conn, err := waitUntilServing(frontend)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if !store.fresh {
		if err := addMissingAttributes(conn, s.namespaces, attributes); err != nil {
			return err
		}
	}
	if s.uiPort != 0 {
		defer startUI(s).Stop()
	}
	fmt.Printf("ready: grpc=%s ui=%d server=%s in=%s\n", frontend, s.uiPort, headers.ServerVersion, time.Since(started).Round(time.Millisecond))

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
	return nil
}

// frontend is the address of the gRPC API.
func (s settings) frontend() string { return fmt.Sprintf("%s:%d", s.ip, s.port) }
