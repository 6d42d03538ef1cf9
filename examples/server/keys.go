package main

import (
	"math"
	"strings"

	"github.com/seed65f5866d/resp"
)

func del(c *session, args [][]byte) resp.Value {
	deleted := 0
	for _, key := range args[1:] {
		if c.db.find(key) != nil {
			c.db.delete(string(key))
			deleted++
		}
	}
	return integer(int64(deleted))
}

func exists(c *session, args [][]byte) resp.Value {
	found := 0
	for _, key := range args[1:] {
		if c.db.find(key) != nil {
			found++
		}
	}
	return integer(int64(found))
}

func typeOf(c *session, args [][]byte) resp.Value { return status(typeName(c.db.find(args[1]))) }

// typeName returns what Redis calls the type of a value.
func typeName(value any) string {
	switch value.(type) {
	case nil:
		return "none"
	case hash:
		return "hash"
	case *list:
		return "list"
	}
	return "string"
}

// expireIn returns EXPIRE or PEXPIRE, whose unit is so many milliseconds.
func expireIn(unit int64) runner {
	return func(c *session, args [][]byte) resp.Value {
		n, ok := number(args[2])
		if !ok {
			return notAnInteger
		}
		if n > (math.MaxInt64-now())/unit || n < math.MinInt64/unit {
			return failure("ERR invalid expire time in 'expire' command")
		}
		if c.db.find(args[1]) == nil {
			return integer(0)
		}
		c.db.expires[string(args[1])] = now() + n*unit
		return integer(1)
	}
}

func persist(c *session, args [][]byte) resp.Value {
	c.db.find(args[1])
	_, expires := c.db.expires[string(args[1])]
	delete(c.db.expires, string(args[1]))
	return condition(expires)
}

// timeLeft returns TTL or PTTL, whose unit is so many milliseconds.
func timeLeft(unit int64) runner {
	return func(c *session, args [][]byte) resp.Value {
		if c.db.find(args[1]) == nil {
			return integer(-2)
		}
		at, expires := c.db.expires[string(args[1])]
		if !expires {
			return integer(-1)
		}
		return integer((at - now() + unit/2) / unit)
	}
}

func keys(c *session, args [][]byte) resp.Value {
	return array(c.db.matching(string(args[1]), "")...)
}

// matching returns the keys that match a pattern and, unless it is empty, hold that
// type.
func (db *database) matching(pattern, ofType string) []resp.Value {
	found := []resp.Value{}
	for key := range db.values {
		if match(pattern, key) {
			if value := db.find([]byte(key)); value != nil && (ofType == "" || ofType == typeName(value)) {
				found = append(found, word(key))
			}
		}
	}
	return found
}

// scan returns all keys at once, as a server may.
func scan(c *session, args [][]byte) resp.Value {
	pattern, ofType := "*", ""
	options := args[2:]
	for ; len(options) >= 2; options = options[2:] {
		switch strings.ToUpper(string(options[0])) {
		case "MATCH":
			pattern = string(options[1])
		case "TYPE":
			ofType = strings.ToLower(string(options[1]))
		case "COUNT":
		default:
			return syntaxError
		}
	}
	if len(options) > 0 {
		return syntaxError
	}
	if string(args[1]) != "0" {
		return array(word("0"), array()) // the one after the last
	}
	return array(word("0"), array(c.db.matching(pattern, ofType)...))
}
