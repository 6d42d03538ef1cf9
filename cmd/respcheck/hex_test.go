package main

import (
	"encoding/hex"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestHex(t *testing.T) {
	const wire = "$20\r\n0123456789 abcdef  |\r\n"
	for name, dump := range map[string]string{
		"xxd": `00000000: 2432 300d 0a30 3132 3334 3536 3738 3920  $20..0123456789 
00000010: 6162 6364 6566 2020 7c0d 0a              abcdef  |..
`,
		"xxd -p":     "2432300d0a30313233343536373839206162636465662020\n7c0d0a\n",
		"hexdump -C": hex.Dump([]byte(wire)) + "0000001b\n",
		"C":          `\x24\x32\x30\x0d\x0a, 0x30, 0x31 32333435363738392061626364656620207C0D0A`,
		"blanks":     "\n 24 32 30\t0d 0a 3031\n\n3233343536373839206162636465662020 7c0d0a\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(dump), iotest.OneByteReader(strings.NewReader(dump))} {
				got, err := io.ReadAll(newHexReader(r))
				if diff := cmp.Diff(wire, string(got)); diff != "" || err != nil {
					t.Errorf("%v -want +got\n%s", err, diff)
				}
			}
			decodeWire(t, strings.NewReader(dump), "-hex").want(t, statusOK, `bulk string(20) "0123456789 abcdef  |"`)
		})
	}
	for dump, want := range map[string]string{
		"2b4f4b0d0a\nxyz\n": "line 2 is not hexadecimal",
		"2b4\n":             "line 1 is not hexadecimal",
		hex.Dump([]byte("+OK\r\n")) + "*\n0010\n": "line 2 stands for repeated lines; dump them with hexdump -Cv",
	} {
		decodeWire(t, strings.NewReader(dump), "-hex").want(t, statusCannotRun, "respcheck: "+want)
	}
}
