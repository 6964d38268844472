package programme

// PeerChallengeGroup is some of a challenge's boroughs that meet to challenge each
// other. That it is there, and who belongs to it, everybody may see; its link and
// notes belong to its members and the programme's team.
type PeerChallengeGroup struct {
	Head
	PeerChallengeID string
	Name            string
	StartsOn        *Date
	EndsOn          *Date // last day
	Venue           *string
	Link            *string       // of an online meeting
	Notes           *string       // what was said, in the members' words
	Members         []GroupMember `gorm:"serializer:json"`
	Illustrative    *string       // what of it is an example and no fact
}

// GroupMember is a borough in a group.
type GroupMember struct {
	Borough    string     `json:"borough"`
	Role       MemberRole `json:"role"`
	PresentsOn *Date      `json:"presentsOn"` // when it presents its self-evaluation and data
}

// MemberRole is what a borough does in its group.
type MemberRole string

// The roles of members.
const (
	MemberHost        MemberRole = "host"
	MemberVisitor     MemberRole = "visitor"
	MemberObserver    MemberRole = "observer"
	MemberFacilitator MemberRole = "facilitator"
)

// Boroughs answers the codes of the group's members.
func (g *PeerChallengeGroup) Boroughs() []string {
	codes := make([]string, len(g.Members))
	for i, m := range g.Members {
		codes[i] = m.Borough
	}
	return codes
}

// Forum is the group as the place where things are found and said, within its
// challenge.
func (g *PeerChallengeGroup) Forum(c PeerChallenge) Forum {
	boroughs := g.Boroughs()
	return Forum{Boroughs: boroughs, Finders: boroughs, Records: c.Records(), Answers: c.Records()}
}
