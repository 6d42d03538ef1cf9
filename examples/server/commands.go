package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/seed65f5866d/resp"
)

// command is a command that the server knows.
type command struct {
	name  string
	arity int // how many arguments it has with its name; negative: at least
	last  int // the argument that is its last key; negative: from the end; 0: it has none
	flags flags
	run   handler
}

// handler runs a command and returns its reply. The arguments are views, valid until
// the next command is read, so it copies what it keeps.
type handler func(c *session, args [][]byte) resp.Value

type flags int

const (
	writes      flags = 1 << iota // changes its keys
	always                        // runs without AUTH
	immediate                     // runs inside a transaction, where others are queued
	single                        // cannot be in a transaction
	subscribing                   // runs in RESP2 while the client is subscribed
)

var (
	table    []command
	commands = map[string]*command{} // the same by name, in capitals too
)

func init() {
	table = []command{
		{"hello", -1, 0, always | single, hello},
		{"auth", -2, 0, always | single, auth},
		{"quit", -1, 0, always | immediate | subscribing, quit},
		{"ping", -1, 0, subscribing, ping},
		{"echo", 2, 0, 0, echo},
		{"select", 2, 0, 0, selectDatabase},
		{"client", -2, 0, 0, client},
		{"config", -3, 0, 0, config},
		{"command", -1, 0, 0, listCommands},
		{"info", -1, 0, 0, info},

		{"multi", 1, 0, immediate, multi},
		{"exec", 1, 0, immediate, runQueued},
		{"discard", 1, 0, immediate, discard},

		{"subscribe", -2, 0, single | subscribing, subscribe},
		{"unsubscribe", -1, 0, single | subscribing, unsubscribe},
		{"publish", 3, 0, 0, publish},
		{"pubsub", -2, 0, 0, countSubscribers},

		{"del", -2, -1, writes, countKeys(true)},
		{"exists", -2, -1, 0, countKeys(false)},
		{"expire", 3, 1, writes, expire(1000)},
		{"pexpire", 3, 1, writes, expire(1)},
		{"ttl", 2, 1, 0, timeLeft(1000)},
		{"pttl", 2, 1, 0, timeLeft(1)},
		{"flushall", -1, 0, writes, flushAll},

		{"get", 2, 1, 0, on(get)},
		{"set", -3, 1, writes, set},
		{"mget", -2, -1, 0, getAll},
		{"incr", 2, 1, writes, add(1)},
		{"incrby", 3, 1, writes, add(1)},
		{"decr", 2, 1, writes, add(-1)},

		{"hset", -4, 1, writes, on(setFields)},
		{"hget", 3, 1, 0, on(getField)},
		{"hgetall", 2, 1, 0, on(getFields)},
		{"hdel", -3, 1, writes, on(deleteFields)},

		{"lpush", -3, 1, writes, push(left)},
		{"rpush", -3, 1, writes, push(right)},
		{"lpop", 2, 1, writes, pop(left)},
		{"rpop", 2, 1, writes, pop(right)},
		{"llen", 2, 1, 0, on(countItems)},
		{"lrange", 4, 1, 0, on(itemRange)},
	}
	for i, cmd := range table {
		commands[cmd.name] = &table[i]
		commands[strings.ToUpper(cmd.name)] = &table[i]
	}
}

// answer runs a command, or says why not. Then EXEC fails, too.
func (c *session) answer(request resp.Command) resp.Value {
	args := request.Args
	name := args[0]
	cmd := commands[string(name)]
	if cmd == nil {
		name = bytes.ToLower(name)
		cmd = commands[string(name)]
	}
	var problem string
	switch {
	case string(name) == "post", string(name) == "host:": // a page in somebody's browser; Redis says nothing either
		c.leaving = true
		return resp.Value{}
	case !c.authenticated && (cmd == nil || cmd.flags&always == 0):
		problem = noAuth
	case cmd == nil:
		problem = fmt.Sprintf("ERR unknown command '%.128s'", args[0])
	case cmd.arity > 0 && len(args) != cmd.arity, len(args) < -cmd.arity:
		problem = wrongCount(cmd.name)
	case c.protocol == 2 && len(c.subscribed) > 0 && cmd.flags&subscribing == 0:
		problem = fmt.Sprintf("ERR Can't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context", cmd.name)
	case c.transaction != nil && cmd.flags&single != 0:
		problem = "ERR Command not allowed inside a transaction"
	case c.transaction != nil && cmd.flags&immediate == 0:
		return c.transaction.add(cmd, request)
	default:
		return cmd.run(c, args)
	}
	if c.transaction != nil {
		c.transaction.failed = true
	}
	return failure(problem)
}

func wrongCount(name string) string {
	return fmt.Sprintf("ERR wrong number of arguments for '%s' command", name)
}

func unknown(args [][]byte) resp.Value {
	return failure(fmt.Sprintf("ERR unknown subcommand or wrong number of arguments for '%.128s'", args[1]))
}

// The replies that commands return. The Encoder knows what each is in RESP2.

var (
	null = resp.Value{Kind: resp.Null}
	done = status("OK")
	pong = status("PONG")
)

func status(s string) resp.Value  { return resp.Value{Kind: resp.SimpleString, Bytes: []byte(s)} }
func failure(s string) resp.Value { return resp.Value{Kind: resp.SimpleError, Bytes: []byte(s)} }
func word(s string) resp.Value    { return resp.Value{Kind: resp.BulkString, Bytes: []byte(s)} }
func plainText(s string) resp.Value {
	return resp.Value{Kind: resp.VerbatimString, Encoding: [3]byte{'t', 'x', 't'}, Bytes: []byte(s)}
}

// bulk returns a bulk string, or a null when b is nil.
func bulk(b []byte) resp.Value {
	if b == nil {
		return null
	}
	return resp.Value{Kind: resp.BulkString, Bytes: b}
}

func integer[N int | int64](n N) resp.Value        { return resp.Value{Kind: resp.Integer, Int: int64(n)} }
func array(elems ...resp.Value) resp.Value         { return resp.Value{Kind: resp.Array, Elems: elems} }
func keysAndValues(elems ...resp.Value) resp.Value { return resp.Value{Kind: resp.Map, Elems: elems} }
