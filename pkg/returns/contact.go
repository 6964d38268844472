package returns

import "peerchallenge/pkg/programme"

// Contact is one conversation with a borough about its return: when, how, and what
// was promised. It is the team's own notebook.
type Contact struct {
	programme.Head
	Quarter       string `gorm:"column:quarter_code"`
	Borough       string `gorm:"column:borough_code"`
	ContactedOn   programme.Date
	Channel       Channel
	Promised      *string         `audit:"withheld"` // what, in words
	PromisedBy    *string         // the role of whoever promised; never a name
	PromisedUntil *programme.Date // the day by which

	Illustrative bool `gorm:"-" json:"-"` // the quarter's figures are made up

	// Today is the day on which it is written down.
	Today programme.Date `gorm:"-" json:"-"`
}

// Channel is how somebody was reached.
type Channel string

// The channels.
const (
	ByEmail   Channel = "email"
	ByPhone   Channel = "phone"
	ByMeeting Channel = "meeting"
	ByLetter  Channel = "letter"
	ByOther   Channel = "other"
)

// AboutQuarter answers about which quarter it was, and where it says whether that is made up.
func (c *Contact) AboutQuarter() (code string, illustrative *bool) { return c.Quarter, &c.Illustrative }

// Noun implements [programme.Record].
func (*Contact) Noun() string { return "contact" }

// Steps implements [programme.Record].
func (*Contact) Steps() []programme.Step { return []programme.Step{programme.Edit, programme.Delete} }

// May implements [programme.Record].
func (*Contact) May(actor programme.Actor, _ programme.Step) error { return programme.TeamMay(actor) }

// Log writes the contact down, for the team alone.
func (c *Contact) Log(q *Quarter, today programme.Date) {
	c.Quarter, c.Illustrative, c.Audience, c.Today = q.Code, q.Illustrative, programme.TeamOnly(), today
}

// Check implements [programme.Record].
func (c *Contact) Check() error {
	var faults []programme.Fault
	if c.Today != "" && c.ContactedOn > c.Today {
		faults = append(faults, programme.Fault{Pointer: "/contactedOn", Code: programme.FaultNotYet, Detail: "A contact is written down once it has been made."})
	}
	if c.Promised == nil && (c.PromisedBy != nil || c.PromisedUntil != nil) {
		faults = append(faults, programme.Fault{Pointer: "/promised", Code: programme.FaultRequired, Detail: "Say what was promised."})
	}
	if c.PromisedUntil != nil && *c.PromisedUntil < c.ContactedOn {
		faults = append(faults, programme.Fault{Pointer: "/promisedUntil", Code: programme.FaultOrder, Detail: "The promised day must not be before the contact."})
	}
	return programme.Refuse(faults)
}
