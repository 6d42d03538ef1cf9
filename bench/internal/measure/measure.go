// Package measure compares the times of several ways to do the same thing on a
// machine that is not quiet: samples are taken in rounds, each of them between
// two runs of a fixed loop, and those during which that loop was slow are dropped.
package measure

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"time"
)

// Row is one way to do something.
type Row struct {
	Name  string
	Units int          // frames, elements or requests of one pass
	Pass  func() error // does it once

	// CPU returns the processor time that all passes so far have taken, of a row
	// whose work other processes do. When it is nil, the time is that of this process.
	CPU func() time.Duration
}

// Options say how long to measure.
type Options struct {
	Sample time.Duration // length of a sample; at least one pass
	Rounds int           // good samples that are wanted of each row
	Budget time.Duration // after which no new round begins
}

// Result is what was found for a row. Times and allocations are for one unit,
// times in nanoseconds and medians of the good samples.
type Result struct {
	Name      string
	Wall, CPU float64
	Spread    float64 // of Wall: the middle half of the samples, as a part of the median
	Allocs    float64 // the least seen: what the program itself allocates each time
	Good      int     // samples
	Dropped   int
}

// sample is one measurement of a row.
type sample struct {
	wall, cpu, allocs float64 // of a unit
	calibration       time.Duration
}

// Run measures all rows, one sample each per round, until every row has enough
// good samples or the budget is used up.
func (m *Meter) Run(rows []Row, opts Options) ([]Result, error) {
	samples := make([][]sample, len(rows))
	for start := time.Now(); ; {
		for i, row := range rows {
			s, err := m.sample(row, opts.Sample)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", row.Name, err)
			}
			samples[i] = append(samples[i], s)
		}
		if time.Since(start) >= opts.Budget || m.enough(samples, opts.Rounds) {
			break
		}
	}
	results := make([]Result, len(rows))
	for i, row := range rows {
		results[i] = m.summary(row.Name, samples[i])
	}
	return results, nil
}

// sample measures a row once. The garbage of other rows is collected before; that
// of its own counts, on the one processor that there is.
func (m *Meter) sample(row Row, length time.Duration) (sample, error) {
	runtime.GC()
	if err := warmUp(row); err != nil {
		return sample{}, err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	calibrated := m.calibrate()
	cpuTime := row.CPU
	if cpuTime == nil {
		cpuTime = CPUTime
	}
	passes, cpu, start := 0, cpuTime(), time.Now()
	for passes == 0 || time.Since(start) < length {
		if err := row.Pass(); err != nil {
			return sample{}, err
		}
		passes++
	}
	wall := time.Since(start)
	cpu = cpuTime() - cpu
	calibrated = max(calibrated, m.calibrate())
	runtime.ReadMemStats(&after)
	units := float64(passes * row.Units)
	return sample{
		wall:        float64(wall) / units,
		cpu:         float64(cpu) / units,
		allocs:      float64(after.Mallocs-before.Mallocs) / units,
		calibration: calibrated,
	}, nil
}

// warmUp does a pass that is not measured. It takes again what the collector took from
// pools and caches. A row that allocates also gets its memory back: while rows before it
// allocated nothing, the runtime returned free pages to the system, and who takes them
// again waits for each.
func warmUp(row Row) error {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := row.Pass()
	runtime.ReadMemStats(&after)
	if err == nil && after.TotalAlloc-before.TotalAlloc >= allocating {
		fetchPages(2 * before.HeapAlloc)
		err = row.Pass()
	}
	return err
}

// allocating is how many bytes a pass allocates at least of a row that does.
const allocating = 64 << 10

// fetchPages takes so many bytes from the system and leaves them to the runtime, which
// allocates that much between two collections.
func fetchPages(size uint64) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	const page = 4 << 10
	pieces := make([]*[2 * page]byte, size/(2*page))
	for i := range pieces {
		pieces[i] = new([2 * page]byte)
		pieces[i][0], pieces[i][page] = 1, 1 // a page comes when it is written
	}
	runtime.KeepAlive(pieces)
	clear(pieces)
	runtime.GC()
}

// enough reports whether every row has as many good samples. What was good may
// be so no longer when the machine is seen to be faster.
func (m *Meter) enough(samples [][]sample, rounds int) bool {
	for _, of := range samples {
		if len(m.goodOf(of)) < rounds {
			return false
		}
	}
	return true
}

// goodOf returns the samples during which the machine was about as fast as it can
// be.
func (m *Meter) goodOf(samples []sample) []sample {
	const slack = 1.15
	most := time.Duration(slack * float64(m.best()))
	var good []sample
	for _, s := range samples {
		if s.calibration <= most {
			good = append(good, s)
		}
	}
	return good
}

// summary uses all samples when none is good: a rough figure is better than none,
// and Good tells.
func (m *Meter) summary(name string, samples []sample) Result {
	good := m.goodOf(samples)
	r := Result{Name: name, Good: len(good), Dropped: len(samples) - len(good)}
	if len(good) == 0 {
		good = samples
	}
	r.Wall = median(good, func(s sample) float64 { return s.wall })
	r.Spread = spread(good, func(s sample) float64 { return s.wall })
	r.CPU = median(good, func(s sample) float64 { return s.cpu })
	r.Allocs = samples[0].allocs
	for _, s := range samples {
		r.Allocs = min(r.Allocs, s.allocs)
	}
	return r
}
