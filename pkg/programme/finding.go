package programme

import (
	"slices"
	"time"
)

// Finding is what a challenge's group or a review's team found about a borough.
type Finding struct {
	Head
	Wording
	PeerChallengeGroupID   *string // either of a group
	PeerReviewID           *string // or of a review
	Borough                string  `gorm:"column:borough_code"` // whom it is about
	Kind                   FindingKind
	Theme                  string  `audit:"withheld"`
	Text                   string  `audit:"withheld"`
	Evidence               *string `audit:"withheld"`
	PriorityID             *string
	Indicators             []string   `gorm:"serializer:texts"` // codes of indicators that it cites
	SelfEvaluationSections []string   `gorm:"serializer:texts"` // sections of the borough's self-evaluation that it cites
	Citations              []Citation `gorm:"serializer:json"`  // figures that it cites, without their numbers

	NoteIDs                 []string         `gorm:"-" json:"-"` // notes of its review that it cites, which these know; read with it
	SelfEvaluationCommentID *string          // the line of enquiry on it of which the finding came
	Illustrative            bool             // that self-evaluation is made up
	Response                *FindingResponse `audit:"withheld" gorm:"serializer:json"`

	Forum Forum `gorm:"-" json:"-"` // where it was found, read with it
}

// FindingKind is what kind of finding it is. Nothing is graded.
type FindingKind string

// The kinds of findings. Only a challenge records risks.
const (
	Strength           FindingKind = "strength"
	AreaForInnovation  FindingKind = "area_for_innovation"
	AreaForDevelopment FindingKind = "area_for_development"
	Risk               FindingKind = "risk"
)

// FindingResponse is the borough's answer to a finding.
type FindingResponse struct {
	Answer ResponseAnswer `json:"answer"`
	Reason *string        `json:"reason"`
	At     time.Time      `json:"at"`
}

// ResponseAnswer is how far a borough accepts a finding.
type ResponseAnswer string

// The answers. All but acceptance need a reason.
const (
	Accepted    ResponseAnswer = "accepted"
	Partly      ResponseAnswer = "partly"
	NotAccepted ResponseAnswer = "not_accepted"
)

// The steps of a finding beside those of all kinds.
const (
	Respond   Step = "respond"
	AddAction Step = "add-action"
)

// Noun implements [Record].
func (*Finding) Noun() string { return "finding" }

// Steps implements [Record].
func (*Finding) Steps() []Step { return []Step{Edit, Respond, AddAction, Acknowledge, Redact, Delete} }

// May implements [Record]: who found it records and corrects it while findings
// are being recorded; whom it is about answers it and acts on it while findings
// are being answered.
func (f *Finding) May(actor Actor, step Step) error {
	switch step {
	case Respond, AddAction:
		if !actor.IsOf(f.Borough) {
			return NotYours("Only the borough that the finding is about may do this.")
		}
		if !f.Forum.Answers {
			return WrongState("Findings of a challenge are answered while it is in progress or completed, those of a review once it is reported and until it is closed.")
		}
		if step == AddAction {
			return f.TakesActions()
		}
		return nil
	}
	if err := f.Forum.MayRecord(actor); err != nil {
		return err
	}
	if step == Delete && f.Response != nil {
		return Errorf(Conflict, CodeAnswered, "The borough has answered the finding, so that it stays; correct it instead.")
	}
	return nil
}

// NeedsReason implements [Stepped]: what the borough has answered is corrected for a
// reason.
func (f *Finding) NeedsReason(step Step) bool {
	return step == Edit && f.Response != nil || f.Wording.NeedsReason(step)
}

// Texts implements [Worded]: who finds writes, and the borough answers.
func (f *Finding) Texts() []Text {
	found := Text{Boroughs: f.Forum.Finders, Team: true, Awaited: true}
	texts := slices.Concat(found.At("/theme", &f.Theme), found.At("/text", &f.Text), found.At("/evidence", f.Evidence))
	if f.Response != nil {
		texts = append(texts, Text{Boroughs: []string{f.Borough}, Awaited: true}.At("/response/reason", f.Response.Reason)...)
	}
	return texts
}

// Writers implements [Worded].
func (f *Finding) Writers() []string { return append(slices.Clip(f.Forum.Finders), f.Borough) }

// Check implements [Record].
func (f *Finding) Check() error {
	var faults []Fault
	if (f.PeerChallengeGroupID == nil) == (f.PeerReviewID == nil) {
		faults = append(faults, Fault{Pointer: "/peerChallengeGroupId", Code: FaultOneOf, Detail: "A finding is either of a peer challenge group or of a peer review."})
	}
	if f.Kind == Risk && f.PeerReviewID != nil {
		faults = append(faults, Fault{Pointer: "/kind", Code: FaultOnlyInChallenges, Detail: "Only a peer challenge records risks."})
	}
	if f.SelfEvaluationCommentID != nil && f.PeerReviewID != nil {
		faults = append(faults, Fault{Pointer: "/selfEvaluationCommentId", Code: FaultOnlyInChallenges, Detail: "Only a finding of a peer challenge comes of a line of enquiry on a self-evaluation."})
	}
	faults = append(faults, repeated("/indicators", f.Indicators)...)
	faults = append(faults, repeated("/noteIds", f.NoteIDs)...)
	faults = append(faults, repeated("/citations", f.Citations)...)
	return Refuse(append(faults, repeated("/selfEvaluationSections", f.SelfEvaluationSections)...))
}

// NotesFor answers the notes that the finding cites to who reads them, and none to others.
func (f *Finding) NotesFor(actor Actor) []string {
	reads := func(borough string) bool { return borough != f.Borough && actor.IsOf(borough) }
	if !actor.Is(RoleProgramme) && !slices.ContainsFunc(f.Forum.Finders, reads) {
		return []string{}
	}
	return OrEmpty(f.NoteIDs)
}

// Misplaced names the borough if nothing can be found about it there: a group
// finds about its members, a review about its host. It is asked once: a member
// that leaves the group does not take what was found along.
func (f *Finding) Misplaced() []Fault {
	switch {
	case f.PeerReviewID != nil && f.Borough != f.Forum.Boroughs[0]:
		return []Fault{{Pointer: "/borough", Code: FaultNotTheHost, Detail: "A review finds about its host."}}
	case f.PeerReviewID == nil && !slices.Contains(f.Forum.Boroughs, f.Borough):
		return []Fault{{Pointer: "/borough", Code: FaultNotInGroup, Detail: "The borough does not belong to the group."}}
	}
	return nil
}

// Answer records what the borough says to the finding, in the place of what it
// said before. It refuses all but acceptance without a reason.
func (f *Finding) Answer(answer ResponseAnswer, reason *string, at time.Time) error {
	if answer != Accepted && blank(reason) {
		return Refuse([]Fault{{Pointer: "/reason", Code: FaultReasonRequired, Detail: "Say why the finding is not or not wholly accepted."}})
	}
	if blank(reason) {
		reason = nil
	}
	if r := f.Response; r != nil && r.Answer == answer && Same(r.Reason, reason) {
		return nil // the day of an answer is that on which it was given
	}
	f.Response = &FindingResponse{Answer: answer, Reason: reason, At: at}
	return nil
}

// TakesActions refuses actions, new ones and such as are opened again, about a
// finding that the borough does not accept.
func (f *Finding) TakesActions() error {
	if f.Response == nil || f.Response.Answer == NotAccepted {
		return Errorf(Conflict, CodeFindingNotAccepted, "Actions are about a finding that the borough has accepted, wholly or partly.")
	}
	return nil
}

// FindingFilter leaves those findings of a list that agree with every member that
// is given.
type FindingFilter struct {
	PeerChallengeID      *string
	PeerChallengeGroupID *string
	PeerReviewID         *string
	Cycle                *Cycle // of the challenge or review
	Borough              *string
	Kinds                []FindingKind // any of them; all where it is empty
	PriorityID           *string
	Answered             *bool
	UpdatedSince         *time.Time
}
