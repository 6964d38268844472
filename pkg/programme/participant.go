package programme

// Participant is a person who holds a role for a borough or another organisation.
// No more is kept of them than is needed to invite them.
type Participant struct {
	Head
	Name         string
	Role         ParticipantRole
	Borough      *string `gorm:"column:borough_code"` // either a borough
	Organisation *string // or another organisation
	Email        *string // at work
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
