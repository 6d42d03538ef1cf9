package main

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/seed65f5866d/resp"
)

// lock is a lock for which a key stands. The client that sets the key holds the lock
// until it deletes the key, or until the key expires.
type lock struct {
	key    string
	script string // the comment in it makes it a script the server has not seen
	sha    string
}

const lockLifetime = 30 * time.Second

func newLock(t *trip) *lock {
	script := `-- ` + t.prefix + t.name + `
if redis.call('GET', KEYS[1]) == ARGV[1] then
	return redis.call('DEL', KEYS[1])
end
return 0`
	return &lock{key: t.key("lock"), script: script, sha: fmt.Sprintf("%x", sha1.Sum([]byte(script)))}
}

// tryAcquire takes the lock for the holder of token and reports whether it was
// free.
func (l *lock) tryAcquire(c *conn, token string) bool {
	v := c.do("SET", l.key, token, "NX", "PX", lockLifetime.Milliseconds())
	c.check("SET NX", "OK or a null", func(v *resp.Value) bool { return v.Null || text(v) == "OK" }, v)
	return c.err == nil && !v.Null
}

// acquire takes the lock as soon as it is free.
func (l *lock) acquire(c *conn, token string) {
	for deadline := time.Now().Add(lockLifetime); !l.tryAcquire(c, token) && c.err == nil; {
		if time.Now().After(deadline) {
			c.fail("SET NX", fmt.Errorf("the lock was never free in %v", lockLifetime))
		}
		time.Sleep(100 * time.Microsecond)
	}
}

// release gives the lock back and reports whether token was its holder's. It sends
// the whole script only when the server does not have it.
func (l *lock) release(c *conn, token string) bool {
	v := c.do("EVALSHA", l.sha, 1, l.key, token)
	if errors.Is(v.Err(), resp.ReplyPrefix("NOSCRIPT")) {
		v = c.do("EVAL", l.script, 1, l.key, token)
	}
	c.check("EVAL", "0 or 1", func(v *resp.Value) bool { return v.Kind == resp.Integer }, v)
	return v.Int == 1
}

// lockRounds is how often each of the two connections takes the lock.
const lockRounds = 50

// checkLock makes two connections contend for a lock that guards a counter. They
// read and write the counter in two commands, so it is right only if the lock keeps
// these together.
func checkLock(t *trip) {
	l, counter := newLock(t), t.key("counter")
	c := t.dial()
	c.refused("NOSCRIPT", "EVALSHA", c.do("EVALSHA", l.sha, 1, l.key, "nobody"))
	c.expectBool("the free lock was taken", true, l.tryAcquire(c, "holder"))
	c.expectBool("the held lock was taken", false, l.tryAcquire(c, "other"))
	c.expectBool("another's lock was released", false, l.release(c, "other"))
	c.expectBool("the lock was released", true, l.release(c, "holder"))
	c.want(okReply, "SET", counter, 0)

	t.together(2, func(worker int) {
		c, token := t.dial(), fmt.Sprint("worker ", worker)
		for range lockRounds {
			l.acquire(c, token)
			n, _ := strconv.Atoi(text(c.do("GET", counter)))
			c.want(okReply, "SET", counter, n+1)
			c.expectBool("the lock was released", true, l.release(c, token))
		}
	})
	c.want(bulk(fmt.Sprint(2*lockRounds)), "GET", counter)
}

// expectBool fails unless got is want.
func (c *conn) expectBool(what string, want, got bool) {
	if c.err == nil && got != want {
		c.fail("lock", fmt.Errorf("%s: got %v, want %v", what, got, want))
	}
}
