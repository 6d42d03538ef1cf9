package resptest

import (
	"bytes"
	"slices"

	"github.com/seed65f5866d/resp"
)

// SimplerValues returns values that are simpler than v, the simplest first: a property
// that fails for v is tried with them, and again with the first of them that fails,
// until none does. They share memory with v.
func SimplerValues(v resp.Value) (simpler []resp.Value) {
	if simplest := (resp.Value{Kind: resp.Integer}); !v.Equal(simplest) {
		simpler = append(simpler, simplest)
	}
	simpler = append(simpler, v.Elems...)
	for _, attribute := range v.Attrs {
		simpler = append(simpler, attribute.Elems...)
	}
	change := func(f func(*resp.Value)) {
		changed := v
		f(&changed)
		simpler = append(simpler, changed)
	}
	if v.Streamed {
		change(func(v *resp.Value) { v.Streamed = false })
	}
	if v.Int != 0 {
		change(func(v *resp.Value) { v.Int /= 2 })
	}
	switch {
	case v.Kind.IsString(), v.Kind.IsError():
		for _, b := range simplerBytes(v.Bytes) {
			change(func(v *resp.Value) { v.Bytes = b })
		}
	case len(v.Bytes) > 0 && string(v.Bytes) != "0": // a number
		change(func(v *resp.Value) { v.Bytes = []byte("0") })
	}
	for _, elems := range without(v.Elems, pairSize(v.Kind)) {
		change(func(v *resp.Value) { v.Elems = elems })
	}
	for _, attrs := range without(v.Attrs, 1) {
		change(func(v *resp.Value) { v.Attrs = attrs })
	}
	for i := range v.Elems {
		for _, e := range SimplerValues(v.Elems[i]) {
			change(func(v *resp.Value) { v.Elems = replaced(v.Elems, i, e) })
		}
	}
	for i := range v.Attrs {
		for _, e := range SimplerValues(v.Attrs[i]) {
			if e.Kind == resp.Attribute {
				change(func(v *resp.Value) { v.Attrs = replaced(v.Attrs, i, e) })
			}
		}
	}
	return simpler
}

// Simpler returns values that are simpler than that of w, each with its bytes, the
// simplest first.
func (w Wire) Simpler() (simpler []Wire) {
	if w.seed != 0 {
		simpler = append(simpler, spelled(w.Value, 0))
	}
	for _, v := range SimplerValues(w.Value) {
		simpler = append(simpler, spelled(v, w.seed))
	}
	return simpler
}

// Simpler returns commands that are simpler than c, the simplest first. They share
// memory with c.
func (c Command) Simpler() (simpler []Command) {
	for _, args := range without(c[1:], 1) {
		simpler = append(simpler, append(c[:1:1], args...))
	}
	for i := range c {
		for _, arg := range simplerBytes(c[i]) {
			if i > 0 || len(arg) > 0 {
				simpler = append(simpler, replaced(c, i, arg))
			}
		}
	}
	return simpler
}

// Simpler returns shorter bytes than b, and last bytes that are plain.
func (b Bytes) Simpler() []Bytes { return simplerBytes(b) }

// simplerBytes makes shorter texts of b, and last one that is plain.
func simplerBytes[T ~[]byte](b T) []T {
	simpler := without(b, 1)
	if plain := T(bytes.Repeat([]byte("a"), len(b))); !bytes.Equal(plain, b) {
		simpler = append(simpler, plain)
	}
	return simpler
}

// without makes shorter lists from one by taking out a half, a quarter and so on. It
// makes at most some dozens, so it does not take out every single element of a long
// list. Lengths stay multiples of some number.
func without[S ~[]E, E any](list S, multiple int) (shorter []S) {
	const most = 16 // of one length
	n := len(list) / multiple
	for take := n; take > 0; take /= 2 {
		for from := 0; from+take <= n; from += max(take, n/most) {
			shorter = append(shorter, slices.Delete(slices.Clone(list), from*multiple, (from+take)*multiple))
		}
	}
	return shorter
}

// replaced is list with another element at i.
func replaced[S ~[]E, E any](list S, i int, e E) S {
	list = slices.Clone(list)
	list[i] = e
	return list
}
