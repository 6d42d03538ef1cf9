package respgo

import "reflect"

// This file reads into slices and arrays.

// readSlice reads elements into a slice and uses its storage. The elements may be
// rows, each in a list of its own or all in one flat list, as RESP2 sends scores and
// members.
func readSlice(r *reader, p *plan, dst reflect.Value) error {
	width := p.elem.rowWidth()
	switch {
	case isNull(r.v):
		dst.SetZero()
		return nil
	case r.isList():
		return r.list(p, dst, r.n)
	case r.isMap() && (width == 0 || width == 2):
		return r.elements(p, dst, r.n, width)
	}
	return r.wrong(p.typ, errKind)
}

// list reads the next n values into a slice, as rows or one by one.
func (r *reader) list(p *plan, dst reflect.Value, n int) error {
	width := p.elem.rowWidth()
	if n == 0 || width == 0 {
		return r.elements(p, dst, n, 0)
	}
	flat, err := r.scalarNext()
	switch {
	case err != nil:
		return err
	case !flat:
		width = 0
	}
	return r.elements(p, dst, n, width)
}

// elements reads the next n values into a slice: width values for each element, or
// one when width is 0.
func (r *reader) elements(p *plan, dst reflect.Value, n, width int) error {
	switch {
	case width > 0 && n%width != 0:
		return r.failBefore(p.typ, errRows(n, width), n)
	case p.elem.typ == stringType:
		return r.strings(dst.Addr().Convert(stringsPointer).Interface().(*[]string), n)
	case !r.enter():
		return r.failBefore(p.typ, errDepth, n)
	}
	n /= max(width, 1)
	resize(dst, n)
	for i := range n {
		r.at(i)
		if err := r.sliceElement(p.elem, dst.Index(i), width); err != nil {
			return err
		}
	}
	r.leave()
	return nil
}

// sliceElement reads the next value, or the values of a flat row, into dst.
func (r *reader) sliceElement(p *plan, dst reflect.Value, width int) error {
	if width > 0 {
		return p.readRow(r, dst, width)
	}
	return r.element(p, dst)
}

// resize makes dst n elements long, each of them zero.
func resize(dst reflect.Value, n int) {
	if n > dst.Cap() || dst.IsNil() {
		dst.Set(reflect.MakeSlice(dst.Type(), n, n))
		return
	}
	dst.SetLen(n)
	dst.Clear()
}

var stringsPointer = reflect.TypeFor[*[]string]()

// strings is elements for a slice of strings.
func (r *reader) strings(dst *[]string, n int) error {
	if !r.enter() {
		return r.failBefore(stringsPointer.Elem(), errDepth, n)
	}
	list := (*dst)[:0]
	if n > cap(list) || list == nil {
		list = make([]string, 0, n)
	}
	r.shared.reset()
	for i := range n {
		r.at(i)
		if err := r.next(); err != nil {
			return err
		}
		s, err := r.stringElement(n - i)
		if err != nil {
			return err
		}
		list = append(list, s)
	}
	*dst = list
	r.leave()
	return nil
}

// readArray reads as many elements as the array has.
func readArray(r *reader, p *plan, dst reflect.Value) error {
	if !r.isMap() && !r.isList() {
		return r.wrong(p.typ, errKind)
	}
	if r.n != dst.Len() {
		return r.fail(p.typ, errLen(r.n, dst.Len()))
	}
	return readArrayRow(r, p, dst, r.n)
}

// readArrayRow reads the next n values into the array dst, which has n elements.
func readArrayRow(r *reader, p *plan, dst reflect.Value, n int) error {
	if !r.enter() {
		return r.failBefore(p.typ, errDepth, n)
	}
	for i := range n {
		r.at(i)
		if err := r.element(p.elem, dst.Index(i)); err != nil {
			return err
		}
	}
	r.leave()
	return nil
}
