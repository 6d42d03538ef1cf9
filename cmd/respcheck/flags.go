package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
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

// connOptions is how to connect, wherever to.
type connOptions struct {
	user, password    string
	db                int
	clientName        string
	tls               *tls.Config // nil: no TLS
	connectTimeout    time.Duration
	timeout           time.Duration
	keepAlive         bool
	keepAliveInterval time.Duration
}

const defaultPort = "6379"

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
	if err := c.takeURL(&raw); err != nil {
		return nil, fmt.Errorf("-url: %w", err)
	}
	if err := c.validate(raw.given); err != nil {
		return nil, err
	}
	if c.addr != "" && c.options.password == "" {
		c.options.password = getenv("REDISCLI_AUTH")
	}
	if raw.run != "" {
		if c.run, err = regexp.Compile(raw.run); err != nil {
			return nil, fmt.Errorf("-run: %w", err)
		}
	}
	for c.seed == 0 {
		c.seed = uint64(rand.Uint32()) // short enough to be typed again
	}
	return &c, c.takeTLS(&raw)
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

// takeURL takes the settings from the URL that no flag has set.
func (c *config) takeURL(raw *rawFlags) error {
	if raw.url == "" {
		return nil
	}
	if raw.given["addr"] || raw.given["network"] {
		return errors.New("cannot be combined with -addr or -network")
	}
	p, err := parseURL(raw.url)
	if err != nil {
		return err
	}
	c.network, c.addr = p.network, p.addr
	raw.useTLS = raw.useTLS || p.tls
	if !raw.given["user"] {
		c.options.user = p.user
	}
	if !raw.given["password"] {
		c.options.password = p.password
	}
	if !raw.given["db"] {
		c.options.db = p.db
	}
	return nil
}

// needServer are the flags that say how to reach a server that runs already.
var needServer = []string{"network", "user", "password", "tls", "tls-ca", "tls-insecure"}

func (c *config) validate(given map[string]bool) error {
	if c.addr == "" {
		for _, name := range needServer {
			if given[name] {
				return fmt.Errorf("-%s needs -addr or -url", name)
			}
		}
	}
	if c.addr != "" && c.embedded {
		return errors.New("-embedded cannot be combined with -addr or -url")
	}
	switch c.network {
	case "unix":
	case "tcp":
		if _, _, err := net.SplitHostPort(c.addr); c.addr != "" && err != nil {
			return fmt.Errorf("-addr: %w", err)
		}
	default:
		return fmt.Errorf("-network %q: want tcp or unix", c.network)
	}
	switch {
	case c.options.db < 0:
		return errors.New("-db must not be negative")
	case c.options.connectTimeout <= 0 || c.options.timeout <= 0 || c.options.keepAliveInterval <= 0:
		return errors.New("-connect-timeout, -timeout and -keepalive-interval must be positive")
	case c.conns < 1:
		return errors.New("-conns must be at least 1")
	case c.n < 0:
		return errors.New("-n must not be negative")
	}
	return nil
}

// place is where a URL points.
type place struct {
	network, addr  string
	tls            bool
	user, password string
	db             int
}

// parseURL understands redis://, rediss:// and unix://. Its errors never quote
// the URL, which may hold a password.
func parseURL(s string) (place, error) {
	u, err := url.Parse(s)
	if err != nil {
		return place{}, errors.New("not a URL; special characters in user and password must be percent-encoded")
	}
	p := place{network: "tcp", user: u.User.Username()}
	p.password, _ = u.User.Password()
	db := u.Query().Get("db")
	switch u.Scheme {
	case "unix":
		p.network, p.addr = "unix", u.Path
		if u.Host != "" || u.Path == "" {
			return place{}, errors.New("unix:// takes an absolute path, as in unix:///run/redis.sock")
		}
	case "redis", "rediss":
		p.tls = u.Scheme == "rediss"
		p.addr = net.JoinHostPort(orElse(u.Hostname(), "localhost"), orElse(u.Port(), defaultPort))
		db = orElse(strings.Trim(u.Path, "/"), db)
	default:
		return place{}, fmt.Errorf("scheme %q: want redis, rediss or unix", u.Scheme)
	}
	for name := range u.Query() {
		if name != "db" {
			return place{}, fmt.Errorf("unknown parameter %q", name)
		}
	}
	if db != "" {
		if p.db, err = strconv.Atoi(db); err != nil || p.db < 0 {
			return place{}, fmt.Errorf("database %q is not a number", db)
		}
	}
	return p, nil
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (c *config) takeTLS(raw *rawFlags) error {
	if !raw.useTLS {
		if raw.tlsCA != "" || raw.tlsInsecure {
			return errors.New("-tls-ca and -tls-insecure need -tls or a rediss:// URL")
		}
		return nil
	}
	cfg := &tls.Config{ServerName: "localhost", InsecureSkipVerify: raw.tlsInsecure}
	if c.network == "tcp" {
		cfg.ServerName, _, _ = net.SplitHostPort(c.addr) // validate has seen that it splits
	}
	c.options.tls = cfg
	if raw.tlsCA == "" {
		return nil
	}
	pem, err := os.ReadFile(raw.tlsCA)
	if err != nil {
		return fmt.Errorf("-tls-ca: %w", err)
	}
	cfg.RootCAs = x509.NewCertPool()
	if !cfg.RootCAs.AppendCertsFromPEM(pem) {
		return fmt.Errorf("-tls-ca: no PEM certificate in %s", raw.tlsCA)
	}
	return nil
}
