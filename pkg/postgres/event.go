package postgres

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var events = kind[programme.Event, *programme.Event]{
	after:    (*work).followEvent,
	complete: completeEvents,
	linked: func(tx *gorm.DB, actor programme.Actor, rows []*programme.Event) error {
		if err := openPreparation(tx, actor, "event_id", rows, func(e *programme.Event, open []programme.Fault) { e.OpenPreparation = open }); err != nil {
			return err
		}
		return milestonesKept(tx, "event_id", rows, func(e *programme.Event, kept bool) { e.MilestoneKept = kept })
	},
	cited: func(e *programme.Event) []citation {
		cited := []citation{citeSubRegion("/subRegion", e.SubRegion), citeBoroughs("/boroughs", e.Boroughs)}
		for i, s := range e.Sessions {
			cited = append(cited, citePriority("/sessions/"+strconv.Itoa(i)+"/priorityId", s.PriorityID))
		}
		return cited
	},
	orders: map[string]order{
		"startsOn":   {columns: []string{"starts_on", "id"}},
		"-startsOn":  {columns: []string{"starts_on", "id"}, down: true},
		"":           byChange[""],
		"updatedAt":  byChange["updatedAt"],
		"-updatedAt": byChange["-updatedAt"],
	},
	referrers: []referrer{{"milestones", "event_id", "Milestones"}},
	reads:     []string{"membership", "milestone", "participant", "peer-challenge-group", "peer-review"},
}

// Events lists the events that the filter leaves, in order of creation or as sort says.
func (s *Store) Events(actor programme.Actor, f programme.EventFilter, sort string) programme.Listing[programme.Event] {
	return list(s, actor, events, sort, filterEvents(actor, f))
}

func filterEvents(actor programme.Actor, f programme.EventFilter) func(q *gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		q = anyOf(q, "kind", f.Kinds)
		q = anyOf(q, "state", f.States)
		if f.Cycle != nil {
			q = q.Where("starts_on BETWEEN ? AND ?", f.Cycle.Starts(), f.Cycle.Ends())
		}
		q = where(q, "ends_on >= ?", f.From)
		q = where(q, "starts_on <= ?", f.To)
		q = where(q, "sub_region_slug = ?", f.SubRegion)
		q = where(q, "peer_challenge_id = ?", f.PeerChallengeID)
		q = where(q, "peer_challenge_group_id = ?", f.PeerChallengeGroupID)
		q = where(q, "updated_at >= ?", f.UpdatedSince)
		if f.Unnamed != nil {
			q = q.Where(unnamedEvent+" = ?", array(actor.Named()), f.Today, array(actor.Named()), *f.Unnamed)
		}
		if f.Borough != nil {
			q = q.Where(concerns, *f.Borough, *f.Borough)
		}
		if f.PriorityID != nil {
			q = q.Where("sessions @> ?::jsonb", containing("priorityId", *f.PriorityID))
		}
		if f.PeerReviewID != nil {
			q = q.Where("peer_review_id = ? AND EXISTS (SELECT FROM peer_reviews r WHERE r.id = peer_review_id AND r.audience && ?)", *f.PeerReviewID, array(actor.Names()))
		}
		return q
	}
}

// concerns holds for events that are for a borough. Memberships have dates, so it
// is the sub-region on the event's first day that counts.
const concerns = `(boroughs @> ARRAY[?::text] OR cardinality(boroughs) = 0 AND sub_region_slug IS NULL
	OR EXISTS (SELECT FROM memberships m WHERE m.borough_code = ? AND m.sub_region_slug = events.sub_region_slug
		AND starts_on BETWEEN m.valid_from AND coalesce(m.valid_to, 'infinity')))`

// unnamedEvent holds for events that are to come and name one of the boroughs, none of which has
// named anybody.
const unnamedEvent = `(state = 'planned' AND met_on IS NULL AND boroughs && ? AND starts_on >= ?
	AND NOT EXISTS (SELECT FROM jsonb_array_elements(people) AS p WHERE p ->> 'borough' = ANY (?)))`

// containing is the JSON of a list with an object that has the member.
func containing(member, value string) string {
	text, _ := json.Marshal([]map[string]string{{member: value}}) // texts always encode
	return string(text)
}

// Event reads one event. The error is NotFound.
func (s *Store) Event(ctx context.Context, actor programme.Actor, id string) (programme.Event, error) {
	return get(ctx, s, actor, events, id)
}

// CreateEvent adds a planned event. The error is Forbidden for anyone but the
// programme's team, and Invalid if it breaks its rules or names what is not there.
func (s *Store) CreateEvent(ctx context.Context, actor programme.Actor, e programme.Event) (programme.Event, error) {
	return add(ctx, s, actor, events, e, func(w *work, e *programme.Event) error {
		e.State, e.Sequence, e.Audience = programme.EventPlanned, 0, programme.Everyone()
		if err := programme.TeamMay(actor); err != nil {
			return err
		}
		return tie(w, e)
	})
}

// UpdateEvent changes an event at the version, with the errors of
// [Store.CreateEvent], NotFound, Stale, and Conflict if it is cancelled.
func (s *Store) UpdateEvent(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.Event) error) (programme.Event, error) {
	return s.changeEvent(ctx, actor, id, version, programme.Edit, func(w *work, e *programme.Event) error {
		was, err := rememberOf(e)
		if err != nil {
			return err
		}
		if err := alter(e); err != nil {
			return err
		}
		if other, err := altered(was, e); err != nil || !other {
			return err
		}
		e.Sequence++
		return tie(w, e)
	})
}

// changeEvent is [change] for an event while its review and its group stay as they are.
func (s *Store) changeEvent(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step, do func(w *work, e *programme.Event) error) (programme.Event, error) {
	var row programme.Event
	err := s.act(ctx, actor, func(w *work) (err error) {
		// Whoever changes the review or the group waits for its events, so that these
		// come first.
		if uuid.Validate(id) == nil {
			for _, first := range []string{
				"SELECT FROM peer_reviews WHERE id = (SELECT peer_review_id FROM events WHERE id = ?) FOR KEY SHARE",
				"SELECT FROM peer_challenge_groups WHERE id = (SELECT peer_challenge_group_id FROM events WHERE id = ?) FOR KEY SHARE",
			} {
				if err := w.tx.Exec(first, id).Error; err != nil {
					return err
				}
			}
		}
		row, err = change(w.ctx, s, actor, events, id, version, step, do)
		return err
	})
	return orZero(row, err)
}

// MoveEvent takes a step that changes the event's state. The error is Forbidden,
// NotFound, Stale, Conflict if the step does not follow from where the event
// stands or its first day has not come yet, or Invalid if it needs a reason and
// has none.
func (s *Store) MoveEvent(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (programme.Event, error) {
	return change(ctx, s, actor, events, id, version, step, func(_ *work, e *programme.Event) error { return e.Move(actor, step) })
}

// DeleteEvent deletes an event, with its milestone, at the version. The error is Forbidden, NotFound,
// Stale, or Conflict if it is not planned any more or others refer to it.
func (s *Store) DeleteEvent(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return drop(ctx, s, actor, events, id, version, func(w *work, e *programme.Event) error {
		if err := w.eraseTasks("event_id", e.ID); err != nil {
			return err
		}
		return w.eraseDerived("event_id", e.ID)
	})
}

// completeEvents reads what of events is kept elsewhere.
func completeEvents(tx *gorm.DB, rows []*programme.Event) error {
	tables := make([]*programme.Table, len(rows))
	for i, e := range rows {
		tables[i] = &e.Table
	}
	if err := namesAt(tx, tables); err != nil {
		return err
	}
	return eventAudiences(tx, rows)
}

// eventAudiences reads who may see the reviews that events belong to, and who belongs
// to these and to their groups.
func eventAudiences(tx *gorm.DB, rows []*programme.Event) error {
	var groupIDs, reviewIDs array
	for _, e := range rows {
		e.ReviewAudience, e.PlaceAudience, e.ChallengeOfGroup = nil, nil, ""
		if e.PeerChallengeGroupID != nil {
			groupIDs = append(groupIDs, *e.PeerChallengeGroupID)
		}
		if e.PeerReviewID != nil {
			reviewIDs = append(reviewIDs, *e.PeerReviewID)
		}
	}
	groups, err := rowsByID[programme.PeerChallengeGroup](beyondSight(tx).Select(ofGroup), groupIDs)
	if err != nil {
		return err
	}
	reviews, err := rowsByID[programme.PeerReview](beyondSight(tx).Select(ofReview), reviewIDs)
	if err != nil {
		return err
	}
	for _, e := range rows {
		if e.PeerChallengeGroupID != nil {
			if g := groups[*e.PeerChallengeGroupID]; g != nil {
				e.ChallengeOfGroup = g.PeerChallengeID
				e.MeetsWithin(g.Confidants())
			}
		}
		if e.PeerReviewID != nil {
			if r := reviews[*e.PeerReviewID]; r != nil {
				e.ReviewAudience = r.Audience
				e.MeetsWithin(r.Confidants())
			}
		}
	}
	return nil
}

// What of a group and of a review says to whom they belong.
var (
	ofGroup  = []string{"id", "peer_challenge_id", "members"}
	ofReview = []string{"id", "audience", "host_code", "team"}
)

// rowsByID reads the records with the ids; it asks nothing where there are none.
func rowsByID[T any, R record[T]](q *gorm.DB, ids array) (map[string]*T, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []T
	if err := q.Where("id = ANY (?)", ids).Find(&rows).Error; err != nil {
		return nil, err
	}
	found := make(map[string]*T, len(rows))
	for i := range rows {
		found[R(&rows[i]).Of().ID] = &rows[i]
	}
	return found, nil
}

// tie reads what the rules must know of the group and the review that the event
// names. What of these is not there is told together with all else that is wrong.
func tie(w *work, e *programme.Event) error {
	unknown, err := uncited(w.tx, []citation{
		citePeerChallenge(e.PeerChallengeID).visibleTo(w.actor), citePeerChallengeGroup(e.PeerChallengeGroupID).visibleTo(w.actor),
		citePeerReview(e.PeerReviewID).visibleTo(w.actor),
	})
	if err != nil {
		return err
	}
	w.unknown = append(append(e.HeldBefore(w.today()), e.TimesIn(w.store.rules.Zone)...), unknown...)
	return eventAudiences(w.tx, []*programme.Event{e})
}

// eventsFollow tells those concerned of the events of a review or of a group, which the
// column names: who is told of it, or where it meets, has changed. For all others the
// events are what they were.
func (w *work) eventsFollow(column, id string, concerned programme.Audience) error {
	rows, err := locked[programme.Event](w, column+" = ?", id)
	if err == nil {
		err = completed(w.tx, events, rows)
	}
	if err != nil {
		return err
	}
	write := func(w *work, was past, e *programme.Event) error { return retell(w, concerned, was, e) }
	return alterEach(w, rows, write, func(*programme.Event) bool { return true })
}
