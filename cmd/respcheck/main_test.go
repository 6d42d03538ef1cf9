package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
)

// runAsMain makes the test binary behave as respcheck, so that tests can send
// it signals.
const runAsMain = "RESPCHECK_TEST_RUN_AS_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(runAsMain) != "" {
		main()
	}
	os.Exit(m.Run())
}

// outcome is what one run of the program left behind.
type outcome struct {
	status         int
	stdout, stderr string
}

func respcheck(t *testing.T, args ...string) outcome {
	t.Helper()
	var stdout, stderr strings.Builder
	status := run(t.Context(), args, noEnv, strings.NewReader(""), &stdout, &stderr)
	return outcome{status, stdout.String(), stderr.String()}
}

// wantStatus fails the test unless the run ended with status, and each of
// parts is in its output.
func (o outcome) want(t *testing.T, status int, parts ...string) {
	t.Helper()
	if o.status != status {
		t.Fatalf("got status %d, want %d\n%s%s", o.status, status, o.stdout, o.stderr)
	}
	for _, part := range parts {
		if !strings.Contains(o.stdout+o.stderr, part) {
			t.Errorf("no %q in\n%s%s", part, o.stdout, o.stderr)
		}
	}
}

// lines returns the output lines that start with prefix.
func (o outcome) lines(prefix string) (lines []string) {
	for line := range strings.Lines(o.stdout) {
		if strings.HasPrefix(line, prefix) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// needRedisServer returns the path of the server that respcheck starts by itself.
func needRedisServer(t *testing.T) string {
	t.Helper()
	return tests.FindServer(t).Path
}

// embeddedLacks are the checks that miniredis cannot do.
var embeddedLacks = []string{
	"inline", "command-docs", "commands", "config-get", "large/64MiB", "large/1GiB", "script/types", "script/big-number", "debug-protocol", "push-between", "pool-killed",
	"replication/full", "replication/partial",
	"aof/log", "aof/rewritten",
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	o := respcheck(t, "-embedded", "-n", "20")
	o.want(t, statusOK, "miniredis", " 0 failed")
	for _, line := range o.lines("skip") {
		_, check, _ := strings.Cut(strings.Fields(line)[1], "/")
		if !strings.Contains(strings.Join(embeddedLacks, " "), check) {
			t.Errorf("skipped for no known reason: %s", line)
		}
	}
}

func TestEmbeddedIsUsedWhenNothingIsOnPath(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	respcheck(t, "-run", "hash").want(t, statusOK, "(embedded miniredis")
}

func TestPrivateServer(t *testing.T) {
	t.Parallel()
	server := tests.FindServer(t)
	o := respcheck(t, "-n", "20")
	if !server.Since(7) { // what it lacks is said in the reasons
		o.want(t, statusOK, "private ", " 0 failed", "resp2/large/64MiB", "resp3/large/1GiB")
		return
	}
	o.want(t, statusOK, server.Program+" ", "private ", " 4 skipped, 0 failed", "resp2/large/64MiB", "resp3/large/1GiB")
	if got, want := len(o.lines("ok")), 2*len(checks)-4; got != want {
		t.Errorf("%d checks passed, want %d", got, want)
	}
}

func TestLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("moves 256 MiB")
	}
	needRedisServer(t)
	respcheck(t, "-large", "-run", "large/64MiB").want(t, statusOK, "2 ok, 0 skipped, 0 failed")
}

// A server that is not ours gets a replica only when asked, and keeps its
// configuration.
func TestReplicationWhenAsked(t *testing.T) {
	t.Parallel()
	tests.FindServer(t).Need(t, "RESP3", 6)
	srv, err := startPrivate(t.Context(), needRedisServer(t))
	if err != nil {
		t.Fatal(err)
	}
	defer srv.stop()
	const setting = "repl-diskless-sync"
	var o connOptions
	o.timeout = 10 * time.Second
	c := connect(t.Context(), srv, &o, 2, hooks{count: func(int) {}})
	defer c.close()
	c.want(okReply, "CONFIG SET", setting, "no")

	respcheck(t, "-network", srv.network, "-addr", srv.addr, "-run", "/(hash|repl)").
		want(t, statusOK, "2 ok, 4 skipped", "only when -run names replication")
	c.want(integer(0), "EVAL", "return redis.call('DBSIZE')", 0)
	respcheck(t, "-network", srv.network, "-addr", srv.addr, "-run", "resp3/replication", "-v").
		want(t, statusOK, "2 ok, 0 skipped", `+FULLRESYNC `, `+CONTINUE `, `$8\r\nREPLCONF\r\n$3\r\nACK\r\n`)
	c.want(bulks(setting, "no"), "CONFIG GET", setting)
	if c.err != nil {
		t.Error(c.err)
	}
}

// A master that says something else fails the check, with the bytes.
func TestReplicationOfAnotherKind(t *testing.T) {
	for answer, want := range map[string]string{
		"+FULLRESYNC soon\r\n": "syntax error",
		":1\r\n":               "got integer, want simple string",
		"-NOMASTERLINK\r\n":    "PSYNC at",
		"+FULLRESYNC " + strings.Repeat("x", 40) + " 1\r\n$3\r\nRDB":        `got RDB`,
		"+FULLRESYNC " + strings.Repeat("x", 40) + " 1\r\n-ERR no disk\r\n": "RDB at",
	} {
		addr := fakeServer(t, func(name string) string {
			switch name {
			case "PSYNC":
				return answer
			case "INFO":
				return "$0\r\n\r\n"
			case "HELLO":
				return "-ERR unknown command 'HELLO'\r\n"
			}
			return "+OK\r\n"
		})
		respcheck(t, "-addr", addr, "-timeout", "200ms", "-run", "resp2/replication/full").want(t, statusFailed, want)
	}
}

// A value of 1 GiB is streamed to a private server; to another one, whose limits are
// left alone, as much as they allow.
func TestHuge(t *testing.T) {
	if testing.Short() {
		t.Skip("moves 2 GiB, and takes as much memory")
	}
	path := needRedisServer(t)
	const run = "resp3/large/1GiB"
	// The checks of the append-only file do not meet the value again.
	// A busy machine takes its time.
	respcheck(t, "-large", "-timeout", noTimeout, "-run", run+"|resp3/aof").want(t, statusOK, "3 ok, 0 skipped, 0 failed", "a value of 1024 MiB, heap grown by ")
	srv, err := launch(t.Context(), path, t.TempDir(), "--proto-max-bulk-len", "16mb")
	if err != nil {
		t.Fatal(err)
	}
	defer srv.stop()
	respcheck(t, "-network", srv.network, "-addr", srv.addr, "-large", "-timeout", noTimeout, "-run", run).want(t, statusOK, "1 ok, ", "a value of 16 MiB")
}

// A server that says more than it was asked fails the check and does not break it.
func TestHugeWithMoreBehindIt(t *testing.T) {
	addr := fakeServer(t, func(name string) string {
		switch name {
		case "HELLO":
			return "-ERR unknown command 'HELLO'\r\n"
		case "INFO":
			return "$0\r\n\r\n"
		case "CONFIG":
			return "*4\r\n+proto-max-bulk-len\r\n+3\r\n+client-query-buffer-limit\r\n+2000000\r\n"
		case "GET":
			return "$3\r\nabc\r\n:1\r\n"
		}
		return "+OK\r\n"
	})
	respcheck(t, "-addr", addr, "-large", "-timeout", "10s", "-run", "resp2/large/1GiB").want(t, statusFailed, "3 other bytes came back")
}

func TestHugeEmbedded(t *testing.T) {
	const run = "resp3/large/1GiB"
	respcheck(t, "-embedded", "-large", "-run", run).want(t, statusCannotRun, "0 ok, 1 skipped, 0 failed")
	respcheck(t, "-addr", miniredis.RunT(t).Addr(), "-large", "-run", run).want(t, statusCannotRun, "0 ok, 1 skipped, 0 failed", "does not tell its proto-max-bulk-len")
}

// A key that was there before is left alone, and none of ours stays.
func TestKeysAreDeleted(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	m.Set("theirs", "untouched")
	respcheck(t, "-addr", m.Addr(), "-n", "5").want(t, statusOK, "(already running)")
	m.CheckGet(t, "theirs", "untouched")
	if keys := m.Keys(); len(keys) != 1 {
		t.Errorf("keys left behind: %q", keys)
	}
}

func TestKeysAreDeletedAfterFailure(t *testing.T) {
	m := miniredis.RunT(t)
	checks = append(checks, check{"failing", func(t *trip) {
		c := t.dial()
		c.want(okReply, "SET", t.key("x"), 1)
		c.want(bulk("2"), "GET", t.key("x"))
	}}, check{"panicking", func(t *trip) {
		t.dial().want(okReply, "SET", t.key("x"), 1)
		t.together(2, func(int) { panic("a bug in a check") })
	}})
	defer func() { checks = checks[:len(checks)-2] }()

	o := respcheck(t, "-addr", m.Addr(), "-run", "resp2/(failing|panicking|hash)")
	o.want(t, statusFailed, "1 ok, 0 skipped, 2 failed", "a bug in a check", `want "$1\r\n2\r\n"`, `received "$1\r\n1\r\n"`)
	if keys := m.Keys(); len(keys) != 0 {
		t.Errorf("keys left behind: %q", keys)
	}
}

// cancelAt cancels a run when its output comes to a word.
type cancelAt struct {
	strings.Builder
	word   string
	cancel func()
}

func (w *cancelAt) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.word) {
		w.cancel()
	}
	return w.Builder.Write(p)
}

func TestKeysAreDeletedAfterInterruption(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	ctx, cancel := context.WithCancel(t.Context())
	stdout := &cancelAt{word: "resp2/hash", cancel: cancel}
	var stderr strings.Builder
	status := run(ctx, []string{"-addr", m.Addr()}, noEnv, nil, stdout, &stderr)
	outcome{status, stdout.String(), stderr.String()}.want(t, statusCannotRun, "interrupted")
	if keys := m.Keys(); len(keys) != 0 {
		t.Errorf("keys left behind: %q", keys)
	}
}

func TestJSON(t *testing.T) {
	o := respcheck(t, "-embedded", "-json", "-seed", "7", "-run", "hash|config-get")
	o.want(t, statusOK)
	statuses := map[string]string{}
	for decoder := json.NewDecoder(strings.NewReader(o.stdout)); decoder.More(); {
		var l line
		if err := decoder.Decode(&l); err != nil {
			t.Fatalf("%v in\n%s", err, o.stdout)
		}
		if l.Server != "miniredis" || l.Version == "" || l.Addr == "" || l.Seed != 7 || l.Bytes == 0 {
			t.Errorf("incomplete: %+v", l)
		}
		if (l.Status == "skip") != (l.Reason != "") {
			t.Errorf("status %q with reason %q", l.Status, l.Reason)
		}
		statuses[l.Check] = l.Status
	}
	want := "map[resp2/config-get:skip resp2/hash:ok resp3/config-get:skip resp3/hash:ok]"
	if got := fmt.Sprint(statuses); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestVerboseShowsTheWireButNoPassword(t *testing.T) {
	m := miniredis.RunT(t)
	m.RequireUserAuth("u", "hunter2")
	o := respcheck(t, "-addr", m.Addr(), "-user", "u", "-password", "hunter2", "-db", "3", "-v", "-run", "resp3/hash")
	o.want(t, statusOK, `#1 > "*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n"`, `< ":3\r\n"`)
	if strings.Contains(o.stdout+o.stderr, "hunter2") {
		t.Errorf("the password shows in\n%s", o.stdout)
	}
}

func TestPasswordFromEnvironment(t *testing.T) {
	m := miniredis.RunT(t)
	m.RequireAuth("hunter2")
	env := func(name string) string { return map[string]string{"REDISCLI_AUTH": "hunter2"}[name] }
	var out strings.Builder
	if status := run(t.Context(), []string{"-addr", m.Addr(), "-run", "hash"}, env, nil, &out, &out); status != statusOK {
		t.Errorf("status %d\n%s", status, &out)
	}
}

func TestCannotRun(t *testing.T) {
	m := miniredis.RunT(t)
	m.RequireAuth("hunter2")
	closed := closedAddr(t)
	for _, test := range []struct {
		name string
		args []string
		want []string
	}{
		{"bad flag", []string{"-conns", "many"}, []string{"respcheck: invalid value"}},
		{"no server", []string{"-addr", closed}, []string{"respcheck: connect at " + closed + ": "}},
		{"wrong password", []string{"-addr", m.Addr(), "-password", "x"}, []string{"AUTH at " + m.Addr() + ": WRONGPASS"}},
		{"no password", []string{"-addr", m.Addr()}, []string{" at " + m.Addr() + ": NOAUTH"}},
		{"no such check", []string{"-embedded", "-run", "^none$"}, []string{"no check matches -run ^none$"}},
	} {
		t.Run(test.name, func(t *testing.T) { respcheck(t, test.args...).want(t, statusCannotRun, test.want...) })
	}
}

// When a step of connecting fails, the error names it, the address and the
// server's words.
func TestFailedStepIsNamed(t *testing.T) {
	for _, step := range []string{"AUTH", "CLIENT SETNAME", "SELECT", "HELLO", "PING"} {
		refused, _, _ := strings.Cut(step, " ")
		addr := fakeServer(t, func(name string) string {
			if name == refused {
				return "-ERR out of luck\r\n"
			}
			return "+OK\r\n"
		})
		o := respcheck(t, "-addr", addr, "-user", "u", "-password", "p", "-db", "1")
		o.want(t, statusCannotRun, "respcheck: "+step+" at "+addr+": ERR out of luck\n")
	}
}

// closedAddr is an address that nobody listens on.
func closedAddr(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// fakeServer answers commands with the bytes that answer gives, and with
// silence when it gives none. It returns its address.
func fakeServer(t *testing.T, answer func(name string) string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			sock, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer sock.Close()
				for cmd, err := range resp.NewDecoder(sock).Commands() {
					if err != nil {
						return
					}
					sock.Write([]byte(answer(string(cmd.Args[0]))))
				}
			}()
		}
	}()
	return l.Addr().String()
}

// A server that answers wrongly fails the check, and the bytes are shown.
func TestWrongAnswersFail(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, answer, want string
	}{
		{"wrong value", "$5\r\nwrong\r\n", `received "$5\r\nwrong\r\n"`},
		{"wrong kind", "+value\r\n", `received "+value\r\n"`},
		{"other spelling", ":+3\r\n", `encoded again the reply becomes ":3\r\n"`},
		{"not RESP", "$3\r\nabcXX", "syntax error"},
		{"error", "-ERR out of luck\r\n", `received "-ERR out of luck\r\n"`},
		{"cut", "$5\r\nval", "timeout"},
		{"silence", "", "timeout"},
	} {
		t.Run(test.name, func(t *testing.T) {
			addr := fakeServer(t, func(name string) string {
				switch name {
				case "CLIENT", "SET":
					return "+OK\r\n"
				case "PING":
					return "+PONG\r\n"
				case "HELLO":
					return "-ERR unknown command `HELLO`, with args beginning with: \r\n"
				case "INFO":
					return string(resp.AppendBulkString(nil, "# Server\r\nredis_version:5\r\n"))
				case "DEL":
					return ":0\r\n"
				}
				return test.answer
			})
			o := respcheck(t, "-addr", addr, "-timeout", "100ms", "-run", "hash")
			o.want(t, statusFailed, "redis 5 at "+addr, "FAIL  resp2/hash", "skip  resp3 ", "HSET at "+addr, test.want,
				`sent     "*8\r\n$4\r\nHSET\r\n`, "0 ok, 1 skipped, 1 failed")
		})
	}
}
