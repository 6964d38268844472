package returns_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// london is where the days of the cases begin and end.
var london = programme.DefaultSettings.Zone

// at reads an instant.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

// quarterOf is the last quarter of 2026-27 with such a window.
func quarterOf(w returns.Window) returns.Quarter {
	return returns.Quarter{Code: "2026-27-Q4", OpensOn: &w.OpensOn, DueOn: &w.DueOn, LateUntil: &w.LateUntil}
}

var fourth = returns.Window{OpensOn: "2027-04-01", DueOn: "2027-05-14", LateUntil: "2027-05-28"}

// TestWindowEdges: days are London's, and belong to the window whole. The clocks have
// gone forward four days before it opens.
func TestWindowEdges(t *testing.T) {
	t.Parallel()
	q := quarterOf(fourth)
	for _, c := range []struct {
		received string
		want     returns.Punctuality
		late     int
	}{
		{"2027-03-31T22:59:59Z", returns.NotOpen, 0},
		{"2027-03-31T23:00:00Z", returns.OnTime, 0},
		{"2027-05-14T22:59:59Z", returns.OnTime, 0},
		{"2027-05-14T23:00:00Z", returns.Late, 1},
		{"2027-05-28T22:59:59Z", returns.Late, 14},
		{"2027-05-28T23:00:00Z", returns.Closed, 0},
	} {
		got := q.StandingAt(at(t, c.received), london, nil, nil)
		if got.Punctuality != c.want || got.DaysLate != c.late || got.Window != fourth {
			t.Errorf("received %s it is %s by %d days, want %s by %d", c.received, got.Punctuality, got.DaysLate, c.want, c.late)
		}
	}
}

// given is an extension until the day, granted on another.
func given(until, on programme.Date) returns.Extension {
	return returns.Extension{Granted: returns.Granted{GrantedOn: on}, DueOn: until}
}

// TestExtensions: an extension moves the due day, and the last day where its own grace
// reaches further; granted late, it cures lateness from its own day on; taken back, it
// holds for what came until then.
func TestExtensions(t *testing.T) {
	t.Parallel()
	q := quarterOf(fourth)
	ended := given("2027-05-20", "2027-05-01")
	moment := at(t, "2027-05-16T12:00:00Z")
	ended.TakenBackAt = &moment
	for _, c := range []struct {
		name      string
		received  string
		given     []returns.Extension
		want      returns.Punctuality
		late      int
		lateUntil programme.Date
	}{
		{"on the extended day", "2027-05-20T22:59:59Z", []returns.Extension{given("2027-05-20", "2027-05-01")}, returns.OnTime, 0, "2027-06-03"},
		{"the day after it", "2027-05-20T23:00:00Z", []returns.Extension{given("2027-05-20", "2027-05-01")}, returns.Late, 1, "2027-06-03"},
		{"on the last day of its grace", "2027-06-03T22:59:59Z", []returns.Extension{given("2027-05-20", "2027-05-01")}, returns.Late, 14, "2027-06-03"},
		{"after its grace", "2027-06-03T23:00:00Z", []returns.Extension{given("2027-05-20", "2027-05-01")}, returns.Closed, 0, "2027-06-03"},
		{"the day before it was granted", "2027-05-17T22:59:59Z", []returns.Extension{given("2027-05-20", "2027-05-18")}, returns.Late, 3, "2027-05-28"},
		{"on the day on which it was granted", "2027-05-17T23:00:00Z", []returns.Extension{given("2027-05-20", "2027-05-18")}, returns.OnTime, 0, "2027-06-03"},
		{"granted after the close", "2027-06-10T12:00:00Z", []returns.Extension{given("2027-06-11", "2027-06-10")}, returns.OnTime, 0, "2027-06-25"},
		{"the later of two", "2027-05-25T12:00:00Z", []returns.Extension{given("2027-05-26", "2027-05-01"), given("2027-05-20", "2027-05-02")}, returns.OnTime, 0, "2027-06-09"},
		{"before it was taken back", "2027-05-16T11:59:59Z", []returns.Extension{ended}, returns.OnTime, 0, "2027-06-03"},
		{"after it was taken back", "2027-05-16T12:00:00Z", []returns.Extension{ended}, returns.Late, 2, "2027-05-28"},
		{"one that gives no more", "2027-05-15T12:00:00Z", []returns.Extension{given("2027-05-10", "2027-05-01")}, returns.Late, 1, "2027-05-28"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := q.StandingAt(at(t, c.received), london, c.given, nil)
			if got.Punctuality != c.want || got.DaysLate != c.late || got.Window.LateUntil != c.lateUntil {
				t.Errorf("it is %s by %d days and taken until %s, want %s by %d until %s", got.Punctuality, got.DaysLate, got.Window.LateUntil, c.want, c.late, c.lateUntil)
			}
		})
	}
}

// TestCorrectionWindows: after the close, what comes in a borough's correction window is
// taken and not late; before it, the quarter's own window says how it stands.
func TestCorrectionWindows(t *testing.T) {
	t.Parallel()
	q := quarterOf(fourth)
	window := returns.CorrectionWindow{Granted: returns.Granted{GrantedOn: "2027-06-07"}, OpensOn: "2027-06-08", ClosesOn: "2027-06-10"}
	back := at(t, "2027-06-09T12:00:00Z")
	ended := window
	ended.TakenBackAt = &back
	for _, c := range []struct {
		received string
		window   returns.CorrectionWindow
		want     returns.Punctuality
	}{
		{"2027-06-07T22:59:59Z", window, returns.Closed},
		{"2027-06-07T23:00:00Z", window, returns.InCorrection},
		{"2027-06-10T22:59:59Z", window, returns.InCorrection},
		{"2027-06-10T23:00:00Z", window, returns.Closed},
		{"2027-06-09T11:59:59Z", ended, returns.InCorrection},
		{"2027-06-09T12:00:00Z", ended, returns.Closed},
		{"2027-05-20T12:00:00Z", window, returns.Late},
	} {
		if got := q.StandingAt(at(t, c.received), london, nil, []returns.CorrectionWindow{c.window}); got.Punctuality != c.want {
			t.Errorf("received %s it is %s, want %s", c.received, got.Punctuality, c.want)
		}
	}
}

// TestQuartersWithoutAWindow: practice is always open, and what was imported never.
func TestQuartersWithoutAWindow(t *testing.T) {
	t.Parallel()
	now := at(t, "2027-05-20T12:00:00Z")
	practice, imported := returns.Quarter{Code: returns.Practice, Practice: true}, returns.Quarter{Code: "2020-21-Q1", Imported: true}
	if got := practice.StandingAt(now, london, nil, nil); got.Punctuality != returns.OnTime {
		t.Errorf("practice is %s", got.Punctuality)
	}
	if got := imported.StandingAt(now, london, []returns.Extension{given("2027-06-01", "2027-05-01")}, nil); got.Punctuality != returns.Closed {
		t.Errorf("an imported quarter is %s", got.Punctuality)
	}
}

// zones are those that the properties are tried in: clocks change in them in either
// half of the year, at midnight, by half an hour, and not at all.
var zones = []string{"Europe/London", "America/Havana", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut", "America/Sao_Paulo", "Pacific/Apia", "UTC"}

// TestPropertiesOfWindows draws windows, extensions and moments, and holds them to what
// must always be so.
func TestPropertiesOfWindows(t *testing.T) {
	t.Parallel()
	const seed = 13
	r := rand.New(rand.NewPCG(seed, seed))
	for i := range 20000 {
		zone, err := time.LoadLocation(zones[i%len(zones)])
		if err != nil {
			t.Fatal(err)
		}
		opens := programme.Date("2024-01-01").AddDays(r.IntN(2000))
		w := returns.Window{OpensOn: opens, DueOn: opens.AddDays(r.IntN(60))}
		w.LateUntil = w.DueOn.AddDays(r.IntN(30))
		moment := returns.StartOf(opens.AddDays(r.IntN(130)-10), zone).Add(time.Duration(r.IntN(86_400_000)) * time.Millisecond)
		extension := given(opens.AddDays(r.IntN(90)), opens.AddDays(r.IntN(90)))
		holdsWindow(t, w, moment, zone, extension)
		if t.Failed() {
			t.Fatalf("seed %d, case %d: %+v at %s in %s with %+v", seed, i, w, moment, zone, extension)
		}
	}
}

// holdsWindow is what must be so of every window, moment and extension.
func holdsWindow(t *testing.T, w returns.Window, moment time.Time, zone *time.Location, extension returns.Extension) {
	t.Helper()
	q := quarterOf(w)
	plain, own := q.StandingAt(moment, zone, nil, nil), q.StandingAt(moment, zone, []returns.Extension{extension}, nil)
	later := q.StandingAt(moment.Add(24*time.Hour), zone, nil, nil)
	day := returns.DayAt(moment, zone)
	switch start := returns.StartOf(day, zone); {
	case start.After(moment) || returns.DayAt(start, zone) != day:
		t.Errorf("%s begins at %s, after a moment in it", day, start)
	case returns.DayAt(start.Add(-time.Second), zone) >= day:
		t.Errorf("a second before %s began it was %s already", day, returns.DayAt(start.Add(-time.Second), zone))
	}
	switch {
	case plain.Punctuality == returns.Late && (plain.DaysLate < 1 || plain.DaysLate > w.Grace()):
		t.Errorf("it is late by %d days of %d", plain.DaysLate, w.Grace())
	case plain.Punctuality != returns.Late && plain.DaysLate != 0:
		t.Errorf("it is %s, and late by %d days", plain.Punctuality, plain.DaysLate)
	case plain.Punctuality == returns.Late && w.DueOn.AddDays(plain.DaysLate) != day:
		t.Errorf("%d days after %s it is %s", plain.DaysLate, w.DueOn, day)
	case plain.Punctuality == returns.Late && later.Punctuality == returns.Late && later.DaysLate < plain.DaysLate:
		t.Error("a day later it is less late")
	case plain.Punctuality == returns.Closed && later.Punctuality != returns.Closed:
		t.Errorf("a day after the close it is %s", later.Punctuality)
	}
	switch {
	case plain.Punctuality.Taken() && !own.Punctuality.Taken(), plain.Punctuality == returns.OnTime && own.Punctuality != returns.OnTime, own.DaysLate > plain.DaysLate && plain.Punctuality == returns.Late:
		t.Errorf("an extension makes %s by %d days %s by %d", plain.Punctuality, plain.DaysLate, own.Punctuality, own.DaysLate)
	case own.Window.DueOn > w.DueOn && own.Window.LateUntil > w.LateUntil && own.Window.Grace() != w.Grace():
		t.Errorf("an extended borough has %d days of grace of %d", own.Window.Grace(), w.Grace())
	case own.Window.OpensOn != w.OpensOn, own.Window.DueOn < w.DueOn, own.Window.LateUntil < w.LateUntil:
		t.Errorf("an extension makes %+v of %+v", own.Window, w)
	case day < extension.GrantedOn && own != plain:
		t.Error("an extension holds before it is granted")
	}
	opening := returns.CorrectionWindow{Granted: returns.Granted{GrantedOn: w.LateUntil}, OpensOn: day, ClosesOn: day}
	if corrected := q.StandingAt(moment, zone, nil, []returns.CorrectionWindow{opening}); (plain.Punctuality == returns.Closed) != (corrected.Punctuality == returns.InCorrection) {
		t.Errorf("%s becomes %s in a correction window", plain.Punctuality, corrected.Punctuality)
	}
}

// FuzzWindow holds windows of any days and moments to the same, and codes of quarters
// to being told or refused.
func FuzzWindow(f *testing.F) {
	f.Add("2026-27-Q4", "2027-04-01", 43, 14, int64(1806447599), 0, 6, 20)       // a second before it opens
	f.Add("2026-27-Q4", "2027-04-01", 43, 14, int64(1811545200), 0, 57, 49)      // the moment of the close
	f.Add("2024-25-Q2", "2024-10-01", 30, 0, int64(1729987200), 0, 40, 10)       // the hour that comes twice
	f.Add("2024-25-Q3", "2025-01-01", 0, 0, int64(1743296400), 1, 1, 0)          // the hour that does not come
	f.Add("practice", "2024-02-29", 1, 1, int64(1709164800), 2, 0, 0)            // no quarter
	f.Add("2099-00-Q1", "2099-12-31", 400, 400, int64(4102444799), 6, 900, -900) // the end of the century
	f.Fuzz(func(t *testing.T, code, opens string, due, grace int, seconds int64, zone, until, granted int) {
		q := returns.Quarter{Code: code}
		if period, ok := q.Period(); ok && (period.Code != code || period.StartsOn >= period.EndsOn) {
			t.Errorf("%q is %+v", code, period)
		}
		first, err := programme.ParseDate(opens)
		if err != nil || first < "2020-01-01" || first > "2200-01-01" || seconds < 1.6e9 || seconds > 7e9 || max(abs(due), abs(grace), abs(until), abs(granted)) > 2000 {
			return // some places once set their clocks back over midnight, or left out a day
		}
		w := returns.Window{OpensOn: first, DueOn: first.AddDays(abs(due))}
		w.LateUntil = w.DueOn.AddDays(abs(grace))
		place, err := time.LoadLocation(zones[abs(zone%len(zones))])
		if err != nil {
			t.Fatal(err)
		}
		holdsWindow(t, w, time.Unix(seconds, 0).UTC(), place, given(first.AddDays(until), first.AddDays(granted)))
	})
}

func abs(n int) int { return max(n, -n) }
