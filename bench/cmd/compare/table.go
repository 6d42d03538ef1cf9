package main

// figures are nanoseconds per top-level frame, or per message encoded; 0 where
// there is none.
type figures struct {
	goFastest, hiredis, boost, rust, indexByte, read float64
}

// published is what was measured on this kind of machine before package resp
// existed: medians of quiet rounds, 16 KiB handed out per Read. hiredis and
// Boost.Redis parse alone there, Rust's redis-protocol finds ranges. Only ratios
// to the last two figures carry over to another run.
var published = map[string]figures{
	"ok":      {23, 17, 19, 29, 8.3, 0.1},
	"int":     {35, 44, 48, 53, 8.4, 0.1},
	"bulk16":  {28, 24, 22, 39, 17, 0.3},
	"bulk1k":  {49, 131, 51, 72, 47, 11},
	"bulk64k": {3300, 6300, 10600, 9160, 2490, 2260},
	"bulk1m":  {63000, 112000, 226000, 219000, 40000, 36000},
	"array10": {284, 237, 225, 302, 179, 3},
	"xrange":  {18500, 10200, 12300, 29200, 10000, 93},
	"mixed":   {75, 64, 0, 68, 27, 0.4},
	"command": {106, 75, 76, 110, 59, 0.6},

	// read is the append of ready bytes here.
	"SET 16 B":       {goFastest: 45, hiredis: 241, rust: 203, read: 8},
	"SET 1 KiB":      {goFastest: 49, hiredis: 235, rust: 210, read: 18},
	"SET 1 MiB":      {goFastest: 128, hiredis: 51000, rust: 53000, read: 42000},
	"SET pipeline":   {goFastest: 37, read: 4.7},
	"encode ok":      {goFastest: 5.1, read: 5.6},
	"encode int":     {goFastest: 21, read: 6.5},
	"encode bulk16":  {goFastest: 15, read: 6.2},
	"encode array10": {goFastest: 118, read: 8.7},
}

// absentLed tells for which workloads the fastest Go codec of the table is one of
// the two that cannot be imported (github.com/bsm/redeo/v2 and
// github.com/nussjustin/resp3), so that the table stands in for it.
var absentLed = map[string]bool{"int": true, "array10": true, "xrange": true, "mixed": true, "command": true}

// Names of what the table stands in for.
const (
	absentName  = "redeo or nussjustin/resp3 *"
	hiredisName = "hiredis parse alone"
	hiredisFull = "hiredis objects"
	hiredisSet  = "hiredis"
	boostName   = "Boost.Redis"
	rustName    = "redis-protocol (Rust)"
)

// fromTable scales the table's figures to this run, by bytes.IndexByte for
// decoding and by the append of ready bytes for encoding. Figures of what has been
// measured in this run are left out.
func (r *report) fromTable(workload string) []result {
	f, ok := published[workload]
	if !ok {
		return nil
	}
	scale := r.ns(workload, indexByteName) / f.indexByte
	if f.indexByte == 0 {
		scale = r.ns(workload, readyName) / f.read
	}
	parse := hiredisName
	if f.indexByte == 0 {
		parse = hiredisSet
	}
	var scaled []result
	add := func(name string, g group, ns float64) {
		if ns > 0 && scale > 0 && r.find(workload, name) == nil {
			scaled = append(scaled, result{Workload: workload, Name: name, Group: g, NS: ns * scale, FromTable: true})
		}
	}
	if absentLed[workload] {
		add(absentName, peer, f.goFastest)
	}
	add(parse, native, f.hiredis)
	add(boostName, native, f.boost)
	add(rustName, native, f.rust)
	return scaled
}
