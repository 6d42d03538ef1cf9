package resp

// This file splits the name of a command into its words: SplitCommand for the
// caller, and the pieces that AppendCommand, the Encoder and the Chunker use to
// do it without allocating.

// SplitCommand returns the words of a command's name as clients send them, each
// an argument of its own: "CONFIG GET" gives CONFIG and GET. Words are separated
// by ASCII white space: space, tab, CR, LF, VT and FF. A name without a word
// gives nil; every function that writes a command refuses it. The words are
// parts of name, not copies.
func SplitCommand(name string) []string {
	count := countWords(name)
	if count == 0 {
		return nil
	}
	words := make([]string, count)
	for i := range words {
		words[i], name = nextWord(name)
	}
	return words
}

// isOneWord reports whether name is a word and nothing else, as nearly all are.
// A name with other control characters than white space is not told apart here.
func isOneWord(name string) bool {
	for i := range len(name) {
		if name[i] <= ' ' {
			return false
		}
	}
	return name != ""
}

// countWords returns how many words name has.
func countWords(name string) (count int) {
	for word, rest := nextWord(name); word != ""; word, rest = nextWord(rest) {
		count++
	}
	return count
}

// nextWord returns the first word of s and what follows it, both empty when
// there is none.
func nextWord(s string) (word, rest string) {
	start := 0
	for start < len(s) && isSpace(s[start]) {
		start++
	}
	end := start
	for end < len(s) && !isSpace(s[end]) {
		end++
	}
	return s[start:end], s[end:]
}

// noWord says what is wrong with a name without a word.
const noWord = "command name without a word"
