package measure

import (
	"errors"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	tests := []struct {
		walls []float64
		want  float64
	}{
		{nil, 0},
		{[]float64{3}, 3},
		{[]float64{4, 1}, 2.5},
		{[]float64{9, 1, 5}, 5},
		{[]float64{9, 1, 5, 7}, 6},
	}
	for _, test := range tests {
		var samples []sample
		for _, wall := range test.walls {
			samples = append(samples, sample{wall: wall})
		}
		if got := median(samples, func(s sample) float64 { return s.wall }); got != test.want {
			t.Errorf("median of %v: got %v, want %v", test.walls, got, test.want)
		}
	}
}

func TestSpread(t *testing.T) {
	tests := []struct {
		walls []float64
		want  float64
	}{
		{nil, 0},
		{[]float64{1, 9, 5}, 0}, // too few
		{[]float64{8, 8, 8, 8, 8}, 0},
		{[]float64{12, 2, 8, 10, 6, 8}, 0.5},
	}
	for _, test := range tests {
		var samples []sample
		for _, wall := range test.walls {
			samples = append(samples, sample{wall: wall})
		}
		if got := spread(samples, func(s sample) float64 { return s.wall }); got != test.want {
			t.Errorf("spread of %v: got %v, want %v", test.walls, got, test.want)
		}
	}
}

// Samples taken while the machine was slow do not count, unless all were.
func TestSummaryDropsSlowSamples(t *testing.T) {
	m := &Meter{seen: []time.Duration{100, 116}}
	samples := []sample{
		{wall: 10, allocs: 1, calibration: 100},
		{wall: 30, allocs: 0, calibration: 116},
		{wall: 12, allocs: 1, calibration: 110},
	}
	if got, want := m.summary("a", samples), (Result{Name: "a", Wall: 11, Good: 2, Dropped: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	m.seen = append(m.seen, 50)
	if got, want := m.summary("a", samples), (Result{Name: "a", Wall: 12, Dropped: 3}); got != want {
		t.Errorf("all slow: got %+v, want %+v", got, want)
	}
}

func TestRun(t *testing.T) {
	order := ""
	row := func(name string) Row {
		return Row{Name: name, Units: 2, Pass: func() error { order += name; return nil }}
	}
	results, err := new(Meter).Run([]Row{row("a"), row("b")}, Options{Rounds: 1 << 30})
	if err != nil || len(results) != 2 || results[1].Name != "b" || results[1].Wall <= 0 {
		t.Errorf("%+v, %v", results, err)
	}
	if order != "aabb" { // each with the pass before it
		t.Errorf("ran %s; without a budget there is one round, without a length one pass", order)
	}
}

// Where other processes do the work, the processor time is theirs.
func TestRunWithTheTimeOfOthers(t *testing.T) {
	var others time.Duration
	row := Row{Units: 2, Pass: func() error { others += time.Hour; return nil }, CPU: func() time.Duration { return others }}
	results, err := new(Meter).Run([]Row{row}, Options{})
	if err != nil || results[0].CPU != float64(time.Hour)/2 {
		t.Errorf("got %+v, %v, want half an hour for each unit", results, err)
	}
}

func TestRunFails(t *testing.T) {
	want := errors.New("failed")
	failing := Row{Name: "a", Units: 1, Pass: func() error { return want }}
	if _, err := new(Meter).Run([]Row{failing}, Options{Budget: time.Hour}); !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

// One lucky run of the loop is not what all others are held to.
func TestBest(t *testing.T) {
	m := new(Meter)
	if got := m.best(); got != 0 {
		t.Errorf("got %v, want 0", got)
	}
	for i := range 100 {
		m.seen = append(m.seen, time.Duration(100-i))
	}
	if got := m.best(); got != 3 {
		t.Errorf("got %v, want 3", got)
	}
}
