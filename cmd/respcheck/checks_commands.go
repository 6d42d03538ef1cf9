package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/seed65f5866d/resp"
)

const (
	commandTries  = 48               // argument lists made for each command, at most
	blockingTries = 6                // the same for one that may wait a moment
	commandsTime  = 20 * time.Second // for all of them
)

// checkCommands sends every command that COMMAND lists and that is safe to send, with
// arguments made from its own documentation. Each reply is read by every method and
// encoded again in every way.
func checkCommands(t *trip) {
	if !t.mayTryCommands() {
		return
	}
	c := t.dial()
	commands := listCommands(t, c)
	reads, sent, rng := newReads(), commandCount{}, t.random()
	deadline := time.Now().Add(commandsTime)
	for _, command := range commands {
		if t.failed() || time.Now().After(deadline) {
			break
		}
		sent.commands++
		sent.try(t, c, reads, command, rng)
	}
	if t.failed() {
		return
	}
	t.notef("%d of %d commands, %d replies, %d of them errors", sent.commands, len(commands), sent.replies, sent.errors)
	const shown = 3
	if n := len(sent.refused); n > 0 {
		t.note += fmt.Sprintf("; nothing but errors from %d, such as %s", n, strings.Join(sent.refused[:min(n, shown)], ", "))
	}
}

// mayTryCommands reports whether to send all those commands, and skips the check when
// not. A server that is not private gets them only on request.
func (t *trip) mayTryCommands() bool {
	asked := t.cfg.run != nil && strings.Contains(t.cfg.run.String(), "commands")
	if !asked && !t.srv.private {
		t.skipf("only when -run names commands, or on a private server")
		return false
	}
	return true
}

// commandCount counts what was sent and what came.
type commandCount struct {
	commands, replies, errors int
	refused                   []string // commands that were answered with errors alone
}

// try sends one command with several lists of arguments.
func (n *commandCount) try(t *trip, c *conn, reads *reads, command commandDoc, rng *rand.Rand) {
	keys := t.writeCommandKeys(c)
	asked, answered := map[string]bool{}, false
	tries := commandTries
	if slices.Contains(command.marks, "blocking") {
		tries = blockingTries
	}
	for i := range tries {
		made := newArguments(t, command, keys, rng, i)
		id := strings.Join(made, "\x00")
		if asked[id] {
			continue
		}
		asked[id] = true
		v := c.do(command.name, anys(made)...)
		if c.err != nil {
			return
		}
		n.replies++
		if v.Err() != nil {
			n.errors++
		} else {
			answered = true
		}
		if err := reads.everyWay(bytes.Clone(c.wire), v); err != nil {
			c.fail(fmt.Sprintf("%s %q", command.name, made), err)
			return
		}
	}
	if !answered {
		n.refused = append(n.refused, command.name)
	}
}

func anys(words []string) []any {
	args := make([]any, len(words))
	for i, word := range words {
		args[i] = word
	}
	return args
}

// commandKeys are the keys that commands get, by the group of commands that their type
// belongs to.
type commandKeys map[string][]string

// writeCommandKeys gives every type a key, and returns them all.
func (t *trip) writeCommandKeys(c *conn) commandKeys {
	key := func(name string) string { return t.key("command " + name) }
	keys := commandKeys{
		"string": {key("string"), key("number")}, "bitmap": {key("string")}, "list": {key("list")}, "set": {key("set"), key("other set")},
		"sorted-set": {key("zset"), key("other zset")}, "hash": {key("hash")}, "stream": {key("stream")},
		"geo": {key("geo")}, "hyperloglog": {key("hll")}, "": {key("missing"), key("destination")},
	}
	var all []any
	for _, group := range keys {
		for _, key := range group {
			all = append(all, key)
		}
	}
	script := []struct {
		name string
		args []any
	}{
		{"DEL", all},
		{"SET", []any{key("string"), "text"}}, {"SET", []any{key("number"), 10}},
		{"RPUSH", []any{key("list"), "element", "text", 1, ""}},
		{"SADD", []any{key("set"), "member", "text", 1}}, {"SADD", []any{key("other set"), "member", 2}},
		{"ZADD", []any{key("zset"), 1, "member", 1.5, "text"}}, {"ZADD", []any{key("other zset"), "inf", "member"}},
		{"HSET", []any{key("hash"), "field", "value", "text", 1}},
		{"XADD", []any{key("stream"), "1-1", "field", "value"}}, {"XADD", []any{key("stream"), "2-1", "field", ""}},
		{"XGROUP CREATE", []any{key("stream"), "group", 0}},
		{"XREADGROUP", []any{"GROUP", "group", "consumer", "COUNT", 1, "STREAMS", key("stream"), ">"}},
		{"GEOADD", []any{key("geo"), 13.361389, 38.115556, "member", 15.087269, 37.502669, "text"}},
		{"PFADD", []any{key("hll"), "element"}},
	}
	c.pipeline(len(script), func(i int) { c.queue(script[i].name, script[i].args...) },
		func(i int, v *resp.Value) { c.refuseError(script[i].name, v) })
	return keys
}

// commandDoc is a command, or a subcommand such as CLIENT LIST, with what COMMAND and
// COMMAND DOCS say of it.
type commandDoc struct {
	name      string
	marks     []string // flags and categories
	group     string
	arguments []argumentDoc
}

// argumentDoc is what COMMAND DOCS says of an argument.
type argumentDoc struct {
	name, kind, token       string
	optional                bool
	multiple, multipleToken bool // it may be repeated, with its token or behind it
	of                      []argumentDoc
}

// listCommands returns the commands that are safe to send.
func listCommands(t *trip, c *conn) []commandDoc {
	list := c.do("COMMAND").Clone()
	c.check("COMMAND", "an array", func(v *resp.Value) bool { return v.Kind == resp.Array }, &list)
	docs := c.do("COMMAND DOCS")
	c.refuseError("COMMAND DOCS", docs)
	if isCommandList(docs) {
		t.skipf("the server answers COMMAND DOCS with the %d entries of COMMAND", len(docs.Elems))
	}
	if c.err != nil || t.failed() {
		return nil
	}
	return safeCommands(list.Elems, docs, t.srv.private)
}

// safeCommands returns the commands and subcommands that are safe to send, by name.
func safeCommands(entries []resp.Value, docs *resp.Value, private bool) (safe []commandDoc) {
	for _, entry := range entries {
		if len(entry.Elems) < 7 {
			continue
		}
		name := text(&entry.Elems[0])
		doc := field(docs, name)
		if len(entry.Elems) > 9 && len(entry.Elems[9].Elems) > 0 && doc != nil {
			safe = append(safe, safeCommands(entry.Elems[9].Elems, field(doc, "subcommands"), private)...)
			continue
		}
		command := commandDoc{
			name:  strings.ToUpper(strings.ReplaceAll(name, "|", " ")),
			marks: slices.Concat(texts(&entry.Elems[2]), texts(&entry.Elems[6])),
		}
		if doc != nil {
			command.group = text(field(doc, "group"))
			command.arguments = argumentDocs(field(doc, "arguments"))
		}
		if command.safe(private) {
			safe = append(safe, command)
		}
	}
	slices.SortFunc(safe, func(a, b commandDoc) int { return strings.Compare(a.name, b.name) })
	return safe
}

// isCommandList reports whether what came for COMMAND DOCS is what COMMAND gives.
func isCommandList(docs *resp.Value) bool {
	return docs.Err() == nil && len(docs.Elems) > 0 && docs.Elems[0].Kind == resp.Array
}

func argumentDocs(v *resp.Value) (docs []argumentDoc) {
	if v == nil {
		return nil
	}
	for i := range v.Elems {
		doc := &v.Elems[i]
		flags := texts(field(doc, "flags"))
		docs = append(docs, argumentDoc{
			name:          text(field(doc, "name")),
			kind:          text(field(doc, "type")),
			token:         text(field(doc, "token")),
			optional:      slices.Contains(flags, "optional"),
			multiple:      slices.Contains(flags, "multiple"),
			multipleToken: slices.Contains(flags, "multiple_token"),
			of:            argumentDocs(field(doc, "arguments")),
		})
	}
	return docs
}

// texts returns the payloads of the elements.
func texts(v *resp.Value) (all []string) {
	if v == nil {
		return nil
	}
	for i := range v.Elems {
		all = append(all, text(&v.Elems[i]))
	}
	return all
}

// unsafeMarks are the flags and categories of commands that are not sent: they change
// the server or the connection, or act beyond the keys that they name.
var unsafeMarks = []string{"admin", "@admin", "@dangerous", "noscript", "pubsub", "@connection", "@scripting", "@transaction"}

// harmless are commands that have one of those marks and only read.
var harmless = strings.Fields(`
	ACL|CAT ACL|DRYRUN ACL|GENPASS ACL|GETUSER ACL|LIST ACL|LOG ACL|USERS ACL|WHOAMI
	CLIENT|GETNAME CLIENT|GETREDIR CLIENT|ID CLIENT|INFO CLIENT|LIST CLIENT|TRACKINGINFO
	CLUSTER|INFO CLUSTER|LINKS CLUSTER|NODES CLUSTER|SHARDS CLUSTER|SLOTS CLUSTER|MYID CLUSTER|COUNT-FAILURE-REPORTS CLUSTER|REPLICAS
	COMMANDLOG|GET COMMANDLOG|LEN CONFIG|GET DBSIZE ECHO FUNCTION|DUMP FUNCTION|LIST FUNCTION|STATS
	INFO LASTSAVE LATENCY|DOCTOR LATENCY|GRAPH LATENCY|HISTOGRAM LATENCY|HISTORY LATENCY|LATEST
	MODULE|LIST PING PUBLISH PUBSUB|CHANNELS PUBSUB|NUMPAT PUBSUB|NUMSUB PUBSUB|SHARDCHANNELS PUBSUB|SHARDNUMSUB
	ROLE SCRIPT|EXISTS SCRIPT|SHOW SLOWLOG|GET SLOWLOG|LEN SORT_RO SPUBLISH`)

// harmlessAlone are commands that a server with data of others would be long about.
var harmlessAlone = []string{"KEYS", "SORT"}

// neverSent are commands that are not sent however the server marks them.
var neverSent = strings.Fields(`
	FLUSHALL FLUSHDB SHUTDOWN DEBUG SAVE BGSAVE BGREWRITEAOF MONITOR SYNC PSYNC REPLICAOF SLAVEOF FAILOVER REPLCONF MIGRATE RESTORE
	RESTORE-ASKING SWAPDB MOVE SELECT AUTH HELLO QUIT RESET PFDEBUG PFSELFTEST MEMORY|PURGE MEMORY|MALLOC-STATS CLUSTERSCAN`)

// safe reports whether the command may be sent. On a server that is not private those of
// modules and what takes long is left out too.
func (d commandDoc) safe(private bool) bool {
	is := func(list []string) bool { return slices.Contains(list, strings.ReplaceAll(d.name, " ", "|")) }
	marked := func(mark string) bool { return slices.Contains(d.marks, mark) }
	switch {
	case is(neverSent), marked("module") && !private:
		return false
	case is(harmless), strings.HasSuffix(d.name, " HELP"), private && is(harmlessAlone):
		return true
	}
	return !slices.ContainsFunc(unsafeMarks, func(mark string) bool {
		return marked(mark) && !(mark == "noscript" && marked("blocking")) // scripts may not wait
	})
}
