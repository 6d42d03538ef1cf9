package respgen_test

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/prop"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/resptest"
	"github.com/seed65f5866d/resp/resptest/respgen"
)

// holds checks a property with a seed that makes the example the same every time.
func holds(condition any, gens ...gopter.Gen) {
	result := prop.ForAll(condition, gens...).Check(gopter.DefaultTestParametersWithSeed(1))
	if result.Passed() {
		fmt.Println("holds")
		return
	}
	fmt.Println("fails for", result.Args[0].ArgFormatted)
}

// Every value can be cloned.
func ExampleValue() {
	holds(func(v resp.Value) bool { return v.Clone().Equal(v) }, respgen.Value(resptest.Shape{}))
	// Output: holds
}

// What fails is reported as small as possible: here a client that takes every
// reply for a string.
func ExampleValue_shrinking() {
	holds(func(v resp.Value) bool { return len(v.Elems) < 2 }, respgen.Value(resptest.Shape{RESP2: true}))
	// Output: fails for array(2) [integer 0, integer 0]
}

// However a value is spelled, it is decoded as that value.
func ExampleWire() {
	holds(func(w resptest.Wire) bool {
		var v resp.Value
		err := resp.NewDecoder(bytes.NewReader(w.Bytes)).Decode(&v)
		return err == nil && v.Equal(w.Value)
	}, respgen.Wire(resptest.Shape{}))
	// Output: holds
}

// A server reads back the arguments that a client sent, of 16 KiB and around,
// too.
func ExampleCommand() {
	holds(func(c resptest.Command) bool {
		args, n, err := resp.ConsumeCommand(resp.AppendArgs(nil, c...), nil)
		return err == nil && n > 0 && bytes.Equal(bytes.Join(args, nil), bytes.Join(c, nil))
	}, respgen.Command(16<<10))
	// Output: holds
}

// Broken replies are faults, and never a panic.
func ExampleBroken() {
	holds(func(wire resptest.Bytes) bool {
		d := resp.NewDecoder(bytes.NewReader(wire))
		var err error
		for err == nil {
			err = d.SkipValue()
		}
		return err != nil
	}, respgen.Broken(resptest.Shape{}))
	// Output: holds
}

// A server answers every fault in a request with a text.
func ExampleBrokenCommands() {
	holds(func(wire resptest.Bytes) bool {
		for _, err := range resp.NewDecoder(bytes.NewReader(wire)).Commands() {
			var syntaxError *resp.SyntaxError
			if errors.As(err, &syntaxError) && syntaxError.ReplyText() == "" {
				return false
			}
		}
		return true
	}, respgen.BrokenCommands())
	// Output: holds
}
