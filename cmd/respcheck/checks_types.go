package main

import (
	"fmt"
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
		got := c.do("DEBUG PROTOCOL", name)
		if name == "push" && t.proto == 2 {
			c.refused("ERR", "DEBUG PROTOCOL push", got)
			continue
		}
		if want, ok := known[name]; ok {
			c.compare("DEBUG PROTOCOL "+name, want, got)
		}
		if name == "push" {
			c.comparePush("DEBUG PROTOCOL push", bulk("server-cpu-usage"), integer(42))
		}
	}
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
	if v := c.do("EVAL", `return {double=1.5}`, 0); v.Kind == resp.Array {
		t.skipf("the server's scripts have no RESP3 types: a double comes back as %s", quote(c.wire))
		return
	}
	for _, s := range []struct {
		script string
		want   resp.Value
	}{
		{`return {double=0.5}`, t.number(resp.Double, "0.5")},
		{`return {double=1/0}`, t.number(resp.Double, "inf")},
		{`return {double=-1/0}`, t.number(resp.Double, "-inf")},
		{`return {big_number='` + hugeNumber + `'}`, t.number(resp.BigNumber, hugeNumber)},
		{`return {verbatim_string={format='mkd', string='# 诗\r\n'}}`, t.verbatim("mkd", "# 诗\r\n")},
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
