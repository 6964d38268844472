package programme

import (
	"slices"
	"strconv"
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
	Contact              *string      // whom to turn to: a role, never a person
	Answers              []HelpAnswer `audit:"withheld" gorm:"serializer:json"` // of other boroughs to an ask, one each, in order
	Match                *HelpMatch   `audit:"withheld" gorm:"serializer:json"` // who helped with an ask

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
	Meet          Step = "meet"
	Withdraw      Step = "withdraw"
	AnswerAsk     Step = "answer"
	RecordOutcome Step = "record-outcome"
)

// Noun implements [Record].
func (*AskOrOffer) Noun() string { return "ask-or-offer" }

// Steps implements [Record].
func (*AskOrOffer) Steps() []Step {
	return []Step{Edit, AnswerAsk, Meet, RecordOutcome, Withdraw, Reopen, Acknowledge, Redact, Delete}
}

// May implements [Record]: the borough that asks or offers does everything with
// it, and so does the programme's team. Whoever is asked can answer.
func (a *AskOrOffer) May(actor Actor, step Step) error {
	switch step {
	case AnswerAsk:
		return a.mayAnswer(actor)
	case Acknowledge, Redact:
		return nil // as of all words
	}
	if err := a.spokenFor(actor); err != nil {
		return err
	}
	switch step {
	case Edit, Meet, Withdraw:
		if a.State != HelpOpen {
			return WrongState("It is " + string(a.State) + "; reopen it first.")
		}
	case RecordOutcome:
		if a.Match == nil {
			return WrongState("It is not recorded who helped; say so when it is met.")
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
	own := Text{Boroughs: []string{a.Borough}, Team: true}
	texts := append(own.At("/title", &a.Title), own.At("/text", &a.Text)...)
	for i := range a.Answers {
		of := Text{Boroughs: []string{a.Answers[i].Borough}, Key: "/answers/" + a.Answers[i].Borough}
		texts = append(texts, of.At("/answers/"+strconv.Itoa(i)+"/text", &a.Answers[i].Text)...)
	}
	if a.Match != nil {
		texts = append(texts, own.At("/match/outcome", a.Match.Outcome)...)
	}
	return texts
}

// Writers implements [Worded].
func (a *AskOrOffer) Writers() []string {
	boroughs := []string{a.Borough}
	for i := range a.Answers {
		boroughs = append(boroughs, a.Answers[i].Borough)
	}
	return boroughs
}

// HelpAnswer is how a borough could help with an ask.
type HelpAnswer struct {
	Borough string    `json:"borough"`
	Text    string    `json:"text"`
	OfferID *string   `json:"offerId"` // its offer that it means
	At      time.Time `json:"at"`
}

// HelpMatch is who helped with an ask.
type HelpMatch struct {
	Borough string    `json:"borough"`
	OfferID *string   `json:"offerId"` // its offer that met the ask
	Outcome *string   `json:"outcome"` // what came of it; nil while nobody has said
	At      time.Time `json:"at"`
}

// mayAnswer lets people of another borough that reads the ask answer it while it is open.
func (a *AskOrOffer) mayAnswer(actor Actor) error {
	switch {
	case a.Kind != Ask:
		return WrongState("It is an offer. Turn to whom it names.")
	case actor.Borough == "" || actor.IsOf(a.Borough):
		return NotYours("Only people of another borough of the group may do this.")
	case a.State != HelpOpen:
		return WrongState("It is " + string(a.State) + ", so that nothing is asked any more.")
	}
	return nil
}

// Answer gives the ask the borough's answer, in the place of any before.
func (a *AskOrOffer) Answer(given HelpAnswer) {
	at := slices.IndexFunc(a.Answers, func(h HelpAnswer) bool { return h.Borough == given.Borough })
	if at < 0 {
		a.Answers = append(a.Answers, given)
		return
	}
	if was := a.Answers[at]; was.Text != given.Text || !Same(was.OfferID, given.OfferID) {
		a.Answers = slices.Clone(a.Answers)
		a.Answers[at] = given
	}
}

// MatchFaults names what keeps the match from being one of the ask.
func (a *AskOrOffer) MatchFaults(m *HelpMatch) []Fault {
	switch {
	case m == nil:
		return nil
	case a.Kind == Offer:
		return []Fault{{Pointer: "/borough", Code: FaultNotForOffer, Detail: "An offer is read by all, so that nobody is named who was helped; the ask says who helped."}}
	case m.Borough == a.Borough:
		return []Fault{{Pointer: "/borough", Code: FaultRepeated, Detail: "It is another borough that helps."}}
	}
	return nil
}

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
	a.Answers, a.Match = []HelpAnswer{}, nil
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
		a.State, a.Match = HelpOpen, nil
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

// HelpCount is how many asks and offers there are of a priority, of those that somebody sees.
type HelpCount struct {
	PriorityID *string

	Asks, AsksOpen, AsksMet, Offers, OffersOpen int

	Matches int // asks of which it is recorded who helped
}
