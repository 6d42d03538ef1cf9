package main

import "io"

// keptRecent is how many bytes that were read stay known at least: those of the longest
// line, and what a Decoder reads ahead of it.
const keptRecent = 128 << 10

// recent reads from r and remembers the last bytes, so that they can be shown around a
// fault.
type recent struct {
	r   io.Reader
	buf []byte // the last bytes
	end int64  // offset of the first byte that has not been read
}

func (r *recent) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.end += int64(n)
	if len(r.buf)+n > 2*keptRecent {
		keep := min(len(r.buf), keptRecent)
		r.buf = append(r.buf[:0], r.buf[len(r.buf)-keep:]...)
	}
	r.buf = append(r.buf, p[:n]...)
	return n, err
}

// around returns the bytes that are known before offset and from it on, both empty when
// they are forgotten.
func (r *recent) around(offset int64) (before, after []byte) {
	i := offset - (r.end - int64(len(r.buf)))
	if i < 0 || i > int64(len(r.buf)) {
		return nil, nil
	}
	return r.buf[:i], r.buf[i:]
}
