package bench

import (
	"io"
	"strings"
	"testing"
)

// What a workload counts while it is made is what is in it.
func TestWorkloads(t *testing.T) {
	for _, w := range Workloads() {
		s := w.Build()
		r, err := Ours.Replies(strings.NewReader(string(s.Wire)), 1)
		if err != nil {
			t.Fatal(err)
		}
		frames, sum := 0, Sum(0)
		for err = r.Next(); err == nil; err = r.Next() {
			tree := r.Tree()
			sum.AddValue(&tree)
			frames++
		}
		if err != io.EOF || frames != s.Frames || sum != s.Sum {
			t.Errorf("%s: %d frames with checksum %x, then %v; want %d with %x", w.Name, frames, sum, err, s.Frames, s.Sum)
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
