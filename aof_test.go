package resp_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc64"
	"io"
	"math/bits"
	"math/rand/v2"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/resptest"
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

const noSum = "\xff\x00\x00\x00\x00\x00\x00\x00\x00"

// uncheckedRDB is that of a server with rdbchecksum no.
func uncheckedRDB(body string) string { return "REDIS0011" + body + noSum }

// aofOutcome is what is made of an append-only file.
type aofOutcome struct {
	Events   []string // annotations and commands, in order
	Preamble string
	Class    string // "" at the end of the file, "incomplete", or the class of an error
	Offset   int64  // of the error, -1 for none
	Stopped  int64  // InputOffset then
}

func commandEvent(args []string, offset int64) string { return fmt.Sprintf("%q to %d", args, offset) }

// refAOF says naively what an append-only file is, all of which lies in b.
func refAOF(b []byte, limits refLimits, lenient bool) (o aofOutcome, result refResult) {
	p := &refParser{b: b, limits: limits}
	o.Offset = -1
	result.Offset = -1
	defer func() {
		o.Class, o.Offset = result.Class, int64(result.Offset)
		if result.Class == "incomplete" || result.Class == "" {
			o.Offset = -1
		}
	}()
	defer p.stopped(&result)
	p.pos = p.refPreamble(lenient)
	o.Preamble, o.Stopped = string(b[:p.pos]), int64(p.pos)
	for p.pos < len(b) {
		start := p.pos
		p.line = start
		if b[start] == '#' {
			for p.next() != '\n' {
			}
			text := strings.TrimSuffix(string(b[start+1:p.pos-1]), "\r")
			o.Events = append(o.Events, "#"+text)
			continue
		}
		if b[start] != '*' {
			p.fail("type", start)
		}
		args := p.request()
		if len(args) == 0 {
			p.fail("length", start+1)
		}
		o.Stopped = int64(p.pos)
		o.Events = append(o.Events, commandEvent(args, o.Stopped))
	}
	return o, result
}

var (
	refTail    = regexp.MustCompile(`^(\*[0-9]{1,7}\r\n\$|#TS:)`)
	refTailCut = regexp.MustCompile(`^(\*[0-9]{0,7}|\*[0-9]{1,7}\r\n?|#|#T|#TS)\z`)
)

// refPreamble returns where the RDB preamble ends.
func (p *refParser) refPreamble(lenient bool) (end int) {
	b := p.b
	switch n := min(len(b), 5); {
	case n == 0 || string(b[:n]) != "REDIS"[:n]:
		return 0
	case len(b) < 9:
		p.fail("incomplete", -1)
	case !regexp.MustCompile(`^[0-9]{4}`).Match(b[5:9]) || string(b[5:9]) < "0005":
		p.fail("syntax", 5)
	}
	for i := 0; i+9 <= len(b); i++ {
		if b[i] != 0xff {
			continue
		}
		sum, tail := binary.LittleEndian.Uint64(b[i+1:]), b[i+9:]
		if sum == rdbSum(b[:i+1]) || sum == 0 && len(tail) == 0 ||
			sum == 0 && lenient && (refTail.Match(tail) || refTailCut.Match(tail)) {
			return i + 9
		}
	}
	p.fail("incomplete", -1)
	return 0
}

// openAOF is a delivery of an append-only file that notes what comes by.
func openAOF(o *aofOutcome, preamble *bytes.Buffer, d delivery, wire []byte, opts ...resp.Option) *source {
	return d.open(wire, append([]resp.Option{
		resp.AppendOnlyFile(),
		resp.OnAnnotation(func(text []byte) { o.Events = append(o.Events, "#"+string(text)) }),
		resp.PreambleTo(preamble),
	}, opts...)...)
}

// readAOF reads a file to its end, by ReadCommand or by ReadCommands.
func readAOF(d delivery, wire []byte, batches bool, opts ...resp.Option) (o aofOutcome) {
	var preamble bytes.Buffer
	s := openAOF(&o, &preamble, d, wire, opts...)
	var batch []resp.Command
	for range calls(wire) {
		var err error
		if batches {
			batch, err = s.ReadCommands(batch[:0])
		} else {
			var command resp.Command
			command, err = s.ReadCommand()
			if batch = batch[:0]; err == nil {
				batch = append(batch, command)
			}
		}
		at := s.InputOffset()
		for _, command := range batch {
			at -= int64(len(command.Raw))
		}
		for _, command := range batch {
			at += int64(len(command.Raw))
			o.Events = append(o.Events, commandEvent(wordsOf(command.Args), at))
		}
		if err == nil || s.again(err) {
			continue
		}
		var like outcome
		s.stop(&like, "command", 0, err)
		o.Class, o.Offset, o.Stopped, o.Preamble = like.Class, like.Offset, like.Stopped, preamble.String()
		if err == resp.ErrIncomplete {
			o.Class = "incomplete"
		}
		return o
	}
	o.Class = errStuck.Error()
	return o
}

// diffAOF compares what is read in one way with what the oracle says, strictly and
// leniently.
func diffAOF(wire []byte, limits refLimits, d delivery, batches bool) string {
	return diffAOFAs(false, wire, limits, d, batches) + diffAOFAs(true, wire, limits, d, batches)
}

func diffAOFAs(lenient bool, wire []byte, limits refLimits, d delivery, batches bool) string {
	want, oracle := refAOF(wire, limits, lenient)
	var opts []resp.Option
	if lenient {
		opts = append(opts, resp.Lenient())
	}
	opts = append(opts, resp.MaxArgs(int(limits.args)), resp.MaxBulkLen(limits.bulkLen), resp.MaxLineLen(limits.lineLen))
	got := readAOF(d, wire, batches, opts...)
	if lags(outcome{Class: got.Class}, answer{refResult: oracle}, wire) {
		want.Class, want.Offset = got.Class, got.Offset
	}
	stopped := func(class string) bool { return class == "" || class == "incomplete" }
	if strings.HasPrefix(d.name, "fed") { // so there is no end
		switch {
		case got.Class == "incomplete" && strings.HasSuffix(want.Preamble, noSum) && len(want.Events) == 0:
			want = got // and the preamble may go on
		case stopped(want.Class):
			want.Class = "incomplete"
		}
	}
	if lenient && !stopped(want.Class) && !stopped(got.Class) {
		want.Class, want.Offset = got.Class, got.Offset // the oracle is strict about which byte is wrong
	}
	if want.Offset < 0 && want.Class == "limit" {
		want.Offset = got.Offset // the grammar names none
	}
	if want.Class == "incomplete" && want.Preamble == "" {
		got.Preamble = "" // as much as has come
	}
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Sprintf("%s, lenient: %t, in batches: %t: %.300q (-oracle +got):\n%s", d.name, lenient, batches, wire, diff)
	}
	return ""
}

// aRealPreamble was written by Redis 7.0.15.
const aRealPreamble = "REDIS0010\xfa\x09redis-ver" +
	"\x067.0.15\xfa\x0aredis-bits\xc0" +
	"@\xfa\x05ctime\xc2\x8b2\x01k\xfa\x08used-m" +
	"em\xc2\xe0\xb7\x0e\x00\xfa\x08aof-base\xc0\x01" +
	"\xfe\x00\xfb\x01\x01\xfcw:H8\xa2\x01\x00\x00\x00\x01k\x03v\xff\xff\xff6\x8b?p{\x88-\xb2"

var aofWires = []string{
	"",
	"#TS:1628217470\r\n" + multibulkWire("SELECT", "0") + multibulkWire("SET", "k", "\r\n*1\r\n#\x00") + "#TS:1628217471\r\n" + multibulkWire("DEL", "k"),
	"#\n#\r\n#a\r\r\n# \x00\xff\n" + multibulkWire("x"),
	multibulkWire("x") + "#TS:1\r\n#TS:2\r\n",
	multibulkWire("x") + "#TS:1\r\n#TS:2",
	multibulkWire("MULTI") + multibulkWire("SET", "k", "v") + multibulkWire("EXEC"),
	multibulkWire("x") + "PING\r\n",
	multibulkWire("x") + "\r\n" + multibulkWire("x"),
	multibulkWire("x") + "*0\r\n",
	multibulkWire("x") + "*-1\r\n",
	"#a\n*x\r\n", "*1\r\n:1\r\n", "#a\n*1\r\n$x\r\n", "$1\r\na\r\n", "\x00",
	"R", "RE", "REDIS", "REDIS00", "REDIT", "Redis0011", "REDIS0004" + noSum, "REDIS00a1" + noSum, "REDIS\x00\x00\x00\x00",
	aRealPreamble, aRealPreamble + "#TS:1\r\n" + multibulkWire("x"),
	rdb(""), rdb("\xff"), rdb("\xff\xff\xff\xff\xff\xff\xff\xff\xff") + multibulkWire("x"),
	rdb("*1\r\n$1\r\nx\r\n#TS:1\r\n") + "#TS:1\r\n" + multibulkWire("x"),
	rdb(rdb("inside\xff")) + multibulkWire("x"),
	rdb(noSum) + multibulkWire("x"), rdb(noSum+"*1\r\nx") + multibulkWire("x"), rdb(noSum + "#TS"), rdb(noSum+"*12345678\r\n$") + "*",
	rdb("a")[:17], rdb("a")[:18] + "\x00" + multibulkWire("x"),
	rdb("a") + "x", rdb("a") + rdb("a"),
	uncheckedRDB("\xff\xff"), uncheckedRDB("") + multibulkWire("x"), uncheckedRDB("a") + "#TS:1\r\n" + multibulkWire("x"),
	uncheckedRDB("a") + "*", uncheckedRDB("a") + "*1048576", uncheckedRDB("a") + "*1\r", uncheckedRDB("a") + "#T", uncheckedRDB("a") + "# \r\n",
	uncheckedRDB("a") + "**", uncheckedRDB("a") + "*\r\n$",
	multibulkWire("x") + aRealPreamble, "#a\n" + aRealPreamble,
	uncheckedRDB(noSum + noSum + "*1"),
}

// What an append-only file holds does not depend on how it arrives.
func TestAppendOnlyFiles(t *testing.T) {
	t.Parallel()
	for _, wire := range aofWires {
		for _, d := range deliveries(1) {
			for _, batches := range []bool{false, true} {
				if diff := diffAOF([]byte(wire), refDefaults, d, batches); diff != "" {
					t.Error(diff)
				}
			}
		}
	}
}

// A value that looks like the end of a preamble without a checksum, and commands,
// gets no command into the file.
func TestNoCommandsComeOutOfValues(t *testing.T) {
	hostile := noSum + multibulkWire("FLUSHALL")
	for _, preamble := range []string{rdb("a" + hostile + "b"), uncheckedRDB("a" + hostile + "b")} {
		got := readAOF(deliveries(1)[0], []byte(preamble), false)
		if diff := cmp.Diff(aofOutcome{Preamble: preamble, Offset: -1, Stopped: int64(len(preamble))}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// At every split in two, and cut at every byte.
func TestAppendOnlyFilesInParts(t *testing.T) {
	t.Parallel()
	for _, wire := range aofWires {
		for cut := range len(wire) {
			for _, d := range []delivery{
				{"in two reads", read(func(r io.Reader) io.Reader { return resptest.SplitReader(r, cut+1, len(wire)) })},
				{"fed in two", fed(func([]byte) []int { return []int{cut + 1, len(wire)} })},
			} {
				if diff := diffAOF([]byte(wire), refDefaults, d, cut%2 > 0); diff != "" {
					t.Errorf("split behind byte %d: %s", cut, diff)
				}
			}
			if diff := diffAOF([]byte(wire[:cut]), refDefaults, deliveries(1)[0], cut%2 > 0); diff != "" {
				t.Errorf("cut: %s", diff)
			}
		}
	}
}

// Any commands, with annotations between them and any preamble.
func TestAnyAppendOnlyFile(t *testing.T) {
	forAll(t, func(commands []resptest.Command, seed uint64) string {
		rnd := rand.New(rand.NewPCG(seed, 0))
		wire := anyPreamble(rnd)
		for _, command := range commands {
			for range rnd.IntN(3) {
				wire = fmt.Appendf(wire, "#TS:%d\r\n", rnd.Uint32())
			}
			wire = resp.AppendArgs(wire, command...)
		}
		wire = wire[:len(wire)-rnd.IntN(2)*rnd.IntN(min(len(wire), 40)+1)]
		ways := deliveries(seed)
		return diffAOF(wire, refDefaults, ways[0], seed%2 > 0) + diffAOF(wire, refDefaults, ways[rnd.IntN(len(ways))], seed%2 == 0)
	}, commandLists, anySeed)
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
	switch rnd.IntN(3) {
	case 0:
		return []byte(rdb(string(body)))
	case 1:
		return []byte(uncheckedRDB(string(body)))
	}
	return nil
}

// A writer that takes preambles badly gets each byte once.
func TestPreambleToAwkwardWriters(t *testing.T) {
	preamble := rdb(strings.Repeat("\xff, data, ", 1000))
	wire := preamble + "#a\r\n" + multibulkWire("x")
	for seed := range uint64(20) {
		for name, wrap := range map[string]func(io.Writer) io.Writer{
			"timeouts": func(w io.Writer) io.Writer { return resptest.TimeoutWriter(w, seed) },
			"short":    func(w io.Writer) io.Writer { return resptest.ShortWriter(w, int(seed)+1) },
		} {
			var got bytes.Buffer
			d := resp.NewDecoder(resptest.RandomReader(strings.NewReader(wire), seed), resp.AppendOnlyFile(), resp.PreambleTo(wrap(&got)))
			command, err := d.ReadCommand()
			for tries := 0; err != nil && tries < len(wire); tries++ {
				if d.InputOffset() != 0 {
					t.Fatalf("%s: stands at %d inside the preamble", name, d.InputOffset())
				}
				if _, other := d.ReadToken(); other == nil {
					t.Fatalf("%s: a token was read inside the preamble", name)
				}
				command, err = d.ReadCommand()
			}
			if err != nil || len(command.Args) != 1 || got.String() != preamble {
				t.Errorf("%s: %q, %v, and %d bytes of %d", name, command.Args, err, got.Len(), len(preamble))
			}
		}
	}
}

// After Reset a preamble may come again, and what was on the way is forgotten.
func TestResetOfAnAppendOnlyFile(t *testing.T) {
	for cut := range len(aRealPreamble) {
		wire := aRealPreamble + "#a\n" + multibulkWire("x")
		d := resp.NewDecoder(strings.NewReader(wire[:cut]), resp.AppendOnlyFile())
		if _, err := d.ReadCommand(); err == nil {
			t.Fatal("no error of a file that is cut")
		}
		d.Reset(strings.NewReader(wire))
		if _, err := d.ReadCommand(); err != nil || d.InputOffset() != int64(len(wire)) {
			t.Errorf("after %d bytes and Reset: %v, at %d", cut, err, d.InputOffset())
		}
	}
}

// A growing file is read on where it ended.
func TestAGrowingAppendOnlyFile(t *testing.T) {
	wire := aRealPreamble + "#a\n" + multibulkWire("x", "y") + "#b\n#c\n" + multibulkWire("z")
	var file bytes.Buffer
	var events []string
	d := resp.NewDecoder(&file, resp.AppendOnlyFile(), resp.OnAnnotation(func(text []byte) { events = append(events, "#"+string(text)) }))
	for i := range len(wire) {
		file.WriteByte(wire[i])
		command, err := d.ReadCommand()
		if err == nil {
			events = append(events, wordsOf(command.Args)...)
		} else if err != io.EOF && err != io.ErrUnexpectedEOF {
			t.Fatal(err)
		}
		if want, _ := refAOF([]byte(wire[:i+1]), refDefaults, false); d.InputOffset() != want.Stopped {
			t.Errorf("after %d bytes: at offset %d, want %d", i+1, d.InputOffset(), want.Stopped)
		}
	}
	if diff := cmp.Diff([]string{"#a", "x", "y", "#b", "#c", "z"}, events); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// An annotation that has not all arrived may still be read as something else.
func TestOtherReadsOfPartOfAnAnnotation(t *testing.T) {
	const wire = "#t\r\n"
	for cut := range len(wire) {
		d := resp.NewDecoder(nil, resp.AppendOnlyFile(), resp.MaxTotalLen(100))
		d.Feed([]byte(wire[:cut]))
		if _, err := d.ReadCommand(); err != resp.ErrIncomplete {
			t.Fatal(err)
		}
		d.Feed([]byte(wire[cut:]))
		if b, err := d.ReadBool(); !b || err != nil {
			t.Errorf("after %q: %t, %v", wire[:cut], b, err)
		}
	}
}

func TestLimitsOfAnnotations(t *testing.T) {
	for wire, ok := range map[string]bool{
		"#2345\n": true, "#234\r\n": true, "#23456\n": false, "#2345\r\n": false, "#23456": false, "#2345": true,
	} {
		for _, d := range deliveries(1) {
			limits := refDefaults
			limits.lineLen = 5
			if diff := diffAOF([]byte(wire), limits, d, false); diff != "" {
				t.Error(diff)
			}
			if got := readAOF(d, []byte(wire), false, resp.MaxLineLen(5)); (got.Class != "limit") != ok {
				t.Errorf("%q, %s: %+v", wire, d.name, got)
			}
		}
	}
}

func TestFaultsInAppendOnlyFiles(t *testing.T) {
	for wire, want := range map[string]string{
		"#a\nPING\r\n": `resp: type error at offset 3: expected the * of a command or the # of an annotation, found "P"`,
		"*0\r\n":       `resp: length error at offset 1: expected a command that is not empty, found "*0"`,
		"REDIS0004":    `resp: syntax error at offset 5: expected an RDB version that has a checksum, 0005 at least, found "REDIS0004"`,
	} {
		d := resp.NewDecoder(strings.NewReader(wire), resp.AppendOnlyFile())
		for range 2 {
			if _, err := d.ReadCommand(); err == nil || err.Error() != want {
				t.Errorf("%q: %v, want %s", wire, err, want)
			}
		}
	}
}

func TestAppendOnlyFilesDoNotAllocate(t *testing.T) {
	wire := "#TS:1628217470\r\n" + multibulkWire("SET", "key", "value") + multibulkWire("DEL", "key") + "#TS:1628217471\r\n#TS:1628217472\r\n"
	seen := 0
	opts := []resp.Option{resp.AppendOnlyFile(), resp.OnAnnotation(func(text []byte) { seen += len(text) })}
	for _, atOnce := range []int{0, 1460, 7} {
		d := resp.NewDecoder(&endless{wire: wire, atOnce: atOnce}, opts...)
		checkNoAllocs(t, wire, func() error { return readTwice(readCommand)(d, nil) })
		var batch []resp.Command
		checkNoAllocs(t, wire, func() (err error) {
			batch, err = d.ReadCommands(batch[:0])
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
			r.rest = append(binary.LittleEndian.AppendUint64([]byte{0xff}, r.sum), multibulkWire("x")...)
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
		d := resp.NewDecoder(newPreambleReader(size, body), resp.AppendOnlyFile(), resp.Lenient())
		command, err := d.ReadCommand()
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
		d := resp.NewDecoder(iotest.OneByteReader(strings.NewReader(wire+multibulkWire("x"))), resp.AppendOnlyFile(), resp.Lenient(), resp.MaxLineLen(2<<20))
		if _, err := d.ReadCommand(); err != nil {
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
			wire = []byte(rdb(string(wire[9:])) + multibulkWire("x"))
			d := resp.NewDecoder(nil, resp.AppendOnlyFile())
			b.SetBytes(int64(len(wire)))
			for b.Loop() {
				d.Reset(bytes.NewReader(wire))
				if _, err := d.ReadCommand(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func FuzzAOF(f *testing.F) {
	for i, wire := range aofWires {
		f.Add([]byte(wire), uint64(i))
	}
	f.Fuzz(func(t *testing.T, wire []byte, seed uint64) {
		if len(wire) > longestFuzzed {
			return
		}
		limits := refDefaults
		if seed%4 == 0 {
			limits = smallLimits
		}
		ways := deliveries(seed)
		diff := diffAOF(wire, limits, ways[0], seed%2 > 0)
		if diff += diffAOF(wire, limits, ways[seed/4%uint64(len(ways))], seed%2 == 0); diff != "" {
			t.Error(diff)
		}
	})
}
