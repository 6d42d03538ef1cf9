// Command respcheck talks to live RESP servers and reads captured RESP, through package
// resp. Without a command it checks the package against a server, in RESP2 and in RESP3.
//
//	respcheck                                  check against a private server, or the embedded one
//	respcheck -addr localhost:6379             check against a server that runs already
//	respcheck -conformance                     tell which requests a server reads otherwise than Redis
//	respcheck -url rediss://user@host:6379/5   the same over TLS, password in REDISCLI_AUTH
//	respcheck decode < capture.resp            show captured RESP, and where it is at fault
//	respcheck decode capture.pcap              the same of both sides of captured connections
//	respcheck do CONFIG GET maxmemory          send one command and print the reply
//	respcheck bench                            measure this codec, and a server through it
//	respcheck version                          say what this program was built from
//	respcheck completion bash                  print what makes a shell complete commands and flags
//	respcheck help                             show commands and flags
//
// The checks compare replies with what was sent, encode every reply again and compare
// the result with the bytes from the socket. They write only keys that start with a
// random prefix of their own and delete them at the end. The replication checks attach
// as a replica, which other programs may notice. On a server that runs already they are
// skipped unless -run names replication, and they do not change its configuration. The
// check called commands sends every command that is safe to send; there it is skipped
// unless -run names it.
//
// Of a cluster it checks every node. On a replica, or for a user who may not write, it
// runs the checks that need no keys.
//
// It exits with status 0 when every check passed or was skipped, 1 when one failed and
// 2 when it could not run, or fewer than a quarter of the checks could.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// The exit statuses.
const (
	statusOK        = 0
	statusFailed    = 1
	statusCannotRun = 2
)

// lastDelay is how long the program may take to end after a signal.
const lastDelay = stopDelay + interruptedTimeout

func main() {
	// A reader of the output that exits early, such as head, must not end the
	// process before the private server is stopped.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, func() { // if the output takes no more, say, and a write of it hangs
		time.Sleep(lastDelay)
		os.Exit(statusCannotRun)
	})
	status := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the whole program with everything it takes from its surroundings as
// an argument.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := newProgram(getenv, stdin, stdout, stderr)
	err := newCommands(p, p.check).Run(ctx, append([]string{"respcheck"}, args...))
	if lost := p.stdout.failure(); lost != nil {
		err = lost
	}
	var status exit
	switch {
	case err == nil:
		return statusOK
	case errors.As(err, &status):
		return int(status)
	case errors.Is(err, syscall.EPIPE): // as other programs, silent when nobody reads on
		return statusCannotRun
	}
	return cannotRun(terminal{stderr}, err)
}

// exit is the exit status of a command that has said itself why.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func cannotRun(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, "respcheck:", err)
	return statusCannotRun
}
