package main

import (
	"fmt"

	"github.com/seed65f5866d/resp"
)

// Each of more workers than connections does this many rounds.
const poolRounds = 50

// checkPool makes many workers use the connections of a pool at once, each with keys
// of its own, so that a reply to the wrong worker would show.
func checkPool(t *trip) {
	p := t.newPool()
	if t.failed() {
		return
	}
	t.usePool(p, func(int, int, *conn) {})
	t.expectCount("connections replaced", 0, p.replaced.Load())
}

// checkPoolKilled is the same with the server closing one of the connections
// in the middle of a worker's work.
func checkPoolKilled(t *trip) {
	p := t.newPool()
	control, killed := t.dial(), false
	if t.failed() {
		return
	}
	t.usePool(p, func(worker, round int, c *conn) {
		if worker != 0 || round != poolRounds/2 || killed {
			return
		}
		killed = true
		id := c.do("CLIENT ID")
		control.check("CLIENT ID", "an integer", func(v *resp.Value) bool { return v.Kind == resp.Integer }, id)
		control.want(integer(1), "CLIENT KILL", "ID", id.Int)
	})
	t.expectCount("connections replaced", 1, p.replaced.Load())
	t.expectCount("commands sent again", 1, p.retried.Load())
}

// newPool opens the connections of a pool. Their errors until then are the check's.
func (t *trip) newPool() *pool {
	p, err := newPool(t.cfg.conns, t.tryDial)
	if err != nil {
		t.fail(err)
	}
	return p
}

// usePool makes workers write and read through the pool. There are one more than
// twice as many workers as connections. A worker calls first before each of its
// turns.
func (t *trip) usePool(p *pool, first func(worker, round int, c *conn)) {
	t.together(2*t.cfg.conns+1, func(worker int) {
		key := t.key(fmt.Sprint("worker ", worker))
		for round := range poolRounds {
			if t.failed() {
				return
			}
			value := fmt.Sprintf("%d of %s", round, key)
			err := p.do(func(c *conn) {
				first(worker, round, c)
				c.want(okReply, "SET", key, value)
				c.want(bulk(value), "GET", key)
			})
			if err != nil {
				t.fail(err)
			}
		}
	})
}

func (t *trip) expectCount(what string, want, got int64) {
	if got != want {
		t.fail(fmt.Errorf("%s: got %d, want %d", what, got, want))
	}
}
