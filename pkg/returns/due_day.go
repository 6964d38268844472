package returns

import (
	"time"
)

// DueDay is the day on which the return of a borough for a quarter is due, with the days
// around it, as its calendar shows them.
type DueDay struct {
	Quarter   Quarter
	Borough   string
	Window    Window // the borough's own
	Received  bool   // nobody need be reminded any more
	Sequence  int    // grows with each change of the days, and never falls
	UpdatedAt time.Time
}

// DueDayOf answers the borough's due day in the quarter at the moment; receivedAt is when
// its return came, or nil. ok is false where there is no window, or it and the day on which
// the quarter is to be shown are over.
func DueDayOf(q Quarter, borough string, at time.Time, zone *time.Location, extensions []Extension, receivedAt *time.Time) (d DueDay, ok bool) {
	w, has := q.Window()
	if !has {
		return DueDay{}, false
	}
	own, today := Extended(w, at, zone, extensions), DayAt(at, zone)
	d = DueDay{Quarter: q, Borough: borough, Window: own, Received: receivedAt != nil, Sequence: q.ChangedAfter(), UpdatedAt: q.UpdatedAt}
	for i := range extensions {
		e := &extensions[i]
		if d.Sequence += 1 + e.ChangedAfter(); e.UpdatedAt.After(d.UpdatedAt) {
			d.UpdatedAt = e.UpdatedAt
		}
	}
	if receivedAt != nil && receivedAt.After(d.UpdatedAt) {
		d.UpdatedAt = *receivedAt
	}
	return d, today <= own.LateUntil || q.PublishOn != nil && today <= *q.PublishOn
}
