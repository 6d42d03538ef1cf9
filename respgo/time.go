package respgo

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/seed65f5866d/resp"
)

// This file reads and writes times and durations. The tag of a field says how
// they are stored: `redis:"expires,format:unixmilli"`.

// format is how a time or a duration is stored; the zero format is the default.
type format struct {
	unit   time.Duration // unit of the number; 0 for a text
	layout string        // of the text of a time
	units  bool          // a duration is a text such as 1m30s
}

var numberFormats = map[string]time.Duration{
	"unix": time.Second, "unixmilli": time.Millisecond, "unixmicro": time.Microsecond, "unixnano": time.Nanosecond,
	"sec": time.Second, "milli": time.Millisecond, "micro": time.Microsecond, "nano": time.Nanosecond,
}

var layouts = map[string]string{
	"RFC3339": time.RFC3339, "RFC3339Nano": time.RFC3339Nano, "DateTime": time.DateTime, "DateOnly": time.DateOnly,
	"RFC1123": time.RFC1123, "RFC1123Z": time.RFC1123Z, "ANSIC": time.ANSIC, "UnixDate": time.UnixDate,
}

var (
	errFormat    = errors.New("no format of this type")
	errNoFormats = errors.New("the type has no formats")
)

// formattedPlan returns p with the named format. p is the plan for a time, a
// duration or a pointer to one.
func formattedPlan(p *plan, name string) (*plan, error) {
	formatted := *p
	var err error
	switch {
	case p.typ == timeType:
		formatted.format, err = timeFormat(name)
	case p.typ == durationType:
		formatted.format, err = durationFormat(name)
	case p.typ.Kind() == reflect.Pointer && p.elem != nil:
		formatted.elem, err = formattedPlan(p.elem, name)
	default:
		err = errNoFormats
	}
	return &formatted, err
}

func timeFormat(name string) (format, error) {
	unit := numberFormats[name]
	switch {
	case unit != 0 && strings.HasPrefix(name, "unix"):
		return format{unit: unit}, nil
	case unit != 0 || name == "units":
		return format{}, errFormat
	case layouts[name] != "":
		return format{layout: layouts[name]}, nil
	}
	return format{layout: name}, nil
}

func durationFormat(name string) (format, error) {
	unit := numberFormats[name]
	switch {
	case name == "units":
		return format{units: true}, nil
	case unit == 0 || strings.HasPrefix(name, "unix"):
		return format{}, errFormat
	}
	return format{unit: unit}, nil
}

// readDuration reads a number of its units, nanoseconds by default, or a text as
// time.ParseDuration takes it.
func readDuration(r *reader, p *plan, dst reflect.Value) error {
	d, err := r.duration(max(p.format.unit, time.Nanosecond))
	if err != nil {
		return r.wrong(p.typ, err)
	}
	dst.SetInt(int64(d))
	return nil
}

func (r *reader) duration(unit time.Duration) (time.Duration, error) {
	if r.v.Kind == resp.Double {
		f, err := r.float64(64)
		if err != nil {
			return 0, err
		}
		return roundedDuration(f * float64(unit))
	}
	n, err := r.int64()
	if err == strconv.ErrSyntax {
		return r.durationText(unit)
	}
	if err != nil {
		return 0, err
	}
	if d := time.Duration(n) * unit; d/unit == time.Duration(n) {
		return d, nil
	}
	return 0, strconv.ErrRange
}

// durationText returns the duration that a text spells, with units or as a
// number with a fraction.
func (r *reader) durationText(unit time.Duration) (time.Duration, error) {
	if f, err := r.float64(64); err == nil {
		return roundedDuration(f * float64(unit))
	}
	d, err := time.ParseDuration(string(r.v.Bytes[:min(len(r.v.Bytes), maxExcerpt)]))
	if err != nil || len(r.v.Bytes) > maxExcerpt {
		return 0, strconv.ErrSyntax
	}
	return d, nil
}

func roundedDuration(f float64) (time.Duration, error) {
	f = math.Round(f)
	if !(f >= -1<<63 && f < 1<<63) {
		return 0, strconv.ErrRange
	}
	return time.Duration(f), nil
}

// readTime reads a text of its layout, RFC 3339 by default, or the time since the
// Unix epoch as a number of its units, seconds by default.
func readTime(r *reader, p *plan, dst reflect.Value) error {
	t, err := r.time(p.format)
	if err != nil {
		return r.wrong(p.typ, err)
	}
	*dst.Addr().Interface().(*time.Time) = t
	return nil
}

func (r *reader) time(f format) (time.Time, error) {
	text := r.v.Kind.IsString()
	if text && f.layout != "" {
		return r.timeText(f.layout)
	}
	unit := f.unit
	if unit == 0 {
		unit = time.Second
	}
	n, err := r.int64()
	switch {
	case err == nil:
		return unixTime(n, unit)
	case err != strconv.ErrSyntax:
		return time.Time{}, err
	}
	if fraction, err := r.float64(64); err == nil {
		return unixFraction(r.v.Bytes, fraction, unit)
	}
	return r.timeText(time.RFC3339)
}

func (r *reader) timeText(layout string) (time.Time, error) {
	if len(r.v.Bytes) > maxExcerpt {
		return time.Time{}, strconv.ErrSyntax
	}
	t, err := time.Parse(layout, string(r.v.Bytes))
	if err != nil {
		return time.Time{}, strconv.ErrSyntax
	}
	return t, nil
}

// unixTime returns the time n units after the Unix epoch.
func unixTime(n int64, unit time.Duration) (time.Time, error) {
	perSecond := int64(time.Second / unit)
	seconds, rest := n/perSecond, n%perSecond
	if seconds < minUnix || seconds > maxUnix {
		return time.Time{}, strconv.ErrRange
	}
	return time.Unix(seconds, rest*int64(unit)).UTC(), nil
}

// The range of seconds that a time.Time can hold and print.
const (
	minUnix = -62135596800 // the year 1
	maxUnix = 253402300799 // the year 9999
)

// unixFraction is unixTime for a text with a fraction, or an exponent, whose value
// is f. A float64 alone cannot hold seconds and nanoseconds exactly.
func unixFraction(text []byte, f float64, unit time.Duration) (time.Time, error) {
	whole, fraction := math.Modf(f)
	if !(math.Abs(whole) < 1<<63) {
		return time.Time{}, strconv.ErrRange
	}
	if point := bytes.IndexByte(text, '.'); point >= 0 && len(text) <= maxExcerpt {
		if exact, err := strconv.ParseFloat("0"+string(text[point:]), 64); err == nil && exact < 1 {
			fraction = math.Copysign(exact, f)
		}
	}
	t, err := unixTime(int64(whole), unit)
	return t.Add(time.Duration(math.Round(fraction * float64(unit)))), err
}

// appendTime appends t as a text. The default format is the one in which go-redis
// stores it.
func (f format) appendTime(dst []byte, t time.Time) []byte {
	if f.layout == "" {
		return t.AppendFormat(dst, time.RFC3339Nano)
	}
	return t.AppendFormat(dst, f.layout)
}

// unixNumber returns t as the number of units since the Unix epoch.
func (f format) unixNumber(t time.Time) int64 {
	return t.Unix()*int64(time.Second/f.unit) + int64(t.Nanosecond())/int64(f.unit)
}
