package bench

import (
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// What Forms cannot read of the workloads whose kinds they know. One more would take
// the fastest way of a codec out of the comparison.
var formsRefuse = map[string][]string{
	"radix, reused":    {"array10", "xrange", "mixed", "kind array", "kind map", "kind attribute", "kind set", "kind push"},
	"radix RawMessage": {"kind attribute"},
	"go-redis, typed":  {"mixed"},
	"go-redis GetToBuffer": {"ok", "int", "array10", "xrange", "mixed", "int6",
		"kind simple string", "kind simple error", "kind integer", "kind array"},
	"rueidis DoMultiStream":   {"array10", "xrange", "mixed", "kind simple error", "kind array"},
	"smallnest/resp3 ReadRaw": {"mixed", "kind bulk error"},
}

// Forms read what package resp reads, or say that they cannot.
func TestForms(t *testing.T) {
	for _, f := range Forms() {
		t.Run(f.Name, func(t *testing.T) {
			var refused []string
			read := 0
			for _, w := range workload.All() {
				open := func(r io.Reader) (Reader, error) { return f.Replies(r, 3) }
				if w.Requests {
					open = f.Commands
				}
				if w.Requests != (f.Commands != nil) || !f.Knows(w.Kinds) {
					continue
				}
				if err := readsTheSame(w.Build(), open); err != nil {
					t.Logf("%s: %v", w.Name, err)
					refused = append(refused, w.Name)
				} else {
					read++
				}
			}
			if diff := cmp.Diff(formsRefuse[f.Name], refused); diff != "" || read == 0 {
				t.Errorf("%d workloads are read, others refused (-want +got)\n%s", read, diff)
			}
		})
	}
}

// readsTheSame compares what is in some frames with what package resp finds there.
func readsTheSame(s *workload.Stream, open func(io.Reader) (Reader, error)) error {
	theirs, err := sumOf(s, open)
	if err != nil {
		return err
	}
	ours, err := sumOf(s, func(r io.Reader) (Reader, error) { return Ours.Replies(r, 1) })
	if err == nil && theirs != ours {
		err = errors.New("other lengths are in the frames")
	}
	return err
}

func sumOf(s *workload.Stream, open func(io.Reader) (Reader, error)) (sum workload.Sum, err error) {
	const frames = 10
	r, err := open(workload.Source(16<<10, s.Wire))
	if err != nil {
		return 0, err
	}
	if c, ok := r.(io.Closer); ok {
		defer c.Close()
	}
	for range frames {
		if err := r.Next(); err != nil {
			return 0, err
		}
		tree := r.Tree()
		sum.AddValue(&tree)
	}
	return sum, nil
}
