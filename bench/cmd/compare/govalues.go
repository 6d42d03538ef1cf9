package main

import (
	"fmt"
	"strings"

	"github.com/seed65f5866d/resp/bench"
	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// This file sets package respgo beside the clients that turn replies into Go
// values.

// goValueExperiments are those of bench.GoValues.
func goValueExperiments() []experiment {
	values, err := bench.GoValues()
	if err != nil {
		panic(err)
	}
	var all []experiment
	for _, v := range values {
		all = append(all, experiment{v.Name, func() []row { return goValueRows(v) }})
	}
	return all
}

func goValueRows(v bench.GoValue) []row {
	var rows []row
	for _, way := range v.Ways {
		whose := peer
		if strings.HasPrefix(way.Name, "respgo") {
			whose = ours
		}
		rows = append(rows, row{
			Row:   measure.Row{Name: way.Name, Units: goValueUnits, Pass: func() error { return readGoValues(way) }},
			group: whose,
			kept:  true,
			check: func() error { return checkGoValue(v, way) },
		})
	}
	return rows
}

// goValueUnits is how many replies a pass reads: whole batches of the clients.
const goValueUnits = 100

func readGoValues(way bench.GoWay) error {
	for range goValueUnits {
		if err := way.Read(); err != nil {
			return err
		}
	}
	return nil
}

// checkGoValue reads replies and looks at whether they became what they say, by
// the text of the values: each client has types of its own.
func checkGoValue(v bench.GoValue, way bench.GoWay) error {
	if err := readGoValues(way); err != nil {
		return err
	}
	want, got := bench.GoValueText(v.Want), bench.GoValueText(way.Value())
	if got != want {
		return fmt.Errorf("read %.200s and not %.200s", got, want)
	}
	return nil
}
