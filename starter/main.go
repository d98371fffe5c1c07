// Command starter publishes domain events, tells what became of them, and books
// appointments.
//
//	starter publish call.started --data-file call.json --wait
//	starter describe 0198c5a2-7a10-7cc0-8000-0123456789ab --watch
//	starter list --status failed
//	starter redrive 0198c5a2-7a10-7cc0-8000-0123456789ab
//	starter book damen --at 2027-03-30T10:00 --name Vera --phone +491713920019
//
// Data goes to standard output, everything else to standard error. Exit codes:
//
//	0  done
//	1  failed at run time
//	2  wrong usage: flags, arguments, an event that the bus does not take
//	3  not found
//	4  conflict: a duplicate under --require-new, a redrive of what did not fail,
//	   or a rule's refusal
//	5  some of many failed
//	6  the server can't be reached
//	7  timed out waiting; the event, or the booking, goes on
//	8  the event has failed listeners
//	130  interrupted; the same
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // a machine without zone files still knows Europe/Berlin
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal ends the waiting, a second one the process.
	context.AfterFunc(ctx, stop)
	code := newApp().run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
