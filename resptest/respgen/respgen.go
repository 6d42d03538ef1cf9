// Package respgen makes gopter generators of what package resptest makes from a seed:
//
//	prop.ForAll(condition, respgen.Value(resptest.Shape{}))
//
// All shrink, so a failing property reports an input that is about as small as
// possible.
package respgen

import (
	"github.com/leanovate/gopter"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/resptest"
)

// Value generates values, of type [resp.Value], as [resptest.RandomValue] makes them.
func Value(s resptest.Shape) gopter.Gen {
	return generator(func(seed uint64) resp.Value { return resptest.RandomValue(seed, s) }, resptest.SimplerValues)
}

// Wire generates values together with bytes for them, of type [resptest.Wire], as
// [resptest.RandomWire] makes them.
func Wire(s resptest.Shape) gopter.Gen {
	return generator(func(seed uint64) resptest.Wire { return resptest.RandomWire(seed, s) }, resptest.Wire.Simpler)
}

// Command generates commands, of type [resptest.Command], as [resptest.RandomCommand]
// makes them.
func Command(around ...int) gopter.Gen {
	return generator(func(seed uint64) resptest.Command { return resptest.RandomCommand(seed, around...) }, resptest.Command.Simpler)
}

// Broken generates streams of values with faults in them, of type [resptest.Bytes], as
// [resptest.RandomBroken] makes them.
func Broken(s resptest.Shape) gopter.Gen {
	return generator(func(seed uint64) resptest.Bytes { return resptest.RandomBroken(seed, s) }, resptest.Bytes.Simpler)
}

// BrokenCommands generates streams of requests with faults in them, of type
// [resptest.Bytes], as [resptest.RandomBrokenCommands] makes them.
func BrokenCommands(around ...int) gopter.Gen {
	return generator(func(seed uint64) resptest.Bytes { return resptest.RandomBrokenCommands(seed, around...) }, resptest.Bytes.Simpler)
}

// generator makes a gopter.Gen of a function that makes a value from a seed and one
// that makes of it some simpler values, the simplest first.
func generator[T any](random func(seed uint64) T, simpler func(T) []T) gopter.Gen {
	shrinker := func(v any) gopter.Shrink {
		rest := simpler(v.(T))
		return func() (any, bool) {
			if len(rest) == 0 {
				return nil, false
			}
			next := rest[0]
			rest = rest[1:]
			return next, true
		}
	}
	return func(p *gopter.GenParameters) *gopter.GenResult {
		return gopter.NewGenResult(random(p.Rng.Uint64()), shrinker)
	}
}
