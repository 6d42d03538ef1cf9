package respwire

import (
	"encoding/binary"
	"math/bits"
)

// This file writes whole numbers in decimal, eight digits at a time. It splits the
// digits in one word of 8 bytes, first digit lowest, by multiplications that work on
// several of them at once, because that is faster than strconv.

// PutDigits stores n in decimal in b, whose length is DigitCount(n).
func PutDigits(b []byte, n uint64) {
	count := len(b)
	if n < 1e4 {
		digits := uint32(FourDigits(n)) >> ((4*8 - 8*count) & 31)
		if count == 1 {
			b[0] = byte(digits)
			return
		}
		binary.LittleEndian.PutUint16(b, uint16(digits))
		binary.LittleEndian.PutUint16(b[count-2:], uint16(digits>>((8*count-2*8)&31)))
		return
	}
	if n < 1e8 {
		digits := EightDigits(n) >> ((8*8 - 8*count) & 63)
		binary.LittleEndian.PutUint32(b, uint32(digits))
		binary.LittleEndian.PutUint32(b[count-4:], uint32(digits>>((8*count-4*8)&63)))
		return
	}
	// The first word may have surplus digits; the next word overwrites them.
	high := n / 1e8
	low := EightDigits(n - high*1e8)
	if high < 1e8 {
		binary.LittleEndian.PutUint64(b, EightDigits(high)>>((16*8-8*count)&63))
	} else {
		top := high / 1e8
		binary.LittleEndian.PutUint32(b, uint32(FourDigits(top))>>((20*8-8*count)&31))
		binary.LittleEndian.PutUint64(b[count-16:], EightDigits(high-top*1e8))
	}
	binary.LittleEndian.PutUint64(b[count-8:], low)
}

// EightDigits returns the eight digits of n, which is below 1e8, as ASCII, the
// first one lowest.
func EightDigits(n uint64) uint64 {
	high := n * 109951163 >> 40                 // n/10000
	return digitsOf(n<<32 - high*(10000<<32-1)) // high | n%10000<<32, with one step fewer
}

// FourDigits returns the four digits of n, which is below 10,000, in the same form.
func FourDigits(n uint64) uint64 { return digitsOf(n) & (1<<32 - 1) }

// digitsOf returns the four digits of each half of fours. It splits them into pairs
// of digits and those into single digits. Each division is a multiplication that is
// exact for numbers so small.
func digitsOf(fours uint64) uint64 {
	const (
		every32 = 1 | 1<<32
		every16 = every32 | every32<<16
		every8  = every16 | every16<<8
	)
	hundreds := fours * 10486 >> 20 & (0x7f * every32) // fours/100
	pairs := fours<<16 - hundreds*(100<<16-1)          // hundreds | fours%100<<16
	tens := pairs * 103 >> 10 & (0xf * every16)        // pairs/10
	return pairs<<8 - tens*(10<<8-1) | '0'*every8      // tens | pairs%10<<8
}

// minByDigits[i] is the smallest number of i+1 digits.
var minByDigits = [20]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// DigitCount returns how many digits n has in decimal.
func DigitCount(n uint64) int {
	guess := bits.Len64(n|1) * 1233 >> 12 // log10(2) is 1233/4096, nearly
	_, less := bits.Sub64(n|1, minByDigits[guess], 0)
	return guess + 1 - int(less)
}

// Magnitude returns n without its sign, and 1 when n is negative, else 0.
func Magnitude(n int64) (sign int, u uint64) {
	negative := uint64(n >> 63) // all ones or none
	return int(negative & 1), (uint64(n) ^ negative) - negative
}
