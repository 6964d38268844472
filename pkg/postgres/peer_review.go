package postgres

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var peerReviews = kind[programme.PeerReview, *programme.PeerReview]{
	orders:   byChange,
	after:    (*work).followReview,
	complete: completeReviews,
	linked: func(tx *gorm.DB, actor programme.Actor, rows []*programme.PeerReview) error {
		err := milestonesKept(tx, "peer_review_id", rows, func(r *programme.PeerReview, kept bool) { r.MilestoneKept = kept })
		if err != nil {
			return err
		}
		if err := prioritiesOfFieldwork(tx, actor, rows); err != nil {
			return err
		}
		if err := openPreparation(tx, actor, "peer_review_id", rows, func(r *programme.PeerReview, open []programme.Fault) { r.OpenPreparation = open }); err != nil {
			return err
		}
		return findingsToShare(tx, actor, rows)
	},
	cited: func(r *programme.PeerReview) []citation {
		return []citation{citeBorough("/host", &r.Host), citePriority("/priorityId", r.PriorityID)}
	},
	referrers: []referrer{
		{"findings", "peer_review_id", "Findings"},
		{"peer_review_notes", "peer_review_id", "Notes"},
		{"events", "peer_review_id", "Events"},
		{"milestones", "peer_review_id", "Milestones"},
	},
	reads: []string{"finding", "milestone", "participant", "priority"},
}

// PeerReviews lists the reviews that the filter leaves, in order of creation or as
// sort says.
func (s *Store) PeerReviews(actor programme.Actor, f programme.PeerReviewFilter, sort string) programme.Listing[programme.PeerReview] {
	return list(s, actor, peerReviews, sort, func(q *gorm.DB) *gorm.DB {
		if f.Borough != nil {
			q = q.Where("(host_code = ? OR team @> ?::jsonb)", *f.Borough, containing("borough", *f.Borough))
		}
		q = where(q, "host_code = ?", f.Host)
		q = where(q, "cycle = ?", f.Cycle)
		q = anyOf(q, "state", f.States)
		q = where(q, "priority_id = ?", f.PriorityID)
		if f.Overdue != nil {
			q = narrowToOverdue(q, actor, f)
		}
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// PeerReview reads one review. The error is NotFound.
func (s *Store) PeerReview(ctx context.Context, actor programme.Actor, id string) (programme.PeerReview, error) {
	return get(ctx, s, actor, peerReviews, id)
}

// CreatePeerReview proposes a review. The error is Forbidden for anyone but the
// programme's team, and Invalid if it breaks its rules or names a borough, a
// priority or a participant that is not there.
func (s *Store) CreatePeerReview(ctx context.Context, actor programme.Actor, r programme.PeerReview) (programme.PeerReview, error) {
	return add(ctx, s, actor, peerReviews, r, func(w *work, r *programme.PeerReview) error {
		if err := programme.TeamMay(actor); err != nil {
			return err
		}
		r.State, r.Publication = programme.ReviewProposed, programme.PublishedToParties
		r.Team, r.FieldworkDays, r.Sessions = programme.OrEmpty(r.Team), programme.OrEmpty(r.FieldworkDays), programme.OrEmpty(r.Sessions)
		r.HostComments, r.ReportLinks = []programme.HostComment{}, []programme.Link{}
		w.faults = append(w.faults, r.HeldBefore(w.today())...)
		if err := w.join(r); err != nil {
			return err
		}
		r.Audience = r.Readers()
		return nil
	})
}

// UpdatePeerReview changes a review at the version, with the errors of
// [Store.CreatePeerReview], NotFound, Stale, and Conflict if it is closed or
// cancelled.
func (s *Store) UpdatePeerReview(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.PeerReview) error) (programme.PeerReview, error) {
	return s.changeReview(ctx, actor, id, version, programme.Edit, func(w *work, r *programme.PeerReview) error {
		if err := alter(r); err != nil {
			return err
		}
		w.faults = append(w.faults, r.HeldBefore(w.today())...)
		return w.join(r)
	})
}

// MovePeerReview takes a step that changes the review's state. The error is
// Forbidden, NotFound, Stale, Conflict if the step does not follow from where the
// review stands or something is missing for it, or Invalid if it needs a reason
// and has none.
func (s *Store) MovePeerReview(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (programme.PeerReview, error) {
	return s.changeReview(ctx, actor, id, version, step, func(w *work, r *programme.PeerReview) error {
		return r.Move(actor, step, w.today())
	})
}

// WritePeerReviewReport replaces the report. The error is Forbidden for anyone but
// the visiting boroughs and the programme's team, NotFound, Stale, or Conflict but
// during fieldwork and factual accuracy.
func (s *Store) WritePeerReviewReport(ctx context.Context, actor programme.Actor, id string, version int64, report *string, links []programme.Link) (programme.PeerReview, error) {
	return s.changeReview(ctx, actor, id, version, programme.WriteReport, func(_ *work, r *programme.PeerReview) error {
		r.Report, r.ReportLinks = report, programme.OrEmpty(links)
		return nil
	})
}

// CommentOnPeerReview adds what the host says on factual accuracy. The error is
// Forbidden for anyone but the host, NotFound, Stale, Conflict but while factual
// accuracy is being checked, or Invalid if there are too many comments.
func (s *Store) CommentOnPeerReview(ctx context.Context, actor programme.Actor, id string, version int64, text string) (programme.PeerReview, error) {
	return s.changeReview(ctx, actor, id, version, programme.CommentOnFacts, func(w *work, r *programme.PeerReview) error {
		r.Comment(w.now, text)
		return nil
	})
}

// PublishPeerReview decides how far the final report may be seen. The error is
// Forbidden for anyone but the host's director, NotFound or Stale.
func (s *Store) PublishPeerReview(ctx context.Context, actor programme.Actor, id string, version int64, publication programme.Publication) (programme.PeerReview, error) {
	return s.changeReview(ctx, actor, id, version, programme.Publish, func(_ *work, r *programme.PeerReview) error {
		return r.PublishTo(publication)
	})
}

// DeletePeerReview deletes a review at the version. The error is Forbidden,
// NotFound, Stale, or Conflict if it is not proposed any more or others refer to it.
func (s *Store) DeletePeerReview(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return drop(ctx, s, actor, peerReviews, id, version, func(w *work, r *programme.PeerReview) error {
		if err := w.eraseTasks("peer_review_id", r.ID); err != nil {
			return err
		}
		return w.eraseDerived("peer_review_id", r.ID)
	})
}

// changeReview is change, after which the review, and what belongs to it, is seen
// by those who may see it now.
func (s *Store) changeReview(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step, do func(w *work, r *programme.PeerReview) error) (programme.PeerReview, error) {
	var row programme.PeerReview
	err := s.act(ctx, actor, func(w *work) (err error) {
		var seen, shared programme.Audience
		var lines []string
		row, err = change(w.ctx, s, actor, peerReviews, id, version, step, func(w *work, r *programme.PeerReview) error {
			seen, shared, lines = r.Audience, r.Confidants(), slices.Clone(r.KLOEs)
			if err := do(w, r); err != nil {
				return err
			}
			r.Audience = r.Readers()
			return nil
		})
		if err == nil && !slices.Equal(lines, row.KLOEs) {
			err = w.notesFollow(&row, lines)
		}
		if err != nil || slices.Equal(seen, row.Audience) && slices.Equal(shared, row.Confidants()) {
			return err
		}
		return w.partiesChanged(&row, seen.Or(shared))
	})
	return orZero(row, err)
}

// partiesChanged lets what belongs to a review follow when its audience or its
// parties have changed, from those given. Findings are seen by whoever sees the review, actions by its
// parties, notes by its team, and its events name it to whoever sees it and tell its parties where.
func (w *work) partiesChanged(r *programme.PeerReview, were programme.Audience) error {
	if err := w.audienceFollows(r.ID, r.Forum().Boroughs, ofFindings(r)); err != nil {
		return err
	}
	if err := w.notesFollow(r, r.KLOEs); err != nil {
		return err
	}
	if err := w.preparationFollows("peer_review_id", r.ID, r.Preparation()); err != nil {
		return err
	}
	return w.eventsFollow("peer_review_id", r.ID, were.Or(r.Audience).Or(r.Confidants()))
}

// join completes the members who are new to the team by what the participants are
// today, and keeps these from being removed until the transaction ends. Who is not
// found stays without a role, which the review's own rule refuses.
func (w *work) join(r *programme.PeerReview) error {
	w.faults = append(w.faults, r.TimesIn(w.store.rules.Zone)...)
	var ids []string
	for _, m := range r.Team {
		if m.ParticipantID != nil && m.Role == "" {
			ids = append(ids, *m.ParticipantID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var people []programme.Participant
	if err := w.tx.Scopes(visibleTo(w.actor)).Clauses(forKeyShare).Where("id::text = ANY (?)", array(ids)).Order("id").Find(&people).Error; err != nil {
		return err
	}
	for i := range r.Team {
		m := &r.Team[i]
		if m.ParticipantID == nil || m.Role != "" {
			continue
		}
		if at := slices.IndexFunc(people, func(p programme.Participant) bool { return p.ID == *m.ParticipantID }); at >= 0 {
			m.Join(people[at])
		}
	}
	return nil
}

// completeReviews reads, with one query each, the names of the teams and how many
// findings are not answered yet.
func completeReviews(tx *gorm.DB, rows []*programme.PeerReview) error {
	var people, reviews []string
	for _, r := range rows {
		reviews = append(reviews, r.ID)
		for _, m := range r.Team {
			if m.ParticipantID != nil {
				people = append(people, *m.ParticipantID)
			}
		}
	}
	names, err := namesOfParticipants(tx, people)
	if err != nil {
		return err
	}
	unanswered, err := unansweredFindings(tx, reviews)
	if err != nil {
		return err
	}
	for _, r := range rows {
		for i := range r.Team {
			if id := r.Team[i].ParticipantID; id != nil {
				r.Team[i].Name = names[*id]
			}
		}
		r.Unanswered = unanswered[r.ID]
		r.Equip()
	}
	return nil
}

func namesOfParticipants(tx *gorm.DB, ids []string) (map[string]*string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []struct{ ID, Name string }
	if err := beyondSight(tx).Table("participants").Select("id", "name").Where("id = ANY (?)", array(ids)).Find(&rows).Error; err != nil {
		return nil, err
	}
	names := make(map[string]*string, len(rows))
	for i := range rows {
		names[rows[i].ID] = &rows[i].Name
	}
	return names, nil
}

// unansweredFindings counts by review.
func unansweredFindings(tx *gorm.DB, reviews []string) (map[string]int, error) {
	var rows []struct {
		ID    string
		Count int
	}
	err := beyondSight(tx).Table("findings").Select("peer_review_id AS id", "count(*) AS count").Where("peer_review_id = ANY (?) AND response IS NULL", array(reviews)).Group("peer_review_id").Find(&rows).Error
	if err != nil {
		return nil, err
	}
	counts := make(map[string]int, len(rows))
	for _, row := range rows {
		counts[row.ID] = row.Count
	}
	return counts, nil
}
