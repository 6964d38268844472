package postgres

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var peerReviewNotes = kind[programme.PeerReviewNote, *programme.PeerReviewNote]{
	orders:   byChange,
	complete: withReviews,
	reads:    []string{"peer-review"},
}

// withReviews reads of which reviews the notes are, all at once.
func withReviews(tx *gorm.DB, rows []*programme.PeerReviewNote) error {
	ids := make(array, len(rows))
	for i, n := range rows {
		ids[i] = n.PeerReviewID
	}
	var reviews []programme.PeerReview
	if err := beyondSight(tx).Select("id", "host_code", "state", "team", "kloes").Where("id = ANY (?)", ids).Find(&reviews).Error; err != nil {
		return err
	}
	for _, n := range rows {
		if at := slices.IndexFunc(reviews, func(r programme.PeerReview) bool { return r.ID == n.PeerReviewID }); at >= 0 {
			n.Read(reviews[at])
		}
	}
	return nil
}

// PeerReviewNotes lists the notes that the actor may see and the filter leaves, in order of
// creation or as sort says.
func (s *Store) PeerReviewNotes(actor programme.Actor, f programme.PeerReviewNoteFilter, sort string) programme.Listing[programme.PeerReviewNote] {
	return list(s, actor, peerReviewNotes, sort, func(q *gorm.DB) *gorm.DB {
		q = where(q, "peer_review_id = ?", f.PeerReviewID)
		q = where(q, "borough_code = ?", f.Borough)
		if f.FindingID != nil {
			q = q.Where("finding_ids @> ?", array{*f.FindingID})
		}
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// PeerReviewNote reads one note. The error is NotFound.
func (s *Store) PeerReviewNote(ctx context.Context, actor programme.Actor, id string) (programme.PeerReviewNote, error) {
	return get(ctx, s, actor, peerReviewNotes, id)
}

// CreatePeerReviewNote writes a note. The error is Forbidden for anyone but the team's
// boroughs and the programme's team, Conflict while the review takes no notes, and Invalid
// if it names a review, an interview group or a line of enquiry that is not there.
func (s *Store) CreatePeerReviewNote(ctx context.Context, actor programme.Actor, n programme.PeerReviewNote) (programme.PeerReviewNote, error) {
	return add(ctx, s, actor, peerReviewNotes, n, func(w *work, n *programme.PeerReviewNote) error {
		r, err := read(w.tx.Scopes(visibleTo(actor)).Clauses(forShare), kind[programme.PeerReview, *programme.PeerReview]{}, n.PeerReviewID)
		if there, err := w.unlessMissing(err, citePeerReview(&n.PeerReviewID)); !there {
			return err
		}
		if err := programme.MayNow(&r, actor, programme.AddNote, w.today()); err != nil {
			return err
		}
		w.faults = append(w.faults, n.Put(actor, &r)...)
		return w.ofTemplate(n)
	})
}

// UpdatePeerReviewNote corrects a note at the version, with the errors of
// [Store.CreatePeerReviewNote], NotFound and Stale.
func (s *Store) UpdatePeerReviewNote(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.PeerReviewNote) error) (row programme.PeerReviewNote, err error) {
	err = s.holdingNote(ctx, actor, id, func(w *work) error {
		row, err = change(w.ctx, s, actor, peerReviewNotes, id, version, programme.Edit, func(w *work, n *programme.PeerReviewNote) error {
			met, line := n.InterviewGroup, n.LineOfEnquiry
			if err := alter(n); err != nil {
				return err
			}
			if !programme.Same(line, n.LineOfEnquiry) {
				w.faults = append(w.faults, n.Place()...)
			}
			if n.InterviewGroup == met {
				return nil // which the template may know no more
			}
			return w.ofTemplate(n)
		})
		return err
	})
	return orZero(row, err)
}

// AcknowledgePeerReviewNote is acknowledge of a note.
func (s *Store) AcknowledgePeerReviewNote(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (programme.PeerReviewNote, error) {
	return acknowledge(ctx, s, actor, peerReviewNotes, id, version, marks)
}

// RedactPeerReviewNote is redact of a note.
func (s *Store) RedactPeerReviewNote(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (programme.PeerReviewNote, error) {
	return redact(ctx, s, actor, peerReviewNotes, id, version, places)
}

// DeletePeerReviewNote removes a note at the version. The error is Forbidden, NotFound,
// Stale, or Conflict while the review takes no notes or if a finding cites it.
func (s *Store) DeletePeerReviewNote(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return s.holdingNote(ctx, actor, id, func(w *work) error { return drop(w.ctx, s, actor, peerReviewNotes, id, version, nil) })
}

// holdingNote does something with a note that the actor may see. Its review stays as it is
// until the transaction ends: all take the review first, and then its notes. The error
// is NotFound.
func (s *Store) holdingNote(ctx context.Context, actor programme.Actor, id string, do func(w *work) error) error {
	return s.act(ctx, actor, func(w *work) error {
		n, err := read(w.tx.Scopes(visibleTo(actor)), kind[programme.PeerReviewNote, *programme.PeerReviewNote]{}, id)
		if err != nil {
			return err
		}
		if err := beyondSight(w.tx).Clauses(forShare).Select("id").Where("id = ?", n.PeerReviewID).Take(&programme.PeerReview{}).Error; err != nil {
			return err
		}
		return do(w)
	})
}

// ofTemplate notes the fault of an interview group that is none of the programme's.
func (w *work) ofTemplate(n *programme.PeerReviewNote) error {
	var p programme.Programme
	if err := w.tx.Where("id = ?", theProgramme).Limit(1).Find(&p).Error; err != nil {
		return err
	}
	w.faults = append(w.faults, programme.CheckInterviewGroup(p.InterviewGroups, n.InterviewGroup)...)
	return nil
}

// notesFollow lets the notes of a review follow its team and its lines of enquiry, which
// were these.
func (w *work) notesFollow(r *programme.PeerReview, were []string) error {
	return alterAll(w, func(n *programme.PeerReviewNote) bool { return n.Follow(r, were) }, "peer_review_id = ?", r.ID)
}

// withNotes reads which notes the findings cite.
func withNotes(tx *gorm.DB, rows []*programme.Finding) error {
	var ids array
	for _, f := range rows {
		if f.NoteIDs = []string{}; f.PeerReviewID != nil {
			ids = append(ids, f.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var notes []programme.PeerReviewNote
	if err := beyondSight(tx).Select("id", "finding_ids").Where("finding_ids && ?", ids).Order("id").Find(&notes).Error; err != nil {
		return err
	}
	for _, f := range rows {
		for i := range notes {
			if slices.Contains(notes[i].FindingIDs, f.ID) {
				f.NoteIDs = append(f.NoteIDs, notes[i].ID)
			}
		}
	}
	return nil
}

// holdNotes refuses to cite notes that the finding's review does not have or the actor does
// not see, and keeps the others until the transaction ends.
func (w *work) holdNotes(f *programme.Finding) error {
	if len(f.NoteIDs) == 0 {
		return nil
	}
	ids := slices.DeleteFunc(slices.Clone(f.NoteIDs), func(id string) bool { return uuid.Validate(id) != nil })
	var there []string
	err := w.tx.Model(&programme.PeerReviewNote{}).Scopes(visibleTo(w.actor)).Clauses(forKeyShare).
		Where("peer_review_id = ? AND id = ANY (?)", f.PeerReviewID, array(ids)).Order("id").Pluck("id", &there).Error
	for i, id := range f.NoteIDs {
		if !slices.Contains(there, id) {
			w.unknown = append(w.unknown, programme.Unknown("/noteIds/"+strconv.Itoa(i), "The review has no such note."))
		}
	}
	return err
}

// citeOthers lets a finding cite other notes than before; alone says that nothing else of
// it changes.
func (w *work) citeOthers(f *programme.Finding, alone bool) error {
	if err := w.holdNotes(f); err != nil {
		return err
	}
	if err := check(w, findings, f); err != nil {
		return err
	}
	return w.cite(f, alone)
}

// cite lets the notes know whether the finding cites them. It is no version of the finding,
// whose readers may be others: where nothing else of it changes, who reads the notes hears of it alone.
func (w *work) cite(f *programme.Finding, alone bool) error {
	slices.Sort(f.NoteIDs) // the order in which they are read
	var readers programme.Audience
	err := alterAll(w, func(n *programme.PeerReviewNote) bool {
		readers = n.Audience
		return n.Cite(f.ID, slices.Contains(f.NoteIDs, n.ID))
	}, "id = ANY (?) OR finding_ids @> ?", array(f.NoteIDs), array{f.ID})
	if err != nil || !alone {
		return err
	}
	return w.tellCiting(f, readers)
}

// tellCiting tells the readers of notes that a finding cites others than before.
func (w *work) tellCiting(f *programme.Finding, readers programme.Audience) error {
	same, err := rememberOf(f)
	if err != nil {
		return err
	}
	return w.tell(readers, actionUpdate, f.Noun(), same, same)
}
