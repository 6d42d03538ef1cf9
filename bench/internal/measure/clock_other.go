//go:build !linux

package measure

import "time"

var started = time.Now()

// clock returns the time, as a thread's own is not to be had here.
func clock() time.Duration { return time.Since(started) }
