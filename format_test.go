package resp

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// lines joins lines as they are printed.
func lines(text ...string) string { return strings.Join(text, "\n") }

// repeated returns n elements v.
func repeated(n int, v Value) []Value {
	list := make([]Value, n)
	for i := range list {
		list[i] = v
	}
	return list
}

// texts are Values with what redis-cli 7.0.15 was seen to print for them on a
// terminal.
var texts = []struct {
	rule  string
	value Value
	want  string
}{
	{"a simple string is bare", simple("OK"), "OK"},
	{"an error is marked", scalar(SimpleError, "ERR x"), "(error) ERR x"},
	{"an error may be empty", scalar(SimpleError, ""), "(error) "},
	{"an integer is marked", integer(1), "(integer) 1"},
	{"a bulk string is quoted", bulk(`a"b`), `"a\"b"`},
	{"an empty bulk string", bulk(""), `""`},
	{"control and high bytes are escaped", bulk("\x00\x1b\x7f\x80\xff\n\r\t\a\b\\'"), `"\x00\x1b\x7f\x80\xff\n\r\t\a\b\\'"`},
	{"text beyond ASCII is escaped", bulk("中文"), `"\xe4\xb8\xad\xe6\x96\x87"`},
	{"a null bulk string", null(BulkString), "(nil)"},
	{"a null array", null(Array), "(nil)"},
	{"a null", null(Null), "(nil)"},
	{"a double as it was spelled", scalar(Double, "1.50"), "(double) 1.50"},
	{"infinity", scalar(Double, "inf"), "(double) inf"},
	{"true", boolean(1), "(true)"},
	{"false", boolean(0), "(false)"},
	{"a verbatim string is raw", verbatim("txt", "a\nb \"c"), "a\nb \"c"},
	{"an empty array", aggregate(Array), "(empty array)"},
	{"an empty map", aggregate(Map), "(empty hash)"},
	{"an empty set", aggregate(Set), "(empty set)"},
	{"an empty push", aggregate(Array, aggregate(Push)), "1) (empty push)"},
	{"elements are numbered", aggregate(Array, bulk("a"), integer(1)), lines(`1) "a"`, `2) (integer) 1`)},
	{"elements of a set", aggregate(Set, simple("a"), simple("b")), lines("1~ a", "2~ b")},
	{"elements of a push", aggregate(Array, aggregate(Push, simple("message"), integer(1))), lines("1) 1) message", "   2) (integer) 1")},
	{"nulls and errors as elements", aggregate(Array, scalar(SimpleError, "ERR a"), null(Null)), lines("1) (error) ERR a", "2) (nil)")},
	{
		"numbers are right-aligned, and nested lines start behind them",
		aggregate(Array, append([]Value{aggregate(Array, integer(1), aggregate(Array, simple("x")))}, repeated(9, integer(1))...)...),
		lines(
			" 1) 1) (integer) 1",
			"    2) 1) x",
			" 2) (integer) 1", " 3) (integer) 1", " 4) (integer) 1", " 5) (integer) 1", " 6) (integer) 1",
			" 7) (integer) 1", " 8) (integer) 1", " 9) (integer) 1", "10) (integer) 1",
		),
	},
	{"pairs of a map", aggregate(Map, simple("first"), integer(1), bulk("second"), boolean(1)), lines("1# first => (integer) 1", `2# "second" => (true)`)},
	{
		"a map's numbers are as wide as the count of pairs",
		aggregate(Map, repeated(10, simple("k"))...),
		lines("1# k => k", "2# k => k", "3# k => k", "4# k => k", "5# k => k"),
	},
	{
		"a value of several lines starts on a line of its own",
		aggregate(Map, simple("first"), integer(1), simple("second"), aggregate(Array, integer(1), integer(2))),
		lines("1# first => (integer) 1", "2# second => ", "   1) (integer) 1", "   2) (integer) 2"),
	},
	{"a value of one line does not", aggregate(Map, simple("k"), aggregate(Array, aggregate(Map, simple("a"), integer(1)))), "1# k => 1) 1# a => (integer) 1"},
	{"nor does an empty one", aggregate(Map, simple("k"), aggregate(Array), simple("k"), aggregate(Map)), lines("1# k => (empty array)", "2# k => (empty hash)")},
	{"nor does a verbatim string", aggregate(Map, simple("k"), verbatim("txt", "a\nb")), lines("1# k => a", "b")},
	{
		"maps and sets in maps",
		aggregate(Map, simple("k"), aggregate(Map, simple("kk"),
			aggregate(Map, simple("a"), integer(1), simple("b"), aggregate(Set, integer(1), aggregate(Array, integer(1), integer(2)))))),
		lines(
			"1# k => ",
			"   1# kk => ",
			"      1# a => (integer) 1",
			"      2# b => ",
			"         1~ (integer) 1",
			"         2~ 1) (integer) 1",
			"            2) (integer) 2",
		),
	},
	{
		"arrays as keys",
		aggregate(Map, aggregate(Array, integer(1), integer(2)), aggregate(Array, integer(3), integer(4))),
		lines("1# 1) (integer) 1", "   2) (integer) 2 => ", "   1) (integer) 3", "   2) (integer) 4"),
	},
	{"arrays in arrays", aggregate(Array, aggregate(Array, aggregate(Array, aggregate(Array)))), "1) 1) 1) (empty array)"},
}

func TestTextIsWhatRedisCLIPrints(t *testing.T) {
	for _, test := range texts {
		if diff := cmp.Diff(test.want, test.value.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.rule, diff)
		}
	}
}

func TestTextOfWhatRedisCLICannotShow(t *testing.T) {
	ttl := aggregate(Attribute, bulk("ttl"), integer(5))
	for _, test := range []struct {
		rule  string
		value Value
		want  string
	}{
		{"a big number", scalar(BigNumber, "12345678901234567890"), "(big number) 12345678901234567890"},
		{"a bulk error", scalar(BulkError, "ERR x"), "(error) ERR x"},
		{"a streamed string is a bulk string", streamed(bulk("a")), `"a"`},
		{"a streamed array is an array", streamed(aggregate(Array, bulk("a"))), `1) "a"`},
		{"a streamed empty map", streamed(aggregate(Map)), "(empty hash)"},
		{"a null by hand", Value{Kind: Null}, "(nil)"},
		{"the zero Value", Value{}, `(kind '\x00')`},
		{"an end", Value{Kind: End}, "(end)"},
		{"a chunk", scalar(Chunk, "a\n"), `(chunk) "a\n"`},
		{"a last key without a value", aggregate(Map, bulk("a"), integer(1), bulk("b")), lines(`1# "a" => (integer) 1`, `2# "b" => (nil)`)},
		{"an attribute comes first", with(integer(1), ttl), lines(`1| "ttl" => (integer) 5`, "(integer) 1")},
		{"several attributes", with(integer(1), ttl, ttl), lines(`1| "ttl" => (integer) 5`, `1| "ttl" => (integer) 5`, "(integer) 1")},
		{"an empty attribute", with(integer(1), aggregate(Attribute)), lines("(empty attribute)", "(integer) 1")},
		{
			"attributes of elements are indented",
			aggregate(Array, integer(1), with(aggregate(Array, integer(2), integer(3)), ttl)),
			lines("1) (integer) 1", `2) 1| "ttl" => (integer) 5`, "   1) (integer) 2", "   2) (integer) 3"),
		},
		{
			"attributes of a map's value start on a line of their own",
			aggregate(Map, bulk("k"), with(integer(1), ttl)),
			lines(`1# "k" => `, `   1| "ttl" => (integer) 5`, "   (integer) 1"),
		},
		{
			"attributes in the only element do so, too",
			aggregate(Map, bulk("k"), aggregate(Array, with(integer(1), ttl))),
			lines(`1# "k" => `, `   1) 1| "ttl" => (integer) 5`, "      (integer) 1"),
		},
	} {
		if diff := cmp.Diff(test.want, test.value.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.rule, diff)
		}
	}
}

// redis-cli itself, reading from a server that answers with what a test wants.
func TestTextAgainstRedisCLI(t *testing.T) {
	path, err := exec.LookPath("redis-cli")
	if err != nil {
		t.Skip("redis-cli is not installed")
	}
	var replies []Value
	for _, test := range texts {
		replies = append(replies, test.value)
	}
	rng := rand.New(rand.NewPCG(13, 14))
	for range 500 {
		replies = append(replies, redisCLIValue(rng, 4))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go answer(listener, replies)

	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, v := range replies {
		fmt.Fprintf(&want, "%s\n", v)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, path, "-3", "-p", port)
	command.Env = append(os.Environ(), "FAKETTY=1")
	command.Stdin = strings.NewReader(strings.Repeat("x\n", len(replies)))
	got, err := command.Output()
	if err != nil {
		t.Fatalf("redis-cli: %v", err)
	}
	elapsed := regexp.MustCompile(`(?m)^\(\d+\.\d\ds\)\n`) // behind a reply that was slow to come
	if diff := cmp.Diff(strings.Split(want.String(), "\n"), strings.Split(elapsed.ReplaceAllString(string(got), ""), "\n")); diff != "" {
		t.Errorf("String is not what redis-cli prints (-String +redis-cli):\n%s", diff)
	}
}

// redisCLIValue returns a random value of the kinds that redis-cli 7 knows.
func redisCLIValue(rng *rand.Rand, depth int) Value {
	kinds := []Kind{SimpleString, SimpleError, Integer, BulkString, Null, Boolean, Double, VerbatimString, Array, Map, Set}
	if depth == 0 {
		kinds = slices.DeleteFunc(kinds, Kind.IsAggregate)
	}
	switch kind := kinds[rng.IntN(len(kinds))]; kind {
	case Null:
		return null(oneOf(rng, Null, BulkString, Array))
	case Integer:
		return integer(rng.Int64())
	case Boolean:
		return boolean(rng.Int64N(2))
	case Double:
		return scalar(Double, oneOf(rng, "1.5", "10", "inf", "-inf", "1e+20"))
	case SimpleString, SimpleError, BulkString:
		return scalar(kind, oneOf(rng, "", "text", "two words", `"quoted"`))
	case VerbatimString:
		return verbatim("txt", "some\ntext")
	default:
		v := Value{Kind: kind}
		for range 2 * rng.IntN(7) {
			v.Elems = append(v.Elems, redisCLIValue(rng, depth-1))
		}
		return v
	}
}

// answer accepts one redis-cli and sends it the replies, one for each command
// but HELLO and what redis-cli asks for itself.
func answer(listener net.Listener, replies []Value) {
	conn, err := listener.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	for command, err := range NewDecoder(conn).Commands() {
		if err != nil {
			return
		}
		reply := []byte("%0\r\n")
		if string(command.Args[0]) == "x" {
			reply = AppendValue(nil, &replies[0])
			replies = replies[1:]
		}
		if _, err := conn.Write(reply); err != nil {
			return
		}
	}
}

func TestTokenText(t *testing.T) {
	for _, test := range []struct {
		rule   string
		token  Token
		text   string
		detail string
	}{
		{"a simple string", tokenOf(SimpleString, "OK"), "OK", `simple string(2) "OK"`},
		{"a simple error", tokenOf(SimpleError, "ERR x"), "(error) ERR x", `simple error(5) "ERR x"`},
		{"a bulk error stays on one line", tokenOf(BulkError, "ERR x\r\ny"), "(error) ERR x  y", `bulk error(8) "ERR x\r\ny"`},
		{"an integer", Token{kind: Integer, n: -5}, "(integer) -5", "integer -5"},
		{"a bulk string", tokenOf(BulkString, "a\nb"), `"a\nb"`, `bulk string(3) "a\nb"`},
		{"a verbatim string stays on one line", tokenOf(VerbatimString, "txt:a\nb"), `"a\nb"`, `verbatim string(3) txt "a\nb"`},
		{"a verbatim string of any encoding", tokenOf(VerbatimString, "\x00\xff\n:"), `""`, `verbatim string(0) \x00\xff\n ""`},
		{"a boolean", Token{kind: Boolean, n: 1}, "(true)", "boolean true"},
		{"a double", tokenOf(Double, "-1.50"), "(double) -1.50", "double -1.50"},
		{"a big number", tokenOf(BigNumber, "12"), "(big number) 12", "big number 12"},
		{"a null", Token{kind: Null, flags: flagNull}, "(nil)", "null"},
		{"a null bulk string", Token{kind: BulkString, flags: flagNull}, "(nil)", "null bulk string"},
		{"a null array", Token{kind: Array, flags: flagNull}, "(nil)", "null array"},
		{"a null of a lenient Decoder", Token{kind: VerbatimString, flags: flagNull}, "(nil)", "null verbatim string"},
		{"an array", Token{kind: Array, n: 3}, "(array) 3", "array(3)"},
		{"a map counts pairs", Token{kind: Map, n: 2}, "(map) 2", "map(2)"},
		{"an attribute counts pairs", Token{kind: Attribute, n: 1}, "(attribute) 1", "attribute(1)"},
		{"an empty set", Token{kind: Set}, "(set) 0", "set(0)"},
		{"a streamed string", Token{kind: BulkString, flags: flagStreamed}, "(streamed bulk string)", "streamed bulk string"},
		{"a streamed map", Token{kind: Map, flags: flagStreamed}, "(streamed map)", "streamed map"},
		{"a chunk", tokenOf(Chunk, "a"), `(chunk) "a"`, `chunk(1) "a"`},
		{"an end", Token{kind: End}, "(end)", "end"},
		{"the zero Token", Token{}, `(kind '\x00')`, `kind '\x00'`},
	} {
		for format, want := range map[string]string{"%v": test.text, "%s": test.text, "%+v": test.detail, "%#v": test.detail} {
			if got := fmt.Sprintf(format, test.token); got != want {
				t.Errorf("%s: %s is %s, want %s", test.rule, format, got, want)
			}
		}
		if got := fmt.Sprint(test.token); got != test.text {
			t.Errorf("%s: String() = %s, want %s", test.rule, got, test.text)
		}
	}
}

func TestDetailSpellsOutKindsAndLengths(t *testing.T) {
	ttl := aggregate(Attribute, bulk("ttl"), integer(5))
	for _, test := range []struct {
		rule  string
		value Value
		want  string
	}{
		{"a scalar", bulk("a\n"), `bulk string(2) "a\n"`},
		{"an array", aggregate(Array, bulk("a"), integer(1), null(Array)), `array(3) [bulk string(1) "a", integer 1, null array]`},
		{"a map counts pairs", aggregate(Map, simple("k"), integer(1), simple("l"), integer(2)), `map(2) {simple string(1) "k": integer 1, simple string(1) "l": integer 2}`},
		{"a last key without a value", aggregate(Map, integer(1), integer(2), integer(3)), "map(2) {integer 1: integer 2, integer 3: null}"},
		{"empty aggregates", aggregate(Array, aggregate(Set), aggregate(Map), aggregate(Push)), "array(3) [set(0), map(0), push(0)]"},
		{"streamed ones", streamed(aggregate(Array, streamed(bulk("ab")))), `streamed array(1) [streamed bulk string(2) "ab"]`},
		{"attributes come before their value", aggregate(Array, with(null(Null), ttl)), `array(1) [attribute(1) {bulk string(3) "ttl": integer 5} null]`},
		{"a verbatim string", verbatim("mkd", "# a"), `verbatim string(3) mkd "# a"`},
		{"a long payload is cut", bulk(strings.Repeat("a", 65)), `bulk string(65) "` + strings.Repeat("a", 64) + `"…`},
		{"a payload of 64 bytes is not", bulk(strings.Repeat("a", 64)), `bulk string(64) "` + strings.Repeat("a", 64) + `"`},
		{"a long number is cut", scalar(BigNumber, strings.Repeat("1", 65)), "big number " + strings.Repeat("1", 64) + "…"},
		{"a number by hand that is none", scalar(Double, "x\n"), `double x\n`},
		{"the zero Value", Value{}, `kind '\x00'`},
		{"fields without a meaning", Value{Kind: Array, Bytes: []byte("x")}, "array(0)"},
	} {
		if diff := cmp.Diff(test.want, fmt.Sprintf("%+v", test.value)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.rule, diff)
		}
		if sharp := fmt.Sprintf("%#v", &test.value); sharp != test.want {
			t.Errorf("%s: %%#v of a pointer differs: %s", test.rule, sharp)
		}
	}
}

func TestFormatFlags(t *testing.T) {
	v := aggregate(Array, bulk("abc"), integer(1))
	token := tokenOf(BulkString, "abc")
	for _, test := range []struct {
		rule, format string
		arg          any
		want         string
	}{
		{"%q is the wire form", "%q", v, `"*2\r\n$3\r\nabc\r\n:1\r\n"`},
		{"%q of a pointer", "%q", &v, `"*2\r\n$3\r\nabc\r\n:1\r\n"`},
		{"%q of a token", "%q", token, `"$3\r\nabc\r\n"`},
		{"%q of a header", "%q", Token{kind: Array, n: 3}, `"*3\r\n"`},
		{"a precision cuts %q and the whole length follows", "%.6q", v, `"*2\r\n$3"… (17 bytes)`},
		{"a precision cuts %q of a token", "%.2q", token, `"$3"… (9 bytes)`},
		{"a precision of the length cuts nothing", "%.17q", v, `"*2\r\n$3\r\nabc\r\n:1\r\n"`},
		{"a precision of 0", "%.0q", token, `""… (9 bytes)`},
		{"%q is cut at 1,024 bytes", "%q", bulk(strings.Repeat("a", 2000)), `"$2000\r\n` + strings.Repeat("a", 1024-7) + `"… (2009 bytes)`},
		{"a precision cuts payloads in %+v", "%+.2v", v, `array(2) [bulk string(3) "ab"…, integer 1]`},
		{"a precision cuts the payload of a token", "%+.2v", token, `bulk string(3) "ab"…`},
		{"a precision may show more", "%+.100v", bulk(strings.Repeat("a", 99)), `bulk string(99) "` + strings.Repeat("a", 99) + `"`},
		{"a width pads on the left", "%8v|", token, `   "abc"|`},
		{"and with a minus on the right", "%-8s|", token, `"abc"   |`},
		{"a width pads values", "%-14s|", integer(1), "(integer) 1   |"},
		{"a verb that does not fit", "%d", token, `%!d(resp.Token="abc")`},
		{"a verb that does not fit a value", "%x", integer(1), "%!x(resp.Value=(integer) 1)"},
		{"a nil pointer", "%v", (*Value)(nil), "<nil>"},
	} {
		if got := fmt.Sprintf(test.format, test.arg); got != test.want {
			t.Errorf("%s: %s gives\n%s, want\n%s", test.rule, test.format, got, test.want)
		}
	}
}

func TestPrintingIsCutBelow32Levels(t *testing.T) {
	levels := func(v Value) (text, detail int) {
		return strings.Count(v.String(), "1) "), strings.Count(fmt.Sprintf("%+v", v), "array(1)")
	}
	whole := chain(33) // the innermost one is empty
	if text, detail := levels(whole); text != 32 || detail != 32 || strings.Contains(whole.String(), printCut) {
		t.Errorf("of 32 levels %%v prints %d and %%+v %d", text, detail)
	}
	deeper := aggregate(Array, whole)
	if text, detail := levels(deeper); text != 32 || detail != 32 {
		t.Errorf("of 33 levels %%v prints %d and %%+v %d, want 32", text, detail)
	}
	if want := strings.Repeat("1) ", 32) + printCut; deeper.String() != want {
		t.Errorf("%%v of 33 levels is %q, want %q", deeper, want)
	}
	value := aggregate(Map, bulk("k"), chain(100))
	if want := `1# "k" => ` + strings.Repeat("1) ", 31) + printCut; value.String() != want {
		t.Errorf("%%v of a deep value in a map is %q, want %q", value, want)
	}
	if text := fmt.Sprintf("%+v", deeper); !strings.HasSuffix(text, "["+printCut+strings.Repeat("]", 32)) {
		t.Errorf("%%+v of 33 levels is %q; it must end in the cut", text)
	}
}

// Indentation grows with the depth, so that a text without a cut would be
// quadratic in the size of the value.
func TestPrintingIsLinearInTheSize(t *testing.T) {
	const most = 200 // bytes for each value in the tree
	deep := aggregate(Array)
	for range 10_000 {
		deep = aggregate(Array, integer(1), deep, integer(1))
	}
	wide := aggregate(Array, repeated(10_000, null(Null))...)
	for range printDepth - 1 {
		wide = aggregate(Array, null(Null), wide)
	}
	for name, v := range map[string]Value{"deep": deep, "wide": wide} {
		values, _ := v.totals()
		for _, format := range []string{"%v", "%+v"} {
			if text := fmt.Sprintf(format, v); len(text) > most*values {
				t.Errorf("%s: %s prints %d bytes for %d values, more than %d for each", name, format, len(text), values, most)
			}
		}
	}
}

func TestPrintingNeverPanics(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for range 20_000 {
		v := randomValue(rng, 4)
		v.Kind = Kind(rng.IntN(256))
		fmt.Fprintf(io.Discard, "%v %+v %q %d", v, v, v, v)
	}
	for c := range 256 {
		for _, flags := range []tokenFlags{0, flagNull, flagStreamed} {
			token := Token{kind: Kind(c), flags: flags}
			fmt.Fprintf(io.Discard, "%v %+v %q %d", token, token, token, token)
		}
	}
}
