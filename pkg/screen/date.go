package screen

// How near a date is to the word that makes it one of birth, in characters.
const (
	behindBirth = 40 // born in the family home on 3 April 2014
	beforeBirth = 20 // 3 April 2014 (date of birth)
)

var (
	birth  = set("born", "birth", "birthday", "birthdate", "dob")
	months = set("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
		"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec")
)

// dates finds whole dates near words of birth, before or behind them. A date elsewhere
// is of a meeting or a plan.
func (s *scanner) dates() {
	born, date := -1, Mark{Start: -1}
	for i := 0; i < len(s.tokens); {
		t := s.tokens[i]
		if end := s.birthWord(i); end > i {
			if date.Start >= 0 && t.start-date.End <= beforeBirth {
				s.marks = append(s.marks, date)
				date.Start = -1
			}
			born, i = s.tokens[end-1].end, end
			continue
		}
		end := s.date(i)
		if end == i {
			i++
			continue
		}
		date = Mark{DateOfBirth, t.start, s.tokens[end-1].end}
		if born >= 0 && t.start-born <= behindBirth {
			s.marks = append(s.marks, date)
			date.Start = -1
		}
		i = end
	}
}

// birthWord answers the token behind a word of birth at the place, such as born or
// d.o.b., and the place itself if there is none.
func (s *scanner) birthWord(i int) int {
	if s.is(i, birth) {
		return i + 1
	}
	if i+2 < len(s.tokens) && s.letter(i, 'd') && s.letter(i+1, 'o') && s.letter(i+2, 'b') && s.tokens[i+2].end-s.tokens[i].start <= 7 {
		return i + 3
	}
	return i
}

func (s *scanner) letter(i int, letter rune) bool {
	t := s.tokens[i]
	return t.end == t.start+1 && s.at(t.start) == letter
}

// date answers the token behind a date at the place: 3/4/2014, 2014-04-03, 3 April
// 2014, 3rd of April 2014, April 3, 2014 and their like.
func (s *scanner) date(i int) int {
	j := i + 1
	day := s.day(i)
	if day && j < len(s.tokens) && s.tokens[j].word == "of" {
		j++
	}
	switch {
	case j+1 >= len(s.tokens) || !s.near(i, j) || !s.near(j, j+1):
	case day && s.is(j, months) && s.year(j+1),
		s.is(i, months) && s.day(j) && s.year(j+1),
		day && s.day(j) && s.year(j+1),
		s.fourDigits(i) && s.day(j) && s.day(j+1):
		return j + 2
	}
	return i
}

// near reports whether no more than a mark and spaces part two tokens.
func (s *scanner) near(i, k int) bool { return s.tokens[k].start-s.tokens[i].end <= 3+3*(k-i-1) }

// day reports whether a token can be a day or a month: one or two digits, as 3rd too.
func (s *scanner) day(i int) bool {
	text := s.tokens[i].word
	n := 0
	for n < len(text) && isDigit(rune(text[n])) {
		n++
	}
	if n == 0 || n > 2 {
		return false
	}
	switch text[n:] {
	case "", "st", "nd", "rd", "th":
	default:
		return false
	}
	number := int(text[0] - '0')
	if n == 2 {
		number = 10*number + int(text[1]-'0')
	}
	return number >= 1 && number <= 31
}

func (s *scanner) year(i int) bool {
	return s.fourDigits(i) || s.tokens[i].number && len(s.tokens[i].word) == 2
}

func (s *scanner) fourDigits(i int) bool {
	text := s.tokens[i].word
	return s.tokens[i].number && len(text) == 4 && (text[:2] == "19" || text[:2] == "20")
}
