package programme_test

import (
	"slices"
	"testing"

	"peerchallenge/pkg/programme"
)

func TestProposalIsAcceptedOnce(t *testing.T) {
	t.Parallel()
	team := groupActor(programme.RoleProgramme, "")
	p := programme.GroupingProposal{State: programme.ProposalOpen, Challenge: programme.PeerChallenge{State: programme.ChallengePreparing}}
	if err := p.May(team, programme.AcceptProposal); err != nil {
		t.Error(err)
	}
	if got := groupFaults(p.May(groupActor(programme.RoleBoroughLead, "E09000022"), programme.AcceptProposal)); !slices.Equal(got, []string{"not_yours"}) {
		t.Errorf("a borough is refused with %v", got)
	}
	p.Challenge.State = programme.ChallengeInProgress
	if got := groupFaults(p.May(team, programme.AcceptProposal)); !slices.Equal(got, []string{"wrong_state"}) {
		t.Errorf("while in progress: %v", got)
	}
	p.Challenge.State, p.State = programme.ChallengePlanned, programme.ProposalAccepted
	if got := groupFaults(p.May(team, programme.AcceptProposal)); !slices.Equal(got, []string{"wrong_state"}) {
		t.Errorf("a second time: %v", got)
	}
}

func TestProposalComparesInAPeriod(t *testing.T) {
	t.Parallel()
	period := "2024-25"
	for _, c := range []struct {
		period     *string
		indicators []string
		want       []string
	}{
		{nil, nil, nil},
		{&period, []string{"REREF_PCT", "CIN_RATE"}, nil},
		{nil, []string{"REREF_PCT", "REREF_PCT"}, []string{"/indicators/1 repeated", "/period required"}},
		{&period, nil, []string{"/indicators required"}},
	} {
		p := programme.GroupingProposal{Period: c.period, Indicators: c.indicators}
		if got := groupFaults(p.Check()); !slices.Equal(got, c.want) {
			t.Errorf("%v: faults %v, want %v", c, got, c.want)
		}
	}
}

func TestProposalMakesGroups(t *testing.T) {
	t.Parallel()
	p := programme.GroupingProposal{PeerChallengeID: "c", Sizes: []int{2, 2}, Weights: programme.GroupingWeights{Repeat: 1}, Conflicts: [][2]string{{"a", "b"}}}
	met := programme.PeerChallengeGroup{Members: []programme.GroupMember{{Borough: "a"}, {Borough: "c"}, {Borough: "z"}}}
	past := met.Pairings(2)
	if want := []programme.Pairing{{A: "a", B: "c", CyclesAgo: 2}, {A: "a", B: "z", CyclesAgo: 2}, {A: "c", B: "z", CyclesAgo: 2}}; !slices.Equal(past, want) {
		t.Errorf("pairings %v", past)
	}
	if err := p.Propose([]string{"a", "b", "c", "d"}, past, nil); err != nil {
		t.Fatal(err)
	}
	// a must not meet b, and has met c.
	groups, days, err := p.Accepted(programme.GroupingAcceptance{}, []string{"Group 1", "Group 3"})
	if err != nil || len(days) != 0 || len(groups) != 2 || groups[0].Name != "Group 2" || groups[1].Name != "Group 4" {
		t.Fatalf("groups %+v", groups)
	}
	if !slices.Equal(groups[0].Boroughs(), []string{"a", "d"}) || !slices.Equal(groups[1].Boroughs(), []string{"b", "c"}) {
		t.Errorf("members %v and %v", groups[0].Boroughs(), groups[1].Boroughs())
	}
	if g := groups[0]; g.PeerChallengeID != "c" || g.Members[0].Role != programme.MemberVisitor || g.Illustrative != nil || !slices.Equal(g.Audience, programme.Everyone()) {
		t.Errorf("group %+v", g)
	}
	if got := p.Boroughs(); !slices.Equal(got, []string{"a", "d", "b", "c"}) {
		t.Errorf("places %v", got)
	}
}

// TestProposalMakesGroupsAsAskedFor: names, days, places and challenge days, and every fault of
// them at once.
func TestProposalMakesGroupsAsAskedFor(t *testing.T) {
	t.Parallel()
	p := programme.GroupingProposal{PeerChallengeID: "c", Sizes: []int{2, 2}, Challenge: programme.PeerChallenge{StartsOn: on("2026-10-05"), EndsOn: on("2026-10-16"), Cycle: "2026-27"}}
	if err := p.Propose([]string{"a", "b", "c", "d"}, nil, nil); err != nil {
		t.Fatal(err)
	}
	name, venue := "The river group", "City Hall"
	groups, days, err := p.Accepted(programme.GroupingAcceptance{Place: "South London", Groups: []programme.AcceptedGroup{
		{StartsOn: on("2026-10-06"), Venue: &venue, Day: &programme.ChallengeDayTimes{StartTime: new("09:30"), EndTime: new("16:00")}}, {Name: &name},
	}}, nil)
	if err != nil || groups[0].Name != "South London group 1" || *groups[0].EndsOn != "2026-10-06" || groups[1].Name != name || groups[1].StartsOn != nil || len(days) != 1 {
		t.Fatalf("%v: %+v, %v", err, groups, days)
	}
	if e := days[0]; e.Title != "Challenge day: South London group 1" || e.Kind != programme.ChallengeDay || e.StartsOn != "2026-10-06" || *e.EndTime != "16:00" || *e.Venue != venue || *e.PeerChallengeID != "c" {
		t.Errorf("%+v", e)
	}
	taken := "Taken"
	_, _, err = p.Accepted(programme.GroupingAcceptance{Groups: []programme.AcceptedGroup{
		{Name: &taken, StartsOn: on("2026-09-30"), Day: &programme.ChallengeDayTimes{StartTime: new("09:30")}}, {Name: &taken, Day: &programme.ChallengeDayTimes{}}, {},
	}}, []string{taken})
	want := []string{
		"/groups/0/name exists", "/groups/1/name exists", "/groups/2 too_many", "/groups/0/startsOn outside_challenge", "/groups/0/endsOn outside_challenge", "/groups/0/challengeDay/endTime both_times", "/groups/1/startsOn required",
	}
	if got := groupFaults(err); !slices.Equal(got, want) {
		t.Errorf("faults %v, want %v", got, want)
	}
}

// TestProposalFaultsPointIntoTheQuestion: the boroughs are not of whoever asks.
func TestProposalFaultsPointIntoTheQuestion(t *testing.T) {
	t.Parallel()
	p := programme.GroupingProposal{Sizes: []int{1}, Conflicts: [][2]string{{"a", "b"}}}
	if got := groupFaults(p.Propose([]string{"a"}, nil, nil)); !slices.Equal(got, []string{" too_few", "/sizes/0 too_small", "/conflicts/0/1 unknown_value"}) {
		t.Errorf("faults %v", got)
	}
}
