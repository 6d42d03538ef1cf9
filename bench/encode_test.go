package bench

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/redcon"

	"github.com/seed65f5866d/resp"
)

var commandTests = []struct {
	name string
	args []any
}{
	{"PING", nil},
	{"SET", []any{"key", "value"}},
	{"SET", []any{"", []byte{}}},
	{"SET", []any{"key", []byte("\x00\xff\r\n$5\r\n")}},
	{"SET", []any{"clé", strings.Repeat("v", 100_000)}},
	{"INCRBY", []any{"key", 0}},
	{"INCRBY", []any{"key", -1}},
	{"INCRBY", []any{"key", int64(9223372036854775807)}},
	{"INCRBY", []any{"key", int64(-9223372036854775808)}},
	{"MGET", []any{"1", "2", "3", "4", "5", "6", "7", "8", "9"}},
	{"MGET", []any{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", 11, []byte("12")}},
}

// Every encoder writes the bytes that AppendCommand does.
func TestPeersEncodeAlike(t *testing.T) {
	for _, p := range append(Peers(), Ours) {
		if p.Encode == nil {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			var out bytes.Buffer
			encode, err := p.Encode(&out)
			if err != nil {
				t.Fatal(err)
			}
			for _, test := range commandTests {
				out.Reset()
				if err := encode(test.name, test.args...); err != nil {
					t.Fatalf("%s %.100q: %v", test.name, test.args, err)
				}
				want := resp.AppendCommand(nil, test.name, commandArgs(t, test.args)...)
				if diff := cmp.Diff(string(want), out.String()); diff != "" {
					t.Errorf("%s %.100q (-want +got)\n%s", test.name, test.args, diff)
				}
			}
		})
	}
}

func commandArgs(t *testing.T, values []any) []resp.Arg {
	t.Helper()
	var args []resp.Arg
	for _, v := range values {
		arg, err := resp.Any(v)
		if err != nil {
			t.Fatal(err)
		}
		args = append(args, arg)
	}
	return args
}

// The Append functions that redcon has too write the same bytes.
func TestAppendAsRedcon(t *testing.T) {
	texts := []string{"", "OK", "ERR wrong", "a\r\nb\nc\rd", "\x00\xff", strings.Repeat("x", 1000)}
	numbers := []int64{0, 9, 10, -1, 1234567890, 9223372036854775807, -9223372036854775808}
	check := func(name string, arg any, got, want []byte) {
		t.Helper()
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s of %.100q (-redcon +resp)\n%s", name, arg, diff)
		}
	}
	for _, s := range texts {
		check("SimpleString", s, resp.AppendSimpleString(nil, s), redcon.AppendString(nil, s))
		check("SimpleError", s, resp.AppendSimpleError(nil, s), redcon.AppendError(nil, s))
		check("BulkString", s, resp.AppendBulkString(nil, s), redcon.AppendBulkString(nil, s))
		check("BulkString", s, resp.AppendBulkString(nil, []byte(s)), redcon.AppendBulk(nil, []byte(s)))
	}
	for _, n := range numbers {
		check("Integer", n, resp.AppendInteger(nil, n), redcon.AppendInt(nil, n))
	}
	for _, n := range []int{0, 1, 9, 10, 1_000_000} {
		check("Array", n, resp.AppendArray(nil, n), redcon.AppendArray(nil, n))
	}
	check("NullBulkString", nil, resp.AppendNullBulkString(nil), redcon.AppendNull(nil))
}
