package evaluation

import (
	"slices"

	"peerchallenge/pkg/programme"
)

// Difference is what became of an answer or an item from one document to another.
type Difference string

// The differences.
const (
	IsSame    Difference = "same"
	IsChanged Difference = "changed"
	IsAdded   Difference = "added"   // in the later document alone
	IsRemoved Difference = "removed" // in the earlier document alone
)

// AnswerChange sets one answer, or one item of a list, beside the earlier one.
type AnswerChange struct {
	Section  string
	Question string // or the list's name in JSON, such as strengths
	Item     string // of a list, the item's id; else empty
	State    Difference
	Pieces   []Piece // of a narrative, an item's text, the title of evidence or the remark on an indicator, by words; nil where neither has words
	Before   *Facet  // of the earlier one; nil where it is not there
	After    *Facet  // of the later one
}

// Facet is what an answer or an item says beside its words.
type Facet struct {
	Choice          *string
	Number          *float64
	Hidden          bool // whether the number is kept from the reader
	Citation        *programme.Citation
	Link, Reference *string
	Date            *programme.Date
}

// CompareDocuments sets everything that is said beside what was said to the same question,
// or under the same id of the same list: in last year's document, or in an earlier version.
// A question that neither answers is left out. The order is that of the outline, in a
// section first its questions and then its lists; what the outline does not have comes
// after, in the order of the later document and then of the earlier one. In a list, what is
// gone stands last. See [Compare] for what it costs.
func CompareDocuments(was, is *Document, o *Outline) []AnswerChange {
	var all []AnswerChange
	section := func(s Section) string { return s.ID }
	for _, id := range inOrder(idsOf(o.Sections, sectionID), idsOf(is.Sections, section), idsOf(was.Sections, section)) {
		var asks []string
		if s := o.Section(id); s != nil {
			asks = idsOf(s.Questions, questionID)
		}
		a, b := was.content(id), is.content(id)
		all = append(all, compareEach(id, "", asks, a.Answers, b.Answers, answerParts)...)
		all = append(all, compareEach(id, "strengths", nil, a.Strengths, b.Strengths, itemParts)...)
		all = append(all, compareEach(id, "risks", nil, a.Risks, b.Risks, itemParts)...)
		all = append(all, compareEach(id, "practiceToShare", nil, a.Practice, b.Practice, itemParts)...)
		all = append(all, compareEach(id, "helpWanted", nil, a.Help, b.Help, itemParts)...)
		all = append(all, compareEach(id, "evidence", nil, a.Evidence, b.Evidence, evidenceParts)...)
		all = append(all, compareEach(id, "indicators", nil, a.Indicators, b.Indicators, indicatorParts)...)
	}
	return all
}

// AskedNow answers what was signed as it is compared with what answers to the template by the
// outline: of the same template, each answer stands where its question is asked now. See [Changes]
// for when a question has moved. Nothing of what was signed is altered.
func (v *Signing) AskedNow(template string, by *Outline) Document {
	is := v.Document
	if is.TemplateID != template {
		return is
	}
	moved := movedQuestions(v.Asked, by)
	is.Sections = slices.Clone(is.Sections)
	for i := range is.Sections {
		is.Sections[i].Answers = nil
	}
	for _, was := range v.Document.Sections {
		for _, a := range was.Answers {
			goesTo := was.ID
			if now, goes := moved[asked{goesTo, a.Question}]; goes {
				goesTo = now.section
			}
			if is.Section(goesTo) == nil {
				is.Sections = append(is.Sections, Section{ID: goesTo})
			}
			s := is.Section(goesTo)
			s.Answers = append(s.Answers, a)
		}
	}
	return is
}

// Recognised answers what was said before, with the ids of what says the same now: another
// cycle's lists have ids of their own.
func (c *Content) Recognised(now *Content) Content {
	was := *c
	was.Strengths = recognised(c.Strengths, now.Strengths, itemID, sameText)
	was.Risks = recognised(c.Risks, now.Risks, itemID, sameText)
	was.Practice = recognised(c.Practice, now.Practice, itemID, sameText)
	was.Help = recognised(c.Help, now.Help, itemID, sameText)
	was.Evidence = recognised(c.Evidence, now.Evidence, evidenceID, sameTitle)
	was.Indicators = recognised(c.Indicators, now.Indicators, indicatorID, sameFigure)
	return was
}

func recognised[T any](was, is []T, id func(*T) *string, same func(a, b *T) bool) []T {
	items, taken := slices.Clone(was), map[string]bool{}
	for i := range items {
		taken[*id(&items[i])] = true
	}
	for i := range items {
		own := id(&items[i])
		if slices.ContainsFunc(is, func(t T) bool { return *id(&t) == *own }) {
			continue
		}
		if at := slices.IndexFunc(is, func(t T) bool { return !taken[*id(&t)] && same(&t, &items[i]) }); at >= 0 {
			*own = *id(&is[at])
			taken[*own] = true
		}
	}
	return items
}

// content answers what the section with the id says, or that it says nothing.
func (d *Document) content(id string) *Content {
	if s := d.Section(id); s != nil {
		return &s.Content
	}
	return &Content{}
}

// inOrder answers every id once, where it stands first.
func inOrder(lists ...[]string) []string {
	var all []string
	seen := map[string]bool{}
	for _, id := range slices.Concat(lists...) {
		if !seen[id] {
			all = append(all, id)
		}
		seen[id] = true
	}
	return all
}

// parts is how answers and the items of a list are compared: what they are found by, when
// two are the same, their words, and what they say beside these.
type parts[T any] struct {
	id     func(T) string
	same   func(a, b T) bool
	words  func(T) *string
	beside func(T) Facet
}

var (
	answerParts = parts[Answer]{
		func(a Answer) string { return a.Question }, sameAnswer, func(a Answer) *string { return a.Text },
		func(a Answer) Facet {
			return Facet{Choice: a.Choice, Number: a.Number, Hidden: a.Hidden, Citation: a.Citation}
		},
	}
	itemParts = parts[Item]{
		func(i Item) string { return i.ID }, func(a, b Item) bool { return a == b }, func(i Item) *string { return &i.Text },
		func(Item) Facet { return Facet{} },
	}
	evidenceParts = parts[Evidence]{
		func(e Evidence) string { return e.ID }, sameEvidence, func(e Evidence) *string { return &e.Title },
		func(e Evidence) Facet { return Facet{Link: e.Link, Reference: e.Reference, Date: e.Date} },
	}
	indicatorParts = parts[CitedIndicator]{
		func(c CitedIndicator) string { return c.ID }, sameIndicator, func(c CitedIndicator) *string { return c.Remark },
		func(c CitedIndicator) Facet { return Facet{Citation: &c.Citation} },
	}
)

// compareEach compares the answers of a section, or the items of its list, first in the
// given order of ids.
func compareEach[T any](section, list string, order []string, was, is []T, by parts[T]) []AnswerChange {
	var all []AnswerChange
	for _, id := range inOrder(order, idsOf(is, by.id), idsOf(was, by.id)) {
		find := func(t T) bool { return by.id(t) == id }
		a, b := slices.IndexFunc(was, find), slices.IndexFunc(is, find)
		change := AnswerChange{Section: section, Question: list, Item: id}
		if list == "" {
			change.Question, change.Item = id, ""
		}
		var before, after string
		if a >= 0 {
			before, change.Before = orNone(by.words(was[a])), new(by.beside(was[a]))
		}
		if b >= 0 {
			after, change.After = orNone(by.words(is[b])), new(by.beside(is[b]))
		}
		switch {
		case a < 0 && b < 0:
			continue
		case a < 0:
			change.State = IsAdded
		case b < 0:
			change.State = IsRemoved
		case by.same(was[a], is[b]):
			change.State = IsSame
		default:
			change.State = IsChanged
		}
		change.Pieces = Compare(before, after)
		all = append(all, change)
	}
	return all
}

// orNone answers the words, or none.
func orNone(words *string) string {
	if words == nil {
		return ""
	}
	return *words
}
