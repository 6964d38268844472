package postgres

import (
	"sync"
	"testing"

	"peerchallenge/pkg/programme"
)

// smallYear is a challenge with a group and a day, a review and a summit, each with
// its milestone.
func smallYear() []programme.Chapter {
	everyone := programme.Head{Audience: programme.Everyone()}
	day := func(kind programme.EventKind) programme.Event {
		return programme.Event{
			Head: everyone, Kind: kind, Title: "Day", StartsOn: "2024-10-10", EndsOn: "2024-10-10", State: programme.EventHeld, Boroughs: []string{},
			Sessions: []programme.EventSession{}, Invited: []programme.Attendance{}, Attended: []programme.Attendance{},
		}
	}
	milestone := func(kind programme.MilestoneKind) programme.Milestone {
		return programme.Milestone{
			Head: everyone, Title: "Delivered", Cycle: "2024-25", Kind: kind, State: programme.MilestoneAchieved, Derived: true, WordedByHand: true,
			Evidence: []programme.Link{},
		}
	}
	return []programme.Chapter{
		{
			Milestone: milestone(programme.ChallengeMilestone),
			Challenge: &programme.PeerChallenge{Head: everyone, Title: "South", SubRegion: "south", Cycle: "2024-25", State: programme.ChallengeCompleted},
			Groups:    []programme.PeerChallengeGroup{{Head: everyone, Name: "Group 1", Members: []programme.GroupMember{{Borough: "E09000022", Role: programme.MemberVisitor}}}},
			Events:    []programme.Event{day(programme.ChallengeDay)},
		},
		{
			Milestone: milestone(programme.ReviewMilestone),
			Review: &programme.PeerReview{
				Head: programme.Head{Audience: programme.Parties("E09000022")}, Title: "Review", Host: "E09000022", Cycle: "2024-25", State: programme.ReviewReported,
				Publication: programme.PublishedToParties, Team: []programme.TeamMember{}, FieldworkDays: []programme.Date{"2024-11-12"},
				Sessions: []programme.ReviewSession{}, HostComments: []programme.HostComment{}, ReportLinks: []programme.Link{},
			},
		},
		{Milestone: milestone(programme.EventMilestone), Events: []programme.Event{day(programme.Summit)}},
	}
}

// recordsOfYear counts those of a year.
const recordsOfYear = `SELECT (SELECT count(*) FROM peer_challenges) + (SELECT count(*) FROM peer_challenge_groups) + (SELECT count(*) FROM peer_reviews)
	+ (SELECT count(*) FROM events) + (SELECT count(*) FROM milestones)`

// TestSeedYear inserts everything once, linked, and audited as what it is.
func TestSeedYear(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	var starts sync.WaitGroup
	for range 4 {
		starts.Go(func() {
			if err := s.SeedYear(t.Context(), smallYear()); err != nil {
				t.Error(err)
			}
		})
	}
	starts.Wait()
	if n := count(t, s, recordsOfYear); n != 8 {
		t.Fatalf("%d records, want 8", n)
	}
	if n := count(t, s, `SELECT count(*) FROM audit_entries WHERE issuer = 'local' AND subject = 'seed' AND action = 'create' AND noun IN ('peer-challenge', 'peer-challenge-group', 'peer-review', 'event', 'milestone')`); n != 8 {
		t.Errorf("%d creations were audited, want 8", n)
	}
	for what, query := range map[string]string{
		"the group's challenge":     `SELECT count(*) FROM peer_challenge_groups g JOIN peer_challenges c ON g.peer_challenge_id = c.id`,
		"the day's challenge":       `SELECT count(*) FROM events e JOIN peer_challenges c ON e.peer_challenge_id = c.id JOIN peer_challenge_groups g ON e.peer_challenge_group_id = g.id WHERE e.kind = 'challenge_day'`,
		"the challenge's milestone": `SELECT count(*) FROM milestones m JOIN peer_challenges c ON m.peer_challenge_id = c.id WHERE m.kind = 'peer_challenge' AND m.event_id IS NULL`,
		"the review's milestone":    `SELECT count(*) FROM milestones m JOIN peer_reviews r ON m.peer_review_id = r.id WHERE m.kind = 'peer_review'`,
		"the summit's milestone":    `SELECT count(*) FROM milestones m JOIN events e ON m.event_id = e.id WHERE m.kind = 'event' AND e.kind = 'summit'`,
	} {
		if n := count(t, s, query); n != 1 {
			t.Errorf("%s is linked %d times, want once", what, n)
		}
	}
}

// TestSeedYearLeavesTheTeamsOwn: where the team has begun its own year, nothing is
// added, even if it has deleted what it began.
func TestSeedYearLeavesTheTeamsOwn(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	c, err := s.CreatePeerReview(ctx, team, programme.PeerReview{Title: "Own", Host: "E09000022", Cycle: "2026-27"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{1, 0} {
		if err := s.SeedYear(ctx, smallYear()); err != nil {
			t.Fatal(err)
		}
		if n := count(t, s, recordsOfYear); n != want {
			t.Errorf("%d records, want %d", n, want)
		}
		if want == 1 {
			if err := s.DeletePeerReview(ctx, team, c.ID, c.Version); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestSeedYearIsWholeOrNot: a chapter that breaks a rule leaves nothing of those
// before it.
func TestSeedYearIsWholeOrNot(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	year := smallYear()
	year[0], year[2] = year[2], year[0]
	year[2].Challenge.SubRegion = "nowhere"
	wantFault(t, s.SeedYear(t.Context(), year), programme.Invalid, "invalid", "/subRegion", "unknown_value")
	if n := count(t, s, recordsOfYear); n != 0 {
		t.Errorf("%d records of a year that was refused", n)
	}
}
