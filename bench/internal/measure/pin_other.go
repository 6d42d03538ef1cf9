//go:build !linux

package measure

import "errors"

// Pin keeps the process on one core where the system can do that.
func Pin() (cpu int, err error) {
	return 0, errors.New("processes can be pinned to a core on Linux only")
}

// Together runs f. Processes cannot be made to share a core here.
func Together(_ int, f func() error) error { return f() }
