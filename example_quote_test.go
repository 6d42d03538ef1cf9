package resp_test

import (
	"fmt"

	"github.com/seed65f5866d/resp"
)

func ExampleAppendQuoted() {
	line := resp.AppendQuoted(nil, "it's\r\n")
	line = resp.AppendQuoted(append(line, ' '), []byte{0, '"', 255})
	fmt.Println(string(line))

	words, err := resp.SplitInline(nil, line)
	fmt.Printf("%q %v\n", words, err)
	// Output:
	// "it's\r\n" "\x00\"\xff"
	// ["it's\r\n" "\x00\"\xff"] <nil>
}
