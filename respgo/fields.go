package respgo

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// This file finds the fields of structs.

// fields holds the fields of one struct type.
type fields struct {
	list   []field
	byName map[string]int // indexes in list
	rest   *field         // the field that takes everything without a field of its own, or nil
	array  bool           // the struct is a row of its fields
	row    rowShape       // not zero when it is
	err    error          // why the type cannot be used
}

// field is one field of a struct or of a struct embedded in it.
type field struct {
	name      string
	label     []byte // the name, or the name in Go, for paths
	index     []int
	plan      *plan
	omitEmpty bool
	rest      bool
	tagged    bool // the name is from a tag
}

// tag is the parsed tag of a field.
type tag struct {
	name      string
	omitEmpty bool
	rest      bool
	array     bool
	format    string
}

// parseTag parses a tag. It ignores unknown options, which may belong to another
// package.
func parseTag(t reflect.StructTag) (tag, bool) {
	text, ok := t.Lookup("redis")
	name, opts, _ := strings.Cut(text, ",")
	parsed := tag{name: name}
	for opts != "" {
		var opt string
		if after, isFormat := strings.CutPrefix(opts, "format:"); isFormat {
			parsed.format, opts = cutFormat(after)
			continue
		}
		opt, opts, _ = strings.Cut(opts, ",")
		switch opt {
		case "omitempty":
			parsed.omitEmpty = true
		case "rest":
			parsed.rest = true
		case "array":
			parsed.array = true
		}
	}
	return parsed, ok
}

// cutFormat splits the text of a format, which may be in single quotes, from the
// options after it.
func cutFormat(text string) (format, opts string) {
	if quoted, ok := strings.CutPrefix(text, "'"); ok {
		format, opts, _ = strings.Cut(quoted, "'")
		return format, strings.TrimPrefix(opts, ",")
	}
	format, opts, _ = strings.Cut(text, ",")
	return format, opts
}

// structFields finds the fields of t and of what it embeds, by the rules of
// encoding/json: among fields of the same name the least deep one counts, then the
// one with a tag; two equal ones cancel each other out.
func (m planner) structFields(t reflect.Type) *fields {
	fs := &fields{byName: make(map[string]int)}
	if t.Implements(reflect.TypeFor[interface{ isPair() }]()) {
		fs.array = true
	}
	found := m.collectFields(fs, t)
	for _, f := range dominant(found) {
		if f.rest {
			fs.setRest(f)
		}
		if f.rest && f.name == "" {
			continue
		}
		fs.byName[f.name] = len(fs.list)
		fs.list = append(fs.list, f)
	}
	if fs.array {
		fs.setRow()
	}
	return fs
}

// setRow sets the width of the row for a struct with the option array. A struct with
// a field for the rest takes rows of any width.
func (fs *fields) setRow() {
	fs.row = rowShape{width: len(fs.list), read: readStructRow}
	if fs.rest == nil {
		return
	}
	fs.row.width = 0
	if i := slices.IndexFunc(fs.list, func(f field) bool { return f.rest }); i >= 0 && i != len(fs.list)-1 {
		fs.fault("the field %s with the option rest is not the last", fs.rest.name)
	}
}

func (fs *fields) setRest(f field) {
	kind := f.plan.typ.Kind()
	switch {
	case fs.rest != nil:
		fs.fault("two fields with the option rest")
	case fs.array && kind != reflect.Slice:
		fs.fault("the field %s with the option rest is no slice", f.name)
	case !fs.array && (kind != reflect.Map || f.plan.typ.Key().Kind() != reflect.String):
		fs.fault("the field %s with the option rest is no map of strings", f.name)
	}
	fs.rest = &f
}

func (fs *fields) fault(format string, args ...any) {
	if fs.err == nil {
		fs.err = fmt.Errorf(format, args...)
	}
}

// collectFields finds all fields of t, the least deep first, and records the options
// of t itself.
func (m planner) collectFields(fs *fields, t reflect.Type) []field {
	type embedded struct {
		typ   reflect.Type
		index []int
	}
	var found []field
	seen := map[reflect.Type]bool{t: true}
	for level := []embedded{{typ: t}}; len(level) > 0; {
		var deeper []embedded
		for _, e := range level {
			for i := range e.typ.NumField() {
				sf := e.typ.Field(i)
				tag, hasTag := parseTag(sf.Tag)
				index := append(slices.Clip(e.index), i)
				switch {
				case sf.Name == "_":
					fs.array = fs.array || tag.array && len(index) == 1
				case hasTag && sf.Tag.Get("redis") == "-":
				case sf.Anonymous && tag.name == "" && isStruct(sf.Type):
					if inner := structOf(sf.Type); !seen[inner] {
						seen[inner] = true
						deeper = append(deeper, embedded{inner, index})
					}
				case sf.IsExported():
					found = append(found, m.field(fs, sf, tag, index))
				}
			}
		}
		level = deeper
	}
	return found
}

// isStruct reports whether t is a struct, or a pointer to one, whose fields count as
// fields of the struct that embeds it. A type with an unmarshaling method is not.
func isStruct(t reflect.Type) bool {
	t = structOf(t)
	pointer := reflect.PointerTo(t)
	return t.Kind() == reflect.Struct && t != timeType && t != bigIntType && t != valueType &&
		!pointer.Implements(textUnmarshaler) && !pointer.Implements(binaryUnmarshaler)
}

func structOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func (m planner) field(fs *fields, sf reflect.StructField, tag tag, index []int) field {
	f := field{name: tag.name, index: index, plan: m.plan(sf.Type), omitEmpty: tag.omitEmpty, rest: tag.rest, tagged: tag.name != ""}
	if f.name == "" && !f.rest {
		f.name = sf.Name
	}
	f.label = []byte(cmp.Or(f.name, sf.Name))
	if tag.format != "" {
		formatted, err := formattedPlan(f.plan, tag.format)
		if err != nil {
			fs.fault("field %s: %v", sf.Name, err)
		}
		f.plan = formatted
	}
	return f
}

// dominant returns the field that counts for each name, if any, and all fields
// without a name, in the order of found.
func dominant(found []field) []field {
	best := make(map[string]int)
	tie := make(map[string]bool)
	for i, f := range found {
		j, ok := best[f.name]
		switch {
		case !ok, len(f.index) == len(found[j].index) && f.tagged && !found[j].tagged:
			best[f.name], tie[f.name] = i, false
		case len(f.index) == len(found[j].index) && f.tagged == found[j].tagged:
			tie[f.name] = true
		}
	}
	var list []field
	for i, f := range found {
		if f.name == "" || best[f.name] == i && !tie[f.name] {
			list = append(list, f)
		}
	}
	return list
}

// of returns the field f of the struct v, which can be set. It allocates embedded
// structs for nil pointers, and fails for those it cannot set.
func (f *field) of(v reflect.Value) (reflect.Value, error) {
	for i, index := range f.index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() && !v.CanSet() {
				return v, errUnexported
			}
			v = pointee(v)
		}
		v = v.Field(index)
	}
	return v, nil
}

// in returns the field f of the struct v, if there is one: a pointer to an
// embedded struct may be nil.
func (f *field) in(v reflect.Value) (field reflect.Value, ok bool) {
	for i, index := range f.index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
		v = v.Field(index)
	}
	return v, true
}

// find returns the field called name. It tries the one at hint first, because fields
// often come in the order of the struct.
func (fs *fields) find(name []byte, hint int) (index int, ok bool) {
	if hint < len(fs.list) && fs.list[hint].name == string(name) {
		return hint, true
	}
	index, ok = fs.byName[string(name)]
	return index, ok
}
