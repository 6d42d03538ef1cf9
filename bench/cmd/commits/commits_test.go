package main

import (
	"bytes"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sources returns the Go files of the root package that are not tests, with the
// module's own, and their texts.
func sources(t *testing.T, top string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(top, func(path string, entry os.DirEntry, err error) error {
		name, _ := filepath.Rel(top, path)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (name == "bench" || name == ".git" || entry.Name() == "testdata"):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go") && name != "go.mod" && name != "go.sum" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		content, err := os.ReadFile(path)
		files[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// changedTree writes the files as they are, with one text put for another everywhere.
func changedTree(t *testing.T, top, old, new string) string {
	t.Helper()
	tree, found := t.TempDir(), false
	for name, content := range sources(t, top) {
		found = found || strings.Contains(content, old)
		path := filepath.Join(tree, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(content, old, new)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !found {
		t.Fatalf("no source file has %q: this test has to change something else", old)
	}
	return tree
}

func quick(t *testing.T, pattern string) settings {
	t.Helper()
	return settings{run: regexp.MustCompile(pattern), rounds: 3, sample: 1, slack: 1}
}

func mustBuild(t *testing.T, top, tree, name string) (side, string) {
	t.Helper()
	var out strings.Builder
	s, err := buildTree(top, tree, name, t.TempDir(), &out)
	if err != nil {
		t.Fatal(err)
	}
	return s, out.String()
}

func mustTop(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command to build with: ", err)
	}
	top, err := topLevel()
	if err != nil {
		t.Fatal(err)
	}
	return top
}

// What has become slower and what allocates more is found, and rows of what the older
// side does not have are left out, by name.
func TestMeasureSides(t *testing.T) {
	top := mustTop(t)
	now, said := mustBuild(t, top, top, "now")
	if said != "" {
		t.Errorf("rows are left out of the files as they are: %s", said)
	}
	const read = "func (d *Decoder) ReadToken() (Token, error) {"
	slow, _ := mustBuild(t, top, changedTree(t, top, read, read+"\n\tfor b := range make([]byte, 1000+d.Depth()) {\n\t\td.Depth()\n\t\t_ = b\n\t}"), "slow")
	old, said := mustBuild(t, top, changedTree(t, top, "CopyBulk(", "CopyTheBulk("), "old")
	if want := "the rows of copy.go are left out: old: "; !strings.HasPrefix(said, want) || strings.Count(said, "\n") != 1 {
		t.Errorf("got %q, want %q and why", said, want)
	}
	tests := []struct {
		name       string
		base, head side
		run        string
		want       []string
		err        error
	}{
		{"the same", now, now, "^(ok|encode ok)$", []string{"ok  ", "tokens", "encode ok", "0 of 8 rows are"}, nil},
		{"slower", now, slow, "^ok$", []string{"of 6 rows are more than 100 % slower or allocate more"}, errSlower},
		{"a row that is new", old, now, "^bulk1k$", []string{"bulk1k\tCopyBulk\tis in now alone", "0 of 7 rows"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			err := measureSides(quick(t, test.run), [2]side{test.base, test.head}, &out)
			if !errors.Is(err, test.err) {
				t.Errorf("got %v, want %v", err, test.err)
			}
			for _, want := range test.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %q in\n%s", want, out.String())
				}
			}
		})
	}
}

// A commit is unpacked, and one that does not exist is an error.
func TestBuildCommit(t *testing.T) {
	top := mustTop(t)
	if _, err := command(top, "git", "rev-parse", "HEAD"); err != nil {
		t.Skip("these files are no clone: ", err)
	}
	tree := filepath.Join(t.TempDir(), "tree")
	if err := checkout(top, "HEAD", tree); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(tree, "go.mod")); err != nil {
		t.Error(err)
	}
	if _, err := build(top, "no-such-commit", t.TempDir(), &bytes.Buffer{}); err == nil {
		t.Error("a commit that does not exist is built")
	}
}

func TestVerdict(t *testing.T) {
	tests := []struct {
		name       string
		base, head []sample
		want       string
	}{
		{"the least counts", []sample{{10, 0}, {20, 3}}, []sample{{15, 2}, {10.2, 0}}, ""},
		{"slower", []sample{{10, 0}}, []sample{{10.4, 0}, {11, 0}}, "SLOWER"},
		{"faster", []sample{{10, 0}}, []sample{{9, 0}}, ""},
		{"allocates", []sample{{10, 1}}, []sample{{5, 2}}, "ALLOCATES MORE"},
		{"the runtime allocates", []sample{{10, 1}}, []sample{{10, 1.0001}}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newResults(0.03)
			for which, samples := range [][]sample{test.base, test.head} {
				for _, s := range samples {
					r.add("workload", "row", which, s)
				}
			}
			if got := r.verdict(r.rows[0]); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if got, want := r.slower() == 1, test.want != ""; got != want || r.suspects()(key("workload", "row")) != want {
				t.Errorf("counted as slower: %v, want %v", got, want)
			}
			if math.IsInf(r.rows[0].ratio(), 0) {
				t.Error("a side has no figure")
			}
		})
	}
}
