package server

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// pattern is what a text has to match.
type pattern interface{ Match(text []byte) bool }

// patternOf answers a pattern of the contract. Most are of codes, of which a body may have
// hundreds, and need nothing of what [regexp] keeps while it reads.
func patternOf(text string) (pattern, error) {
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	if s := codesOf(tree); s != nil {
		return s, nil
	}
	return regexp.Compile(text)
}

// codes is a pattern of one ASCII character after another, each one of some, of which only the
// last may stand more or less often.
type codes struct {
	head        []*letters
	tail        *letters // nil where there is none
	least, most int      // of the tail; most is below 0 where there is no limit
}

// letters are some ASCII characters.
type letters [utf8.RuneSelf]bool

// Match reports whether the text matches.
func (s *codes) Match(text []byte) bool {
	if len(text) < len(s.head) {
		return false
	}
	for i, c := range s.head {
		if text[i] >= utf8.RuneSelf || !c[text[i]] {
			return false
		}
	}
	rest := text[len(s.head):]
	if s.tail == nil {
		return len(rest) == 0
	}
	for _, b := range rest {
		if b >= utf8.RuneSelf || !s.tail[b] {
			return false
		}
	}
	return len(rest) >= s.least && (s.most < 0 || len(rest) <= s.most)
}

// codesOf answers nil for what is none.
func codesOf(tree *syntax.Regexp) *codes {
	parts := tree.Sub
	if tree.Op != syntax.OpConcat || len(parts) < 2 || parts[0].Op != syntax.OpBeginText || parts[len(parts)-1].Op != syntax.OpEndText {
		return nil
	}
	s := &codes{}
	for _, part := range parts[1 : len(parts)-1] {
		if s.tail != nil || !s.add(part) {
			return nil // behind what is repeated it would have to be tried how often
		}
	}
	return s
}

func (s *codes) add(part *syntax.Regexp) bool {
	least, most := 1, 1
	switch part.Op {
	case syntax.OpRepeat:
		least, most = part.Min, part.Max
	case syntax.OpPlus:
		most = -1
	case syntax.OpLiteral:
		for _, r := range part.Rune {
			if c := lettersOf([]rune{r, r}); c != nil && part.Flags&syntax.FoldCase == 0 {
				s.head = append(s.head, c)
				continue
			}
			return false
		}
		return true
	}
	if least != 1 || most != 1 {
		part = part.Sub[0]
	}
	if part.Op != syntax.OpCharClass {
		return false
	}
	c := lettersOf(part.Rune)
	if c == nil {
		return false
	}
	if least != most {
		s.tail, s.least, s.most = c, least, most
		return true
	}
	for range least {
		s.head = append(s.head, c)
	}
	return true
}

// lettersOf are those from the first to the last of each pair, or nil where not all are ASCII.
func lettersOf(pairs []rune) *letters {
	var c letters
	for pair := range slices.Chunk(pairs, 2) {
		first, last := pair[0], pair[len(pair)-1]
		if last >= utf8.RuneSelf {
			return nil
		}
		for r := first; r <= last; r++ {
			c[r] = true
		}
	}
	return &c
}
