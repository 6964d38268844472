package postgres

import (
	"context"

	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

// ShownQuarter reads a published quarter as the actor may see it: the snapshot with the
// number or, without one, that which is shown. The error is as of [Store.QuarterFigures].
func (s *Store) ShownQuarter(ctx context.Context, actor programme.Actor, quarter string, number *int) (disclosure.Shown, error) {
	shown, err := s.shown(s.gorm.WithContext(ctx), actor, quarter, number)
	return shown, refusal(err)
}
