package postgres

import (
	"maps"
	"testing"
)

// What replaced a joint figure gives it back when it is withdrawn, and takes its
// place again when it is reinstated; and the pair's own release takes it along.
func TestJointFiguresComeBack(t *testing.T) {
	t.Parallel()
	s := importing(t)
	together := importFile(t, s, "a", "2026-01-01", jointly(pair, 15)).Release
	separate := importFile(t, s, "b", "2026-02-01", jointly("", 0, alone("E09000022", 10), alone("E09000030", 20))).Release
	want := func(when string, stands map[string]string) {
		t.Helper()
		if got := jointStanding(t, s); !maps.Equal(got, stands) {
			t.Errorf("%s what stands is %v, want %v", when, got, stands)
		}
	}
	own := map[string]string{"E09000022": "10", "E09000030": "20"}
	joined := map[string]string{pair: "15", "E09000022": "joint", "E09000030": "joint"}
	want("at first", own)
	var err error
	if separate, err = s.WithdrawRelease(t.Context(), forReason("It was wrong"), separate.ID, separate.Version); err != nil {
		t.Fatal(err)
	}
	want("without the separate rows", joined)
	if _, err = s.ReinstateRelease(t.Context(), forReason("It was wrong"), separate.ID, separate.Version); err != nil {
		t.Fatal(err)
	}
	want("with them again", own)
	if together, err = s.WithdrawRelease(t.Context(), forReason("It was wrong"), together.ID, together.Version); err != nil {
		t.Fatal(err)
	}
	want("without the pair", own)
	if _, err = s.ReinstateRelease(t.Context(), forReason("It was wrong"), together.ID, together.Version); err != nil {
		t.Fatal(err)
	}
	want("with the pair again", own)
}
