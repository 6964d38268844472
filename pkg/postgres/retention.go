package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"peerchallenge/pkg/programme"
)

// Erased counts what was kept long enough.
type Erased struct{ Participants, Notes int }

// EraseOutlived removes the people who left, and the notes of groups and of reviews, that have been
// kept for as long as the settings say, and counts them. Each is removed in a
// transaction of its own, which asks the rule again, so that the work can be
// interrupted and repeated. What could not be removed does not keep the others, and is
// tried again the next time; the error says why. While another process is at it,
// nothing is done.
func (s *Store) EraseOutlived(ctx context.Context) (Erased, error) {
	people, err := s.eraseEach(ctx, s.rules.ParticipantsKeptMonths, "participants AS r", (*work).eraseParticipant)
	if err != nil {
		err = fmt.Errorf("people who left: %w", err)
	}
	notes, noteErr := s.eraseEach(ctx, s.rules.NotesKeptMonths,
		"peer_challenge_groups AS r JOIN peer_challenges AS c ON c.id = r.peer_challenge_id AND c.state IN ('closed', 'cancelled') AND r.notes IS NOT NULL", (*work).eraseNotes)
	if noteErr != nil {
		noteErr = fmt.Errorf("notes: %w", noteErr)
	}
	heard, heardErr := s.eraseEach(ctx, s.rules.NotesKeptMonths, "peer_review_notes AS r JOIN peer_reviews AS v ON v.id = r.peer_review_id AND v.state IN ('closed', 'cancelled')", (*work).eraseReviewNote)
	if heardErr != nil {
		heardErr = fmt.Errorf("notes of reviews: %w", heardErr)
	}
	readErr := s.eraseReads(ctx)
	if readErr != nil {
		readErr = fmt.Errorf("who has read self-evaluations: %w", readErr)
	}
	return Erased{Participants: people, Notes: notes + heard}, errors.Join(err, noteErr, heardErr, readErr)
}

// errElsewhere ends the work of a process that finds another at it.
var errElsewhere = errors.New("another process is at it")

// eraseEach lets erase decide upon each of the rows that may have been kept for the
// months, and counts those that it removed.
func (s *Store) eraseEach(ctx context.Context, months int, rows string, erase func(w *work, id string) (bool, error)) (int, error) {
	if months <= 0 {
		return 0, nil
	}
	// Months differ in length: some of these have a few days to go.
	oldest := s.rules.Today(s.now()).AddMonths(-months).AddDays(4).Time()
	var ids []string
	if err := beyondSight(s.gorm.WithContext(ctx)).Table(rows).Where("r.updated_at < ?", oldest).Order("r.id").Pluck("r.id", &ids).Error; err != nil {
		return 0, refusal(err)
	}
	actor := programme.Actor{
		Issuer: "local", Subject: "retention",
		Reason: fmt.Sprintf("Kept for %d months after it was last needed, as configured.", months),
	}
	n := 0
	var faults []error
	for _, id := range ids {
		var erased bool
		err := s.act(ctx, actor, func(w *work) (err error) {
			if err = w.alone("retention"); err == nil {
				erased, err = erase(w, id)
			}
			return err
		})
		switch {
		case errors.Is(err, errElsewhere) || ctx.Err() != nil:
			return n, errors.Join(faults...)
		case err != nil:
			faults = append(faults, err)
		case erased:
			n++
		}
	}
	return n, errors.Join(faults...)
}

// alone refuses if another transaction is at the same.
func (w *work) alone(at string) error {
	var mine bool
	if err := w.tx.Raw("SELECT pg_try_advisory_xact_lock(hashtextextended(?, 0))", "peerchallenge "+at).Scan(&mine).Error; err != nil {
		return err
	}
	if !mine {
		return errElsewhere
	}
	return nil
}

// eraseParticipant removes the person if they have left for long enough: reviews that
// they belong to, and the person, stay as they are until the transaction ends.
func (w *work) eraseParticipant(id string) (bool, error) {
	p, there, err := lockByID[programme.Participant](w, id)
	if err != nil || !there {
		return false, err
	}
	reviews, err := locked[programme.PeerReview](w, inTeam, id)
	if err != nil {
		return false, err
	}
	ties, err := w.tiesAt(id)
	if err != nil {
		return false, err
	}
	for i := range reviews {
		ended, err := w.lastMoved(&reviews[i])
		if err != nil {
			return false, err
		}
		ties = append(ties, reviews[i].Tie(ended))
	}
	if !programme.Outlived(w.store.rules.ParticipantsKeptMonths, w.store.rules.Today(p.UpdatedAt), ties, w.today()) {
		return false, nil
	}
	if err := w.forget(id); err != nil {
		return false, err
	}
	return true, erase[programme.Participant](w, &p)
}

// eraseNotes clears the group's notes if its challenge is over for long enough. The
// challenge is locked before the group, as everywhere.
func (w *work) eraseNotes(id string) (bool, error) {
	var challenge string
	if err := beyondSight(w.tx).Table("peer_challenge_groups").Where("id = ?", id).Pluck("peer_challenge_id", &challenge).Error; err != nil || challenge == "" {
		return false, err
	}
	c, there, err := lockByID[programme.PeerChallenge](w, challenge)
	if err != nil || !there {
		return false, err
	}
	g, there, err := lockByID[programme.PeerChallengeGroup](w, id)
	if err != nil || !there || g.Notes == nil {
		return false, err
	}
	ended, err := w.lastMoved(&c)
	if err != nil {
		return false, err
	}
	if !programme.Outlived(w.store.rules.NotesKeptMonths, w.store.rules.Today(g.UpdatedAt), []programme.Tie{c.Tie(ended)}, w.today()) {
		return false, nil
	}
	was, err := rememberOf(&g)
	if err != nil {
		return false, err
	}
	g.Notes = nil
	return true, rewrite[programme.PeerChallengeGroup](w, was, &g)
}

// eraseReviewNote removes a note if its review is over for long enough. Its review is locked
// before it, as everywhere. Findings that cited it do so no more.
func (w *work) eraseReviewNote(id string) (bool, error) {
	var review string
	if err := beyondSight(w.tx).Table("peer_review_notes").Where("id = ?", id).Pluck("peer_review_id", &review).Error; err != nil || review == "" {
		return false, err
	}
	r, there, err := lockByID[programme.PeerReview](w, review)
	if err != nil || !there {
		return false, err
	}
	n, there, err := lockByID[programme.PeerReviewNote](w, id)
	if err != nil || !there {
		return false, err
	}
	ended, err := w.lastMoved(&r)
	if err != nil {
		return false, err
	}
	if !programme.Outlived(w.store.rules.NotesKeptMonths, w.store.rules.Today(n.UpdatedAt), []programme.Tie{r.Tie(ended)}, w.today()) {
		return false, nil
	}
	var citing []programme.Finding
	if err := beyondSight(w.tx).Where("id = ANY (?)", array(n.FindingIDs)).Order("id").Find(&citing).Error; err != nil {
		return false, err
	}
	for i := range citing {
		if err := w.tellCiting(&citing[i], n.Audience); err != nil {
			return false, err
		}
	}
	return true, erase[programme.PeerReviewNote](w, &n)
}

// lockByID reads a record, whoever may see it, and keeps others from changing it.
func lockByID[T any](w *work, id string) (row T, there bool, err error) {
	rows, err := locked[T](w, "id = ?", id)
	if err != nil || len(rows) == 0 {
		return row, false, err
	}
	return rows[0], true, nil
}

// lastMoved answers the day on which the state of the record last changed, as the
// audit knows it, or "".
func (w *work) lastMoved(row programme.Record) (programme.Date, error) {
	var at *time.Time
	err := w.tx.Model(&auditRow{}).Where("noun = ? AND key = ?", row.Noun(), row.Of().ID).
		Where("after ->> 'State' IS DISTINCT FROM before ->> 'State'").Select("max(at)").Scan(&at).Error
	if err != nil || at == nil {
		return "", err
	}
	return w.store.rules.Today(*at), nil
}
