package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/seed65f5866d/resp"
)

// This file compares replies with what a check wants, and distinguishes a server
// that is wrong from one that lacks something.

// want sends a command and fails unless the reply is the one wanted.
func (c *conn) want(want resp.Value, name string, args ...any) {
	c.compare(name, want, c.do(name, args...))
}

// compare fails unless got is want.
func (c *conn) compare(step string, want resp.Value, got *resp.Value) {
	if c.err == nil && !got.Equal(want) {
		c.mismatch(step, quote(resp.AppendValue(nil, &want)), got)
	}
}

// wantThat sends a command and fails unless the reply satisfies ok; want says
// what that means.
func (c *conn) wantThat(want string, ok func(*resp.Value) bool, name string, args ...any) {
	c.check(name, want, ok, c.do(name, args...))
}

// check fails unless got satisfies ok.
func (c *conn) check(step, want string, ok func(*resp.Value) bool, got *resp.Value) {
	if c.err == nil && !ok(got) {
		c.mismatch(step, want, got)
	}
}

// refused fails unless got is an error with this code.
func (c *conn) refused(code, step string, got *resp.Value) {
	c.check(step, "an error "+code, func(v *resp.Value) bool {
		return errors.Is(v.Err(), resp.ReplyPrefix(code))
	}, got)
}

// mismatch fails the check, or skips it when the reply says that the server lacks
// something.
func (c *conn) mismatch(step, want string, got *resp.Value) {
	if err := lacking(step, got.Err()); isSkip(err) {
		c.fail(step, err)
		return
	}
	c.fail(step, fmt.Errorf("want %s", want))
}

// skip is the reason why a server cannot do a check.
type skip string

func (s skip) Error() string { return string(s) }

func isSkip(err error) bool {
	var s skip
	return errors.As(err, &s)
}

// unknownCommand finds the command in the errors of all server versions, such
// as "unknown command 'x', with args" and "Unknown subcommand or wrong number
// of arguments for 'x'".
var unknownCommand = regexp.MustCompile("(?i)unknown (?:sub)?command.*?['\"`]([^'\"`]*)")

// notForUs are the errors of servers that know a command but never run it here. Out of
// memory is none of them, although its text says "not allowed" too.
var notForUs = regexp.MustCompile("^NOPERM |^NOPROTO |" +
	"^ERR .*(not allowed|allowed in this context|DB index is out of range|ACL failure in script|user executing the script can't run)")

// lacking turns a server's error into a skip when it says that the server does not
// have the command name or does not allow it. An unknown command that was not sent
// stays an error, because then the encoding has broken the command.
func lacking(name string, err error) error {
	var reply *resp.ReplyError
	if !errors.As(err, &reply) {
		return err
	}
	unknown := false
	if match := unknownCommand.FindStringSubmatch(reply.Message); match != nil {
		unknown = slices.ContainsFunc(resp.SplitCommand(name), func(word string) bool {
			return strings.EqualFold(word, match[1])
		})
	}
	outOfMemory := strings.Contains(reply.Message, "OOM ") // in the error of a script too
	if unknown || !outOfMemory && notForUs.MatchString(reply.Message) {
		return skip(fmt.Sprintf("the server says %q to %s", cut(reply.Message), printable(name)))
	}
	return err
}
