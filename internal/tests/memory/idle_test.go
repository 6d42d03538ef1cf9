package memory_test

import (
	"errors"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/internal/tests/methods"
)

// waiting gives its bytes, up to most at once, and then times out, as a reader does
// that has been waiting for more.
type waiting struct {
	wire string
	most int
}

func (r *waiting) Read(p []byte) (int, error) {
	n := copy(p[:min(len(p), r.most)], r.wire)
	r.wire = r.wire[n:]
	if n == 0 {
		return 0, os.ErrDeadlineExceeded
	}
	return n, nil
}

// idleWork is what Decoders have done before they go idle: read returns an error
// when there is no more.
var idleWork = []struct {
	name, wire string
	read       func(*resp.Decoder) error
}{
	{"nothing", "", caller("ReadToken")},
	{"a short command", tests.Multibulk("GET", "key"), caller("ReadCommand")},
	{"commands", strings.Repeat(tests.Multibulk("SET", "key", strings.Repeat("x", 500)), 100), caller("ReadCommand")},
	{"batches of commands", strings.Repeat(tests.Multibulk("SET", "key", strings.Repeat("x", 500)), 100), caller("ReadCommands")},
	{"a command of 1,000 words", tests.Multibulk(slices.Repeat([]string{"word"}, 1000)...), caller("ReadCommand")},
	{"an inline command", strings.Repeat("'word' ", 1000) + "\r\n", caller("ReadCommand")},
	{"a megabyte", tests.Bulk(1 << 20), caller("ReadBytes")},
	{"a megabyte in chunks", "$?\r\n;" + tests.Bulk(1 << 20)[1:] + ";0\r\n", caller("ReadBytes")},
	{"a megabyte in parts", tests.Bulk(1 << 20), caller("BulkReader")},
	{"a megabyte passed on", tests.Bulk(1 << 20), caller("CopyBulk")},
	{"a deep value", strings.Repeat("*1\r\n", 1000) + ":1\r\n", caller("Decode")},
	{"a deep value in tokens", strings.Repeat("*1\r\n", 1000) + ":1\r\n", caller("ReadToken")},
	{"a deep value skipped", strings.Repeat("|1\r\n:1\r\n", 1000) + strings.Repeat(":1\r\n", 1001), caller("SkipValue")},
}

// caller returns a call of the method of that name.
func caller(name string) func(*resp.Decoder) error {
	call := methods.Named(name).Call
	return func(d *resp.Decoder) error { return call(d, io.Discard) }
}

func TestIdleDecodersHoldLittle(t *testing.T) {
	const decoders = 25
	for _, work := range idleWork {
		for _, most := range []int{1, 100, 1460, 1 << 20} {
			idle := make([]*resp.Decoder, decoders)
			readers := make([]waiting, decoders)
			got := heldByAll(idle, func(i int) *resp.Decoder {
				readers[i] = waiting{wire: work.wire, most: max(most, len(work.wire)/1000)}
				d := resp.NewDecoder(&readers[i])
				readUntil(t, d, work.read, os.ErrDeadlineExceeded)
				return d
			})
			if got > decoders*tests.IdleMost {
				t.Errorf("having read %s, up to %d bytes at once, an idle Decoder holds %d bytes", work.name, most, got/decoders)
			}
			runtime.KeepAlive(idle)
		}
		idle := make([]*resp.Decoder, decoders)
		got := heldByAll(idle, func(int) *resp.Decoder {
			d := resp.NewDecoder(nil)
			d.Feed([]byte(work.wire))
			readUntil(t, d, work.read, resp.ErrIncomplete)
			return d
		})
		if got > decoders*tests.IdleMost {
			t.Errorf("having read %s, fed, an idle Decoder holds %d bytes", work.name, got/decoders)
		}
		runtime.KeepAlive(idle)
	}
}

// readUntil reads until that error.
func readUntil(t *testing.T, d *resp.Decoder, read func(*resp.Decoder) error, end error) {
	t.Helper()
	for {
		if err := read(d); errors.Is(err, end) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// heldByAll returns how many bytes are in use for all that fill puts into idle. It
// is the least of some tries, because what others hold comes and goes.
func heldByAll[T any](idle []*T, fill func(i int) *T) int {
	least := math.MaxInt
	for range 3 {
		clear(idle)
		least = min(least, tests.Held(func() {
			for i := range idle {
				idle[i] = fill(i)
			}
		}))
	}
	return least
}

func TestIdleEncodersHoldLittle(t *testing.T) {
	const encoders = 50
	deep := deepValue(1000)
	for name, write := range map[string]func(e *resp.Encoder){
		"nothing":         func(e *resp.Encoder) {},
		"a short command": func(e *resp.Encoder) { e.WriteCommand("GET", resp.String("key")) },
		"a megabyte":      func(e *resp.Encoder) { e.WriteBulkBytes(make([]byte, 1<<20)) },
		"a megabyte from a reader": func(e *resp.Encoder) {
			e.WriteBulkFrom(io.LimitReader(tests.Zeros{}, 1<<20), 1<<20)
		},
		"a deep value":                 func(e *resp.Encoder) { e.WriteValue(deep) },
		"a deep value in parts":        func(e *resp.Encoder) { writeDeep(e, 1000) },
		"a deep value in parts, twice": func(e *resp.Encoder) { writeDeep(e, 1000); e.Flush(); writeDeep(e, 1000) },
		"half an array":                func(e *resp.Encoder) { e.WriteArray(2); e.WriteInteger(1) },
		"a part of a string":           func(e *resp.Encoder) { e.WriteStreamedString(); e.WriteChunk([]byte("x")) },
	} {
		idle := make([]*resp.Encoder, encoders)
		got := heldByAll(idle, func(int) *resp.Encoder {
			e := resp.NewEncoder(io.Discard)
			write(e)
			if err := e.Flush(); err != nil {
				t.Fatal(err)
			}
			return e
		})
		if got > encoders*tests.IdleMost {
			t.Errorf("having written %s, an idle Encoder holds %d bytes", name, got/encoders)
		}
		runtime.KeepAlive(idle)
	}
}

// writeDeep writes arrays in one another, half of them streamed, part by part.
func writeDeep(e *resp.Encoder, depth int) {
	for range depth / 2 {
		e.WriteStreamed(resp.Array)
	}
	for range depth / 2 {
		e.WriteArray(1)
	}
	e.WriteInteger(1)
	for range depth / 2 {
		e.WriteEnd()
	}
	for range depth {
		e.WriteArray(1)
	}
	e.WriteInteger(1)
}

// deepValue returns an array in an array and so on.
func deepValue(depth int) *resp.Value {
	v := &resp.Value{Kind: resp.Integer, Int: 1}
	for range depth {
		v = &resp.Value{Kind: resp.Array, Elems: []resp.Value{*v}}
	}
	return v
}

// Going idle and waking up again allocates nothing, whatever the size.
func TestWakingUpDoesNotAllocate(t *testing.T) {
	if !tests.PoolsKeep() {
		t.Skip("under the race detector pools drop at random what they are given")
	}
	for _, work := range idleWork[1:] {
		source := &waiting{most: 1 << 20}
		d := resp.NewDecoder(source)
		fed, wire := resp.NewDecoder(nil), []byte(work.wire)
		for name, cycle := range map[string]func(){
			"read": func() { source.wire = work.wire; readUntil(t, d, work.read, os.ErrDeadlineExceeded) },
			"fed":  func() { fed.Feed(wire); readUntil(t, fed, work.read, resp.ErrIncomplete) },
		} {
			if work.name == "a deep value" || work.name == "batches of commands" {
				continue // their own results are new each time
			}
			if n := testing.AllocsPerRun(100, cycle); n != 0 {
				t.Errorf("%s, %s: %v allocations", work.name, name, n)
			}
		}
	}
	var batch []resp.Command
	large, small := strings.Repeat(tests.Multibulk("SET", "key", "value"), 100), tests.Multibulk("PING")
	source := &waiting{most: 1 << 20}
	d := resp.NewDecoder(source)
	n := testing.AllocsPerRun(100, func() {
		for _, source.wire = range []string{large, small} {
			readUntil(t, d, func(d *resp.Decoder) (err error) { batch, err = d.ReadCommands(batch[:0]); return err }, os.ErrDeadlineExceeded)
		}
	})
	if n != 0 {
		t.Errorf("a large batch and a small one by turns: %v allocations", n)
	}
	d = resp.NewDecoder(source, resp.BufferSize(64), resp.OnPush(func(*resp.Value) {}))
	pushed := ">9\r\n" + strings.Repeat(tests.Bulk(100), 9) + ":1\r\n"
	n = testing.AllocsPerRun(100, func() {
		source.wire = pushed
		readUntil(t, d, caller("ReadInt64"), os.ErrDeadlineExceeded)
	})
	if n != 0 {
		t.Errorf("a push that is larger than the buffer usually is: %v allocations", n)
	}
	e := resp.NewEncoder(io.Discard)
	if n := testing.AllocsPerRun(100, func() { e.WriteCommand("GET", resp.String("key")); e.Flush() }); n != 0 {
		t.Errorf("an Encoder: %v allocations", n)
	}
	for _, depth := range []int{10, 100, 1000} {
		if n := testing.AllocsPerRun(100, func() { writeDeep(e, depth); e.Flush() }); n != 0 {
			t.Errorf("an Encoder, %d levels: %v allocations", depth, n)
		}
	}
}

// What 100,000 idle connections hold (B/idle), and what it costs to wake one of
// them for a command and let it go idle again; busy never goes idle.
func BenchmarkIdle(b *testing.B) {
	const connections = 100_000
	command := []byte(tests.Multibulk("SET", "key:123456", "0123456789abcdef"))
	b.Run("Decoder", func(b *testing.B) {
		idle := make([]*resp.Decoder, connections)
		readers := make([]waiting, connections)
		held := tests.Held(func() {
			for i := range idle {
				readers[i] = waiting{wire: string(command), most: 1 << 20}
				idle[i] = resp.NewDecoder(&readers[i])
				readAll(b, idle[i])
			}
		})
		for i := 0; b.Loop(); i++ {
			n := i % connections
			readers[n].wire = string(command)
			readAll(b, idle[n])
		}
		b.ReportMetric(float64(held)/connections, "B/idle")
	})
	b.Run("Decoder/fed", func(b *testing.B) {
		idle := make([]*resp.Decoder, connections)
		held := tests.Held(func() {
			for i := range idle {
				idle[i] = resp.NewDecoder(nil)
				idle[i].Feed(command)
				readAll(b, idle[i])
			}
		})
		for i := 0; b.Loop(); i++ {
			d := idle[i%connections]
			d.Feed(command)
			readAll(b, d)
		}
		b.ReportMetric(float64(held)/connections, "B/idle")
	})
	b.Run("Decoder/busy", func(b *testing.B) {
		d := resp.NewDecoder(nil)
		d.Feed([]byte("*"))
		next := append(command[1:], '*')
		for b.Loop() {
			d.Feed(next)
			readAll(b, d)
		}
	})
	b.Run("Encoder", func(b *testing.B) {
		idle := make([]*resp.Encoder, connections)
		write := func(e *resp.Encoder) {
			e.WriteCommand("SET", resp.String("key:123456"), resp.String("0123456789abcdef"))
			e.Flush()
		}
		held := tests.Held(func() {
			for i := range idle {
				idle[i] = resp.NewEncoder(io.Discard)
				write(idle[i])
			}
		})
		for i := 0; b.Loop(); i++ {
			write(idle[i%connections])
		}
		b.ReportMetric(float64(held)/connections, "B/idle")
	})
	b.Run("Encoder/busy", func(b *testing.B) {
		e := resp.NewEncoder(io.Discard)
		for b.Loop() {
			e.WriteCommand("SET", resp.String("key:123456"), resp.String("0123456789abcdef"))
		}
	})
}

// readAll reads the one command that has come, and finds that there is no more.
func readAll(b *testing.B, d *resp.Decoder) {
	for n := 0; ; n++ {
		if _, err := d.ReadCommand(); err == nil {
			continue
		} else if n != 1 || err != resp.ErrIncomplete && err != os.ErrDeadlineExceeded {
			b.Fatal(n, err)
		}
		return
	}
}
