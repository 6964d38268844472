package programme

// Milestone is what the programme has delivered or plans to. Everybody may see it.
// Some are written by hand; others are derived from a challenge, a review or an
// event and follow it.
type Milestone struct {
	Head
	Title        string
	Description  string
	Cycle        Cycle
	Kind         MilestoneKind
	Status       MilestoneStatus
	PlannedFor   *Date
	AchievedOn   *Date
	SubRegions   []string `gorm:"serializer:texts"` // slugs
	Boroughs     []string `gorm:"serializer:texts"` // GSS codes
	Priorities   []string `gorm:"serializer:texts"` // ids
	Participants *int     // how many people took part; nil where nobody counted
	Evidence     []Link   `gorm:"serializer:json"`

	PeerChallengeID *string
	PeerReviewID    *string
	EventID         *string

	Derived      bool    // follows the challenge, review or event that it links to
	WordedByHand bool    // title and description do not follow
	Illustrative *string // what of it is an example and no fact
}

// MilestoneKind is what kind of milestone it is.
type MilestoneKind string

// The kinds of milestones.
const (
	ChallengeMilestone MilestoneKind = "peer_challenge"
	ReviewMilestone    MilestoneKind = "peer_review"
	EventMilestone     MilestoneKind = "event"
	OtherMilestone     MilestoneKind = "other"
)

// MilestoneStatus is where a milestone stands.
type MilestoneStatus string

// The statuses of milestones.
const (
	MilestonePlanned   MilestoneStatus = "planned"
	MilestoneAchieved  MilestoneStatus = "achieved"
	MilestoneMissed    MilestoneStatus = "missed"
	MilestoneCancelled MilestoneStatus = "cancelled"
)
