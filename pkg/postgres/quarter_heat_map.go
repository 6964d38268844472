package postgres

import (
	"cmp"
	"context"

	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

// ShownQuarter reads a published quarter as the actor may see it: the snapshot with the
// number or, without one, that which is shown, or the truth of it. The error is as of
// [Store.QuarterFigures]; what is not published is Conflict for everybody.
func (s *Store) ShownQuarter(ctx context.Context, actor programme.Actor, quarter string, f disclosure.FigureFilter) (disclosure.Shown, error) {
	tx := s.gorm.WithContext(ctx)
	row, err := chosenSnapshot(tx, quarter, f.Number)
	if f.Unsuppressed {
		err = cmp.Or(disclosure.MayReadUnsuppressed(actor), err)
	}
	if err == nil && f.Unsuppressed {
		f.Number = &row.Number
		err = s.keepRead(ctx, actor, quarter, &f)
	}
	if err != nil {
		return disclosure.Shown{}, refusal(err)
	}
	shown, err := s.snapshotAs(tx, actor, &row, f.Unsuppressed)
	return shown, refusal(err)
}

// PrintedFigures lists the figures of a published quarter as everybody sees them, for a form
// that is passed on, beside the peers that the filter names. The error is as of
// [Store.QuarterFigures].
func (s *Store) PrintedFigures(ctx context.Context, actor programme.Actor, quarter string, f disclosure.FigureFilter) (printed *disclosure.Shown, rows []disclosure.QuarterFigure, err error) {
	shown, err := s.ShownQuarter(ctx, actor, quarter, disclosure.FigureFilter{Number: f.Number})
	if err != nil {
		return nil, nil, err
	}
	tx := s.gorm.WithContext(ctx)
	printed = shown.Printed()
	if err = setPeers(tx, actor, printed, f); err == nil {
		err = s.setBeside(tx, programme.Actor{}, printed) // nobody's own
	}
	if err != nil {
		return nil, nil, refusal(err)
	}
	return printed, printed.Figures(f), nil
}
