// Command demo runs Herald on this machine: an embedded Temporal server, a worker
// and, unless only the processes are wanted, a story: of a salon's bookings, or of
// ten events on the bus. With TEMPORAL_ADDRESS set it uses that server instead.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"google.golang.org/grpc"

	"github.com/herald-bus/herald/internal/temporalclient"
	"github.com/herald-bus/herald/tests/harness"
	"github.com/herald-bus/herald/tests/sandbox/calendar"
	"github.com/herald-bus/herald/workflows"
)

func main() {
	buildOnly := flag.Bool("build", false, "build the programs and exit")
	upOnly := flag.Bool("up", false, "start server and worker, publish nothing")
	story := flag.String("story", "salon", "what to tell: salon or bus")
	once := flag.Bool("once", false, "exit after the story, with code 0 only if all went as it should")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	tell, known := stories[*story]
	if !known {
		fmt.Fprintf(os.Stderr, "demo: there is no story %q: choose salon or bus\n", *story)
		os.Exit(2)
	}
	if *upOnly {
		tell = nil
	}
	if err := run(ctx, *buildOnly, tell, *once); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// A story publishes, books and prints what became of it. Its error names everything
// that did not go as it should.
type story func(ctx context.Context, up *system, vendorURL string) error

var stories = map[string]story{"salon": tellSalon, "bus": tellBus}

func run(ctx context.Context, buildOnly bool, tell story, once bool) error {
	p, err := build(ctx)
	if err != nil || buildOnly {
		return err
	}
	vendor := httptest.NewServer(calendar.New())
	defer vendor.Close()
	up, err := p.up(ctx, vendor.URL)
	if err != nil {
		return err
	}
	defer up.down()
	fmt.Printf("Temporal   %s\nWeb UI     %s\nTask queue herald, worker ready\n\n", up.server.Address, up.server.UI)
	if tell != nil {
		if err := tell(ctx, up, vendor.URL); err != nil {
			return err
		}
		if once {
			return nil
		}
	}
	fmt.Println("Ctrl-C stops everything. Try, in another terminal:")
	fmt.Printf("  export TEMPORAL_ADDRESS=%s HERALD_UI_URL=%s\n  %s list\n", up.server.Address, up.server.UI, relative(p.starter))
	return up.wait(ctx)
}

// programs are the paths of what is run.
type programs struct{ devserver, worker, starter string }

func build(ctx context.Context) (p programs, err error) {
	if _, external := harness.External(); !external {
		if p.devserver, err = harness.BuildDevserver(ctx, os.Stderr); err != nil {
			return p, err
		}
	}
	fmt.Fprintln(os.Stderr, "Building worker and starter.")
	if p.worker, err = harness.Build(ctx, "worker"); err != nil {
		return p, err
	}
	p.starter, err = harness.Build(ctx, "starter")
	return p, err
}

// system is what runs.
type system struct {
	server *harness.Server
	worker *harness.Process
	outbox string
}

// up starts server and worker. Business data, mails and logs go to a folder of
// their own, new at every start.
func (p programs) up(ctx context.Context, calendarURL string) (*system, error) {
	root, err := harness.Root()
	if err != nil {
		return nil, err
	}
	data := filepath.Join(root, ".demo")
	if err := os.RemoveAll(data); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(data, 0o755); err != nil {
		return nil, err
	}
	s := &system{outbox: filepath.Join(data, "outbox")}
	server, external := harness.External()
	if !external {
		server, err = harness.StartServer(ctx, p.devserver, harness.ServerOptions{Port: portOr0(7233), UIPort: portOr0(8233)})
		if err != nil {
			return nil, err
		}
	}
	s.server = server
	log, err := os.Create(filepath.Join(data, "worker.log"))
	if err == nil {
		s.worker, err = server.StartWorker(ctx, p.worker, log, "HERALD_DATA_DIR="+data, "HERALD_CALENDAR_URL="+calendarURL)
	}
	if err != nil {
		s.down()
		return nil, err
	}
	return s, nil
}

// dial connects to the server, which may skip the time of what asks for it.
func (s *system) dial(ctx context.Context) (*temporalclient.Connection, error) {
	return temporalclient.Dial(ctx, temporalclient.Options{
		Address: s.server.Address, Namespace: s.server.Namespace,
		DialOptions: []grpc.DialOption{grpc.WithChainUnaryInterceptor(workflows.TimeSkippingInterceptor())},
	})
}

// portOr0 returns the port, or 0 for a free one where it is taken.
func portOr0(port int) int {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return 0
	}
	_ = listener.Close()
	return port
}

func (s *system) down() {
	if s.worker != nil {
		if err := s.worker.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "demo: stop worker:", err)
		}
	}
	if err := s.server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "demo: stop server:", err)
	}
}

// wait returns when ctx ends, or with an error when a process does.
func (s *system) wait(ctx context.Context) error {
	var serverDone <-chan struct{}
	if s.server.Process != nil {
		serverDone = s.server.Done()
	}
	select {
	case <-ctx.Done():
		return nil
	case <-serverDone:
		return fmt.Errorf("the server ended:\n%s", s.server.Output())
	case <-s.worker.Done():
		return fmt.Errorf("the worker ended:\n%s", s.worker.Output())
	}
}

func relative(path string) string {
	if dir, err := os.Getwd(); err == nil {
		if short, err := filepath.Rel(dir, path); err == nil {
			return short
		}
	}
	return path
}
