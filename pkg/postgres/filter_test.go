package postgres

import (
	"testing"

	"peerchallenge/pkg/programme"
)

// TestSeesOnlyRecords: a noun that no list is narrowed to is a fault of ours.
func TestSeesOnlyRecords(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	if seen, err := s.Sees(t.Context(), team, "signing-key", "1"); err == nil || seen || programme.KindOf(err) != programme.Internal {
		t.Errorf("%t, %v", seen, err)
	}
}
