package main

import (
	"fmt"
	"strings"

	"github.com/seed65f5866d/resp"
)

// pipelined is how many commands go out before the first reply is looked at.
const pipelined = 10000

// checkPipeline packs many commands together, some of them with a value around
// the cutoff, and wants the replies in order.
func checkPipeline(t *trip) {
	c, counter := t.dial(), t.key("counter")
	value := func(i int) string {
		if i%500 == 1 {
			return strings.Repeat("x", 5890+i/50) + fmt.Sprint(i)
		}
		return fmt.Sprint("value ", i)
	}
	c.pipeline(pipelined, func(i int) {
		if i%2 == 0 {
			c.queue("INCR", counter)
			return
		}
		c.queue("ECHO", value(i))
	}, func(i int, v *resp.Value) {
		step := fmt.Sprintf("reply %d of the pipeline", i)
		if i%2 == 0 {
			c.compare(step, integer(int64(i/2+1)), v)
			return
		}
		c.compare(step, bulk(value(i)), v)
	})
	c.want(bulk(fmt.Sprint(pipelined/2)), "GET", counter)
}

var queued = simple("QUEUED")

// checkTransaction wants an error among the replies inside EXEC.
func checkTransaction(t *trip) {
	c, word, n := t.dial(), t.key("word"), t.key("n")
	c.want(okReply, "MULTI")
	c.want(queued, "SET", word, poem)
	c.want(queued, "INCR", word)
	c.want(queued, "HGETALL", t.key("missing"))
	c.want(queued, "INCRBY", n, 7)
	c.want(queued, "GET", word)
	c.want(array(
		okReply,
		failure("ERR value is not an integer or out of range"),
		t.dict(),
		integer(7),
		bulk(poem),
	), "EXEC")
	c.want(bulk(poem), "GET", word)
}

// checkTransactionAborted makes EXEC answer with an error, and with a null where an
// array is expected.
func checkTransactionAborted(t *trip) {
	c, other, key := t.dial(), t.dial(), t.key("watched")
	c.want(okReply, "MULTI")
	c.refused("ERR", "GET", c.do("GET")) // a wrong number of arguments
	c.refused("EXECABORT", "EXEC", c.do("EXEC"))

	c.want(okReply, "WATCH", key)
	other.want(okReply, "SET", key, "changed")
	c.want(okReply, "MULTI")
	c.want(queued, "SET", key, "lost")
	c.wantThat("a null", func(v *resp.Value) bool { return v.Null }, "EXEC")
	c.want(bulk("changed"), "GET", key)
}
