package main

import (
	"fmt"
	"time"

	"github.com/seed65f5866d/resp"
)

// published is how many messages the push check sends.
const published = 20

// checkPush makes one connection subscribe and another publish. The messages are
// pushes in RESP3 and arrays in RESP2.
func checkPush(t *trip) {
	subscriber, publisher, channel := t.dial(), t.dial(), t.prefix+t.name
	subscriber.send("SUBSCRIBE", channel)
	subscriber.wantPush(bulk("subscribe"), bulk(channel), integer(1))
	for i := range published {
		publisher.want(integer(1), "PUBLISH", channel, message(i))
		subscriber.wantPush(bulk("message"), bulk(channel), bulk(message(i)))
		subscriber.ping(message(i))
	}
	subscriber.send("UNSUBSCRIBE", channel)
	subscriber.wantPush(bulk("unsubscribe"), bulk(channel), integer(0))
	subscriber.want(simple("PONG"), "PING")
}

// checkPushBetween wants pushes between the replies to other commands on the same
// connection. In RESP2 the server refuses other commands on a subscribed connection.
func checkPushBetween(t *trip) {
	subscriber, publisher := t.dial(), t.dial()
	channel, key := t.prefix+t.name, t.key("text")
	subscriber.want(okReply, "SET", key, poem)
	subscriber.send("SUBSCRIBE", channel)
	subscriber.wantPush(bulk("subscribe"), bulk(channel), integer(1))
	if t.proto == 2 {
		subscriber.refused("ERR", "GET", subscriber.do("GET", key))
		publisher.want(integer(1), "PUBLISH", channel, "after an error")
		subscriber.wantPush(bulk("message"), bulk(channel), bulk("after an error"))
		return
	}
	for i := range published {
		subscriber.send("GET", key)
		publisher.want(integer(1), "PUBLISH", channel, message(i))
		subscriber.send("STRLEN", key)
		subscriber.compare("GET", bulk(poem), subscriber.receive())
		subscriber.compare("STRLEN", integer(int64(len(poem))), subscriber.receive())
		subscriber.wantPush(bulk("message"), bulk(channel), bulk(message(i)))
	}
}

// message is the payload of message i; each has its own length.
func message(i int) string { return fmt.Sprintf("%.*s %d\r\n", i*3, poem, i) }

// wantPush takes the next message, in RESP3 from among the pushes that come
// before replies, and fails unless it has these elements.
func (c *conn) wantPush(elems ...resp.Value) {
	if c.proto == 2 {
		c.compare("message", array(elems...), c.receive())
		return
	}
	deadline := time.Now().Add(c.timeout)
	for c.err == nil && len(c.pushes) == 0 {
		c.ping("push?")
		if time.Now().After(deadline) {
			c.fail("push", fmt.Errorf("none came in %v", c.timeout))
		}
	}
	c.comparePush("push", elems...)
}

// ping sends PING with a payload. A server may answer a subscribed connection
// the RESP2 way, with an array, whatever the version.
func (c *conn) ping(payload string) {
	plain, subscribed := bulk(payload), bulks("pong", payload)
	c.wantThat("the payload", func(v *resp.Value) bool { return v.Equal(plain) || v.Equal(subscribed) }, "PING", payload)
}

// checkPushInExec wants a push as an element of EXEC's reply, where it counts as
// one. In RESP2 that element is an array.
func checkPushInExec(t *trip) {
	c, channel := t.dial(), t.prefix+t.name
	c.want(okReply, "MULTI")
	c.want(queued, "SUBSCRIBE", channel)
	c.want(queued, "ECHO", poem)
	c.want(array(
		t.aggregate(resp.Push, bulk("subscribe"), bulk(channel), integer(1)),
		bulk(poem),
	), "EXEC")
}
