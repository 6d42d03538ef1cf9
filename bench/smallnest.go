package bench

import (
	"errors"
	"io"

	"github.com/emirpasic/gods/maps/linkedhashmap"
	"github.com/smallnest/resp3"

	"github.com/seed65f5866d/resp"
)

var smallnestPeer = Peer{
	Name:  "smallnest/resp3",
	Kinds: resp3Kinds,
	Replies: func(r io.Reader, _ int) (Reader, error) {
		return &smallnestReplies{r: resp3.NewReaderSize(r, 16<<10)}, nil
	},
	Encode: func(w io.Writer) (Encoder, error) {
		out := resp3.NewWriter(w)
		return func(name string, args ...any) error {
			return out.WriteCommand(argTexts(name, args)...)
		}, nil
	},
}

type smallnestReplies struct {
	r *resp3.Reader
	v *resp3.Value
}

func (o *smallnestReplies) Next() error {
	var mark []byte
	var err error
	o.v, mark, err = o.r.ReadValue()
	if err == nil && mark != nil {
		return errors.New("the mark of a stream")
	}
	return err
}

func (o *smallnestReplies) Tree() resp.Value { return smallnestTree(o.v) }

func smallnestTree(s *resp3.Value) resp.Value {
	v := smallnestAlone(s)
	if s.Attrs != nil {
		v.Attrs = []resp.Value{list(resp.Attribute, smallnestPairs(s.Attrs)...)}
	}
	return v
}

// smallnestAlone leaves out the attributes.
func smallnestAlone(s *resp3.Value) resp.Value {
	kind := resp.Kind(s.Type)
	switch kind {
	case resp.Null:
		return null(kind)
	case resp.Integer:
		return integer(s.Integer)
	case resp.Boolean:
		return boolean(s.Boolean)
	case resp.Double:
		return double(s.Double)
	case resp.BigNumber:
		return bigNumber(s.BigInt)
	case resp.SimpleError, resp.BulkError:
		return text(kind, s.Err)
	case resp.VerbatimString:
		return verbatim(s.StrFmt, s.Str)
	case resp.Map:
		return list(kind, smallnestPairs(s.KV)...)
	case resp.Array, resp.Set, resp.Push:
		v := list(kind)
		for _, elem := range s.Elems {
			v.Elems = append(v.Elems, smallnestTree(elem))
		}
		return v
	}
	return text(kind, s.Str)
}

func smallnestPairs(m *linkedhashmap.Map) []resp.Value {
	var elems []resp.Value
	m.Each(func(key, value any) {
		elems = append(elems, smallnestTree(key.(*resp3.Value)), smallnestTree(value.(*resp3.Value)))
	})
	return elems
}
