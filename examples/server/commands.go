package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/seed65f5866d/resp"
)

// command is a command that the server knows.
type command struct {
	arity int    // how many arguments it has with its name; negative: at least
	keys  [3]int // its first and last key and the step between them, as COMMAND tells
	flags flags
	run   runner
}

// runner runs a command and returns its reply. The arguments are views, valid until
// the next command is read, so it copies what it keeps.
type runner func(c *session, args [][]byte) resp.Value

// on returns a runner for a command whose key holds a T. It gets the zero T when there
// is no such key.
func on[T text | hash | *list](run func(c *session, value T, args [][]byte) resp.Value) runner {
	return func(c *session, args [][]byte) resp.Value {
		value, ok := read[T](c.db, args[1])
		if !ok {
			return wrongType
		}
		return run(c, value, args)
	}
}

type flags int

const (
	writes      flags = 1 << iota // changes its keys
	always                        // runs without AUTH
	immediate                     // runs inside a transaction, where others are queued
	single                        // cannot be in a transaction
	subscribing                   // runs in RESP2 while the client is subscribed
)

var (
	noKey   = [3]int{}
	oneKey  = [3]int{1, 1, 1}
	allKeys = [3]int{1, -1, 1}
	pairs   = [3]int{1, -1, 2}
)

// commands are by their names in capitals.
var commands map[string]*command

func init() {
	commands = map[string]*command{
		"HELLO":   {-1, noKey, always | single, hello},
		"AUTH":    {-2, noKey, always | single, auth},
		"QUIT":    {-1, noKey, always | immediate | subscribing, quit},
		"RESET":   {1, noKey, always | immediate | subscribing, reset},
		"PING":    {-1, noKey, subscribing, ping},
		"ECHO":    {2, noKey, 0, echo},
		"SELECT":  {2, noKey, 0, selectDatabase},
		"CLIENT":  {-2, noKey, 0, client},
		"COMMAND": {-1, noKey, 0, listCommands},
		"CONFIG":  {-2, noKey, 0, config},
		"INFO":    {-1, noKey, 0, info},

		"MULTI":   {1, noKey, immediate, multi},
		"EXEC":    {1, noKey, immediate, runQueued},
		"DISCARD": {1, noKey, immediate, discard},

		"SUBSCRIBE":    {-2, noKey, single | subscribing, subscribeTo(channels, "subscribe")},
		"UNSUBSCRIBE":  {-1, noKey, single | subscribing, unsubscribeFrom(channels, "unsubscribe")},
		"PSUBSCRIBE":   {-2, noKey, single | subscribing, subscribeTo(patterns, "psubscribe")},
		"PUNSUBSCRIBE": {-1, noKey, single | subscribing, unsubscribeFrom(patterns, "punsubscribe")},
		"PUBLISH":      {3, noKey, 0, publish},

		"DEL":      {-2, allKeys, writes, del},
		"EXISTS":   {-2, allKeys, 0, exists},
		"TYPE":     {2, oneKey, 0, typeOf},
		"EXPIRE":   {3, oneKey, writes, expireIn(1000)},
		"PEXPIRE":  {3, oneKey, writes, expireIn(1)},
		"PERSIST":  {2, oneKey, writes, persist},
		"TTL":      {2, oneKey, 0, timeLeft(1000)},
		"PTTL":     {2, oneKey, 0, timeLeft(1)},
		"KEYS":     {2, noKey, 0, keys},
		"SCAN":     {-2, noKey, 0, scan},
		"DBSIZE":   {1, noKey, 0, size},
		"FLUSHDB":  {-1, noKey, writes, flush},
		"FLUSHALL": {-1, noKey, writes, flushAll},

		"GET":    {2, oneKey, 0, on(get)},
		"SET":    {-3, oneKey, writes, set},
		"MGET":   {-2, allKeys, 0, getAll},
		"MSET":   {-3, pairs, writes, setAll},
		"INCR":   {2, oneKey, writes, add(1)},
		"DECR":   {2, oneKey, writes, add(-1)},
		"INCRBY": {3, oneKey, writes, add(1)},
		"DECRBY": {3, oneKey, writes, add(-1)},

		"HSET":    {-4, oneKey, writes, on(setFields)},
		"HGET":    {3, oneKey, 0, on(getField)},
		"HMGET":   {-3, oneKey, 0, on(getFields)},
		"HGETALL": {2, oneKey, 0, on(getHash)},
		"HDEL":    {-3, oneKey, writes, on(deleteFields)},
		"HLEN":    {2, oneKey, 0, on(countFields)},

		"LPUSH":  {-3, oneKey, writes, push((*list).pushLeft)},
		"RPUSH":  {-3, oneKey, writes, push((*list).pushRight)},
		"LPOP":   {-2, oneKey, writes, pop((*list).popLeft)},
		"RPOP":   {-2, oneKey, writes, pop((*list).popRight)},
		"LLEN":   {2, oneKey, 0, on(countItems)},
		"LRANGE": {4, oneKey, 0, on(itemRange)},
	}
}

// lookup returns the command of that name, or nil.
func lookup(name []byte) *command {
	var capitals [16]byte
	if len(name) > len(capitals) {
		return nil
	}
	for i, b := range name {
		if 'a' <= b && b <= 'z' {
			b -= 'a' - 'A'
		}
		capitals[i] = b
	}
	return commands[string(capitals[:len(name)])]
}

// answer runs a command, or says why not.
func (c *session) answer(request resp.Command) resp.Value {
	args := request.Args
	cmd := lookup(args[0])
	switch {
	case cmd == nil && isHTTP(args[0]):
		c.leaving = true
		return resp.Value{}
	case !c.authenticated && (cmd == nil || cmd.flags&always == 0):
		return failure("NOAUTH Authentication required.")
	case cmd == nil:
		return c.reject("ERR unknown command '%.128s'", args[0])
	case cmd.arity > 0 && len(args) != cmd.arity, len(args) < -cmd.arity:
		return c.reject("ERR wrong number of arguments for '%s' command", bytes.ToLower(args[0]))
	case c.protocol == 2 && c.subscriptions() > 0 && cmd.flags&subscribing == 0:
		return c.reject("ERR Can't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context", bytes.ToLower(args[0]))
	case c.transaction != nil && cmd.flags&single != 0:
		return c.reject("ERR Command not allowed inside a transaction")
	case c.transaction != nil && cmd.flags&immediate == 0:
		return c.transaction.add(cmd, request)
	}
	return cmd.run(c, args)
}

// isHTTP reports whether a web browser talks to the server, made to do so by a page
// that it shows. Redis disconnects it without a word, too.
func isHTTP(name []byte) bool {
	return strings.EqualFold(string(name), "POST") || strings.EqualFold(string(name), "Host:")
}

// reject is a failure that makes EXEC fail, too.
func (c *session) reject(format string, args ...any) resp.Value {
	if c.transaction != nil {
		c.transaction.failed = true
	}
	return failure(fmt.Sprintf(format, args...))
}
