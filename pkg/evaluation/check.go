package evaluation

import (
	"fmt"
	"math"
	"strconv"

	"peerchallenge/pkg/programme"
)

// Missing names everything that keeps the document from being signed: required questions
// without an answer, narratives above their limit, and numbers that cannot be counts. Nothing
// is missing from an optional section in which nothing is written. Pointers name the section
// by its place in the document, and the answer by its question.
func (d *Document) Missing(o *Outline) []programme.Fault {
	var faults []programme.Fault
	for n := range o.Sections {
		asks, empty := &o.Sections[n], Section{}
		at, s := len(d.Sections), &empty // a section that is not there stands behind the others
		for i := range d.Sections {
			if d.Sections[i].ID == asks.ID {
				at, s = i, &d.Sections[i]
			}
		}
		faults = append(faults, s.missing(asks, "/sections/"+strconv.Itoa(at))...)
	}
	return faults
}

func (c *Content) missing(asks *OutlineSection, at string) []programme.Fault {
	var faults []programme.Fault
	needed := !asks.Optional || c.written()
	for n := range asks.Questions {
		q := &asks.Questions[n]
		pointer, answer := answerAt(at, q.ID), c.Answer(q.ID)
		switch {
		case answer == nil || !answer.says():
			if needed && q.Required {
				faults = append(faults, programme.Fault{Pointer: pointer, Code: programme.FaultRequired, Detail: "This question needs an answer."})
			}
		case q.Kind == NumberOf && answer.Number != nil: // the question may have asked for another when it was given
			faults = append(faults, q.checkNumber(*answer.Number, pointer)...)
		case q.Kind == Narrative && answer.Text != nil:
			if words := tooMany(*answer.Text, q.Limit()); words > 0 {
				faults = append(faults, programme.Fault{
					Pointer: pointer, Code: programme.FaultTooLong,
					Detail: fmt.Sprintf("The limit is %s words, and the answer has %s.", grouped(q.Limit()), grouped(words)),
				})
			}
		}
	}
	return faults
}

// written reports whether anything is said.
func (c *Content) written() bool {
	for i := range c.Answers {
		if c.Answers[i].says() {
			return true
		}
	}
	rest := *c
	rest.Answers = nil
	return !rest.Empty()
}

// says reports whether the answer is one. What nobody sees is none.
func (a *Answer) says() bool {
	return a.Choice != nil || a.Number != nil || a.Citation != nil || !blank(a.Text)
}

func answerAt(at, question string) string {
	return at + "/answers/" + programme.PointerStep(question)
}

// grouped writes a number as 3,000.
func grouped(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", grouped(n/1000), n%1000)
}

// CheckContent names everything in a section's content that is never kept, not even in a
// draft. Pointers begin with at; they name an answer by its question, whatever its place.
func CheckContent(s *OutlineSection, c *Content, at string) []programme.Fault {
	var faults []programme.Fault
	answered := map[string]bool{}
	for i := range c.Answers {
		a := &c.Answers[i]
		pointer := place(at, "answers", i)
		if answered[a.Question] {
			faults = append(faults, programme.Fault{Pointer: pointer, Code: programme.FaultRepeated, Detail: "Another answer is given to this question."})
		}
		answered[a.Question] = true
		if q := s.Question(a.Question); q == nil {
			faults = append(faults, programme.Fault{Pointer: pointer, Code: programme.FaultUnknownValue, Detail: "The section does not ask this question."})
		} else {
			faults = append(faults, q.checkAnswer(a, pointer)...)
		}
	}
	faults = append(faults, repeated(c.Strengths, itemID, at+"/strengths")...)
	faults = append(faults, repeated(c.Risks, itemID, at+"/risks")...)
	faults = append(faults, repeated(c.Practice, itemID, at+"/practiceToShare")...)
	faults = append(faults, repeated(c.Help, itemID, at+"/helpWanted")...)
	faults = append(faults, repeated(c.Evidence, evidenceID, at+"/evidence")...)
	for i, e := range c.Evidence {
		if blank(e.Link) && blank(e.Reference) {
			faults = append(faults, programme.Fault{
				Pointer: at + "/evidence/" + strconv.Itoa(i), Code: programme.FaultRequired, Detail: "Evidence needs a link or a reference.",
			})
		}
	}
	return append(faults, repeated(c.Indicators, indicatorID, at+"/indicators")...)
}

func blank(text *string) bool { return text == nil || programme.Blank(*text) }

// checkAnswer holds one answer to what the question asks.
func (q *Question) checkAnswer(a *Answer, at string) []programme.Fault {
	refuse := func(code programme.FaultCode, detail string) []programme.Fault {
		return []programme.Fault{{Pointer: at, Code: code, Detail: detail}}
	}
	switch given := a.kinds(); {
	case len(given) == 0:
		return nil // it is left out
	case len(given) > 1:
		return refuse(programme.FaultExclusive, fmt.Sprintf("The answer is given in several ways; give the one of the kind %s.", q.Kind))
	case given[0] != q.Kind:
		return refuse(programme.FaultOtherKind, fmt.Sprintf("The answer is of the kind %s; the question asks for the kind %s.", given[0], q.Kind))
	}
	switch q.Kind {
	case ChoiceOf:
		for _, c := range q.Choices {
			if c.ID == *a.Choice {
				return nil
			}
		}
		return refuse(programme.FaultUnknownValue, "The question does not offer this choice.")
	case Narrative:
		if words := tooMany(*a.Text, MaxWords); words > 0 {
			return refuse(programme.FaultTooLong, fmt.Sprintf("The answer has %s words; at most %s can be kept.", grouped(words), grouped(MaxWords)))
		}
	case NumberOf:
		return q.checkNumber(*a.Number, at)
	case IndicatorCitation: // any figure that is there
	}
	return nil
}

// checkNumber refuses what is no count where people are counted, or what happens to them.
func (q *Question) checkNumber(number float64, at string) []programme.Fault {
	switch {
	case q.Policy == nil || !q.Policy.Whole():
		return nil
	case number < 0:
		return []programme.Fault{{Pointer: at, Code: programme.FaultNegative, Detail: "A count cannot be below 0."}}
	case number != math.Trunc(number):
		return []programme.Fault{{Pointer: at, Code: programme.FaultNotWhole, Detail: "This counts people or what happens to them, so it is a whole number."}}
	}
	return nil
}

// kinds answers in which ways the answer is given.
func (a *Answer) kinds() []QuestionKind {
	var kinds []QuestionKind
	for _, k := range []struct {
		kind  QuestionKind
		given bool
	}{{Narrative, a.Text != nil}, {ChoiceOf, a.Choice != nil}, {NumberOf, a.Number != nil}, {IndicatorCitation, a.Citation != nil}} {
		if k.given {
			kinds = append(kinds, k.kind)
		}
	}
	return kinds
}

func itemID(i *Item) *string                { return &i.ID }
func evidenceID(e *Evidence) *string        { return &e.ID }
func indicatorID(c *CitedIndicator) *string { return &c.ID }

// repeated names the items that have the id of one before them.
func repeated[T any](list []T, id func(*T) *string, at string) []programme.Fault {
	var faults []programme.Fault
	seen := map[string]bool{}
	for i := range list {
		switch id := *id(&list[i]); {
		case id == "": // it gets one
		case seen[id]:
			faults = append(faults, programme.Fault{Pointer: at + "/" + strconv.Itoa(i) + "/id", Code: programme.FaultRepeated, Detail: "Another item of the list has this id."})
		default:
			seen[id] = true
		}
	}
	return faults
}
