package postgres

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

var reminderAddresses = kind[returns.ReminderAddress, *returns.ReminderAddress]{
	orders: byChange,
}

// ReminderAddresses lists the addresses that a borough has named and that the actor may
// see, in order of creation or as sort says.
func (s *Store) ReminderAddresses(actor programme.Actor, borough, sort string) programme.Listing[returns.ReminderAddress] {
	return list(s, actor, reminderAddresses, sort, func(q *gorm.DB) *gorm.DB { return q.Where("borough_code = ?", borough) })
}

// ReminderAddress reads one address. The error is NotFound.
func (s *Store) ReminderAddress(ctx context.Context, actor programme.Actor, id string) (returns.ReminderAddress, error) {
	return get(ctx, s, actor, reminderAddresses, id)
}

// NameReminderAddress adds an address to a borough's. The error is Forbidden for anyone
// but a lead of the borough and the programme's team, and Invalid if it is no address,
// the borough has it already, or has as many as it may.
func (s *Store) NameReminderAddress(ctx context.Context, actor programme.Actor, borough string, a returns.ReminderAddress) (returns.ReminderAddress, error) {
	a.Borough = borough
	return add(ctx, s, actor, reminderAddresses, a, func(w *work, a *returns.ReminderAddress) error {
		if err := a.May(actor, programme.Edit); err != nil {
			return err
		}
		a.Name()
		// Two who name the last that there may be wait for each other.
		if err := w.tx.Exec("SELECT FROM boroughs WHERE code = ? FOR NO KEY UPDATE", borough).Error; err != nil {
			return err
		}
		var has int64
		if err := beyondSight(w.tx).Model(a).Where("borough_code = ?", borough).Count(&has).Error; err != nil {
			return err
		}
		if has >= returns.MostReminderAddresses {
			w.faults = append(w.faults, programme.Fault{Pointer: "/address", Code: programme.FaultTooMany, Detail: fmt.Sprintf("A borough names %d addresses at most; take one out first.", returns.MostReminderAddresses)})
		}
		return nil
	})
}

// DeleteReminderAddress takes an address at the version out; what waits to be sent to it
// is not sent any more. The error is Forbidden, NotFound, or Stale.
func (s *Store) DeleteReminderAddress(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return drop(ctx, s, actor, reminderAddresses, id, version, nil)
}
