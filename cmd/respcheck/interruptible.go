package main

import (
	"context"
	"io"
)

// interruptible reads from r until ctx ends. A read of a pipe or a terminal cannot be
// broken off, so it is left behind then, with a buffer of its own.
type interruptible struct {
	ctx  context.Context
	r    io.Reader
	buf  []byte
	done chan readResult
}

type readResult struct {
	n   int
	err error
}

func newInterruptible(ctx context.Context, r io.Reader) *interruptible {
	return &interruptible{ctx: ctx, r: r, buf: make([]byte, 64<<10), done: make(chan readResult, 1)}
}

func (i *interruptible) Read(p []byte) (int, error) {
	if i.ctx.Err() != nil {
		return 0, errInterrupted
	}
	go func() {
		n, err := i.r.Read(i.buf[:min(len(i.buf), len(p))])
		i.done <- readResult{n, err}
	}()
	select {
	case r := <-i.done:
		return copy(p, i.buf[:r.n]), r.err
	case <-i.ctx.Done():
		return 0, errInterrupted
	}
}
