package tests

import (
	"runtime"
	"sync"
	"testing"
)

// IdleMost is what an idle Decoder or Encoder may hold, in bytes.
const IdleMost = 1<<10 - 1

// Allocated returns how many bytes f allocates, including those that are freed
// again.
func Allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// InUse returns how many bytes of the heap are in use.
func InUse() int {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

// Held returns how many more bytes are in use after f, except for those in pools.
func Held(f func()) int {
	settled := func() int {
		runtime.GC()
		return InUse()
	}
	before := settled()
	f()
	return settled() - before
}

// PoolsKeep reports whether a sync.Pool gives what was put into it just before.
func PoolsKeep() bool {
	var pool sync.Pool
	for range 100 {
		pool.Put(new(int))
		if pool.Get() == nil {
			return false
		}
	}
	return true
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
