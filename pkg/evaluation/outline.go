package evaluation

import (
	"fmt"
	"slices"
	"strconv"

	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

// Outline is what a template asks, section by section. Sections and questions keep their
// ids for ever, from version to version: by them answers find their questions.
type Outline struct {
	Sections []OutlineSection `json:"sections"`
}

// OutlineSection is one part of an outline, which one author can write.
type OutlineSection struct {
	ID        string     `json:"id"` // permanent, such as help-and-protection
	Title     string     `json:"title"`
	Guidance  *string    `json:"guidance"`
	Optional  bool       `json:"optional"` // nothing is missing from it while nothing is written in it
	Questions []Question `json:"questions"`
}

// Question is one thing that a section asks.
type Question struct {
	ID        string            `json:"id"` // permanent, unique in its section
	Text      string            `json:"text"`
	Guidance  *string           `json:"guidance"`
	Kind      QuestionKind      `json:"kind"`
	Required  bool              `json:"required"`
	WordLimit *int              `json:"wordLimit"` // of a narrative, by UAX 29; nil where it has none but [MaxWords]
	Choices   []Choice          `json:"choices"`   // of a choice
	Policy    *framework.Policy `json:"policy"`    // of a number: what is counted; others than its borough see small ones of children as hidden
}

// QuestionKind is how a question is answered.
type QuestionKind string

// The kinds.
const (
	Narrative         QuestionKind = "narrative" // by words
	ChoiceOf          QuestionKind = "choice"    // by one of several
	NumberOf          QuestionKind = "number"    // by a number that no source has
	IndicatorCitation QuestionKind = "indicator" // by citing a figure
)

// Choice is one of several answers.
type Choice struct {
	ID   string `json:"id"` // permanent, unique in its question
	Text string `json:"text"`
}

// MaxWords is how many words a narrative answer has at most, whatever its question's limit:
// two versions are compared word by word.
const MaxWords = 3000

// Section answers the section with the id, or nil.
func (o *Outline) Section(id string) *OutlineSection {
	if i := slices.IndexFunc(o.Sections, func(s OutlineSection) bool { return s.ID == id }); i >= 0 {
		return &o.Sections[i]
	}
	return nil
}

// Question answers the question with the id, or nil.
func (s *OutlineSection) Question(id string) *Question {
	if i := slices.IndexFunc(s.Questions, func(q Question) bool { return q.ID == id }); i >= 0 {
		return &s.Questions[i]
	}
	return nil
}

// Limit is how many words an answer to the question may have.
func (q *Question) Limit() int {
	if q.WordLimit != nil {
		return min(*q.WordLimit, MaxWords)
	}
	return MaxWords
}

// faults names every place of the outline that breaks a rule. Pointers begin with at.
func (o *Outline) faults(at string) []programme.Fault {
	var faults []programme.Fault
	note := func(pointer string, code programme.FaultCode, detail string) {
		faults = append(faults, programme.Fault{Pointer: pointer, Code: code, Detail: detail})
	}
	sections := map[string]bool{}
	for i := range o.Sections {
		s, here := &o.Sections[i], at+"/"+strconv.Itoa(i)
		if sections[s.ID] {
			note(here+"/id", programme.FaultRepeated, "Another section has this id.")
		}
		sections[s.ID] = true
		questions := map[string]bool{}
		for n := range s.Questions {
			q, there := &s.Questions[n], here+"/questions/"+strconv.Itoa(n)
			if questions[q.ID] {
				note(there+"/id", programme.FaultRepeated, "Another question of the section has this id.")
			}
			questions[q.ID] = true
			faults = append(faults, q.faults(there)...)
		}
	}
	return faults
}

// faults says what of the question does not fit its kind.
func (q *Question) faults(at string) []programme.Fault {
	var faults []programme.Fault
	only := func(member string, given bool, kind QuestionKind) {
		switch {
		case given && q.Kind != kind:
			faults = append(faults, programme.Fault{Pointer: at + "/" + member, Code: programme.FaultNotAllowed, Detail: fmt.Sprintf("Only a question of the kind %s has this.", kind)})
		case !given && q.Kind == kind && kind != Narrative:
			faults = append(faults, programme.Fault{Pointer: at + "/" + member, Code: programme.FaultRequired, Detail: fmt.Sprintf("A question of the kind %s needs this.", kind)})
		}
	}
	only("wordLimit", q.WordLimit != nil, Narrative)
	only("choices", len(q.Choices) > 0, ChoiceOf)
	only("policy", q.Policy != nil, NumberOf)
	seen := map[string]bool{}
	for i, c := range q.Choices {
		if seen[c.ID] {
			faults = append(faults, programme.Fault{Pointer: at + "/choices/" + strconv.Itoa(i) + "/id", Code: programme.FaultRepeated, Detail: "Another choice of the question has this id."})
		}
		seen[c.ID] = true
	}
	return faults
}

// hides reports whether the number is one of children that others must not see.
func (q *Question) hides(number *float64) bool {
	return number != nil && q.Policy != nil && q.Policy.OfChildren() && *number >= smallestHidden && *number <= largestHidden
}
