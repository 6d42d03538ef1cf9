package main

import (
	"bytes"
	"crypto/subtle"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed65f5866d/resp"
)

// The commands about the connection.

var (
	wrongPassword = failure("WRONGPASS invalid username-password pair or user is disabled.")
	badName       = failure("ERR Client names cannot contain spaces, newlines or special characters.")
)

func hello(c *session, args [][]byte) resp.Value {
	version, name, options := int64(c.protocol), c.name, args[1:]
	if len(options) > 0 {
		var ok bool
		if version, ok = number(options[0]); !ok {
			return failure("ERR Protocol version is not an integer or out of range")
		}
		if version < 2 || version > 3 {
			return failure("NOPROTO unsupported protocol version")
		}
		options = options[1:]
	}
	for len(options) > 0 {
		switch option := strings.ToUpper(string(options[0])); {
		case option == "AUTH" && len(options) >= 3:
			if !c.login(options[1], options[2]) {
				return wrongPassword
			}
			options = options[3:]
		case option == "SETNAME" && len(options) >= 2:
			if name = string(options[1]); !isName(name) {
				return badName
			}
			options = options[2:]
		default:
			return failure(fmt.Sprintf("ERR Syntax error in HELLO option '%.128s'", options[0]))
		}
	}
	if !c.authenticated {
		return failure("NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time")
	}
	c.name, c.protocol = name, int(version)
	c.replies.SetProtocol(c.protocol)
	return mapping(
		word("server"), word("redis"),
		word("version"), word(redisVersion),
		word("proto"), integer(version),
		word("id"), integer(c.id),
		word("mode"), word("standalone"),
		word("role"), word("master"),
		word("modules"), array(),
	)
}

func auth(c *session, args [][]byte) resp.Value {
	user, password := []byte("default"), args[len(args)-1]
	if len(args) > 2 {
		user = args[1]
	}
	switch {
	case len(args) > 3:
		return syntaxError
	case len(args) == 2 && c.password == "":
		return failure("ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?")
	case !c.login(user, password):
		return wrongPassword
	}
	return done
}

// login authenticates a client that knows the password, and widens its limits.
func (c *session) login(user, password []byte) bool {
	known := c.password == "" || subtle.ConstantTimeCompare(password, []byte(c.password)) == 1
	if string(user) != "default" || !known {
		return false
	}
	c.authenticated = true
	c.requests.SetLimits(resp.ServerLimits())
	return true
}

func quit(c *session, _ [][]byte) resp.Value {
	c.leaving = true
	return done
}

func reset(c *session, _ [][]byte) resp.Value {
	c.unsubscribeAll()
	c.reset()
	return status("RESET")
}

func ping(c *session, args [][]byte) resp.Value {
	switch {
	case len(args) > 2:
		return failure("ERR wrong number of arguments for 'ping' command")
	case c.protocol == 2 && c.subscriptions() > 0:
		return array(word("pong"), word(string(bytes.Join(args[1:], nil))))
	case len(args) == 2:
		return bulk(args[1])
	}
	return pong
}

func echo(_ *session, args [][]byte) resp.Value { return bulk(args[1]) }

func client(c *session, args [][]byte) resp.Value {
	switch sub := strings.ToUpper(string(args[1])); {
	case sub == "ID" && len(args) == 2:
		return integer(c.id)
	case sub == "GETNAME" && len(args) == 2:
		if c.name == "" {
			return null
		}
		return word(c.name)
	case sub == "SETNAME" && len(args) == 3:
		if !isName(string(args[2])) {
			return badName
		}
		c.name = string(args[2])
		return done
	case sub == "SETINFO" && len(args) == 4:
		return c.setInfo(string(args[2]), string(args[3]))
	case sub == "INFO" && len(args) == 2:
		return plainText(c.describe() + "\n")
	case sub == "LIST" && len(args) == 2:
		return plainText(c.list())
	}
	return failure(fmt.Sprintf("ERR unknown subcommand or wrong number of arguments for '%.128s'. Try CLIENT HELP.", args[1]))
}

// isName reports whether a name can be shown in a list.
func isName(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r < '!' || r > '~' })
}

func (c *session) setInfo(attribute, value string) resp.Value {
	attribute = strings.ToLower(attribute)
	i := slices.Index([]string{"lib-name", "lib-ver"}, attribute)
	if i < 0 {
		return failure(fmt.Sprintf("ERR Unrecognized option '%.128s'", attribute))
	}
	if !isName(value) {
		return failure("ERR " + attribute + " cannot contain spaces, newlines or special characters.")
	}
	c.library[i] = value
	return done
}

// list describes all clients, the oldest first.
func (s *server) list() string {
	var lines strings.Builder
	for _, id := range slices.Sorted(maps.Keys(s.sessions)) {
		lines.WriteString(s.sessions[id].describe() + "\n")
	}
	return lines.String()
}

func (c *session) describe() string {
	queued := -1
	if c.transaction != nil {
		queued = len(c.transaction.queue)
	}
	return fmt.Sprintf("id=%d addr=%s laddr=%s name=%s db=%d sub=%d psub=%d multi=%d resp=%d lib-name=%s lib-ver=%s",
		c.id, c.conn.RemoteAddr(), c.conn.LocalAddr(), c.name, slices.Index(c.databases[:], c.db),
		len(c.subscribed[channels]), len(c.subscribed[patterns]), queued, c.protocol, c.library[0], c.library[1])
}
