package resp_test

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
)

func aofFile(name string, seq int64, kind resp.AOFType) resp.AOFFile {
	return resp.AOFFile{Name: name, Seq: seq, Type: kind, StartOffset: -1, EndOffset: -1}
}

func TestParseAOFManifest(t *testing.T) {
	offsets := aofFile("a", 1, resp.IncrAOF)
	offsets.StartOffset, offsets.EndOffset = 0, 1234567890123
	for text, want := range map[string][]resp.AOFFile{
		"file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n": {
			aofFile("appendonly.aof.1.base.rdb", 1, resp.BaseAOF), aofFile("appendonly.aof.1.incr.aof", 1, resp.IncrAOF),
		},
		"file b seq 2 type b\nfile h1 seq 1 type h\nfile h2 seq 1 type h\nfile i seq 2 type i\nfile j seq 4 type i\n": {
			aofFile("b", 2, resp.BaseAOF), aofFile("h1", 1, resp.HistoryAOF), aofFile("h2", 1, resp.HistoryAOF), aofFile("i", 2, resp.IncrAOF), aofFile("j", 4, resp.IncrAOF),
		},
		"# a comment\n  TYPE i\tseq 7 File  a \r\n#":                  {aofFile("a", 7, resp.IncrAOF)},
		`file "a b\x01\"" seq 1 type b color 'none at all'` + "\n":    {aofFile("a b\x01\"", 1, resp.BaseAOF)},
		"file a seq 1 type i startoffset 0 endoffset 1234567890123\n": {offsets},
		"#\n": nil,
		"file a seq 1 type b\n" + "#" + strings.Repeat("x", 1022) + "\n": {aofFile("a", 1, resp.BaseAOF)},
	} {
		for name, r := range map[string]io.Reader{"at once": strings.NewReader(text), "byte by byte": iotest.OneByteReader(strings.NewReader(text))} {
			got, err := resp.ParseAOFManifest(r)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%q, %s: %v (-want +got):\n%s", text, name, err, diff)
			}
		}
	}
}

func TestFaultsInAOFManifests(t *testing.T) {
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
		"file a seq 0 type b\n":                       `resp: syntax error at offset 0: expected a seq from 1 on, found "file a seq 0 type b\n"`,
		"file a seq 1x type b\n":                      `resp: syntax error at offset 0: expected a seq from 1 on, found "file a seq 1x type b\n"`,
		"file a seq 1 type x\n":                       `resp: syntax error at offset 0: expected one of the types b, h and i, found "file a seq 1 type x\n"`,
		"file \"a seq 1 type x\n":                     `resp: syntax error at offset 5: expected a quote that is closed, found "file \""`,
		"file a seq 1 type b endoffset x y z\n":       `resp: syntax error at offset 0: expected a replication offset, found "file a seq 1 type b endoffset x y z\n"`,
		good + good:                                   `resp: syntax error at offset 20: expected a seq above those before it, found "file a seq 1 type i\n"`,
		"file a seq 1 type b\nfile b seq 2 type b\n":  `resp: syntax error at offset 20: expected one base file alone, found "file b seq 2 type b\n"`,
		good + "#" + strings.Repeat("x", 1023) + "\n": "resp: over the limit at offset 20: line length above 1023",
	} {
		if files, err := resp.ParseAOFManifest(strings.NewReader(text)); err == nil || err.Error() != want || files != nil {
			t.Errorf("%.100q: %v, %v, want %s", text, files, err, want)
		}
	}
	var limit *resp.LimitError
	long := "file " + strings.Repeat("x", 1024) + " seq 1 type b\n"
	if files, err := resp.ParseAOFManifest(bufio.NewReader(strings.NewReader(long))); !errors.As(err, &limit) {
		t.Errorf("of a reader with a larger buffer: %v, %v", files, err)
	}
	if _, err := resp.ParseAOFManifest(iotest.ErrReader(fs.ErrClosed)); err != fs.ErrClosed {
		t.Errorf("of a reader that fails: %v", err)
	}
}

// aofEvents reads files and tells what came, the error last.
func aofEvents(fsys fs.FS, name string, opts ...resp.Option) (events []string) {
	opts = append(opts, resp.OnAnnotation(func(text []byte) { events = append(events, "#"+string(text)) }))
	for command, err := range resp.ReadAOF(fsys, name, opts...) {
		if err != nil {
			return append(events, err.Error())
		}
		events = append(events, fmt.Sprintf("%s %d %s", command.File, command.Offset, command.Args))
	}
	return events
}

func TestReadAOF(t *testing.T) {
	files := fstest.MapFS{}
	add := func(name, text string) { files[name] = &fstest.MapFile{Data: []byte(text)} }
	set := func(n string) string { return multibulkWire("SET", n) }
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
	add("two/a.manifest", "#\n")
	add("two/b.manifest", "#\n")
	for name, want := range map[string][]string{
		"d":             {"#TS:1", "i1 27 [SET 1]", "#TS:2", "i2 20 [SET 2]", "i2 40 [SET 3]"},
		"d/x.manifest":  {"#TS:1", "i1 27 [SET 1]", "#TS:2", "i2 20 [SET 2]", "i2 40 [SET 3]"},
		"single":        {fmt.Sprintf("single %d [SET 1]", len(aRealPreamble)+20)},
		"bare":          {"bare 20 [SET 1]"},
		"bare.manifest": {fmt.Sprintf("single %d [SET 1]", len(aRealPreamble)+20), "bare 20 [SET 1]"},
		"d/b":           nil,
		"cut":           {"i 20 [SET 1]", "#TS:1", "resp: append-only file i, whole up to offset 20: unexpected EOF"},
		"bad": {"b 20 [SET 1]", "resp: append-only file b, whole up to offset 20: " +
			`resp: type error at offset 20: expected the * of a command or the # of an annotation, found "S"`},
		"gone":  {"resp: append-only file b, whole up to offset 0: open gone/b: file does not exist"},
		"wrong": {"resp: append-only file wrong/m.manifest, whole up to offset 0: " + `resp: syntax error at offset 0: expected file, seq and type, each with its value, found "\n"`},
		"two":   {"resp: append-only file two, whole up to offset 0: 2 manifests in it, not one"},
		"none":  {"resp: append-only file none, whole up to offset 0: open none: file does not exist"},
	} {
		if diff := cmp.Diff(want, aofEvents(files, name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, err := range resp.ReadAOF(files, "gone") {
		var aof *resp.AOFError
		if !errors.Is(err, fs.ErrNotExist) || !errors.As(err, &aof) || aof.File != "b" {
			t.Errorf("of a file that is not there: %v", err)
		}
	}
	var preamble strings.Builder
	if n := len(aofEvents(files, "d", resp.PreambleTo(&preamble))); n != 5 || preamble.String() != aRealPreamble {
		t.Errorf("%d events, and the preamble %q", n, preamble.String())
	}
	for range resp.ReadAOF(files, "d") {
		break
	}
}
