package postgres

import (
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// Every kind of period is kept as it was created, in its place in the order.
func TestPeriodsOfEveryKind(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	codes := []string{"2031-03-31", "2030-31-AY", "2031-09-30", "2031", "2031-32-Q3", "2032-02-29"} // in order
	for _, i := range []int{3, 1, 5, 0, 4, 2} {
		p, err := benchmark.ParsePeriod(codes[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.CreatePeriod(ctx, team, p); err != nil {
			t.Fatalf("%s: %v", p.Code, err)
		}
	}
	periods := snapshotOf(t, s).Periods
	for i, p := range periods[len(periods)-len(codes):] {
		want, _ := benchmark.ParsePeriod(codes[i])
		if want.CreatedAt = p.CreatedAt; p != want {
			t.Errorf("in the place %d is %+v, want %+v", i, p, want)
		}
	}
	if p := snapshotOf(t, s).Period("2032-02-29"); p == nil || p.Kind != benchmark.Day {
		t.Errorf("the day is found as %+v", p)
	}
	if err := s.DeletePeriod(ctx, team, "2031-09-30", 1); err != nil {
		t.Errorf("a day for which no figure is held is not deleted: %v", err)
	}
}

// The database itself refuses a day of more than one day, and a year of one.
func TestDatabaseRefusesPeriods(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	long, short, backwards := benchmark.AsAt("2031-03-31"), benchmark.CalendarYear(2031), benchmark.CalendarYear(2032)
	long.StartsOn, short.EndsOn, backwards.EndsOn = "2031-03-30", short.StartsOn, "2031-12-31"
	strange := benchmark.CalendarYear(2033)
	strange.Kind = "decade"
	for name, p := range map[string]benchmark.Period{"a day of two": long, "a year of a day": short, "one that ends first": backwards, "a decade": strange} {
		if _, err := s.CreatePeriod(t.Context(), team, p); err == nil {
			t.Errorf("%s is kept: %+v", name, p)
		}
	}
	_, err := s.CreatePeriod(t.Context(), team, benchmark.Period{Code: "2031-3", Kind: benchmark.Calendar, StartsOn: "2031-01-01", EndsOn: "2031-12-31"})
	wantFault(t, err, programme.Invalid, "invalid", "/code", "not_allowed")
}
