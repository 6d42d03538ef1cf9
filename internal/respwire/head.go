package respwire

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// This file parses the header of a token and finds line ends, eight bytes at once.
// It takes the forms of nearly all traffic and gives up on all others, faults
// included.

const (
	// CRLF16 is CR LF as Load16 returns it.
	CRLF16 = '\r' | '\n'<<8

	// LongestFastLine bounds the lines that fastToken takes. fastToken need not
	// check a limit on lines that is no lower.
	LongestFastLine = 512

	// LongestShortLength is the longest string whose length ShortLength parses.
	LongestShortLength = 99
)

// Load16 returns the first 2 bytes of b, lowest first.
func Load16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }

// Load32 returns the first 4 bytes of b, lowest first.
func Load32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

// Load64 returns the first 8 bytes of b, lowest first.
func Load64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

const (
	everyByte = 0x0101010101010101
	highBits  = 0x80 * everyByte
)

// controls sets the high bit of the lowest byte of x below 0x20, and perhaps of
// bytes above that one.
func controls(x uint64) uint64 { return (x - 0x20*everyByte) &^ x & highBits }

// notDigits sets the high bit of the lowest byte of x that is no ASCII digit, and
// perhaps of bytes above that one.
func notDigits(x uint64) uint64 {
	x ^= '0' * everyByte
	return (x + 0x76*everyByte | x) & highBits // 0x76 more sets the high bit of a byte of 10 or more
}

// countDigits returns how many of the lowest bytes of x are ASCII digits.
func countDigits(x uint64) uint { return uint(bits.TrailingZeros64(notDigits(x))) >> 3 }

// parse8 returns the number that the n lowest bytes of x spell, n from 0 to 8, the
// first digit lowest. It moves the digits to the top, fills the rest with zeros, and
// adds neighbours up in three steps.
func parse8(x uint64, n uint) uint64 {
	x = (x - '0'*everyByte) << (64 - 8*n)
	x = x*10 + x>>8
	return (x&0x000000ff000000ff*(100+1000000<<32) + x>>16&0x000000ff000000ff*(1+10000<<32)) >> 32
}

// powersOf10 has 16 entries so that an index masked with 15 needs no check.
var powersOf10 = [16]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

// IsOK reports whether b starts with the line +OK, by far the most frequent one.
func IsOK(w *Head) bool { return Load32(w[1:]) == 'O'|'K'<<8|'\r'<<16|'\n'<<24 }

// IsMinusOne reports whether -1 and a line end follow w[0], the length of a null.
func IsMinusOne(w *Head) bool { return Load32(w[1:]) == '-'|'1'<<8|'\r'<<16|'\n'<<24 }

// FastLine returns the index of the CR LF that ends the line b starts with, or 0
// when the line is long, incomplete, or holds another control character first. It
// checks eight bytes at once.
func FastLine(b []byte) (end int) {
	for i := 1; i+9 <= len(b) && i < LongestFastLine-16; i += 8 {
		if m := controls(Load64(b[i:])); m != 0 {
			i += bits.TrailingZeros64(m) >> 3
			if i+2 <= len(b) && Load16(b[i:]) == CRLF16 {
				return i
			}
			return 0
		}
	}
	return 0
}

// ShortLength is FastLength for one or two digits, which most lengths have. It is
// small enough to be inlined. Its comparisons are ones that a processor predicts
// well.
func ShortLength(w *Head) (n, size int) {
	const crlf = '\r'<<16 | '\n'<<24
	x := Load32(w[1:]) ^ ('0' | '0'<<8 | crlf)
	if x < 10<<8 && uint8(x)-1 < 9 {
		return int(uint8(x)*10 + uint8(x>>8)), 5
	}
	if x>>8&0xffff == '\r'^'0'|('\n'^'\r')<<8 && uint8(x) < 10 {
		return int(uint8(x)), 4
	}
	return 0, 0
}

// FastLength parses the length or count after w[0], which has up to six digits and
// is not 0. It returns the number and the size of its line, or 0 as the size for
// other forms.
func FastLength(w *Head) (n, size int) {
	if w[1] == '0' {
		return 0, 0 // a leading zero, or a fault
	}
	x := Load64(w[1:])
	digits := countDigits(x)
	if digits == 0 || digits > 6 || uint16(x>>(8*digits&63)) != CRLF16 {
		return 0, 0
	}
	return int(parse8(x, digits)), int(digits + 3)
}

// FastInteger parses the integer after w[0], which has up to 19 digits and no plus.
// It returns the integer and the size of its line, or 0 as the size for other forms. It
// parses 16 bytes whatever the length is, because a processor cannot predict how many of
// them are digits.
func FastInteger(w *Head) (n int64, size int) {
	start := uint(1)
	if w[1] == '-' {
		start = 2
	}
	first, second := Load64(w[start:]), Load64(w[start+8:])
	n1, n2 := countDigits(first), countDigits(second)
	n2 &= -(n1 >> 3) // none unless the first word is digits
	if n2 == 8 {
		return longInteger(w, start)
	}
	end := start + n1 + n2
	if n1 == 0 || Load16(w[end:]) != CRLF16 {
		return 0, 0
	}
	n = int64(parse8(first, n1)*powersOf10[n2&15] + parse8(second, n2))
	if start == 2 {
		n = -n
	}
	return n, int(end + 2)
}

// longInteger is FastInteger for an integer of 16 digits or more, the first of which is
// at w[start].
func longInteger(w *Head, start uint) (n int64, size int) {
	third := Load64(w[start+16:])
	n3 := countDigits(third)
	v := (parse8(Load64(w[start:]), 8)*1e8+parse8(Load64(w[start+8:]), 8))*powersOf10[n3&15] + parse8(third, n3)
	end := start + 16 + n3
	if n3 > 3 || v > math.MaxInt64 || Load16(w[end:]) != CRLF16 {
		return 0, 0
	}
	if start == 2 {
		return -int64(v), int(end + 2)
	}
	return int64(v), int(end + 2)
}

// FastNumber returns the size of the line of a number at the start of b, or 0 when
// that has no usual form. The number consists of digits or, with fraction, may be a
// double. FastNumber takes only doubles that are certain to be in float64's range.
// len(b) must be at least HeadSize.
func FastNumber(b []byte, fraction bool) (size int) {
	start := 1
	if b[1] == '-' {
		start = 2
	}
	end := digitsEnd(b, start)
	switch {
	case end == start && fraction:
		end = wordEnd(b, start)
	case end == start:
		return 0
	case end > start && fraction:
		if b[end] == '.' {
			point := end
			if end = digitsEnd(b, point+1); end <= point+1 {
				return 0
			}
		}
		if b[end] == 'e' {
			end = exponentEnd(b, end+1)
		}
		if end > inRange {
			return 0
		}
	}
	if end == 0 || end+2 > len(b) || Load16(b[end:]) != CRLF16 {
		return 0
	}
	return end + 2
}

// inRange is the length up to which a double with an exponent of two digits is in range.
const inRange = 200

// exponentEnd returns the end of the exponent that starts at b[i], or 0 unless it
// has one or two digits.
func exponentEnd(b []byte, i int) (end int) {
	if i+1 < len(b) && (b[i] == '-' || b[i] == '+') {
		i++
	}
	if end = digitsEnd(b, i); end <= i || end > i+2 {
		return 0
	}
	return end
}

// wordEnd returns the end of the word inf or nan, or 0 for anything else.
func wordEnd(b []byte, i int) (end int) {
	if word := Load32(b[i:]) &^ (0xff << 24); word == 'i'|'n'<<8|'f'<<16 || word == 'n'|'a'<<8|'n'<<16 {
		return i + 3
	}
	return 0
}

// digitsEnd returns the index of the first byte of b that is no digit, from i on, or
// 0 when that is far away.
func digitsEnd(b []byte, i int) (end int) {
	for ; i+8 <= len(b) && i < LongestFastLine-16; i += 8 {
		if n := countDigits(Load64(b[i:])); n < 8 {
			return i + int(n)
		}
	}
	return 0
}

// LineEnd returns the index of the first CR or LF in b[from:], counted from the
// start of b, or len(b).
func LineEnd(b []byte, from int) int {
	i := from
	for ; i+8 <= len(b); i += 8 {
		x := Load64(b[i:])
		cr, lf := x^'\r'*everyByte, x^'\n'*everyByte
		if m := ((cr-everyByte)&^cr | (lf-everyByte)&^lf) & highBits; m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	for ; i < len(b); i++ {
		if b[i] == '\r' || b[i] == '\n' {
			return i
		}
	}
	return i
}
