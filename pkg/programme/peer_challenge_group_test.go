package programme_test

import (
	"errors"
	"slices"
	"testing"

	"peerchallenge/pkg/programme"
)

// groupActor is somebody of the role; a borough's role needs the borough.
func groupActor(role programme.Role, borough string) programme.Actor {
	return programme.Actor{Subject: "x", Roles: []programme.Role{role}, Borough: borough}
}

// groupIn answers a group of Lambeth and Croydon in a challenge of October 2026.
func groupIn(state programme.ChallengeState) programme.PeerChallengeGroup {
	return programme.PeerChallengeGroup{
		Name: "Group 1", StartsOn: on("2026-10-06"), EndsOn: on("2026-10-08"), Table: programme.Table{People: programme.Attendees{{Role: programme.LeadMember}}},
		Members: []programme.GroupMember{{Borough: "E09000008", Role: programme.MemberVisitor}, {Borough: "E09000022", Role: programme.MemberHost, PresentsOn: on("2026-10-07")}},
		Challenge: programme.PeerChallenge{
			SubRegion: "south", Cycle: "2026-27", State: state, StartsOn: on("2026-10-05"), EndsOn: on("2026-10-16"),
		},
	}
}

func on(day programme.Date) *programme.Date { return &day }

// groupFaults answers what is wrong as "place code", or the code of another refusal.
func groupFaults(err error) []string {
	e, ok := errors.AsType[*programme.Error](err)
	if !ok {
		return nil
	}
	if e.Kind != programme.Invalid {
		return []string{string(e.Code)}
	}
	var faults []string
	for _, f := range e.Faults {
		faults = append(faults, f.Pointer+f.Parameter+" "+string(f.Code))
	}
	return faults
}

func TestGroupSteps(t *testing.T) {
	t.Parallel()
	allowed := map[programme.ChallengeState][]programme.Step{
		programme.ChallengePlanned:    {programme.Edit, programme.PutMember, programme.TakeMember, programme.NamePerson, programme.TakePerson, programme.AddEvent, programme.Delete},
		programme.ChallengePreparing:  {programme.Edit, programme.PutMember, programme.TakeMember, programme.NamePerson, programme.TakePerson, programme.AddEvent, programme.Delete},
		programme.ChallengeInProgress: {programme.Edit, programme.PutMember, programme.TakeMember, programme.NamePerson, programme.TakePerson, programme.RecordAttendance, programme.WriteNotes, programme.RecordFinding, programme.RaiseAsk, programme.AddEvent, programme.Delete},
		programme.ChallengeCompleted:  {programme.Edit, programme.RecordAttendance, programme.WriteNotes, programme.RecordFinding, programme.RaiseAsk, programme.AddEvent},
		programme.ChallengeClosed:     {programme.AddEvent},
		programme.ChallengeCancelled:  {programme.AddEvent},
	}
	for state, steps := range allowed {
		g := groupIn(state)
		for _, step := range slices.DeleteFunc(g.Steps(), ofWords) {
			err := g.May(groupActor(programme.RoleProgramme, ""), step)
			switch possible := slices.Contains(steps, step); {
			case possible && err != nil:
				t.Errorf("%s while %s: %v", step, state, err)
			case !possible && !slices.Equal(groupFaults(err), []string{"wrong_state"}):
				t.Errorf("%s while %s: %v", step, state, err)
			}
		}
	}
}

func TestGroupStepsAreTheTeamsButNotes(t *testing.T) {
	t.Parallel()
	g := groupIn(programme.ChallengeInProgress)
	for _, c := range []struct {
		actor  programme.Actor
		writes bool
	}{
		{groupActor(programme.RoleProgramme, ""), true},
		{groupActor(programme.RoleBoroughLead, "E09000022"), true},
		{groupActor(programme.RoleBoroughEditor, "E09000008"), true},
		{groupActor(programme.RoleBoroughSystem, "E09000022"), false},
		{groupActor(programme.RoleBoroughLead, "E09000028"), false},
		{groupActor(programme.RoleReporting, ""), false},
		{programme.Actor{}, false},
	} {
		if err := g.May(c.actor, programme.WriteNotes); (err == nil) != c.writes || err != nil && programme.KindOf(err) != programme.Forbidden {
			t.Errorf("%v writes notes: %v", c.actor.Names(), err)
		}
		if err := g.May(c.actor, programme.PutMember); (err == nil) != c.actor.Is(programme.RoleProgramme) {
			t.Errorf("%v puts a member: %v", c.actor.Names(), err)
		}
	}
	// The team may write the notes of a group without members too.
	g.Members = nil
	if err := g.May(groupActor(programme.RoleProgramme, ""), programme.WriteNotes); err != nil {
		t.Error(err)
	}
}

func TestGroupConfidants(t *testing.T) {
	t.Parallel()
	g := groupIn(programme.ChallengePlanned)
	for actor, want := range map[string]bool{"E09000022": true, "E09000008": true, "E09000028": false} {
		if got := g.Confidants().Includes(groupActor(programme.RoleBoroughSystem, actor)); got != want {
			t.Errorf("%s is a confidant: %v", actor, got)
		}
	}
	if g.Confidants().Includes(groupActor(programme.RoleReporting, "")) || !g.Confidants().Includes(groupActor(programme.RoleProgramme, "")) {
		t.Error("reporting tools are confidants, or the team is not")
	}
}

func TestGroupDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		first, last *programme.Date
		want        []string
	}{
		{on("2026-10-05"), on("2026-10-16"), nil},
		{on("2026-10-07"), on("2026-10-07"), nil},
		{nil, nil, nil},
		{on("2026-10-04"), on("2026-10-07"), []string{"/startsOn outside_challenge"}},
		{on("2026-10-07"), on("2026-10-17"), []string{"/endsOn outside_challenge"}},
		{on("2026-10-17"), on("2026-10-04"), []string{
			"/endsOn order", "/startsOn outside_challenge", "/endsOn outside_challenge", "/startsOn presentation_outside", "/endsOn presentation_outside",
		}},
		{on("2026-10-08"), nil, []string{"/startsOn presentation_outside"}},
		{nil, on("2026-10-06"), []string{"/endsOn presentation_outside"}},
	} {
		g := groupIn(programme.ChallengePlanned)
		g.StartsOn, g.EndsOn = c.first, c.last
		if got := groupFaults(g.Check()); !slices.Equal(got, c.want) {
			t.Errorf("%v: faults %v, want %v", c, got, c.want)
		}
	}
	g := groupIn(programme.ChallengePlanned)
	g.Challenge.StartsOn, g.Challenge.EndsOn = nil, nil
	if err := g.Check(); err != nil {
		t.Errorf("the challenge has no dates: %v", err)
	}
}

func TestGroupPutsAndTakes(t *testing.T) {
	t.Parallel()
	team := groupActor(programme.RoleProgramme, "")
	g := groupIn(programme.ChallengePlanned)
	before := g.Members
	if err := g.Put(team, programme.GroupMember{Borough: "E09000009", Role: programme.MemberHost, PresentsOn: on("2026-10-08")}); err != nil {
		t.Fatal(err)
	}
	if err := g.Put(team, programme.GroupMember{Borough: "E09000022", Role: programme.MemberObserver}); err != nil {
		t.Fatal(err)
	}
	if got := g.Boroughs(); !slices.Equal(got, []string{"E09000008", "E09000009", "E09000022"}) || g.Members[2].Role != programme.MemberObserver || g.Members[2].PresentsOn != nil {
		t.Errorf("members %+v", g.Members)
	}
	if len(before) != 2 || before[1].Role != programme.MemberHost {
		t.Error("the members were altered in their place")
	}
	if err := g.Take(team, "E09000008"); err != nil || !slices.Equal(g.Boroughs(), []string{"E09000009", "E09000022"}) {
		t.Errorf("after taking one: %v, %v", g.Boroughs(), err)
	}
	if err := g.Take(team, "E09000008"); programme.KindOf(err) != programme.NotFound {
		t.Errorf("taken twice: %v", err)
	}

	// In the middle of the challenge both need a reason, and a fault does not hide the other.
	g = groupIn(programme.ChallengeInProgress)
	if got := groupFaults(g.Put(team, programme.GroupMember{Borough: "E09000009", PresentsOn: on("2026-10-09")})); !slices.Equal(got, []string{"/presentsOn outside_group", "/reason reason_required"}) {
		t.Errorf("faults %v", got)
	}
	if got := groupFaults(g.Take(team, "E09000008")); !slices.Equal(got, []string{"/reason reason_required"}) {
		t.Errorf("faults %v", got)
	}
	team.Reason = "An inspection was announced"
	g = groupIn(programme.ChallengeInProgress)
	if err := errors.Join(g.Put(team, programme.GroupMember{Borough: "E09000009"}), g.Take(team, "E09000008")); err != nil {
		t.Error(err)
	}
}

// TestGroupPresentsWithinTheChallenge where the group has no dates of its own.
func TestGroupPresentsWithinTheChallenge(t *testing.T) {
	t.Parallel()
	team := groupActor(programme.RoleProgramme, "")
	g := groupIn(programme.ChallengePlanned)
	g.StartsOn, g.EndsOn = nil, nil
	if err := g.Put(team, programme.GroupMember{Borough: "E09000009", PresentsOn: on("2026-10-16")}); err != nil {
		t.Error(err)
	}
	if got := groupFaults(g.Put(team, programme.GroupMember{Borough: "E09000009", PresentsOn: on("2026-10-17")})); !slices.Equal(got, []string{"/presentsOn outside_group"}) {
		t.Errorf("faults %v", got)
	}
}

func TestBoroughsArePlacedOnceInTheirSubRegion(t *testing.T) {
	t.Parallel()
	boroughs := []programme.Borough{{Code: "E09000008", Name: "Croydon"}, {Code: "E09000022", Name: "Lambeth"}, {Code: "E09000030", Name: "Tower Hamlets"}}
	memberships := []programme.Membership{
		{Borough: "E09000008", SubRegion: "south", ValidFrom: "2012-04-01", ValidTo: on("2026-10-04")},
		{Borough: "E09000022", SubRegion: "south", ValidFrom: "2026-10-05"},
		{Borough: "E09000030", SubRegion: "east", ValidFrom: "2012-04-01"},
	}
	c := groupIn(programme.ChallengePlanned).Challenge
	faults := programme.NotInSubRegion(c, memberships, boroughs)
	if len(faults) != 2 || faults[0].Detail != "Croydon (E09000008) does not belong to the challenge's sub-region on 2026-10-05. Take it out of its group, with a reason." || faults[1].Code != "not_in_sub_region" {
		t.Errorf("faults %+v", faults)
	}
	p := programme.GroupingProposal{State: programme.ProposalOpen, Challenge: c}
	for _, placed := range []struct {
		boroughs []string
		want     []string
	}{
		{[]string{"E09000022", "E09000008"}, []string{"not_in_sub_region"}},
		{[]string{"E09000022"}, []string{"double_placement"}},
		{nil, nil},
	} {
		p.Result.Groups = []programme.ProposedGroup{{Boroughs: placed.boroughs}}
		p.Obstruct(memberships, []programme.PeerChallengeGroup{groupIn(programme.ChallengePlanned)}, boroughs)
		if got := groupFaults(programme.MayNow(&p, groupActor(programme.RoleProgramme, ""), programme.AcceptProposal, "2026-10-05")); !slices.Equal(got, placed.want) {
			t.Errorf("a proposal for %v is refused with %v, want %v", placed.boroughs, got, placed.want)
		}
	}
	err := programme.DoublePlacement([]programme.PeerChallengeGroup{groupIn(programme.ChallengePlanned)}, boroughs)
	e, ok := errors.AsType[*programme.Error](err)
	if !ok || e.Kind != programme.Conflict || e.Code != "double_placement" || len(e.Faults) != 2 ||
		e.Detail != `Croydon (E09000008) is in the group "Group 1" of this challenge already. Lambeth (E09000022) is in the group "Group 1" of this challenge already.` {
		t.Errorf("refused with %v", err)
	}
	if err := programme.DoublePlacement([]programme.PeerChallengeGroup{groupIn(programme.ChallengePlanned)}, boroughs[2:]); err != nil {
		t.Error(err)
	}
}

func TestChallengeKeepsItsGroups(t *testing.T) {
	t.Parallel()
	g := groupIn(programme.ChallengePlanned)
	was := g.Challenge
	c := was
	c.Title, c.StartsOn = "Another", on("2026-10-05")
	if c.Moved(was) {
		t.Error("another title moves it")
	}
	if err := c.Fits([]programme.PeerChallengeGroup{g}, nil); err != nil {
		t.Error(err)
	}
	c.StartsOn, c.EndsOn = on("2026-10-07"), on("2026-10-07")
	if !c.Moved(was) {
		t.Error("other days do not move it")
	}
	stranger := programme.Fault{Code: "not_in_sub_region", Detail: "x"}
	if got := groupFaults(c.Fits([]programme.PeerChallengeGroup{g}, []programme.Fault{stranger})); !slices.Equal(got, []string{"/startsOn groups_outside", "/endsOn groups_outside", "/subRegion not_in_sub_region"}) {
		t.Errorf("faults %v", got)
	}
	c.StartsOn = nil
	if !c.Moved(was) {
		t.Error("no first day does not move it")
	}
}

func TestTogetherNamesEveryFault(t *testing.T) {
	t.Parallel()
	a := programme.Refuse([]programme.Fault{{Pointer: "/a", Code: "x"}})
	b := programme.Refuse([]programme.Fault{{Pointer: "/b", Code: "y"}})
	if got := groupFaults(programme.Together(a, nil, b)); !slices.Equal(got, []string{"/a x", "/b y"}) {
		t.Errorf("faults %v", got)
	}
	if err := programme.Together(nil, nil); err != nil {
		t.Error(err)
	}
	conflict := programme.WrongState("No.")
	if err := programme.Together(a, conflict, b); !errors.Is(err, conflict) {
		t.Errorf("%v hides the conflict", err)
	}
}
