package sockets_test

// Deadlines and full buffers of real sockets.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/internal/tests/methods"
)

// deadlineRead is a read that may be interrupted by a deadline, and what it gives, all
// calls together.
type deadlineRead struct{ method, wire, want string }

// deadlineReads are those of every method that reads something whole, but for
// ReadCommands, which takes what follows too, and what is read in other ways.
func deadlineReads() []deadlineRead {
	reads := []deadlineRead{
		{"ReadCommand", "SET 'a key' \"with\\x20quotes\"\r\n", `["SET" "a key" "with quotes"]`},
		{"CopyBulk", "$20\r\n0123456789\r\n01234567\r\n", "0123456789\r\n01234567"},
		{"CopyBulk", "=9\r\ntxt:hello\r\n", "hello"},
		{"ReadInto", "$20\r\n0123456789\r\n01234567\r\n", "0123456789\r\n01234567"},
	}
	for _, r := range methods.Reads {
		if r.Sort == methods.Values || r.Sort == methods.OneType || r.Name == "ReadCommand" {
			reads = append(reads, deadlineRead{r.Name, r.Wire, r.Gives})
		}
	}
	return reads
}

// A deadline that ends a read of a TCP connection, between any two bytes of a
// value, loses nothing: neither one that has passed before the read, nor one that
// passes while it waits.
func TestDeadlinesInsideAValueLoseNothing(t *testing.T) {
	const next = "+NEXT\r\n"
	peer, conn := tests.ConnPair(t, "tcp")
	for _, test := range deadlineReads() {
		d := resp.NewDecoder(conn)
		read := methods.Named(test.method).Text
		timeouts := 0
		for cut := 1; cut < len(test.wire); cut++ {
			var got bytes.Buffer
			io.WriteString(peer, test.wire[:cut])
			for _, wait := range []time.Duration{-time.Second, 300 * time.Microsecond, -time.Second} {
				conn.SetReadDeadline(time.Now().Add(wait))
				if _, err := read(d, &got); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Fatalf("%s, %d bytes of %q: %v", test.method, cut, test.wire, err)
				}
			}
			if len(d.Buffered()) > 0 || d.InputOffset()%int64(len(test.wire+next)) > 0 {
				timeouts++
			}
			io.WriteString(peer, test.wire[cut:]+next)
			conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			text, err := read(d, &got)
			if err != nil || got.String()+text != test.want {
				t.Fatalf("%s, cut at %d of %q: %v, got %q", test.method, cut, test.wire, err, got.String()+text)
			}
			if s, err := d.ReadString(); s != "NEXT" || err != nil {
				t.Fatalf("%s, cut at %d of %q: then %q, %v", test.method, cut, test.wire, s, err)
			}
		}
		if timeouts < len(test.wire)/2 {
			t.Errorf("%s: only %d of %d deadlines passed inside the value", test.method, timeouts, len(test.wire)-1)
		}
	}
}

// slowPeer reads what arrives, a little at a time, until it is closed.
func slowPeer(r io.Reader) <-chan []byte {
	all := make(chan []byte, 1)
	go func() {
		var got []byte
		buf := make([]byte, 32<<10)
		for {
			n, err := r.Read(buf)
			got = append(got, buf[:n]...)
			if err != nil {
				all <- got
				return
			}
			time.Sleep(300 * time.Microsecond)
		}
	}()
	return all
}

// narrowPair returns the ends of a connection whose buffers hold little, so that a
// large write is always taken in parts.
func narrowPair(t *testing.T, network string) (client, server tests.Conn) {
	client, server = tests.ConnPair(t, network)
	client.SetWriteBuffer(16 << 10)
	server.SetReadBuffer(64 << 10)
	return client, server
}

// untilWritten calls write, each time with a deadline that is soon over, until it
// does not time out, and returns how often it did.
func untilWritten(t *testing.T, conn net.Conn, write func() error) (timeouts int) {
	t.Helper()
	for ; ; timeouts++ {
		conn.SetWriteDeadline(time.Now().Add(2 * time.Millisecond))
		err := write()
		if err == nil {
			return timeouts
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("after %d timeouts: %v", timeouts, err)
		}
	}
}

// wantAll compares what the peer got.
func wantAll(t *testing.T, name string, got, want []byte, timeouts int) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s, %d timeouts: %s", name, timeouts, tests.Difference(want, got))
	}
	if timeouts == 0 {
		t.Errorf("%s: no write was interrupted", name)
	}
}

// An Encoder whose vectored writes are taken in parts, because the peer reads
// slowly and deadlines pass, goes on from exactly the next byte.
func TestEncoderGoesOnBehindAFullSocket(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		conn, peer := narrowPair(t, network)
		got := slowPeer(peer)
		payload := tests.RandomText(2 << 20)
		e := resp.NewEncoder(conn)
		timeouts, calls := 0, []func(e *resp.Encoder) error{
			func(e *resp.Encoder) error { return e.WriteArray(4) },
			func(e *resp.Encoder) error { return e.WriteBulkBytes(payload) },
			func(e *resp.Encoder) error { return e.WriteInteger(7) },
			func(e *resp.Encoder) error { return e.WriteBulkBytes(payload[:100_000]) },
			func(e *resp.Encoder) error { return e.WriteBulkBytes(payload[:7000]) },
		}
		for _, call := range calls {
			conn.SetWriteDeadline(time.Now().Add(2 * time.Millisecond))
			if err := call(e); errors.Is(err, os.ErrDeadlineExceeded) { // accepted: it is not called again
				timeouts++
			} else if err != nil {
				t.Fatal(err)
			}
		}
		timeouts += untilWritten(t, conn, e.Flush)
		conn.CloseWrite()
		want := fmt.Appendf(nil, "*4\r\n$%d\r\n%s\r\n:7\r\n$100000\r\n%s\r\n$7000\r\n%s\r\n", len(payload), payload, payload[:100_000], payload[:7000])
		wantAll(t, network, <-got, want, timeouts)
	}
}

// So does a Chunker.
func TestChunkerGoesOnBehindAFullSocket(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		conn, peer := narrowPair(t, network)
		got := slowPeer(peer)
		payload := tests.RandomText(1 << 20)
		var c resp.Chunker
		var want []byte
		for i := range 5 {
			args := []resp.Arg{resp.String(strings.Repeat("k", i)), resp.Bytes(payload[:len(payload)>>(2*i)]), resp.Int(int64(i))}
			if err := c.AddCommand("SET", args...); err != nil {
				t.Fatal(err)
			}
			want = resp.AppendCommand(want, "SET", args...)
		}
		var total int64
		timeouts := untilWritten(t, conn, func() error {
			n, err := c.WriteTo(conn)
			total += n
			if total+int64(c.Len()) != int64(len(want)) {
				t.Errorf("%s: %d bytes written and %d left of %d", network, total, c.Len(), len(want))
			}
			return err
		})
		conn.CloseWrite()
		wantAll(t, network, <-got, want, timeouts)
	}
}
