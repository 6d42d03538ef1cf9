package bench

import (
	"bytes"
	"math"
	"math/big"
	"slices"

	"github.com/seed65f5866d/resp"
)

// A loss is something that a codec's results cannot show, whatever it read. It
// is taken out of both results before they are compared.
type loss struct {
	what  string
	apply func(*resp.Value)
}

var (
	oneNull = loss{"one null for all", func(v *resp.Value) {
		if v.Null {
			*v = resp.Value{Kind: resp.Null, Null: true, Attrs: v.Attrs}
		}
	}}
	emptyNull = loss{"a null of RESP2 is an empty string or array", func(v *resp.Value) {
		v.Null = v.Null && v.Kind == resp.Null
	}}
	emptyNullArray = loss{"a null array is an empty array", func(v *resp.Value) {
		v.Null = v.Null && v.Kind != resp.Array
	}}
	nullIsText = loss{"a null bulk string is the string `$-1` CR LF", func(v *resp.Value) {
		if v.Null && v.Kind == resp.BulkString {
			*v = resp.Value{Kind: resp.BulkString, Bytes: []byte("$-1\r\n"), Attrs: v.Attrs}
		}
	}}
	oneString = loss{"one type for all strings, without encoding", func(v *resp.Value) {
		if v.Kind == resp.SimpleString || v.Kind == resp.VerbatimString {
			v.Kind, v.Encoding = resp.BulkString, [3]byte{}
		}
	}}
	noEncoding = loss{"a verbatim string is a bulk string without its encoding", func(v *resp.Value) {
		if v.Kind == resp.VerbatimString {
			v.Kind, v.Encoding = resp.BulkString, [3]byte{}
		}
	}}
	oneError = loss{"one type for all errors", func(v *resp.Value) {
		if v.Kind == resp.BulkError {
			v.Kind = resp.SimpleError
		}
	}}
	binaryDoubles = loss{"a double is a float64, without its spelling", func(v *resp.Value) {
		if f, err := v.Float64(); v.Kind == resp.Double && err == nil {
			if f != f {
				f = math.NaN()
			}
			v.Bytes = []byte(doubleText(f))
		}
	}}
	binaryBigs = loss{"a big number is a number, without its spelling", func(v *resp.Value) {
		if n, ok := new(big.Int).SetString(string(v.Bytes), 10); v.Kind == resp.BigNumber && ok {
			v.Bytes = []byte(n.String())
		}
	}}
	setsAreArrays = loss{"a set is an array", func(v *resp.Value) {
		if v.Kind == resp.Set {
			v.Kind = resp.Array
		}
	}}
	pushesAreArrays = loss{"a push is an array", func(v *resp.Value) {
		if v.Kind == resp.Push {
			v.Kind = resp.Array
		}
	}}
	noPushContent = loss{"the content of a push in an aggregate cannot be seen", func(v *resp.Value) {
		if v.Kind == resp.Push {
			v.Elems = nil
		}
	}}
	noAttributes  = loss{"attributes are dropped", func(v *resp.Value) { v.Attrs = nil }}
	notStreamed   = loss{"an announced length and an unknown one look the same", func(v *resp.Value) { v.Streamed = false }}
	unorderedMaps = loss{"a map has neither order nor a key twice", func(v *resp.Value) {
		if v.Kind == resp.Map {
			v.Elems = unordered(v.Elems, 2)
		}
	}}
	unorderedSets = loss{"a set has neither order nor an element twice", func(v *resp.Value) {
		if v.Kind == resp.Set {
			v.Elems = unordered(v.Elems, 1)
		}
	}}
	upperCaseNames = loss{"the name of a command is in upper case", func(v *resp.Value) {
		if len(v.Elems) > 0 {
			v.Elems[0].Bytes = bytes.ToUpper(v.Elems[0].Bytes)
		}
	}}
)

// unordered sorts entries of n elements by the first of them; of equal ones the
// last stays.
func unordered(elems []resp.Value, n int) []resp.Value {
	last := make(map[string][]resp.Value)
	for entry := range slices.Chunk(elems, n) {
		last[string(resp.AppendValue(nil, &entry[0]))] = entry
	}
	var keys []string
	for key := range last {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var sorted []resp.Value
	for _, key := range keys {
		sorted = append(sorted, last[key]...)
	}
	return sorted
}

// replyLosses and commandLosses list them by peer.
var replyLosses = map[string][]loss{
	"redigo":          {oneNull},
	"redispipe":       {oneNull},
	"miniredis":       {nullIsText, emptyNullArray, oneString, unorderedMaps},
	"radix":           {emptyNull, binaryDoubles, binaryBigs},
	"radix any":       {noEncoding, oneError, binaryDoubles, binaryBigs, pushesAreArrays, noAttributes, notStreamed, unorderedMaps, unorderedSets},
	"go-redis":        {oneNull, oneString, oneError, binaryDoubles, binaryBigs, setsAreArrays, pushesAreArrays, noAttributes, unorderedMaps},
	"rueidis":         {oneNull, noPushContent, noAttributes, notStreamed},
	"smallnest/resp3": {emptyNullArray, binaryDoubles, binaryBigs},
}

var commandLosses = map[string][]loss{
	"miniredis": {upperCaseNames},
}

// handlesPushes names the clients that give pushes between replies to handlers
// of their own.
var handlesPushes = []string{"go-redis", "rueidis"}

// comparable returns what a peer's results can show of the values that an input
// gives.
func (p Peer) comparable(in input, values []resp.Value) []resp.Value {
	if in.Kind == "command" {
		return fold(values, commandLosses[p.Name])
	}
	if slices.Contains(handlesPushes, p.Name) {
		values = slices.DeleteFunc(slices.Clone(values), func(v resp.Value) bool { return v.Kind == resp.Push })
	}
	return fold(values, replyLosses[p.Name])
}

// fold returns copies of values without what the losses take.
func fold(values []resp.Value, losses []loss) []resp.Value {
	folded := make([]resp.Value, len(values))
	for i, v := range values {
		v.Elems = fold(v.Elems, losses)
		v.Attrs = fold(v.Attrs, losses)
		for _, l := range losses {
			l.apply(&v)
		}
		folded[i] = v
	}
	return folded
}
