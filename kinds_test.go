package resp_test

// One test walks over all kinds, with samples of each, and over everything that has
// to know a kind: what reads, what writes, both versions of the protocol, accessors,
// printing, the generators, the oracle and the table in doc.go. A kind without a sample
// fails it.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/leanovate/gopter"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/quote"
	"github.com/seed65f5866d/resp/internal/tests/methods"
	"github.com/seed65f5866d/resp/internal/tests/reference"
	"github.com/seed65f5866d/resp/resptest"
	"github.com/seed65f5866d/resp/resptest/respgen"
)

// validKinds are all kinds there are: the bytes with which a token may start.
var validKinds = func() (kinds []resp.Kind) {
	for c := range 256 {
		if _, _, err := resp.ConsumeToken([]byte{byte(c)}); err == resp.ErrIncomplete {
			kinds = append(kinds, resp.Kind(c))
		}
	}
	return kinds
}()

// kindSample is a value of a kind, or a part of one, and what becomes of it.
type kindSample struct {
	open, wire, close string // the sample, canonical; open and close make a whole value of a part, or of an element
	other             string // another wire of the same kind, which is not Equal; none where all are alike
	value             resp.Value

	// as says what accessors give, by their name, and typed reads by theirs without
	// Read; String stands for all reads of strings. Those that are not here give the
	// error refused: kind, null or reply.
	as      map[string]string
	refused string

	resp2 string // all of it as RESP2, as WriteValue writes it
	alone string // what AppendValue writes of value, where that is not wire

	text, detail           string // %v and %+v of value
	tokenText, tokenDetail string // of the first token, where they differ
}

func (s *kindSample) kind() resp.Kind { return resp.Kind(s.wire[0]) }

func (s *kindSample) whole() string { return s.open + s.wire + s.close }

// isPart reports whether the sample is a part of something streamed.
func (s *kindSample) isPart() bool { return strings.Contains(s.open, "?") }

// isWholeToken reports whether the first token says all about the value.
func (s *kindSample) isWholeToken() bool { return s.kind() == s.value.Kind && !s.value.Streamed }

var (
	intOne   = resp.Value{Kind: resp.Integer, Int: 1}
	simpleOf = func(s string) resp.Value { return resp.Value{Kind: resp.SimpleString, Bytes: []byte(s)} }
)

var kindSamples = []kindSample{
	{wire: "+12\r\n", other: "+13\r\n", value: simpleOf("12"),
		as:    map[string]string{"Int64": "12", "Float64": "12", "BigInt": "12", "String": "12"},
		resp2: "+12\r\n", text: "12", detail: `simple string(2) "12"`},
	{wire: "-ERR x\r\n", other: "-ERR y\r\n", value: resp.Value{Kind: resp.SimpleError, Bytes: []byte("ERR x")}, refused: "reply",
		resp2: "-ERR x\r\n", text: "(error) ERR x", detail: `simple error(5) "ERR x"`},
	{wire: ":1\r\n", other: ":2\r\n", value: intOne,
		as:    map[string]string{"Int64": "1", "Float64": "1", "BigInt": "1", "Bool": "true"},
		resp2: ":1\r\n", text: "(integer) 1", detail: "integer 1"},
	{wire: "$4\r\n-1.5\r\n", other: "$4\r\n-1.6\r\n", value: resp.Value{Kind: resp.BulkString, Bytes: []byte("-1.5")},
		as:    map[string]string{"Int64": "!number", "Float64": "-1.5", "BigInt": "!number", "String": "-1.5"},
		resp2: "$4\r\n-1.5\r\n", text: `"-1.5"`, detail: `bulk string(4) "-1.5"`},
	{wire: "$-1\r\n", value: resp.Value{Kind: resp.BulkString, Null: true}, refused: "null",
		resp2: "$-1\r\n", text: "(nil)", detail: "null bulk string"},
	{wire: "$?\r\n;2\r\n12\r\n;0\r\n", other: "$?\r\n;2\r\n13\r\n;0\r\n", value: resp.Value{Kind: resp.BulkString, Streamed: true, Bytes: []byte("12")},
		as:    map[string]string{"Int64": "12", "Float64": "12", "BigInt": "12", "String": "12"},
		resp2: "$2\r\n12\r\n", text: `"12"`, detail: `streamed bulk string(2) "12"`, tokenText: "(streamed bulk string)", tokenDetail: "streamed bulk string"},
	{wire: "*2\r\n:1\r\n+a\r\n", other: "*2\r\n:1\r\n+b\r\n", value: resp.Value{Kind: resp.Array, Elems: []resp.Value{intOne, simpleOf("a")}},
		as:    map[string]string{"ArrayLen": "2", "MapLen": "1"},
		resp2: "*2\r\n:1\r\n+a\r\n", text: "1) (integer) 1\n2) a", detail: `array(2) [integer 1, simple string(1) "a"]`, tokenText: "(array) 2", tokenDetail: "array(2)"},
	{wire: "*-1\r\n", value: resp.Value{Kind: resp.Array, Null: true}, refused: "null",
		resp2: "*-1\r\n", text: "(nil)", detail: "null array"},
	{wire: "*?\r\n:1\r\n.\r\n", other: "*?\r\n:2\r\n.\r\n", value: resp.Value{Kind: resp.Array, Streamed: true, Elems: []resp.Value{intOne}},
		as:    map[string]string{"ArrayLen": "-1"},
		resp2: "*1\r\n:1\r\n", text: "1) (integer) 1", detail: "streamed array(1) [integer 1]", tokenText: "(streamed array)", tokenDetail: "streamed array"},
	{wire: "_\r\n", value: resp.Value{Kind: resp.Null, Null: true}, refused: "null",
		resp2: "$-1\r\n", text: "(nil)", detail: "null"},
	{wire: "#t\r\n", other: "#f\r\n", value: resp.Value{Kind: resp.Boolean, Int: 1},
		as:    map[string]string{"Bool": "true"},
		resp2: ":1\r\n", text: "(true)", detail: "boolean true"},
	{wire: ",1.50\r\n", other: ",1.51\r\n", value: resp.Value{Kind: resp.Double, Bytes: []byte("1.50")},
		as:    map[string]string{"Float64": "1.5"},
		resp2: "$4\r\n1.50\r\n", text: "(double) 1.50", detail: "double 1.50"},
	{wire: "(12\r\n", other: "(13\r\n", value: resp.Value{Kind: resp.BigNumber, Bytes: []byte("12")},
		as:    map[string]string{"Int64": "12", "Float64": "12", "BigInt": "12"},
		resp2: "$2\r\n12\r\n", text: "(big number) 12", detail: "big number 12"},
	{wire: "!5\r\nERR x\r\n", other: "!5\r\nERR y\r\n", value: resp.Value{Kind: resp.BulkError, Bytes: []byte("ERR x")}, refused: "reply",
		resp2: "-ERR x\r\n", text: "(error) ERR x", detail: `bulk error(5) "ERR x"`},
	{wire: "=6\r\ntxt:12\r\n", other: "=6\r\nmkd:12\r\n", value: resp.Value{Kind: resp.VerbatimString, Encoding: [3]byte{'t', 'x', 't'}, Bytes: []byte("12")},
		as:    map[string]string{"Int64": "12", "Float64": "12", "BigInt": "12", "String": "12"},
		resp2: "$2\r\n12\r\n", text: "12", detail: `verbatim string(2) txt "12"`, tokenText: `"12"`},
	{wire: "%1\r\n+k\r\n:1\r\n", other: "%1\r\n+k\r\n:2\r\n", value: resp.Value{Kind: resp.Map, Elems: []resp.Value{simpleOf("k"), intOne}},
		as:    map[string]string{"MapLen": "1"},
		resp2: "*2\r\n+k\r\n:1\r\n", text: "1# k => (integer) 1", detail: `map(1) {simple string(1) "k": integer 1}`, tokenText: "(map) 1", tokenDetail: "map(1)"},
	{wire: "%?\r\n+k\r\n:1\r\n.\r\n", other: "%?\r\n+k\r\n:2\r\n.\r\n", value: resp.Value{Kind: resp.Map, Streamed: true, Elems: []resp.Value{simpleOf("k"), intOne}},
		as:    map[string]string{"MapLen": "-1"},
		resp2: "*2\r\n+k\r\n:1\r\n", text: "1# k => (integer) 1", detail: `streamed map(1) {simple string(1) "k": integer 1}`, tokenText: "(streamed map)", tokenDetail: "streamed map"},
	{wire: "|1\r\n+k\r\n:1\r\n:2\r\n", other: "|1\r\n+k\r\n:2\r\n:2\r\n",
		value: resp.Value{Kind: resp.Integer, Int: 2, Attrs: []resp.Value{{Kind: resp.Attribute, Elems: []resp.Value{simpleOf("k"), intOne}}}},
		as:    map[string]string{"Int64": "2", "Float64": "2", "BigInt": "2"},
		resp2: ":2\r\n", text: "1| k => (integer) 1\n(integer) 2", detail: `attribute(1) {simple string(1) "k": integer 1} integer 2`,
		tokenText: "(attribute) 1", tokenDetail: "attribute(1)"},
	{wire: "~1\r\n:1\r\n", other: "~1\r\n:2\r\n", value: resp.Value{Kind: resp.Set, Elems: []resp.Value{intOne}},
		as:    map[string]string{"ArrayLen": "1"},
		resp2: "*1\r\n:1\r\n", text: "1~ (integer) 1", detail: "set(1) [integer 1]", tokenText: "(set) 1", tokenDetail: "set(1)"},
	{wire: "~?\r\n:1\r\n.\r\n", other: "~?\r\n:2\r\n.\r\n", value: resp.Value{Kind: resp.Set, Streamed: true, Elems: []resp.Value{intOne}},
		as:    map[string]string{"ArrayLen": "-1"},
		resp2: "*1\r\n:1\r\n", text: "1~ (integer) 1", detail: "streamed set(1) [integer 1]", tokenText: "(streamed set)", tokenDetail: "streamed set"},
	{open: "*1\r\n", wire: ">1\r\n:1\r\n", other: ">1\r\n:2\r\n", value: resp.Value{Kind: resp.Push, Elems: []resp.Value{intOne}},
		as:    map[string]string{"ArrayLen": "1"},
		resp2: "*1\r\n*1\r\n:1\r\n", text: "1) (integer) 1", detail: "push(1) [integer 1]", tokenText: "(push) 1", tokenDetail: "push(1)"},
	{open: "$?\r\n", wire: ";2\r\n12\r\n", close: ";0\r\n", other: ";2\r\n13\r\n", value: resp.Value{Kind: resp.Chunk, Bytes: []byte("12")},
		as:    map[string]string{"Int64": "12", "Float64": "12", "BigInt": "12", "String": "12"},
		resp2: "$2\r\n12\r\n", alone: "$2\r\n12\r\n", text: `(chunk) "12"`, detail: `chunk(2) "12"`},
	{open: "*?\r\n", wire: ".\r\n", value: resp.Value{Kind: resp.End},
		resp2: "*0\r\n", alone: "_\r\n", text: "(end)", detail: "end"},
}

func TestEveryKindIsKnownEverywhere(t *testing.T) {
	for _, kind := range validKinds {
		if !slices.ContainsFunc(kindSamples, func(s kindSample) bool { return s.kind() == kind }) {
			t.Errorf("%s has no sample", kind)
		}
	}
	table := docTable(t)
	for i := range kindSamples {
		s := &kindSamples[i]
		t.Run(fmt.Sprintf("%q", s.wire), func(t *testing.T) {
			if !slices.Contains(validKinds, s.kind()) {
				t.Fatalf("%q is no kind", s.wire[0])
			}
			s.checkConsumed(t)
			s.checkReads(t)
			s.checkWrites(t)
			s.checkRESP2(t)
			s.checkEncoderChecks(t)
			s.checkAccessors(t)
			s.checkPrinting(t)
			s.checkEqualAndClone(t)
			s.checkOracle(t)
			s.checkSort(t)
			s.checkNames(t, table)
		})
	}
}

// A byte that is no kind is of no sort, and its name quotes it.
func TestOtherBytesAreNoKinds(t *testing.T) {
	for c := range 256 {
		k := resp.Kind(c)
		if slices.Contains(validKinds, k) {
			continue
		}
		if k.IsAggregate() || k.IsString() || k.IsError() {
			t.Errorf("byte %q is no kind, but a method says it is one of some sort", c)
		}
		if want := fmt.Sprintf("kind %q", c); k.String() != want {
			t.Errorf("the name of the byte is %s, want %s", k, want)
		}
	}
}

// kindInRESP2 returns the kind that a value of kind k has for RESP2.
func kindInRESP2(k resp.Kind) resp.Kind {
	for i := range kindSamples {
		if s := &kindSamples[i]; s.kind() == k && !s.isPart() {
			return resp.Kind(s.resp2[len(s.open)])
		}
	}
	panic("no sample of a " + k.String())
}

// sameTree compares Values field by field, without Equal.
func sameTree(v, u *resp.Value) string {
	return cmp.Diff(refLines(fromValue(nil, v), 0), refLines(fromValue(nil, u), 0))
}

// tokensOf returns the tokens of a whole value.
func tokensOf(t *testing.T, wire string) (tokens []resp.Token) {
	t.Helper()
	for rest := []byte(wire); len(rest) > 0; {
		token, n, err := resp.ConsumeToken(rest)
		if err != nil {
			t.Fatalf("ConsumeToken of %q: %v", rest, err)
		}
		tokens = append(tokens, token)
		rest = rest[n:]
	}
	return tokens
}

// first returns the first token of the sample.
func (s *kindSample) first(t *testing.T) resp.Token { return tokensOf(t, s.wire)[0] }

// ConsumeToken takes the sample, however much is behind it, and nothing cut.
func (s *kindSample) checkConsumed(t *testing.T) {
	var alone []byte
	for _, token := range tokensOf(t, s.wire) {
		alone = resp.AppendToken(alone, token)
	}
	if string(alone) != s.wire {
		t.Errorf("tokens came out as %q", alone)
	}
	token, n, err := resp.ConsumeToken([]byte(s.wire + strings.Repeat("x", 100)))
	if got, want := methods.TokenText(token), methods.TokenText(s.first(t)); err != nil || got != want {
		t.Errorf("ConsumeToken with more behind: %s, %v, want %s", got, err, want)
	}
	for cut := range n {
		if _, _, err := resp.ConsumeToken([]byte(s.wire[:cut])); err != resp.ErrIncomplete {
			t.Errorf("ConsumeToken of %q: %v, want %v", s.wire[:cut], err, resp.ErrIncomplete)
		}
	}
}

// Every method reads the sample as stated, from a full buffer and byte by byte, and
// what follows is read next.
func (s *kindSample) checkReads(t *testing.T) {
	for _, read := range methods.Reads {
		switch read.Sort {
		case methods.Commands, methods.Between:
			continue // these read no replies
		case methods.Loop:
			if read.Name != "Values" {
				continue // as Commands does, or the next call skips what it left
			}
		}
		for arrival, wrap := range map[string]func(io.Reader) io.Reader{
			"at once": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader,
		} {
			d := resp.NewDecoder(wrap(strings.NewReader(s.whole() + "+NEXT\r\n" + strings.Repeat(" ", 100))))
			for d.InputOffset() < int64(len(s.open)) {
				if _, err := d.ReadToken(); err != nil {
					t.Fatal(err)
				}
			}
			depth := d.Depth()
			var w bytes.Buffer
			text, err := read.Text(d, &w)
			if want := s.want(t, read); want != "" {
				if got := s.outcome(text+w.String(), err); got != want {
					t.Errorf("%s, %s: %s, want %s", read.Name, arrival, got, want)
				}
			}
			switch {
			case read.Name == "PeekKind":
				d.ReadToken()
			case read.Sort == methods.Loop:
				d.PeekKind() // drops what is left
			}
			for d.Depth() > depth || d.InputOffset() < int64(len(s.open+s.wire)) && err == nil {
				if err := d.SkipValue(); err != nil {
					t.Fatalf("behind %s, %s: %v", read.Name, arrival, err)
				}
			}
			if got := d.InputOffset(); got != int64(len(s.open+s.wire)) {
				t.Errorf("%s, %s: read up to %d of %q", read.Name, arrival, got, s.whole())
			}
			for d.Depth() > 0 {
				d.SkipValue()
			}
			if next, err := d.ReadString(); next != "NEXT" {
				t.Errorf("behind %s, %s: %q, %v", read.Name, arrival, next, err)
			}
		}
	}
}

// want returns what read has to give of the sample, or "" when nothing is stated.
func (s *kindSample) want(t *testing.T, read methods.Read) string {
	switch {
	case read.Name == "PeekKind":
		return s.kind().String()
	case read.Name == "ReadToken":
		return methods.TokenText(s.first(t))
	case read.Exact:
		return s.wire
	case read.Name == "SkipValue":
		return "" // nothing but that it is behind
	case s.kind() == resp.End:
		return "!end"
	case read.Sort == methods.Values, read.Name == "Values":
		return fmt.Sprintf("%q", s.written())
	case read.Name == "Elements", read.Name == "Entries":
		counted := map[string]string{"Elements": "ArrayLen", "Entries": "MapLen"}[read.Name]
		if _, ok := s.as[counted]; ok {
			return "0" // its first turn
		}
		return s.accessed(counted)
	}
	name := strings.TrimPrefix(read.Name, "Read")
	switch read.Name {
	case "ReadString", "ReadInto", "CopyBulk", "BulkReader":
		name = "String"
	case "ReadBytes":
		if text, ok := s.as["String"]; ok {
			return fmt.Sprintf("%q, nil: false", text)
		}
	}
	return s.accessed(name)
}

// written returns what AppendValue writes of the value.
func (s *kindSample) written() string {
	if s.alone != "" {
		return s.alone
	}
	return s.wire
}

// accessed returns what an accessor of that name has to give.
func (s *kindSample) accessed(name string) string {
	if text, ok := s.as[name]; ok {
		return text
	}
	if s.refused == "" {
		return "!kind"
	}
	return "!" + s.refused
}

// outcome returns text, or which error it is.
func (s *kindSample) outcome(text string, err error) string {
	var kindError *resp.KindError
	switch {
	case err == nil:
		return text
	case err == resp.ErrNull:
		return "!null"
	case err == resp.ErrEnd, err == io.EOF && s.kind() == resp.End: // Values ends
		return "!end"
	case errors.As(err, &kindError):
		if kindError.Got != s.value.Kind && kindError.Got != s.kind() {
			return fmt.Sprintf("a %s was got: %v", kindError.Got, err)
		}
		return "!kind"
	case errors.As(err, new(*resp.ReplyError)):
		return "!reply"
	case errors.As(err, new(*strconv.NumError)):
		return "!number"
	}
	return err.Error()
}

// All that write write the sample byte for byte.
func (s *kindSample) checkWrites(t *testing.T) {
	if got := string(resp.AppendValue(nil, &s.value)); got != s.written() {
		t.Errorf("AppendValue wrote %q, want %q", got, s.written())
	}
	whole := s.wholeValue(t)
	if s.whole() == s.wire {
		if diff := sameTree(&s.value, whole); diff != "" {
			t.Errorf("Decode (-want +got):\n%s", diff)
		}
	}
	if got := string(resp.AppendValue(nil, whole)); got != s.whole() {
		t.Errorf("AppendValue wrote %q of all, want %q", got, s.whole())
	}
	for name, write := range s.writes(t, whole) {
		for _, size := range []int{1, 1 << 10} {
			var written bytes.Buffer
			e := resp.NewEncoder(&written, resp.BufferSize(size))
			if err := errors.Join(write(e), e.Close()); err != nil || written.String() != s.whole() {
				t.Errorf("%s wrote %q, %v, want %q", name, written.Bytes(), err, s.whole())
			}
		}
	}
}

// writes are the ways of an Encoder to write all of the sample.
func (s *kindSample) writes(t *testing.T, whole *resp.Value) map[string]func(*resp.Encoder) error {
	return map[string]func(*resp.Encoder) error{
		"WriteValue": func(e *resp.Encoder) error { return e.WriteValue(whole) },
		"WriteToken": func(e *resp.Encoder) error {
			for _, token := range tokensOf(t, s.whole()) {
				if err := e.WriteToken(token); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// wholeValue returns the value of all of the sample.
func (s *kindSample) wholeValue(t *testing.T) *resp.Value {
	var v resp.Value
	if err := resp.NewDecoder(strings.NewReader(s.whole())).Decode(&v); err != nil {
		t.Fatalf("Decode of %q: %v", s.whole(), err)
	}
	return &v
}

// For RESP2 the sample has the form that is stated, of nothing but what RESP2 has.
// Streams, which RESP2 lacks, tokens refuse.
func (s *kindSample) checkRESP2(t *testing.T) {
	for name, write := range s.writes(t, s.wholeValue(t)) {
		var written bytes.Buffer
		e := resp.NewEncoder(&written, resp.Protocol(2))
		err := write(e)
		if name == "WriteToken" && strings.Contains(s.whole(), "?") {
			if !errors.As(err, new(*resp.EncodeError)) {
				t.Errorf("%s for RESP2: %v, want an *EncodeError", name, err)
			}
			continue
		}
		if err = errors.Join(err, e.Close()); err != nil || written.String() != s.resp2 {
			t.Errorf("%s for RESP2 wrote %q, %v, want %q", name, written.Bytes(), err, s.resp2)
		}
		for _, token := range tokensOf(t, written.String()) {
			if !strings.ContainsRune("+-:$*", rune(token.Kind())) {
				t.Errorf("%s for RESP2 wrote %q, which has a %s", name, written.Bytes(), token.Kind())
			}
		}
	}
}

// Inside a streamed string the sample is refused, and it is one element of an array,
// in both versions of the protocol.
func (s *kindSample) checkEncoderChecks(t *testing.T) {
	for name, write := range s.writes(t, s.wholeValue(t)) {
		e := resp.NewEncoder(io.Discard)
		e.WriteStreamedString()
		before := e.Buffered()
		if err := write(e); !errors.As(err, new(*resp.EncodeError)) || e.Buffered() != before {
			t.Errorf("%s inside a streamed string: %v, and %d bytes more", name, err, e.Buffered()-before)
		}
		for _, version := range []int{2, 3} {
			if version == 2 && name == "WriteToken" && strings.Contains(s.whole(), "?") {
				continue // refused
			}
			for _, array := range []struct {
				count    int
				then     func(e *resp.Encoder) error
				complete bool
			}{
				{1, (*resp.Encoder).WriteNull, true}, // the null stands behind the array
				{2, (*resp.Encoder).WriteNull, true},
				{1, func(e *resp.Encoder) error { return e.WriteArray(1) }, false}, // behind the array
				{3, (*resp.Encoder).WriteNull, false},
			} {
				e := resp.NewEncoder(io.Discard, resp.Protocol(version))
				if err := errors.Join(e.WriteArray(array.count), write(e), array.then(e)); err != nil {
					t.Errorf("%s in an array of %d, RESP%d: %v", name, array.count, version, err)
				}
				if err := e.Close(); array.complete != (err == nil) || err != nil && !errors.As(err, new(*resp.EncodeError)) {
					t.Errorf("Close behind %s in an array of %d, RESP%d: %v", name, array.count, version, err)
				}
			}
		}
	}
}

// The accessors of Token and Value that can fail give what is stated, which is what
// the typed reads of their names give.
func (s *kindSample) checkAccessors(t *testing.T) {
	known := map[string]bool{"String": true}
	for _, read := range methods.Reads {
		known[strings.TrimPrefix(read.Name, "Read")] = true
	}
	check := func(of string, v reflect.Value, want func(name string) string) {
		for i := range v.NumMethod() {
			name, method := v.Type().Method(i).Name, v.Method(i).Type()
			if method.NumIn() > 0 || method.NumOut() != 2 || method.Out(1) != reflect.TypeFor[error]() {
				continue
			}
			known[name] = true
			results := v.Method(i).Call(nil)
			err, _ := results[1].Interface().(error)
			text := fmt.Sprint(results[0].Interface())
			if n, ok := results[0].Interface().(*big.Int); ok && n != nil {
				text = n.String()
			}
			if got := s.outcome(text, err); got != want(name) {
				t.Errorf("%s of a %s: %s, want %s", name, of, got, want(name))
			}
		}
	}
	first := s.first(t)
	check("Value", reflect.ValueOf(&s.value), s.accessed)
	check("Token", reflect.ValueOf(first), func(name string) string {
		if !s.isWholeToken() {
			return "!kind" // the header alone
		}
		return s.accessed(name)
	})
	for name := range s.as {
		if !known[name] {
			t.Errorf("nothing is named %s", name)
		}
	}
	if !s.isWholeToken() {
		return
	}
	elements := len(s.value.Elems)
	if elements == 0 {
		elements = len(s.value.Bytes)
	}
	if !bytes.Equal(first.Bytes(), s.value.Bytes) || first.IsNull() != s.value.Null || first.Encoding() != s.value.Encoding || first.Len() != elements {
		t.Errorf("the token has %s", methods.TokenText(first))
	}
	if tokenErr, valueErr := first.Err(), s.value.Err(); (tokenErr != nil) != (s.refused == "reply") || fmt.Sprint(tokenErr) != fmt.Sprint(valueErr) {
		t.Errorf("Err: %v of the token and %v of the value", tokenErr, valueErr)
	}
}

// Every verb prints what is stated.
func (s *kindSample) checkPrinting(t *testing.T) {
	tokenText, tokenDetail := s.tokenText, s.tokenDetail
	if tokenText == "" {
		tokenText = s.text
	}
	if tokenDetail == "" {
		tokenDetail = s.detail
	}
	first := s.first(t)
	for _, printed := range []struct {
		of           any
		text, detail string
		wire         []byte
	}{
		{s.value, s.text, s.detail, []byte(s.written())},
		{first, tokenText, tokenDetail, resp.AppendToken(nil, first)},
	} {
		quoted := string(quote.Append(nil, printed.wire))
		for format, want := range map[string]string{
			"%v": printed.text, "%s": printed.text, "%+v": printed.detail, "%#v": printed.detail, "%q": quoted,
		} {
			if got := fmt.Sprintf(format, printed.of); got != want {
				t.Errorf("%s of a %T: %s, want %s", format, printed.of, got, want)
			}
		}
	}
}

// Equal tells the sample from another of its kind and not from another spelling of it,
// and Clone forgets nothing.
func (s *kindSample) checkEqualAndClone(t *testing.T) {
	clone := s.value.Clone()
	tree := resp.Value{Kind: resp.Array, Elems: []resp.Value{s.value}}
	cloned := tree.Clone()
	if diff := sameTree(&s.value, &clone) + sameTree(&tree, &cloned); diff != "" {
		t.Fatalf("Clone of the value, and of an array with it (-want +got):\n%s", diff)
	}
	if !clone.Equal(s.value) || !s.value.Equal(clone) {
		t.Errorf("the clone %+v is not Equal to %+v", clone, s.value)
	}
	if len(s.value.Bytes) > 0 && (&clone.Bytes[0] == &s.value.Bytes[0] || &cloned.Elems[0].Bytes[0] == &s.value.Bytes[0]) {
		t.Error("a clone shares its bytes")
	}
	var spelled resp.Value // with a plus and a zero, which are accepted and never written
	if resp.NewDecoder(strings.NewReader(s.wire[:1]+"+0"+s.wire[1:])).Decode(&spelled) == nil {
		alike := bytes.Equal(resp.AppendValue(nil, &s.value), resp.AppendValue(nil, &spelled))
		if s.value.Equal(spelled) != alike || spelled.Equal(s.value) != alike {
			t.Errorf("%+v is Equal to %+v: %t, but they are written alike: %t", s.value, spelled, !alike, alike)
		}
	}
	if s.other == "" {
		if len(s.value.Bytes)+len(s.value.Elems) > 0 || s.value.Int != 0 {
			t.Error("no other sample is stated")
		}
		return
	}
	var other resp.Value
	d := resp.NewDecoder(strings.NewReader(s.open + s.other + s.close))
	for d.InputOffset() < int64(len(s.open)) {
		d.ReadToken()
	}
	if err := d.Decode(&other); err != nil {
		t.Fatalf("Decode of %q: %v", s.other, err)
	}
	if s.value.Equal(other) || other.Equal(s.value) {
		t.Errorf("%+v is Equal to %+v", other, s.value)
	}
}

// To the oracle it is the same.
func (s *kindSample) checkOracle(t *testing.T) {
	oracle := ask("reply", []byte(s.whole()), reference.Defaults)
	want := refLines(fromValue(nil, s.wholeValue(t)), refJoined)
	if diff := cmp.Diff(oracle.lines, want); oracle.Class != "" || diff != "" {
		t.Errorf("to the oracle it is %q (-oracle +decoded):\n%s", oracle.Class, diff)
	}
}

// The kind is of the sort that the sample is.
func (s *kindSample) checkSort(t *testing.T) {
	k := s.kind()
	if s.refused == "null" {
		return // which tells nothing
	}
	_, isString := s.as["String"]
	isAggregate := k == resp.Attribute || len(s.value.Elems) > 0
	if k.IsString() != isString || k.IsError() != (s.refused == "reply") || k.IsAggregate() != isAggregate {
		t.Errorf("%s: IsString %t, IsError %t, IsAggregate %t", k, k.IsString(), k.IsError(), k.IsAggregate())
	}
	if own := methods.OfKind[k]; !s.isPart() && (own.Append == nil || own.Write == nil) {
		t.Errorf("methods.OfKind lacks %s", k)
	}
}

// The kind has the name with which it is printed, a method named after it, and a row
// in the table of kinds.
func (s *kindSample) checkNames(t *testing.T, table []string) {
	name := s.kind().String()
	printed := s.detail
	if s.tokenDetail != "" {
		printed = s.tokenDetail
	}
	printed = strings.TrimPrefix(strings.TrimPrefix(printed, "null "), "streamed ")
	if !strings.HasPrefix(printed+" ", name+"(") && !strings.HasPrefix(printed+" ", name+" ") {
		t.Errorf("the kind is named %s and printed as %s", name, printed)
	}
	constant := ""
	for _, word := range strings.Fields(name) {
		constant += strings.ToUpper(word[:1]) + word[1:]
	}
	if _, ok := reflect.TypeFor[*resp.Encoder]().MethodByName("Write" + constant); !ok {
		t.Errorf("an Encoder has no Write%s", constant)
	}
	for _, row := range table {
		words := strings.Fields(row)
		named := func(word string) bool { return strings.TrimSuffix(word, ",") == constant }
		spelled := func(word string) bool { return word[0] == s.wire[0] }
		if !slices.ContainsFunc(words, named) || !slices.ContainsFunc(words, spelled) {
			continue
		}
		resp2 := row[strings.Index(table[0], "RESP2"):]
		if !s.isPart() && s.kind() != resp.Attribute && !strings.Contains(resp2, string(kindInRESP2(s.kind()))) {
			t.Errorf("the table of kinds in doc.go has %s as the RESP2 form of %s, which starts with %c", resp2, constant, kindInRESP2(s.kind()))
		}
		return
	}
	t.Errorf("the table of kinds in doc.go has no row for %s", constant)
}

// docTable returns the lines of the table of kinds in doc.go, its head first.
func docTable(t *testing.T) []string {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	start := strings.Index(string(doc), "//\twire ")
	if start < 0 {
		t.Fatal("doc.go has no table of kinds")
	}
	table, _, _ := strings.Cut(string(doc[start:]), "\n//\n")
	return strings.Split(table, "\n")
}

// Every kind is generated, as RESP2 those that RESP2 has, and every kind and every
// length is broken.
func TestEveryKindIsGenerated(t *testing.T) {
	params := gopter.DefaultGenParameters()
	params.Rng.Seed(1)
	kindsIn := func(shape resptest.Shape) (values, tokens []resp.Kind) {
		for range 1000 {
			sample, _ := respgen.Wire(shape)(params).Retrieve()
			wire := sample.(resptest.Wire)
			eachValue(&wire.Value, func(v *resp.Value) { values = append(values, v.Kind) })
			for _, token := range tokensOf(t, string(wire.Bytes)) {
				tokens = append(tokens, token.Kind())
			}
		}
		return distinct(values), distinct(tokens)
	}
	var inTrees, inRESP2 []resp.Kind
	for i := range kindSamples {
		s := &kindSamples[i]
		if !s.isPart() {
			inTrees = append(inTrees, s.kind())
		}
		if s.whole() == s.resp2 {
			inRESP2 = append(inRESP2, s.kind())
		}
	}
	values, tokens := kindsIn(resptest.Shape{})
	if diff := cmp.Diff(distinct(inTrees), values); diff != "" {
		t.Errorf("kinds of generated values (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(validKinds, tokens); diff != "" {
		t.Errorf("kinds in generated bytes (-want +got):\n%s", diff)
	}
	values, tokens = kindsIn(resptest.Shape{RESP2: true})
	if diff := cmp.Diff(distinct(inRESP2), values) + cmp.Diff(values, tokens); diff != "" {
		t.Errorf("kinds of generated RESP2 (-want +got):\n%s", diff)
	}
}

// eachValue calls f for v and everything in and before it.
func eachValue(v *resp.Value, f func(*resp.Value)) {
	f(v)
	for i := range v.Attrs {
		eachValue(&v.Attrs[i], f)
	}
	for i := range v.Elems {
		eachValue(&v.Elems[i], f)
	}
}

// distinct returns the kinds among list, once each, in order.
func distinct(list []resp.Kind) []resp.Kind {
	slices.Sort(list)
	return slices.Compact(list)
}

// Over some seeds Break makes of a token one of every other kind, and of every length
// and count one more and one less.
func TestEveryKindIsBroken(t *testing.T) {
	const seeds = 20_000
	for i := range kindSamples {
		s := &kindSamples[i]
		want := make(map[string]bool)
		for _, kind := range validKinds {
			if kind != s.kind() {
				want[string(rune(kind))+s.wire[1:]] = true
			}
		}
		text, rest, _ := strings.Cut(s.wire[1:], "\r\n")
		if n, err := strconv.Atoi(text); err == nil && rest != "" && n > 0 {
			want[fmt.Sprintf("%c%d\r\n%s", s.kind(), n+1, rest)] = true
			want[fmt.Sprintf("%c%d\r\n%s", s.kind(), n-1, rest)] = true
		}
		for seed := range uint64(seeds) {
			delete(want, string(resptest.Break(seed, []byte(s.wire))))
		}
		for wire := range want {
			t.Errorf("Break of %q never gave %q", s.wire, wire)
		}
	}
}
