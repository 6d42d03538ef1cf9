package ways

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/seed65f5866d/resp/bench/internal/measure"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// Message is what is encoded: as many units as one run of an Encoding writes, and
// the bytes.
type Message struct {
	Name  string
	Units int
	Wire  string
}

// Encoding is a way to encode a message. What Open returns does it n times, in a
// loop of its own, and everything has reached w when that returns or has been
// overwritten by the next.
type Encoding struct {
	Name string
	Open func(w io.Writer) (func(n int) error, error)
}

// The parts of messages are variables, as they are for those who encode.
var (
	OKText   = "OK"
	SetName  = "SET"
	SetKey   = "key:123456"
	Sixteen  = "0123456789abcdef"
	Integers = workload.Integers(1024)
	Fraction = 123.456
	Whole    = 1700000000.0
)

// Depth is the number of commands in a pipeline.
const Depth = 100

// Sets are commands SET, of a value of so many bytes, as many as are sent together.
var Sets = []struct {
	Name        string
	Size, Depth int
}{
	{"SET 16 B", 16, 1},
	{"SET 1 KiB", 1 << 10, 1},
	{"SET 1 MiB", 1 << 20, 1},
	{"SET pipeline", 16, Depth},
}

// Messages returns all of them, Sets first.
func Messages() []Message {
	var all []Message
	for _, s := range Sets {
		wire := "*3\r\n" + bulk(SetName) + bulk(SetKey) + bulk(strings.Repeat("v", s.Size))
		all = append(all, Message{s.Name, s.Depth, strings.Repeat(wire, s.Depth)})
	}
	return append(all,
		Message{"encode ok", 1, "+OK\r\n"},
		Message{"encode int", len(Integers), integersWire()},
		Message{"encode double", 1, ",123.456\r\n"},
		Message{"encode whole double", 1, ",1700000000\r\n"},
		Message{"encode bulk16", 1, bulk(Sixteen)},
		Message{"encode array10", 1, "*10\r\n" + strings.Repeat(bulk(Sixteen), 10)},
	)
}

// message returns the one of that name.
func message(name string) Message {
	for _, m := range Messages() {
		if m.Name == name {
			return m
		}
	}
	panic("no message " + name)
}

func bulk(s string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s) }

func integersWire() string {
	var b strings.Builder
	for _, n := range Integers {
		fmt.Fprintf(&b, ":%d\r\n", n)
	}
	return b.String()
}

// Runs returns how often a pass encodes the message: enough for the loop alone to
// matter.
func (m Message) Runs() int { return max(10, min(1000, (1<<20)/len(m.Wire))) }

// Row returns a row that encodes the message over and over, and a check that it
// writes the very bytes.
func (m Message) Row(e Encoding) Row {
	var run func(n int) error
	n := m.Runs()
	return Row{
		Row: measure.Row{Name: e.Name, Units: n * m.Units, Pass: func() error { return run(n) }},
		Check: func() (err error) {
			if err := m.verify(e); err != nil {
				return err
			}
			if run, err = e.Open(discard{}); err != nil {
				return err
			}
			return run(n) // lets buffers grow
		},
	}
}

func (m Message) verify(e Encoding) error {
	var out bytes.Buffer
	run, err := e.Open(&out)
	if err != nil {
		return err
	}
	if err := run(1); err != nil {
		return err
	}
	if out.String() != m.Wire {
		return errors.New("it writes other bytes")
	}
	return nil
}

// discard is a writer that is no more than that, unlike io.Discard.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// Written ends what appends to a slice.
func Written(w io.Writer, dst []byte) error {
	_, err := w.Write(dst)
	return err
}

// Appending encodes by one call that appends all. The call of a function value is
// in the time of each.
func Appending(name string, once func([]byte) []byte) Encoding {
	return Encoding{name, func(w io.Writer) (func(int) error, error) {
		var dst []byte
		return func(n int) error {
			for range n {
				dst = once(dst[:0])
			}
			return Written(w, dst)
		}, nil
	}}
}

// Writing encodes by calls on a writer that is made on another.
func Writing[W any](name string, make func(io.Writer) W, once func(W) error) Encoding {
	return Encoding{name, func(w io.Writer) (func(int) error, error) {
		out := make(w)
		return func(n int) error {
			for range n {
				if err := once(out); err != nil {
					return err
				}
			}
			return nil
		}, nil
	}}
}

// addMessage has rows made that encode a message.
func addMessage(name string, encodings ...Encoding) {
	add(name, func() []Row {
		m := message(name)
		var rows []Row
		for _, e := range encodings {
			rows = append(rows, m.Row(e))
		}
		return rows
	})
}
