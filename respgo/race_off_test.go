//go:build !race

package respgo_test

const raceEnabled = false
