package tests

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/prop"
)

var (
	propertySeed = flag.Int64("resp.seed", 0, "seed of the property tests; 0 takes a new one every time")
	propertyRuns = flag.Int("resp.runs", 400, "how often each property is tried")
)

// LongestFuzzed bounds fuzzed inputs, so that an execution takes well under a
// millisecond.
const LongestFuzzed = 512

// ForAll checks that condition returns "" for all values of the generators. A
// failure names its seed; go test -run TheTest . -resp.seed N repeats it.
func ForAll(t *testing.T, condition any, gens ...gopter.Gen) {
	t.Helper()
	t.Parallel()
	seed := *propertySeed
	if seed == 0 {
		seed = time.Now().UnixNano()
	}
	parameters := gopter.DefaultTestParametersWithSeed(seed)
	parameters.MinSuccessfulTests = *propertyRuns
	result := prop.ForAll(condition, gens...).Check(parameters)
	if !result.Passed() {
		t.Errorf("seed %d", seed)
		gopter.NewFormatedReporter(true, 1000, t.Output()).ReportTestResult(t.Name(), result)
	}
}

// OneOf returns one of list.
func OneOf[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }
