package main

import (
	"crypto/subtle"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/seed65f5866d/resp"
)

// redisVersion is the version of Redis that clients may take the server for: one
// without sharded channels.
const redisVersion = "6.2.0"

// attributes are what a client says of itself with CLIENT SETINFO, and its name.
var attributes = [...]string{"lib-name", "lib-ver", "name"}

const clientName = 2

func hello(c *session, args [][]byte) resp.Value {
	version, options := c.protocol, args[1:]
	if len(options) > 0 {
		if v := string(options[0]); v != "2" && v != "3" {
			return failure("NOPROTO unsupported protocol version")
		}
		version, options = int(options[0][0]-'0'), options[1:]
	}
	for reply := done; len(options) > 0; {
		switch option := strings.ToUpper(string(options[0])); {
		case option == "AUTH" && len(options) >= 3:
			reply, options = auth(c, options[:3]), options[3:]
		case option == "SETNAME" && len(options) >= 2:
			reply, options = c.setAttribute(clientName, options[1]), options[2:]
		default:
			reply = failure(syntaxError)
		}
		if reply.Kind.IsError() {
			return reply
		}
	}
	if !c.authenticated {
		return failure(noAuth)
	}
	c.protocol = version
	c.replies.SetProtocol(version)
	return keysAndValues(word("server"), word("redis"), word("version"), word(redisVersion), word("proto"), integer(version),
		word("id"), integer(c.id), word("mode"), word("standalone"), word("role"), word("master"), word("modules"), array())
}

// auth widens the limits for a client that knows the password.
func auth(c *session, args [][]byte) resp.Value {
	user, password := "default", args[len(args)-1]
	if len(args) == 3 {
		user = string(args[1])
	}
	switch {
	case len(args) > 3:
		return failure(syntaxError)
	case user != "default", c.password != "" && subtle.ConstantTimeCompare(password, []byte(c.password)) == 0:
		return failure("WRONGPASS invalid username-password pair or user is disabled.")
	}
	c.authenticate()
	return done
}

func quit(c *session, _ [][]byte) resp.Value {
	c.leaving = true
	return done
}

func ping(c *session, args [][]byte) resp.Value {
	switch {
	case len(args) > 2:
		return failure(wrongCount("ping"))
	case c.protocol == 2 && len(c.subscribed) > 0:
		return array(word("pong"), word(string(slices.Concat(args[1:]...))))
	case len(args) == 2:
		return bulk(args[1])
	}
	return pong
}

func echo(_ *session, args [][]byte) resp.Value { return bulk(args[1]) }

func selectDatabase(_ *session, args [][]byte) resp.Value {
	if string(args[1]) != "0" {
		return failure("ERR DB index is out of range")
	}
	return done
}

func client(c *session, args [][]byte) resp.Value {
	switch sub := strings.ToUpper(string(args[1])); {
	case sub == "ID" && len(args) == 2:
		return integer(c.id)
	case sub == "GETNAME" && len(args) == 2:
		if c.attributes[clientName] == "" {
			return null
		}
		return word(c.attributes[clientName])
	case sub == "SETNAME" && len(args) == 3:
		return c.setAttribute(clientName, args[2])
	case sub == "SETINFO" && len(args) == 4:
		return c.setAttribute(slices.Index(attributes[:clientName], strings.ToLower(string(args[2]))), args[3])
	case sub == "LIST" && len(args) == 2:
		return plainText(c.list())
	}
	return unknown(args)
}

// setAttribute keeps what can be shown in a list.
func (c *session) setAttribute(i int, value []byte) resp.Value {
	switch {
	case i < 0:
		return failure("ERR Unrecognized option")
	case slices.ContainsFunc(value, func(b byte) bool { return b < '!' || b > '~' }):
		return failure("ERR Client names cannot contain spaces, newlines or special characters.")
	}
	c.attributes[i] = string(value)
	return done
}

// list describes all clients, the oldest first.
func (s *server) list() string {
	var lines strings.Builder
	for _, id := range slices.Sorted(maps.Keys(s.sessions)) {
		c := s.sessions[id]
		fmt.Fprintf(&lines, "id=%d addr=%s laddr=%s name=%s db=0 sub=%d resp=%d lib-name=%s lib-ver=%s\n", id, c.conn.RemoteAddr(),
			c.conn.LocalAddr(), c.attributes[clientName], len(c.subscribed), c.protocol, c.attributes[0], c.attributes[1])
	}
	return lines.String()
}

// config tells the settings that clients ask for.
func config(c *session, args [][]byte) resp.Value {
	if !strings.EqualFold(string(args[1]), "GET") {
		return unknown(args)
	}
	settings := map[string]string{"save": "", "appendonly": "no", "databases": "1", "maxmemory": "0", "maxclients": strconv.Itoa(maxSessions)}
	found := c.room(2 * len(args))
	for _, arg := range args[2:] {
		if value, ok := settings[strings.ToLower(string(arg))]; ok {
			found = append(found, bulk(arg), word(value))
		}
	}
	return keysAndValues(found...)
}

// info tells everything, whatever sections are asked for.
func info(c *session, _ [][]byte) resp.Value {
	return plainText(fmt.Sprintf("# Server\r\nredis_version:%s\r\nredis_mode:standalone\r\n\r\n# Clients\r\nconnected_clients:%d\r\nmaxclients:%d\r\n\r\n"+
		"# Replication\r\nrole:master\r\n\r\n# Keyspace\r\ndb0:keys=%d\r\n", redisVersion, len(c.sessions), maxSessions, len(c.data)))
}

// listCommands is COMMAND and COMMAND COUNT.
func listCommands(_ *session, args [][]byte) resp.Value {
	switch {
	case len(args) == 1:
	case len(args) == 2 && strings.EqualFold(string(args[1]), "COUNT"):
		return integer(len(table))
	default:
		return unknown(args)
	}
	var all []resp.Value
	for _, cmd := range table {
		access, first := status("readonly"), 0
		if cmd.flags&writes != 0 {
			access = status("write")
		}
		if cmd.last != 0 {
			first = 1
		}
		all = append(all, array(word(cmd.name), integer(cmd.arity), resp.Value{Kind: resp.Set, Elems: []resp.Value{access}},
			integer(first), integer(cmd.last), integer(first))) // the step is 1, too
	}
	return array(all...)
}
