package programme

import "time"

// ReadKey is a long-lived key with which a spreadsheet or a dashboard reads what all
// of the programme may see.
type ReadKey struct {
	Head
	Name       string
	Borough    *string `gorm:"column:borough_code"` // whose key it is; nil for the programme's
	OwnFigures bool    // whether it shows beside the common view its own borough's true figures
	ExpiresAt  *time.Time
	Hint       string // its first characters

	LastUsedAt *time.Time `gorm:"-" json:"-"`
}

// Noun implements [Record].
func (*ReadKey) Noun() string { return "read-key" }

// Steps implements [Record].
func (*ReadKey) Steps() []Step { return []Step{Edit, Delete} }

// May implements [Record]: a director keeps the keys of their own borough, and the
// programme's team its own. The team may end any key, but not decide what a
// borough's key shows of the borough.
func (k *ReadKey) May(actor Actor, step Step) error {
	switch {
	case k.Borough != nil && actor.Leads(*k.Borough):
		return nil
	case actor.Is(RoleProgramme) && (k.Borough == nil || step == Delete):
		return nil
	}
	return NotYours("A borough's director keeps the borough's read keys, and the programme's team its own; the team may end any.")
}

// Check implements [Record].
func (k *ReadKey) Check() error {
	if k.OwnFigures && k.Borough == nil {
		return Refuse([]Fault{{Pointer: "/ownFigures", Code: FaultNotAllowed, Detail: "Only a borough's key shows the borough's own figures."}})
	}
	return nil
}

// Readers answers the key's audience: the borough whose key it is, and the team.
func (k *ReadKey) Readers() Audience {
	if k.Borough == nil {
		return TeamOnly()
	}
	return Parties(*k.Borough)
}

// Ended reports whether the key reads nothing more.
func (k *ReadKey) Ended(now time.Time) bool { return k.ExpiresAt != nil && !now.Before(*k.ExpiresAt) }

// Actor is who reads with the key: a reporting tool, and nothing more.
func (k *ReadKey) Actor() Actor {
	actor := Actor{Issuer: ReadKeyIssuer, Subject: k.ID, Roles: []Role{RoleReporting}, OwnFigures: k.OwnFigures, ReadOnly: true}
	if k.Borough != nil {
		actor.Borough = *k.Borough
	}
	return actor
}

// ReadKeyIssuer is who vouches for read keys: this service itself. It is no address,
// so that no issuer of tokens has the name.
const ReadKeyIssuer = "read-key"

// ReadKeyFilter leaves those keys of a list that agree with every member that is
// given.
type ReadKeyFilter struct {
	Borough      *string
	UpdatedSince *time.Time
}
