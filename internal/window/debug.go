//go:build respdebug

package window

// This file is built only with the tag respdebug, for tests of software that reads
// with a Decoder: it makes views that are kept too long visible.

// Debug tells whether views are overwritten when they expire.
const Debug = true

// poison overwrites expired views. No token starts with it.
const poison = 0xDB

// Poison overwrites b.
func Poison(b []byte) {
	for i := range b {
		b[i] = poison
	}
}
