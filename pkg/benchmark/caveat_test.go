package benchmark_test

import (
	"slices"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// TestCaveatsOf: those that hold for the figure, by everything that they name, to the day.
func TestCaveatsOf(t *testing.T) {
	t.Parallel()
	s := &benchmark.Snapshot{Caveats: []benchmark.Caveat{
		{ID: "indicator", Indicator: new("A")},
		{ID: "authority", Authority: new("E10000021")},
		{ID: "both", Indicator: new("A"), Authority: new("E10000021")},
		{ID: "until", Indicator: new("A"), ValidTo: new(programme.Date("2024-04-01"))},
		{ID: "from", Indicator: new("A"), ValidFrom: new(programme.Date("2025-03-31"))},
		{ID: "release", ReleaseID: new("r")},
	}, Successions: []programme.Succession{{Predecessor: "E10000021", Successor: "E06000061", Kind: programme.Continues, From: "2021-04-01"}}}
	year, next := benchmark.FinancialYear(2024), benchmark.FinancialYear(2025)
	for _, tt := range []struct {
		indicator, geography string
		period               benchmark.Period
		want                 []string
	}{
		{"A", "E09000022", year, []string{"indicator", "until", "from"}},
		{"A", "E10000021", year, []string{"indicator", "authority", "both", "until", "from"}},
		{"A", "E06000061", next, []string{"indicator", "authority", "both", "from"}},
		{"A", "E09000022/E10000021", next, []string{"indicator", "authority", "both", "from"}},
		{"B", "E10000021", year, []string{"authority"}},
		{"B", "E09000022", year, []string{}},
	} {
		if got := s.CaveatsOf(tt.indicator, tt.geography, &tt.period); !slices.Equal(got, tt.want) {
			t.Errorf("of %s of %s in %s: %v, want %v", tt.indicator, tt.geography, tt.period.Code, got, tt.want)
		}
	}
}
