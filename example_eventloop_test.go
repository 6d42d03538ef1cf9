package resp_test

import (
	"bytes"
	"fmt"
	"syscall"

	"github.com/seed65f5866d/resp"
)

// session is one connection of an event loop that hands out what has arrived, as
// gnet and evio do. It keeps the start of a request whose rest is to come.
type session struct {
	tail []byte
	args [][]byte
}

// onTraffic takes what has arrived and returns what to answer.
func (s *session) onTraffic(arrived, out []byte) ([]byte, error) {
	b := arrived
	if len(s.tail) > 0 {
		s.tail = append(s.tail, arrived...)
		b = s.tail
	}
	for {
		args, n, err := resp.ConsumeCommand(b, s.args[:0])
		switch {
		case err == resp.ErrIncomplete: // which no bytes at all are too
			s.tail = append(s.tail[:0], b...)
			return out, nil
		case err != nil:
			return out, err
		}
		s.args = args
		if b = b[n:]; len(args) > 0 { // an empty request has no answer
			out = resp.AppendArgs(out, args...)
		}
	}
}

// An event loop with buffers of its own parses with ConsumeCommand until
// ErrIncomplete and keeps what is left. ConsumeCommand begins a request anew each
// time: where they are large and arrive in many pieces, Feed is better.
func ExampleConsumeCommand_eventLoop() {
	var s session
	for _, arrived := range []string{"PING\r\n*2\r\n$3\r\nGET\r\n$1", "\r\n", "k\r\n\r\n*1\r\n$4\r\nQUIT\r\n", "*1\r\n$x\r\n"} {
		out, err := s.onTraffic([]byte(arrived), nil)
		fmt.Printf("%q %v\n", out, err)
	}
	// Output:
	// "*1\r\n$4\r\nPING\r\n" <nil>
	// "" <nil>
	// "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1\r\n$4\r\nQUIT\r\n" <nil>
	// "" resp: length error at offset 5: expected a digit or CR LF, found "$x"
}

// narrow is a non-blocking socket that takes 10 bytes at a time.
type narrow struct{ bytes.Buffer }

func (w *narrow) Write(p []byte) (int, error) {
	n, _ := w.Buffer.Write(p[:min(len(p), 10)])
	if n < len(p) {
		return n, syscall.EAGAIN
	}
	return n, nil
}

// A socket that does not block may take less than it is given. The Encoder keeps
// the rest, and Flush goes on with the next byte when there is room again.
func ExampleEncoder_Flush_nonBlocking() {
	var w narrow
	e := resp.NewEncoder(&w)
	e.WriteBulkString("twenty-four bytes in all")
	for err := e.Flush(); err != nil; err = e.Flush() {
		fmt.Println(err, e.Buffered())
	}
	fmt.Printf("%q\n", w.String())
	// Output:
	// resource temporarily unavailable 21
	// resource temporarily unavailable 11
	// resource temporarily unavailable 1
	// "$24\r\ntwenty-four bytes in all\r\n"
}
