package main

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/seed65f5866d/resp"
)

// benchSizes are the sizes of values, in bytes.
var benchSizes = []int{16, 1 << 10, 64 << 10}

// codecBenchmarks measure reading and writing in memory.
func codecBenchmarks() (all []benchmark) {
	for _, size := range benchSizes {
		all = append(all, readingValues("read "+sizeName(size), benchValue(size)))
	}
	all = append(all,
		readingValues("read 10 strings of 16 B", append(resp.AppendArray(nil, 10), bytes.Repeat(benchValue(16), 10)...)),
		readingCommands("read SET of 16 B", resp.AppendCommand(nil, "SET", resp.String("key"), resp.Bytes(benchPayload(16)))))
	for _, size := range benchSizes[:2] { // a larger one is not copied, so nothing is measured
		all = append(all, writingCommands("write SET of "+sizeName(size), benchPayload(size)))
	}
	return all
}

func benchPayload(size int) []byte { return []byte(strings.Repeat("x", size)) }

func benchValue(size int) []byte { return resp.AppendBulkString(nil, benchPayload(size)) }

// batch is how many times something is done between two looks at the clock.
const batch = 1000

func readingValues(name string, wire []byte) benchmark {
	return benchmark{name, func(until time.Time) (t tally, err error) {
		d := resp.NewDecoder(newEndless(wire))
		var v resp.Value
		for more := true; more && err == nil; more = time.Now().Before(until) {
			for i := 0; err == nil && i < batch; i++ {
				err = d.Decode(&v)
				t.ops++
			}
		}
		t.bytes = d.InputOffset()
		return t, err
	}}
}

func readingCommands(name string, wire []byte) benchmark {
	return benchmark{name, func(until time.Time) (t tally, err error) {
		d := resp.NewDecoder(newEndless(wire))
		for more := true; more && err == nil; more = time.Now().Before(until) {
			for i := 0; err == nil && i < batch; i++ {
				_, err = d.ReadCommand()
				t.ops++
			}
		}
		t.bytes = d.InputOffset()
		return t, err
	}}
}

func writingCommands(name string, payload []byte) benchmark {
	return benchmark{name, func(until time.Time) (t tally, err error) {
		e := resp.NewEncoder(io.Discard)
		key, value := resp.String("key"), resp.Bytes(payload)
		for more := true; more && err == nil; more = time.Now().Before(until) {
			for i := 0; err == nil && i < batch; i++ {
				err = e.WriteCommand("SET", key, value)
				t.ops++
			}
		}
		t.bytes = t.ops * int64(len(resp.AppendCommand(nil, "SET", key, value)))
		return t, err
	}}
}

// endless gives the same values without end.
type endless struct{ wire, rest []byte }

// newEndless repeats wire until it fills many reads.
func newEndless(wire []byte) *endless {
	return &endless{wire: bytes.Repeat(wire, 1+256<<10/len(wire))}
}

func (e *endless) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		e.rest = e.wire
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}
