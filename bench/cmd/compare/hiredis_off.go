//go:build !hiredis || !cgo

package main

import (
	"github.com/seed65f5866d/resp/bench/internal/ways"
	"github.com/seed65f5866d/resp/bench/internal/workload"
)

// Without the build tag hiredis, hiredis is compared with through the table.

func hiredisDecodeRows(*workload.Stream) []row { return nil }

func hiredisEncodeRows(ways.Message, set) []row { return nil }
