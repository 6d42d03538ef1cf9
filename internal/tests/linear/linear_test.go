package linear_test

// What a read costs is linear in the bytes, however they arrive. Work is
// counted, not time:
//
//   - Nothing is parsed twice because the rest has not arrived: in the memory behind a
//     value whose start has been looked at, the view that Buffered gives, bytes of that
//     start are replaced by a decoy until the last bytes come. Whoever goes back to the
//     start takes the decoy for the value, and is caught.
//   - The bytes that the buffer moves are counted.
//
// So every byte is looked at by one scan and by the pass that builds the result,
// and moved some times.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
)

// maxMoves is how often a byte is moved within the buffer or to a larger one, on
// average, at most.
const maxMoves = 2

// longestToken is more than any token of the cases is long but for lines. A read that
// waits for more has looked at all that came before the token it waits for, and does not
// go back there. Of a line it may look at so much again.
const longestToken = 1000

// linearCase is a value or request, and how it is read.
type linearCase struct {
	name string
	wire string
	read func(d *resp.Decoder) error

	decoy string // ends the value or is a fault; not one that a look at the first bytes alone takes; "" for none
	at    int    // of the decoy, behind what may be looked at again: a header line
	opts  []resp.Option
}

const linearElements = 100_000

func linearCases() []linearCase {
	const some = linearElements / 10
	array := fmt.Sprintf("*%d\r\n", linearElements)
	bulks := array + strings.Repeat("$1\r\na\r\n", linearElements)
	fewer := fmt.Sprintf("*%d\r\n", some) + strings.Repeat("$1\r\na\r\n", some)
	attribute := fmt.Sprintf("|%d\r\n", some/2) + strings.Repeat("$1\r\na\r\n", some)
	deep := strings.Repeat("*1\r\n", some) + "_\r\n"
	streamed := "*?\r\n" + strings.Repeat("$1\r\na\r\n", some) + ".\r\n"
	chunks := "$?\r\n" + strings.Repeat(";1\r\na\r\n", some) + ";0\r\n"
	line := strings.Repeat("x", 100_000)
	long := fmt.Sprintf("*%d\r\n", some/100) + strings.Repeat("$700\r\n"+strings.Repeat("a", 700)+"\r\n", some/100)

	var v resp.Value
	decode := func(d *resp.Decoder) error { return d.Decode(&v) }
	readRaw := func(d *resp.Decoder) error { _, err := d.ReadRaw(); return err }
	readCommand := func(d *resp.Decoder) error { _, err := d.ReadCommand(); return err }
	copyNull := func(d *resp.Decoder) error {
		if _, err := d.CopyBulk(io.Discard); err != resp.ErrNull {
			return err
		}
		return nil
	}
	wrongKind := func(d *resp.Decoder) error {
		_, err := d.ReadInt64()
		var kindError *resp.KindError
		if errors.As(err, &kindError) {
			return nil
		}
		return err
	}
	const (
		array0  = "*0\r\n"
		map0    = "%0\r\n"
		command = "*1\r\n$1\r\nX\r\n"
		fault   = "\x00"
	)
	deepest := []resp.Option{resp.MaxDepth(some)}
	longest := []resp.Option{resp.MaxLineLen(2 << 20)}
	return []linearCase{
		{"Decode of an array", bulks, decode, array0, 0, nil},
		{"Decode of a streamed array", streamed, decode, array0, 0, nil},
		{"Decode of nested arrays", deep, decode, array0, 0, deepest},
		{"Decode behind an attribute", attribute + ":1\r\n", decode, array0, 0, nil},
		{"Decode of a streamed string", chunks, decode, array0, 0, nil},
		{"ReadRaw of an array", bulks, readRaw, array0, 0, nil},
		{"ReadRaw of nested arrays", deep, readRaw, array0, 0, deepest},
		{"ReadCommand", bulks, readCommand, command, 0, nil},
		{"ReadCommands", fewer, func(d *resp.Decoder) error { _, err := d.ReadCommands(nil); return err }, command, 0, nil},
		{"ReadCommand of long arguments", long, readCommand, command, 0, nil},
		{"ReadCommand of an inline request", line + "\r\n", readCommand, "\n", 0, longest},
		{"ReadArrayLen behind an attribute", attribute + "*0\r\n", func(d *resp.Decoder) error { _, err := d.ReadArrayLen(); return err }, map0, 0, nil},
		{"ReadMapLen behind an attribute", attribute + "%0\r\n", func(d *resp.Decoder) error { _, err := d.ReadMapLen(); return err }, array0, 0, nil},
		{"ReadBytes of a streamed string", chunks, func(d *resp.Decoder) error { _, err := d.ReadBytes(); return err }, fault, len("$?\r\n"), nil},
		{"ReadInt64 of an array", bulks, wrongKind, fault, len(array), nil},
		{"ReadFloat64 behind an attribute", attribute + ",1.5\r\n", func(d *resp.Decoder) error { _, err := d.ReadFloat64(); return err }, array0, 0, nil},
		{"ReadBool behind an attribute", attribute + "#t\r\n", func(d *resp.Decoder) error { _, err := d.ReadBool(); return err }, array0, 0, nil},
		{"ReadString of a streamed string", chunks, func(d *resp.Decoder) error { _, err := d.ReadString(); return err }, fault, len("$?\r\n"), nil},
		{"CopyBulk of a null behind an attribute", attribute + "_\r\n", copyNull, array0, 0, nil},
		{"Decode of a long line", "+" + line + "\r\n", decode, "\r\n", longestToken, longest},
		{"ReadBytes of a long line behind an attribute", "|0\r\n+" + line + "\r\n", func(d *resp.Decoder) error { _, err := d.ReadBytes(); return err }, "\r\n", longestToken, longest},
		{"ReadToken of a long line", "+" + line + "\r\n", func(d *resp.Decoder) error { _, err := d.ReadToken(); return err }, "\r\n", longestToken, longest},
	}
}

// linearArrivals are the ways in which bytes arrive: size at a time, from a
// reader or fed, and whether the call returns each time or goes on reading.
var linearArrivals = []struct {
	name      string
	size      int
	fed       bool
	interrupt bool
}{
	{"1 byte fed before each call", 1, true, true},
	{"1 byte per Read", 1, false, false},
	{"1 byte per Read and a timeout", 1, false, true},
	{"16 bytes per Read", 16, false, false},
	{"16 bytes per Read and a timeout", 16, false, true},
	{"1460 bytes per Read", 1460, false, false},
	{"1460 bytes per Read and a timeout", 1460, false, true},
}

// arrival delivers a wire to a Decoder and watches over it.
type arrival struct {
	linearCase
	d         *resp.Decoder
	size      int
	interrupt bool

	piece   []byte
	given   int // bytes of the wire that were delivered
	decoyed bool
	timeout bool // the next Read fails

	start uintptr // where the first byte of the stream would lie in memory, to tell when bytes were moved
	moved int
}

// next returns the bytes that come next, at most so many. Before the last ones
// everything is as it was sent.
func (a *arrival) next(most int) []byte {
	a.countMoves()
	from := a.given
	a.given = min(from+min(a.size, most), len(a.wire))
	if a.given == len(a.wire) {
		if a.decoyed {
			copy(a.d.Buffered()[a.at:], a.wire[a.at:][:len(a.decoy)])
		}
	} else if a.decoy != "" && from >= a.at+len(a.decoy)+longestToken {
		copy(a.d.Buffered()[a.at:], a.decoy)
		a.decoyed = true
	}
	a.piece = append(a.piece[:0], a.wire[from:a.given]...)
	return a.piece
}

// countMoves counts what has been moved since it was called last.
func (a *arrival) countMoves() {
	unread := a.d.Buffered()
	if len(unread) == 0 {
		return
	}
	if start := reflect.ValueOf(unread).Pointer() - uintptr(a.d.InputOffset()); start != a.start {
		a.moved += len(unread)
		a.start = start
	}
}

func (a *arrival) Read(p []byte) (int, error) {
	if a.given == len(a.wire) {
		return 0, io.EOF
	}
	if a.timeout {
		a.timeout = false
		return 0, os.ErrDeadlineExceeded
	}
	a.timeout = a.interrupt
	return copy(p, a.next(len(p))), nil
}

// A large value or request costs about the same in whatever pieces it arrives.
func TestReadsGoOnWhereTheyStopped(t *testing.T) {
	t.Parallel()
	for _, c := range linearCases() {
		for _, way := range linearArrivals {
			a := &arrival{linearCase: c, size: way.size, interrupt: way.interrupt}
			a.d = resp.NewDecoder(a, c.opts...)
			if way.fed {
				a.d = resp.NewDecoder(nil, c.opts...)
			}
			calls := 0
			for done := false; !done; calls++ {
				if way.fed {
					a.d.Feed(a.next(len(a.wire)))
				}
				switch err := c.read(a.d); {
				case err == nil:
					done = true
				case err != resp.ErrIncomplete && !errors.Is(err, os.ErrDeadlineExceeded):
					t.Errorf("%s, %s: after %d of %d bytes: %v", c.name, way.name, a.given, len(c.wire), err)
					done = true
				}
				if done && a.given < len(c.wire) {
					t.Errorf("%s, %s: after %d of %d bytes it was parsed again from its start", c.name, way.name, a.given, len(c.wire))
				}
			}
			if a.given < len(c.wire) {
				continue
			}
			if !a.decoyed {
				t.Errorf("%s, %s: the value is too short for a decoy", c.name, way.name)
			}
			a.countMoves()
			if got := a.d.InputOffset(); got != int64(len(c.wire)) {
				t.Errorf("%s, %s: InputOffset() = %d, want %d", c.name, way.name, got, len(c.wire))
			}
			if most := maxMoves * len(c.wire); a.moved > most {
				t.Errorf("%s, %s: %d bytes were moved of %d", c.name, way.name, a.moved, len(c.wire))
			}
			if want := 2*len(c.wire)/way.size + 2; calls > want {
				t.Errorf("%s, %s: %d calls", c.name, way.name, calls)
			}
		}
	}
}

// What passes a value on takes its bytes as they come: nothing but the token that
// is not whole is left to be looked at again.
func TestPassingOnLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	const most = 64 // unread bytes
	bulks := fmt.Sprintf("*%d\r\n", linearElements) + strings.Repeat("$1\r\na\r\n", linearElements)
	chunks := "$?\r\n" + strings.Repeat(";1\r\na\r\n", linearElements) + ";0\r\n"
	bulk := fmt.Sprintf("$%d\r\n%s\r\n", 1<<20, strings.Repeat("a", 1<<20))
	var copied bytes.Buffer
	for _, c := range []struct {
		name, wire, want string
		read             func(d *resp.Decoder) error
	}{
		{"SkipValue", bulks, "", func(d *resp.Decoder) error { return d.SkipValue() }},
		{"SkipValue of a string", bulk, "", func(d *resp.Decoder) error { return d.SkipValue() }},
		{"CopyValue", bulks, bulks, func(d *resp.Decoder) error { _, err := d.CopyValue(&copied); return err }},
		{"CopyBulk", bulk, strings.Repeat("a", 1<<20), func(d *resp.Decoder) error { _, err := d.CopyBulk(&copied); return err }},
		{"Peek and Discard", bulk, bulk, func(d *resp.Decoder) (err error) {
			for copied.Len() < len(bulk) && err == nil {
				if _, err = d.Peek(1); err == nil {
					copied.Write(d.Buffered())
					err = d.Discard(len(d.Buffered()))
				}
			}
			return err
		}},
		{"CopyBulk of a streamed string", chunks, strings.Repeat("a", linearElements), func(d *resp.Decoder) error { _, err := d.CopyBulk(&copied); return err }},
	} {
		for _, size := range []int{1, 16, 1460} {
			copied.Reset()
			d := resp.NewDecoder(nil)
			a := &arrival{linearCase: linearCase{wire: c.wire}, d: d, size: size}
			for err := resp.ErrIncomplete; err == resp.ErrIncomplete && a.given < len(c.wire); {
				d.Feed(a.next(len(a.wire)))
				if err = c.read(d); err != nil && err != resp.ErrIncomplete || err == nil && a.given < len(c.wire) {
					t.Errorf("%s, %d bytes fed at once: %v after %d of %d bytes", c.name, size, err, a.given, len(c.wire))
				}
				if len(d.Buffered()) > most {
					t.Fatalf("%s, %d bytes fed at once: %d of %d bytes are left unread", c.name, size, len(d.Buffered()), a.given)
				}
			}
			if d.InputOffset() != int64(len(c.wire)) || copied.String() != c.want {
				t.Errorf("%s, %d bytes fed at once: got up to %d of %d bytes and copied %d", c.name, size, d.InputOffset(), len(c.wire), copied.Len())
			}
			if a.moved > maxMoves*len(c.wire) {
				t.Errorf("%s, %d bytes fed at once: %d bytes were moved of %d", c.name, size, a.moved, len(c.wire))
			}
		}
	}
}

// Small values in a pipeline are not moved around, when their bytes come one by
// one and when there are always many that have not been read yet.
func TestPipelineIsNotMovedAround(t *testing.T) {
	t.Parallel()
	const value = "$1\r\na\r\n"
	wire := strings.Repeat(value, linearElements)
	for _, backlog := range []int{0, 1000, len(wire) / 4} {
		for _, size := range []int{1, 16, 1460, len(wire)} {
			d := resp.NewDecoder(nil)
			a := &arrival{linearCase: linearCase{wire: wire}, d: d, size: max(backlog, 1)}
			d.Feed(a.next(len(wire)))
			a.size = size
			var v resp.Value
			values := 0
			for a.given < len(wire) {
				d.Feed(a.next(len(wire)))
				for (a.given == len(wire) || len(d.Buffered()) > backlog) && d.Decode(&v) == nil {
					values++
				}
			}
			a.countMoves()
			if values != linearElements || a.moved > maxMoves*len(wire) {
				t.Errorf("%d bytes fed at once, %d ahead: %d values, %d bytes moved of %d", size, backlog, values, a.moved, len(wire))
			}
		}
	}
}
