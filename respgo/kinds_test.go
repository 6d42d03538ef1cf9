package respgo_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/respgo"
)

// kindResults say what becomes of a value of each kind in the types of kindTargets, in
// their order; ! stands for an error. A kind that is not here fails the test: whoever
// adds one decides what it becomes.
var kindResults = map[resp.Kind]struct {
	wire    string
	results [6]string // type and value
}{
	resp.SimpleString:   {"+12\r\n", [...]string{"string 12", "string 12", "int64 12", "float64 12", "!", "!"}},
	resp.SimpleError:    {"-ERR x\r\n", [...]string{"!", "!", "!", "!", "!", "!"}},
	resp.Integer:        {":1\r\n", [...]string{"int64 1", "string 1", "int64 1", "float64 1", "!", "!"}},
	resp.BulkString:     {"$2\r\n12\r\n", [...]string{"string 12", "string 12", "int64 12", "float64 12", "!", "!"}},
	resp.Array:          {"*2\r\n+a\r\n:1\r\n", [...]string{"[]interface {} [a 1]", "!", "!", "!", "[]string [a 1]", "map[string]string map[a:1]"}},
	resp.Null:           {"_\r\n", [...]string{"<nil> <nil>", "!", "!", "!", "[]string []", "map[string]string map[]"}},
	resp.Boolean:        {"#t\r\n", [...]string{"bool true", "string 1", "int64 1", "float64 1", "!", "!"}},
	resp.Double:         {",1.5\r\n", [...]string{"float64 1.5", "string 1.5", "!", "float64 1.5", "!", "!"}},
	resp.BigNumber:      {"(12\r\n", [...]string{"*big.Int 12", "string 12", "int64 12", "float64 12", "!", "!"}},
	resp.BulkError:      {"!5\r\nERR x\r\n", [...]string{"!", "!", "!", "!", "!", "!"}},
	resp.VerbatimString: {"=6\r\ntxt:12\r\n", [...]string{"string 12", "string 12", "int64 12", "float64 12", "!", "!"}},
	resp.Map:            {"%1\r\n+k\r\n:1\r\n", [...]string{"map[interface {}]interface {} map[k:1]", "!", "!", "!", "[]string [k 1]", "map[string]string map[k:1]"}},
	resp.Attribute:      {"|1\r\n+k\r\n:1\r\n:2\r\n", [...]string{"int64 2", "string 2", "int64 2", "float64 2", "!", "!"}},
	resp.Set:            {"~1\r\n:1\r\n", [...]string{"[]interface {} [1]", "!", "!", "!", "[]string [1]", "!"}},
	resp.Push:           {">1\r\n:1\r\n", [...]string{"[]interface {} [1]", "!", "!", "!", "[]string [1]", "!"}},
}

var kindTargets = [6]any{new(any), new(string), new(int64), new(float64), new([]string), new(map[string]string)}

// parts are the kinds that no value has: a tree holds what they are parts of.
var parts = map[resp.Kind]bool{resp.Chunk: true, resp.End: true}

func TestEveryKindBecomesSomething(t *testing.T) {
	known := 0
	for c := range 256 {
		kind := resp.Kind(c)
		if _, _, err := resp.ConsumeToken([]byte{byte(c)}); err != resp.ErrIncomplete || parts[kind] {
			continue
		}
		sample, ok := kindResults[kind]
		if !ok {
			t.Errorf("it is not stated what a %s becomes", kind)
			continue
		}
		known++
		for i, target := range kindTargets {
			v := reflect.New(reflect.TypeOf(target).Elem())
			err := respgo.Unmarshal(tree(t, sample.wire), v.Interface())
			got := fmt.Sprintf("%T %v", v.Elem().Interface(), v.Elem().Interface())
			if err != nil {
				got = "!"
			}
			if want := sample.results[i]; got != want || err != nil && errors.As(err, new(*resp.SyntaxError)) {
				t.Errorf("%q as %T: %s, %v, want %s", sample.wire, target, got, err, want)
			}
		}
	}
	if known != len(kindResults) {
		t.Errorf("%d kinds are there, and %d are stated", known, len(kindResults))
	}
}
