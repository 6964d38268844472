package postgres

import (
	"context"
	"encoding/json"
	"slices"

	"gorm.io/gorm"

	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

var narratives = kind[disclosure.Narrative, *disclosure.Narrative]{orders: byChange}

// Narratives lists the narratives that the actor may see and the filter leaves, in order
// of creation or as sort says.
func (s *Store) Narratives(actor programme.Actor, f disclosure.NarrativeFilter, sort string) programme.Listing[disclosure.Narrative] {
	return list(s, actor, narratives, sort, func(q *gorm.DB) *gorm.DB {
		q = where(q, "quarter_code = ?", f.Quarter)
		q = where(q, "borough_code = ?", f.Borough)
		q = where(q, "indicator_code = ?", f.Indicator)
		q = anyOf(q, "state", f.States)
		q = where(q, "(text IS NOT NULL) = ?", f.Written)
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// Narrative reads one narrative. The error is NotFound.
func (s *Store) Narrative(ctx context.Context, actor programme.Actor, id string) (disclosure.Narrative, error) {
	return get(ctx, s, actor, narratives, id)
}

// UpdateNarrative writes in a narrative at the version. The error is Forbidden for anyone
// but its borough, NotFound, Stale, or Conflict unless it is asked for.
func (s *Store) UpdateNarrative(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*disclosure.Narrative) error) (disclosure.Narrative, error) {
	return change(ctx, s, actor, narratives, id, version, programme.Edit, func(_ *work, n *disclosure.Narrative) error { return alter(n) })
}

// ShareNarrative gives a narrative to its borough's group and the programme's team. The
// error is Forbidden for anyone but its borough's lead, NotFound, Stale, or Conflict
// unless it is asked for and something is written in which nothing waits for screening.
func (s *Store) ShareNarrative(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (disclosure.Narrative, error) {
	var row disclosure.Narrative
	err := s.act(ctx, actor, func(w *work) error {
		if err := w.holdChallenges(); err != nil {
			return err
		}
		groups, err := groupsNow(w.tx)
		if err != nil {
			return err
		}
		row, err = change(w.ctx, s, actor, narratives, id, version, step, func(w *work, n *disclosure.Narrative) error {
			n.Give(w.now, groups[n.Borough])
			return nil
		})
		return err
	})
	return orZero(row, err)
}

// ReopenNarrative takes a narrative back to its borough. The error is Forbidden for anyone
// but its borough's lead, NotFound, Stale, Conflict unless it is shared, or Invalid
// without a reason.
func (s *Store) ReopenNarrative(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (disclosure.Narrative, error) {
	return change(ctx, s, actor, narratives, id, version, step, func(_ *work, n *disclosure.Narrative) error { return n.Reopen(actor) })
}

// AcknowledgeNarrative is acknowledge of a narrative.
func (s *Store) AcknowledgeNarrative(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (disclosure.Narrative, error) {
	return acknowledge(ctx, s, actor, narratives, id, version, marks)
}

// RedactNarrative is redact of a narrative.
func (s *Store) RedactNarrative(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (disclosure.Narrative, error) {
	return redact(ctx, s, actor, narratives, id, version, places)
}

// groupsNow answers with whom each borough meets: the members of its groups in challenges
// that are neither closed nor cancelled.
func groupsNow(tx *gorm.DB) (map[string][]string, error) {
	var rows []programme.PeerChallengeGroup
	err := beyondSight(tx).Where("peer_challenge_id IN (SELECT id FROM peer_challenges WHERE state NOT IN (?, ?))", programme.ChallengeClosed, programme.ChallengeCancelled).Order("id").Find(&rows).Error
	groups := map[string][]string{}
	for i := range rows {
		members := rows[i].Boroughs()
		for _, borough := range members {
			groups[borough] = slices.Concat(groups[borough], members)
		}
	}
	return groups, err
}

// narrativesFollow gives what is shared to those with whom its borough meets now.
func (w *work) narrativesFollow() error {
	groups, err := groupsNow(w.tx)
	if err != nil {
		return err
	}
	readers := map[string]programme.Audience{}
	for borough, members := range groups {
		readers[borough] = programme.Parties(members...)
	}
	text, err := json.Marshal(readers)
	if err != nil {
		return err
	}
	return alterAll(w, func(n *disclosure.Narrative) bool { return reseen(n, n.Readers(groups[n.Borough])) },
		"shared_at IS NOT NULL AND to_jsonb(audience) <> coalesce(CAST(? AS jsonb) -> borough_code, jsonb_build_array(borough_code, CAST(? AS text)))", string(text), programme.RoleProgramme)
}

// askNarratives lets the narratives of the quarter, which is locked, follow what stands
// out in it, and asks for those that are new. An imported quarter is not asked about.
func (w *work) askNarratives(q *returns.Quarter) error {
	if q.Imported {
		return nil
	}
	taken, err := w.store.taken(w.tx, q.Code)
	if err != nil {
		return err
	}
	exceptions := disclosure.Exceptions(taken)
	rows, err := locked[disclosure.Narrative](w, "quarter_code = ?", q.Code)
	if err != nil {
		return err
	}
	byCell := map[[2]string]*disclosure.Exception{}
	for i := range exceptions {
		e := &exceptions[i]
		cell := [2]string{e.Member.Borough, e.Position.Indicator}
		if e.State == disclosure.StandsOut || e.State == disclosure.StandsOutNoMore && byCell[cell] == nil {
			byCell[cell] = e
		}
	}
	err = alterEach(w, rows, rewrite[disclosure.Narrative], func(n *disclosure.Narrative) bool { return n.Follow(byCell[[2]string{n.Borough, n.Indicator}]) })
	if err != nil {
		return err
	}
	for i := range rows {
		delete(byCell, [2]string{rows[i].Borough, rows[i].Indicator})
	}
	for i := range exceptions {
		e := &exceptions[i]
		if e.State != disclosure.StandsOut || byCell[[2]string{e.Member.Borough, e.Position.Indicator}] != e {
			continue
		}
		if err := insert(w, narratives, disclosure.NewNarrative(e, w.today())); err != nil {
			return err
		}
	}
	return nil
}
