package postgres

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

var selfEvaluationTemplates = kind[evaluation.Template, *evaluation.Template]{
	orders: byChange,
	before: func(_ *work, t *evaluation.Template) error {
		t.See()
		return nil
	},
}

// SelfEvaluationTemplates lists the templates that the actor may see and the filter leaves,
// in order of creation or as sort says.
func (s *Store) SelfEvaluationTemplates(actor programme.Actor, f evaluation.TemplateFilter, sort string) programme.Listing[evaluation.Template] {
	return list(s, actor, selfEvaluationTemplates, sort, func(q *gorm.DB) *gorm.DB {
		q = where(q, "is_default = ?", f.Default)
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// SelfEvaluationTemplate reads one template. The error is NotFound.
func (s *Store) SelfEvaluationTemplate(ctx context.Context, actor programme.Actor, id string) (evaluation.Template, error) {
	return get(ctx, s, actor, selfEvaluationTemplates, id)
}

// CreateSelfEvaluationTemplate adds a template with the draft of its first version. The
// error is Forbidden for anyone but the programme's team, or Invalid if the draft breaks its
// rules.
func (s *Store) CreateSelfEvaluationTemplate(ctx context.Context, actor programme.Actor, t evaluation.Template) (evaluation.Template, error) {
	return add(ctx, s, actor, selfEvaluationTemplates, t, func(*work, *evaluation.Template) error { return programme.TeamMay(actor) })
}

// UpdateSelfEvaluationTemplate changes a template at the version. The one that becomes the
// default takes the place of the one that was. The error is Forbidden for anyone but the
// programme's team, NotFound, Stale, or Invalid if the draft breaks its rules.
func (s *Store) UpdateSelfEvaluationTemplate(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*evaluation.Template) error) (evaluation.Template, error) {
	return change(ctx, s, actor, selfEvaluationTemplates, id, version, programme.Edit, func(w *work, t *evaluation.Template) error {
		was := t.Default
		if err := alter(t); err != nil || !t.Default || was {
			return err
		}
		return w.onlyDefault(t.ID)
	})
}

// onlyDefault takes the place of the template on which self-evaluations began until now.
// Who makes one the default does it alone.
func (w *work) onlyDefault(id string) error {
	if err := w.tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended('default template', 0))").Error; err != nil {
		return err
	}
	return alterAll(w, func(t *evaluation.Template) bool {
		t.Default = false
		return true
	}, "is_default AND id <> ?", id)
}

// DeleteSelfEvaluationTemplate removes a template at the version. The error is Forbidden,
// NotFound, Stale, or Conflict if a version is published.
func (s *Store) DeleteSelfEvaluationTemplate(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return drop(ctx, s, actor, selfEvaluationTemplates, id, version, nil)
}

// PublishSelfEvaluationTemplate fixes the draft as the next version; one that is as the
// newest version is discarded. The error is Forbidden for anyone but the programme's team,
// NotFound, Stale, or Conflict if there is no draft or it asks nothing.
func (s *Store) PublishSelfEvaluationTemplate(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (evaluation.Template, error) {
	return change(ctx, s, actor, selfEvaluationTemplates, id, version, step, func(w *work, t *evaluation.Template) error {
		next, err := nextVersionOf(w.tx, t)
		if err != nil {
			return err
		}
		draft := *t.Draft
		t.Draft = nil
		if programme.Same(&next, t.Latest) {
			return nil
		}
		t.Latest = &next
		return w.tx.Create(&evaluation.TemplateVersion{TemplateID: t.ID, Number: next, Outline: draft, PublishedAt: w.now}).Error
	})
}

// nextVersionOf answers the number under which the draft would be published.
func nextVersionOf(tx *gorm.DB, t *evaluation.Template) (string, error) {
	if t.Latest == nil {
		return evaluation.NextVersion("", nil), nil
	}
	was, err := templateVersion(tx, t.ID, *t.Latest)
	return evaluation.NextVersion(*t.Latest, evaluation.Changes(&was.Outline, t.Draft)), err
}

// SelfEvaluationTemplateVersions lists what was published of a template, the oldest first.
// The error is NotFound.
func (s *Store) SelfEvaluationTemplateVersions(actor programme.Actor, id string) programme.Listing[evaluation.TemplateVersion] {
	key := func(v *evaluation.TemplateVersion) []string { return []string{versionKey(v.Number)} }
	return listed(s, selfEvaluationTemplates.madeOf(), lastHeard(actor), key, func(db *gorm.DB) ([]evaluation.TemplateVersion, error) {
		if _, err := read(db.Scopes(visibleTo(actor)), selfEvaluationTemplates, id); err != nil {
			return nil, err
		}
		var versions []evaluation.TemplateVersion
		return versions, db.Session(&gorm.Session{NewDB: true}).Where("template_id = ?", id).Find(&versions).Error
	})
}

// versionKey orders semantic versions as texts.
func versionKey(number string) string {
	var major, minor, patch int
	_, _ = fmt.Sscanf(number, "%d.%d.%d", &major, &minor, &patch) // of none, the schema lets nothing in
	return fmt.Sprintf("%05d.%05d.%05d", major, minor, patch)
}

// SelfEvaluationTemplateVersion reads what was published under a number. The error is
// NotFound.
func (s *Store) SelfEvaluationTemplateVersion(ctx context.Context, actor programme.Actor, id, number string) (evaluation.TemplateVersion, error) {
	tx := s.gorm.WithContext(ctx)
	_, err := read(tx.Scopes(visibleTo(actor)), selfEvaluationTemplates, id)
	var v evaluation.TemplateVersion
	if err == nil {
		v, err = templateVersion(tx, id, number)
	}
	return orZero(v, refusal(err))
}

func templateVersion(tx *gorm.DB, id, number string) (v evaluation.TemplateVersion, err error) {
	err = tx.Session(&gorm.Session{NewDB: true}).Where("template_id = ? AND number = ?", id, number).Take(&v).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = programme.Errorf(programme.NotFound, programme.CodeNotFound, "The template has no version with this number.")
	}
	return v, err
}

// SelfEvaluationTemplateChanges answers what a version of a template, or its draft where
// number is empty, changes of another, and under which number that draft would be published.
// The error is NotFound, also where there is no draft or the actor does not see it.
func (s *Store) SelfEvaluationTemplateChanges(ctx context.Context, actor programme.Actor, id, number, since string) (changes []evaluation.Change, next *string, err error) {
	tx := s.gorm.WithContext(ctx)
	t, err := read(tx.Scopes(visibleTo(actor)), selfEvaluationTemplates, id)
	if err != nil {
		return nil, nil, refusal(err)
	}
	was, err := templateVersion(tx, id, since)
	if programme.KindOf(err) == programme.NotFound {
		err = programme.BadRequest(programme.UnknownParameter("since", "The template has no version with this number."))
	}
	if err != nil {
		return nil, nil, refusal(err)
	}
	if number != "" {
		is, err := templateVersion(tx, id, number)
		return evaluation.Changes(&was.Outline, &is.Outline), nil, refusal(err)
	}
	if t.Draft == nil || !actor.Is(programme.RoleProgramme) {
		return nil, nil, programme.Errorf(programme.NotFound, programme.CodeNotFound, "The template has no draft.")
	}
	drafted, err := nextVersionOf(tx, &t)
	return evaluation.Changes(&was.Outline, t.Draft), &drafted, refusal(err)
}

// SeedSelfEvaluationTemplate inserts a template with its first version as the default,
// unless there is or ever was one: then the programme's team writes its own.
func (s *Store) SeedSelfEvaluationTemplate(ctx context.Context, name string, outline evaluation.Outline) error {
	return s.act(ctx, seeding, func(w *work) error {
		if err := w.tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended('default template', 0))").Error; err != nil {
			return err
		}
		var begun bool
		if err := w.tx.Raw("SELECT EXISTS (SELECT FROM audit_entries WHERE noun = 'self-evaluation-template')").Scan(&begun).Error; err != nil || begun {
			return err
		}
		first := evaluation.NextVersion("", nil)
		t := evaluation.Template{Name: name, Default: true, Latest: &first}
		if err := insert(w, selfEvaluationTemplates, &t); err != nil {
			return err
		}
		return w.tx.Create(&evaluation.TemplateVersion{TemplateID: t.ID, Number: first, Outline: outline, PublishedAt: w.now}).Error
	})
}
