package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// trip is one run of a check in one protocol version: the connections it opened, the
// bytes it moved and its first error.
type trip struct {
	*session
	ctx    context.Context // ends when the check fails
	cancel func()
	name   string
	proto  int
	bytes  atomic.Int64
	opened atomic.Int64 // connections, to number them

	mu    sync.Mutex
	conns []*conn
	err   error
	note  string // to be shown with the result
}

// newTrip prepares a run of a check. Its close must be called.
func (s *session) newTrip(ctx context.Context, name string, proto int) *trip {
	ctx, cancel := context.WithCancel(ctx)
	return &trip{session: s, ctx: ctx, cancel: cancel, name: name, proto: proto}
}

// dial opens a connection whose first error is the check's error.
func (t *trip) dial() *conn { return t.open(t.fail) }

// tryDial opens a connection whose errors are the caller's to judge.
func (t *trip) tryDial() *conn { return t.open(nil) }

func (t *trip) open(onError func(error)) *conn {
	h := hooks{count: func(n int) { t.bytes.Add(int64(n)) }, onError: onError}
	if number := t.opened.Add(1); t.cfg.verbose {
		h.trace = func(direction, wire string) { t.report.wire(t.name, number, direction, wire) }
	}
	c := connect(t.ctx, t.srv, &t.cfg.options, t.proto, h)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.conns = append(t.conns, c)
	return c
}

// close closes every connection of the check.
func (t *trip) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end()
}

// end closes the connections that there are, and those that are being opened.
func (t *trip) end() {
	t.cancel()
	for _, c := range t.conns {
		c.close()
	}
}

// fail records the first error of the check; a skip is one too. It ends the check:
// other connections must not wait for what the failed one was to do.
func (t *trip) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = err
		t.end()
	}
}

// skipf skips the check and says why.
func (t *trip) skipf(format string, args ...any) { t.fail(skip(fmt.Sprintf(format, args...))) }

// notef adds to the result of the check.
func (t *trip) notef(format string, args ...any) { t.note = fmt.Sprintf(format, args...) }

// failed reports whether something went wrong already.
func (t *trip) failed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err != nil
}

// key returns a key of this check alone, which is deleted at the end. It skips the
// check when no keys can be written.
func (t *trip) key(name string) string {
	key := t.prefix + t.name + ":" + name
	if err := t.useKey(t.ctx, key); err != nil {
		t.fail(err)
	}
	return key
}

// guard calls f and turns a panic in it into a failure of the check, so that the
// rest of the run, and above all the clean-up, takes place.
func (t *trip) guard(f func()) {
	defer func() {
		if r := recover(); r != nil {
			t.fail(fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
		}
	}()
	f()
}

// together runs n workers at once and waits for them.
func (t *trip) together(n int, work func(worker int)) {
	var wg sync.WaitGroup
	for worker := range n {
		wg.Go(func() { t.guard(func() { work(worker) }) })
	}
	wg.Wait()
}
