package returns

import (
	"sort"
	"time"

	"peerchallenge/pkg/programme"
)

// Window says when a quarter's returns are taken. Its days are the programme's, and
// each belongs to it whole: a day ends where the next begins in the programme's zone,
// whatever the clocks did in between.
type Window struct {
	OpensOn   programme.Date
	DueOn     programme.Date // last day on which a return is on time
	LateUntil programme.Date // last day on which one is taken at all
}

// Grace is for how many days after the due day a late return is still taken.
func (w Window) Grace() int { return daysBetween(w.DueOn, w.LateUntil) }

// Extended answers the window of a borough that has until the day: its own due day,
// and the quarter's grace after it. No extension takes anything away.
func (w Window) Extended(until programme.Date) Window {
	if until <= w.DueOn {
		return w
	}
	grace := w.Grace()
	w.DueOn, w.LateUntil = until, max(w.LateUntil, until.AddDays(grace))
	return w
}

// Span is the days from the first to the last, both included.
type Span struct{ First, Last programme.Date }

// Holds reports whether the day is one of them.
func (s Span) Holds(day programme.Date) bool { return s.First <= day && day <= s.Last }

// Punctuality is what a moment is to a borough's return.
type Punctuality string

// The five that there are.
const (
	NotOpen      Punctuality = "not_open" // before the window opens: refused
	OnTime       Punctuality = "on_time"
	Late         Punctuality = "late"          // after the due day, and still taken
	Closed       Punctuality = "closed"        // after the last day: refused
	InCorrection Punctuality = "in_correction" // after the close, in a window of the borough's own: taken, and not late
)

// Taken reports whether a return that comes at such a moment is taken.
func (p Punctuality) Taken() bool { return p == OnTime || p == Late || p == InCorrection }

// Standing is how a borough's return stands at a moment.
type Standing struct {
	Punctuality Punctuality
	DaysLate    int    // whole days after the due day; 0 where it is not late, or was not taken
	Window      Window // the borough's own; the zero Window where the quarter has none
}

// On answers how a return stands that comes on the day, where nothing but the window
// counts.
func (w Window) On(day programme.Date) Standing {
	switch {
	case day < w.OpensOn:
		return Standing{Punctuality: NotOpen, Window: w}
	case day <= w.DueOn:
		return Standing{Punctuality: OnTime, Window: w}
	case day <= w.LateUntil:
		return Standing{Punctuality: Late, DaysLate: daysBetween(w.DueOn, day), Window: w}
	}
	return Standing{Punctuality: Closed, Window: w}
}

// DayAt answers the day that the moment lies in.
func DayAt(at time.Time, zone *time.Location) programme.Date {
	return programme.Date(at.In(zone).Format(time.DateOnly))
}

// StartOf answers the first moment of the day in the zone, to the second. It is sought
// and not made, since clocks that change at midnight leave it out or have it twice.
func StartOf(day programme.Date, zone *time.Location) time.Time {
	const farthest = 15 * time.Hour // from UTC, of any zone
	from := day.Time().Add(-farthest)
	seconds := sort.Search(int(2*farthest/time.Second), func(i int) bool {
		return DayAt(from.Add(time.Duration(i)*time.Second), zone) >= day
	})
	return from.Add(time.Duration(seconds) * time.Second)
}

// daysBetween answers how many days after the first the second is.
func daysBetween(first, second programme.Date) int {
	const day = 24 * time.Hour // dates have no zone, so that all their days are as long
	return int(second.Time().Sub(first.Time()) / day)
}
