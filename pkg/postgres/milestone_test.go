package postgres

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

// bySomebody is an actor who changes something now.
func bySomebody(t testing.TB, s *Store, do func(w *work) error) {
	t.Helper()
	if err := s.act(t.Context(), team, do); err != nil {
		t.Fatal(err)
	}
}

// milestonesOf lists all milestones in order of creation.
func milestonesOf(t testing.TB, s *Store) []programme.Milestone {
	t.Helper()
	part, err := s.Milestones(team, programme.MilestoneFilter{}, "").Page(t.Context(), programme.Window{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return part.Items
}

// reviewOfLambeth is one that has been reported, to its parties.
func reviewOfLambeth() programme.PeerReview {
	return programme.PeerReview{
		Head: programme.Head{ID: newID(), Version: 1, Audience: programme.Parties("E09000022")}, Title: "Lambeth Peer Review", Host: "E09000022", Cycle: "2026-27",
		KLOEs: []string{}, Team: []programme.TeamMember{}, FieldworkDays: []programme.Date{"2026-06-01", "2026-06-02"}, Sessions: []programme.ReviewSession{},
		State: programme.ReviewReported, HostComments: []programme.HostComment{}, ReportLinks: []programme.Link{}, Publication: programme.PublishedToParties,
		AnnouncedOn: new(programme.Date("2026-05-01")), ReportedOn: new(programme.Date("2026-07-01")),
	}
}

// TestMilestonesFollowAReview from its announcement: one by hand that links to it is that
// milestone from then on, in its own words, and a second there is not.
func TestMilestonesFollowAReview(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	r := reviewOfLambeth()
	announced := r.AnnouncedOn
	r.AnnouncedOn = nil
	follow := func() {
		t.Helper()
		bySomebody(t, s, func(w *work) error { return w.followReview(&r) })
	}
	bySomebody(t, s, func(w *work) error { return w.tx.Create(&r).Error })
	follow()
	if got := milestonesOf(t, s); len(got) != 0 {
		t.Fatalf("a milestone of a review that is not announced: %+v", got)
	}
	byHand := programme.Milestone{Title: "By hand", Cycle: "2026-27", Kind: programme.ReviewMilestone, State: programme.MilestonePlanned, PeerReviewID: &r.ID}
	m, err := s.CreateMilestone(t.Context(), team, byHand)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.CreateMilestone(t.Context(), team, byHand)
	wantRefusal(t, err, programme.Conflict, "source_taken")

	// Published: it says so, as the version that it was.
	r.Audience = programme.Everyone()
	follow()
	if got := milestonesOf(t, s); len(got) != 1 || got[0].Derived || got[0].Version != m.Version || !slices.Equal(got[0].PeerReviewAudience, programme.Everyone()) {
		t.Fatalf("%+v", got)
	}

	// Announced: it follows.
	r.AnnouncedOn = announced
	follow()
	got := milestonesOf(t, s)
	if len(got) != 1 || got[0].ID != m.ID || !got[0].Derived || got[0].Title != "By hand" || got[0].State != programme.MilestoneAchieved || *got[0].AchievedOn != "2026-07-01" || !slices.Equal(got[0].SubRegions, []string{"south"}) {
		t.Fatalf("%+v", got)
	}
	// Nothing new: no new version, and no row in the audit.
	before := count(t, s, "SELECT count(*) FROM audit_entries")
	follow()
	if now := count(t, s, "SELECT count(*) FROM audit_entries"); now != before {
		t.Errorf("%d changes of nothing", now-before)
	}
}

// TestAuditKnowsWhoMayReadAMilestone: its values name the review.
func TestAuditKnowsWhoMayReadAMilestone(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	r := reviewOfLambeth()
	bySomebody(t, s, func(w *work) error {
		if err := w.tx.Create(&r).Error; err != nil {
			return err
		}
		return w.followReview(&r)
	})
	var row auditRow
	if err := s.gorm.Where("noun = 'milestone'").Take(&row).Error; err != nil {
		t.Fatal(err)
	}
	slices.Sort(row.ReadBy)
	if !slices.Equal(row.SeenAfter, programme.Everyone()) || !slices.Equal(row.ReadBy, r.Audience) {
		t.Errorf("seen by %v, read by %v", row.SeenAfter, row.ReadBy)
	}
}

func TestMilestonesFollowAnEvent(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	e := programme.Event{
		Head: programme.Head{ID: newID(), Version: 1, Audience: programme.Everyone()}, Kind: programme.Summit, Title: "Summit", StartsOn: "2026-06-01", EndsOn: "2026-06-02", State: programme.EventPlanned,
		Boroughs: []string{}, Sessions: []programme.EventSession{}, Invited: []programme.Attendance{}, Attended: []programme.Attendance{}, Opportunities: []string{},
	}
	bySomebody(t, s, func(w *work) error {
		if err := w.tx.Create(&e).Error; err != nil {
			return err
		}
		return w.followEvent(&e)
	})
	if got := milestonesOf(t, s); len(got) != 1 || got[0].State != programme.MilestonePlanned || *got[0].PlannedFor != "2026-06-02" || got[0].AchievedOn != nil {
		t.Fatalf("the milestone of an event that is planned: %+v", got)
	}
	e.State, e.Attended = programme.EventHeld, []programme.Attendance{{OrganisationType: programme.FromHealth, Count: new(7)}}
	bySomebody(t, s, func(w *work) error { return w.followEvent(&e) })
	e.Attended = append(e.Attended, programme.Attendance{OrganisationType: programme.FromPolice, Count: new(2)})
	bySomebody(t, s, func(w *work) error { return w.followEvent(&e) })
	got := milestonesOf(t, s)
	if len(got) != 1 || *got[0].Participants != 9 || got[0].State != programme.MilestoneAchieved || *got[0].EventID != e.ID {
		t.Fatalf("%+v", got)
	}
	// Its words follow again from the event as it is in the database.
	worded, err := s.UpdateMilestone(t.Context(), team, got[0].ID, got[0].Version, func(m *programme.Milestone) error { m.Title = "The second summit"; return nil })
	if err != nil || !worded.WordedByHand {
		t.Fatalf("%+v, %v", worded, err)
	}
	back, err := s.UpdateMilestone(t.Context(), team, worded.ID, worded.Version, func(m *programme.Milestone) error { m.WordedByHand = false; return nil })
	if err != nil || back.Title != "Summit" {
		t.Errorf("%+v, %v", back, err)
	}
	_, err = s.UpdateMilestone(t.Context(), team, back.ID, back.Version, func(m *programme.Milestone) error { m.Participants = new(10); return nil })
	wantRefusal(t, err, programme.Conflict, "derived")

	// A day of a challenge has none of its own.
	c, err := s.CreatePeerChallenge(t.Context(), team, programme.PeerChallenge{Title: "South", SubRegion: "south", Cycle: "2026-27"})
	if err != nil {
		t.Fatal(err)
	}
	e.PeerChallengeID = &c.ID
	bySomebody(t, s, func(w *work) error { return w.followEvent(&e) })
	if got := milestonesOf(t, s); len(got) != 1 || *got[0].PeerChallengeID != c.ID {
		t.Errorf("%+v", got)
	}
	// What was planned and is deleted leaves none.
	if err := s.DeletePeerChallenge(t.Context(), team, c.ID, c.Version); err != nil {
		t.Fatal(err)
	}
	if got := milestonesOf(t, s); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// TestMilestonesFollowGroups: a milestone's boroughs are the members of the
// challenge's groups, also when these change after it was reopened.
func TestMilestonesFollowGroups(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	s.clock = func() time.Time { return time.Date(2026, 10, 16, 12, 0, 0, 0, time.UTC) }
	ctx := t.Context()
	first, last := programme.Date("2026-10-05"), programme.Date("2026-10-16")
	c, err := s.CreatePeerChallenge(ctx, team, programme.PeerChallenge{Title: "South", SubRegion: "south", Cycle: "2026-27", StartsOn: &first, EndsOn: &last})
	if err != nil {
		t.Fatal(err)
	}
	g := programme.PeerChallengeGroup{Head: programme.Head{ID: newID(), Version: 1, Audience: programme.Everyone()}, PeerChallengeID: c.ID, Name: "One", Members: []programme.GroupMember{{Borough: "E09000030"}, {Borough: "E09000022"}}, Table: programme.Table{MetOn: c.EndsOn}}
	bySomebody(t, s, func(w *work) error { return w.tx.Create(&g).Error })
	if c, err = s.MovePeerChallenge(ctx, team, c.ID, c.Version, programme.Prepare); err != nil {
		t.Fatal(err)
	}
	// Who belongs elsewhere on the day keeps it from starting.
	_, err = s.MovePeerChallenge(ctx, team, c.ID, c.Version, programme.Start)
	if e := wantRefusal(t, err, programme.Conflict, "not_in_sub_region"); !strings.Contains(e.Detail, "Tower Hamlets (E09000030)") {
		t.Errorf("nobody is named: %v", e)
	}
	if _, err := admin(t, urlOf(s)).ExecContext(ctx, "UPDATE memberships SET sub_region_slug = 'south' WHERE borough_code = 'E09000030'"); err != nil {
		t.Fatal(err)
	}
	for _, step := range []programme.Step{programme.Start, programme.Complete} {
		if c, err = s.MovePeerChallenge(ctx, team, c.ID, c.Version, step); err != nil {
			t.Fatal(err)
		}
	}
	got := milestonesOf(t, s)
	if len(got) != 1 || !slices.Equal(got[0].Boroughs, []string{"E09000022", "E09000030"}) || got[0].Description != "Peer challenge of 2 boroughs." {
		t.Fatalf("%+v", got)
	}
	g.Members = g.Members[:1]
	bySomebody(t, s, func(w *work) error {
		if err := saveAll(w.tx, &g); err != nil {
			return err
		}
		return w.followGroup(&g)
	})
	if got := milestonesOf(t, s); !slices.Equal(got[0].Boroughs, []string{"E09000030"}) {
		t.Errorf("%+v", got)
	}
	// What the milestone links to stays.
	wantRefusal(t, s.DeletePeerChallenge(ctx, team, c.ID, c.Version), programme.Conflict, "wrong_state")
	wantRefusal(t, s.DeleteMilestone(ctx, team, got[0].ID, milestonesOf(t, s)[0].Version), programme.Conflict, "derived")
}

// TestAMilestoneWaitsForItsReview: it is written while somebody publishes the
// review to which it links, and must not keep who could see it before.
func TestAMilestoneWaitsForItsReview(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	r := reviewOfLambeth()
	r.AnnouncedOn = nil // it has no milestone of its own
	bySomebody(t, s, func(w *work) error { return w.tx.Create(&r).Error })
	written := make(chan error, 1)
	var m programme.Milestone
	bySomebody(t, s, func(w *work) error {
		r.Audience = programme.Everyone()
		if err := saveAll(w.tx, &r); err != nil {
			return err
		}
		go func() {
			var err error
			m, err = s.CreateMilestone(t.Context(), team, programme.Milestone{Title: "By hand", Cycle: "2026-27", Kind: programme.ReviewMilestone, State: programme.MilestonePlanned, PeerReviewID: &r.ID})
			written <- err
		}()
		eventually(t, "the milestone waits for the review", func() bool {
			return count(t, s, "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE datname = current_database() AND NOT granted") == 1
		})
		return w.followReview(&r)
	})
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(m.PeerReviewAudience, programme.Everyone()) {
		t.Errorf("the review is seen by %v", m.PeerReviewAudience)
	}
}

// TestAListReadsWhatGetReads: pgx and GORM make the same of every member, of those
// that are there and of those that are not.
func TestAListReadsWhatGetReads(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	r := reviewOfLambeth()
	bySomebody(t, s, func(w *work) error { return w.tx.Create(&r).Error })
	for _, m := range []programme.Milestone{
		{Title: "Little", Cycle: "2026-27", Kind: programme.OtherMilestone, State: programme.MilestonePlanned},
		{
			Title: "All", Description: "Text with \"quotes\", {braces} and \\ strokes.", Cycle: "1969-70", Kind: programme.ReviewMilestone, State: programme.MilestoneAchieved,
			PlannedFor: new(programme.Date("1969-12-31")), AchievedOn: new(programme.Date("1970-01-01")), SubRegions: []string{"south", "east"}, Boroughs: []string{"E09000022", "E09000030"},
			PriorityIDs: []string{snapshotOf(t, s).Priorities[0].ID}, Participants: new(0), Evidence: []programme.Link{{Title: "One, \"two\"", URL: "https://example.org/?a=1&b=<2>"}, {Title: "Three", URL: "https://example.org"}},
			PeerReviewID: &r.ID, Illustrative: new("All of it."),
		},
	} {
		if _, err := s.CreateMilestone(t.Context(), team, m); err != nil {
			t.Fatal(err)
		}
	}
	for _, listed := range milestonesOf(t, s) {
		got, err := s.Milestone(t.Context(), team, listed.ID)
		if err != nil {
			t.Fatal(err)
		}
		got.Audience = nil // everybody's, and not listed
		if !reflect.DeepEqual(listed, got) {
			t.Errorf("listed %+v\n   got %+v", listed, got)
		}
	}
}

// TestMilestonesOfTheZeroActor: nobody sees or counts them.
func TestMilestonesOfTheZeroActor(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	m, err := s.CreateMilestone(t.Context(), team, programme.Milestone{Title: "One", Cycle: "2026-27", Kind: programme.OtherMilestone, State: programme.MilestonePlanned})
	if err != nil {
		t.Fatal(err)
	}
	nobody := programme.Actor{}
	part, err := s.Milestones(nobody, programme.MilestoneFilter{}, "").Page(t.Context(), programme.Window{Limit: 10, Count: true})
	if err != nil || len(part.Items) != 0 || *part.Total != 0 {
		t.Errorf("%+v, %v", part, err)
	}
	counts, err := s.MilestoneCounts(nobody, nil).Page(t.Context(), programme.Window{Limit: 10})
	if err != nil || len(counts.Items) != 0 {
		t.Errorf("%+v, %v", counts, err)
	}
	_, err = s.Milestone(t.Context(), nobody, m.ID)
	wantRefusal(t, err, programme.NotFound, "not_found")
	_, err = s.CreateMilestone(t.Context(), programme.Actor{Subject: "x", Roles: []programme.Role{programme.RoleReporting}}, m)
	wantRefusal(t, err, programme.Forbidden, "not_yours")
}
