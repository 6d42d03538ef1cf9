package aof_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"math"
	"math/bits"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/leanovate/gopter/gen"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/aof"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/resptest"
	"github.com/seed65f5866d/resp/resptest/respgen"
)

// rdbSum is the checksum of Redis, as hash/crc64 gives it between two complements.
func rdbSum(b []byte) uint64 {
	return ^crc64.Update(^uint64(0), rdbTable, b)
}

var rdbTable = crc64.MakeTable(bits.Reverse64(0xad93d23594c935a9))

// rdb gives a body the header and the end of an RDB.
func rdb(body string) string {
	b := []byte("REDIS0011" + body + "\xff")
	return string(binary.LittleEndian.AppendUint64(b, rdbSum(b)))
}

// valkeyRDB is one of Valkey 9.
func valkeyRDB(body string) string {
	b := []byte("VALKEY080" + body + "\xff")
	return string(binary.LittleEndian.AppendUint64(b, rdbSum(b)))
}

const noSum = "\xff\x00\x00\x00\x00\x00\x00\x00\x00"

// uncheckedRDB is that of a server with rdbchecksum no.
func uncheckedRDB(body string) string { return "REDIS0011" + body + noSum }

// outcome is what is made of an append-only file.
type outcome struct {
	Events   []string // annotations and commands, in order
	Preamble string
	Err      string // of the last call
	Offset   int64  // then
}

func commandEvent(args [][]byte, offset int64) string { return fmt.Sprintf("%q to %d", args, offset) }

// settings are how a file is read.
type settings struct {
	lenient bool
	lineLen int64
	limits  []resp.Option
}

var (
	usual = settings{lineLen: 64 << 10}
	small = settings{lineLen: 30, limits: []resp.Option{resp.MaxArgs(3), resp.MaxBulkLen(20)}}
)

func (s settings) options() []aof.Option {
	opts := []aof.Option{aof.DecoderOptions(append([]resp.Option{resp.BufferSize(64)}, s.limits...)...), aof.MaxLineLen(s.lineLen)}
	if s.lenient {
		opts = append(opts, aof.Lenient())
	}
	return opts
}

// oracle says naively what an append-only file is, all of which lies in b. What a
// single command is a Decoder says of the bytes from it on.
func oracle(b []byte, s settings) (o outcome) {
	pos, err := oraclePreamble(b, s.lenient)
	o.Preamble, o.Offset = string(b[:pos]), int64(pos)
	behind := 0
	for err == nil {
		rest := b[pos:]
		switch end := bytes.IndexByte(rest, '\n'); {
		case len(rest) == 0:
			err = io.EOF
		case rest[0] == '#' && (int64(end) > s.lineLen || end < 0 && int64(len(rest)) > s.lineLen):
			err = &resp.LimitError{Limit: "line length", Max: s.lineLen, Offset: int64(pos)}
		case rest[0] == '#' && end < 0:
			err = io.ErrUnexpectedEOF
		case rest[0] == '#':
			o.Events = append(o.Events, "#"+strings.TrimSuffix(string(rest[1:end]), "\r"))
			pos += end + 1
		case rest[0] != '*':
			err = &resp.SyntaxError{Offset: int64(pos), Class: resp.ClassType, Expected: "the * of a command or the # of an annotation", Found: string(rest[:1])}
		case oracleEmpty.Match(rest) && int64(end) <= s.lineLen:
			err = &resp.SyntaxError{Offset: int64(pos + 1), Class: resp.ClassLength, Expected: "a command that is not empty", Found: string(rest[:2])}
		default:
			var command resp.Command
			opts := append([]resp.Option{resp.MaxLineLen(s.lineLen)}, s.limits...)
			if s.lenient {
				opts = append(opts, resp.Lenient())
			}
			if command, err = resp.NewDecoder(bytes.NewReader(rest), opts...).ReadCommand(); err == nil {
				pos += len(command.Raw)
				o.Offset = int64(pos)
				o.Events = append(o.Events, commandEvent(command.Args, o.Offset))
			} else {
				behind = pos
			}
		}
	}
	o.Err = message(err, behind)
	return o
}

// message is what err says. Behind means that its offset counts from there.
func message(err error, behind int) string {
	var syntax *resp.SyntaxError
	var limit *resp.LimitError
	switch {
	case errors.As(err, &syntax):
		syntax.Offset += int64(behind)
	case errors.As(err, &limit):
		limit.Offset += int64(behind)
	}
	return err.Error()
}

var (
	oracleEmpty   = regexp.MustCompile(`^\*(0|-[1-9][0-9]{0,17})\r\n`)
	oracleTail    = regexp.MustCompile(`^(\*[0-9]{1,7}\r\n\$|#TS:)`)
	oracleTailCut = regexp.MustCompile(`^(\*[0-9]{0,7}|\*[0-9]{1,7}\r\n?|#|#T|#TS)\z`)
	oracleHeader  = regexp.MustCompile(`^(REDIS[0-9]{4}|VALKEY[0-9]{3})`)
)

// oraclePreamble returns where the RDB preamble ends.
func oraclePreamble(b []byte, lenient bool) (end int, err error) {
	magic := ""
	for _, word := range []string{"REDIS", "VALKEY"} {
		if n := min(len(b), len(word)); n > 0 && string(b[:n]) == word[:n] {
			magic = word
		}
	}
	switch least := "0005"[max(0, len(magic)-5):]; {
	case magic == "":
		return 0, nil
	case len(b) < 9:
		return 0, io.ErrUnexpectedEOF
	case !oracleHeader.Match(b) || string(b[len(magic):9]) < least:
		return 0, &resp.SyntaxError{Offset: int64(len(magic)), Class: resp.ClassSyntax, Expected: "an RDB version that has a checksum, " + least + " at least", Found: string(b[:9])}
	}
	for i := 0; i+9 <= len(b); i++ {
		if b[i] != 0xff {
			continue
		}
		sum, tail := binary.LittleEndian.Uint64(b[i+1:]), b[i+9:]
		early := b[i+1] == 0xff && len(tail) > 0 && tail[0] == 0 // the 0xFF is the last byte of a body
		if sum == rdbSum(b[:i+1]) && !early || sum == 0 && len(tail) == 0 ||
			sum == 0 && lenient && (oracleTail.Match(tail) || oracleTailCut.Match(tail)) {
			return i + 9, nil
		}
	}
	return 0, io.ErrUnexpectedEOF
}

// read reads a file to its end.
func read(d tests.Arrival, wire []byte, s settings) (o outcome) {
	var preamble bytes.Buffer
	r := aof.NewReader(d.Of(bytes.NewReader(wire)), append(s.options(),
		aof.OnAnnotation(func(text []byte) { o.Events = append(o.Events, "#"+string(text)) }),
		aof.PreambleTo(&preamble))...)
	for range 6*len(wire) + 100 {
		command, err := r.ReadCommand()
		switch {
		case err == nil:
			o.Events = append(o.Events, commandEvent(command.Args, r.Offset()))
		case !errors.Is(err, os.ErrDeadlineExceeded):
			o.Err, o.Offset, o.Preamble = err.Error(), r.Offset(), preamble.String()
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				return o // the file may grow
			}
			if _, again := r.ReadCommand(); again.Error() != o.Err {
				o.Err += ", then " + again.Error()
			}
			return o
		}
	}
	o.Err = "reading goes on for ever"
	return o
}

// diff compares what is read in one way with what the oracle says, strictly and
// leniently.
func diff(wire []byte, s settings, d tests.Arrival) (differences string) {
	for _, lenient := range []bool{false, true} {
		s.lenient = lenient
		want, got := oracle(wire, s), read(d, wire, s)
		if want.Offset == 0 && want.Preamble == "" {
			got.Preamble = "" // as much as has come
		}
		if diff := cmp.Diff(want, got); diff != "" {
			differences += fmt.Sprintf("%s, lenient: %t: %.300q (-oracle +got):\n%s", d.Name, lenient, wire, diff)
		}
	}
	return differences
}

// aRealPreamble was written by Redis 7.0.15.
const aRealPreamble = "REDIS0010\xfa\x09redis-ver" +
	"\x067.0.15\xfa\x0aredis-bits\xc0" +
	"@\xfa\x05ctime\xc2\x8b2\x01k\xfa\x08used-m" +
	"em\xc2\xe0\xb7\x0e\x00\xfa\x08aof-base\xc0\x01" +
	"\xfe\x00\xfb\x01\x01\xfcw:H8\xa2\x01\x00\x00\x00\x01k\x03v\xff\xff\xff6\x8b?p{\x88-\xb2"

var wires = []string{
	"",
	"#TS:1628217470\r\n" + tests.Multibulk("SELECT", "0") + tests.Multibulk("SET", "k", "\r\n*1\r\n#\x00") + "#TS:1628217471\r\n" + tests.Multibulk("DEL", "k"),
	"#\n#\r\n#a\r\r\n# \x00\xff\n" + tests.Multibulk("x"),
	tests.Multibulk("x") + "#TS:1\r\n#TS:2\r\n",
	tests.Multibulk("x") + "#TS:1\r\n#TS:2",
	tests.Multibulk("MULTI") + tests.Multibulk("SET", "k", "v") + tests.Multibulk("EXEC"),
	tests.Multibulk("x") + "PING\r\n",
	tests.Multibulk("x") + "\r\n" + tests.Multibulk("x"),
	tests.Multibulk("x") + "*0\r\n",
	tests.Multibulk("x") + "*-1\r\n",
	"#a\n*x\r\n", "*1\r\n:1\r\n", "#a\n*1\r\n$x\r\n", "$1\r\na\r\n", "\x00",
	"R", "RE", "REDIS", "REDIS00", "REDIT", "Redis0011", "REDIS0004" + noSum, "REDIS00a1" + noSum, "REDIS\x00\x00\x00\x00",
	aRealPreamble, aRealPreamble + "#TS:1\r\n" + tests.Multibulk("x"),
	rdb(""), rdb("\xff"), rdb("\xff\xff\xff\xff\xff\xff\xff\xff\xff") + tests.Multibulk("x"),
	rdb("*1\r\n$1\r\nx\r\n#TS:1\r\n") + "#TS:1\r\n" + tests.Multibulk("x"),
	rdb(rdb("inside\xff")) + tests.Multibulk("x"),
	rdb(noSum) + tests.Multibulk("x"), rdb(noSum+"*1\r\nx") + tests.Multibulk("x"), rdb(noSum + "#TS"), rdb(noSum+"*12345678\r\n$") + "*",
	rdb("a")[:17], rdb("a")[:18] + "\x00" + tests.Multibulk("x"),
	rdb("a") + "x", rdb("a") + rdb("a"),
	uncheckedRDB("\xff\xff"), uncheckedRDB("") + tests.Multibulk("x"), uncheckedRDB("a") + "#TS:1\r\n" + tests.Multibulk("x"),
	uncheckedRDB("a") + "*", uncheckedRDB("a") + "*1048576", uncheckedRDB("a") + "*1\r", uncheckedRDB("a") + "#T", uncheckedRDB("a") + "# \r\n",
	uncheckedRDB("a") + "**", uncheckedRDB("a") + "*\r\n$",
	tests.Multibulk("x") + aRealPreamble, "#a\n" + aRealPreamble,
	uncheckedRDB(noSum + noSum + "*1"),
	valkeyRDB("a"), valkeyRDB("\xff") + "#TS:1\r\n" + tests.Multibulk("x"), valkeyRDB("a")[:17], "V", "VALKEY", "VALKE9", "VALKEY08", "VALKEY080" + noSum,
	"VALKEY080" + noSum + tests.Multibulk("x"), "VALKEY004" + noSum, "VALKEY08a" + noSum, "VALKEY\x00\x00\x00", "REDISY080" + noSum,
	tests.Multibulk("x") + valkeyRDB("a"),
	"*0", "*-", "*-1\r", "*-12\n", "*-0\r\n", "*01\r\n", "*-9223372036854775809\r\n", "*-99999999999999999999\r\n", "*", "*\r\n", "*?\r\n", "*1", "*1\r\n",
	"#" + strings.Repeat("x", 29) + "\n", "#" + strings.Repeat("x", 30) + "\n", "#" + strings.Repeat("x", 30), tests.Multibulk("x", "y", "z", "a"), tests.Multibulk(strings.Repeat("x", 21)),
}

// What an append-only file holds does not depend on how it arrives.
func TestAppendOnlyFiles(t *testing.T) {
	t.Parallel()
	for _, wire := range wires {
		for _, d := range tests.Arrivals(1) {
			if diff := diff([]byte(wire), usual, d) + diff([]byte(wire), small, d); diff != "" {
				t.Error(diff)
			}
		}
	}
}

// A value that looks like the end of a preamble without a checksum, and commands,
// gets no command into the file.
func TestNoCommandsComeOutOfValues(t *testing.T) {
	hostile := noSum + tests.Multibulk("FLUSHALL")
	for _, preamble := range []string{rdb("a" + hostile + "b"), uncheckedRDB("a" + hostile + "b")} {
		got := read(tests.Arrivals(1)[0], []byte(preamble), usual)
		if diff := cmp.Diff(outcome{Preamble: preamble, Err: "EOF", Offset: int64(len(preamble))}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// endingTwice returns a body that ends with n bytes 0xFF, each of which passes for the
// opcode that ends an RDB.
func endingTwice(n int) string {
	for filler := uint32(0); ; filler++ {
		body := string(binary.LittleEndian.AppendUint32(nil, filler)) + strings.Repeat("\xff", n)
		wire := rdb(body)
		if strings.HasSuffix(wire, strings.Repeat("\x00", n)) {
			return body
		}
	}
}

// A body that ends like an RDB does not end the preamble, whatever follows it.
func TestAPreambleEndsOnce(t *testing.T) {
	for n := 1; n <= 2; n++ {
		preamble := rdb(endingTwice(n))
		for _, log := range []string{"", tests.Multibulk("SET", "k", "v"), "#TS:1\r\n" + tests.Multibulk("SET", "k", "v")} {
			for _, d := range tests.Arrivals(1) {
				wire := []byte(preamble + log)
				if diff := diff(wire, usual, d); diff != "" {
					t.Error(diff)
				}
				if got := read(d, wire, usual); got.Preamble != preamble || got.Err != "EOF" {
					t.Errorf("the preamble of %q is %q, %s", wire, got.Preamble, got.Err)
				}
			}
		}
	}
}

// At every split in two, and cut at every byte.
func TestAppendOnlyFilesInParts(t *testing.T) {
	t.Parallel()
	for _, wire := range wires {
		for cut := range len(wire) {
			inTwo := tests.Arrival{Name: "in two reads", Of: func(r io.Reader) io.Reader { return resptest.SplitReader(r, cut+1, len(wire)) }}
			if diff := diff([]byte(wire), usual, inTwo); diff != "" {
				t.Errorf("split behind byte %d: %s", cut, diff)
			}
			if diff := diff([]byte(wire[:cut]), usual, tests.Arrivals(1)[0]); diff != "" {
				t.Errorf("cut: %s", diff)
			}
		}
	}
}

// Any commands, with annotations between them and any preamble.
func TestAnyAppendOnlyFile(t *testing.T) {
	tests.ForAll(t, func(commands []resptest.Command, seed uint64) string {
		rnd := rand.New(rand.NewPCG(seed, 0))
		wire := anyPreamble(rnd)
		for _, command := range commands {
			for range rnd.IntN(3) {
				wire = fmt.Appendf(wire, "#TS:%d\r\n", rnd.Uint32())
			}
			wire = resp.AppendArgs(wire, command...)
		}
		wire = wire[:len(wire)-rnd.IntN(2)*rnd.IntN(min(len(wire), 40)+1)]
		ways := tests.Arrivals(seed)
		return diff(wire, usual, ways[0]) + diff(wire, usual, ways[rnd.IntN(len(ways))])
	}, gen.SliceOfN(5, respgen.Command(10, 99, 6000)), gen.UInt64())
}

// anyPreamble is one of some hundred bytes, many of them those that it may end
// with, or none.
func anyPreamble(rnd *rand.Rand) []byte {
	body := make([]byte, rnd.IntN(400))
	for i := range body {
		body[i] = "\xff\xff\x00*#1"[rnd.IntN(6)]
		if rnd.IntN(3) > 0 {
			body[i] = byte(rnd.Uint32())
		}
	}
	switch rnd.IntN(4) {
	case 0:
		return []byte(rdb(string(body)))
	case 1:
		return []byte(valkeyRDB(string(body)))
	case 2:
		return []byte(uncheckedRDB(string(body)))
	}
	return nil
}

// A writer that takes preambles badly gets each byte once.
func TestPreambleToAwkwardWriters(t *testing.T) {
	preamble := rdb(strings.Repeat("\xff, data, ", 1000))
	wire := preamble + "#a\r\n" + tests.Multibulk("x")
	for seed := range uint64(20) {
		for name, wrap := range map[string]func(io.Writer) io.Writer{
			"timeouts": func(w io.Writer) io.Writer { return resptest.TimeoutWriter(w, seed) },
			"short":    func(w io.Writer) io.Writer { return resptest.ShortWriter(w, int(seed)+1) },
		} {
			var got bytes.Buffer
			r := aof.NewReader(resptest.RandomReader(strings.NewReader(wire), seed), aof.PreambleTo(wrap(&got)))
			command, err := r.ReadCommand()
			for tries := 0; err != nil && tries < len(wire); tries++ {
				if r.Offset() != 0 {
					t.Fatalf("%s: stands at %d inside the preamble", name, r.Offset())
				}
				command, err = r.ReadCommand()
			}
			if err != nil || len(command.Args) != 1 || got.String() != preamble {
				t.Errorf("%s: %q, %v, and %d bytes of %d", name, command.Args, err, got.Len(), len(preamble))
			}
		}
	}
}

func TestPreambleToWritersThatReturnImpossibleCounts(t *testing.T) {
	for _, n := range []int{-1, 1000, math.MaxInt} {
		w := tests.WriterFunc(func([]byte) (int, error) { return n, nil })
		r := aof.NewReader(strings.NewReader(aRealPreamble), aof.PreambleTo(w))
		for range 2 {
			if _, err := r.ReadCommand(); err == nil || err == io.EOF {
				t.Errorf("%d: %v", n, err)
			}
		}
	}
}

// After Reset a preamble may come again, and what was on the way is forgotten.
func TestResetOfAnAppendOnlyFile(t *testing.T) {
	for cut := range len(aRealPreamble) {
		wire := aRealPreamble + "#a\n" + tests.Multibulk("x")
		r := aof.NewReader(strings.NewReader(wire[:cut]))
		if _, err := r.ReadCommand(); err == nil {
			t.Fatal("no error of a file that is cut")
		}
		r.Reset(strings.NewReader(wire))
		if _, err := r.ReadCommand(); err != nil || r.Offset() != int64(len(wire)) {
			t.Errorf("after %d bytes and Reset: %v, at %d", cut, err, r.Offset())
		}
		r.Reset(strings.NewReader("PING\r\n"))
		if _, err := r.ReadCommand(); err == nil || r.Offset() != 0 {
			t.Errorf("an inline request: %v, at %d", err, r.Offset())
		}
		r.Reset(strings.NewReader(wire))
		if command, err := r.ReadCommand(); err != nil || string(command.Args[0]) != "x" {
			t.Errorf("after an error and Reset: %q, %v", command.Args, err)
		}
	}
}

// A growing file is read on where it ended.
func TestAGrowingAppendOnlyFile(t *testing.T) {
	wire := aRealPreamble + "#a\n" + tests.Multibulk("x", "y") + "#b\n#c\n" + tests.Multibulk("z")
	var file bytes.Buffer
	var events []string
	r := aof.NewReader(&file, aof.OnAnnotation(func(text []byte) { events = append(events, "#"+string(text)) }))
	for i := range len(wire) {
		file.WriteByte(wire[i])
		command, err := r.ReadCommand()
		if err == nil {
			events = append(events, tests.Words(command.Args)...)
		} else if err != io.EOF && err != io.ErrUnexpectedEOF {
			t.Fatal(err)
		}
		if want := oracle([]byte(wire[:i+1]), usual); r.Offset() != want.Offset {
			t.Errorf("after %d bytes: at offset %d, want %d", i+1, r.Offset(), want.Offset)
		}
	}
	if diff := cmp.Diff([]string{"#a", "x", "y", "#b", "#c", "z"}, events); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// An empty command is found where it stands, though a reader that blocks has nothing
// behind it, and a fault behind it is not told instead.
func TestAnEmptyCommandIsFoundAtOnce(t *testing.T) {
	for _, behind := range []string{"", "x", "*1\r\n$1\r\na\r\n", "*x\r\n"} {
		wire := tests.Multibulk("x") + "*0\r\n"
		r := aof.NewReader(io.MultiReader(strings.NewReader(wire), strings.NewReader(behind), iotest.ErrReader(errors.New("read too far"))))
		if _, err := r.ReadCommand(); err != nil {
			t.Fatal(err)
		}
		const want = `resp: length error at offset 12: expected a command that is not empty, found "*0"`
		for range 2 {
			if _, err := r.ReadCommand(); err == nil || err.Error() != want || r.Offset() != 11 {
				t.Errorf("before %q: %v at %d, want %s", behind, err, r.Offset(), want)
			}
		}
	}
}

// Commands ends at the end of the file, and with an error after having told it.
func TestCommandsEndsWithTheFile(t *testing.T) {
	wire := tests.Multibulk("x") + "#a\n" + tests.Multibulk("y", "z")
	for _, cut := range []int{len(wire), len(wire) - 1} {
		var got []string
		for command, err := range aof.NewReader(strings.NewReader(wire[:cut])).Commands() {
			if err != nil {
				got = append(got, err.Error())
				continue
			}
			got = append(got, tests.Words(command.Args)...)
		}
		want := []string{"x", "y", "z"}
		if cut < len(wire) {
			want = []string{"x", "unexpected EOF"}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestLimitsOfAnnotations(t *testing.T) {
	for wire, ok := range map[string]bool{
		"#2345\n": true, "#234\r\n": true, "#23456\n": false, "#2345\r\n": false, "#23456": false, "#2345": true,
	} {
		for _, d := range tests.Arrivals(1) {
			if diff := diff([]byte(wire), settings{lineLen: 5}, d); diff != "" {
				t.Error(diff)
			}
			if got := read(d, []byte(wire), settings{lineLen: 5}); strings.Contains(got.Err, "limit") == ok {
				t.Errorf("%q, %s: %+v", wire, d.Name, got)
			}
		}
	}
}

func TestFaultsInAppendOnlyFiles(t *testing.T) {
	for wire, want := range map[string]string{
		"#a\nPING\r\n": `resp: type error at offset 3: expected the * of a command or the # of an annotation, found "P"`,
		"*0\r\n":       `resp: length error at offset 1: expected a command that is not empty, found "*0"`,
		"REDIS0004":    `resp: syntax error at offset 5: expected an RDB version that has a checksum, 0005 at least, found "REDIS0004"`,
		"VALKEY004":    `resp: syntax error at offset 6: expected an RDB version that has a checksum, 005 at least, found "VALKEY004"`,
	} {
		r := aof.NewReader(strings.NewReader(wire))
		for range 2 {
			if _, err := r.ReadCommand(); err == nil || err.Error() != want {
				t.Errorf("%q: %v, want %s", wire, err, want)
			}
		}
	}
}

func TestAppendOnlyFilesDoNotAllocate(t *testing.T) {
	wire := "#TS:1628217470\r\n" + tests.Multibulk("SET", "key", "value") + tests.Multibulk("DEL", "key") + "#TS:1628217471\r\n#TS:1628217472\r\n"
	seen := 0
	for _, atOnce := range []int{0, 1460, 7} {
		r := aof.NewReader(tests.Endless(wire, atOnce), aof.OnAnnotation(func(text []byte) { seen += len(text) }))
		tests.CheckNoAllocs(t, wire, func() error {
			if _, err := r.ReadCommand(); err != nil {
				return err
			}
			_, err := r.ReadCommand()
			return err
		})
	}
	if seen == 0 {
		t.Error("no annotation was seen")
	}
}

// preambleReader is an RDB of that many bytes between its header and its end.
type preambleReader struct {
	left int
	body []byte
	sum  uint64
	rest []byte
}

func (r *preambleReader) Read(p []byte) (n int, err error) {
	if r.left > 0 {
		n = copy(p[:min(len(p), r.left)], r.body)
		r.sum = ^crc64.Update(^r.sum, rdbTable, p[:n])
		if r.left -= n; r.left == 0 {
			r.sum = ^crc64.Update(^r.sum, rdbTable, []byte{0xff})
			r.rest = append(binary.LittleEndian.AppendUint64([]byte{0xff}, r.sum), tests.Multibulk("x")...)
		}
		return n, nil
	}
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	n = copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func newPreambleReader(size int, body []byte) io.Reader {
	const header = "REDIS0011"
	return io.MultiReader(strings.NewReader(header), &preambleReader{left: size, body: body, sum: rdbSum([]byte(header))})
}

// preambleBodies are kinds of data by how many bytes look like the end.
func preambleBodies() map[string][]byte {
	random := make([]byte, 64<<10)
	rnd := rand.NewChaCha8([32]byte{})
	rnd.Read(random)
	return map[string][]byte{
		"random":     random,
		"text":       bytes.Repeat([]byte("some text, "), 6000),
		"0xFF":       bytes.Repeat([]byte{0xff}, 64<<10),
		"false ends": bytes.Repeat([]byte(noSum+"*1\r"), 5000),
	}
}

// A large preamble takes no memory, and time in proportion.
func TestLargePreambles(t *testing.T) {
	const size, most = 64 << 20, 256 << 10
	for name, body := range preambleBodies() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		command, err := aof.NewReader(newPreambleReader(size, body), aof.Lenient()).ReadCommand()
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if err != nil || len(command.Args) != 1 {
			t.Errorf("%s: %q and %v", name, command.Args, err)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > most {
			t.Errorf("%s: %d bytes allocated for a preamble of %d", name, grown, size)
		}
		t.Logf("%s: %.0f MB/s", name, float64(size)/1e6/took.Seconds())
		if testing.Short() {
			return
		}
	}
}

// A byte at a time, what is long costs no more than its length: with its square, this
// would run into the time limit of all tests.
func TestAppendOnlyFilesByteByByte(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for name, wire := range map[string]string{"annotation": "#" + long + "\n", "preamble": rdb(long), "preamble without checksum": uncheckedRDB(long)} {
		r := aof.NewReader(iotest.OneByteReader(strings.NewReader(wire+tests.Multibulk("x"))), aof.Lenient(), aof.MaxLineLen(2<<20))
		if _, err := r.ReadCommand(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkPreamble(b *testing.B) {
	const size = 4 << 20
	for name, body := range preambleBodies() {
		b.Run(name, func(b *testing.B) {
			wire := []byte("REDIS0011")
			for len(wire) < size {
				wire = append(wire, body...)
			}
			wire = []byte(rdb(string(wire[9:])) + tests.Multibulk("x"))
			r := aof.NewReader(nil)
			b.SetBytes(int64(len(wire)))
			for b.Loop() {
				r.Reset(bytes.NewReader(wire))
				if _, err := r.ReadCommand(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A file of short commands, from memory.
func BenchmarkCommands(b *testing.B) {
	const commands = 1000
	wire := []byte(strings.Repeat(tests.Multibulk("SET", "key:1234", "value"), commands))
	r := aof.NewReader(nil)
	b.SetBytes(int64(len(wire)))
	for b.Loop() {
		r.Reset(bytes.NewReader(wire))
		for range commands {
			if _, err := r.ReadCommand(); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*commands), "ns/command")
}

func FuzzAOF(f *testing.F) {
	for i, wire := range wires {
		f.Add([]byte(wire), uint64(i))
	}
	f.Fuzz(func(t *testing.T, wire []byte, seed uint64) {
		if len(wire) > tests.LongestFuzzed {
			return
		}
		s := usual
		if seed%4 == 0 {
			s = small
		}
		ways := tests.Arrivals(seed)
		if diff := diff(wire, s, ways[0]) + diff(wire, s, ways[seed/4%uint64(len(ways))]); diff != "" {
			t.Error(diff)
		}
	})
}
