package respgo_test

import (
	"bytes"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/respgo"
)

// Nothing is allocated but what the result needs.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector has pools drop things")
	}
	var (
		text    string
		number  int64
		small   int32
		float   float64
		truth   bool
		room    = make([]byte, 0, 64)
		numbers = make([]int, 0, 100)
		members = make([]member, 0, 100)
		stored  hash
		dict    = map[string]int{}
		words   []string
		fields  map[string]string
		array   [2]float64
	)
	for _, c := range []struct {
		what string
		wire string
		dst  any
		want float64
	}{
		{"an integer", ":5\r\n", &number, 0},
		{"an integer in a string", "$5\r\n12345\r\n", &small, 0},
		{"a double", ",1.5\r\n", &float, 0},
		{"a double in a string", "$3\r\n1.5\r\n", &float, 0},
		{"a truth", "#t\r\n", &truth, 0},
		{"a string", "$5\r\nhello\r\n", &text, 1},
		{"bytes into their room", "$5\r\nhello\r\n", &room, 0},
		{"numbers into their room", "*3\r\n:1\r\n:2\r\n$1\r\n3\r\n", &numbers, 0},
		{"an array", "*2\r\n,1.5\r\n$3\r\n2.5\r\n", &array, 0},
		{"scores and members into their room", "*4\r\n+a\r\n,1\r\n+b\r\n,2\r\n", &members, 2},
		{"a struct of 10 strings and 10 others", string(hashReply()), &stored, 10},
		{"a map that is there, its boxes for key and value alone", "%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n", &dict, 2},
		{"100 strings into their room", string(stringsReply()), &words, 100},
		{"a map of strings that is there", string(hashReply()), &fields, 20},
	} {
		wire := []byte(c.wire)
		r := bytes.NewReader(wire)
		d := resp.NewDecoder(r)
		got := testing.AllocsPerRun(200, func() {
			r.Reset(wire)
			if err := respgo.UnmarshalDecode(d, c.dst); err != nil {
				t.Fatal(err)
			}
		})
		if got > c.want {
			t.Errorf("%s: %v allocations, want %v", c.what, got, c.want)
		}
		v := tree(t, c.wire)
		if got := testing.AllocsPerRun(200, func() { respgo.Unmarshal(v, c.dst) }); got > c.want {
			t.Errorf("%s, from its tree: %v allocations, want %v", c.what, got, c.want)
		}
	}
}

func TestMarshalAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector has pools drop things")
	}
	e := resp.NewEncoder(discard{})
	v := any(&hash{F0: "zero", F10: 10})
	if got := testing.AllocsPerRun(200, func() {
		if err := respgo.MarshalEncode(e, v); err != nil {
			t.Fatal(err)
		}
	}); got > 0 {
		t.Errorf("a struct: %v allocations", got)
	}
	args := make([]resp.Arg, 0, 64)
	if got := testing.AllocsPerRun(200, func() {
		if _, err := respgo.AppendArgs(args, v); err != nil {
			t.Fatal(err)
		}
	}); got > 0 {
		t.Errorf("arguments of a struct: %v allocations", got)
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// Many goroutines may meet a type at once, a type that refers to itself too.
func TestTypesAreLookedAtByManyAtOnce(t *testing.T) {
	type leaf struct {
		Name string `redis:"name"`
	}
	type branch struct {
		Leaves   []leaf            `redis:"leaves"`
		Branches []*branch         `redis:"branches"`
		ByName   map[string]branch `redis:"by"`
	}
	wire := "%2\r\n+leaves\r\n*1\r\n%1\r\n+name\r\n+a\r\n+branches\r\n*1\r\n%1\r\n+by\r\n%1\r\n+x\r\n%1\r\n+leaves\r\n*0\r\n"
	want := fmt.Sprintf("%+v", branch{Leaves: []leaf{{"a"}}})
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			var got branch
			err := respgo.UnmarshalDecode(resp.NewDecoder(bytes.NewReader([]byte(wire))), &got)
			if err != nil || len(got.Branches) != 1 || len(got.Branches[0].ByName) != 1 || fmt.Sprintf("%+v", branch{Leaves: got.Leaves}) != want {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	group.Wait()
}

// What becomes of a type is found out once: after that, a type with many fields
// is as cheap as it is on the wire.
func TestTypesAreLookedAtOnce(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector has pools drop things")
	}
	var fields []reflect.StructField
	for i := range 200 {
		fields = append(fields, reflect.StructField{Name: fmt.Sprint("F", i), Type: reflect.TypeFor[map[string][]int](), Tag: reflect.StructTag(fmt.Sprintf(`redis:"f%d"`, i))})
	}
	dst := reflect.New(reflect.StructOf(fields)).Interface()
	v := tree(t, "%0\r\n")
	first := allocated(func() { respgo.Unmarshal(v, dst) })
	again := testing.AllocsPerRun(100, func() { respgo.Unmarshal(v, dst) })
	if first < 10_000 || again > 0 {
		t.Errorf("first %d bytes, then %v allocations", first, again)
	}
}
