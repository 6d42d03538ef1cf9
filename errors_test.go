package resp

import (
	"errors"
	"fmt"
	"io"
	"testing"

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
