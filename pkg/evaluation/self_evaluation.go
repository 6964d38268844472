package evaluation

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"peerchallenge/pkg/programme"
)

// SelfEvaluation is what a borough says of itself in a cycle: the draft that its people and
// systems write, the versions that its lead has signed, and with whom these are shared.
type SelfEvaluation struct {
	programme.Head
	programme.Wording
	Borough string          `gorm:"column:borough_code"`
	Cycle   programme.Cycle // one for each borough and cycle
	State   State           `audit:"derived"` // it follows from what is drafted, signed and shared, and tells those who see the latter of the first
	// Draft is what the borough is writing, nil where all is signed. Nobody else sees it.
	Draft *Document `audit:"withheld" gorm:"serializer:json"`
	// TemplateID and TemplateVersion say beside the draft what it answers to, to be joined by.
	TemplateID      *string `audit:"derived"`
	TemplateVersion *string `audit:"derived"`

	Signed       *int // the number of the newest version
	SignedAt     *time.Time
	ReceiptID    *string   // of the newest version
	Sharings     []Sharing `audit:"withheld" gorm:"serializer:json"` // all that ever were, the first first
	Illustrative bool      // made up, to show how it works

	Facts Facts              `gorm:"-" json:"-"` // what the steps depend on and the row does not hold
	Tells programme.Audience `gorm:"-" json:"-"` // who of others hears of the change that is made

	listed listedTexts
}

// TableName names the table.
func (*SelfEvaluation) TableName() string { return "self_evaluations" }

// State is where a self-evaluation stands, as its borough sees it.
type State string

// The states.
const (
	Drafted   State = "draft"      // something is written that is not signed
	SignedOff State = "signed_off" // the newest version is signed, and nobody else reads any
	Shared    State = "shared"     // others read a version, and there is no draft
)

// States lists them.
var States = [...]State{Drafted, SignedOff, Shared}

// Facts are what others say of a self-evaluation at the moment of a step.
type Facts struct {
	Outline    *Outline                  // that the draft answers to
	Newest     *string                   // the version that its template published last
	Narratives []programme.Fault         // those that the latest published quarter asks the borough for and that are not written
	Groups     map[string][]string       // by challenge that is neither closed nor cancelled: the members of the borough's group
	Authorised []programme.Authorisation // by which the actor, a system, may write
}

// The steps of a self-evaluation beside those of all kinds.
const (
	WriteSection programme.Step = "write-section"
	Migrating    programme.Step = "migrate"
	SignOff      programme.Step = "sign-off"
	Share        programme.Step = "share"
)

// Noun implements [programme.Record].
func (*SelfEvaluation) Noun() string { return "self-evaluation" }

// Steps implements [programme.Record].
func (*SelfEvaluation) Steps() []programme.Step {
	return []programme.Step{
		programme.Edit, WriteSection, Migrating, SignOff, Share, programme.Withdraw, programme.Reopen, programme.Acknowledge, programme.Redact, programme.Delete, Commenting,
	}
}

// May implements [programme.Record]: the borough's people and systems write, and its lead
// signs, shares, takes back, reopens and discards.
func (s *SelfEvaluation) May(actor programme.Actor, step programme.Step) error {
	switch step {
	case programme.Acknowledge, programme.Redact:
		return nil // as of all words
	case Commenting:
		if actor.WritesFor(s.Borough) || !actor.Is(programme.RoleBoroughLead, programme.RoleBoroughEditor) {
			return programme.NotYours("Only people of boroughs with which it is shared may do this.")
		}
		return nil
	case SignOff, Share, programme.Withdraw, programme.Reopen, programme.Delete:
		if !actor.Leads(s.Borough) {
			return programme.NotYours("Only a lead of the borough may do this.")
		}
	default:
		if !actor.WritesFor(s.Borough) {
			return programme.NotYours("Only the borough's own people and systems may do this.")
		}
	}
	return s.stands(step)
}

func (s *SelfEvaluation) stands(step programme.Step) error {
	switch step {
	case programme.Edit, WriteSection, Migrating:
		if s.Draft == nil {
			return programme.WrongState("What is signed is not changed. A lead of the borough reopens it, which makes a new draft.")
		}
	case SignOff, programme.Delete:
		if s.Draft == nil {
			return programme.WrongState("There is no draft.")
		}
	case programme.Reopen:
		if s.Draft != nil {
			return programme.WrongState("There is a draft already.")
		}
	case Share:
		if s.Signed == nil {
			return programme.WrongState("Nothing is signed yet that could be shared.")
		}
	case programme.Withdraw:
		if !slices.ContainsFunc(s.Sharings, func(h Sharing) bool { return h.EndedAt == nil || h.readByTeam() }) {
			return programme.WrongState("It is not shared, is not going to be, and nobody reads on what was.")
		}
	}
	return nil
}

// MayOn implements [programme.Dated]: a system writes on a lead's authority, which ends
// with its day; what is signed is complete; what is shared has a group that reads it.
func (s *SelfEvaluation) MayOn(actor programme.Actor, step programme.Step, today programme.Date) error {
	switch step {
	case programme.Edit, WriteSection, Migrating:
		if err := s.authority(actor, today); err != nil {
			return err
		}
		if step == Migrating && programme.Same(s.Facts.Newest, &s.Draft.TemplateVersion) {
			return programme.WrongState("It answers to the newest version of its template.")
		}
	case SignOff:
		return s.complete()
	case Share:
		if len(s.Facts.Groups) == 0 {
			return programme.WrongState("The borough is in no group of a challenge that is neither closed nor cancelled.")
		}
	}
	return nil
}

// authority refuses a system that no lead has authorised. The borough's people write by
// their roles. The error is Forbidden.
func (s *SelfEvaluation) authority(actor programme.Actor, today programme.Date) error {
	if actor.Is(programme.RoleBoroughLead, programme.RoleBoroughEditor) {
		return nil
	}
	_, err := programme.AuthorityToSign(actor, s.Facts.Authorised, programme.SelfEvaluationDocument, s.Borough, today)
	return err
}

// complete refuses to sign what is not complete, naming all that is missing.
func (s *SelfEvaluation) complete() error {
	faults := s.Missing()
	if len(faults) == 0 {
		return nil
	}
	return &programme.Error{
		Kind: programme.Conflict, Code: programme.CodeNotComplete, Faults: faults,
		Detail: "It is signed when every required answer is there, none is over its limit, the narratives that were asked for are written, and what screening found is acknowledged.",
	}
}

// Missing names all that keeps the draft from being signed: nothing where there is none.
func (s *SelfEvaluation) Missing() []programme.Fault {
	if s.Draft == nil || s.Facts.Outline == nil {
		return nil
	}
	missing := s.Draft.Missing(s.Facts.Outline)
	for i := range missing {
		missing[i].Pointer = "/draft" + strings.TrimPrefix(missing[i].Pointer, "/sections")
	}
	return slices.Concat(missing, s.Facts.Narratives, programme.Unacknowledged(s))
}

// NeedsReason implements [programme.Record].
func (s *SelfEvaluation) NeedsReason(step programme.Step) bool {
	return step == programme.Reopen || s.Wording.NeedsReason(step)
}

// Check implements [programme.Record]: what a draft may hold, [CheckContent] has said before
// it was taken.
func (s *SelfEvaluation) Check() error { return programme.Refuse(s.Cycle.Check()) }

// Texts implements [programme.Worded]. A draft is kept from the programme's team.
func (s *SelfEvaluation) Texts() []programme.Text {
	if s.Draft == nil {
		return nil
	}
	if s.listed.of != s.Draft {
		s.listed = listedTexts{s.Draft, slices.Clip(s.Draft.texts("/draft", s.drafted()))}
	}
	return s.listed.texts
}

// listedTexts are those of a draft, which are asked for more than once for an answer. Words that
// become others where they stand are others in the list; what is written or left out makes
// another draft.
type listedTexts struct {
	of    *Document
	texts []programme.Text
}

// drafted is how the texts of its draft are.
func (s *SelfEvaluation) drafted() programme.Text {
	return programme.Text{Boroughs: s.Writers(), Systems: true, Private: true, Awaited: true}
}

// Lose takes words out of the draft, and lets stamp make each section that loses some another. It
// reports whether any does.
func (s *SelfEvaluation) Lose(cuts programme.Redaction, stamp func(*Section)) bool {
	lost := false
	if s.Draft == nil {
		return lost
	}
	for i := range s.Draft.Sections {
		of := Document{Sections: s.Draft.Sections[i : i+1]}
		if cuts.Of(of.texts("", s.drafted())) {
			stamp(&of.Sections[0])
			lost = true
		}
	}
	return lost
}

// Writers implements [programme.Worded].
func (s *SelfEvaluation) Writers() []string { return []string{s.Borough} }

// Concerns implements [programme.Discreet]: the borough hears of all that becomes of it, and others
// of what a step names them for.
func (s *SelfEvaluation) Concerns() programme.Audience {
	return s.Tells.Or(programme.Audience{s.Borough})
}

// Sign freezes the draft as the next version, at the time.
func (s *SelfEvaluation) Sign(now time.Time) Version {
	number := 1
	if s.Signed != nil {
		number = *s.Signed + 1
	}
	v := Version{SelfEvaluationID: s.ID, Number: number, Document: *s.Draft, Screening: s.Screening, SignedAt: now, SignedBy: programme.RoleBoroughLead}
	s.Draft, s.Signed, s.SignedAt, s.Tells = nil, &number, &now, programme.TeamOnly()
	return v
}

// Reopen makes a draft of the newest version, for the actor's reason. What is shared stays
// shared.
func (s *SelfEvaluation) Reopen(actor programme.Actor, v *Version) error {
	draft := v.Document
	s.Draft, s.Screening = &draft, v.Screening
	return actor.WithReason()
}

// See sets the state that its borough sees, who sees the record, and what its draft answers to.
func (s *SelfEvaluation) See() {
	s.State, s.Audience = Drafted, programme.Audience{s.Borough}
	s.TemplateID, s.TemplateVersion = nil, nil
	if s.Draft != nil {
		s.TemplateID, s.TemplateVersion = &s.Draft.TemplateID, &s.Draft.TemplateVersion
	}
	if s.Signed == nil {
		return
	}
	readers := []string{s.Borough}
	if s.Draft == nil {
		s.State = SignedOff
	}
	for _, h := range s.Sharings {
		if h.BeganAt == nil || h.EndedAt != nil {
			continue
		}
		readers = append(readers, h.Readers...)
		if s.Draft == nil {
			s.State = Shared
		}
	}
	s.Audience = programme.Parties(readers...)
}

// Version is a self-evaluation as it was signed under a number. What it says never changes.
type Version struct {
	SelfEvaluationID string                     `gorm:"primaryKey"`
	Number           int                        `gorm:"primaryKey"`
	Document         Document                   `gorm:"serializer:json"`
	Screening        programme.Acknowledgements `gorm:"serializer:json"` // of what screening found in it, for whoever reopens it
	SignedAt         time.Time
	SignedBy         programme.Role
	ReceiptID        *string    // nil where nobody has signed it here: it was made up
	RedactedAt       *time.Time // when words were last taken out of it
}

// TableName names the table.
func (*Version) TableName() string { return "self_evaluation_versions" }

// Texts lists what people have written in the version. The programme's team takes words out
// of what it may read.
func (v *Version) Texts(s *SelfEvaluation) []programme.Text {
	return v.Document.texts("/versions/"+strconv.Itoa(v.Number)+"/sections", programme.Text{Boroughs: s.Writers(), Private: !s.everShared(v.Number)})
}

// Filter leaves those self-evaluations of a list that agree with every member that is given.
type Filter struct {
	Borough      *string
	Boroughs     []string // those of a sub-region; all where it is nil
	Cycle        *string
	States       []State // as the caller sees them
	Unshared     *bool   // whether the newest version waits to be shared by the caller
	UpdatedSince *time.Time
}
