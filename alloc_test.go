package resp_test

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/internal/tests/methods"
)

// endless reads the same bytes over and over, at most so many at once.
type endless struct {
	wire   string
	at     int
	atOnce int // 0: as many as there is room for
}

func (r *endless) Read(p []byte) (int, error) {
	if r.atOnce > 0 {
		p = p[:min(len(p), r.atOnce)]
	}
	n := 0
	for n < len(p) {
		k := copy(p[n:], r.wire[r.at:])
		n += k
		if r.at += k; r.at == len(r.wire) {
			r.at = 0
		}
	}
	return n, nil
}

var (
	multibulkWire = tests.Multibulk
	checkNoAllocs = tests.CheckNoAllocs
	allocated     = tests.Allocated
)

// bulkWire gives a bulk string of n bytes.
func bulkWire(n int) string { return fmt.Sprintf("$%d\r\n%s\r\n", n, strings.Repeat("x", n)) }

const (
	arrayWire  = "*2\r\n$5\r\nhello\r\n:12345678901\r\n"
	nestedWire = "|1\r\n+ttl\r\n:3600\r\n*4\r\n:1\r\n%2\r\n+k\r\n$5\r\nhello\r\n|1\r\n+a\r\n*1\r\n:1\r\n+l\r\n*-1\r\n" +
		"~3\r\n,1.5\r\n#t\r\n(12345678901234567890\r\n>2\r\n=7\r\ntxt:abc\r\n!5\r\nERR x\r\n"
	streamedWire = "*?\r\n$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n%?\r\n+k\r\n|1\r\n+a\r\n$?\r\n;1\r\nx\r\n;0\r\n~?\r\n.\r\n.\r\n.\r\n"
	largeSize    = 100 << 10
)

var longLine = "+" + strings.Repeat("x", 2000) + "\r\n"

// steadyReads are the reads that are promised not to allocate, each of all of its
// wire.
var steadyReads = []struct {
	name string
	wire string
	opts []resp.Option
	read func(d *resp.Decoder, v *resp.Value) error
}{
	{name: "ReadToken", wire: arrayWire, read: readTokens(arrayWire)},
	{name: "ReadToken of all kinds", wire: nestedWire + streamedWire, read: readTokens(nestedWire + streamedWire)},
	{name: "ReadToken of a long line", wire: longLine, read: readTokens(longLine)},
	{name: "PeekKind", wire: "$5\r\nhello\r\n", read: func(d *resp.Decoder, _ *resp.Value) error {
		if _, err := d.PeekKind(); err != nil {
			return err
		}
		_, err := d.ReadToken()
		return err
	}},
	{name: "ReadInt64", wire: ":-42\r\n", read: readInt64},
	{name: "ReadInt64 of a string", wire: "$2\r\n42\r\n", read: readInt64},
	{name: "ReadInt64 behind an attribute", wire: "|1\r\n+a\r\n*1\r\n:1\r\n:42\r\n", read: readInt64},
	{name: "ReadInt64 behind a push for OnPush", wire: ">2\r\n+a\r\n|0\r\n*1\r\n:1\r\n:42\r\n", read: readInt64,
		opts: []resp.Option{resp.OnPush(func(*resp.Value) {})}},
	{name: "ReadInt64 within a total length", wire: ":42\r\n", read: readInt64, opts: []resp.Option{resp.MaxTotalLen(100)}},
	{name: "ReadFloat64", wire: ",1.2345678901234567e-20\r\n", read: readFloat64},
	{name: "ReadFloat64 of a string", wire: "$6\r\n12.345\r\n", read: readFloat64},
	{name: "ReadBool", wire: "#t\r\n", read: func(d *resp.Decoder, _ *resp.Value) error {
		_, err := d.ReadBool()
		return err
	}},
	{name: "ReadBytes", wire: "$5\r\nhello\r\n", read: readBytes},
	{name: "ReadBytes of a null", wire: "$-1\r\n", read: func(d *resp.Decoder, _ *resp.Value) error {
		if _, err := d.ReadBytes(); err != resp.ErrNull {
			return fmt.Errorf("%v, want %w", err, resp.ErrNull)
		}
		return nil
	}},
	{name: "ReadBytes of a verbatim string", wire: "=7\r\ntxt:abc\r\n", read: readBytes},
	{name: "ReadBytes of a streamed string", wire: "$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n", read: readBytes},
	{name: "ReadBytes of large and small strings", wire: bulkWire(largeSize) + bulkWire(5), read: readTwice(readBytes)},
	{name: "ReadInto", wire: "$5\r\nhello\r\n", read: readInto},
	{name: "ReadInto of a streamed string", wire: "$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n", read: readInto},
	{name: "ReadInto of large and small strings", wire: bulkWire(largeSize) + bulkWire(5), read: readTwice(readInto)},
	{name: "SkipAttributes", wire: "|1\r\n+a\r\n*1\r\n:1\r\n|0\r\n:42\r\n", read: func(d *resp.Decoder, v *resp.Value) error {
		if err := d.SkipAttributes(); err != nil {
			return err
		}
		return readInt64(d, v)
	}},
	{name: "ReadArrayLen", wire: "|1\r\n+a\r\n:1\r\n*2\r\n:1\r\n:2\r\n~0\r\n", read: func(d *resp.Decoder, _ *resp.Value) error {
		_, err := d.ReadArrayLen()
		for err == nil && d.Depth() > 0 {
			_, err = d.ReadInt64()
		}
		if err != nil {
			return err
		}
		_, err = d.ReadArrayLen()
		return err
	}},
	{name: "ReadMapLen", wire: "%1\r\n+k\r\n:1\r\n*0\r\n", read: func(d *resp.Decoder, _ *resp.Value) error {
		_, err := d.ReadMapLen()
		for err == nil && d.Depth() > 0 {
			err = d.SkipValue()
		}
		if err != nil {
			return err
		}
		_, err = d.ReadMapLen()
		return err
	}},
	{name: "ReadArrayLen of a streamed array up to its end", wire: "*?\r\n:1\r\n.\r\n", read: func(d *resp.Decoder, _ *resp.Value) error {
		_, err := d.ReadArrayLen()
		for err == nil {
			_, err = d.ReadInt64()
		}
		if err == resp.ErrEnd {
			return nil
		}
		return err
	}},
	{name: "Elements", wire: "*3\r\n:1\r\n$2\r\n42\r\n:3\r\n", read: func(d *resp.Decoder, _ *resp.Value) error {
		for _, err := range d.Elements() {
			if err != nil {
				return err
			}
			if _, err := d.ReadInt64(); err != nil {
				return err
			}
		}
		return nil
	}},
	{name: "Elements, nested, half read and left", wire: nestedLoops, read: loopAndLeave},
	{name: "Entries", wire: "%?\r\n+a\r\n:1\r\n+b\r\n*2\r\n:2\r\n:3\r\n.\r\n", read: func(d *resp.Decoder, _ *resp.Value) error {
		for _, err := range d.Entries() {
			if err != nil {
				return err
			}
			if _, err := d.ReadBytes(); err != nil {
				return err
			}
		}
		return nil
	}},
	{name: "Decode", wire: "$5\r\nhello\r\n", read: decodeInto},
	{name: "Decode of nested values with attributes", wire: nestedWire, read: decodeInto},
	{name: "Decode of streamed values", wire: streamedWire, read: decodeInto},
	{name: "Decode within a total length", wire: nestedWire, read: decodeInto, opts: []resp.Option{resp.MaxTotalLen(1000)}},
	{name: "Decode behind a push for OnPush", wire: ">2\r\n+a\r\n*1\r\n:1\r\n:42\r\n", read: decodeInto,
		opts: []resp.Option{resp.OnPush(func(*resp.Value) {})}},
	{name: "Decode of large and small arrays", wire: "*20000\r\n" + strings.Repeat(":1\r\n", 20000) + "*1\r\n:1\r\n", read: readTwice(decodeInto)},
	{name: "Decode of large and small streamed strings", wire: "$?\r\n;" + bulkWire(largeSize)[1:] + ";0\r\n+OK\r\n", read: readTwice(decodeInto)},
	{name: "ReadRaw", wire: nestedWire, read: readRaw},
	{name: "ReadRaw of streamed values", wire: streamedWire, read: readRaw},
	{name: "SkipValue", wire: nestedWire, read: skipValue},
	{name: "SkipValue of streamed values", wire: streamedWire, read: skipValue},
	{name: "SkipValue of a large string", wire: bulkWire(largeSize), read: skipValue},
	{name: "CopyValue", wire: nestedWire, read: copyValue},
	{name: "CopyValue of streamed values", wire: streamedWire, read: copyValue},
	{name: "CopyValue of a large string", wire: bulkWire(largeSize), read: copyValue},
	{name: "CopyBulk", wire: bulkWire(largeSize), read: copyBulk},
	{name: "BulkReader", wire: bulkWire(largeSize), read: readBulk},
	{name: "BulkReader of a streamed string", wire: "$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n", read: readBulk},
	{name: "CopyBulk of a streamed string", wire: "$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n", read: copyBulk},
	{name: "ReadCommand", wire: multibulkWire("SET", "key", "value"), read: readCommand},
	{name: "ReadCommand with server limits", wire: multibulkWire("SET", "key", "value"), read: readCommand,
		opts: []resp.Option{resp.ServerLimits()}},
	{name: "ReadCommand of large and small requests", wire: multibulkWire("SET", "key", strings.Repeat("x", largeSize)) + multibulkWire("PING"), read: readTwice(readCommand)},
	{name: "ReadCommand of many arguments", wire: multibulkWire(strings.Split(strings.Repeat("x", 12000), "")...), read: readCommand},
	{name: "ReadCommand inline", wire: "SET key value\r\n", read: readCommand},
	{name: "ReadCommand inline with quotes", wire: `SET "a\x41b" 'c d' "" e"f"` + "\n", read: readCommand},
}

const nestedLoops = "*4\r\n*?\r\n$1\r\na\r\n$5\r\nhello\r\n.\r\n*2\r\n*1\r\n$5\r\nhello\r\n$1\r\nb\r\n*1\r\n$0\r\n\r\n+rest\r\n"

// loopAndLeave leaves something of everything in nestedLoops.
func loopAndLeave(d *resp.Decoder, _ *resp.Value) error {
	for i, err := range d.Elements() {
		if err != nil {
			return err
		}
		if i == 3 {
			break
		}
		for j, err := range d.Elements() {
			switch {
			case err != nil:
				return err
			case i == 1 && j == 0:
				_, err = d.ReadArrayLen()
			default:
				var r *resp.BulkReader
				if r, err = d.BulkReader(); err == nil {
					r.Read(bulkBuffer[:1])
				}
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// readTokens reads the tokens of wire.
func readTokens(wire string) func(*resp.Decoder, *resp.Value) error {
	return func(d *resp.Decoder, _ *resp.Value) error {
		for end := d.InputOffset() + int64(len(wire)); d.InputOffset() < end; {
			if _, err := d.ReadToken(); err != nil {
				return err
			}
		}
		return nil
	}
}

func readTwice(read func(*resp.Decoder, *resp.Value) error) func(*resp.Decoder, *resp.Value) error {
	return func(d *resp.Decoder, v *resp.Value) error {
		if err := read(d, v); err != nil {
			return err
		}
		return read(d, v)
	}
}

func readInt64(d *resp.Decoder, _ *resp.Value) error {
	_, err := d.ReadInt64()
	return err
}

func readFloat64(d *resp.Decoder, _ *resp.Value) error {
	_, err := d.ReadFloat64()
	return err
}

func readBytes(d *resp.Decoder, _ *resp.Value) error {
	_, err := d.ReadBytes()
	return err
}

var intoMemory [largeSize]byte

func readInto(d *resp.Decoder, _ *resp.Value) error {
	_, err := d.ReadInto(intoMemory[:])
	return err
}

func decodeInto(d *resp.Decoder, v *resp.Value) error { return d.Decode(v) }

func readRaw(d *resp.Decoder, _ *resp.Value) error {
	_, err := d.ReadRaw()
	return err
}

var bulkBuffer [4096]byte

func readBulk(d *resp.Decoder, _ *resp.Value) error {
	r, err := d.BulkReader()
	for err == nil {
		_, err = r.Read(bulkBuffer[:])
	}
	return notEOF(err)
}

func skipValue(d *resp.Decoder, _ *resp.Value) error { return d.SkipValue() }

func copyValue(d *resp.Decoder, _ *resp.Value) error {
	_, err := d.CopyValue(io.Discard)
	return err
}

func copyBulk(d *resp.Decoder, _ *resp.Value) error {
	_, err := d.CopyBulk(io.Discard)
	return err
}

func readCommand(d *resp.Decoder, _ *resp.Value) error {
	_, err := d.ReadCommand()
	return err
}

// shortWire is what failures show of a wire.
func shortWire(wire string) string {
	const shown = 60
	if len(wire) > shown {
		return fmt.Sprintf("%q... (%d bytes)", wire[:shown], len(wire))
	}
	return fmt.Sprintf("%q", wire)
}

func TestReadsDoNotAllocate(t *testing.T) {
	for _, test := range steadyReads {
		for _, atOnce := range []int{0, 1460} {
			t.Run(fmt.Sprintf("%s/%d bytes at once", test.name, atOnce), func(t *testing.T) {
				d := resp.NewDecoder(&endless{wire: test.wire, atOnce: atOnce}, test.opts...)
				var v resp.Value
				checkNoAllocs(t, test.wire, func() error { return test.read(d, &v) })
				if d.Depth() != 0 {
					t.Errorf("%s: not read to its end", shortWire(test.wire))
				}
			})
		}
	}
}

// Every read is among those that are promised not to allocate, but for what has a
// test of its own and for ReadString, which makes a string.
func TestEveryReadIsPromisedNotToAllocate(t *testing.T) {
	promised := []string{"Commands", "ReadCommands", "ReadString", "Values"}
	for _, read := range steadyReads {
		name, _, _ := strings.Cut(read.name, " ")
		promised = append(promised, name)
	}
	for _, method := range methods.Reads {
		if method.Sort != methods.Between && !slices.Contains(promised, method.Name) {
			t.Errorf("%s is not among steadyReads", method.Name)
		}
	}
}

func TestReadsOfFedBytesDoNotAllocate(t *testing.T) {
	for _, test := range steadyReads {
		for _, atOnce := range []int{1 << 30, 1460} {
			t.Run(fmt.Sprintf("%s/%d bytes at once", test.name, atOnce), func(t *testing.T) {
				d := resp.NewDecoder(nil, test.opts...)
				wire := []byte(test.wire)
				var v resp.Value
				checkNoAllocs(t, test.wire, func() error {
					for rest := wire; len(rest) > 0; {
						n := min(len(rest), atOnce)
						d.Feed(rest[:n])
						rest = rest[n:]
					}
					return test.read(d, &v)
				})
				if len(d.Buffered()) > 0 {
					t.Errorf("%s: not read to its end", shortWire(test.wire))
				}
			})
		}
	}
}

func TestConsumeTokenDoesNotAllocate(t *testing.T) {
	for _, wire := range []string{
		"+OK\r\n", "-ERR no\r\n", ":123\r\n", ":+007\r\n", "$5\r\nhello\r\n", "$-1\r\n", "$?\r\n", "*3\r\n", "*-1\r\n", "%2\r\n", "~0\r\n",
		">1\r\n", "|1\r\n", "_\r\n", "#t\r\n", ",1.5e10\r\n", ",nan\r\n", "(123\r\n", "!3\r\nERR\r\n", "=7\r\ntxt:abc\r\n", ";1\r\nx\r\n", ".\r\n",
		":1", "$5\r\nhel", "+" + strings.Repeat("x", 1000) + "\r\n",
	} {
		b := []byte(wire)
		checkNoAllocs(t, wire, func() error {
			if _, _, err := resp.ConsumeToken(b); err != resp.ErrIncomplete {
				return err
			}
			return nil
		})
	}
}

func TestConsumeValueDoesNotAllocate(t *testing.T) {
	if !poolsKeep() {
		t.Skip("under the race detector pools drop at random what they are given")
	}
	for _, wire := range []string{
		"+OK\r\n", "$5\r\nhello\r\n", ",1.5e10\r\n", nestedWire, streamedWire, strings.Repeat("*1\r\n", 1000) + ":1\r\n", nestedWire[:50], "$5\r\nhel",
	} {
		b := []byte(wire)
		checkNoAllocs(t, shortWire(wire), func() error {
			if _, err := resp.ConsumeValue(b); err != resp.ErrIncomplete {
				return err
			}
			return nil
		})
	}
}

func TestConsumeCommandDoesNotAllocate(t *testing.T) {
	for _, wire := range []string{
		multibulkWire("PING"), multibulkWire("SET", "key", "value"), multibulkWire("SET", "key", strings.Repeat("x", 70000)), "*0\r\n", "*-1\r\n", "\r\n",
		"SET key value\r\n", "*1\r\n$4\r\nPI",
	} {
		b := []byte(wire)
		var args [][]byte
		checkNoAllocs(t, wire, func() error {
			var err error
			if args, _, err = resp.ConsumeCommand(b, args[:0]); err != resp.ErrIncomplete {
				return err
			}
			return nil
		})
	}
}

func TestReadCommandsDoesNotAllocate(t *testing.T) {
	wire := multibulkWire("SET", "key", "value") + `GET "a\tb"` + "\r\n" + multibulkWire("PING")
	d := resp.NewDecoder(&endless{wire: wire})
	var commands []resp.Command
	checkNoAllocs(t, wire, func() error {
		var err error
		commands, err = d.ReadCommands(commands[:0])
		return err
	})
}

// What is put together for one batch is room for the next.
func TestReadCommandsDoesNotGrow(t *testing.T) {
	const runs, most = 2000, 4 << 10
	d := resp.NewDecoder(&endless{wire: `GET "a\tb"` + "\r\n"}, resp.BufferSize(64))
	var commands []resp.Command
	var err error
	read := func() {
		for range runs {
			if commands, err = d.ReadCommands(commands[:0]); err != nil {
				t.Fatal(err)
			}
		}
	}
	read()
	if n := allocated(read); n > most {
		t.Errorf("%d times ReadCommands of quoted words allocates %d bytes, want at most %d", runs, n, most)
	}
}

func TestBodiesOfLoopsDoNotAllocate(t *testing.T) {
	const warmUp, runs = 30, 300
	loops := map[string]func(count func() bool) error{
		"Values": func(count func() bool) error {
			for _, err := range resp.NewDecoder(&endless{wire: nestedWire}).Values() {
				if err != nil || !count() {
					return err
				}
			}
			return nil
		},
		"Commands": func(count func() bool) error {
			for _, err := range resp.NewDecoder(&endless{wire: multibulkWire("SET", "key", "value")}).Commands() {
				if err != nil || !count() {
					return err
				}
			}
			return nil
		},
	}
	for name, loop := range loops {
		var before, after runtime.MemStats
		turns := 0
		err := loop(func() bool {
			switch turns++; turns {
			case warmUp:
				runtime.ReadMemStats(&before)
			case warmUp + runs:
				runtime.ReadMemStats(&after)
				return false
			}
			return true
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := (after.Mallocs - before.Mallocs) / runs; n != 0 {
			t.Errorf("%s: %d allocations each turn, want none", name, n)
		}
	}
}

// readingMethods are all ways to read a value or command, each from its start as far as
// it goes.
var readingMethods = func() map[string]func(d *resp.Decoder) error {
	all := make(map[string]func(d *resp.Decoder) error)
	for _, r := range methods.Reads {
		if r.Sort != methods.Between {
			all[r.Name] = func(d *resp.Decoder) error { return r.Call(d, io.Discard) }
		}
	}
	all["ReadToken"] = func(d *resp.Decoder) error {
		for {
			if _, err := d.ReadToken(); err != nil {
				return err
			}
		}
	}
	return all
}()

// readLoops has its elements skipped.
func readLoops(loop iter.Seq2[int, error]) (last error) {
	for _, err := range loop {
		last = err
	}
	return last
}

func TestMemoryFollowsTheBytesThatCameNotWhatHeadersAnnounce(t *testing.T) {
	// A Decoder with its buffer, and what each byte on the wire may cost beside
	// that: an open aggregate, of 4 bytes at least, takes a few words
	// and so does a request of one word.
	const base, perByte = 24 << 10, 60
	for _, wire := range []string{
		"*1000000000\r\n", "*4294967295\r\n", "~4294967295\r\n", ">4294967295\r\n", "%4294967295\r\n", "|4294967295\r\n",
		"$536870912\r\n", "!536870912\r\n", "=536870912\r\ntxt:", "$?\r\n;536870912\r\n",
		"*1048576\r\n", "*1048576\r\n$536870912\r\n", "*2\r\n*1000000000\r\n", "*1000000\r\n_\r\n",
		"|1\r\n*1000000000\r\n", "*1000\r\n" + strings.Repeat("%715827882\r\n", 100),
		strings.Repeat("*1000\r\n", 1000),
		strings.Repeat("*100000\r\n", 1024),
		strings.Repeat("%4294967295\r\n", 1024),
		strings.Repeat("|1000000\r\n", 1024),
		strings.Repeat("*?\r\n", 1024),
		strings.Repeat("%?\r\n", 1024),
	} {
		if strconv.IntSize == 32 {
			wire = strings.ReplaceAll(wire, "4294967295", "1000000000")
		}
		most := base + perByte*len(wire)
		for name, read := range readingMethods {
			if n := allocated(func() { read(resp.NewDecoder(strings.NewReader(wire))) }); n > most {
				t.Errorf("%s of %s allocates %d bytes, want at most %d", name, shortWire(wire), n, most)
			}
			fed := func() {
				d := resp.NewDecoder(nil)
				d.Feed([]byte(wire))
				read(d)
			}
			if n := allocated(fed); n > most+2*len(wire) {
				t.Errorf("%s of %s, fed, allocates %d bytes, want at most %d", name, shortWire(wire), n, most)
			}
		}
		b := []byte(wire)
		consume := func() {
			resp.ConsumeToken(b)
			resp.ConsumeValue(b)
			resp.ConsumeCommand(b, nil)
		}
		if n := allocated(consume); n > 2<<10+16*len(wire) {
			t.Errorf("ConsumeToken, ConsumeValue and ConsumeCommand of %s allocate %d bytes", shortWire(wire), n)
		}
	}
}

// The tiniest value takes three bytes on the wire and one Value in a tree.
func TestTreeOfTheTiniestValuesTakesThirtyTimesTheWire(t *testing.T) {
	const n = 100000
	elements := strings.Repeat("_\r\n", n)
	for _, test := range []struct {
		wire        string
		least, most int // bytes of the tree for each on the wire
	}{
		{fmt.Sprintf("*%d\r\n%s", n, elements), 14, 31},
		{fmt.Sprintf("%%%d\r\n%s", n/2, elements), 14, 31},
		{"*?\r\n" + elements + ".\r\n", 14, 200}, // grown step by step: what was outgrown counts here, though it is free again
	} {
		for _, atOnce := range []int{0, 1460} {
			d := resp.NewDecoder(&endless{wire: test.wire, atOnce: atOnce})
			if err := d.SkipValue(); err != nil {
				t.Fatal(err)
			}
			raw, err := d.ReadRaw() // now the buffer has grown
			if err != nil || string(raw) != test.wire {
				t.Fatalf("%s: ReadRaw gives %d bytes and %v", shortWire(test.wire), len(raw), err)
			}
			var v resp.Value
			bytes := allocated(func() { err = d.Decode(&v) })
			if err != nil || len(v.Elems) != n {
				t.Fatalf("%s: %d elements and %v", shortWire(test.wire), len(v.Elems), err)
			}
			if factor := bytes / len(test.wire); factor < test.least || factor > test.most {
				t.Errorf("%s: the tree takes %d times the bytes on the wire, want %d to %d", shortWire(test.wire), factor, test.least, test.most)
			}
		}
	}
}

// inUse returns how many bytes of the heap are in use.
func inUse() int {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

func TestMemoryIsGivenBackWhenSmallValuesFollowALargeOne(t *testing.T) {
	const size, times, small = 8 << 20, 50, 512 << 10
	large := strings.Repeat("x", size)
	plain := bulkWire(8 * size)
	streamed := fmt.Sprintf("$?\r\n;%d\r\n%s\r\n;0\r\n", size, large)
	request := multibulkWire("SET", "key", large)
	large = ""
	for _, test := range []struct {
		name, tiny string
		large      *string
		read       func(*resp.Decoder) error
	}{
		{"ReadBytes", "$1\r\nx\r\n", &plain, readingMethods["ReadBytes"]},
		{"ReadToken", "+OK\r\n", &plain, func(d *resp.Decoder) error { _, err := d.ReadToken(); return err }},
		{"ReadBytes of a streamed string", "$1\r\nx\r\n", &streamed, readingMethods["ReadBytes"]},
		{"Decode of a streamed string", "$1\r\nx\r\n", &streamed, readingMethods["Decode"]},
		{"ReadCommand", multibulkWire("PING"), &request, readingMethods["ReadCommand"]},
		{"ReadCommands", multibulkWire("PING"), &request, readingMethods["ReadCommands"]},
	} {
		before := inUse()
		d := resp.NewDecoder(strings.NewReader(*test.large))
		if err := test.read(d); err != nil {
			t.Fatalf("%s of %s: %v", test.name, shortWire(*test.large), err)
		}
		for range times {
			d.Feed([]byte(test.tiny))
			if err := test.read(d); err != nil {
				t.Fatalf("%s of %q: %v", test.name, test.tiny, err)
			}
		}
		if after := inUse(); after-before > small {
			t.Errorf("%s of %s: %d bytes still in use when %d times %q have followed, fed", test.name, shortWire(*test.large), after-before, times, test.tiny)
		}

		d = resp.NewDecoder(io.MultiReader(strings.NewReader(*test.large), iotest.OneByteReader(&endless{wire: test.tiny})))
		for range 1 + times {
			if err := test.read(d); err != nil {
				t.Fatalf("%s of %s: %v", test.name, shortWire(*test.large), err)
			}
		}
		if after := inUse(); after-before > small {
			t.Errorf("%s of %s: %d bytes still in use when %d times %q have followed", test.name, shortWire(*test.large), after-before, times, test.tiny)
		}
		runtime.KeepAlive(d)
	}
}

func TestResetGivesALargeBufferBack(t *testing.T) {
	const size = 8 << 20
	before := inUse()
	d := resp.NewDecoder(bytes.NewReader([]byte("$?\r\n;" + bulkWire(size)[1:] + ";0\r\n")))
	if b, err := d.ReadBytes(); err != nil || len(b) != size {
		t.Fatal(len(b), err)
	}
	d.Reset(nil)
	if after := inUse(); after-before > size/4 {
		t.Errorf("%d bytes still in use after Reset", after-before)
	}
	runtime.KeepAlive(d)
}
