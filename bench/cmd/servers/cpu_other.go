//go:build !linux

package main

import (
	"fmt"
	"time"
)

func (*server) cpu() (time.Duration, error) {
	return 0, fmt.Errorf("the processor time of another process: %w", errMissing)
}
