package programme

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// PeerChallengeGroup is some of a challenge's boroughs that meet to challenge each
// other. That it is there, and who belongs to it, everybody may see; its venue, link
// and notes belong to its members and the programme's team.
type PeerChallengeGroup struct {
	Head
	Wording
	Table
	PeerChallengeID string
	Name            string
	StartsOn        *Date
	EndsOn          *Date // last day
	Venue           *string
	Link            *string       // of an online meeting
	Notes           *string       `audit:"withheld"`       // what was said, in the members' words
	Members         []GroupMember `gorm:"serializer:json"` // by code
	Illustrative    *string       // what of it is an example and no fact

	Challenge PeerChallenge `gorm:"-" json:"-"` // to which it belongs, read with it
}

// GroupMember is a borough in a group.
type GroupMember struct {
	Borough    string     `json:"borough"`
	Role       MemberRole `json:"role"`
	PresentsOn *Date      `json:"presentsOn"` // when it presents its self-evaluation and data
}

// MemberRole is what a borough does in its group.
type MemberRole string

// The roles of members. Several may be hosts: in a group of three each has its turn.
const (
	MemberHost        MemberRole = "host"
	MemberVisitor     MemberRole = "visitor"
	MemberObserver    MemberRole = "observer"
	MemberFacilitator MemberRole = "facilitator"
)

// The steps of a group beside those of all kinds.
const (
	PutMember  Step = "put-member"
	TakeMember Step = "take-member"
	WriteNotes Step = "write-notes"
)

// Noun implements [Record].
func (*PeerChallengeGroup) Noun() string { return "peer-challenge-group" }

// Steps implements [Record].
func (*PeerChallengeGroup) Steps() []Step {
	return []Step{Edit, PutMember, TakeMember, NamePerson, TakePerson, RecordAttendance, WriteNotes, RecordFinding, RaiseAsk, AddEvent, Acknowledge, Redact, Delete}
}

// May implements [Record]: the programme's team forms groups, and their members
// write the notes, record findings and ask too. Putting a borough in and taking it out needs a reason while
// the challenge is in progress, which [PeerChallengeGroup.Put] and
// [PeerChallengeGroup.Take] ask for.
func (g *PeerChallengeGroup) May(actor Actor, step Step) error {
	switch step {
	case RecordFinding:
		return g.Forum(g.Challenge).MayFind(actor)
	case RaiseAsk:
		return g.Forum(g.Challenge).MayAsk(actor)
	case WriteNotes:
		switch {
		case !slices.ContainsFunc(g.Boroughs(), actor.Speaks) && !actor.Is(RoleProgramme):
			return NotYours("Only the group's members and the programme's team may do this.")
		case !g.Challenge.Records():
			return WrongState("Notes are written while the challenge is in progress or completed.")
		}
		return nil
	case NamePerson, TakePerson, RecordAttendance:
		return g.maySit(actor, step)
	}
	if err := TeamMay(actor); err != nil {
		return err
	}
	state := g.Challenge.State
	switch step {
	case Edit:
		if state == ChallengeClosed || state == ChallengeCancelled {
			return WrongState("The groups of a challenge that is closed or cancelled are not changed any more.")
		}
	case PutMember, TakeMember:
		if !g.Challenge.TakesGroups() && state != ChallengeInProgress {
			return WrongState("Members are put in and taken out until the challenge is completed.")
		}
		if step == TakeMember && len(g.Members) == 0 {
			return WrongState("The group has no members.")
		}
	case Delete:
		switch {
		case !g.Challenge.TakesGroups() && state != ChallengeInProgress:
			return WrongState("A group can be taken away until the challenge is completed.")
		case g.MetOn != nil:
			return WrongState("The group has met; it stays.")
		}
	}
	return nil
}

// maySit refuses the steps of the group's table: its members' people and the programme's
// team name who is to come, and record who came from the group's first day on.
func (g *PeerChallengeGroup) maySit(actor Actor, step Step) error {
	state := g.Challenge.State
	switch {
	case !slices.ContainsFunc(g.Boroughs(), actor.Speaks) && !actor.Is(RoleProgramme):
		return NotYours("Only the group's members and the programme's team may do this.")
	case step == RecordAttendance && !g.Challenge.Records():
		return WrongState("Who came is recorded while the challenge is in progress or completed.")
	case step == RecordAttendance:
		return nil
	case !g.Challenge.TakesGroups() && state != ChallengeInProgress:
		return WrongState("People are named until the challenge is completed.")
	}
	return g.mayStand(actor, step)
}

// MayOn implements [Dated]: who came is recorded from the group's first day on.
func (g *PeerChallengeGroup) MayOn(_ Actor, step Step, today Date) error {
	if first := g.FirstDay(); step == RecordAttendance && first != nil && today < *first {
		return Errorf(Conflict, CodeNotYet, "The group meets on %s at the earliest; who came is recorded then or later.", *first)
	}
	return nil
}

// FirstDay answers the group's first day, or the challenge's where the group has none.
func (g *PeerChallengeGroup) FirstDay() *Date { return cmp.Or(g.StartsOn, g.Challenge.StartsOn) }

// Met says who came, once [MayNow] allows it, with the errors of [Table.Record].
func (g *PeerChallengeGroup) Met(a MetAttendance, today Date) error {
	return g.Record(a, g.FirstDay(), cmp.Or(g.EndsOn, g.StartsOn, earlier(g.Challenge.EndsOn, today)), today)
}

// earlier answers the day, unless it is later than the other.
func earlier(day *Date, than Date) *Date {
	if day == nil || *day > than {
		return nil
	}
	return day
}

// Texts implements [Worded].
func (g *PeerChallengeGroup) Texts() []Text {
	return Text{Boroughs: g.Boroughs(), Team: true}.At("/notes", g.Notes)
}

// Writers implements [Worded].
func (g *PeerChallengeGroup) Writers() []string { return g.Boroughs() }

// Check implements [Record]: a group's days are in order and within the
// challenge's, and its members present within them.
func (g *PeerChallengeGroup) Check() error {
	faults := InOrder("/endsOn", g.StartsOn, g.EndsOn)
	for _, day := range []struct {
		pointer string
		on      *Date
	}{{"/startsOn", g.StartsOn}, {"/endsOn", g.EndsOn}} {
		first, last := g.Challenge.span()
		if outside(day.on, first, last) {
			faults = append(faults, Fault{Pointer: day.pointer, Code: FaultOutsideChallenge, Detail: "The day must lie within the challenge's dates or, while it has none, its cycle."})
		}
	}
	if g.MetOn != nil && g.StartsOn != nil && *g.MetOn < *g.StartsOn {
		faults = append(faults, Fault{Pointer: "/startsOn", Code: FaultNotYet, Detail: fmt.Sprintf("The group met on %s, which is earlier.", *g.MetOn)})
	}
	for _, m := range g.Members {
		if m.PresentsOn == nil {
			continue
		}
		says := fmt.Sprintf("%s presents on %s, which must lie within the group's dates.", m.Borough, *m.PresentsOn)
		if outside(m.PresentsOn, g.StartsOn, nil) {
			faults = append(faults, Fault{Pointer: "/startsOn", Code: FaultPresentationOutside, Detail: says})
		}
		if outside(m.PresentsOn, nil, g.EndsOn) {
			faults = append(faults, Fault{Pointer: "/endsOn", Code: FaultPresentationOutside, Detail: says})
		}
	}
	return Refuse(faults)
}

// Has reports whether the borough is a member that does just this.
func (g *PeerChallengeGroup) Has(m GroupMember) bool {
	return slices.ContainsFunc(g.Members, func(present GroupMember) bool {
		return present.Borough == m.Borough && present.Role == m.Role && Same(present.PresentsOn, m.PresentsOn)
	})
}

// Put adds the member or, where the borough is one already, replaces what it does.
// The error is Invalid where the day on which it presents lies outside the group's
// dates (or the challenge's, where the group has none), and where the challenge is
// in progress and the actor gives no reason. That the borough may be in the group
// is for [NotInSubRegion] and [DoublePlacement] to say.
func (g *PeerChallengeGroup) Put(actor Actor, m GroupMember) error {
	var day error
	if outside(m.PresentsOn, cmp.Or(g.StartsOn, g.Challenge.StartsOn), cmp.Or(g.EndsOn, g.Challenge.EndsOn)) {
		day = Refuse([]Fault{{Pointer: "/presentsOn", Code: FaultOutsideGroup, Detail: "The day must lie within the group's dates, or the challenge's where the group has none."}})
	}
	if err := Together(day, g.reasoned(actor, PutMember)); err != nil {
		return err
	}
	g.Members = append(g.without(m.Borough), m)
	slices.SortFunc(g.Members, func(a, b GroupMember) int { return strings.Compare(a.Borough, b.Borough) })
	return nil
}

// Take removes the borough. The error is NotFound where it is no member, and
// Invalid where the challenge is in progress and the actor gives no reason.
func (g *PeerChallengeGroup) Take(actor Actor, borough string) error {
	if !slices.Contains(g.Boroughs(), borough) {
		return Errorf(NotFound, CodeNotFound, "The borough is not in this group.")
	}
	g.Members = g.without(borough)
	return g.reasoned(actor, TakeMember)
}

// without answers the members but for the borough, in a list of their own.
func (g *PeerChallengeGroup) without(borough string) []GroupMember {
	return slices.DeleteFunc(slices.Clone(g.Members), func(m GroupMember) bool { return m.Borough == borough })
}

// NeedsReason implements [Stepped]: in the middle of a challenge, members come and go
// for a reason, and a group that does not meet is taken away for one.
func (g *PeerChallengeGroup) NeedsReason(step Step) bool {
	return (step == PutMember || step == TakeMember || step == Delete) && g.Challenge.State == ChallengeInProgress || g.Wording.NeedsReason(step)
}

// Drop is refused without the reason that it needs.
func (g *PeerChallengeGroup) Drop(actor Actor) error { return g.reasoned(actor, Delete) }

// reasoned refuses a change of members without the reason that it needs.
func (g *PeerChallengeGroup) reasoned(actor Actor, step Step) error {
	if !g.NeedsReason(step) {
		return nil
	}
	return actor.WithReason()
}

// Confidants implements [Confidential]: the venue, the link and the notes are the
// members' own.
func (g *PeerChallengeGroup) Confidants() Audience { return Parties(g.Boroughs()...) }

// Named answers who reads the names of the people at the group's table.
func (g *PeerChallengeGroup) Named() Audience { return g.Confidants() }

// PlaceFor answers where the group meets: nothing for those who do not belong to it.
func (g *PeerChallengeGroup) PlaceFor(actor Actor) (venue, link *string) {
	if !g.Confidants().Includes(actor) {
		return nil, nil
	}
	return g.Venue, g.Link
}

// Boroughs answers the codes of the group's members.
func (g *PeerChallengeGroup) Boroughs() []string {
	codes := make([]string, len(g.Members))
	for i, m := range g.Members {
		codes[i] = m.Borough
	}
	return codes
}

// Pairings answers who met whom in the group, which was formed so many cycles ago.
func (g *PeerChallengeGroup) Pairings(cyclesAgo int) []Pairing {
	var met []Pairing
	for i, m := range g.Members {
		for _, other := range g.Members[i+1:] {
			met = append(met, Pairing{A: m.Borough, B: other.Borough, CyclesAgo: cyclesAgo})
		}
	}
	return met
}

// Forum is the group as the place where things are found and said, within its
// challenge.
func (g *PeerChallengeGroup) Forum(c PeerChallenge) Forum {
	boroughs := g.Boroughs()
	return Forum{Boroughs: boroughs, Finders: boroughs, Records: c.Records(), Answers: c.Records() || c.State == ChallengeClosed}
}

// NotInSubRegion names those of the boroughs that do not belong to the
// challenge's sub-region on its day, see [PeerChallenge.MembersOn].
func NotInSubRegion(c PeerChallenge, memberships []Membership, boroughs []Borough) []Fault {
	var faults []Fault
	for _, b := range boroughs {
		if SubRegionOn(memberships, b.Code, c.MembersOn()) != c.SubRegion {
			faults = append(faults, Fault{Code: FaultNotInSubRegion, Detail: fmt.Sprintf("%s (%s) does not belong to the challenge's sub-region on %s. Take it out of its group, with a reason.", b.Name, b.Code, c.MembersOn())})
		}
	}
	return faults
}

// DoublePlacement refuses boroughs that are in one of the challenge's other groups
// already, and names every one with its group.
func DoublePlacement(others []PeerChallengeGroup, boroughs []Borough) error {
	var faults []Fault
	for i := range others {
		for _, b := range boroughs {
			if slices.Contains(others[i].Boroughs(), b.Code) {
				faults = append(faults, Fault{Code: FaultDoublePlacement, Detail: fmt.Sprintf("%s (%s) is in the group %q of this challenge already.", b.Name, b.Code, others[i].Name)})
			}
		}
	}
	return conflictOf(CodeDoublePlacement, faults)
}

// conflictOf makes a Conflict of the faults, which says all of them in its detail;
// nil if there are none.
func conflictOf(code Code, faults []Fault) error {
	if len(faults) == 0 {
		return nil
	}
	says := make([]string, len(faults))
	for i, f := range faults {
		says[i] = f.Detail
	}
	return &Error{Kind: Conflict, Code: code, Detail: strings.Join(says, " "), Faults: faults}
}

// PeerChallengeGroupFilter leaves those groups of a list that agree with every
// member that is given.
type PeerChallengeGroupFilter struct {
	PeerChallengeID *string
	Borough         *string // a member's code
	Cycle           *Cycle  // of the challenge
	UpdatedSince    *time.Time
	Unnamed         *bool // whether the caller's borough is a member, the group is still to meet, and it has named nobody
	Today           Date  // on which it is asked what is still to come
}
