package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
)

// requests are of every command and with every mistake, and replies those to them.
var (
	requests = "PING\r\n*2\r\n$4\r\nECHO\r\n$3\r\na\r\n\r\nGET k\n*3\r\n$3\r\nset\r\n$1\r\nk\r\n$2\r\n\r\n\r\nGET k\n" +
		"DEL k k2 k\nGET k\nGET\nSET a\nDEL\nNOSUCH\nQUIT\nPING\n"
	replies = "+PONG\r\n$3\r\na\r\n\r\n$-1\r\n+OK\r\n$2\r\n\r\n\r\n" +
		":1\r\n$-1\r\n" +
		"-ERR wrong number of arguments for 'get' command\r\n-ERR wrong number of arguments for 'set' command\r\n" +
		"-ERR wrong number of arguments for 'del' command\r\n-ERR unknown command \"NOSUCH\"\r\n+OK\r\n"
)

// Replies do not depend on where requests are cut.
func TestRequestsCutAnywhere(t *testing.T) {
	for cut := range len(requests) {
		var got bytes.Buffer
		c := newClient(&got, store{})
		if err := c.receive([]byte(requests[:cut])); err != nil {
			t.Fatal(err)
		}
		if err := c.receive([]byte(requests[cut:])); err != nil || got.String() != replies || !c.done() {
			t.Fatalf("cut at %d: %v, replies %q", cut, err, &got)
		}
	}
}

// valve is a socket that takes so many bytes in all until it is opened further.
type valve struct {
	bytes.Buffer
	room, calls int
}

func (v *valve) Write(p []byte) (int, error) {
	v.calls++
	n := min(v.room, len(p))
	v.room -= n
	v.Buffer.Write(p[:n])
	if n < len(p) {
		return n, errBlocked
	}
	return n, nil
}

// A socket that is full gets the rest of the replies, no byte twice, and no command
// is run in between.
func TestRepliesGoOnWhereTheSocketWasFull(t *testing.T) {
	value := strings.Repeat("0123456789abcdef", 1000)
	wire := "SET k " + value + "\n" + strings.Repeat("GET k\nPING\n", 20)
	want := "+OK\r\n" + strings.Repeat(fmt.Sprintf("$%d\r\n%s\r\n+PONG\r\n", len(value), value), 20)
	for _, room := range []int{1, 2, 7, 1000, 16_013, 100_000} {
		v := &valve{}
		c := newClient(v, store{})
		if err := c.receive([]byte(wire)); err != nil {
			t.Fatal(err)
		}
		for turns := 0; v.Len() < len(want); turns++ {
			if !c.full {
				t.Fatalf("%d bytes at a time: not full after %d bytes", room, v.Len())
			}
			if v.room > 0 {
				t.Fatalf("%d bytes at a time: %d more could have been written", room, v.room)
			}
			if most := 64 << 10; c.replies.Buffered() > most {
				t.Fatalf("%d bytes at a time: %d bytes are waiting", room, c.replies.Buffered())
			}
			v.room = room
			if err := c.resume(); err != nil {
				t.Fatal(err)
			}
			if turns > len(want) {
				t.Fatal("no progress")
			}
		}
		if v.String() != want || c.full {
			t.Errorf("%d bytes at a time: wrong replies", room)
		}
	}
}

func TestMalformedRequests(t *testing.T) {
	for wire, want := range malformed {
		var got bytes.Buffer
		c := newClient(&got, store{})
		if err := c.receive([]byte(wire + "PING\r\n")); err != nil || got.String() != want || !c.done() {
			t.Errorf("%q: %v, %q, want %q", wire, err, &got, want)
		}
	}
}

// malformed are requests, the last of which is not one, and their replies.
var malformed = map[string]string{
	"*1\r\n$x\r\n":             "-ERR Protocol error: invalid bulk length\r\n",
	"PING\n*1\r\n:1\r\n":       "+PONG\r\n-ERR Protocol error: expected '$', got ':'\r\n",
	"ECHO 'a\n":                "-ERR Protocol error: unbalanced quotes in request\r\n",
	"*1048577\r\n":             "-ERR Protocol error: invalid multibulk length\r\n",
	"*1\r\n$9999999999999\r\n": "-ERR Protocol error: invalid bulk length\r\n",
}

// A connection that fails is given up.
func TestBrokenSocket(t *testing.T) {
	c := newClient(failing{}, store{})
	if err := c.receive([]byte("PING\n")); err != io.ErrClosedPipe {
		t.Errorf("error %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// The arguments of a request are views: what is stored must not change.
func TestStoredValuesLast(t *testing.T) {
	c := newClient(io.Discard, store{})
	for i := range 100 {
		c.receive(resp.AppendCommand(nil, "SET", resp.Int(int64(i)), resp.String(fmt.Sprint("value ", i))))
	}
	for i := range 100 {
		if got := string(c.store[fmt.Sprint(i)]); got != fmt.Sprint("value ", i) {
			t.Errorf("%d: %q", i, got)
		}
	}
}
