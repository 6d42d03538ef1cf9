//go:build respdebug

package window

// This file is built with the tag respdebug alone, for tests of software that
// reads with a Decoder: it makes views that are kept too long show.

// Debug tells whether views are overwritten when they expire.
const Debug = true

// poison is what expired views are overwritten with. No token starts with it.
const poison = 0xDB

// Poison overwrites b.
func Poison(b []byte) {
	for i := range b {
		b[i] = poison
	}
}
