package programme

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// PeerReview is a visit of a team from other boroughs to one host. Its host, its
// team and the programme's team share it; others see its report as the host
// publishes it.
type PeerReview struct {
	Head
	Wording
	Title                string
	Host                 string `gorm:"column:host_code"`
	Cycle                Cycle
	PriorityID           *string
	Scope                *string         `audit:"withheld"` // what the review is to look at
	ScopeAgreedOn        *Date           // when host and programme agreed on it
	KLOEs                []string        `audit:"withheld"       gorm:"column:kloes;serializer:texts"` // key lines of enquiry
	Team                 []TeamMember    `gorm:"serializer:json"`
	FieldworkDays        []Date          `gorm:"serializer:json"` // in order
	PresentationOn       *Date           // when the team presents what it found
	Sessions             []ReviewSession `audit:"withheld" gorm:"serializer:json"`
	State                ReviewState
	HostComments         []HostComment `audit:"withheld" gorm:"serializer:json"` // on factual accuracy; only ever added to
	Report               *string       `audit:"withheld"`
	ReportLinks          []Link        `audit:"withheld" gorm:"serializer:json"`
	Publication          Publication
	ReportedOn           *Date
	ProgressReviewOn     *Date   // when host and team have agreed to hold the progress review
	ProgressReviewHeldOn *Date   // when it was held
	ProgressReview       *string `audit:"withheld"` // what the progress review found
	ProgressReviewWaived *string `audit:"withheld"` // why there is no progress review
	AnnouncedOn          *Date   // when the host let everybody know that it is visited
	Illustrative         *string // what of it is an example and no fact

	// Read with the review, never kept in it.
	Findings        []Finding `gorm:"-" json:"-"` // its findings, where the step that shares them is asked of
	Unanswered      int       `gorm:"-" json:"-"` // how many of its findings the host has not answered
	Equipped        bool      `gorm:"-" json:"-"` // whether it had what fieldwork needs when it was read
	Outlived        []Fault   `gorm:"-" json:"-"` // that its priority has ended before fieldwork
	OpenPreparation []Fault   `gorm:"-" json:"-"` // what is open of its preparation
	HostJoined      bool      `gorm:"-" json:"-"` // whether somebody of its team had moved to the host when it was read

	MilestoneKept bool `gorm:"-" json:"-"` // whether a milestone links to it
}

// ReviewSession is an interview or a focus group of the fieldwork.
type ReviewSession struct {
	Title     string  `json:"title"`
	Day       Date    `json:"day"`
	StartTime *string `json:"startTime"` // 09:30, in the programme's zone
	EndTime   *string `json:"endTime"`
	Attendees *string `json:"attendees"` // whom the team meets, by group and never by name
}

// HostComment is what the host says to a report that is not final yet.
type HostComment struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// ReviewState is where a peer review stands.
type ReviewState string

// The states, in their order; a review that is not reported may be cancelled.
const (
	ReviewProposed        ReviewState = "proposed"
	ReviewScoping         ReviewState = "scoping"
	ReviewPreparing       ReviewState = "preparing"
	ReviewFieldwork       ReviewState = "fieldwork"
	ReviewFactualAccuracy ReviewState = "factual_accuracy"
	ReviewReported        ReviewState = "reported"
	ReviewFollowUp        ReviewState = "follow_up"
	ReviewClosed          ReviewState = "closed"
	ReviewCancelled       ReviewState = "cancelled"
)

// Publication is how far the host lets a report be seen once it is final.
type Publication string

// The levels of publication.
const (
	PublishedToParties  Publication = "host_and_team"
	PublishedToBoroughs Publication = "boroughs"
	PublishedToEveryone Publication = "everyone" // reporting tools too
)

// The steps of a peer review beside those of all kinds.
const (
	AgreeScope     Step = "scope"
	Announce       Step = "announce"
	StartFieldwork Step = "start-fieldwork"
	CheckFacts     Step = "check-facts"
	Finalise       Step = "finalise"
	FollowUp       Step = "follow-up"
	CommentOnFacts Step = "comment"
	WriteReport    Step = "write-report"
	Publish        Step = "publish"
)

// The sizes of a team that does fieldwork, and how often its host may comment.
const (
	smallestTeam = 4
	largestTeam  = 6
	mostComments = 200
)

// ofReview answers the states from which the step may be taken, and the one to
// which it leads.
func (s Step) ofReview() (from []ReviewState, to ReviewState) {
	switch s {
	case AgreeScope:
		return []ReviewState{ReviewProposed}, ReviewScoping
	case Prepare:
		return []ReviewState{ReviewScoping}, ReviewPreparing
	case StartFieldwork:
		return []ReviewState{ReviewPreparing}, ReviewFieldwork
	case CheckFacts:
		return []ReviewState{ReviewFieldwork}, ReviewFactualAccuracy
	case Finalise:
		return []ReviewState{ReviewFactualAccuracy}, ReviewReported
	case FollowUp:
		return []ReviewState{ReviewReported}, ReviewFollowUp
	case Close:
		return []ReviewState{ReviewFollowUp}, ReviewClosed
	case Cancel:
		return []ReviewState{ReviewProposed, ReviewScoping, ReviewPreparing, ReviewFieldwork, ReviewFactualAccuracy}, ReviewCancelled
	}
	return nil, ""
}

// reopened answers the state to which reopening leads back, or "" where there is
// nothing to reopen.
func (s ReviewState) reopened() ReviewState {
	switch s {
	case ReviewReported:
		return ReviewFactualAccuracy
	case ReviewFollowUp:
		return ReviewReported
	case ReviewClosed:
		return ReviewFollowUp
	case ReviewCancelled:
		return ReviewProposed
	case ReviewProposed, ReviewScoping, ReviewPreparing, ReviewFieldwork, ReviewFactualAccuracy:
	}
	return ""
}

// Noun implements [Record].
func (*PeerReview) Noun() string { return "peer-review" }

// Steps implements [Record].
func (*PeerReview) Steps() []Step {
	return []Step{Edit, AgreeScope, Announce, TakeTemplate, Prepare, StartFieldwork, WriteReport, CheckFacts, CommentOnFacts, Finalise, Publish, FollowUp, Close, Cancel, Reopen, AddNote, RecordFinding, AddEvent, AddMilestone, Acknowledge, Redact, Delete}
}

// May implements [Record]. The programme's team runs reviews; the visiting
// boroughs write the report with it, and the host comments on it and decides, at
// any time, how far it may be seen.
func (r *PeerReview) May(actor Actor, step Step) error {
	if err := r.yours(actor, step); err != nil {
		return err
	}
	switch step {
	case Publish:
		return nil // the report stays the host's to publish, or not, after the review too
	case AddEvent:
		return nil
	case AddMilestone:
		if r.MilestoneKept {
			return SourceTaken()
		}
		return nil
	case AddNote:
		return r.takesNotes()
	case RecordFinding:
		return r.Forum().MayFind(actor)
	case Edit:
		if r.State == ReviewClosed || r.State == ReviewCancelled {
			return WrongState("A review that is closed or cancelled is not changed any more; reopen it first.")
		}
	case Announce:
		return r.mayAnnounce()
	case TakeTemplate:
		if r.Preparation().Over {
			return WrongState("Templates are taken until fieldwork begins.")
		}
	case WriteReport:
		if r.State != ReviewFieldwork && r.State != ReviewFactualAccuracy {
			return WrongState("The report is written during fieldwork and factual accuracy.")
		}
	case CommentOnFacts:
		if r.State != ReviewFactualAccuracy {
			return WrongState("The host comments while factual accuracy is being checked.")
		}
		if len(r.HostComments) >= mostComments {
			return WrongState(fmt.Sprintf("A review takes at most %d comments.", mostComments))
		}
	case Delete:
		if r.State != ReviewProposed {
			return WrongState("Only a review that is still proposed can be deleted; cancel it instead.")
		}
	case Reopen:
		if r.State.reopened() == "" {
			return WrongState("Only a review that is reported, in follow-up, closed or cancelled can be reopened.")
		}
	default:
		return r.mayMove(step)
	}
	return nil
}

// yours refuses who may not take the step in any state.
func (r *PeerReview) yours(actor Actor, step Step) error {
	switch step {
	case RecordFinding:
		return nil // the forum says whose that is
	case AddNote:
		return r.writesNotes(actor)
	case WriteReport:
		if !slices.ContainsFunc(r.Visitors(), actor.Speaks) && !actor.Is(RoleProgramme) {
			return NotYours("The team's boroughs and the programme's team write the report.")
		}
	case CommentOnFacts:
		if !actor.Is(RoleBoroughLead, RoleBoroughEditor) || actor.Borough != r.Host {
			return NotYours("Only the host comments on factual accuracy.")
		}
	case Publish, Announce:
		if !actor.Leads(r.Host) {
			return NotYours("Only the host's director decides how far the review and its report may be seen.")
		}
	default:
		return TeamMay(actor)
	}
	return nil
}

// mayMove refuses a step that does not follow from the state, or for which
// something is missing.
func (r *PeerReview) mayMove(step Step) error {
	if from, _ := step.ofReview(); !slices.Contains(from, r.State) {
		return WrongState("The review is " + r.State.words() + ". " + r.State.towards(step))
	}
	switch step {
	case StartFieldwork:
		if missing := r.missingForFieldwork(); len(missing) > 0 {
			e := Errorf(Conflict, CodeNotReadyForFieldwork, "Fieldwork cannot begin before the review has all that errors lists.")
			e.Faults = missing
			return e
		}
		if err := conflictOf(CodePriorityEnded, r.Outlived); err != nil {
			return err
		}
		return preparationOpen(r.OpenPreparation)
	case CheckFacts, Finalise:
		if !r.hasReport() {
			return Errorf(Conflict, CodeNoReport, "The review needs a report, as text or as a link, before this step.")
		}
	case Close:
		if r.Unanswered > 0 {
			return Errorf(Conflict, CodeFindingsUnanswered, "The host has not answered %d of the review's findings yet.", r.Unanswered)
		}
		if blank(r.ProgressReview) && blank(r.ProgressReviewWaived) {
			return Errorf(Conflict, CodeProgressReviewOpen, "Say first what the progress review found, or why there is none.")
		}
	}
	return nil
}

// mayAnnounce refuses to let everybody know of a review on which host and programme have
// not agreed, and to do so twice.
func (r *PeerReview) mayAnnounce() error {
	switch {
	case r.AnnouncedOn != nil:
		return WrongState("The review is announced already.")
	case r.State == ReviewCancelled:
		return WrongState("The review is cancelled.")
	case blank(r.Scope) || r.ScopeAgreedOn == nil:
		return Errorf(Conflict, CodeScopeNotAgreed, "A review is announced once host and programme have agreed on its scope, and on which day is written down.")
	}
	return nil
}

// Move takes the step on the day, once [PeerReview.May] allows it. A report that
// becomes final gets its day, and loses it when the review is reopened. A reopening or a
// cancellation is refused without a reason.
func (r *PeerReview) Move(actor Actor, step Step, today Date) error {
	if r.NeedsReason(step) {
		if err := actor.WithReason(); err != nil {
			return err
		}
	}
	switch step {
	case Announce:
		r.AnnouncedOn = &today
		return nil
	case Reopen:
		if r.State == ReviewReported {
			r.ReportedOn = nil
		}
		r.State = r.State.reopened()
		return nil
	case Finalise:
		r.ReportedOn = &today
	}
	_, r.State = step.ofReview()
	return nil
}

// NeedsReason implements [Stepped].
func (r *PeerReview) NeedsReason(step Step) bool {
	return step == Reopen || step == Cancel || r.Wording.NeedsReason(step)
}

// Comment adds what the host says at the instant.
func (r *PeerReview) Comment(at time.Time, text string) {
	r.HostComments = append(slices.Clone(r.HostComments), HostComment{At: at, Text: text})
}

// Check implements [Record].
func (r *PeerReview) Check() error {
	faults := append(r.Cycle.Check(), repeated("/kloes", r.KLOEs)...)
	faults = append(faults, r.teamFaults()...)
	faults = append(faults, r.dayFaults()...)
	faults = append(faults, r.sessionFaults()...)
	if r.Equipped && r.afterPreparation() {
		faults = append(faults, r.missingForFieldwork()...)
	}
	return Refuse(faults)
}

func (r *PeerReview) dayFaults() []Fault {
	var faults []Fault
	for i, day := range r.FieldworkDays {
		at := "/fieldworkDays/" + strconv.Itoa(i)
		if len(r.Cycle.Check()) == 0 && (day < r.Cycle.Starts() || day > r.Cycle.Ends()) {
			faults = append(faults, Fault{Pointer: at, Code: FaultOutsideCycle, Detail: "Fieldwork must lie in the review's cycle."})
		}
		switch {
		case slices.Contains(r.FieldworkDays[:i], day):
			faults = append(faults, again(at))
		case i > 0 && day < r.FieldworkDays[i-1]:
			faults = append(faults, Fault{Pointer: at, Code: FaultOrder, Detail: "Fieldwork days are listed in order."})
		}
	}
	if r.PresentationOn != nil && len(r.FieldworkDays) > 0 && *r.PresentationOn < slices.Max(r.FieldworkDays) {
		faults = append(faults, Fault{Pointer: "/presentationOn", Code: FaultOrder, Detail: "The presentation must not be before the last day of fieldwork."})
	}
	return append(faults, r.heldFaults()...)
}

func (r *PeerReview) sessionFaults() []Fault {
	var faults []Fault
	for i, s := range r.Sessions {
		at := "/sessions/" + strconv.Itoa(i)
		if !slices.Contains(r.FieldworkDays, s.Day) {
			faults = append(faults, Fault{Pointer: at + "/day", Code: FaultOutsideFieldwork, Detail: "A session is on one of the fieldwork days."})
		}
		faults = append(faults, laterTime(at+"/endTime", s.StartTime, s.EndTime)...)
	}
	return faults
}

func (r *PeerReview) afterPreparation() bool {
	return !slices.Contains([]ReviewState{ReviewProposed, ReviewScoping, ReviewPreparing, ReviewCancelled}, r.State)
}

func (r *PeerReview) hasReport() bool { return !blank(r.Report) || len(r.ReportLinks) > 0 }

// Confidants implements [Confidential]: the host, the boroughs of the team and
// the programme's team. Of whatever else is published, names, sessions, the host's
// comments and the progress review stay between them.
func (r *PeerReview) Confidants() Audience { return Parties(append(r.Visitors(), r.Host)...) }

// Readers answers the review's audience: its parties, and once it is reported all
// to whom the host publishes it.
func (r *PeerReview) Readers() Audience {
	if r.State == ReviewReported || r.State == ReviewFollowUp || r.State == ReviewClosed {
		switch r.Publication {
		case PublishedToBoroughs:
			return EveryBorough()
		case PublishedToEveryone:
			return Everyone()
		}
	}
	return r.Confidants()
}

// towards says what to do instead of a step that does not follow from the state.
func (s ReviewState) towards(step Step) string {
	return towards(s, step, func(step Step) ([]ReviewState, ReviewState) { return step.ofReview() }, s.reopened() != "",
		AgreeScope, Prepare, StartFieldwork, CheckFacts, Finalise, FollowUp, Close)
}

func (s ReviewState) words() string {
	switch s {
	case ReviewFieldwork:
		return "in fieldwork"
	case ReviewFactualAccuracy:
		return "being checked for factual accuracy"
	case ReviewFollowUp:
		return "in follow-up"
	}
	return string(s)
}

// HostedOn answers the day that says in which sub-region a review counts: its last,
// or the first of its cycle while it has none.
func (r *PeerReview) HostedOn() Date {
	if last := r.lastDay(); last != nil {
		return *last
	}
	return r.Cycle.Starts()
}

// lastDay is the last of the review's fieldwork, or nil while that is open.
func (r *PeerReview) lastDay() *Date {
	if len(r.FieldworkDays) == 0 {
		return nil
	}
	last := slices.Max(r.FieldworkDays)
	return &last
}

// PeerReviewFilter leaves those reviews of a list that agree with every member
// that is given.
type PeerReviewFilter struct {
	Borough      *string // the host, or one of the team's
	Host         *string
	Cycle        *Cycle
	States       []ReviewState // any of them; all where it is empty
	PriorityID   *string
	UpdatedSince *time.Time

	Overdue *bool // whether one of its clocks is; of those alone to which the caller belongs
	Clocks  ReviewClocks
	Today   Date // on which it is asked what is overdue
}
