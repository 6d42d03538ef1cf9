package respgo_test

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/arbitrary"
	"github.com/leanovate/gopter/prop"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/respgo"
	"github.com/seed65f5866d/resp/resptest"
	"github.com/seed65f5866d/resp/resptest/respgen"
)

// everything is a struct with a field of each type that is written and read.
type everything struct {
	String  string            `redis:"string,omitempty"`
	Bytes   []byte            `redis:"bytes,omitempty"`
	Array   [3]byte           `redis:"array"`
	Int     int64             `redis:"int,omitempty"`
	Small   int8              `redis:"small"`
	Uint    uint64            `redis:"uint"`
	Byte    uint8             `redis:"byte"`
	Float   float64           `redis:"float"`
	Single  float32           `redis:"single"`
	Bool    bool              `redis:"bool,omitempty"`
	Nanos   int64             `redis:"nanos"`
	Seconds int32             `redis:"seconds"`
	List    []string          `redis:"list,omitempty"`
	Numbers []int16           `redis:"numbers"`
	Pair    [2]int32          `redis:"pair"`
	Map     map[string]string `redis:"map,omitempty"`
	Keys    map[int16]float64 `redis:"keys"`
	Pointer *string           `redis:"pointer"`
	Row     row               `redis:"row"`
	Rows    []row             `redis:"rows"`
	Nested  map[string][]row  `redis:"nested"`
}

// row is a struct that is a row of its fields.
type row struct {
	_     struct{} `redis:",array"`
	Name  string
	Score float64
	Ok    bool
}

// durable wraps what the generator has no types for.
type durable struct {
	everything
	Duration time.Duration `redis:"duration"`
	Time     time.Time     `redis:"time"`
	Unix     time.Time     `redis:"unix,format:unixnano"`
	Pairs    []respgo.Pair[string, int64]
}

func (e everything) durable() durable {
	d := durable{everything: e, Duration: time.Duration(e.Nanos), Time: time.Unix(int64(e.Seconds), int64(e.Byte)).UTC(), Unix: time.Unix(0, e.Nanos).UTC()}
	for i, s := range e.List {
		d.Pairs = append(d.Pairs, respgo.Pair[string, int64]{Key: s, Value: int64(i)})
	}
	return d
}

var sameValue = cmp.Options{cmpopts.EquateEmpty(), cmpopts.EquateNaNs(), cmp.AllowUnexported(durable{})}

// Marshal then Unmarshal gives the value again, in both protocols.
func TestPropertyMarshalThenUnmarshal(t *testing.T) {
	parameters := gopter.DefaultTestParameters()
	parameters.MinSuccessfulTests = 300
	parameters.MaxSize = 8
	if testing.Short() {
		parameters.MinSuccessfulTests = 60
	}
	properties := gopter.NewProperties(parameters)
	arbitraries := arbitrary.DefaultArbitraries()
	for _, protocol := range []int{2, 3} {
		properties.Property(fmt.Sprintf("RESP%d", protocol), arbitraries.ForAll(func(e everything) (string, error) {
			want := e.durable()
			wire := marshal(t, want, protocol)
			d := resp.NewDecoder(resptest.RandomReader(bytes.NewReader([]byte(wire+next)), uint64(len(wire))))
			got, err := respgo.Read[durable](d)
			if err != nil {
				return "", fmt.Errorf("%q: %w", wire, err)
			}
			if s, err := d.ReadString(); s != "NEXT" {
				return "", fmt.Errorf("%q: out of step: %q, %w", wire, s, err)
			}
			return cmp.Diff(want, got, sameValue), nil
		}))
	}
	properties.TestingRun(t)
}

// destinations are types that replies of every form are tried on.
var destinations = []reflect.Type{
	reflect.TypeFor[any](), reflect.TypeFor[string](), reflect.TypeFor[[]byte](), reflect.TypeFor[int64](), reflect.TypeFor[uint8](),
	reflect.TypeFor[float64](), reflect.TypeFor[float32](), reflect.TypeFor[bool](), reflect.TypeFor[time.Time](), reflect.TypeFor[time.Duration](),
	reflect.TypeFor[[]string](), reflect.TypeFor[[]any](), reflect.TypeFor[[]int](), reflect.TypeFor[[][]string](), reflect.TypeFor[[2]any](), reflect.TypeFor[[][2]string](),
	reflect.TypeFor[map[string]string](), reflect.TypeFor[map[string]any](), reflect.TypeFor[map[any]any](), reflect.TypeFor[map[string]struct{}](), reflect.TypeFor[map[float64][]string](),
	reflect.TypeFor[[]respgo.Pair[string, any]](), reflect.TypeFor[[]error](), reflect.TypeFor[resp.Value](), reflect.TypeFor[*string](), reflect.TypeFor[point](), reflect.TypeFor[hexed](),
	reflect.TypeFor[durable](), reflect.TypeFor[[]row](), reflect.TypeFor[search](), reflect.TypeFor[[]slots](), reflect.TypeFor[withRest](), reflect.TypeFor[map[string]*user](), reflect.TypeFor[nested](),
}

// optionSets are the ways to read a reply.
func optionSets(errs *[]*respgo.UnmarshalError) [][]respgo.Option {
	return [][]respgo.Option{
		nil,
		{respgo.CollectErrors(errs), respgo.OrderedMaps()},
		{respgo.NullAsZero(true), respgo.OnAttribute(func(string, *resp.Value) {})},
		{respgo.NullAsZero(false), respgo.CollectErrors(errs)},
	}
}

// outcome is what became of a reply, for comparison.
type outcome struct {
	Value  any
	Err    string
	Errors []string
}

func outcomeOf(t reflect.Type, errs *[]*respgo.UnmarshalError, read func(dst any) error) outcome {
	*errs = nil
	dst := reflect.New(t)
	err := read(dst.Interface())
	o := outcome{Value: dst.Elem().Interface(), Err: fmt.Sprint(err)}
	for _, e := range *errs {
		o.Errors = append(o.Errors, e.Error())
	}
	return o
}

// sortedPairs has cmp compare maps as lists, since they may have NaN as a key.
func sortedPairs[K comparable, V any](m map[K]V) []respgo.Pair[K, V] {
	var list []respgo.Pair[K, V]
	for k, v := range m {
		list = append(list, respgo.Pair[K, V]{Key: k, Value: v})
	}
	slices.SortFunc(list, func(a, b respgo.Pair[K, V]) int {
		return strings.Compare(fmt.Sprintf("%T %v", a.Key, a), fmt.Sprintf("%T %v", b.Key, b))
	})
	return list
}

var sameOutcome = cmp.Options{
	sameValue, compareErrors, compareBigInts, cmp.AllowUnexported(point{}, withRest{}, search{}),
	sortMaps[any, any](), sortMaps[float64, []string](),
}

func sortMaps[K comparable, V any]() cmp.Option {
	notEmpty := func(a, b map[K]V) bool { return len(a)+len(b) > 0 }
	return cmp.FilterValues(notEmpty, cmp.Transformer("pairs", sortedPairs[K, V]))
}

// agree checks that a reply becomes the same from its tree, from the stream all at
// once and at every split, and that the stream is in step behind it. split says
// how many of the splits to try.
func agree(wire []byte, v *resp.Value, t reflect.Type, splits int) error {
	var errs []*respgo.UnmarshalError
	for i, opts := range optionSets(&errs) {
		want := outcomeOf(t, &errs, func(dst any) error { return respgo.Unmarshal(v, dst, opts...) })
		whole := append(bytes.Clone(wire), next...)
		for at := 0; at <= len(wire); at += max(1, (len(wire)+1)/splits) {
			d := resp.NewDecoder(resptest.SplitReader(bytes.NewReader(whole), max(at, 1), len(whole)), resp.Lenient(), resp.NoLimits())
			got := outcomeOf(t, &errs, func(dst any) error { return respgo.UnmarshalDecode(d, dst, opts...) })
			if diff := cmp.Diff(want, got, sameOutcome); diff != "" {
				return fmt.Errorf("%q as %v, options %d, split at %d (-tree +stream)\n%s", wire, t, i, at, diff)
			}
			if s, err := d.ReadString(); s != "NEXT" {
				return fmt.Errorf("%q as %v, options %d, split at %d: out of step: %q, %v", wire, t, i, at, s, err)
			}
		}
	}
	return nil
}

// Unmarshal of a tree and of the stream agree at every split.
func TestPropertyTreeAndStreamAgree(t *testing.T) {
	parameters := gopter.DefaultTestParameters()
	parameters.MinSuccessfulTests = 100
	if testing.Short() {
		parameters.MinSuccessfulTests = 20
	}
	properties := gopter.NewProperties(parameters)
	properties.Property("any wire", prop.ForAll(func(wire resptest.Wire) (string, error) {
		var v resp.Value
		if err := resp.NewDecoder(bytes.NewReader(wire.Bytes), resp.Lenient(), resp.NoLimits()).Decode(&v); err != nil || v.Kind == resp.Push {
			return "", err
		}
		for _, typ := range destinations {
			if err := agree(wire.Bytes, &v, typ, 3); err != nil {
				return "", err
			}
		}
		return "", nil
	}, respgen.Wire(resptest.Shape{})))
	properties.TestingRun(t)
}

// Every split of the captured replies gives the same.
func TestEverySplitOfTheCaptures(t *testing.T) {
	for _, c := range captured {
		for _, protocol := range []int{2, 3} {
			wire := capture(t, c.name, protocol)
			splits := len(wire) + 1
			if len(wire) > 400 || testing.Short() {
				splits = 5 // each one is 2,000 values
			}
			for _, typ := range []reflect.Type{reflect.TypeFor[any](), reflect.TypeFor[[]entry](), reflect.TypeFor[user]()} {
				if err := agree(wire, tree(t, string(wire)), typ, splits); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

func sameAny(a, b any) bool { return cmp.Equal(a, b, sameOutcome) }
