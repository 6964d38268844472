package programme

import (
	"fmt"
	"slices"
	"time"
)

// PeerChallenge is a sub-region's yearly challenge: its boroughs, in groups, look
// together at the Common Framework. Nobody hosts it and nothing is graded.
type PeerChallenge struct {
	Head
	Title          string
	SubRegion      string `gorm:"column:sub_region_slug"`
	Cycle          Cycle
	Methods        []string `gorm:"serializer:texts"` // how it is conducted: coaching, appreciative inquiry
	PriorityID     *string  // what it focuses on
	StartsOn       *Date
	EndsOn         *Date // last day
	State          ChallengeState
	LearningThemes []string   `gorm:"serializer:texts"` // what the whole programme may learn from it
	OpenAtClose    *OpenItems `gorm:"serializer:json"`  // what was open when it was closed; nil where nothing was
	Illustrative   *string    // what of it is an example and no fact

	// Strangers names the members of its groups that do not belong to its sub-region on
	// its day, see [NotInSubRegion]. Read with the challenge, never kept in it.
	Strangers []Fault `gorm:"-" json:"-"`
	// Unmet names the groups that have not met, see [NotMet]. Read with the challenge too.
	Unmet []Fault `gorm:"-" json:"-"`
	// OpenPreparation names what is open of its preparation. Likewise.
	OpenPreparation []Fault `gorm:"-" json:"-"`
	// Outlived says that its priority has ended before its day. Likewise.
	Outlived []Fault `gorm:"-" json:"-"`
}

// ChallengeState is where a peer challenge stands.
type ChallengeState string

// The states, in their order; a challenge that is not closed may be cancelled.
const (
	ChallengePlanned    ChallengeState = "planned"
	ChallengePreparing  ChallengeState = "preparing"
	ChallengeInProgress ChallengeState = "in_progress"
	ChallengeCompleted  ChallengeState = "completed"
	ChallengeClosed     ChallengeState = "closed"
	ChallengeCancelled  ChallengeState = "cancelled"
)

// The steps of a peer challenge beside those of all kinds.
const (
	Prepare  Step = "prepare"
	Start    Step = "start"
	Complete Step = "complete"
	AddGroup Step = "add-group"
	// ProposeGroups asks for a proposal of groups, of which nothing comes yet.
	ProposeGroups Step = "propose-groups"
)

// ofChallenge answers the states from which the step may be taken, and the one to which
// it leads.
func (s Step) ofChallenge() (from []ChallengeState, to ChallengeState) {
	switch s {
	case Prepare:
		return []ChallengeState{ChallengePlanned}, ChallengePreparing
	case Start:
		return []ChallengeState{ChallengePreparing}, ChallengeInProgress
	case Complete:
		return []ChallengeState{ChallengeInProgress}, ChallengeCompleted
	case Close:
		return []ChallengeState{ChallengeCompleted}, ChallengeClosed
	case Cancel:
		return []ChallengeState{ChallengePlanned, ChallengePreparing, ChallengeInProgress}, ChallengeCancelled
	}
	return nil, ""
}

// reopened answers the state to which reopening leads back, or "" where there is
// nothing to reopen.
func (s ChallengeState) reopened() ChallengeState {
	switch s {
	case ChallengeCompleted:
		return ChallengeInProgress
	case ChallengeClosed:
		return ChallengeCompleted
	case ChallengeCancelled:
		return ChallengePlanned
	case ChallengePlanned, ChallengePreparing, ChallengeInProgress:
	}
	return ""
}

// Noun implements [Record].
func (*PeerChallenge) Noun() string { return "peer-challenge" }

// Steps implements [Record].
func (*PeerChallenge) Steps() []Step {
	return []Step{Edit, AddGroup, ProposeGroups, TakeTemplate, Prepare, Start, Complete, Close, Cancel, Reopen, AddEvent, Delete}
}

// May implements [Record]: only the programme's team runs challenges.
func (c *PeerChallenge) May(actor Actor, step Step) error {
	if err := TeamMay(actor); err != nil {
		return err
	}
	switch step {
	case Edit:
		if c.State == ChallengeClosed || c.State == ChallengeCancelled {
			return WrongState("A challenge that is closed or cancelled is not changed any more; reopen it first.")
		}
	case AddEvent:
		return nil
	case TakeTemplate:
		if !c.TakesGroups() {
			return WrongState("Templates are taken until the challenge is in progress.")
		}
	case AddGroup, ProposeGroups:
		if !c.TakesGroups() {
			return WrongState("Groups are formed until the challenge is in progress.")
		}
	case Delete:
		if c.State != ChallengePlanned {
			return WrongState("Only a challenge that is still planned can be deleted; cancel it instead.")
		}
	case Reopen:
		if c.State.reopened() == "" {
			return WrongState("Only a challenge that is completed, closed or cancelled can be reopened.")
		}
	default:
		if from, _ := step.ofChallenge(); !slices.Contains(from, c.State) {
			return WrongState("The challenge is " + c.State.words() + ". " + c.State.towards(step))
		}
		if (step == Start || step == Complete) && (c.StartsOn == nil || c.EndsOn == nil) {
			return Errorf(Conflict, CodeNoDates, "The challenge needs its first and last day before this step.")
		}
		if step == Start || step == Complete {
			if err := conflictOf(CodeNotInSubRegion, c.Strangers); err != nil {
				return err
			}
		}
		switch step {
		case Start:
			if err := conflictOf(CodePriorityEnded, c.Outlived); err != nil {
				return err
			}
			return preparationOpen(c.OpenPreparation)
		case Complete:
			return conflictOf(CodeGroupsNotMet, c.Unmet)
		}
	}
	return nil
}

// MayOn implements [Dated]: a challenge is completed on its last day or after.
func (c *PeerChallenge) MayOn(_ Actor, step Step, today Date) error {
	if step == Complete && today < *c.EndsOn {
		return Errorf(Conflict, CodeNotYet, "The challenge ends later; it can be completed on its last day or after.")
	}
	return nil
}

// NotMet names those of a challenge's groups that have not met, and that no two boroughs
// have, where that is so.
func NotMet(groups []*PeerChallengeGroup) []Fault {
	var faults []Fault
	met := false
	for _, g := range groups {
		if g.MetOn == nil {
			faults = append(faults, Fault{Code: FaultNotMet, Detail: fmt.Sprintf("The group %q has not met: record its attendance, or take it away with a reason: /v1/peer-challenge-groups/%s.", g.Name, g.ID)})
		}
		met = met || g.MetOn != nil && len(g.Members) >= 2
	}
	if !met && len(faults) == 0 {
		faults = append(faults, Fault{Code: FaultNotMet, Detail: "No group of two or more boroughs has met."})
	}
	return faults
}

// NeedsReason implements [Stepped].
func (*PeerChallenge) NeedsReason(step Step) bool { return step == Reopen || step == Cancel }

// Move takes the step, once [MayNow] allows it. It refuses a reopening or a
// cancellation without a reason.
func (c *PeerChallenge) Move(actor Actor, step Step) error {
	if c.NeedsReason(step) {
		if err := actor.WithReason(); err != nil {
			return err
		}
	}
	if step == Reopen {
		c.State, c.OpenAtClose = c.State.reopened(), nil
		return nil
	}
	_, c.State = step.ofChallenge()
	return nil
}

// OpenItems counts what is open of a challenge.
type OpenItems struct {
	Findings int `json:"findings"` // that are not answered
	Actions  int `json:"actions"`  // that are open
	Asks     int `json:"asks"`     // of its groups, that are not met
}

// Close closes the challenge with what is open, once [MayNow] allows the step. The error is
// Conflict if something is and accept does not say that it may be, or Invalid if it does and
// there is no reason.
func (c *PeerChallenge) Close(actor Actor, open OpenItems, accept bool) error {
	if open != (OpenItems{}) {
		if !accept {
			return c.stillOpen(open)
		}
		if err := actor.WithReason(); err != nil {
			return err
		}
		c.OpenAtClose = &open
	}
	return c.Move(actor, Close)
}

// stillOpen says what is open, and where that is listed.
func (c *PeerChallenge) stillOpen(open OpenItems) error {
	var faults []Fault
	for _, of := range []struct {
		n          int
		noun, says string
		list       string
	}{
		{open.Findings, "finding", "not answered", "findings?answered=false&peerChallengeId="},
		{open.Actions, "action", "open", "actions?state=open&peerChallengeId="},
		{open.Asks, "ask", "not met", "asks-and-offers?kind=ask&state=open&peerChallengeId="},
	} {
		if of.n > 0 {
			faults = append(faults, Fault{Code: FaultOpenItems, Detail: counted(of.n, of.noun) + " " + of.says + ": /v1/" + of.list + c.ID})
		}
	}
	return &Error{Kind: Conflict, Code: CodeOpenItems, Detail: "Something of the challenge is still open, as errors lists. It can be dealt with afterwards too: close it with acceptOpen and a reason.", Faults: faults}
}

// Check implements [Record].
func (c *PeerChallenge) Check() error {
	faults := c.Cycle.Check()
	faults = append(faults, InOrder("/endsOn", c.StartsOn, c.EndsOn)...)
	if len(faults) == 0 {
		first, last := c.Cycle.Starts(), c.Cycle.Ends()
		if outside(c.StartsOn, &first, &last) {
			faults = append(faults, Fault{Pointer: "/startsOn", Code: FaultOutsideCycle, Detail: "The first day must lie in the cycle."})
		}
		if outside(c.EndsOn, &first, &last) {
			faults = append(faults, Fault{Pointer: "/endsOn", Code: FaultOutsideCycle, Detail: "The last day must lie in the cycle."})
		}
	}
	return Refuse(append(faults, repeated("/methods", c.Methods)...))
}

// TakesGroups reports whether groups are still being formed.
func (c *PeerChallenge) TakesGroups() bool {
	return c.State == ChallengePlanned || c.State == ChallengePreparing
}

// Records reports whether findings, notes and asks are being recorded.
func (c *PeerChallenge) Records() bool {
	return c.State == ChallengeInProgress || c.State == ChallengeCompleted
}

// MembersOn answers the day on which boroughs must belong to the sub-region: the
// challenge's first, or that of its cycle while it has none.
func (c *PeerChallenge) MembersOn() Date {
	if c.StartsOn != nil {
		return *c.StartsOn
	}
	return c.Cycle.Starts()
}

// span answers the challenge's first and last day or, while it has none, those of
// its cycle.
func (c *PeerChallenge) span() (first, last *Date) {
	if c.StartsOn != nil || c.EndsOn != nil || c.Cycle == "" {
		return c.StartsOn, c.EndsOn
	}
	starts, ends := c.Cycle.Starts(), c.Cycle.Ends()
	return &starts, &ends
}

// Moved reports whether the challenge takes place at another time than it was to,
// or in another sub-region, which concerns its groups.
func (c *PeerChallenge) Moved(was PeerChallenge) bool {
	return c.SubRegion != was.SubRegion || c.Cycle != was.Cycle || !Same(c.StartsOn, was.StartsOn) || !Same(c.EndsOn, was.EndsOn)
}

// Fits refuses a challenge that leaves out days of one of its groups, or some of
// their members: strangers are the faults of [NotInSubRegion].
func (c *PeerChallenge) Fits(groups []PeerChallengeGroup, strangers []Fault) error {
	var faults []Fault
	for i := range groups {
		g := &groups[i]
		if outside(g.StartsOn, c.StartsOn, nil) || outside(g.EndsOn, c.StartsOn, nil) {
			faults = append(faults, Fault{Pointer: "/startsOn", Code: FaultGroupsOutside, Detail: fmt.Sprintf("The group %q meets before this day.", g.Name)})
		}
		if outside(g.StartsOn, nil, c.EndsOn) || outside(g.EndsOn, nil, c.EndsOn) {
			faults = append(faults, Fault{Pointer: "/endsOn", Code: FaultGroupsOutside, Detail: fmt.Sprintf("The group %q meets after this day.", g.Name)})
		}
		for _, m := range g.Members {
			if outside(m.PresentsOn, c.StartsOn, nil) {
				faults = append(faults, Fault{Pointer: "/startsOn", Code: FaultGroupsOutside, Detail: fmt.Sprintf("In the group %q a borough presents before this day.", g.Name)})
			}
			if outside(m.PresentsOn, nil, c.EndsOn) {
				faults = append(faults, Fault{Pointer: "/endsOn", Code: FaultGroupsOutside, Detail: fmt.Sprintf("In the group %q a borough presents after this day.", g.Name)})
			}
		}
	}
	for _, f := range strangers {
		f.Pointer = "/subRegion"
		faults = append(faults, f)
	}
	return Refuse(faults)
}

// HeldBefore refuses a challenge that is completed but is moved to a day that has not come
// yet.
func (c *PeerChallenge) HeldBefore(today Date) []Fault {
	if c.State != ChallengeCompleted && c.State != ChallengeClosed || c.EndsOn == nil || *c.EndsOn <= today {
		return nil
	}
	return []Fault{{Pointer: "/endsOn", Code: FaultNotYet, Detail: "A challenge that is completed cannot end in the future."}}
}

// towards says what to do instead of a step that does not follow from the state.
func (s ChallengeState) towards(step Step) string {
	return towards(s, step, func(step Step) ([]ChallengeState, ChallengeState) { return step.ofChallenge() }, s.reopened() != "",
		Prepare, Start, Complete, Close)
}

func (s ChallengeState) words() string {
	if s == ChallengeInProgress {
		return "in progress"
	}
	return string(s)
}

// PeerChallengeFilter leaves those challenges of a list that agree with every
// member that is given.
type PeerChallengeFilter struct {
	// Borough leaves the challenges that concern it: those of the sub-region to which
	// it belongs on the first day, and those with a group of which it is a member.
	Borough      *string
	SubRegion    *string
	Cycle        *Cycle
	States       []ChallengeState // any of them; all where it is empty
	PriorityID   *string
	UpdatedSince *time.Time
}
