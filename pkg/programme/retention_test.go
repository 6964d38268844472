package programme_test

import (
	"testing"

	"peerchallenge/pkg/programme"
)

// TestOutlived: what belongs to something that runs is kept; else the months begin
// with the last day on which it was written or something of it ended.
func TestOutlived(t *testing.T) {
	t.Parallel()
	const written = programme.Date("2025-01-31")
	over := func(last programme.Date) programme.Tie { return programme.Tie{Last: last} }
	for name, c := range map[string]struct {
		months int
		ties   []programme.Tie
		first  programme.Date // on which it is not kept any more; empty where there is none
	}{
		"bound to nothing":                         {12, nil, "2026-02-01"},
		"for ever":                                 {0, nil, ""},
		"to the end of a short month":              {1, nil, "2025-03-01"},
		"bound to what ended before":               {12, []programme.Tie{over("2024-03-31")}, "2026-02-01"},
		"bound to what ended after":                {12, []programme.Tie{over("2025-03-31"), over("2024-03-31")}, "2026-04-01"},
		"bound to what runs, and to what is over":  {12, []programme.Tie{over("2024-03-31"), {Runs: true}}, ""},
		"bound to what runs, though it began long": {12, []programme.Tie{{Runs: true, Last: "2015-03-31"}}, ""},
	} {
		if c.first == "" {
			if programme.Outlived(c.months, written, c.ties, "2099-12-31") {
				t.Errorf("%s: it is not kept in 2099", name)
			}
			continue
		}
		if programme.Outlived(c.months, written, c.ties, c.first.AddDays(-1)) || !programme.Outlived(c.months, written, c.ties, c.first) {
			t.Errorf("%s: %s is not the first day on which it is not kept", name, c.first)
		}
	}
}

// TestTies: a review binds its team, and a challenge the notes of its groups, until it
// is closed or cancelled, and then until the last of its days.
func TestTies(t *testing.T) {
	t.Parallel()
	const early, late = programme.Date("2025-10-01"), programme.Date("2027-02-01")
	for state, runs := range map[programme.ReviewState]bool{
		programme.ReviewProposed: true, programme.ReviewFieldwork: true, programme.ReviewReported: true, programme.ReviewFollowUp: true,
		programme.ReviewClosed: false, programme.ReviewCancelled: false,
	} {
		if got := (&programme.PeerReview{State: state, Cycle: "2025-26"}).Tie(early).Runs; got != runs {
			t.Errorf("a review that is %s runs: %t", state, got)
		}
	}
	for state, runs := range map[programme.ChallengeState]bool{
		programme.ChallengePlanned: true, programme.ChallengeInProgress: true, programme.ChallengeCompleted: true,
		programme.ChallengeClosed: false, programme.ChallengeCancelled: false,
	} {
		if got := (&programme.PeerChallenge{State: state, Cycle: "2025-26"}).Tie(early).Runs; got != runs {
			t.Errorf("a challenge that is %s runs: %t", state, got)
		}
	}
	day := programme.Date("2025-10-16")
	for name, c := range map[string]struct {
		got  programme.Tie
		want programme.Date
	}{
		"a review closed within its cycle":        {(&programme.PeerReview{State: programme.ReviewClosed, Cycle: "2025-26"}).Tie(early), "2026-03-31"},
		"a review closed later":                   {(&programme.PeerReview{State: programme.ReviewClosed, Cycle: "2025-26"}).Tie(late), "2027-02-01"},
		"a review of which nobody knows when":     {(&programme.PeerReview{State: programme.ReviewClosed, Cycle: "2025-26"}).Tie(""), "2026-03-31"},
		"a challenge without a last day":          {(&programme.PeerChallenge{State: programme.ChallengeClosed, Cycle: "2025-26"}).Tie(early), "2026-03-31"},
		"a challenge with one":                    {(&programme.PeerChallenge{State: programme.ChallengeClosed, Cycle: "2025-26", EndsOn: &day}).Tie(early), "2025-10-16"},
		"a challenge that was closed after it":    {(&programme.PeerChallenge{State: programme.ChallengeClosed, Cycle: "2025-26", EndsOn: &day}).Tie(late), "2027-02-01"},
		"a challenge cancelled before its season": {(&programme.PeerChallenge{State: programme.ChallengeCancelled, Cycle: "2025-26", EndsOn: &day}).Tie(early), "2025-10-16"},
	} {
		if c.got.Last != c.want {
			t.Errorf("%s: %s, want %s", name, c.got.Last, c.want)
		}
	}
}
