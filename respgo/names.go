package respgo

// nameCache gives the keys of maps as strings. Keys are short and come again and
// again, in every entry of a stream say, so those of late are kept.
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

func nameHash(b []byte) uint8 {
	h := uint32(len(b)) * 0x9e3779b1
	h = (h ^ uint32(b[0])) * 0x01000193
	h = (h ^ uint32(b[len(b)/2])) * 0x01000193
	h = (h ^ uint32(b[len(b)-1])) * 0x01000193
	return uint8(h >> 13)
}
