// Package screen looks through people's words for what must not stand in them: numbers
// and dates by which a child could be known, and counts of children so small that they
// point at somebody. It says what kind of thing stands where, and never what it is.
//
// It warns; it does not decide. One number of ten digits in eleven passes for an NHS
// number, so that whoever wrote the words is asked and may say why they are right.
//
// Every text is read once, from its beginning to its end, and nothing in it is looked
// at more often than a fixed number of times: no text takes longer than others of its
// length.
package screen

import (
	"cmp"
	"slices"
	"unicode"
)

// Kind is what kind of thing was found.
type Kind string

// The kinds.
const (
	NHSNumber   Kind = "nhs_number"    // ten digits with the check digit of an NHS number
	UPN         Kind = "upn"           // a unique pupil number, by its check letter
	DateOfBirth Kind = "date_of_birth" // a date beside words of birth
	Postcode    Kind = "postcode"      // of a street or less: both parts
	SmallCount  Kind = "small_count"   // 1 to 5 beside child, baby, young person or sibling
)

// Kinds are all of them.
var Kinds = [...]Kind{NHSNumber, UPN, DateOfBirth, Postcode, SmallCount}

// Mark says that something of a kind stands somewhere. Places are counted in
// characters (Unicode code points) from 0; End is the first behind it.
type Mark struct {
	Kind  Kind
	Start int
	End   int
}

// Words answers what was found in a text, in the order in which it stands there.
func Words(text string) []Mark {
	s := scanner{text: folded(text)}
	s.scan()
	return s.marks
}

// scanner is a text on its way.
type scanner struct {
	text   []rune
	tokens []token
	marks  []Mark
	steps  int // how often a character or token was looked at, which a test bounds
}

func (s *scanner) scan() {
	s.tokenise()
	s.nhsNumbers()
	s.upns()
	s.postcodes()
	s.dates()
	s.smallCounts()
	slices.SortStableFunc(s.marks, func(a, b Mark) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
}

func (s *scanner) mark(kind Kind, start, end int) {
	s.marks = append(s.marks, Mark{kind, start, end})
}

// at answers the character at a place, and 0 beyond the text.
func (s *scanner) at(i int) rune {
	s.steps++
	if i < 0 || i >= len(s.text) {
		return 0
	}
	return s.text[i]
}

// folded answers the text's characters, each in the form in which it is compared: small
// letters, full-width ones as others, every space and every hyphen alike. None is added
// or taken away, so that places stay.
func folded(text string) []rune {
	runes := []rune(text)
	for i, r := range runes {
		runes[i] = fold(r)
	}
	return runes
}

// hidden stands for a character that nobody sees, which parts nothing.
const hidden = '\u200b'

func fold(r rune) rune {
	if r >= '\uff01' && r <= '\uff5e' {
		r -= '\uff01' - '!'
	}
	switch {
	case r < unicode.MaxASCII:
		return unicode.ToLower(r)
	case r == '\u00ad', unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
		return hidden
	case unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.Is(unicode.Pd, r), r == '\u2212':
		return '-'
	case r == '\u2018', r == '\u2019':
		return '\''
	case r == '\u2028', r == '\u2029', r == '\u0085':
		return '\n'
	case unicode.IsDigit(r):
		return digitOf(r)
	}
	return unicode.ToLower(r)
}

// digitOf answers another script's digit as ours. Unicode keeps the ten of a script
// together, in order.
func digitOf(r rune) rune {
	for n := range rune(10) {
		if !unicode.IsDigit(r - n - 1) {
			return '0' + n
		}
	}
	return '0' + (r-1)%10 // of scripts that follow each other; none of our readers writes so
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }
func isLetter(r rune) bool {
	return r >= 'a' && r <= 'z' || r > unicode.MaxASCII && unicode.IsLetter(r)
}
func isParting(r rune) bool {
	return r == ' ' || r == '-' || r == '\t' || r == hidden
}
