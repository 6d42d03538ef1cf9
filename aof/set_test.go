package aof_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/aof"
	"github.com/seed65f5866d/resp/internal/tests"
)

func fileOf(name string, seq int64, kind aof.Type) aof.File {
	return aof.File{Name: name, Seq: seq, Type: kind, StartOffset: -1, EndOffset: -1}
}

func TestParseManifest(t *testing.T) {
	offsets := fileOf("a", 1, aof.Incr)
	offsets.StartOffset, offsets.EndOffset = 0, 1234567890123
	for text, want := range map[string][]aof.File{
		"file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n": {
			fileOf("appendonly.aof.1.base.rdb", 1, aof.Base), fileOf("appendonly.aof.1.incr.aof", 1, aof.Incr),
		},
		"file b seq 2 type b\nfile h1 seq 1 type h\nfile h2 seq 1 type h\nfile i seq 2 type i\nfile j seq 4 type i\n": {
			fileOf("b", 2, aof.Base), fileOf("h1", 1, aof.History), fileOf("h2", 1, aof.History), fileOf("i", 2, aof.Incr), fileOf("j", 4, aof.Incr),
		},
		"# a comment\n  TYPE i\tseq 7 File  a \r\n#":                  {fileOf("a", 7, aof.Incr)},
		`file "a b\x01\"" seq 1 type b color 'none at all'` + "\n":    {fileOf("a b\x01\"", 1, aof.Base)},
		"file a seq 1 type i startoffset 0 endoffset 1234567890123\n": {offsets},
		"#\n": nil,
		"file a seq 1 type b\n" + "#" + strings.Repeat("x", 1022) + "\n": {fileOf("a", 1, aof.Base)},
	} {
		for name, r := range map[string]io.Reader{"at once": strings.NewReader(text), "byte by byte": iotest.OneByteReader(strings.NewReader(text))} {
			got, err := aof.ParseManifest(r)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%q, %s: %v (-want +got):\n%s", text, name, err, diff)
			}
		}
	}
}

func TestFaultsInManifests(t *testing.T) {
	const good = "file a seq 1 type i\n"
	for text, want := range map[string]string{
		"":                                            `resp: syntax error at offset 0: expected a line about a file, with LF behind it, found ""`,
		"file a seq 1 type b":                         `resp: syntax error at offset 19: expected a line about a file, with LF behind it, found "file a seq 1 type b"`,
		good + "\n":                                   `resp: syntax error at offset 20: expected file, seq and type, each with its value, found "\n"`,
		"file a seq 1\n":                              `resp: syntax error at offset 0: expected file, seq and type, each with its value, found "file a seq 1\n"`,
		"file a seq 1 type b x\n":                     `resp: syntax error at offset 0: expected file, seq and type, each with its value, found "file a seq 1 type b x\n"`,
		"file a seq 1 sort b\n":                       `resp: syntax error at offset 0: expected file, seq and type, each with its value, found "file a seq 1 sort b\n"`,
		"file '' seq 1 type b\n":                      `resp: syntax error at offset 0: expected file, seq and type, each with its value, found "file '' seq 1 type b\n"`,
		"file ../a seq 1 type b\n":                    `resp: syntax error at offset 0: expected the name of a file, without a path, found "file ../a seq 1 type b\n"`,
		"file .. seq 1 type b\n":                      `resp: syntax error at offset 0: expected the name of a file, without a path, found "file .. seq 1 type b\n"`,
		good + "file . seq 1 type b\n":                `resp: syntax error at offset 20: expected the name of a file, without a path, found "file . seq 1 type b\n"`,
		"file a/b seq 1 type b\n":                     `resp: syntax error at offset 0: expected the name of a file, without a path, found "file a/b seq 1 type b\n"`,
		`file a\\b seq 1 type b` + "\n":               "resp: syntax error at offset 0: expected the name of a file, without a path, found \"file a\\\\\\\\b seq 1 type b\\n\"",
		`file "a\x00b" seq 1 type b` + "\n":           "resp: syntax error at offset 0: expected the name of a file, without a path, found \"file \\\"a\\\\x00b\\\" seq 1 type b\\n\"",
		"file a seq 0 type b\n":                       `resp: syntax error at offset 0: expected a seq from 1 on, found "file a seq 0 type b\n"`,
		"file a seq 1x type b\n":                      `resp: syntax error at offset 0: expected a seq from 1 on, found "file a seq 1x type b\n"`,
		"file a seq 1 type x\n":                       `resp: syntax error at offset 0: expected one of the types b, h and i, found "file a seq 1 type x\n"`,
		"file \"a seq 1 type x\n":                     `resp: syntax error at offset 5: expected a quote that is closed, found "file \""`,
		"file a seq 1 type b endoffset x y z\n":       `resp: syntax error at offset 0: expected a replication offset, found "file a seq 1 type b endoffset x y z\n"`,
		good + good:                                   `resp: syntax error at offset 20: expected a seq above those before it, found "file a seq 1 type i\n"`,
		"file a seq 1 type b\nfile b seq 2 type b\n":  `resp: syntax error at offset 20: expected one base file alone, found "file b seq 2 type b\n"`,
		good + "#" + strings.Repeat("x", 1023) + "\n": "resp: over the limit at offset 20: line length above 1023",
	} {
		if files, err := aof.ParseManifest(strings.NewReader(text)); err == nil || err.Error() != want || files != nil {
			t.Errorf("%.100q: %v, %v, want %s", text, files, err, want)
		}
	}
	var limit *resp.LimitError
	long := "file " + strings.Repeat("x", 1024) + " seq 1 type b\n"
	if files, err := aof.ParseManifest(bufio.NewReader(strings.NewReader(long))); !errors.As(err, &limit) {
		t.Errorf("of a reader with a larger buffer: %v, %v", files, err)
	}
	if _, err := aof.ParseManifest(iotest.ErrReader(fs.ErrClosed)); err != fs.ErrClosed {
		t.Errorf("of a reader that fails: %v", err)
	}
}

// eventsOf reads files and tells what came, the error last.
func eventsOf(fsys fs.FS, name string, opts ...aof.Option) (events []string) {
	opts = append(opts, aof.OnAnnotation(func(text []byte) { events = append(events, "#"+string(text)) }))
	for command, err := range aof.Commands(fsys, name, opts...) {
		if err != nil {
			return append(events, err.Error())
		}
		events = append(events, fmt.Sprintf("%s %d %s", command.File, command.Offset, command.Args))
	}
	return events
}

func TestCommandsOfASet(t *testing.T) {
	files := fstest.MapFS{}
	add := func(name, text string) { files[name] = &fstest.MapFile{Data: []byte(text)} }
	set := func(n string) string { return tests.Multibulk("SET", n) }
	add("d/x.manifest", "file old seq 1 type h\nfile i1 seq 1 type i\nfile i2 seq 2 type i\nfile b seq 1 type b\n")
	add("d/temp-x.manifest", "")
	add("d/old", "not looked at")
	add("d/b", aRealPreamble)
	add("d/i1", "#TS:1\r\n"+set("1")+"#TS:2\r\n")
	add("d/i2", set("2")+set("3"))
	add("single", aRealPreamble+set("1"))
	add("bare", set("1"))
	add("bare.manifest", "file single seq 1 type b\nfile bare seq 1 type i\n")
	add("cut/m.manifest", "file b seq 1 type b\nfile i seq 1 type i\n")
	add("cut/b", "")
	add("cut/i", set("1")+"#TS:1\r\n*2\r\n")
	add("bad/m.manifest", "file b seq 1 type b\nfile i seq 1 type i\n")
	add("bad/b", set("1")+"SET 1\r\n")
	add("gone/m.manifest", "file b seq 1 type b\n")
	add("wrong/m.manifest", "\n")
	add("up/m.manifest", "file .. seq 1 type b\n")
	add("two/a.manifest", "#\n")
	add("two/b.manifest", "#\n")
	for name, want := range map[string][]string{
		"d":             {"#TS:1", "i1 27 [SET 1]", "#TS:2", "i2 20 [SET 2]", "i2 40 [SET 3]"},
		"d/x.manifest":  {"#TS:1", "i1 27 [SET 1]", "#TS:2", "i2 20 [SET 2]", "i2 40 [SET 3]"},
		"single":        {fmt.Sprintf("single %d [SET 1]", len(aRealPreamble)+20)},
		"bare":          {"bare 20 [SET 1]"},
		"bare.manifest": {fmt.Sprintf("single %d [SET 1]", len(aRealPreamble)+20), "bare 20 [SET 1]"},
		"d/b":           nil,
		"cut":           {"i 20 [SET 1]", "#TS:1", "aof: i, whole up to offset 20: unexpected EOF"},
		"bad": {"b 20 [SET 1]", "aof: b, whole up to offset 20: " +
			`resp: type error at offset 20: expected the * of a command or the # of an annotation, found "S"`},
		"gone":  {"aof: b, whole up to offset 0: open gone/b: file does not exist"},
		"wrong": {"aof: wrong/m.manifest, whole up to offset 0: " + `resp: syntax error at offset 0: expected file, seq and type, each with its value, found "\n"`},
		"up":    {"aof: up/m.manifest, whole up to offset 0: " + `resp: syntax error at offset 0: expected the name of a file, without a path, found "file .. seq 1 type b\n"`},
		"two":   {"aof: two, whole up to offset 0: 2 manifests in it, not one"},
		"none":  {"aof: none, whole up to offset 0: open none: file does not exist"},
	} {
		if diff := cmp.Diff(want, eventsOf(files, name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, err := range aof.Commands(files, "gone") {
		var failed *aof.Error
		if !errors.Is(err, fs.ErrNotExist) || !errors.As(err, &failed) || failed.File != "b" {
			t.Errorf("of a file that is not there: %v", err)
		}
	}
	var preamble strings.Builder
	if n := len(eventsOf(files, "d", aof.PreambleTo(&preamble))); n != 5 || preamble.String() != aRealPreamble {
		t.Errorf("%d events, and the preamble %q", n, preamble.String())
	}
	for range aof.Commands(files, "d") {
		break
	}
}
