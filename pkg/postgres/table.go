package postgres

import (
	"context"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

// PutGroupPerson names a person who is to come to a group's table, or changes as what and
// whether. The error is Forbidden for whom the person is not theirs to name, NotFound, Stale,
// Invalid for a person who is not there or can only watch, and Conflict once attendance is
// recorded or the challenge is past that.
func (s *Store) PutGroupPerson(ctx context.Context, actor programme.Actor, id string, version int64, a programme.Attendee) (programme.PeerChallengeGroup, error) {
	return s.changeGroup(ctx, actor, id, version, programme.NamePerson, func(w *work, g *programme.PeerChallengeGroup) error {
		return w.seat(&g.Table, a, g.Boroughs())
	})
}

// TakeGroupPerson takes a person off a group's table. The error is Forbidden, NotFound also
// where they are not named, Stale, or Conflict.
func (s *Store) TakeGroupPerson(ctx context.Context, actor programme.Actor, id string, version int64, participant string) (programme.PeerChallengeGroup, error) {
	return s.changeGroup(ctx, actor, id, version, programme.TakePerson, func(_ *work, g *programme.PeerChallengeGroup) error {
		return g.Unseat(actor, participant)
	})
}

// RecordGroupAttendance says who came to a group's table. The error is Forbidden, NotFound,
// Stale, Conflict before its day, or Invalid as [programme.Table.Record] says.
func (s *Store) RecordGroupAttendance(ctx context.Context, actor programme.Actor, id string, version int64, a programme.MetAttendance) (programme.PeerChallengeGroup, error) {
	return s.changeGroup(ctx, actor, id, version, programme.RecordAttendance, func(w *work, g *programme.PeerChallengeGroup) error {
		return g.Met(a, w.today())
	})
}

// PutEventPerson is [Store.PutGroupPerson] of an event.
func (s *Store) PutEventPerson(ctx context.Context, actor programme.Actor, id string, version int64, a programme.Attendee) (programme.Event, error) {
	return s.changeEvent(ctx, actor, id, version, programme.NamePerson, func(w *work, e *programme.Event) error { return w.seat(&e.Table, a, nil) })
}

// TakeEventPerson is [Store.TakeGroupPerson] of an event.
func (s *Store) TakeEventPerson(ctx context.Context, actor programme.Actor, id string, version int64, participant string) (programme.Event, error) {
	return s.changeEvent(ctx, actor, id, version, programme.TakePerson, func(_ *work, e *programme.Event) error { return e.Unseat(actor, participant) })
}

// RecordEventAttendance is [Store.RecordGroupAttendance] of an event.
func (s *Store) RecordEventAttendance(ctx context.Context, actor programme.Actor, id string, version int64, a programme.MetAttendance) (programme.Event, error) {
	return s.changeEvent(ctx, actor, id, version, programme.RecordAttendance, func(w *work, e *programme.Event) error { return e.Met(a, w.today()) })
}

// seat names a person whom the actor sees, and keeps them from being removed until the
// transaction ends. Members are of the boroughs, where some are given.
func (w *work) seat(t *programme.Table, a programme.Attendee, boroughs []string) error {
	var people []programme.Participant
	if err := w.tx.Scopes(visibleTo(w.actor)).Clauses(forKeyShare).Where("id = ?", *a.ParticipantID).Find(&people).Error; err != nil {
		return err
	}
	if len(people) == 0 {
		f := programme.Unknown("", "There is no such participant.")
		f.Parameter = "participantId"
		return programme.Refuse([]programme.Fault{f})
	}
	return t.Seat(w.actor, people[0], a.Part, a.Coming, boroughs)
}

// namesAt reads the names of the people at tables with one query.
func namesAt(tx *gorm.DB, tables []*programme.Table) error {
	var people []string
	for _, t := range tables {
		for _, a := range t.People {
			if a.ParticipantID != nil {
				people = append(people, *a.ParticipantID)
			}
		}
	}
	names, err := namesOfParticipants(tx, people)
	for _, t := range tables {
		for i := range t.People {
			if id := t.People[i].ParticipantID; id != nil {
				t.People[i].Name = names[*id]
			}
		}
	}
	return err
}

// atTable holds for groups and events at whose table the person is named.
const atTable = "people @> jsonb_build_array(jsonb_build_object('participantId', ?::text))"

// tabled are records with a table.
type tabled[T any] interface {
	record[T]
	FollowPerson(p programme.Participant) bool
	Forget(participant string)
	Named() programme.Audience
}

// tablesFollow lets the tables of groups and events know what has become of a person of
// theirs: in role and organisation until attendance is recorded, in the name always.
func (w *work) tablesFollow(p *programme.Participant, renamed bool) error {
	if err := tableFollows[programme.PeerChallengeGroup](w, p, renamed); err != nil {
		return err
	}
	return tableFollows[programme.Event](w, p, renamed)
}

func tableFollows[T any, R tabled[T]](w *work, p *programme.Participant, renamed bool) error {
	rows, err := locked[T](w, atTable, p.ID)
	if err != nil {
		return err
	}
	moved := false
	write := func(w *work, was past, row R) error {
		if !moved { // whoever reads the name there hears of it, and nobody else
			return retell(w, row.Named().Or(p.Audience), was, row)
		}
		return rewrite(w, was, row)
	}
	return alterEach(w, rows, write, func(row R) bool {
		moved = row.FollowPerson(*p)
		return moved || renamed
	})
}

// leaveTables takes the person off every table.
func (w *work) leaveTables(participant string) error {
	if err := leaveTable[programme.PeerChallengeGroup](w, participant); err != nil {
		return err
	}
	return leaveTable[programme.Event](w, participant)
}

func leaveTable[T any, R tabled[T]](w *work, participant string) error {
	rows, err := locked[T](w, atTable, participant)
	if err != nil {
		return err
	}
	return alterEach(w, rows, rewrite[T, R], func(row R) bool {
		row.Forget(participant)
		return true
	})
}

// tiesAt answers what binds a person to the tables at which they are named, which stay as
// they are until the transaction ends.
func (w *work) tiesAt(participant string) (ties []programme.Tie, err error) {
	groups, err := locked[programme.PeerChallengeGroup](w, atTable, participant)
	if err != nil {
		return nil, err
	}
	rows := make([]*programme.PeerChallengeGroup, len(groups))
	for i := range groups {
		rows[i] = &groups[i]
	}
	if err := peerChallengeGroups.complete(w.tx, rows); err != nil {
		return nil, err
	}
	for _, g := range rows {
		ties = append(ties, g.Tie())
	}
	events, err := locked[programme.Event](w, atTable, participant)
	for i := range events {
		ties = append(ties, events[i].Tie())
	}
	return ties, err
}
