package respwire

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
)

// This file parses and appends numbers. Numbers that are values (integers, big
// numbers, doubles) may have a sign and leading zeros. Lengths and counts may not;
// the parser reads those. Written numbers are always canonical.

// IsDigit reports whether c is an ASCII digit.
func IsDigit(c byte) bool { return c-'0' <= 9 }

// NumberFault says what is wrong with the text of a number.
type NumberFault uint8

const (
	NumberOK NumberFault = iota
	NumberBad
	NumberOverflow
)

// ParseInteger parses an optional sign and digits. When the text is bad, at is the
// index of the first byte that does not fit, or len(b) when a digit is missing. An
// overflow is at the digit that causes it and comes before any bad byte after it.
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
		limit++ // the magnitude of -2^63
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

// ScanBigNumber checks an optional sign and digits. It returns the index of the
// first byte that does not fit, len(b) when a digit is missing, or -1.
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

// ScanDouble checks the spelling of a double: [sign] digits [. digits] [e [sign]
// digits], or [sign] inf, or [sign] nan [(chars)], words in either case (RESP3
// specification, "Double type", which also warns of the NaNs that C libraries
// print). With lenient, the digits before or after the point may be missing. It
// returns the index of the first byte that does not fit, len(b) when one is missing,
// or -1.
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

// ParseDouble returns the value of a spelling that ScanDouble accepts and whether it
// lies within float64's range. A value that is too small becomes zero.
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

// ShortDouble returns the value of a double that is spelled with up to 19 digits and a
// small exponent, and whether b is one. Up to 15 digits as a whole number and the power
// of ten are exact float64s. Their product or quotient is the float64 nearest to the
// double, because it is rounded only once (Clinger, "How to read floating point numbers
// accurately"). More digits take quotient.
func ShortDouble(b []byte) (f float64, ok bool) {
	const longest = 20 // digits that fit into a uint64, and a point
	text := b
	if len(b) > 0 && b[0] == '-' {
		text = b[1:]
	}
	if len(text) > longest {
		return 0, false
	}
	mantissa, i := wholeNumber(text, 0, 0)
	if i == 0 {
		return 0, false
	}
	exponent := 0
	if i < len(text) && text[i] == '.' {
		point := i
		if mantissa, i = wholeNumber(text, i+1, mantissa); i == point+1 {
			return 0, false
		}
		exponent = point + 1 - i
	} else if len(text) == longest {
		return 0, false
	}
	if i+1 < len(text) && text[i]|0x20 == 'e' {
		e, _, fault := ParseInteger(text[i+1:])
		if fault != NumberOK || e < -100 || e > 100 {
			return 0, false
		}
		exponent += int(e)
		i = len(text)
	}
	switch {
	case i < len(text):
		return 0, false
	case mantissa > 1<<53:
		if exponent >= 0 || -exponent >= len(powersOf5) {
			return 0, false
		}
		f = quotient(mantissa, -exponent)
	case exponent >= 0 && exponent < len(exactPowersOf10):
		f = float64(mantissa) * exactPowersOf10[exponent]
	case exponent < 0 && -exponent < len(exactPowersOf10):
		f = float64(mantissa) / exactPowersOf10[-exponent]
	default:
		return 0, false
	}
	if len(text) < len(b) {
		f = -f
	}
	return f, true
}

// quotient returns the float64 nearest to n, which is not 0, divided by that power of
// ten. It divides by the power of five, to 63 or 64 bits; the power of two goes into the
// exponent. A remainder sets the last of these bits, so that the only rounding, to 53
// bits, sees it.
func quotient(n uint64, power int) float64 {
	divisor := powersOf5[power]
	shift, divisorShift := bits.LeadingZeros64(n), bits.LeadingZeros64(divisor)
	n <<= shift
	q, remainder := bits.Div64(n>>1, n<<63, divisor<<divisorShift)
	if remainder != 0 {
		q |= 1
	}
	exponent := divisorShift - shift - 63 - power
	return float64(q) * math.Float64frombits(uint64(1023+exponent)<<52)
}

// powersOf5 are those that fit into a uint64.
var powersOf5 = func() (powers [28]uint64) {
	for i, power := 0, uint64(1); i < len(powers); i, power = i+1, power*5 {
		powers[i] = power
	}
	return powers
}()

// wholeNumber returns n with the digits of b from i on appended, and the index of
// the byte after them.
func wholeNumber(b []byte, i int, n uint64) (uint64, int) {
	for ; i < len(b) && IsDigit(b[i]); i++ {
		n = n*10 + uint64(b[i]-'0')
	}
	return n, i
}

// exactPowersOf10 are the powers of ten that a float64 represents exactly.
var exactPowersOf10 = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// DoubleMayOverflow reports whether a spelling that ScanDouble accepts could lie
// beyond float64. It returns false for nearly every double, without parsing it.
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
// values without digits (RESP3 specification, "Double type"). size is 64, or 32
// for a float32.
func AppendDouble(dst []byte, f float64, size int) []byte {
	if n, ok := WholeDouble(f); ok && size == 64 {
		return AppendInteger(dst, n)
	}
	return AppendDoubleSlow(dst, f, size)
}

// AppendDoubleSlow is AppendDouble for numbers that WholeDouble does not take.
func AppendDoubleSlow(dst []byte, f float64, size int) []byte {
	switch {
	case f != f:
		return append(dst, "nan"...)
	case f > math.MaxFloat64:
		return append(dst, "inf"...)
	case f < -math.MaxFloat64:
		return append(dst, "-inf"...)
	case f == 0 && math.Signbit(f):
		return append(dst, "-0"...)
	}
	abs := math.Abs(f)
	if abs >= 1e-6 && abs < 1e14 && size == 64 {
		if dst, ok := appendShortDouble(dst, f); ok {
			return dst
		}
	}
	format := byte('f')
	if abs != 0 {
		if size == 64 && (abs < 1e-6 || abs >= 1e21) || size == 32 && (float32(abs) < 1e-6 || float32(abs) >= 1e21) {
			format = 'e'
		}
	}
	dst = strconv.AppendFloat(dst, f, format, -1, size)
	if n := len(dst); format == 'e' && n >= 4 && dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' {
		dst[n-2] = dst[n-1] // e-09 becomes e-9
		dst = dst[:n-1]
	}
	return dst
}

// WholeDouble returns f as an integer and whether the digits of that integer are the
// shortest spelling of f.
func WholeDouble(f float64) (n int64, ok bool) {
	const exact = 1 << 53
	if !(f > -exact && f < exact) {
		return 0, false
	}
	n = int64(f)
	return n, float64(n) == f && (n != 0 || !math.Signbit(f))
}

// appendShortDouble appends f, whose magnitude is at least 1e-6 and below 1e14, if
// it is the float64 nearest to a decimal fraction of at most 14 or 15 digits. It
// reports whether it is. It takes the whole number nearest to f times a power of
// ten, below 1e15. The error of that product is far less than a half, so no other
// fraction with as many decimals can read back as f. The quotient, which is rounded
// once as in ShortDouble, tells whether this one does. Without its trailing zeros it
// is the shortest spelling.
func appendShortDouble(dst []byte, f float64) ([]byte, bool) {
	abs := math.Abs(f)
	exponent := int(math.Float64bits(abs)>>52) - 1023
	decimals := 14 - (exponent+1)*1233>>12 // log10(2) is 1233/4096, nearly
	power := exactPowersOf10[decimals]
	whole := uint64(abs*power + 0.5)
	if float64(whole)/power != abs {
		return dst, false
	}
	if f < 0 {
		dst = append(dst, '-')
	}
	units := uint64(abs)
	if units > 0 {
		whole -= units * uint64(power)
	}
	dst = append(strconv.AppendUint(dst, units, 10), '.')
	return appendFraction(dst, whole, decimals), true
}

// appendFraction appends n, which is not 0 and below 1e15, with the given number of
// decimals, but without trailing zeros.
func appendFraction(dst []byte, n uint64, decimals int) []byte {
	for ; decimals > 16; decimals-- {
		dst = append(dst, '0')
	}
	n *= minByDigits[16-decimals]
	high := n / 1e8
	first, last := EightDigits(high), EightDigits(n-high*1e8)
	var digits [16]byte
	binary.LittleEndian.PutUint64(digits[:], first)
	binary.LittleEndian.PutUint64(digits[8:], last)
	zeros := bits.LeadingZeros64(last^'0'*everyByte) >> 3
	if zeros == 8 {
		zeros += bits.LeadingZeros64(first^'0'*everyByte) >> 3
	}
	return append(dst, digits[:len(digits)-zeros]...)
}
