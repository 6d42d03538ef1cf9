package bench

import (
	"bufio"
	"io"

	"github.com/joomcode/errorx"
	"github.com/joomcode/redispipe/redis"

	"github.com/seed65f5866d/resp"
)

var redispipePeer = Peer{
	Name:  "redispipe",
	Kinds: resp2Kinds,
	Replies: func(r io.Reader, _ int) (Reader, error) {
		return &redispipeReplies{r: bufio.NewReaderSize(r, 16<<10)}, nil
	},
	Encode: func(w io.Writer) (Encoder, error) {
		var buf []byte
		return func(name string, args ...any) (err error) {
			if buf, err = redis.AppendRequest(buf[:0], redis.Req(name, args...)); err != nil {
				return err
			}
			_, err = w.Write(buf)
			return err
		}, nil
	},
}

type redispipeReplies struct {
	r     *bufio.Reader
	reply any
}

func (o *redispipeReplies) Next() error {
	o.reply = redis.ReadResponse(o.r)
	if err := redis.AsErrorx(o.reply); err != nil && !err.IsOfType(redis.ErrResult) {
		return err
	}
	return nil
}

func (o *redispipeReplies) Tree() resp.Value { return redispipeTree(o.reply) }

// redispipeTree is goTree with the text of errors as the server sent it.
func redispipeTree(reply any) resp.Value {
	switch r := reply.(type) {
	case *errorx.Error:
		return text(resp.SimpleError, r.Message())
	case []any:
		v := list(resp.Array)
		for _, elem := range r {
			v.Elems = append(v.Elems, redispipeTree(elem))
		}
		return v
	}
	return goTree(reply)
}
