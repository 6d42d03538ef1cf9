package tests_test

import (
	"go/parser"
	gotoken "go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/seed65f5866d/resp"

// Whoever imports a package of this module gets it, what it is built on here and the
// standard library, nothing else.
func TestPackagesNeedTheStandardLibraryAlone(t *testing.T) {
	const format = "{{if not .Standard}}{{.ImportPath}}{{end}}"
	for _, path := range goList(t, "-deps", "-f", format, ".", "./aof", "./replication", "./monitor") {
		if path != module && !strings.HasPrefix(path, module+"/") {
			t.Errorf("%s is needed", path)
		}
	}
}

// What stands on the codec uses what it exports, as anybody else could.
func TestApplicationsUseThePublicAPI(t *testing.T) {
	for path, want := range map[string][]string{
		"./aof":         {module},
		"./replication": {module},
		"./monitor":     {module, module + "/internal/quote"},
	} {
		var got []string
		for _, i := range goList(t, "-f", `{{join .Imports "\n"}}`, path) {
			if strings.Contains(i, ".") {
				got = append(got, i)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s imports (-want +got)\n%s", path, diff)
		}
	}
}

// applications are words of what is built on RESP, which the codec does not know.
var applications = regexp.MustCompile(`(?i)\baof|append-?only|rdb|psync|resync|replication|monitor`)

func TestTheCodecKnowsNoApplication(t *testing.T) {
	files, err := filepath.Glob("../../*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") && !strings.HasPrefix(filepath.Base(file), "example_") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(source), "\n") {
			if word := applications.FindString(line); word != "" {
				t.Errorf("%s:%d speaks of %s: %s", file, i+1, word, line)
			}
		}
	}
}

// goList returns what go list prints, line by line.
func goList(t *testing.T, args ...string) []string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command to ask: ", err)
	}
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

// unsafe stays in the one file that says why, and nothing needs C.
func TestUnsafeStaysInOneFile(t *testing.T) {
	files, err := filepath.Glob("../../*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var with []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range source.Imports {
			switch path, _ := strconv.Unquote(i.Path.Value); path {
			case "unsafe", "C":
				with = append(with, filepath.Base(file)+" imports "+path)
			}
		}
	}
	if diff := cmp.Diff([]string{"unsafe.go imports unsafe"}, with); diff != "" {
		t.Errorf("imports of unsafe and C (-want +got)\n%s", diff)
	}
}
