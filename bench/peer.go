// Package bench sets package resp beside other Go codecs of the Redis protocol.
// There is an adapter for each, which feeds bytes to its parser and takes
// commands to its encoder as its own users would, to the result they would get.
// The differential tests compare results, benchmarks compare times.
package bench

import (
	"io"
	"strings"

	"github.com/seed65f5866d/resp"
)

// Reader reads replies or requests with one codec from the stream it was opened
// on. One that is also an io.Closer is to be closed.
type Reader interface {
	// Next reads the next reply or request into what the codec's users get. A
	// server's error is a reply like any other.
	Next() error

	// Tree returns what Next read as a Value, a request as an Array of
	// BulkStrings. It is there to compare results and takes its time.
	Tree() resp.Value
}

// Encoder writes a command: its name, then arguments of type string, []byte,
// int or int64.
type Encoder func(name string, args ...any) error

// Peer is a codec with an adapter. What it cannot do is nil.
type Peer struct {
	Name string

	// Kinds are the first bytes of the replies it knows; `?` stands for those of
	// unknown length.
	Kinds string

	// Handles says that pushes go to handlers and are no replies.
	Handles bool

	// RepliesAreViews and CommandsAreViews say that what was read is gone with the
	// next read, or never kept.
	RepliesAreViews, CommandsAreViews bool

	// Replies opens a parser of replies. A client asks for as many of them at
	// once as batch says.
	Replies func(r io.Reader, batch int) (Reader, error)

	// Commands opens a parser of requests.
	Commands func(r io.Reader) (Reader, error)

	// Encode opens an encoder of commands. Every command has reached w when the
	// Encoder returns.
	Encode func(w io.Writer) (Encoder, error)

	// Pipeline opens an encoder that sends the same command n times at once, if
	// the codec has a way of its own to do that.
	Pipeline func(w io.Writer) (Pipeline, error)
}

// Knows reports whether it gives replies of all these kinds to who asks for them.
func (p Peer) Knows(kinds string) bool {
	for _, kind := range kinds {
		if !strings.ContainsRune(p.Kinds, kind) || kind == rune(resp.Push) && p.Handles {
			return false
		}
	}
	return true
}

// Pipeline writes a command n times.
type Pipeline func(n int, name string, args ...any) error

// The kinds of reply that codecs know.
const (
	resp2Kinds = "+-:$*"
	resp3Kinds = resp2Kinds + "_#,(!=%~>|"
	allKinds   = resp3Kinds + ";.?"
)

// Peers returns the other codecs.
func Peers() []Peer {
	return []Peer{
		redconPeer, tidwallPeer, redigoPeer, redispipePeer, miniredisPeer, redisprotoPeer,
		radixPeer, radixAnyPeer, goRedisPeer, rueidisPeer, smallnestPeer,
	}
}

// Ours is package resp as a Peer.
var Ours = Peer{
	Name:  "resp",
	Kinds: allKinds,
	Replies: func(r io.Reader, _ int) (Reader, error) {
		return &ourReplies{d: resp.NewDecoder(r)}, nil
	},
	Commands: func(r io.Reader) (Reader, error) {
		return &ourCommands{d: resp.NewDecoder(r, resp.MaxTotalLen(1<<30))}, nil
	},
	Encode: func(w io.Writer) (Encoder, error) {
		var args []resp.Arg
		e := resp.NewEncoder(w)
		return func(name string, values ...any) error {
			args = args[:0]
			for _, v := range values {
				arg, err := resp.Any(v)
				if err != nil {
					return err
				}
				args = append(args, arg)
			}
			if err := e.WriteCommand(name, args...); err != nil {
				return err
			}
			return e.Flush()
		}, nil
	},
}

type ourReplies struct {
	d *resp.Decoder
	v resp.Value
}

func (o *ourReplies) Next() error      { return o.d.Decode(&o.v) }
func (o *ourReplies) Tree() resp.Value { return o.v.Clone() }

type ourCommands struct {
	d *resp.Decoder
	c resp.Command
}

func (o *ourCommands) Next() (err error) {
	o.c, err = o.d.ReadCommand()
	return err
}

func (o *ourCommands) Tree() resp.Value { return commandTree(o.c.Args) }
