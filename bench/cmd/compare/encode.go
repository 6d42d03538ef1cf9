package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/bench"
	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// encoding is a way to encode something. What open returns does it n times, in a
// loop of its own, and everything has reached w when that returns or has been
// overwritten by the next.
type encoding struct {
	name  string
	group group
	open  func(w io.Writer) (func(n int) error, error)
}

// message is what is encoded: as many units as one run of the encoding writes,
// and the bytes.
type message struct {
	units int
	wire  string
}

// The parts of messages are variables, as they are for those who encode.
var (
	okText   = "OK"
	setName  = "SET"
	setKey   = "key:123456"
	sixteen  = "0123456789abcdef"
	integers = bench.Integers(1024)
)

// depth is the number of commands in a pipeline.
const depth = 100

func encodeExperiments() []experiment {
	return []experiment{
		setExperiment("SET 16 B", 16, 1),
		setExperiment("SET 1 KiB", 1<<10, 1),
		setExperiment("SET 1 MiB", 1<<20, 1),
		setExperiment("SET pipeline", 16, depth),
		replyExperiment("encode ok", 1, "+OK\r\n", okEncodings),
		replyExperiment("encode int", len(integers), integersWire(), intEncodings),
		replyExperiment("encode bulk16", 1, bulkWire(sixteen), bulkEncodings),
		replyExperiment("encode array10", 1, "*10\r\n"+strings.Repeat(bulkWire(sixteen), 10), arrayEncodings),
	}
}

func setExperiment(name string, size, depth int) experiment {
	return experiment{name, func() ([]row, error) {
		set := set{value: bytes.Repeat([]byte("v"), size), depth: depth}
		m := message{depth, strings.Repeat("*3\r\n"+bulkWire(setName)+bulkWire(setKey)+bulkWire(string(set.value)), depth)}
		rows := m.rows(append(set.ours(), set.peers()...))
		rows = append(rows, hiredisEncodeRows(size, depth)...)
		return append(rows, m.readyRow()), nil
	}}
}

func replyExperiment(name string, units int, wire string, encodings func() []encoding) experiment {
	return experiment{name, func() ([]row, error) {
		m := message{units, wire}
		return append(m.rows(encodings()), m.readyRow()), nil
	}}
}

func bulkWire(s string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s) }

func integersWire() string {
	var b strings.Builder
	for _, n := range integers {
		fmt.Fprintf(&b, ":%d\r\n", n)
	}
	return b.String()
}

// runs returns how often a pass encodes the message: enough for the loop alone to
// matter.
func (m message) runs() int { return max(10, min(1000, (1<<20)/len(m.wire))) }

func (m message) rows(encodings []encoding) []row {
	var rows []row
	for _, e := range encodings {
		rows = append(rows, m.row(e))
	}
	return rows
}

func (m message) row(e encoding) row {
	var run func(n int) error
	n := m.runs()
	return row{
		Row:   measure.Row{Name: e.name, Units: n * m.units, Pass: func() error { return run(n) }},
		group: e.group,
		check: func() (err error) {
			if err := m.verify(e); err != nil {
				return err
			}
			if run, err = e.open(discard{}); err != nil {
				return err
			}
			return run(n) // lets buffers grow
		},
	}
}

// verify returns an error unless the encoding writes the very bytes.
func (m message) verify(e encoding) error {
	var out bytes.Buffer
	run, err := e.open(&out)
	if err != nil {
		return err
	}
	if err := run(1); err != nil {
		return err
	}
	if out.String() != m.wire {
		return errors.New("it writes other bytes")
	}
	return nil
}

// discard is a writer that is no more than that, unlike io.Discard.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// readyRow appends bytes that are ready, unit by unit.
func (m message) readyRow() row {
	size := len(m.wire) / m.units // of integers, the mean
	return m.row(encoding{readyName, baseline, func(w io.Writer) (func(int) error, error) {
		dst := make([]byte, 0, len(m.wire))
		return func(n int) error {
			for range n {
				dst = dst[:0]
				for range m.units - 1 {
					dst = append(dst, m.wire[len(dst):len(dst)+size]...)
				}
				dst = append(dst, m.wire[len(dst):]...)
			}
			return written(w, dst)
		}, nil
	}})
}

func written(w io.Writer, dst []byte) error {
	_, err := w.Write(dst)
	return err
}

// set is commands SET in one pipeline.
type set struct {
	value []byte
	depth int
}

func (s set) ours() []encoding {
	return []encoding{
		{"Append", ours, s.appendParts},
		{"AppendArgs", ours, s.appendArgs},
		{"AppendCommand", ours, s.appendCommand},
		{"WriteCommand", ours, s.writeCommand},
		{"WriteArgs", ours, s.writeArgs},
		{"Chunker", ours, s.chunker},
	}
}

func (s set) appendParts(w io.Writer) (func(int) error, error) {
	var dst []byte
	return func(n int) error {
		for range n {
			dst = dst[:0]
			for range s.depth {
				dst = resp.AppendArray(dst, 3)
				dst = resp.AppendBulkString(dst, setName)
				dst = resp.AppendBulkString(dst, setKey)
				dst = resp.AppendBulkString(dst, s.value)
			}
		}
		return written(w, dst)
	}, nil
}

func (s set) appendArgs(w io.Writer) (func(int) error, error) {
	var dst []byte
	value := string(s.value)
	return func(n int) error {
		for range n {
			dst = dst[:0]
			for range s.depth {
				dst = resp.AppendArgs(dst, setName, setKey, value)
			}
		}
		return written(w, dst)
	}, nil
}

func (s set) appendCommand(w io.Writer) (func(int) error, error) {
	var dst []byte
	return func(n int) error {
		for range n {
			dst = dst[:0]
			for range s.depth {
				dst = resp.AppendCommand(dst, setName, resp.String(setKey), resp.Bytes(s.value))
			}
		}
		return written(w, dst)
	}, nil
}

func (s set) writeCommand(w io.Writer) (func(int) error, error) {
	e := resp.NewEncoder(w)
	return func(n int) error {
		for range n {
			for range s.depth {
				if err := e.WriteCommand(setName, resp.String(setKey), resp.Bytes(s.value)); err != nil {
					return err
				}
			}
			if err := e.Flush(); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func (s set) writeArgs(w io.Writer) (func(int) error, error) {
	e := resp.NewEncoder(w)
	name, key := []byte(setName), []byte(setKey)
	return func(n int) error {
		for range n {
			for range s.depth {
				if err := e.WriteArgs(name, key, s.value); err != nil {
					return err
				}
			}
			if err := e.Flush(); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func (s set) chunker(w io.Writer) (func(int) error, error) {
	c := new(resp.Chunker)
	return func(n int) error {
		for range n {
			for range s.depth {
				if err := c.AddCommand(setName, resp.String(setKey), resp.Bytes(s.value)); err != nil {
					return err
				}
			}
			if _, err := c.WriteTo(w); err != nil {
				return err
			}
		}
		return nil
	}, nil
}
