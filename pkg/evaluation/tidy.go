package evaluation

import (
	"slices"

	"peerchallenge/pkg/programme"
)

// Tidy brings what is posted of a section into the form in which it is kept: answers in
// the order of the questions (those to questions that the section does not ask come last,
// for [CheckContent] to refuse), without those that say nothing; lists that are there; and
// an id for each item. An item without one gets that of the first item of the same list in
// was, what is kept so far or nil, that says the same and is not posted under its id: the
// same text, the same title of evidence, the same figure. Else newID makes one. Nothing is
// trimmed.
func Tidy(was, c *Content, o *OutlineSection, newID func() string) {
	if was == nil {
		was = &Content{}
	}
	answers := []Answer{}
	for _, a := range c.Answers {
		if a.Choice != nil || a.Number != nil || a.Citation != nil || a.Text != nil && *a.Text != "" {
			answers = append(answers, a)
		}
	}
	c.Answers = answers
	c.order(o)
	c.Strengths = identify(was.Strengths, c.Strengths, itemID, sameText, newID)
	c.Risks = identify(was.Risks, c.Risks, itemID, sameText, newID)
	c.Practice = identify(was.Practice, c.Practice, itemID, sameText, newID)
	c.Help = identify(was.Help, c.Help, itemID, sameText, newID)
	c.Evidence = identify(was.Evidence, c.Evidence, evidenceID, sameTitle, newID)
	c.Indicators = identify(was.Indicators, c.Indicators, indicatorID, sameFigure, newID)
}

func sameText(a, b *Item) bool             { return a.Text == b.Text }
func sameTitle(a, b *Evidence) bool        { return a.Title == b.Title }
func sameFigure(a, b *CitedIndicator) bool { return a.Citation == b.Citation }

// identify answers the items with ids.
func identify[T any](was, posted []T, id func(*T) *string, same func(a, b *T) bool, newID func() string) []T {
	items := append([]T{}, posted...)
	claimed := map[string]bool{}
	for i := range items {
		claimed[*id(&items[i])] = true
	}
	for i := range items {
		own := id(&items[i])
		if *own != "" {
			continue
		}
		before := slices.IndexFunc(was, func(w T) bool { return !claimed[*id(&w)] && same(&w, &items[i]) })
		if before < 0 {
			*own = newID()
			continue
		}
		*own = *id(&was[before])
		claimed[*own] = true
	}
	return items
}

// Equal reports whether the documents say the same, whenever each section was written.
func Equal(a, b *Document) bool {
	return a.TemplateID == b.TemplateID && a.TemplateVersion == b.TemplateVersion && slices.EqualFunc(a.Sections, b.Sections, func(x, y Section) bool {
		return x.ID == y.ID && x.equal(&y.Content)
	})
}

// equal reports whether both say the same. A list that is not there is empty.
func (c *Content) equal(other *Content) bool {
	return slices.EqualFunc(c.Answers, other.Answers, sameAnswer) &&
		slices.Equal(c.Strengths, other.Strengths) && slices.Equal(c.Risks, other.Risks) &&
		slices.Equal(c.Practice, other.Practice) && slices.Equal(c.Help, other.Help) &&
		slices.EqualFunc(c.Evidence, other.Evidence, sameEvidence) &&
		slices.EqualFunc(c.Indicators, other.Indicators, sameIndicator)
}

func sameAnswer(a, b Answer) bool {
	return a.Question == b.Question && programme.Same(a.Text, b.Text) && programme.Same(a.Choice, b.Choice) && programme.Same(a.Number, b.Number) && programme.Same(a.Citation, b.Citation)
}

func sameEvidence(a, b Evidence) bool {
	return a.ID == b.ID && a.Title == b.Title && programme.Same(a.Link, b.Link) && programme.Same(a.Reference, b.Reference) && programme.Same(a.Date, b.Date)
}

func sameIndicator(a, b CitedIndicator) bool {
	return a.ID == b.ID && programme.Same(a.Remark, b.Remark) && a.Citation == b.Citation
}
