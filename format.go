package resp

import (
	"fmt"
	"strconv"

	"github.com/seed65f5866d/resp/internal/quote"
)

// This file prints Values and Tokens in three forms: the text that redis-cli shows
// (String, %v and %s), one line that spells out kinds and lengths (%+v), and the
// quoted bytes of the wire (%q); and Commands with quoted arguments. Printing
// recurses, but printDepth levels and no further, so that a hostile depth costs no
// stack, and indentation costs at most a fixed multiple of the value's size.

const (
	printDepth   = 32   // levels that are printed; deeper ones are cut
	printPayload = 64   // bytes of a payload in %+v where no precision is given
	printWire    = 1024 // bytes of the wire in %q where no precision is given
	printCut     = "…"  // stands for what was cut
)

// String returns what redis-cli prints for v, without the last line feed: (integer)
// 1, "a", (nil), and numbered lines for the elements of an aggregate. After the
// number comes a ), or a # in a Map and a ~ in a Set. Bulk strings are quoted;
// simple strings, errors and verbatim strings are shown as they are, including
// control characters. Values that redis-cli does not know are shown in its manner:
// (big number) 12, and attributes on lines of their own before their value, like a
// map with | after the number. Elements below level 32 are shown as … alone.
func (v Value) String() string { return string(appendText(nil, &v, 0, 0)) }

// Format prints v in three forms. %v and %s are String. %+v and %#v are one
// line that spells out kinds and lengths, each payload cut at 64 bytes, or at
// the precision: map(1) {simple string(1) "k": integer 1}. %q is the canonical
// wire form, quoted in a way that is Go syntax as well, cut at 1,024 bytes, or
// at the precision. A width pads as it pads a string.
func (v Value) Format(s fmt.State, verb rune) {
	switch formOf(s, verb) {
	case formText:
		writePadded(s, appendText(nil, &v, 0, 0))
	case formDetail:
		writePadded(s, appendDetail(nil, &v, precision(s, printPayload), 0))
	case formWire:
		writePadded(s, appendWire(nil, AppendValue(nil, &v), precision(s, printWire)))
	default:
		fmt.Fprintf(s, "%%!%c(resp.Value=%s)", verb, v.String())
	}
}

// Format prints t in three forms, each on one line. %v and %s are what redis-cli
// prints: a verbatim string is quoted like a bulk string, CR and LF in an error are
// blanks, and a header shows its count, for example (array) 3, (map) 2 for two pairs
// or (streamed set). %+v and %#v spell out kind and length, the payload cut at 64
// bytes, or at the precision: bulk string(3) "foo". %q is the canonical wire form,
// quoted in a way that is Go syntax as well, cut at 1,024 bytes, or at the
// precision. A width pads as it pads a string. So fmt.Sprint(t) is the text that
// redis-cli prints.
func (t Token) Format(s fmt.State, verb rune) {
	switch formOf(s, verb) {
	case formText:
		writePadded(s, appendTokenText(nil, t))
	case formDetail:
		writePadded(s, appendTokenDetail(nil, t, precision(s, printPayload)))
	case formWire:
		writePadded(s, appendWire(nil, AppendToken(nil, t), precision(s, printWire)))
	default:
		fmt.Fprintf(s, "%%!%c(resp.Token=%s)", verb, appendTokenText(nil, t))
	}
}

// String returns the arguments quoted, separated by blanks, as Redis shows commands
// in its logs: "SET" "key" "\x00".
func (c Command) String() string {
	var dst []byte
	for i, arg := range c.Args {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = quote.Append(dst, arg)
	}
	return string(dst)
}

// form is one of the ways to print.
type form uint8

const (
	formUnknown form = iota
	formText
	formDetail
	formWire
)

func formOf(s fmt.State, verb rune) form {
	switch {
	case verb == 'v' && (s.Flag('+') || s.Flag('#')):
		return formDetail
	case verb == 'v', verb == 's':
		return formText
	case verb == 'q':
		return formWire
	}
	return formUnknown
}

// precision returns the precision that the format gives, or standard.
func precision(s fmt.State, standard int) int {
	if n, ok := s.Precision(); ok {
		return n
	}
	return standard
}

// writePadded writes text, padded to the width that the format gives.
func writePadded(s fmt.State, text []byte) {
	width, ok := s.Width()
	if !ok {
		s.Write(text)
		return
	}
	if s.Flag('-') {
		width = -width
	}
	fmt.Fprintf(s, "%*s", width, text)
}

// appendText appends v as redis-cli prints it. Lines after the first start with
// indent blanks.
func appendText(dst []byte, v *Value, indent, depth int) []byte {
	if depth == printDepth && v.hasParts() {
		return append(dst, printCut...)
	}
	for i := range v.Attrs {
		dst = appendText(dst, &v.Attrs[i], indent, depth+1)
		dst = appendLineBreak(dst, indent)
	}
	switch {
	case !v.hasElems():
		return appendScalarText(dst, v)
	case v.Kind.hasPairs():
		return appendPairLines(dst, v, indent, depth)
	}
	return appendElemLines(dst, v, indent, depth)
}

// hasElems reports whether v is an aggregate with elements.
func (v *Value) hasElems() bool {
	return len(v.Elems) > 0 && v.Kind.IsAggregate() && !v.isNull()
}

// hasParts reports whether other values belong to v.
func (v *Value) hasParts() bool { return len(v.Attrs) > 0 || v.hasElems() }

// appendElemLines appends the elements of v, each with its number.
func appendElemLines(dst []byte, v *Value, indent, depth int) []byte {
	digits := decimalDigits(len(v.Elems))
	mark := numberMark(v.Kind)
	for i := range v.Elems {
		if i > 0 {
			dst = appendLineBreak(dst, indent)
		}
		dst = appendNumber(dst, i+1, digits, mark)
		dst = appendText(dst, &v.Elems[i], indent+digits+len(") "), depth+1)
	}
	return dst
}

// appendPairLines appends the pairs of v, each with its number. It gives a last key
// without a value a null, as AppendValue does.
func appendPairLines(dst []byte, v *Value, indent, depth int) []byte {
	digits := decimalDigits(v.headerLen())
	mark := numberMark(v.Kind)
	inner := indent + digits + len("# ")
	number := 0
	for key, value := range v.Pairs() {
		if number > 0 {
			dst = appendLineBreak(dst, indent)
		}
		number++
		dst = appendNumber(dst, number, digits, mark)
		dst = appendText(dst, key, inner, depth+1)
		dst = append(dst, " => "...)
		if value.needsLines() {
			dst = appendLineBreak(dst, inner)
		}
		dst = appendText(dst, value, inner, depth+1)
	}
	return dst
}

// needsLines reports whether v, the value of a pair, starts on a line of its own
// because its parts need several lines. It stops at printDepth, below which nothing
// is printed.
func (v *Value) needsLines() bool {
	for range printDepth {
		n := len(v.Elems)
		switch {
		case len(v.Attrs) > 0:
			return true
		case !v.hasElems():
			return false
		case v.Kind.hasPairs() && n > 2, !v.Kind.hasPairs() && n > 1:
			return true
		}
		v = &v.Elems[n-1]
	}
	return false
}

// numberMark returns what redis-cli prints after the number of an element.
func numberMark(k Kind) byte {
	switch k {
	case Map:
		return '#'
	case Set:
		return '~'
	case Attribute:
		return '|'
	}
	return ')'
}

// appendNumber appends the number of an element, right-aligned in digits places,
// its mark and a blank.
func appendNumber(dst []byte, number, digits int, mark byte) []byte {
	dst = appendBlanks(dst, digits-decimalDigits(number))
	dst = strconv.AppendInt(dst, int64(number), 10)
	return append(dst, mark, ' ')
}

func appendLineBreak(dst []byte, indent int) []byte {
	return appendBlanks(append(dst, '\n'), indent)
}

func appendBlanks(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, ' ')
	}
	return dst
}

// decimalDigits returns how many digits n has.
func decimalDigits(n int) int {
	digits := 1
	for ; n >= 10; n /= 10 {
		digits++
	}
	return digits
}

// appendScalarText appends a value without elements as redis-cli prints it.
func appendScalarText(dst []byte, v *Value) []byte {
	if v.isNull() {
		return append(dst, "(nil)"...)
	}
	switch v.Kind {
	case BulkString:
		return quote.Append(dst, v.Bytes)
	case Chunk:
		return quote.Append(append(dst, "(chunk) "...), v.Bytes)
	case Map:
		return append(dst, "(empty hash)"...)
	}
	switch kindTable[v.Kind].layout {
	case textLine, withPayload:
		if v.Kind.IsError() {
			dst = append(dst, "(error) "...)
		}
		return append(dst, v.Bytes...)
	case integerLine:
		return strconv.AppendInt(append(dst, "(integer) "...), v.Int, 10)
	case booleanLine:
		return append(strconv.AppendBool(append(dst, '('), v.Int != 0), ')')
	case spelledLine:
		return append(fmt.Appendf(dst, "(%s) ", v.Kind), v.Bytes...)
	case withElements, withPairs:
		return fmt.Appendf(dst, "(empty %s)", v.Kind)
	}
	return fmt.Appendf(dst, "(%s)", v.Kind)
}

// appendDetail appends v as %+v prints it; limit is the most bytes shown of a
// payload.
func appendDetail(dst []byte, v *Value, limit, depth int) []byte {
	if depth == printDepth && v.hasParts() {
		return append(dst, printCut...)
	}
	for i := range v.Attrs {
		dst = appendDetail(dst, &v.Attrs[i], limit, depth+1)
		dst = append(dst, ' ')
	}
	dst = appendHead(dst, v, v.headerLen(), limit)
	switch {
	case !v.hasElems():
		return dst
	case v.Kind.hasPairs():
		return appendDetailPairs(dst, v, limit, depth)
	}
	return appendDetailElems(dst, v, limit, depth)
}

// headerLen returns the bytes of a payload, or the elements or pairs of an
// aggregate.
func (v *Value) headerLen() int {
	switch kindTable[v.Kind].layout {
	case withPairs:
		return (len(v.Elems) + 1) / 2
	case withElements:
		return len(v.Elems)
	}
	return len(v.Bytes)
}

func appendDetailElems(dst []byte, v *Value, limit, depth int) []byte {
	separator := " ["
	for i := range v.Elems {
		dst = append(dst, separator...)
		dst = appendDetail(dst, &v.Elems[i], limit, depth+1)
		separator = ", "
	}
	return append(dst, ']')
}

func appendDetailPairs(dst []byte, v *Value, limit, depth int) []byte {
	separator := " {"
	for key, value := range v.Pairs() {
		dst = append(dst, separator...)
		dst = appendDetail(dst, key, limit, depth+1)
		dst = append(dst, ": "...)
		dst = appendDetail(dst, value, limit, depth+1)
		separator = ", "
	}
	return append(dst, '}')
}

// appendHead appends kind, length and payload of v alone. length is the one in the
// header of v, or negative when the header has none; limit is the most bytes shown
// of the payload.
func appendHead(dst []byte, v *Value, length, limit int) []byte {
	if v.isNull() && v.Kind != Null {
		dst = append(dst, "null "...)
	}
	if v.Streamed && v.Kind.streamable() {
		dst = append(dst, "streamed "...)
	}
	dst = append(dst, v.Kind.String()...)
	if v.isNull() || length < 0 {
		return dst
	}
	shown, mark := v.Bytes, ""
	if len(shown) > limit {
		shown, mark = shown[:limit], printCut
	}
	switch kindTable[v.Kind].layout {
	case integerLine:
		return strconv.AppendInt(append(dst, ' '), v.Int, 10)
	case booleanLine:
		return strconv.AppendBool(append(dst, ' '), v.Int != 0)
	case spelledLine:
		return append(quote.AppendEscaped(append(dst, ' '), shown), mark...)
	case withElements, withPairs:
		return fmt.Appendf(dst, "(%d)", length)
	case textLine, withPayload:
		dst = fmt.Appendf(dst, "(%d) ", length)
		if v.Kind == VerbatimString {
			dst = append(quote.AppendEscaped(dst, v.Encoding[:]), ' ')
		}
		return append(quote.Append(dst, shown), mark...)
	}
	return dst
}

// appendTokenText appends t as redis-cli prints it, on one line.
func appendTokenText(dst []byte, t Token) []byte {
	v := t.view()
	switch {
	case v.Null:
		return append(dst, "(nil)"...)
	case v.Streamed:
		return fmt.Appendf(dst, "(streamed %s)", v.Kind)
	case v.Kind.IsAggregate():
		return fmt.Appendf(dst, "(%s) %d", v.Kind, t.n)
	case v.Kind == VerbatimString:
		return quote.Append(dst, v.Bytes)
	}
	start := len(dst)
	dst = appendScalarText(dst, &v)
	for i, c := range dst[start:] {
		if c == '\r' || c == '\n' {
			dst[start+i] = ' '
		}
	}
	return dst
}

// appendTokenDetail appends t as %+v prints it.
func appendTokenDetail(dst []byte, t Token, limit int) []byte {
	v := t.view()
	switch {
	case v.Streamed:
		return appendHead(dst, &v, -1, limit)
	case v.Kind.IsAggregate():
		return appendHead(dst, &v, int(t.n), limit)
	}
	return appendHead(dst, &v, len(v.Bytes), limit)
}

// view returns t as a Value that shares its bytes and has no elements.
func (t Token) view() Value {
	v := Value{Kind: t.kind, Null: t.IsNull(), Streamed: t.IsStreamed(), Encoding: t.Encoding(), Bytes: t.Bytes()}
	if t.kind == Integer || t.kind == Boolean {
		v.Int = t.n
	}
	return v
}

// appendWire appends at most limit bytes of wire, quoted, and the length of wire
// when that cuts it.
func appendWire(dst, wire []byte, limit int) []byte {
	if len(wire) <= limit {
		return quote.Append(dst, wire)
	}
	dst = quote.Append(dst, wire[:limit])
	return fmt.Appendf(dst, "%s (%d bytes)", printCut, len(wire))
}
