package postgres

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// periodVersion is the version of every period: they are never changed.
const periodVersion = 1

var periodReferrers = []referrer{{"dataset_columns", "period_code", "Figures"}, {"targets", "period_code", "Targets"}, {"grouping_proposals", "period_code", "Grouping proposals"}}

// CreatePeriod adds a period. The error is Forbidden for anyone but the
// programme's team and Conflict if it is there already.
func (s *Store) CreatePeriod(ctx context.Context, actor programme.Actor, p benchmark.Period) (benchmark.Period, error) {
	err := s.writeAs(ctx, actor, func(tx *gorm.DB) error {
		p.CreatedAt = s.now()
		if err := tx.Create(&p).Error; err != nil {
			return err
		}
		return s.audit(tx, actor, actionCreate, "period", p.Code, nil, p)
	})
	return orZero(p, err)
}

// DeletePeriod deletes a period; its version is always 1. The error is
// Forbidden, NotFound, Stale or, while others refer to it, Conflict.
func (s *Store) DeletePeriod(ctx context.Context, actor programme.Actor, code string, version int64) error {
	return s.writeAs(ctx, actor, func(tx *gorm.DB) error {
		var before benchmark.Period
		err := tx.Where(clause.Eq{Column: "code", Value: code}).Take(&before).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return programme.Errorf(programme.NotFound, programme.CodeNotFound, "There is no such period.")
		}
		if err != nil {
			return err
		}
		if err := sameVersion(periodVersion, version); err != nil {
			return err
		}
		if err := inUse(tx, "period", code, periodReferrers); err != nil {
			return err
		}
		if err := one(tx.Delete(&before)); err != nil {
			return err
		}
		return s.audit(tx, actor, actionDelete, "period", code, before, nil)
	})
}
