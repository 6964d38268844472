package postgres

import (
	"context"
	"crypto/rand"
	"slices"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// worded is a kind of record in which people write.
type worded[T any] interface {
	*T
	programme.Worded
}

// saltBytes are as many as the digest has whose guessing they prevent.
const saltBytes = 32

// acknowledge says on the actor's behalf that what screening found there is right. The
// error is Forbidden for who does not write in the record, NotFound, Stale, Conflict if
// there is nothing to acknowledge, or Invalid without a reason or for a mark that is none.
func acknowledge[T any, R worded[T]](ctx context.Context, s *Store, actor programme.Actor, k kind[T, R], id string, version int64, marks []programme.Mark) (T, error) {
	return change(ctx, s, actor, k, id, version, programme.Acknowledge, func(_ *work, row R) error {
		salt := make([]byte, saltBytes)
		_, _ = rand.Read(salt) // never fails
		return programme.AcknowledgeMarks(row, actor, marks, salt)
	})
}

// redact takes words out of the record, and out of the answers that are kept. The error is
// Forbidden for anyone but the leads of the boroughs that write in it and the programme's
// team, NotFound, Stale, or Invalid without a reason or for a place that is none.
func redact[T any, R worded[T]](ctx context.Context, s *Store, actor programme.Actor, k kind[T, R], id string, version int64, places []programme.Place) (T, error) {
	return change(ctx, s, actor, k, id, version, programme.Redact, func(w *work, row R) error {
		cuts, err := programme.Redacting(actor, row.Texts(), places)
		if err != nil {
			return err
		}
		if !cuts.Of(row.Texts()) {
			return nil
		}
		row.Said().RedactedAt = &w.now
		return forgetAnswers(w.tx, row.Of().ID)
	})
}

// AcknowledgeFinding is acknowledge of a finding.
func (s *Store) AcknowledgeFinding(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (programme.Finding, error) {
	return acknowledge(ctx, s, actor, findings, id, version, marks)
}

// RedactFinding is redact of a finding.
func (s *Store) RedactFinding(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (programme.Finding, error) {
	return redact(ctx, s, actor, findings, id, version, places)
}

// AcknowledgeAction is acknowledge of an action.
func (s *Store) AcknowledgeAction(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (programme.Action, error) {
	return acknowledge(ctx, s, actor, actions, id, version, marks)
}

// RedactAction is redact of an action.
func (s *Store) RedactAction(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (programme.Action, error) {
	return redact(ctx, s, actor, actions, id, version, places)
}

// AcknowledgeAskOrOffer is acknowledge of an ask or an offer.
func (s *Store) AcknowledgeAskOrOffer(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (programme.AskOrOffer, error) {
	return acknowledge(ctx, s, actor, asksAndOffers, id, version, marks)
}

// RedactAskOrOffer is redact of an ask or an offer.
func (s *Store) RedactAskOrOffer(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (programme.AskOrOffer, error) {
	return redact(ctx, s, actor, asksAndOffers, id, version, places)
}

// AcknowledgePeerChallengeGroup is acknowledge of a group's notes.
func (s *Store) AcknowledgePeerChallengeGroup(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (programme.PeerChallengeGroup, error) {
	return acknowledge(ctx, s, actor, peerChallengeGroups, id, version, marks)
}

// RedactPeerChallengeGroup is redact of a group's notes.
func (s *Store) RedactPeerChallengeGroup(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (programme.PeerChallengeGroup, error) {
	return redact(ctx, s, actor, peerChallengeGroups, id, version, places)
}

// AcknowledgePeerReview is acknowledge of a review.
func (s *Store) AcknowledgePeerReview(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (programme.PeerReview, error) {
	return acknowledge(ctx, s, actor, peerReviews, id, version, marks)
}

// RedactPeerReview is redact of a review.
func (s *Store) RedactPeerReview(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (programme.PeerReview, error) {
	return redact(ctx, s, actor, peerReviews, id, version, places)
}

// AcknowledgeBenchmarkingSubmission is acknowledge of a return.
func (s *Store) AcknowledgeBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (returns.Submission, error) {
	return acknowledge(ctx, s, actor, benchmarkingSubmissions, id, version, marks)
}

// RedactBenchmarkingSubmission is redact of a return and of all its versions. The same
// words in the borough's other returns go too: what was said to a warning is carried
// forward from quarter to quarter.
func (s *Store) RedactBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (returns.Submission, error) {
	var row returns.Submission
	err := s.act(ctx, actor, func(w *work) error {
		seen, err := read(w.tx.Scopes(visibleTo(actor)), benchmarkingSubmissions, id)
		if err != nil {
			return err
		}
		all, err := locked[returns.Submission](w, "borough_code = ?", seen.Borough)
		if err != nil {
			return err
		}
		var cuts programme.Redaction
		row, err = change(w.ctx, s, actor, benchmarkingSubmissions, id, version, programme.Redact, func(w *work, row *returns.Submission) error {
			versions, err := versionsOf(w.tx, row.ID)
			if err != nil {
				return err
			}
			texts := row.Texts()
			for i := range versions {
				texts = append(texts, versions[i].Texts(row.Borough)...)
			}
			if cuts, err = programme.Redacting(actor, texts, places); err != nil {
				return err
			}
			_, err = w.redactReturn(cuts, row)
			return err
		})
		if err != nil {
			return err
		}
		others := slices.DeleteFunc(all, func(other returns.Submission) bool { return other.ID == row.ID })
		var failed error
		err = alterEach(w, others, rewrite[returns.Submission], func(other *returns.Submission) (held bool) {
			if failed == nil {
				held, failed = w.redactReturn(cuts, other)
			}
			if held {
				programme.Forget(other)
			}
			return held
		})
		if failed != nil {
			return failed
		}
		return err
	})
	return orZero(row, err)
}

// redactReturn takes words out of a return and of its versions, and reports whether it
// had them.
func (w *work) redactReturn(cuts programme.Redaction, row *returns.Submission) (bool, error) {
	versions, err := versionsOf(w.tx, row.ID)
	if err != nil {
		return false, err
	}
	held := cuts.Of(row.Texts())
	for i := range versions {
		v := &versions[i]
		if !cuts.Of(v.Texts(row.Borough)) {
			continue
		}
		held, v.RedactedAt = true, &w.now
		if err := one(w.tx.Model(v).Select("values", "explanations", "redacted_at").Where("number = ?", v.Number).Updates(v)); err != nil {
			return held, err
		}
	}
	if !held {
		return false, nil
	}
	row.RedactedAt = &w.now
	return true, forgetAnswers(w.tx, row.ID)
}

// findingsToShare reads the findings that a step would give new readers with their
// review: only who takes such a step is told of it.
func findingsToShare(tx *gorm.DB, actor programme.Actor, rows []*programme.PeerReview) error {
	var ids array
	for _, r := range rows {
		if r.Findings = nil; actor.Is(programme.RoleProgramme) && r.Publication != programme.PublishedToParties || actor.Leads(r.Host) {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var found []programme.Finding
	if err := beyondSight(tx).Where("peer_review_id = ANY (?)", ids).Order("id").Find(&found).Error; err != nil {
		return err
	}
	for _, r := range rows {
		for i := range found {
			if *found[i].PeerReviewID == r.ID {
				r.Findings = append(r.Findings, found[i])
			}
		}
	}
	return nil
}
