package respwire

import (
	"encoding/binary"
	"unsafe"
)

// This is the only file of the package that uses unsafe. It does three things.
//
// First, it views memory as another type. Strings become bytes and bytes become
// strings, so that large string arguments go out uncopied and strconv parses text
// without a copy. A Token's payload becomes a slice; its pointer and length are
// separate fields so that a Token fits into registers (see Token).
//
// Second, it stores and copies a few bytes at an address whose room the caller has
// checked once for all of them (see shortRoom). A check for each store and a call
// for each copy would make short strings and commands slower (docs/performance.md,
// "Writing").
//
// Third, HeadAt returns the start of a token without a check of bounds, where the
// buffer has room for that, and ShortBulk looks at the end of a string whose place it
// has compared with the end of the buffer.

// BytesAt returns the n bytes that start at p, with capacity n. The caller took p
// from a slice that holds n bytes from there on.
func BytesAt(p *byte, n int) []byte { return unsafe.Slice(p, n) }

// StringBytes returns the bytes of s. They must only be read.
func StringBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// BytesString returns b as a string. It is valid as long as b is unchanged.
func BytesString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// TextOf returns the bytes of s as a string. It is valid as long as s is unchanged.
// It works for both types, because a slice begins with the two words that make up a
// string.
func TextOf[T ~string | ~[]byte](s T) string { return *(*string)(unsafe.Pointer(&s)) }

// StringData returns the address of the first byte of s; see BytesAt.
func StringData(s string) *byte { return unsafe.StringData(s) }

// BytesData returns the address of the first byte of b; see BytesAt.
func BytesData(b []byte) *byte { return unsafe.SliceData(b) }

// Put8 stores the bytes of v at p+i, lowest first. The caller has checked that there
// is room for 8 bytes.
func Put8(p *byte, i int, v uint64) {
	binary.LittleEndian.PutUint64((*[8]byte)(unsafe.Add(unsafe.Pointer(p), i))[:], v)
}

// Put4 is Put8 for 4 bytes.
func Put4(p *byte, i int, v uint32) {
	binary.LittleEndian.PutUint32((*[4]byte)(unsafe.Add(unsafe.Pointer(p), i))[:], v)
}

// Put2 is Put8 for 2 bytes.
func Put2(p *byte, i int, v uint16) {
	binary.LittleEndian.PutUint16((*[2]byte)(unsafe.Add(unsafe.Pointer(p), i))[:], v)
}

// CopyTiny, CopyShort and CopyMedium copy n bytes from src to p+i without a call or
// a loop, in two words that may overlap. They are three functions because a single
// one would be too large to be inlined.

// CopyTiny copies up to 3 bytes.
func CopyTiny(p *byte, i int, src *byte, n int) {
	to, from := unsafe.Add(unsafe.Pointer(p), i), unsafe.Pointer(src)
	if n >= 2 {
		*(*[2]byte)(to) = *(*[2]byte)(from)
		*(*byte)(unsafe.Add(to, n-1)) = *(*byte)(unsafe.Add(from, n-1))
	} else if n == 1 {
		*(*byte)(to) = *src
	}
}

// CopyShort copies 4 to 16 bytes.
func CopyShort(p *byte, i int, src *byte, n int) {
	to, from := unsafe.Add(unsafe.Pointer(p), i), unsafe.Pointer(src)
	if n >= 8 {
		*(*[8]byte)(to) = *(*[8]byte)(from)
		*(*[8]byte)(unsafe.Add(to, n-8)) = *(*[8]byte)(unsafe.Add(from, n-8))
	} else {
		*(*[4]byte)(to) = *(*[4]byte)(from)
		*(*[4]byte)(unsafe.Add(to, n-4)) = *(*[4]byte)(unsafe.Add(from, n-4))
	}
}

// CopyMedium copies 16 to 32 bytes.
func CopyMedium(p *byte, i int, src *byte, n int) {
	to, from := unsafe.Add(unsafe.Pointer(p), i), unsafe.Pointer(src)
	*(*[16]byte)(to) = *(*[16]byte)(from)
	*(*[16]byte)(unsafe.Add(to, n-16)) = *(*[16]byte)(unsafe.Add(from, n-16))
}

// NameWords returns the bytes of a name of 2 to 8 bytes in two words, which overlap:
// the first four, lowest first, and the last four. A name of fewer than four bytes
// is in both words, padded with x.
func NameWords(name string) (first, last uint32) {
	from, n := unsafe.Pointer(unsafe.StringData(name)), len(name)
	if n >= 4 {
		return get4(from), get4(unsafe.Add(from, n-4))
	}
	first = uint32(get2(from)) | uint32(*(*byte)(unsafe.Add(from, n-1)))<<16 | 'x'<<24
	return first, first
}

func get4(p unsafe.Pointer) uint32 { return binary.LittleEndian.Uint32((*[4]byte)(p)[:]) }
func get2(p unsafe.Pointer) uint16 { return binary.LittleEndian.Uint16((*[2]byte)(p)[:]) }

// HeadSize is how many bytes a fast parser may read in any case. Bytes after the end
// of the input may have any value, but they have to be there.
const HeadSize = 32

// Head is the bytes in which the fast parsers look for the header of a token. The
// compiler knows its size and so checks no bounds.
type Head = [HeadSize]byte

// HeadAt returns the bytes at data[pos:]. There have to be HeadSize of them: a
// Decoder's buffer has that many after the end of its input, so any pos up to that
// end is valid. HeadAt takes one instruction where data[pos:] takes six, and it runs
// before every token.
func HeadAt(data []byte, pos int) *Head {
	return (*Head)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(data)), pos))
}

// OffsetIn returns the index of the bytes of part in whole, and whether they lie
// there.
func OffsetIn(whole, part []byte) (offset int, ok bool) {
	first := uintptr(unsafe.Pointer(unsafe.SliceData(whole)))
	n := uintptr(unsafe.Pointer(unsafe.SliceData(part))) - first
	return int(n), n <= uintptr(len(whole)) && uintptr(len(part)) <= uintptr(len(whole))-n
}

// ShortBulk looks at the bulk string at the start of w. It returns the length of the
// payload, which has one or two digits as in ShortLength, and the index of the CR LF
// after it. The index is 0 when the string has another form or when the index would
// be above last. Up to w[last+1] there have to be bytes. ShortBulk is just small
// enough to be inlined.
func ShortBulk(w *Head, last int) (n, end int) {
	const crlf = '\r'<<16 | '\n'<<24
	x := Load32(w[1:]) ^ ('0' | '0'<<8 | crlf)
	n = int(uint8(x))
	if x < 10<<8 && n != 0 {
		n = n*10 + int(x>>8)
		end = 5 + n
	} else if uint16(x>>8) == '\r'^'0'|('\n'^'\r')<<8 {
		end = 4 + n
	}
	if uint8(x) > 9 || end > last || *(*[2]byte)(unsafe.Add(unsafe.Pointer(w), end)) != [2]byte{'\r', '\n'} {
		end = 0
	}
	return n, end
}
