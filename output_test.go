package resp_test

// What an Encoder does with the errors, panics and types of its writers and readers.

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
)

// timeoutError is an error that says that it is a timeout, and whether it is final.
type timeoutError struct{ timeout, temporary bool }

func (e timeoutError) Error() string {
	return fmt.Sprintf("timeout %t, temporary %t", e.timeout, e.temporary)
}
func (e timeoutError) Timeout() bool   { return e.timeout }
func (e timeoutError) Temporary() bool { return e.temporary }

// bareTimeout is a timeout that does not know Temporary.
type bareTimeout struct{ error }

func (bareTimeout) Timeout() bool { return true }

// After an error that a writer may recover from, the Encoder goes on with exactly
// the next byte. Every other error is final: what waits is dropped, and every later
// call returns it.
func TestWriterErrorsAreFinalUnlessTheyPass(t *testing.T) {
	full := &net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.EAGAIN)}
	for _, test := range []struct {
		err    error
		passes bool
	}{
		{os.ErrDeadlineExceeded, true},
		{&net.OpError{Op: "write", Err: os.ErrDeadlineExceeded}, true},
		{fmt.Errorf("wrapped: %w", os.ErrDeadlineExceeded), true},
		{io.ErrShortWrite, true},
		{fmt.Errorf("wrapped: %w", io.ErrShortWrite), true},
		{syscall.EAGAIN, true},
		{syscall.EWOULDBLOCK, true},
		{full, true},
		{timeoutError{timeout: true, temporary: true}, true},
		{bareTimeout{errors.New("too slow")}, true},
		{timeoutError{timeout: true}, false},
		{timeoutError{temporary: true}, false},
		{errors.New("broken"), false},
		{net.ErrClosed, false},
		{io.ErrClosedPipe, false},
		{syscall.EPIPE, false},
		{&net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.ECONNRESET)}, false},
	} {
		for _, size := range []int{10, 1000, 10_000} {
			for _, taken := range []int{0, 3, 1003} {
				var written bytes.Buffer
				failed := false
				e := resp.NewEncoder(tests.WriterFunc(func(p []byte) (int, error) {
					if failed {
						return written.Write(p)
					}
					failed = true
					n, _ := written.Write(p[:min(taken, len(p)-1)])
					return n, test.err
				}))
				payload := strings.Repeat("x", size)
				err := errors.Join(e.WriteInteger(1), e.WriteBulkString(payload), e.WriteInteger(2), e.Flush())
				want := fmt.Sprintf(":1\r\n$%d\r\n%s\r\n:2\r\n", size, payload)
				name := fmt.Sprintf("%v behind %d bytes of %d", test.err, written.Len(), len(want))
				if !errors.Is(err, test.err) {
					t.Fatalf("%s: %v", name, err)
				}
				if !test.passes {
					before := written.Len()
					wantStuck(t, name, e, test.err)
					if written.Len() != before {
						t.Errorf("%s: %d bytes were written afterwards", name, written.Len()-before)
					}
					continue
				}
				if err := errors.Join(e.WriteInteger(3), e.Close()); err != nil || written.String() != want+":3\r\n" {
					t.Errorf("%s: then %v, and wrote %.100q", name, err, &written)
				}
			}
		}
	}
}

// What waits for a connection that is dead is dropped, and nothing more is kept.
func TestNothingIsKeptForADeadConnection(t *testing.T) {
	dead := tests.WriterFunc(func([]byte) (int, error) { return 0, syscall.EPIPE })
	payloads := [][]byte{make([]byte, 1<<10), make([]byte, 8<<10)}
	for name, write := range map[string]func(e *resp.Encoder) error{
		"WriteBulkBytes": func(e *resp.Encoder) error { return e.WriteBulkBytes(payloads[0]) },
		"large payloads": func(e *resp.Encoder) error { return e.WriteBulkBytes(payloads[1]) },
		"WriteCommand":   commandOf("SET", resp.Bytes(payloads[0])),
		"WriteArgs":      func(e *resp.Encoder) error { return e.WriteArgs(payloads...) },
		"long commands":  commandOf("SET", resp.Bytes(payloads[1]), resp.Bytes(payloads[0])),
	} {
		before := tests.InUse()
		e := resp.NewEncoder(dead)
		for range 200_000 {
			write(e)
		}
		if grown := tests.InUse() - before; grown > 1<<20 || e.Buffered() != 0 {
			t.Errorf("%s: %d bytes are held, %d wait", name, grown, e.Buffered())
		}
		if err := e.Flush(); err != syscall.EPIPE {
			t.Errorf("%s: Flush returned %v", name, err)
		}
	}
}

// After a timeout a TLS connection takes nothing any more, and so it is final.
func TestATimeoutOfTLSIsFinal(t *testing.T) {
	server := httptest.NewTLSServer(nil) // for its certificate
	defer server.Close()
	conn, err := tls.Dial("tcp", server.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Skipf("no loopback: %v", err)
	}
	defer conn.Close()
	e := resp.NewEncoder(conn)
	conn.SetWriteDeadline(time.Now().Add(-time.Second))
	e.WriteBulkBytes(make([]byte, 5000))
	timeout := e.Flush()
	if !errors.Is(timeout, os.ErrDeadlineExceeded) {
		t.Fatalf("a write behind its deadline: %v", timeout)
	}
	conn.SetWriteDeadline(time.Time{})
	wantStuck(t, "TLS", e, timeout)
}

// A reader or a writer that panics leaves the Encoder in an error: what comes next
// does not go out behind half a value.
func TestAPanicBreaksTheEncoder(t *testing.T) {
	reader := tests.ReaderFunc(func(p []byte) (int, error) { panic("reader") })
	later := io.MultiReader(strings.NewReader(strings.Repeat("x", 50)), reader)
	long := strings.Repeat("x", 10_000)
	for _, test := range []struct {
		name string
		call func(e *resp.Encoder) error
	}{
		{"WriteBulkFrom", bulkFrom(reader, 100)},
		{"WriteBulkFrom, later", bulkFrom(later, 100)},
		{"WriteBulkFrom, large", bulkFrom(reader, 100_000)},
		{"WriteCommand", commandOf("SET", resp.String("k"), resp.From(reader, 100), resp.Int(1))},
		{"WriteArg", func(e *resp.Encoder) error { return e.WriteArg(resp.From(reader, 100)) }},
		{"Flush", (*resp.Encoder).Flush},
		{"Close", (*resp.Encoder).Close},
		{"a large payload", bulkOf(long)},
		{"a large argument", commandOf("SET", resp.String("k"), resp.String(long), resp.Int(1))},
		{"a large value", func(e *resp.Encoder) error {
			return e.WriteValue(&resp.Value{Kind: resp.BulkString, Bytes: []byte(long)})
		}},
		{"large raw bytes", func(e *resp.Encoder) error { return e.WriteRaw([]byte("+" + long + "\r\n")) }},
		{"a full buffer", func(e *resp.Encoder) error {
			for {
				if err := e.WriteInteger(1); err != nil {
					return err
				}
			}
		}},
	} {
		var written bytes.Buffer
		e := resp.NewEncoder(tests.WriterFunc(func(p []byte) (int, error) {
			if !strings.Contains(test.name, "Write") {
				written.Write(p[:len(p)/2])
				panic("writer")
			}
			return written.Write(p)
		}))
		e.WriteSimpleString("OK")
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", test.name)
				}
			}()
			test.call(e)
		}()
		err := e.WriteSimpleString("NEXT")
		if err == nil {
			t.Errorf("%s: the next value was accepted", test.name)
		}
		wantStuck(t, test.name, e, err)
		if strings.Contains(written.String(), "NEXT") || strings.Count(written.String(), "+OK") > 1 {
			t.Errorf("%s: wrote %.300q", test.name, &written)
		}
	}
}

// A panic while the kernel is to copy breaks the Encoder too: the length has left.
func TestAPanicOfACopyInTheKernelBreaksTheEncoder(t *testing.T) {
	conn, _ := tests.ConnPair(t, "tcp")
	e := resp.NewEncoder(conn)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		e.WriteBulkFrom((*net.TCPConn)(nil), 100_000)
	}()
	err := e.WriteSimpleString("NEXT")
	if err == nil {
		t.Error("the next value was accepted")
	}
	wantStuck(t, "WriteBulkFrom", e, err)
}

// A buffer that has grown by a value of unusual length has room for a reader as any
// other has, after an attribute that is left out too.
func TestAGrownBufferHasRoomForAReader(t *testing.T) {
	long := new(big.Int).Lsh(big.NewInt(1), 1400)
	for fill := 300; fill < 3000; fill++ {
		e := resp.NewEncoder(io.Discard)
		err := script{
			func(e *resp.Encoder) error { return e.WriteBigNumber(long) },
			func(e *resp.Encoder) error { return e.SetProtocol(2) },
			attribute(1), number(1), number(2), number(3),
			bulkOf(strings.Repeat("x", fill)),
			bulkFrom(strings.NewReader("0123456789"), 10),
		}.run(e)
		if err != nil {
			t.Fatalf("behind a string of %d bytes: %v", fill, err)
		}
	}
}

// A reader or writer that resets the Encoder which calls it makes that call panic. The
// bytes of the call go nowhere else, and the Encoder is as Reset left it.
func TestResetFromInsidePanics(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	for name, call := range map[string]func(e *resp.Encoder, reset func()) error{
		"a writer, Flush":           func(e *resp.Encoder, _ func()) error { return e.Flush() },
		"a writer, a large payload": func(e *resp.Encoder, _ func()) error { return e.WriteBulkString(long) },
		"a writer, a command": func(e *resp.Encoder, _ func()) error {
			return e.WriteCommand("SET", resp.String("key"), resp.String(long), resp.Int(1))
		},
		"a reader": func(e *resp.Encoder, reset func()) error {
			return e.WriteBulkFrom(tests.ReaderFunc(func(p []byte) (int, error) { reset(); return len(p), nil }), 100)
		},
	} {
		var e *resp.Encoder
		var other bytes.Buffer
		reset := func() { e.Reset(&other); e.WriteSimpleString("OTHER") }
		e = resp.NewEncoder(tests.WriterFunc(func(p []byte) (int, error) { reset(); return len(p), nil }))
		e.WriteInteger(1)
		func() {
			defer func() {
				const want = "resp: the Encoder was reset by its own reader or writer, in the middle of a call"
				if got := fmt.Sprint(recover()); got != want {
					t.Errorf("%s: panicked with %s, want %s", name, got, want)
				}
			}()
			t.Errorf("%s: returned %v", name, call(e, reset))
		}()
		if err := errors.Join(e.WriteInteger(2), e.Close()); err != nil || other.String() != "+OTHER\r\n:2\r\n" {
			t.Errorf("%s: the Encoder wrote %.100q, %v behind it", name, &other, err)
		}
	}
}

// A reader that uses the Encoder which reads from it, and a writer likewise, are told.
func TestTheEncoderIsNotUsedFromInside(t *testing.T) {
	var e *resp.Encoder
	var written bytes.Buffer
	var inside []error
	e = resp.NewEncoder(tests.WriterFunc(func(p []byte) (int, error) {
		inside = append(inside, e.WriteInteger(9), e.Flush())
		return written.Write(p)
	}))
	r := tests.ReaderFunc(func(p []byte) (int, error) {
		inside = append(inside, e.WriteInteger(9), e.Flush(), e.SetProtocol(2))
		return copy(p, "hello"), nil
	})
	if err := errors.Join(e.WriteBulkFrom(r, 5), e.Flush(), e.WriteInteger(1), e.Close()); err != nil {
		t.Fatal(err)
	}
	for i, err := range inside {
		if err == nil {
			t.Errorf("call %d from inside was accepted", i)
		}
	}
	if written.String() != "$5\r\nhello\r\n:1\r\n" {
		t.Errorf("wrote %q", &written)
	}
}

// counted is a connection whose Write does something that must not be passed by.
type counted struct {
	*net.TCPConn
	written bytes.Buffer
}

func (c *counted) Write(p []byte) (int, error) {
	c.written.Write(p)
	return c.TCPConn.Write(p)
}

// The methods that a type has from a connection that it embeds are not used: all goes
// through its own Write.
func TestNothingPassesTheWriteOfATypeThatEmbedsAConnection(t *testing.T) {
	payload := bytes.Repeat([]byte("0123456789abcdef"), 1000)
	client, server := tests.ConnPair(t, "tcp")
	go io.Copy(io.Discard, server)
	conn := &counted{TCPConn: client.(*net.TCPConn)}
	e := resp.NewEncoder(conn)
	err := errors.Join(
		e.WriteBulkFrom(payloadFile(t, payload), int64(len(payload))),
		e.WriteCommand("SET", resp.From(payloadFile(t, payload), int64(len(payload))), resp.Bytes(payload)),
		e.WriteBulkBytes(payload), e.Close())
	want := resp.AppendBulkString(nil, payload)
	want = resp.AppendArgs(want, []byte("SET"), payload, payload)
	want = resp.AppendBulkString(want, payload)
	if err != nil || !bytes.Equal(conn.written.Bytes(), want) {
		t.Errorf("%v; %d bytes of %d went through Write", err, conn.written.Len(), len(want))
	}
}

// A zero Encoder is ready for Reset; before that, and with a nil writer, every call
// says so.
func TestAZeroEncoderNeedsReset(t *testing.T) {
	withNil := resp.NewEncoder(nil, resp.Protocol(2))
	used := resp.NewEncoder(io.Discard)
	used.WriteInteger(1)
	used.Reset(nil)
	for name, e := range map[string]*resp.Encoder{"zero": new(resp.Encoder), "NewEncoder(nil)": withNil, "Reset(nil)": used} {
		err := e.WriteInteger(1)
		if err == nil || !strings.Contains(err.Error(), "no writer") {
			t.Errorf("%s: %v", name, err)
		}
		wantStuck(t, name, e, err)
	}
	var written bytes.Buffer
	e := new(resp.Encoder)
	e.Reset(&written)
	if err := errors.Join(mixed().run(e), e.WriteNull(), e.Close()); err != nil {
		t.Error(err)
	}
	want := encoded(t, func(e *resp.Encoder) error { return errors.Join(mixed().run(e), e.WriteNull()) })
	if !bytes.Equal(written.Bytes(), want) {
		t.Errorf("a zero Encoder wrote %d bytes, want %d", written.Len(), len(want))
	}
}

// encoded returns what write writes.
func encoded(t *testing.T, write func(e *resp.Encoder) error, opts ...resp.Option) []byte {
	t.Helper()
	var written bytes.Buffer
	e := resp.NewEncoder(&written, opts...)
	if err := errors.Join(write(e), e.Close()); err != nil {
		t.Fatal(err)
	}
	return written.Bytes()
}
