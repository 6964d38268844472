package screen

import "unicode/utf8"

// token is a word or a number.
type token struct {
	start    int
	end      int
	word     string // without what nobody sees; nothing if it is longer than what is looked for
	number   bool   // digits alone
	sentence int    // in which sentence or line it stands
}

// tokenise finds words and numbers. A hyphen or apostrophe between letters is part of
// its word: twenty-five is not five.
func (s *scanner) tokenise() {
	s.tokens = make([]token, 0, len(s.text)/4) // most words are longer
	sentence := 0
	for i := 0; i < len(s.text); {
		r := s.at(i)
		switch {
		case isLetter(r) || isDigit(r):
			end, number := s.word(i)
			s.tokens = append(s.tokens, token{i, end, s.seen(i, end), number, sentence})
			i = end
			continue
		case r == '\n', r == ';', (r == '.' || r == '!' || r == '?') && !isDigit(s.at(i+1)):
			sentence++
		}
		i++
	}
}

func (s *scanner) word(start int) (end int, number bool) {
	number = true
	for i := start; ; i++ {
		switch r := s.at(i); {
		case isDigit(r):
		case isLetter(r):
			number = false
		case (r == '-' || r == '\'') && isLetter(s.at(i-1)) && isLetter(s.at(i+1)):
		case r == hidden && i+1 < len(s.text) && (isLetter(s.at(i+1)) || isDigit(s.at(i+1))):
		default:
			return i, number
		}
	}
}

// is reports whether the token at the place is one of the words. Words are as long as
// the longest of them at most.
func (s *scanner) is(i int, words map[string]bool) bool {
	if i < 0 || i >= len(s.tokens) {
		return false
	}
	return words[s.tokens[i].word]
}

// longest is longer than every word that is looked for.
const longest = 16

// seen answers the characters of a token that can be seen.
func (s *scanner) seen(start, end int) string {
	if end-start > 2*longest {
		return ""
	}
	var out [2 * longest * utf8.UTFMax]byte
	text := out[:0]
	for k := start; k < end; k++ {
		if r := s.at(k); r != hidden {
			text = utf8.AppendRune(text, r)
		}
	}
	return string(text)
}

// together reports whether two tokens stand in one sentence.
func (s *scanner) together(i, k int) bool {
	return i >= 0 && k >= 0 && i < len(s.tokens) && k < len(s.tokens) && s.tokens[i].sentence == s.tokens[k].sentence
}

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
