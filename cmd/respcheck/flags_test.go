package main

import (
	"context"
	"crypto/tls"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func noEnv(string) string { return "" }

// parseFlags returns what a command line asks the checks for.
func parseFlags(args []string, getenv func(string) string, stderr io.Writer) (cfg *config, err error) {
	p := newProgram(getenv, nil, io.Discard, stderr)
	check := func(_ context.Context, c *config) error {
		cfg = c
		return nil
	}
	err = newCommands(p, check).Run(context.Background(), append([]string{"respcheck"}, args...))
	return cfg, err
}

// compareConfigs compares what the flags decide; a regexp by its text, TLS by
// what they can change.
var compareConfigs = cmp.Options{
	cmp.AllowUnexported(config{}, connOptions{}),
	cmp.Comparer(func(a, b *regexp.Regexp) bool {
		return (a == nil) == (b == nil) && (a == nil || a.String() == b.String())
	}),
	cmp.Comparer(func(a, b *tls.Config) bool {
		return (a == nil) == (b == nil) && (a == nil ||
			a.ServerName == b.ServerName && a.InsecureSkipVerify == b.InsecureSkipVerify && a.RootCAs.Equal(b.RootCAs))
	}),
}

func TestParseFlags(t *testing.T) {
	for _, test := range []struct {
		args string
		auth string // REDISCLI_AUTH
		want func(*config)
	}{
		{"", "", func(*config) {}},
		{"", "secret", func(*config) {}}, // a private server has no password
		{"-embedded -conns 2 -n 0 -large -v -json", "", func(c *config) {
			c.embedded, c.conns, c.n, c.large, c.verbose, c.json = true, 2, 0, true, true, true
		}},
		{"-run resp3/(hash|push)", "", func(c *config) { c.run = regexp.MustCompile("resp3/(hash|push)") }},
		{"-addr localhost:7000", "", func(c *config) { c.addr = "localhost:7000" }},
		{"-addr [::1]:7000", "secret", func(c *config) { c.addr, c.options.password = "[::1]:7000", "secret" }},
		{"-addr /run/redis.sock -network unix", "", func(c *config) { c.network, c.addr = "unix", "/run/redis.sock" }},
		{"-addr h:1 -user u -password p -db 3 -client-name me", "secret", func(c *config) {
			c.addr = "h:1"
			c.options.user, c.options.password, c.options.db, c.options.clientName = "u", "p", 3, "me"
		}},
		{"-connect-timeout 1s -timeout 2s -keepalive=false -keepalive-interval 3s", "", func(c *config) {
			c.options.connectTimeout, c.options.timeout = time.Second, 2*time.Second
			c.options.keepAlive, c.options.keepAliveInterval = false, 3*time.Second
		}},
		{"-addr h:1 -tls", "", func(c *config) { c.addr, c.options.tls = "h:1", &tls.Config{ServerName: "h"} }},
		{"-addr h:1 -tls -tls-insecure", "", func(c *config) {
			c.addr, c.options.tls = "h:1", &tls.Config{ServerName: "h", InsecureSkipVerify: true}
		}},
		{"-addr /run/redis.sock", "", func(c *config) { c.network, c.addr = "unix", "/run/redis.sock" }},
		{"-addr run/redis.sock", "", func(c *config) { c.network, c.addr = "unix", "run/redis.sock" }},
		{"-addr redis.sock -network unix", "", func(c *config) { c.network, c.addr = "unix", "redis.sock" }},
		{"-addr h:1 -tls -tls-server-name n", "", func(c *config) { c.addr, c.options.tls = "h:1", &tls.Config{ServerName: "n"} }},
		{"-protocol 2", "", func(c *config) { c.protocols = []int{2} }},
		{"-url valkey://h/5?protocol=3&timeout=7", "", func(c *config) {
			c.addr, c.options.db, c.options.timeout, c.protocols = "h:6379", 5, 7*time.Second, []int{3}
		}},
		{"-url valkey://h?protocol=3&timeout=200ms -protocol both -timeout 9s", "", func(c *config) {
			c.addr, c.options.timeout = "h:6379", 9*time.Second
		}},
		{"-url valkeys://h:7", "", func(c *config) { c.addr, c.options.tls = "h:7", &tls.Config{ServerName: "h"} }},
		{"-url redis+unix:///run/redis.sock?db=2", "", func(c *config) {
			c.network, c.addr, c.options.db = "unix", "/run/redis.sock", 2
		}},
		{"-url valkey+unix:///run/valkey.sock", "", func(c *config) { c.network, c.addr = "unix", "/run/valkey.sock" }},
		{"-url redis://", "", func(c *config) { c.addr = "localhost:6379" }},
		{"-url redis://h/5", "", func(c *config) { c.addr, c.options.db = "h:6379", 5 }},
		{"-url redis://u:p%40ss@h:7/5", "secret", func(c *config) {
			c.addr = "h:7"
			c.options.user, c.options.password, c.options.db = "u", "p@ss", 5
		}},
		{"-url redis://:p@h?db=4", "", func(c *config) { c.addr, c.options.password, c.options.db = "h:6379", "p", 4 }},
		{"-url redis://u:p@h/5 -user v -password q -db 6", "", func(c *config) {
			c.addr = "h:6379"
			c.options.user, c.options.password, c.options.db = "v", "q", 6
		}},
		{"-url redis://u@h", "secret", func(c *config) {
			c.addr = "h:6379"
			c.options.user, c.options.password = "u", "secret"
		}},
		{"-url rediss://[::1]:7", "", func(c *config) { c.addr, c.options.tls = "[::1]:7", &tls.Config{ServerName: "::1"} }},
		{"-url unix:///run/redis.sock?db=2", "", func(c *config) {
			c.network, c.addr, c.options.db = "unix", "/run/redis.sock", 2
		}},
		{"-url unix://u:p@/run/redis.sock", "", func(c *config) {
			c.network, c.addr = "unix", "/run/redis.sock"
			c.options.user, c.options.password = "u", "p"
		}},
	} {
		t.Run(test.args, func(t *testing.T) {
			want := &config{network: "tcp", protocols: []int{2, 3}, conns: 4, n: 200, seed: 1, options: connOptions{
				clientName:        "respcheck",
				connectTimeout:    5 * time.Second,
				timeout:           30 * time.Second,
				keepAlive:         true,
				keepAliveInterval: 15 * time.Second,
			}}
			test.want(want)
			args := append([]string{"-seed", "1"}, strings.Fields(test.args)...)
			got, err := parseFlags(args, func(string) string { return test.auth }, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, compareConfigs); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestParseFlagsErrors(t *testing.T) {
	notPEM := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(notPEM, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ args, want string }{
		{"-no-such-flag", "no-such-flag"},
		{"extra", `unexpected argument "extra"`},
		{"-addr localhost", "-addr localhost: missing port; write localhost:6379"},
		{"-addr localhost:", "missing port; write localhost:6379"},
		{"-addr ::1", "missing port; write [::1]:6379"},
		{"-addr fe80::1:6379:x", "write host:port, or [address]:port for IPv6"},
		{"-addr redis://h", "this is a URL; give it with -url"},
		{"-protocol 4", `-protocol "4": want 2, 3 or both`},
		{"-url redis://h?protocol=x", `-protocol "x": want 2, 3 or both`},
		{"-url redis://h?timeout=x", `timeout "x" is no positive time such as 5s`},
		{"-url redis://h?timeout=-1", `timeout "-1" is no positive time`},
		{"-tls-cert c", "-tls-cert needs -addr or -url"},
		{"-addr h:1 -tls-server-name n", "-tls-server-name needs -tls"},
		{"-addr h:1 -tls -tls-cert " + notPEM, "-tls-cert and -tls-key: one needs the other"},
		{"-addr h:1 -tls -tls-cert " + notPEM + " -tls-key " + notPEM, "-tls-cert and -tls-key: tls: failed to find any PEM data"},
		{"-addr h:1 -network udp", `-network "udp"`},
		{"-network unix", "-network needs -addr or -url"},
		{"-password p", "-password needs -addr or -url"},
		{"-tls", "-tls needs -addr or -url"},
		{"-addr h:1 -tls-insecure", "-tls-insecure needs -tls"},
		{"-addr h:1 -tls -tls-ca " + notPEM, "no PEM certificate"},
		{"-addr h:1 -tls -tls-ca " + notPEM + ".missing", "-tls-ca"},
		{"-addr h:1 -embedded", "-embedded cannot be combined"},
		{"-addr h:1 -url redis://h", "-url: cannot be combined"},
		{"-url http://h", `scheme "http"`},
		{"-url redis://h/x", `database "x" is not a number`},
		{"-url redis://h/-1", `database "-1" is not a number`},
		{"-url redis://h?password=p", `unknown parameter "password"`},
		{"-url unix://run/redis.sock", "absolute path"},
		{"-db -1", "-db must not be negative"},
		{"-timeout 0s", "must be positive"},
		{"-conns 0", "-conns must be from 1 to 1000"},
		{"-conns 100000000", "-conns must be from 1 to 1000"},
		{"-n -1", "-n must not be negative"},
		{"-run (", "-run: error parsing regexp"},
	} {
		t.Run(test.args, func(t *testing.T) {
			_, err := parseFlags(strings.Fields(test.args), noEnv, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

// A password that was not percent-encoded makes the URL unreadable; it must not
// show in the error.
func TestURLErrorHidesPassword(t *testing.T) {
	for _, raw := range []string{"redis://:hunter2%zz@h", "redis://:hunter2#x@h:y", "redis://u:hunter2 @h:port"} {
		_, err := parseFlags([]string{"-url", raw}, noEnv, io.Discard)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got error %v, want one without the password", raw, err)
		}
	}
}

func TestSeedIsDrawn(t *testing.T) {
	c, err := parseFlags(nil, noEnv, io.Discard)
	if err != nil || c.seed == 0 {
		t.Errorf("got seed %d, error %v", c.seed, err)
	}
}
