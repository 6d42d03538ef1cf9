// Package documents has the tests of what is written about this module: that its
// programs run, its commands exist, its links lead somewhere, and the names in it are
// names of the packages.
package documents

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
)

const root = "../../.."

// documents returns the texts for users, by their path from the root.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := make(map[string]string)
	for _, pattern := range []string{"*.md", "docs/*.md", "bench/README.md", "cmd/*/README.md", "testdata/*/README.md"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(paths), err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name, _ := filepath.Rel(root, path)
			texts[name] = string(text)
		}
	}
	return texts
}

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// Every block of Go in a document compiles: as a program when it is one, or else as
// part of a package.
func TestGoCompiles(t *testing.T) {
	for name, text := range documents(t) {
		for i, match := range goBlock.FindAllStringSubmatch(text, -1) {
			file := writeProgram(t, match[1])
			vet := exec.Command("go", "vet", file)
			vet.Env = tests.HostEnv()
			vet.Dir = root
			if output, err := vet.CombinedOutput(); err != nil {
				t.Errorf("%s, block %d: %v\n%s", name, i+1, err, output)
			}
		}
	}
}

// writeProgram returns the path of a file with the source, which gets a package
// clause and imports when it has none.
func writeProgram(t *testing.T, source string) string {
	t.Helper()
	if !strings.HasPrefix(source, "package ") {
		var imports strings.Builder
		for _, path := range []string{"bytes", "context", "errors", "fmt", "io", "net",
			"github.com/seed65f5866d/resp", "github.com/seed65f5866d/resp/respgo"} {
			if regexp.MustCompile(`\b` + filepath.Base(path) + `\.[A-Z]`).MatchString(source) {
				fmt.Fprintf(&imports, "import %q\n", path)
			}
		}
		source = "package document\n" + imports.String() + source
	}
	file := filepath.Join(t.TempDir(), "document.go")
	if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// The first program of the README does what it says, on a server that knows its
// commands. It is built as its readers build it: in a module of its own that needs this
// one, and nothing else from anywhere.
func TestTheFirstProgramRuns(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	defer listener.Close()
	go answerOnce(listener)
	source := goBlock.FindStringSubmatch(documents(t)["README.md"])[1]
	const addr = "127.0.0.1:6379"
	if !strings.Contains(source, addr) {
		t.Fatalf("the program does not dial %s", addr)
	}
	program := writeProgram(t, strings.ReplaceAll(source, addr, listener.Addr().String()))
	for _, command := range []string{
		"go mod init example.com/try",
		"go mod edit -require=" + module + "@v0.1.0 -replace=" + module + "=" + absolute(t, root),
	} {
		runIn(t, filepath.Dir(program), command)
	}
	output, err := commandIn(filepath.Dir(program), "go run .", "GOPROXY=off").CombinedOutput()
	if want := "OK\n1) \"maxmemory\"\n2) \"0\"\n"; err != nil || string(output) != want {
		t.Errorf("printed %q, %v, want %q", output, err, want)
	}
}

const module = "github.com/seed65f5866d/resp"

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func commandIn(dir, command string, env ...string) *exec.Cmd {
	words := strings.Fields(command)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir, cmd.Env = dir, tests.HostEnv(env...)
	return cmd
}

func runIn(t *testing.T, dir, command string) (output string) {
	t.Helper()
	b, err := commandIn(dir, command).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, b)
	}
	return string(b)
}

// The commands of the README do what they say. The checks of respcheck are those of its
// embedded server, as on a machine with nothing but Go; tests within tests are only listed.
func TestTheCommandsOfTheReadmeRun(t *testing.T) {
	readme := documents(t)["README.md"]
	for _, c := range []struct{ command, run, want string }{
		{"go run ./cmd/respcheck", "go run ./cmd/respcheck -embedded", " 0 failed "},
		{"go test ./...", "go list ./...", module + "/cmd/respcheck"},
		{"go run -C bench ./cmd/compare", "go list -C bench -f {{.Name}} ./cmd/compare", "main"},
		{"go doc github.com/seed65f5866d/resp", "go doc .", "# Kinds"},
	} {
		if !strings.Contains(readme, c.command) {
			t.Errorf("the README does not have %q", c.command)
			continue
		}
		if output := runIn(t, root, c.run); !strings.Contains(output, c.want) {
			t.Errorf("%s: printed %q, want %q in it", c.run, output, c.want)
		}
	}
	for _, match := range goCommand.FindAllStringSubmatch(readme, -1) {
		if command := strings.TrimSpace(match[1]); !slices.Contains([]string{
			"go mod init example.com/try", "go get " + module, // as TestTheFirstProgramRuns has them
			"go run ./cmd/respcheck", "go test ./...", "go run -C bench ./cmd/compare", "go doc " + module,
		}, command) {
			t.Errorf("no test runs %q", command)
		}
	}
}

func answerOnce(listener net.Listener) {
	conn, err := listener.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	enc := resp.NewEncoder(conn)
	dec := resp.NewDecoder(conn, resp.OnWait(enc.Flush))
	for command, err := range dec.Commands() {
		switch {
		case err != nil:
			return
		case bytes.Equal(bytes.Join(command.Args, []byte(" ")), []byte("SET greeting hello")):
			enc.WriteSimpleString("OK")
		case bytes.Equal(bytes.Join(command.Args, []byte(" ")), []byte("CONFIG GET maxmemory")):
			enc.WriteArray(2)
			enc.WriteBulkString("maxmemory")
			enc.WriteBulkString("0")
		default:
			enc.WriteSimpleError("ERR unknown command")
		}
	}
}

var goCommand = regexp.MustCompile("(?m)(?:^    |`)(go (?:run|test|get|doc|install|mod)[^`\n#]*)")

// Every go command in a document names a package that exists.
func TestCommandsNamePackages(t *testing.T) {
	for name, text := range documents(t) {
		for _, match := range goCommand.FindAllStringSubmatch(text, -1) {
			words := strings.Fields(match[1])
			dir := root
			for i, word := range words[:len(words)-1] {
				if word == "-C" {
					dir = filepath.Join(root, words[i+1])
				}
			}
			for _, word := range words {
				dir := dir
				if path, ok := strings.CutPrefix(word, module); ok {
					dir, word = root, "."+strings.TrimSuffix(path, "@latest")
				}
				if !strings.HasPrefix(word, ".") {
					continue
				}
				if info, err := os.Stat(filepath.Join(dir, strings.TrimSuffix(word, "..."))); err != nil || !info.IsDir() {
					t.Errorf("%s: %q: there is no %s", name, match[1], word)
				}
			}
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)

// Every relative link of a document leads to a file.
func TestLinksLeadSomewhere(t *testing.T) {
	for name, text := range documents(t) {
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(name), match[1])); err != nil {
				t.Errorf("%s links to %s: %v", name, match[1], err)
			}
		}
	}
}

var testLink = regexp.MustCompile("\\[`((?:Test|Fuzz)\\w+)`\\]\\(([^)]+)\\)")

// Each promise of the README names a test that is where the link leads.
func TestPromisesAreHeldByTests(t *testing.T) {
	links := testLink.FindAllStringSubmatch(documents(t)["README.md"], -1)
	if len(links) < 10 {
		t.Fatalf("%d links to tests", len(links))
	}
	for _, match := range links {
		source, err := os.ReadFile(filepath.Join(root, match[2]))
		if err != nil || !bytes.Contains(source, []byte("func "+match[1]+"(")) {
			t.Errorf("%s is not in %s: %v", match[1], match[2], err)
		}
	}
}

var exampleLink = regexp.MustCompile(`pkg\.go\.dev/` + regexp.QuoteMeta(module) + `(/\w+)?#example-([\w.-]+)`)

// Each link of the README to an example leads to one, and each whole use of package resp
// has a link.
func TestWholeUsesAreLinked(t *testing.T) {
	linked := make(map[string]bool) // such as respgo.ExampleRead
	for _, match := range exampleLink.FindAllStringSubmatch(documents(t)["README.md"], -1) {
		name, ofPackage := strings.CutPrefix(match[2], "package-")
		if ofPackage {
			name = "_" + strings.ToLower(name[:1]) + name[1:]
		}
		linked[match[1]+".Example"+strings.ReplaceAll(name, ".", "_")] = true
	}
	examples := make(map[string]bool)
	for _, dir := range []string{"", "/aof", "/resptest"} {
		for _, name := range examplesIn(t, root+dir) {
			examples[dir+"."+name] = true
			if dir == "" && strings.HasPrefix(name, "Example_") && !linked["."+name] {
				t.Errorf("the README has no link to %s", name)
			}
		}
	}
	for name := range linked {
		if !examples[name] {
			t.Errorf("the README links to %s, which there is not", name)
		}
	}
}

// examplesIn returns the names of the examples of the package in dir.
func examplesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "example*_test.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %d files of examples, %v", dir, len(paths), err)
	}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && strings.HasPrefix(f.Name.Name, "Example") {
				names = append(names, f.Name.Name)
			}
		}
	}
	return names
}

var (
	codeSpan = regexp.MustCompile("`([^`]+)`")
	exported = regexp.MustCompile(`\b[A-Z][A-Za-z0-9]+\b`)
)

// The guides for those who come from other packages name only what there is. Our
// names are in the right column of their tables.
func TestGuidesNameWhatThereIs(t *testing.T) {
	names := exportedNames(t)
	for path, text := range documents(t) {
		if !strings.HasPrefix(path, "docs/from-") {
			continue
		}
		for line := range strings.Lines(text) {
			cells := strings.Split(line, "|")
			if len(cells) != 4 {
				continue
			}
			for _, span := range codeSpan.FindAllStringSubmatch(cells[2], -1) {
				code := regexp.MustCompile(`"[^"]*"|\bnet\.\w+`).ReplaceAllString(span[1], "")
				for _, name := range exported.FindAllString(code, -1) {
					if !slices.Contains(names, name) && name != "T" {
						t.Errorf("%s: `%s`: there is no %s", path, span[1], name)
					}
				}
			}
		}
	}
}

// exportedNames returns the exported functions, methods, types, fields and constants of
// packages resp and respgo.
func exportedNames(t *testing.T) (names []string) {
	t.Helper()
	for _, dir := range []string{root, filepath.Join(root, "respgo")} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(node ast.Node) bool {
				switch n := node.(type) {
				case *ast.FuncDecl:
					names = append(names, n.Name.Name)
					return false
				case *ast.TypeSpec:
					names = append(names, n.Name.Name)
				case *ast.Field:
					names = appendIdents(names, n.Names)
				case *ast.ValueSpec:
					names = appendIdents(names, n.Names)
				}
				return true
			})
		}
	}
	return names
}

func appendIdents(names []string, idents []*ast.Ident) []string {
	for _, ident := range idents {
		names = append(names, ident.Name)
	}
	return names
}
