package measure

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// Pin keeps all threads of the process on the last core that it may run on, and
// returns that. Later threads inherit it. The calling goroutine is not locked to
// its thread: handing over to another goroutine would then cost a switch of
// threads, which codecs that have goroutines of their own do not deserve.
func Pin() (cpu int, err error) {
	cores, err := affinity()
	if err != nil {
		return 0, err
	}
	cpu, one := lastOf(cores)
	return cpu, keepOn(one, os.Getpid())
}

// Together runs f while this process and another one share a core, as Pin does it, and
// gives both all cores again.
func Together(pid int, f func() error) (err error) {
	cores, err := affinity()
	if err != nil {
		return err
	}
	_, one := lastOf(cores)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer func() { err = errors.Join(err, keepOn(cores, pid), keepOn(cores, os.Getpid())) }()
	if err := errors.Join(keepOn(one, pid), keepOn(one, os.Getpid())); err != nil {
		return err
	}
	return f()
}

// affinity returns the cores that the process may run on.
func affinity() (cores unix.CPUSet, err error) {
	return cores, unix.SchedGetaffinity(0, &cores)
}

func lastOf(cores unix.CPUSet) (cpu int, one unix.CPUSet) {
	for cpu = len(cores)*64 - 1; cpu > 0 && !cores.IsSet(cpu); {
		cpu--
	}
	one.Set(cpu)
	return cpu, one
}

// keepOn keeps all threads of a process on the given cores.
func keepOn(cores unix.CPUSet, pid int) error {
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return err
	}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			return err
		}
		if err := unix.SchedSetaffinity(id, &cores); err != nil {
			return fmt.Errorf("thread %d: %w", id, err)
		}
	}
	return nil
}
