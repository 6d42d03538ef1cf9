package main

import (
	"time"

	"github.com/seed65f5866d/resp"
)

// database holds keys.
type database struct {
	values  map[string]any   // of type text, hash or *list
	expires map[string]int64 // when, in milliseconds since 1970, for the keys that do
}

// text is a string. Its bytes never change, because replies refer to them.
type text []byte

func newDatabase() *database {
	return &database{values: map[string]any{}, expires: map[string]int64{}}
}

func now() int64 { return time.Now().UnixMilli() }

// find returns the value of a key, or nil.
func (db *database) find(key []byte) any {
	if at, ok := db.expires[string(key)]; ok && at <= now() {
		db.delete(string(key))
	}
	return db.values[string(key)]
}

// read returns the value of a key, the zero T when there is none, and whether it is
// not of another type.
func read[T text | hash | *list](db *database, key []byte) (value T, ok bool) {
	found := db.find(key)
	if found == nil {
		return value, true
	}
	value, ok = found.(T)
	return value, ok
}

func (db *database) delete(key string) {
	delete(db.values, key)
	delete(db.expires, key)
}

// sweep deletes keys that have expired, but looks at no more than a few.
func (db *database) sweep() {
	const most = 1000
	looked, now := 0, now()
	for key, at := range db.expires { // begins anywhere
		if at <= now {
			db.delete(key)
		}
		if looked++; looked == most {
			return
		}
	}
}

func selectDatabase(c *session, args [][]byte) resp.Value {
	n, ok := number(args[1])
	if !ok {
		return notAnInteger
	}
	if n < 0 || n >= int64(len(c.databases)) {
		return failure("ERR DB index is out of range")
	}
	c.db = c.databases[n]
	return done
}

func size(c *session, _ [][]byte) resp.Value { return integer(int64(len(c.db.values))) }

func flush(c *session, _ [][]byte) resp.Value {
	*c.db = *newDatabase()
	return done
}

func flushAll(c *session, _ [][]byte) resp.Value {
	for _, db := range c.databases {
		*db = *newDatabase()
	}
	return done
}
