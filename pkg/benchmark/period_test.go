package benchmark_test

import (
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

func TestParsePeriod(t *testing.T) {
	tests := map[string]struct {
		kind           benchmark.PeriodKind
		starts, ends   programme.Date
		previous       string
		orderedAfterIt string // a period that ends later, or with it and is shorter
	}{
		"2024-25":    {benchmark.Year, "2024-04-01", "2025-03-31", "2023-24", "2024-25-Q4"},
		"2099-00":    {benchmark.Year, "2099-04-01", "2100-03-31", "2098-99", "2099-00-Q4"},
		"2025-26-Q1": {benchmark.Quarter, "2025-04-01", "2025-06-30", "2024-25-Q4", "2025-26-Q2"},
		"2025-26-Q2": {benchmark.Quarter, "2025-07-01", "2025-09-30", "2025-26-Q1", "2025-26-Q3"},
		"2025-26-Q3": {benchmark.Quarter, "2025-10-01", "2025-12-31", "2025-26-Q2", "2025-26"},
		"2023-24-Q4": {benchmark.Quarter, "2024-01-01", "2024-03-31", "2023-24-Q3", "2024-25-Q1"},
	}
	for code, want := range tests {
		t.Run(code, func(t *testing.T) {
			p, err := benchmark.ParsePeriod(code)
			if err != nil {
				t.Fatal(err)
			}
			if p.Code != code || p.Kind != want.kind || p.StartsOn != want.starts || p.EndsOn != want.ends {
				t.Errorf("got %+v", p)
			}
			if got := p.Previous().Code; got != want.previous {
				t.Errorf("the previous period is %s, want %s", got, want.previous)
			}
			if p.Previous().EndsOn.AddDays(1) != p.StartsOn {
				t.Errorf("the previous period ends on %s, this begins on %s", p.Previous().EndsOn, p.StartsOn)
			}
			if later := period(want.orderedAfterIt); benchmark.ComparePeriods(p, later) >= 0 || benchmark.ComparePeriods(later, p) <= 0 {
				t.Errorf("%s is not before %s", code, later.Code)
			}
		})
	}
}

func TestParsePeriodRefuses(t *testing.T) {
	for _, code := range []string{"", "2025", "202425", "2024-26", "2024-25-Q0", "2024-25-Q5", "2024-25-q1", "1999-00", "2024-25 ", "2024/25"} {
		if p, err := benchmark.ParsePeriod(code); programme.KindOf(err) != programme.Invalid {
			t.Errorf("%q was read as %+v with the error %v", code, p, err)
		}
	}
}
