package methods_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests/methods"
)

// exported returns the names of the exported methods of T.
func exported[T any]() (names []string) {
	typ := reflect.TypeFor[T]()
	for i := range typ.NumMethod() {
		names = append(names, typ.Method(i).Name)
	}
	return names
}

// Every exported method of a Decoder is in the list of reads, once, or in the short
// one of those that read nothing.
func TestEveryMethodOfADecoderIsListed(t *testing.T) {
	listed := slices.Concat(methods.ReadNothing, methods.Names(func(methods.Read) bool { return true }))
	slices.Sort(listed)
	if diff := cmp.Diff(exported[*resp.Decoder](), listed); diff != "" {
		t.Errorf("methods.Reads and methods.ReadNothing (-exported +listed):\n%s", diff)
	}
}

// Every read gives of its wire what the list states, and all of it is read.
func TestReadsGiveWhatTheListStates(t *testing.T) {
	for _, r := range methods.Reads {
		if r.Wire == "" {
			if r.Sort != methods.Tokens && r.Sort != methods.Loop && r.Sort != methods.Between {
				t.Errorf("%s: no wire is stated", r.Name)
			}
			continue
		}
		d := resp.NewDecoder(strings.NewReader(r.Wire))
		var w strings.Builder
		text, err := r.Text(d, &w)
		if text += w.String(); err != nil || text != r.Gives || d.InputOffset() != int64(len(r.Wire)) {
			t.Errorf("%s of %q gives %q, %v, up to %d, want %q", r.Name, r.Wire, text, err, d.InputOffset(), r.Gives)
		}
	}
}

// Every exported method of an Encoder is in the list of writes, or in the short one
// of those that write no value.
func TestEveryMethodOfAnEncoderIsListed(t *testing.T) {
	listed := slices.Clone(methods.WriteNothing)
	for _, w := range methods.Writes {
		listed = append(listed, w.Name)
	}
	slices.Sort(listed)
	if diff := cmp.Diff(exported[*resp.Encoder](), slices.Compact(listed)); diff != "" {
		t.Errorf("methods.Writes and methods.WriteNothing (-exported +listed):\n%s", diff)
	}
}

// Every exported method of a Decoder and of an Encoder has an example.
func TestEveryMethodHasAnExample(t *testing.T) {
	var examples strings.Builder
	files, err := filepath.Glob("../../../example*_test.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		examples.Write(source)
	}
	for of, names := range map[string][]string{"Decoder": exported[*resp.Decoder](), "Encoder": exported[*resp.Encoder]()} {
		for _, name := range names {
			example := "\nfunc Example" + of + "_" + name
			if !strings.Contains(examples.String(), example+"(") && !strings.Contains(examples.String(), example+"_") {
				t.Errorf("%s.%s has no example", of, name)
			}
		}
	}
}

// Every exported function that makes an Option is in one of the three lists.
func TestEveryOptionIsListed(t *testing.T) {
	listed := slices.Concat(methods.OtherOptions, slices.Collect(maps.Keys(methods.Presets)))
	for _, limit := range methods.Limits {
		listed = append(listed, limit.Name)
	}
	slices.Sort(listed)
	if diff := cmp.Diff(optionFunctions(t), listed); diff != "" {
		t.Errorf("methods.Limits, Presets and OtherOptions (-exported +listed):\n%s", diff)
	}
}

// optionFunctions returns the exported functions of package resp that make an Option.
func optionFunctions(t *testing.T) (names []string) {
	files, err := filepath.Glob("../../../*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range source.Decls {
			function, ok := decl.(*ast.FuncDecl)
			if !ok || !function.Name.IsExported() || function.Recv != nil || function.Type.Results == nil {
				continue
			}
			if result, ok := function.Type.Results.List[0].Type.(*ast.Ident); ok && result.Name == "Option" {
				names = append(names, function.Name.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// Every write writes the bytes that the list states, a whole value with the calls
// around it, and for RESP2 its form or an error.
func TestWritesWriteWhatTheListStates(t *testing.T) {
	for _, w := range methods.Writes {
		for version, want := range map[int]string{3: w.RESP3, 2: w.RESP2} {
			var written strings.Builder
			e := resp.NewEncoder(&written, resp.Protocol(version))
			err := w.Around(e)
			if want == "" {
				if !errors.As(err, new(*resp.EncodeError)) {
					t.Errorf("%s for RESP%d: %v, want an *EncodeError", w.Name, version, err)
				}
				continue
			}
			if err = errors.Join(err, e.Close()); err != nil || written.String() != want {
				t.Errorf("%s for RESP%d wrote %q, %v, want %q", w.Name, version, written.String(), err, want)
			}
		}
	}
}

// The table of limits in the overview of package resp has every limit with its option.
func TestEveryLimitIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../../doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range methods.Limits {
		row := regexp.MustCompile(`(?m)^//\t` + limit.Limit + ` .* ` + limit.Name + `$`)
		if !row.Match(doc) {
			t.Errorf("doc.go has no row for %s, which %s sets", limit.Limit, limit.Name)
		}
	}
}

// Every limit is the one that its option names.
func TestLimitsLimitWhatTheListStates(t *testing.T) {
	for _, limit := range methods.Limits {
		d := resp.NewDecoder(strings.NewReader(limit.Over), resp.NoLimits(), limit.Set(0))
		var err error
		if limit.Request {
			_, err = d.ReadCommand()
		} else {
			_, err = d.ReadToken()
		}
		var limitError *resp.LimitError
		if !errors.As(err, &limitError) || limitError.Limit != limit.Limit {
			t.Errorf("%s(0): %q gives %v, want a *LimitError for %q", limit.Name, limit.Over, err, limit.Limit)
		}
	}
}
