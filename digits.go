package resp

import (
	"math/bits"
	"strconv"
)

// This file writes whole numbers in decimal.

// appendUint appends n in decimal.
func appendUint(dst []byte, n uint64) []byte { return strconv.AppendUint(dst, n, 10) }

// minByDigits holds at i the smallest number of i+1 digits.
var minByDigits = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// digitCount returns how many digits n has in decimal.
func digitCount(n uint64) int {
	guess := bits.Len64(n|1) * 1233 >> 12 // log10(2) is nearly 1233/4096
	if n|1 < minByDigits[guess] {
		return guess
	}
	return guess + 1
}
