package programme

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Event is a day or more on which people of the programme meet. Everybody may see it,
// but where a group or a review meets is known only to those who belong to it.
type Event struct {
	Head
	Table
	Kind           EventKind
	Title          string
	Description    string `audit:"withheld"`
	StartsOn       Date
	EndsOn         Date    // last day
	StartTime      *string // 09:30 on each of its days, in the programme's zone; nil where whole days are meant
	EndTime        *string // on the same day
	Venue          *string
	Link           *string
	Capacity       *int
	SubRegion      *string        `gorm:"column:sub_region_slug"`
	Boroughs       []string       `gorm:"serializer:texts"` // whom it concerns; all where it names none and no sub-region
	Sessions       []EventSession `audit:"withheld"              gorm:"serializer:json"`
	Invited        []Attendance   `gorm:"serializer:json"`
	Attended       []Attendance   `gorm:"serializer:json"`
	AttendanceNote *string        `audit:"withheld"`                                      // why more came than were invited, or than there was room for
	Opportunities  []string       `audit:"withheld"              gorm:"serializer:texts"` // for collaboration, as they were found

	PeerChallengeID      *string
	PeerChallengeGroupID *string
	PeerReviewID         *string

	State        EventState
	Sequence     int     // how often it was changed, as calendars count
	Illustrative *string // what of it is an example and no fact

	// Read with the event, never kept in it.
	ReviewAudience   Audience `gorm:"-" json:"-"` // may see the review that the event belongs to
	ChallengeOfGroup string   `gorm:"-" json:"-"` // to which the group belongs that the event names
	OpenPreparation  []Fault  `gorm:"-" json:"-"` // what is open of its preparation
	MilestoneKept    bool     `gorm:"-" json:"-"` // whether a milestone links to it
	PlaceAudience    Audience `gorm:"-" json:"-"` // belong to the group or the review that meets; see [Event.MeetsWithin]
}

// EventKind is what kind of event it is.
type EventKind string

// The kinds of events.
const (
	Summit        EventKind = "summit"
	ThematicEvent EventKind = "thematic_event"
	ChallengeDay  EventKind = "challenge_day"
	FieldworkDay  EventKind = "fieldwork_day"
	Workshop      EventKind = "workshop"
)

// EventState is where an event stands.
type EventState string

// The states of an event.
const (
	EventPlanned   EventState = "planned"
	EventHeld      EventState = "held"
	EventCancelled EventState = "cancelled"
)

// Hold says that an event has taken place, or is taking place.
const Hold Step = "hold"

// AddEvent is the step of a challenge, a group or a review of which there is an event.
const AddEvent Step = "add-event"

// EventSession is a part of an event.
type EventSession struct {
	Title      string  `json:"title"`
	Day        *Date   `json:"day"`
	StartTime  *string `json:"startTime"`
	EndTime    *string `json:"endTime"`
	PriorityID *string `json:"priorityId"`
}

// Attendance counts the people of one type of organisation, and says which
// organisations they come from where that is known.
type Attendance struct {
	OrganisationType OrganisationType `json:"organisationType"`
	Organisations    []string         `json:"organisations"`
	Count            *int             `json:"count"` // people; nil where nobody counted
}

// OrganisationType groups those who attend.
type OrganisationType string

// The types of organisations.
const (
	FromBoroughs  OrganisationType = "boroughs"
	FromDfE       OrganisationType = "dfe"
	FromHealth    OrganisationType = "health"
	FromPolice    OrganisationType = "police"
	FromOfsted    OrganisationType = "ofsted"
	FromVoluntary OrganisationType = "voluntary_sector"
	FromElsewhere OrganisationType = "other"
)

// Noun implements [Record].
func (*Event) Noun() string { return "event" }

// Steps implements [Record].
func (*Event) Steps() []Step {
	return []Step{Edit, NamePerson, TakePerson, RecordAttendance, TakeTemplate, Hold, Cancel, Reopen, AddMilestone, Delete}
}

// May implements [Record]: only the programme's team runs events. Whether an event
// can be held also depends on the day: see [Event.MayOn].
func (e *Event) May(actor Actor, step Step) error {
	if step == NamePerson || step == TakePerson {
		return e.maySit(actor, step)
	}
	if err := TeamMay(actor); err != nil {
		return err
	}
	switch step {
	case Edit:
		if e.State == EventCancelled {
			return WrongState("An event that is cancelled is not changed any more; reopen it first.")
		}
	case RecordAttendance:
		if e.State == EventCancelled {
			return WrongState("The event was cancelled; nobody came.")
		}
	case AddMilestone:
		if e.MilestoneKept {
			return SourceTaken()
		}
	case Reopen:
		if e.State == EventPlanned {
			return WrongState("Only an event that was held or cancelled can be reopened.")
		}
	case Delete:
		if e.State != EventPlanned {
			return WrongState("Only an event that is still planned can be deleted.")
		}
	default:
		if e.State != EventPlanned {
			return WrongState("The event is " + string(e.State) + "; this step does not follow from there.")
		}
		if step == Hold {
			return preparationOpen(e.OpenPreparation)
		}
	}
	return nil
}

// maySit lets boroughs name their own people, and the programme's team anybody, while the
// event is planned.
func (e *Event) maySit(actor Actor, step Step) error {
	if !actor.Is(RoleBoroughLead, RoleBoroughEditor, RoleProgramme) {
		return NotYours("Boroughs name their own people, and the programme's team anybody.")
	}
	if e.State != EventPlanned {
		return WrongState("The event is " + string(e.State) + "; people are named while it is planned.")
	}
	return e.mayStand(actor, step)
}

// MayOn implements [Dated]: that it was held is not said of an event before its last day.
func (e *Event) MayOn(_ Actor, step Step, today Date) error {
	if step == Hold && today < e.EndsOn {
		return Errorf(Conflict, CodeNotYet, "The event ends later; that it was held can be said on its last day or after.")
	}
	if step == RecordAttendance && today < e.StartsOn {
		return Errorf(Conflict, CodeNotYet, "The event begins on %s; who came is recorded then or later.", e.StartsOn)
	}
	return nil
}

// NeedsReason implements [Stepped].
func (*Event) NeedsReason(step Step) bool { return step == Cancel || step == Reopen }

// Move takes the step, once [MayNow] allows it. It refuses a reopening or a
// cancellation without a reason.
func (e *Event) Move(actor Actor, step Step) error {
	e.Sequence++
	switch step {
	case Hold:
		e.State = EventHeld
	case Cancel:
		e.State = EventCancelled
	default:
		e.State = EventPlanned
	}
	if e.NeedsReason(step) {
		return actor.WithReason()
	}
	return nil
}

// Public reports whether the event is one of the programme's own, from which a milestone is
// derived: the days of a challenge or of a review are part of those.
func (e *Event) Public() bool {
	return e.PeerChallengeID == nil && e.PeerChallengeGroupID == nil && e.PeerReviewID == nil
}

// Confidants implements [Confidential]: who may not see a review is not told that
// the event belongs to it, and who belongs neither to the group nor to the review
// that meets is not told where.
func (e *Event) Confidants() Audience {
	confidants := e.Audience
	if e.PeerReviewID != nil {
		confidants = confidants.And(e.ReviewAudience)
	}
	if e.ofAFew() {
		confidants = confidants.And(e.PlaceAudience)
	}
	return confidants
}

// MeetsWithin says that the event is one of a group or a review to which these
// belong. Where it is one of both, only who belongs to both knows its place.
func (e *Event) MeetsWithin(these Audience) {
	if e.PlaceAudience != nil {
		these = these.And(e.PlaceAudience)
	}
	e.PlaceAudience = these
}

// Named answers who reads the names of all people at the event: those who belong to its
// group or review and the programme's team, or the team alone.
func (e *Event) Named() Audience {
	if !e.ofAFew() {
		return TeamOnly()
	}
	return e.PlaceAudience.Or(TeamOnly())
}

func (e *Event) ofAFew() bool { return e.PeerChallengeGroupID != nil || e.PeerReviewID != nil }

// PlaceFor answers where the event is, as far as the actor may know.
func (e *Event) PlaceFor(actor Actor) (venue, link *string) {
	if e.ofAFew() && !e.PlaceAudience.Includes(actor) {
		return nil, nil
	}
	return e.Venue, e.Link
}

// ReviewFor answers the review that the event belongs to, if the actor may see it.
func (e *Event) ReviewFor(actor Actor) *string {
	if !e.ReviewAudience.Includes(actor) {
		return nil
	}
	return e.PeerReviewID
}

// Check implements [Record].
func (e *Event) Check() error {
	faults := InOrder("/endsOn", &e.StartsOn, &e.EndsOn)
	if e.StartsOn < "2000-01-01" {
		faults = append(faults, Fault{Pointer: "/startsOn", Code: FaultFarAway, Detail: "Events lie in this century."})
	}
	if e.EndsOn > "2099-12-31" {
		faults = append(faults, Fault{Pointer: "/endsOn", Code: FaultFarAway, Detail: "Events lie in this century."})
	}
	switch {
	case e.StartTime == nil && e.EndTime != nil:
		faults = append(faults, Fault{Pointer: "/startTime", Code: FaultBothTimes, Detail: "An event with an end needs a beginning: give both times or neither."})
	case e.StartTime != nil && e.EndTime == nil:
		faults = append(faults, Fault{Pointer: "/endTime", Code: FaultBothTimes, Detail: "An event with a beginning needs an end: give both times or neither."})
	default:
		faults = append(faults, laterTime("/endTime", e.StartTime, e.EndTime)...)
	}
	if e.PeerChallengeID != nil && e.ChallengeOfGroup != "" && *e.PeerChallengeID != e.ChallengeOfGroup {
		faults = append(faults, Fault{Pointer: "/peerChallengeGroupId", Code: FaultOtherChallenge, Detail: "The group belongs to another peer challenge than the one given."})
	}
	if e.Capacity != nil && *e.Capacity < 1 {
		faults = append(faults, Fault{Pointer: "/capacity", Code: FaultTooSmall, Detail: "Must be at least 1."})
	}
	faults = append(faults, repeated("/boroughs", e.Boroughs)...)
	for i, s := range e.Sessions {
		pointer := "/sessions/" + strconv.Itoa(i)
		if s.Day != nil && (*s.Day < e.StartsOn || *s.Day > e.EndsOn) {
			faults = append(faults, Fault{Pointer: pointer + "/day", Code: FaultOutsideEvent, Detail: "The session's day must be one of the event's."})
		}
		faults = append(faults, laterTime(pointer+"/endTime", s.StartTime, s.EndTime)...)
	}
	faults = append(faults, repeatedTypes("/invited", e.Invited)...)
	faults = append(faults, repeatedTypes("/attended", e.Attended)...)
	return Refuse(append(faults, e.attendanceFaults()...))
}

// TimesIn refuses times that the zone's clock leaves out on one of the days for which they are
// written.
func (e *Event) TimesIn(zone *time.Location) []Fault {
	if e.StartsOn < "2000-01-01" || e.EndsOn > "2099-12-31" {
		return nil // refused already, and not to be gone through day by day
	}
	faults := leftOut("/startTime", e.StartTime, e.StartsOn, e.EndsOn, zone)
	faults = append(faults, leftOut("/endTime", e.EndTime, e.StartsOn, e.EndsOn, zone)...)
	for i, s := range e.Sessions {
		day := s.Day
		if day == nil && e.StartsOn == e.EndsOn {
			day = &e.StartsOn
		}
		if day == nil {
			continue // on whichever of the days it turns out to be
		}
		pointer := "/sessions/" + strconv.Itoa(i)
		faults = append(faults, leftOut(pointer+"/startTime", s.StartTime, *day, *day, zone)...)
		faults = append(faults, leftOut(pointer+"/endTime", s.EndTime, *day, *day, zone)...)
	}
	return faults
}

// people answers how many they are altogether, or nil where of some nobody knows: a part
// that was not counted is not nought.
func people(of []Attendance) *int {
	total := 0
	for _, a := range of {
		if a.Count == nil {
			return nil
		}
		total += *a.Count
	}
	if len(of) == 0 {
		return nil
	}
	return &total
}

// attendanceFaults names what in the attendance does not agree with the invitation or with
// the room that there is, unless it is said why.
func (e *Event) attendanceFaults() []Fault {
	if !blank(e.AttendanceNote) {
		return nil
	}
	var faults []Fault
	known := 0
	for i, came := range e.Attended {
		if came.Count == nil {
			continue
		}
		known += *came.Count
		asked := slices.IndexFunc(e.Invited, func(a Attendance) bool { return a.OrganisationType == came.OrganisationType })
		if asked >= 0 && e.Invited[asked].Count != nil && *came.Count > *e.Invited[asked].Count {
			faults = append(faults, Fault{
				Pointer: "/attended/" + strconv.Itoa(i) + "/count", Code: FaultMoreThanInvited,
				Detail: fmt.Sprintf("%d came and %d were invited; attendanceNote says why.", *came.Count, *e.Invited[asked].Count),
			})
		}
	}
	if e.Capacity != nil && known > *e.Capacity {
		faults = append(faults, Fault{Pointer: "/attended", Code: FaultOverCapacity, Detail: fmt.Sprintf("At least %d came, and there was room for %d; attendanceNote says why.", known, *e.Capacity)})
	}
	return faults
}

// Met says who came, once [MayNow] allows it, with the errors of [Table.Record].
func (e *Event) Met(a MetAttendance, today Date) error {
	return e.Record(a, &e.StartsOn, earlier(&e.EndsOn, today), today)
}

// HeldBefore refuses an event that was held but is moved to a day that has not come yet.
func (e *Event) HeldBefore(today Date) []Fault {
	if e.State != EventHeld || e.EndsOn <= today {
		return nil
	}
	return []Fault{{Pointer: "/endsOn", Code: FaultNotYet, Detail: "An event that was held cannot end in the future."}}
}

// repeatedTypes names every type of organisation that is counted a second time.
func repeatedTypes(pointer string, counts []Attendance) []Fault {
	types := make([]string, len(counts))
	for i, a := range counts {
		types[i] = string(a.OrganisationType)
	}
	faults := repeated(pointer, types)
	for i := range faults {
		faults[i].Pointer += "/organisationType"
	}
	return faults
}

// EventFilter leaves those events of a list that agree with every member that is given.
type EventFilter struct {
	Kinds     []EventKind  // any of them; all where it is empty
	States    []EventState // any of them; all where it is empty
	Cycle     *Cycle       // in which it begins
	From      *Date        // no event that ends before the day
	To        *Date        // no event that begins after the day
	SubRegion *string      // the one that the event names
	// Borough leaves the events that concern it: those that name it, those of its
	// sub-region on the event's first day, and those for all.
	Borough              *string
	PriorityID           *string // of one of the sessions
	PeerChallengeID      *string
	PeerChallengeGroupID *string
	PeerReviewID         *string // leaves nothing for who may not see the review
	Unnamed              *bool   // whether the caller's borough is named, is still to come, and has named nobody
	Today                Date    // on which it is asked what is still to come
	UpdatedSince         *time.Time
}
