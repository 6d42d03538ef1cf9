package main

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/seed65f5866d/resp"
)

// startRedis starts a redis-server on a loopback port until the test ends.
func startRedis(t *testing.T, more ...string) (addr string) {
	t.Helper()
	addr = closedAddr(t)
	startRedisAt(t, addr, more...)
	return addr
}

func startRedisAt(t *testing.T, addr string, more ...string) {
	t.Helper()
	_, port, _ := net.SplitHostPort(addr)
	args := append([]string{"--port", port, "--bind", "127.0.0.1", "--repl-diskless-sync-delay", "0"}, more...)
	srv, err := launch(t.Context(), needRedisServer(t), t.TempDir(), args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.stop)
}

// client is a connection with which a test prepares a server.
func client(t *testing.T, addr string) *conn {
	t.Helper()
	o := connOptions{connectTimeout: time.Second, timeout: 10 * time.Second}
	c := connect(t.Context(), &server{network: "tcp", addr: addr}, &o, 2, hooks{count: func(int) {}})
	t.Cleanup(c.close)
	return c
}

// noTimeout is longer than any test may take: a check that waits for it does not end.
const noTimeout = "24h"

func waitUntil(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never happens that %s", what)
		}
	}
}

// On a read-only replica the checks that write are skipped together, with the address
// of its master, and no keys are said to be left behind.
func TestReadOnlyReplica(t *testing.T) {
	t.Parallel()
	master := startRedis(t)
	_, port, _ := net.SplitHostPort(master)
	replica := startRedis(t, "--replicaof", "127.0.0.1", port)
	c := client(t, replica)
	waitUntil(t, "the replica has its master's data", func() bool {
		return replicationInfo(c, "master_link_status") == "up" || c.err != nil
	})
	o := respcheck(t, "-addr", replica, "-n", "5")
	o.want(t, statusOK, " 0 failed", " checks write keys: this is a replica of "+master+"; run them there")
	if strings.Contains(o.stdout+o.stderr, "left behind") || len(o.lines("ok")) < 5 {
		t.Errorf("%s%s", o.stdout, o.stderr)
	}
	if n := strings.Count(o.stdout, "this is a replica"); n > 2 {
		t.Errorf("it is said %d times, want once for each version\n%s", n, o.stdout)
	}
	respcheck(t, "bench", "-addr", replica).want(t, statusCannotRun, "bench writes keys: this is a replica of "+master)
}

func TestOutOfMemory(t *testing.T) {
	t.Parallel()
	respcheck(t, "-addr", startRedis(t, "--maxmemory", "1")).want(t, statusCannotRun, "SET at ", "OOM command not allowed")
}

// Memory that ends in the middle of a run is no lack of the server.
func TestOutOfMemoryLater(t *testing.T) {
	t.Parallel()
	for _, oom := range []string{
		"-OOM command not allowed when used memory > 'maxmemory'.\r\n",
		"-ERR Error running script: @user_script:1: -OOM command not allowed when used memory > 'maxmemory'.\r\n",
	} {
		addr := talker(t, func(sock net.Conn, cmd resp.Command) {
			if !politely(sock, cmd) {
				sock.Write([]byte(oom))
			}
		})
		respcheck(t, "-addr", addr, "-run", "resp2/hash").want(t, statusFailed, "OOM command", "0 ok, 0 skipped, 1 failed")
	}
}

// A connection that is refused does not cost a timeout.
func TestOneClientOnly(t *testing.T) {
	t.Parallel()
	addr := startRedis(t, "--maxclients", "1")
	respcheck(t, "-addr", addr, "-timeout", noTimeout).want(t, statusCannotRun, "max number of clients")
}

func TestFewClients(t *testing.T) {
	t.Parallel()
	addr := startRedis(t, "--maxclients", "4")
	respcheck(t, "-addr", addr, "-timeout", noTimeout, "-run", "resp./pool", "-conns", "1000").
		want(t, statusFailed, "FAIL  resp2/pool", "max number of clients")
}

// A user of few rights gets the checks that need no more.
func TestUsersOfFewRights(t *testing.T) {
	t.Parallel()
	addr := startRedis(t)
	c := client(t, addr)
	if isSkip(lacking("ACL WHOAMI", c.do("ACL WHOAMI").Err())) {
		t.Skip("the server has no users")
	}
	for name, rights := range map[string][]any{
		"no-name":   {"~*", "&*", "+@all", "-client"},
		"no-delete": {"~*", "&*", "+@all", "-del"},
		"no-ping":   {"~*", "&*", "+@all", "-ping"},
		"reader":    {"~*", "+get", "+hello", "+ping"},
	} {
		c.want(okReply, "ACL SETUSER", append([]any{name, "on", ">x"}, rights...)...)
	}
	if c.err != nil {
		t.Fatal(c.err)
	}
	for _, test := range []struct {
		user   string
		status int
		want   string
	}{
		{"no-name", statusOK, "ok    resp3/hash "},
		{"no-delete", statusOK, " checks write keys: the server says "},
		{"no-ping", statusOK, "ok    resp3/hash "},
		{"reader", statusCannotRun, "0 of "},
	} {
		o := respcheck(t, "-addr", addr, "-user", test.user, "-password", "x", "-n", "5")
		o.want(t, test.status, test.want, " 0 failed")
		if strings.Contains(o.stdout+o.stderr, "left behind") {
			t.Errorf("%s: %s", test.user, o.stderr)
		}
	}
	waitUntil(t, "no key is left", func() bool { return c.do("DBSIZE").Equal(integer(0)) || c.err != nil })
}

func TestSentinel(t *testing.T) {
	addr := talker(t, func(sock net.Conn, cmd resp.Command) {
		if string(cmd.Args[0]) == "HELLO" {
			sock.Write([]byte("*4\r\n+server\r\n+redis\r\n+mode\r\n+sentinel\r\n"))
			return
		}
		politely(sock, cmd)
	})
	respcheck(t, "-addr", addr).want(t, statusCannotRun, addr+" is a Sentinel, which keeps no keys")
	respcheck(t, "bench", "-addr", addr).want(t, statusCannotRun, addr+" is a Sentinel, which keeps no keys")
}

// A server without RESP3 is told once.
func TestWithoutRESP3(t *testing.T) {
	addr := talker(t, func(sock net.Conn, cmd resp.Command) {
		if !politely(sock, cmd) {
			sock.Write([]byte("$1\r\nx\r\n"))
		}
	})
	o := respcheck(t, "-addr", addr, "-run", "empty|hash")
	if lines := o.lines("skip"); len(lines) != 1 || !strings.HasPrefix(lines[0], "skip  resp3 ") {
		t.Errorf("%q\n%s", lines, o.stdout)
	}
}

// A run of which next to nothing was a check is no success.
func TestTooFewChecksRan(t *testing.T) {
	m := startMini(t)
	respcheck(t, "-addr", m, "-run", "resp2/(aof|replication)").want(t, statusCannotRun, "0 of 4 checks ran, too few for a success")
	respcheck(t, "-addr", m, "-run", "resp2/(hash|aof|replication|large/64|large/1G)").want(t, statusCannotRun, "1 of 7 checks ran")
	respcheck(t, "-addr", m, "-run", "resp2/(hash|aof)").want(t, statusOK, "1 ok, 2 skipped")
}

func startMini(t *testing.T) (addr string) { return miniredis.RunT(t).Addr() }
