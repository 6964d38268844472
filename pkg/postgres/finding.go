package postgres

import (
	"context"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

var findings = kind[programme.Finding, *programme.Finding]{
	orders: byChange,
	before: func(_ *work, f *programme.Finding) error {
		f.Citations = programme.OrEmpty(f.Citations)
		return nil
	},
	complete: func(tx *gorm.DB, rows []*programme.Finding) error {
		if err := withForums(tx, rows); err != nil {
			return err
		}
		return withNotes(tx, rows)
	},
	cited: func(f *programme.Finding) []citation {
		return []citation{citePriority("/priorityId", f.PriorityID), citeIndicators("/indicators", f.Indicators)}
	},
	referrers: []referrer{{"actions", "finding_id", "Actions"}},
	reads:     []string{"peer-challenge", "peer-challenge-group", "peer-review", "peer-review-note"},
}

// withForums reads where the findings were found, all at once.
func withForums(tx *gorm.DB, rows []*programme.Finding) error {
	var groups, reviews []string
	for _, f := range rows {
		if f.PeerChallengeGroupID != nil {
			groups = append(groups, *f.PeerChallengeGroupID)
		} else {
			reviews = append(reviews, *f.PeerReviewID)
		}
	}
	found, err := forums(tx, groups, reviews)
	for _, f := range rows {
		f.Forum = found[forumID(f)]
	}
	return err
}

// forumID answers the id of the group or the review of a finding that is kept.
func forumID(f *programme.Finding) string {
	if f.PeerChallengeGroupID != nil {
		return *f.PeerChallengeGroupID
	}
	return *f.PeerReviewID
}

// findingsOfCycle holds for what a challenge or a review of the cycle found.
const findingsOfCycle = `(peer_challenge_group_id IN (SELECT g.id FROM peer_challenge_groups g JOIN peer_challenges c ON c.id = g.peer_challenge_id WHERE c.cycle = ?)
	OR peer_review_id IN (SELECT id FROM peer_reviews WHERE cycle = ?))`

// Findings lists the findings that the filter leaves, in order of creation or as
// sort says.
func (s *Store) Findings(actor programme.Actor, f programme.FindingFilter, sort string) programme.Listing[programme.Finding] {
	return list(s, actor, findings, sort, func(q *gorm.DB) *gorm.DB {
		q = where(q, "peer_challenge_group_id IN (SELECT id FROM peer_challenge_groups WHERE peer_challenge_id = ?)", f.PeerChallengeID)
		q = where(q, "peer_challenge_group_id = ?", f.PeerChallengeGroupID)
		q = where(q, "peer_review_id = ?", f.PeerReviewID)
		if f.Cycle != nil {
			q = q.Where(findingsOfCycle, *f.Cycle, *f.Cycle)
		}
		q = where(q, "borough_code = ?", f.Borough)
		q = anyOf(q, "kind", f.Kinds)
		q = where(q, "priority_id = ?", f.PriorityID)
		q = where(q, "(response IS NOT NULL) = ?", f.Answered)
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// Finding reads one finding. The error is NotFound.
func (s *Store) Finding(ctx context.Context, actor programme.Actor, id string) (programme.Finding, error) {
	return get(ctx, s, actor, findings, id)
}

// CreateFinding records a finding. The error is Forbidden for those who record
// none there, Conflict if none are being recorded or can come of the comment that it
// names, and Invalid if it breaks its rules or names a group, a review, a comment or
// reference data that are not there.
func (s *Store) CreateFinding(ctx context.Context, actor programme.Actor, f programme.Finding) (row programme.Finding, err error) {
	err = s.act(ctx, actor, func(w *work) error {
		if row, err = add(w.ctx, s, actor, findings, f, (*work).find); err != nil {
			return err
		}
		return w.cite(&row, false)
	})
	return orZero(row, err)
}

// find places a new finding where it was found, on the actor's behalf.
func (w *work) find(f *programme.Finding) (err error) {
	f.Response = nil
	if err := w.knowCitations(f); err != nil {
		return err
	}
	placed := (f.PeerChallengeGroupID == nil) != (f.PeerReviewID == nil)
	var seen programme.Audience
	if placed {
		if f.Forum, seen, err = w.holdForum(f.PeerChallengeGroupID, f.PeerReviewID); err != nil {
			return err
		}
	}
	if err := w.holdEnquiry(f); err != nil {
		return err
	}
	if err := w.holdNotes(f); err != nil || !placed {
		return err // where it is found, its own rule says
	}
	f.Audience = seen.With(f.Borough)
	switch {
	case f.Forum.Boroughs != nil:
		w.faults = append(w.faults, f.Misplaced()...)
		return f.Forum.MayFind(w.actor)
	case f.PeerReviewID != nil:
		w.unknown = append(w.unknown, citePeerReview(f.PeerReviewID).fault(0))
	default:
		w.unknown = append(w.unknown, citePeerChallengeGroup(f.PeerChallengeGroupID).fault(0))
	}
	return nil
}

// knowCitations names every figure that the finding cites and that is not there.
func (w *work) knowCitations(f *programme.Finding) error {
	cited := make([]evaluation.CitedAt, len(f.Citations))
	for i, c := range f.Citations {
		cited[i] = evaluation.CitedAt{Pointer: "/citations/" + strconv.Itoa(i), Citation: c}
	}
	faults, err := unknownSources(w.tx, cited)
	w.unknown = append(w.unknown, faults...)
	return err
}

// UpdateFinding corrects a finding at the version, with the errors of
// [Store.CreateFinding], NotFound and Stale. Where it was found, whom it is about
// and what the borough answered stay; once it is answered, a reason is needed. Its
// actions are counted by its new kind and priority.
func (s *Store) UpdateFinding(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.Finding) error) (programme.Finding, error) {
	return s.changeFinding(ctx, actor, id, version, programme.Edit, func(w *work, f *programme.Finding) error {
		was := *f
		present, err := rememberOf(f)
		if err != nil {
			return err
		}
		if err := alter(f); err != nil {
			return err
		}
		f.PeerChallengeGroupID, f.PeerReviewID, f.Borough, f.Response = was.PeerChallengeGroupID, was.PeerReviewID, was.Borough, was.Response
		f.SelfEvaluationCommentID = was.SelfEvaluationCommentID
		other, err := altered(present, f)
		if err != nil {
			return err
		}
		if err := w.knowCitations(f); err != nil {
			return err
		}
		if !slices.Equal(was.NoteIDs, f.NoteIDs) {
			if err := w.citeOthers(f, !other); err != nil {
				return err
			}
		}
		if !other {
			return nil // what changes nothing needs no reason
		}
		if f.Response != nil {
			if err := actor.WithReason(); err != nil {
				return err
			}
		}
		return w.countsFollow(f)
	})
}

// AnswerFinding records the borough's answer at the version, in the place of any
// before. The error is Forbidden for all but the borough that the finding is
// about, NotFound, Stale, Conflict while findings are not answered there or if
// open actions stand against a refusal, or Invalid if a reason is missing.
func (s *Store) AnswerFinding(ctx context.Context, actor programme.Actor, id string, version int64, answer programme.ResponseAnswer, reason *string) (programme.Finding, error) {
	return s.changeFinding(ctx, actor, id, version, programme.Respond, func(w *work, f *programme.Finding) error {
		if err := f.Answer(answer, reason, w.now); err != nil || answer != programme.NotAccepted {
			return err
		}
		var open bool
		if err := w.tx.Raw("SELECT EXISTS (SELECT 1 FROM actions WHERE finding_id = ? AND state = 'open')", id).Scan(&open).Error; err != nil || !open {
			return err
		}
		return programme.Errorf(programme.Conflict, programme.CodeHasActions, "The finding has open actions; close those first.")
	})
}

// DeleteFinding deletes a finding at the version. The error is Forbidden, NotFound,
// Stale, or Conflict if it is answered, has actions, or findings are not being
// recorded there any more.
func (s *Store) DeleteFinding(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return s.act(ctx, actor, func(w *work) error {
		if err := w.holdForumOf(id); err != nil {
			return err
		}
		return drop(w.ctx, s, actor, findings, id, version, func(w *work, f *programme.Finding) error {
			f.NoteIDs = nil
			return w.cite(f, false)
		})
	})
}

// changeFinding is change for findings, with their forum held before them.
func (s *Store) changeFinding(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step,
	do func(w *work, f *programme.Finding) error) (f programme.Finding, err error) {
	err = s.act(ctx, actor, func(w *work) error {
		if err := w.holdForumOf(id); err != nil {
			return err
		}
		f, err = change(w.ctx, s, actor, findings, id, version, step, do)
		return err
	})
	return orZero(f, err)
}

// holdForumOf is holdForum of a finding that the actor may see. The error is
// NotFound.
func (w *work) holdForumOf(id string) error {
	f, err := read(w.tx.Scopes(visibleTo(w.actor)), kind[programme.Finding, *programme.Finding]{}, id)
	if err != nil {
		return err
	}
	_, _, err = w.holdForum(f.PeerChallengeGroupID, f.PeerReviewID)
	return err
}

// countsFollow lets the finding's actions be counted by what it is now.
func (w *work) countsFollow(f *programme.Finding) error {
	return alterAll(w, func(a *programme.Action) bool {
		if a.FindingKind == f.Kind && programme.Same(a.PriorityID, f.PriorityID) {
			return false
		}
		a.FindingKind, a.PriorityID = f.Kind, f.PriorityID
		return true
	}, "finding_id = ?", f.ID)
}

// holdFinding reads a finding that the actor may see and keeps it as it is until
// the transaction ends. Where there is none the error is NotFound.
func (w *work) holdFinding(id string) (programme.Finding, error) {
	return read(w.tx.Scopes(visibleTo(w.actor)).Clauses(forShare), findings, id)
}
