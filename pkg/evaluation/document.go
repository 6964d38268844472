package evaluation

import (
	"time"

	"peerchallenge/pkg/programme"
)

// Document is all that a borough says of itself: the draft that its people and systems
// write, or what was signed under a number.
type Document struct {
	TemplateID      string    `json:"templateId"`
	TemplateVersion string    `json:"templateVersion"`
	Sections        []Section `json:"sections"` // one for each of the template, in its order
}

// Section is what one section says. It has a version of its own, so that its author is
// told of changes in it and of no others.
type Section struct {
	ID        string    `json:"id"` // the template's
	Version   int64     `json:"version"`
	UpdatedAt time.Time `json:"updatedAt"`
	Content
}

// Content is what authors write in a section. Answers stand in the order of the template's
// questions; those that nobody has given are not there. Items have ids, so that what was
// said to one finds it again.
type Content struct {
	Answers    []Answer         `json:"answers"`
	Strengths  []Item           `json:"strengths"`
	Risks      []Item           `json:"risks"`
	Practice   []Item           `json:"practiceToShare"`
	Help       []Item           `json:"helpWanted"`
	Evidence   []Evidence       `json:"evidence"`
	Indicators []CitedIndicator `json:"indicators"`
}

// Answer is what is said to one question. Exactly one of its answers is given, as the
// question's kind asks.
type Answer struct {
	Question string              `json:"questionId"`
	Text     *string             `json:"text"`
	Choice   *string             `json:"choice"`
	Number   *float64            `json:"number"`
	Citation *programme.Citation `json:"citation"`
	Hidden   bool                `json:"-"` // whether the number is kept from its reader: see [Document.ForOthers]
}

// Item is one strength, risk, practice or wish for help.
type Item struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// Evidence is something that shows what is said. It has a link or a reference.
type Evidence struct {
	ID        string          `json:"id"`
	Title     string          `json:"title"`
	Link      *string         `json:"link"`
	Reference *string         `json:"reference"`
	Date      *programme.Date `json:"date"`
}

// CitedIndicator is a figure that the section is about, with a remark.
type CitedIndicator struct {
	ID     string  `json:"id"`
	Remark *string `json:"remark"`
	programme.Citation
}

// Section answers the section with the id, or nil.
func (d *Document) Section(id string) *Section {
	for i := range d.Sections {
		if d.Sections[i].ID == id {
			return &d.Sections[i]
		}
	}
	return nil
}

// Answer answers what is said to the question, or nil.
func (c *Content) Answer(question string) *Answer {
	for i := range c.Answers {
		if c.Answers[i].Question == question {
			return &c.Answers[i]
		}
	}
	return nil
}

// Empty reports whether nothing is written.
func (c *Content) Empty() bool {
	return len(c.Answers)+len(c.Strengths)+len(c.Risks)+len(c.Practice)+len(c.Help)+len(c.Evidence)+len(c.Indicators) == 0
}
