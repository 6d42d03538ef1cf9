package resp_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/seed65f5866d/resp"
)

// Types with methods, for Any.
type (
	color      int  // with String: a number all the same
	switchType bool // with String: 1 or 0 all the same
	address    uintptr
	point      struct{ x, y int }
	token      string // with MarshalText
	blob       struct{ b []byte }
	failing    struct{}
	byValue    struct{} // its methods panic for a nil pointer
)

var errMarshal = errors.New("cannot be marshaled")

func (color) String() string                   { return "red" }
func (s switchType) String() string            { return map[switchType]string{true: "on", false: "off"}[s] }
func (p point) String() string                 { return fmt.Sprintf("%d,%d", p.x, p.y) }
func (t token) MarshalText() ([]byte, error)   { return []byte("<" + t + ">"), nil }
func (b *blob) MarshalBinary() ([]byte, error) { return b.b, nil }
func (failing) MarshalText() ([]byte, error)   { return nil, errMarshal }
func (byValue) String() string                 { return "value" }

func TestAny(t *testing.T) {
	type (
		text  string
		bytes []byte
		octet uint8
		real  float64
		short float32
	)
	for _, test := range []struct {
		v    any
		want string
	}{
		{"text", "text"},
		{"", ""},
		{[]byte("by\x00tes"), "by\x00tes"},
		{[]byte(nil), ""},
		{text("named"), "named"},
		{bytes("named"), "named"},
		{[]octet{'a', 'b'}, "ab"},
		{-1, "-1"},
		{int8(-128), "-128"},
		{int16(300), "300"},
		{int32(math.MinInt32), "-2147483648"},
		{int64(math.MinInt64), "-9223372036854775808"},
		{uint(7), "7"},
		{uint8(255), "255"},
		{uint16(65535), "65535"},
		{uint32(math.MaxUint32), "4294967295"},
		{uint64(math.MaxUint64), "18446744073709551615"},
		{0.1, "0.1"},
		{float32(0.1), "0.1"},
		{short(16777216), "16777216"},
		{real(2.5), "2.5"},
		{1.0, "1"},
		{1e20, "100000000000000000000"},
		{1e21, "1e+21"},
		{float32(1e-7), "1e-7"},
		{math.Inf(-1), "-inf"},
		{math.NaN(), "nan"},
		{color(3), "3"},
		{time.Second, "1000000000"},
		{true, "1"},
		{false, "0"},
		{switchType(true), "1"},
		{uintptr(math.MaxUint32), "4294967295"},
		{address(7), "7"},
		{point{1, 2}, "1,2"},
		{&point{1, 2}, "1,2"},
		{token("x"), "<x>"},
		{&blob{[]byte{0, 1}}, "\x00\x01"},
		{netip.MustParseAddr("10.0.0.1"), "10.0.0.1"},
		{time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC), "2024-02-29T01:02:03Z"},
		{big.NewInt(42), "42"},
		{resp.Int(5), "5"},
	} {
		arg, err := resp.Any(test.v)
		if err != nil {
			t.Errorf("%T %v: %v", test.v, test.v, err)
			continue
		}
		want := fmt.Sprintf("*2\r\n$1\r\nX\r\n$%d\r\n%s\r\n", len(test.want), test.want)
		if got := resp.AppendCommand(nil, "X", arg); string(got) != want {
			t.Errorf("%T %v: got %q, want %q", test.v, test.v, got, want)
		}
	}
}

func TestAnyRefuses(t *testing.T) {
	number := 1
	for _, test := range []struct {
		v    any
		want string // part of the error
	}{
		{nil, "nil is no"},
		{struct{}{}, "struct {}"},
		{[]string{"a"}, "[]string"},
		{map[string]int{}, "map[string]int"},
		{[2]byte{}, "[2]uint8"},
		{&number, "*int"},
		{complex(1, 2), "complex128"},
		{func() {}, "func()"},
		{(*point)(nil), "nil *resp_test.point"},
		{(*blob)(nil), "nil *resp_test.blob"},
		{(*byValue)(nil), "nil *resp_test.byValue"},
		{(*big.Int)(nil), "nil *big.Int"},
		{failing{}, "resp_test.failing: cannot be marshaled"},
	} {
		if _, err := resp.Any(test.v); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%T: error %v, want one that names %s", test.v, err, test.want)
		}
	}
	if _, err := resp.Any(failing{}); !errors.Is(err, errMarshal) {
		t.Errorf("error %v does not wrap that of the method", err)
	}
}
