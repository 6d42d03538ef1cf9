package resp

import (
	"math"
	"math/big"
	"strconv"

	"github.com/seed65f5866d/resp/internal/respwire"
)

// This file parses and appends numbers. Numbers that are values (integers, big
// numbers, doubles) are read tolerantly, with a sign and leading zeros;
// lengths and counts are read strictly, in decode.go. Written numbers are
// always canonical.

func isDigit(c byte) bool { return c-'0' <= 9 }

// numberFault says what is wrong with the text of a number.
type numberFault uint8

const (
	numberOK numberFault = iota
	numberBad
	numberOverflow
)

// parseInteger parses an optional sign and digits. When the text is bad, at is
// the index of the first byte that does not fit, len(b) where a digit is missing.
// An overflow is found at the digit that causes it, before any bad byte behind it.
func parseInteger(b []byte) (v int64, at int, fault numberFault) {
	i, negative := 0, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		i, negative = 1, b[0] == '-'
	}
	if i == len(b) {
		return 0, i, numberBad
	}
	limit := uint64(math.MaxInt64)
	if negative {
		limit++ // -2^63 has no positive twin
	}
	var u uint64
	for ; i < len(b); i++ {
		if !isDigit(b[i]) {
			return 0, i, numberBad
		}
		digit := uint64(b[i] - '0')
		if u > (limit-digit)/10 {
			return 0, 0, numberOverflow
		}
		u = u*10 + digit
	}
	if negative {
		return -int64(u), 0, numberOK
	}
	return int64(u), 0, numberOK
}

// scanDigits returns the index of the first byte of b at or after i that is no digit.
func scanDigits(b []byte, i int) int {
	for i < len(b) && isDigit(b[i]) {
		i++
	}
	return i
}

// scanBigNumber checks an optional sign and digits. It returns the index of
// the first byte that does not fit, len(b) where a digit is missing, or -1.
func scanBigNumber(b []byte) (bad int) {
	i := 0
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		i = 1
	}
	end := scanDigits(b, i)
	if end == len(b) && end > i {
		return -1
	}
	return end
}

// scanDouble checks the spelling of a double: [sign] digits [. digits]
// [e [sign] digits], or [sign] inf, or [sign] nan [(chars)], words in either
// case (RESP3 specification, "Double type", which also warns of the NaNs that
// C libraries print). Lenient lets the digits before or after the point be
// missing. It returns the index of the first byte that does not fit, len(b)
// where one is missing, or -1.
func scanDouble(b []byte, lenient bool) (bad int) {
	i := 0
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		i++
	}
	if i < len(b) && !isDigit(b[i]) && b[i] != '.' {
		return scanDoubleWord(b, i)
	}
	start := i
	i = scanDigits(b, i)
	whole := i > start
	if !whole && !lenient {
		return i
	}
	fraction := false
	if i < len(b) && b[i] == '.' {
		start = i + 1
		i = scanDigits(b, start)
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
		if i = scanDigits(b, i); i == start {
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
		case isDigit(c), c|0x20 >= 'a' && c|0x20 <= 'z', c == '_':
		default:
			return i
		}
	}
	return i
}

// parseDouble returns the value of a spelling that scanDouble accepts and
// whether it lies within float64's range. What is too small becomes zero.
func parseDouble(b []byte) (f float64, ok bool) {
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
	f, err := strconv.ParseFloat(respwire.BytesString(b), 64)
	return f, err == nil
}

// doubleMayOverflow reports whether a spelling that scanDouble accepts could
// lie beyond float64. Nearly every double is told to be in range without
// being parsed.
func doubleMayOverflow(b []byte) bool {
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

// int64Of returns the integer that a value of kind holds or spells.
func int64Of(kind Kind, null, streamed bool, text []byte) (int64, error) {
	if err := noNumber(kind, null, streamed, text, Integer); err != nil {
		return 0, err
	}
	if kind == Double {
		return 0, &KindError{Got: kind, Want: Integer}
	}
	v, _, fault := parseInteger(text)
	if fault != numberOK {
		return 0, numberError("Int64", text, fault)
	}
	return v, nil
}

// float64Of returns the double that a value of kind holds or spells.
func float64Of(kind Kind, null, streamed bool, text []byte) (float64, error) {
	if err := noNumber(kind, null, streamed, text, Double); err != nil {
		return 0, err
	}
	if scanDouble(text, kind == Double) >= 0 {
		return 0, numberError("Float64", text, numberBad)
	}
	f, ok := parseDouble(text)
	if !ok {
		return 0, numberError("Float64", text, numberOverflow)
	}
	return f, nil
}

// maxBigInt is how many bytes of text bigIntOf takes. The time math/big needs
// is quadratic: 7 ms for so many digits, over a second for a mebibyte.
const maxBigInt = 64 << 10

// bigIntOf returns the integer that a value of kind spells.
func bigIntOf(kind Kind, null, streamed bool, text []byte) (*big.Int, error) {
	if err := noNumber(kind, null, streamed, text, BigNumber); err != nil {
		return nil, err
	}
	if kind == Double {
		return nil, &KindError{Got: kind, Want: BigNumber}
	}
	if scanBigNumber(text) >= 0 {
		return nil, numberError("BigInt", text, numberBad)
	}
	if len(text) > maxBigInt {
		return nil, numberError("BigInt", text, numberOverflow)
	}
	n, _ := new(big.Int).SetString(respwire.BytesString(text), 10)
	return n, nil
}

// boolOf returns the boolean that a value of kind with the number n holds.
func boolOf(kind Kind, null bool, n int64, text []byte) (bool, error) {
	switch {
	case null:
		return false, ErrNull
	case kind == Boolean, kind == Integer && n&^1 == 0:
		return n != 0, nil
	case kind.IsError():
		return false, newReplyError(text)
	}
	return false, &KindError{Got: kind, Want: Boolean}
}

// noNumber returns why a value of kind cannot be read as a number, or nil.
func noNumber(kind Kind, null, streamed bool, text []byte, want Kind) error {
	switch {
	case null:
		return ErrNull
	case kind.IsError():
		return newReplyError(text)
	case streamed && text == nil, !kind.IsString() && kind != Double && kind != BigNumber:
		return &KindError{Got: kind, Want: want}
	}
	return nil
}

// numberError says that text spells no number of that kind, or none in range.
// The text is cut: it may be as long as any bulk string.
func numberError(function string, text []byte, fault numberFault) error {
	const shown = 64
	err := strconv.ErrSyntax
	if fault == numberOverflow {
		err = strconv.ErrRange
	}
	return &strconv.NumError{Func: function, Num: string(text[:min(len(text), shown)]), Err: err}
}

// appendInteger appends n in decimal.
func appendInteger(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

// appendDouble appends the shortest spelling that reads back as f, with an
// exponent only where encoding/json has one, and inf, -inf and nan for the
// values without digits (RESP3 specification, "Double type"). bits is 32 for
// a float32.
func appendDouble(dst []byte, f float64, bits int) []byte {
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
		return appendInteger(dst, int64(f)) // the shortest spelling, and much faster
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
