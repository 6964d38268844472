package evaluation

import (
	"cmp"
	"fmt"
	"slices"
)

// Fate is what becomes of an answer when its document goes over to another version of the
// outline.
type Fate string

// The fates.
const (
	AnswerKept  Fate = "kept"
	AnswerMoved Fate = "moved" // to the section that asks its question now
	AnswerLost  Fate = "lost"
)

// Move is what becomes of one answer, or of a list whose section is gone.
type Move struct {
	Section   string
	Question  string // or the list's name in JSON, such as strengths
	Fate      Fate
	ToSection string // of what is moved, where it goes; else empty
	Why       string // one sentence, for people; empty for what is kept
}

// Migrate answers the document as it is on another version of its outline, and what becomes
// of each of its answers, in the order of the document. An answer goes where its question
// is asked in the same kind, if its choice is still offered: see [Changes] for when a
// question has moved. Lists stay with their section. A section whose content is as it was
// keeps its version and its time; all others have none, until they are stored. The result
// names the template as the document does, and shares with it what answers point at;
// nothing of the document is altered.
func Migrate(d *Document, from, to *Outline) (Document, []Move) {
	is := Document{TemplateID: d.TemplateID, TemplateVersion: d.TemplateVersion, Sections: make([]Section, len(to.Sections))}
	for i, s := range to.Sections {
		is.Sections[i] = Section{ID: s.ID, Content: Content{
			Answers: []Answer{}, Strengths: []Item{}, Risks: []Item{}, Practice: []Item{}, Help: []Item{}, Evidence: []Evidence{}, Indicators: []CitedIndicator{},
		}}
	}
	var moves []Move
	moved := movedQuestions(from, to)
	for i := range d.Sections {
		was := &d.Sections[i]
		for _, a := range was.Answers {
			move, goesTo := fate(asked{was.ID, a.Question}, &a, from, to, moved)
			moves = append(moves, move)
			if s := is.Section(goesTo); s != nil {
				s.Answers = append(s.Answers, a)
			}
		}
		if s := is.Section(was.ID); s != nil {
			s.copyLists(&was.Content)
			continue
		}
		for _, list := range was.lists() {
			moves = append(moves, Move{was.ID, list, AnswerLost, "", fmt.Sprintf("The section %s is gone.", was.ID)})
		}
	}
	for i := range is.Sections {
		s := &is.Sections[i]
		s.order(&to.Sections[i])
		if was := d.Section(s.ID); was != nil && was.equal(&s.Content) {
			s.Version, s.UpdatedAt = was.Version, was.UpdatedAt
		}
	}
	return is, moves
}

// fate says what becomes of the answer, and in which section it stands then, or in none.
func fate(of asked, a *Answer, from, to *Outline, moved map[asked]asked) (Move, string) {
	goesTo, goes := moved[of]
	if !goes {
		goesTo = of
	}
	lost := func(why string, named ...any) (Move, string) {
		return Move{of.section, of.question, AnswerLost, "", fmt.Sprintf(why, named...)}, ""
	}
	was, is := from.question(of), to.question(goesTo)
	switch {
	case was == nil:
		return lost("The section %s did not ask the question %s.", of.section, of.question)
	case to.Section(goesTo.section) == nil:
		return lost("The section %s is gone.", of.section)
	case is == nil:
		return lost("The question %s of %s is gone.", of.question, of.section)
	case is.Kind != was.Kind:
		return lost("The question %s of %s is of the kind %s now, and was of the kind %s.", of.question, of.section, is.Kind, was.Kind)
	case a.Choice != nil && !slices.ContainsFunc(is.Choices, func(c Choice) bool { return c.ID == *a.Choice }):
		return lost("The choice %s of the question %s of %s is gone.", *a.Choice, of.question, of.section)
	case goes:
		return Move{of.section, of.question, AnswerMoved, goesTo.section, fmt.Sprintf("The question %s of %s is asked in %s now.", of.question, of.section, goesTo.section)}, goesTo.section
	}
	return Move{Section: of.section, Question: of.question, Fate: AnswerKept}, of.section
}

// order puts the answers into the order of the questions.
func (c *Content) order(s *OutlineSection) {
	place := func(a Answer) int {
		if i := slices.IndexFunc(s.Questions, func(q Question) bool { return q.ID == a.Question }); i >= 0 {
			return i
		}
		return len(s.Questions)
	}
	slices.SortStableFunc(c.Answers, func(a, b Answer) int { return cmp.Compare(place(a), place(b)) })
}

func (c *Content) copyLists(from *Content) {
	c.Strengths = append(c.Strengths, from.Strengths...)
	c.Risks = append(c.Risks, from.Risks...)
	c.Practice = append(c.Practice, from.Practice...)
	c.Help = append(c.Help, from.Help...)
	c.Evidence = append(c.Evidence, from.Evidence...)
	c.Indicators = append(c.Indicators, from.Indicators...)
}

// lists names in JSON the lists in which something stands.
func (c *Content) lists() []string {
	var names []string
	for _, list := range []struct {
		name  string
		items int
	}{
		{"strengths", len(c.Strengths)},
		{"risks", len(c.Risks)},
		{"practiceToShare", len(c.Practice)},
		{"helpWanted", len(c.Help)},
		{"evidence", len(c.Evidence)},
		{"indicators", len(c.Indicators)},
	} {
		if list.items > 0 {
			names = append(names, list.name)
		}
	}
	return names
}
