package resp

import "unsafe"

// This is the only file of the package that uses unsafe. But for window, it sees
// memory through another type and computes no address: the two ways between
// strings and bytes, so that large string arguments go out uncopied and text
// can be given to strconv without a copy, and a Token's payload, whose pointer
// and length are kept apart so that a Token stays small enough for registers
// (see Token; measured at 14 ns a call against under 2 ns).

// bytesAt returns the n bytes that start at p, capacity clipped to n. The
// Decoder took p from a slice that holds n bytes from there on.
func bytesAt(p *byte, n int) []byte { return unsafe.Slice(p, n) }

// stringBytes returns the bytes of s. They must only be read.
func stringBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// bytesString returns b as a string. It is valid as long as b is unchanged.
func bytesString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// textOf returns the bytes of s, whichever it is, as a string. A slice begins with
// the two words that a string is made of. It is valid as long as s is unchanged.
func textOf[T ~string | ~[]byte](s T) string { return *(*string)(unsafe.Pointer(&s)) }

// stringData returns where the bytes of s start; see bytesAt.
func stringData(s string) *byte { return unsafe.StringData(s) }

// headerWindow is what the fast parsers look at for the header of a token. Its size
// is known to the compiler, which therefore checks no bounds.
type headerWindow = [parseSlack]byte

// window returns the bytes at data[pos:]. There have to be parseSlack of them: a
// Decoder's buffer has that many behind the end of its input, so any pos before
// that end will do. data[pos:] itself takes six instructions, before every token and
// on the way from one to the next; this takes one (4.2 to 3.9 ns for +OK, 86 to 73 ns
// for an array of ten strings as a Value).
func window(data []byte, pos int) *headerWindow {
	return (*headerWindow)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(data)), pos))
}
