package main

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
)

// answeringX is the address of a server that answers X with wire and the handshake as
// usual.
func answeringX(t *testing.T, wire string) string {
	return fakeServer(t, func(name string) string {
		if name == "X" {
			return wire
		}
		return "+OK\r\n"
	})
}

func TestDoPrintsReply(t *testing.T) {
	for _, test := range []struct {
		name, wire              string
		formatted, raw, jsonned string
	}{
		{"string", "$3\r\na\"b\r\n", `"a\"b"`, `a"b`, `"a\"b"`},
		{"binary", "$2\r\n\xff<\r\n", `"\xff<"`, "\xff<", `{"base64":"/zw="}`},
		{"escape sequence", "+\x1b[2Ja\r\n", `\x1b[2Ja`, "\x1b[2Ja", `"\u001b[2Ja"`},
		{"text", "+<&>\r\n", "<&>", "<&>", `"<&>"`},
		{"integer", ":-7\r\n", "(integer) -7", "-7", "-7"},
		{"nulls", "*3\r\n$-1\r\n*-1\r\n_\r\n", "1) (nil)\n2) (nil)\n3) (nil)", "\n\n", "[null,null,null]"},
		{"booleans", "~2\r\n#t\r\n#f\r\n", "1~ (true)\n2~ (false)", "(true)\n(false)", "[true,false]"},
		{"doubles", "*3\r\n,1.50\r\n,inf\r\n,nan\r\n", "1) (double) 1.50\n2) (double) inf\n3) (double) nan", "1.50\ninf\nnan", `[1.50,"inf","nan"]`},
		{"big number", "(-12345678901234567890\r\n", "(big number) -12345678901234567890", "-12345678901234567890", "-12345678901234567890"},
		{"verbatim", "=6\r\ntxt:a\n\r\n", "a\n", "a\n", `"a\n"`},
		{"map", "%3\r\n+k\r\n:1\r\n:2\r\n*0\r\n*1\r\n+a\r\n%0\r\n",
			"1# k => (integer) 1\n2# (integer) 2 => (empty array)\n3# 1) a => (empty hash)",
			"k 1\n2 \na ", `{"k":1,"2":[],"[\"a\"]":{}}`},
		{"attribute", "|1\r\n+ttl\r\n:3\r\n$1\r\nv\r\n", "1| ttl => (integer) 3\n\"v\"", "v", `"v"`},
		{"push before", ">2\r\n+invalidate\r\n_\r\n:1\r\n", "1) invalidate\n2) (nil)\n(integer) 1", "invalidate\n\n1", "[\"invalidate\",null]\n1"},
		{"empty", "*0\r\n", "(empty array)", "", "[]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			addr := answeringX(t, test.wire)
			for flag, want := range map[string]string{"-raw=false": test.formatted, "-raw": test.raw, "-json": test.jsonned} {
				o := respcheck(t, "do", "-addr", addr, flag, "X")
				if diff := cmp.Diff(want+"\n", o.stdout); diff != "" || o.status != statusOK {
					t.Errorf("%q: status %d, %s; %s -want +got\n%s", test.wire, o.status, o.stderr, flag, diff)
				}
			}
		})
	}
}

// An error of the server goes to the standard error, and so does what went wrong else.
func TestDoFails(t *testing.T) {
	said := answeringX(t, "-ERR no\r\n")
	closed := closedAddr(t)
	m := miniredis.RunT(t)
	m.RequireAuth("secret")
	for _, test := range []struct {
		args   string
		status int
		want   string
	}{
		{"-addr " + said + " X", statusFailed, "ERR no"},
		{"-addr " + said + " -raw=false X", statusFailed, "(error) ERR no"},
		{"-addr " + said + " -json X", statusFailed, `{"error":"ERR no"}`},
		{"-addr " + answeringX(t, "-ERR \x1b[2J\r\n") + " -raw=false X", statusFailed, `(error) ERR \x1b[2J`},
		{"-addr " + closed + " X", statusCannotRun, "respcheck: connect at " + closed},
		{"-addr " + answeringX(t, "$1\r\nab\r\n") + " X", statusCannotRun, "respcheck: reply to X at 127.0.0.1"},
		{"-timeout 50ms -addr " + answeringX(t, "") + " X", statusCannotRun, "i/o timeout"},
		{"-addr " + m.Addr() + " GET k", statusFailed, "NOAUTH"},
		{"-addr " + m.Addr() + " -password wrong GET k", statusCannotRun, "AUTH at " + m.Addr() + ": WRONGPASS"},
		{"", statusCannotRun, "which command?"},
		{"-2 -3 PING", statusCannotRun, "-2 cannot be combined with -3"},
		{"-n 5 PING", statusCannotRun, "flag provided but not defined: -n"},
		{"-db many PING", statusCannotRun, `invalid value "many" for flag -db`},
		{"-addr", statusCannotRun, "flag needs an argument: -addr"},
	} {
		t.Run(test.args, func(t *testing.T) {
			o := respcheck(t, append([]string{"do"}, strings.Fields(test.args)...)...)
			o.want(t, test.status, test.want)
			if o.stdout != "" {
				t.Errorf("printed %s", o.stdout)
			}
		})
	}
}

// What follows the command goes to the server as it is, whatever it looks like, and the
// flags before it are known with one dash or two.
func TestDoArguments(t *testing.T) {
	m := miniredis.RunT(t)
	m.RequireUserAuth("u", "secret")
	env := func(string) string { return "secret" }
	for _, args := range [][]string{
		{"ECHO", "--"},
		{"ECHO", ""},
		{"ECHO", " -3 "},
		{"--", "ECHO", "-help"},
		{"echo", "help"},
		{"-3", "ECHO", "\xff\r\n"},
	} {
		var stdout, stderr strings.Builder
		args := append([]string{"do", "-addr", m.Addr(), "-user=u", "--raw"}, args...)
		status := run(t.Context(), args, env, nil, &stdout, &stderr)
		if want := args[len(args)-1] + "\n"; stdout.String() != want || status != statusOK {
			t.Errorf("%q: status %d, got %q, want %q, %s", args, status, &stdout, want, &stderr)
		}
	}
	respcheck(t, "-addr", m.Addr(), "-user", "u", "-password", "secret", "do", "-db", "2", "SET", "k", "-v").want(t, statusOK, "OK")
	if got, _ := m.DB(2).Get("k"); got != "-v" {
		t.Errorf("got %q", got)
	}
	respcheck(t, "do", "-embedded", "CONFIG GET", "port").want(t, statusFailed, "unknown command")
	respcheck(t, "do", "-help").want(t, statusOK, "usage: respcheck do [flags] COMMAND")
}

// A subscription is printed until a signal comes, however long nothing is published.
func TestDoSubscribe(t *testing.T) {
	for _, protocol := range []string{"-2", "-3"} {
		m := miniredis.RunT(t)
		ctx, cancel := context.WithCancel(t.Context())
		stdout := &cancelAt{word: "news\n", cancel: cancel}
		var stderr strings.Builder
		go func() {
			for m.Publish("c", "news") == 0 {
				time.Sleep(300 * time.Millisecond)
			}
		}()
		status := run(ctx, []string{"do", "-addr", m.Addr(), "-timeout", "100ms", protocol, "SUBSCRIBE", "c"}, noEnv, nil, stdout, &stderr)
		if want := "subscribe\nc\n1\nmessage\nc\nnews\n"; stdout.String() != want || status != statusCannotRun {
			t.Errorf("%s: status %d, got %q, want %q, %s", protocol, status, stdout, want, &stderr)
		}
	}
}

// do prints what redis-cli prints.
func TestDoAsRedisCLI(t *testing.T) {
	cli, err := exec.LookPath("redis-cli")
	if err != nil {
		t.Skip("redis-cli is not on PATH")
	}
	srv, err := startPrivate(t.Context(), needRedisServer(t))
	if err != nil {
		t.Fatal(err)
	}
	defer srv.stop()
	at := []string{"-network", srv.network, "-addr", srv.addr}
	same := func(flags, ours []string, command string) {
		t.Helper()
		words := strings.Fields(command)
		where := []string{"-s", srv.addr}
		if srv.network == "tcp" {
			t.Skip("the server has no socket")
		}
		want, err := exec.Command(cli, append(append(where, flags...), words...)...).Output()
		if err != nil {
			t.Fatal(command, err)
		}
		got := respcheck(t, append(append(append([]string{"do"}, at...), ours...), words...)...)
		if diff := cmp.Diff(string(bytes.TrimRight(want, "\n")), strings.TrimRight(got.stdout+got.stderr, "\n")); diff != "" {
			t.Errorf("%q %s (-redis-cli +do)\n%s", flags, command, diff)
		}
	}
	for _, command := range []string{"SET k a\"b", "RPUSH l a b c", "HSET h f v g w", "ZADD z 1.5 a 2 b", "XADD s 1-1 f v"} {
		respcheck(t, append(append([]string{"do"}, at...), strings.Fields(command)...)...).want(t, statusOK)
	}
	for _, command := range []string{
		"GET k", "GET none", "LRANGE l 0 -1", "LRANGE none 0 -1", "HGETALL h", "HGETALL none", "SMEMBERS none",
		"ZRANGE z 0 -1 WITHSCORES", "XRANGE s - +", "CONFIG GET maxmemory", "STRLEN k", "NOSUCHCOMMAND a", "GET l",
		"DEBUG PROTOCOL map", "DEBUG PROTOCOL double", "DEBUG PROTOCOL true", "DEBUG PROTOCOL verbatim", "DEBUG PROTOCOL null",
		"EVAL return{1,{2,{'x'}},false} 0",
	} {
		for _, protocol := range []string{"-2", "-3"} {
			same([]string{protocol, "--no-raw"}, []string{protocol, "-raw=false"}, command)
			same([]string{protocol, "--raw"}, []string{protocol, "-raw"}, command)
			if !strings.Contains("NOSUCHCOMMAND a GET l", command) { // redis-cli's JSON of an error is none
				same([]string{protocol, "--json"}, []string{protocol, "-json"}, command)
			}
		}
	}
}
