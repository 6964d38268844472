package postgres

import (
	"context"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

var correctionWindows = kind[returns.CorrectionWindow, *returns.CorrectionWindow]{
	orders:   byChange,
	reads:    []string{"quarter"},
	complete: illustrated[*returns.CorrectionWindow],
	cited: func(c *returns.CorrectionWindow) []citation {
		return []citation{citeBorough("/borough", &c.Borough)}
	},
}

// CorrectionWindows lists the correction windows of a quarter that the actor may see
// and the filter leaves, in order of creation or as sort says.
func (s *Store) CorrectionWindows(actor programme.Actor, f returns.OfQuarter, sort string) programme.Listing[returns.CorrectionWindow] {
	return list(s, actor, correctionWindows, sort, ofQuarter(f))
}

// CorrectionWindow reads one correction window. The error is NotFound.
func (s *Store) CorrectionWindow(ctx context.Context, actor programme.Actor, id string) (returns.CorrectionWindow, error) {
	return get(ctx, s, actor, correctionWindows, id)
}

// OpenCorrectionWindow lets a borough send in its return after the close. The error is
// NotFound if there is no such quarter, Forbidden for anyone but the programme's team,
// Conflict if the quarter's window is still open, and Invalid if the borough's own is on
// the window's days.
func (s *Store) OpenCorrectionWindow(ctx context.Context, actor programme.Actor, quarter string, c returns.CorrectionWindow) (returns.CorrectionWindow, error) {
	return add(ctx, s, actor, correctionWindows, c, func(w *work, c *returns.CorrectionWindow) error {
		q, err := w.inQuarter(quarter, returns.OpenCorrectionWindow)
		if err != nil {
			return err
		}
		given, err := w.extensionsOf(quarter, c.Borough)
		c.Grant(&q, w.now, w.store.rules.Zone, given)
		return err
	})
}

// TakeBackCorrectionWindow ends a correction window at the version, for what comes from
// now on. The error is Forbidden for anyone but the programme's team, NotFound, Stale,
// Conflict if it was taken back before, or Invalid without a reason.
func (s *Store) TakeBackCorrectionWindow(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (returns.CorrectionWindow, error) {
	return change(ctx, s, actor, correctionWindows, id, version, step, func(w *work, c *returns.CorrectionWindow) error {
		c.TakenBackAt = &w.now
		return actor.WithReason()
	})
}
