package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// arguments makes one list of arguments for a command.
type arguments struct {
	t      *trip
	rng    *rand.Rand
	group  string
	keys   commandKeys
	repeat int     // how often whatever may be repeated is, so that counts and lists fit together
	chance float64 // of what is optional
	list   []string
}

// newArguments returns the list of arguments number i for the command: 0 has no more
// than the command needs, 1 all that is optional, and the others are random.
func newArguments(t *trip, command commandDoc, keys commandKeys, rng *rand.Rand, i int) []string {
	a := &arguments{t: t, rng: rng, group: command.group, keys: keys, repeat: 1 + i%2, chance: 0.3}
	switch i {
	case 0:
		a.chance = 0
	case 1:
		a.chance = 1
	}
	a.addAll(command.arguments)
	return a.list
}

func (a *arguments) addAll(docs []argumentDoc) {
	for _, doc := range docs {
		if doc.optional && a.rng.Float64() >= a.chance {
			continue
		}
		a.add(doc)
	}
}

func (a *arguments) add(doc argumentDoc) {
	n := 1
	if doc.multiple {
		n = a.repeat
	}
	for i := range n {
		if doc.token != "" && (i == 0 || doc.multipleToken) {
			a.list = append(a.list, doc.token)
		}
		switch doc.kind {
		case "pure-token":
		case "oneof":
			a.add(doc.of[a.rng.IntN(len(doc.of))])
		case "block":
			a.addAll(doc.of)
		default:
			a.list = append(a.list, a.value(doc))
		}
	}
}

// named are values for arguments of a name, and of a type where several have the name.
var named = map[string][]string{
	"timeout double": {"0.01"}, "timeout integer": {"1"}, "milliseconds integer": {"1"}, "numreplicas": {"0", "1"}, "numlocal": {"0"},
	"cursor": {"0"}, "start string": {"-", "0", "1-1"}, "end string": {"+", "-1", "2-1"}, "stop string": {"-1", "+"},
	"start integer": {"0", "-2"}, "stop integer": {"-1", "1"}, "end integer": {"-1", "1"}, "stop": {"-1"},
	"min string": {"-", "[a", "(1", "-inf"}, "max string": {"+", "[z", "(9", "inf"}, "min double": {"-inf", "0"}, "max double": {"+inf", "1"},
	"id": {"0", "1-1", "2-1", "*", "$", ">"}, "id-selector": {"*", "9-9"}, "lastid": {"0-0"}, "threshold": {"1", "1-1"},
	"field": {"field", "text"}, "member": {"member", "text"}, "element": {"element", "text"}, "member1": {"member"}, "member2": {"text"},
	"group": {"group", "text"}, "groupname": {"group"}, "consumer": {"consumer", "idle"}, "value": {"value", "1"}, "increment": {"1", "-2", "0.5"}, "value integer": {"0", "1"},
	"longitude": {"13.5", "15"}, "latitude": {"38", "37.5"}, "radius": {"200"}, "width": {"400"}, "height": {"400"},
	"username": {"default"}, "category": {"string"}, "parameter": {"maxmemory", "*-max-*"}, "section": {"memory", "keyspace", "commandstats"},
	"command": {"get"}, "command-name": {"get", "client|list", "nothing"}, "command name": {"get"}, "event": {"command"}, "arg": {"text"},
	"last-id": {"9-9"}, "max-deleted-id": {"0-1"}, "entries-added integer": {"9"}, "entriesread integer": {"1"}, "operation": {"AND", "NOT"},
	"encoding string": {"u8", "i16"}, "offset": {"0", "1"}, "bit": {"0", "1"}, "count integer": {"1", "2", "0"}, "ttl": {"0"},
	"milliseconds-timestamp": {"4102444800000"}, "unix-time-milliseconds": {"4102444800000"}, "unix-time-seconds": {"4102444800"},
	"sha1": {"0000000000000000000000000000000000000000"}, "library-name-pattern": {"*"}, "script": {"return 1"}, "numfields": {"1", "2"},
}

// ofKind are values for arguments of a type. Small numbers keep what commands write
// small too.
var ofKind = map[string][]string{
	"string":    {"text", "1", ""},
	"integer":   {"1", "0", "2", "-1"},
	"double":    {"1.5", "0", "inf", "-1"},
	"unix-time": {"4102444800"},
}

// value returns one value for an argument.
func (a *arguments) value(doc argumentDoc) string {
	switch {
	case doc.kind == "key":
		return a.key(doc)
	case doc.kind == "pattern":
		return a.t.prefix + "*"
	case doc.name == "channel" || doc.name == "shardchannel":
		return a.t.prefix + "commands"
	case doc.name == "numkeys" || doc.name == "numfields" || doc.name == "numids":
		return fmt.Sprint(a.repeat)
	case strings.HasSuffix(doc.name, "db"):
		return fmt.Sprint(a.t.cfg.options.db)
	}
	for _, values := range [][]string{named[doc.name+" "+doc.kind], named[doc.name], ofKind[doc.kind]} {
		if len(values) > 0 {
			return values[a.rng.IntN(len(values))]
		}
	}
	return "text"
}

// key returns a key, most often one that suits the command.
func (a *arguments) key(doc argumentDoc) string {
	suitable := a.keys[a.group]
	switch {
	case strings.HasPrefix(doc.name, "dest") || doc.name == "newkey":
		suitable = a.keys[""]
	case len(suitable) == 0 || a.rng.IntN(5) == 0:
		suitable = nil
		for _, keys := range a.keys {
			suitable = append(suitable, keys...)
		}
		slices.Sort(suitable) // the seed decides, not the map
	}
	return suitable[a.rng.IntN(len(suitable))]
}
