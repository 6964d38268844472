package postgres

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

const revisionsTable = "indicator_revisions"

var indicators = noun[benchmark.Indicator]{
	name: "indicator", keyColumn: "code",
	key:    func(i *benchmark.Indicator) *string { return &i.Code },
	stamps: func(i *benchmark.Indicator) stamps { return stamps{&i.Version, &i.CreatedAt, &i.UpdatedAt} },
	check:  func(_ *gorm.DB, i *benchmark.Indicator) error { return i.Check() },
	referrers: []referrer{
		figures,
		{"caveats", "indicator_code", "Caveats"},
		targetsOf,
		{"grouping_proposals", "indicators @> ARRAY[?]", "Grouping proposals"},
		{"findings", "indicators @> ARRAY[?]", "Findings"},
		{"frameworks", "document->'indicators' @> jsonb_build_array(jsonb_build_object('code', ?::text))", "Frameworks"},
	},
}

// figures and targets keep their indicator, and its unit too.
var (
	figures   = referrer{"dataset_columns", "indicator_code", "Figures"}
	targetsOf = referrer{"targets", "indicator_code", "Targets"}
)

// CreateIndicator adds an indicator at revision 1. The error is Forbidden for
// anyone but the programme's team, Conflict if the code is taken and Invalid if
// the multiplier is not the unit's.
func (s *Store) CreateIndicator(ctx context.Context, actor programme.Actor, i benchmark.Indicator) (benchmark.Indicator, error) {
	i.Revision = 1
	return create(ctx, s, actor, indicators, i, func(tx *gorm.DB, i *benchmark.Indicator) error {
		return tx.Table(revisionsTable).Create(i).Error
	})
}

// UpdateIndicator changes an indicator at the version, with the errors NotFound
// and Stale beside those of [Store.CreateIndicator]. The code stays. A change of
// what a value means makes a new revision, by which computed values are computed
// again; the others stay readable. A change of mere words does not, it corrects
// the present revision. Another unit is a Conflict while figures are
// held or targets set, and so is a polarity that a target contradicts.
func (s *Store) UpdateIndicator(ctx context.Context, actor programme.Actor, code string, version int64, change func(*benchmark.Indicator) error) (benchmark.Indicator, error) {
	return update(ctx, s, actor, indicators, code, version, change, func(tx *gorm.DB, before benchmark.Indicator, i *benchmark.Indicator) error {
		i.Revision = before.Revision
		if i.Unit != before.Unit {
			// Published values stay what they are: they cannot follow to another unit.
			if err := inUse(tx, "indicator", code, []referrer{figures, targetsOf}); err != nil {
				return err
			}
		}
		if err := inUse(tx, "indicator", code, []referrer{contradicting(i.Polarity)}); err != nil {
			return err
		}
		if definitionOf(*i) != definitionOf(before) {
			i.Revision++
			if err := tx.Table(revisionsTable).Create(i).Error; err != nil {
				return err
			}
			return ratesOfDefinition(tx, *i)
		}
		return one(tx.Table(revisionsTable).Where(clause.Eq{Column: "revision", Value: i.Revision}).
			Select("*").Omit("code", "revision", "created_at").Where(clause.Eq{Column: "code", Value: code}).UpdateColumns(i))
	})
}

// DeleteIndicator deletes an indicator with its revisions at the version. The
// error is Forbidden, NotFound, Stale or, while others refer to it, Conflict.
func (s *Store) DeleteIndicator(ctx context.Context, actor programme.Actor, code string, version int64) error {
	return remove(ctx, s, actor, indicators, code, version)
}

// definition is what makes a value mean what it means. Values of two different
// definitions cannot be compared unseen.
type definition struct {
	numerator, denominator string
	unit                   benchmark.Unit
	multiplier             float64
	decimals               int
	polarity               benchmark.Polarity
}

func definitionOf(i benchmark.Indicator) definition {
	return definition{i.Numerator, i.Denominator, i.Unit, i.Multiplier, i.Decimals, i.Polarity}
}
