package main

import (
	"github.com/seed65f5866d/resp/bench/internal/measure"
)

// series is a line of the table: one way to do work of growing size.
type series struct {
	name  string
	unit  string // what its figures are for
	why   string // why the figures are not all the same
	sizes []size
}

// size is a column of a line. Its row is made when it is measured, and close lets go
// of what that took.
type size struct {
	name string
	open func() (row measure.Row, close func(), err error)
}

func allSeries() []series {
	var all []series
	all = append(all, elementSeries()...)
	all = append(all, byteSeries()...)
	all = append(all, depthSeries()...)
	all = append(all, readSeries()...)
	return append(all, connectionSeries()...)
}

// work is a size that needs no closing: what a pass does, and how many units it has.
func work(name string, units int, make func() func() error) size {
	return size{name, func() (measure.Row, func(), error) {
		return measure.Row{Name: name, Units: units, Pass: make()}, func() {}, nil
	}}
}
