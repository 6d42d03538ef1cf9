package resp

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestErrorTexts(t *testing.T) {
	for _, test := range []struct {
		rule string
		err  error
		want string
	}{
		{
			"a syntax error names class and offset and quotes what was found",
			&SyntaxError{Offset: 7, Class: ClassLength, Expected: "a digit", Found: "$1\r\x00\""},
			`resp: length error at offset 7: expected a digit, found "$1\r\x00\""`,
		},
		{
			"a limit error names limit, value and offset",
			&LimitError{Limit: limitDepth, Max: 1024, Offset: 4096},
			"resp: over the limit at offset 4096: depth above 1024",
		},
		{
			"a kind error names both kinds",
			&KindError{Got: BulkString, Want: Integer},
			"resp: got bulk string, want integer",
		},
		{
			"a kind error about the zero Token shows its byte",
			&KindError{Want: Integer},
			`resp: got kind '\x00', want integer`,
		},
		{
			"a reply error is what the server said",
			&ReplyError{Message: "ERR unknown command 'x'"},
			"ERR unknown command 'x'",
		},
		{"a reply prefix is its text", ReplyPrefix("WRONGTYPE"), "WRONGTYPE"},
		{"incomplete says what to do", ErrIncomplete, "resp: incomplete: more bytes needed"},
		{"null", ErrNull, "resp: null"},
		{"end", ErrEnd, "resp: end of streamed aggregate"},
	} {
		if got := test.err.Error(); got != test.want {
			t.Errorf("%s: got %s, want %s", test.rule, got, test.want)
		}
	}
}

func TestReplyTextIsWhatAServerAnswers(t *testing.T) {
	syntax := &SyntaxError{reply: "Protocol error: invalid bulk length"}
	if got := syntax.ReplyText(); got != syntax.reply {
		t.Errorf("SyntaxError.ReplyText() = %q, want %q", got, syntax.reply)
	}
	limit := &LimitError{reply: "Protocol error: too big inline request"}
	if got := limit.ReplyText(); got != limit.reply {
		t.Errorf("LimitError.ReplyText() = %q, want %q", got, limit.reply)
	}
	if got := new(SyntaxError).ReplyText() + new(LimitError).ReplyText(); got != "" {
		t.Errorf("errors in a reply have the text %q for a client, want none", got)
	}
}

func TestReplyErrorPrefix(t *testing.T) {
	for message, want := range map[string]string{
		"ERR unknown command": "ERR",
		"WRONGTYPE Operation": "WRONGTYPE",
		"LOADING":             "LOADING",
		"":                    "",
		" x":                  "",
		"ERR\tx":              "ERR\tx",
	} {
		if got := (&ReplyError{Message: message}).Prefix(); got != want {
			t.Errorf("Prefix of %q = %q, want the first word, %q", message, got, want)
		}
	}
}

func TestErrorsIsAndAsFindReplyErrors(t *testing.T) {
	reply := &ReplyError{Message: "WRONGTYPE Operation against a key holding the wrong kind of value"}
	for _, err := range []error{reply, fmt.Errorf("get x: %w", reply), errors.Join(io.EOF, reply)} {
		if !errors.Is(err, ReplyPrefix("WRONGTYPE")) {
			t.Errorf("errors.Is(%v, its prefix) = false", err)
		}
		if errors.Is(err, ReplyPrefix("WRONG")) || errors.Is(err, ReplyPrefix("ERR")) || errors.Is(err, ReplyPrefix("")) {
			t.Errorf("errors.Is(%v, another prefix) = true", err)
		}
		if !errors.Is(err, &ReplyError{Message: reply.Message}) {
			t.Errorf("errors.Is(%v, a ReplyError with the same words) = false", err)
		}
		if errors.Is(err, &ReplyError{Message: "WRONGTYPE"}) || errors.Is(err, ErrNull) {
			t.Errorf("errors.Is(%v, another error) = true", err)
		}
		var found *ReplyError
		if !errors.As(err, &found) || found != reply {
			t.Errorf("errors.As(%v) finds %v, want the ReplyError", err, found)
		}
	}
}

func TestErrorsAsFindsErrorsOfTheStream(t *testing.T) {
	wrap := func(err error) error { return fmt.Errorf("reading: %w", err) }
	var syntax *SyntaxError
	if want := (&SyntaxError{Offset: 3}); !errors.As(wrap(want), &syntax) || syntax != want {
		t.Errorf("errors.As does not find a SyntaxError")
	}
	var limit *LimitError
	if want := (&LimitError{Max: 3}); !errors.As(wrap(want), &limit) || limit != want {
		t.Errorf("errors.As does not find a LimitError")
	}
	var kind *KindError
	if want := (&KindError{Got: Map}); !errors.As(wrap(want), &kind) || kind != want {
		t.Errorf("errors.As does not find a KindError")
	}
}

func TestMovedAndAsk(t *testing.T) {
	type redirection struct {
		Slot int
		Addr string
		OK   bool
	}
	none := redirection{}
	for _, test := range []struct {
		rule, rest string
		want       redirection
	}{
		{"slot and address", "3999 127.0.0.1:6381", redirection{3999, "127.0.0.1:6381", true}},
		{"a host name", "3999 redis-1.example.com:6381", redirection{3999, "redis-1.example.com:6381", true}},
		{"an empty host means the one that was asked", "1 :6379", redirection{1, ":6379", true}},
		{"an unknown host", "1 ?:6379", redirection{1, "?:6379", true}},
		{"IPv6 comes without brackets", "0 2001:db8::1:6379", redirection{0, "2001:db8::1:6379", true}},
		{"the last slot", "16383 a:1", redirection{16383, "a:1", true}},
		{"one slot too many", "16384 a:1", none},
		{"far too many", "99999999999999999999 a:1", none},
		{"negative", "-1 a:1", none},
		{"a sign", "+1 a:1", none},
		{"hexadecimal", "0x1 a:1", none},
		{"no slot", " a:1", none},
		{"no address", "1", none},
		{"an empty address", "1 ", none},
		{"words behind the address", "1 a:1 b", none},
		{"nothing", "", none},
	} {
		for _, prefix := range []string{"MOVED", "ASK"} {
			err := &ReplyError{Message: prefix + " " + test.rest}
			moved, ask := redirection{}, redirection{}
			moved.Slot, moved.Addr, moved.OK = err.Moved()
			ask.Slot, ask.Addr, ask.OK = err.Ask()
			wantMoved, wantAsk := test.want, none
			if prefix == "ASK" {
				wantMoved, wantAsk = none, test.want
			}
			if diff := cmp.Diff(wantMoved, moved); diff != "" {
				t.Errorf("%s: Moved of %q (-want +got):\n%s", test.rule, err.Message, diff)
			}
			if diff := cmp.Diff(wantAsk, ask); diff != "" {
				t.Errorf("%s: Ask of %q (-want +got):\n%s", test.rule, err.Message, diff)
			}
		}
	}
	for _, message := range []string{"MOVED", "MOVEDX 1 a:1", "moved 1 a:1", "ASKING 1 a:1", "ERR MOVED 1 a:1"} {
		err := &ReplyError{Message: message}
		if _, _, ok := err.Moved(); ok {
			t.Errorf("%q is taken for a MOVED error", message)
		}
		if _, _, ok := err.Ask(); ok {
			t.Errorf("%q is taken for an ASK error", message)
		}
	}
}

func TestReplyErrorIsAskedWithoutAllocating(t *testing.T) {
	moved := &ReplyError{Message: "MOVED 3999 127.0.0.1:6381"}
	ask := &ReplyError{Message: "ASK 3999 127.0.0.1:6381"}
	var target error = ReplyPrefix("MOVED")
	found := true
	allocs := testing.AllocsPerRun(100, func() {
		_, _, isMoved := moved.Moved()
		_, _, isAsk := ask.Ask()
		found = found && isMoved && isAsk && moved.Prefix() == "MOVED" && errors.Is(moved, target)
	})
	if allocs != 0 || !found {
		t.Errorf("Moved, Ask, Prefix and errors.Is allocate %v times (right answers: %t), want 0", allocs, found)
	}
}

// InStep is true where the next reply is what is read next, and false elsewhere.
func TestInStep(t *testing.T) {
	next := "+NEXT\r\n"
	number := func(d *Decoder) error { _, err := d.ReadInt64(); return err }
	for _, test := range []struct {
		name, wire string
		read       func(d *Decoder) error
		want       bool
	}{
		{"a value", ":1\r\n", number, true},
		{"a null", "_\r\n", number, true},
		{"a null string", "$-1\r\n", func(d *Decoder) error { _, err := d.ReadString(); return err }, true},
		{"an error of the server", "-ERR no\r\n", number, true},
		{"an error of the server behind an attribute", "|1\r\n+a\r\n:1\r\n!6\r\nERR no\r\n", number, true},
		{"a text that is no number", "$1\r\nx\r\n", number, true},
		{"a number out of range", "$20\r\n99999999999999999999\r\n", number, true},
		{"another kind", "*2\r\n:1\r\n*1\r\n:2\r\n", number, true},
		{"another kind than a string", "%1\r\n:1\r\n:2\r\n", func(d *Decoder) error { _, err := d.CopyBulk(io.Discard); return err }, true},
		{"the end of a streamed array", "*?\r\n.\r\n", func(d *Decoder) error { d.ReadArrayLen(); return number(d) }, true},
		{"a push", ">1\r\n:1\r\n:5\r\n", number, false},
		{"a fault", "?\r\n", number, false},
		{"a limit", "$999999999999\r\n", number, false},
		{"half a value", "*2\r\n:1\r\n", func(d *Decoder) error { return d.Decode(new(Value)) }, false},
	} {
		d := NewDecoder(strings.NewReader(test.wire + next))
		if strings.HasPrefix(test.name, "half") {
			d = NewDecoder(strings.NewReader(test.wire))
		}
		err := test.read(d)
		if got := InStep(err); got != test.want {
			t.Errorf("%s, %q: InStep(%v) = %t", test.name, test.wire, err, got)
		}
		if got, err := d.ReadString(); (got == "NEXT") != test.want {
			t.Errorf("%s, %q: then %q and %v are read; the stream in step: %t", test.name, test.wire, got, err, test.want)
		}
	}

	timeout := &net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}
	for _, test := range []struct {
		err  error
		want bool
	}{
		{nil, true},
		{ErrNull, true},
		{ErrEnd, true},
		{&ReplyError{Message: "ERR no"}, true},
		{&KindError{Got: Map, Want: Integer}, true},
		{&KindError{Got: Push, Want: Integer}, false},
		{&strconv.NumError{Func: "ParseInt", Num: "x", Err: strconv.ErrSyntax}, true},
		{ErrIncomplete, false},
		{timeout, false},
		{os.ErrDeadlineExceeded, false},
		{io.EOF, false},
		{io.ErrUnexpectedEOF, false},
		{io.ErrNoProgress, false},
		{io.ErrShortWrite, false},
		{net.ErrClosed, false},
		{&SyntaxError{}, false},
		{&LimitError{}, false},
		{&EncodeError{Kind: Array, Reason: "element missing"}, false},
		{ReplyPrefix("ERR"), false},
		{strconv.ErrSyntax, false},
		{errors.New("resp: null"), false},
	} {
		for _, err := range []error{test.err, fmt.Errorf("get: %w", test.err), fmt.Errorf("x: %w", fmt.Errorf("get: %w", test.err)), errors.Join(test.err, ErrNull)} {
			if test.err == nil && err != nil && !errors.Is(err, ErrNull) {
				continue // a mistake of fmt's caller
			}
			if got := InStep(err); got != test.want {
				t.Errorf("InStep(%v) = %t, want %t", err, got, test.want)
			}
		}
	}
	for _, err := range []error{errors.Join(ErrNull, io.EOF), fmt.Errorf("%w, %w", timeout, &ReplyError{}), fmt.Errorf("%w", error(nil)), wrapsNothing{}} {
		if InStep(err) {
			t.Errorf("InStep(%v) = true", err)
		}
	}
}

// wrapsNothing is an error that could wrap others and does not.
type wrapsNothing struct{}

func (wrapsNothing) Error() string   { return "wraps nothing" }
func (wrapsNothing) Unwrap() []error { return nil }

func TestRedirect(t *testing.T) {
	for message, want := range map[string]string{
		"REDIRECT 127.0.0.1:6381":           "127.0.0.1:6381",
		"REDIRECT valkey-1.example.com:1":   "valkey-1.example.com:1",
		"REDIRECT 2001:db8::1:6379":         "2001:db8::1:6379",
		"REDIRECT ":                         "",
		"REDIRECT":                          "",
		"REDIRECT 127.0.0.1:6381 elsewhere": "",
		"REDIRECTED 127.0.0.1:6381":         "",
		"redirect 127.0.0.1:6381":           "",
		"MOVED 1 127.0.0.1:6381":            "",
		"ERR REDIRECT 127.0.0.1:6381":       "",
		"":                                  "",
	} {
		addr, ok := (&ReplyError{Message: message}).Redirect()
		if addr != want || ok != (want != "") {
			t.Errorf("Redirect of %q = %q, %t, want %q", message, addr, ok, want)
		}
	}
}

// What breaks a payload off leaves no stream in step, whatever its reader says.
func TestInStepOfABrokenPayload(t *testing.T) {
	for _, cause := range []error{ErrNull, &ReplyError{Message: "ERR no"}, &KindError{Got: Integer, Want: Array}} {
		err := NewEncoder(io.Discard).WriteBulkFrom(iotest.ErrReader(cause), 5)
		if !errors.Is(err, cause) || InStep(err) {
			t.Errorf("%v: InStep = %t", err, InStep(err))
		}
	}
}
