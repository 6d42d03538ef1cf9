package bench

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/seed65f5866d/resp"
)

var goRedisPeer = Peer{
	Name:    "go-redis",
	Handles: true,
	Kinds:   resp3Kinds,
	Replies: newGoRedisReplies,
	Encode: func(w io.Writer) (Encoder, error) {
		only, err := goRedisConn(w)
		var words []any
		return func(name string, args ...any) error {
			words = append(append(words[:0], name), args...)
			return only.Do(context.Background(), words...).Err()
		}, err
	},
	Pipeline: func(w io.Writer) (Pipeline, error) {
		only, err := goRedisConn(w)
		var words []any
		return func(n int, name string, args ...any) error {
			words = append(append(words[:0], name), args...)
			pipe := only.Pipeline()
			for range n {
				pipe.Do(context.Background(), words...)
			}
			_, err := pipe.Exec(context.Background())
			return err
		}, err
	},
}

// goRedisConn returns a connection that writes to w and is answered +OK.
func goRedisConn(w io.Writer) (*redis.Conn, error) {
	c := &conn{Reader: greet(&okReader{}), Writer: io.Discard}
	only := goRedisClient(c).Conn()
	if err := only.Do(context.Background(), "PING").Err(); err != nil {
		return nil, err
	}
	c.Writer = w // the greeting is over
	return only, nil
}

// goRedisClient returns a client that has one connection and never another.
func goRedisClient(c *conn) *redis.Client {
	only := make(chan *conn, 1)
	only <- c
	return redis.NewClient(&redis.Options{
		Protocol:                 3,
		DisableIdentity:          true,
		MaxRetries:               -1,
		PoolSize:                 1,
		DialerRetries:            1,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			select {
			case c := <-only:
				return c, nil
			default:
				return nil, net.ErrClosed
			}
		},
	})
}

// goRedisReplies asks for batches of replies and hands them out one by one.
type goRedisReplies struct {
	client  *redis.Client
	conn    *redis.Conn
	batch   int
	replies []redis.Cmder // of the batch, as yet unread
	reply   any
}

func newGoRedisReplies(r io.Reader, batch int) (Reader, error) {
	client := goRedisClient(newConn(greet(r)))
	return &goRedisReplies{client: client, conn: client.Conn(), batch: batch}, nil
}

func (o *goRedisReplies) Next() error {
	if len(o.replies) == 0 {
		pipe := o.conn.Pipeline()
		for range o.batch {
			pipe.Do(context.Background(), "GET", "key")
		}
		o.replies, _ = pipe.Exec(context.Background())
	}
	reply, err := o.replies[0].(*redis.Cmd).Result()
	o.replies = o.replies[1:]
	var serverError redis.Error // redis.Nil is one
	if errors.As(err, &serverError) {
		reply, err = serverError, nil
	}
	o.reply = reply
	return err
}

// Close closes the connection.
func (o *goRedisReplies) Close() error { return errors.Join(o.conn.Close(), o.client.Close()) }

func (o *goRedisReplies) Tree() resp.Value {
	if o.reply == redis.Nil {
		return null(resp.Null)
	}
	return goTree(o.reply)
}
