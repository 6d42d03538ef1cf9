package resp

// This file quotes bytes as Redis does wherever it shows them to people.

// AppendQuoted appends s between double quotes, as redis-cli, MONITOR and the
// logs of Redis show it (sdscatrepr in the C locale): printable ASCII as it is,
// \" \\ \n \r \t \a \b, and \x with two lower-case hexadecimal digits for every
// other byte. The result has no line end and is Go syntax, too.
//
// [SplitInline] is the way back: of any number of quoted strings with blanks
// between them it gives the very strings, and so does an inline request.
func AppendQuoted[T ~string | ~[]byte](dst []byte, s T) []byte {
	return append(appendEscaped(append(dst, '"'), textOf(s)), '"')
}

// appendEscaped appends s as AppendQuoted does, without the quotes.
func appendEscaped[T ~string | ~[]byte](dst []byte, s T) []byte {
	plain := 0 // where the bytes start that need no escape and are not yet appended
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
