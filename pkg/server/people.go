package server

import (
	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

func attendeeOf(participant string, in api.AttendeeInput) programme.Attendee {
	return programme.Attendee{ParticipantID: &participant, Part: programme.TablePart(in.Part), Coming: programme.Coming(in.Coming)}
}

func attendanceRecorded(in api.MeetingInput) programme.MetAttendance {
	a := programme.MetAttendance{MetOn: in.MetOn, Came: in.CameIds, Others: make(programme.CountedRoles, len(list(in.Others)))}
	for i, o := range list(in.Others) {
		a.Others[i] = programme.CountedRole{Role: programme.ParticipantRole(o.Role), Count: o.Count}
	}
	return a
}

func attendeesWire(names nameplates, people []programme.Attendee) []api.Attendee {
	wire := make([]api.Attendee, len(people))
	for i, a := range people {
		wire[i] = api.Attendee{
			ParticipantId: a.ParticipantID, Name: a.Name, Role: api.ParticipantRole(a.Role), Borough: a.Borough, BoroughName: nameOf(names.borough, a.Borough),
			Organisation: a.Organisation, Part: api.TablePart(a.Part), Coming: api.Coming(a.Coming),
		}
	}
	return wire
}

func roleCountsWire(t *programme.Table) []api.RoleCount {
	counts := t.ByRole()
	wire := make([]api.RoleCount, len(counts))
	for i, c := range counts {
		wire[i] = api.RoleCount{Role: api.ParticipantRole(c.Role), Invited: c.Invited, Coming: c.Coming, Came: c.Came}
	}
	return wire
}

func participantCountsWire(counts programme.CountedRoles) []api.ParticipantCount {
	wire := make([]api.ParticipantCount, len(counts))
	for i, c := range counts {
		wire[i] = api.ParticipantCount{Role: api.ParticipantRole(c.Role), Count: c.Count}
	}
	return wire
}
