package main

import (
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
)

// The slots are what CLUSTER KEYSLOT of redis-server says.
func TestSlot(t *testing.T) {
	for key, want := range map[string]int{
		"": 0, "123456789": 12739, "foo": 12182, "{foo}bar": 12182, "a{foo}{bar}": 12182,
		"{}foo": slot([]byte("{}foo")), "foo{": slot([]byte("foo{")), "{user1000}.following": slot([]byte("user1000")),
	} {
		if got := slot([]byte(key)); got != want {
			t.Errorf("slot(%q) = %d, want %d", key, got, want)
		}
	}
	if slot([]byte("{}foo")) == slot([]byte("{}bar")) {
		t.Error("an empty tag counts")
	}
}

// On two servers foo is on the first and bar on the second.
func TestRoute(t *testing.T) {
	for line, want := range map[string]string{
		"GET foo": "0", "GET bar": "1", "get bar": "1", "SET bar foo": "1", "LPUSH {bar}x foo": "1",
		"GET": "0", "PING": "0", "PING bar": "0", "ECHO bar": "0", "DEL": "0", "BLPOP bar": "0",
		"MGET bar {bar}1": "1", "MGET bar foo": "CROSSSLOT", "MSET bar foo {bar}1 foo": "1", "MSET bar 1 foo 1": "CROSSSLOT",
		"BLPOP bar {bar}1 0": "1", "RENAME bar foo": "CROSSSLOT", "OBJECT ENCODING bar": "1", "BITOP AND bar {bar}1": "1",
		"EVAL script 0 bar": "0", "EVAL script 1 bar foo": "1", "EVAL script 2 bar foo": "CROSSSLOT",
		"EVAL script 999999999999999999999 bar": "1", "EVAL script -1 bar": "0", "EVAL script x bar": "0", "EVAL script": "0",
		"EVAL": "0", "EVAL script 2 bar": "1", "LMPOP 1 bar LEFT": "1",
		"ZDIFF 2 bar {bar}1": "1", "ZINTERCARD 1 bar": "1", "BLMPOP 0 1 bar LEFT": "1", "BZMPOP 0 2 bar foo MIN": "CROSSSLOT", "EVALSHA_RO sha 1 bar": "1",
		"BZPOPMIN bar foo 0": "CROSSSLOT", "BZPOPMAX bar foo 0": "CROSSSLOT", "BRPOPLPUSH bar foo 0": "CROSSSLOT", "LCS bar foo": "CROSSSLOT",
		"ZRANGESTORE bar foo 0 1": "CROSSSLOT", "GEOSEARCHSTORE bar foo": "CROSSSLOT", "MEMORY USAGE bar": "1", "MEMORY DOCTOR": "0", "SLOWLOG bar": "0",
		"SUBSCRIBE bar": "ERR", "multi": "ERR", "REPLICAOF bar 1": "ERR", "SORT bar STORE foo": "ERR", "SORT_RO bar": "1",
	} {
		args, err := resp.SplitInline(nil, []byte(line))
		if err != nil {
			t.Fatal(err)
		}
		got, err := route(resp.Command{Args: args}, 2)
		if err != nil {
			if prefix, _, _ := strings.Cut(err.Error(), " "); prefix != want {
				t.Errorf("%s: %v, want %s", line, err, want)
			}
		} else if string(rune('0'+got)) != want {
			t.Errorf("%s goes to server %d, want %s", line, got, want)
		}
	}
}
