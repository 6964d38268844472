package screen

// How many words may stand between a small number and the children that it counts.
const (
	wordsBehind = 4 // two of the younger siblings
	wordsBefore = 2 // children: 4; siblings, all 3
)

var (
	small  = set("1", "2", "3", "4", "5", "one", "two", "three", "four", "five")
	whom   = set("child", "children", "child's", "children's", "baby", "babies", "baby's", "babies'", "sibling", "siblings", "sibling's", "siblings'")
	people = set("person", "people", "persons", "person's", "people's")
	// What makes a number something other than a count of children.
	measured = set("year", "years", "year-old", "year-olds", "yr", "yrs", "month", "months", "month-old", "week", "weeks", "day", "days", "hour", "hours", "per", "percent", "pm", "am")
	named    = set("aged", "age", "ages", "section", "sections", "chapter", "question", "tier", "stage", "phase", "step", "grade", "year", "quarter", "list", "table", "page")
	older    = set("under", "over") // of children under 5; under 5 children are few
)

// smallCounts finds 1 to 5, in digits or words, near children in the same sentence.
func (s *scanner) smallCounts() {
	for i := range s.tokens {
		if !s.is(i, small) || !s.counts(i) {
			continue
		}
		first := i - wordsBefore
		if s.together(i-1, i) && s.is(i-1, older) {
			first = i + 1
		}
		for k := first; k <= i+wordsBehind; k++ {
			if s.together(i, k) && (s.is(k, whom) || s.is(k, people) && s.together(k-1, k) && s.tokens[k-1].word == "young") {
				s.mark(SmallCount, s.tokens[i].start, s.tokens[i].end)
				break
			}
		}
	}
}

// counts reports whether a small number is a count: not a part of a greater one or of a
// date, no share, no age, and no name of something.
func (s *scanner) counts(i int) bool {
	t := s.tokens[i]
	before, behind := s.at(t.start-1), s.at(t.end)
	switch {
	case (before == '.' || before == ',' || before == '/') && isDigit(s.at(t.start-2)),
		(behind == '.' || behind == ',' || behind == '/') && isDigit(s.at(t.end+1)),
		behind == '%', behind == ' ' && s.at(t.end+1) == '%':
		return false
	case s.together(i, i+1) && s.is(i+1, measured), s.together(i-1, i) && s.is(i-1, named):
		return false
	}
	return true
}
