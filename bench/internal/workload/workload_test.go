package workload

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
)

// What a workload counts while it is made is what is in it, and its bytes are
// canonical: written again they are the same.
func TestWorkloads(t *testing.T) {
	for _, w := range All() {
		s := w.Build()
		d := resp.NewDecoder(bytes.NewReader(s.Wire))
		var v resp.Value
		frames, sum := 0, Sum(0)
		err := d.Decode(&v)
		for ; err == nil; err = d.Decode(&v) {
			sum.AddValue(&v)
			frames++
		}
		if err != io.EOF || frames != s.Frames || sum != s.Sum {
			t.Errorf("%s: %d frames with checksum %x, then %v; want %d with %x", w.Name, frames, sum, err, s.Frames, s.Sum)
		}
		d.Reset(bytes.NewReader(s.Wire))
		var wire []byte
		tokens := 0
		token, err := d.ReadToken()
		for ; err == nil; token, err = d.ReadToken() {
			wire = resp.AppendToken(wire, token)
			tokens++
		}
		if err != io.EOF || tokens != s.Tokens || !bytes.Equal(wire, s.Wire) {
			t.Errorf("%s: %d tokens of %.80q, then %v; want %d of %.80q", w.Name, tokens, wire, err, s.Tokens, s.Wire)
		}
	}
}

// Every kind has a workload, and a workload names the kinds that RESP2 has not.
func TestKinds(t *testing.T) {
	seen := make(map[resp.Kind]bool)
	for _, w := range All() {
		d := resp.NewDecoder(bytes.NewReader(w.Build().Wire[:1<<10]))
		for token, err := d.ReadToken(); err == nil; token, err = d.ReadToken() {
			kind := token.Kind()
			seen[kind] = seen[kind] || strings.HasPrefix(w.Name, "kind ")
			if !strings.ContainsRune("+-:$*"+w.Kinds, rune(kind)) {
				t.Errorf("%s has a %v, which its Kinds %q do not name", w.Name, kind, w.Kinds)
			}
		}
	}
	for b := range 256 {
		_, _, err := resp.ConsumeToken([]byte{byte(b)})
		if kind := resp.Kind(b); err == resp.ErrIncomplete && !seen[kind] {
			t.Errorf("no workload is about %v", kind)
		}
	}
}

func TestSource(t *testing.T) {
	r := Source(3, []byte("abcd"), []byte("ef"))
	var got []string
	for range 5 {
		p := make([]byte, 8)
		n, err := r.Read(p)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(p[:n]))
	}
	if s := strings.Join(got, "|"); s != "abc|d|ef|abc|d" {
		t.Errorf("got %s", s)
	}
}
