package respgo

import "reflect"

// This file reads into structs.

// readStruct reads pairs into the fields that they name. Into a struct with the
// option array it reads elements, in the order of the fields.
func readStruct(r *reader, p *plan, dst reflect.Value) error {
	switch {
	case p.fields.err != nil:
		return r.fail(p.typ, p.fields.err)
	case p.fields.array && r.isList():
		return readStructRow(r, p, dst, r.n)
	}
	ps, open, err := r.openPairs(p.typ)
	if !open {
		return err
	}
	for next := 0; ; {
		more, err := r.nextKey(&ps, p.typ)
		if !more || err != nil {
			return err
		}
		if next, err = r.member(p, dst, &ps, next); err != nil {
			return err
		}
	}
}

// member reads the pair of the last key into its field, which may be the one at
// hint. It returns the hint for the next pair.
func (r *reader) member(p *plan, dst reflect.Value, ps *pairs, hint int) (next int, err error) {
	failures := r.failures()
	name, err := r.memberName(p)
	if err != nil {
		return hint, err
	}
	if r.failures() > failures {
		return hint, r.passValue(ps)
	}
	i, ok := p.fields.find(name, hint)
	switch {
	case ok:
		if err := r.nextValue(ps); err != nil {
			return hint, err
		}
		return i + 1, r.setField(&p.fields.list[i], dst)
	case p.fields.rest != nil && !p.fields.array:
		return hint, r.setRest(p.fields.rest, dst, ps, name)
	}
	return hint, r.passValue(ps)
}

// memberName returns the key that was read last, as the name of a field.
func (r *reader) memberName(p *plan) ([]byte, error) {
	r.keyed()
	if isNull(r.v) || r.v.Kind.IsError() || r.v.Kind.IsAggregate() {
		return nil, r.fail(p.typ, errKey)
	}
	name, _ := r.text()
	return name, nil
}

// setField sets a field of dst to the value that was read last.
func (r *reader) setField(f *field, dst reflect.Value) error {
	field, err := f.of(dst)
	if err != nil {
		return r.fail(f.plan.typ, err)
	}
	return r.set(f.plan, field)
}

// setRest reads the value of a key without a field into the map that takes the rest.
func (r *reader) setRest(rest *field, dst reflect.Value, ps *pairs, name []byte) error {
	t := rest.plan.typ
	key := reflect.ValueOf(r.names.string(name)).Convert(t.Key())
	if err := r.nextValue(ps); err != nil {
		return err
	}
	m, err := rest.of(dst)
	if err != nil {
		return r.fail(t, err)
	}
	failures := r.failures()
	value := reflect.New(t.Elem()).Elem()
	if err := r.set(rest.plan.elem, value); err != nil || r.failedHere(failures) {
		return err
	}
	makeMap(m, 0)
	m.SetMapIndex(key, value)
	return nil
}

// readStructRow reads the next n values into the fields of dst. Surplus values are
// skipped, and fields without a value keep theirs.
func readStructRow(r *reader, p *plan, dst reflect.Value, n int) error {
	if p.fields.err != nil {
		return r.failBefore(p.typ, p.fields.err, n)
	}
	if !r.enter() {
		return r.failBefore(p.typ, errDepth, n)
	}
	read := 0
	for i := range p.fields.list {
		f := &p.fields.list[i]
		if read == n || f.rest {
			break
		}
		r.under(f.label)
		if err := r.next(); err != nil {
			return err
		}
		if err := r.setField(f, dst); err != nil {
			return err
		}
		read++
	}
	if rest := p.fields.rest; rest != nil {
		r.under(rest.label)
		if err := r.readRest(rest, dst, n-read); err != nil {
			return err
		}
		read = n
	}
	r.leave()
	return r.skip(n - read)
}

// readRest reads the last n elements of a row into the slice that takes the rest.
func (r *reader) readRest(rest *field, dst reflect.Value, n int) error {
	list, err := rest.of(dst)
	if err != nil {
		return r.failBefore(rest.plan.typ, err, n)
	}
	return r.list(rest.plan, list, n)
}
