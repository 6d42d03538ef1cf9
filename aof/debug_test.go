//go:build respdebug

package aof_test

import (
	"strings"
	"testing"

	"github.com/seed65f5866d/resp/aof"
)

// The text of an annotation that is kept over the next call no longer shows what was
// read.
func TestAnnotationsKeptTooLongAreOverwritten(t *testing.T) {
	var text []byte
	r := aof.NewReader(strings.NewReader("#TS:1\r\n*1\r\n$1\r\na\r\n"), aof.OnAnnotation(func(b []byte) {
		if text = b; string(b) != "TS:1" {
			t.Errorf("%q", b)
		}
	}))
	if _, err := r.ReadCommand(); err != nil {
		t.Fatal(err)
	}
	r.ReadCommand()
	if string(text) == "TS:1" {
		t.Error("the text is still there after the next call")
	}
}
