package postgres

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

var selfEvaluationComments = kind[evaluation.Comment, *evaluation.Comment]{
	orders:    byChange,
	complete:  withEvaluations,
	referrers: []referrer{{"findings", "self_evaluation_comment_id", "Findings"}},
	fleeting:  true, // what is shared ends by the clock
}

// withEvaluations reads of what comments are, by whose sharings others read them, and which
// findings came of them, all at once.
func withEvaluations(tx *gorm.DB, rows []*evaluation.Comment) error {
	var of, ids array
	for _, c := range rows {
		of, ids = append(of, c.SelfEvaluationID), append(ids, c.ID)
	}
	var evaluations []evaluation.SelfEvaluation
	if err := beyondSight(tx).Select("id", "borough_code", "sharings").Where("id = ANY (?)", of).Find(&evaluations).Error; err != nil {
		return err
	}
	var cited []programme.Finding
	if err := beyondSight(tx).Select("id", "audience", "self_evaluation_comment_id").Where("self_evaluation_comment_id = ANY (?)", ids).Find(&cited).Error; err != nil {
		return err
	}
	for _, c := range rows {
		c.Finding = nil
		for i := range evaluations {
			if evaluations[i].ID == c.SelfEvaluationID {
				c.Evaluation = evaluations[i]
			}
		}
		for i := range cited {
			if *cited[i].SelfEvaluationCommentID == c.ID {
				c.Finding = &evaluation.Citing{ID: cited[i].ID, Audience: cited[i].Audience}
			}
		}
	}
	return nil
}

// commentShownTo leaves the comments that the actor may read at the time, as
// [evaluation.Comment.SeenBy] says: those on their own, of the team those on versions that it reads,
// and those on versions that are shared with them now, or were until what is took their place.
func (s *Store) commentShownTo(actor programme.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		return visibleTo(actor)(q).Where("owner_code = ANY (CAST(@names AS text[])) OR 'programme' = ANY (CAST(@names AS text[])) AND "+teamReads+" OR "+discussedNow,
			map[string]any{"names": array(actor.Names()), "now": s.now()})
	}
}

// Who reads a comment: of the programme's team those that read the version, and others that take
// part in discussing it.
const (
	teamReads = `EXISTS (SELECT FROM self_evaluations AS e, jsonb_array_elements(e.sharings) AS h
		WHERE e.id = self_evaluation_id AND CAST(h ->> 'number' AS integer) = self_evaluation_comments.number
		AND h ->> 'beganAt' IS NOT NULL AND h ->> 'takenBackAt' IS NULL AND h ->> 'ending' IS DISTINCT FROM 'withdrawn')`
	discussedNow = `EXISTS (SELECT FROM self_evaluations AS e, jsonb_array_elements(e.sharings) AS h, jsonb_array_elements(e.sharings) AS o
		WHERE e.id = self_evaluation_id AND CAST(o ->> 'number' AS integer) = self_evaluation_comments.number AND ` + readNow + `
		AND (o = h OR o ->> 'ending' = 'superseded' AND o ->> 'beganAt' IS NOT NULL AND o ->> 'takenBackAt' IS NULL AND o ->> 'peerChallengeId' = h ->> 'peerChallengeId'
			AND ARRAY(SELECT jsonb_array_elements_text(o -> 'readers')) && CAST(@names AS text[])))`
)

// askerReads is [discussedNow] of whoever asked.
var askerReads = strings.ReplaceAll(discussedNow, "CAST(@names AS text[])", "ARRAY[self_evaluation_comments.borough_code]")

// SelfEvaluationComments lists the comments that the actor may read and the filter leaves, in
// order of creation or as sort says.
func (s *Store) SelfEvaluationComments(actor programme.Actor, f evaluation.CommentFilter, sort string) programme.Listing[evaluation.Comment] {
	return list(s, actor, selfEvaluationComments, sort, func(q *gorm.DB) *gorm.DB {
		q = s.commentShownTo(actor)(q)
		if f.Awaited {
			q = q.Where(askerReads, map[string]any{"now": s.now()})
		}
		q = where(q, "self_evaluation_id = ?", f.SelfEvaluationID)
		q = where(q, "borough_code = ?", f.Borough)
		q = where(q, "owner_code = ?", f.Owner)
		q = anyOf(q, "kind", f.Kinds)
		q = anyOf(q, "state", f.States)
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// SelfEvaluationComment reads one comment. The error is NotFound.
func (s *Store) SelfEvaluationComment(ctx context.Context, actor programme.Actor, id string) (evaluation.Comment, error) {
	tx := s.gorm.WithContext(ctx)
	row, err := read(tx.Scopes(s.commentShownTo(actor)), selfEvaluationComments, id)
	if err == nil {
		err = forSteps(tx, actor, selfEvaluationComments, []*evaluation.Comment{&row})
	}
	return orZero(row, refusal(err))
}

// CreateSelfEvaluationComment puts a comment to a version. The error is Forbidden for its own
// borough, and Invalid if it is on what is not there or not the actor's to read.
func (s *Store) CreateSelfEvaluationComment(ctx context.Context, actor programme.Actor, row evaluation.Comment) (evaluation.Comment, error) {
	return add(ctx, s, actor, selfEvaluationComments, row, func(w *work, c *evaluation.Comment) error {
		// Whoever takes it back waits for the comment, or the comment for them.
		of, err := read(w.tx.Scopes(s.shownTo(actor)).Clauses(forShare), selfEvaluations, c.SelfEvaluationID)
		if programme.KindOf(err) == programme.NotFound {
			return programme.Refuse([]programme.Fault{programme.Unknown("/selfEvaluationId", "There is no such self-evaluation.")})
		}
		if err != nil {
			return err
		}
		if err := programme.MayNow(&of, actor, evaluation.Commenting, w.today()); err != nil {
			return err
		}
		if faults := c.Put(actor, &of, w.now); len(faults) > 0 {
			return programme.Refuse(faults)
		}
		v, err := evaluationVersion(w.tx, of.ID, c.Number)
		if err != nil {
			return err
		}
		if v.Document.Section(c.SectionID) == nil {
			w.unknown = append(w.unknown, programme.Unknown("/sectionId", "The version has no section with this id."))
		}
		c.Evaluation = of
		return nil
	})
}

// UpdateSelfEvaluationComment rewords a comment at the version. The error is Forbidden for
// anyone but the borough that asks, NotFound, Stale, or Conflict unless it is open.
func (s *Store) UpdateSelfEvaluationComment(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*evaluation.Comment) error) (evaluation.Comment, error) {
	return s.changeComment(ctx, actor, id, version, programme.Edit, func(_ *work, c *evaluation.Comment) error { return alter(c) })
}

// AnswerSelfEvaluationComment answers a comment at the version. The error is Forbidden for
// anyone but the borough whose self-evaluation it is, NotFound, Stale, or Conflict if it is
// closed.
func (s *Store) AnswerSelfEvaluationComment(ctx context.Context, actor programme.Actor, id string, version int64, text string) (evaluation.Comment, error) {
	return s.changeComment(ctx, actor, id, version, evaluation.AnswerComment, func(w *work, c *evaluation.Comment) error {
		c.Reply(text, w.now)
		return nil
	})
}

// CloseSelfEvaluationComment closes a comment at the version. The error is Forbidden for
// anyone but the borough that asks and the lead of that whose self-evaluation it is, NotFound,
// Stale, Conflict if it is closed, or Invalid without a reason for one that is open.
func (s *Store) CloseSelfEvaluationComment(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (evaluation.Comment, error) {
	return s.changeComment(ctx, actor, id, version, step, func(w *work, c *evaluation.Comment) error { return c.End(actor, w.now) })
}

// ReopenSelfEvaluationComment opens a comment at the version again. The error is Forbidden for
// anyone but the borough that asks, NotFound, Stale, Conflict if it is open, or Invalid
// without a reason.
func (s *Store) ReopenSelfEvaluationComment(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (evaluation.Comment, error) {
	return s.changeComment(ctx, actor, id, version, step, func(_ *work, c *evaluation.Comment) error { return c.Reopen(actor) })
}

// AcknowledgeSelfEvaluationComment is acknowledge of a comment.
func (s *Store) AcknowledgeSelfEvaluationComment(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (row evaluation.Comment, err error) {
	err = s.holdingComment(ctx, actor, id, func(w *work) error {
		row, err = acknowledge(w.ctx, s, actor, selfEvaluationComments, id, version, marks)
		return err
	})
	return orZero(row, err)
}

// RedactSelfEvaluationComment is redact of a comment.
func (s *Store) RedactSelfEvaluationComment(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (row evaluation.Comment, err error) {
	err = s.holdingComment(ctx, actor, id, func(w *work) error {
		row, err = redact(w.ctx, s, actor, selfEvaluationComments, id, version, places)
		return err
	})
	return orZero(row, err)
}

// DeleteSelfEvaluationComment removes a comment at the version. The error is Forbidden for
// anyone but the borough that asks, NotFound, Stale, or Conflict if it is answered or closed,
// or a finding came of it.
func (s *Store) DeleteSelfEvaluationComment(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return s.holdingComment(ctx, actor, id, func(w *work) error { return drop(w.ctx, s, actor, selfEvaluationComments, id, version, nil) })
}

// changeComment is [change] of a comment that the actor may read at the time.
func (s *Store) changeComment(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step, do func(w *work, c *evaluation.Comment) error) (row evaluation.Comment, err error) {
	err = s.holdingComment(ctx, actor, id, func(w *work) error {
		row, err = change(w.ctx, s, actor, selfEvaluationComments, id, version, step, do)
		return err
	})
	return orZero(row, err)
}

// holdingComment does something with a comment that the actor may read at the time. Who reads
// it stays as it is until the transaction ends: all take the self-evaluation first, and then
// what is said of it. The error is NotFound.
func (s *Store) holdingComment(ctx context.Context, actor programme.Actor, id string, do func(w *work) error) error {
	return s.act(ctx, actor, func(w *work) error {
		if _, err := w.holdComment(id); err != nil {
			return err
		}
		return do(w)
	})
}

func (w *work) holdComment(id string) (evaluation.Comment, error) {
	c, err := read(w.tx.Scopes(visibleTo(w.actor)), kind[evaluation.Comment, *evaluation.Comment]{}, id)
	if err != nil {
		return c, err
	}
	if err := beyondSight(w.tx).Clauses(forShare).Select("id").Where("id = ?", c.SelfEvaluationID).Take(&evaluation.SelfEvaluation{}).Error; err != nil {
		return c, err
	}
	return read(w.tx.Scopes(w.store.commentShownTo(w.actor)).Clauses(forUpdate), selfEvaluationComments, id)
}

// holdEnquiry keeps the line of enquiry of which the finding comes, where it names one. To
// who may not read it, it is not there; its borough is that which the finding is about. What
// comes of an example is one.
func (w *work) holdEnquiry(f *programme.Finding) error {
	if f.SelfEvaluationCommentID == nil {
		return nil
	}
	c, err := w.holdComment(*f.SelfEvaluationCommentID)
	if there, err := w.unlessMissing(err, citeComment(f.SelfEvaluationCommentID)); !there {
		return err
	}
	if c.Owner != f.Borough {
		w.faults = append(w.faults, programme.Unknown("/selfEvaluationCommentId", "There is no such comment on a self-evaluation of the borough that the finding is about."))
	}
	f.Illustrative = c.Illustrative
	return programme.MayNow(&c, w.actor, programme.RecordFinding, w.today())
}

func citeComment(id *string) citation {
	return single(citation{table: "self_evaluation_comments", column: "id", pointer: "/selfEvaluationCommentId", words: "There is no such comment.", record: true}, id)
}

// commentsFollow lets those read what is said of the self-evaluation who read the version that
// it is said of.
func (w *work) commentsFollow(s *evaluation.SelfEvaluation) error {
	return alterAll(w, func(c *evaluation.Comment) bool { return reseen(c, s.ReadersOf(c.Number)) }, "self_evaluation_id = ?", s.ID)
}
