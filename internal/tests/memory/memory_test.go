package memory_test

// Memory is bounded by what has been received, whatever was announced.

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/leanovate/gopter"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/internal/tests/methods"
	"github.com/seed65f5866d/resp/resptest"
	"github.com/seed65f5866d/resp/resptest/respgen"
)

// For every input, all that a Decoder allocates, garbage too, is at most
// memoryBase and a factor for every byte that its reader gave.
//
//   - The buffer is below four bytes for each, with all that it outgrew. A level
//     of nesting takes 16 bytes, on a stack that append makes longer.
//   - In a Value each element of three bytes or more takes 88.
//   - Elements of a streamed aggregate, and attributes in a row, are found out one
//     by one: their list grows as append has it, a quarter at a time in the end, so
//     what it outgrew is four times what it holds.
const (
	memoryBase    = 24 << 10
	memoryFactor  = 32  // of all methods but Decode
	treeFactor    = 80  // of Decode
	growingFactor = 160 // of Decode where lists grow
)

// memoryMethods read all there is, and return why they stopped: what reads any value,
// and one of each other sort.
var memoryMethods = func() map[string]func(d *resp.Decoder) error {
	all := make(map[string]func(d *resp.Decoder) error)
	for _, name := range append(methods.Names(func(r methods.Read) bool { return r.Sort == methods.Values }), "ReadToken", "ReadBytes", "ReadCommand") {
		call := methods.Named(name).Call
		all[name] = func(d *resp.Decoder) error { return repeat(func() error { return call(d, io.Discard) }) }
	}
	all["Decode"] = func(d *resp.Decoder) error {
		var v resp.Value
		return repeat(func() error { return d.Decode(&v) })
	}
	return all
}()

// repeat calls read until it fails for good: a value of an unexpected kind
// is no reason to stop.
func repeat(read func() error) error {
	var kindError *resp.KindError
	for {
		if err := read(); err == resp.ErrEnd || !errors.As(err, &kindError) && !resp.InStep(err) {
			return err
		}
	}
}

// hostile are inputs that announce much or hold the cheapest bytes to make a
// decoder allocate. Those that are large come from a reader that makes them.
var hostile = []struct {
	name string
	open func() io.Reader
	opts []resp.Option
}{
	{"10^9 elements", wires("*1000000000\r\n"), nil},
	{"10^9 elements at each of 1,000 levels", wires(strings.Repeat("*1000000000\r\n", 1000)), nil},
	{"4 x 10^9 elements in each aggregate", wires("*4294967295\r\n~4294967295\r\n%2000000000\r\n|2000000000\r\n"), nil},
	{"2^62 pairs", wires("%4611686018427387903\r\n"), []resp.Option{resp.MaxElements(1 << 62)}},
	{"2^62 pairs of an attribute", wires("|4611686018427387903\r\n"), []resp.Option{resp.MaxElements(1 << 62)}},
	{"2^63-1 elements", wires("*9223372036854775807\r\n_\r\n"), []resp.Option{resp.MaxElements(1<<63 - 1)}},
	{"512 MiB string", wires("$536870912\r\nabc"), nil},
	{"512 MiB error and verbatim string", wires("*2\r\n!536870912\r\n"), nil},
	{"512 MiB chunk", wires("$?\r\n;1\r\na\r\n;536870910\r\nb"), nil},
	{"2^63-1 bytes", wires("$9223372036854775807\r\nabc"), []resp.Option{resp.MaxBulkLen(1<<63 - 1)}},
	{"10^6 arguments", wires("*1048576\r\n$1\r\na\r\n"), nil},
	{"2^63-1 arguments", wires("*2147483647\r\n$1\r\na\r\n"), []resp.Option{resp.Lenient()}},
	{"512 MiB argument", wires("*2\r\n$3\r\nSET\r\n$536870912\r\nabc"), nil},
	{"nested arrays", repeats("", "*1\r\n", 10_000_000, ""), nil},
	{"nested arrays without a limit", repeats("", "*1\r\n", 100_000, "_\r\n"), []resp.Option{resp.MaxDepth(1 << 30)}},
	{"nested maps without a limit", repeats("", "%1\r\n_\r\n", 100_000, "_\r\n"), []resp.Option{resp.MaxDepth(1 << 30)}},
	{"nested attributes without a limit", repeats("", "|1\r\n", 100_000, strings.Repeat("_\r\n", 200_001)), []resp.Option{resp.MaxDepth(1 << 30)}},
	{"nested streamed arrays without a limit", repeats("", "*?\r\n", 100_000, strings.Repeat(".\r\n", 100_000)), []resp.Option{resp.MaxDepth(1 << 30)}},
	{"empty arrays", repeats("*100000\r\n", "*0\r\n", 100_000, ""), nil},
	{"nulls", repeats("*100000\r\n", "_\r\n", 100_000, ""), nil},
	{"arrays of one null", repeats("*100000\r\n", "*1\r\n_\r\n", 100_000, ""), nil},
	{"streamed array of nulls", repeats("*?\r\n", "_\r\n", 100_000, ".\r\n"), nil},
	{"streamed arrays of one null", repeats("*100000\r\n", "*?\r\n_\r\n.\r\n", 100_000, ""), nil},
	{"streamed string of tiny chunks", repeats("$?\r\n", ";1\r\na\r\n", 100_000, ";0\r\n"), nil},
	{"attributes in a row", repeats("", "|0\r\n", 100_000, "_\r\n"), nil},
	{"attributes with a pair in a row", repeats("", "|1\r\n_\r\n_\r\n", 100_000, "_\r\n"), nil},
	{"attribute before each element", repeats("*100000\r\n", "|1\r\n_\r\n_\r\n_\r\n", 100_000, ""), nil},
	{"values at top level", repeats("", "_\r\n", 100_000, ""), nil},
	{"empty requests", repeats("", "\r\n*0\r\n", 100_000, ""), nil},
	{"arguments without a byte", repeats("*100000\r\n", "$0\r\n\r\n", 100_000, ""), nil},
	{"words of one byte", repeats("", strings.Repeat("a ", 1000)+"\n", 100, ""), nil},
	{"64 MiB of text", repeats("+", "0123456789abcdef", 4<<20, ""), nil},
	{"64 MiB of error text", repeats("-", "0123456789abcdef", 4<<20, ""), nil},
	{"64 MiB of digits", repeats(":", "0000000000000000", 4<<20, ""), nil},
	{"64 MiB of big number", repeats("(", "1234567890123456", 4<<20, ""), nil},
	{"64 MiB of double", repeats(",", "1234567890123456", 4<<20, ""), nil},
	{"64 MiB of length", repeats("$", "1234567890123456", 4<<20, ""), nil},
	{"64 MiB of count", repeats("*", "1234567890123456", 4<<20, ""), nil},
	{"64 MiB of inline request", repeats("", "PING PING PING P", 4<<20, ""), nil},
	{"4 MiB string", repeats("$4194304\r\n", "0123456789abcdef", 4<<20/16, ""), nil},
}

// wires opens a reader of wire.
func wires(wire string) func() io.Reader {
	return func() io.Reader { return strings.NewReader(wire) }
}

// repeats opens a reader of text n times between first and last.
func repeats(first, text string, n int, last string) func() io.Reader {
	return func() io.Reader { return tests.Repeated(first, text, n, last) }
}

// counting counts the bytes that a reader gave.
type counting struct {
	io.Reader
	n int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

// measure returns how many bytes reading allocated, the least of several runs,
// which have no other goroutine's noise in them, and how many were received.
func measure(open func() io.Reader, read func(d *resp.Decoder) error, opts []resp.Option, runs int) (allocated, received int64) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for i := range runs {
		r := &counting{Reader: open()}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		read(resp.NewDecoder(r, opts...))
		runtime.ReadMemStats(&after)
		if n := int64(after.TotalAlloc - before.TotalAlloc); i == 0 || n < allocated {
			allocated = n
		}
		received = r.n
	}
	return allocated, received
}

// factorOf is what a method may allocate for a byte of the input.
func factorOf(method string, listsGrow bool) int64 {
	switch {
	case method != "Decode":
		return memoryFactor
	case listsGrow:
		return growingFactor
	}
	return treeFactor
}

// Hostile inputs cost no more memory than others.
func TestHostileInputsCostNoMemory(t *testing.T) {
	for _, input := range hostile {
		for name, read := range memoryMethods {
			allocated, received := measure(input.open, read, input.opts, 1)
			listsGrow := strings.Contains(input.name, "streamed") || strings.Contains(input.name, "in a row")
			factor := factorOf(name, listsGrow)
			if allocated > memoryBase+factor*received {
				t.Errorf("%s by %s: %d bytes allocated for %d received", input.name, name, allocated, received)
			}
			runtime.GC()
		}
	}
}

// Values of any size pass through SkipValue, CopyValue and CopyBulk in the memory
// of the buffer alone.
func TestHugeValuesPassInConstantMemory(t *testing.T) {
	huge := repeats("*1048576\r\n$67108864\r\n", "0123456789abcdef", 4<<20, "")
	tiny := repeats("*1048577\r\n", "*0\r\n", 1<<20, "")
	for name, read := range map[string]func(*resp.Decoder) error{
		"SkipValue": memoryMethods["SkipValue"],
		"CopyValue": memoryMethods["CopyValue"],
		"CopyBulk": func(d *resp.Decoder) error {
			d.ReadToken()
			_, err := d.CopyBulk(io.Discard)
			return err
		},
	} {
		for _, open := range []func() io.Reader{huge, tiny} {
			if allocated, received := measure(open, read, nil, 2); allocated > memoryBase {
				t.Errorf("%s: %d bytes allocated for %d received", name, allocated, received)
			}
		}
	}
}

// Nor does any other input.
func TestMemoryIsBoundedByBytesReceived(t *testing.T) {
	gens := []gopter.Gen{respgen.Broken(resptest.Shape{Elems: 12}), respgen.BrokenCommands(100)}
	params := gopter.DefaultGenParameters()
	for i := range 300 {
		sample, _ := gens[i%2](params).Retrieve()
		wire := sample.(resptest.Bytes)
		open := func() io.Reader { return bytes.NewReader(wire) }
		for name, read := range memoryMethods {
			allocated, received := measure(open, read, nil, 1)
			bound := memoryBase + factorOf(name, bytes.ContainsAny(wire, "?|"))*received
			if allocated > bound {
				allocated, _ = measure(open, read, nil, 5)
			}
			if allocated > bound {
				t.Errorf("%v by %s: %d bytes allocated for %d received", wire, name, allocated, received)
			}
		}
	}
}

// Ten million levels, with the limit on them raised, cost the stack of counts
// alone: nothing recurses, and nothing is kept of a level but its count.
func TestTenMillionLevelsCostTheirCounts(t *testing.T) {
	if testing.Short() {
		t.Skip("allocates about a gigabyte in all")
	}
	open := repeats("", "*1\r\n", 10_000_000, "_\r\n")
	for _, name := range []string{"SkipValue", "ReadToken"} {
		allocated, received := measure(open, memoryMethods[name], []resp.Option{resp.MaxDepth(1 << 30)}, 1)
		t.Logf("%s: %d bytes allocated for %d received", name, allocated, received)
		if allocated > memoryBase+memoryFactor*received {
			t.Errorf("%s: %d bytes allocated for %d received", name, allocated, received)
		}
		runtime.GC()
	}
}

// A clone of a small value keeps nothing of the large one that was in its storage
// before, also where the small one has an empty list of that storage.
func TestACloneKeepsNoStorage(t *testing.T) {
	const elements = 200_000
	large := "*1\r\n*200000\r\n" + strings.Repeat(":1\r\n", elements)
	for _, small := range []string{"*1\r\n*?\r\n.\r\n", "*1\r\n*0\r\n", "*?\r\n.\r\n", "|1\r\n:1\r\n*?\r\n.\r\n:2\r\n", ":1\r\n"} {
		var clone resp.Value
		held := tests.Held(func() {
			d := resp.NewDecoder(strings.NewReader(large + small))
			var v resp.Value
			for range 2 {
				if err := d.Decode(&v); err != nil {
					t.Fatalf("Decode of %q: %v", small, err)
				}
			}
			clone = v.Clone()
		})
		if held > 10*elements {
			t.Errorf("a clone of %q, which came after %d elements, keeps %d bytes", small, elements, held)
		}
		runtime.KeepAlive(clone)
	}
}
