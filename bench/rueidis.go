package bench

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"time"

	"github.com/redis/rueidis"

	"github.com/seed65f5866d/resp"
)

var rueidisPeer = Peer{
	Name:    "rueidis",
	Handles: true,
	Kinds:   allKinds,
	Replies: newRueidisReplies,
	Encode: func(w io.Writer) (Encoder, error) {
		client, err := rueidisWriter(w)
		return func(name string, args ...any) error {
			cmd := client.B().Arbitrary(argTexts(name, args)...).Build()
			return client.Do(context.Background(), cmd).Error()
		}, err
	},
	Pipeline: func(w io.Writer) (Pipeline, error) {
		client, err := rueidisWriter(w)
		var cmds rueidis.Commands
		return func(n int, name string, args ...any) error {
			cmds = cmds[:0]
			for range n {
				cmds = append(cmds, client.B().Arbitrary(argTexts(name, args)...).Build())
			}
			for _, result := range client.DoMulti(context.Background(), cmds...) {
				if err := result.Error(); err != nil {
					return err
				}
			}
			return nil
		}, err
	},
}

// rueidisWriter returns a client that writes to w and is answered +OK.
func rueidisWriter(w io.Writer) (rueidis.Client, error) {
	c := &conn{Reader: greet(&okReader{}), Writer: io.Discard}
	client, err := rueidisClient(c)
	if err != nil {
		return nil, err
	}
	c.Writer = w // the greeting is over
	return client, nil
}

// rueidisClient returns a client that has these connections and never another.
func rueidisClient(conns ...*conn) (rueidis.Client, error) {
	left := make(chan *conn, len(conns))
	for _, c := range conns {
		left <- c
	}
	return rueidis.NewClient(rueidis.ClientOption{
		InitAddress:        []string{"server:6379"},
		ForceSingleClient:  true,
		PipelineMultiplex:  -1, // one connection for all
		ClientSetInfo:      rueidis.DisableClientSetInfo,
		DisableCache:       true,
		DisableRetry:       true,
		ReadBufferEachConn: 16 << 10,
		Dialer:             net.Dialer{KeepAlive: time.Hour}, // also how often it sends PING
		DialCtxFn: func(context.Context, string, *net.Dialer, *tls.Config) (net.Conn, error) {
			select {
			case c := <-left:
				return c, nil
			default:
				return nil, net.ErrClosed
			}
		},
	})
}

// rueidisReplies asks for batches of replies and hands them out one by one.
type rueidisReplies struct {
	client  rueidis.Client
	batch   []rueidis.Completed
	replies []rueidis.RedisResult // of the batch, as yet unread
	reply   rueidis.RedisMessage
}

func newRueidisReplies(r io.Reader, batch int) (Reader, error) {
	client, err := rueidisClient(newConn(greet(r)))
	if err != nil {
		return nil, err
	}
	get := client.B().Get().Key("key").Build().Pin()
	o := &rueidisReplies{client: client}
	for range batch {
		o.batch = append(o.batch, get)
	}
	return o, nil
}

func (o *rueidisReplies) Next() (err error) {
	if len(o.replies) == 0 {
		o.replies = o.client.DoMulti(context.Background(), o.batch...)
	}
	o.reply, err = o.replies[0].ToMessage()
	o.replies = o.replies[1:]
	var serverError *rueidis.RedisError // rueidis.Nil is one
	if errors.As(err, &serverError) {
		return nil
	}
	return err
}

// Close closes the connection.
func (o *rueidisReplies) Close() error {
	o.client.Close()
	return nil
}

// Tree reads the form in which the client keeps replies in its cache, the one
// place where their kinds can be seen.
func (o *rueidisReplies) Tree() resp.Value {
	const lifetime = 7 // bytes before the message
	v, _ := rueidisTree(o.reply.CacheMarshal(nil)[lifetime:])
	return v
}

func rueidisTree(b []byte) (v resp.Value, rest []byte) {
	kind, n, b := resp.Kind(b[0]), int64(binary.BigEndian.Uint64(b[1:])), b[9:]
	switch kind {
	case resp.Null:
		return null(kind), b
	case resp.Integer:
		return integer(n), b
	case resp.Boolean:
		return boolean(n == 1), b
	case resp.Array, resp.Map, resp.Set:
		v := list(kind)
		for range n {
			var elem resp.Value
			elem, b = rueidisTree(b)
			v.Elems = append(v.Elems, elem)
		}
		return v, b
	}
	if s := b[:n]; kind == resp.VerbatimString && n >= 4 {
		return verbatim(string(s[:3]), string(s[4:])), b[n:]
	}
	return text(kind, b[:n]), b[n:]
}
