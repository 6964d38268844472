package programme

// Event is a day or more on which people of the programme meet. Everybody may see it.
type Event struct {
	Head
	Kind          EventKind
	Title         string
	Description   string
	StartsOn      Date
	EndsOn        Date    // last day
	StartTime     *string // 09:30 on the first day, London's time; nil where whole days are meant
	EndTime       *string // on the last day
	Venue         *string
	Link          *string
	Capacity      *int
	SubRegion     *string        `gorm:"column:sub_region_slug"`
	Boroughs      []string       `gorm:"serializer:texts"` // whom it concerns; all where it names none and no sub-region
	Sessions      []EventSession `gorm:"serializer:json"`
	Invited       []Attendance   `gorm:"serializer:json"`
	Attended      []Attendance   `gorm:"serializer:json"`
	Opportunities []string       `gorm:"serializer:texts"` // for collaboration, as they were found

	PeerChallengeID      *string
	PeerChallengeGroupID *string
	PeerReviewID         *string

	State        EventState
	Sequence     int     // how often it was changed, as calendars count
	Illustrative *string // what of it is an example and no fact
}

// EventKind is what kind of event it is.
type EventKind string

// The kinds of events.
const (
	Summit        EventKind = "summit"
	ThematicEvent EventKind = "thematic_event"
	ChallengeDay  EventKind = "challenge_day"
	FieldworkDay  EventKind = "fieldwork_day"
	Workshop      EventKind = "workshop"
)

// EventState is where an event stands.
type EventState string

// The states of an event.
const (
	EventPlanned   EventState = "planned"
	EventHeld      EventState = "held"
	EventCancelled EventState = "cancelled"
)

// EventSession is a part of an event.
type EventSession struct {
	Title      string  `json:"title"`
	Day        *Date   `json:"day"`
	StartTime  *string `json:"startTime"`
	EndTime    *string `json:"endTime"`
	PriorityID *string `json:"priorityId"`
}

// Attendance counts the people of one type of organisation, and says which
// organisations they come from where that is known.
type Attendance struct {
	OrganisationType OrganisationType `json:"organisationType"`
	Organisations    []string         `json:"organisations"`
	Count            *int             `json:"count"` // people; nil where nobody counted
}

// OrganisationType groups those who attend.
type OrganisationType string

// The types of organisations.
const (
	FromBoroughs  OrganisationType = "boroughs"
	FromDfE       OrganisationType = "dfe"
	FromHealth    OrganisationType = "health"
	FromPolice    OrganisationType = "police"
	FromOfsted    OrganisationType = "ofsted"
	FromVoluntary OrganisationType = "voluntary_sector"
	FromElsewhere OrganisationType = "other"
)
