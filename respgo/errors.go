package respgo

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/seed65f5866d/resp"
)

// UnmarshalError reports a part of a reply that does not fit the Go type. The reply
// has been read whole: the stream is in step.
type UnmarshalError struct {
	Path string       // where in the reply, for example [3].score; empty for the reply itself
	Got  resp.Kind    // the kind that was there; 0 when there is none to name
	Text string       // the first 64 bytes of the string, number or error that was there
	Want reflect.Type // what it should have become

	// Err says why. It is nil when no value of that kind fits that type. Otherwise
	// it is, for example, a *resp.ReplyError that the server sent there,
	// resp.ErrNull, strconv.ErrSyntax, strconv.ErrRange, or the error of an
	// UnmarshalText or UnmarshalBinary.
	Err error
}

// Error names the path, the kind that was there and the type that was wanted.
func (e *UnmarshalError) Error() string {
	var b strings.Builder
	b.WriteString("respgo: ")
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	if reply := (*resp.ReplyError)(nil); errors.As(e.Err, &reply) {
		b.WriteString(e.Err.Error())
		return b.String()
	}
	if e.Got != 0 {
		b.WriteString("got " + e.Got.String())
		if e.Text != "" {
			b.WriteString(" " + strconv.Quote(e.Text))
		}
		b.WriteString(", ")
	}
	fmt.Fprintf(&b, "want %v", e.Want)
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns Err.
func (e *UnmarshalError) Unwrap() error { return e.Err }

// MarshalError reports a part of a Go value that cannot be written. Nothing of the
// value has been written.
type MarshalError struct {
	Path string       // where in the value, for example [3].Score; empty for the value itself
	Type reflect.Type // of what is there; nil for a nil interface
	Err  error        // why
}

// Error names the path and the type.
func (e *MarshalError) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("respgo: %v: %v", e.Type, e.Err)
	}
	return fmt.Sprintf("respgo: %s: %v: %v", e.Path, e.Type, e.Err)
}

// Unwrap returns Err.
func (e *MarshalError) Unwrap() error { return e.Err }

// These errors say why a value does not fit.
var (
	errDestination = errors.New("the destination is no pointer, or a nil one")
	errUnsupported = errors.New("the type is not supported")
	errPush        = errors.New("a push is nobody's reply")
	errKey         = errors.New("cannot be a key")
	errOdd         = errors.New("an odd number of elements is no row of pairs")
	errNoPair      = errors.New("an element is no pair")
	errUnexported  = errors.New("an embedded pointer to an unexported type is nil")
)

// errLen says that there are n elements where want are needed.
func errLen(n, want int) error { return fmt.Errorf("%d elements, not %d", n, want) }

// errRows says that n elements are no rows of width.
func errRows(n, width int) error { return fmt.Errorf("%d elements are no rows of %d", n, width) }

// fail reports that the last value cannot become a t. When the caller collects
// errors it skips what is in the value.
func (r *reader) fail(t reflect.Type, err error) error { return r.failBefore(t, err, r.n) }

// failBefore is fail when n values are left of what cannot become a t.
func (r *reader) failBefore(t reflect.Type, err error, n int) error {
	e := &UnmarshalError{Path: r.where(), Got: r.v.Kind, Want: t, Err: err}
	if e.Got == 0 {
		e.Got = resp.Null
	}
	switch {
	case r.v.Kind == resp.Integer:
		e.Text = strconv.FormatInt(r.v.Int, 10)
	case !r.v.Kind.IsAggregate():
		e.Text = excerpt(r.v.Bytes)
	}
	if r.collect == nil || len(r.path) == 0 {
		return e
	}
	*r.collect = append(*r.collect, e)
	r.failedAt = len(r.path)
	return r.skip(n)
}

// failedHere reports whether the value at the end of the path, and not only
// something in it, has failed since failures returned that number.
func (r *reader) failedHere(failures int) bool {
	return r.failures() > failures && r.failedAt == len(r.path)
}

// failures counts the errors that were collected.
func (r *reader) failures() int {
	if r.collect == nil {
		return 0
	}
	return len(*r.collect)
}
