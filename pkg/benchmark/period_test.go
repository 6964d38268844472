package benchmark_test

import (
	"slices"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

func TestParsePeriod(t *testing.T) {
	tests := map[string]struct {
		kind         benchmark.PeriodKind
		starts, ends programme.Date
		previous     string
		midYear      int
		name         string
	}{
		"2024-25":    {benchmark.Financial, "2024-04-01", "2025-03-31", "2023-24", 2024, "financial year 2024-25"},
		"2099-00":    {benchmark.Financial, "2099-04-01", "2100-03-31", "2098-99", 2099, "financial year 2099-00"},
		"2024-25-AY": {benchmark.Academic, "2024-09-01", "2025-08-31", "2023-24-AY", 2025, "academic year 2024-25"},
		"2099-00-AY": {benchmark.Academic, "2099-09-01", "2100-08-31", "2098-99-AY", 2100, "academic year 2099-00"},
		"2024":       {benchmark.Calendar, "2024-01-01", "2024-12-31", "2023", 2024, "calendar year 2024"},
		"2025-26-Q1": {benchmark.Quarter, "2025-04-01", "2025-06-30", "2024-25-Q4", 2025, "April to June 2025"},
		"2025-26-Q2": {benchmark.Quarter, "2025-07-01", "2025-09-30", "2025-26-Q1", 2025, "July to September 2025"},
		"2025-26-Q3": {benchmark.Quarter, "2025-10-01", "2025-12-31", "2025-26-Q2", 2025, "October to December 2025"},
		"2023-24-Q4": {benchmark.Quarter, "2024-01-01", "2024-03-31", "2023-24-Q3", 2023, "January to March 2024"},
		"2025-09-30": {benchmark.Day, "2025-09-30", "2025-09-30", "2024-09-30", 2025, "as at 30 September 2025"},
		"2025-06-29": {benchmark.Day, "2025-06-29", "2025-06-29", "2024-06-29", 2024, "as at 29 June 2025"},
		"2025-06-30": {benchmark.Day, "2025-06-30", "2025-06-30", "2024-06-30", 2025, "as at 30 June 2025"},
		"2024-02-28": {benchmark.Day, "2024-02-28", "2024-02-28", "2023-02-28", 2023, "as at 28 February 2024"},
		// February's end follows February's end.
		"2024-02-29": {benchmark.Day, "2024-02-29", "2024-02-29", "2023-02-28", 2023, "as at 29 February 2024"},
		"2025-02-28": {benchmark.Day, "2025-02-28", "2025-02-28", "2024-02-29", 2024, "as at 28 February 2025"},
		"2025-01-01": {benchmark.Day, "2025-01-01", "2025-01-01", "2024-01-01", 2024, "as at 1 January 2025"},
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
			if got := p.MidYear(); got != want.midYear {
				t.Errorf("its estimate is of mid-%d, want mid-%d", got, want.midYear)
			}
			if got := p.Name(); got != want.name {
				t.Errorf("its name is %q, want %q", got, want.name)
			}
		})
	}
}

func TestParsePeriodRefuses(t *testing.T) {
	for _, code := range []string{
		"", "202", "20245", "1999", "2100", "202425", "2024-26", "2024-24", "2024-2025", "2024-25-Q0", "2024-25-Q5", "2024-25-q1", "1999-00", "2024-25 ", " 2024", "2024/25", "2024-25-",
		"2024-26-AY", "2024-26-Q1", "2024-25-ay", "2024-25-FY", "2024-AY", "2025-02-29", "2025-13-01", "2025-00-10", "2025-06-31", "2025-06-00", "2025-6-30", "1999-06-30", "2025-09-30T00:00:00Z",
		"2025-09", // a month, and no two years that follow each other
	} {
		if p, err := benchmark.ParsePeriod(code); programme.KindOf(err) != programme.Invalid {
			t.Errorf("%q was read as %+v with the error %v", code, p, err)
		}
	}
}

// Every period that the system can name has a code from which it is read again,
// and the one before it is of its kind and ends the day before it begins; a day's
// is at most 366 days before it.
func TestEveryPeriod(t *testing.T) {
	var all []benchmark.Period
	for year := 2001; year <= 2099; year++ {
		all = append(all, benchmark.FinancialYear(year), benchmark.AcademicYear(year), benchmark.CalendarYear(year))
		for quarter := 1; quarter <= 4; quarter++ {
			all = append(all, benchmark.FinancialQuarter(year, quarter))
		}
	}
	for day := programme.Date("2001-01-01"); day <= "2099-12-31"; day = day.AddDays(1) {
		all = append(all, benchmark.AsAt(day))
	}
	for _, p := range all {
		if read, err := benchmark.ParsePeriod(p.Code); err != nil || read != p {
			t.Fatalf("%+v is read again as %+v, %v", p, read, err)
		}
		before := p.Previous()
		if read, err := benchmark.ParsePeriod(before.Code); err != nil || read != before || before.Kind != p.Kind {
			t.Fatalf("before %s comes %+v, which is read as %+v, %v", p.Code, before, read, err)
		}
		apart := before.EndsOn.AddDays(1) == p.StartsOn
		if p.Kind == benchmark.Day {
			apart = before.EndsOn.AddDays(365) == p.EndsOn || before.EndsOn.AddDays(366) == p.EndsOn
		}
		if !apart {
			t.Fatalf("%s ends on %s, and %s begins on %s", before.Code, before.EndsOn, p.Code, p.StartsOn)
		}
		midYear := benchmark.AsAt(programme.Date(benchmark.CalendarYear(p.MidYear()).Code + "-06-30")).EndsOn
		if midYear > p.EndsOn || midYear.AddMonths(12) <= p.EndsOn {
			t.Fatalf("%s, which ends on %s, takes the estimate of %s", p.Code, p.EndsOn, midYear)
		}
	}
	slices.SortFunc(all, benchmark.ComparePeriods)
	for i, p := range all[1:] {
		if benchmark.ComparePeriods(all[i], p) == 0 {
			t.Fatalf("%s and %s have one place in the order", all[i].Code, p.Code)
		}
	}
}

// Periods are in order of their last day, and those that end together in order of
// their length, the longest first.
func TestComparePeriods(t *testing.T) {
	want := []string{
		"2023-24", "2023-24-Q4", "2024-03-31", "2024-25-Q1", "2024-06-30", "2023-24-AY", "2024-08-31", "2024-25-Q2", "2024-09-30", "2024", "2024-25-Q3", "2024-12-31", "2024-25", "2024-25-Q4",
	}
	got := slices.Clone(want)
	slices.Sort(got)
	slices.SortFunc(got, func(a, b string) int { return benchmark.ComparePeriods(period(a), period(b)) })
	if !slices.Equal(got, want) {
		t.Errorf("the order is %v, want %v", got, want)
	}
}

// There can be figures of a period when it is over, and of a day on that day.
func TestEnded(t *testing.T) {
	for code, first := range map[string]programme.Date{
		"2024-25": "2025-04-01", "2024-25-AY": "2025-09-01", "2024": "2025-01-01", "2025-26-Q2": "2025-10-01", "2025-09-30": "2025-09-30",
	} {
		p := period(code)
		if p.Ended(first.AddDays(-1)) || !p.Ended(first) {
			t.Errorf("%s has ended on %s: %t, and on %s: %t", code, first.AddDays(-1), p.Ended(first.AddDays(-1)), first, p.Ended(first))
		}
	}
}

func FuzzParsePeriod(f *testing.F) {
	for _, code := range []string{"2024-25", "2024-25-AY", "2024", "2025-26-Q2", "2025-09-30", "2024-02-29", "2025-02-29", "2099-00"} {
		f.Add(code)
	}
	f.Fuzz(func(t *testing.T, code string) {
		p, err := benchmark.ParsePeriod(code)
		switch {
		case err != nil && programme.KindOf(err) != programme.Invalid:
			t.Errorf("%q is refused as %v", code, err)
		case err == nil && (p.Code != code || p.StartsOn > p.EndsOn || (p.StartsOn == p.EndsOn) != (p.Kind == benchmark.Day) || !slices.Contains(benchmark.PeriodKinds[:], p.Kind)):
			t.Errorf("%q is read as %+v", code, p)
		}
	})
}
