package programme

import "time"

// Finding is what a challenge's group or a review's team found about a borough.
type Finding struct {
	Head
	PeerChallengeGroupID   *string // either of a group
	PeerReviewID           *string // or of a review
	Borough                string  `gorm:"column:borough_code"` // whom it is about
	Kind                   FindingKind
	Theme                  string
	Text                   string
	Evidence               *string
	PriorityID             *string
	Indicators             []string         `gorm:"serializer:texts"` // codes of indicators that it cites
	SelfEvaluationSections []string         `gorm:"serializer:texts"` // sections of the borough's self-evaluation that it cites
	Response               *FindingResponse `gorm:"serializer:json"`

	Forum Forum `gorm:"-"` // where it was found, read with it
}

// FindingKind is what kind of finding it is. Nothing is graded.
type FindingKind string

// The kinds of findings. Only a challenge records risks.
const (
	Strength           FindingKind = "strength"
	AreaForInnovation  FindingKind = "area_for_innovation"
	AreaForDevelopment FindingKind = "area_for_development"
	Risk               FindingKind = "risk"
)

// FindingResponse is the borough's answer to a finding.
type FindingResponse struct {
	Answer ResponseAnswer `json:"answer"`
	Reason *string        `json:"reason"`
	At     time.Time      `json:"at"`
}

// ResponseAnswer is how far a borough accepts a finding.
type ResponseAnswer string

// The answers. All but acceptance need a reason.
const (
	Accepted    ResponseAnswer = "accepted"
	Partly      ResponseAnswer = "partly"
	NotAccepted ResponseAnswer = "not_accepted"
)

// Forum is what the rules need to know of the group or review in which things
// are found and said.
type Forum struct {
	Boroughs []string // a group's members; a review's host and team
	Finders  []string // those of them who may record findings
	Records  bool     // whether findings are being recorded
	Answers  bool     // whether findings are being answered and acted on
}
