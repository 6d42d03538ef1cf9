// Package methods lists the methods that a Decoder reads with and an Encoder writes
// with, and the options, so that a test about all of them does not list them again.
// Its own test compares the lists with the exports of package resp.
package methods

import (
	"fmt"
	"io"
	"iter"
	"sync"

	"github.com/seed65f5866d/resp"
)

// Sort says what a method reads.
type Sort int

const (
	Tokens   Sort = iota // the next token
	Values               // the next value, whatever it is
	OneType              // the next value, of one type; anything else is an error
	Commands             // requests
	Loop                 // an iterator; the next read, at the latest, drops what its body leaves
	Payload              // the payload of a string, as an io.Reader
	Between              // the bytes between values: attributes, and data that is not RESP
)

// Read is a method of a Decoder that reads.
type Read struct {
	Name string
	Sort Sort

	Wire  string // what such a method reads whole; none of a loop and of what reads between values
	Gives string // what it gives of Wire: its text, or what goes to w

	Opens   bool // it may read a header and leave the elements to be read
	Resumes bool // interrupted inside a value, it has to be called again before any other
	OnPush  bool // it hands a push at top level to OnPush
	Exact   bool // what goes to w are the very bytes of the value

	Allocates bool // Call does, as the method need not or has to

	// Call calls the method once, or takes the first turn of a loop. It writes to w
	// the bytes that the method passes on or returns as they came.
	Call func(d *resp.Decoder, w io.Writer) error

	// Text calls the method once and returns its results as text, except for the
	// bytes that went to w.
	Text func(d *resp.Decoder, w io.Writer) (string, error)
}

// NestedWire is a value that has all kinds but the streamed ones.
const NestedWire = "|1\r\n+ttl\r\n:3600\r\n*4\r\n:1\r\n%2\r\n+k\r\n$5\r\nhello\r\n|1\r\n+a\r\n*1\r\n:1\r\n+l\r\n*-1\r\n" +
	"~3\r\n,1.5\r\n#t\r\n(12345678901234567890\r\n>2\r\n=7\r\ntxt:abc\r\n!5\r\nERR x\r\n"

const (
	nested    = NestedWire
	attribute = "|1\r\n+a\r\n*1\r\n:1\r\n"
	streamed  = "$?\r\n;10\r\n0123456789\r\n;3\r\nabc\r\n;0\r\n"
	request   = "*2\r\n$3\r\nGET\r\n$12\r\na\r\nlong\r\nkey\r\n"
)

// Reads are all of them.
var Reads = []Read{
	result(Read{Name: "PeekKind", Sort: Tokens}, (*resp.Decoder).PeekKind, resp.Kind.String),
	result(Read{Name: "ReadToken", Sort: Tokens, Opens: true}, (*resp.Decoder).ReadToken, TokenText),
	decode,
	passing(Read{Name: "ReadRaw", Sort: Values, Exact: true, Wire: nested, Gives: nested}, func(d *resp.Decoder, w io.Writer) error {
		b, err := d.ReadRaw()
		w.Write(b)
		return err
	}),
	passing(Read{Name: "SkipValue", Sort: Values, Resumes: true, Wire: nested}, func(d *resp.Decoder, _ io.Writer) error { return d.SkipValue() }),
	passing(Read{Name: "CopyValue", Sort: Values, Resumes: true, Exact: true, Wire: nested, Gives: nested}, func(d *resp.Decoder, w io.Writer) error {
		_, err := d.CopyValue(w)
		return err
	}),
	result(Read{Name: "ReadInt64", Sort: OneType, OnPush: true, Wire: attribute + ":1234567890\r\n", Gives: "1234567890"}, (*resp.Decoder).ReadInt64, text[int64]),
	result(Read{Name: "ReadFloat64", Sort: OneType, OnPush: true, Wire: ",1.5e300\r\n", Gives: "1.5e+300"}, (*resp.Decoder).ReadFloat64, text[float64]),
	result(Read{Name: "ReadBool", Sort: OneType, OnPush: true, Wire: "|0\r\n#t\r\n", Gives: "true"}, (*resp.Decoder).ReadBool, text[bool]),
	result(Read{Name: "ReadBytes", Sort: OneType, OnPush: true, Wire: attribute + "$10\r\n0123456789\r\n", Gives: `"0123456789", nil: false`}, (*resp.Decoder).ReadBytes, func(b []byte) string {
		return fmt.Sprintf("%q, nil: %t", b, b == nil)
	}),
	result(Read{Name: "ReadInto", Sort: OneType, Resumes: true, OnPush: true, Wire: "=13\r\ntxt:012345678\r\n", Gives: "012345678", Allocates: true}, readInto, func(b []byte) string { return string(b) }),
	result(Read{Name: "ReadString", Sort: OneType, OnPush: true, Wire: streamed, Gives: "0123456789abc", Allocates: true}, (*resp.Decoder).ReadString, text[string]),
	result(Read{Name: "ReadArrayLen", Sort: OneType, Opens: true, OnPush: true, Wire: attribute + "*0\r\n", Gives: "0"}, (*resp.Decoder).ReadArrayLen, text[int]),
	result(Read{Name: "ReadMapLen", Sort: OneType, Opens: true, OnPush: true, Wire: attribute + "%0\r\n", Gives: "0"}, (*resp.Decoder).ReadMapLen, text[int]),
	passing(Read{Name: "CopyBulk", Sort: OneType, Resumes: true, OnPush: true, Wire: attribute + streamed, Gives: "0123456789abc"}, func(d *resp.Decoder, w io.Writer) error {
		_, err := d.CopyBulk(w)
		return err
	}),
	passing(Read{Name: "BulkReader", Sort: Payload, OnPush: true, Wire: attribute + streamed, Gives: "0123456789abc"}, func(d *resp.Decoder, w io.Writer) error {
		r, err := d.BulkReader()
		if err == nil {
			err = copyPayload(w, r)
		}
		return err
	}),
	result(Read{Name: "ReadCommand", Sort: Commands, Wire: request, Gives: `["GET" "a\r\nlong\r\nkey"]`}, (*resp.Decoder).ReadCommand, commandText),
	result(Read{Name: "ReadCommands", Sort: Commands, Wire: request, Gives: `["GET" "a\r\nlong\r\nkey"]`, Allocates: true}, func(d *resp.Decoder) ([]resp.Command, error) { return d.ReadCommands(nil) },
		func(all []resp.Command) (s string) {
			for _, c := range all {
				s += commandText(c)
			}
			return s
		}),
	result(Read{Name: "Values", Sort: Loop, OnPush: true}, func(d *resp.Decoder) (*resp.Value, error) {
		for v, err := range d.Values() {
			return v, err
		}
		return nil, io.EOF
	}, valueText),
	result(Read{Name: "Commands", Sort: Loop}, func(d *resp.Decoder) (resp.Command, error) {
		for c, err := range d.Commands() {
			return c, err
		}
		return resp.Command{}, io.EOF
	}, commandText),
	result(Read{Name: "Elements", Sort: Loop, OnPush: true}, func(d *resp.Decoder) (int, error) { return firstTurn(d.Elements()) }, text[int]),
	result(Read{Name: "Entries", Sort: Loop, OnPush: true}, func(d *resp.Decoder) (int, error) { return firstTurn(d.Entries()) }, text[int]),
	passing(Read{Name: "SkipAttributes", Sort: Between}, func(d *resp.Decoder, _ io.Writer) error { return d.SkipAttributes() }),
	passing(Read{Name: "Peek", Sort: Between}, func(d *resp.Decoder, w io.Writer) error {
		b, err := d.Peek(1)
		w.Write(b)
		return err
	}),
}

// ReadNothing are the exported methods of a Decoder that read nothing.
var ReadNothing = []string{"Buffered", "Depth", "Discard", "Feed", "InputOffset", "Reset", "SetLimits"}

// buffers hold what copyPayload reads at once.
var buffers = sync.Pool{New: func() any { return new([512]byte) }}

// copyPayload is io.Copy without an allocation.
func copyPayload(w io.Writer, r io.Reader) error {
	buffer := buffers.Get().(*[512]byte)
	defer buffers.Put(buffer)
	for {
		n, err := r.Read(buffer[:])
		w.Write(buffer[:n])
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return err
		}
	}
}

// memories holds the slice that ReadInto of each Decoder fills, so that a repeated
// call gets the same one.
var memories sync.Map

// readInto reads into memory that grows as needed, up to 1 MiB.
func readInto(d *resp.Decoder) ([]byte, error) {
	memory, _ := memories.LoadOrStore(d, make([]byte, 64))
	p := memory.([]byte)
	n, err := d.ReadInto(p)
	if err == io.ErrShortBuffer && n <= 1<<20 {
		p = make([]byte, n)
		memories.Store(d, p)
		n, err = d.ReadInto(p)
	}
	if err != nil {
		return nil, err
	}
	memories.Delete(d)
	return p[:n], nil
}

// firstTurn takes one turn of a loop, whose end skips the rest. It returns -1 when
// the loop has no turn.
func firstTurn(loop iter.Seq2[int, error]) (int, error) {
	for i, err := range loop {
		return i, err
	}
	return -1, nil
}

// decode gives its Value nothing to reuse.
var decode = result(Read{Name: "Decode", Sort: Values, OnPush: true, Wire: nested, Gives: fmt.Sprintf("%q", nested), Allocates: true}, func(d *resp.Decoder) (*resp.Value, error) {
	var v resp.Value
	return &v, d.Decode(&v)
}, valueText)

// Named returns the method of that name, and panics when there is none.
func Named(name string) Read {
	for _, r := range Reads {
		if r.Name == name {
			return r
		}
	}
	panic("methods: no read is named " + name)
}

// Names returns the names of the methods for which is reports true.
func Names(is func(Read) bool) (names []string) {
	for _, r := range Reads {
		if is(r) {
			names = append(names, r.Name)
		}
	}
	return names
}

// OfReplies reports whether r reads replies or parts of them, has read them when it
// returns, and says why it stopped. Loops and BulkReader may return earlier.
func (r Read) OfReplies() bool { return r.Sort == Tokens || r.Sort == Values || r.Sort == OneType }

// result makes a Read of a method that returns what it read.
func result[T any](r Read, read func(*resp.Decoder) (T, error), show func(T) string) Read {
	r.Call = func(d *resp.Decoder, _ io.Writer) error {
		_, err := read(d)
		return err
	}
	r.Text = func(d *resp.Decoder, _ io.Writer) (string, error) {
		got, err := read(d)
		if err != nil {
			return "", err
		}
		return show(got), nil
	}
	return r
}

// passing makes a Read of a method that passes on what it reads.
func passing(r Read, read func(*resp.Decoder, io.Writer) error) Read {
	r.Call = read
	r.Text = func(d *resp.Decoder, w io.Writer) (string, error) { return "", read(d, w) }
	return r
}

func text[T any](v T) string { return fmt.Sprint(v) }

func valueText(v *resp.Value) string { return fmt.Sprintf("%q", resp.AppendValue(nil, v)) }

func commandText(c resp.Command) string { return fmt.Sprintf("%q", c.Args) }

// TokenText says all about a token.
func TokenText(t resp.Token) string {
	n, _ := t.Int64()
	return fmt.Sprintf("%s %d %t %t %q %q %d", t.Kind(), t.Len(), t.IsNull(), t.IsStreamed(), t.Bytes(), t.Encoding(), n)
}
