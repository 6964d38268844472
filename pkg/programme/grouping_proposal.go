package programme

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"peerchallenge/pkg/grouping"
)

// Pairing is a meeting that a proposal is to avoid.
type Pairing = grouping.Pairing

// GroupingWeights say what counts how much in a proposal.
type GroupingWeights = grouping.Weights

// ProposedGroup is one group of a proposal.
type ProposedGroup = grouping.Group

// GroupingProposal is a way to divide a challenge's boroughs into groups. It is
// the programme team's own, and nothing comes of it until it is accepted.
type GroupingProposal struct {
	Head
	PeerChallengeID string
	Sizes           []int           `gorm:"serializer:json"`
	Weights         GroupingWeights `gorm:"serializer:json"`
	Seed            int64
	Cycles          int               // how many cycles back pairings are to be avoided, at most [grouping.MaxCyclesAgo]
	Period          *string           `gorm:"column:period_code"` // of the comparisons from which strengths and needs are read
	Indicators      []string          `gorm:"serializer:texts"`
	Conflicts       [][2]string       `gorm:"serializer:json"` // boroughs that must not meet
	Result          grouping.Proposal `gorm:"serializer:json"`
	State           ProposalState

	// IllustrativeLeftOut counts the groups of those cycles, in which two of the boroughs met, that
	// did not count because they are examples and no fact.
	IllustrativeLeftOut int

	Given     [][]string    `gorm:"-" json:"-"` // the groups, where they are not to be looked for
	Challenge PeerChallenge `gorm:"-" json:"-"` // to which it belongs, read with it
	Obstacle  error         `gorm:"-" json:"-"` // what of its boroughs stands in its way, read where that is asked; nil where nothing does
}

// ProposalState is what became of a proposal.
type ProposalState string

// The states of a proposal.
const (
	ProposalOpen     ProposalState = "open"
	ProposalAccepted ProposalState = "accepted"
)

// AcceptProposal is the step that makes groups of a proposal.
const AcceptProposal Step = "accept"

// Noun implements [Record].
func (*GroupingProposal) Noun() string { return "grouping-proposal" }

// Steps implements [Record].
func (*GroupingProposal) Steps() []Step { return []Step{AcceptProposal} }

// May implements [Record]: the programme's team accepts a proposal once, while
// groups are being formed, all of its boroughs belong to the sub-region and none is in
// a group yet.
func (p *GroupingProposal) May(actor Actor, _ Step) error {
	if err := TeamMay(actor); err != nil {
		return err
	}
	if p.State != ProposalOpen {
		return WrongState("The proposal is accepted already.")
	}
	if err := p.Challenge.May(actor, AddGroup); err != nil {
		return err
	}
	return p.Obstacle
}

// Check implements [Record]. What can be divided, [grouping.Propose] says.
func (p *GroupingProposal) Check() error {
	faults := repeated("/indicators", p.Indicators)
	switch {
	case len(p.Indicators) > 0 && p.Period == nil:
		faults = append(faults, Fault{Pointer: "/period", Code: FaultRequired, Detail: "Indicators are compared in a period: name it."})
	case len(p.Indicators) == 0 && p.Period != nil:
		faults = append(faults, Fault{Pointer: "/indicators", Code: FaultRequired, Detail: "A period says when indicators are compared: choose some."})
	}
	return Refuse(faults)
}

// Propose divides the boroughs, or takes the groups that are given, or answers every fault of what is asked. past has
// those who met, and bands the quartile bands by borough and indicator.
func (p *GroupingProposal) Propose(boroughs []string, past []Pairing, bands map[string]map[string]string) error {
	task := grouping.Task{
		Boroughs: boroughs, Sizes: p.Sizes, Past: past, Conflicts: p.Conflicts, Bands: bands, Weights: p.Weights, Seed: p.Seed,
	}
	var err error
	if p.Given == nil {
		p.Result, err = grouping.Propose(task)
	} else {
		p.Result, err = grouping.Assess(task, p.Given)
	}
	return groupingRefusal(err)
}

// groupingRefusal says in our words what grouping finds wrong.
func groupingRefusal(err error) error {
	if found, ok := errors.AsType[grouping.TaskError](err); ok {
		faults := make([]Fault, len(found))
		for i, f := range found {
			if strings.HasPrefix(f.Pointer, "/boroughs") {
				f.Pointer = "" // whoever asks has not sent them
			}
			faults[i] = Fault{Pointer: f.Pointer, Code: groupingFaults[f.Code], Detail: f.Detail}
		}
		return Refuse(faults)
	}
	return err
}

// groupingFaults are our codes of what grouping finds wrong.
var groupingFaults = map[grouping.FaultCode]FaultCode{
	grouping.Empty:        FaultEmpty,
	grouping.Repeated:     FaultRepeated,
	grouping.TooFew:       FaultTooFew,
	grouping.TooGreat:     FaultTooGreat,
	grouping.TooMany:      FaultTooMany,
	grouping.TooSmall:     FaultTooSmall,
	grouping.UnknownValue: FaultUnknownValue,
}

// GroupingAcceptance is what the groups of a proposal are to be.
type GroupingAcceptance struct {
	Groups []AcceptedGroup // in the order of the proposal's
	// Place is the sub-region's name, by which groups without a name are called too, or empty.
	Place string
}

// AcceptedGroup is what one of the groups is to be.
type AcceptedGroup struct {
	Name             *string
	StartsOn, EndsOn *Date
	Venue, Link      *string
	Day              *ChallengeDayTimes // of its challenge day; nil where it has none
}

// ChallengeDayTimes are when a challenge day begins and ends, in the programme's zone.
type ChallengeDayTimes struct{ StartTime, EndTime *string }

// Accepted answers the groups that the proposal makes of a challenge, all of whose members
// are visitors, and the challenge days of those that are to have one, by the groups' places.
// Groups without a name are Group 1, Group 2 and so on, without those that are taken. The
// error is Invalid, and names every fault of what is asked.
func (p *GroupingProposal) Accepted(a GroupingAcceptance, taken []string) ([]PeerChallengeGroup, map[int]Event, error) {
	groups, days := make([]PeerChallengeGroup, len(p.Result.Groups)), map[int]Event{}
	faults := p.misnamed(a, taken)
	for _, g := range a.Groups {
		if g.Name != nil {
			taken = append(taken, *g.Name)
		}
	}
	number, called := 0, "Group "
	if a.Place != "" {
		called = a.Place + " group "
	}
	for i, proposed := range p.Result.Groups {
		var as AcceptedGroup
		if i < len(a.Groups) {
			as = a.Groups[i]
		}
		name := textOf(as.Name)
		for name == "" || as.Name == nil && slices.Contains(taken, name) {
			number++
			name = called + strconv.Itoa(number)
		}
		g := PeerChallengeGroup{
			Head: Head{Audience: Everyone()}, PeerChallengeID: p.PeerChallengeID, Name: name, Challenge: p.Challenge,
			StartsOn: as.StartsOn, EndsOn: cmp.Or(as.EndsOn, as.StartsOn), Venue: as.Venue, Link: as.Link,
		}
		for _, borough := range proposed.Boroughs {
			g.Members = append(g.Members, GroupMember{Borough: borough, Role: MemberVisitor})
		}
		faults = append(faults, below("/groups/"+strconv.Itoa(i), g.Check())...)
		if as.Day != nil {
			day, err := g.challengeDay(*as.Day)
			faults = append(faults, below("/groups/"+strconv.Itoa(i), err)...)
			days[i] = day
		}
		groups[i] = g
	}
	return groups, days, Refuse(faults)
}

// misnamed names the groups that are more than the proposal has, and names that are taken or
// given twice.
func (p *GroupingProposal) misnamed(a GroupingAcceptance, taken []string) []Fault {
	var faults []Fault
	seen := slices.Clone(taken)
	for i, g := range a.Groups {
		at := "/groups/" + strconv.Itoa(i)
		if i >= len(p.Result.Groups) {
			faults = append(faults, Fault{Pointer: at, Code: FaultTooMany, Detail: "The proposal has " + counted(len(p.Result.Groups), "group") + "."})
			continue
		}
		if g.Name == nil {
			continue
		}
		if slices.Contains(seen, *g.Name) {
			faults = append(faults, Fault{Pointer: at + "/name", Code: FaultExists, Detail: "The challenge has a group of that name already."})
		}
		seen = append(seen, *g.Name)
	}
	return faults
}

// challengeDay is the event of a group's challenge day.
func (g *PeerChallengeGroup) challengeDay(at ChallengeDayTimes) (Event, error) {
	if g.StartsOn == nil {
		return Event{}, Refuse([]Fault{{Pointer: "/startsOn", Code: FaultRequired, Detail: "A challenge day needs its day."}})
	}
	e := Event{
		Head: Head{Audience: Everyone()}, Kind: ChallengeDay, Title: shortened("Challenge day: " + g.Name), StartsOn: *g.StartsOn, EndsOn: *g.EndsOn, StartTime: at.StartTime, EndTime: at.EndTime,
		Venue: g.Venue, Link: g.Link, PeerChallengeID: &g.PeerChallengeID, State: EventPlanned,
		Boroughs: []string{}, Sessions: []EventSession{}, Invited: []Attendance{}, Attended: []Attendance{}, Opportunities: []string{},
	}
	return e, Refuse(below("/challengeDay", e.Check()))
}

// longestName is how many characters a name may have.
const longestName = 200

// shortened is the text as far as a name may go.
func shortened(text string) string {
	if runes := []rune(text); len(runes) > longestName {
		return string(runes[:longestName])
	}
	return text
}

// below lists the faults of a refusal, each a level deeper.
func below(pointer string, err error) []Fault {
	found, is := errors.AsType[*Error](err)
	if !is {
		return nil
	}
	faults := slices.Clone(found.Faults)
	for i := range faults {
		faults[i].Pointer = pointer + faults[i].Pointer
	}
	return faults
}

// Boroughs answers the codes of those whom the proposal places.
func (p *GroupingProposal) Boroughs() []string {
	var codes []string
	for _, g := range p.Result.Groups {
		codes = append(codes, g.Boroughs...)
	}
	return codes
}

// Obstruct notes what stands in the proposal's way: boroughs that have left the
// sub-region since it was made, or that are in one of the challenge's groups. Of the
// boroughs, those count that it places.
func (p *GroupingProposal) Obstruct(memberships []Membership, present []PeerChallengeGroup, boroughs []Borough) {
	placed := p.Boroughs()
	own := slices.DeleteFunc(slices.Clone(boroughs), func(b Borough) bool { return !slices.Contains(placed, b.Code) })
	p.Obstacle = conflictOf(CodeNotInSubRegion, NotInSubRegion(p.Challenge, memberships, own))
	if p.Obstacle == nil {
		p.Obstacle = DoublePlacement(present, own)
	}
}
