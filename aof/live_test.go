package aof_test

// Append-only files that a live server writes.

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp/aof"
	"github.com/seed65f5866d/resp/internal/tests"
)

// aofServer writes an append-only file, with times in it.
func aofServer(t *testing.T, more ...string) tests.Server {
	t.Helper()
	tests.FindServer(t).Need(t, "an append-only file in parts and with times", 7)
	return tests.StartServer(t, append([]string{"--appendonly", "yes", "--appendfsync", "always", "--aof-timestamp-enabled", "yes"}, more...)...)
}

// rewriteAOF has the server begin a new base file and waits until that is done.
func rewriteAOF(t *testing.T, c *tests.Client, meanwhile func()) {
	t.Helper()
	if v := c.Do("BGREWRITEAOF"); v.Err() != nil {
		t.Fatal(v.Err())
	}
	for range 1000 {
		meanwhile()
		info := string(c.Do("INFO", "persistence").Bytes)
		if strings.Contains(info, "aof_rewrite_in_progress:0") && strings.Contains(info, "aof_rewrite_scheduled:0") {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the append-only file is still being rewritten")
}

// commandsOf reads a set and returns its commands, and the files and offsets they
// end at. Times in commands are left out.
func commandsOf(t *testing.T, fsys fs.FS, name string, opts ...aof.Option) (commands [][]string, ends []aof.Error) {
	t.Helper()
	for command, err := range aof.Commands(fsys, name, opts...) {
		if err != nil {
			t.Fatal(err)
		}
		words := tests.Words(command.Args)
		if words[0] == "PEXPIREAT" {
			words[2] = "a time"
		}
		commands = append(commands, words)
		ends = append(ends, aof.Error{File: command.File, Offset: command.Offset})
	}
	return commands, ends
}

// liveWrites are what is written, and liveLog what the log says then.
var (
	allBytes   = string(everyByte())
	liveLarge  = strings.Repeat("large\r\n#*$", 100_000)
	liveWrites = [][]string{
		{"SET", allBytes, allBytes}, {"set", "large", liveLarge}, {"SET", "", ""},
		{"SELECT", "3"}, {"HSET", "h", "f", "\r\n#TS:1\r\n"}, {"EXPIRE", "h", "100000"},
		{"MULTI"}, {"INCR", "n"}, {"RPUSH", "l", "a", "b"}, {"EXEC"},
		{"GET", "n"}, {"SELECT", "0"}, {"DEL", ""},
	}
	liveLog = [][]string{
		{"SELECT", "0"}, {"SET", allBytes, allBytes}, {"set", "large", liveLarge}, {"SET", "", ""},
		{"SELECT", "3"}, {"HSET", "h", "f", "\r\n#TS:1\r\n"}, {"PEXPIREAT", "h", "a time"},
		{"MULTI"}, {"INCR", "n"}, {"RPUSH", "l", "a", "b"}, {"EXEC"},
		{"SELECT", "0"}, {"DEL", ""},
	}
)

func everyByte() (b []byte) {
	for c := range 256 {
		b = append(b, byte(c))
	}
	return b
}

// A set is read back as what was written: before, while and after the server
// begins it anew, with the base file in each of its forms; and so is the single
// file that servers before version 7 would have written.
func TestLiveAppendOnlyFiles(t *testing.T) {
	for name, args := range map[string][]string{
		"RDB":                  {"--aof-use-rdb-preamble", "yes"},
		"RDB without checksum": {"--aof-use-rdb-preamble", "yes", "--rdbchecksum", "no"},
		"commands":             {"--aof-use-rdb-preamble", "no"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := aofServer(t, args...)
			folder := os.DirFS(filepath.Dir(s.Socket))
			const set = "appendonlydir"
			c := s.Connect(t, "unix")
			for _, words := range liveWrites {
				c.Do(words...)
			}
			stamps := 0
			got, _ := commandsOf(t, folder, set, aof.OnAnnotation(func(text []byte) {
				if bytes.HasPrefix(text, []byte("TS:")) {
					stamps++
				}
			}))
			if stamps == 0 {
				t.Error("no annotation with a time")
			}
			if diff := cmp.Diff(liveLog, got); diff != "" {
				t.Fatalf("the first log (-want +got):\n%.2000s", diff)
			}
			rewriteAOF(t, c, func() {
				for _, err := range aof.Commands(folder, set) {
					if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, fs.ErrNotExist) {
						t.Errorf("while it is rewritten: %v", err)
					}
				}
			})
			for _, words := range liveWrites {
				c.Do(words...)
			}
			var preamble bytes.Buffer
			got, ends := commandsOf(t, folder, set, aof.PreambleTo(&preamble))
			if len(got) < len(liveLog) {
				t.Fatalf("%d commands, want at least the %d of the log", len(got), len(liveLog))
			}
			base, log := got[:len(got)-len(liveLog)], got[len(got)-len(liveLog):]
			if diff := cmp.Diff(liveLog, log); diff != "" {
				t.Errorf("the second log (-want +got):\n%.2000s", diff)
			}
			last := ends[len(ends)-1].File
			if hasRDB := name != "commands"; hasRDB != (preamble.Len() > 0) || hasRDB && len(base) > 0 {
				t.Errorf("%d bytes of RDB and %d commands in the base file", preamble.Len(), len(base))
			} else if !hasRDB {
				checkBase(t, base)
			}
			tail, err := fs.ReadFile(folder, set+"/"+last)
			if err != nil {
				t.Fatal(err)
			}
			if int64(len(tail)) != ends[len(ends)-1].Offset {
				t.Errorf("ended at %d of %d bytes", ends[len(ends)-1].Offset, len(tail))
			}
			single, _ := commandsOf(t, fstest.MapFS{"single": {Data: append(preamble.Bytes(), tail...)}}, "single", aof.Lenient())
			if diff := cmp.Diff(liveLog, single); diff != "" {
				t.Errorf("the single file (-want +got):\n%.2000s", diff)
			}
		})
	}
}

// checkBase checks that a base file of commands makes what liveWrites made.
func checkBase(t *testing.T, base [][]string) {
	t.Helper()
	made := map[string]int{}
	for _, words := range base {
		made[strings.ToUpper(words[0])]++
	}
	want := map[string]int{"SELECT": 2, "SET": 3, "HMSET": 1, "PEXPIREAT": 1, "RPUSH": 1}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Errorf("commands of the base file %v (-want +got):\n%s", slices.Sorted(maps.Keys(made)), diff)
	}
}

// A log that is cut anywhere in its last command is whole up to the one before,
// and a server cuts it at the same offset.
func TestLiveTruncatedAppendOnlyFiles(t *testing.T) {
	s := aofServer(t)
	c := s.Connect(t, "unix")
	for _, words := range liveWrites {
		c.Do(words...)
	}
	c.Do("DEBUG", "SLEEP", "1.1") // so that a time stands before the last command
	c.Do("SET", "last", "one")
	dir := filepath.Join(filepath.Dir(s.Socket), "appendonlydir")
	set := fstest.MapFS{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		set["appendonlydir/"+entry.Name()] = &fstest.MapFile{Data: data}
	}
	commands, ends := commandsOf(t, set, "appendonlydir")
	n := len(commands)
	if diff := cmp.Diff([]string{"SET", "last", "one"}, commands[n-1]); diff != "" {
		t.Fatal(diff)
	}
	whole := ends[n-2]
	file := set["appendonlydir/"+whole.File]
	data := file.Data
	stamp := bytes.LastIndex(data, []byte("#TS:"))
	if int64(stamp) != whole.Offset {
		t.Fatalf("the last time is at %d, the last command but one up to %d", stamp, whole.Offset)
	}
	command := stamp + bytes.IndexByte(data[stamp:], '\n') + 1
	for cut := stamp + 1; cut < len(data); cut++ {
		file.Data = data[:cut]
		var failed *aof.Error
		for _, err := range aof.Commands(set, "appendonlydir") {
			errors.As(err, &failed)
		}
		switch {
		case cut == command && failed == nil: // nothing is missing
		case failed == nil || failed.Err != io.ErrUnexpectedEOF || failed.File != whole.File || failed.Offset != whole.Offset:
			t.Errorf("cut at %d: %+v, want it whole up to %d", cut, failed, whole.Offset)
		}
	}
	exec := slices.IndexFunc(commands, func(words []string) bool { return words[0] == "EXEC" })
	inside, before := ends[exec-1].Offset, ends[exec-4].Offset // the transaction
	inExec := inside
	if s.Is("valkey", 9) {
		inExec = before // since Redis 7 it is so only between two commands
	}
	for cut, want := range map[int64]int64{
		int64(len(data) - 1):  whole.Offset,
		int64(command + 1):    whole.Offset,
		int64(command + 10):   whole.Offset,
		ends[exec].Offset - 1: inExec,
		inside:                before,
	} {
		file.Data = data[:cut]
		if got := cutByServer(t, set, whole.File); got != want {
			t.Errorf("cut at %d, the server cuts at %d, want %d", cut, got, want)
		}
	}
}

// cutByServer has a server load a set and returns how long the file is then.
func cutByServer(t *testing.T, set fs.FS, name string) int64 {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, set); err != nil {
		t.Fatal(err)
	}
	c := tests.StartServer(t, "--appendonly", "yes", "--dir", dir, "--aof-load-truncated", "yes").Connect(t, "unix")
	for range 1000 {
		if v := c.Do("PING"); v.Err() == nil { // it has loaded the file
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	info, err := os.Stat(filepath.Join(dir, "appendonlydir", name))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
