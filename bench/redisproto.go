package bench

import (
	"io"

	redisproto "github.com/secmask/go-redisproto"

	"github.com/seed65f5866d/resp"
)

var redisprotoPeer = Peer{
	Name:             "go-redisproto",
	CommandsAreViews: true,
	Commands: func(r io.Reader) (Reader, error) {
		return &redisprotoCommands{p: redisproto.NewParser(r)}, nil
	},
	Encode: func(w io.Writer) (Encoder, error) {
		out := redisproto.NewWriter(w)
		return func(name string, args ...any) error {
			if err := out.WriteBulkStrings(argTexts(name, args)); err != nil {
				return err
			}
			return out.Flush()
		}, nil
	},
}

type redisprotoCommands struct {
	p *redisproto.Parser
	c *redisproto.Command
}

func (o *redisprotoCommands) Next() (err error) {
	o.c, err = o.p.ReadCommand()
	return err
}

func (o *redisprotoCommands) Tree() resp.Value {
	if o.c == nil { // a null array
		return null(resp.Array)
	}
	v := list(resp.Array)
	for i := range o.c.ArgCount() {
		v.Elems = append(v.Elems, text(resp.BulkString, o.c.Get(i)))
	}
	return v
}
