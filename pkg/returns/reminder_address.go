package returns

import (
	"net/mail"
	"strings"

	"peerchallenge/pkg/programme"
)

// ReminderAddress is an e-mail address to which a borough wants reminders of its
// returns to be sent.
type ReminderAddress struct {
	programme.Head
	Borough string `gorm:"column:borough_code"`
	Address string `audit:"withheld"`
}

// MostReminderAddresses is how many a borough may name.
const MostReminderAddresses = 5

// TableName names the table.
func (*ReminderAddress) TableName() string { return "reminder_addresses" }

// Noun implements [programme.Record].
func (*ReminderAddress) Noun() string { return "reminder-address" }

// Steps implements [programme.Record].
func (*ReminderAddress) Steps() []programme.Step { return []programme.Step{programme.Delete} }

// May implements [programme.Record]: a lead of the borough and the programme's team
// decide who is reminded.
func (a *ReminderAddress) May(actor programme.Actor, _ programme.Step) error {
	if actor.Is(programme.RoleProgramme) || actor.Leads(a.Borough) {
		return nil
	}
	return programme.NotYours("Only a lead of the borough or the programme's team may do this.")
}

// Name makes it the borough's and the team's to see, in the spelling in which no two
// are the same.
func (a *ReminderAddress) Name() {
	a.Audience = programme.Parties(a.Borough)
	if i := strings.LastIndexByte(a.Address, '@'); i > 0 {
		a.Address = a.Address[:i] + strings.ToLower(a.Address[i:])
	}
}

// Check implements [programme.Record].
func (a *ReminderAddress) Check() error {
	parsed, err := mail.ParseAddress(a.Address)
	if err != nil || parsed.Address != a.Address || parsed.Name != "" {
		return programme.Refuse([]programme.Fault{{Pointer: "/address", Code: programme.FaultFormat, Detail: "Give an e-mail address alone, such as returns@example.org."}})
	}
	return nil
}
