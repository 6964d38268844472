package programme

import (
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

// Groups answers the groups that the proposal makes of a challenge, all of whose
// members are visitors. Their names are Group 1, Group 2 and so on without those
// that are taken.
func (p *GroupingProposal) Groups(taken []string) []PeerChallengeGroup {
	groups := make([]PeerChallengeGroup, len(p.Result.Groups))
	number := 0
	for i, proposed := range p.Result.Groups {
		name := ""
		for name == "" || slices.Contains(taken, name) {
			number++
			name = "Group " + strconv.Itoa(number)
		}
		groups[i] = PeerChallengeGroup{Head: Head{Audience: Everyone()}, PeerChallengeID: p.PeerChallengeID, Name: name, Challenge: p.Challenge}
		for _, borough := range proposed.Boroughs {
			groups[i].Members = append(groups[i].Members, GroupMember{Borough: borough, Role: MemberVisitor})
		}
	}
	return groups
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
