package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
)

const defaultPort = "6379"

// takeAddress checks the settings of the connection and completes them from the
// URL, the environment and the files that raw names.
func (c *config) takeAddress(raw *rawFlags, getenv func(string) string) error {
	if err := c.takeURL(raw); err != nil {
		return fmt.Errorf("-url: %w", err)
	}
	if err := c.validateAddress(raw.given); err != nil {
		return err
	}
	if c.addr != "" && c.options.password == "" {
		c.options.password = getenv("REDISCLI_AUTH")
	}
	return c.takeTLS(raw)
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

// validateAddress checks where to connect and how.
func (c *config) validateAddress(given map[string]bool) error {
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
	switch o := &c.options; {
	case o.db < 0:
		return errors.New("-db must not be negative")
	case o.connectTimeout <= 0 || o.timeout <= 0 || o.keepAliveInterval <= 0:
		return errors.New("-connect-timeout, -timeout and -keepalive-interval must be positive")
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
