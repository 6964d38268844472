package postgres

import (
	"testing"

	"peerchallenge/pkg/returns"
)

// TestFiguresAreKeptOfAVersionAndNoOther: a number that is given again, in a database that
// was set back, is another version; and no more are kept than there is room for.
func TestFiguresAreKeptOfAVersionAndNoOther(t *testing.T) {
	t.Parallel()
	var s settled
	const at = int64(7)
	v := of{"a", 1, at}
	s.keepFigures(v, returns.Values{{Count: "referrals"}})
	if figures, unknown := s.known([]of{v}); len(figures[v]) != 1 || len(unknown) != 0 {
		t.Errorf("what is kept is not known: %v, %v", figures, unknown)
	}
	for _, another := range []of{{"b", 1, at}, {"a", 2, at}, {"a", 1, at + 1}} {
		if _, unknown := s.known([]of{another}); len(unknown) != 1 {
			t.Errorf("%v is taken for %v", another, v)
		}
	}
	for n := range 3 * keptFigures {
		s.keepFigures(of{"c", n, at}, nil)
	}
	if len(s.figures) > keptFigures {
		t.Errorf("%d are kept", len(s.figures))
	}
}
