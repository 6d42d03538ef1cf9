package resptest_test

import (
	"bytes"
	"testing"

	"github.com/seed65f5866d/resp/resptest"
)

// Every seed breaks a frame, in one place: what is before it is the start of the
// frame, and what is behind it is the end of the frame or of another. No fault is
// left out.
func TestBreakChangesOnePlace(t *testing.T) {
	frame := []byte("*3\r\n$3\r\nSET\r\n$10\r\n0123456789\r\n:1\r\n")
	other := []byte("%1\r\n+k\r\n,1.5\r\n")
	classes := make(map[string]int)
	for seed := range uint64(2000) {
		b := resptest.Break(seed, frame, other)
		if !bytes.Equal(b, resptest.Break(seed, frame, other)) {
			t.Fatalf("seed %d breaks in two ways", seed)
		}
		for _, frame := range [][]byte{frame, other, []byte("a"), []byte("\r\n"), []byte("_\r\n"), []byte("$99999999999999999999999\r\n")} {
			if broken := resptest.Break(seed, frame, frame, other); !inOnePlace(broken, frame, other) {
				t.Errorf("seed %d breaks %q to %q", seed, frame, broken)
			}
		}
		result := parse("reply", b, resptest.Limits{})
		class := result.Error
		if result.Incomplete {
			class = "incomplete"
		}
		classes[class]++
	}
	for _, class := range []string{"", "incomplete", "syntax", "length", "type"} {
		if classes[class] < 20 {
			t.Errorf("%d of 2000 are %q: %v", classes[class], class, classes)
		}
	}
	if want := "*3\r\n$3\r\nSET\r\n$10\r\n0123456789\r\n:1\r\n"; string(frame) != want || string(other) != "%1\r\n+k\r\n,1.5\r\n" {
		t.Errorf("Break changed its arguments: %q, %q", frame, other)
	}
	for seed := range uint64(100) {
		if got := resptest.Break(seed, nil, other); len(got) != 0 {
			t.Errorf("nothing was broken to %q", got)
		}
		resptest.Break(seed, []byte("a"))
	}
}

// inOnePlace reports whether broken is not frame, and a start of it and an end of it
// or of other with little between them.
func inOnePlace(broken, frame, other []byte) bool {
	const most = 25 // a number that has got longer, or a part that was doubled
	if bytes.Equal(broken, frame) {
		return false
	}
	start := 0
	for start < min(len(broken), len(frame)) && broken[start] == frame[start] {
		start++
	}
	for _, whole := range [][]byte{frame, other} {
		end := 0
		for end < min(len(broken)-start, len(whole)) && broken[len(broken)-1-end] == whole[len(whole)-1-end] {
			end++
		}
		if len(broken)-start-end <= most {
			return true
		}
	}
	return false
}
