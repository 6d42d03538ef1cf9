package resp_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing/fstest"

	"github.com/seed65f5866d/resp"
)

// What a crash left of an append-only file: the last command is cut off, and the
// transaction that it is in has no end.
func ExampleAppendOnlyFile() {
	const file = "#TS:1628217470\r\n" +
		"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n" +
		"*1\r\n$5\r\nMULTI\r\n" +
		"#TS:1628217471\r\n" +
		"*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n" +
		"*2\r\n$4\r\nIN"
	d := resp.NewDecoder(strings.NewReader(file), resp.AppendOnlyFile())
	var whole, beforeMulti int64
	for command, err := range d.Commands() {
		if err == io.ErrUnexpectedEOF {
			fmt.Printf("cut the file at %d, or, to drop the transaction, at %d\n", d.InputOffset(), beforeMulti)
			break
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		if string(command.Args[0]) == "MULTI" {
			beforeMulti = whole
		}
		whole = d.InputOffset()
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
	d := resp.NewDecoder(file, resp.AppendOnlyFile(), resp.OnAnnotation(func(text []byte) {
		fmt.Printf("annotation %q\n", text)
	}))
	command, err := d.ReadCommand()
	fmt.Printf("%q %v\n", command.Args, err)
	// Output:
	// annotation "TS:1628217470"
	// ["FLUSHALL"] <nil>
}

func ExamplePreambleTo() {
	const rdb = "REDIS0011\xfa\x09redis-ver\x067.0.15\xff\x10\x66\x32\x20\x14\xec\x03\x8f"
	file := strings.NewReader(rdb + "*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n")
	var preamble strings.Builder
	d := resp.NewDecoder(file, resp.AppendOnlyFile(), resp.PreambleTo(&preamble))
	command, err := d.ReadCommand()
	fmt.Printf("%q %v, behind an RDB of %d bytes\n", command.Args, err, preamble.Len())
	// Output:
	// ["DEL" "k"] <nil>, behind an RDB of 36 bytes
}

func ExampleParseAOFManifest() {
	files, err := resp.ParseAOFManifest(strings.NewReader(
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
func ExampleReadAOF() {
	server := fstest.MapFS{
		"appendonlydir/appendonly.aof.manifest": {Data: []byte(
			"file appendonly.aof.1.base.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n")},
		"appendonlydir/appendonly.aof.1.base.aof": {Data: []byte("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n")},
		"appendonlydir/appendonly.aof.1.incr.aof": {Data: []byte("*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n*2\r\n$3\r\nGE")},
	}
	for command, err := range resp.ReadAOF(server, "appendonlydir") {
		var aof *resp.AOFError
		if errors.As(err, &aof) {
			fmt.Println(err)
			break
		}
		fmt.Printf("%q in %s up to %d\n", command.Args, command.File, command.Offset)
	}
	// Output:
	// ["SET" "k" "v"] in appendonly.aof.1.base.aof up to 27
	// ["DEL" "k"] in appendonly.aof.1.incr.aof up to 20
	// resp: append-only file appendonly.aof.1.incr.aof, whole up to offset 20: unexpected EOF
}
