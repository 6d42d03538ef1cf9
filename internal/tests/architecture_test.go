package tests_test

import (
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	module = "github.com/seed65f5866d/resp"
	root   = "../.." // of the module
)

// layer is what packages may import.
type layer struct {
	of      []string // of this module, each with the packages below it
	modules bool     // other modules
}

// layers are those of the packages in these folders and below them, the codec itself
// being in ".". A package is as the longest name says.
var layers = map[string]layer{
	".":                        {of: []string{"internal/quote", "internal/respwire", "internal/window"}},
	"internal/quote":           {},
	"internal/respwire":        {},
	"internal/window":          {of: []string{"internal/respwire"}},
	"aof":                      {of: []string{".", "internal/quote"}},
	"replication":              {of: []string{".", "internal/quote"}},
	"monitor":                  {of: []string{".", "internal/quote"}},
	"respgo":                   {of: []string{"."}},
	"resptest":                 {of: []string{".", "testdata/conformance"}},
	"resptest/respgen":         {of: []string{".", "resptest"}, modules: true},
	"testdata/conformance":     {},
	"internal/tests":           {of: []string{".", "resptest", "internal/tests"}, modules: true},
	"internal/tests/reference": {},
	"internal/tests/methods":   {of: []string{"."}}, // so that cmd can have it
	"cmd":                      {of: []string{".", "aof", "replication", "monitor", "respgo", "resptest", "internal/tests/methods", "testdata/conformance", "cmd"}, modules: true},
	"examples":                 {of: []string{".", "aof", "replication", "monitor", "respgo"}, modules: true},
}

// The table in docs/architecture.md says of each importable package what layers says.
func TestTheDrawingShowsTheLayers(t *testing.T) {
	rows := regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\| (.*) \\|$").FindAllStringSubmatch(read(t, "docs/architecture.md"), -1)
	drawn := make(map[string][]string)
	for _, row := range rows {
		below := []string{}
		for _, name := range regexp.MustCompile("`([a-z/]+)`").FindAllStringSubmatch(row[2], -1) {
			below = append(below, name[1])
		}
		drawn[row[1]] = below
	}
	for _, name := range []string{".", "internal/quote", "internal/respwire", "internal/window", "aof", "replication", "monitor", "respgo", "resptest"} {
		want := []string{}
		for _, below := range layers[name].of {
			want = append(want, strings.Replace(below, ".", "resp", 1))
		}
		if diff := cmp.Diff(want, drawn[strings.Replace(name, ".", "resp", 1)]); diff != "" {
			t.Errorf("what %s imports (-layers +docs/architecture.md):\n%s", name, diff)
		}
	}
}

// Imports run from what is built on the codec down to what the codec is built on.
// Whoever imports a package gets the standard library and this module alone, unless
// it is for tests or a program.
func TestImportsRunDownwards(t *testing.T) {
	for _, file := range sourceFiles(t) {
		folder := path.Dir(file)
		name, ok := layerOf(folder)
		if !ok {
			t.Errorf("%s belongs to no layer", folder)
			continue
		}
		for _, imported := range importsOf(t, file) {
			below, ofModule := strings.CutPrefix(imported+"/", module+"/")
			switch domain, _, _ := strings.Cut(imported, "/"); {
			case ofModule:
				if !mayImport(layers[name], path.Clean(below)) {
					t.Errorf("%s imports %s, which is not below it", file, imported)
				}
			case strings.Contains(domain, ".") && !layers[name].modules:
				t.Errorf("%s needs %s", file, imported)
			}
		}
	}
}

// mayImport reports whether l may import the package in folder. The codec is a
// package, not all that is below its folder.
func mayImport(l layer, folder string) bool {
	return slices.ContainsFunc(l.of, func(allowed string) bool {
		return folder == allowed || allowed != "." && strings.HasPrefix(folder, allowed+"/")
	})
}

// layerOf returns the name of the layer that folder is in.
func layerOf(folder string) (name string, ok bool) {
	for name := folder; name != "."; name = path.Dir(name) {
		if _, ok := layers[name]; ok {
			return name, true
		}
	}
	return ".", folder == "."
}

// What stands on the codec uses what it exports, as anybody else could.
func TestApplicationsUseThePublicAPI(t *testing.T) {
	files := sourceFiles(t)
	for _, application := range []string{"aof", "replication", "monitor", "respgo"} {
		usesCodec := false
		for _, file := range files {
			if path.Dir(file) != application {
				continue
			}
			for _, imported := range importsOf(t, file) {
				usesCodec = usesCodec || imported == module
				if strings.Contains(imported, "/internal/") && imported != module+"/internal/quote" {
					t.Errorf("%s imports %s", file, imported)
				}
			}
		}
		if !usesCodec {
			t.Errorf("%s does not import the codec", application)
		}
	}
}

// applications are words of what is built on RESP, which the codec does not know.
var applications = regexp.MustCompile(`(?i)\baof|append-?only|rdb|psync|resync|replication|monitor`)

func TestTheCodecKnowsNoApplication(t *testing.T) {
	examples, err := filepath.Glob(root + "/example*_test.go")
	if err != nil || len(examples) == 0 {
		t.Fatal(examples, err)
	}
	var files []string
	for _, example := range examples {
		files = append(files, filepath.Base(example))
	}
	for _, file := range sourceFiles(t) {
		if folder := path.Dir(file); folder == "." || mayImport(layers["."], folder) {
			files = append(files, file)
		}
	}
	for _, file := range files {
		for i, line := range strings.Split(read(t, file), "\n") {
			if word := applications.FindString(line); word != "" {
				t.Errorf("%s:%d speaks of %s: %s", file, i+1, word, line)
			}
		}
	}
}

// unsafe stays in the one file that says why, and nothing needs C.
func TestUnsafeStaysInOneFile(t *testing.T) {
	with := make(map[string][]string)
	for _, file := range sourceFiles(t) {
		for _, imported := range importsOf(t, file) {
			if imported == "unsafe" || imported == "C" {
				with[imported] = append(with[imported], file)
			}
		}
	}
	want := map[string][]string{"unsafe": {"internal/respwire/unsafe.go"}}
	if diff := cmp.Diff(want, with); diff != "" {
		t.Errorf("imports of unsafe and C (-want +got)\n%s", diff)
	}
}

// A comment that names a file names one that is there.
func TestCommentsNameFilesThatAreThere(t *testing.T) {
	name := regexp.MustCompile(`\b[a-z_0-9]+\.go\b`)
	for _, file := range sourceFiles(t) {
		source, err := parser.ParseFile(token.NewFileSet(), file, read(t, file), parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, comment := range source.Comments {
			for _, named := range name.FindAllString(comment.Text(), -1) {
				if _, err := os.Stat(filepath.Join(root, filepath.Dir(file), named)); err != nil {
					t.Errorf("%s: a comment names %s, which is not beside it", file, named)
				}
			}
		}
	}
}

// The drawing, or the text below it, names every file of package resp.
func TestTheDrawingHasEveryFile(t *testing.T) {
	drawing, _, _ := strings.Cut(read(t, "docs/architecture.md"), "\n## One read")
	for _, file := range sourceFiles(t) {
		if path.Dir(file) == "." && !regexp.MustCompile(`\b`+regexp.QuoteMeta(file)+`\b`).MatchString(drawing) {
			t.Errorf("docs/architecture.md does not say where %s belongs", file)
		}
	}
}

// drawnLayers are the layers of package resp in the drawing, from the top.
var drawnLayers = []string{"value", "stream", "wire"}

// upwards are the names of a layer above that a file may use. The text below the
// drawing says why it does.
var upwards = []string{"decode_typed.go buildScanned", "workspace.go builder", "workspace.go forget"}

// What a file of package resp uses of others is in its layer or in one below, as the
// drawing has it.
func TestFilesUseTheLayersBelow(t *testing.T) {
	layer := drawnFiles(t)
	var found []string
	eachUse(t, func(from, to, name string) {
		if layer[from] > layer[to] && layer[to] > 0 {
			found = append(found, from+" "+name)
		}
	})
	slices.Sort(found)
	if diff := cmp.Diff(upwards, slices.Compact(found)); diff != "" {
		t.Errorf("uses of a layer above (-stated +found):\n%s", diff)
	}
}

// drawnFiles returns the layer of each file in the drawing, 1 for the first one.
func drawnFiles(t *testing.T) map[string]int {
	t.Helper()
	current, layer := 0, make(map[string]int)
	for _, line := range strings.Split(read(t, "docs/architecture.md"), "\n") {
		row, inBox := strings.CutPrefix(line, "│")
		if !inBox {
			continue
		}
		for _, word := range strings.Fields(strings.ReplaceAll(row, "│", " ")) {
			if i := slices.Index(drawnLayers, word); i >= 0 {
				current = i + 1
			} else if strings.HasSuffix(word, ".go") {
				layer[word] = current
			}
		}
	}
	if current != len(drawnLayers) {
		t.Fatalf("the drawing does not have the layers %q", drawnLayers)
	}
	return layer
}

// eachUse calls f for every use of a name of package resp: in which file it is, in which
// the name is declared, and the name. Fields count as parts of their types.
func eachUse(t *testing.T, f func(from, to, name string)) {
	t.Helper()
	var files []*ast.File
	fset := token.NewFileSet()
	for _, name := range sourceFiles(t) {
		if path.Dir(name) != "." {
			continue
		}
		file, err := parser.ParseFile(fset, filepath.Join(root, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	info := types.Info{Uses: make(map[*ast.Ident]types.Object)}
	build.Default.CgoEnabled = false // what cgo would add needs a C compiler for each kind of machine
	config := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	resp, err := config.Check(module, fset, files, &info)
	if err != nil {
		t.Fatal(err)
	}
	fileOf := func(at token.Pos) string { return filepath.Base(fset.Position(at).Filename) }
	for ident, used := range info.Uses {
		_, isFunction := used.(*types.Func)
		if used.Pkg() == resp && (isFunction || used.Parent() == resp.Scope()) {
			f(fileOf(ident.Pos()), fileOf(used.Pos()), used.Name())
		}
	}
}

// Every package that makes a LimitError gives it a name that resp.LimitError lists.
func TestLimitsAreNamedAsListed(t *testing.T) {
	listed := regexp.MustCompile(`(?m)^\tLimit  string // which: (.*)$`).FindStringSubmatch(read(t, "errors.go"))
	if listed == nil {
		t.Fatal("errors.go does not list the limits")
	}
	names := strings.Split(strings.ReplaceAll(listed[1], " or ", ", "), ", ")
	given := regexp.MustCompile(`(?:Limit: |limit[A-Z]\w* += )"([^"]*)"`)
	count := 0
	for _, file := range sourceFiles(t) {
		if strings.HasPrefix(file, "internal/tests/") {
			continue
		}
		for _, match := range given.FindAllStringSubmatch(read(t, file), -1) {
			if count++; !slices.Contains(names, match[1]) {
				t.Errorf("%s names a limit %q, which is not one of %q", file, match[1], names)
			}
		}
	}
	if count < len(names) {
		t.Errorf("only %d names of limits were found for %q", count, names)
	}
}

// Whoever exports one more name from package resp has to keep it, and to find another
// that is worth less.
func TestExportsAreFew(t *testing.T) {
	const most = 215 // constants, variables, types, functions and methods
	var names []string
	for _, file := range sourceFiles(t) {
		if path.Dir(file) != "." || strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range source.Decls {
			names = append(names, exportsOf(decl)...)
		}
	}
	if len(names) > most || len(names) < most/2 {
		t.Errorf("package resp exports %d names, want at most %d: %s", len(names), most, strings.Join(names, " "))
	}
}

// exportsOf returns the exported names that decl declares. A method counts when its
// type is exported.
func exportsOf(decl ast.Decl) (names []string) {
	add := func(idents ...*ast.Ident) {
		for _, ident := range idents {
			if ident.IsExported() {
				names = append(names, ident.Name)
			}
		}
	}
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil || ast.IsExported(strings.TrimPrefix(types.ExprString(decl.Recv.List[0].Type), "*")) {
			add(decl.Name)
		}
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				add(spec.Name)
			case *ast.ValueSpec:
				add(spec.Names...)
			}
		}
	}
	return names
}

// sourceFiles returns the Go files of the module that are no tests, for all systems
// and with all build tags.
func sourceFiles(t *testing.T) []string {
	t.Helper()
	files := slices.DeleteFunc(filesOf(t, ".go"), func(name string) bool { return strings.HasSuffix(name, "_test.go") })
	if !slices.Contains(files, "doc.go") || !slices.Contains(files, "internal/tests/tests.go") {
		t.Fatal("the source files are not found: ", files)
	}
	return files
}

// filesOf returns the files of the module whose names end so.
func filesOf(t *testing.T, end string) (files []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case entry.IsDir() && name != ".":
			if _, err := os.Stat(filepath.Join(root, name, "go.mod")); err == nil {
				return fs.SkipDir
			}
		case strings.HasSuffix(name, end):
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func importsOf(t *testing.T, file string) (paths []string) {
	t.Helper()
	source, err := parser.ParseFile(token.NewFileSet(), file, read(t, file), parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range source.Imports {
		imported, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, imported)
	}
	return paths
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
