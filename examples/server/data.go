package main

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed65f5866d/resp"
)

// store is the keys and what they hold. The bytes of values never change, because
// replies refer to them.
type store map[string]*entry

type entry struct {
	value   any   // of type text, hash or *list
	expires int64 // in milliseconds since 1970; 0: never
}

type (
	text []byte
	hash map[string][]byte
	list [2][][]byte // items: those of left from its end to its start, and then those of right
)

const (
	left, right = 0, 1

	sweepEvery = 100 * time.Millisecond

	noAuth       = "NOAUTH Authentication required."
	syntaxError  = "ERR syntax error"
	badTime      = "ERR invalid expire time in '%s' command"
	notAnInteger = "ERR value is not an integer or out of range"
)

func now() int64 { return time.Now().UnixMilli() }

func (e *entry) expired() bool { return e.expires != 0 && e.expires <= now() }

// find returns what a key holds, or nil.
func (s store) find(key []byte) *entry {
	e := s[string(key)]
	if e != nil && e.expired() {
		delete(s, string(key))
		return nil
	}
	return e
}

// put sets the value of a key, which expires when it did before.
func (s store) put(key []byte, value any) *entry {
	e := s.find(key)
	if e == nil {
		e = &entry{}
		s[string(key)] = e
	}
	e.value = value
	return e
}

// sweep deletes keys that have expired and that nobody asks for, now and later. It
// looks at a few, and goes on soon when there are many.
func (s *server) sweep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	looked, before, wait := 0, len(s.data), sweepEvery
	for key, e := range s.data { // begins anywhere
		if e.expired() {
			delete(s.data, key)
		}
		if looked++; looked == 1000 {
			break
		}
	}
	if before-len(s.data) > looked/4 {
		wait = time.Millisecond
	}
	if !s.closing {
		time.AfterFunc(wait, s.sweep)
	}
}

// on returns a handler for a command whose key holds a T. It gets the zero T when there
// is no such key.
func on[T text | hash | *list](run func(c *session, value T, args [][]byte) resp.Value) handler {
	return func(c *session, args [][]byte) resp.Value {
		var value T
		if e := c.data.find(args[1]); e != nil {
			var ok bool
			if value, ok = e.value.(T); !ok {
				return failure("WRONGTYPE Operation against a key holding the wrong kind of value")
			}
		}
		return run(c, value, args)
	}
}

// number returns the integer that b spells as Redis writes it.
func number(b []byte) (n int64, ok bool) {
	n, err := strconv.ParseInt(string(b), 10, 64)
	var spelled [20]byte
	return n, err == nil && string(strconv.AppendInt(spelled[:0], n, 10)) == string(b)
}

// countKeys returns EXISTS, or DEL when it deletes what it has counted.
func countKeys(deletes bool) handler {
	return func(c *session, args [][]byte) resp.Value {
		found := 0
		for _, key := range args[1:] {
			if c.data.find(key) == nil {
				continue
			}
			if found++; deletes {
				delete(c.data, string(key))
			}
		}
		return integer(found)
	}
}

func flushAll(c *session, _ [][]byte) resp.Value {
	c.data = store{}
	return done
}

// expire returns EXPIRE or PEXPIRE, whose unit is so many milliseconds.
func expire(unit int64) handler {
	return func(c *session, args [][]byte) resp.Value {
		at, problem := after(args[2], unit, strings.ToLower(string(args[0])))
		if problem != "" {
			return failure(problem)
		}
		e := c.data.find(args[1])
		if e == nil {
			return integer(0)
		}
		e.expires = at
		return integer(1)
	}
}

// after returns the time so many units from now, or why there is none.
func after(count []byte, unit int64, command string) (at int64, problem string) {
	n, ok := number(count)
	if !ok {
		return 0, notAnInteger
	}
	if most := (math.MaxInt64 - now()) / unit; n > most || n < -most {
		return 0, fmt.Sprintf(badTime, command)
	}
	return now() + n*unit, ""
}

// timeLeft returns TTL or PTTL, whose unit is so many milliseconds.
func timeLeft(unit int64) handler {
	return func(c *session, args [][]byte) resp.Value {
		switch e := c.data.find(args[1]); {
		case e == nil:
			return integer(-2)
		case e.expires == 0:
			return integer(-1)
		default:
			return integer((e.expires - now() + unit/2) / unit)
		}
	}
}

func get(_ *session, value text, _ [][]byte) resp.Value { return bulk(value) }

// set is SET with the options EX, PX and NX.
func set(c *session, args [][]byte) resp.Value {
	var expires int64
	var onlyNew bool
	for options := args[3:]; len(options) > 0; options = options[1:] {
		option := strings.ToUpper(string(options[0]))
		unit := map[string]int64{"EX": 1000, "PX": 1}[option]
		switch {
		case option == "NX":
			onlyNew = true
		case unit > 0 && expires == 0 && len(options) > 1:
			at, problem := after(options[1], unit, "set")
			if problem == "" && at <= now() {
				problem = fmt.Sprintf(badTime, "set")
			}
			if problem != "" {
				return failure(problem)
			}
			expires, options = at, options[1:]
		default:
			return failure(syntaxError)
		}
	}
	if onlyNew && c.data.find(args[1]) != nil {
		return null
	}
	c.data.put(args[1], text(bytes.Clone(args[2]))).expires = expires
	return done
}

func getAll(c *session, args [][]byte) resp.Value {
	values := c.room(len(args) - 1)
	for _, key := range args[1:] {
		var value text
		if e := c.data.find(key); e != nil {
			value, _ = e.value.(text)
		}
		values = append(values, bulk(value))
	}
	return array(values...)
}

// add returns INCR, INCRBY or DECR. They add the third argument, or usual.
func add(usual int64) handler {
	return on(func(c *session, value text, args [][]byte) resp.Value {
		old, difference, ok := int64(0), usual, true
		if value != nil {
			old, ok = number(value)
		}
		if ok && len(args) > 2 {
			difference, ok = number(args[2])
		}
		if !ok {
			return failure(notAnInteger)
		}
		sum := old + difference
		if (sum < old) != (difference < 0) {
			return failure("ERR increment or decrement would overflow")
		}
		c.data.put(args[1], text(strconv.AppendInt(nil, sum, 10)))
		return integer(sum)
	})
}

func setFields(c *session, fields hash, args [][]byte) resp.Value {
	if len(args)%2 != 0 {
		return failure(wrongCount("hset"))
	}
	if fields == nil {
		fields = hash{}
		c.data.put(args[1], fields)
	}
	before := len(fields)
	for pair := range slices.Chunk(args[2:], 2) {
		fields[string(pair[0])] = bytes.Clone(pair[1])
	}
	return integer(len(fields) - before)
}

func getField(_ *session, fields hash, args [][]byte) resp.Value {
	return bulk(fields[string(args[2])])
}

func getFields(c *session, fields hash, _ [][]byte) resp.Value {
	elems := c.room(2 * len(fields))
	for field, value := range fields {
		elems = append(elems, word(field), bulk(value))
	}
	return keysAndValues(elems...)
}

func deleteFields(c *session, fields hash, args [][]byte) resp.Value {
	before := len(fields)
	for _, field := range args[2:] {
		delete(fields, string(field))
	}
	if len(fields) == 0 {
		delete(c.data, string(args[1]))
	}
	return integer(before - len(fields))
}

func (l *list) len() int {
	if l == nil {
		return 0
	}
	return len(l[left]) + len(l[right])
}

func (l *list) at(i int) []byte {
	if n := len(l[left]); i < n {
		return l[left][n-1-i]
	}
	return l[right][i-len(l[left])]
}

func push(end int) handler {
	return on(func(c *session, items *list, args [][]byte) resp.Value {
		if items == nil {
			items = &list{}
			c.data.put(args[1], items)
		}
		for _, item := range args[2:] {
			items[end] = append(items[end], bytes.Clone(item))
		}
		return integer(items.len())
	})
}

// pop returns LPOP or RPOP. They take the last item of an end or, when there is none,
// the first of the other.
func pop(end int) handler {
	return on(func(c *session, items *list, args [][]byte) resp.Value {
		if items == nil {
			return null
		}
		near, far := &items[end], &items[1-end]
		var item []byte
		if last := len(*near) - 1; last >= 0 {
			item, (*near)[last] = (*near)[last], nil
			*near = (*near)[:last]
		} else {
			item, (*far)[0] = (*far)[0], nil
			*far = (*far)[1:]
		}
		if items.len() == 0 {
			delete(c.data, string(args[1]))
		}
		return bulk(item)
	})
}

func countItems(_ *session, items *list, _ [][]byte) resp.Value { return integer(items.len()) }

func itemRange(c *session, items *list, args [][]byte) resp.Value {
	first, ok1 := number(args[2])
	last, ok2 := number(args[3])
	if !ok1 || !ok2 {
		return failure(notAnInteger)
	}
	n := int64(items.len())
	if first < 0 {
		first = max(first+n, 0)
	}
	if last < 0 {
		last += n
	}
	last = min(last, n-1)
	elems := c.room(int(max(last-first+1, 0)))
	for i := first; i <= last; i++ {
		elems = append(elems, bulk(items.at(int(i))))
	}
	return array(elems...)
}
