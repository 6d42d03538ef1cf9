package resptest_test

import (
	"bytes"
	"testing"

	"github.com/seed65f5866d/resp/resptest"
)

// MustParse takes exactly one value, which stays valid, and says where one is wrong.
func TestMustParse(t *testing.T) {
	for seed := range uint64(1000) {
		w := resptest.RandomWire(seed, resptest.Shape{})
		if diff := resptest.Diff(w.Value, resptest.MustParse(string(w.Bytes))); diff != "" {
			t.Errorf("%v: %s", w, diff)
		}
	}
	deep := bytes.Repeat([]byte("*1\r\n"), 5000)
	resptest.MustParse(string(deep) + ":1\r\n") // no limits
	for wire, want := range map[string]string{
		"":                      `resptest: "": the value is not whole at offset 0, where the bytes end`,
		"$1\r\n":                `resptest: "$1\r\n": the value is not whole at offset 4, where the bytes end`,
		"|1\r\n+a\r\n:1\r\n":    `resptest: "|1\r\n+a\r\n:1\r\n": the value is not whole at offset 12, where the bytes end`,
		"*2\r\n:1\r\n":          `resptest: "*2\r\n:1\r\n": the value is not whole at offset 8, where the bytes end`,
		":1\r\n:2\r\n":          `resptest: ":1\r\n:2\r\n": 4 bytes too many from offset 4 on`,
		"$1\r\nv\n":             `resptest: "$1\r\nv\n": resp: syntax error at offset 5: expected CR LF behind the payload, found "\n"`,
		"GET k\r\n":             `resptest: "GET k\r\n": resp: type error at offset 0: expected the first byte of a value, found "G"`,
		"*1\r\n" + "%1\r\n+a\n": `resptest: "*1\r\n%1\r\n+a\n": resp: syntax error at offset 10: expected CR LF, found "+a\n"`,
	} {
		got := func() (text any) {
			defer func() { text = recover() }()
			return resptest.MustParse(wire)
		}()
		if got != want {
			t.Errorf("%q: %v, want %v", wire, got, want)
		}
	}
}
