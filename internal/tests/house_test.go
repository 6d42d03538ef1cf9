package tests_test

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp/internal/tests"
)

// The workflow runs .ci/run, whole, with the two newest releases of Go and no rights
// but to read.
func TestTheWorkflowRunsEverything(t *testing.T) {
	workflow := read(t, ".github/workflows/ci.yml")
	for _, want := range []string{
		"\n      - run: .ci/run\n",
		"\n        go: [oldstable, stable]\n",
		"\npermissions:\n  contents: read\n",
	} {
		if !strings.Contains(workflow, want) {
			t.Errorf("ci.yml lacks %q", want)
		}
	}
	if info, err := os.Stat(filepath.Join(root, ".ci/run")); err != nil || info.Mode()&0o100 == 0 {
		t.Errorf(".ci/run cannot be run: %v", err)
	}
}

// Every action that a workflow uses is fixed to a version.
func TestWorkflowsFixTheirActions(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, ".github/workflows/*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	version := regexp.MustCompile(`^[\w./-]+@v\d+(\.\d+)*$`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, used := range regexp.MustCompile(`uses: (\S+)`).FindAllStringSubmatch(string(text), -1) {
			if !version.MatchString(used[1]) {
				t.Errorf("%s uses %s", filepath.Base(file), used[1])
			}
		}
	}
}

// build.sh finds each fuzz target that is in the source.
func TestBuildFindsEveryFuzzTarget(t *testing.T) {
	if testing.Short() {
		t.Skip("links the tests of every package")
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash on PATH")
	}
	var want []string
	target := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)
	for _, file := range filesOf(t, "_test.go") {
		for _, found := range target.FindAllStringSubmatch(read(t, file), -1) {
			want = append(want, path.Join(module, path.Dir(file))+" "+found[1])
		}
	}
	if len(want) < 12 {
		t.Fatalf("the source has only %q", want)
	}
	list := exec.Command(bash, ".clusterfuzzlite/build.sh", "list")
	list.Dir, list.Env = root, tests.HostEnv()
	output, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(string(output)), "\n")
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fuzz targets (-in the source +found):\n%s", diff)
	}
}
