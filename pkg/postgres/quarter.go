package postgres

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

var quarters = kind[returns.Quarter, *returns.Quarter]{
	key:  "code",
	open: true,
	orders: map[string]order{
		"":           {columns: []string{"code"}}, // that of their days: a digit comes before a letter everywhere
		"-code":      {columns: []string{"code"}, down: true},
		"updatedAt":  byChange["updatedAt"],
		"-updatedAt": byChange["-updatedAt"],
	},
	referrers: []referrer{
		{"extensions", "quarter_code", "Extensions"},
		{"correction_windows", "quarter_code", "Correction windows"},
		{"contacts", "quarter_code", "Contacts"},
		{"reminders", "quarter_code", "Reminders"},
		{"benchmarking_submissions", "quarter_code", "Benchmarking submissions"},
		{"quarter_snapshots", "quarter_code", "Quarter snapshots"},
	},
	reads:    []string{"extension", "correction-window", "contact", "framework"},
	linked:   countAccepted,
	before:   citesPublished,
	complete: withPublished,
}

// Quarters lists the quarters that the filter leaves, the earliest first or as sort
// says.
func (s *Store) Quarters(actor programme.Actor, f returns.QuarterFilter, sort string) programme.Listing[returns.Quarter] {
	return list(s, actor, quarters, sort, func(q *gorm.DB) *gorm.DB {
		q = where(q, "practice = ?", f.Practice)
		q = where(q, "imported = ?", f.Imported)
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// Quarter reads one quarter by its code. The error is NotFound.
func (s *Store) Quarter(ctx context.Context, actor programme.Actor, code string) (returns.Quarter, error) {
	return get(ctx, s, actor, quarters, code)
}

// CreateQuarter plans the collection of a quarter. The error is Forbidden for anyone
// but the programme's team, and Invalid if its days are in no order or there is a
// quarter of that code.
func (s *Store) CreateQuarter(ctx context.Context, actor programme.Actor, q returns.Quarter) (returns.Quarter, error) {
	return add(ctx, s, actor, quarters, q, func(w *work, q *returns.Quarter) error {
		q.Plan(w.today())
		if err := programme.TeamMay(actor); err != nil {
			return err
		}
		return withPublished(w.tx, []*returns.Quarter{q})
	})
}

// UpdateQuarter changes a quarter at the version. Its code and what kind of quarter it
// is stay. The error is Forbidden for anyone but the programme's team, NotFound, Stale,
// Conflict for the practice quarter, or Invalid, also for what boroughs rely on since
// the window opened.
func (s *Store) UpdateQuarter(ctx context.Context, actor programme.Actor, code string, version int64, alter func(*returns.Quarter) error) (returns.Quarter, error) {
	return change(ctx, s, actor, quarters, code, version, programme.Edit, func(w *work, q *returns.Quarter) error {
		was := *q
		err := alter(q)
		q.Code, q.Practice, q.Imported, q.Illustrative = was.Code, was.Practice, was.Imported, was.Illustrative
		q.Was, q.Today = was.Terms(), w.today()
		return err
	})
}

// DeleteQuarter removes a quarter at the version. The error is Forbidden for anyone but
// the programme's team, NotFound, Stale, or Conflict if its window has opened or
// anything refers to it.
func (s *Store) DeleteQuarter(ctx context.Context, actor programme.Actor, code string, version int64) error {
	return drop(ctx, s, actor, quarters, code, version, nil)
}

// withPublished reads the versions of the framework that can hold where none is named.
func withPublished(tx *gorm.DB, rows []*returns.Quarter) error {
	if !slices.ContainsFunc(rows, func(q *returns.Quarter) bool { return q.Framework == nil }) {
		return nil
	}
	var published []returns.Published
	err := beyondSight(tx).Table("frameworks").Where("state = ?", framework.Published).Order("id").Scan(&published).Error
	for _, q := range rows {
		q.Published = published
	}
	return err
}

// countAccepted reads how many returns of the quarters are in force, which steps depend on.
func countAccepted(tx *gorm.DB, actor programme.Actor, rows []*returns.Quarter) error {
	if !actor.Is(programme.RoleProgramme) || len(rows) == 0 {
		return nil
	}
	codes := array{}
	for _, q := range rows {
		codes = append(codes, q.Code)
	}
	var found []struct {
		Code     string
		Accepted int
	}
	err := beyondSight(tx).Table("benchmarking_submissions").Select("quarter_code AS code, count(*) AS accepted").
		Where("quarter_code = ANY (?) AND standing IS NOT NULL", codes).Group("quarter_code").Scan(&found).Error
	for _, q := range rows {
		for _, f := range found {
			if f.Code == q.Code {
				q.Accepted = f.Accepted
			}
		}
	}
	return err
}

// aboutQuarter is what is about a quarter, and says whether that is made up.
type aboutQuarter interface {
	AboutQuarter() (code string, illustrative *bool)
}

// illustrated reads of what quarters the rows are whose figures are made up.
func illustrated[R aboutQuarter](tx *gorm.DB, rows []R) error {
	if len(rows) == 0 {
		return nil
	}
	var codes array
	for _, row := range rows {
		code, _ := row.AboutQuarter()
		codes = append(codes, code)
	}
	var madeUp []string
	if err := beyondSight(tx).Model(&returns.Quarter{}).Where("illustrative AND code = ANY (?)", codes).Pluck("code", &madeUp).Error; err != nil {
		return err
	}
	for _, row := range rows {
		code, illustrative := row.AboutQuarter()
		*illustrative = slices.Contains(madeUp, code)
	}
	return nil
}

// citesPublished refuses a version of the framework that is not there, or is a draft.
func citesPublished(w *work, q *returns.Quarter) error {
	if q.Framework == nil {
		return nil
	}
	var found int64
	err := beyondSight(w.tx).Table("frameworks").Where("number = ? AND state = ?", *q.Framework, framework.Published).Count(&found).Error
	if found == 0 {
		w.unknown = append(w.unknown, programme.Unknown("/framework", "No such version of the framework is published."))
	}
	return err
}

// inQuarter holds the quarter, in which the actor may take the step now.
func (w *work) inQuarter(code string, step programme.Step) (returns.Quarter, error) {
	q, err := hold(w, quarters, code)
	if err == nil {
		err = programme.MayNow(&q, w.actor, step, w.today())
	}
	return q, err
}

// ofQuarter narrows what belongs to quarters to one, and to a borough where one is given.
func ofQuarter(f returns.OfQuarter) func(q *gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		q = where(q, "quarter_code = ?", &f.Quarter)
		q = where(q, "borough_code = ?", f.Borough)
		return where(q, "updated_at >= ?", f.UpdatedSince)
	}
}
