package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed65f5866d/resp"
)

// redisVersion is the version of Redis that clients may take the server for: one
// without sharded channels.
const redisVersion = "6.2.0"

// info tells about the server, in all sections or in those that are asked for.
func info(c *session, args [][]byte) resp.Value {
	sections := []struct{ name, text string }{
		{"Server", fmt.Sprintf("redis_version:%s\r\nserver_name:resp-example\r\nredis_mode:standalone\r\nprocess_id:%d\r\nuptime_in_seconds:%d\r\n",
			redisVersion, os.Getpid(), int(time.Since(c.started).Seconds()))},
		{"Clients", fmt.Sprintf("connected_clients:%d\r\nmaxclients:%d\r\n", len(c.sessions), maxSessions)},
		{"Replication", "role:master\r\nconnected_slaves:0\r\n"},
		{"Keyspace", c.keyspace()},
	}
	var text strings.Builder
	for _, section := range sections {
		if len(args) == 1 || slices.ContainsFunc(args[1:], func(asked []byte) bool { return isSection(string(asked), section.name) }) {
			fmt.Fprintf(&text, "# %s\r\n%s\r\n", section.name, section.text)
		}
	}
	return plainText(text.String())
}

func isSection(asked, name string) bool {
	switch strings.ToLower(asked) {
	case "all", "default", "everything", strings.ToLower(name):
		return true
	}
	return false
}

func (s *server) keyspace() string {
	var lines strings.Builder
	for i, db := range s.databases {
		if len(db.values) > 0 {
			fmt.Fprintf(&lines, "db%d:keys=%d,expires=%d\r\n", i, len(db.values), len(db.expires))
		}
	}
	return lines.String()
}

// config tells the settings that clients ask for. None can be changed.
func config(c *session, args [][]byte) resp.Value {
	if !strings.EqualFold(string(args[1]), "GET") || len(args) < 3 {
		return failure(fmt.Sprintf("ERR unknown subcommand or wrong number of arguments for '%.128s'. Try CONFIG HELP.", args[1]))
	}
	settings := map[string]string{
		"save":       "",
		"appendonly": "no",
		"databases":  strconv.Itoa(len(c.databases)),
		"maxclients": strconv.Itoa(maxSessions),
	}
	found := []resp.Value{}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		if slices.ContainsFunc(args[2:], func(pattern []byte) bool { return match(strings.ToLower(string(pattern)), name) }) {
			found = append(found, word(name), word(settings[name]))
		}
	}
	return mapping(found...)
}

// listCommands is COMMAND and COMMAND COUNT.
func listCommands(_ *session, args [][]byte) resp.Value {
	names := slices.Sorted(maps.Keys(commands))
	switch {
	case len(args) == 1:
	case strings.EqualFold(string(args[1]), "COUNT") && len(args) == 2:
		return integer(int64(len(names)))
	default:
		return failure(fmt.Sprintf("ERR unknown subcommand or wrong number of arguments for '%.128s'. Try COMMAND HELP.", args[1]))
	}
	descriptions := make([]resp.Value, len(names))
	for i, name := range names {
		descriptions[i] = commands[name].describe(name)
	}
	return array(descriptions...)
}

// describe returns what COMMAND tells about a command.
func (cmd *command) describe(name string) resp.Value {
	access := status("readonly")
	if cmd.flags&writes != 0 {
		access = status("write")
	}
	return array(word(strings.ToLower(name)), integer(int64(cmd.arity)), resp.Value{Kind: resp.Set, Elems: []resp.Value{access}},
		integer(int64(cmd.keys[0])), integer(int64(cmd.keys[1])), integer(int64(cmd.keys[2])))
}
