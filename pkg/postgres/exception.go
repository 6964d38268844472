package postgres

import (
	"slices"

	"gorm.io/gorm"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

// Exceptions lists what stands out of a borough's published quarters, and what did, by
// quarter and indicator. Of a narrative it says as much as the actor may know.
func (s *Store) Exceptions(actor programme.Actor, f disclosure.ExceptionFilter) programme.Listing[disclosure.Exception] {
	return listed(s, []string{"quarter", "quarter-snapshot", "narrative"}, lastHeard(actor), (*disclosure.Exception).Key, func(tx *gorm.DB) ([]disclosure.Exception, error) {
		list, err := s.exceptions(tx, f)
		if err != nil {
			return nil, err
		}
		return list, narrated(tx, actor, f.Borough, list)
	})
}

func (s *Store) exceptions(tx *gorm.DB, f disclosure.ExceptionFilter) (left []disclosure.Exception, err error) {
	var quarters []string
	if err := tx.Raw("SELECT code FROM quarters WHERE published_at IS NOT NULL ORDER BY code").Scan(&quarters).Error; err != nil {
		return nil, err
	}
	left = []disclosure.Exception{}
	var before []disclosure.Exception
	last := ""
	for _, code := range quarters {
		if f.Quarter != nil && code > *f.Quarter {
			break
		}
		taken, err := s.taken(tx, code)
		if err != nil {
			return nil, err
		}
		list := slices.DeleteFunc(disclosure.Exceptions(taken), func(e disclosure.Exception) bool { return e.Member.Borough != f.Borough })
		if p, err := benchmark.ParsePeriod(code); err != nil || p.Previous().Code != last {
			before = nil
		}
		disclosure.CountStreaks(list, before)
		before, last = list, code
		if f.Quarter != nil && code != *f.Quarter {
			continue
		}
		for _, e := range list {
			if f.State == nil || e.State == *f.State {
				left = append(left, e)
			}
		}
	}
	return left, nil
}

// taken reads all snapshots of a quarter.
func (s *Store) taken(tx *gorm.DB, quarter string) ([]disclosure.Taken, error) {
	var rows []*disclosure.QuarterSnapshot
	if err := beyondSight(tx).Where("quarter_code = ?", quarter).Order("number").Find(&rows).Error; err != nil {
		return nil, err
	}
	taken := make([]disclosure.Taken, len(rows))
	for i, row := range rows {
		kept, err := s.frozen.of(tx, row)
		if err != nil {
			return nil, err
		}
		taken[i] = disclosure.Taken{Number: row.Number, State: row.State, Document: kept.document, Asked: editionOf(&kept.asked)}
	}
	return taken, nil
}

// narrated says of the borough's exceptions what its narratives are, as far as the actor
// sees them.
func narrated(tx *gorm.DB, actor programme.Actor, borough string, list []disclosure.Exception) error {
	var rows []*disclosure.Narrative
	if err := tx.Scopes(visibleTo(actor)).Where("borough_code = ?", borough).Find(&rows).Error; err != nil {
		return err
	}
	for _, n := range rows {
		for i := range list {
			if e := &list[i]; n.Quarter == e.Of.Quarter && n.Indicator == e.Position.Indicator && n.Exception == e.Edge {
				e.Narrative = n
			}
		}
	}
	return nil
}
