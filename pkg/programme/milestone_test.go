package programme_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"peerchallenge/pkg/programme"
)

// handWritten is a milestone that breaks no rule.
func handWritten() programme.Milestone {
	return programme.Milestone{
		Title: "Practice week", Description: "Directors observed practice.", Cycle: "2026-27", Kind: programme.OtherMilestone, State: programme.MilestoneAchieved,
		PlannedFor: new(programme.Date("2027-01-18")), AchievedOn: new(programme.Date("2027-01-22")), SavedOn: "2027-01-22",
		SubRegions: []string{"south"}, Boroughs: []string{"E09000022"}, Evidence: []programme.Link{{Title: "Plan", URL: "https://example.org/plan.pdf"}},
	}
}

func TestMilestoneCheck(t *testing.T) {
	t.Parallel()
	id := "01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10"
	for name, c := range map[string]struct {
		alter func(*programme.Milestone)
		want  []string
	}{
		"nothing wrong": {func(*programme.Milestone) {}, nil},
		"no plan":       {func(m *programme.Milestone) { m.PlannedFor = nil }, nil},
		"planned without a day": {func(m *programme.Milestone) {
			m.State, m.PlannedFor, m.AchievedOn = programme.MilestonePlanned, nil, nil
		}, nil},
		"achieved on no day":       {func(m *programme.Milestone) { m.AchievedOn = nil }, []string{"/achievedOn required"}},
		"no cycle":                 {func(m *programme.Milestone) { m.Cycle = "2026-28" }, []string{"/cycle cycle"}},
		"planned and achieved":     {func(m *programme.Milestone) { m.State = programme.MilestonePlanned }, []string{"/achievedOn not_achieved"}},
		"achieved tomorrow":        {func(m *programme.Milestone) { m.SavedOn = "2027-01-21" }, []string{"/achievedOn in_future"}},
		"five years early":         {func(m *programme.Milestone) { m.PlannedFor = new(programme.Date("2021-04-01")) }, nil},
		"more than five":           {func(m *programme.Milestone) { m.PlannedFor = new(programme.Date("2021-03-31")) }, []string{"/plannedFor far_from_cycle"}},
		"five years late":          {func(m *programme.Milestone) { m.PlannedFor = new(programme.Date("2032-03-31")) }, nil},
		"more than five late":      {func(m *programme.Milestone) { m.PlannedFor = new(programme.Date("2032-04-01")) }, []string{"/plannedFor far_from_cycle"}},
		"another century":          {func(m *programme.Milestone) { m.AchievedOn = new(programme.Date("1027-01-22")) }, []string{"/achievedOn far_from_cycle"}},
		"words that cannot follow": {func(m *programme.Milestone) { m.WordedByHand = true }, []string{"/wordedByHand not_derived"}},
		"its own kind of link":     {func(m *programme.Milestone) { m.Kind, m.EventID = programme.EventMilestone, &id }, nil},
		"links of other kinds": {func(m *programme.Milestone) {
			m.Kind, m.PeerChallengeID, m.PeerReviewID, m.EventID = programme.ReviewMilestone, &id, &id, &id
		}, []string{"/peerChallengeId other_kind", "/eventId other_kind"}},
		"the same twice": {func(m *programme.Milestone) {
			m.SubRegions, m.Boroughs, m.PriorityIDs = []string{"south", "south"}, []string{"a", "b", "a"}, []string{id, id}
			m.Evidence = []programme.Link{{Title: "One", URL: "https://example.org"}, {Title: "Two", URL: "https://example.org"}}
		}, []string{"/subRegions/1 repeated", "/boroughs/2 repeated", "/priorityIds/1 repeated", "/evidence/1 repeated"}},
		"derived from what lies far off": {func(m *programme.Milestone) {
			m.Derived, m.WordedByHand, m.PlannedFor, m.AchievedOn = true, true, new(programme.Date("2040-01-01")), new(programme.Date("2040-01-01"))
		}, nil},
	} {
		m := handWritten()
		c.alter(&m)
		if got := milestoneFaults(m.Check()); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func milestoneFaults(err error) []string {
	var faults []string
	if e, ok := errors.AsType[*programme.Error](err); ok {
		for _, f := range e.Faults {
			faults = append(faults, f.Pointer+" "+string(f.Code))
		}
	}
	return faults
}

func TestMilestoneMay(t *testing.T) {
	t.Parallel()
	team := programme.Actor{Subject: "team", Roles: []programme.Role{programme.RoleProgramme}}
	lead := programme.Actor{Subject: "lead", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000022"}
	for _, derived := range []bool{false, true} {
		m := programme.Milestone{Derived: derived}
		for _, step := range m.Steps() {
			if err := m.May(lead, step); programme.KindOf(err) != programme.Forbidden {
				t.Errorf("a borough may %s: %v", step, err)
			}
		}
		if err := m.May(team, programme.Edit); err != nil {
			t.Errorf("the team may not edit: %v", err)
		}
		err := m.May(team, programme.Delete)
		if e, _ := errors.AsType[*programme.Error](err); derived && (e == nil || e.Kind != programme.Conflict || e.Code != "derived") || !derived && err != nil {
			t.Errorf("derived %v, delete: %v", derived, err)
		}
	}
}

// TestReword alters each member of a derived milestone: some by hand, some not at all.
func TestReword(t *testing.T) {
	t.Parallel()
	id := "01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10"
	for pointer, alter := range map[string]func(*programme.Milestone){
		"/cycle":           func(m *programme.Milestone) { m.Cycle = "2027-28" },
		"/kind":            func(m *programme.Milestone) { m.Kind = programme.EventMilestone },
		"/state":           func(m *programme.Milestone) { m.State = programme.MilestoneMissed },
		"/plannedFor":      func(m *programme.Milestone) { m.PlannedFor = nil },
		"/achievedOn":      func(m *programme.Milestone) { m.AchievedOn = new(programme.Date("2027-01-23")) },
		"/subRegions":      func(m *programme.Milestone) { m.SubRegions = nil },
		"/boroughs":        func(m *programme.Milestone) { m.Boroughs = []string{"E09000008"} },
		"/priorityIds":     func(m *programme.Milestone) { m.PriorityIDs = []string{id} },
		"/peerChallengeId": func(m *programme.Milestone) { m.PeerChallengeID = &id },
		"/peerReviewId":    func(m *programme.Milestone) { m.PeerReviewID = &id },
		"/eventId":         func(m *programme.Milestone) { m.EventID = &id },
		"/illustrative":    func(m *programme.Milestone) { m.Illustrative = new("All of it.") },
	} {
		was := handWritten()
		was.Derived = true
		m := was
		alter(&m)
		err := m.Reword(was, was)
		if got := milestoneFaults(err); programme.KindOf(err) != programme.Conflict || !slices.Equal(got, []string{pointer + " derived"}) {
			t.Errorf("%s: %v, %v", pointer, err, got)
		}
	}
	for name, c := range map[string]struct {
		kind   programme.MilestoneKind
		worded bool
		alter  func(*programme.Milestone)
		want   []string
		after  bool
	}{
		"nothing":             {programme.ChallengeMilestone, false, func(*programme.Milestone) {}, nil, false},
		"title":               {programme.ChallengeMilestone, false, func(m *programme.Milestone) { m.Title = "Other" }, nil, true},
		"description":         {programme.ChallengeMilestone, false, func(m *programme.Milestone) { m.Description = "Other" }, nil, true},
		"the words as given":  {programme.ChallengeMilestone, false, func(m *programme.Milestone) { m.WordedByHand = true }, nil, true},
		"words follow again":  {programme.ChallengeMilestone, true, func(m *programme.Milestone) { m.WordedByHand = false }, nil, false},
		"follow and not":      {programme.ChallengeMilestone, true, func(m *programme.Milestone) { m.WordedByHand, m.Title, m.Description = false, "Other", "Other" }, []string{"/title derived", "/description derived"}, false},
		"evidence":            {programme.ChallengeMilestone, false, func(m *programme.Milestone) { m.Evidence = nil }, nil, false},
		"participants":        {programme.ChallengeMilestone, false, func(m *programme.Milestone) { m.Participants = new(36) }, nil, false},
		"an event's own":      {programme.EventMilestone, false, func(m *programme.Milestone) { m.Participants = new(36) }, []string{"/participants derived"}, false},
		"counted by groups":   {programme.ChallengeMilestone, false, func(m *programme.Milestone) { m.Participants = new(35) }, []string{"/participants derived"}, false},
		"worded once already": {programme.ReviewMilestone, true, func(m *programme.Milestone) { m.Title = "Other" }, nil, true},
	} {
		was := handWritten()
		was.Derived, was.Kind, was.WordedByHand = true, c.kind, c.worded
		m, now := was, was
		if now.Participants = nil; name == "counted by groups" {
			now.Participants = new(36)
		}
		c.alter(&m)
		if got := milestoneFaults(m.Reword(was, now)); !slices.Equal(got, c.want) || m.WordedByHand != c.after {
			t.Errorf("%s: %v, want %v; worded by hand %v, want %v", name, got, c.want, m.WordedByHand, c.after)
		}
	}
}

// grouped is one group of the boroughs.
func grouped(boroughs ...string) []programme.PeerChallengeGroup {
	var g programme.PeerChallengeGroup
	for _, b := range boroughs {
		g.Members = append(g.Members, programme.GroupMember{Borough: b})
	}
	return []programme.PeerChallengeGroup{g}
}

func TestFollow(t *testing.T) {
	t.Parallel()
	challenge := programme.PeerChallenge{
		Head: programme.Head{ID: "c"}, Title: "South", SubRegion: "south", Cycle: "2026-27", Methods: []string{"coaching"}, State: programme.ChallengeCompleted,
		StartsOn: new(programme.Date("2026-10-05")), EndsOn: new(programme.Date("2026-10-16")),
	}
	now := programme.MilestoneOfChallenge(challenge, grouped("E09000022"))
	m := programme.MilestoneOfChallenge(challenge, grouped("E09000022"))
	if m.Follow(now) {
		t.Error("what is the same has changed")
	}
	m.Participants, m.Evidence = new(12), []programme.Link{{Title: "Plan", URL: "https://example.org"}}
	challenge.Title, challenge.EndsOn, challenge.Methods = "South London", new(programme.Date("2026-10-17")), []string{"appreciative inquiry"}
	if !m.Follow(programme.MilestoneOfChallenge(challenge, grouped("E09000022"))) {
		t.Error("a correction has changed nothing")
	}
	if m.Title != "South London" || m.Description != "Peer challenge of 1 borough, conducted with appreciative inquiry." || *m.AchievedOn != "2026-10-17" || *m.Participants != 12 || len(m.Evidence) != 1 {
		t.Errorf("%+v", m)
	}
	m.Title, m.WordedByHand = "In other words", true
	challenge.Title, challenge.EndsOn = "Southern", new(programme.Date("2026-10-18"))
	m.Follow(programme.MilestoneOfChallenge(challenge, grouped("E09000022")))
	if m.Title != "In other words" || *m.AchievedOn != "2026-10-18" {
		t.Errorf("words by hand: %q on %s", m.Title, *m.AchievedOn)
	}
	event := programme.Event{Head: programme.Head{ID: "e"}, Kind: programme.Summit, StartsOn: "2026-10-05", EndsOn: "2026-10-05", State: programme.EventHeld}
	of := programme.MilestoneOfEvent(event)
	event.Attended = []programme.Attendance{{OrganisationType: programme.FromDfE, Count: new(3)}}
	if !of.Follow(programme.MilestoneOfEvent(event)) || of.Participants == nil || *of.Participants != 3 {
		t.Errorf("the event's participants: %v", of.Participants)
	}
}

// TestWhatMilestonesAreDerived: the words, days, places and counts of each kind.
func TestWhatMilestonesAreDerived(t *testing.T) {
	t.Parallel()
	priority, other, illustrative := "p1", "p2", "Who met whom is an example."
	first, last := programme.Date("2026-10-05"), programme.Date("2026-10-16")
	head := programme.Head{ID: "source", Audience: programme.Parties("E09000022", "E09000030")}
	derived := programme.Milestone{
		Head: programme.Head{Audience: programme.Everyone()}, Title: "Title", Cycle: "2026-27", Derived: true,
		SubRegions: []string{}, Boroughs: []string{}, PriorityIDs: []string{}, Evidence: []programme.Link{}, Illustrative: &illustrative,
	}
	source := "source"
	for name, c := range map[string]struct {
		got  programme.Milestone
		want func(*programme.Milestone)
	}{
		"challenge": {programme.MilestoneOfChallenge(programme.PeerChallenge{
			Head: head, Title: "Title", SubRegion: "south", Cycle: "2026-27", Methods: []string{"coaching", "appreciative inquiry"}, PriorityID: &priority,
			StartsOn: &first, EndsOn: &last, State: programme.ChallengeCompleted, Illustrative: &illustrative,
		}, grouped("E09000028", "E09000008", "E09000022")), func(m *programme.Milestone) {
			m.Kind, m.State, m.PlannedFor, m.AchievedOn = programme.ChallengeMilestone, programme.MilestoneAchieved, &last, &last
			m.Description = "Peer challenge of 3 boroughs, conducted with coaching and appreciative inquiry."
			m.SubRegions, m.Boroughs, m.PriorityIDs = []string{"south"}, []string{"E09000008", "E09000022", "E09000028"}, []string{priority}
			m.PeerChallengeID = &source
		}},
		"challenge of which little is known": {programme.MilestoneOfChallenge(programme.PeerChallenge{
			Head: head, Title: "Title", SubRegion: "south", Cycle: "2026-27", State: programme.ChallengeClosed, Illustrative: &illustrative,
		}, nil), func(m *programme.Milestone) {
			m.Kind, m.State, m.Description = programme.ChallengeMilestone, programme.MilestoneAchieved, "Peer challenge."
			m.SubRegions, m.PeerChallengeID = []string{"south"}, &source
		}},
		"review": {programme.MilestoneOfReview(programme.PeerReview{
			Head: head, Title: "Title", Host: "E09000022", Cycle: "2026-27", PriorityID: &priority, Scope: new("Nobody else may know."),
			FieldworkDays: []programme.Date{"2026-10-05", "2026-10-16"}, Report: new("Nor this."), ReportedOn: new(programme.Date("2026-12-01")), State: programme.ReviewFollowUp, Illustrative: &illustrative,
		}, "south"), func(m *programme.Milestone) {
			m.Kind, m.State, m.PlannedFor, m.AchievedOn = programme.ReviewMilestone, programme.MilestoneAchieved, &last, new(programme.Date("2026-12-01"))
			m.Description, m.SubRegions, m.Boroughs, m.PriorityIDs = "Peer review, conducted over 2 days.", []string{"south"}, []string{"E09000022"}, []string{priority}
			m.PeerReviewID, m.PeerReviewAudience = &source, head.Audience
		}},
		"review without days or sub-region": {programme.MilestoneOfReview(programme.PeerReview{
			Head: head, Title: "Title", Host: "E09000022", Cycle: "2026-27", State: programme.ReviewClosed, Illustrative: &illustrative,
		}, ""), func(m *programme.Milestone) {
			m.Kind, m.State, m.Description, m.Boroughs = programme.ReviewMilestone, programme.MilestoneAchieved, "Peer review.", []string{"E09000022"}
			m.PeerReviewID, m.PeerReviewAudience = &source, head.Audience
		}},
		"event": {programme.MilestoneOfEvent(programme.Event{
			Head: head, Kind: programme.Summit, Title: "Title", Description: "The second summit.", StartsOn: first, EndsOn: last, SubRegion: new("east"), Boroughs: []string{"E09000030", "E09000002"},
			Sessions: []programme.EventSession{{PriorityID: &priority}, {}, {PriorityID: &other}, {PriorityID: &priority}},
			Attended: []programme.Attendance{{Count: new(20)}, {Count: new(0)}, {Count: new(16)}}, State: programme.EventHeld, Illustrative: &illustrative,
		}), func(m *programme.Milestone) {
			m.Kind, m.State, m.PlannedFor, m.AchievedOn, m.Participants = programme.EventMilestone, programme.MilestoneAchieved, &last, &last, new(36)
			m.Description, m.SubRegions, m.Boroughs, m.PriorityIDs = "The second summit.", []string{"east"}, []string{"E09000002", "E09000030"}, []string{priority, other}
			m.EventID = &source
		}},
		"event at which not all were counted": {programme.MilestoneOfEvent(programme.Event{
			Head: head, Kind: programme.Summit, Title: "Title", StartsOn: first, EndsOn: last, Attended: []programme.Attendance{{Count: new(20)}, {}}, State: programme.EventHeld, Illustrative: &illustrative,
		}), func(m *programme.Milestone) {
			m.Kind, m.State, m.PlannedFor, m.AchievedOn = programme.EventMilestone, programme.MilestoneAchieved, &last, &last
			m.Description, m.EventID = "Summit.", &source
		}},
		"event that says nothing": {programme.MilestoneOfEvent(programme.Event{
			Head: head, Kind: programme.ThematicEvent, Title: "Title", StartsOn: first, EndsOn: last, State: programme.EventHeld, Illustrative: &illustrative,
		}), func(m *programme.Milestone) {
			m.Kind, m.State, m.PlannedFor, m.AchievedOn = programme.EventMilestone, programme.MilestoneAchieved, &last, &last
			m.Description, m.EventID = "Thematic event.", &source
		}},
	} {
		want := derived
		c.want(&want)
		if !reflect.DeepEqual(c.got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, c.got, want)
		}
		if err := c.got.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestADerivedMilestoneStandsWhereItsSourceDoes: in every state of each.
func TestADerivedMilestoneStandsWhereItsSourceDoes(t *testing.T) {
	t.Parallel()
	day := programme.Date("2026-10-16")
	of := map[string]programme.Milestone{}
	for _, state := range []programme.ChallengeState{
		programme.ChallengePlanned, programme.ChallengePreparing, programme.ChallengeInProgress, programme.ChallengeCompleted, programme.ChallengeClosed, programme.ChallengeCancelled,
	} {
		of["challenge "+string(state)] = programme.MilestoneOfChallenge(programme.PeerChallenge{EndsOn: &day, State: state}, nil)
	}
	for _, state := range []programme.ReviewState{
		programme.ReviewProposed, programme.ReviewScoping, programme.ReviewPreparing, programme.ReviewFieldwork, programme.ReviewFactualAccuracy,
		programme.ReviewReported, programme.ReviewFollowUp, programme.ReviewClosed, programme.ReviewCancelled,
	} {
		of["review "+string(state)] = programme.MilestoneOfReview(programme.PeerReview{Cycle: "2026-27", ReportedOn: &day, State: state}, "")
	}
	for _, state := range []programme.EventState{programme.EventPlanned, programme.EventHeld, programme.EventCancelled} {
		of["event "+string(state)] = programme.MilestoneOfEvent(programme.Event{StartsOn: day, EndsOn: day, State: state})
	}
	status := map[string]programme.MilestoneState{
		"challenge completed": programme.MilestoneAchieved, "challenge closed": programme.MilestoneAchieved, "challenge cancelled": programme.MilestoneCancelled,
		"review reported": programme.MilestoneAchieved, "review follow_up": programme.MilestoneAchieved, "review closed": programme.MilestoneAchieved, "review cancelled": programme.MilestoneCancelled,
		"event held": programme.MilestoneAchieved, "event cancelled": programme.MilestoneCancelled,
	}
	for name, m := range of {
		want := programme.MilestonePlanned
		if status[name] != "" {
			want = status[name]
		}
		if m.State != want || (m.AchievedOn != nil) != (want == programme.MilestoneAchieved) {
			t.Errorf("%s: %s on %v, want %s", name, m.State, m.AchievedOn, want)
		}
	}
}

// TestWhichReviewAMilestoneReports is told to those who may see the review.
func TestWhichReviewAMilestoneReports(t *testing.T) {
	t.Parallel()
	id := "review"
	host := programme.Actor{Subject: "a", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000022"}
	stranger := programme.Actor{Subject: "b", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000030"}
	m := programme.Milestone{Head: programme.Head{Audience: programme.Everyone()}, PeerReviewID: &id, PeerReviewAudience: programme.Parties("E09000022")}
	for _, c := range []struct {
		actor programme.Actor
		told  bool
	}{{host, true}, {stranger, false}, {programme.Actor{}, false}, {programme.Actor{Roles: []programme.Role{programme.RoleReporting}}, false}, {programme.Actor{Roles: []programme.Role{programme.RoleProgramme}}, true}} {
		if got := m.ReviewFor(c.actor); (got != nil) != c.told {
			t.Errorf("%+v is told %v", c.actor, got)
		}
		if m.Confidants().Includes(c.actor) != c.told {
			t.Errorf("%+v is a confidant: %v", c.actor, !c.told)
		}
	}
	m.PeerReviewID, m.PeerReviewAudience = nil, nil
	if m.ReviewFor(host) != nil || !m.Confidants().Includes(stranger) {
		t.Error("a milestone without a review has secrets")
	}
}
