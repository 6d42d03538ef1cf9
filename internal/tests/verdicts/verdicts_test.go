package verdicts_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp/internal/tests/verdicts"
	"github.com/seed65f5866d/resp/resptest"
)

// root is the folder of the module, seen from here.
const root = "../../.."

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// The list of disagreements is made from the vectors as they are and from what the
// package makes of them now.
func TestDisagreementsAreFresh(t *testing.T) {
	const name = "bench/DISAGREEMENTS.md"
	m := regexp.MustCompile(`the checksum ([0-9a-f]+)`).FindStringSubmatch(read(t, name))
	if m == nil {
		t.Fatalf("%s names no checksum", name)
	}
	if got := verdicts.Checksum(); m[1] != got {
		t.Errorf("%s is not up to date: it names %s, and now it is %s; write it anew: go test -C bench -run Disagreements -update", name, m[1], got)
	}
}

// What the README says of the number of vectors is true.
func TestReadmeCountsVectors(t *testing.T) {
	m := regexp.MustCompile(`([0-9,]+) vectors`).FindStringSubmatch(read(t, "README.md"))
	if m == nil {
		t.Fatal("README.md does not say how many vectors there are")
	}
	want := len(resptest.Vectors())
	if got, err := strconv.Atoi(strings.ReplaceAll(m[1], ",", "")); err != nil || got != want {
		t.Errorf("README.md says %q, and there are %d", m[0], want)
	}
}

func TestDescribe(t *testing.T) {
	for err, want := range map[string]string{
		"EOF":            "accepts",
		"unexpected EOF": "waits",
		"resp: syntax error at offset 1: expected CR LF, found \"x\"": "refuses: syntax error at offset 1: expected CR LF",
	} {
		if got := verdicts.Describe(err); got != want {
			t.Errorf("%s: got %q, want %q", err, got, want)
		}
	}
}
