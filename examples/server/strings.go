package main

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/seed65f5866d/resp"
)

func get(_ *session, value text, _ [][]byte) resp.Value { return bulk(value) }

// set is SET with the options EX, PX, KEEPTTL, NX and XX.
func set(c *session, args [][]byte) resp.Value {
	var expires int64
	var keep, onlyNew, onlyOld bool
	for options := args[3:]; len(options) > 0; options = options[1:] {
		switch option := strings.ToUpper(string(options[0])); {
		case option == "NX" && !onlyOld:
			onlyNew = true
		case option == "XX" && !onlyNew:
			onlyOld = true
		case option == "KEEPTTL" && expires == 0:
			keep = true
		case (option == "EX" || option == "PX") && expires == 0 && !keep && len(options) > 1:
			unit := int64(1)
			if option == "EX" {
				unit = 1000
			}
			options = options[1:]
			n, ok := number(options[0])
			if !ok {
				return notAnInteger
			}
			if n <= 0 || n > (math.MaxInt64-now())/unit {
				return failure("ERR invalid expire time in 'set' command")
			}
			expires = now() + n*unit
		default:
			return syntaxError
		}
	}
	if onlyNew || onlyOld {
		if exists := c.db.find(args[1]) != nil; exists != onlyOld {
			return null
		}
	}
	c.db.values[string(args[1])] = text(bytes.Clone(args[2]))
	switch {
	case expires > 0:
		c.db.expires[string(args[1])] = expires
	case !keep:
		delete(c.db.expires, string(args[1]))
	}
	return done
}

func getAll(c *session, args [][]byte) resp.Value {
	values := c.room.take(len(args) - 1)
	for _, key := range args[1:] {
		value, _ := read[text](c.db, key)
		values = append(values, bulk(value))
	}
	return array(values...)
}

func setAll(c *session, args [][]byte) resp.Value {
	if len(args)%2 == 0 {
		return failure("ERR wrong number of arguments for 'mset' command")
	}
	for pair := range slices.Chunk(args[1:], 2) {
		set(c, [][]byte{nil, pair[0], pair[1]})
	}
	return done
}

// add returns INCR, DECR, INCRBY or DECRBY. They add the third argument, or one, times
// sign.
func add(sign int64) runner {
	return on(func(c *session, value text, args [][]byte) resp.Value {
		old, difference, ok := int64(0), int64(1), true
		if value != nil {
			old, ok = number(value)
		}
		if ok && len(args) > 2 {
			difference, ok = number(args[2])
		}
		if !ok {
			return notAnInteger
		}
		if sign < 0 && difference == math.MinInt64 {
			return failure("ERR decrement would overflow")
		}
		difference *= sign
		sum := old + difference
		if (sum < old) != (difference < 0) {
			return failure("ERR increment or decrement would overflow")
		}
		c.db.values[string(args[1])] = text(strconv.AppendInt(nil, sum, 10))
		return integer(sum)
	})
}

// number returns the integer that b spells as Redis writes it.
func number(b []byte) (n int64, ok bool) {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return 0, false
	}
	digits := bytes.TrimPrefix(b, []byte("-"))
	return n, digits[0] != '+' && (digits[0] != '0' || string(b) == "0")
}
