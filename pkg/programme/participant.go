package programme

import "time"

// Participant is a person who holds a role for a borough or another organisation.
// No more is kept of them than is needed to invite them.
type Participant struct {
	Head
	Name         string `audit:"withheld"`
	Role         ParticipantRole
	Borough      *string `gorm:"column:borough_code"` // either a borough
	Organisation *string // or another organisation
	Email        *string `audit:"withheld"` // at work
}

// ParticipantRole is what a participant does there.
type ParticipantRole string

// The roles of participants, by the sector's abbreviations.
const (
	DirectorOfChildrensServices ParticipantRole = "dcs"
	AssistantDirector           ParticipantRole = "ad"
	HeadOfService               ParticipantRole = "hos"
	PracticeLeader              ParticipantRole = "pl"
	PrincipalSocialWorker       ParticipantRole = "psw"
	LeadMember                  ParticipantRole = "lmcs"
	OtherRole                   ParticipantRole = "other"
)

// Noun implements [Record].
func (*Participant) Noun() string { return "participant" }

// Steps implements [Record].
func (*Participant) Steps() []Step { return []Step{Edit, Delete} }

// May implements [Record]: a borough keeps its own people, and the programme's
// team those of all.
func (p *Participant) May(actor Actor, _ Step) error {
	if p.Borough != nil && actor.Speaks(*p.Borough) || actor.Is(RoleProgramme) {
		return nil
	}
	return NotYours("A borough keeps its own people; others are kept by the programme's team.")
}

// Check implements [Record].
func (p *Participant) Check() error {
	if (p.Borough == nil) == (p.Organisation == nil) {
		return Refuse([]Fault{{Pointer: "/borough", Code: FaultOneOf, Detail: "A person belongs either to a borough or to another organisation; give one of the two."}})
	}
	return nil
}

// Readers answers the person's audience: their borough and the programme's team.
func (p *Participant) Readers() Audience {
	if p.Borough == nil {
		return TeamOnly()
	}
	return Parties(*p.Borough)
}

// ParticipantFilter leaves those participants of a list that agree with every
// member that is given.
type ParticipantFilter struct {
	Search       string // part of the name or the organisation
	Borough      *string
	Role         *ParticipantRole
	UpdatedSince *time.Time
}
