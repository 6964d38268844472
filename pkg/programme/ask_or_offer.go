package programme

// AskOrOffer is help that a borough looks for or has to give. Offers are for the
// whole programme, asks for the members of one group.
type AskOrOffer struct {
	Head
	Kind                 AskOrOfferKind
	Borough              string  `gorm:"column:borough_code"`
	PeerChallengeGroupID *string // of an ask: who is asked
	PriorityID           *string
	Title                string
	Text                 string
	State                AskOrOfferState

	Forum Forum `gorm:"-"` // of the group, read with it
}

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
