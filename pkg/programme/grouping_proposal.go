package programme

// GroupingProposal is a way to divide a challenge's boroughs into groups. It is
// the programme team's own, and nothing comes of it until it is accepted.
type GroupingProposal struct {
	Head
	PeerChallengeID string
	Sizes           []int           `gorm:"serializer:json"`
	Weights         GroupingWeights `gorm:"serializer:json"`
	Seed            int64
	Cycles          int         // how many cycles back pairings are to be avoided
	Period          *string     `gorm:"column:period_code"` // of the comparisons from which strengths and needs are read
	Indicators      []string    `gorm:"serializer:texts"`
	Conflicts       [][2]string `gorm:"serializer:json"` // boroughs that must not meet
	Result          Grouping    `gorm:"serializer:json"`
	State           ProposalState
}

// ProposalState is what became of a proposal.
type ProposalState string

// The states of a proposal.
const (
	ProposalOpen     ProposalState = "open"
	ProposalAccepted ProposalState = "accepted"
)
