package main

import (
	"errors"

	"github.com/seed65f5866d/resp"
)

// clusterChecks run on nodes of a cluster, in addition to the others.
var clusterChecks = []check{
	{"cluster/moved", checkMoved},
}

// checkMoved asks the node for keys that other nodes have, until it says so, and wants
// the slot to be the key's, and the node that it names to answer.
func checkMoved(t *trip) {
	c := t.dial()
	for range maxTags {
		key := newPrefix()
		v := c.once("GET", key)
		if c.err != nil {
			return
		}
		if v.Err() == nil {
			continue // the node has the key's slot
		}
		var reply *resp.ReplyError
		errors.As(v.Err(), &reply)
		slot, addr, ok := reply.Moved()
		c.check("GET", "MOVED with a slot and an address", func(*resp.Value) bool { return ok }, v)
		c.want(integer(int64(slot)), "CLUSTER KEYSLOT", key)
		c.want(t.null(), "GET", key)
		t.notef("slot %d is at %s", slot, printable(addr))
		return
	}
	t.skipf("the node sends none of %d keys to another node", maxTags)
}
