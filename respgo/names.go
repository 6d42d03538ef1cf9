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

// nameHash mixes the length of a name and three of its bytes: names that come
// together often differ in the last one alone.
func nameHash(b []byte) uint8 {
	h := uint32(len(b))<<24 | uint32(b[0])<<16 | uint32(b[len(b)/2])<<8 | uint32(b[len(b)-1])
	return uint8(h * 0x9e3779b1 >> 24)
}
