package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpu returns the time that the process has spent on processors, in the kernel too.
func (s *server) cpu() (time.Duration, error) {
	clock := int32(^s.cmd.Process.Pid<<3 | 2) // that of all its threads, as clock_getcpuclockid makes it
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		return 0, err
	}
	return time.Duration(t.Nano()), nil
}
