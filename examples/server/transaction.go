package main

import "github.com/seed65f5866d/resp"

// transaction is what came between MULTI and EXEC.
type transaction struct {
	queue  []queued
	size   int  // of the requests, in bytes
	failed bool // one of them was rejected, so EXEC will be
}

type queued struct {
	*command
	args [][]byte
}

const (
	maxTransaction = 64 << 20  // bytes of requests
	maxReplies     = 256 << 20 // bytes of the replies to them
)

// add queues a command. Its arguments have to last, so they are copied.
func (t *transaction) add(cmd *command, request resp.Command) resp.Value {
	const perRequest = 128 // at least, for what is not its bytes
	if t.size += len(request.Raw) + perRequest; t.size > maxTransaction {
		t.queue, t.failed = nil, true
		return failure("ERR transaction too large")
	}
	t.queue = append(t.queue, queued{cmd, request.Clone().Args})
	return status("QUEUED")
}

func multi(c *session, _ [][]byte) resp.Value {
	if c.transaction != nil {
		return failure("ERR MULTI calls can not be nested")
	}
	c.transaction = &transaction{}
	return done
}

// runQueued runs all commands, also when their replies are too large. Then it disconnects
// the client.
func runQueued(c *session, _ [][]byte) resp.Value {
	t := c.transaction
	c.transaction = nil
	switch {
	case t == nil:
		return failure("ERR EXEC without MULTI")
	case t.failed:
		return failure("EXECABORT Transaction discarded because of previous errors.")
	}
	var replies []resp.Value
	held := 0
	for _, q := range t.queue {
		reply := q.run(c, q.args)
		replies = append(replies, reply)
		if held += size(&reply); held > maxReplies {
			c.conn.Close()
			replies, held = nil, 0
		}
	}
	return array(replies...)
}

func discard(c *session, _ [][]byte) resp.Value {
	if c.transaction == nil {
		return failure("ERR DISCARD without MULTI")
	}
	c.transaction = nil
	return done
}
