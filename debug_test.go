//go:build respdebug

package resp

import (
	"bytes"
	"strings"
	"testing"
)

// A view that is kept over the next call on the Decoder, whichever that is and
// wherever the view came from, no longer shows what was read.
func TestViewsKeptTooLongAreOverwritten(t *testing.T) {
	views := map[string]func(*Decoder) ([]byte, error){
		"ReadToken": func(d *Decoder) ([]byte, error) { t, err := d.ReadToken(); return t.Bytes(), err },
		"ReadBytes": (*Decoder).ReadBytes,
		"ReadRaw":   (*Decoder).ReadRaw,
		"Decode":    func(d *Decoder) ([]byte, error) { var v Value; err := d.Decode(&v); return v.Bytes, err },
		"Values": func(d *Decoder) ([]byte, error) {
			for v, err := range d.Values() {
				return v.Bytes, err
			}
			return nil, nil
		},
		"ReadCommand": func(d *Decoder) ([]byte, error) {
			c, err := d.ReadCommand()
			if err != nil {
				return nil, err
			}
			return c.Args[0], nil
		},
	}
	next := map[string]func(*Decoder){
		"ReadToken":      func(d *Decoder) { d.ReadToken() },
		"ReadInt64":      func(d *Decoder) { d.ReadInt64() },
		"ReadBytes":      func(d *Decoder) { d.ReadBytes() },
		"ReadInto":       func(d *Decoder) { d.ReadInto(make([]byte, 100)) },
		"SkipAttributes": func(d *Decoder) { d.SkipAttributes() },
		"ReadArrayLen":   func(d *Decoder) { d.ReadArrayLen() },
		"Elements":       func(d *Decoder) { d.Elements()(func(int, error) bool { return false }) },
		"Entries":        func(d *Decoder) { d.Entries()(func(int, error) bool { return false }) },
		"ReadRaw":        func(d *Decoder) { d.ReadRaw() },
		"Decode":         func(d *Decoder) { d.Decode(new(Value)) },
		"SkipValue":      func(d *Decoder) { d.SkipValue() },
		"CopyValue":      func(d *Decoder) { d.CopyValue(new(bytes.Buffer)) },
		"CopyBulk":       func(d *Decoder) { d.CopyBulk(new(bytes.Buffer)) },
		"PeekKind":       func(d *Decoder) { d.PeekKind() },
		"ReadCommand":    func(d *Decoder) { d.ReadCommand() },
		"ReadCommands":   func(d *Decoder) { d.ReadCommands(nil) },
		"Feed":           func(d *Decoder) { d.Feed([]byte("+more\r\n")) },
		"Reset":          func(d *Decoder) { d.Reset(strings.NewReader("+OK\r\n")) },
	}
	large := strings.Repeat("x", 3*defaultBufferSize)
	wires := map[string][]string{
		"reply":   {"$5\r\nhello\r\n+OK\r\n", "+hello\r\n:1\r\n", "$?\r\n;2\r\nhe\r\n;3\r\nllo\r\n;0\r\n+OK\r\n", "$49152\r\n" + large + "\r\n+OK\r\n"},
		"command": {"*1\r\n$5\r\nhello\r\n*1\r\n$4\r\nPING\r\n", "hello\r\nPING\r\n", "'hello'\r\nPING\r\n"},
	}
	for from, read := range views {
		kind := "reply"
		if from == "ReadCommand" {
			kind = "command"
		}
		for _, wire := range wires[kind] {
			if from == "ReadRaw" && wire[1] == '?' || from == "ReadToken" && wire[1] == '?' {
				continue // raw bytes and single chunks are other cases of the same
			}
			for then, call := range next {
				d := NewDecoder(strings.NewReader(wire))
				view, err := read(d)
				if err != nil || len(view) == 0 {
					t.Fatalf("%.40q: %s: %.40q, %v", wire, from, view, err)
				}
				before := bytes.Clone(view)
				call(d)
				if bytes.Equal(view, before) {
					t.Errorf("%.40q: what %s returned was still there after %s", wire, from, then)
				}
			}
		}
	}
}

// So is the text of an annotation that is kept over the next call.
func TestAnnotationsKeptTooLongAreOverwritten(t *testing.T) {
	var text []byte
	d := NewDecoder(strings.NewReader("#TS:1\r\n*1\r\n$1\r\na\r\n"), AppendOnlyFile(), OnAnnotation(func(b []byte) { text = b }))
	if _, err := d.ReadCommand(); err != nil || string(text) != "TS:1" {
		t.Fatalf("%q, %v", text, err)
	}
	d.ReadCommand()
	if string(text) == "TS:1" {
		t.Error("the text is still there after the next call")
	}
}

// Going on with a loop ends the views of its body; leaving it does not.
func TestViewsOfALoop(t *testing.T) {
	d := NewDecoder(strings.NewReader("*3\r\n$5\r\nhello\r\n$5\r\nworld\r\n:1\r\n+OK\r\n"))
	var views [][]byte
	for i, err := range d.Elements() {
		if err != nil {
			t.Fatal(err)
		}
		b, err := d.ReadBytes()
		if err != nil {
			t.Fatal(err)
		}
		if views = append(views, b); i == 1 {
			break
		}
	}
	if string(views[0]) == "hello" || string(views[1]) != "world" {
		t.Errorf("%q behind the loop", views)
	}
	if d.ReadString(); string(views[1]) == "world" {
		t.Error("a view of the last body is still there after the next call")
	}
}
