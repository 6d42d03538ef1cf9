package resp_test

import (
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
)

// This file measures the package on deterministic workloads, frame by frame as
// peers are measured in bench/. Compare ratios within one run, pinned to a core:
//
//	taskset -c 1 go test -run '^$' -bench . -count 5 .

const (
	bulk16   = "$16\r\n0123456789abcdef\r\n"
	setFrame = "*3\r\n$3\r\nSET\r\n$10\r\nkey:123456\r\n" + bulk16
)

// workloads are the frames that a workload repeats, as many as are asked for.
var workloads = []struct {
	name  string
	frame func(*rand.Rand) string
	size  int // of all frames together, at least
}{
	{"ok", func(*rand.Rand) string { return "+OK\r\n" }, 1 << 20},
	{"int", func(r *rand.Rand) string { return ":" + digits(r, 1+r.IntN(19)) + "\r\n" }, 1 << 20},
	{"bulk16", func(*rand.Rand) string { return bulk16 }, 1 << 20},
	{"bulk1k", func(*rand.Rand) string { return bulkFrame(1 << 10) }, 1 << 20},
	{"bulk64k", func(*rand.Rand) string { return bulkFrame(64 << 10) }, 16 << 20},
	{"bulk1m", func(*rand.Rand) string { return bulkFrame(1 << 20) }, 16 << 20},
	{"array10", func(*rand.Rand) string { return "*10\r\n" + strings.Repeat(bulk16, 10) }, 1 << 20},
	{"xrange", func(*rand.Rand) string {
		entry := "*2\r\n$15\r\n1700000000000-0\r\n*4\r\n$5\r\nfield\r\n" + bulk16 + "$5\r\nother\r\n" + bulk16
		return "*100\r\n" + strings.Repeat(entry, 100)
	}, 1 << 20},
	{"mixed", mixedFrame, 1 << 20},
	{"command", func(*rand.Rand) string { return setFrame }, 1 << 20},
}

// mixedFrame is one of a client's traffic: 40 % +OK, 25 % bulk16, 15 % integers,
// 10 % array10, 5 % nulls, 5 % errors.
func mixedFrame(r *rand.Rand) string {
	switch n := r.IntN(100); {
	case n < 40:
		return "+OK\r\n"
	case n < 65:
		return bulk16
	case n < 80:
		return ":" + digits(r, 1+r.IntN(19)) + "\r\n"
	case n < 90:
		return "*10\r\n" + strings.Repeat(bulk16, 10)
	case n < 95:
		return "$-1\r\n"
	}
	return "-ERR unknown command 'foobar'\r\n"
}

func digits(r *rand.Rand, n int) string {
	b := []byte{byte('1' + r.IntN(9))}
	for len(b) < n {
		b = append(b, byte('0'+r.IntN(10)))
	}
	if n == 19 {
		b[0] = '1' // within int64
	}
	return string(b)
}

func bulkFrame(n int) string {
	return "$" + strconv.Itoa(n) + "\r\n" + strings.Repeat("x", n) + "\r\n"
}

// build returns the frames of a workload joined, and how many they are.
func build(frame func(*rand.Rand) string, size int) (wire []byte, frames int) {
	r := rand.New(rand.NewPCG(1, 2))
	for len(wire) < size {
		wire = append(wire, frame(r)...)
		frames++
	}
	return wire, frames
}

// pieceReader hands out a wire in pieces of at most size bytes, over and over.
type pieceReader struct {
	wire []byte
	rest []byte
	size int
}

func (p *pieceReader) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), p.size)], p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// eachFrame runs read until the end of the wire, b.N times, and reports the time
// for one frame.
func eachFrame(b *testing.B, wire []byte, frames, pieceSize int, read func(*resp.Decoder) error) {
	source := &pieceReader{wire: wire, size: pieceSize}
	d := resp.NewDecoder(source)
	b.SetBytes(int64(len(wire)))
	b.ReportAllocs()
	for end := int64(len(wire)); b.Loop(); end += int64(len(wire)) {
		source.rest = source.wire // a Decoder goes on behind io.EOF when there is more
		var err error
		for err == nil {
			err = read(d)
		}
		if err != io.EOF || d.InputOffset() != end {
			b.Fatalf("%v at %d, want io.EOF at %d", err, d.InputOffset(), end)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(frames), "ns/frame")
}

func BenchmarkDecode(b *testing.B) {
	var v resp.Value
	reads := []struct {
		name string
		read func(*resp.Decoder) error
	}{
		{"token", func(d *resp.Decoder) error { _, err := d.ReadToken(); return err }},
		{"value", func(d *resp.Decoder) error { return d.Decode(&v) }},
		{"skip", (*resp.Decoder).SkipValue},
		{"raw", func(d *resp.Decoder) error { _, err := d.ReadRaw(); return err }},
	}
	for _, workload := range workloads {
		wire, frames := build(workload.frame, workload.size)
		for _, r := range reads {
			for _, size := range []int{1460, 16 << 10, 64 << 10} {
				b.Run(fmt.Sprintf("%s/%s/read=%d", workload.name, r.name, size), func(b *testing.B) {
					eachFrame(b, wire, frames, size, r.read)
				})
			}
		}
	}
}

// The same strings into the caller's memory: as one read, and as a view and a copy.
func BenchmarkReadInto(b *testing.B) {
	p := make([]byte, 64<<10)
	reads := map[string]func(*resp.Decoder) error{
		"ReadInto": func(d *resp.Decoder) error { _, err := d.ReadInto(p); return err },
		"ReadBytes and copy": func(d *resp.Decoder) error {
			view, err := d.ReadBytes()
			copy(p, view)
			return err
		},
	}
	for _, size := range []int{64, 4 << 10, 64 << 10} {
		frame := bulkFrame(size)
		wire, frames := build(func(*rand.Rand) string { return frame }, 1<<20)
		for name, read := range reads {
			b.Run(fmt.Sprintf("%d/%s", size, name), func(b *testing.B) {
				eachFrame(b, wire, frames, 64<<10, read)
			})
			b.Run(fmt.Sprintf("%d/%s/from a socket", size, name), func(b *testing.B) {
				here, there := tests.ConnPair(b, "unix")
				go func() {
					for {
						if _, err := there.Write(wire); err != nil {
							return
						}
					}
				}()
				d := resp.NewDecoder(here)
				b.SetBytes(int64(len(frame)))
				for b.Loop() {
					if err := read(d); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkReadCommand(b *testing.B) {
	wire, frames := build(func(*rand.Rand) string { return setFrame }, 1<<20)
	b.Run("one", func(b *testing.B) {
		eachFrame(b, wire, frames, 16<<10, func(d *resp.Decoder) error { _, err := d.ReadCommand(); return err })
	})
	var commands []resp.Command
	b.Run("all that are buffered", func(b *testing.B) {
		eachFrame(b, wire, frames, 16<<10, func(d *resp.Decoder) (err error) {
			commands, err = d.ReadCommands(commands[:0])
			return err
		})
	})
}

// appendCases are what is measured of the Append functions: one frame each, or a
// SET in each of the ways in which a caller can write it.
func appendCases() map[string]func(dst []byte) []byte {
	const key = "key:123456"
	value, value1k := []byte("0123456789abcdef"), make([]byte, 1<<10)
	valueText := string(value)
	ready, ready1k := []byte(setFrame), resp.AppendArgs(nil, []byte("SET"), []byte(key), value1k)
	numbers := manyNumbers()
	next := uint(0)
	number := func() int64 { next++; return numbers[next%uint(len(numbers))] }
	return map[string]func(dst []byte) []byte{
		"ok":     func(dst []byte) []byte { return resp.AppendSimpleString(dst, "OK") },
		"int":    func(dst []byte) []byte { return resp.AppendInteger(dst, number()) },
		"bulk40": func(dst []byte) []byte { return resp.AppendBulkString(dst, setFrame[:40]) },
		"bulk16": func(dst []byte) []byte { return resp.AppendBulkString(dst, value) },
		"array10": func(dst []byte) []byte {
			dst = resp.AppendArray(dst, 10)
			for range 10 {
				dst = resp.AppendBulkString(dst, value)
			}
			return dst
		},
		"SET 16 B/AppendCommand": func(dst []byte) []byte {
			return resp.AppendCommand(dst, "SET", resp.String(key), resp.Bytes(value))
		},
		"SET 16 B/AppendArgs": func(dst []byte) []byte { return resp.AppendArgs(dst, "SET", key, valueText) },
		"SET 16 B/AppendArray": func(dst []byte) []byte {
			dst = resp.AppendArray(dst, 3)
			dst = resp.AppendBulkString(dst, "SET")
			dst = resp.AppendBulkString(dst, key)
			return resp.AppendBulkString(dst, value)
		},
		"SET 16 B/ready bytes": func(dst []byte) []byte { return append(dst, ready...) },
		"SET 1 KiB/AppendCommand": func(dst []byte) []byte {
			return resp.AppendCommand(dst, "SET", resp.String(key), resp.Bytes(value1k))
		},
		"SET 1 KiB/AppendArgs": func(dst []byte) []byte {
			return resp.AppendArgs(dst, bytesSET, bytesKey, value1k)
		},
		"SET 1 KiB/ready bytes": func(dst []byte) []byte { return append(dst, ready1k...) },
		"INCRBY/AppendCommand": func(dst []byte) []byte {
			return resp.AppendCommand(dst, "INCRBY", resp.String(key), resp.Int(number()))
		},
	}
}

var bytesSET, bytesKey = []byte("SET"), []byte("key:123456")

// manyNumbers are numbers of 1 to 19 digits, all lengths equally often. They are
// so many that no processor learns their order.
func manyNumbers() *[1 << 16]int64 {
	r := rand.New(rand.NewPCG(3, 4))
	numbers := new([1 << 16]int64)
	for i := range numbers {
		numbers[i], _ = strconv.ParseInt(digits(r, 1+r.IntN(19)), 10, 64)
	}
	return numbers
}

// Each case alone, over and over at the start of the same memory, and in a
// pipeline of 100.
func BenchmarkAppend(b *testing.B) {
	cases := appendCases()
	dst := make([]byte, 0, 256<<10)
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		f := cases[name]
		for _, pipeline := range []int{1, 100} {
			b.Run(fmt.Sprintf("%s/%d", name, pipeline), func(b *testing.B) {
				b.SetBytes(int64(pipeline * len(f(nil))))
				b.ReportAllocs()
				for b.Loop() {
					dst = dst[:0]
					for range pipeline {
						dst = f(dst)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(pipeline), "ns/frame")
			})
		}
	}
}

func BenchmarkWriteCommand(b *testing.B) {
	for _, size := range []int{16, 1 << 10, 1 << 20} {
		value := make([]byte, size)
		b.Run(fmt.Sprintf("Encoder/%d", size), func(b *testing.B) {
			e := resp.NewEncoder(io.Discard)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if err := e.WriteCommand("SET", resp.String("key:123456"), resp.Bytes(value)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("Chunker/%d", size), func(b *testing.B) {
			var c resp.Chunker
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if err := c.AddCommand("SET", resp.String("key:123456"), resp.Bytes(value)); err != nil {
					b.Fatal(err)
				}
				if _, err := c.WriteTo(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What the size of a read is worth on a socket, where each is a system call: a
// pipeline of replies that never ends, and large values.
func BenchmarkReadSize(b *testing.B) {
	for _, frame := range []string{bulk16, bulkFrame(1 << 10), bulkFrame(64 << 10), bulkFrame(1 << 20)} {
		wire := []byte(strings.Repeat(frame, max(1, (1<<20)/len(frame))))
		for size := 2 << 10; size <= 256<<10; size *= 2 {
			b.Run(fmt.Sprintf("frames of %d/reads of %d KiB", len(frame), size>>10), func(b *testing.B) {
				here, there := tests.ConnPair(b, "unix")
				go func() {
					for {
						if _, err := there.Write(wire); err != nil {
							return
						}
					}
				}()
				d := resp.NewDecoder(here, resp.BufferSize(size))
				b.SetBytes(int64(len(frame)))
				for b.Loop() {
					if _, err := d.ReadBytes(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// What one value costs, and what it costs when each is flushed.
func BenchmarkEncoder(b *testing.B) {
	value, value1k := []byte("0123456789abcdef"), make([]byte, 1<<10)
	large := make([]byte, 64<<10)
	set, key := []byte("SET"), []byte("key:123456")
	tree := &resp.Value{Kind: resp.Array, Elems: make([]resp.Value, 10)}
	for i := range tree.Elems {
		tree.Elems[i] = resp.Value{Kind: resp.BulkString, Bytes: value}
	}
	for _, bench := range []struct {
		name  string
		write func(e *resp.Encoder) error
	}{
		{"ok", func(e *resp.Encoder) error { return e.WriteSimpleString("OK") }},
		{"int", func(e *resp.Encoder) error { return e.WriteInteger(1234567) }},
		{"null", func(e *resp.Encoder) error { return e.WriteNull() }},
		{"bulk16", func(e *resp.Encoder) error { return e.WriteBulkBytes(value) }},
		{"bulk1k", func(e *resp.Encoder) error { return e.WriteBulkBytes(value1k) }},
		{"bulk64k", func(e *resp.Encoder) error { return e.WriteBulkBytes(large) }},
		{"array10", func(e *resp.Encoder) error {
			err := e.WriteArray(10)
			for range 10 {
				err = e.WriteBulkBytes(value)
			}
			return err
		}},
		{"value10", func(e *resp.Encoder) error { return e.WriteValue(tree) }},
		{"command16", func(e *resp.Encoder) error {
			return e.WriteCommand("SET", resp.String("key:123456"), resp.Bytes(value))
		}},
		{"command1k", func(e *resp.Encoder) error {
			return e.WriteCommand("SET", resp.String("key:123456"), resp.Bytes(value1k))
		}},
		{"command64k", func(e *resp.Encoder) error {
			return e.WriteCommand("SET", resp.String("key:123456"), resp.Bytes(large))
		}},
		{"args16", func(e *resp.Encoder) error { return e.WriteArgs(set, key, value) }},
		{"args1k", func(e *resp.Encoder) error { return e.WriteArgs(set, key, value1k) }},
	} {
		for _, flushed := range []bool{false, true} {
			name := bench.name
			if flushed {
				name += "/flushed"
			}
			b.Run(name, func(b *testing.B) {
				e := resp.NewEncoder(io.Discard)
				b.ReportAllocs()
				for b.Loop() {
					if err := bench.write(e); err != nil {
						b.Fatal(err)
					}
					if flushed {
						if err := e.Flush(); err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		}
	}
}
