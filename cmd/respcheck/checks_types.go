package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seed65f5866d/resp"
)

const hugeNumber = "1234567999999999999999999999999999999"

// protocolTypes is what DEBUG PROTOCOL answers for each type that we know.
func protocolTypes(t *trip) map[string]resp.Value {
	attributed := bulk("Some real reply following the attribute")
	if t.proto == 3 {
		popularity := array(bulk("key:123"), integer(90))
		attributed.Attrs = []resp.Value{{Kind: resp.Attribute, Elems: []resp.Value{bulk("key-popularity"), popularity}}}
	}
	return map[string]resp.Value{
		"string":   bulk("Hello World"),
		"integer":  integer(12345),
		"double":   t.number(resp.Double, "3.141"),
		"bignum":   t.number(resp.BigNumber, hugeNumber),
		"null":     t.null(),
		"array":    array(integer(0), integer(1), integer(2)),
		"set":      t.aggregate(resp.Set, integer(0), integer(1), integer(2)),
		"map":      t.dict(integer(0), t.boolean(false), integer(1), t.boolean(true), integer(2), t.boolean(false)),
		"attrib":   attributed,
		"push":     bulk("Some real reply following the push reply"),
		"verbatim": t.verbatim("txt", "This is a verbatim\nstring"),
		"true":     t.boolean(true),
		"false":    t.boolean(false),
	}
}

// checkDebugProtocol asks for every type that the server offers.
func checkDebugProtocol(t *trip) {
	c := t.dial()
	offer := c.do("DEBUG PROTOCOL", "no such type")
	c.check("DEBUG PROTOCOL", "an error that lists the types", func(v *resp.Value) bool {
		return strings.Contains(text(v), "string|")
	}, offer)
	_, list, _ := strings.Cut(text(offer), ": ")
	known := protocolTypes(t)
	for name := range strings.SplitSeq(list, "|") {
		if name == "push" && t.proto == 2 && c.before(7) {
			t.notef("not sent: push, at which KeyDB ends and which no RESP2 connection gets")
			continue
		}
		got := c.do("DEBUG PROTOCOL", name)
		if name == "push" && t.proto == 2 {
			c.refused("ERR", "DEBUG PROTOCOL push", got)
			continue
		}
		if name == "double" && c.before(7) && text(got) == oldDouble {
			continue
		}
		if want, ok := known[name]; ok {
			c.compare("DEBUG PROTOCOL "+name, want, got)
		}
		if name == "push" {
			c.ping("push?") // the push comes before the reply, or behind it since Redis 7.2
			c.comparePush("DEBUG PROTOCOL push", bulk("server-cpu-usage"), integer(42))
		}
	}
}

// oldDouble is what DEBUG PROTOCOL double answers before Redis 7.0, with pi and all
// the digits that a float64 may take.
const oldDouble = "3.1415926535900001"

// before reports whether the server's version is before that major one. KeyDB and
// Valkey count on where they left Redis, at 6.0 and at 7.2.
func (c *conn) before(major int) bool {
	if c.version == "" {
		return true // it does not know HELLO, which tells the version since Redis 6.0
	}
	digits, _, _ := strings.Cut(c.version, ".")
	n, err := strconv.Atoi(digits)
	return err == nil && n < major
}

// checkScriptNested has a script return aggregates inside aggregates, with a
// null, an empty one, a status and an error among the elements.
func checkScriptNested(t *trip) {
	c := t.dial()
	const script = `return {1, {2, {'three', {ARGV[1], {}}}}, false, redis.status_reply('FINE'), redis.error_reply('MYERR inside'), '', -5}`
	c.want(array(
		integer(1),
		array(integer(2), array(bulk("three"), array(bulk(poem), array()))),
		t.null(),
		simple("FINE"),
		failure("MYERR inside"),
		bulk(""),
		integer(-5),
	), "EVAL", script, 0, poem)
	c.refused("MYERR", "EVAL", c.do("EVAL", `return redis.error_reply('MYERR alone')`, 0))
	c.want(simple("PONG"), "PING")
}

// checkScriptTypes has scripts return the RESP3 types that have a notation in Lua.
func checkScriptTypes(t *trip) {
	c := t.dial()
	if t.skipWithoutTypes(c) {
		return
	}
	for _, s := range []struct {
		script string
		want   resp.Value
	}{
		{`return {double=0.5}`, t.number(resp.Double, "0.5")},
		{`return {double=1/0}`, t.number(resp.Double, "inf")},
		{`return {double=-1/0}`, t.number(resp.Double, "-inf")},
		{`return {map={one={set={two=true}}}}`, t.dict(bulk("one"), t.aggregate(resp.Set, bulk("two")))},
		{`redis.setresp(3) return {true, false}`, array(t.boolean(true), t.boolean(false))},
	} {
		c.want(s.want, "EVAL", s.script, 0)
	}
	c.wantThat("not a number", func(v *resp.Value) bool {
		f, err := v.Float64()
		return err == nil && f != f
	}, "EVAL", `return {double=0/0}`, 0)
}

// skipWithoutTypes skips the check when scripts cannot return RESP3 types at all.
func (t *trip) skipWithoutTypes(c *conn) bool {
	v := c.do("EVAL", `return {double=1.5}`, 0)
	if v.Kind == resp.Array {
		t.skipf("the server's scripts have no RESP3 types: a double comes back as %s", quote(c.wire))
	}
	return v.Kind == resp.Array
}

// checkScriptBigNumber has scripts return the two RESP3 types that have a notation in
// Lua since Redis 7.0.
func checkScriptBigNumber(t *trip) {
	c := t.dial()
	if t.skipWithoutTypes(c) {
		return
	}
	v := c.do("EVAL", `return {big_number='`+hugeNumber+`'}`, 0)
	if c.before(7) && v.Equal(array()) {
		t.skipf("scripts have big numbers and verbatim strings since Redis 7.0; here one comes back as %s", quote(c.wire))
		return
	}
	c.compare("EVAL", t.number(resp.BigNumber, hugeNumber), v)
	c.want(t.verbatim("mkd", "# 诗\r\n"), "EVAL", `return {verbatim_string={format='mkd', string='# 诗\r\n'}}`, 0)
}

// comparePush fails unless exactly one push has arrived since the last call,
// with these elements.
func (c *conn) comparePush(step string, elems ...resp.Value) {
	want := resp.Value{Kind: resp.Push, Elems: elems}
	if c.err == nil && len(c.pushes) != 1 {
		c.fail(step, fmt.Errorf("got %d pushes, want 1", len(c.pushes)))
		return
	}
	if c.err == nil && !c.pushes[0].Equal(want) {
		c.fail(step, fmt.Errorf("got the push %s, want %s",
			quote(resp.AppendValue(nil, &c.pushes[0])), quote(resp.AppendValue(nil, &want))))
	}
	c.pushes = c.pushes[:0]
}
