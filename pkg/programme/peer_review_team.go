package programme

import (
	"fmt"
	"slices"
	"strconv"
)

// TeamMember is one of the people of a review's team. Until fieldwork begins, role and
// organisation are the person's of today; the team that does it keeps those of that day.
// When a participant is removed, they stay and the person is nobody any more.
type TeamMember struct {
	ParticipantID *string         `json:"participantId"`
	Role          ParticipantRole `json:"role"`
	Borough       *string         `json:"borough"`
	Organisation  *string         `json:"organisation"`
	Lead          bool            `json:"lead"`
	Name          *string         `json:"-"` // read with the review, never kept in it
}

// Choose makes a team of the chosen members. Who belongs to it already keeps role
// and organisation; of the others these are not known yet.
func (r *PeerReview) Choose(chosen []TeamMember) {
	team := make([]TeamMember, len(chosen))
	for i, m := range chosen {
		team[i] = m
		for _, present := range r.Team {
			if present.ParticipantID != nil && m.ParticipantID != nil && *present.ParticipantID == *m.ParticipantID {
				team[i], team[i].Lead = present, m.Lead
			}
		}
	}
	r.Team = team
}

// Join gives the member the person's role and organisation as they are today.
func (m *TeamMember) Join(p Participant) {
	m.Role, m.Borough, m.Organisation, m.Name = p.Role, p.Borough, p.Organisation, &p.Name
}

// Follow lets the team of a review whose fieldwork has not begun know who the person is
// now, and reports whether that is another than before. Whoever reads the review from then
// on is another too, see [PeerReview.Readers].
func (r *PeerReview) Follow(p Participant) bool {
	if r.afterPreparation() {
		return false
	}
	changed := false
	r.Team = slices.Clone(r.Team)
	for i := range r.Team {
		m := &r.Team[i]
		if m.ParticipantID == nil || *m.ParticipantID != p.ID || m.Role == p.Role && Same(m.Borough, p.Borough) && Same(m.Organisation, p.Organisation) {
			continue
		}
		m.Join(p)
		changed = true
	}
	r.Audience = r.Readers()
	return changed
}

// Leave makes nobody of the person in the team.
func (r *PeerReview) Leave(participant string) {
	r.Team = slices.Clone(r.Team)
	for i := range r.Team {
		if id := r.Team[i].ParticipantID; id != nil && *id == participant {
			r.Team[i].ParticipantID, r.Team[i].Name = nil, nil
		}
	}
}

func (r *PeerReview) teamFaults() []Fault {
	var faults []Fault
	lead, seen := false, map[string]bool{}
	for i, m := range r.Team {
		at := "/team/" + strconv.Itoa(i)
		if m.ParticipantID != nil {
			if m.Role == "" {
				faults = append(faults, Unknown(at+"/participantId", "There is no such participant."))
			}
			if seen[*m.ParticipantID] {
				faults = append(faults, Fault{Pointer: at + "/participantId", Code: FaultRepeated, Detail: "This person is in the team already."})
			}
			seen[*m.ParticipantID] = true
		}
		if !r.HostJoined {
			faults = append(faults, m.fromHost(at, r.Host)...)
		}
		if m.Lead && lead {
			faults = append(faults, Fault{Pointer: at + "/lead", Code: FaultSecondLead, Detail: "A team has one lead."})
		}
		lead = lead || m.Lead
	}
	return faults
}

// fromHost refuses a member who comes from the borough that is visited.
func (m *TeamMember) fromHost(at, host string) []Fault {
	if m.Borough == nil || *m.Borough != host {
		return nil
	}
	return []Fault{{Pointer: at, Code: FaultFromHost, Detail: m.called() + " comes from the host; nobody of the host belongs to the team."}}
}

func (m *TeamMember) called() string {
	if m.Name == nil {
		return "This person"
	}
	return *m.Name
}

func (m *TeamMember) mayLead() bool {
	return m.Lead && (m.Role == DirectorOfChildrensServices || m.Role == AssistantDirector)
}

// missingForFieldwork names everything without which fieldwork does not begin.
func (r *PeerReview) missingForFieldwork() []Fault {
	var faults []Fault
	need := func(is bool, pointer string, code FaultCode, detail string) {
		if !is {
			faults = append(faults, Fault{Pointer: pointer, Code: code, Detail: detail})
		}
	}
	need(!blank(r.Scope), "/scope", FaultNoScope, "Fieldwork needs a scope.")
	need(r.ScopeAgreedOn != nil, "/scopeAgreedOn", FaultScopeNotAgreed, "Host and programme must have agreed on the scope.")
	need(len(r.KLOEs) > 0, "/kloes", FaultNoKLOE, "Fieldwork needs a key line of enquiry.")
	need(len(r.FieldworkDays) > 0, "/fieldworkDays", FaultNoFieldworkDays, "Fieldwork needs its days.")
	need(smallestTeam <= len(r.Team) && len(r.Team) <= largestTeam, "/team", FaultTeamSize, fmt.Sprintf("The team has %d to %d people.", smallestTeam, largestTeam))
	lead := slices.IndexFunc(r.Team, func(m TeamMember) bool { return m.Lead })
	need(lead >= 0, "/team", FaultNoLead, "The team needs a lead who is DCS or AD.")
	if lead >= 0 && !r.Team[lead].mayLead() {
		need(false, "/team", FaultNoLead, fmt.Sprintf("The team needs a lead who is DCS or AD; %s is neither.", r.Team[lead].called()))
	}
	for i := range r.Team {
		faults = append(faults, r.Team[i].fromHost("/team/"+strconv.Itoa(i), r.Host)...)
	}
	return faults
}

// Equip notes whether the review has what fieldwork needs. What it had when it
// was read, no change from fieldwork on may take away; and who has moved to the host
// since they joined keeps fieldwork from beginning, and no other change.
func (r *PeerReview) Equip() {
	r.Equipped = len(r.missingForFieldwork()) == 0
	r.HostJoined = slices.Contains(r.Visitors(), r.Host)
}
