//go:build !linux

package measure

import "time"

var started = time.Now()

// Clock returns the time, as a thread's own is not to be had here.
func Clock() time.Duration { return time.Since(started) }
