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
// that is passed on. The error is as of [Store.ShownQuarter].
func (s *Store) PrintedFigures(ctx context.Context, actor programme.Actor, quarter string, number *int) (of disclosure.Heading, rows []disclosure.QuarterFigure, err error) {
	shown, err := s.ShownQuarter(ctx, actor, quarter, disclosure.FigureFilter{Number: number})
	if err != nil {
		return of, nil, err
	}
	printed := shown.Printed()
	if err := s.setBeside(s.gorm.WithContext(ctx), programme.Actor{}, printed); err != nil { // nobody's own
		return of, nil, refusal(err)
	}
	return printed.Document.Heading, printed.Figures(disclosure.FigureFilter{}), nil
}
