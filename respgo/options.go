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

// NullAsZero sets what a null becomes in a Go type without nil: with true the zero
// value, with false the error [resp.ErrNull], with its path. Without this option a
// reply that is null gives the error, so that a missing key differs from an empty
// one, and a null within a reply gives the zero value, as in encoding/json.
func NullAsZero(v bool) Option {
	return func(o *options) {
		o.nulls = nullsAreErrors
		if v {
			o.nulls = nullsAreZero
		}
	}
}

// OrderedMaps makes a map that goes into an any a []Pair[any, any], in the order of
// the reply. Without this option it is a map[any]any.
func OrderedMaps() Option {
	return func(o *options) { o.ordered = true }
}

// CollectErrors appends the errors of elements to errs, in the order of the reply,
// and goes on. An element that fails keeps its value, and a pair of a map that fails
// is left out. Without this option the first such error ends the call. The call
// still returns the error of a reply that is an error itself, or that does not fit
// the destination at all. There may be as many errors as the reply has elements,
// each of some hundred bytes.
func CollectErrors(errs *[]*UnmarshalError) Option {
	return func(o *options) { o.collect = errs }
}

// OnAttribute makes respgo call f for every attribute, with the path of the value
// that follows it. The attribute is valid until f returns; f must not call the
// Decoder. Without this option attributes are skipped. A destination of type
// [resp.Value] gets the attributes in it and before it in any case.
func OnAttribute(f func(path string, attribute *resp.Value)) Option {
	return func(o *options) { o.onAttribute = f }
}
