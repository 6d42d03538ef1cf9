package bench

import (
	"io"

	"github.com/tidwall/redcon"

	"github.com/seed65f5866d/resp"
)

var redconPeer = Peer{
	Name:            "redcon",
	Kinds:           resp2Kinds,
	RepliesAreViews: true,
	Replies: func(r io.Reader, _ int) (Reader, error) {
		return &redconReplies{redconBuffer: newRedconBuffer(r), visits: true}, nil
	},
	Commands: func(r io.Reader) (Reader, error) {
		return &redconCommands{r: redcon.NewReader(r)}, nil
	},
	Encode: func(w io.Writer) (Encoder, error) {
		var buf []byte
		return func(name string, args ...any) error {
			buf = redcon.AppendArray(buf[:0], 1+len(args))
			buf = redcon.AppendBulkString(buf, name)
			for _, arg := range args {
				buf = redcon.AppendAny(buf, arg)
			}
			_, err := w.Write(buf)
			return err
		}, nil
	},
}

// redconBuffer holds what functions that take a slice have not parsed yet.
type redconBuffer struct {
	r     io.Reader
	buf   []byte
	start int // of what has not been parsed
}

func newRedconBuffer(r io.Reader) redconBuffer {
	return redconBuffer{r: r, buf: make([]byte, 0, 16<<10)}
}

// redconReplies gives ReadNextRESP, which takes a slice, what a connection's
// loop would: all that has arrived, and more when that is not enough.
type redconReplies struct {
	redconBuffer
	reply redcon.RESP

	visits  bool
	visited int // what visiting has made, so that it is not left out
}

func (o *redconReplies) Next() error {
	for {
		n, reply := redcon.ReadNextRESP(o.buf[o.start:])
		if n > 0 {
			o.start += n
			o.reply = reply
			if o.visits {
				o.visit(reply)
			}
			return nil
		}
		if err := o.fill(); err != nil {
			return err
		}
	}
}

// visit looks at everything in a reply.
func (o *redconReplies) visit(r redcon.RESP) {
	switch r.Type {
	case redcon.Integer:
		o.visited += int(r.Int())
	case redcon.Array:
		r.ForEach(func(elem redcon.RESP) bool {
			o.visit(elem)
			return true
		})
	}
}

func (o *redconBuffer) fill() error {
	o.buf = o.buf[:copy(o.buf, o.buf[o.start:])]
	o.start = 0
	if len(o.buf) == cap(o.buf) {
		o.buf = append(make([]byte, 0, 2*cap(o.buf)), o.buf...)
	}
	n, err := o.r.Read(o.buf[len(o.buf):cap(o.buf)])
	o.buf = o.buf[:len(o.buf)+n]
	if n > 0 {
		return nil
	}
	return err
}

func (o *redconReplies) Tree() resp.Value { return redconTree(o.reply) }

func redconTree(r redcon.RESP) resp.Value {
	switch r.Type {
	case redcon.Integer:
		return integer(r.Int())
	case redcon.Bulk:
		if r.Data == nil {
			return null(resp.BulkString)
		}
	case redcon.Array:
		v := list(resp.Array)
		r.ForEach(func(elem redcon.RESP) bool {
			v.Elems = append(v.Elems, redconTree(elem))
			return true
		})
		v.Null = r.Count < 0
		return v
	}
	return text(resp.Kind(r.Type), r.Data)
}

type redconCommands struct {
	r *redcon.Reader
	c redcon.Command
}

func (o *redconCommands) Next() (err error) {
	o.c, err = o.r.ReadCommand()
	return err
}

func (o *redconCommands) Tree() resp.Value { return commandTree(o.c.Args) }
