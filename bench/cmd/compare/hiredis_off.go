//go:build !hiredis || !cgo

package main

import "github.com/seed65f5866d/resp/bench"

// Without the build tag hiredis, hiredis is compared with through the table.

func hiredisDecodeRows(*bench.Stream) []row { return nil }

func hiredisEncodeRows(int, int) []row { return nil }
