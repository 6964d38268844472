package returns

import (
	"time"

	"peerchallenge/pkg/programme"
)

// Signed is what the receipt of a version covers: all that the version says, and
// nothing of what becomes of it.
type Signed struct {
	Borough      string            `json:"borough"`
	Quarter      string            `json:"quarter"`
	Number       int               `json:"number"`
	Framework    string            `json:"framework"`
	SubmittedAt  time.Time         `json:"submittedAt"`
	SubmittedBy  programme.Role    `json:"submittedBy"`
	OnAuthority  *programme.Role   `json:"onAuthorityOf"` // nil where a lead signed
	Values       Values            `json:"values"`
	Explanations []SignedStatement `json:"explanations"`
}

// SignedStatement is what was said to a warning.
type SignedStatement struct {
	Rule        string         `json:"rule"`
	Counts      []string       `json:"counts"` // that the rule read
	Text        string         `json:"text"`
	By          programme.Role `json:"by"`
	At          time.Time      `json:"at"`
	CarriedFrom *string        `json:"carriedFrom"`
}

// Signed answers what the receipt of the version covers.
func (v *Version) Signed(borough, quarter string) Signed {
	d := Signed{
		Borough: borough, Quarter: quarter, Number: v.Number, Framework: v.Framework, SubmittedAt: v.SubmittedAt,
		SubmittedBy: v.SubmittedBy, OnAuthority: v.OnAuthorityOf(), Values: v.Values, Explanations: make([]SignedStatement, len(v.Explanations)),
	}
	for i, e := range v.Explanations {
		counts := make([]string, len(e.Counts))
		for n, c := range e.Counts {
			counts[n] = c.Count
		}
		d.Explanations[i] = SignedStatement{Rule: e.Rule, Counts: counts, Text: e.Text, By: e.By, At: e.At, CarriedFrom: e.CarriedFrom}
	}
	return d
}

// OnAuthorityOf answers the role of whoever had authorised the one that submitted.
func (v *Version) OnAuthorityOf() *programme.Role {
	if v.AuthorisationID == nil {
		return nil
	}
	return new(programme.RoleBoroughLead)
}

// Canonical answers the text that is hashed. Instants are UTC, values and lists as the
// service keeps them: whoever sends back what was read gets the same text.
func (d Signed) Canonical() ([]byte, error) {
	d.SubmittedAt = d.SubmittedAt.UTC()
	d.Values = programme.OrEmpty(d.Values)
	statements := make([]SignedStatement, len(d.Explanations))
	for i, s := range d.Explanations {
		s.At, s.Counts = s.At.UTC(), programme.OrEmpty(s.Counts)
		statements[i] = s
	}
	d.Explanations = statements
	return programme.Canonical(d)
}

// Receipt begins the receipt of the version, which has still to be sealed.
func (v *Version) Receipt(s *Submission, actor programme.Actor) programme.Receipt {
	return programme.Receipt{
		Borough: s.Borough, Document: programme.ReturnDocument, RecordID: s.ID, Number: v.Number, SignedBy: v.SubmittedBy,
		Subject: actor.Subject, AuthorisationID: v.AuthorisationID, Illustrative: s.Illustrative, SignedAt: v.SubmittedAt,
	}
}
