package benchmark_test

import (
	"testing"

	"peerchallenge/pkg/benchmark"
)

// symbol is what a publisher writes where there is no number.
func symbol(period, indicator, geography string) benchmark.Observation {
	return benchmark.Observation{Indicator: indicator, Period: period, Geography: geography, Status: benchmark.Confidential, ReleaseID: "r1"}
}

// A symbol is held and is no number: it makes no period one with figures, and is not the
// newest of anything. Periods are taken by their last day, whatever their codes say.
func TestCoverageCountsNumbers(t *testing.T) {
	s := &benchmark.Snapshot{
		Periods: []benchmark.Period{period("2022-23"), period("2023-24"), period("2024"), period("2024-25"), period("2025-26-Q1")},
		Data: dataset(nil,
			symbol("2022-23", "A", authority(0)), observation("2023-24", "A", authority(0), 1), observation("2023-24", "A", authority(1), 2),
			symbol("2024", "A", authority(0)), observation("2024-25", "A", authority(0), 0), symbol("2025-26-Q1", "A", authority(0)),
			observation("2023-24", "B", authority(0), 4), symbol("2024-25", "C", authority(0))),
	}
	a := s.CoverageOf("A")
	if a.Figures != 3 || a.Periods != 2 || a.First.Code != "2023-24" || a.Last.Code != "2024-25" || s.Latest("A").Code != "2024-25" {
		t.Errorf("A has %+v", a)
	}
	for _, none := range []string{"C", "D"} {
		if got := s.CoverageOf(none); got != (benchmark.Coverage{}) || s.Latest(none) != nil {
			t.Errorf("%s has %+v", none, got)
		}
	}
	for code, want := range map[string][2]int{"2022-23": {0, 0}, "2023-24": {3, 2}, "2024-25": {1, 1}, "2031-32": {0, 0}} {
		if figures, on := s.CoverageIn(code); figures != want[0] || on != want[1] {
			t.Errorf("%s has %d figures on %d indicators, want %v", code, figures, on, want)
		}
	}
	if figures, on := s.CoverageIn("2023-24", "B"); figures != 1 || on != 1 {
		t.Errorf("B has %d figures on %d indicators in 2023-24", figures, on)
	}
	// What a later dataset changes is counted anew, and what it does not stays.
	s.Data = dataset(s.Data, symbol("2024-25", "A", authority(0)), observation("2023-24", "A", authority(2), 3))
	if a := s.CoverageOf("A"); a.Figures != 3 || a.Periods != 1 || a.Last.Code != "2023-24" {
		t.Errorf("A has %+v afterwards", a)
	}
	if (&benchmark.Snapshot{Periods: s.Periods}).CoverageOf("A") != (benchmark.Coverage{}) {
		t.Error("where nothing is held, there are figures")
	}
}
