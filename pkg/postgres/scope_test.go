package postgres

import (
	"errors"
	"testing"

	"peerchallenge/pkg/programme"
)

// TestNoRecordIsReadUndecided: a query for records that says nothing of who may see
// them is refused, and so are its count and its columns; reference data, which
// everybody sees, need no word.
func TestNoRecordIsReadUndecided(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	var people []programme.Participant
	var ids []string
	var n int64
	for what, err := range map[string]error{
		"rows":    s.gorm.Find(&people).Error,
		"one row": s.gorm.Take(&programme.Finding{}).Error,
		"count":   s.gorm.Model(&programme.PeerReview{}).Count(&n).Error,
		"column":  s.gorm.Model(&programme.Action{}).Pluck("id", &ids).Error,
	} {
		if !errors.Is(err, errNoSight) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, err := range map[string]error{
		"by who sees them":  s.gorm.Scopes(visibleTo(programme.Actor{})).Find(&people).Error,
		"whoever sees them": beyondSight(s.gorm).Find(&people).Error,
		"reference data":    s.gorm.Find(&[]programme.Borough{}).Error,
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}
