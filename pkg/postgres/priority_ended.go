package postgres

import (
	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

// ended are the priorities that have a last day, by id.
type ended map[string]*programme.Priority

func endedPriorities(tx *gorm.DB) (ended, error) {
	var rows []programme.Priority
	err := tx.Session(&gorm.Session{NewDB: true}).Where("valid_to IS NOT NULL").Find(&rows).Error
	all := make(ended, len(rows))
	for i := range rows {
		all[rows[i].ID] = &rows[i]
	}
	return all, err
}

// days answers the last day of each.
func (e ended) days() map[string]programme.Date {
	days := make(map[string]programme.Date, len(e))
	for id, p := range e {
		days[id] = *p.ValidTo
	}
	return days
}

// before says that the priority ended before the day, where there are both and it is so.
func (e ended) before(id *string, day *programme.Date) []programme.Fault {
	if id == nil || day == nil || e[*id] == nil {
		return nil
	}
	return e[*id].EndedBefore(*day)
}

// prioritiesOfFieldwork says where the priority of a review that the actor could begin now has
// ended before its first day.
func prioritiesOfFieldwork(tx *gorm.DB, actor programme.Actor, rows []*programme.PeerReview) error {
	var relying []*programme.PeerReview
	for _, r := range rows {
		if r.Outlived = nil; r.PriorityID != nil && len(r.FieldworkDays) > 0 && r.May(actor, programme.StartFieldwork) == nil {
			relying = append(relying, r)
		}
	}
	if len(relying) == 0 {
		return nil
	}
	all, err := endedPriorities(tx)
	for _, r := range relying {
		r.Outlived = all.before(r.PriorityID, &r.FieldworkDays[0])
	}
	return err
}
