package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
)

// What the append-only file holds beside or instead of what was written is
// found, in a single file as in a set.
func TestWrongLogsFail(t *testing.T) {
	command := func(words ...string) string { return string(resp.AppendArgs(nil, words...)) }
	earlier := command("SELECT", "0") + command("SET", "other", "x") + "#TS:1\r\n"
	good := command("SET", "k", "v") + command("PEXPIREAT", "k", "123") + command("DEL", "k")
	log := [][]string{{"SET", "k", "v"}, {"PEXPIREAT", "k", "a time"}, {"DEL", "k"}}
	for name, test := range map[string]struct{ file, want string }{
		"good":       {earlier + good, ""},
		"empty":      {"", "ends with []"},
		"other":      {earlier + command("SET", "k", "w"), "ends with []"},
		"incomplete": {earlier + command("SET", "k", "v"), `want [["SET" "k" "v"] ["PEXPIREAT" "k" "a time"] ["DEL" "k"]]`},
		"more":       {good + command("PING"), `["PING"]`},
		"annotated":  {good + "#TS:2\r\n", "ends at offset 82, the file at 89"},
		"cut":        {good + "*1\r\n", "whole up to offset 82: unexpected EOF"},
	} {
		for _, set := range []bool{false, true} {
			dir := t.TempDir()
			files := map[string]string{"appendonly.aof": test.file}
			if set {
				files = map[string]string{"appendonlydir/a": test.file, "appendonlydir/m.manifest": "file a seq 1 type i\n"}
			}
			for file, content := range files {
				path := filepath.Join(dir, file)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			check := (&session{srv: &server{dir: dir}}).newTrip(t.Context(), "aof", 2)
			check.compareLog(log)
			switch {
			case test.want == "" && check.err == nil:
			case test.want == "" || check.err == nil || !strings.Contains(check.err.Error(), test.want):
				t.Errorf("%s, in a set: %t: %v, want %q", name, set, check.err, test.want)
			}
		}
	}
}
