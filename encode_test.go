package resp_test

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp"
)

type (
	textType  string
	bytesType []byte
)

func bigNumber(digits string) *big.Int {
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		panic(digits)
	}
	return n
}

// appends holds one use or more of every Append function and what it appends.
var appends = []struct {
	name   string
	append func(dst []byte) []byte
	want   string
}{
	{"simple string", func(b []byte) []byte { return resp.AppendSimpleString(b, "OK") }, "+OK\r\n"},
	{"simple string of bytes", func(b []byte) []byte { return resp.AppendSimpleString(b, []byte("PONG")) }, "+PONG\r\n"},
	{"simple string of a named type", func(b []byte) []byte { return resp.AppendSimpleString(b, textType("PONG")) }, "+PONG\r\n"},
	{"empty simple string", func(b []byte) []byte { return resp.AppendSimpleString(b, "") }, "+\r\n"},
	{"simple string with breaks", func(b []byte) []byte { return resp.AppendSimpleString(b, "a\r\n+b\nc\rd") }, "+a  +b c d\r\n"},
	{"long simple string with breaks", func(b []byte) []byte {
		return resp.AppendSimpleString(b, "\n"+strings.Repeat("x", 40)+"\r\n\r")
	}, "+ " + strings.Repeat("x", 40) + "   \r\n"},
	{"simple error", func(b []byte) []byte { return resp.AppendSimpleError(b, "ERR no\r\n-such") }, "-ERR no  -such\r\n"},
	{"simple error of bytes", func(b []byte) []byte { return resp.AppendSimpleError(b, bytesType("ERR x")) }, "-ERR x\r\n"},
	{"integer", func(b []byte) []byte { return resp.AppendInteger(b, 42) }, ":42\r\n"},
	{"integer 0", func(b []byte) []byte { return resp.AppendInteger(b, 0) }, ":0\r\n"},
	{"negative integer", func(b []byte) []byte { return resp.AppendInteger(b, -7) }, ":-7\r\n"},
	{"largest integer", func(b []byte) []byte { return resp.AppendInteger(b, math.MaxInt64) }, ":9223372036854775807\r\n"},
	{"smallest integer", func(b []byte) []byte { return resp.AppendInteger(b, math.MinInt64) }, ":-9223372036854775808\r\n"},
	{"bulk string", func(b []byte) []byte { return resp.AppendBulkString(b, "he\r\nllo") }, "$7\r\nhe\r\nllo\r\n"},
	{"bulk string of bytes", func(b []byte) []byte { return resp.AppendBulkString(b, bytesType("\x00\xff")) }, "$2\r\n\x00\xff\r\n"},
	{"empty bulk string", func(b []byte) []byte { return resp.AppendBulkString(b, "") }, "$0\r\n\r\n"},
	{"bulk string of nil", func(b []byte) []byte { return resp.AppendBulkString(b, []byte(nil)) }, "$0\r\n\r\n"},
	{"null bulk string", resp.AppendNullBulkString, "$-1\r\n"},
	{"null array", resp.AppendNullArray, "*-1\r\n"},
	{"null", resp.AppendNull, "_\r\n"},
	{"true", func(b []byte) []byte { return resp.AppendBoolean(b, true) }, "#t\r\n"},
	{"false", func(b []byte) []byte { return resp.AppendBoolean(b, false) }, "#f\r\n"},
	{"double", func(b []byte) []byte { return resp.AppendDouble(b, 1.5) }, ",1.5\r\n"},
	{"whole double", func(b []byte) []byte { return resp.AppendDouble(b, 10) }, ",10\r\n"},
	{"large double", func(b []byte) []byte { return resp.AppendDouble(b, 1e21) }, ",1e+21\r\n"},
	{"longest double", func(b []byte) []byte { return resp.AppendDouble(b, -1.2345678901234568e-300) }, ",-1.2345678901234568e-300\r\n"},
	{"inf", func(b []byte) []byte { return resp.AppendDouble(b, math.Inf(1)) }, ",inf\r\n"},
	{"-inf", func(b []byte) []byte { return resp.AppendDouble(b, math.Inf(-1)) }, ",-inf\r\n"},
	{"nan", func(b []byte) []byte { return resp.AppendDouble(b, math.NaN()) }, ",nan\r\n"},
	{"big number", func(b []byte) []byte { return resp.AppendBigNumber(b, bigNumber("-12345678901234567890")) }, "(-12345678901234567890\r\n"},
	{"small big number", func(b []byte) []byte { return resp.AppendBigNumber(b, bigNumber("-7")) }, "(-7\r\n"},
	{"nil big number", func(b []byte) []byte { return resp.AppendBigNumber(b, nil) }, "_\r\n"},
	{"bulk error", func(b []byte) []byte { return resp.AppendBulkError(b, "ERR a\r\nb") }, "!8\r\nERR a\r\nb\r\n"},
	{"verbatim string", func(b []byte) []byte { return resp.AppendVerbatimString(b, "txt", "Some string") }, "=15\r\ntxt:Some string\r\n"},
	{"verbatim string of bytes", func(b []byte) []byte { return resp.AppendVerbatimString(b, "mkd", []byte("# a")) }, "=7\r\nmkd:# a\r\n"},
	{"verbatim string with a short encoding", func(b []byte) []byte { return resp.AppendVerbatimString(b, "md", "") }, "=4\r\nmd :\r\n"},
	{"verbatim string without encoding", func(b []byte) []byte { return resp.AppendVerbatimString(b, "", "a") }, "=5\r\n   :a\r\n"},
	{"verbatim string with a long encoding", func(b []byte) []byte { return resp.AppendVerbatimString(b, "text", "a") }, "=5\r\ntex:a\r\n"},
	{"array", func(b []byte) []byte { return resp.AppendArray(b, 3) }, "*3\r\n"},
	{"array of ten", func(b []byte) []byte { return resp.AppendArray(b, 10) }, "*10\r\n"},
	{"array of many", func(b []byte) []byte { return resp.AppendArray(b, 1234567) }, "*1234567\r\n"},
	{"array of a negative count", func(b []byte) []byte { return resp.AppendArray(b, -1) }, "*0\r\n"},
	{"bulk header", func(b []byte) []byte { return resp.AppendBulkHeader(b, 6000) }, "$6000\r\n"},
	{"bulk header of an empty payload", func(b []byte) []byte { return resp.AppendBulkHeader(b, 0) }, "$0\r\n"},
	{"bulk header of a negative length", func(b []byte) []byte { return resp.AppendBulkHeader(b, -1) }, "$0\r\n"},
	{"argument of text", func(b []byte) []byte { return resp.AppendArg(b, resp.String("a\r\nb")) }, "$4\r\na\r\nb\r\n"},
	{"argument of long text", func(b []byte) []byte { return resp.AppendArg(b, resp.String(strings.Repeat("x", 99))) }, "$99\r\n" + strings.Repeat("x", 99) + "\r\n"},
	{"argument that is a number", func(b []byte) []byte { return resp.AppendArg(b, resp.Int(-42)) }, "$3\r\n-42\r\n"},
	{"argument that is a float", func(b []byte) []byte { return resp.AppendArg(b, resp.Float(0.5)) }, "$3\r\n0.5\r\n"},
	{"zero argument", func(b []byte) []byte { return resp.AppendArg(b, resp.Arg{}) }, "$0\r\n\r\n"},
	{"map", func(b []byte) []byte { return resp.AppendMap(b, 2) }, "%2\r\n"},
	{"set", func(b []byte) []byte { return resp.AppendSet(b, 99) }, "~99\r\n"},
	{"push", func(b []byte) []byte { return resp.AppendPush(b, 100) }, ">100\r\n"},
	{"attribute", func(b []byte) []byte { return resp.AppendAttribute(b, 1) }, "|1\r\n"},
	{"streamed string", resp.AppendStreamedString, "$?\r\n"},
	{"chunk", func(b []byte) []byte { return resp.AppendChunk(b, "Hell") }, ";4\r\nHell\r\n"},
	{"empty chunk", func(b []byte) []byte { return resp.AppendChunk(b, []byte{}) }, ""},
	{"last chunk", resp.AppendLastChunk, ";0\r\n"},
	{"streamed array", func(b []byte) []byte { return resp.AppendStreamed(b, resp.Array) }, "*?\r\n"},
	{"streamed set", func(b []byte) []byte { return resp.AppendStreamed(b, resp.Set) }, "~?\r\n"},
	{"streamed map", func(b []byte) []byte { return resp.AppendStreamed(b, resp.Map) }, "%?\r\n"},
	{"end", resp.AppendEnd, ".\r\n"},
	{"command", func(b []byte) []byte {
		return resp.AppendCommand(b, "SET", resp.String("key"), resp.Int(-5), resp.Uint(math.MaxUint64), resp.Float(0.5), resp.Arg{})
	}, "*6\r\n$3\r\nSET\r\n$3\r\nkey\r\n$2\r\n-5\r\n$20\r\n18446744073709551615\r\n$3\r\n0.5\r\n$0\r\n\r\n"},
	{"command of two words", func(b []byte) []byte {
		return resp.AppendCommand(b, " CONFIG \t GET\n", resp.Bytes([]byte("max memory")))
	},
		"*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$10\r\nmax memory\r\n"},
	{"command with a control character in its name", func(b []byte) []byte { return resp.AppendCommand(b, "P\x01NG") }, "*1\r\n$4\r\nP\x01NG\r\n"},
	{"args", func(b []byte) []byte { return resp.AppendArgs(b, "CONFIG GET", "", "a\r\nb") }, "*3\r\n$10\r\nCONFIG GET\r\n$0\r\n\r\n$4\r\na\r\nb\r\n"},
	{"args of bytes", func(b []byte) []byte { return resp.AppendArgs(b, []byte("PING")) }, "*1\r\n$4\r\nPING\r\n"},
	{"no args", func(b []byte) []byte { return resp.AppendArgs[string](b) }, ""},
}

func TestAppend(t *testing.T) {
	for _, a := range appends {
		if diff := cmp.Diff(a.want, string(a.append(nil))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", a.name, diff)
		}
	}
}

// Whatever room dst has, what was in it stays and what is behind the appended
// bytes is not touched, and dst does not move when the bytes fit.
func TestAppendKeepsWhatIsAround(t *testing.T) {
	const before, around = "before", 100
	for _, a := range appends {
		for room := range len(a.want) + 10 {
			whole := bytes.Repeat([]byte{'~'}, len(before)+room+around)
			copy(whole, before)
			got := a.append(whole[: len(before) : len(before)+room])
			if string(got) != before+a.want {
				t.Fatalf("%s with room for %d bytes: got %q", a.name, room, got)
			}
			rest := whole[len(before):]
			moved := &got[0] != &whole[0]
			if room >= len(a.want) {
				if moved {
					t.Errorf("%s with room for %d bytes moved", a.name, room)
				}
				rest = whole[len(got):]
			} else if !moved {
				t.Fatalf("%s with room for %d bytes did not move", a.name, room)
			} else {
				rest = rest[room:] // what a move left behind is nobody's
			}
			if i := bytes.IndexFunc(rest, func(r rune) bool { return r != '~' }); i >= 0 {
				t.Errorf("%s with room for %d bytes changed byte %d behind", a.name, room, i)
			}
		}
	}
}

// Strings of every length around those where something changes.
func TestAppendBulkStringOfAllLengths(t *testing.T) {
	lengths := []int{998, 999, 1000, 1001, 9_998, 9_999, 10_000, 10_001, 99_999, 100_000, 1_000_000, 12_345_678}
	for n := range 300 {
		lengths = append(lengths, n)
	}
	payload := bytes.Repeat([]byte("0123456789abcdefghijklmnopqrstuvwxyz\r\n\x00"), 400_000)
	buf := make([]byte, 0, len(payload))
	for _, n := range lengths {
		want := fmt.Sprintf("$%d\r\n%s\r\n", n, payload[:n])
		if got := resp.AppendBulkString(buf[:0], payload[:n]); string(got) != want {
			t.Errorf("length %d: got %.100q", n, got)
		}
		if got := resp.AppendBulkString(nil, string(payload[:n])); string(got) != want {
			t.Errorf("length %d into nil: got %.100q", n, got)
		}
		line := bytes.Repeat([]byte("ab\rc\ndefgh"), n/10+1)[:n]
		wantLine := "+" + strings.NewReplacer("\r", " ", "\n", " ").Replace(string(line)) + "\r\n"
		if got := resp.AppendSimpleString(buf[:0], line); string(got) != wantLine {
			t.Errorf("simple string of length %d: got %.100q", n, got)
		}
	}
}

// Numbers of every length, with every digit at every place and around powers.
func TestAppendIntegerOfAllLengths(t *testing.T) {
	check := func(n int64) {
		t.Helper()
		text := strconv.FormatInt(n, 10)
		if got := resp.AppendInteger(nil, n); string(got) != ":"+text+"\r\n" {
			t.Errorf("%d: got %q", n, got)
		}
		want := fmt.Sprintf("*2\r\n$1\r\nX\r\n$%d\r\n%s\r\n", len(text), text)
		if got := resp.AppendCommand(nil, "X", resp.Int(n)); string(got) != want {
			t.Errorf("%d as argument: got %q", n, got)
		}
	}
	for n := range int64(20_000) {
		check(n)
		check(-n)
		if got := resp.AppendMap(nil, int(n)); string(got) != fmt.Sprintf("%%%d\r\n", n) {
			t.Errorf("map of %d pairs: got %q", n, got)
		}
	}
	for digits := 1; digits <= 19; digits++ {
		for digit := range "0123456789" {
			for place := range digits {
				text := []byte(strings.Repeat("9", digits))
				text[place] = byte('0' + digit)
				if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
					check(n)
					check(-n)
				}
			}
		}
	}
	for shift := range 64 {
		for _, delta := range []int64{-1, 0, 1} {
			check(int64(uint64(1)<<shift) + delta)
		}
	}
	for n := uint64(1); n < 1e19; n *= 10 {
		for _, u := range []uint64{n - 1, n, n + 1, math.MaxUint64 - n} {
			text := strconv.FormatUint(u, 10)
			want := fmt.Sprintf("*2\r\n$1\r\nX\r\n$%d\r\n%s\r\n", len(text), text)
			if got := resp.AppendCommand(nil, "X", resp.Uint(u)); string(got) != want {
				t.Errorf("%d as argument: got %q", u, got)
			}
		}
	}
}

func TestAppendPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"From argument":            func() { resp.AppendCommand(nil, "SET", resp.From(strings.NewReader("x"), 1)) },
		"From without a reader":    func() { resp.AppendCommand(nil, "SET", resp.From(nil, 1)) },
		"From as one argument":     func() { resp.AppendArg(nil, resp.From(strings.NewReader("x"), 1)) },
		"empty name":               func() { resp.AppendCommand(nil, "") },
		"name of blanks":           func() { resp.AppendCommand(nil, " \r\n\t\v\f ", resp.String("x")) },
		"streamed push":            func() { resp.AppendStreamed(nil, resp.Push) },
		"streamed string as other": func() { resp.AppendStreamed(nil, resp.BulkString) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func TestSplitCommand(t *testing.T) {
	for name, want := range map[string][]string{
		"":                             nil,
		" \t\r\n\v\f":                  nil,
		"PING":                         {"PING"},
		" PING ":                       {"PING"},
		"CONFIG GET":                   {"CONFIG", "GET"},
		"CONFIG\r\nGET\tx":             {"CONFIG", "GET", "x"},
		"a\vb\fc  d":                   {"a", "b", "c", "d"},
		"JSON.GET\u00a0x \u2003 \x1cy": {"JSON.GET\u00a0x", "\u2003", "\x1cy"}, // ASCII white space alone
	} {
		if diff := cmp.Diff(want, resp.SplitCommand(name)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", name, diff)
		}
	}
}

// readTokenAt gives the first token of wire, as a Lenient Decoder reads it.
func readTokenAt(t *testing.T, wire string) resp.Token {
	t.Helper()
	token, err := resp.NewDecoder(strings.NewReader(wire), resp.Lenient()).ReadToken()
	if err != nil {
		t.Fatalf("%q: %v", wire, err)
	}
	return token
}

// What is not canonical is accepted and never written.
func TestAppendTokenWritesCanonically(t *testing.T) {
	for _, test := range []struct{ wire, want string }{
		{":+007\r\n", ":7\r\n"},
		{":-0\r\n", ":0\r\n"},
		{"(+00123\r\n", "(123\r\n"},
		{"(-007\r\n", "(-7\r\n"},
		{"(-0\r\n", "(0\r\n"},
		{"(000\r\n", "(0\r\n"},
		{",+1.50\r\n", ",1.50\r\n"},
		{",-007.5\r\n", ",-7.5\r\n"},
		{",00\r\n", ",0\r\n"},
		{",-0\r\n", ",-0\r\n"},
		{",1E5\r\n", ",1E5\r\n"},
		{",+inf\r\n", ",inf\r\n"},
		{",nan(0x1)\r\n", ",nan(0x1)\r\n"},
		{",.5\r\n", ",0.5\r\n"},
		{",-5.\r\n", ",-5\r\n"},
		{"%-1\r\n", "_\r\n"},
		{"~-1\r\n", "_\r\n"},
		{">-1\r\n", "_\r\n"},
		{"=-1\r\n", "_\r\n"},
		{"!-1\r\n", "_\r\n"},
		{"|-1\r\n", "|0\r\n"},
		{"*-1\r\n", "*-1\r\n"},
		{"$-1\r\n", "$-1\r\n"},
		{"_\r\n", "_\r\n"},
	} {
		token := readTokenAt(t, test.wire)
		if got := resp.AppendToken(nil, token); string(got) != test.want {
			t.Errorf("%q: AppendToken gives %q, want %q", test.wire, got, test.want)
		}
		var written bytes.Buffer
		e := resp.NewEncoder(&written)
		if err := e.WriteToken(token); err != nil {
			t.Errorf("%q: %v", test.wire, err)
		}
		if err := e.Flush(); err != nil || written.String() != test.want {
			t.Errorf("%q: WriteToken gives %q, %v, want %q", test.wire, written.String(), err, test.want)
		}
	}
	if got := resp.AppendToken(nil, resp.Token{}); string(got) != "_\r\n" {
		t.Errorf("zero Token: %q", got)
	}
}

// valuesWritten holds Values that were built by hand, what AppendValue and an
// Encoder write for them, and what an Encoder for RESP2 writes.
var valuesWritten = []struct {
	name         string
	value        *resp.Value
	resp3, resp2 string
}{
	{"nil", nil, "_\r\n", "$-1\r\n"},
	{"zero Value", &resp.Value{}, "_\r\n", "$-1\r\n"},
	{"unknown kind", &resp.Value{Kind: 'x', Bytes: []byte("a"), Elems: make([]resp.Value, 1)}, "_\r\n", "$-1\r\n"},
	{"end", &resp.Value{Kind: resp.End}, "_\r\n", "$-1\r\n"},
	{"chunk", &resp.Value{Kind: resp.Chunk, Bytes: []byte("abc")}, "$3\r\nabc\r\n", "$3\r\nabc\r\n"},
	{"simple string with breaks", &resp.Value{Kind: resp.SimpleString, Bytes: []byte("a\r\nb")}, "+a  b\r\n", "+a  b\r\n"},
	{"simple error with breaks", &resp.Value{Kind: resp.SimpleError, Bytes: []byte("a\r\nb")}, "-a  b\r\n", "-a  b\r\n"},
	{"boolean", &resp.Value{Kind: resp.Boolean, Int: -3}, "#t\r\n", ":1\r\n"},
	{"boolean 0", &resp.Value{Kind: resp.Boolean}, "#f\r\n", ":0\r\n"},
	{"null of each kind", &resp.Value{Kind: resp.Array, Elems: []resp.Value{
		{Kind: resp.Null}, {Kind: resp.Null, Null: true}, {Kind: resp.BulkString, Null: true}, {Kind: resp.Array, Null: true},
		{Kind: resp.Map, Null: true, Elems: make([]resp.Value, 1)}, {Kind: resp.Integer, Null: true},
	}}, "*6\r\n_\r\n_\r\n$-1\r\n*-1\r\n_\r\n_\r\n", "*6\r\n$-1\r\n$-1\r\n$-1\r\n*-1\r\n$-1\r\n$-1\r\n"},
	{"double", &resp.Value{Kind: resp.Double, Bytes: []byte("1.50")}, ",1.50\r\n", "$4\r\n1.50\r\n"},
	{"double without text", &resp.Value{Kind: resp.Double}, "_\r\n", "$-1\r\n"},
	{"double with bad text", &resp.Value{Kind: resp.Double, Bytes: []byte("1\r\n")}, "_\r\n", "$-1\r\n"},
	{"double with a bare point", &resp.Value{Kind: resp.Double, Bytes: []byte("-.25")}, ",-0.25\r\n", "$5\r\n-0.25\r\n"},
	{"double beyond float64", &resp.Value{Kind: resp.Double, Bytes: []byte("-1e400")}, ",-inf\r\n", "$4\r\n-inf\r\n"},
	{"double with many digits", &resp.Value{Kind: resp.Double, Bytes: []byte("0." + strings.Repeat("3", 400))},
		",0." + strings.Repeat("3", 400) + "\r\n", "$402\r\n0." + strings.Repeat("3", 400) + "\r\n"},
	{"big number", &resp.Value{Kind: resp.BigNumber, Bytes: []byte("-00123")}, "(-123\r\n", "$4\r\n-123\r\n"},
	{"big number with bad text", &resp.Value{Kind: resp.BigNumber, Bytes: []byte("1.5")}, "_\r\n", "$-1\r\n"},
	{"bulk error", &resp.Value{Kind: resp.BulkError, Bytes: []byte("ERR\r\nx")}, "!6\r\nERR\r\nx\r\n", "-ERR  x\r\n"},
	{"verbatim string", &resp.Value{Kind: resp.VerbatimString, Encoding: [3]byte{'m', 'k', 'd'}, Bytes: []byte("a")}, "=5\r\nmkd:a\r\n", "$1\r\na\r\n"},
	{"streamed string", &resp.Value{Kind: resp.BulkString, Streamed: true, Bytes: []byte("Hello")}, "$?\r\n;5\r\nHello\r\n;0\r\n", "$5\r\nHello\r\n"},
	{"empty streamed string", &resp.Value{Kind: resp.BulkString, Streamed: true}, "$?\r\n;0\r\n", "$0\r\n\r\n"},
	{"streamed aggregates", &resp.Value{Kind: resp.Array, Streamed: true, Elems: []resp.Value{
		{Kind: resp.Set, Streamed: true}, {Kind: resp.Map, Streamed: true, Elems: []resp.Value{{Kind: resp.Integer}}},
	}}, "*?\r\n~?\r\n.\r\n%?\r\n:0\r\n_\r\n.\r\n.\r\n", "*2\r\n*0\r\n*2\r\n:0\r\n$-1\r\n"},
	{"streamed push", &resp.Value{Kind: resp.Push, Streamed: true, Elems: []resp.Value{{Kind: resp.Integer, Int: 1}}}, ">1\r\n:1\r\n", "*1\r\n:1\r\n"},
	{"odd map", &resp.Value{Kind: resp.Map, Elems: []resp.Value{{Kind: resp.Integer, Int: 1}, {Kind: resp.Array}, {Kind: resp.Set}}},
		"%2\r\n:1\r\n*0\r\n~0\r\n_\r\n", "*4\r\n:1\r\n*0\r\n*0\r\n$-1\r\n"},
	{"attributes", &resp.Value{
		Kind: resp.Array,
		Elems: []resp.Value{{Kind: resp.Integer, Int: 2, Attrs: []resp.Value{
			{Kind: resp.Attribute, Elems: []resp.Value{{Kind: resp.Integer, Int: 1}}}, // odd
			{Kind: resp.Integer, Int: 9}, // no attribute at all
			{Kind: resp.Map, Attrs: []resp.Value{{Kind: resp.Attribute}}, Elems: []resp.Value{{Kind: resp.Set}, {}}}, // decorated itself
			{Kind: resp.Attribute, Null: true, Elems: []resp.Value{{Kind: resp.Integer}}},                            // null
		}}},
		Attrs: []resp.Value{{Kind: resp.Attribute, Elems: []resp.Value{
			{Kind: resp.SimpleString, Bytes: []byte("k")},
			{Kind: resp.Integer, Attrs: []resp.Value{{Kind: resp.Attribute}}},
		}}},
	}, "|1\r\n+k\r\n|0\r\n:0\r\n*1\r\n|1\r\n:1\r\n_\r\n|0\r\n|0\r\n|1\r\n~0\r\n_\r\n|0\r\n:2\r\n", "*1\r\n:2\r\n"},
	{"attribute where a value belongs", &resp.Value{Kind: resp.Array, Elems: []resp.Value{
		{Kind: resp.Attribute, Elems: []resp.Value{{Kind: resp.Integer}}}, {Kind: resp.Attribute, Null: true}, {Kind: resp.Integer, Int: 5},
	}}, "*3\r\n|1\r\n:0\r\n_\r\n_\r\n|0\r\n_\r\n:5\r\n", "*3\r\n$-1\r\n$-1\r\n:5\r\n"},
	{"attribute alone", &resp.Value{Kind: resp.Attribute}, "|0\r\n_\r\n", "$-1\r\n"},
}

func TestAppendValue(t *testing.T) {
	for _, test := range valuesWritten {
		if diff := cmp.Diff(test.resp3, string(resp.AppendValue(nil, test.value))); diff != "" {
			t.Errorf("%s: AppendValue (-want +got):\n%s", test.name, diff)
		}
		for protocol, want := range map[int]string{3: test.resp3, 2: test.resp2} {
			var written bytes.Buffer
			e := resp.NewEncoder(&written, resp.Protocol(protocol))
			if err := e.WriteValue(test.value); err != nil {
				t.Errorf("%s for RESP%d: %v", test.name, protocol, err)
			}
			if err := e.Close(); err != nil {
				t.Errorf("%s for RESP%d: %v", test.name, protocol, err)
			}
			if diff := cmp.Diff(want, written.String()); diff != "" {
				t.Errorf("%s: WriteValue for RESP%d (-want +got):\n%s", test.name, protocol, diff)
			}
		}
	}
}

// A tree of a million levels, of elements or of attributes, ends no program.
func TestAppendValueOfAnyDepth(t *testing.T) {
	const depth = 1_000_000
	elems, attrs := &resp.Value{Kind: resp.Integer}, &resp.Value{Kind: resp.Attribute}
	for range depth {
		elems = &resp.Value{Kind: resp.Array, Elems: []resp.Value{*elems}}
		attrs = &resp.Value{Kind: resp.Attribute, Attrs: []resp.Value{*attrs}}
	}
	if got, want := resp.AppendValue(nil, elems), strings.Repeat("*1\r\n", depth)+":0\r\n"; string(got) != want {
		t.Errorf("elements: %d bytes, want %d", len(got), len(want))
	}
	if got, want := resp.AppendValue(nil, attrs), strings.Repeat("|0\r\n", depth+1)+"_\r\n"; string(got) != want {
		t.Errorf("attributes: %d bytes, want %d", len(got), len(want))
	}
	var written bytes.Buffer
	e := resp.NewEncoder(&written)
	if err := e.WriteValue(elems); err != nil || e.Close() != nil || written.Len() != 4*depth+4 {
		t.Errorf("WriteValue: %d bytes, %v", written.Len(), err)
	}
}
