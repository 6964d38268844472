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
	Title            string
	Host             string `gorm:"column:host_code"`
	Cycle            Cycle
	PriorityID       *string
	Scope            *string         `audit:"withheld"` // what the review is to look at
	ScopeAgreedOn    *Date           // when host and programme agreed on it
	KLOEs            []string        `audit:"withheld"       gorm:"column:kloes;serializer:texts"` // key lines of enquiry
	Team             []TeamMember    `gorm:"serializer:json"`
	FieldworkDays    []Date          `gorm:"serializer:json"` // in order
	PresentationOn   *Date           // when the team presents what it found
	Sessions         []ReviewSession `audit:"withheld" gorm:"serializer:json"`
	State            ReviewState
	HostComments     []HostComment `audit:"withheld" gorm:"serializer:json"` // on factual accuracy; only ever added to
	Report           *string       `audit:"withheld"`
	ReportLinks      []Link        `audit:"withheld" gorm:"serializer:json"`
	Publication      Publication
	ReportedOn       *Date
	ProgressReviewOn *Date   // when the progress review falls due, set when the review is reported
	ProgressReview   *string `audit:"withheld"` // what the progress review found
	Illustrative     *string // what of it is an example and no fact

	// Read with the review, never kept in it.
	Findings   []Finding `gorm:"-" json:"-"` // its findings, where the step that shares them is asked of
	Unanswered int       `gorm:"-" json:"-"` // how many of its findings the host has not answered
	Equipped   bool      `gorm:"-" json:"-"` // whether it had what fieldwork needs when it was read
}

// TeamMember is one of the people of a review's team. When a participant is
// removed, role and organisation stay and the person is nobody any more.
type TeamMember struct {
	ParticipantID *string         `json:"participantId"`
	Role          ParticipantRole `json:"role"`
	Borough       *string         `json:"borough"`
	Organisation  *string         `json:"organisation"`
	Lead          bool            `json:"lead"`
	Name          *string         `json:"-"` // read with the review, never kept in it
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
	return []Step{Edit, AgreeScope, Prepare, StartFieldwork, WriteReport, CheckFacts, CommentOnFacts, Finalise, Publish, FollowUp, Close, Cancel, Reopen, RecordFinding, AddEvent, AddMilestone, Acknowledge, Redact, Delete}
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
	case AddEvent, AddMilestone:
		return nil
	case RecordFinding:
		return r.Forum().MayFind(actor)
	case Edit:
		if r.State == ReviewClosed || r.State == ReviewCancelled {
			return WrongState("A review that is closed or cancelled is not changed any more; reopen it first.")
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
	case WriteReport:
		if !slices.ContainsFunc(r.Visitors(), actor.Speaks) && !actor.Is(RoleProgramme) {
			return NotYours("The team's boroughs and the programme's team write the report.")
		}
	case CommentOnFacts:
		if !actor.Is(RoleBoroughLead, RoleBoroughEditor) || actor.Borough != r.Host {
			return NotYours("Only the host comments on factual accuracy.")
		}
	case Publish:
		if !actor.Leads(r.Host) {
			return NotYours("Only the host's director decides how far the report may be seen.")
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
		return WrongState("The review is " + r.State.words() + "; this step does not follow from there.")
	}
	switch step {
	case StartFieldwork:
		if missing := r.missingForFieldwork(); len(missing) > 0 {
			e := Errorf(Conflict, CodeNotReadyForFieldwork, "Fieldwork cannot begin before the review has all that errors lists.")
			e.Faults = missing
			return e
		}
	case CheckFacts, Finalise:
		if !r.hasReport() {
			return Errorf(Conflict, CodeNoReport, "The review needs a report, as text or as a link, before this step.")
		}
	case Close:
		if r.Unanswered > 0 {
			return Errorf(Conflict, CodeFindingsUnanswered, "The host has not answered %d of the review's findings yet.", r.Unanswered)
		}
	}
	return nil
}

// Move takes the step on the day, once [PeerReview.May] allows it. A report that
// becomes final gets its day, and that of its progress review unless one is set.
// A reopening or a cancellation is refused without a reason.
func (r *PeerReview) Move(actor Actor, step Step, today Date, rules Settings) error {
	if r.NeedsReason(step) {
		if err := actor.WithReason(); err != nil {
			return err
		}
	}
	switch step {
	case Reopen:
		if r.State == ReviewReported {
			r.unreport(rules)
		}
		r.State = r.State.reopened()
		return nil
	case Finalise:
		r.ReportedOn = &today
		if r.ProgressReviewOn == nil {
			due := today.AddMonths(rules.ProgressReviewMonths)
			r.ProgressReviewOn = &due
		}
	}
	_, r.State = step.ofReview()
	return nil
}

// NeedsReason implements [Stepped].
func (r *PeerReview) NeedsReason(step Step) bool {
	return step == Reopen || step == Cancel || r.Wording.NeedsReason(step)
}

// unreport takes back the days that finalising has set. A progress review on
// another day was agreed by people, and stays.
func (r *PeerReview) unreport(rules Settings) {
	if r.ReportedOn != nil && r.ProgressReviewOn != nil && *r.ProgressReviewOn == r.ReportedOn.AddMonths(rules.ProgressReviewMonths) {
		r.ProgressReviewOn = nil
	}
	r.ReportedOn = nil
}

// Comment adds what the host says at the instant.
func (r *PeerReview) Comment(at time.Time, text string) {
	r.HostComments = append(slices.Clone(r.HostComments), HostComment{At: at, Text: text})
}

// Choose makes a team of the chosen members. Who belongs to it already keeps role
// and organisation as they were on joining; of the others these are not known yet.
func (r *PeerReview) Choose(chosen []TeamMember) {
	team := make([]TeamMember, len(chosen))
	for i, m := range chosen {
		team[i] = m
		for _, present := range r.Team {
			if present.ParticipantID != nil && m.ParticipantID != nil && *present.ParticipantID == *m.ParticipantID {
				team[i], team[i].Lead = present, m.Lead
			}
		}
	}
	r.Team = team
}

// Join gives the member the person's role and organisation as they are today.
// What becomes of the person later changes nothing in the team.
func (m *TeamMember) Join(p Participant) {
	m.Role, m.Borough, m.Organisation, m.Name = p.Role, p.Borough, p.Organisation, &p.Name
}

// Leave makes nobody of the person in the team.
func (r *PeerReview) Leave(participant string) {
	r.Team = slices.Clone(r.Team)
	for i := range r.Team {
		if id := r.Team[i].ParticipantID; id != nil && *id == participant {
			r.Team[i].ParticipantID, r.Team[i].Name = nil, nil
		}
	}
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

func (r *PeerReview) teamFaults() []Fault {
	var faults []Fault
	lead, seen := false, map[string]bool{}
	for i, m := range r.Team {
		at := "/team/" + strconv.Itoa(i)
		if m.ParticipantID != nil {
			if m.Role == "" {
				faults = append(faults, Unknown(at+"/participantId", "There is no such participant."))
			}
			if seen[*m.ParticipantID] {
				faults = append(faults, Fault{Pointer: at + "/participantId", Code: FaultRepeated, Detail: "This person is in the team already."})
			}
			seen[*m.ParticipantID] = true
		}
		if m.Borough != nil && *m.Borough == r.Host {
			faults = append(faults, Fault{Pointer: at, Code: FaultFromHost, Detail: m.called() + " comes from the host; nobody of the host belongs to the team."})
		}
		if m.Lead && lead {
			faults = append(faults, Fault{Pointer: at + "/lead", Code: FaultSecondLead, Detail: "A team has one lead."})
		}
		lead = lead || m.Lead
	}
	return faults
}

func (m *TeamMember) called() string {
	if m.Name == nil {
		return "This person"
	}
	return *m.Name
}

func (r *PeerReview) dayFaults() []Fault {
	var faults []Fault
	for i, day := range r.FieldworkDays {
		at := "/fieldworkDays/" + strconv.Itoa(i)
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
	return faults
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

// missingForFieldwork names everything without which fieldwork does not begin.
func (r *PeerReview) missingForFieldwork() []Fault {
	var faults []Fault
	need := func(is bool, pointer string, code FaultCode, detail string) {
		if !is {
			faults = append(faults, Fault{Pointer: pointer, Code: code, Detail: detail})
		}
	}
	need(!blank(r.Scope), "/scope", FaultNoScope, "Fieldwork needs a scope.")
	need(r.ScopeAgreedOn != nil, "/scopeAgreedOn", FaultScopeNotAgreed, "Host and programme must have agreed on the scope.")
	need(len(r.KLOEs) > 0, "/kloes", FaultNoKLOE, "Fieldwork needs a key line of enquiry.")
	need(len(r.FieldworkDays) > 0, "/fieldworkDays", FaultNoFieldworkDays, "Fieldwork needs its days.")
	need(smallestTeam <= len(r.Team) && len(r.Team) <= largestTeam, "/team", FaultTeamSize, fmt.Sprintf("The team has %d to %d people.", smallestTeam, largestTeam))
	need(slices.ContainsFunc(r.Team, func(m TeamMember) bool { return m.mayLead() }), "/team", FaultNoLead, "The team needs a lead who is DCS or AD.")
	return faults
}

func (m *TeamMember) mayLead() bool {
	return m.Lead && (m.Role == DirectorOfChildrensServices || m.Role == AssistantDirector)
}

// Equip notes whether the review has what fieldwork needs. What it had when it
// was read, no change from fieldwork on may take away.
func (r *PeerReview) Equip() { r.Equipped = len(r.missingForFieldwork()) == 0 }

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
}
