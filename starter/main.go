// Command starter publishes domain events and tells what became of them.
//
//	starter publish call.started --data-file call.json --wait
//	starter describe 0198c5a2-7a10-7cc0-8000-0123456789ab --watch
//	starter list --status failed
//	starter redrive 0198c5a2-7a10-7cc0-8000-0123456789ab
//
// Data goes to standard output, everything else to standard error. Exit codes:
//
//	0  done
//	1  failed at run time
//	2  wrong usage: flags, arguments, an event that the bus does not take
//	3  not found
//	4  conflict: a duplicate under --require-new, a redrive of what did not fail
//	5  some of many failed
//	6  the server can't be reached
//	7  timed out waiting; the event goes on
//	8  the event has failed listeners
//	130  interrupted; the event goes on
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal ends the waiting, a second one the process.
	context.AfterFunc(ctx, stop)
	code := newApp().run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
