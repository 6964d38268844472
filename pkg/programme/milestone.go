package programme

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Milestone is what the programme has delivered or plans to. Everybody may see it.
// Some are written by hand; others are derived from a challenge, an announced review or a
// public event, and follow it from plan to deed.
type Milestone struct {
	Head
	Title              string
	Description        string `audit:"withheld"`
	Cycle              Cycle
	Kind               MilestoneKind
	State              MilestoneState
	PlannedFor         *Date
	AchievedOn         *Date
	SubRegions         []string     `gorm:"serializer:texts"` // slugs
	Boroughs           []string     `gorm:"serializer:texts"` // GSS codes
	PriorityIDs        []string     `gorm:"serializer:texts"` // ids
	Participants       *int         // how many people took part; nil where nobody counted
	ParticipantsByRole CountedRoles `gorm:"serializer:json"` // who took part in what it is derived from
	Evidence           []Link       `gorm:"serializer:json"`

	PeerChallengeID *string
	PeerReviewID    *string // told only to those who may see the review
	EventID         *string

	Derived      bool    // follows the challenge, review or event that it links to
	WordedByHand bool    // title and description do not follow
	Illustrative *string // what of it is an example and no fact

	PeerReviewAudience Audience `gorm:"serializer:texts" json:"-"` // who may see the review; nobody where there is none
	SavedOn            Date     `gorm:"-"                json:"-"` // today while it is being saved, or empty
}

// MilestoneKind is what kind of milestone it is.
type MilestoneKind string

// The kinds of milestones.
const (
	ChallengeMilestone MilestoneKind = "peer_challenge"
	ReviewMilestone    MilestoneKind = "peer_review"
	EventMilestone     MilestoneKind = "event"
	OtherMilestone     MilestoneKind = "other"
)

// MilestoneState is where a milestone stands.
type MilestoneState string

// The states of milestones.
const (
	MilestonePlanned   MilestoneState = "planned"
	MilestoneAchieved  MilestoneState = "achieved"
	MilestoneMissed    MilestoneState = "missed"
	MilestoneCancelled MilestoneState = "cancelled"
)

// milestoneYears is how many years a milestone's days may lie before or after its
// cycle. Further off they are slips of the pen.
const milestoneYears = 5

// AddMilestone is the step of a review or an event, none of which a milestone is derived
// from, to which one links that is written by hand.
const AddMilestone Step = "add-milestone"

// Noun implements [Record].
func (*Milestone) Noun() string { return "milestone" }

// Steps implements [Record].
func (*Milestone) Steps() []Step { return []Step{Edit, Delete} }

// May implements [Record]: only the programme's team writes milestones, and a
// derived one stays as long as its source.
func (m *Milestone) May(actor Actor, step Step) error {
	if err := TeamMay(actor); err != nil {
		return err
	}
	if step == Delete && m.Derived {
		return Errorf(Conflict, CodeDerived, "A derived milestone stays as long as what it is derived from; cancel that instead.")
	}
	return nil
}

// Check implements [Record]. What was derived takes its days from its source, which
// has rules of its own for them.
func (m *Milestone) Check() error {
	faults := m.Cycle.Check()
	if m.AchievedOn != nil && m.State != MilestoneAchieved {
		faults = append(faults, Fault{Pointer: "/achievedOn", Code: FaultNotAchieved, Detail: "Only what is achieved has a day on which it was achieved."})
	}
	if !m.Derived {
		if m.State == MilestoneAchieved && m.AchievedOn == nil {
			faults = append(faults, Fault{Pointer: "/achievedOn", Code: FaultRequired, Detail: "What is achieved has a day on which it was."})
		}
		if len(m.Cycle.Check()) == 0 {
			faults = append(faults, m.near("/plannedFor", m.PlannedFor)...)
			faults = append(faults, m.near("/achievedOn", m.AchievedOn)...)
		}
		if m.AchievedOn != nil && m.SavedOn != "" && *m.AchievedOn > m.SavedOn {
			faults = append(faults, Fault{Pointer: "/achievedOn", Code: FaultInFuture, Detail: "What lies in the future is planned and not achieved."})
		}
		if m.WordedByHand {
			faults = append(faults, Fault{Pointer: "/wordedByHand", Code: FaultNotDerived, Detail: "Only a derived milestone has words that could follow."})
		}
	}
	faults = append(faults, m.linked("/peerChallengeId", m.PeerChallengeID, ChallengeMilestone)...)
	faults = append(faults, m.linked("/peerReviewId", m.PeerReviewID, ReviewMilestone)...)
	faults = append(faults, m.linked("/eventId", m.EventID, EventMilestone)...)
	faults = append(faults, repeated("/subRegions", m.SubRegions)...)
	faults = append(faults, repeated("/boroughs", m.Boroughs)...)
	faults = append(faults, repeated("/priorityIds", m.PriorityIDs)...)
	urls := make([]string, len(m.Evidence))
	for i, l := range m.Evidence {
		urls[i] = l.URL
	}
	return Refuse(append(faults, repeated("/evidence", urls)...))
}

func (m *Milestone) near(pointer string, day *Date) []Fault {
	if day == nil || *day >= m.Cycle.Before(milestoneYears).Starts() && *day <= m.Cycle.Before(-milestoneYears).Ends() {
		return nil
	}
	return []Fault{{Pointer: pointer, Code: FaultFarFromCycle, Detail: "The day lies more than " + strconv.Itoa(milestoneYears) + " years from the milestone's cycle."}}
}

func (m *Milestone) linked(pointer string, id *string, kind MilestoneKind) []Fault {
	if id == nil || m.Kind == kind {
		return nil
	}
	return []Fault{{Pointer: pointer, Code: FaultOtherKind, Detail: "A milestone links only to what its kind names."}}
}

// Confidants implements [Confidential]: which review it reports, only those may
// read who may see the review.
func (m *Milestone) Confidants() Audience {
	if m.PeerReviewID == nil {
		return m.Audience
	}
	return m.Audience.And(m.PeerReviewAudience)
}

// ReviewFor answers the id of the review that it links to, if the actor may see that.
func (m *Milestone) ReviewFor(actor Actor) *string {
	if m.PeerReviewID == nil || !m.PeerReviewAudience.Includes(actor) {
		return nil
	}
	return m.PeerReviewID
}

// Reword takes what somebody has altered by hand in a derived milestone, which was
// another before. Title and description are then worded by hand; evidence is
// always, and so are the participants, except of an event, which counts its own, and where
// the source counts them, as now says.
// The error is a Conflict that names every member that follows the source.
func (m *Milestone) Reword(was, now Milestone) error {
	reworded := m.Title != was.Title || m.Description != was.Description
	unworded := was.WordedByHand && !m.WordedByHand
	var faults []Fault
	for _, member := range []struct {
		pointer string
		altered bool
	}{
		{"/title", unworded && m.Title != was.Title},
		{"/description", unworded && m.Description != was.Description},
		{"/cycle", m.Cycle != was.Cycle},
		{"/kind", m.Kind != was.Kind},
		{"/state", m.State != was.State},
		{"/plannedFor", !Same(m.PlannedFor, was.PlannedFor)},
		{"/achievedOn", !Same(m.AchievedOn, was.AchievedOn)},
		{"/subRegions", !slices.Equal(m.SubRegions, was.SubRegions)},
		{"/boroughs", !slices.Equal(m.Boroughs, was.Boroughs)},
		{"/priorityIds", !slices.Equal(m.PriorityIDs, was.PriorityIDs)},
		{"/participants", now.counts() && !Same(m.Participants, was.Participants)},
		{"/peerChallengeId", !Same(m.PeerChallengeID, was.PeerChallengeID)},
		{"/peerReviewId", !Same(m.PeerReviewID, was.PeerReviewID)},
		{"/eventId", !Same(m.EventID, was.EventID)},
		{"/illustrative", !Same(m.Illustrative, was.Illustrative)},
	} {
		if member.altered {
			faults = append(faults, Fault{Pointer: member.pointer, Code: FaultDerived, Detail: "This follows what the milestone is derived from."})
		}
	}
	if len(faults) > 0 {
		return &Error{Kind: Conflict, Code: CodeDerived, Detail: "What follows the milestone's source is changed there.", Faults: faults}
	}
	m.WordedByHand = m.WordedByHand || reworded
	return nil
}

// Follow brings a derived milestone up to what its source gives now, and reports
// whether that changed anything. What was done by hand stays.
func (m *Milestone) Follow(now Milestone) bool {
	was := *m
	if !m.WordedByHand {
		m.Title, m.Description = now.Title, now.Description
	}
	if now.counts() {
		m.Participants = now.Participants
	}
	if len(m.ParticipantsByRole)+len(now.ParticipantsByRole) > 0 { // none is none, however it is written
		m.ParticipantsByRole = now.ParticipantsByRole
	}
	m.Cycle, m.State, m.PlannedFor, m.AchievedOn, m.Illustrative = now.Cycle, now.State, now.PlannedFor, now.AchievedOn, now.Illustrative
	m.SubRegions, m.Boroughs, m.PriorityIDs = now.SubRegions, now.Boroughs, now.PriorityIDs
	return !reflect.DeepEqual(was, *m)
}

// counts reports whether the source of a derived milestone says how many took part: an event
// does, and a challenge whose groups have all met and counted.
func (m *Milestone) counts() bool { return m.Kind == EventMilestone || m.Participants != nil }

// Overdue reports whether the milestone is still planned after the day for which it is.
func (m *Milestone) Overdue(today Date) bool {
	return m.State == MilestonePlanned && m.PlannedFor != nil && *m.PlannedFor < today
}

// Adopt makes a milestone that was written by hand the one that is derived from its source,
// which gives what now says. It keeps its words, its evidence and its participants.
func (m *Milestone) Adopt(now Milestone) {
	m.Derived, m.WordedByHand = true, true
	m.Follow(now)
}

// SourceTaken refuses a second milestone of what a milestone links to.
func SourceTaken() error {
	return Errorf(Conflict, CodeSourceTaken, "What this links to has a milestone already; change that one.")
}

// MilestoneOfChallenge derives the milestone of a challenge with its groups.
func MilestoneOfChallenge(c PeerChallenge, groups []PeerChallengeGroup) Milestone {
	var boroughs []string
	tables := make([]*Table, len(groups))
	for i := range groups {
		boroughs, tables[i] = append(boroughs, groups[i].Boroughs()...), &groups[i].Table
	}
	m := derived(ChallengeMilestone, c.Title, "Peer challenge"+challengeWords(len(boroughs), c.Methods)+".", c.Cycle, c.PriorityID)
	m.PeerChallengeID, m.Illustrative = &c.ID, c.Illustrative
	m.SubRegions, m.Boroughs = []string{c.SubRegion}, sorted(boroughs)
	m.ParticipantsByRole, m.Participants = tookPart(tables)
	state := MilestonePlanned
	switch c.State {
	case ChallengeCompleted, ChallengeClosed:
		state = MilestoneAchieved
	case ChallengeCancelled:
		state = MilestoneCancelled
	}
	return m.stand(state, c.EndsOn, c.EndsOn)
}

// MilestoneOfReview derives the milestone of a review, whose host lies in the
// sub-region, or in none. Everybody may see it, so that it says no more of the
// review than that it is held.
func MilestoneOfReview(r PeerReview, subRegion string) Milestone {
	days := ""
	if n := len(r.FieldworkDays); n > 0 {
		days = ", conducted over " + counted(n, "day")
	}
	m := derived(ReviewMilestone, r.Title, "Peer review"+days+".", r.Cycle, r.PriorityID)
	m.PeerReviewID, m.Illustrative, m.PeerReviewAudience = &r.ID, r.Illustrative, r.Audience
	m.Boroughs = []string{r.Host}
	if subRegion != "" {
		m.SubRegions = []string{subRegion}
	}
	state := MilestonePlanned
	switch r.State {
	case ReviewReported, ReviewFollowUp, ReviewClosed:
		state = MilestoneAchieved
	case ReviewCancelled:
		state = MilestoneCancelled
	}
	return m.stand(state, r.lastDay(), r.ReportedOn)
}

// MilestoneOfEvent derives the milestone of an event. Its priorities are those of
// its sessions, and its participants those who were counted.
func MilestoneOfEvent(e Event) Milestone {
	words := e.Description
	if Blank(words) {
		words = eventWords[e.Kind] + "."
	}
	m := derived(EventMilestone, e.Title, words, CycleOn(e.StartsOn))
	m.EventID, m.Illustrative = &e.ID, e.Illustrative
	if e.SubRegion != nil {
		m.SubRegions = []string{*e.SubRegion}
	}
	m.Boroughs = sorted(e.Boroughs)
	for _, s := range e.Sessions {
		if s.PriorityID != nil && !slices.Contains(m.PriorityIDs, *s.PriorityID) {
			m.PriorityIDs = append(m.PriorityIDs, *s.PriorityID)
		}
	}
	m.ParticipantsByRole, m.Participants = tookPart([]*Table{&e.Table})
	m.Participants = cmp.Or(people(e.Attended), m.Participants)
	state := MilestonePlanned
	switch e.State {
	case EventHeld:
		state = MilestoneAchieved
	case EventCancelled:
		state = MilestoneCancelled
	}
	return m.stand(state, &e.EndsOn, &e.EndsOn)
}

// derived begins a milestone with what all derived ones share.
func derived(kind MilestoneKind, title, words string, cycle Cycle, priority ...*string) Milestone {
	m := Milestone{
		Head: Head{Audience: Everyone()}, Title: title, Description: words, Cycle: cycle, Kind: kind, Derived: true,
		SubRegions: []string{}, Boroughs: []string{}, PriorityIDs: []string{}, Evidence: []Link{},
	}
	for _, id := range priority {
		if id != nil {
			m.PriorityIDs = append(m.PriorityIDs, *id)
		}
	}
	return m
}

// stand gives a milestone its state, and the day only once that is true of it.
func (m *Milestone) stand(state MilestoneState, planned, achieved *Date) Milestone {
	m.State, m.PlannedFor = state, planned
	if state == MilestoneAchieved {
		m.AchievedOn = achieved
	}
	return *m
}

// challengeWords says how many take part and how, as far as that is known.
func challengeWords(boroughs int, methods []string) string {
	words := ""
	if boroughs > 0 {
		words = " of " + counted(boroughs, "borough")
	}
	if len(methods) > 0 {
		words += ", conducted with " + enumerated(methods)
	}
	return words
}

var eventWords = map[EventKind]string{
	Summit: "Summit", ThematicEvent: "Thematic event", ChallengeDay: "Challenge day", FieldworkDay: "Fieldwork day", Workshop: "Workshop",
}

// counted says how many of a noun there are.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// enumerated joins the items as a sentence does: a, b and c.
func enumerated(items []string) string {
	last := len(items) - 1
	if last == 0 {
		return items[0]
	}
	return strings.Join(items[:last], ", ") + " and " + items[last]
}

func sorted(codes []string) []string {
	list := append([]string{}, codes...)
	slices.Sort(list)
	return slices.Compact(list)
}

// MilestoneFilter leaves those milestones of a list that agree with every member
// that is given. A milestone's day is that on which it was achieved or, before
// that, the one for which it is planned.
type MilestoneFilter struct {
	Search       string // part of the title or the description
	Cycle        *Cycle
	SubRegion    *string
	Borough      *string
	Kinds        []MilestoneKind  // any of them; all where it is empty
	States       []MilestoneState // any of them; all where it is empty
	PriorityID   *string
	From, To     *Date // both included
	Derived      *bool
	Overdue      *bool
	Today        Date // on which it is asked what is overdue
	UpdatedSince *time.Time
}

// MilestoneCount is how many milestones of a cycle and a sub-region, which is nil
// for those of none, have the kind and the state. One of several sub-regions
// counts in each.
type MilestoneCount struct {
	Cycle      Cycle
	SubRegion  *string
	Kind       MilestoneKind
	State      MilestoneState
	Milestones int
}
