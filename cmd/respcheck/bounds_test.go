package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/seed65f5866d/resp"
)

// talker answers commands by writing to the connection as it likes.
func talker(t *testing.T, answer func(sock net.Conn, cmd resp.Command)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	wg.Go(func() {
		for {
			sock, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer sock.Close()
				for cmd, err := range resp.NewDecoder(sock).Commands() {
					if err != nil {
						return
					}
					answer(sock, cmd)
				}
			})
		}
	})
	return l.Addr().String()
}

// politely answers the commands with which a run starts and ends.
func politely(sock net.Conn, cmd resp.Command) (done bool) {
	switch string(cmd.Args[0]) {
	case "CLIENT", "SET":
		sock.Write([]byte("+OK\r\n"))
	case "PING":
		sock.Write([]byte("+PONG\r\n"))
	case "HELLO":
		sock.Write([]byte("-ERR unknown command 'HELLO'\r\n"))
	case "INFO":
		sock.Write([]byte("$0\r\n\r\n"))
	case "DEL":
		sock.Write([]byte(":0\r\n"))
	default:
		return false
	}
	return true
}

// peakHeap runs f and returns how much the heap grew meanwhile.
func peakHeap(f func()) (grown uint64) {
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	runtime.GC()
	start := heapAlloc()
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			grown = max(grown, max(heapAlloc(), start)-start)
			select {
			case <-done:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	})
	f()
	close(done)
	watch.Wait()
	return grown
}

// A server that never ends a reply fails the check, in bounded time and memory.
func TestEndlessRepliesAreBounded(t *testing.T) {
	const mostMemory = 128 << 20
	block := strings.Repeat("x", 1<<16)
	for _, test := range []struct {
		name         string
		start, again string
		pause        time.Duration
		want         string
	}{
		{"pushes", "", strings.Repeat(">1\r\n+x\r\n", 1000), 0, "more than 100 that nobody asked for"},
		{"pushes that are large", "", ">1\r\n$65536\r\n" + block + "\r\n", 0, "one of 65550 bytes that nobody asked for"},
		{"pushes that are slow", "", ">1\r\n+x\r\n", 100 * time.Millisecond, "i/o timeout"},
		{"a push that does not end", ">4000000000\r\n", strings.Repeat("+x\r\n+y\r\n", 1000), 0, "total length"},
		{"attributes", "", strings.Repeat("|0\r\n", 1000), 0, "total length"},
		{"attributes that are large", "", "|1\r\n+a\r\n$65536\r\n" + block + "\r\n", 0, "total length"},
		{"elements", "*4000000000\r\n", strings.Repeat("_\r\n", 10000), 0, "total length"},
		{"streamed elements", "*?\r\n", strings.Repeat("_\r\n", 10000), 0, "total length"},
		{"streamed string", "$?\r\n", ";65536\r\n" + block + "\r\n", 0, "total length"},
		{"arrays in arrays", "", "*1\r\n", 0, "depth"},
		{"a string of 500 MiB", "$524288000\r\n", block, 0, "length"},
		{"a line", "+", block, 0, "line length"},
		{"a slow string", "$1000000\r\n", "x", 100 * time.Millisecond, "i/o timeout"},
	} {
		t.Run(test.name, func(t *testing.T) {
			addr := talker(t, func(sock net.Conn, cmd resp.Command) {
				if politely(sock, cmd) {
					return
				}
				_, err := sock.Write([]byte(test.start))
				for err == nil {
					_, err = sock.Write([]byte(test.again))
					time.Sleep(test.pause)
				}
			})
			var o outcome
			timeout := noTimeout // floods end for their size
			if test.pause > 0 {
				timeout = "1s"
			}
			grown := peakHeap(func() { o = respcheck(t, "-addr", addr, "-timeout", timeout, "-run", "resp2/hash") })
			o.want(t, statusFailed, "FAIL  resp2/hash", test.want)
			if grown > mostMemory {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
		})
	}
}

// A large value has more time, also until the first byte of its reply.
func TestLargeValuesHaveMoreTime(t *testing.T) {
	c := newTrip(t, 2).dial()
	c.allow(maxReply)
	if c.in.timeout != c.timeout || c.patience != c.timeout {
		t.Errorf("a reply of usual size has %v until its first byte and %v in all, want %v", c.in.timeout, c.patience, c.timeout)
	}
	c.allow(hugeSize)
	if c.in.timeout < c.timeout+time.Minute || c.patience < c.in.timeout {
		t.Errorf("1 GiB has %v until its first byte and %v in all", c.in.timeout, c.patience)
	}
}

// The same holds for do and bench.
func TestEndlessRepliesAreBoundedInEveryCommand(t *testing.T) {
	for _, test := range []struct{ args, start, again, want string }{
		{"do -addr ADDR -timeout 24h ECHO x", "*4000000000\r\n", "$65536\r\n" + strings.Repeat("x", 1<<16) + "\r\n", "total length above 67108864"},
		{"do -addr ADDR -timeout 1s ECHO x", "", strings.Repeat(">1\r\n+x\r\n", 100), "nothing but pushes in 1s"},
		{"bench -addr ADDR -timeout 24h -d 10ms", "$400000000\r\n", strings.Repeat("x", 1<<16), "bulk length above 4194304"},
		{"bench -addr ADDR -timeout 24h -d 10ms", "*1\r\n", "*1\r\n", "depth"},
	} {
		addr := talker(t, func(sock net.Conn, cmd resp.Command) {
			measured := len(cmd.Args) > 2 && strings.HasSuffix(string(cmd.Args[1]), ":16")
			if !measured && politely(sock, cmd) {
				return
			}
			_, err := sock.Write([]byte(test.start))
			for err == nil {
				_, err = sock.Write([]byte(test.again))
			}
		})
		var o outcome
		grown := peakHeap(func() { o = respcheck(t, strings.Fields(strings.Replace(test.args, "ADDR", addr, 1))...) })
		o.want(t, statusCannotRun, test.want)
		if grown > 512<<20 {
			t.Errorf("%s: the heap grew by %d MiB", test.args, grown>>20)
		}
	}
}

// A check that uses very many keys does not make the session remember all of them.
func TestKeysAreForgotten(t *testing.T) {
	trip := newTrip(t, 2)
	c := trip.dial()
	first := trip.key("first")
	c.want(okReply, "SET", first, "x")
	for i := range maxKeys + 10 {
		trip.key(strconv.Itoa(i))
	}
	if len(trip.keys) > maxKeys {
		t.Errorf("%d keys are remembered", len(trip.keys))
	}
	c.want(integer(0), "EXISTS", first)
	trip.cfg.protocols, trip.cfg.run = []int{2}, regexp.MustCompile("/hash$")
	for i := range manyKeys {
		trip.key(strconv.Itoa(i))
	}
	trip.report = newReporter(trip.cfg, newProgram(noEnv, nil, io.Discard, io.Discard))
	trip.report.header("", "", trip.srv)
	trip.runProtocol(t.Context(), 2)
	if len(trip.keys) > 0 {
		t.Errorf("%d keys are remembered after a check that ran when there were many", len(trip.keys))
	}
	if trip.err != nil {
		t.Error(trip.err)
	}
}

// What a server says reaches the terminal without its escape sequences, on one line.
func TestServersWordsAreQuoted(t *testing.T) {
	const evil = "\x1b]0;title\x07\x1b[31m \u009b31m \u202e"
	for _, test := range []struct{ name, hello, answer string }{
		{"error", "", "-ERR " + evil + "\r\n"},
		{"bulk error", "", "!" + fmt.Sprint(len(evil)+6) + "\r\nERR " + evil + "\nx\r\n"},
		{"string", "", "+" + evil + "\r\n"},
		{"not RESP", "", evil + "\r\n"},
		{"name", "%2\r\n+server\r\n$" + fmt.Sprint(len(evil)+4) + "\r\na\nb " + evil + "\r\n+version\r\n+" + evil + "\r\n", "+x\r\n"},
		{"unknown command", "", "-ERR unknown command 'HSET' " + evil + "\r\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			addr := talker(t, func(sock net.Conn, cmd resp.Command) {
				switch {
				case test.hello != "" && string(cmd.Args[0]) == "HELLO":
					sock.Write([]byte(test.hello))
				case !politely(sock, cmd):
					sock.Write([]byte(test.answer))
				}
			})
			for _, form := range []string{"-v=false", "-v", "-json"} {
				o := respcheck(t, "-addr", addr, "-timeout", "1s", "-run", "resp2/hash", form)
				all := o.stdout + o.stderr
				if i := strings.IndexFunc(all, func(r rune) bool { return r != '\n' && !strconv.IsPrint(r) }); i >= 0 {
					t.Errorf("%s: %q", form, all)
				}
				if !strings.Contains(all, `\x1b`) && !strings.Contains(all, `\u001b`) {
					t.Errorf("%s: the server's words are missing: %q", form, all)
				}
				for line := range strings.Lines(all) {
					if line == "x\n" || strings.HasPrefix(line, "b ") {
						t.Errorf("%s: a server's line: %q", form, line)
					}
				}
			}
		})
	}
}

// An interrupted run ends soon, whatever the server does not do.
func TestInterruptedOnASilentServer(t *testing.T) {
	t.Parallel()
	var deleted atomic.Int64
	addr := talker(t, func(sock net.Conn, cmd resp.Command) {
		if string(cmd.Args[0]) != "DEL" || deleted.Add(1) == 1 {
			politely(sock, cmd)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	var out strings.Builder
	status := run(ctx, []string{"-addr", addr, "-timeout", noTimeout, "-run", "resp2/hash"}, noEnv, strings.NewReader(""), &out, &out)
	outcome{status, out.String(), ""}.want(t, statusCannotRun, "interrupted")
}

// When one of a check's connections is refused, the others do not wait for it.
func TestRefusedConnectionEndsTheCheck(t *testing.T) {
	trip := newTrip(t, 2)
	trip.cfg.options.timeout = 24 * time.Hour
	subscriber := trip.dial()
	subscriber.send("SUBSCRIBE", "news")
	subscriber.receive()
	go trip.fail(errors.New("ERR max number of clients reached"))
	subscriber.receive()
	if subscriber.err == nil {
		t.Error("no error")
	}
}

// A signal ends a program whose output nobody takes, and the private server with it.
func TestSignalWhileOutputHangs(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 7 s")
	}
	needRedisServer(t)
	if runtime.GOOS == "windows" {
		t.Skip("no signals on Windows")
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-v", "-n", "100000000", "-run", "random/echo")
	cmd.Env = append(os.Environ(), runAsMain+"=1", "TMPDIR="+t.TempDir())
	cmd.Stdout = writer
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	header := make([]byte, 1000)
	n, _ := reader.Read(header)
	time.Sleep(500 * time.Millisecond) // the pipe is full
	cmd.Process.Signal(syscall.SIGTERM)
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != statusCannotRun {
		t.Errorf("ended with %v, want status %d", err, statusCannotRun)
	}
	wantGone(t, pidIn(t, string(header[:n])))
}

// The same holds for what a server sends to its replicas.
func TestEndlessReplicationIsBounded(t *testing.T) {
	const (
		full = "+FULLRESYNC 0123456789012345678901234567890123456789 1\r\n"
		rdb  = "$5\r\nREDIS"
	)
	tests := []struct{ name, start, again, want string }{
		{"line breaks", full, strings.Repeat("\n", 1<<16), "RDB at "},
		{"RDB", full + "$EOF:0123456789012345678901234567890123456789\r\nREDIS", strings.Repeat("x", 1<<16), "i/o timeout"},
		{"commands", full + rdb, strings.Repeat("*1\r\n$4\r\nPING\r\n", 1000), "i/o timeout"},
		{"one command", full + rdb + "*1000000\r\n", strings.Repeat("$1\r\nx\r\n", 1000), "command stream at "},
		{"writes that nobody made", full + rdb, "", "other writes than those that were made"},
		{"an argument", full + rdb + "*1\r\n$500000000\r\n", strings.Repeat("x", 1<<16), "bulk length"},
	}
	endless := func(t *testing.T, start, again, want string) {
		write := make(chan string, 1)
		addr := talker(t, func(sock net.Conn, cmd resp.Command) {
			switch name := string(cmd.Args[0]); {
			case name == "PSYNC":
				_, err := sock.Write([]byte(start))
				again := again
				if again == "" {
					again = <-write
				}
				for err == nil {
					_, err = sock.Write([]byte(again))
				}
			case name == "SET" && strings.HasSuffix(string(cmd.Args[1]), ":text"):
				write <- string(cmd.Raw)
				sock.Write([]byte("+OK\r\n"))
			case name == "INFO":
				sock.Write(resp.AppendBulkString(nil, "master_repl_offset:1000000000000\n"))
			case !politely(sock, cmd):
				sock.Write([]byte("+OK\r\n"))
			}
		})
		t.Cleanup(func() { close(write) }) // lets go whoever waits for a write that never came
		respcheck(t, "-addr", addr, "-timeout", "400ms", "-run", "resp2/replication/full").want(t, statusFailed, want)
	}
	grown := peakHeap(func() {
		t.Run("all", func(t *testing.T) {
			for _, test := range tests {
				t.Run(test.name, func(t *testing.T) {
					t.Parallel()
					endless(t, test.start, test.again, test.want)
				})
			}
		})
	})
	if grown > 600<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
}
