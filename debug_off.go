//go:build !respdebug

package resp

// debugViews tells whether views are overwritten when they expire (debug.go).
// Without the tag respdebug the compiler leaves out all that depends on it.
const debugViews = false

func (d *Decoder) expireViews() {}

func poisonBytes([]byte) {}
