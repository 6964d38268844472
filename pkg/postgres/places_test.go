package postgres

import (
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

// TestPlacesTellWhatChanged: the same text twice means that nothing of the nouns has
// changed, whoever may see it, and another copy of the database never says the same.
func TestPlacesTellWhatChanged(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	places := func(nouns ...string) string {
		t.Helper()
		text, err := s.Places(t.Context(), nouns)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	of := [][]string{{"milestone"}, {"event", "milestone"}, {"event"}, {programme.EveryNoun}}
	var before []string
	for _, nouns := range of {
		before = append(before, places(nouns...))
	}
	m, err := s.CreateMilestone(t.Context(), team, programme.Milestone{Title: "Practice week", Cycle: "2026-27", Kind: programme.OtherMilestone, State: programme.MilestonePlanned})
	if err != nil {
		t.Fatal(err)
	}
	for i, changed := range []bool{true, true, false, true} {
		if got := places(of[i]...); (got != before[i]) != changed {
			t.Errorf("%v: %q before and %q since", of[i], before[i], got)
		}
	}
	if _, err := s.Places(t.Context(), nil); err == nil {
		t.Error("where it stands of nothing is answered")
	}
	before[0] = places("milestone")
	if err := s.DeleteMilestone(t.Context(), team, m.ID, m.Version); err != nil {
		t.Fatal(err)
	}
	if places("milestone") == before[0] {
		t.Error("a deletion is no change")
	}
}

// TestPlacesArePlannedOnce: what is asked for every page that somebody holds is not
// planned anew each time, also where PostgreSQL knows nothing of the feed yet.
func TestPlacesArePlannedOnce(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]string{"known": "ANALYZE feed", "unknown": "SELECT 1"} {
		s := seeded(t)
		if _, err := s.sql.ExecContext(t.Context(), before); err != nil {
			t.Fatal(err)
		}
		s.sql.SetMaxOpenConns(1) // a plan is of one connection
		for _, nouns := range [][]string{{"milestone"}, {"action", "finding", "peer-challenge", "peer-challenge-group", "peer-review"}, {programme.EveryNoun}} {
			for range 20 {
				if _, err := s.Places(t.Context(), nouns); err != nil {
					t.Fatal(err)
				}
			}
			var anew int
			statement, _ := placesOf(nouns)
			if err := s.sql.QueryRowContext(t.Context(), "SELECT custom_plans FROM pg_prepared_statements WHERE statement = $1", statement).Scan(&anew); err != nil {
				t.Fatal(err)
			}
			if anew > 5 {
				t.Errorf("where the feed is %s, the places of %v were planned %d times", name, nouns, anew)
			}
		}
	}
}

// TestARevocationThatExpiresIsTold: it goes by itself, and leaves an entry as all that
// goes does.
func TestARevocationThatExpiresIsTold(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	soon := s.now().Add(time.Minute)
	for _, until := range []*time.Time{&soon, nil} {
		r := programme.TokenRevocation{Issuer: "http://test", Subject: "somebody", Digest: make([]byte, 32), ExpiresAt: until}
		if until == nil {
			r.Digest = nil
		}
		if _, err := s.CreateTokenRevocation(t.Context(), team, r); err != nil {
			t.Fatal(err)
		}
	}
	purged := func() (entries int64) {
		t.Helper()
		if err := s.PurgeAccess(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.gorm.Model(&auditRow{}).Where("noun = 'token-revocation' AND action = 'delete' AND subject = 'expiry'").Count(&entries).Error; err != nil {
			t.Fatal(err)
		}
		return entries
	}
	if n := purged(); n != 0 {
		t.Errorf("%d went before their time", n)
	}
	s.clock = func() time.Time { return soon }
	for range 2 {
		if n := purged(); n != 1 {
			t.Errorf("%d have gone, want the one that expired", n)
		}
	}
}
