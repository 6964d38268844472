package postgres

import (
	"context"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

var extensions = kind[returns.Extension, *returns.Extension]{
	orders:   byChange,
	reads:    []string{"quarter"},
	complete: illustrated[*returns.Extension],
	cited: func(e *returns.Extension) []citation {
		return []citation{citeBorough("/borough", &e.Borough)}
	},
}

// Extensions lists the extensions of a quarter that the actor may see and the filter
// leaves, in order of creation or as sort says.
func (s *Store) Extensions(actor programme.Actor, f returns.OfQuarter, sort string) programme.Listing[returns.Extension] {
	return list(s, actor, extensions, sort, ofQuarter(f))
}

// Extension reads one extension. The error is NotFound.
func (s *Store) Extension(ctx context.Context, actor programme.Actor, id string) (returns.Extension, error) {
	return get(ctx, s, actor, extensions, id)
}

// GrantExtension gives a borough until a later due day. The error is NotFound if there
// is no such quarter, Forbidden for anyone but the programme's team, Conflict if the
// quarter has no window, and Invalid if the borough has as long anyway.
func (s *Store) GrantExtension(ctx context.Context, actor programme.Actor, quarter string, e returns.Extension) (returns.Extension, error) {
	return add(ctx, s, actor, extensions, e, func(w *work, e *returns.Extension) error {
		q, err := w.inQuarter(quarter, returns.GrantExtension)
		if err != nil {
			return err
		}
		others, err := w.extensionsOf(quarter, e.Borough)
		e.Grant(&q, w.now, w.store.rules.Zone, others)
		return err
	})
}

// TakeBackExtension ends an extension at the version, for what comes from now on. The
// error is Forbidden for anyone but the programme's team, NotFound, Stale, Conflict if
// it was taken back before, or Invalid without a reason.
func (s *Store) TakeBackExtension(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (returns.Extension, error) {
	return change(ctx, s, actor, extensions, id, version, step, func(w *work, e *returns.Extension) error {
		e.TakenBackAt = &w.now
		return actor.WithReason()
	})
}

// extensionsOf reads what the borough was given in the quarter.
func (w *work) extensionsOf(quarter, borough string) ([]returns.Extension, error) {
	var given []returns.Extension
	err := beyondSight(w.tx).Where("quarter_code = ? AND borough_code = ?", quarter, borough).Order("id").Find(&given).Error
	return given, err
}
