package programme

import (
	"slices"
	"time"
)

// PeerReview is a visit of a team from other boroughs to one host. Its host, its
// team and the programme's team share it; others see its report as the host
// publishes it.
type PeerReview struct {
	Head
	Title            string
	Host             string `gorm:"column:host_code"`
	Cycle            Cycle
	PriorityID       *string
	Scope            *string         // what the review is to look at
	ScopeAgreedOn    *Date           // when host and programme agreed on it
	KLOEs            []string        `gorm:"column:kloes;serializer:texts"` // key lines of enquiry
	Team             []TeamMember    `gorm:"serializer:json"`
	FieldworkDays    []Date          `gorm:"serializer:json"` // in order
	PresentationOn   *Date           // when the team presents what it found
	Sessions         []ReviewSession `gorm:"serializer:json"`
	State            ReviewState
	HostComments     []HostComment `gorm:"serializer:json"` // on factual accuracy; only ever added to
	Report           *string
	ReportLinks      []Link `gorm:"serializer:json"`
	Publication      Publication
	ReportedOn       *Date
	ProgressReviewOn *Date   // when the progress review falls due, set when the review is reported
	ProgressReview   *string // what the progress review found
	Illustrative     *string // what of it is an example and no fact
}

// TeamMember is one of the people of a review's team. When a participant is
// removed, role and organisation stay and the person is nobody any more.
type TeamMember struct {
	ParticipantID *string         `json:"participantId"`
	Role          ParticipantRole `json:"role"`
	Borough       *string         `json:"borough"`
	Organisation  *string         `json:"organisation"`
	Lead          bool            `json:"lead"`
	Name          *string         `json:"-"` // read with the review, never kept in it
}

// ReviewSession is an interview or a focus group of the fieldwork.
type ReviewSession struct {
	Title     string  `json:"title"`
	Day       Date    `json:"day"`
	StartTime *string `json:"startTime"` // 09:30, London's time
	EndTime   *string `json:"endTime"`
	Attendees *string `json:"attendees"` // whom the team meets, by group and never by name
}

// HostComment is what the host says to a report that is not final yet.
type HostComment struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// ReviewState is where a peer review stands.
type ReviewState string

// The states, in their order; a review that is not reported may be cancelled.
const (
	ReviewProposed        ReviewState = "proposed"
	ReviewScoping         ReviewState = "scoping"
	ReviewPreparing       ReviewState = "preparing"
	ReviewFieldwork       ReviewState = "fieldwork"
	ReviewFactualAccuracy ReviewState = "factual_accuracy"
	ReviewReported        ReviewState = "reported"
	ReviewFollowUp        ReviewState = "follow_up"
	ReviewClosed          ReviewState = "closed"
	ReviewCancelled       ReviewState = "cancelled"
)

// Publication is how far the host lets a report be seen once it is final.
type Publication string

// The levels of publication.
const (
	PublishedToParties  Publication = "host_and_team"
	PublishedToBoroughs Publication = "boroughs"
	PublishedToEveryone Publication = "everyone" // reporting tools too
)

// Visitors answers the codes of the boroughs from which the team comes, each once.
func (r *PeerReview) Visitors() []string {
	var codes []string
	for _, m := range r.Team {
		if m.Borough != nil && !slices.Contains(codes, *m.Borough) {
			codes = append(codes, *m.Borough)
		}
	}
	return codes
}

// Forum is the review as the place where things are found: its team finds, its
// host answers once the report is final.
func (r *PeerReview) Forum() Forum {
	visitors := r.Visitors()
	return Forum{
		Boroughs: append([]string{r.Host}, visitors...), Finders: visitors,
		Records: r.State == ReviewFieldwork || r.State == ReviewFactualAccuracy,
		Answers: r.State == ReviewReported || r.State == ReviewFollowUp,
	}
}
