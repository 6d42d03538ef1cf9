package replication_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/leanovate/gopter/gen"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests"
	"github.com/seed65f5866d/resp/replication"
	"github.com/seed65f5866d/resp/resptest"
)

const (
	replicationID = "8371445ee47adf9ef7ea8b1b2e2a5c8a3f8f2d11"
	rdbMark       = "0123456789abcdef0123456789abcdef01234567"
)

func TestReadAnswer(t *testing.T) {
	for _, test := range []struct {
		wire string
		want replication.Answer
		err  string
	}{
		{"+FULLRESYNC " + replicationID + " 0\r\n", replication.Answer{Kind: replication.FullResync, ID: replicationID}, ""},
		{"+FULLRESYNC " + replicationID + " 9223372036854775807\r\n", replication.Answer{Kind: replication.FullResync, ID: replicationID, Offset: 1<<63 - 1}, ""},
		{"\n\n\n+FULLRESYNC " + rdbMark + " 12\r\n", replication.Answer{Kind: replication.FullResync, ID: rdbMark, Offset: 12}, ""},
		{"+CONTINUE " + replicationID + "\r\n", replication.Answer{Kind: replication.Continue, ID: replicationID}, ""},
		{"\n+CONTINUE\r\n", replication.Answer{Kind: replication.Continue}, ""},
		{"+RDBCHANNELSYNC 17\r\n", replication.Answer{Kind: replication.RDBChannelSync, Client: 17}, ""},
		{"\n\n+RDBCHANNELSYNC 9223372036854775807\r\n", replication.Answer{Kind: replication.RDBChannelSync, Client: 1<<63 - 1}, ""},
		{"+DUALCHANNELSYNC\r\n", replication.Answer{Kind: replication.DualChannelSync}, ""},
		{"$ENDOFF:1057 " + replicationID + " 9 31\r\n", replication.Answer{Kind: replication.EndOffset, ID: replicationID, Offset: 1057, DB: 9, Client: 31}, ""},
		{"$ENDOFF:0 " + replicationID + " -1 6\r\n", replication.Answer{Kind: replication.EndOffset, ID: replicationID, DB: -1, Client: 6}, ""},
		{"\n$ENDOFF:0 " + rdbMark + " 2147483647 0\r\n", replication.Answer{Kind: replication.EndOffset, ID: rdbMark, DB: 1<<31 - 1}, ""},
		{"-NOMASTERLINK Can't SYNC while not connected with my master\r\n", replication.Answer{}, "NOMASTERLINK Can't SYNC while not connected with my master"},
		{"\n!8\r\nERR what\r\n", replication.Answer{}, "ERR what"},
		{":1\r\n", replication.Answer{}, "resp: got integer, want simple string"},
		{"$2\r\nOK\r\n", replication.Answer{}, "resp: got bulk string, want simple string"},
		{"_\r\n", replication.Answer{}, "resp: got null, want simple string"},
		{"*2\r\n+a\r\n|1\r\n:1\r\n:2\r\n:3\r\n", replication.Answer{}, "resp: got array, want simple string"},
		{"|0\r\n+CONTINUE\r\n", replication.Answer{}, "resp: got attribute, want simple string"},
		{">1\r\n+CONTINUE\r\n", replication.Answer{}, "resp: got push, want simple string"},
	} {
		for cut := range len(test.wire) {
			d := resp.NewDecoder(io.MultiReader(strings.NewReader(test.wire[:cut]), strings.NewReader(test.wire[cut:]+"+NEXT\r\n")))
			got, err := replication.NewReader(d).ReadAnswer()
			if got != test.want || err == nil && test.err != "" || err != nil && err.Error() != test.err {
				t.Errorf("ReadAnswer of %q: %+v and %v, want %+v and %s", test.wire, got, err, test.want, test.err)
			}
			if got := d.InputOffset(); got != int64(len(test.wire)) {
				t.Errorf("ReadAnswer of %q: up to %d", test.wire, got)
			}
			if next, err := d.ReadString(); next != "NEXT" {
				t.Errorf("behind ReadAnswer of %q: %q and %v", test.wire, next, err)
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
	{"+RDBCHANNELSYN\r\n", 14, `expected FULLRESYNC, CONTINUE, RDBCHANNELSYNC or DUALCHANNELSYNC, found "+RDBCHANNELSYN\r"`},
	{"+RDBCHANNELSYNC\r\n", 15, `expected a blank`},
	{"+RDBCHANNELSYNCSLOTS\r\n", 15, `expected a blank, found "+RDBCHANNELSYNCS"`},
	{"+RDBCHANNELSYNC \r\n", 16, `expected a digit`},
	{"+RDBCHANNELSYNC -1\r\n", 16, `expected the ID of a client that is not negative`},
	{"+RDBCHANNELSYNC 1 \r\n", 17, `expected CR LF`},
	{"+RDBCHANNELSYNC 9223372036854775808\r\n", 16, `overflow error at offset 16: expected the ID of a client in range`},
	{"+DUALCHANNELSYNC 1\r\n", 16, `expected CR LF`},
	{"$ENDOFF\r\n", 7, `expected ENDOFF:`},
	{"$ENDOFF: " + replicationID + " 0 1\r\n", 8, `expected a digit`},
	{"$ENDOFF:12\r\n", 10, `expected a blank`},
	{"$ENDOFF:12 " + replicationID[1:] + " 0 1\r\n", 50, `expected a replication ID of 40 bytes`},
	{"$ENDOFF:12 " + replicationID + "\r\n", 51, `expected a blank`},
	{"$ENDOFF:12 " + replicationID + " 0\r\n", 53, `expected a blank`},
	{"$ENDOFF:12 " + replicationID + " 2147483648 1\r\n", 52, `overflow error at offset 52: expected the number of a database in range`},
	{"$ENDOFF:12 " + replicationID + " -2 1\r\n", 52, `expected the number of a database that is not negative`},
	{"$ENDOFF:12 " + replicationID + " -10 1\r\n", 54, `expected a blank`},
	{"$ENDOFF:12 " + replicationID + " 0 1 2\r\n", 55, `expected CR LF`},
	{"$ENDOFF:12 " + replicationID + " 0 1\n", 55, `expected CR LF`},
	{"+OK" + strings.Repeat(" long", 100) + "\r\n", 1, `found "+O"`},
	{"$EOF:" + strings.Repeat("x", 500), 45, `expected CR LF`},

	{"+OK\r\n", 1, `syntax error at offset 1: expected FULLRESYNC, CONTINUE, RDBCHANNELSYNC or DUALCHANNELSYNC, found "+O"`},
	{"+\r\n", 1, `syntax error at offset 1: expected FULLRESYNC, CONTINUE, RDBCHANNELSYNC or DUALCHANNELSYNC, found "+\r"`},
	{"+FULLRESYN\r\n", 10, `expected FULLRESYNC, CONTINUE, RDBCHANNELSYNC or DUALCHANNELSYNC, found "+FULLRESYN\r"`},
	{"+FULLRESYNX 1\r\n", 10, `expected FULLRESYNC, CONTINUE, RDBCHANNELSYNC or DUALCHANNELSYNC, found "+FULLRESYNX"`},
	{"+continue\r\n", 1, `expected FULLRESYNC, CONTINUE, RDBCHANNELSYNC or DUALCHANNELSYNC`},
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
	{"+FULLRESYNC " + replicationID + " 9223372036854775808\r\n", 53, `overflow error at offset 53: expected an offset in range`},
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

// Bad lines are syntax errors with their offset, however they arrive. They stay
// unread, and the Decoder does not stay in the error.
func TestReplicationFaults(t *testing.T) {
	for _, test := range replicationFaults {
		for cut := range len(test.wire) {
			d := resp.NewDecoder(io.MultiReader(strings.NewReader(test.wire[:cut]), strings.NewReader(test.wire[cut:]+"\r\n")))
			r := replication.NewReader(d)
			read := func() (err error) {
				if strings.Contains(test.wire, "$") && !strings.Contains(test.wire, "$ENDOFF") || strings.HasPrefix(test.wire, "\n\r") {
					_, err = r.CopyRDB(io.Discard)
				} else {
					_, err = r.ReadAnswer()
				}
				return err
			}
			err := read()
			var syntax *resp.SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset != test.offset || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%q, cut at %d: %v, want %s at %d", test.wire, cut, err, test.want, test.offset)
				break
			}
			if again := read(); again.Error() != err.Error() {
				t.Errorf("%q: %v behind %v", test.wire, again, err)
			}
			if next, err := d.Peek(1); strings.Contains("+$", test.wire[:1]) && (err != nil || next[0] != test.wire[0]) {
				t.Errorf("%q: then %q, %v", test.wire, next, err)
			}
		}
	}
}

// A line has an end, however many zeros a number in it starts with.
func TestReplicationLinesAreLimited(t *testing.T) {
	for _, end := range []string{"", "0\r\n"} {
		wire := "\n+RDBCHANNELSYNC " + strings.Repeat("0", 1000) + end
		var limit *resp.LimitError
		_, err := replication.NewReader(resp.NewDecoder(iotest.OneByteReader(strings.NewReader(wire)))).ReadAnswer()
		if !errors.As(err, &limit) || limit.Limit != "line length" || limit.Max != 128 || limit.Offset != 1 {
			t.Errorf("a line of %d bytes: %v", len(wire), err)
		}
	}
}

// What has arrived of a line, or is at fault in it, may also be read as a value.
func TestReplicationLinesAreLeftUnread(t *testing.T) {
	for line, read := range map[string]func(r *replication.Reader) error{
		"+CONTINUE": func(r *replication.Reader) error { _, err := r.ReadAnswer(); return err },
		"$2":        func(r *replication.Reader) error { _, err := r.CopyRDB(io.Discard); return err },
	} {
		d := resp.NewDecoder(nil)
		d.Feed([]byte(line))
		if err := read(replication.NewReader(d)); err != resp.ErrIncomplete {
			t.Fatal(err)
		}
		d.Feed([]byte("\r\nOK\r\n"))
		if text, err := d.ReadString(); err != nil || text != "CONTINUE" && text != "OK" {
			t.Errorf("behind part of %s: %q, %v", line, text, err)
		}
	}
	d := resp.NewDecoder(strings.NewReader("+QUEUED\r\n$EOF:x\r\n$ENDOFF:1 " + replicationID + " 0 2\r\n$EOF:" + rdbMark + "\r\nx" + rdbMark))
	r := replication.NewReader(d)
	if _, err := r.ReadAnswer(); err == nil {
		t.Error("QUEUED was taken for an answer")
	}
	if text, err := d.ReadString(); text != "QUEUED" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := r.CopyRDB(io.Discard); err == nil {
		t.Error("a mark of one byte was taken")
	}
	if err := d.Discard(len("$EOF:x\r\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := r.CopyRDB(io.Discard); err == nil {
		t.Error("$ENDOFF: was taken for an RDB")
	}
	if answer, err := r.ReadAnswer(); answer.Client != 2 || err != nil {
		t.Errorf("%+v, %v", answer, err)
	}
	if _, err := r.ReadAnswer(); err == nil {
		t.Error("an RDB was taken for an answer")
	}
	if n, err := r.CopyRDB(io.Discard); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestReplicationIsReadAtTopLevelAlone(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader("*2\r\n+CONTINUE\r\n$1\r\na\r\n"))
	if _, err := d.ReadArrayLen(); err != nil {
		t.Fatal(err)
	}
	r := replication.NewReader(d)
	_, err := r.ReadAnswer()
	_, rdbErr := r.CopyRDB(io.Discard)
	if err == nil || rdbErr != err || d.InputOffset() != 4 {
		t.Errorf("inside an array: %v and %v at %d", err, rdbErr, d.InputOffset())
	}
	if err := errors.Join(d.SkipValue(), d.SkipValue()); err != nil {
		t.Errorf("behind them: %v", err)
	}
}

// conversation is a whole conversation: what the master sends, and what a replica
// makes of it.
type conversation struct {
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

func (p replicationParts) build() conversation {
	r := conversation{rdb: p.rdb, base: p.offset}
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
func (r *conversation) follow(d *resp.Decoder, w io.Writer, feed func() bool) string {
	again := func(err error) bool {
		if err == nil {
			return false
		}
		if feed != nil && err == resp.ErrIncomplete {
			return feed()
		}
		return errors.Is(err, os.ErrDeadlineExceeded) || err == io.ErrShortWrite
	}
	reader := replication.NewReader(d)
	answer, err := reader.ReadAnswer()
	for again(err) {
		answer, err = reader.ReadAnswer()
	}
	if want := (replication.Answer{Kind: replication.FullResync, ID: replicationID, Offset: r.base}); answer != want || err != nil {
		return fmt.Sprintf("ReadAnswer: %+v and %v", answer, err)
	}
	n, err := reader.CopyRDB(w)
	for again(err) {
		var more int64
		more, err = reader.CopyRDB(w)
		n += more
	}
	if err != nil || n != int64(len(r.rdb)) || d.InputOffset() != r.start {
		return fmt.Sprintf("CopyRDB: %d bytes and %v, up to %d of %d", n, err, d.InputOffset(), r.start)
	}
	base := answer.Offset - d.InputOffset()
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
func (r *conversation) offsetBefore(i int) int64 {
	if i == 0 {
		return r.base
	}
	return r.offsets[i-1]
}

var replicatedCommands = []string{"\n", tests.Multibulk("SELECT", "0"), "\n", "\n", tests.Multibulk("SET", "key", "\r\n\n"), tests.Multibulk("PING"), "\n",
	tests.Multibulk("REPLCONF", "GETACK", "*"), "\n"}

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

func awkwardReplications() (all []conversation, names []string) {
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
			n, err := replication.NewReader(d).CopyRDB(&rdb)
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
		reader := replication.NewReader(d)
		if _, err := reader.ReadAnswer(); err != nil {
			t.Errorf("%s: %v", names[i], err)
		}
		if n, err := reader.CopyRDB(io.Discard); err != nil || n != int64(len(r.rdb)) {
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
			if n, err := replication.NewReader(d).CopyRDB(nil); n != 0 || err == nil || err.Error() != want {
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
			reader := replication.NewReader(resp.NewDecoder(strings.NewReader(r.wire[:end])))
			_, err := reader.ReadAnswer()
			if err == nil && end >= answer {
				_, err = reader.CopyRDB(io.Discard)
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

// While an RDB is on its way nothing can be an answer, and the Decoder stands at
// the first byte that was not written.
func TestAnswersWaitForCopyRDB(t *testing.T) {
	for header, most := range map[string]int{"$60\r\n": 50, "$EOF:" + rdbMark + "\r\n": 50 - 39} {
		d := resp.NewDecoder(nil)
		d.Feed([]byte(header + strings.Repeat("x", 50)))
		r := replication.NewReader(d)
		n, err := r.CopyRDB(io.Discard)
		if n != int64(most) || err != resp.ErrIncomplete || d.InputOffset() != int64(len(header)+most) {
			t.Fatalf("%q: %d, %v, at %d", header, n, err, d.InputOffset())
		}
		const want = "replication: CopyRDB was interrupted inside an RDB: call it again first"
		if _, err := r.ReadAnswer(); err == nil || err.Error() != want {
			t.Errorf("%q: %v", header, err)
		}
	}
}

func TestCopyRDBToWritersThatReturnImpossibleCounts(t *testing.T) {
	for _, n := range []int{-1, 4, math.MaxInt} {
		d := resp.NewDecoder(strings.NewReader("$3\r\nabc"))
		r := replication.NewReader(d)
		if written, err := r.CopyRDB(tests.WriterFunc(func([]byte) (int, error) { return n, nil })); written != 0 || err == nil {
			t.Errorf("%d: %d, %v", n, written, err)
		}
		var rdb strings.Builder
		if _, err := r.CopyRDB(&rdb); rdb.String() != "abc" || err != nil {
			t.Errorf("behind %d: %q, %v", n, rdb.String(), err)
		}
	}
}

// Payloads made of pieces of the mark, any mark, any split: the RDB is what was
// sent, and the offset behind every command is exact.
func TestReplicationOffsetsAreExact(t *testing.T) {
	tests.ForAll(t, func(seed uint64) string {
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
			command = tests.Multibulk("SET", random(rnd.IntN(10)), random(rnd.IntN(500)))
		}
		p.commands = append(p.commands, command)
	}
	return p
}

// CopyRDB takes the bytes of an RDB as they come: nothing but what may be the start
// of the mark, or a part of the header, is left to be looked at again.
func TestCopyRDBLeavesNothingBehind(t *testing.T) {
	rdb, mark := strings.Repeat("a", 1<<20), strings.Repeat("a", 39)+"b"
	for _, wire := range []string{fmt.Sprintf("$%d\r\n%s", len(rdb), rdb), "$EOF:" + mark + "\r\n" + rdb + mark} {
		for _, size := range []int{1, 16, 1460} {
			var copied strings.Builder
			d := resp.NewDecoder(nil)
			r := replication.NewReader(d)
			err := resp.ErrIncomplete
			for rest := wire; rest != "" && err == resp.ErrIncomplete; {
				n := min(size, len(rest))
				d.Feed([]byte(rest[:n]))
				rest = rest[n:]
				if _, err = r.CopyRDB(&copied); len(d.Buffered()) > 64 {
					t.Fatalf("%.10q, %d bytes at once: %d bytes are left unread", wire, size, len(d.Buffered()))
				}
			}
			if err != nil || copied.String() != rdb || d.InputOffset() != int64(len(wire)) {
				t.Errorf("%.10q, %d bytes at once: %d bytes, %v, at %d", wire, size, copied.Len(), err, d.InputOffset())
			}
		}
	}
}

// An RDB of 256 MiB, in both forms, passes in the memory of the buffer alone.
func TestCopyRDBInConstantMemory(t *testing.T) {
	const size, most = 256 << 20, 64 << 10
	block := rdbMark[:39] + rdbMark[:24] + "x"
	for name, wire := range map[string]io.Reader{
		"a length": tests.Repeated(fmt.Sprintf("\n$%d\r\n", size), block, size/len(block), ""),
		"a mark":   tests.Repeated("\n$EOF:"+rdbMark+"\r\n", block, size/len(block), rdbMark),
	} {
		r := replication.NewReader(resp.NewDecoder(wire))
		var n int64
		var err error
		used := tests.Allocated(func() { n, err = r.CopyRDB(io.Discard) })
		t.Logf("%s: %d bytes allocated", name, used)
		if n != size || err != nil || used > most {
			t.Errorf("%s: copied %d, %v, and allocated %d bytes", name, n, err, used)
		}
	}
}

// What a header announces costs nothing before it arrives.
func TestCopyRDBReservesNothing(t *testing.T) {
	most := 32 << 10
	if !tests.PoolsKeep() {
		most *= 2 // under the race detector pools drop at random what they are given
	}
	for _, wire := range []string{"$9223372036854775807\r\nREDIS", "$EOF:" + rdbMark + "\r\nREDIS"} {
		var err error
		used := tests.Allocated(func() { _, err = replication.NewReader(resp.NewDecoder(strings.NewReader(wire))).CopyRDB(io.Discard) })
		if err != io.ErrUnexpectedEOF || used > most {
			t.Errorf("%q: %v, and %d bytes allocated", wire, err, used)
		}
	}
}

// A Reader that is used again copies RDBs without allocating.
func TestCopyRDBDoesNotAllocate(t *testing.T) {
	for _, wire := range []string{"\n$9\r\nREDIS0011", "\n$EOF:" + rdbMark + "\r\nREDIS0011" + rdbMark} {
		r := replication.NewReader(resp.NewDecoder(tests.Endless(wire, 0)))
		tests.CheckNoAllocs(t, wire, func() error {
			if n, err := r.CopyRDB(io.Discard); n != 9 || err != nil {
				return fmt.Errorf("%d bytes, %w", n, err)
			}
			return nil
		})
	}
}

// naiveReplication reads a conversation that is all there, with no state at all.
// It returns the RDB and the offset behind each command, and how many bytes it
// took up to where something else than commands comes.
func naiveReplication(wire string) (rdb string, offsets []int64, end int, ok bool) {
	rest := strings.TrimLeft(wire, "\n")
	line, rest, ok := strings.Cut(rest, "\r\n")
	words := strings.Split(line, " ")
	if !ok || len(line) > 126 || len(words) != 3 || words[0] != "+FULLRESYNC" || len(words[1]) != 40 || strings.ContainsAny(line, "\r\n") {
		return "", nil, 0, false
	}
	offset, err := strconv.ParseInt(words[2], 10, 64)
	if err != nil || strings.Contains("+-", words[2][:1]) {
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
		if len(wire) > 2*tests.LongestFuzzed {
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
	r := replication.NewReader(d)
	answer, err := r.ReadAnswer()
	for stops(err) {
		answer, err = r.ReadAnswer()
	}
	if err != nil {
		return nil, 0, err
	}
	if answer.Kind != replication.FullResync {
		return nil, 0, errors.New("no full resync")
	}
	_, err = r.CopyRDB(w)
	for stops(err) {
		_, err = r.CopyRDB(w)
	}
	if err != nil {
		return nil, 0, err
	}
	base := answer.Offset - d.InputOffset()
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
