package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/temporal"
)

// startTimeout is how long a server may take until it answers.
const startTimeout = 60 * time.Second

// Ready is the line that devserver prints as soon as its server answers and
// its namespaces exist.
type Ready struct {
	// Address is the server's, for gRPC clients on this machine.
	Address string `json:"address"`
	// UI is the Web UI's; empty without one.
	UI string `json:"ui"`
	// Namespace is the first that was asked for.
	Namespace string `json:"namespace"`
	PID       int    `json:"pid"`
	// DB is the absolute name of the database file; empty in memory.
	DB string `json:"db"`
}

// A Server is a Temporal server in this process.
type Server struct {
	opts     Options
	ports    *ports
	storage  *storage
	log      *logger
	temporal temporal.Server
	ui       *uiserver.Server
}

// Start starts a server and returns once it answers and its namespaces exist.
func Start(ctx context.Context, o Options) (_ *Server, err error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("the server was not ready after %v", startTimeout))
	defer cancel()

	s := &Server{opts: o, log: newLogger(o.LogOutput, o.LogLevel, o.LogJSON)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop(stopTimeout))
		}
	}()

	if s.ports, err = choosePorts(&s.opts); err != nil {
		return nil, err
	}
	if s.storage, err = openStorage(ctx, o.DBFilename); err != nil {
		return nil, err
	}
	if err := createNamespaces(s.storage.executions, &s.opts); err != nil {
		return nil, err
	}
	if err := s.launch(ctx); err != nil {
		return nil, err
	}
	if err := s.awaitReady(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// launch starts the services. They can end the goroutine they run in, hence
// one of their own.
func (s *Server) launch(ctx context.Context) error {
	started := make(chan error, 1)
	go func() {
		server, err := temporal.NewServer(s.serverOptions()...)
		if err == nil {
			s.temporal = server
			err = server.Start()
		}
		started <- err
	}()

	select {
	case err := <-started:
		if err != nil {
			return fmt.Errorf("start the server: %w", err)
		}
	case err := <-s.log.failed:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}

	if !s.opts.Headless {
		s.ui = newUI(&s.opts, s.ports)
		go runUI(s.ui, s.log.failed)
	}
	return nil
}

func (s *Server) serverOptions() []temporal.ServerOption {
	return []temporal.ServerOption{
		temporal.WithConfig(serverConfig(&s.opts, s.ports, s.storage)),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(staticHosts(&s.opts, s.ports)),
		temporal.WithLogger(s.log),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return authorization.NewNoopClaimMapper() }),
		temporal.WithDynamicConfigClient(dynamicConfig(s.opts.DynamicConfig)),
	}
}

// Ready says where the server is.
func (s *Server) Ready() Ready {
	return Ready{
		Address:   frontendAddress(&s.opts, s.ports),
		UI:        uiURL(&s.opts, s.ports),
		Namespace: s.opts.Namespaces[0],
		PID:       os.Getpid(),
		DB:        s.opts.DBFilename,
	}
}

// Failed delivers the error after which a server can't go on, if it comes to
// that. The server still has to be stopped.
func (s *Server) Failed() <-chan error { return s.log.failed }

// Stop stops what was started and frees its ports and files. It gives up
// waiting after the timeout; by then nothing that was acknowledged can be lost.
func (s *Server) Stop(timeout time.Duration) error {
	if !s.opts.LogLevelSet {
		// Services that stop complain about those that stopped before.
		s.log.level.Set(logNever)
	}
	if s.ui != nil {
		s.ui.Stop()
	}
	stopped := make(chan error, 1)
	go func() {
		if s.temporal == nil {
			stopped <- nil
			return
		}
		stopped <- s.temporal.Stop()
	}()

	var errs []error
	select {
	case err := <-stopped:
		errs = append(errs, err)
	case <-time.After(timeout):
	}
	if s.storage != nil {
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		errs = append(errs, s.storage.close(ctx))
	}
	if s.ports != nil {
		s.ports.release()
	}
	return errors.Join(errs...)
}
