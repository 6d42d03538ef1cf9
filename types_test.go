package resp

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp/internal/respwire"
)

// kinds are all kinds there are.
var kinds = func() (kinds []Kind) {
	for c := range 256 {
		if Kind(c).isValid() {
			kinds = append(kinds, Kind(c))
		}
	}
	return kinds
}()

// Larger structs are passed through memory, which costs more than all of
// ConsumeToken's work on a short token.
func TestTokenIsSmallEnoughForRegisters(t *testing.T) {
	const maxSize, maxFields = 32, 4
	if size := unsafe.Sizeof(Token{}); size > maxSize {
		t.Errorf("a Token has %d bytes, more than the %d that stay in registers", size, maxSize)
	}
	if fields := reflect.TypeFor[Token]().NumField(); fields > maxFields {
		t.Errorf("a Token has %d fields, more than the %d that stay in registers", fields, maxFields)
	}
}

// tokenOf returns a Token as a Decoder would make it for a kind with a payload.
func tokenOf(kind Kind, payload string) Token {
	b := append([]byte(payload), 0) // one byte more, so that an empty payload has an address
	return Token{data: &b[0], n: int64(len(payload)), kind: kind}
}

func TestTokenLenAndBytes(t *testing.T) {
	for _, test := range []struct {
		rule     string
		token    Token
		length   int
		payload  string
		isNil    bool
		encoding string
	}{
		{"a string has its bytes", tokenOf(BulkString, "foo"), 3, "foo", false, ""},
		{"an empty string is not nil", tokenOf(BulkString, ""), 0, "", false, ""},
		{"an error has its text", tokenOf(SimpleError, "ERR x"), 5, "ERR x", false, ""},
		{"a verbatim string has its text without the encoding", tokenOf(VerbatimString, "txt:foo"), 3, "foo", false, "txt"},
		{"a verbatim string may be empty", tokenOf(VerbatimString, "mkd:"), 0, "", false, "mkd"},
		{"a double has its spelling", tokenOf(Double, "1.50"), 4, "1.50", false, ""},
		{"an integer has no length", Token{kind: Integer, n: 7}, 0, "", true, ""},
		{"a boolean has no length", Token{kind: Boolean, n: 1}, 0, "", true, ""},
		{"an array has its elements", Token{kind: Array, n: 7}, 7, "", true, ""},
		{"a map has two elements for each pair", Token{kind: Map, n: 7}, 14, "", true, ""},
		{"an attribute has two elements for each pair", Token{kind: Attribute, n: 1}, 2, "", true, ""},
		{"a null has none", Token{kind: BulkString, flags: flagNull}, 0, "", true, ""},
		{"a null verbatim string has none", Token{kind: VerbatimString, flags: flagNull}, 0, "", true, ""},
		{"a streamed string leaves it open", Token{kind: BulkString, flags: flagStreamed}, -1, "", true, ""},
		{"a streamed map leaves it open", Token{kind: Map, flags: flagStreamed}, -1, "", true, ""},
		{"the last chunk is empty", tokenOf(Chunk, ""), 0, "", false, ""},
		{"the zero Token has none", Token{}, 0, "", true, ""},
	} {
		if got := test.token.Len(); got != test.length {
			t.Errorf("%s: Len() = %d, want %d", test.rule, got, test.length)
		}
		got := test.token.Bytes()
		if string(got) != test.payload || (got == nil) != test.isNil {
			t.Errorf("%s: Bytes() = %q (nil: %t), want %q (nil: %t)", test.rule, got, got == nil, test.payload, test.isNil)
		}
		if cap(got) != len(got) {
			t.Errorf("%s: Bytes() has capacity %d beyond its length %d: an append would write into the buffer", test.rule, cap(got), len(got))
		}
		want := [3]byte{}
		copy(want[:], test.encoding)
		if got := test.token.Encoding(); got != want {
			t.Errorf("%s: Encoding() = %q, want %q", test.rule, got, want)
		}
	}
}

// A number that cannot be read gives the error of strconv, with the text cut.
func TestNumberErrorIsThatOfStrconvAndCut(t *testing.T) {
	text := strings.Repeat("9", 1<<20)
	_, err := int64Of(BulkString, false, false, []byte(text))
	var numErr *strconv.NumError
	if !errors.As(err, &numErr) || !errors.Is(err, strconv.ErrRange) {
		t.Fatalf("int64Of gives %T, want a *strconv.NumError out of range", err)
	}
	want := &strconv.NumError{Func: "Int64", Num: text[:64], Err: strconv.ErrRange}
	if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(numErr)); diff != "" {
		t.Errorf("the error does not cut the text it quotes (-want +got):\n%s", diff)
	}
}

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
