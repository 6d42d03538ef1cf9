package respwire

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// FastInteger takes what ParseInteger takes, in any number of digits up to 19 and
// whatever follows, except for a plus. It takes nothing else.
func TestFastIntegerAgreesWithParseInteger(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	check := func(text string, tail []byte) {
		var w Head
		for i := range w {
			w[i] = byte(r.UintN(256))
		}
		line := ":" + text + "\r\n"
		copy(w[:], line)
		copy(w[min(len(line), len(w)):], tail)
		n, size := FastInteger(&w)
		want, _, fault := ParseInteger([]byte(text))
		switch {
		case text == "" || fault != NumberOK || text[0] == '+':
			if size != 0 {
				t.Errorf("FastInteger of %q: %d in %d bytes, want none", line, n, size)
			}
		case size == 0 && len(text) <= 19:
			t.Errorf("FastInteger of %q takes nothing", line)
		case size != 0 && (n != want || size != len(line)):
			t.Errorf("FastInteger of %q: %d in %d bytes, want %d in %d", line, n, size, want, len(line))
		}
	}
	digitsAfter := []byte("00000000000000000000000000000000")
	for digits := range 24 {
		for range 200 {
			text := ""
			for range digits {
				text += string(rune('0' + r.IntN(10)))
			}
			for _, sign := range []string{"", "-", "+"} {
				check(sign+text, nil)
				check(sign+text, digitsAfter)
			}
			if digits > 0 { // one byte is no digit
				bad := []byte(text)
				bad[r.IntN(digits)] = []byte{'/', ':', '\r', '\n', 0, 0xff, ' ', '-', 0xb0}[r.IntN(9)]
				check(string(bad), nil)
			}
		}
	}
	for _, n := range []int64{0, 1, 9999999, 10000000, 99999999, 100000000, 1<<63 - 1, -1 << 63, -1<<63 + 1} {
		check(strconv.FormatInt(n, 10), nil)
	}
	check("9223372036854775808", nil)
	check("-9223372036854775809", nil)
}
