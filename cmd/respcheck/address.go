package main

import (
	"errors"
	"fmt"
	"net"
	"strings"
)

const defaultPort = "6379"

// takeAddress checks the settings of the connection and completes them from the
// URL, the environment and the files that raw names.
func (c *config) takeAddress(raw *rawFlags, getenv func(string) string) error {
	if err := c.takeURL(raw); err != nil {
		return fmt.Errorf("-url: %w", err)
	}
	if strings.Contains(c.addr, "://") {
		return errors.New("-addr: this is a URL; give it with -url")
	}
	if strings.Contains(c.addr, "/") && !raw.given["network"] {
		c.network = "unix"
	}
	if err := c.validateAddress(raw.given); err != nil {
		return err
	}
	if err := c.takeProtocol(raw.protocol); err != nil {
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
	if !raw.given["protocol"] && p.protocol != "" {
		raw.protocol = p.protocol
	}
	if !raw.given["timeout"] && p.timeout != 0 {
		c.options.timeout = p.timeout
	}
	return nil
}

// takeProtocol sets the versions of the protocol to check.
func (c *config) takeProtocol(version string) error {
	switch version {
	case "both":
		c.protocols = []int{2, 3}
	case "2":
		c.protocols = []int{2}
	case "3":
		c.protocols = []int{3}
	default:
		return fmt.Errorf("-protocol %q: want 2, 3 or both", version)
	}
	return nil
}

// needServer are the flags that say how to reach a server that runs already.
var needServer = []string{
	"network", "user", "password", "tls", "tls-ca", "tls-cert", "tls-key", "tls-server-name", "tls-insecure",
}

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
	switch {
	case c.network == "tcp" && c.addr != "":
		if err := validateHostPort(c.addr); err != nil {
			return err
		}
	case c.network != "tcp" && c.network != "unix":
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

// validateHostPort refuses what is not host:port and says what to write in its place.
func validateHostPort(addr string) error {
	host, port, err := net.SplitHostPort(addr)
	switch {
	case err != nil && (net.ParseIP(addr) != nil || !strings.Contains(addr, ":")):
		return fmt.Errorf("-addr %s: missing port; write %s", addr, net.JoinHostPort(addr, defaultPort))
	case err != nil:
		return fmt.Errorf("-addr: %w; write host:port, or [address]:port for IPv6", err)
	case port == "":
		return fmt.Errorf("-addr %s: missing port; write %s", addr, net.JoinHostPort(host, defaultPort))
	}
	return nil
}
