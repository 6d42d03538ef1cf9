package measure

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Pin keeps all threads of the process on the last core that it may run on, and
// returns that. Later threads inherit it. The calling goroutine is not locked to
// its thread: handing over to another goroutine would then cost a switch of
// threads, which codecs that have goroutines of their own do not deserve.
func Pin() (cpu int, err error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return 0, err
	}
	for cpu = len(set)*64 - 1; cpu > 0 && !set.IsSet(cpu); {
		cpu--
	}
	set.Zero()
	set.Set(cpu)
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return 0, err
	}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			return 0, err
		}
		if err := unix.SchedSetaffinity(id, &set); err != nil {
			return 0, fmt.Errorf("thread %d: %w", id, err)
		}
	}
	return cpu, nil
}
