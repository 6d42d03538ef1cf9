package bench

import (
	"io"

	tidwall "github.com/tidwall/resp"

	"github.com/seed65f5866d/resp"
)

var tidwallPeer = Peer{
	Name:  "tidwall/resp",
	Kinds: resp2Kinds,
	Replies: func(r io.Reader, _ int) (Reader, error) {
		return &tidwallReplies{r: tidwall.NewReader(r)}, nil
	},
	Commands: func(r io.Reader) (Reader, error) {
		return &tidwallCommands{tidwallReplies{r: tidwall.NewReader(r)}}, nil
	},
	Encode: func(w io.Writer) (Encoder, error) {
		return tidwall.NewWriter(w).WriteMultiBulk, nil
	},
}

type tidwallReplies struct {
	r *tidwall.Reader
	v tidwall.Value
}

func (o *tidwallReplies) Next() (err error) {
	o.v, _, err = o.r.ReadValue()
	return err
}

func (o *tidwallReplies) Tree() resp.Value { return tidwallTree(o.v) }

type tidwallCommands struct{ tidwallReplies }

func (o *tidwallCommands) Next() (err error) {
	o.v, _, _, err = o.r.ReadMultiBulk()
	return err
}

func tidwallTree(t tidwall.Value) resp.Value {
	kind := resp.Kind(t.Type())
	switch {
	case t.IsNull():
		return null(kind)
	case kind == resp.Integer:
		return integer(int64(t.Integer()))
	case kind == resp.Array:
		v := list(resp.Array)
		for _, elem := range t.Array() {
			v.Elems = append(v.Elems, tidwallTree(elem))
		}
		return v
	}
	return text(kind, t.Bytes())
}
