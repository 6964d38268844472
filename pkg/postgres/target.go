package postgres

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

var targets = noun[benchmark.Target]{
	name: "target", keyColumn: "id", madeKey: true,
	key:    func(t *benchmark.Target) *string { return &t.ID },
	stamps: func(t *benchmark.Target) stamps { return stamps{&t.Version, &t.CreatedAt, &t.UpdatedAt} },
	check:  checkTarget,
}

// CreateTarget sets a target and answers it with its id. The error is Forbidden for anyone but
// the programme's team, Invalid if it breaks its rules or names an indicator or a period that is
// not there, and Conflict if the indicator has one in the period.
func (s *Store) CreateTarget(ctx context.Context, actor programme.Actor, t benchmark.Target) (benchmark.Target, error) {
	return create(ctx, s, actor, targets, t, nil)
}

// UpdateTarget changes a target at the version, with the errors of [Store.CreateTarget], NotFound
// and Stale. Its indicator and period stay.
func (s *Store) UpdateTarget(ctx context.Context, actor programme.Actor, id string, version int64, change func(*benchmark.Target) error) (benchmark.Target, error) {
	return update(ctx, s, actor, targets, id, version, change, nil)
}

// DeleteTarget deletes a target at the version. The error is Forbidden, NotFound or Stale.
func (s *Store) DeleteTarget(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return remove(ctx, s, actor, targets, id, version)
}

// checkTarget relies on the caller being the only writer.
func checkTarget(tx *gorm.DB, t *benchmark.Target) error {
	var ind benchmark.Indicator // which has neither unit nor polarity where it is not there
	if err := tx.Where(clause.Eq{Column: "code", Value: t.Indicator}).Limit(1).Find(&ind).Error; err != nil {
		return err
	}
	return checked(tx, t.Check(&ind), single(citeIndicators("/indicator", nil), &t.Indicator), citePeriod("/period", &t.Period))
}

// contradicting are the targets that an indicator of the polarity cannot have.
func contradicting(polarity benchmark.Polarity) referrer {
	return referrer{"targets", "indicator_code = ? AND direction = '" + string(polarity.Contradicts()) + "'", "Targets with the other direction"}
}
