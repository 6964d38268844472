package auth

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"
)

// noting is a store that keeps uses, unless it is away.
type noting struct {
	held

	away bool
	kept []string
}

func (n *noting) NoteUses(_ context.Context, uses map[string]time.Time) error {
	if n.away {
		return errors.New("the database is away")
	}
	for id, at := range uses {
		n.kept = append(n.kept, id+" "+at.Format(time.TimeOnly))
	}
	return nil
}

// TestAUseIsNotedOnceAMinute by each process, of each secret by itself; and what cannot be
// kept is kept later.
func TestAUseIsNotedOnceAMinute(t *testing.T) {
	t.Parallel()
	store := &noting{}
	access := NewAccess(t.Context(), store, time.Now, slog.New(slog.DiscardHandler))
	access.Close() // nobody keeps anything beside the test
	noon := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for _, use := range []struct {
		after time.Duration
		id    string
		away  bool
	}{
		{0, "a", false}, {time.Second, "a", false}, {time.Second, "b", false}, {59 * time.Second, "a", false}, {time.Minute, "a", false},
		{2 * time.Minute, "a", true}, {2*time.Minute + time.Second, "a", false},
	} {
		store.away = use.away
		access.used(noon.Add(use.after), use.id)
		access.keepUses(t.Context())
	}
	if want := []string{"a 12:00:00", "b 12:00:01", "a 12:01:00", "a 12:02:00"}; !slices.Equal(store.kept, want) {
		t.Errorf("kept are %v, want %v", store.kept, want)
	}
}
