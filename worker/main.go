// Command worker delivers events: it runs the deliveries and the listeners of
// every domain. It is configured by the environment alone; see worker -help.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // a container without zone files still knows Europe/Berlin

	"go.uber.org/fx"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Exit codes, as those of the starter.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2
	exitConnect = 6
)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("worker", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(flags.Output(), usage()) }
	validate := flags.Bool("validate", false, "wire everything, print what would run, and exit")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "worker: unknown argument %q: the worker is configured by the environment; see worker -help\n", flags.Arg(0))
		return exitUsage
	}
	config, err := loadConfig()
	if err != nil {
		fmt.Fprintf(stderr, "worker: wrong configuration:\n%v\n", indent(err))
		return exitUsage
	}
	if *validate {
		err = validateWiring(ctx, config, stdout, stderr)
	} else {
		err = serve(ctx, config, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintf(stderr, "worker: %v\n", err)
		return exitCode(err)
	}
	return exitOK
}

// serve runs the worker until ctx ends.
func serve(ctx context.Context, config Config, stdout, stderr io.Writer) error {
	log := config.logger(stderr)
	connection, err := connect(ctx, log)
	if err != nil {
		return err
	}
	defer connection.Client.Close()
	var w *deliverer
	app := fx.New(wiring(config, log), fx.Supply(connection), fx.Provide(newDeliverer), fx.Decorate(newLives), fx.Populate(&w), fx.StopTimeout(config.StopTimeout+stopMargin))
	if err := app.Err(); err != nil {
		return wiringError(err)
	}
	if err := app.Start(ctx); err != nil {
		return err
	}
	fmt.Fprintln(stdout, w.announcement())
	var fatal error
	select {
	case <-ctx.Done():
		log.Info("worker stopping: what runs is finished first", "at_most", config.StopTimeout)
	case fatal = <-w.fatal:
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), app.StopTimeout())
	defer cancel()
	return errors.Join(fatal, app.Stop(stopping))
}
