package programme

import (
	"slices"
	"time"
)

// PeerReviewNote is what the visiting team of a review wrote down of an interview. The
// team's boroughs and the programme's team read it, and the host never.
type PeerReviewNote struct {
	Head
	Wording
	PeerReviewID   string
	Borough        *string  `gorm:"column:borough_code"` // whose people wrote it; nil where the programme's team did
	InterviewGroup string   `audit:"withheld"`           // who was met, by group and never by name
	Line           *int     // the place of its line of enquiry among the review's, from 0; nil where it is to none
	Text           string   `audit:"withheld"`
	FindingIDs     []string `gorm:"serializer:texts"` // the findings that cite it

	// LineOfEnquiry are the words of the line, which stand in the review alone: who
	// rewords or redacts it there does so here.
	LineOfEnquiry *string    `gorm:"-" json:"-"`
	Review        PeerReview `gorm:"-" json:"-"` // read with it
}

// AddNote is the step of a review that leads to a note.
const AddNote Step = "add-note"

// Noun implements [Record].
func (*PeerReviewNote) Noun() string { return "peer-review-note" }

// Steps implements [Record].
func (*PeerReviewNote) Steps() []Step { return []Step{Edit, Acknowledge, Redact, Delete} }

// May implements [Record]: who wrote it and the programme's team correct it, while the
// review takes notes, and remove it, while no finding cites it.
func (n *PeerReviewNote) May(actor Actor, step Step) error {
	if !actor.Is(RoleProgramme) && (n.Borough == nil || !actor.IsOf(*n.Borough)) {
		return NotYours("Only the borough that wrote it and the programme's team may do this.")
	}
	if err := n.Review.takesNotes(); err != nil {
		return err
	}
	if step == Delete && len(n.FindingIDs) > 0 {
		return InUse(n.Noun(), []Fault{{Code: FaultInUse, Detail: "Findings refer to it."}})
	}
	return nil
}

// NeedsReason implements [Stepped].
func (n *PeerReviewNote) NeedsReason(step Step) bool { return n.Wording.NeedsReason(step) }

// Check implements [Record].
func (*PeerReviewNote) Check() error { return nil }

// Texts implements [Worded]. A note has its readers from the beginning, so that nothing
// waits for what screening finds.
func (n *PeerReviewNote) Texts() []Text {
	heard := Text{Boroughs: n.Writers(), Team: true}
	return append(heard.At("/interviewGroup", &n.InterviewGroup), heard.At("/text", &n.Text)...)
}

// Writers implements [Worded].
func (n *PeerReviewNote) Writers() []string {
	if n.Borough == nil {
		return nil
	}
	return []string{*n.Borough}
}

// Put writes the note into the review on the actor's behalf, and answers the faults of
// what is not there.
func (n *PeerReviewNote) Put(actor Actor, r *PeerReview) []Fault {
	if n.Borough = nil; !actor.Is(RoleProgramme) {
		n.Borough = &actor.Borough
	}
	n.FindingIDs, n.Review, n.Audience = []string{}, *r, r.NoteReaders()
	return n.Place()
}

// Place finds the line of enquiry among those of the review, and answers the fault where
// it is none of them.
func (n *PeerReviewNote) Place() []Fault {
	n.Line = nil
	if n.LineOfEnquiry == nil {
		return nil
	}
	at := slices.Index(n.Review.KLOEs, *n.LineOfEnquiry)
	if at < 0 {
		return []Fault{Unknown("/lineOfEnquiry", "The review has no such line of enquiry.")}
	}
	n.Line = &at
	return nil
}

// Read gives the note its review, and its line of enquiry the words that it has there.
func (n *PeerReviewNote) Read(r PeerReview) {
	n.Review, n.LineOfEnquiry = r, nil
	if n.Line != nil && *n.Line < len(r.KLOEs) {
		n.LineOfEnquiry = &r.KLOEs[*n.Line]
	}
}

// Follow gives the note the readers whom its review's team makes, and its line of enquiry
// the place that it has now among what were these lines. One that is reworded where it
// stood is the same line, and of one that was taken away the note is no more. It reports whether
// anything is another than before.
func (n *PeerReviewNote) Follow(r *PeerReview, were []string) bool {
	line, audience := n.Line, n.Audience
	if n.Line != nil {
		n.Line = followed(*n.Line, were, r.KLOEs)
	}
	n.Audience = r.NoteReaders()
	return !Same(line, n.Line) || !slices.Equal(audience, n.Audience)
}

func followed(line int, were, are []string) *int {
	if line >= len(were) {
		return nil
	}
	if at := slices.Index(are, were[line]); at >= 0 {
		return &at
	}
	if line < len(are) && !slices.Contains(were, are[line]) {
		return &line
	}
	return nil
}

// Cite notes whether the finding cites the note, and reports whether that is another than
// before.
func (n *PeerReviewNote) Cite(finding string, cited bool) bool {
	if slices.Contains(n.FindingIDs, finding) == cited {
		return false
	}
	if n.FindingIDs = slices.DeleteFunc(slices.Clone(n.FindingIDs), func(id string) bool { return id == finding }); cited {
		n.FindingIDs = append(n.FindingIDs, finding)
	}
	return true
}

// noteTakers are the boroughs of the team. Of the host nobody belongs to it, also where
// somebody has moved there.
func (r *PeerReview) noteTakers() []string {
	return slices.DeleteFunc(r.Visitors(), func(code string) bool { return code == r.Host })
}

// NoteReaders is the audience of the review's notes: the team's boroughs and the
// programme's team, and never the host.
func (r *PeerReview) NoteReaders() Audience { return Parties(r.noteTakers()...) }

// writesNotes refuses who may write no notes of the review.
func (r *PeerReview) writesNotes(actor Actor) error {
	if actor.Is(RoleProgramme) || slices.ContainsFunc(r.noteTakers(), actor.IsOf) {
		return nil
	}
	return NotYours("The team's boroughs and the programme's team write notes.")
}

// takesNotes refuses notes but while the team prepares, is there, and writes its report.
func (r *PeerReview) takesNotes() error {
	if r.State == ReviewPreparing || r.State == ReviewFieldwork || r.State == ReviewFactualAccuracy {
		return nil
	}
	return WrongState("Notes are written and corrected while a review is prepared, during fieldwork and factual accuracy.")
}

// CheckInterviewGroup refuses a group of which the programme's template does not know,
// where it knows any.
func CheckInterviewGroup(template []InterviewGroup, name string) []Fault {
	if len(template) == 0 || slices.ContainsFunc(template, func(g InterviewGroup) bool { return g.Name == name }) {
		return nil
	}
	return []Fault{Unknown("/interviewGroup", "The programme has no such interview group.")}
}

// PeerReviewNoteFilter leaves those notes of a list that agree with every member that is given.
type PeerReviewNoteFilter struct {
	PeerReviewID *string
	Borough      *string // whose people wrote it
	FindingID    *string // that cites it
	UpdatedSince *time.Time
}
