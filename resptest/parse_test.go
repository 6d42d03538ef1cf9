package resptest_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/resptest"
)

// parse plugs package resp into the runner: what it takes to hold a parser to the
// vectors.
func parse(kind string, wire []byte, limits resptest.Limits) (result resptest.Result) {
	d := resp.NewDecoder(bytes.NewReader(wire), options(limits)...)
	var err error
	if kind == "command" {
		for command, e := range d.Commands() {
			if err = e; err == nil {
				result.Commands = append(result.Commands, words(command))
			}
		}
	} else {
		err = parseReplies(d, &result)
	}
	result.Offset = -1
	var syntaxError *resp.SyntaxError
	var limitError *resp.LimitError
	switch {
	case err == io.ErrUnexpectedEOF:
		result.Incomplete = true
	case errors.As(err, &syntaxError):
		result.Error, result.Offset = string(syntaxError.Class), syntaxError.Offset
	case errors.As(err, &limitError) && limitError.Limit == "depth":
		result.Error, result.Offset = "depth", limitError.Offset
	case errors.As(err, &limitError):
		result.Error, result.Offset = "limit", limitError.Offset
	}
	return result
}

func options(limits resptest.Limits) (opts []resp.Option) {
	if l := limits.MaxDepth; l != nil {
		opts = append(opts, resp.MaxDepth(*l))
	}
	if l := limits.MaxArgs; l != nil {
		opts = append(opts, resp.MaxArgs(*l))
	}
	if l := limits.MaxElements; l != nil {
		opts = append(opts, resp.MaxElements(*l))
	}
	if l := limits.MaxBulk; l != nil {
		opts = append(opts, resp.MaxBulkLen(*l))
	}
	if l := limits.MaxInline; l != nil {
		opts = append(opts, resp.MaxLineLen(*l))
	}
	return opts
}

func words(c resp.Command) (words []string) {
	for _, arg := range c.Args {
		words = append(words, string(arg))
	}
	return words
}

// parseReplies reads tokens, because a resp.Value does not keep the chunks of a
// streamed string apart.
func parseReplies(d *resp.Decoder, result *resptest.Result) error {
	for {
		var values []resptest.Value
		for {
			v, err := parseValue(d)
			if err == io.EOF && len(values) > 0 {
				err = io.ErrUnexpectedEOF // attributes without their value
			}
			if err != nil {
				return err
			}
			values = append(values, v)
			if v.Type != "attr" {
				break
			}
		}
		result.Values = append(result.Values, values...)
	}
}

var types = map[resp.Kind]string{
	resp.SimpleString: "simple", resp.SimpleError: "err", resp.Integer: "int", resp.BulkString: "bulk", resp.Null: "null",
	resp.Boolean: "bool", resp.Double: "double", resp.BigNumber: "bigint", resp.BulkError: "bulkerr", resp.VerbatimString: "verbatim",
	resp.Array: "array", resp.Map: "map", resp.Set: "set", resp.Push: "push", resp.Attribute: "attr",
}

func parseValue(d *resp.Decoder) (v resptest.Value, err error) {
	t, err := d.ReadToken()
	if err != nil {
		return v, err
	}
	v = resptest.Value{Type: types[t.Kind()], Text: string(t.Bytes())}
	if t.IsStreamed() {
		v.Type = "streamed-" + v.Type
	}
	switch kind := t.Kind(); {
	case t.IsNull():
		v = resptest.Value{Type: "null", Text: map[resp.Kind]string{resp.Null: "resp3", resp.BulkString: "bulk", resp.Array: "array"}[kind]}
	case kind == resp.Integer:
		n, err := t.Int64()
		v.Text = strconv.FormatInt(n, 10)
		return v, err
	case kind == resp.Boolean:
		b, err := t.Bool()
		v.Text = strconv.FormatBool(b)
		return v, err
	case kind == resp.VerbatimString:
		encoding := t.Encoding()
		v.Format = string(encoding[:])
	case kind == resp.End:
		return v, resp.ErrEnd
	case v.Type == "streamed-bulk":
		for {
			chunk, err := d.ReadToken()
			if err != nil || chunk.Len() == 0 {
				return v, err
			}
			v.Chunks = append(v.Chunks, string(chunk.Bytes()))
		}
	case kind.IsAggregate():
		for left := t.Len(); left != 0; {
			e, err := parseValue(d)
			if err == resp.ErrEnd {
				break
			}
			if err != nil {
				return v, err
			}
			v.Elems = append(v.Elems, e)
			if e.Type != "attr" && left > 0 {
				left--
			}
		}
	}
	return v, nil
}

// The runner finds package resp right in every vector.
func TestRunPassesARightParser(t *testing.T) {
	if strconv.IntSize == 32 {
		t.Skip("some vectors announce more elements than a Decoder allows where int has 32 bits")
	}
	resptest.Run(t, parse)
}

// Check finds out whatever a parser gets wrong.
func TestCheckFindsEveryDifference(t *testing.T) {
	find := func(id string) resptest.Vector {
		for _, v := range resptest.Vectors() {
			if v.ID == id {
				return v
			}
		}
		t.Fatalf("no vector %s", id)
		return resptest.Vector{}
	}
	for _, test := range []struct {
		id    string
		spoil func(r *resptest.Result)
		want  string
	}{
		{"int-max-int64", func(r *resptest.Result) {}, ""},
		{"int-max-int64", func(r *resptest.Result) { r.Values[0].Text = "+09223372036854775807" }, ""},
		{"int-max-int64", func(r *resptest.Result) { r.Values[0].Text = "1" }, "value 0: got int"},
		{"int-max-int64", func(r *resptest.Result) { r.Values[0].Type = "bulk" }, "value 0: got bulk, want int"},
		{"int-max-int64", func(r *resptest.Result) { r.Values = nil }, "got 0 values, want 1"},
		{"int-max-int64", func(r *resptest.Result) { r.Incomplete = true }, "incomplete"},
		{"int-max-int64", func(r *resptest.Result) { r.Error = resptest.Unclassified }, "error class"},
		{"simple-bare-lf", func(r *resptest.Result) {}, ""},
		{"simple-bare-lf", func(r *resptest.Result) { r.Offset = -1 }, ""},
		{"simple-bare-lf", func(r *resptest.Result) { r.Error = resptest.Unclassified }, ""},
		{"simple-bare-lf", func(r *resptest.Result) { r.Error = "type" }, "error class"},
		{"simple-bare-lf", func(r *resptest.Result) { r.Offset++ }, "offset"},
		{"simple-bare-lf", func(r *resptest.Result) { r.Error, r.Incomplete = "", true }, "incomplete"},
		{"stream-string-spec", func(r *resptest.Result) { r.Values[0].Chunks = []string{strings.Join(r.Values[0].Chunks, "")} }, "value 0: got chunks"},
		{"cmd-lf-line-then-ping", func(r *resptest.Result) { r.Commands[0][0] = "PONG" }, "command 0"},
		{"cmd-lf-line-then-ping", func(r *resptest.Result) { r.Commands = append(r.Commands, nil) }, "got 2 commands, want 1"},
	} {
		v := find(test.id)
		result := parse(v.Kind, v.Wire, v.Limits)
		result.Values = slices.Clone(result.Values)
		test.spoil(&result)
		err := v.Check(result)
		if (err == nil) != (test.want == "") || err != nil && !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: Check(%+v) = %v, want %q", v.ID, result, err, test.want)
		}
	}
}

// A difference deep inside a value is found, and where it is.
func TestCheckNamesTheElement(t *testing.T) {
	for _, v := range resptest.Vectors() {
		if len(v.Want.Values) == 0 || len(v.Want.Values[0].Elems) < 2 {
			continue
		}
		result := parse(v.Kind, v.Wire, v.Limits)
		result.Values[0].Elems[1].Type = "other"
		if err := v.Check(result); err == nil || !strings.HasPrefix(err.Error(), "value 0, element 1: got other, want ") {
			t.Errorf("%s: %v", v.ID, err)
		}
	}
}
