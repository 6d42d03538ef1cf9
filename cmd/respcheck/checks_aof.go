package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/aof"
)

// checkAOFLog writes some commands and finds them at the end of the append-only file
// of the server, after everything that other checks wrote.
func checkAOFLog(t *trip) {
	if t.skipWithoutAOF() {
		return
	}
	log := t.writeLog(t.dial())
	if !t.failed() {
		t.compareLog(log)
	}
}

// checkAOFRewritten does the same after the server has rewritten its append-only
// file, which then starts with an RDB.
func checkAOFRewritten(t *trip) {
	if t.skipWithoutAOF() {
		return
	}
	c := t.dial()
	c.want(okReply, "SET", t.key("before"), poem)
	c.rewriteLog()
	log := t.writeLog(c)
	if !t.failed() {
		t.compareLog(log)
	}
}

// skipWithoutAOF skips the check unless this program may read the files of the
// server.
func (t *trip) skipWithoutAOF() bool {
	if t.srv.dir == "" {
		t.skipf("needs a redis-server or valkey-server that respcheck started")
	}
	return t.srv.dir == ""
}

// rewriteLog makes the server rewrite its append-only file, without what it has deleted.
func (c *conn) rewriteLog() {
	c.wantThat("that it has been started", func(v *resp.Value) bool { return v.Err() == nil }, "BGREWRITEAOF")
	c.waitForRewrite()
}

// waitForRewrite waits until the server has rewritten its append-only file.
func (c *conn) waitForRewrite() {
	for deadline := time.Now().Add(c.timeout); c.err == nil; time.Sleep(5 * time.Millisecond) {
		info := text(c.do("INFO", "persistence"))
		if strings.Contains(info, "aof_rewrite_in_progress:0") && strings.Contains(info, "aof_rewrite_scheduled:0") {
			return
		}
		if time.Now().After(deadline) {
			c.fail("BGREWRITEAOF", fmt.Errorf("not done in %v", c.timeout))
		}
	}
}

// writeLog writes commands and returns them as an append-only file has them. The
// first of them is in the file only once.
func (t *trip) writeLog(c *conn) [][]string {
	first, key, list := t.key("first"), t.key("\r\n#*$"), t.key("list")
	large := randomBytes(t.cfg.seed, 1<<20)
	c.want(okReply, "SET", first, poem)
	c.want(okReply, "SET", key, large)
	c.want(integer(1), "EXPIRE", key, 1000)
	c.want(okReply, "MULTI")
	c.want(queued, "RPUSH", list, "", poem)
	c.want(queued, "INCR", t.key("n"))
	c.want(array(integer(2), integer(1)), "EXEC")
	c.want(bulk(poem), "GET", first)
	c.want(integer(3), "DEL", key, list, t.key("n"))
	return [][]string{
		{"SET", first, poem},
		{"SET", key, string(large)},
		{"PEXPIREAT", key, "a time"},
		{"MULTI"}, {"RPUSH", list, "", poem}, {"INCR", t.key("n")}, {"EXEC"},
		{"DEL", key, list, t.key("n")},
	}
}

// compareLog fails unless the append-only file ends with log.
func (t *trip) compareLog(log [][]string) {
	files := os.DirFS(t.srv.dir)
	name := "appendonly.aof" // of servers before version 7
	if _, err := fs.Stat(files, "appendonlydir"); err == nil {
		name = "appendonlydir"
	}
	var got [][]string
	var last aof.Command
	for command, err := range aof.Commands(files, name) {
		if err != nil {
			t.fail(err)
			return
		}
		last = command
		if words := logged(command.Args); len(got) > 0 || slices.Equal(words, log[0]) {
			got = append(got, words)
		}
	}
	if !slices.EqualFunc(got, log, slices.Equal) {
		t.fail(fmt.Errorf("the append-only file ends with %.300q, want %.300q", got, log))
		return
	}
	t.checkEnd(files, name, last)
}

// logged returns the words of a command, without a time that the server put in.
func logged(args [][]byte) []string {
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = string(arg)
	}
	if len(words) == 3 && words[0] == "PEXPIREAT" {
		words[2] = "a time"
	}
	return words
}

// checkEnd fails unless the file with the last command ends right after it.
func (t *trip) checkEnd(files fs.FS, name string, last aof.Command) {
	folder := name
	if name == last.File {
		folder = "."
	}
	info, err := fs.Stat(files, path.Join(folder, last.File))
	switch {
	case err != nil:
		t.fail(err)
	case info.Size() != last.Offset:
		t.fail(fmt.Errorf("the last command of %s ends at offset %d, the file at %d", last.File, last.Offset, info.Size()))
	}
}
