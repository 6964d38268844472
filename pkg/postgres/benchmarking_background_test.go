package postgres

import (
	"slices"
	"testing"

	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/returns"
)

// TestABackgroundIsGoodForWhatStands: what a return was set beside is taken again as long as
// the same versions stand, for the same quarter of the same borough under the same framework.
func TestABackgroundIsGoodForWhatStands(t *testing.T) {
	t.Parallel()
	s, asks := &settled{}, returns.Asked{Document: &framework.Document{}}
	const at = int64(7)
	past := []pastReturn{
		{Of: of{"a", 2, at}, Quarter: "2026-27-Q1", Explanations: []returns.Explanation{{Text: "Said."}}},
		{Of: of{"b", 1, at}, Quarter: "2025-26-Q4"},
	}
	judging := func() *returns.Judging {
		return &returns.Judging{Asked: asks, Borough: aboutCode, Quarter: "2026-27-Q2"}
	}
	made := judging()
	made.Beside = asks.Background(made.Quarter, nil)
	if s.background(judging(), past) {
		t.Fatal("what nobody has made is kept")
	}
	s.keepBackground(made, past)
	if past[0].Explanations == nil {
		t.Error("what was said is gone")
	}
	for name, c := range map[string]struct {
		alter func(j *returns.Judging, past []pastReturn) []pastReturn
		kept  bool
	}{
		"the same":             {func(_ *returns.Judging, past []pastReturn) []pastReturn { return past }, true},
		"said since":           {func(_ *returns.Judging, past []pastReturn) []pastReturn { past[0].Explanations = nil; return past }, true},
		"a corrected version":  {func(_ *returns.Judging, past []pastReturn) []pastReturn { past[0].Of.Number = 3; return past }, false},
		"a number given again": {func(_ *returns.Judging, past []pastReturn) []pastReturn { past[0].Of.At = at + 1; return past }, false},
		"another return":       {func(_ *returns.Judging, past []pastReturn) []pastReturn { past[1].Of.Submission = "c"; return past }, false},
		"made up":              {func(_ *returns.Judging, past []pastReturn) []pastReturn { past[1].Illustrative = true; return past }, false},
		"one quarter less":     {func(_ *returns.Judging, past []pastReturn) []pastReturn { return past[:1] }, false},
		"another quarter":      {func(j *returns.Judging, past []pastReturn) []pastReturn { j.Quarter = "2026-27-Q3"; return past }, false},
		"another borough":      {func(j *returns.Judging, past []pastReturn) []pastReturn { j.Borough = outsiderCode; return past }, false},
		"another framework": {func(j *returns.Judging, past []pastReturn) []pastReturn {
			j.Asked.Document = &framework.Document{}
			return past
		}, false},
	} {
		j := judging()
		if kept := s.background(j, c.alter(j, slices.Clone(past))); kept != c.kept || kept != (j.Beside == made.Beside) {
			t.Errorf("%s: that it is kept is %v", name, kept)
		}
	}
	for i := range keptBackgrounds {
		made.Borough = aboutCode + string(rune('a'+i))
		s.keepBackground(made, past)
	}
	if len(s.beside) > keptBackgrounds {
		t.Errorf("%d are kept", len(s.beside))
	}
}
