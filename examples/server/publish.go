package main

import (
	"bytes"
	"time"

	"github.com/seed65f5866d/resp"
)

// What somebody can be subscribed to.
const (
	channels = iota
	patterns // of channels
	topicSorts
)

// topics are what clients are subscribed to, of one sort.
type topics map[string]map[*session]bool

func (t topics) add(name string, c *session) {
	if t[name] == nil {
		t[name] = map[*session]bool{}
	}
	t[name][c] = true
}

func (t topics) remove(name string, c *session) {
	if delete(t[name], c); len(t[name]) == 0 {
		delete(t, name)
	}
}

func publish(c *session, args [][]byte) resp.Value {
	channel, text := word(string(args[1])), bulk(bytes.Clone(args[2]))
	receivers := send(c.topics[channels][string(args[1])], word("message"), channel, text)
	for pattern, subscribers := range c.topics[patterns] {
		if match(pattern, string(args[1])) {
			receivers += send(subscribers, word("pmessage"), word(pattern), channel, text)
		}
	}
	return integer(int64(receivers))
}

// send sends one message, which they share, to all subscribers. It interrupts their
// waits for requests, and waits for none of them.
func send(subscribers map[*session]bool, parts ...resp.Value) (n int) {
	message := &resp.Value{Kind: resp.Push, Elems: parts}
	for c := range subscribers {
		c.conn.SetReadDeadline(time.Unix(1, 0))
		c.post(message)
	}
	return len(subscribers)
}

// post puts a message into the client's mailbox. It disconnects a client that has too
// many.
func (c *session) post(message *resp.Value) {
	if !c.mailbox.put(message) {
		c.conn.Close()
	}
}

// subscribeTo returns SUBSCRIBE or PSUBSCRIBE. They confirm each topic with a message.
func subscribeTo(sort int, confirmation string) runner {
	return func(c *session, args [][]byte) resp.Value {
		for _, name := range args[1:] {
			c.subscribed[sort][string(name)] = true
			c.topics[sort].add(string(name), c)
			c.confirm(confirmation, word(string(name)))
		}
		return resp.Value{}
	}
}

// unsubscribeFrom returns UNSUBSCRIBE or PUNSUBSCRIBE. Without arguments they name all
// topics of the sort.
func unsubscribeFrom(sort int, confirmation string) runner {
	return func(c *session, args [][]byte) resp.Value {
		names := args[1:]
		if len(names) == 0 {
			for name := range c.subscribed[sort] {
				names = append(names, []byte(name))
			}
		}
		for _, name := range names {
			c.unsubscribe(sort, string(name))
			c.confirm(confirmation, word(string(name)))
		}
		if len(names) == 0 {
			c.confirm(confirmation, null)
		}
		return resp.Value{}
	}
}

func (c *session) confirm(confirmation string, name resp.Value) {
	c.post(&resp.Value{Kind: resp.Push, Elems: []resp.Value{word(confirmation), name, integer(int64(c.subscriptions()))}})
}

func (c *session) subscriptions() int {
	return len(c.subscribed[channels]) + len(c.subscribed[patterns])
}

func (c *session) unsubscribe(sort int, name string) {
	delete(c.subscribed[sort], name)
	c.topics[sort].remove(name, c)
}

func (c *session) unsubscribeAll() {
	for sort, names := range c.subscribed {
		for name := range names {
			c.unsubscribe(sort, name)
		}
	}
}
