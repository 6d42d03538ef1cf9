//go:build unix

package sockets_test

import (
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
)

// networks are those whose connections a Decoder waits for without a buffer.
var networks = []string{"tcp", "unix"}

func TestReadingFromASocket(t *testing.T) {
	for _, network := range networks {
		here, there := tests.ConnPair(t, network)
		d := resp.NewDecoder(here)
		if _, err := here.Write(nil); err != nil {
			t.Fatal(err)
		}
		for i, wire := range []string{"+OK\r\n", tests.Bulk(100), tests.Bulk(5000), tests.Bulk(1 << 20), "+OK\r\n"} {
			arrived := make(chan error, 1)
			go func() {
				time.Sleep(time.Duration(i) * time.Millisecond) // the Decoder waits by then, more often than not
				_, err := io.WriteString(there, wire)
				arrived <- err
			}()
			raw, err := d.ReadRaw()
			if string(raw) != wire || err != nil {
				t.Errorf("%s: %d bytes and %v, want %s", network, len(raw), err, tests.Short(wire))
			}
			if err := <-arrived; err != nil {
				t.Fatal(err)
			}
		}
		there.Close()
		if _, err := d.ReadRaw(); err != io.EOF {
			t.Errorf("%s, closed by the other side: %v, want io.EOF", network, err)
		}
	}
}

// What the Decoder returns is what Read of the connection would.
func TestErrorsOfASocket(t *testing.T) {
	for _, network := range networks {
		here, there := tests.ConnPair(t, network)
		d := resp.NewDecoder(here)
		for range 3 {
			here.SetReadDeadline(time.Now().Add(time.Millisecond))
			_, err := d.ReadRaw()
			if timeout := net.Error(nil); !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
				t.Errorf("%s, behind the deadline: %v", network, err)
			}
			if _, want := here.Read(make([]byte, 1)); err.Error() != want.Error() {
				t.Errorf("%s, behind the deadline: %v, Read says %v", network, err, want)
			}
			here.SetReadDeadline(time.Time{})
			io.WriteString(there, "+OK\r\n")
			if raw, err := d.ReadRaw(); string(raw) != "+OK\r\n" || err != nil {
				t.Errorf("%s, when the deadline is lifted: %q, %v", network, raw, err)
			}
		}
		here.Close()
		if _, err := d.ReadRaw(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s, closed: %v, want %v", network, err, net.ErrClosed)
		}
	}
	here, there := tests.ConnPair(t, "tcp")
	there.(*net.TCPConn).SetLinger(0)
	there.Close()
	time.Sleep(10 * time.Millisecond)
	_, err := resp.NewDecoder(here).ReadRaw()
	var op *net.OpError
	var call *os.SyscallError
	if !errors.As(err, &op) || op.Op != "read" || op.Net != "tcp" || op.Addr == nil || !errors.As(err, &call) || call.Syscall != "read" {
		t.Errorf("reset by the other side: %#v", err)
	}
}

// A pipeline that is there is read at once, whatever came before.
func TestAPipelineOnASocketIsReadAtOnce(t *testing.T) {
	const commands = 100
	wire := strings.Repeat(tests.Multibulk("SET", "key", "value"), commands)
	for _, network := range networks {
		here, there := tests.ConnPair(t, network)
		d := resp.NewDecoder(here)
		for range 3 {
			if _, err := io.WriteString(there, wire); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
			if got, err := d.ReadCommands(nil); len(got) != commands || err != nil {
				t.Errorf("%s: %d commands and %v, want %d", network, len(got), err, commands)
			}
		}
	}
}

// Decoders that wait for sockets hold next to nothing while they wait.
func TestDecodersWaitWithoutABuffer(t *testing.T) {
	const decoders = 300
	for _, network := range networks {
		var here, there [decoders]tests.Conn
		for i := range decoders {
			here[i], there[i] = tests.ConnPair(t, network)
		}
		var goroutines sync.WaitGroup // that end, and are used again below
		begin := make(chan bool)
		for range decoders {
			goroutines.Go(func() { <-begin })
		}
		close(begin)
		goroutines.Wait()

		var idle [decoders]*resp.Decoder
		var read atomic.Int32
		got := tests.Held(func() {
			for i := range idle {
				idle[i] = resp.NewDecoder(here[i])
				go func() {
					for idle[i].SkipValue() == nil {
						read.Add(1)
					}
				}()
				io.WriteString(there[i], tests.Bulk(10_000))
			}
			for read.Load() < decoders {
				runtime.Gosched()
			}
			time.Sleep(10 * time.Millisecond)
		})
		if got > decoders*(tests.IdleMost+100) { // and 100 for the goroutine's closure
			t.Errorf("%s: a Decoder that waits holds %d bytes", network, got/decoders)
		}
	}
}

// countingConn is a connection whose Read does more.
type countingConn struct {
	*net.TCPConn
	reads int
}

func (c *countingConn) Read(p []byte) (int, error) {
	c.reads++
	return c.TCPConn.Read(p)
}

func TestAReadOfOnesOwnIsNotPassedBy(t *testing.T) {
	here, there := tests.ConnPair(t, "tcp")
	conn := &countingConn{TCPConn: here.(*net.TCPConn)}
	d := resp.NewDecoder(conn)
	io.WriteString(there, "+OK\r\n")
	if err := d.SkipValue(); err != nil || conn.reads != 1 {
		t.Errorf("%v after %d calls of Read, want 1", err, conn.reads)
	}
}

func TestWaitingForASocketDoesNotAllocate(t *testing.T) {
	for _, network := range networks {
		here, there := tests.ConnPair(t, network)
		d := resp.NewDecoder(here)
		wire := []byte(tests.Bulk(10_000))
		n := testing.AllocsPerRun(100, func() {
			there.Write(wire)
			if err := d.SkipValue(); err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("%s: %v allocations", network, n)
		}
	}
}
