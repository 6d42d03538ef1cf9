package main

// match reports whether text matches a pattern with * ? [a-z] [^a] and \, as keys and
// channels do. It tries again only behind the last *, so it takes no more than the
// product of the lengths.
func match(pattern, text string) bool {
	var afterStar, retry string
	starred := false
	for {
		if pattern == "" && text == "" {
			return true
		}
		if pattern != "" && pattern[0] == '*' {
			pattern = pattern[1:]
			starred, afterStar, retry = true, pattern, text
			continue
		}
		if pattern != "" && text != "" {
			if rest, ok := matchByte(pattern, text[0]); ok {
				pattern, text = rest, text[1:]
				continue
			}
		}
		if !starred || retry == "" {
			return false
		}
		retry = retry[1:]
		pattern, text = afterStar, retry
	}
}

// matchByte reports whether b matches what the pattern starts with, and returns the
// rest of the pattern.
func matchByte(pattern string, b byte) (rest string, ok bool) {
	switch {
	case pattern[0] == '?':
		return pattern[1:], true
	case pattern[0] == '[':
		return matchClass(pattern[1:], b)
	case pattern[0] == '\\' && len(pattern) > 1:
		pattern = pattern[1:]
	}
	return pattern[1:], pattern[0] == b
}

// matchClass is matchByte behind a [.
func matchClass(pattern string, b byte) (rest string, ok bool) {
	not := pattern != "" && pattern[0] == '^'
	if not {
		pattern = pattern[1:]
	}
	for pattern != "" && pattern[0] != ']' {
		if pattern[0] == '\\' && len(pattern) > 1 {
			pattern = pattern[1:]
		}
		low, high := pattern[0], pattern[0]
		if len(pattern) > 2 && pattern[1] == '-' {
			high = pattern[2]
			pattern = pattern[2:]
		}
		ok = ok || min(low, high) <= b && b <= max(low, high)
		pattern = pattern[1:]
	}
	if pattern != "" {
		pattern = pattern[1:]
	}
	return pattern, ok != not
}
