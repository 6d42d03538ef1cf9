package main

import (
	"testing"

	"github.com/seed65f5866d/resp"
)

func TestLacking(t *testing.T) {
	for _, test := range []struct {
		name, says string
		want       bool
	}{
		{"CONFIG GET", "ERR unknown command `CONFIG`, with args beginning with: `GET`, ", true},
		{"CLIENT ID", "ERR unknown subcommand 'ID'. Try CLIENT HELP.", true},
		{"HELLO", "NOPROTO unsupported protocol version", true},
		{"DEBUG PROTOCOL", "ERR DEBUG command not allowed.", true},
		{"GET", "NOPERM this user has no permissions to run the 'get' command", true},
		{"COMMAND DOCS", "ERR Unknown subcommand or wrong number of arguments for 'docs'. Try COMMAND HELP.", true},
		{"GET", "ERR unknown command 'GXT', with args beginning with: 'get'", false}, // our encoding broke it
		{"GET", "WRONGTYPE Operation against a key holding the wrong kind of value", false},
		{"GET", "ERR wrong number of arguments for 'get' command", false},
	} {
		err := lacking(test.name, &resp.ReplyError{Message: test.says})
		if got := isSkip(err); got != test.want {
			t.Errorf("%s: %s: got %v, want %v", test.name, test.says, got, test.want)
		}
	}
	if err := lacking("GET", nil); err != nil {
		t.Errorf("no error became %v", err)
	}
}
