package resp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
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

const (
	arrayWire = "*2\r\n$5\r\nhello\r\n:12345678901\r\n"
	largeSize = 100 << 10
)

var longLine = "+" + strings.Repeat("x", 2000) + "\r\n"

// steadyRead is a read, and what it reads.
type steadyRead struct {
	name string
	wire string
	opts []resp.Option
	read func(d *resp.Decoder, v *resp.Value) error
}

// steadyReads are the reads that are promised not to allocate, each of all of its
// wire.
var steadyReads = []steadyRead{
	{name: "ReadToken", wire: arrayWire, read: readTokens(arrayWire)},
	{name: "ReadToken of all kinds", wire: tests.NestedWire + tests.StreamedWire, read: readTokens(tests.NestedWire + tests.StreamedWire)},
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
	{name: "ReadBytes of large and small strings", wire: tests.Bulk(largeSize) + tests.Bulk(5), read: readTwice(readBytes)},
	{name: "ReadInto", wire: "$5\r\nhello\r\n", read: readInto},
	{name: "ReadInto of a streamed string", wire: "$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n", read: readInto},
	{name: "ReadInto of large and small strings", wire: tests.Bulk(largeSize) + tests.Bulk(5), read: readTwice(readInto)},
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
	{name: "XRANGE, as in its example", wire: xrangeReply, read: func(d *resp.Decoder, _ *resp.Value) error {
		entries, sum, err := sumTemperatures(d)
		if err == nil && (entries != 2 || sum != 43.5) {
			return fmt.Errorf("%d entries with %v", entries, sum)
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
	{name: "Decode of nested values with attributes", wire: tests.NestedWire, read: decodeInto},
	{name: "Decode of streamed values", wire: tests.StreamedWire, read: decodeInto},
	{name: "Decode within a total length", wire: tests.NestedWire, read: decodeInto, opts: []resp.Option{resp.MaxTotalLen(1000)}},
	{name: "Decode behind a push for OnPush", wire: ">2\r\n+a\r\n*1\r\n:1\r\n:42\r\n", read: decodeInto,
		opts: []resp.Option{resp.OnPush(func(*resp.Value) {})}},
	{name: "Decode of large and small arrays", wire: "*20000\r\n" + strings.Repeat(":1\r\n", 20000) + "*1\r\n:1\r\n", read: readTwice(decodeInto)},
	{name: "Decode of large and small streamed strings", wire: "$?\r\n;" + tests.Bulk(largeSize)[1:] + ";0\r\n+OK\r\n", read: readTwice(decodeInto)},
	{name: "ReadRaw", wire: tests.NestedWire, read: readRaw},
	{name: "ReadRaw of streamed values", wire: tests.StreamedWire, read: readRaw},
	{name: "SkipValue", wire: tests.NestedWire, read: skipValue},
	{name: "SkipValue of streamed values", wire: tests.StreamedWire, read: skipValue},
	{name: "SkipValue of a large string", wire: tests.Bulk(largeSize), read: skipValue},
	{name: "CopyValue", wire: tests.NestedWire, read: copyValue},
	{name: "CopyValue of streamed values", wire: tests.StreamedWire, read: copyValue},
	{name: "CopyValue of a large string", wire: tests.Bulk(largeSize), read: copyValue},
	{name: "CopyBulk", wire: tests.Bulk(largeSize), read: copyBulk},
	{name: "BulkReader", wire: tests.Bulk(largeSize), read: readBulk},
	{name: "BulkReader of a streamed string", wire: "$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n", read: readBulk},
	{name: "CopyBulk of a streamed string", wire: "$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n", read: copyBulk},
	{name: "ReadCommand", wire: tests.Multibulk("SET", "key", "value"), read: readCommand},
	{name: "ReadCommand with server limits", wire: tests.Multibulk("SET", "key", "value"), read: readCommand,
		opts: []resp.Option{resp.ServerLimits()}},
	{name: "ReadCommand of large and small requests", wire: tests.Multibulk("SET", "key", strings.Repeat("x", largeSize)) + tests.Multibulk("PING"), read: readTwice(readCommand)},
	{name: "ReadCommand of many arguments", wire: tests.Multibulk(strings.Split(strings.Repeat("x", 12000), "")...), read: readCommand},
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

// everySteadyRead returns steadyReads and, of every method whose call need not
// allocate, the one that the list of methods has.
func everySteadyRead() []steadyRead {
	reads := slices.Clone(steadyReads)
	for _, r := range methods.Reads {
		if r.Wire != "" && !r.Allocates {
			read := func(d *resp.Decoder, _ *resp.Value) error { return r.Call(d, io.Discard) }
			reads = append(reads, steadyRead{name: r.Name + " as listed", wire: r.Wire, read: read})
		}
	}
	return reads
}

func TestReadsDoNotAllocate(t *testing.T) {
	for _, test := range everySteadyRead() {
		for _, atOnce := range []int{0, 1460} {
			t.Run(fmt.Sprintf("%s/%d bytes at once", test.name, atOnce), func(t *testing.T) {
				d := resp.NewDecoder(tests.Endless(test.wire, atOnce), test.opts...)
				var v resp.Value
				tests.CheckNoAllocs(t, test.wire, func() error { return test.read(d, &v) })
				if d.Depth() != 0 {
					t.Errorf("%s: not read to its end", tests.Short(test.wire))
				}
			})
		}
	}
}

func TestReadsOfFedBytesDoNotAllocate(t *testing.T) {
	for _, test := range everySteadyRead() {
		for _, atOnce := range []int{1 << 30, 1460} {
			t.Run(fmt.Sprintf("%s/%d bytes at once", test.name, atOnce), func(t *testing.T) {
				d := resp.NewDecoder(nil, test.opts...)
				wire := []byte(test.wire)
				var v resp.Value
				tests.CheckNoAllocs(t, test.wire, func() error {
					for rest := wire; len(rest) > 0; {
						n := min(len(rest), atOnce)
						d.Feed(rest[:n])
						rest = rest[n:]
					}
					return test.read(d, &v)
				})
				if len(d.Buffered()) > 0 {
					t.Errorf("%s: not read to its end", tests.Short(test.wire))
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
		tests.CheckNoAllocs(t, wire, func() error {
			if _, _, err := resp.ConsumeToken(b); err != resp.ErrIncomplete {
				return err
			}
			return nil
		})
	}
}

func TestConsumeValueDoesNotAllocate(t *testing.T) {
	if !tests.PoolsKeep() {
		t.Skip("under the race detector pools drop at random what they are given")
	}
	for _, wire := range []string{
		"+OK\r\n", "$5\r\nhello\r\n", ",1.5e10\r\n", tests.NestedWire, tests.StreamedWire, strings.Repeat("*1\r\n", 1000) + ":1\r\n", tests.NestedWire[:50], "$5\r\nhel",
	} {
		b := []byte(wire)
		tests.CheckNoAllocs(t, tests.Short(wire), func() error {
			if _, err := resp.ConsumeValue(b); err != resp.ErrIncomplete {
				return err
			}
			return nil
		})
	}
}

func TestConsumeCommandDoesNotAllocate(t *testing.T) {
	for _, wire := range []string{
		tests.Multibulk("PING"), tests.Multibulk("SET", "key", "value"), tests.Multibulk("SET", "key", strings.Repeat("x", 70000)), "*0\r\n", "*-1\r\n", "\r\n",
		"SET key value\r\n", "*1\r\n$4\r\nPI",
	} {
		b := []byte(wire)
		var args [][]byte
		tests.CheckNoAllocs(t, wire, func() error {
			var err error
			if args, _, err = resp.ConsumeCommand(b, args[:0]); err != resp.ErrIncomplete {
				return err
			}
			return nil
		})
	}
}

func TestReadCommandsDoesNotAllocate(t *testing.T) {
	wire := tests.Multibulk("SET", "key", "value") + `GET "a\tb"` + "\r\n" + tests.Multibulk("PING")
	d := resp.NewDecoder(tests.Endless(wire, 0))
	var commands []resp.Command
	tests.CheckNoAllocs(t, wire, func() error {
		var err error
		commands, err = d.ReadCommands(commands[:0])
		return err
	})
}

// What is put together for one batch is room for the next.
func TestReadCommandsDoesNotGrow(t *testing.T) {
	const runs, most = 2000, 4 << 10
	d := resp.NewDecoder(tests.Endless(`GET "a\tb"`+"\r\n", 0), resp.BufferSize(64))
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
	if n := tests.Allocated(read); n > most {
		t.Errorf("%d times ReadCommands of quoted words allocates %d bytes, want at most %d", runs, n, most)
	}
}

func TestBodiesOfLoopsDoNotAllocate(t *testing.T) {
	const warmUp, runs = 30, 300
	loops := map[string]func(count func() bool) error{
		"Values": func(count func() bool) error {
			for _, err := range resp.NewDecoder(tests.Endless(tests.NestedWire, 0)).Values() {
				if err != nil || !count() {
					return err
				}
			}
			return nil
		},
		"Commands": func(count func() bool) error {
			for _, err := range resp.NewDecoder(tests.Endless(tests.Multibulk("SET", "key", "value"), 0)).Commands() {
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
			if n := tests.Allocated(func() { read(resp.NewDecoder(strings.NewReader(wire))) }); n > most {
				t.Errorf("%s of %s allocates %d bytes, want at most %d", name, tests.Short(wire), n, most)
			}
			fed := func() {
				d := resp.NewDecoder(nil)
				d.Feed([]byte(wire))
				read(d)
			}
			if n := tests.Allocated(fed); n > most+2*len(wire) {
				t.Errorf("%s of %s, fed, allocates %d bytes, want at most %d", name, tests.Short(wire), n, most)
			}
		}
		b := []byte(wire)
		consume := func() {
			resp.ConsumeToken(b)
			resp.ConsumeValue(b)
			resp.ConsumeCommand(b, nil)
		}
		if n := tests.Allocated(consume); n > 2<<10+16*len(wire) {
			t.Errorf("ConsumeToken, ConsumeValue and ConsumeCommand of %s allocate %d bytes", tests.Short(wire), n)
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
			d := resp.NewDecoder(tests.Endless(test.wire, atOnce))
			if err := d.SkipValue(); err != nil {
				t.Fatal(err)
			}
			raw, err := d.ReadRaw() // now the buffer has grown
			if err != nil || string(raw) != test.wire {
				t.Fatalf("%s: ReadRaw gives %d bytes and %v", tests.Short(test.wire), len(raw), err)
			}
			var v resp.Value
			bytes := tests.Allocated(func() { err = d.Decode(&v) })
			if err != nil || len(v.Elems) != n {
				t.Fatalf("%s: %d elements and %v", tests.Short(test.wire), len(v.Elems), err)
			}
			if factor := bytes / len(test.wire); factor < test.least || factor > test.most {
				t.Errorf("%s: the tree takes %d times the bytes on the wire, want %d to %d", tests.Short(test.wire), factor, test.least, test.most)
			}
		}
	}
}

func TestMemoryIsGivenBackWhenSmallValuesFollowALargeOne(t *testing.T) {
	const size, times, small = 8 << 20, 50, 512 << 10
	large := strings.Repeat("x", size)
	plain := tests.Bulk(8 * size)
	streamed := fmt.Sprintf("$?\r\n;%d\r\n%s\r\n;0\r\n", size, large)
	request := tests.Multibulk("SET", "key", large)
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
		{"ReadCommand", tests.Multibulk("PING"), &request, readingMethods["ReadCommand"]},
		{"ReadCommands", tests.Multibulk("PING"), &request, readingMethods["ReadCommands"]},
	} {
		before := tests.InUse()
		d := resp.NewDecoder(strings.NewReader(*test.large))
		if err := test.read(d); err != nil {
			t.Fatalf("%s of %s: %v", test.name, tests.Short(*test.large), err)
		}
		for range times {
			d.Feed([]byte(test.tiny))
			if err := test.read(d); err != nil {
				t.Fatalf("%s of %q: %v", test.name, test.tiny, err)
			}
		}
		if after := tests.InUse(); after-before > small {
			t.Errorf("%s of %s: %d bytes still in use when %d times %q have followed, fed", test.name, tests.Short(*test.large), after-before, times, test.tiny)
		}

		d = resp.NewDecoder(io.MultiReader(strings.NewReader(*test.large), iotest.OneByteReader(tests.Endless(test.tiny, 0))))
		for range 1 + times {
			if err := test.read(d); err != nil {
				t.Fatalf("%s of %s: %v", test.name, tests.Short(*test.large), err)
			}
		}
		if after := tests.InUse(); after-before > small {
			t.Errorf("%s of %s: %d bytes still in use when %d times %q have followed", test.name, tests.Short(*test.large), after-before, times, test.tiny)
		}
		runtime.KeepAlive(d)
	}
}

func TestResetGivesALargeBufferBack(t *testing.T) {
	const size = 8 << 20
	before := tests.InUse()
	d := resp.NewDecoder(bytes.NewReader([]byte("$?\r\n;" + tests.Bulk(size)[1:] + ";0\r\n")))
	if b, err := d.ReadBytes(); err != nil || len(b) != size {
		t.Fatal(len(b), err)
	}
	d.Reset(nil)
	if after := tests.InUse(); after-before > size/4 {
		t.Errorf("%d bytes still in use after Reset", after-before)
	}
	runtime.KeepAlive(d)
}

// writeOnly hides every method of a writer but Write.
type writeOnly struct{ w io.Writer }

func (w writeOnly) Write(p []byte) (int, error) { return w.w.Write(p) }

func steadyTree() *resp.Value {
	return &resp.Value{Kind: resp.Array, Elems: []resp.Value{
		{Kind: resp.Map, Elems: []resp.Value{{Kind: resp.SimpleString, Bytes: []byte("key")}, {Kind: resp.Double, Bytes: []byte("1.5")}}},
		{Kind: resp.BulkString, Streamed: true, Bytes: []byte("streamed")},
		{Kind: resp.Set, Streamed: true, Elems: []resp.Value{{Kind: resp.BigNumber, Bytes: []byte("12345678901234567890")}}},
		{Kind: resp.VerbatimString, Encoding: [3]byte{'t', 'x', 't'}, Bytes: []byte("text")},
		{Kind: resp.Integer, Int: 7, Attrs: []resp.Value{{Kind: resp.Attribute, Elems: []resp.Value{{Kind: resp.Null}, {Kind: resp.Boolean}}}}},
		{Kind: resp.Double, Bytes: []byte(".5")},
		{Kind: resp.BulkString, Bytes: []byte(strings.Repeat("x", 7000))},
	}}
}

func TestAppendDoesNotAllocate(t *testing.T) {
	buf := make([]byte, 0, 32<<10)
	short, long := []byte("value"), strings.Repeat("x", 7000)
	tree := steadyTree()
	number := big.NewInt(-1234567890)
	tokens := []resp.Token{}
	wire := resp.AppendValue(nil, tree)
	for rest := wire; len(rest) > 0; {
		token, n, err := resp.ConsumeToken(rest)
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token)
		rest = rest[n:]
	}
	appends := map[string]func(b []byte) []byte{
		"AppendSimpleString":   func(b []byte) []byte { return resp.AppendSimpleString(b, "a\nb") },
		"AppendSimpleError":    func(b []byte) []byte { return resp.AppendSimpleError(b, long) },
		"AppendInteger":        func(b []byte) []byte { return resp.AppendInteger(b, -1234567890123) },
		"AppendBulkString":     func(b []byte) []byte { return resp.AppendBulkString(resp.AppendBulkString(b, short), long) },
		"nulls":                func(b []byte) []byte { return resp.AppendNull(resp.AppendNullArray(resp.AppendNullBulkString(b))) },
		"AppendBoolean":        func(b []byte) []byte { return resp.AppendBoolean(b, true) },
		"AppendDouble":         func(b []byte) []byte { return resp.AppendDouble(b, -1.2345678901234568e-300) },
		"AppendBigNumber":      func(b []byte) []byte { return resp.AppendBigNumber(b, number) },
		"AppendBulkError":      func(b []byte) []byte { return resp.AppendBulkError(b, "ERR x") },
		"AppendVerbatimString": func(b []byte) []byte { return resp.AppendVerbatimString(b, "txt", short) },
		"headers": func(b []byte) []byte {
			return resp.AppendAttribute(resp.AppendPush(resp.AppendSet(resp.AppendMap(resp.AppendArray(b, 5), 50), 500), 5000), 50_000_000)
		},
		"streams": func(b []byte) []byte {
			b = resp.AppendLastChunk(resp.AppendChunk(resp.AppendStreamedString(b), short))
			return resp.AppendEnd(resp.AppendStreamed(b, resp.Map))
		},
		"AppendCommand": func(b []byte) []byte {
			return resp.AppendCommand(b, "CONFIG SET", resp.String(long), resp.Bytes(short), resp.Int(-7), resp.Uint(8), resp.Float(0.1), resp.Arg{})
		},
		"AppendArg": func(b []byte) []byte {
			return resp.AppendArg(resp.AppendArg(resp.AppendBulkHeader(b, 7), resp.Float(0.1)), resp.String(long))
		},
		"AppendArgs": func(b []byte) []byte { return resp.AppendArgs(b, "SET", "key", long) },
		"AppendToken": func(b []byte) []byte {
			for _, token := range tokens {
				b = resp.AppendToken(b, token)
			}
			return b
		},
		"AppendValue": func(b []byte) []byte { return resp.AppendValue(b, tree) },
	}
	for name, f := range appends {
		if allocs := testing.AllocsPerRun(100, func() { buf = f(buf[:0]) }); allocs > 0 {
			t.Errorf("%s: %v allocations", name, allocs)
		}
	}
}

// drained gives a TCP connection whose other side reads and forgets.
func drained(t *testing.T) net.Conn {
	t.Helper()
	conn, other := tests.ConnPair(t, "tcp")
	go func() {
		buf := make([]byte, 1<<20)
		for {
			if _, err := other.Read(buf); err != nil {
				return
			}
		}
	}()
	return conn
}

func TestEncoderDoesNotAllocate(t *testing.T) {
	short, long := "value", strings.Repeat("x", 70_000)
	shortBytes, longBytes, medium := []byte(short), []byte(long), strings.Repeat("x", 1000)
	rawShort, rawLong := []byte("PING\r\n"), resp.AppendBulkString(nil, long)
	tree := steadyTree()
	bigInt := big.NewInt(-1234567890)
	text, longText := tests.Endless(short, 0), tests.Endless(long, 0)
	resp3 := script{
		streamedString,
		func(e *resp.Encoder) error { return e.WriteChunk(shortBytes) },
		func(e *resp.Encoder) error { return e.WriteChunk(longBytes) },
		lastChunk,
		streamOf(resp.Map), end,
	}
	both := script{
		func(e *resp.Encoder) error { return e.WriteSimpleString("OK") },
		func(e *resp.Encoder) error { return e.WriteSimpleError(long) },
		number(-1234567890123),
		bulkOf(short), bulkOf(long),
		func(e *resp.Encoder) error { return e.WriteBulkBytes(longBytes) },
		func(e *resp.Encoder) error { return e.WriteBulkFrom(text, int64(len(short))) },
		func(e *resp.Encoder) error { return e.WriteBulkFrom(longText, int64(len(long))) },
		func(e *resp.Encoder) error {
			return errors.Join(e.WriteNull(), e.WriteNullArray(), e.WriteNullBulkString())
		},
		func(e *resp.Encoder) error { return e.WriteBoolean(true) },
		func(e *resp.Encoder) error { return e.WriteDouble(0.1) },
		func(e *resp.Encoder) error { return e.WriteBigNumber(bigInt) },
		func(e *resp.Encoder) error { return e.WriteBulkError(short) },
		func(e *resp.Encoder) error { return e.WriteVerbatimString("txt", long) },
		attribute(1), mapOf(1), array(1), number(1), number(2), number(3), number(4),
		func(e *resp.Encoder) error {
			return errors.Join(e.WriteSet(1), e.WriteNull(), e.WritePush(1), e.WriteNull())
		},
		func(e *resp.Encoder) error {
			return e.WriteCommand("SET", resp.String(short), resp.Int(-7), resp.Uint(8), resp.Float(0.1))
		},
		func(e *resp.Encoder) error {
			return e.WriteCommand("CONFIG SET", resp.Bytes(longBytes), resp.From(longText, int64(len(long))), resp.String(long))
		},
		func(e *resp.Encoder) error { return e.WriteArgs(shortBytes, longBytes) },
		func(e *resp.Encoder) error { return e.WriteArgs(shortBytes, shortBytes) },
		func(e *resp.Encoder) error {
			return errors.Join(e.WriteArray(3), e.WriteArg(resp.String(short)), e.WriteArg(resp.Float(0.1)), e.WriteArg(resp.From(text, int64(len(short)))))
		},
		func(e *resp.Encoder) error { return errors.Join(e.WriteRaw(rawShort), e.WriteRaw(rawLong)) },
		func(e *resp.Encoder) error {
			return errors.Join(e.WriteSimpleString("a\nb"), e.WriteBulkString(medium), e.Flush(), e.WriteBulkString(medium), e.Flush())
		},
		func(e *resp.Encoder) error { return e.WriteValue(tree) },
		(*resp.Encoder).Close,
	}
	for name, w := range map[string]io.Writer{"plain writer": writeOnly{io.Discard}, "TCP": drained(t)} {
		for protocol, calls := range map[int]script{2: both, 3: append(resp3[:len(resp3):len(resp3)], both...)} {
			e := resp.NewEncoder(w, resp.Protocol(protocol))
			var err error
			allocs := testing.AllocsPerRun(20, func() { err = errors.Join(err, calls.run(e)) })
			if err != nil || allocs > 0 {
				t.Errorf("RESP%d to a %s: %v allocations, %v", protocol, name, allocs, err)
			}
		}
	}
}

func TestChunkerDoesNotAllocate(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	short := []byte("value")
	for name, w := range map[string]io.Writer{"plain writer": writeOnly{io.Discard}, "TCP": drained(t)} {
		var c resp.Chunker
		var err error
		allocs := testing.AllocsPerRun(20, func() {
			for range 100 {
				err = errors.Join(err,
					c.AddCommand("SET", resp.String("key"), resp.Bytes(short), resp.Int(60), resp.Float(0.5)),
					c.AddCommand("CONFIG GET", resp.Uint(7)))
			}
			err = errors.Join(err, c.AddCommand("SET", resp.String("key"), resp.String(long)), c.PackCommand("SET", resp.String(long)))
			c.Chunks()
			_, writeErr := c.WriteTo(w)
			err = errors.Join(err, writeErr)
		})
		if err != nil || allocs > 0 {
			t.Errorf("to a %s: %v allocations, %v", name, allocs, err)
		}
	}
}
