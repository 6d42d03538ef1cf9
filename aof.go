package resp

import (
	"bytes"
	"hash/crc64"
	"io"
	"math/bits"
	"sync"
)

// This file has a Decoder read an append-only file as Redis loads it: commands,
// annotations between them, and perhaps an RDB preamble first. A set of several
// files is read in aofset.go.
//
// Where a preamble ends is told without knowing what is in it: an RDB ends with
// the byte 0xFF and a checksum of everything up to and with that byte, so at
// every 0xFF the checksum so far is compared with the 8 bytes that follow. By
// chance they are equal once in 2^64 times.

// AppendOnlyFile has [Decoder.ReadCommand], [Decoder.ReadCommands] and
// [Decoder.Commands] read an append-only file:
//
//   - Lines that start with # are annotations (#TS:1628217470) and passed over;
//     [OnAnnotation] shows them.
//   - An RDB at offset 0 is passed over; [PreambleTo] copies it.
//   - Inline and empty requests, which Redis calls a bad file format, are a
//     [*SyntaxError].
//
// Limits are those of the Decoder; Redis has none when it loads a file, so
// raise [MaxBulkLen] and [MaxArgs] for files of servers with uncommon settings.
// A line of an annotation counts as any line.
//
// A file that ends inside a command or an annotation gives io.ErrUnexpectedEOF,
// and [Decoder.InputOffset] is then the offset right behind the last whole
// command, where Redis cuts such a file: annotations count as read when the
// command behind them is. Of a file that ends behind a whole command, but after
// a MULTI without its EXEC, a Decoder knows nothing wrong; Redis cuts it before
// the MULTI, so note the offset before each, and cut there when no EXEC came.
//
// A file that ends inside its preamble gives io.ErrUnexpectedEOF at offset 0:
// nothing in it can be used. So does a preamble that is damaged, because its end
// is not found. A preamble without a checksum (rdbchecksum no: 8 zero bytes) ends
// where the file ends, as base files of Redis 7 do; a Decoder that is fed never
// learns of that, and waits. Commands behind one are only found with [Lenient],
// where a command (`*3`, CR LF, `$`) or a time (`#TS:`) follows: whoever may
// write values could have put those bytes into one. An RDB version below 5, which
// has no place for a checksum, is a *SyntaxError; Redis never wrote a preamble in
// one.
func AppendOnlyFile() Option { return func(c *config) { c.appendOnly = true } }

// OnAnnotation has a Decoder of an [AppendOnlyFile] hand the text of every
// annotation, without its # and line end, to f: once each, and before the command
// behind it is returned, for which ReadCommands ends a batch. The text is a view
// that is valid until f returns; f must not call the Decoder.
func OnAnnotation(f func(text []byte)) Option { return func(c *config) { c.onAnnotation = f } }

// PreambleTo has a Decoder of an [AppendOnlyFile] write the RDB preamble to w, to
// the byte as it is in the file. A read that fails with an error of w can be
// repeated, and goes on from exactly the byte that w did not take.
func PreambleTo(w io.Writer) Option { return func(c *config) { c.preambleTo = w } }

// appendOnly is what a Decoder knows of its append-only file beside commands.
type appendOnly struct {
	onAnnotation func(text []byte)
	preambleTo   io.Writer
	lenient      bool

	// When the next byte to be read is at offset to, from is where the annotations
	// begin, or the preamble, that were passed over on the way.
	from, to int64
	sum      uint64 // of the preamble so far

	line partialLine // an annotation; not Decoder.ahead, because a CR does not end it
}

// partialLine remembers how far a line that has not all arrived was searched.
type partialLine struct {
	at   int64 // offset in the stream
	seen int   // bytes without a line end
}

// seenAt returns how many bytes of the line at offset hold no line end.
func (p *partialLine) seenAt(offset int64) int {
	if p.at != offset {
		return 0
	}
	return p.seen
}

func newAppendOnly(c *config) *appendOnly {
	if !c.appendOnly {
		return nil
	}
	return &appendOnly{onAnnotation: c.onAnnotation, preambleTo: c.preambleTo, lenient: c.lenient}
}

// reset forgets the file.
func (a *appendOnly) reset() {
	if a != nil {
		*a = appendOnly{onAnnotation: a.onAnnotation, preambleTo: a.preambleTo, lenient: a.lenient}
	}
}

// begin returns the offset right behind the last whole command when the next byte
// to be read is at offset at.
func (a *appendOnly) begin(at int64) int64 {
	if a != nil && a.to == at {
		return a.from
	}
	return at
}

// pass takes note that what lies from offset at to offset to is no command.
func (a *appendOnly) pass(at, to int64) {
	a.from = a.begin(at)
	a.to = to
}

// passAside passes over what stands before the next command, which is then there
// with its first byte at least.
func (d *Decoder) passAside() error {
	if d.op.name != readingPreamble {
		if err := d.ready(); err != nil || !d.nest.atTop() {
			return err
		}
	}
	for {
		if d.op.name == readingPreamble {
			if err := d.passPreamble(); err != nil {
				return err
			}
		}
		err := d.need(1)
		switch {
		case err != nil:
		case d.data[d.pos] == '#':
			err = d.passAnnotation()
		case d.offset(0) == 0 && startsLike(d.unread(), rdbMagic):
			err = d.beginPreamble()
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// startsLike reports whether b starts with prefix, as far as it goes.
func startsLike(b []byte, prefix string) bool {
	n := min(len(b), len(prefix))
	return string(b[:n]) == prefix[:n]
}

// passAnnotation passes over the annotation that comes next, or reads more of it.
func (d *Decoder) passAnnotation() error {
	b, at := d.unread(), d.offset(0)
	end, seen := len(b), d.aof.line.seenAt(at)
	if i := bytes.IndexByte(b[seen:], '\n'); i >= 0 {
		end = seen + i
	}
	if int64(end) > d.rules.LineLen {
		return d.fail(limitFault(limitLine, d.rules.LineLen, 0), 0)
	}
	if end == len(b) {
		d.aof.line = partialLine{at: at, seen: end}
		return d.need(end + 1)
	}
	size := end + 1
	if b[end-1] == '\r' {
		end--
	}
	d.pos += size
	d.aof.pass(at, d.offset(0))
	if d.aof.onAnnotation != nil {
		d.aof.onAnnotation(b[1:end:end])
	}
	return nil
}

// notMultibulk judges the byte that stands in an append-only file in the place of
// a command's `*`. There is nothing wrong with an annotation, which ends a batch.
func notMultibulk(c byte) *fault {
	if c == '#' {
		return nil
	}
	return syntaxFault(ClassType, 0, "the * of a command or the # of an annotation")
}

const (
	rdbMagic    = "REDIS"
	rdbMagicLen = len(rdbMagic + "0011") // with the version
	rdbEnd      = 0xFF                   // the opcode before the checksum
	sumSize     = 8

	// readingPreamble is the operation that is under way inside a preamble.
	readingPreamble = "ReadCommand"
)

// beginPreamble judges the header of the preamble, or reads more of it.
func (d *Decoder) beginPreamble() error {
	b := d.unread()
	if len(b) < rdbMagicLen {
		return d.need(len(b) + 1)
	}
	if version := string(b[len(rdbMagic):rdbMagicLen]); version < "0005" || !areDigits(version) {
		f := syntaxFault(ClassSyntax, len(rdbMagic), "an RDB version that has a checksum, 0005 at least")
		f.to = rdbMagicLen
		return d.fail(f, 0)
	}
	op := operation{name: readingPreamble}
	if d.aof.preambleTo != nil {
		op.parts = everything
	}
	d.startOperation(op)
	return nil
}

func areDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

// passPreamble passes over the preamble up to its end.
func (d *Decoder) passPreamble() error {
	for {
		if _, err := d.writeKept(d.aof.preambleTo); err != nil {
			return err
		}
		if d.op.done {
			d.aof.to = -1
			d.startOperation(operation{})
			return nil
		}
		n, done := d.aof.scanPreamble(d.unread(), false)
		if n == 0 {
			err := d.need(d.end - d.pos + 1)
			if err == io.ErrUnexpectedEOF {
				n, done = d.aof.scanPreamble(d.unread(), true)
			}
			if err != nil && !done {
				return err
			}
		}
		d.take(n, everything)
		d.op.done = done
		d.aof.to = d.offset(0)
	}
}

// preambleTable is that of the CRC-64 of Redis (crc64.c: Jones' polynomial,
// reflected, starting at 0), which hash/crc64 complements and Redis does not.
var preambleTable = sync.OnceValue(func() *crc64.Table {
	return crc64.MakeTable(bits.Reverse64(0xad93d23594c935a9))
})

// scanPreamble returns how many bytes at the start of b, which goes on where it
// stopped before, belong to the preamble for certain, and whether it ends with
// them. Of a file that is at its end nothing follows b.
func (a *appendOnly) scanPreamble(b []byte, atEnd bool) (n int, done bool) {
	table, sum := preambleTable(), a.sum
	defer func() { a.sum = sum }()
	for i := 0; i+sumSize < len(b); i++ {
		before := sum
		sum = table[byte(sum)^b[i]] ^ sum>>8
		if b[i] != rdbEnd {
			continue
		}
		end := i + 1 + sumSize
		switch le64(b[i+1:]) {
		case sum:
			return end, true
		case 0:
			ends, known := a.endsUnchecked(b[end:])
			switch {
			case ends && (known || atEnd):
				return end, true
			case ends:
				sum = before
				return i, false
			}
		}
	}
	return max(0, len(b)-sumSize), false
}

// endsUnchecked reports whether a preamble without a checksum may end where b
// follows, and whether b is long enough to know.
func (a *appendOnly) endsUnchecked(b []byte) (ends, known bool) {
	if a.lenient {
		return commandsFollow(b)
	}
	return len(b) == 0, false
}

// commandsFollow reports whether b is how the commands behind a preamble start,
// or the beginning of that, and whether b is long enough to know.
func commandsFollow(b []byte) (follow, known bool) {
	const stamp, header, maxDigits = "#TS:", "\r\n$", len("1048576")
	if startsLike(b, stamp) {
		return true, len(b) >= len(stamp)
	}
	if b[0] != '*' {
		return false, true
	}
	digits := 1
	for digits < len(b) && digits <= maxDigits && isDigit(b[digits]) {
		digits++
	}
	rest := b[digits:]
	if !startsLike(rest, header) || digits == 1 && len(rest) > 0 {
		return false, true
	}
	return true, len(rest) >= len(header)
}
