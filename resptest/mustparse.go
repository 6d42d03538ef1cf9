package resptest

import (
	"fmt"
	"io"
	"strings"

	"github.com/seed65f5866d/resp"
)

// MustParse returns the one value that wire is, for the values that a test expects:
//
//	want := resptest.MustParse("*2\r\n$1\r\na\r\n:1\r\n")
//
// It panics with the offset of the fault when wire is not exactly one value. No limits
// apply.
func MustParse(wire string) resp.Value {
	d := resp.NewDecoder(strings.NewReader(wire), resp.NoLimits())
	var v resp.Value
	err := d.Decode(&v)
	switch rest := len(wire) - int(d.InputOffset()); {
	case err == io.EOF, err == io.ErrUnexpectedEOF:
		err = fmt.Errorf("the value is not whole at offset %d, where the bytes end", len(wire))
	case err == nil && rest > 0:
		err = fmt.Errorf("%d bytes too many from offset %d on", rest, d.InputOffset())
	}
	if err != nil {
		panic(fmt.Sprintf("resptest: %v: %v", Bytes(wire), err))
	}
	return v.Clone()
}
