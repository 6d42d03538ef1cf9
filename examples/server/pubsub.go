package main

import (
	"bytes"
	"slices"
	"strings"

	"github.com/seed65f5866d/resp"
)

// publish posts a message to all subscribers, and waits for none of them.
func publish(c *session, args [][]byte) resp.Value {
	subscribers := c.channels[string(args[1])]
	channel, text := word(string(args[1])), word(string(args[2]))
	for subscriber := range subscribers {
		subscriber.post(word("message"), channel, text)
	}
	return integer(len(subscribers))
}

// subscribe confirms each channel with a message.
func subscribe(c *session, args [][]byte) resp.Value {
	for _, arg := range args[1:] {
		channel := string(arg)
		if c.channels[channel] == nil {
			c.channels[channel] = map[*session]bool{}
		}
		c.channels[channel][c] = true
		c.subscribed[channel] = true
		c.post(word("subscribe"), word(channel), integer(len(c.subscribed)))
	}
	return resp.Value{}
}

// unsubscribe without channels leaves all, or confirms a null.
func unsubscribe(c *session, args [][]byte) resp.Value {
	channels := slices.Clip(args[1:])
	if len(channels) == 0 {
		for channel := range c.subscribed {
			channels = append(channels, []byte(channel))
		}
	}
	if len(channels) == 0 {
		channels = [][]byte{nil}
	}
	for _, channel := range channels {
		c.leave(string(channel))
		c.post(word("unsubscribe"), bulk(bytes.Clone(channel)), integer(len(c.subscribed)))
	}
	return resp.Value{}
}

func (c *session) leave(channel string) {
	delete(c.subscribed, channel)
	if delete(c.channels[channel], c); len(c.channels[channel]) == 0 {
		delete(c.channels, channel)
	}
}

// countSubscribers is PUBSUB NUMSUB.
func countSubscribers(c *session, args [][]byte) resp.Value {
	if !strings.EqualFold(string(args[1]), "NUMSUB") {
		return unknown(args)
	}
	counts := c.room(2 * len(args))
	for _, channel := range args[2:] {
		counts = append(counts, bulk(channel), integer(len(c.channels[string(channel)])))
	}
	return array(counts...)
}
