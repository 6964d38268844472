package postgres

import (
	"context"

	"gorm.io/gorm"

	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

// QuarterSnapshotChanges lists what a snapshot shows otherwise than the one of its quarter
// with the number, as everybody sees both. The error is NotFound, Malformed if there is no
// such number, or Gone if either was withdrawn.
func (s *Store) QuarterSnapshotChanges(actor programme.Actor, id string, since int) programme.Listing[disclosure.SnapshotChange] {
	changes := func(tx *gorm.DB) ([]disclosure.SnapshotChange, error) {
		row, err := read(tx.Scopes(visibleTo(actor)), quarterSnapshots, id)
		if err == nil {
			err = row.Readable()
		}
		if err != nil {
			return nil, err
		}
		everybody := programme.Actor{} // of no borough: differences are of views
		other, err := chosenSnapshot(tx, row.Quarter, &since)
		if programme.KindOf(err) == programme.Malformed {
			err = programme.BadRequest(programme.UnknownParameter("since", "The quarter has no snapshot with this number."))
		}
		if err != nil {
			return nil, err
		}
		earlier, err := s.thawed(tx, everybody, &other)
		if err != nil {
			return nil, err
		}
		now, err := s.thawed(tx, everybody, &row)
		if err != nil {
			return nil, err
		}
		return now.Document.ChangesSince(earlier.Document), nil
	}
	l := listed(s, []string{"quarter", "quarter-snapshot"}, lastHeard(actor), (*disclosure.SnapshotChange).Key, changes)
	// A whole list begins before its rows are read.
	l.Each = l.Under(func(ctx context.Context) error {
		_, err := changes(s.gorm.WithContext(ctx))
		return refusal(err)
	}).Each
	return l
}
