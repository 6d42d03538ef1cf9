package resp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/leanovate/gopter/gen"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/resptest"
)

const (
	replicationID = "8371445ee47adf9ef7ea8b1b2e2a5c8a3f8f2d11"
	rdbMark       = "0123456789abcdef0123456789abcdef01234567"
)

func TestReadResync(t *testing.T) {
	for _, test := range []struct {
		wire string
		want resp.Resync
		err  string
	}{
		{"+FULLRESYNC " + replicationID + " 0\r\n", resp.Resync{Full: true, ID: replicationID}, ""},
		{"+FULLRESYNC " + replicationID + " 9223372036854775807\r\n", resp.Resync{Full: true, ID: replicationID, Offset: 1<<63 - 1}, ""},
		{"\n\n\n+FULLRESYNC " + rdbMark + " 12\r\n", resp.Resync{Full: true, ID: rdbMark, Offset: 12}, ""},
		{"+CONTINUE " + replicationID + "\r\n", resp.Resync{ID: replicationID}, ""},
		{"\n+CONTINUE\r\n", resp.Resync{}, ""},
		{"-NOMASTERLINK Can't SYNC while not connected with my master\r\n", resp.Resync{}, "NOMASTERLINK Can't SYNC while not connected with my master"},
		{"\n!8\r\nERR what\r\n", resp.Resync{}, "ERR what"},
		{":1\r\n", resp.Resync{}, "resp: got integer, want simple string"},
		{"$2\r\nOK\r\n", resp.Resync{}, "resp: got bulk string, want simple string"},
		{"_\r\n", resp.Resync{}, "resp: got null, want simple string"},
		{"*2\r\n+a\r\n|1\r\n:1\r\n:2\r\n:3\r\n", resp.Resync{}, "resp: got array, want simple string"},
		{"|0\r\n+CONTINUE\r\n", resp.Resync{}, "resp: got attribute, want simple string"},
		{">1\r\n+CONTINUE\r\n", resp.Resync{}, "resp: got push, want simple string"},
	} {
		for cut := range len(test.wire) {
			d := resp.NewDecoder(io.MultiReader(strings.NewReader(test.wire[:cut]), strings.NewReader(test.wire[cut:]+"+NEXT\r\n")))
			got, err := d.ReadResync()
			if got != test.want || err == nil && test.err != "" || err != nil && err.Error() != test.err {
				t.Errorf("ReadResync of %q: %+v and %v, want %+v and %s", test.wire, got, err, test.want, test.err)
			}
			if got := d.InputOffset(); got != int64(len(test.wire)) {
				t.Errorf("ReadResync of %q: up to %d", test.wire, got)
			}
			if next, err := d.ReadString(); next != "NEXT" {
				t.Errorf("behind ReadResync of %q: %q and %v", test.wire, next, err)
			}
		}
	}
}

// replicationFaults are headers that are at fault, and the errors.
var replicationFaults = []struct {
	wire   string
	offset int64
	want   string
}{
	{"+OK\r\n", 1, `syntax error at offset 1: expected FULLRESYNC or CONTINUE, found "+O"`},
	{"+\r\n", 1, `syntax error at offset 1: expected FULLRESYNC or CONTINUE, found "+\r"`},
	{"+FULLRESYN\r\n", 10, `expected FULLRESYNC or CONTINUE, found "+FULLRESYN\r"`},
	{"+FULLRESYNX 1\r\n", 10, `expected FULLRESYNC or CONTINUE, found "+FULLRESYNX"`},
	{"+continue\r\n", 1, `expected FULLRESYNC or CONTINUE`},
	{"+CONTINUED\r\n", 9, `expected a blank`},
	{"+CONTINUE \r\n", 10, `expected a replication ID of 40 bytes`},
	{"+CONTINUE " + replicationID[1:] + "\r\n", 49, `expected a replication ID of 40 bytes`},
	{"+CONTINUE " + replicationID + "0\r\n", 50, `expected CR LF`},
	{"+CONTINUE " + replicationID + " 1\r\n", 50, `expected CR LF`},
	{"+FULLRESYNC\r\n", 11, `expected a blank`},
	{"+FULLRESYNC " + replicationID + "\r\n", 52, `expected a blank`},
	{"+FULLRESYNC  " + replicationID + " 1\r\n", 12, `expected a replication ID of 40 bytes`},
	{"+FULLRESYNC " + replicationID + "0 1\r\n", 52, `expected a blank`},
	{"+FULLRESYNC " + replicationID + " \r\n", 53, `expected a digit`},
	{"+FULLRESYNC " + replicationID + " -1\r\n", 53, `expected an offset that is not negative`},
	{"+FULLRESYNC " + replicationID + " 1x\r\n", 54, `expected a digit, found "1445ee47adf9ef7ea8b1b2e2a5c8a3f8f2d11 1x"`},
	{"+FULLRESYNC " + replicationID + " 9223372036854775808\r\n", 53, `overflow error at offset 53: expected a 64-bit integer`},
	{"+FULLRESYNC " + replicationID + " 1\n", 54, `expected CR LF`},
	{"\n\nPING\r\n", 2, `type error at offset 2: expected the first byte of a value, found "P"`},
	{"\r\n+CONTINUE\r\n", 0, `expected the first byte of a value, found "\r"`},

	{"$\r\n", 1, `length error at offset 1: expected a length or EOF:, found "$\r"`},
	{"$-1\r\n", 1, `expected a length or EOF:`},
	{"$?\r\n", 1, `expected a length or EOF:`},
	{"$01\r\n", 1, `expected a length without leading zeros`},
	{"$12x\r\n", 3, `expected a digit or CR LF`},
	{"$9223372036854775808\r\n", 1, `overflow error at offset 1: expected a length of 63 bits`},
	{"$EO\r\n", 3, `expected EOF:`},
	{"$EOX:\r\n", 3, `expected EOF:`},
	{"$EOF:\r\n", 5, `expected a mark of 40 bytes`},
	{"$EOF:" + rdbMark[1:] + "\r\n", 44, `expected a mark of 40 bytes`},
	{"$EOF:" + rdbMark + "8\r\n", 45, `expected CR LF`},
	{"$EOF:" + rdbMark + "\n", 45, `expected CR LF`},
	{"$EOF:" + rdbMark + "\rx", 45, `expected CR LF`},
	{"\n\r\n", 1, `expected the first byte of a value`},
}

// Bad headers are syntax errors with their offset, however they arrive, and the
// Decoder stays in them.
func TestReplicationFaults(t *testing.T) {
	for _, test := range replicationFaults {
		for cut := range len(test.wire) {
			d := resp.NewDecoder(io.MultiReader(strings.NewReader(test.wire[:cut]), strings.NewReader(test.wire[cut:]+"\r\n")))
			read := func() (err error) {
				if strings.Contains(test.wire, "$") || strings.HasPrefix(test.wire, "\n\r") {
					_, err = d.CopyRDB(io.Discard)
				} else {
					_, err = d.ReadResync()
				}
				return err
			}
			err := read()
			var syntax *resp.SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset != test.offset || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%q, cut at %d: %v, want %s at %d", test.wire, cut, err, test.want, test.offset)
				break
			}
			if again := read(); again != err {
				t.Errorf("%q: %v behind %v", test.wire, again, err)
			}
		}
	}
}

func TestReplicationLinesAreLimited(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader("$"+strings.Repeat("1", 18)), resp.MaxLineLen(10))
	var limit *resp.LimitError
	if _, err := d.CopyRDB(io.Discard); !errors.As(err, &limit) || limit.Limit != "line length" {
		t.Errorf("18 digits in a line of 10 bytes: %v", err)
	}
}

// What has arrived of a line may also be read as a value, which MaxTotalLen limits.
func TestPartOfAReplicationLineAsAValue(t *testing.T) {
	for line, read := range map[string]func(d *resp.Decoder) error{
		"+CONTINUE":                      func(d *resp.Decoder) error { _, err := d.ReadResync(); return err },
		"$EOF:" + strings.Repeat("x", 9): func(d *resp.Decoder) error { _, err := d.CopyRDB(io.Discard); return err },
	} {
		for most := range int64(len(line) + 3) {
			feed := func() *resp.Decoder {
				d := resp.NewDecoder(nil, resp.MaxTotalLen(most))
				d.Feed([]byte(line))
				return d
			}
			_, want := feed().ReadToken()
			d := feed()
			if err := read(d); err != resp.ErrIncomplete {
				t.Fatal(err)
			}
			if _, err := d.ReadToken(); err == nil || err.Error() != want.Error() {
				t.Errorf("%s with at most %d bytes: %v, want %v", line, most, err, want)
			}
		}
	}
}

func TestReplicationIsReadAtTopLevelAlone(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader("*2\r\n+CONTINUE\r\n$1\r\na\r\n"))
	if _, err := d.ReadArrayLen(); err != nil {
		t.Fatal(err)
	}
	_, err := d.ReadResync()
	_, rdbErr := d.CopyRDB(io.Discard)
	if err == nil || rdbErr != err || d.InputOffset() != 4 {
		t.Errorf("inside an array: %v and %v at %d", err, rdbErr, d.InputOffset())
	}
	if err := errors.Join(d.SkipValue(), d.SkipValue()); err != nil {
		t.Errorf("behind them: %v", err)
	}
}

// replication is a whole conversation: what the master sends, and what a replica
// makes of it.
type replication struct {
	wire    string
	rdb     string
	base    int64   // replication offset where the command stream begins
	start   int64   // offset in the wire of the same
	offsets []int64 // replication offset behind each command
}

// replicationParts is what the conversations of tests are made of.
type replicationParts struct {
	before, between int // keep-alives before the answer and before the RDB
	offset          int64
	mark            string // none: the length is announced
	rdb             string
	commands        []string // on the wire; blank ones are keep-alives
}

func (p replicationParts) build() replication {
	r := replication{rdb: p.rdb, base: p.offset}
	newlines := func(n int) string { return strings.Repeat("\n", n) }
	r.wire = newlines(p.before) + fmt.Sprintf("+FULLRESYNC %s %d\r\n", replicationID, p.offset) + newlines(p.between)
	if p.mark == "" {
		r.wire += fmt.Sprintf("$%d\r\n%s", len(p.rdb), p.rdb)
	} else {
		r.wire += "$EOF:" + p.mark + "\r\n" + p.rdb + p.mark
	}
	r.start = int64(len(r.wire))
	for _, command := range p.commands {
		r.wire += command
		if strings.TrimSpace(command) != "" {
			r.offsets = append(r.offsets, p.offset+int64(len(r.wire))-r.start)
		}
	}
	return r
}

// follow reads a conversation to its end as a replica does, calling again what is
// interrupted, and returns what is not as it should be. Between calls it calls
// feed, which may be nil, and tells whether it has more.
func (r *replication) follow(d *resp.Decoder, w io.Writer, feed func() bool) string {
	again := func(err error) bool {
		if err == nil {
			return false
		}
		if feed != nil && err == resp.ErrIncomplete {
			return feed()
		}
		return errors.Is(err, os.ErrDeadlineExceeded) || err == io.ErrShortWrite
	}
	resync, err := d.ReadResync()
	for again(err) {
		resync, err = d.ReadResync()
	}
	if want := (resp.Resync{Full: true, ID: replicationID, Offset: r.base}); resync != want || err != nil {
		return fmt.Sprintf("ReadResync: %+v and %v", resync, err)
	}
	n, err := d.CopyRDB(w)
	for again(err) {
		var more int64
		more, err = d.CopyRDB(w)
		n += more
	}
	if err != nil || n != int64(len(r.rdb)) || d.InputOffset() != r.start {
		return fmt.Sprintf("CopyRDB: %d bytes and %v, up to %d of %d", n, err, d.InputOffset(), r.start)
	}
	base := resync.Offset - d.InputOffset()
	for i := 0; ; i++ {
		_, err := d.ReadCommand()
		for again(err) {
			// Interrupted, it has passed over keep-alives and no other byte: the
			// offset is right already.
			if rest := r.wire[d.InputOffset():]; i < len(r.offsets) && strings.TrimLeft(r.wire[r.start+r.offsetBefore(i)-r.base:d.InputOffset()], "\n") != "" {
				return fmt.Sprintf("interrupted at %d, before %.20q", d.InputOffset(), rest)
			}
			_, err = d.ReadCommand()
		}
		if i == len(r.offsets) {
			if end := base + d.InputOffset(); err == nil || end != r.base+int64(len(r.wire))-r.start {
				return fmt.Sprintf("at the end: %v at offset %d", err, end)
			}
			return ""
		}
		if got := base + d.InputOffset(); err != nil || got != r.offsets[i] {
			return fmt.Sprintf("command %d: %v, up to offset %d, want %d", i, err, got, r.offsets[i])
		}
	}
}

// offsetBefore is the replication offset behind the command before command i.
func (r *replication) offsetBefore(i int) int64 {
	if i == 0 {
		return r.base
	}
	return r.offsets[i-1]
}

var replicatedCommands = []string{"\n", multibulkWire("SELECT", "0"), "\n", "\n", multibulkWire("SET", "key", "\r\n\n"), multibulkWire("PING"), "\n",
	multibulkWire("REPLCONF", "GETACK", "*"), "\n"}

// awkwardRDBs are payloads with their marks.
var awkwardRDBs = []struct{ name, mark, rdb string }{
	{"a length", "", "REDIS0011\xff\r\n"},
	{"length 0", "", ""},
	{"a newline behind the length", "", "\n\n$3\r\n"},
	{"empty", rdbMark, ""},
	{"one byte", rdbMark, "x"},
	{"all of the mark but its last byte", rdbMark, rdbMark[:39]},
	{"all of the mark but its first byte", rdbMark, rdbMark[1:]},
	{"starts of the mark", rdbMark, rdbMark[:39] + rdbMark[:20] + rdbMark[:1] + rdbMark[:39] + "\r\n"},
	{"the same byte", strings.Repeat("a", 40), "b" + strings.Repeat("a", 39) + "b"},
	{"a period of the mark", strings.Repeat("ab", 20), strings.Repeat("ab", 19) + "a"},
	{"nearly the mark, in steps", strings.Repeat("a", 39) + "b", strings.Repeat("a", 100)},
	{"line ends", rdbMark, "\r\n$EOF:\r\n\n" + rdbMark[:3]},
}

func awkwardReplications() (all []replication, names []string) {
	for _, test := range awkwardRDBs {
		p := replicationParts{before: 2, between: 3, offset: 1 << 40, mark: test.mark, rdb: test.rdb, commands: replicatedCommands}
		all, names = append(all, p.build()), append(names, test.name)
	}
	return all, names
}

// A conversation cut in two anywhere, in single bytes, with timeouts, with errors
// beside the bytes or fed, gives the same RDB and the same offsets.
func TestReplicationAtEverySplit(t *testing.T) {
	all, names := awkwardReplications()
	for i, r := range all {
		ways := map[string]func() io.Reader{
			"byte by byte":           func() io.Reader { return iotest.OneByteReader(strings.NewReader(r.wire)) },
			"with the error":         func() io.Reader { return iotest.DataErrReader(strings.NewReader(r.wire)) },
			"timeouts between":       func() io.Reader { return resptest.TimeoutReader(strings.NewReader(r.wire)) },
			"timeouts with the rest": func() io.Reader { return resptest.DataTimeoutReader(strings.NewReader(r.wire)) },
			"nothing between":        func() io.Reader { return resptest.EmptyReader(strings.NewReader(r.wire)) },
		}
		for cut := range len(r.wire) {
			ways[fmt.Sprint("cut at ", cut)] = func() io.Reader {
				return io.MultiReader(strings.NewReader(r.wire[:cut]), strings.NewReader(r.wire[cut:]))
			}
		}
		for name, open := range ways {
			for _, size := range []int{1, 100, 1 << 14} {
				var rdb bytes.Buffer
				diff := r.follow(resp.NewDecoder(open(), resp.BufferSize(size)), &rdb, nil)
				if diff != "" || rdb.String() != r.rdb {
					t.Errorf("%s, %s: wrote %q, want %q; %s", names[i], name, rdb.String(), r.rdb, diff)
				}
			}
		}
	}
}

func TestReplicationIsFed(t *testing.T) {
	all, names := awkwardReplications()
	for i, r := range all {
		for _, size := range []int{1, 2, 7, 39, 40, 41, 1 << 14} {
			var rdb bytes.Buffer
			d, rest := resp.NewDecoder(nil), []byte(r.wire)
			diff := r.follow(d, &rdb, func() bool {
				n := min(size, len(rest))
				d.Feed(rest[:n])
				rest = rest[n:]
				return n > 0
			})
			if diff != "" || rdb.String() != r.rdb {
				t.Errorf("%s, %d bytes at once: wrote %q, want %q; %s", names[i], size, rdb.String(), r.rdb, diff)
			}
		}
	}
}

// A writer that fails at any byte, takes less, or times out gets every byte once.
func TestCopyRDBContinuesWhereTheWriterStopped(t *testing.T) {
	all, names := awkwardReplications()
	for i, r := range all {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"at once":          func(r io.Reader) io.Reader { return r },
			"timeouts between": resptest.TimeoutReader,
		} {
			for at := range int64(len(r.rdb)) {
				var rdb bytes.Buffer
				d := resp.NewDecoder(wrap(strings.NewReader(r.wire)))
				diff := r.follow(d, resptest.FailOnceWriter(&rdb, at, os.ErrDeadlineExceeded), nil)
				if diff != "" || rdb.String() != r.rdb {
					t.Errorf("%s, %s, writer failed at %d: wrote %q, want %q; %s", names[i], name, at, rdb.String(), r.rdb, diff)
				}
			}
			for seed := range uint64(5) {
				var rdb bytes.Buffer
				d := resp.NewDecoder(wrap(strings.NewReader(r.wire)))
				diff := r.follow(d, resptest.TimeoutWriter(resptest.ShortWriter(&rdb, 3), seed), nil)
				if diff != "" || rdb.String() != r.rdb {
					t.Errorf("%s, %s, short writes: wrote %q, want %q; %s", names[i], name, rdb.String(), r.rdb, diff)
				}
			}
		}
	}
}

// The mark ends the payload where it is complete for the first time.
func TestTheFirstMarkEndsTheRDB(t *testing.T) {
	same, pairs := strings.Repeat("a", 40), strings.Repeat("ab", 20)
	for _, test := range []struct{ mark, stream, rdb string }{
		{same, strings.Repeat("a", 50), ""},
		{same, "b" + strings.Repeat("a", 90), "b"},
		{pairs, "a" + pairs + "ab", "a"},
		{pairs, pairs[:38] + "b" + strings.Repeat("ab", 30), pairs[:38] + "b"},
		{rdbMark, rdbMark[:39] + rdbMark + rdbMark, rdbMark[:39]},
	} {
		for cut := range len(test.stream) {
			rest := test.stream[len(test.rdb)+40:]
			d := resp.NewDecoder(io.MultiReader(strings.NewReader("$EOF:"+test.mark+"\r\n"+test.stream[:cut]), strings.NewReader(test.stream[cut:])))
			var rdb bytes.Buffer
			n, err := d.CopyRDB(&rdb)
			behind := d.Buffered()
			if rdb.String() != test.rdb || n != int64(len(test.rdb)) || err != nil || !strings.HasPrefix(rest, string(behind)) {
				t.Errorf("%q of %q, cut at %d: wrote %q, %d and %v; %q is left, want %q", test.mark, test.stream, cut, rdb.String(), n, err, behind, rest)
			}
		}
	}
}

// CopyRDB returns as soon as the mark has arrived: it does not wait for commands,
// which a master may hold back until it is acknowledged.
func TestCopyRDBDoesNotReadBehindTheRDB(t *testing.T) {
	all, names := awkwardReplications()
	for i, r := range all {
		d := resp.NewDecoder(iotest.OneByteReader(resptest.FailingReader(strings.NewReader(r.wire), r.start, errors.New("read too far"))))
		if _, err := d.ReadResync(); err != nil {
			t.Errorf("%s: %v", names[i], err)
		}
		if n, err := d.CopyRDB(io.Discard); err != nil || n != int64(len(r.rdb)) {
			t.Errorf("%s: %d and %v", names[i], n, err)
		}
	}
}

func TestCopyRDBOfOther(t *testing.T) {
	for wire, want := range map[string]string{
		"-ERR Unable to perform background save\r\n": "ERR Unable to perform background save",
		"\n\n!3\r\nERR\r\n":                          "ERR",
		":1\r\n":                                     "resp: got integer, want bulk string",
		"+OK\r\n":                                    "resp: got simple string, want bulk string",
		"*1\r\n*0\r\n":                               "resp: got array, want bulk string",
	} {
		for cut := range len(wire) {
			d := resp.NewDecoder(io.MultiReader(strings.NewReader(wire[:cut]), strings.NewReader(wire[cut:]+"+NEXT\r\n")))
			if n, err := d.CopyRDB(nil); n != 0 || err == nil || err.Error() != want {
				t.Errorf("CopyRDB of %q: %d and %v, want %s", wire, n, err, want)
			}
			if next, err := d.ReadString(); next != "NEXT" {
				t.Errorf("behind CopyRDB of %q: %q and %v", wire, next, err)
			}
		}
	}
}

// The stream may end before a line or inside.
func TestReplicationEnds(t *testing.T) {
	all, names := awkwardReplications()
	for i, r := range all {
		answer := int64(strings.Index(r.wire, "\r\n") + 2)
		for end := range r.start {
			d := resp.NewDecoder(strings.NewReader(r.wire[:end]))
			_, err := d.ReadResync()
			if err == nil && end >= answer {
				_, err = d.CopyRDB(io.Discard)
			}
			want := io.ErrUnexpectedEOF
			if strings.HasSuffix("\n"+r.wire[:end], "\n") && end < answer+4 {
				want = io.EOF
			}
			if err != want {
				t.Errorf("%s, ended at %d: %v, want %v", names[i], end, err, want)
			}
		}
	}
}

// While an RDB is on its way every other read says so and reads nothing.
func TestOthersWaitForCopyRDB(t *testing.T) {
	for _, header := range []string{"$60\r\n", "$EOF:" + rdbMark + "\r\n"} {
		r := newReading(nil)
		r.Feed([]byte(header + strings.Repeat("x", 50)))
		if _, err := r.CopyRDB(io.Discard); err != resp.ErrIncomplete {
			t.Fatal(err)
		}
		const want = "resp: CopyRDB was interrupted inside a value: call it again first"
		offset := r.InputOffset()
		for _, other := range append([]string{"ReadCommand", "ReadResync"}, namedMethods...) {
			var err error
			switch other {
			case "ReadCommand":
				_, err = r.ReadCommand()
			case "ReadResync":
				_, err = r.ReadResync()
			default:
				_, err = r.call(other)
			}
			if err == nil || err.Error() != want || r.InputOffset() != offset {
				t.Errorf("%s behind an interrupted CopyRDB: %v at %d", other, err, r.InputOffset())
			}
		}
		r.Reset(strings.NewReader("+OK\r\n"))
		if text, err := r.ReadString(); text != "OK" {
			t.Errorf("behind Reset: %q and %v", text, err)
		}
	}
}

// Payloads made of pieces of the mark, any mark, any split: the RDB is what was
// sent, and the offset behind every command is exact.
func TestReplicationOffsetsAreExact(t *testing.T) {
	forAll(t, func(seed uint64) string {
		rnd := rand.New(rand.NewPCG(seed, 1))
		p := randomReplication(rnd)
		r := p.build()
		var rdb bytes.Buffer
		var reader io.Reader = resptest.RandomReader(strings.NewReader(r.wire), seed)
		switch rnd.IntN(3) {
		case 0:
			reader = resptest.TimeoutReader(reader)
		case 1:
			reader = iotest.DataErrReader(reader)
		}
		d := resp.NewDecoder(reader, resp.BufferSize(1+rnd.IntN(1<<rnd.IntN(12))))
		if diff := r.follow(d, resptest.TimeoutWriter(&rdb, seed), nil); diff != "" || rdb.String() != r.rdb {
			return fmt.Sprintf("%q: wrote %q, want %q; %s", r.wire, rdb.String(), r.rdb, diff)
		}
		return ""
	}, gen.UInt64())
}

// randomReplication makes a conversation up. Its RDB is made of pieces of the
// mark, which it does not hold before its end.
func randomReplication(rnd *rand.Rand) replicationParts {
	letters := "ab\x00 \xff0123456789"[:1+rnd.IntN(14)]
	random := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = letters[rnd.IntN(len(letters))]
		}
		return string(b)
	}
	p := replicationParts{before: rnd.IntN(3), between: rnd.IntN(3), offset: rnd.Int64N(1 << 50)}
	mark := strings.ReplaceAll(random(40), " ", "_")
	for range rnd.IntN(12) {
		from := rnd.IntN(40)
		piece := mark[from : from+rnd.IntN(40-from+1)]
		switch rnd.IntN(4) {
		case 0:
			piece = mark[:39]
		case 1:
			piece = random(rnd.IntN(300))
		}
		p.rdb += piece
	}
	if rnd.IntN(4) > 0 {
		p.mark = mark
		p.rdb = p.rdb[:strings.Index(p.rdb+mark, mark)]
	}
	for range rnd.IntN(8) {
		command := "\n"
		if rnd.IntN(3) > 0 {
			command = multibulkWire("SET", random(rnd.IntN(10)), random(rnd.IntN(500)))
		}
		p.commands = append(p.commands, command)
	}
	return p
}

// An RDB of 256 MiB, in both forms, passes in the memory of the buffer alone.
func TestCopyRDBInConstantMemory(t *testing.T) {
	const size, most = 256 << 20, 64 << 10
	block := rdbMark[:39] + rdbMark[:24] + "x"
	for name, open := range map[string]func() io.Reader{
		"a length": repeats(fmt.Sprintf("\n$%d\r\n", size), block, size/len(block), ""),
		"a mark":   repeats("\n$EOF:"+rdbMark+"\r\n", block, size/len(block), rdbMark),
	} {
		d := resp.NewDecoder(open())
		var n int64
		var err error
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		n, err = d.CopyRDB(io.Discard)
		runtime.ReadMemStats(&after)
		used := after.TotalAlloc - before.TotalAlloc
		t.Logf("%s: %d bytes allocated, heap grew by %d", name, used, int64(after.HeapAlloc)-int64(before.HeapAlloc))
		if n != size || err != nil || used > most {
			t.Errorf("%s: copied %d, %v, and allocated %d bytes", name, n, err, used)
		}
	}
}

// What a header announces costs nothing before it arrives.
func TestCopyRDBReservesNothing(t *testing.T) {
	for _, wire := range []string{"$9223372036854775807\r\nREDIS", "$EOF:" + rdbMark + "\r\nREDIS"} {
		var err error
		used := allocated(func() { _, err = resp.NewDecoder(strings.NewReader(wire)).CopyRDB(io.Discard) })
		if err != io.ErrUnexpectedEOF || used > 32<<10 {
			t.Errorf("%q: %v, and %d bytes allocated", wire, err, used)
		}
	}
}

// A Decoder that is used again copies RDBs without allocating.
func TestCopyRDBDoesNotAllocate(t *testing.T) {
	for _, wire := range []string{"\n$9\r\nREDIS0011", "\n$EOF:" + rdbMark + "\r\nREDIS0011" + rdbMark} {
		d := resp.NewDecoder(&endless{wire: wire})
		if n := testing.AllocsPerRun(100, func() {
			if n, err := d.CopyRDB(io.Discard); n != 9 || err != nil {
				t.Fatal(n, err)
			}
		}); n != 0 {
			t.Errorf("%q: %v allocations", wire, n)
		}
	}
}

// naiveReplication reads a conversation that is all there, with no state at all.
// It returns the RDB and the offset behind each command, and how many bytes it
// took up to where something else than commands comes.
func naiveReplication(wire string) (rdb string, offsets []int64, end int, ok bool) {
	rest := strings.TrimLeft(wire, "\n")
	line, rest, ok := strings.Cut(rest, "\r\n")
	words := strings.Split(line, " ")
	if !ok || len(words) != 3 || words[0] != "+FULLRESYNC" || len(words[1]) != 40 || strings.ContainsAny(line, "\r\n") {
		return "", nil, 0, false
	}
	offset, err := strconv.ParseInt(words[2], 10, 64)
	if err != nil || words[2][0] == '-' {
		return "", nil, 0, false
	}
	line, rest, ok = strings.Cut(strings.TrimLeft(rest, "\n"), "\r\n")
	if !ok || strings.ContainsAny(line, "\r\n") {
		return "", nil, 0, false
	}
	if mark, marked := strings.CutPrefix(line, "$EOF:"); marked {
		if len(mark) != 40 || strings.Contains(mark, " ") {
			return "", nil, 0, false
		}
		rdb, rest, ok = strings.Cut(rest, mark)
	} else {
		text, isLength := strings.CutPrefix(line, "$")
		n, err := strconv.ParseUint(text, 10, 63)
		if !isLength || err != nil || text != strconv.FormatUint(n, 10) || n > uint64(len(rest)) {
			return "", nil, 0, false
		}
		rdb, rest = rest[:n], rest[n:]
	}
	start := len(rest)
	for ok && rest != "" {
		args, n, err := resp.ConsumeCommand([]byte(rest), nil)
		if err != nil {
			break
		}
		rest = rest[n:]
		if len(args) > 0 {
			offsets = append(offsets, offset+int64(start-len(rest)))
		}
	}
	return rdb, offsets, len(wire) - len(rest), ok
}

// Whatever a master sends, at any split, a Decoder reads as the naive model does.
func FuzzReplication(f *testing.F) {
	all, _ := awkwardReplications()
	for i, r := range all {
		f.Add([]byte(r.wire), uint64(i))
	}
	for i, test := range replicationFaults {
		f.Add([]byte(test.wire), uint64(i))
	}
	f.Fuzz(func(t *testing.T, wire []byte, seed uint64) {
		if len(wire) > 2*longestFuzzed {
			return
		}
		wantRDB, wantOffsets, end, want := naiveReplication(string(wire))
		for _, reader := range []io.Reader{
			resptest.RandomReader(bytes.NewReader(wire), seed),
			resptest.TimeoutReader(bytes.NewReader(wire)),
			resptest.SplitReader(bytes.NewReader(wire), 1+int(seed%41)),
		} {
			var rdb bytes.Buffer
			d := resp.NewDecoder(reader, resp.BufferSize(1+int(seed%100)), resp.ServerLimits())
			offsets, offset, err := replicate(d, resptest.TimeoutWriter(&rdb, seed))
			if !want {
				if err == nil {
					t.Fatalf("%q was taken", wire)
				}
				continue
			}
			if rdb.String() != wantRDB || !slices.Equal(offsets, wantOffsets) || offset != int64(end) {
				t.Fatalf("%q: wrote %q, want %q; offsets %d up to %d, want %d up to %d; %v", wire, rdb.String(), wantRDB, offsets, offset, wantOffsets, end, err)
			}
		}
	})
}

// replicate reads a full resync and the commands behind it, and returns the
// replication offset behind each of these, where in the input it stopped and
// why the RDB could not be read.
func replicate(d *resp.Decoder, w io.Writer) (offsets []int64, end int64, err error) {
	stops := func(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
	resync, err := d.ReadResync()
	for stops(err) {
		resync, err = d.ReadResync()
	}
	if err != nil {
		return nil, 0, err
	}
	if !resync.Full {
		return nil, 0, errors.New("no full resync")
	}
	_, err = d.CopyRDB(w)
	for stops(err) {
		_, err = d.CopyRDB(w)
	}
	if err != nil {
		return nil, 0, err
	}
	base := resync.Offset - d.InputOffset()
	for {
		_, err := d.ReadCommand()
		switch {
		case err == nil:
			offsets = append(offsets, base+d.InputOffset())
		case !stops(err):
			return offsets, d.InputOffset(), nil
		}
	}
}
