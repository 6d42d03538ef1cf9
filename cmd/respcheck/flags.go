package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"time"
)

// config is what the flags, the URL and the environment ask for.
type config struct {
	network string // tcp or unix
	addr    string // empty: no server was named
	options connOptions

	embedded bool
	conns    int
	n        int
	seed     uint64
	large    bool
	run      *regexp.Regexp // nil: every check
	verbose  bool
	json     bool
}

const usage = `usage: respcheck [flags]

Checks package resp against a live server. Without -addr and -url it starts a
private redis-server or valkey-server found on PATH, or else uses the embedded
miniredis.

`

// rawFlags are the flags that config holds in another form.
type rawFlags struct {
	url         string
	useTLS      bool
	tlsCA       string
	tlsInsecure bool
	run         string
	given       map[string]bool // by name: set on the command line
}

// parseFlags reads the command line. After -help it has printed the flags to
// output and returns flag.ErrHelp.
func parseFlags(args []string, getenv func(string) string, output io.Writer) (*config, error) {
	var c config
	raw := rawFlags{given: map[string]bool{}}
	fs := define(&c, &raw)
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(output, usage)
		fs.SetOutput(output)
		fs.PrintDefaults()
	}
	if err != nil {
		return nil, err
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	fs.Visit(func(f *flag.Flag) { raw.given[f.Name] = true })
	if err := c.takeAddress(&raw, getenv); err != nil {
		return nil, err
	}
	if err := c.validate(); err != nil {
		return nil, err
	}
	if raw.run != "" {
		if c.run, err = regexp.Compile(raw.run); err != nil {
			return nil, fmt.Errorf("-run: %w", err)
		}
	}
	for c.seed == 0 {
		c.seed = uint64(rand.Uint32()) // short enough to be typed again
	}
	return &c, nil
}

func define(c *config, raw *rawFlags) *flag.FlagSet {
	o := &c.options
	fs := flag.NewFlagSet("respcheck", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // run prints errors

	fs.StringVar(&c.addr, "addr", "", "`address` of the server, host:port or the path of a unix socket")
	fs.StringVar(&c.network, "network", "tcp", "tcp or unix")
	fs.StringVar(&raw.url, "url", "", "`URL` of the server: redis://user:password@host:port/db, rediss:// for TLS, unix:///path?db=n")
	fs.StringVar(&o.user, "user", "", "user `name` for AUTH")
	fs.StringVar(&o.password, "password", "", "`password` for AUTH; better given in the environment variable REDISCLI_AUTH, where no process list shows it")
	fs.IntVar(&o.db, "db", 0, "database `number` for SELECT")
	fs.StringVar(&o.clientName, "client-name", "respcheck", "`name` for CLIENT SETNAME, none if empty")
	fs.BoolVar(&raw.useTLS, "tls", false, "connect with TLS")
	fs.StringVar(&raw.tlsCA, "tls-ca", "", "`file` of PEM certificates to trust instead of the system's")
	fs.BoolVar(&raw.tlsInsecure, "tls-insecure", false, "do not verify the server's certificate")
	fs.DurationVar(&o.connectTimeout, "connect-timeout", 5*time.Second, "time allowed for connecting")
	fs.DurationVar(&o.timeout, "timeout", 30*time.Second, "time allowed for one read or write")
	fs.BoolVar(&o.keepAlive, "keepalive", true, "TCP keep-alive")
	fs.DurationVar(&o.keepAliveInterval, "keepalive-interval", 15*time.Second, "time between TCP keep-alive probes")
	fs.BoolVar(&c.embedded, "embedded", false, "use the embedded miniredis even if a server is on PATH")

	fs.IntVar(&c.conns, "conns", 4, "connections in the pool")
	fs.IntVar(&c.n, "n", 200, "random values to send")
	fs.Uint64Var(&c.seed, "seed", 0, "seed of the random values, 0 to draw one")
	fs.BoolVar(&c.large, "large", false, "also send values of 64 MiB, and stream one of 1 GiB; takes about 1 GiB of memory here and 3 GiB in the server")
	fs.StringVar(&raw.run, "run", "", "run only the checks whose name, such as resp3/hash, matches the `regexp`; one with the word replication in it allows to attach as a replica to a server that runs already")
	fs.BoolVar(&c.verbose, "v", false, "show the bytes on the wire")
	fs.BoolVar(&c.json, "json", false, "print one JSON object per check")
	return fs
}

func (c *config) validate() error {
	switch {
	case c.conns < 1 || c.conns > maxConns:
		return fmt.Errorf("-conns must be from 1 to %d", maxConns)
	case c.n < 0:
		return errors.New("-n must not be negative")
	}
	return nil
}
