package postgres

import (
	"context"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// DueDays answers the due days of the borough's returns of quarters that are to come, whose
// window is open or that are still to be shown, the earliest quarter first; to the borough itself and the programme's team, and none to others.
func (s *Store) DueDays(ctx context.Context, actor programme.Actor, borough string) ([]returns.DueDay, error) {
	if !programme.Parties(borough).Includes(actor) {
		return nil, nil
	}
	var due []returns.DueDay
	err := s.atOneMoment(ctx, nil, func(l line, _ int64) error {
		var quarters []returns.Quarter
		if err := beyondSight(l.DB).Where("opens_on IS NOT NULL").Order("code").Find(&quarters).Error; err != nil || len(quarters) == 0 {
			return err
		}
		var all returns.Collected
		if err := dueAndCame(func() *gorm.DB { return beyondSight(l.DB).Where("borough_code = ?", borough).Order("id") }, &all); err != nil {
			return err
		}
		for _, q := range quarters {
			own := all.In(q, nil)
			var received returns.Received
			if len(own.Received) > 0 {
				received = own.Received[0]
			}
			if d, stands := returns.DueDayOf(q, borough, s.now(), s.rules.Zone, own.Extensions, received.ReceivedAt); stands {
				due = append(due, d)
			}
		}
		return nil
	})
	return due, refusal(err)
}
