package main

import "github.com/seed65f5866d/resp"

// mailbox holds messages for a client until its own goroutine writes them.
type mailbox struct {
	messages []*resp.Value
	size     int // in bytes, about
}

// maxMailbox is how many bytes of messages may wait for a client that does not read.
const maxMailbox = 32 << 20

// put adds a message and reports whether there was room.
func (m *mailbox) put(message *resp.Value) bool {
	const perElement = 100 // for what is not its text
	size := m.size
	for i := range message.Elems {
		size += perElement + len(message.Elems[i].Bytes)
	}
	if size > maxMailbox {
		return false
	}
	m.messages, m.size = append(m.messages, message), size
	return true
}

func (m *mailbox) take() []*resp.Value {
	messages := m.messages
	m.messages, m.size = nil, 0
	return messages
}
