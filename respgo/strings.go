package respgo

import "strings"

// This file makes strings with fewer allocations than one each.

// nameCache makes the keys of maps strings. Keys are short and often repeated, for
// example in every entry of a stream, so it keeps the recent ones.
type nameCache [256]string

// maxCachedName is how long a name may be to be kept.
const maxCachedName = 32

func (c *nameCache) string(b []byte) string {
	if len(b) == 0 || len(b) > maxCachedName {
		return string(b)
	}
	slot := &c[nameHash(b)]
	if *slot != string(b) {
		*slot = string(b)
	}
	return *slot
}

// nameHash mixes the length of a name and three of its bytes, one of them the last,
// in which names that come together often differ.
func nameHash(b []byte) uint8 {
	h := uint32(len(b))<<24 | uint32(b[0])<<16 | uint32(b[len(b)/2])<<8 | uint32(b[len(b)-1])
	return uint8(h * 0x9e3779b1 >> 24)
}

// sharedText makes the strings of one list or map. Short ones share blocks, as the
// fields of a record do in encoding/csv. Keeping one string keeps its whole block,
// so blocks are small.
type sharedText struct{ block strings.Builder }

const (
	sharedBlock   = 256 // bytes of a block, at most
	maxSharedText = 64  // bytes of a string in one, at most
)

// reset ends the list or map.
func (t *sharedText) reset() { t.block.Reset() }

// string returns text as a string. About n strings of the list or map are still to
// come.
func (t *sharedText) string(text []byte, n int) string {
	if len(text) > maxSharedText || len(text) == 0 {
		return string(text)
	}
	if t.block.Cap()-t.block.Len() < len(text) {
		t.block.Reset()
		t.block.Grow(min(max(n, 1)*len(text), sharedBlock))
	}
	start := t.block.Len()
	t.block.Write(text)
	return t.block.String()[start:]
}
