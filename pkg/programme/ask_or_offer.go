package programme

import (
	"slices"
	"time"
)

// AskOrOffer is help that a borough looks for or has to give. Offers are for the
// whole programme, asks for the members of one group.
type AskOrOffer struct {
	Head
	Wording
	Kind                 AskOrOfferKind
	Borough              string  `gorm:"column:borough_code"`
	PeerChallengeGroupID *string // of an ask: who is asked
	PriorityID           *string
	Title                string `audit:"withheld"`
	Text                 string `audit:"withheld"` // says whom to turn to
	State                AskOrOfferState

	// Forum is the group in which the ask is being raised; nil for an offer, and
	// for an ask that is there already: its borough may have left the group since.
	Forum *Forum `gorm:"-" json:"-"`
}

// TableName names the table, whose plural is not the usual one.
func (*AskOrOffer) TableName() string { return "asks_and_offers" }

// AskOrOfferKind tells an ask from an offer.
type AskOrOfferKind string

// The two kinds.
const (
	Ask   AskOrOfferKind = "ask"
	Offer AskOrOfferKind = "offer"
)

// AskOrOfferState is what became of it.
type AskOrOfferState string

// The states of an ask or an offer.
const (
	HelpOpen      AskOrOfferState = "open"
	HelpMet       AskOrOfferState = "met"
	HelpWithdrawn AskOrOfferState = "withdrawn"
)

// The steps of an ask or an offer beside those of all kinds.
const (
	Meet     Step = "meet"
	Withdraw Step = "withdraw"
)

// Noun implements [Record].
func (*AskOrOffer) Noun() string { return "ask-or-offer" }

// Steps implements [Record].
func (*AskOrOffer) Steps() []Step {
	return []Step{Edit, Meet, Withdraw, Reopen, Acknowledge, Redact, Delete}
}

// May implements [Record]: the borough that asks or offers does everything with
// it, and so does the programme's team. Whoever is asked can only read.
func (a *AskOrOffer) May(actor Actor, step Step) error {
	if err := a.spokenFor(actor); err != nil {
		return err
	}
	switch step {
	case Edit, Meet, Withdraw:
		if a.State != HelpOpen {
			return WrongState("It is " + string(a.State) + "; reopen it first.")
		}
	case Reopen:
		if a.State == HelpOpen {
			return WrongState("Only what was met or withdrawn can be reopened.")
		}
	}
	return nil
}

// Texts implements [Worded].
func (a *AskOrOffer) Texts() []Text {
	own := Text{Boroughs: a.Writers(), Team: true}
	return append(own.At("/title", &a.Title), own.At("/text", &a.Text)...)
}

// Writers implements [Worded].
func (a *AskOrOffer) Writers() []string { return []string{a.Borough} }

func (a *AskOrOffer) spokenFor(actor Actor) error {
	if actor.Speaks(a.Borough) {
		return nil
	}
	return NotYours("Only the borough itself and the programme's team may do this.")
}

// Raise opens the ask or offer on the actor's behalf, in the group that is asked;
// forum is nil where there is none. The error is Forbidden if the actor does not
// speak for the borough or for no member of the group, and Conflict if the group is not
// asked now. Whether the borough belongs to the group, [AskOrOffer.Check] says.
func (a *AskOrOffer) Raise(actor Actor, forum *Forum) error {
	if err := a.spokenFor(actor); err != nil {
		return err
	}
	a.State, a.Forum, a.Audience = HelpOpen, forum, Everyone()
	if a.Kind != Ask {
		return nil
	}
	a.Audience = TeamOnly()
	if forum == nil {
		return nil
	}
	a.Audience = a.Asked(forum.Boroughs)
	return forum.MayAsk(actor)
}

// Asked is the audience of an ask in a group of these boroughs. Whoever asks
// belongs to it, even after leaving the group.
func (a *AskOrOffer) Asked(boroughs []string) Audience {
	return Parties(append([]string{a.Borough}, boroughs...)...)
}

// Move takes the step, once [AskOrOffer.May] allows it. It refuses a reopening
// without a reason.
func (a *AskOrOffer) Move(actor Actor, step Step) error {
	switch step {
	case Meet:
		a.State = HelpMet
	case Withdraw:
		a.State = HelpWithdrawn
	case Reopen:
		a.State = HelpOpen
	}
	if a.NeedsReason(step) {
		return actor.WithReason()
	}
	return nil
}

// NeedsReason implements [Stepped].
func (a *AskOrOffer) NeedsReason(step Step) bool {
	return step == Reopen || a.Wording.NeedsReason(step)
}

// Check implements [Record].
func (a *AskOrOffer) Check() error {
	var faults []Fault
	switch {
	case a.Kind == Ask && a.PeerChallengeGroupID == nil:
		faults = append(faults, Fault{Pointer: "/peerChallengeGroupId", Code: FaultRequiredForAsk, Detail: "An ask names the group that is asked."})
	case a.Kind == Offer && a.PeerChallengeGroupID != nil:
		faults = append(faults, Fault{Pointer: "/peerChallengeGroupId", Code: FaultNotForOffer, Detail: "An offer is for the whole programme and names no group."})
	case a.Kind == Ask && a.Forum != nil && !slices.Contains(a.Forum.Boroughs, a.Borough):
		faults = append(faults, Fault{Pointer: "/borough", Code: FaultNotInGroup, Detail: "The borough is not a member of the group that it asks."})
	}
	return Refuse(faults)
}

// AskOrOfferFilter leaves those asks and offers of a list that agree with every
// member that is given.
type AskOrOfferFilter struct {
	Kinds                []AskOrOfferKind // any of them; all where it is empty
	Borough              *string
	PeerChallengeID      *string // of the group
	PeerChallengeGroupID *string
	PriorityID           *string
	States               []AskOrOfferState // any of them; all where it is empty
	UpdatedSince         *time.Time
}
