package main

import (
	"fmt"
	"io"
	"iter"
)

// pushed is a reader whose bytes come piece by piece, and the function that reads them,
// which goes on whenever a piece comes.
type pushed struct {
	next  func() (struct{}, bool)
	piece []byte
	err   error // at the end of the pieces; nil: more come
}

func newPushed(read func(io.Reader)) *pushed {
	p := &pushed{}
	p.next, _ = iter.Pull(func(yield func(struct{}) bool) {
		read(readerFunc(func(b []byte) (int, error) {
			for len(p.piece) == 0 {
				if p.err != nil {
					return 0, p.err
				}
				yield(struct{}{})
			}
			n := copy(b, p.piece)
			p.piece = p.piece[n:]
			return n, nil
		}))
	})
	return p
}

// push passes b on and returns when all of it is read, or nobody reads any more.
func (p *pushed) push(b []byte) {
	p.piece = b
	p.next()
}

// lose ends the pieces because n bytes are missing.
func (p *pushed) lose(n int) { p.finish(lostBytes(n)) }

func (p *pushed) end() { p.finish(io.EOF) }

func (p *pushed) finish(err error) {
	if p.err == nil {
		p.piece, p.err = nil, err
		p.next()
	}
}

// lostBytes is how many bytes are missing.
type lostBytes int

func (n lostBytes) Error() string { return fmt.Sprintf("%d bytes are missing", int(n)) }

// readerFunc is a function that is a reader.
type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
