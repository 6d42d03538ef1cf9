// Command main is a native fuzz target, as libFuzzer takes one. build.sh makes one of
// them for each target, with its package and its name in place of those here.
//
// The package testing hands out what runs one input when it is told to be a worker of
// a fuzzing process, and the types of the input when it is told to lead one.
package main

// #include <stddef.h>
import "C"

import (
	"encoding/binary"
	"flag"
	"io"
	"math"
	"os"
	"reflect"
	"sync"
	"testing"
	"time"
	"unsafe"

	target "TARGET_PACKAGE"
)

// entry is one input, as testing and its fuzzing processes pass it on.
type entry = struct {
	Parent     string
	Path       string
	Data       []byte
	Values     []any
	Generation int
	IsSeed     bool
}

var (
	types   []reflect.Type                 // of the arguments of the fuzz function
	workers = make(chan func(entry) error) // gets what runs one input
)

// harness stands for what go test links to each test.
type harness struct{}

func (harness) CoordinateFuzzing(_ time.Duration, _ int64, _ time.Duration, _ int64, _ int, _ []entry, of []reflect.Type, _, _ string) error {
	types = of
	return nil
}

func (harness) RunFuzzWorker(run func(entry) error) error {
	workers <- run
	select {} // the worker has to stay
}

func (harness) MatchString(pattern, name string) (bool, error)     { return pattern == name, nil }
func (harness) ImportPath() string                                 { return "" }
func (harness) ModulePath() string                                 { return "" }
func (harness) SetPanicOnExit0(bool)                               {}
func (harness) StartCPUProfile(io.Writer) error                    { return nil }
func (harness) StopCPUProfile()                                    {}
func (harness) StartTestLog(io.Writer)                             {}
func (harness) StopTestLog() error                                 { return nil }
func (harness) WriteProfileTo(string, io.Writer, int) error        { return nil }
func (harness) ReadCorpus(string, []reflect.Type) ([]entry, error) { return nil, nil }
func (harness) CheckCorpus([]any, []reflect.Type) error            { return nil }
func (harness) ResetCoverage()                                     {}
func (harness) SnapshotCoverage()                                  {}
func (harness) InitRuntimeCoverage() (mode string, tearDown func(string, string) (string, error), snapshot func() float64) {
	return "", nil, nil
}

// start finds out the types and starts the worker.
var start = sync.OnceValue(func() (run func(entry) error) {
	os.Args = os.Args[:1] // the flags are those of libFuzzer
	targets := []testing.InternalFuzzTarget{{Name: "target", Fn: target.TARGET_FUNCTION}}
	m := testing.MainStart(harness{}, nil, nil, targets, nil)
	flag.Set("test.run", "none")
	flag.Set("test.fuzz", "target")
	flag.Set("test.fuzzcachedir", os.TempDir())
	m.Run()
	flag.Set("test.fuzzworker", "true")
	go testing.MainStart(harness{}, nil, nil, targets, nil).Run()
	return <-workers
})

// LLVMFuzzerTestOneInput runs the target with one input.
//
//export LLVMFuzzerTestOneInput
func LLVMFuzzerTestOneInput(data *C.char, size C.size_t) C.int {
	run := start()
	if err := run(entry{Values: values(C.GoBytes(unsafe.Pointer(data), C.int(size)))}); err != nil {
		panic(err)
	}
	return 0
}

// values makes arguments of bytes. Numbers come first, and the last string gets the rest.
func values(data []byte) (list []any) {
	take := func(n int) []byte {
		taken := make([]byte, n)
		data = data[copy(taken, data):]
		return taken
	}
	strings := 0
	arguments := make([]reflect.Value, len(types))
	for i, t := range types {
		v := reflect.New(t).Elem()
		arguments[i] = v
		switch {
		case t.Kind() == reflect.String, t.Kind() == reflect.Slice:
			strings++
		case t.Kind() == reflect.Bool:
			v.SetBool(take(1)[0]%2 == 1)
		case v.CanInt():
			v.SetInt(int64(binary.LittleEndian.Uint64(take(8))))
		case v.CanUint():
			v.SetUint(binary.LittleEndian.Uint64(take(8)))
		case v.CanFloat():
			v.SetFloat(math.Float64frombits(binary.LittleEndian.Uint64(take(8))))
		}
	}
	for _, v := range arguments {
		if kind := v.Kind(); kind == reflect.String || kind == reflect.Slice {
			strings--
			n := len(data)
			if strings > 0 {
				n = min(int(take(1)[0]), len(data))
			}
			v.Set(reflect.ValueOf(take(n)).Convert(v.Type()))
		}
		list = append(list, v.Interface())
	}
	return list
}

func main() {}
