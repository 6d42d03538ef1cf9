package main

import (
	"fmt"

	"github.com/seed65f5866d/resp"
)

func checkHash(t *trip) {
	c, key := t.dial(), t.key("hash")
	c.want(integer(3), "HSET", key, "field", "value", "empty", "", "诗\r\n", poem)
	c.want(bulk("value"), "HGET", key, "field")
	c.want(bulk(poem), "HGET", key, "诗\r\n")
	c.want(t.null(), "HGET", key, "missing")
	kind := t.dict().Kind
	c.wantThat("a "+kind.String()+" of the three fields", func(v *resp.Value) bool {
		return v.Kind == kind && len(v.Elems) == 6 &&
			text(field(v, "field")) == "value" && text(field(v, "empty")) == "" && text(field(v, "诗\r\n")) == poem
	}, "HGETALL", key)
}

func checkMGet(t *trip) {
	c, full, empty, missing := t.dial(), t.key("full"), t.key("empty"), t.key("missing")
	c.want(okReply, "MSET", full, "value", empty, "")
	c.want(array(bulk("value"), t.null(), bulk(""), t.null(), bulk("value")), "MGET", full, missing, empty, missing, full)
}

func checkStream(t *trip) {
	c, key := t.dial(), t.key("stream")
	c.want(array(), "XRANGE", key, "-", "+")
	c.want(bulk("1-1"), "XADD", key, "1-1", "a", 1, "b", "")
	c.want(bulk("2-0"), "XADD", key, "2-0", "诗", poem)
	first := array(bulk("1-1"), bulks("a", "1", "b", ""))
	second := array(bulk("2-0"), bulks("诗", poem))
	c.want(array(first, second), "XRANGE", key, "-", "+")
	pairs := array(array(bulk(key), array(second)))
	dict := t.dict(pairs.Elems[0].Elems...)
	c.wantThat("the second entry by key", func(v *resp.Value) bool {
		return v.Equal(pairs) || t.proto == 3 && v.Equal(dict) // a map came only with Redis 7
	}, "XREAD STREAMS", key, "1-1")
}

func checkCommandDocs(t *trip) {
	c := t.dial()
	docs := c.do("COMMAND DOCS", "get", "hset")
	if isCommandList(docs) {
		t.skipf("the server answers COMMAND DOCS with the %d entries of COMMAND", len(docs.Elems))
		return
	}
	kind := t.dict().Kind
	c.check("COMMAND DOCS", "documentation of get and hset", func(v *resp.Value) bool {
		for _, name := range []string{"get", "hset"} {
			doc := field(v, name)
			if doc == nil || doc.Kind != kind || text(field(doc, "summary")) == "" {
				return false
			}
		}
		return v.Kind == kind
	}, docs)
}

func checkConfigGet(t *trip) {
	c := t.dial()
	c.wantThat("the setting maxmemory", func(v *resp.Value) bool {
		setting := field(v, "maxmemory")
		return v.Kind == t.dict().Kind && setting != nil && setting.Kind == resp.BulkString
	}, "CONFIG GET", "maxmemory")
}

func checkClientName(t *trip) {
	c := t.dial()
	c.want(okReply, "CLIENT SETNAME", "respcheck-"+fmt.Sprint(t.proto))
	c.want(bulk("respcheck-"+fmt.Sprint(t.proto)), "CLIENT GETNAME")
	c.want(okReply, "client\tsetname", "respcheck") // any white space separates the words
	c.want(bulk("respcheck"), "CLIENT GETNAME")
}
