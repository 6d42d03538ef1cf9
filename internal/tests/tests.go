// Package tests is what the tests of several packages need. Nothing else imports it.
package tests

import (
	"flag"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/prop"

	"github.com/seed65f5866d/resp"
)

var (
	propertySeed = flag.Int64("resp.seed", 0, "seed of the property tests; 0 takes a new one every time")
	propertyRuns = flag.Int("resp.runs", 400, "how often each property is tried")
)

// LongestFuzzed bounds what is fuzzed, so that an execution takes well under a
// millisecond.
const LongestFuzzed = 512

// ForAll checks that condition returns "" for what the generators make. A failure
// names its seed; go test -run TheTest . -resp.seed N repeats it.
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

// Multibulk returns args as a multibulk request.
func Multibulk(args ...string) string { return string(resp.AppendArgs(nil, args...)) }

// Words returns args as strings.
func Words(args [][]byte) []string {
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = string(arg)
	}
	return words
}

// Allocated returns how many bytes f allocates, those that are freed again too.
func Allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// CheckNoAllocs calls read, which reads some of wire, until the buffers have
// grown, and then counts.
func CheckNoAllocs(t *testing.T, wire string, read func() error) {
	t.Helper()
	const warmUp, runs = 30, 40
	failed := false
	run := func() {
		if err := read(); err != nil && !failed {
			failed = true
			t.Errorf("%.60q: %v", wire, err)
		}
	}
	for range warmUp {
		run()
	}
	if n := testing.AllocsPerRun(runs, run); n != 0 {
		t.Errorf("%.60q: %v allocations each time, want none", wire, n)
	}
}

// Endless returns a reader of wire over and over, at most so many bytes at once, or
// as many as there is room for when atOnce is 0.
func Endless(wire string, atOnce int) io.Reader { return &endless{wire: wire, atOnce: atOnce} }

type endless struct {
	wire   string
	at     int
	atOnce int
}

func (r *endless) Read(p []byte) (int, error) {
	if r.atOnce > 0 {
		p = p[:min(len(p), r.atOnce)]
	}
	n := 0
	for n < len(p) {
		k := copy(p[n:], r.wire[r.at:])
		n += k
		r.at = (r.at + k) % len(r.wire)
	}
	return n, nil
}

// Repeated returns a reader of text n times between first and last.
func Repeated(first, text string, n int, last string) io.Reader {
	block := strings.Repeat(text, 1+4096/len(text))
	return io.MultiReader(strings.NewReader(first), io.LimitReader(Endless(block, 0), int64(n*len(text))), strings.NewReader(last))
}
