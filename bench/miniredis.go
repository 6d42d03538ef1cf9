package bench

import (
	"bufio"
	"errors"
	"io"

	"github.com/alicebob/miniredis/v2/proto"
	"github.com/alicebob/miniredis/v2/server"

	"github.com/seed65f5866d/resp"
)

var miniredisPeer = Peer{
	Name:  "miniredis",
	Kinds: resp2Kinds + "%",
	Replies: func(r io.Reader, _ int) (Reader, error) {
		return &miniredisReplies{r: bufio.NewReaderSize(r, 16<<10)}, nil
	},
	Commands: func(r io.Reader) (Reader, error) { return newMiniredisCommands(r), nil },
	Encode: func(w io.Writer) (Encoder, error) {
		return func(name string, args ...any) error {
			return proto.Write(w, argTexts(name, args))
		}, nil
	},
}

// miniredisReplies takes the two steps of the package: one finds where a reply
// ends, the other parses it.
type miniredisReplies struct {
	r     *bufio.Reader
	reply any
}

func (o *miniredisReplies) Next() error {
	raw, err := proto.Read(o.r)
	if err != nil {
		return err
	}
	o.reply, err = proto.Parse(raw)
	return err
}

func (o *miniredisReplies) Tree() resp.Value { return miniredisTree(o.reply) }

// miniredisTree is goTree for a parser that makes a string of simple and bulk
// strings, and a nil slice of an empty array.
func miniredisTree(reply any) resp.Value {
	switch r := reply.(type) {
	case []any:
		v := list(resp.Array)
		for _, elem := range r {
			v.Elems = append(v.Elems, miniredisTree(elem))
		}
		return v
	case map[any]any:
		v := list(resp.Map)
		for key, value := range r {
			v.Elems = append(v.Elems, miniredisTree(key), miniredisTree(value))
		}
		return v
	}
	return goTree(reply)
}

// miniredisCommands is a server with a client that sends what the reader has.
type miniredisCommands struct {
	server   *server.Server
	commands chan []string
	conn     *closingConn
	words    []string
}

// closingConn tells when the server is done with it.
type closingConn struct {
	*conn
	done  chan struct{}
	cause any // what recover returned, valid when done
}

// Close is deferred by the server. What its goroutine ends with is for the
// caller of Next, as with a parser that runs in the caller's own.
func (c *closingConn) Close() error {
	cause := recover()
	if c.closed.CompareAndSwap(false, true) {
		c.cause = cause
		close(c.done)
	}
	return nil
}

func newMiniredisCommands(r io.Reader) *miniredisCommands {
	o := &miniredisCommands{
		server:   server.NewServerConn(),
		commands: make(chan []string),
		conn:     &closingConn{conn: newConn(r), done: make(chan struct{})},
	}
	o.server.SetPreHook(func(_ *server.Peer, name string, args ...string) bool {
		select {
		case o.commands <- append([]string{name}, args...):
		case <-o.conn.done:
		}
		return true
	})
	o.server.ServeConn(o.conn)
	return o
}

func (o *miniredisCommands) Next() error {
	select {
	case o.words = <-o.commands:
		return nil
	case <-o.conn.done:
		if o.conn.cause != nil {
			panic(o.conn.cause)
		}
		return errors.New("the server closed the connection")
	}
}

func (o *miniredisCommands) Tree() resp.Value { return commandTree(o.words) }

// Close ends the server.
func (o *miniredisCommands) Close() error {
	o.server.Close()
	return nil
}
