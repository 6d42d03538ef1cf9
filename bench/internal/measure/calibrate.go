package measure

import (
	"fmt"
	"runtime"
	"slices"
	"time"
)

// Meter knows how fast this machine can be.
type Meter struct{ seen []time.Duration } // times of the calibrating loop

// String says how fast that is, so that two runs can be told apart.
func (m *Meter) String() string { return fmt.Sprintf("the calibrating loop takes %v", m.best()) }

// best returns the time of the calibrating loop at its best. That is not the very
// least: a core may be faster than ever again for a moment.
func (m *Meter) best() time.Duration {
	const oneIn = 50
	if len(m.seen) == 0 {
		return 0
	}
	slices.Sort(m.seen)
	return m.seen[len(m.seen)/oneIn]
}

// calibration is what the calibrating loop works on.
var calibration struct {
	from, to [128 << 10]byte
	sum      uint64
}

// calibrate returns the best time of some: the first is longer, because a row leaves
// caches as it likes, and an interrupt may hit another.
func (m *Meter) calibrate() time.Duration {
	best := calibrateOnce()
	for range 4 {
		best = min(best, calibrateOnce())
	}
	m.seen = append(m.seen, best)
	return best
}

// calibrateOnce runs a fixed loop of some 40 microseconds and returns its time. The
// loop keeps as many units of a core busy as a codec does, because a neighbour on
// the same core slows down nothing that waits for its own last result: four chains
// of arithmetic, a load and a branch that goes one way for each step, and then a
// copy that does not fit into the first cache.
func calibrateOnce() time.Duration {
	runtime.LockOSThread() // Clock is that of a thread
	defer runtime.UnlockOSThread()
	start := Clock()
	c := &calibration
	p, q, r, s := c.sum|1, c.sum|2, c.sum|4, c.sum|8
	for i := range 16_000 {
		p ^= p << 13
		q ^= q << 13
		r ^= r << 13
		s ^= s << 13
		p ^= p >> 7
		q ^= q >> 7
		r ^= r >> 7
		s ^= s >> 7
		if c.from[i&(16<<10-1)] == '\n' {
			p++
		}
	}
	c.sum = p + q + r + s
	copy(c.to[:], c.from[:])
	copy(c.from[:], c.to[:])
	return Clock() - start
}
