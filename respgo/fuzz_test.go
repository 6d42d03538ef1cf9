package respgo_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/respgo"
)

// FuzzUnmarshal reads any bytes into any of the destinations, with any options:
// the tree and the stream agree, wherever it is split, nothing panics, and the
// stream is in step. What became a value is written, and read again.
func FuzzUnmarshal(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "captures", "*.resp[23]"))
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for i, file := range files {
		wire, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(wire, uint8(i), uint16(i))
	}
	for i, wire := range []string{
		"|1\r\n+a\r\n:1\r\n*2\r\n$?\r\n;1\r\na\r\n;0\r\n%?\r\n+k\r\n.\r\n", "*3\r\n-ERR x\r\n_\r\n(123\r\n", "$11\r\na:b=1,c=2\r\n\r\n", "%1\r\n*1\r\n#t\r\n,-nan\r\n", "*2\r\n*2\r\n:1\r\n,inf\r\n*1\r\n$-1\r\n",
	} {
		for j := range destinations {
			f.Add([]byte(wire), uint8(j), uint16(i))
		}
	}
	f.Fuzz(func(t *testing.T, wire []byte, destination uint8, split uint16) {
		var v resp.Value
		d := resp.NewDecoder(bytes.NewReader(wire), resp.Lenient())
		if err := d.Decode(&v); err != nil || v.Kind == resp.Push {
			return
		}
		wire = wire[:d.InputOffset()]
		typ := destinations[int(destination)%len(destinations)]
		if err := agree(wire, &v, typ, 1+int(split%3)); err != nil {
			t.Fatal(err)
		}
		writeAndReadAgain(t, &v)
	})
}

// writeAndReadAgain checks that what a reply became is written as what becomes the
// same.
func writeAndReadAgain(t *testing.T, v *resp.Value) {
	var first, second any
	if err := respgo.Unmarshal(v, &first); err != nil {
		return
	}
	var b bytes.Buffer
	e := resp.NewEncoder(&b)
	if err := respgo.MarshalEncode(e, first); err != nil {
		t.Fatalf("%v: %v", v, err)
	}
	if err := e.Close(); err != nil {
		t.Fatalf("%v: %v", v, err)
	}
	if err := respgo.UnmarshalDecode(resp.NewDecoder(&b, resp.NoLimits()), &second); err != nil {
		t.Fatalf("%v: %v", v, err)
	}
	if !sameAny(first, second) {
		t.Fatalf("%v\nbecame      %#v\nand written %#v", v, first, second)
	}
}
