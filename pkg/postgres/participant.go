package postgres

import (
	"context"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var participants = kind[programme.Participant, *programme.Participant]{
	orders: byChange,
	cited: func(p *programme.Participant) []citation {
		return []citation{citeBorough("/borough", p.Borough)}
	},
}

// Participants lists the people whom the filter leaves, in order of creation or as
// sort says.
func (s *Store) Participants(actor programme.Actor, f programme.ParticipantFilter, sort string) programme.Listing[programme.Participant] {
	return list(s, actor, participants, sort, func(q *gorm.DB) *gorm.DB {
		q = containingText(q, f.Search, "name", "organisation")
		q = where(q, "borough_code = ?", f.Borough)
		q = where(q, "role = ?", f.Role)
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// Participant reads one person. The error is NotFound.
func (s *Store) Participant(ctx context.Context, actor programme.Actor, id string) (programme.Participant, error) {
	return get(ctx, s, actor, participants, id)
}

// CreateParticipant adds a person. The error is Forbidden for whom does not speak
// for the person's borough, and Invalid if it breaks its rules or names a borough
// that is not there.
func (s *Store) CreateParticipant(ctx context.Context, actor programme.Actor, p programme.Participant) (programme.Participant, error) {
	return add(ctx, s, actor, participants, p, func(_ *work, p *programme.Participant) error { return settle(actor, p) })
}

// UpdateParticipant changes a person at the version, with the errors of
// [Store.CreateParticipant], NotFound and Stale. Teams that the person has joined follow:
// in role and organisation until fieldwork begins, in the name always.
func (s *Store) UpdateParticipant(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.Participant) error) (programme.Participant, error) {
	return change(ctx, s, actor, participants, id, version, programme.Edit, func(w *work, p *programme.Participant) error {
		was := *p
		if err := alter(p); err != nil {
			return err
		}
		if err := settle(actor, p); err != nil {
			return err
		}
		return w.teamsFollow(was, p)
	})
}

// inTeam holds for reviews whose team has the person.
const inTeam = "team @> jsonb_build_array(jsonb_build_object('participantId', ?::text))"

// teamsFollow lets tables and the teams of reviews know what has become of a person of theirs.
func (w *work) teamsFollow(was programme.Participant, p *programme.Participant) error {
	renamed := p.Name != was.Name
	if !renamed && p.Role == was.Role && programme.Same(p.Borough, was.Borough) && programme.Same(p.Organisation, was.Organisation) {
		return nil
	}
	if err := w.tablesFollow(p, renamed); err != nil {
		return err
	}
	reviews, err := locked[programme.PeerReview](w, inTeam, p.ID)
	if err != nil {
		return err
	}
	var before programme.Audience
	moved := false
	write := func(w *work, was past, r *programme.PeerReview) error {
		if !moved { // whoever reads the name in a review hears of it there, and nobody else
			return retell(w, r.Confidants(), was, r)
		}
		if err := w.teamChanged(was, r); err != nil {
			return err
		}
		return w.partiesChanged(r, before)
	}
	return alterEach(w, reviews, write, func(r *programme.PeerReview) bool {
		before = r.Audience.Or(r.Confidants())
		moved = r.Follow(*p)
		return moved || renamed
	})
}

// teamChanged writes a review whose team is another because one of its people is.
func (w *work) teamChanged(was past, r *programme.PeerReview) error {
	if err := rewrite(w, was, r); err != nil {
		return err
	}
	return w.followReview(r)
}

// settle gives the person the audience of where they belong now, if the actor may
// put them there. Somebody who belongs nowhere is for Check to refuse.
func settle(actor programme.Actor, p *programme.Participant) error {
	p.Audience = p.Readers()
	if p.Borough == nil && p.Organisation == nil {
		return nil
	}
	return p.May(actor, programme.Edit)
}

// DeleteParticipant removes a person at the version, from every team too, where
// only role and organisation stay. The error is Forbidden, NotFound or Stale.
func (s *Store) DeleteParticipant(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return drop(ctx, s, actor, participants, id, version, func(w *work, p *programme.Participant) error { return w.forget(p.ID) })
}

// forget takes the person out of everything that names them.
func (w *work) forget(participant string) error {
	if err := w.leaveTables(participant); err != nil {
		return err
	}
	if err := w.leaveTeams(participant); err != nil {
		return err
	}
	return forgetAnswers(w.tx, participant)
}

// leaveTeams takes the person out of every review's team.
func (w *work) leaveTeams(participant string) error {
	reviews, err := locked[programme.PeerReview](w, inTeam, participant)
	if err != nil {
		return err
	}
	return alterEach(w, reviews, (*work).teamChanged, func(r *programme.PeerReview) bool {
		r.Leave(participant)
		return true
	})
}
