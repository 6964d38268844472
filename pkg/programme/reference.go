package programme

import (
	"fmt"
	"slices"
	"time"
)

// Programme describes the whole programme: the words of its public page.
// There is exactly one.
type Programme struct {
	ID          int `gorm:"primaryKey"` // always 1
	Name        string
	Summary     []string  `gorm:"serializer:json"` // paragraphs
	Goals       []string  `gorm:"serializer:json"`
	Contacts    []Contact `audit:"withheld"       gorm:"serializer:json"`
	Attribution string    // the licence line that published data must carry

	InterviewGroups      []InterviewGroup      `gorm:"serializer:json"` // the template of the notes of reviews
	PreparationTemplates []PreparationTemplate `gorm:"serializer:json"` // what is asked for before a challenge, a review or an event
	ReviewClocks         ReviewClocks          `gorm:"serializer:json"` // by when what follows a review's fieldwork is expected
	Version              int64
	UpdatedAt            time.Time
}

// InterviewGroup is whom a visiting team meets in a review, and what it asks them.
type InterviewGroup struct {
	Name      string   `json:"name"`
	Questions []string `json:"questions"`
}

// Check refuses interview groups of which two have one name, and clocks that run backwards.
func (p *Programme) Check() error {
	names := make([]string, len(p.InterviewGroups))
	for i, g := range p.InterviewGroups {
		names[i] = g.Name
	}
	return Refuse(append(repeated("/interviewGroups", names), append(p.ReviewClocks.faults(), templateFaults(p.PreparationTemplates)...)...))
}

// EndedBefore says so, with its name, where the priority has ended before the day.
func (p Priority) EndedBefore(day Date) []Fault {
	if p.ValidTo == nil || *p.ValidTo >= day {
		return nil
	}
	return []Fault{{Pointer: "/priorityId", Code: FaultEnded, Detail: fmt.Sprintf("The priority %q ended on %s, before %s; choose one that stands then, or none.", p.Name, *p.ValidTo, day)}}
}

// Contact is a person whom the programme's page names.
type Contact struct {
	Role         string `json:"role"`
	Name         string `json:"name"`
	Organisation string `json:"organisation"`
	Email        string `json:"email"`
}

// Priority is one of the directors' priority areas. They were renamed over the
// years, so they are data.
type Priority struct {
	ID          string `gorm:"primaryKey"` // UUIDv7
	Name        string
	Description string
	ValidFrom   Date
	ValidTo     *Date // last day, nil while it stands
	Version     int64
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// SubRegion is a group of neighbouring boroughs that challenge each other.
type SubRegion struct {
	Slug        string `gorm:"primaryKey"`
	Name        string
	Description string
	Version     int64
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Membership says that a borough belongs to a sub-region between two dates,
// both included. A borough belongs to one sub-region at a time.
type Membership struct {
	ID        string `gorm:"primaryKey"` // UUIDv7
	SubRegion string `gorm:"column:sub_region_slug"`
	Borough   string `gorm:"column:borough_code"`
	ValidFrom Date
	ValidTo   *Date
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Holds reports whether the membership is in force on the date.
func (m Membership) Holds(on Date) bool {
	return m.ValidFrom <= on && (m.ValidTo == nil || on <= *m.ValidTo)
}

// Borough is an authority that takes part in the programme.
type Borough struct {
	Code       string `gorm:"primaryKey"` // GSS code, E09000022
	Name       string
	ShortName  string
	LIIACode   string `gorm:"column:liia_code"` // the alliance's three letters
	InnerOuter string // the part of its region, as the DfE's files group them
	Version    int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Authority is an English local authority with children's services, present
// or abolished.
type Authority struct {
	Code       string `gorm:"primaryKey"` // GSS code
	DfECode    string `gorm:"column:dfe_code"`
	Name       string
	RegionCode string
	RegionName string
	ValidFrom  *Date // nil where it is older than the data
	ValidTo    *Date // last day, nil while it stands
	Version    int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Holds reports whether the authority existed on the date.
func (a Authority) Holds(on Date) bool {
	return (a.ValidFrom == nil || *a.ValidFrom <= on) && (a.ValidTo == nil || on <= *a.ValidTo)
}

// SubRegionOn answers the slug of the borough's sub-region on the date, or "".
func SubRegionOn(memberships []Membership, borough string, on Date) string {
	i := slices.IndexFunc(memberships, func(m Membership) bool { return m.Borough == borough && m.Holds(on) })
	if i < 0 {
		return ""
	}
	return memberships[i].SubRegion
}

// Check refuses a priority that ends before it begins.
func (p Priority) Check() error { return Refuse(InOrder("/validTo", &p.ValidFrom, p.ValidTo)) }

// Holds reports whether the priority stands on the date.
func (p Priority) Holds(on Date) bool {
	return p.ValidFrom <= on && (p.ValidTo == nil || on <= *p.ValidTo)
}

// Check refuses a membership that ends before it begins.
func (m Membership) Check() error { return Refuse(InOrder("/validTo", &m.ValidFrom, m.ValidTo)) }

// Check refuses an authority that ends before it begins.
func (a Authority) Check() error { return Refuse(InOrder("/validTo", a.ValidFrom, a.ValidTo)) }

// SharesNumber reports whether both authorities have the same number of the
// Department on some day. A number names one authority at a time.
func (a Authority) SharesNumber(b Authority) bool {
	return a.DfECode == b.DfECode && (a.ValidFrom == nil || b.ValidTo == nil || *a.ValidFrom <= *b.ValidTo) &&
		(b.ValidFrom == nil || a.ValidTo == nil || *b.ValidFrom <= *a.ValidTo)
}
