package respwire

import "testing"

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
