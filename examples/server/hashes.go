package main

import (
	"bytes"
	"slices"

	"github.com/seed65f5866d/resp"
)

// hash is fields and their values, whose bytes never change.
type hash map[string][]byte

func setFields(c *session, fields hash, args [][]byte) resp.Value {
	if len(args)%2 != 0 {
		return failure("ERR wrong number of arguments for 'hset' command")
	}
	if fields == nil {
		fields = hash{}
		c.db.values[string(args[1])] = fields
	}
	before := len(fields)
	for pair := range slices.Chunk(args[2:], 2) {
		fields[string(pair[0])] = bytes.Clone(pair[1])
	}
	return integer(int64(len(fields) - before))
}

func getField(_ *session, fields hash, args [][]byte) resp.Value {
	return bulk(fields[string(args[2])])
}

func getFields(c *session, fields hash, args [][]byte) resp.Value {
	values := c.room.take(len(args) - 2)
	for _, field := range args[2:] {
		values = append(values, bulk(fields[string(field)]))
	}
	return array(values...)
}

func getHash(c *session, fields hash, _ [][]byte) resp.Value {
	elems := c.room.take(2 * len(fields))
	for field, value := range fields {
		elems = append(elems, word(field), bulk(value))
	}
	return mapping(elems...)
}

func deleteFields(c *session, fields hash, args [][]byte) resp.Value {
	before := len(fields)
	for _, field := range args[2:] {
		delete(fields, string(field))
	}
	if len(fields) == 0 {
		c.db.delete(string(args[1]))
	}
	return integer(int64(before - len(fields)))
}

func countFields(_ *session, fields hash, _ [][]byte) resp.Value { return integer(int64(len(fields))) }
