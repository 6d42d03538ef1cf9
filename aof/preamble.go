package aof

import (
	"encoding/binary"
	"errors"
	"hash/crc64"
	"io"
	"math/bits"
	"strings"
	"sync"

	"github.com/seed65f5866d/resp"
)

// This file skips the RDB that a file may start with. It finds the end without
// parsing the contents: an RDB ends with the byte 0xFF and a checksum of everything
// up to and including that byte. So at every 0xFF the checksum so far is compared
// with the 8 bytes that follow. They are equal by chance once in 2^64 times, and for
// a reason one byte too early: see endsOnce.

const (
	redisMagic  = "REDIS"  // and a version of four digits
	valkeyMagic = "VALKEY" // and one of three, since Valkey 9
	headerLen   = len("REDIS0011")

	rdbEnd  = 0xFF // the opcode before the checksum
	sumSize = 8
)

// preamble records how far the preamble has been read.
type preamble struct {
	begun bool
	sum   uint64 // checksum of the bytes that belong to it for certain
	sure  int    // bytes that do and have not been skipped
	last  bool   // those bytes are all that is left of it
}

// passPreamble skips the preamble, if the file has one.
func (r *Reader) passPreamble() error {
	if !r.preamble.begun {
		isRDB, err := r.checkHeader()
		if err != nil || !isRDB {
			return err
		}
		r.preamble.begun = true
	}
	for {
		if err := r.writeSure(); err != nil {
			return err
		}
		if r.preamble.last {
			r.offset = r.d.InputOffset()
			return nil
		}
		if err := r.findEnd(); err != nil {
			return err
		}
	}
}

// checkHeader reports whether the file starts with an RDB, and fails for a bad
// version.
func (r *Reader) checkHeader() (isRDB bool, err error) {
	var b []byte
	for n := 1; n <= headerLen; n++ {
		if b, err = r.d.Peek(n); err != nil {
			return false, err
		}
		if !startsLike(b, redisMagic) && !startsLike(b, valkeyMagic) {
			return false, nil
		}
	}
	magic, least := redisMagic, "0005"
	if b[0] == valkeyMagic[0] {
		magic, least = valkeyMagic, "005"
	}
	version := string(b[len(magic):])
	if version < least || strings.Trim(version, "0123456789") != "" {
		return false, r.fail(resp.ClassSyntax, len(magic), "an RDB version that has a checksum, "+least+" at least", b)
	}
	return true, nil
}

// startsLike reports whether b starts with prefix, or with a part of it when b is
// shorter.
func startsLike(b []byte, prefix string) bool {
	n := min(len(b), len(prefix))
	return string(b[:n]) == prefix[:n]
}

var errImpossibleCount = errors.New("aof: a writer returned an impossible count")

// writeSure skips the bytes that belong to the preamble for certain, which are all
// buffered, and writes them to w if there is one.
func (r *Reader) writeSure() error {
	p := &r.preamble
	for p.sure > 0 {
		n := p.sure
		var err error
		if r.preambleTo != nil {
			n, err = r.preambleTo.Write(r.d.Buffered()[:p.sure])
		}
		if n < 0 || n > p.sure {
			return errImpossibleCount
		}
		if err == nil && n < p.sure {
			err = io.ErrShortWrite
		}
		p.sure -= n
		if discardErr := r.d.Discard(n); err == nil {
			err = discardErr
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// findEnd reads on until more bytes are known to belong to the preamble. Bytes that
// may be its checksum stay unread.
func (r *Reader) findEnd() error {
	p := &r.preamble
	p.scan(r.d.Buffered(), r.lenient, false)
	for p.sure == 0 {
		_, err := r.d.Peek(len(r.d.Buffered()) + 1)
		p.scan(r.d.Buffered(), r.lenient, err == io.ErrUnexpectedEOF)
		if err != nil && p.sure == 0 {
			return err
		}
	}
	return nil
}

// sumTable is the table for the CRC-64 of Redis (crc64.c: Jones' polynomial,
// reflected, starting at 0). hash/crc64 complements the sum; Redis does not.
var sumTable = sync.OnceValue(func() *crc64.Table {
	return crc64.MakeTable(bits.Reverse64(0xad93d23594c935a9))
})

// scan returns how many bytes at the start of b belong to the preamble for certain,
// and whether the preamble ends with them. b continues where the last scan stopped.
// Nothing follows b when the file is at its end.
func (p *preamble) scan(b []byte, lenient, atEnd bool) {
	table, sum := sumTable(), p.sum
	defer func() { p.sum = sum }()
	for i := 0; i+sumSize < len(b); i++ {
		before := sum
		sum = table[byte(sum)^b[i]] ^ sum>>8
		if b[i] != rdbEnd {
			continue
		}
		end := i + 1 + sumSize
		var ends, known bool
		switch binary.LittleEndian.Uint64(b[i+1:]) {
		case sum:
			ends, known = endsOnce(b[i+1], b[end:])
		case 0:
			ends, known = endsUnchecked(b[end:], lenient)
		}
		switch {
		case ends && (known || atEnd):
			p.sure, p.last = end, true
			return
		case ends: // the preamble may end here
			sum = before
			p.sure = i
			return
		}
	}
	p.sure = max(0, len(b)-sumSize)
}

// endsOnce reports whether a preamble with a right checksum may end right before b,
// and whether b is long enough to know. The checksum starts with the byte first.
//
// Where contents end with 0xFF, and their checksum starts with 0xFF, that last byte
// passes for the opcode: what follows it, the opcode and the checksum of all, is the
// checksum up to it, because that of all is the same without the first byte. Its last
// byte is 0 then, and stands in b. Neither a command nor an annotation starts with 0.
func endsOnce(first byte, b []byte) (ends, known bool) {
	if first != rdbEnd {
		return true, true
	}
	return len(b) == 0 || b[0] != 0, len(b) > 0
}

// endsUnchecked reports whether a preamble without a checksum may end right before
// b, and whether b is long enough to know.
func endsUnchecked(b []byte, lenient bool) (ends, known bool) {
	if lenient {
		return commandsFollow(b)
	}
	return len(b) == 0, false
}

// commandsFollow reports whether b starts as the commands after a preamble do, as
// far as b goes, and whether b is long enough to know.
func commandsFollow(b []byte) (follow, known bool) {
	const stamp, header, maxDigits = "#TS:", "\r\n$", len("1048576")
	if startsLike(b, stamp) {
		return true, len(b) >= len(stamp)
	}
	if b[0] != '*' {
		return false, true
	}
	digits := 1
	for digits < len(b) && digits <= maxDigits && '0' <= b[digits] && b[digits] <= '9' {
		digits++
	}
	rest := b[digits:]
	if !startsLike(rest, header) || digits == 1 && len(rest) > 0 {
		return false, true
	}
	return true, len(rest) >= len(header)
}
