package measure

import (
	"time"

	"golang.org/x/sys/unix"
)

// Clock returns the time that the calling thread has spent on a processor: another
// thread on the same core, be it the scheduler's own, does not make the core slow.
func Clock() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
