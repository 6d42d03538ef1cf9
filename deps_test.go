package resp_test

import (
	"go/parser"
	gotoken "go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whoever imports the package gets it and the standard library, nothing else.
func TestPackageNeedsTheStandardLibraryAlone(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command to ask: ", err)
	}
	list := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"github.com/seed65f5866d/resp"}, strings.Fields(string(out))); diff != "" {
		t.Errorf("packages outside the standard library (-want +got)\n%s", diff)
	}
}

// unsafe stays in the one file that says why, and nothing needs C.
func TestUnsafeStaysInOneFile(t *testing.T) {
	files, err := filepath.Glob("*.go")
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
				with = append(with, file+" imports "+path)
			}
		}
	}
	if diff := cmp.Diff([]string{"unsafe.go imports unsafe"}, with); diff != "" {
		t.Errorf("imports of unsafe and C (-want +got)\n%s", diff)
	}
}
