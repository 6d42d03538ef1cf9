package resp

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp/internal/respwire"
)

// What the fast parser takes for a double or a big number is one, of that size, wherever the
// bytes behind it end; and it takes the usual forms.
func TestFastNumbersAreThoseOfTheCarefulParser(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	anywhere := nesting{frame: topLevel}
	check := func(b []byte) (taken bool) {
		t.Helper()
		token, size := fastToken(b, &standardRules.limits)
		if size == 0 {
			return false
		}
		want, wantSize, f := standardRules.tokenSlow(&anywhere, b)
		if f != nil || size != wantSize || string(token.Bytes()) != string(want.Bytes()) || token.kind != want.kind {
			t.Fatalf("%q is %+v in %d bytes to the fast parser, %+v in %d bytes to the careful one, which finds %+v", b, token, size, want, wantSize, f)
		}
		return true
	}
	taken := 0
	for range 300_000 {
		b := []byte{",("[rng.IntN(2)]}
		switch rng.IntN(3) {
		case 0:
			b = append(b, randomDouble(rng)...)
		case 1:
			b = append(b, "-+."[:rng.IntN(2)]...)
			for range rng.IntN(60) {
				b = append(b, byte('0'+rng.IntN(10)))
			}
		}
		for range rng.IntN(3) * rng.IntN(6) {
			b = append(b, "0123456789.e-+infa\r\n("[rng.IntN(21)])
		}
		b = append(b, "\r\n"...)
		for len(b) < respwire.HeadSize {
			b = append(b, "09.e-+\r\n"[rng.IntN(8)])
		}
		for n := respwire.HeadSize; n <= len(b); n++ {
			if check(b[:n:n]) {
				taken++
			}
		}
	}
	if taken < 20_000 {
		t.Errorf("the fast parser took only %d; that tests too little", taken)
	}
	for _, line := range []string{
		",1", ",-1.5", ",123.456", ",0.12345678901234567", ",1e+21", ",1.5e-7", ",1e9", ",inf", ",-inf", ",nan", "(1", "(-12",
		"(3492890328409238509324850943850943825024385",
	} {
		if !check([]byte(line + "\r\n" + strings.Repeat(" ", respwire.HeadSize))) {
			t.Errorf("the fast parser does not take %q", line)
		}
	}
}

// randomDouble returns a spelling near the ends of float64's range as often as
// far from them.
func randomDouble(rng *rand.Rand) []byte {
	text := []byte(oneOf(rng, "", "-", "+"))
	digits := func(n int) {
		for range n {
			text = append(text, byte('0'+rng.IntN(10)))
		}
	}
	digits(1 + rng.IntN(5))
	if rng.IntN(4) == 0 {
		digits(rng.IntN(320))
	}
	if rng.IntN(2) == 0 {
		text = append(text, '.')
		digits(1 + rng.IntN(8))
	}
	if rng.IntN(4) > 0 {
		text = append(text, oneOf(rng, "e", "E", "e+", "e-")...)
		digits(1 + rng.IntN(4))
	}
	return text
}
