package programme_test

import (
	"slices"
	"testing"

	"peerchallenge/pkg/programme"
)

func personOf(id, borough string, role programme.ParticipantRole) programme.Participant {
	p := programme.Participant{Head: programme.Head{ID: id}, Name: "Name of " + id, Role: role}
	if borough == "" {
		p.Organisation = new("A trust")
	} else {
		p.Borough = &borough
	}
	return p
}

// TestWhoIsSeated: a borough seats its own people, members come from the group's boroughs, and
// observers from anywhere.
func TestWhoIsSeated(t *testing.T) {
	t.Parallel()
	group := []string{lambeth, croydon}
	lead, team := person(programme.RoleBoroughLead, lambeth), person(programme.RoleProgramme, "")
	for name, c := range map[string]struct {
		actor   programme.Actor
		p       programme.Participant
		part    programme.TablePart
		members []string
		want    programme.Kind
		faults  []string
	}{
		"its own":                    {lead, personOf("a", lambeth, programme.LeadMember), programme.PartMember, group, 0, nil},
		"another's":                  {lead, personOf("a", croydon, programme.LeadMember), programme.PartMember, group, programme.Forbidden, nil},
		"the team anybody":           {team, personOf("a", croydon, programme.LeadMember), programme.PartMember, group, 0, nil},
		"a member from elsewhere":    {team, personOf("a", "E09000030", programme.LeadMember), programme.PartMember, group, programme.Invalid, []string{"/part not_in_group"}},
		"a member of no borough":     {team, personOf("a", "", programme.OtherRole), programme.PartMember, group, programme.Invalid, []string{"/part not_in_group"}},
		"an observer from elsewhere": {team, personOf("a", "E09000030", programme.LeadMember), programme.PartObserver, group, 0, nil},
		"a facilitator of none":      {team, personOf("a", "", programme.OtherRole), programme.PartFacilitator, group, 0, nil},
		"at an event of everybody":   {team, personOf("a", "E09000030", programme.LeadMember), programme.PartMember, nil, 0, nil},
	} {
		var table programme.Table
		err := table.Seat(c.actor, c.p, c.part, programme.Invited, c.members)
		if c.want == 0 && (err != nil || len(table.People) != 1) || c.want != 0 && (programme.KindOf(err) != c.want || len(table.People) != 0) || !slices.Equal(milestoneFaults(err), c.faults) {
			t.Errorf("%s: %v with %+v", name, err, table.People)
		}
	}
}

// TestWhoCameIsCounted: by role, with those who are not named; what nobody counted is not
// known, and who is removed stays counted.
func TestWhoCameIsCounted(t *testing.T) {
	t.Parallel()
	team := person(programme.RoleProgramme, "")
	day, today := programme.Date("2026-10-05"), programme.Date("2026-10-06")
	var table programme.Table
	for _, p := range []programme.Participant{
		personOf("a", lambeth, programme.DirectorOfChildrensServices), personOf("b", croydon, programme.DirectorOfChildrensServices), personOf("c", croydon, programme.HeadOfService),
	} {
		if err := table.Seat(team, p, programme.PartMember, programme.IsComing, nil); err != nil {
			t.Fatal(err)
		}
	}
	moved := personOf("c", lambeth, programme.PracticeLeader)
	if !table.FollowPerson(moved) || table.FollowPerson(moved) || table.People[2].Role != programme.PracticeLeader {
		t.Errorf("before the day a person is who they are: %+v", table.People)
	}
	for name, c := range map[string]struct {
		a      programme.MetAttendance
		faults []string
	}{
		"nobody here":     {programme.MetAttendance{Came: []string{"a", "x"}}, []string{"/cameIds/1 unknown_value"}},
		"twice":           {programme.MetAttendance{Came: []string{"a", "a"}}, []string{"/cameIds/1 repeated"}},
		"a role twice":    {programme.MetAttendance{Others: programme.CountedRoles{{Role: "dcs"}, {Role: "dcs"}}}, []string{"/others/1/role repeated"}},
		"too early":       {programme.MetAttendance{MetOn: new(programme.Date("2026-10-04"))}, []string{"/metOn not_yet"}},
		"in the future":   {programme.MetAttendance{MetOn: new(programme.Date("2026-10-07"))}, []string{"/metOn in_future"}},
		"all of it wrong": {programme.MetAttendance{MetOn: new(programme.Date("2026-10-07")), Came: []string{"x"}}, []string{"/metOn in_future", "/cameIds/0 unknown_value"}},
	} {
		before := table
		if got := milestoneFaults(table.Record(c.a, &day, &day, today)); !slices.Equal(got, c.faults) || table.MetOn != nil || !slices.Equal(before.People, table.People) {
			t.Errorf("%s: %v, want %v", name, got, c.faults)
		}
	}
	counts := func(want ...string) {
		t.Helper()
		var got []string
		for _, c := range table.ByRole() {
			came := "unknown"
			if c.Came != nil {
				came = string(rune('0' + *c.Came))
			}
			got = append(got, string(c.Role)+" "+string(rune('0'+c.Invited))+" "+string(rune('0'+c.Coming))+" "+came)
		}
		if !slices.Equal(got, want) {
			t.Errorf("counted are %v, want %v", got, want)
		}
	}
	counts("dcs 2 2 unknown", "pl 1 1 unknown")
	if err := table.Record(programme.MetAttendance{Came: []string{"a"}, Others: programme.CountedRoles{{Role: "hos", Count: new(2)}, {Role: "pl"}}}, &day, &day, today); err != nil || *table.MetOn != day {
		t.Fatal(err, table.MetOn)
	}
	counts("dcs 2 2 1", "hos 0 0 2", "pl 1 1 unknown")
	if table.FollowPerson(personOf("a", croydon, programme.OtherRole)) {
		t.Error("who came is another afterwards")
	}
	table.Forget("a")
	table.Forget("b")
	counts("dcs 1 1 1", "hos 0 0 2", "pl 1 1 unknown")
	if err := table.Record(programme.MetAttendance{Came: []string{"c"}, Others: programme.CountedRoles{}}, &day, &day, today); err != nil {
		t.Fatal(err)
	}
	counts("dcs 1 1 1", "pl 1 1 1") // who came and was removed stays counted
	if shown := table.PeopleFor(person(programme.RoleBoroughEditor, lambeth), false); len(shown) != 2 || shown[0].Name != nil || *shown[1].ParticipantID != "c" {
		t.Errorf("a borough that is not at the table knows %+v", shown)
	}
	if shown := table.PeopleFor(person(programme.RoleReporting, ""), false); len(shown) != 0 {
		t.Errorf("a report knows %+v", shown)
	}
}

// TestWhatGroupsCountAMilestoneCounts: a total of which a part is not known is not known.
func TestWhatGroupsCountAMilestoneCounts(t *testing.T) {
	t.Parallel()
	day := programme.Date("2026-10-05")
	met := func(others ...programme.CountedRole) programme.PeerChallengeGroup {
		return programme.PeerChallengeGroup{Table: programme.Table{MetOn: &day, Attendance: others}}
	}
	dcs := func(n *int) programme.CountedRole { return programme.CountedRole{Role: "dcs", Count: n} }
	for name, c := range map[string]struct {
		groups []programme.PeerChallengeGroup
		want   []programme.CountedRole
		total  *int
	}{
		"no group":            {nil, nil, nil},
		"none has met":        {[]programme.PeerChallengeGroup{{}, {}}, nil, nil},
		"all are counted":     {[]programme.PeerChallengeGroup{met(dcs(new(3))), met(dcs(new(2)))}, []programme.CountedRole{dcs(new(5))}, new(5)},
		"one has not met":     {[]programme.PeerChallengeGroup{met(dcs(new(3))), {}}, []programme.CountedRole{dcs(nil)}, nil},
		"one did not count":   {[]programme.PeerChallengeGroup{met(dcs(new(3))), met(dcs(nil))}, []programme.CountedRole{dcs(nil)}, nil},
		"nobody of a role":    {[]programme.PeerChallengeGroup{met(dcs(new(0)))}, nil, nil},
		"only roles are said": {[]programme.PeerChallengeGroup{{Table: programme.Table{Attendance: programme.CountedRoles{dcs(nil)}}}}, []programme.CountedRole{dcs(nil)}, nil},
	} {
		m := programme.MilestoneOfChallenge(programme.PeerChallenge{}, c.groups)
		if !slices.EqualFunc(m.ParticipantsByRole, c.want, func(a, b programme.CountedRole) bool { return a.Role == b.Role && programme.Same(a.Count, b.Count) }) || !programme.Same(m.Participants, c.total) {
			t.Errorf("%s: %+v, %v", name, m.ParticipantsByRole, m.Participants)
		}
	}
}
