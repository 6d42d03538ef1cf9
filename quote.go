package resp

import (
	"github.com/seed65f5866d/resp/internal/quote"

	"github.com/seed65f5866d/resp/internal/respwire"
)

// AppendQuoted appends s between double quotes, as redis-cli and the logs of Redis
// show it (sdscatrepr in the C locale): printable ASCII as it is, \" \\ \n \r \t \a
// \b, and \x with two lower-case hexadecimal digits for every other byte. The result
// has no line end and is Go syntax, too.
//
// [SplitInline] is the way back: of any number of quoted strings with blanks
// between them it gives the very strings, and so does an inline request.
func AppendQuoted[T ~string | ~[]byte](dst []byte, s T) []byte {
	return quote.Append(dst, respwire.TextOf(s))
}
