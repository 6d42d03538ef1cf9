package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// One pass of every row: all checks of frames and bytes hold, and everything can be
// written. The times mean nothing.
func TestCompare(t *testing.T) {
	s := settings{run: regexp.MustCompile("^(bulk16|array10|command.*|mixed|kind (map|push|end)|big number|bulk64|SET 16 B|SET pipeline|encode .*|elements|reads of mixed)$"), out: t.TempDir(), noFail: true}
	var out strings.Builder
	r, err := measureAll(s, &out)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.save(s.out); err != nil {
		t.Fatal(err)
	}
	if err := r.judge(&out, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"redcon", "rueidis", "go-redis", "target 1 (decode tokens): mixed", "target 4", "target 6 (wanted, Chunker)", "target 6 (every kind, value): kind push", "redcon ReadNextCommand", "GetToBuffer", "DoMultiStream"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report has no %q:\n%s", want, out.String())
		}
	}
	for _, name := range []string{"compare.csv", "decode.svg", "encode.svg", "tables.md"} {
		if info, err := os.Stat(filepath.Join(s.out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What cannot do a workload is left out, unless it is ours.
func TestChecked(t *testing.T) {
	fails := func() error { return errors.New("cannot") }
	panics := func() error { panic("cannot") }
	able := row{Row: measure.Row{Name: "able"}, group: peer}
	said := 0
	say := func(string, ...any) { said++ }
	rows, err := checked("w", []row{{group: peer, check: fails}, able, {group: native, check: panics}}, say)
	if err != nil || len(rows) != 1 || rows[0].Name != "able" || said != 2 {
		t.Errorf("%d rows, %d said, %v", len(rows), said, err)
	}
	if _, err := checked("w", []row{{group: ours, check: fails}}, say); err == nil {
		t.Error("a row of ours that fails is left out")
	}
}
