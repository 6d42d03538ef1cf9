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

// ShortBulk takes the lengths that ShortLength takes, and only where CR LF follows
// that many bytes and lies in the input.
func TestShortBulkTakesWhatShortLengthTakes(t *testing.T) {
	const most = LongestShortLength + len("$99\r\n\r\n")
	for first := range 256 {
		for second := range 256 {
			for _, rest := range []string{"\r\n", "\n\r", "\rx", "x\n", "\n\n"} {
				data := make([]byte, most+HeadSize)
				copy(data, "$"+string([]byte{byte(first), byte(second)})+rest)
				n, size := ShortLength((*Head)(data))
				end := size + n
				if size > 0 {
					copy(data[end:], "\r\n")
				}
				for _, last := range []int{-2, end - 1, end, most} {
					want := end
					if last < end || size == 0 {
						want = 0
					}
					gotN, got := ShortBulk((*Head)(data), last)
					if got != want || want > 0 && gotN != n {
						t.Fatalf("%q, up to %d: a payload of %d bytes up to %d, want %d up to %d", data[:6], last, gotN, got, n, want)
					}
				}
				if size == 0 {
					continue
				}
				for _, at := range []int{end, end + 1} {
					data[at] ^= 1
					if _, got := ShortBulk((*Head)(data), most); got != 0 {
						t.Fatalf("%q: no CR LF at %d, but a payload up to %d", data[:6], end, got)
					}
					data[at] ^= 1
				}
			}
		}
	}
}
