package benchmark_test

import (
	"testing"

	"peerchallenge/pkg/benchmark"
)

// TestLastAnnual: the newest year or day for which the nation has a value, whatever
// quarters follow it, with the neighbours of that time by the codes that they had in it.
func TestLastAnnual(t *testing.T) {
	t.Parallel()
	s := changing()
	s.Data = dataset(nil,
		observation("2023-24", score, benchmark.England, 30), observation("2023-24", score, "E09000002", 20),
		observation("2024-25", score, "E09000001", 9), observation("2024-25-Q4", score, benchmark.England, 8), observation("2025-26-Q1", score, benchmark.England, 7))
	a := s.LastAnnual(score)
	if a == nil || a.Period.Code != "2023-24" || a.England != 30 {
		t.Fatalf("%+v", a)
	}
	if mean, n := a.Neighbours("E09000001"); mean != nil || n != 0 {
		t.Errorf("%v of %d: its neighbours have no value then", mean, n)
	}
	s.Data = dataset(nil,
		observation("2024-25", score, benchmark.England, 31), observation("2024-25", score, "E09000003", 20), observation("2024-25", score, "E06000002", 24), observation("2023-24", score, benchmark.England, 30))
	a = s.LastAnnual(score)
	if mean, n := a.Neighbours("E09000001"); a.England != 31 || n != 2 || *mean != 22 {
		t.Errorf("%v of %d beside %v", mean, n, a.England)
	}
	if got := s.LastAnnual("OTHER"); got != nil {
		t.Errorf("%+v of what is not published", got)
	}
	s.Models = nil
	if mean, n := a.Neighbours("E09000001"); mean != nil || n != 0 {
		t.Errorf("%v of %d without a model", mean, n)
	}
}
