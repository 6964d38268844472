package evaluation

import (
	"time"

	"peerchallenge/pkg/programme"
)

// Signed is what the receipt of a version covers: all that the version says, and nothing of
// what becomes of it.
type Signed struct {
	Borough         string          `json:"borough"`
	Cycle           programme.Cycle `json:"cycle"`
	Number          int             `json:"number"`
	TemplateID      string          `json:"templateId"`
	TemplateVersion string          `json:"templateVersion"`
	SignedAt        time.Time       `json:"signedAt"`
	SignedBy        programme.Role  `json:"signedBy"`
	Sections        []SignedSection `json:"sections"`
}

// SignedSection is one section of what was signed.
type SignedSection struct {
	ID         string           `json:"id"`
	Answers    []Answer         `json:"answers"`
	Strengths  []Item           `json:"strengths"`
	Risks      []Item           `json:"risks"`
	Practice   []Item           `json:"practiceToShare"`
	Help       []Item           `json:"helpWanted"`
	Evidence   []Evidence       `json:"evidence"`
	Indicators []SignedCitation `json:"indicators"`
}

// SignedCitation is a figure that the section is about.
type SignedCitation struct {
	ID       string             `json:"id"`
	Remark   *string            `json:"remark"`
	Citation programme.Citation `json:"citation"`
}

// Signed answers what the receipt of the version covers.
func (v *Version) Signed(s *SelfEvaluation) Signed {
	d := &v.Document
	signed := Signed{
		Borough: s.Borough, Cycle: s.Cycle, Number: v.Number, TemplateID: d.TemplateID, TemplateVersion: d.TemplateVersion,
		SignedAt: v.SignedAt, SignedBy: v.SignedBy, Sections: make([]SignedSection, len(d.Sections)),
	}
	for i := range d.Sections {
		c := &d.Sections[i].Content
		to := SignedSection{
			ID: d.Sections[i].ID, Answers: programme.OrEmpty(c.Answers), Strengths: programme.OrEmpty(c.Strengths), Risks: programme.OrEmpty(c.Risks),
			Practice: programme.OrEmpty(c.Practice), Help: programme.OrEmpty(c.Help), Evidence: programme.OrEmpty(c.Evidence), Indicators: []SignedCitation{},
		}
		for _, cited := range c.Indicators {
			to.Indicators = append(to.Indicators, SignedCitation{cited.ID, cited.Remark, cited.Citation})
		}
		signed.Sections[i] = to
	}
	return signed
}

// Canonical answers the text that is hashed: whoever sends back what was read gets the same.
func (d Signed) Canonical() ([]byte, error) {
	d.SignedAt = d.SignedAt.UTC()
	return programme.Canonical(d)
}

// Receipt begins the receipt of the version, which has still to be sealed.
func (v *Version) Receipt(s *SelfEvaluation, actor programme.Actor) programme.Receipt {
	return programme.Receipt{
		Borough: s.Borough, Document: programme.SelfEvaluationDocument, RecordID: s.ID, Number: v.Number, SignedBy: v.SignedBy,
		Subject: actor.Subject, Illustrative: s.Illustrative, SignedAt: v.SignedAt,
	}
}
