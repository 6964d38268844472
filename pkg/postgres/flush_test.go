package postgres

import (
	"os"
	"testing"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// TestWhatWasAnsweredOutlivesACrash: commits do not wait for the disk while others
// wait for them, but no caller is answered before the disk has what they wrote.
func TestWhatWasAnsweredOutlivesACrash(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	if err := server.CreateDatabase(t.Context(), "crashing"); err != nil {
		t.Fatal(err)
	}
	s := open(t, server.URL("crashing"))
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Seed(t.Context(), smallLondon()); err != nil {
		t.Fatal(err)
	}
	session, err := os.FindProcess(count(t, s, "SELECT pg_backend_pid()"))
	if err != nil {
		t.Fatal(err)
	}
	var last programme.PeerReview
	for range 5 {
		last = planned(t, s, "answered")
	}
	// A killed session takes the whole server down, with what it had in memory.
	if err := session.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server is back", func() bool {
		var n int
		return s.sql.QueryRowContext(t.Context(), "SELECT 1 FROM pg_stat_activity LIMIT 1").Scan(&n) == nil
	})
	if _, err := s.PeerReview(t.Context(), team, last.ID); err != nil {
		t.Errorf("what was answered last is lost: %v", err)
	}
	if items, _ := changesAfter(t, s, team, []string{"peer-review"}, 0, 10); len(items) != 5 {
		t.Errorf("the feed tells of %d writes, want 5", len(items))
	}
}
