package main

import (
	"net"
	"strconv"
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"
)

const (
	loopback         = "127.0.0.1"
	clusterName      = "active"
	defaultNamespace = "default"
	systemNamespace  = primitives.SystemLocalNamespace
	// retention is how long a closed workflow is kept, and so how long its id
	// can't be used twice.
	retention = 30 * 24 * time.Hour
)

// Names of the stores within the configuration.
const (
	executionStore  = "executions"
	visibilityStore = "visibility"
)

// serverConfig describes one process with all services, one shard, and nothing
// that an operator of many machines would need.
func serverConfig(o *Options, p *ports, s *storage) *config.Config {
	cfg := &config.Config{}
	cfg.Global.Membership.MaxJoinDuration = 30 * time.Second
	cfg.Global.Membership.BroadcastAddress = loopback

	cfg.Persistence = config.Persistence{
		DefaultStore:     executionStore,
		VisibilityStore:  visibilityStore,
		NumHistoryShards: 1,
		DataStores: map[string]config.DataStore{
			executionStore:  {SQL: s.executions},
			visibilityStore: {SQL: s.visibility},
		},
	}
	cfg.ClusterMetadata = &cluster.Config{
		FailoverVersionIncrement: 10,
		MasterClusterName:        clusterName,
		CurrentClusterName:       clusterName,
		ClusterInformation: map[string]cluster.ClusterInformation{clusterName: {
			Enabled:                true,
			InitialFailoverVersion: 1,
			RPCAddress:             frontendAddress(o, p),
			HTTPAddress:            hostPort(reachable(o.IP), p.http),
			ClusterID:              clusterID,
		}},
	}
	cfg.DCRedirectionPolicy.Policy = "noop"
	cfg.Archival.History.State = config.ArchivalDisabled
	cfg.Archival.Visibility.State = config.ArchivalDisabled
	cfg.NamespaceDefaults.Archival.History.State = config.ArchivalDisabled
	cfg.NamespaceDefaults.Archival.Visibility.State = config.ArchivalDisabled
	cfg.PublicClient.HostPort = frontendAddress(o, p)

	// Only the frontend is for others; the rest of the server need not be
	// reachable from outside even where the frontend is.
	cfg.Services = map[string]config.Service{
		string(primitives.FrontendService): {RPC: config.RPC{GRPCPort: p.frontend, HTTPPort: p.http, BindOnIP: o.IP}},
		string(primitives.HistoryService):  {RPC: config.RPC{GRPCPort: p.history, BindOnIP: loopback}},
		string(primitives.MatchingService): {RPC: config.RPC{GRPCPort: p.matching, BindOnIP: loopback}},
		string(primitives.WorkerService):   {RPC: config.RPC{GRPCPort: p.worker, BindOnIP: loopback}},
	}
	return cfg
}

// clusterID identifies the installation. It is stored in the database on the
// first start, and must then stay the same.
const clusterID = "6c0e5c33-5d2b-4f6f-9d0e-0d9a1e6a7b11"

// staticHosts tells each service where the others are, instead of letting them
// find each other.
func staticHosts(o *Options, p *ports) map[primitives.ServiceName]static.Hosts {
	return map[primitives.ServiceName]static.Hosts{
		primitives.FrontendService: static.SingleLocalHost(frontendAddress(o, p)),
		primitives.HistoryService:  static.SingleLocalHost(hostPort(loopback, p.history)),
		primitives.MatchingService: static.SingleLocalHost(hostPort(loopback, p.matching)),
		primitives.WorkerService:   static.SingleLocalHost(hostPort(loopback, p.worker)),
	}
}

// frontendAddress is where clients on this machine find the server.
func frontendAddress(o *Options, p *ports) string {
	return hostPort(reachable(o.IP), p.frontend)
}

func hostPort(ip string, port int) string {
	return net.JoinHostPort(ip, strconv.Itoa(port))
}
