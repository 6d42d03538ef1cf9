package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/seed65f5866d/resp"
)

// store is the data of the server.
type store map[string][]byte

// arity is how many arguments a command has with its name; negative: at least.
var arity = map[string]int{"PING": 1, "ECHO": 2, "SET": 3, "GET": 2, "DEL": -2, "QUIT": 1}

// execute runs a command and writes its reply. Its arguments are views, valid until
// the next command is read, so it copies what it keeps.
func (c *client) execute(cmd resp.Command) error {
	name := strings.ToUpper(string(cmd.Args[0]))
	args := cmd.Args[1:]
	n, known := arity[name]
	switch {
	case !known:
		return c.replies.WriteSimpleError(fmt.Sprintf("ERR unknown command %.128q", cmd.Args[0]))
	case n > 0 && len(cmd.Args) != n, len(cmd.Args) < -n:
		return c.replies.WriteSimpleError("ERR wrong number of arguments for '" + strings.ToLower(name) + "' command")
	}
	switch name {
	case "PING":
		return c.replies.WriteSimpleString("PONG")
	case "ECHO":
		return c.replies.WriteBulkBytes(args[0])
	case "SET":
		c.store[string(args[0])] = bytes.Clone(args[1])
		return c.replies.WriteSimpleString("OK")
	case "GET":
		value, ok := c.store[string(args[0])]
		if !ok {
			return c.replies.WriteNull()
		}
		return c.replies.WriteBulkBytes(value)
	case "DEL":
		return c.replies.WriteInteger(c.store.del(args))
	}
	c.leaving = true
	return c.replies.WriteSimpleString("OK")
}

// del deletes keys and returns how many there were.
func (s store) del(keys [][]byte) (n int64) {
	for _, key := range keys {
		if _, ok := s[string(key)]; ok {
			delete(s, string(key))
			n++
		}
	}
	return n
}
