package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// place is where a URL points, with the settings in it.
type place struct {
	network, addr  string
	tls            bool
	user, password string
	db             int
	protocol       string        // empty: not set
	timeout        time.Duration // 0: not set
}

// parseURL understands redis://, valkey:// and unix:// with their relatives. Its errors
// never quote the URL, which may hold a password.
func parseURL(s string) (place, error) {
	u, err := url.Parse(s)
	if err != nil {
		return place{}, errors.New("not a URL; special characters in user and password must be percent-encoded")
	}
	p := place{network: "tcp", user: u.User.Username()}
	p.password, _ = u.User.Password()
	if err := p.takeParameters(u.Query()); err != nil {
		return place{}, err
	}
	switch u.Scheme {
	case "unix", "redis+unix", "valkey+unix":
		p.network, p.addr = "unix", u.Path
		if u.Host != "" || u.Path == "" {
			return place{}, errors.New("unix:// takes an absolute path, as in unix:///run/redis.sock")
		}
		return p, nil
	case "redis", "rediss", "valkey", "valkeys":
		p.tls = u.Scheme == "rediss" || u.Scheme == "valkeys"
		p.addr = net.JoinHostPort(orElse(u.Hostname(), "localhost"), orElse(u.Port(), defaultPort))
		return p, p.takeDatabase(strings.Trim(u.Path, "/"))
	}
	return place{}, fmt.Errorf("scheme %q: want redis, rediss, valkey, valkeys or unix", u.Scheme)
}

func (p *place) takeParameters(parameters url.Values) (err error) {
	for name := range parameters {
		value := parameters.Get(name)
		switch name {
		case "db":
			err = p.takeDatabase(value)
		case "protocol":
			p.protocol = value
		case "timeout":
			p.timeout, err = parseTimeout(value)
		default:
			err = fmt.Errorf("unknown parameter %q: want db, protocol or timeout", name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *place) takeDatabase(db string) (err error) {
	if db == "" {
		return nil
	}
	if p.db, err = strconv.Atoi(db); err != nil || p.db < 0 {
		return fmt.Errorf("database %q is not a number", db)
	}
	return nil
}

// parseTimeout reads a duration such as 500ms, or a number of seconds.
func parseTimeout(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		d, err = time.ParseDuration(s + "s")
	}
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("timeout %q is no positive time such as 5s", s)
	}
	return d, nil
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
