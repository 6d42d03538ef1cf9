package respgo

import (
	"errors"
	"math"
	"math/big"
	"reflect"
	"strconv"

	"github.com/seed65f5866d/resp"
)

// This file reads scalars: text, numbers, booleans. RESP3 has kinds for values that
// RESP2 sends as a string or an integer, so each Go type takes every kind that can
// express its value.

// errKind means that no value of the kind fits the type.
var errKind = errors.New("kind")

// wrong reports that the last value cannot become a t because of err.
func (r *reader) wrong(t reflect.Type, err error) error {
	if err == errKind {
		err = nil
	}
	return r.fail(t, err)
}

func readUnsupported(r *reader, p *plan, _ reflect.Value) error {
	return r.fail(p.typ, errUnsupported)
}

// text returns the scalar that was read last as text, in the form that it has in
// RESP2. It is valid until the next call.
func (r *reader) text() (text []byte, ok bool) {
	switch r.v.Kind {
	case resp.BulkString, resp.SimpleString, resp.VerbatimString, resp.Chunk, resp.Double, resp.BigNumber:
		return r.v.Bytes, true
	case resp.Integer, resp.Boolean:
		r.scratch = strconv.AppendInt(r.scratch[:0], r.v.Int, 10)
		return r.scratch, true
	}
	return nil, false
}

func readString(r *reader, p *plan, dst reflect.Value) error {
	text, ok := r.text()
	if !ok {
		return r.wrong(p.typ, errKind)
	}
	dst.SetString(string(text))
	return nil
}

// readBytes also takes a null, which becomes nil. It uses the storage of dst.
func readBytes(r *reader, p *plan, dst reflect.Value) error {
	if isNull(r.v) {
		dst.SetZero()
		return nil
	}
	text, ok := r.text()
	if !ok {
		return r.wrong(p.typ, errKind)
	}
	if b := dst.Bytes(); cap(b) > 0 && cap(b) >= len(text) {
		dst.SetBytes(append(b[:0], text...))
		return nil
	}
	dst.SetBytes(append(make([]byte, 0, len(text)), text...))
	return nil
}

func readByteArray(r *reader, p *plan, dst reflect.Value) error {
	text, ok := r.text()
	if !ok {
		return r.wrong(p.typ, errKind)
	}
	if len(text) != dst.Len() {
		return r.fail(p.typ, errLen(len(text), dst.Len()))
	}
	reflect.Copy(dst, reflect.ValueOf(text))
	return nil
}

func readInt(r *reader, p *plan, dst reflect.Value) error {
	n, err := r.int64()
	if err == nil && dst.OverflowInt(n) {
		err = strconv.ErrRange
	}
	if err != nil {
		return r.wrong(p.typ, err)
	}
	dst.SetInt(n)
	return nil
}

func readUint(r *reader, p *plan, dst reflect.Value) error {
	n, err := r.uint64()
	if err == nil && dst.OverflowUint(n) {
		err = strconv.ErrRange
	}
	if err != nil {
		return r.wrong(p.typ, err)
	}
	dst.SetUint(n)
	return nil
}

func readFloat(r *reader, p *plan, dst reflect.Value) error {
	f, err := r.float64(p.typ.Bits())
	if err == nil && dst.OverflowFloat(f) {
		err = strconv.ErrRange
	}
	if err != nil {
		return r.wrong(p.typ, err)
	}
	dst.SetFloat(f)
	return nil
}

func readBool(r *reader, p *plan, dst reflect.Value) error {
	b, err := r.bool()
	if err != nil {
		return r.wrong(p.typ, err)
	}
	dst.SetBool(b)
	return nil
}

func readBigInt(r *reader, p *plan, dst reflect.Value) error {
	n, err := r.bigInt()
	if err != nil {
		return r.wrong(p.typ, err)
	}
	dst.Addr().Interface().(*big.Int).Set(n)
	return nil
}

// maxNumberText is the longest text that is parsed as a number. Nobody sends longer
// numbers, and an error would hold the text twice.
const maxNumberText = 64 << 10

// int64 returns the integer that was read last.
func (r *reader) int64() (int64, error) {
	switch r.v.Kind {
	case resp.Integer, resp.Boolean:
		return r.v.Int, nil
	case resp.Double:
		return wholeInt64(r.v)
	case resp.BigNumber, resp.BulkString, resp.SimpleString, resp.VerbatimString:
		if len(r.v.Bytes) > maxNumberText {
			return 0, strconv.ErrRange
		}
		n, err := r.v.Int64()
		return n, reason(err)
	}
	return 0, errKind
}

// wholeInt64 returns the value of a double that has no fraction.
func wholeInt64(v *resp.Value) (int64, error) {
	f, err := v.Float64()
	switch {
	case err != nil:
		return 0, reason(err)
	case f != math.Trunc(f):
		return 0, strconv.ErrSyntax
	case f < -1<<63 || f >= 1<<63:
		return 0, strconv.ErrRange
	}
	return int64(f), nil
}

// uint64 returns the integer that was read last, as one without a sign.
func (r *reader) uint64() (uint64, error) {
	n, err := r.int64()
	if err == nil && n < 0 {
		return 0, strconv.ErrRange
	}
	if err != strconv.ErrRange || r.v.Kind == resp.Double {
		return uint64(n), err
	}
	u, err := strconv.ParseUint(string(r.v.Bytes[:min(len(r.v.Bytes), maxExcerpt)]), 10, 64)
	if err != nil {
		return 0, strconv.ErrRange
	}
	return u, nil
}

// float64 returns the number that was read last, rounded to that many bits.
func (r *reader) float64(bits int) (float64, error) {
	switch r.v.Kind {
	case resp.Integer, resp.Boolean:
		return float64(r.v.Int), nil
	case resp.Double, resp.BigNumber, resp.BulkString, resp.SimpleString, resp.VerbatimString:
		if len(r.v.Bytes) > maxNumberText {
			return 0, strconv.ErrRange
		}
		f, err := r.v.Float64()
		if err == nil && bits == 32 {
			f = nearest32(r.v.Bytes, f)
		}
		return f, reason(err)
	}
	return 0, errKind
}

// nearest32 returns the float32 nearest to the number in text. That is not always
// the float32 nearest to f, the float64 nearest to that number.
func nearest32(text []byte, f float64) float64 {
	if nearest, err := strconv.ParseFloat(string(text), 32); err == nil {
		return nearest
	}
	return f
}

// bool returns the last value as a bool: a boolean, 1 or 0, the words that
// strconv.ParseBool takes, yes and no as in CONFIG, and OK.
func (r *reader) bool() (bool, error) {
	switch r.v.Kind {
	case resp.Boolean, resp.Integer:
		if r.v.Int != 0 && r.v.Int != 1 && r.v.Kind == resp.Integer {
			return false, strconv.ErrRange
		}
		return r.v.Int != 0, nil
	case resp.BulkString, resp.SimpleString, resp.VerbatimString:
		return boolOf(string(r.v.Bytes[:min(len(r.v.Bytes), maxExcerpt)]))
	}
	return false, errKind
}

func boolOf(text string) (bool, error) {
	switch text {
	case "OK", "yes":
		return true, nil
	case "no":
		return false, nil
	}
	b, err := strconv.ParseBool(text)
	return b, reason(err)
}

// bigInt returns the integer of any size that was read last.
func (r *reader) bigInt() (*big.Int, error) {
	switch r.v.Kind {
	case resp.Integer, resp.BigNumber, resp.BulkString, resp.SimpleString, resp.VerbatimString:
		if len(r.v.Bytes) > maxNumberText {
			return nil, strconv.ErrRange
		}
		n, err := r.v.BigInt()
		return n, reason(err)
	case resp.Boolean:
		return big.NewInt(r.v.Int), nil
	}
	return nil, errKind
}

// reason returns what is wrong with the text of a number, without the text.
func reason(err error) error {
	if err == nil {
		return nil
	}
	return numberReason(err)
}

func numberReason(err error) error {
	var number *strconv.NumError
	if errors.As(err, &number) {
		return number.Err
	}
	return err
}
