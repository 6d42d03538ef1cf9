// Command respcheck talks to a live RESP server through package resp, in RESP2 and
// in RESP3. It compares replies with what was sent, and it encodes every reply again
// and compares the result with the bytes from the socket.
//
//	respcheck                                  a private server, or the embedded one
//	respcheck -addr localhost:6379             a server that runs already
//	respcheck -url rediss://user@host:6379/5   the same over TLS, password in REDISCLI_AUTH
//
// The replication checks attach as a replica, which other programs may notice. On a
// server that runs already they are skipped unless -run names replication, and they
// do not change its configuration.
//
// It writes only keys that start with a random prefix of its own and deletes
// them at the end. It exits with status 0 when every check passed or was
// skipped, 1 when one failed and 2 when it could not run.
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
)

// The exit statuses.
const (
	statusOK        = 0
	statusFailed    = 1
	statusCannotRun = 2
)

func main() {
	// A reader of the output that exits early, such as head, must not end the
	// process before the private server is stopped.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	status := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the whole program with everything it takes from its surroundings as
// an argument.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	cfg, err := parseFlags(args, getenv, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return statusOK
	}
	if err != nil {
		return cannotRun(stderr, err)
	}
	srv, err := openServer(ctx, cfg)
	if err != nil {
		return cannotRun(stderr, err)
	}
	defer srv.stop()
	s, err := newSession(ctx, cfg, srv, newReporter(cfg, stdout, stderr))
	if err != nil {
		return cannotRun(stderr, err)
	}
	return s.runAll(ctx)
}

func cannotRun(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, "respcheck:", err)
	return statusCannotRun
}
