package bench

import (
	"errors"
	"io"

	"github.com/gomodule/redigo/redis"

	"github.com/seed65f5866d/resp"
)

var redigoPeer = Peer{
	Name:  "redigo",
	Kinds: resp2Kinds,
	Replies: func(r io.Reader, _ int) (Reader, error) {
		return &redigoReplies{conn: redis.NewConn(newConn(r), 0, 0)}, nil
	},
	Encode: func(w io.Writer) (Encoder, error) {
		c := redis.NewConn(&conn{Reader: &okReader{}, Writer: w}, 0, 0)
		return func(name string, args ...any) error {
			if err := c.Send(name, args...); err != nil {
				return err
			}
			return c.Flush()
		}, nil
	},
	Pipeline: func(w io.Writer) (Pipeline, error) {
		c := redis.NewConn(&conn{Reader: &okReader{}, Writer: w}, 0, 0)
		return func(n int, name string, args ...any) error {
			for range n {
				if err := c.Send(name, args...); err != nil {
					return err
				}
			}
			return c.Flush()
		}, nil
	},
}

type redigoReplies struct {
	conn  redis.Conn
	reply any
}

func (o *redigoReplies) Next() (err error) {
	o.reply, err = o.conn.Receive()
	var serverError redis.Error
	if errors.As(err, &serverError) {
		o.reply, err = serverError, nil
	}
	return err
}

func (o *redigoReplies) Tree() resp.Value { return goTree(o.reply) }
