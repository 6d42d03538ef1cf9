package aof_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing/fstest"

	"github.com/seed65f5866d/resp"
	"github.com/seed65f5866d/resp/aof"
)

// What a crash left of an append-only file: the last command is cut off, and the
// transaction that it is in has no end.
func ExampleReader() {
	const file = "#TS:1628217470\r\n" +
		"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n" +
		"*1\r\n$5\r\nMULTI\r\n" +
		"#TS:1628217471\r\n" +
		"*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n" +
		"*2\r\n$4\r\nIN"
	r := aof.NewReader(strings.NewReader(file))
	var whole, beforeMulti int64
	for command, err := range r.Commands() {
		if err == io.ErrUnexpectedEOF {
			fmt.Printf("cut the file at %d, or, to drop the transaction, at %d\n", r.Offset(), beforeMulti)
			break
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		if string(command.Args[0]) == "MULTI" {
			beforeMulti = whole
		}
		whole = r.Offset()
		fmt.Printf("%q up to %d\n", command.Args, whole)
	}
	// Output:
	// ["SET" "k" "v"] up to 43
	// ["MULTI"] up to 58
	// ["INCR" "n"] up to 95
	// cut the file at 95, or, to drop the transaction, at 43
}

func ExampleOnAnnotation() {
	file := strings.NewReader("#TS:1628217470\r\n*1\r\n$8\r\nFLUSHALL\r\n")
	r := aof.NewReader(file, aof.OnAnnotation(func(text []byte) {
		fmt.Printf("annotation %q\n", text)
	}))
	command, err := r.ReadCommand()
	fmt.Printf("%q %v\n", command.Args, err)
	// Output:
	// annotation "TS:1628217470"
	// ["FLUSHALL"] <nil>
}

// A server with large values and no limit to match writes files that need none either.
func ExampleDecoderOptions() {
	file := strings.NewReader("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000000000\r\n")
	for _, most := range []int64{512 << 20, 4 << 30} {
		r := aof.NewReader(file, aof.DecoderOptions(resp.MaxBulkLen(most)))
		_, err := r.ReadCommand()
		fmt.Println(err)
		file.Seek(0, io.SeekStart)
	}
	// Output:
	// resp: over the limit at offset 21: bulk length above 536870912
	// unexpected EOF
}

func ExamplePreambleTo() {
	const rdb = "REDIS0011\xfa\x09redis-ver\x067.0.15\xff\x10\x66\x32\x20\x14\xec\x03\x8f"
	file := strings.NewReader(rdb + "*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n")
	var preamble strings.Builder
	r := aof.NewReader(file, aof.PreambleTo(&preamble))
	command, err := r.ReadCommand()
	fmt.Printf("%q %v, behind an RDB of %d bytes\n", command.Args, err, preamble.Len())
	// Output:
	// ["DEL" "k"] <nil>, behind an RDB of 36 bytes
}

func ExampleParseManifest() {
	files, err := aof.ParseManifest(strings.NewReader(
		"file appendonly.aof.2.base.rdb seq 2 type b\n" +
			"file appendonly.aof.1.incr.aof seq 1 type h\n" +
			"file appendonly.aof.2.incr.aof seq 2 type i\n"))
	for _, file := range files {
		fmt.Printf("%s %d %c\n", file.Name, file.Seq, file.Type)
	}
	fmt.Println(err)
	// Output:
	// appendonly.aof.2.base.rdb 2 b
	// appendonly.aof.1.incr.aof 1 h
	// appendonly.aof.2.incr.aof 2 i
	// <nil>
}

// With os.DirFS this reads the folder of a server.
func ExampleCommands() {
	server := fstest.MapFS{
		"appendonlydir/appendonly.aof.manifest": {Data: []byte(
			"file appendonly.aof.1.base.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n")},
		"appendonlydir/appendonly.aof.1.base.aof": {Data: []byte("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n")},
		"appendonlydir/appendonly.aof.1.incr.aof": {Data: []byte("*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n*2\r\n$3\r\nGE")},
	}
	for command, err := range aof.Commands(server, "appendonlydir") {
		var failed *aof.Error
		if errors.As(err, &failed) {
			fmt.Println(err)
			break
		}
		fmt.Printf("%q in %s up to %d\n", command.Args, command.File, command.Offset)
	}
	// Output:
	// ["SET" "k" "v"] in appendonly.aof.1.base.aof up to 27
	// ["DEL" "k"] in appendonly.aof.1.incr.aof up to 20
	// aof: appendonly.aof.1.incr.aof, whole up to offset 20: unexpected EOF
}
