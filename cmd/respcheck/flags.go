package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"time"

	"github.com/urfave/cli/v3"
)

// config is what the flags, the URL and the environment ask for.
type config struct {
	network string // tcp or unix
	addr    string // empty: no server was named
	options connOptions

	protocols []int // 2, 3 or both

	embedded bool
	conns    int
	n        int
	seed     uint64
	large    bool
	run      *regexp.Regexp // nil: every check
	verbose  bool
	json     bool

	conformance bool
}

// rawFlags are the flags that config holds in another form.
type rawFlags struct {
	url                    string
	useTLS                 bool
	tlsCA, tlsCert, tlsKey string
	tlsServerName          string
	tlsInsecure            bool
	protocol               string // 2, 3 or both
	run                    string
	given                  map[string]bool // by name: set on the command line
}

// flags are the flags of the checks, and those of every command that needs a server,
// with what they were set to.
type flags struct {
	set    config
	raw    rawFlags
	server []cli.Flag
	checks []cli.Flag
}

func newFlags() *flags {
	f := &flags{}
	f.server = defineServer(&f.set, &f.raw)
	f.checks = defineChecks(&f.set, &f.raw)
	return f
}

// config returns what the flags ask for once they are parsed. When they name no server,
// it is the one at addr, or none if that is empty.
func (f *flags) config(getenv func(string) string, addr string) (*config, error) {
	c, raw := f.set, f.raw
	if c.addr == "" && raw.url == "" && !c.embedded {
		c.addr = addr
	}
	raw.given = map[string]bool{}
	for _, flag := range f.server {
		raw.given[flag.Names()[0]] = flag.IsSet()
	}
	if err := c.takeAddress(&raw, getenv); err != nil {
		return nil, err
	}
	if err := c.validate(); err != nil {
		return nil, err
	}
	var err error
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

// serverFlags is the category of the flags that say which server and how to connect.
const serverFlags = "Server flags"

// defineServer returns the flags that say which server and how to connect to it.
func defineServer(c *config, raw *rawFlags) []cli.Flag {
	o := &c.options
	flags := []cli.Flag{
		&cli.StringFlag{Name: "addr", Destination: &c.addr, Usage: "`address` of the server, host:port or the path of a unix socket"},
		&cli.StringFlag{Name: "network", Destination: &c.network, Value: "tcp", Usage: "tcp or unix; an address with a slash in it is a unix socket"},
		&cli.StringFlag{Name: "url", Destination: &raw.url, Usage: "`URL` of the server: redis:// or valkey://user:password@host:port/db, rediss:// or valkeys:// for TLS, unix:///path?db=n; ?protocol=2 and ?timeout=5s are as the flags"},
		&cli.StringFlag{Name: "user", Destination: &o.user, Usage: "user `name` for AUTH"},
		&cli.StringFlag{Name: "password", Destination: &o.password, Usage: "`password` for AUTH; better given in the environment variable REDISCLI_AUTH, where no process list shows it"},
		&cli.IntFlag{Name: "db", Destination: &o.db, Usage: "database `number` for SELECT"},
		&cli.StringFlag{Name: "protocol", Destination: &raw.protocol, Value: "both", Usage: "`version` of the protocol: 2, 3 or both"},
		&cli.StringFlag{Name: "client-name", Destination: &o.clientName, Value: "respcheck", Usage: "`name` for CLIENT SETNAME, none if empty"},
		&cli.BoolFlag{Name: "tls", Destination: &raw.useTLS, Usage: "connect with TLS"},
		&cli.StringFlag{Name: "tls-ca", Destination: &raw.tlsCA, TakesFile: true, Usage: "`file` of PEM certificates to trust instead of the system's"},
		&cli.StringFlag{Name: "tls-cert", Destination: &raw.tlsCert, TakesFile: true, Usage: "`file` of the PEM certificate to show to the server"},
		&cli.StringFlag{Name: "tls-key", Destination: &raw.tlsKey, TakesFile: true, Usage: "`file` of its PEM key"},
		&cli.StringFlag{Name: "tls-server-name", Destination: &raw.tlsServerName, Usage: "`name` in the server's certificate, if not that of -addr"},
		&cli.BoolFlag{Name: "tls-insecure", Destination: &raw.tlsInsecure, Usage: "do not verify the server's certificate"},
		&cli.DurationFlag{Name: "connect-timeout", Destination: &o.connectTimeout, Value: 5 * time.Second, Usage: "time allowed for connecting"},
		&cli.DurationFlag{Name: "timeout", Destination: &o.timeout, Value: 30 * time.Second, Usage: "time allowed for one request or one reply"},
		&cli.BoolFlag{Name: "keepalive", Destination: &o.keepAlive, Value: true, Usage: "TCP keep-alive"},
		&cli.DurationFlag{Name: "keepalive-interval", Destination: &o.keepAliveInterval, Value: 15 * time.Second, Usage: "time between TCP keep-alive probes"},
		&cli.BoolFlag{Name: "embedded", Destination: &c.embedded, Usage: "use the embedded miniredis even if a server is on PATH"},
	}
	for _, f := range flags {
		f.(cli.CategorizableFlag).SetCategory(serverFlags)
	}
	return flags
}

// defineChecks returns the flags of the checks.
func defineChecks(c *config, raw *rawFlags) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "run", Local: true, Destination: &raw.run, Usage: "run only the checks whose name, such as resp3/hash, matches the `regexp`; one with the word replication, or commands, in it allows to attach as a replica, or to send every safe command, to a server that runs already"},
		&cli.IntFlag{Name: "conns", Local: true, Destination: &c.conns, Value: 4, Usage: "connections in the pool"},
		&cli.IntFlag{Name: "n", Local: true, Destination: &c.n, Value: 200, Usage: "random values to send"},
		&cli.Uint64Flag{Name: "seed", Local: true, Destination: &c.seed, Usage: "seed of the random values, 0 to draw one"},
		&cli.BoolFlag{Name: "large", Local: true, Destination: &c.large, Usage: "also send values of 64 MiB, and stream one of 1 GiB; takes about 1 GiB of memory here and 3 GiB in the server"},
		&cli.BoolFlag{Name: "conformance", Local: true, Destination: &c.conformance, Usage: "in place of the checks send a set of requests, valid, odd and broken, and print where the server reads them otherwise than Redis, a row a rule; with -run those whose name or rule matches, with -v all of them"},
		&cli.BoolFlag{Name: "v", Local: true, Destination: &c.verbose, Usage: "show the bytes on the wire"},
		&cli.BoolFlag{Name: "json", Local: true, Destination: &c.json, Usage: "print one JSON object per check"},
	}
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
