package postgres

import (
	"context"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/programme"
)

// relatedAuthority is an authority as the audit keeps it where its succession is in
// question.
type relatedAuthority struct {
	programme.Authority

	Predecessors, Successors []programme.Relative
}

func related(a programme.Authority, successions []programme.Succession) relatedAuthority {
	return relatedAuthority{a, programme.Predecessors(successions, a.Code), programme.Successors(successions, a.Code)}
}

// successionsOf answers those that any of the authorities is in.
func successionsOf(tx *gorm.DB, codes ...string) (successions []programme.Succession, err error) {
	err = tx.Where("predecessor_code IN ? OR successor_code IN ?", codes, codes).Order("predecessor_code, successor_code").Find(&successions).Error
	return successions, err
}

// SucceedAuthority ends an authority at the version and lets another stand in its
// place: a new one, or one that is there already. The error is Forbidden for anyone
// but the programme's team, NotFound, Stale, Conflict if it has its successor already
// or the successor's code or number is another's, and Invalid if the days do not fit.
func (s *Store) SucceedAuthority(ctx context.Context, actor programme.Actor, code string, version int64, r programme.Reorganisation) (programme.Succeeded, error) {
	var done programme.Succeeded
	err := s.writeAs(ctx, actor, func(tx *gorm.DB) error {
		before, err := authorities.take(tx, code, version)
		if err != nil {
			return err
		}
		var held []programme.Authority
		if err := tx.Clauses(forUpdate).Where(clause.Eq{Column: "code", Value: r.Successor.Code}).Find(&held).Error; err != nil {
			return err
		}
		successions, err := successionsOf(tx, code, r.Successor.Code)
		if err != nil {
			return err
		}
		done, err = s.succeed(tx, actor, before, held, successions, r)
		return err
	})
	return orZero(done, err)
}

// succeed takes the successor that is there, if it is, from held.
func (s *Store) succeed(tx *gorm.DB, actor programme.Actor, before programme.Authority, held []programme.Authority, successions []programme.Succession, r programme.Reorganisation) (programme.Succeeded, error) {
	var there *programme.Authority
	if len(held) > 0 {
		there = &held[0]
	}
	ended := before
	successor, made, err := r.Apply(&ended, there, successions)
	if err != nil {
		return programme.Succeeded{}, err
	}
	// The one that ends is written first: it may give its number to the other.
	if err := s.saveNext(tx, &ended); err != nil {
		return programme.Succeeded{}, err
	}
	if there != nil {
		err = s.saveNext(tx, &successor)
	} else {
		successor = stamped(s, authorities, successor)
		err = tx.Create(&successor).Error
	}
	if err != nil {
		return programme.Succeeded{}, err
	}
	made.CreatedAt = s.now()
	if err := tx.Create(&made).Error; err != nil {
		return programme.Succeeded{}, err
	}
	if made.Kind == programme.Continues {
		if err := refile(tx, ended.Code, successor.Code, made.From); err != nil {
			return programme.Succeeded{}, err
		}
	}
	all := slices.Concat(successions, []programme.Succession{made})
	err = s.audit(tx, actor, actionUpdate, authorities.name, ended.Code, related(before, successions), related(ended, all))
	if err == nil && there != nil {
		err = s.audit(tx, actor, actionUpdate, authorities.name, successor.Code, related(*there, successions), related(successor, all))
	} else if err == nil {
		err = s.audit(tx, actor, actionCreate, authorities.name, successor.Code, nil, related(successor, all))
	}
	return programme.Succeeded{Authority: ended, Successor: successor, Successions: all}, err
}

// saveNext saves the authority as its next version.
func (s *Store) saveNext(tx *gorm.DB, a *programme.Authority) error {
	now := s.now()
	a.Version, a.UpdatedAt = nextVersion(a.Version, now), now
	return saveAll(tx, a)
}

// keepsSuccessions refuses an authority that its successions do not bear out.
func keepsSuccessions(tx *gorm.DB, a *programme.Authority) error {
	successions, err := successionsOf(tx, a.Code)
	if err != nil || len(successions) == 0 {
		return err
	}
	var codes []string
	for _, s := range successions {
		codes = append(codes, s.Predecessor, s.Successor)
	}
	var ends []programme.Authority
	if err := tx.Where("code IN ?", codes).Find(&ends).Error; err != nil {
		return err
	}
	return a.KeepsSuccessions(successions, ends)
}

// unfollow takes from the authority's predecessors that it follows them. It is for
// one that is deleted, because it was entered by mistake.
func (s *Store) unfollow(tx *gorm.DB, actor programme.Actor, code string) error {
	follows, err := successionsOf(tx, code)
	if err != nil {
		return err
	}
	for _, p := range programme.Predecessors(follows, code) {
		var before programme.Authority
		if err := tx.Clauses(forUpdate).Where(clause.Eq{Column: "code", Value: p.Code}).Take(&before).Error; err != nil {
			return err
		}
		was, err := successionsOf(tx, p.Code)
		if err != nil {
			return err
		}
		if err := one(tx.Where("predecessor_code = ? AND successor_code = ?", p.Code, code).Delete(&programme.Succession{})); err != nil {
			return err
		}
		if p.Kind == programme.Continues {
			if err := refile(tx, p.Code, code, "infinity"); err != nil {
				return err
			}
		}
		now, err := successionsOf(tx, p.Code)
		if err != nil {
			return err
		}
		after := before
		if err := s.saveNext(tx, &after); err != nil {
			return err
		}
		if err := s.audit(tx, actor, actionUpdate, authorities.name, p.Code, related(before, was), related(after, now)); err != nil {
			return err
		}
	}
	return nil
}

// dayOf is the last day of what a row f of figures is about.
var dayOf = map[string]string{
	observationCells.stand: "(SELECT ends_on FROM periods WHERE code = f.period_code)",
	populationCells.stand:  "make_date(f.mid_year, 6, 30)",
}

// refile puts the figures of an authority that has got a new code under the code
// that it had on their day: a file may have come before anybody told of the new one.
// Where a figure stands under that code already, it is the one that stands.
func refile(tx *gorm.DB, before, after string, from programme.Date) error {
	for _, c := range []cells{observationCells, populationCells} {
		for _, move := range []struct{ from, to, when string }{{before, after, ">="}, {after, before, "<"}} {
			misfiled := "f.geography_code = @from AND " + dayOf[c.stand] + " " + move.when + " CAST(@day AS date)"
			rest := slices.DeleteFunc(slices.Clone(c.key), func(column string) bool { return column == "geography_code" })
			there := "t.geography_code = @to AND (" + each(rest, "t.%s") + ") = (" + each(rest, "f.%s") + ")"
			for _, statement := range []string{
				"DELETE FROM " + c.stand + " f WHERE " + misfiled + " AND EXISTS (SELECT FROM " + c.stand + " t WHERE " + there + ")",
				"UPDATE " + c.stand + " f SET geography_code = @to WHERE " + misfiled,
				"UPDATE " + c.given + " f SET geography_code = @to WHERE " + misfiled + " AND NOT EXISTS (SELECT FROM " + c.given + " t WHERE " + there + " AND t.release_id = f.release_id)",
			} {
				if err := tx.Exec(statement, map[string]any{"from": move.from, "to": move.to, "day": from}).Error; err != nil {
					return err
				}
			}
		}
	}
	return nil
}
