//go:build respdebug

package memory_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/internal/tests/methods"
)

// A view that is kept over the next call on the Decoder, whichever that is and
// wherever the view came from, no longer shows what was read.
func TestViewsKeptTooLongAreOverwritten(t *testing.T) {
	views := map[string]func(*resp.Decoder) ([]byte, error){
		"ReadToken": func(d *resp.Decoder) ([]byte, error) { t, err := d.ReadToken(); return t.Bytes(), err },
		"ReadBytes": (*resp.Decoder).ReadBytes,
		"ReadRaw":   (*resp.Decoder).ReadRaw,
		"Decode":    func(d *resp.Decoder) ([]byte, error) { var v resp.Value; err := d.Decode(&v); return v.Bytes, err },
		"Values": func(d *resp.Decoder) ([]byte, error) {
			for v, err := range d.Values() {
				return v.Bytes, err
			}
			return nil, nil
		},
		"ReadCommand": func(d *resp.Decoder) ([]byte, error) {
			c, err := d.ReadCommand()
			if err != nil {
				return nil, err
			}
			return c.Args[0], nil
		},
		"ReadCommands": func(d *resp.Decoder) ([]byte, error) {
			all, err := d.ReadCommands(nil)
			if err != nil {
				return nil, err
			}
			return all[0].Args[0], nil
		},
	}
	next := map[string]func(*resp.Decoder){
		"Feed":  func(d *resp.Decoder) { d.Feed([]byte("+more\r\n")) },
		"Reset": func(d *resp.Decoder) { d.Reset(strings.NewReader("+OK\r\n")) },
	}
	for _, read := range methods.Reads {
		next[read.Name] = func(d *resp.Decoder) { read.Call(d, io.Discard) }
	}
	const size = 3 * 16 << 10 // more than a buffer
	large := strings.Repeat("x", size)
	wires := map[string][]string{
		"reply":   {"$5\r\nhello\r\n+OK\r\n", "+hello\r\n:1\r\n", "$?\r\n;2\r\nhe\r\n;3\r\nllo\r\n;0\r\n+OK\r\n", fmt.Sprintf("$%d\r\n%s\r\n+OK\r\n", size, large)},
		"command": {"*1\r\n$5\r\nhello\r\n*1\r\n$4\r\nPING\r\n", "hello\r\nPING\r\n", "'hello'\r\nPING\r\n"},
	}
	for from, read := range views {
		kind := "reply"
		if strings.HasPrefix(from, "ReadCommand") {
			kind = "command"
		}
		for _, wire := range wires[kind] {
			if from == "ReadRaw" && wire[1] == '?' || from == "ReadToken" && wire[1] == '?' {
				continue // raw bytes and single chunks are other cases of the same
			}
			for then, call := range next {
				d := resp.NewDecoder(strings.NewReader(wire))
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

// Going on with a loop ends the views of its body; leaving it does not.
func TestViewsOfALoop(t *testing.T) {
	d := resp.NewDecoder(strings.NewReader("*3\r\n$5\r\nhello\r\n$5\r\nworld\r\n:1\r\n+OK\r\n"))
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
