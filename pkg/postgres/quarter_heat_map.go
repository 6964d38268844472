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
	var shown disclosure.Shown
	if f.Unsuppressed {
		shown, err = s.unsuppressedSnapshot(tx, actor, &row)
	} else {
		shown, err = s.thawed(tx, actor, &row)
	}
	if err == nil {
		err = shown.May(actor)
	}
	return shown, refusal(err)
}
