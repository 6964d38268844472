package postgres

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

var frameworks = kind[framework.Framework, *framework.Framework]{key: "number", orders: byChange}

// Frameworks lists the versions of the framework that the actor may see: drafts are the
// team's own. They come in order of creation.
func (s *Store) Frameworks(actor programme.Actor, f framework.Filter, sort string) programme.Listing[framework.Framework] {
	return list(s, actor, frameworks, sort, func(q *gorm.DB) *gorm.DB {
		q = anyOf(q, "state", f.States)
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// Framework reads the version with the number. The error is NotFound.
func (s *Store) Framework(ctx context.Context, actor programme.Actor, number string) (framework.Framework, error) {
	return get(ctx, s, actor, frameworks, number)
}

// NewestFramework reads the published version with the highest number. The error is
// NotFound where none is published.
func (s *Store) NewestFramework(ctx context.Context, actor programme.Actor) (framework.Framework, error) {
	f, err := newestFramework(s.gorm.WithContext(ctx), actor)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return f, missing[framework.Framework]()
	}
	return orZero(f, refusal(err))
}

func newestFramework(db *gorm.DB, actor programme.Actor) (framework.Framework, error) {
	var f framework.Framework
	err := db.Scopes(visibleTo(actor)).Where("state = ?", framework.Published).Order("string_to_array(number, '.')::int[] DESC").Take(&f).Error
	return f, err
}

// BenchmarkingRules lists the rules of the version with the number or, where none is
// given, of the newest that is published, by their codes. What the actor may not see has
// none.
func (s *Store) BenchmarkingRules(actor programme.Actor, number *string) programme.Listing[framework.Standing] {
	key := func(r *framework.Standing) []string { return []string{r.Code} }
	return listed(s, frameworks.madeOf(), lastHeard(actor), key, func(db *gorm.DB) ([]framework.Standing, error) {
		var f framework.Framework
		var err error
		if number == nil {
			f, err = newestFramework(db, actor)
		} else {
			f, err = read(db.Scopes(visibleTo(actor)), frameworks, *number)
		}
		if errors.Is(err, gorm.ErrRecordNotFound) || programme.KindOf(err) == programme.NotFound {
			return nil, nil
		}
		rules := make([]framework.Standing, len(f.Document.Rules))
		for i, rule := range f.Document.Rules {
			rules[i] = framework.Standing{Rule: rule, Framework: f.Number}
		}
		return rules, err
	})
}

// CreateFramework adds a draft. The error is Forbidden for anyone but the programme's
// team, Invalid if its number is none, and Conflict if there is that version already.
func (s *Store) CreateFramework(ctx context.Context, actor programme.Actor, f framework.Framework) (framework.Framework, error) {
	return add(ctx, s, actor, frameworks, f, func(_ *work, f *framework.Framework) error {
		f.State, f.PublishedAt, f.Audience = framework.Draft, nil, programme.TeamOnly()
		return programme.TeamMay(actor)
	})
}

// UpdateFramework changes a draft at the version of its record. Its number stays. The
// error is Forbidden for anyone but the programme's team, NotFound, Stale, or Conflict
// if it is published.
func (s *Store) UpdateFramework(ctx context.Context, actor programme.Actor, number string, version int64, alter func(*framework.Framework) error) (framework.Framework, error) {
	return change(ctx, s, actor, frameworks, number, version, programme.Edit, func(_ *work, f *framework.Framework) error {
		err := alter(f)
		f.Number = number
		return err
	})
}

// DeleteFramework removes a draft, with the errors of [Store.UpdateFramework].
func (s *Store) DeleteFramework(ctx context.Context, actor programme.Actor, number string, version int64) error {
	return drop(ctx, s, actor, frameworks, number, version, nil)
}

// PublishFramework fixes a draft for ever and shows it to everybody; a dry run answers
// what that would give, and writes nothing. The error is Forbidden for anyone but the
// programme's team, NotFound, Stale, Conflict if it is published already, or Invalid
// with every fault of the document, and of its number after the versions before it.
func (s *Store) PublishFramework(ctx context.Context, actor programme.Actor, number string, version int64, dry bool) (framework.Framework, error) {
	var would framework.Framework
	f, err := change(ctx, s, actor, frameworks, number, version, framework.Publish, func(w *work, f *framework.Framework) error {
		known, published, err := w.beforeFrameworks()
		if err != nil {
			return err
		}
		if err := f.Publish(actor, w.now, known, published); err != nil || !dry {
			return err
		}
		would = *f
		return errDry
	})
	if errors.Is(err, errDry) {
		return would, nil
	}
	return f, err
}

// errDry takes back what a dry run did.
var errDry = errors.New("it was a dry run")

// beforeFrameworks reads what a framework may name, and the versions that are published
// already. Nobody publishes another until the transaction ends.
func (w *work) beforeFrameworks() (known framework.Known, published []framework.Framework, err error) {
	if err := w.tx.Exec("LOCK TABLE frameworks IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
		return known, nil, err
	}
	if err := w.tx.Order("code").Clauses(forShare).Find(&known.Indicators).Error; err != nil {
		return known, nil, err
	}
	if err := w.tx.Model(&programme.Borough{}).Order("code").Pluck("code", &known.Boroughs).Error; err != nil {
		return known, nil, err
	}
	err = beyondSight(w.tx).Where("state = ?", framework.Published).Find(&published).Error
	return known, published, err
}

// SeedFramework inserts a published framework, unless there is or ever was one: then the
// programme's team writes its own. The error is Invalid if it breaks its rules.
func (s *Store) SeedFramework(ctx context.Context, f framework.Framework) error {
	// Written as if it changed reference data, so that two who start at once wait
	// for each other.
	return s.write(ctx, func(tx *gorm.DB) error {
		var begun bool
		if err := tx.Raw("SELECT EXISTS (SELECT FROM audit_entries WHERE noun = 'framework')").Scan(&begun).Error; err != nil || begun {
			return err
		}
		w := &work{store: s, ctx: ctx, tx: tx, actor: seeding, now: s.now()}
		known, published, err := w.beforeFrameworks()
		if err != nil {
			return err
		}
		team := seeding
		team.Roles = []programme.Role{programme.RoleProgramme}
		if err := f.Publish(team, w.now, known, published); err != nil {
			return err
		}
		return insert(w, frameworks, &f)
	})
}
