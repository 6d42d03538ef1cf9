package respwire

import (
	"math"
	"strconv"
)

// This file parses and appends numbers. Numbers that are values (integers, big
// numbers, doubles) are read tolerantly, with a sign and leading zeros;
// lengths and counts are read strictly, by the parser. Written numbers are
// always canonical.

// IsDigit reports whether c is an ASCII digit.
func IsDigit(c byte) bool { return c-'0' <= 9 }

// NumberFault says what is wrong with the text of a number.
type NumberFault uint8

const (
	NumberOK NumberFault = iota
	NumberBad
	NumberOverflow
)

// ParseInteger parses an optional sign and digits. When the text is bad, at is
// the index of the first byte that does not fit, len(b) where a digit is missing.
// An overflow is found at the digit that causes it, before any bad byte behind it.
func ParseInteger(b []byte) (v int64, at int, fault NumberFault) {
	i, negative := 0, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		i, negative = 1, b[0] == '-'
	}
	if i == len(b) {
		return 0, i, NumberBad
	}
	limit := uint64(math.MaxInt64)
	if negative {
		limit++ // -2^63 has no positive twin
	}
	var u uint64
	for ; i < len(b); i++ {
		if !IsDigit(b[i]) {
			return 0, i, NumberBad
		}
		digit := uint64(b[i] - '0')
		if u > (limit-digit)/10 {
			return 0, 0, NumberOverflow
		}
		u = u*10 + digit
	}
	if negative {
		return -int64(u), 0, NumberOK
	}
	return int64(u), 0, NumberOK
}

// ScanDigits returns the index of the first byte of b at or after i that is no digit.
func ScanDigits(b []byte, i int) int {
	for i < len(b) && IsDigit(b[i]) {
		i++
	}
	return i
}

// ScanBigNumber checks an optional sign and digits. It returns the index of
// the first byte that does not fit, len(b) where a digit is missing, or -1.
func ScanBigNumber(b []byte) (bad int) {
	i := 0
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		i = 1
	}
	end := ScanDigits(b, i)
	if end == len(b) && end > i {
		return -1
	}
	return end
}

// ScanDouble checks the spelling of a double: [sign] digits [. digits]
// [e [sign] digits], or [sign] inf, or [sign] nan [(chars)], words in either
// case (RESP3 specification, "Double type", which also warns of the NaNs that
// C libraries print). Lenient lets the digits before or after the point be
// missing. It returns the index of the first byte that does not fit, len(b)
// where one is missing, or -1.
func ScanDouble(b []byte, lenient bool) (bad int) {
	i := 0
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		i++
	}
	if i < len(b) && !IsDigit(b[i]) && b[i] != '.' {
		return scanDoubleWord(b, i)
	}
	start := i
	i = ScanDigits(b, i)
	whole := i > start
	if !whole && !lenient {
		return i
	}
	fraction := false
	if i < len(b) && b[i] == '.' {
		start = i + 1
		i = ScanDigits(b, start)
		fraction = i > start
		if !fraction && !lenient {
			return i
		}
	}
	if !whole && !fraction {
		return i
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '-' || b[i] == '+') {
			i++
		}
		start = i
		if i = ScanDigits(b, i); i == start {
			return i
		}
	}
	if i < len(b) {
		return i
	}
	return -1
}

// scanDoubleWord checks inf, nan or nan(chars) at b[i:], which is not empty.
func scanDoubleWord(b []byte, i int) (bad int) {
	word := "inf"
	if b[i]|0x20 == 'n' {
		word = "nan"
	}
	for _, c := range []byte(word) {
		if i == len(b) || b[i]|0x20 != c {
			return i
		}
		i++
	}
	if i == len(b) {
		return -1
	}
	if word != "nan" || b[i] != '(' {
		return i
	}
	for i++; i < len(b); i++ {
		switch c := b[i]; {
		case c == ')' && i == len(b)-1:
			return -1
		case c == ')':
			return i + 1
		case IsDigit(c), c|0x20 >= 'a' && c|0x20 <= 'z', c == '_':
		default:
			return i
		}
	}
	return i
}

// ParseDouble returns the value of a spelling that ScanDouble accepts and
// whether it lies within float64's range. What is too small becomes zero.
func ParseDouble(b []byte) (f float64, ok bool) {
	i := 0
	if b[0] == '-' || b[0] == '+' {
		i = 1
	}
	if b[i]|0x20 == 'n' {
		return math.NaN(), true
	}
	if b[i]|0x20 == 'i' {
		if b[0] == '-' {
			return math.Inf(-1), true
		}
		return math.Inf(1), true
	}
	f, err := strconv.ParseFloat(BytesString(b), 64)
	return f, err == nil
}

// DoubleMayOverflow reports whether a spelling that ScanDouble accepts could
// lie beyond float64. Nearly every double is told to be in range without
// being parsed.
func DoubleMayOverflow(b []byte) bool {
	const safe = 300 // digits before the point plus the exponent, of at most 308
	if len(b) > safe {
		return true
	}
	for i, c := range b {
		if c|0x20 == 'e' {
			exponent := b[i+1:]
			if exponent[0] == '+' || exponent[0] == '-' {
				exponent = exponent[1:]
			}
			return len(exponent) > len("99") || len(b) > safe-99
		}
	}
	return false
}

// AppendInteger appends n in decimal.
func AppendInteger(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

// AppendDouble appends the shortest spelling that reads back as f, with an
// exponent only where encoding/json has one, and inf, -inf and nan for the
// values without digits (RESP3 specification, "Double type"). bits is 32 for
// a float32.
func AppendDouble(dst []byte, f float64, bits int) []byte {
	const exact = 1 << 53
	switch {
	case f != f:
		return append(dst, "nan"...)
	case f > math.MaxFloat64:
		return append(dst, "inf"...)
	case f < -math.MaxFloat64:
		return append(dst, "-inf"...)
	case f == 0 && math.Signbit(f):
		return append(dst, "-0"...)
	case f > -exact && f < exact && f == float64(int64(f)) && bits == 64:
		return AppendInteger(dst, int64(f)) // the shortest spelling, and much faster
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 {
		if bits == 64 && (abs < 1e-6 || abs >= 1e21) || bits == 32 && (float32(abs) < 1e-6 || float32(abs) >= 1e21) {
			format = 'e'
		}
	}
	dst = strconv.AppendFloat(dst, f, format, -1, bits)
	if n := len(dst); format == 'e' && n >= 4 && dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' {
		dst[n-2] = dst[n-1] // e-09 becomes e-9
		dst = dst[:n-1]
	}
	return dst
}
