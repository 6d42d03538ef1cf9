package main

import "testing"

// Each client reads what respgo reads.
func TestGoValues(t *testing.T) {
	for _, e := range goValueExperiments() {
		rows := e.rows()
		if len(rows) < 4 {
			t.Errorf("%s: %d rows", e.name, len(rows))
		}
		for _, r := range rows {
			if err := r.try(); err != nil {
				t.Errorf("%s: %s: %v", e.name, r.Name, err)
			}
		}
	}
}

func TestGoValueTargets(t *testing.T) {
	r := &report{results: []result{
		{Workload: "w", Name: "respgo", Group: values, NS: 10, Allocs: 3},
		{Workload: "w", Name: "slow", Group: peer, NS: 20, Allocs: 2},
		{Workload: "w", Name: "slower", Group: peer, NS: 30, Allocs: 4},
	}}
	var missed []bool
	for _, f := range r.goValueTargets() {
		missed = append(missed, f.missed())
	}
	if len(missed) != 3 || missed[0] || !missed[1] || missed[2] {
		t.Errorf("missed %v", missed)
	}
}
