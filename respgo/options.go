package respgo

import "github.com/seed65f5866d/resp"

// Option changes how replies become Go values.
type Option func(*options)

type options struct {
	nulls       nullRule
	ordered     bool
	collect     *[]*UnmarshalError
	onAttribute func(path string, attribute *resp.Value)
}

// nullRule says what a null becomes in a type that has no nil.
type nullRule uint8

const (
	nullsByPlace nullRule = iota // an error as the reply itself, zero within it
	nullsAreZero
	nullsAreErrors
)

// NullAsZero says what becomes of a null where the Go type has no nil: with true
// the zero value, with false the error resp.ErrNull, with its path. Without this
// option the reply itself gives the error, so that a missing key is not taken
// for an empty one, and what is in it the zero value, as in encoding/json.
func NullAsZero(v bool) Option {
	return func(o *options) {
		o.nulls = nullsAreErrors
		if v {
			o.nulls = nullsAreZero
		}
	}
}

// OrderedMaps has a map of a reply become a []Pair[any, any], in the order it was
// sent in, where it goes into an any. Without this option it is a map[any]any.
func OrderedMaps() Option {
	return func(o *options) { o.ordered = true }
}

// CollectErrors appends to errs what is wrong with elements, in the order of the
// reply, and goes on: an element that fails is left as it is, a pair of a map
// that fails is left out. Without this option the first such error ends the
// call. A reply that is an error itself is returned as ever, and so is one that
// does not become the destination at all. There may be as many errors as the reply
// has elements, each of some hundred bytes.
func CollectErrors(errs *[]*UnmarshalError) Option {
	return func(o *options) { o.collect = errs }
}

// OnAttribute has f called for every attribute, with the path of the value that
// it comes before. The attribute is valid until f returns; f must not call the
// Decoder. Without this option attributes are passed over; a destination of type
// resp.Value has those that are in it or before it in any case.
func OnAttribute(f func(path string, attribute *resp.Value)) Option {
	return func(o *options) { o.onAttribute = f }
}
