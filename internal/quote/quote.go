// Package quote quotes bytes as Redis shows them to people, and unquotes them as
// Redis does in inline requests (sdscatrepr and sdssplitargs).
package quote

// Append appends s between double quotes: printable ASCII as it is, \" \\ \n \r \t
// \a \b, and \x with two lower-case hexadecimal digits for every other byte.
func Append[T ~string | ~[]byte](dst []byte, s T) []byte {
	return append(AppendEscaped(append(dst, '"'), s), '"')
}

// AppendEscaped appends s as Append does, without the quotes.
func AppendEscaped[T ~string | ~[]byte](dst []byte, s T) []byte {
	plain := 0 // start of the bytes that need no escape and have not been appended
	for i := range len(s) {
		c := s[i]
		if ' ' <= c && c <= '~' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[plain:i]...)
		dst = appendEscape(dst, c)
		plain = i + 1
	}
	return append(dst, s[plain:]...)
}

func appendEscape(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	case '\a':
		return append(dst, `\a`...)
	case '\b':
		return append(dst, `\b`...)
	}
	return append(dst, '\\', 'x', hex[c>>4], hex[c&15])
}

// AppendUnquoted appends the text in the quotes that open at line[open] to dst and
// returns the index after them. Double quotes know the escapes
// \n \r \t \b \a and \xHH, and a backslash before any other byte gives that byte;
// single quotes know \' alone.
//
// ok is false when the quotes are not closed, and end is open then. It is also false
// when the byte at end, after the closing quote, is not white space.
func AppendUnquoted(dst, line []byte, open int) (out []byte, end int, ok bool) {
	quote := line[open]
	for i := open + 1; i < len(line); i++ {
		c := line[i]
		switch {
		case c == quote:
			return dst, i + 1, i+1 == len(line) || isSpace(line[i+1])
		case c == '\\' && i+1 < len(line) && quote == '"':
			c, i = unescape(line, i+1)
		case c == '\\' && i+1 < len(line) && line[i+1] == '\'':
			i++
			c = '\''
		}
		dst = append(dst, c)
	}
	return dst, open, false
}

func isSpace(c byte) bool { return c == ' ' || c-'\t' <= '\r'-'\t' }

// unescape returns the byte for the escape whose letter is line[i], and the index of
// the last byte of the escape.
func unescape(line []byte, i int) (c byte, last int) {
	switch line[i] {
	case 'n':
		return '\n', i
	case 'r':
		return '\r', i
	case 't':
		return '\t', i
	case 'b':
		return '\b', i
	case 'a':
		return '\a', i
	case 'x':
		if i+2 < len(line) {
			high, low := hexDigit(line[i+1]), hexDigit(line[i+2])
			if high >= 0 && low >= 0 {
				return byte(high<<4 | low), i + 2
			}
		}
	}
	return line[i], i
}

// hexDigit returns the value of c as a hexadecimal digit, or -1.
func hexDigit(c byte) int {
	switch {
	case c-'0' <= 9:
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
