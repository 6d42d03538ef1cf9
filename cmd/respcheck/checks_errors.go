package main

import "github.com/seed65f5866d/resp"

// failing are commands that a server refuses, with the code of its error. The
// first argument is a key that holds text.
var failing = []struct {
	code string
	name string
	args func(key string) []any
}{
	{"WRONGTYPE", "HGET", func(key string) []any { return []any{key, "field"} }},
	{"ERR", "RESPCHECK-NO-SUCH-COMMAND", func(key string) []any { return []any{key, "a\r\n+OK\r\nb"} }},
	{"ERR", "GET", func(key string) []any { return []any{key, key} }},
	{"ERR", "INCR", func(key string) []any { return []any{key} }},
	{"ERR", "SET", func(key string) []any { return []any{key, "", "NO-SUCH-OPTION"} }},
}

// checkErrors asks for errors one by one; after each the stream is in step.
func checkErrors(t *trip) {
	c, key := t.dial(), t.key("text")
	c.want(okReply, "SET", key, "text")
	for _, f := range failing {
		c.refused(f.code, f.name, c.do(f.name, f.args(key)...))
		c.want(bulk("text"), "GET", key)
	}
}

// checkErrorsPipelined asks for the same errors in one pipeline.
func checkErrorsPipelined(t *trip) {
	c, key := t.dial(), t.key("text")
	c.want(okReply, "SET", key, "text")
	c.pipeline(2*len(failing), func(i int) {
		if i%2 == 1 {
			c.queue("GET", key)
			return
		}
		c.queue(failing[i/2].name, failing[i/2].args(key)...)
	}, func(i int, v *resp.Value) {
		if i%2 == 1 {
			c.compare("GET", bulk("text"), v)
			return
		}
		c.refused(failing[i/2].code, failing[i/2].name, v)
	})
}
