package main

import (
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"

	"github.com/seed65f5866d/resp"
)

// jsonPrinter prints one JSON object on a line for each piece.
type jsonPrinter struct {
	file string // empty for the only one
	out  *json.Encoder
}

// piece is what jsonPrinter prints.
type piece struct {
	File     string `json:"file,omitempty"`
	Offset   int64  `json:"offset"`
	Depth    int    `json:"depth,omitempty"`
	Kind     string `json:"kind"` // of RESP, or request, inline request or fault
	Null     bool   `json:"null,omitempty"`
	Streamed bool   `json:"streamed,omitempty"`
	Len      *int64 `json:"len,omitempty"` // bytes of a string, elements of an aggregate, pairs of a map
	Format   string `json:"format,omitempty"`
	Value    any    `json:"value,omitempty"` // of a scalar: an integer, a boolean or what payload returns
	Cut      bool   `json:"cut,omitempty"`   // the value is the start of a longer string
	Args     []any  `json:"args,omitempty"`  // of a request, each what payload returns
	Reason   string `json:"reason,omitempty"`
}

func (p *jsonPrinter) print(at position, v piece) error {
	v.File, v.Offset, v.Depth = p.file, at.offset, at.depth
	return p.out.Encode(v)
}

func (p *jsonPrinter) token(at position, t resp.Token) error {
	v := piece{Kind: t.Kind().String(), Null: t.IsNull(), Streamed: t.IsStreamed()}
	size := int64(t.Len())
	switch kind := t.Kind(); {
	case v.Null || v.Streamed || kind == resp.End:
	case kind == resp.Map || kind == resp.Attribute:
		size /= 2
		v.Len = &size
	case kind.IsAggregate():
		v.Len = &size
	case kind == resp.Integer:
		v.Value, _ = t.Int64()
	case kind == resp.Boolean:
		v.Value, _ = t.Bool()
	case kind == resp.VerbatimString:
		format := t.Encoding()
		v.Format = string(format[:])
		fallthrough
	default:
		v.Value = payload(t.Bytes())
	}
	return p.print(at, v)
}

func (p *jsonPrinter) text(at position, s preview, streamed bool) error {
	v := piece{Kind: resp.BulkString.String(), Streamed: streamed, Len: &s.size, Cut: int64(len(s.start)) < s.size}
	start := s.start
	if v.Cut {
		start = wholeRunes(start)
	}
	v.Value = payload(start)
	return p.print(at, v)
}

func (p *jsonPrinter) command(at position, cmd resp.Command) error {
	v := piece{Kind: "request"}
	if cmd.Inline {
		v.Kind = "inline request"
	}
	for _, arg := range cmd.Args {
		v.Args = append(v.Args, payload(arg))
	}
	return p.print(at, v)
}

func (p *jsonPrinter) fault(f *fault) error {
	return p.print(position{offset: f.offset}, piece{Kind: "fault", Reason: f.reason})
}

// notText is a string that is not UTF-8, which JSON cannot hold.
type notText struct {
	Base64 string `json:"base64"`
}

// payload returns b as a string, or as a notText when it is not UTF-8.
func payload(b []byte) any {
	if utf8.Valid(b) {
		return string(b)
	}
	return notText{base64.StdEncoding.EncodeToString(b)}
}

// wholeRunes returns b without the start of a character that was cut.
func wholeRunes(b []byte) []byte {
	for cut := range min(len(b), utf8.UTFMax) {
		if utf8.Valid(b[:len(b)-cut]) {
			return b[:len(b)-cut]
		}
	}
	return b
}
