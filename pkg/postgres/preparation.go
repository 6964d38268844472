package postgres

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/programme"
)

var preparationTasks = kind[programme.PreparationTask, *programme.PreparationTask]{
	orders: map[string]order{
		"":           byID,
		"updatedAt":  byChange["updatedAt"],
		"-updatedAt": byChange["-updatedAt"],
	},
}

// PreparationTasks lists the tasks that the actor may see and the filter leaves, in order of
// creation or as sort says.
func (s *Store) PreparationTasks(actor programme.Actor, f programme.PreparationTaskFilter, sort string) programme.Listing[programme.PreparationTask] {
	return list(s, actor, preparationTasks, sort, func(q *gorm.DB) *gorm.DB {
		q = where(q, "peer_challenge_id = ?", f.PeerChallengeID)
		q = where(q, "peer_review_id = ?", f.PeerReviewID)
		q = where(q, "event_id = ?", f.EventID)
		q = where(q, "borough_code = ?", f.Borough)
		return anyOf(q, "state", f.States)
	})
}

// PreparationTask reads one task. The error is NotFound.
func (s *Store) PreparationTask(ctx context.Context, actor programme.Actor, id string) (programme.PreparationTask, error) {
	return get(ctx, s, actor, preparationTasks, id)
}

// MovePreparationTask says what became of a task. The error is Forbidden, NotFound, Stale,
// Conflict if it is settled already or what it prepares has begun, or Invalid if it needs a
// reason and has none.
func (s *Store) MovePreparationTask(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (row programme.PreparationTask, err error) {
	err = s.act(ctx, actor, func(w *work) error {
		// Whoever begins what is prepared takes that first, and then its tasks.
		if uuid.Validate(id) == nil {
			for _, of := range []struct{ table, column string }{{"peer_challenges", "peer_challenge_id"}, {"peer_reviews", "peer_review_id"}, {"events", "event_id"}} {
				err := w.tx.Exec("SELECT FROM ? WHERE id = (SELECT ? FROM preparation_tasks WHERE id = ?) FOR SHARE", clause.Table{Name: of.table}, clause.Column{Name: of.column}, id).Error
				if err != nil {
					return err
				}
			}
		}
		row, err = change(w.ctx, s, actor, preparationTasks, id, version, step, func(w *work, t *programme.PreparationTask) error {
			return t.Move(actor, step, w.today())
		})
		return err
	})
	return orZero(row, err)
}

// PreparePeerChallengeBy gives a challenge the tasks of a template of the programme's. The error is
// Forbidden, NotFound, Stale, Conflict if the challenge has begun or has them already, or
// Invalid if there is no such template for challenges.
func (s *Store) PreparePeerChallengeBy(ctx context.Context, actor programme.Actor, id string, version int64, template string) (programme.PeerChallenge, error) {
	return change(ctx, s, actor, peerChallenges, id, version, programme.TakeTemplate, func(w *work, c *programme.PeerChallenge) error {
		members, err := w.membersOf(c)
		if err != nil {
			return err
		}
		p := c.Preparation()
		p.Members = members
		return w.take(template, p, func(t *programme.PreparationTask) { t.PeerChallengeID = &c.ID })
	})
}

// PreparePeerReviewBy is [Store.PreparePeerChallengeBy] for a review, and Invalid too if a
// task is for whoever leads its team and nobody does.
func (s *Store) PreparePeerReviewBy(ctx context.Context, actor programme.Actor, id string, version int64, template string) (programme.PeerReview, error) {
	return s.changeReview(ctx, actor, id, version, programme.TakeTemplate, func(w *work, r *programme.PeerReview) error {
		return w.take(template, r.Preparation(), func(t *programme.PreparationTask) { t.PeerReviewID = &r.ID })
	})
}

// PrepareEventBy is [Store.PreparePeerChallengeBy] for an event.
func (s *Store) PrepareEventBy(ctx context.Context, actor programme.Actor, id string, version int64, template string) (programme.Event, error) {
	return s.changeEvent(ctx, actor, id, version, programme.TakeTemplate, func(w *work, e *programme.Event) error {
		members, err := w.expectedAt(e)
		if err != nil {
			return err
		}
		p := e.Preparation()
		p.Members = members
		return w.take(template, p, func(t *programme.PreparationTask) { t.EventID = &e.ID })
	})
}

// take adds the tasks of the template. Whose they are, of says. What they prepare is held, so that
// nobody takes the template at the same time.
func (w *work) take(template string, p programme.Preparation, of func(*programme.PreparationTask)) error {
	var all programme.Programme
	if err := w.tx.Where("id = ?", theProgramme).Limit(1).Find(&all).Error; err != nil {
		return err
	}
	at := slices.IndexFunc(all.PreparationTemplates, func(t programme.PreparationTemplate) bool { return t.Name == template })
	if at < 0 {
		return programme.Refuse([]programme.Fault{programme.Unknown("/template", "The programme has no such template.")})
	}
	tasks, err := all.PreparationTemplates[at].Tasks(p)
	if err != nil {
		return err
	}
	var like programme.PreparationTask
	of(&like)
	var taken int64
	err = beyondSight(w.tx).Model(&programme.PreparationTask{}).Where("template = ?", template).
		Where("peer_challenge_id IS NOT DISTINCT FROM ? AND peer_review_id IS NOT DISTINCT FROM ? AND event_id IS NOT DISTINCT FROM ?", like.PeerChallengeID, like.PeerReviewID, like.EventID).
		Count(&taken).Error
	if err != nil {
		return err
	}
	if taken > 0 {
		return programme.Errorf(programme.Conflict, programme.CodeTemplateTaken, "The template was taken already; its tasks stand in /v1/preparation-tasks.")
	}
	for i := range tasks {
		of(&tasks[i])
		if err := insert(w, preparationTasks, &tasks[i]); err != nil {
			return err
		}
	}
	return nil
}

// membersOf answers the boroughs of the challenge's groups or, while it has none, those of its
// sub-region on its first day.
func (w *work) membersOf(c *programme.PeerChallenge) ([]string, error) {
	var codes []string
	err := beyondSight(w.tx).Raw(`SELECT DISTINCT m ->> 'borough' AS code FROM peer_challenge_groups, jsonb_array_elements(members) AS m WHERE peer_challenge_id = ? ORDER BY code`, c.ID).Scan(&codes).Error
	if err != nil || len(codes) > 0 {
		return codes, err
	}
	return w.subRegionOn(c.SubRegion, c.MembersOn())
}

func (w *work) subRegionOn(slug string, day programme.Date) (codes []string, err error) {
	err = w.tx.Raw("SELECT borough_code FROM memberships WHERE sub_region_slug = ? AND ? BETWEEN valid_from AND coalesce(valid_to, 'infinity') ORDER BY borough_code", slug, day).Scan(&codes).Error
	return codes, err
}

// expectedAt answers the boroughs that the event is for: those that it names, or that belong to
// its group or review, or to its sub-region, and all where it is for all.
func (w *work) expectedAt(e *programme.Event) (codes []string, err error) {
	switch {
	case len(e.Boroughs) > 0:
		return e.Boroughs, nil
	case e.PeerChallengeGroupID != nil || e.PeerReviewID != nil:
		err = w.tx.Model(&programme.Borough{}).Where("code = ANY (?)", array(e.PlaceAudience)).Order("code").Pluck("code", &codes).Error
	case e.SubRegion != nil:
		return w.subRegionOn(*e.SubRegion, e.StartsOn)
	default:
		err = w.tx.Model(&programme.Borough{}).Order("code").Pluck("code", &codes).Error
	}
	return codes, err
}

// preparationFollows lets the tasks that prepare a record, which the column names, follow its
// day, its state and its parties.
func (w *work) preparationFollows(column, id string, p programme.Preparation) error {
	rows, err := locked[programme.PreparationTask](w, "? = ?", clause.Column{Name: column}, id)
	if err != nil {
		return err
	}
	return alterEach(w, rows, rewrite[programme.PreparationTask], func(t *programme.PreparationTask) bool {
		was := *t
		t.Follow(p)
		return was.Over != t.Over || !programme.Same(was.DueOn, t.DueOn) || !programme.Same(was.Borough, t.Borough) || !slices.Equal(was.Audience, t.Audience)
	})
}

// eraseTasks deletes the tasks that prepare a record which is deleted.
func (w *work) eraseTasks(column, id string) error {
	rows, err := locked[programme.PreparationTask](w, "? = ?", clause.Column{Name: column}, id)
	for i := range rows {
		if err == nil {
			err = erase[programme.PreparationTask](w, &rows[i])
		}
	}
	return err
}

// openPreparation names what is open of the preparation of the rows, which the column of tasks
// names, for the team, which alone begins what is prepared.
func openPreparation[T any, R record[T]](tx *gorm.DB, actor programme.Actor, column string, rows []R, set func(R, []programme.Fault)) error {
	if !actor.Is(programme.RoleProgramme) || len(rows) == 0 {
		return nil
	}
	ids := make(array, len(rows))
	for i, row := range rows {
		ids[i] = row.Of().ID
	}
	var found []struct {
		Of string
		programme.PreparationTask
	}
	err := beyondSight(tx).Table("preparation_tasks").Select("? AS of, id, task", clause.Column{Name: column}).
		Where("state = ? AND ? = ANY (?)", programme.PreparationOpen, clause.Column{Name: column}, ids).Order("due_on, id").Find(&found).Error
	if err != nil {
		return err
	}
	open := map[string][]programme.PreparationTask{}
	for _, f := range found {
		open[f.Of] = append(open[f.Of], f.PreparationTask)
	}
	for _, row := range rows {
		set(row, programme.OpenPreparation(open[row.Of().ID]))
	}
	return nil
}
