package postgres

import (
	"context"
	"strings"

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
	all := append(successions[:len(successions):len(successions)], made)
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

// filed are the tables of figures under the codes of authorities: the last day that
// a row is of, and the columns that are its key beside the code.
var filed = []struct{ table, day, key string }{
	{"observations", "(SELECT ends_on FROM periods WHERE code = f.period_code)", "period_code, indicator_code"},
	{"populations", "make_date(f.mid_year, 6, 30)", "mid_year"},
}

// refile puts the figures of an authority that has got a new code under the code
// that it had on their day: a file may have come before anybody told of the new one.
// Where there is a figure under that code already, it stays.
func refile(tx *gorm.DB, before, after string, from programme.Date) error {
	for _, f := range filed {
		for _, move := range []struct{ from, to, when string }{{before, after, ">="}, {after, before, "<"}} {
			err := tx.Exec("UPDATE "+f.table+" f SET geography_code = ? WHERE geography_code = ? AND "+f.day+" "+move.when+" ?::date AND NOT EXISTS"+
				"(SELECT FROM "+f.table+" t WHERE t.geography_code = ? AND ("+qualified("t", f.key)+") = ("+qualified("f", f.key)+"))",
				move.to, move.from, from, move.to).Error
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func qualified(table, columns string) string {
	return table + "." + strings.ReplaceAll(columns, ", ", ", "+table+".")
}
