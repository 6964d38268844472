package seed

import "peerchallenge/pkg/programme"

// proposedTemplates are what the service itself proposes to ask for before a challenge, a review
// and an event: plain sense, and nobody's practice. The programme sets its own.
func proposedTemplates() []programme.PreparationTemplate {
	ours := new("A proposal of this service; the programme sets its own.")
	line := func(days int, who programme.Preparing, task string) programme.PreparationLine {
		return programme.PreparationLine{Task: task, DaysBefore: days, Who: who}
	}
	return []programme.PreparationTemplate{
		{Name: "Peer challenge", For: programme.ForChallenge, Source: ours, Lines: []programme.PreparationLine{
			line(28, programme.PreparedByMembers, "Share the self-evaluation with the group"),
			line(14, programme.PreparedByMembers, "Name who takes part"),
		}},
		{Name: "Peer review", For: programme.ForReview, Source: ours, Lines: []programme.PreparationLine{
			line(28, programme.PreparedByMembers, "Confirm that the team's people are released for the fieldwork"),
			line(14, programme.PreparedByHost, "Send the team the timetable of interviews"),
			line(7, programme.PreparedByTeam, "Agree who meets whom"),
		}},
		{Name: "Event", For: programme.ForEvent, Source: ours, Lines: []programme.PreparationLine{
			line(28, programme.PreparedByProgramme, "Send the invitations"),
			line(7, programme.PreparedByMembers, "Name who comes"),
		}},
	}
}
