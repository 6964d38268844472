package programme

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// Table is who is at a table: of a group that meets, or of an event. Who is named is named
// by those to whom they belong; how many there were, by role, everybody may know.
type Table struct {
	People     Attendees    `audit:"withheld"       gorm:"serializer:json"`
	Attendance CountedRoles `gorm:"serializer:json"` // who came and is not named
	MetOn      *Date        // for which attendance was recorded
}

// Attendee is one of the people named. Until attendance is recorded, role and organisation
// are the person's of today; from then on they are those of that day. Who is removed
// afterwards stays if they came, and is nobody any more.
type Attendee struct {
	ParticipantID *string         `json:"participantId"`
	Role          ParticipantRole `json:"role"`
	Borough       *string         `json:"borough"`
	Organisation  *string         `json:"organisation"`
	Part          TablePart       `json:"part"`
	Coming        Coming          `json:"coming"`
	Name          *string         `json:"-"` // read with the table, never kept in it
}

// Attendees are written as a list where there are none too.
type Attendees []Attendee

// MarshalJSON implements [json.Marshaler].
func (a Attendees) MarshalJSON() ([]byte, error) { return json.Marshal(OrEmpty([]Attendee(a))) }

// CountedRoles are written as a list where there are none too.
type CountedRoles []CountedRole

// MarshalJSON implements [json.Marshaler].
func (c CountedRoles) MarshalJSON() ([]byte, error) {
	return json.Marshal(OrEmpty([]CountedRole(c)))
}

// TablePart is as what somebody is at a table.
type TablePart string

// The parts. Observers and facilitators come from anywhere.
const (
	PartMember      TablePart = "member"
	PartObserver    TablePart = "observer"
	PartFacilitator TablePart = "facilitator"
)

// Coming is whether somebody comes.
type Coming string

// What is known of somebody's coming.
const (
	Invited   Coming = "invited"
	IsComing  Coming = "coming"
	NotComing Coming = "not_coming"
	Came      Coming = "came"
)

// CountedRole is how many people of a role there were; nil where nobody counted.
type CountedRole struct {
	Role  ParticipantRole `json:"role"`
	Count *int            `json:"count"`
}

// RoleCount is how many people of a role were named, said to come, and came. Came is nil
// where that is not known.
type RoleCount struct {
	Role            ParticipantRole
	Invited, Coming int
	Came            *int
}

// The steps of what has a table.
const (
	NamePerson       Step = "name-person"
	TakePerson       Step = "take-person"
	RecordAttendance Step = "record-attendance"
)

// MetAttendance is what is recorded of who came.
type MetAttendance struct {
	MetOn  *Date
	Came   []string // participants
	Others CountedRoles
}

// mayStand refuses to name people once attendance is recorded, and to take off where nobody
// is the actor's to take off.
func (t *Table) mayStand(actor Actor, step Step) error {
	if t.MetOn != nil {
		return WrongState("Attendance is recorded; who came is corrected by recording it again.")
	}
	if step != TakePerson {
		return nil
	}
	if len(t.People) == 0 {
		return WrongState("Nobody is named.")
	}
	if !slices.ContainsFunc(t.People, func(a Attendee) bool { return a.takenBy(actor) }) {
		return notTheirs()
	}
	return nil
}

// Seat names the person, or changes as what and whether they come. The error is Forbidden for whom neither speaks for the person's
// borough nor belongs to the programme's team, and Invalid where boroughs are given, of one
// of which a member is, and the person is of another.
func (t *Table) Seat(actor Actor, p Participant, part TablePart, coming Coming, boroughs []string) error {
	if err := p.May(actor, Edit); err != nil {
		return err
	}
	if part == PartMember && boroughs != nil && (p.Borough == nil || !slices.Contains(boroughs, *p.Borough)) {
		return Refuse([]Fault{{Pointer: "/part", Code: FaultNotInGroup, Detail: "This person is of no borough of the group, and can be an observer or a facilitator."}})
	}
	a := Attendee{ParticipantID: &p.ID, Role: p.Role, Borough: p.Borough, Organisation: p.Organisation, Part: part, Coming: coming, Name: &p.Name}
	at := t.place(p.ID)
	t.People = slices.Clone(t.People)
	switch {
	case at < 0 && len(t.People) >= mostPeople:
		return Refuse([]Fault{{Pointer: "", Code: FaultTooMany, Detail: "At most " + strconv.Itoa(mostPeople) + " people can be named."}})
	case at < 0:
		t.People = append(t.People, a)
	default:
		t.People[at] = a
	}
	return nil
}

const mostPeople = 500

// Unseat takes the person off, who is the actor's to take off. The error is NotFound where
// nobody with the id is named, or Forbidden.
func (t *Table) Unseat(actor Actor, participant string) error {
	at := t.place(participant)
	if at < 0 {
		return Errorf(NotFound, CodeNotFound, "This person is not named here.")
	}
	if !t.People[at].takenBy(actor) {
		return notTheirs()
	}
	t.People = slices.Delete(slices.Clone(t.People), at, at+1)
	return nil
}

func (a *Attendee) takenBy(actor Actor) bool {
	return (&Participant{Borough: a.Borough}).May(actor, Edit) == nil
}

func notTheirs() error {
	return NotYours("A borough takes its own people off; others are taken off by the programme's team.")
}

func (t *Table) place(participant string) int {
	return slices.IndexFunc(t.People, func(a Attendee) bool { return a.ParticipantID != nil && *a.ParticipantID == participant })
}

// Record says who came. first and last are the days on which they were to meet, nil where
// that is not settled; without a day of its own it is the last, or today. The error is
// Invalid for somebody who is not named, a role that is counted twice, or a day before the
// first or in the future.
func (t *Table) Record(a MetAttendance, first, last *Date, today Date) error {
	if last == nil {
		last = first
	}
	day := cmp.Or(a.MetOn, last, &today)
	var faults []Fault
	switch {
	case first != nil && *day < *first:
		faults = append(faults, Fault{Pointer: "/metOn", Code: FaultNotYet, Detail: fmt.Sprintf("They meet on %s at the earliest.", *first)})
	case *day > today:
		faults = append(faults, Fault{Pointer: "/metOn", Code: FaultInFuture, Detail: fmt.Sprintf("%s has not come yet.", *day)})
	}
	faults = append(faults, repeated("/cameIds", a.Came)...)
	for i, id := range a.Came {
		if t.place(id) < 0 {
			faults = append(faults, Unknown("/cameIds/"+strconv.Itoa(i), "Nobody with this id is named here; name them first, or count them among the others."))
		}
	}
	roles := make([]string, len(a.Others))
	for i, o := range a.Others {
		roles[i] = string(o.Role)
	}
	for _, f := range repeated("/others", roles) {
		f.Pointer += "/role"
		faults = append(faults, f)
	}
	if err := Refuse(faults); err != nil {
		return err
	}
	t.People, t.MetOn, t.Attendance = slices.Clone(t.People), day, a.Others
	for i := range t.People {
		p := &t.People[i]
		switch {
		case p.ParticipantID == nil: // they came, and are nobody any more
		case slices.Contains(a.Came, *p.ParticipantID):
			p.Coming = Came
		case p.Coming == Came:
			p.Coming = IsComing
		}
	}
	return nil
}

// FollowPerson lets a table whose attendance is not recorded know who the person is now, and
// reports whether that is another than before.
func (t *Table) FollowPerson(p Participant) bool {
	at := t.place(p.ID)
	if at < 0 || t.MetOn != nil {
		return false
	}
	a := &t.People[at]
	if a.Role == p.Role && Same(a.Borough, p.Borough) && Same(a.Organisation, p.Organisation) {
		return false
	}
	t.People = slices.Clone(t.People)
	a = &t.People[at]
	a.Role, a.Borough, a.Organisation = p.Role, p.Borough, p.Organisation
	return true
}

// Forget makes nobody of the person where they came, and takes them off where they did not.
func (t *Table) Forget(participant string) {
	at := t.place(participant)
	if at < 0 {
		return
	}
	t.People = slices.Clone(t.People)
	if t.People[at].Coming != Came {
		t.People = slices.Delete(t.People, at, at+1)
		return
	}
	t.People[at].ParticipantID, t.People[at].Name = nil, nil
}

// PeopleFor answers whom the actor may know by name: all, where they belong to those at the
// table, and else the people of their own borough.
func (t *Table) PeopleFor(actor Actor, belongs bool) []Attendee {
	var shown []Attendee
	for _, a := range t.People {
		if belongs || a.Borough != nil && actor.Speaks(*a.Borough) {
			shown = append(shown, a)
		}
	}
	return shown
}

// roles are all roles, in the order in which they are counted.
var roles = []ParticipantRole{DirectorOfChildrensServices, AssistantDirector, HeadOfService, PracticeLeader, PrincipalSocialWorker, LeadMember, OtherRole}

// ByRole counts who was named and who came, by role. How many came is known once attendance
// is recorded, of the roles of which nobody came uncounted.
func (t *Table) ByRole() []RoleCount {
	var counts []RoleCount
	for _, role := range roles {
		c, there, came, uncounted := RoleCount{Role: role}, false, 0, t.MetOn == nil
		for _, a := range t.People {
			if a.Role != role {
				continue
			}
			there = true
			c.Invited++
			if a.Coming == IsComing || a.Coming == Came {
				c.Coming++
			}
			if a.Coming == Came {
				came++
			}
		}
		for _, o := range t.Attendance {
			if o.Role != role {
				continue
			}
			there = true
			if o.Count == nil {
				uncounted = true
			} else {
				came += *o.Count
			}
		}
		if !uncounted {
			c.Came = &came
		}
		if there {
			counts = append(counts, c)
		}
	}
	return counts
}

// tookPart adds up, by role, who came to the tables of which anything is known. What is not
// known of one is not known of all of them; roles of which it is known that nobody came are
// left out. The total is nil unless all was counted.
func tookPart(tables []*Table) (byRole CountedRoles, total *int) {
	unmet := len(tables) == 0 || slices.ContainsFunc(tables, func(t *Table) bool { return t.MetOn == nil })
	known := !unmet
	all := 0
	for _, role := range roles {
		sum, there, counted := 0, false, !unmet
		for _, t := range tables {
			for _, c := range t.ByRole() {
				if c.Role != role || t.MetOn == nil && len(t.Attendance) == 0 {
					continue
				}
				there = there || c.Came == nil || *c.Came > 0
				if counted = counted && c.Came != nil; counted {
					sum += *c.Came
				}
			}
		}
		if !there {
			continue
		}
		part := CountedRole{Role: role}
		if counted {
			part.Count = new(sum)
			all += sum
		}
		known = known && counted
		byRole = append(byRole, part)
	}
	if known && len(byRole) > 0 {
		total = &all
	}
	return byRole, total
}
