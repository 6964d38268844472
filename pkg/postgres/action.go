package postgres

import (
	"context"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var actions = kind[programme.Action, *programme.Action]{
	orders: byChange,
	reads:  []string{"finding", "peer-challenge", "peer-challenge-group", "peer-review"},
}

// What is overdue and what has stalled, by the rule of [programme.Action.Overdue]
// and [programme.Action.Stalled]. Neither is ever null.
const (
	overdue = "(state = 'open' AND due_on IS NOT NULL AND due_on < ?)"
	stalled = "(state = 'open' AND progress_at < ?)"
)

// Actions lists the actions that the filter leaves, in order of creation or as
// sort says.
func (s *Store) Actions(actor programme.Actor, f programme.ActionFilter, sort string) programme.Listing[programme.Action] {
	return list(s, actor, actions, sort, func(q *gorm.DB) *gorm.DB {
		q = where(q, "finding_id = ?", f.FindingID)
		q = belongingTo(q, actionsOf["peer-challenge"], f.PeerChallengeID)
		q = belongingTo(q, actionsOf["peer-challenge-group"], f.PeerChallengeGroupID)
		q = belongingTo(q, actionsOf["peer-review"], f.PeerReviewID)
		q = ofCycle(q, f.Cycle)
		q = where(q, "borough_code = ?", f.Borough)
		q = where(q, "sub_region_slug = ?", f.SubRegion)
		q = where(q, "priority_id = ?", f.PriorityID)
		q = anyOf(q, "state", f.States)
		if f.Overdue != nil {
			q = q.Where(overdue+" = ?", f.Reckoning.Today, *f.Overdue)
		}
		if f.Stalled != nil {
			q = q.Where(stalled+" = ?", f.Reckoning.NewsSince, *f.Stalled)
		}
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// Action reads one action. The error is NotFound.
func (s *Store) Action(ctx context.Context, actor programme.Actor, id string) (programme.Action, error) {
	return get(ctx, s, actor, actions, id)
}

// CreateAction records an open action about a finding. The error is Forbidden for
// all but the borough that the finding is about, Conflict if the borough has not
// accepted it or findings are not acted on there any more, and Invalid if the
// action breaks its rules or the finding is not there.
func (s *Store) CreateAction(ctx context.Context, actor programme.Actor, a programme.Action) (programme.Action, error) {
	return add(ctx, s, actor, actions, a, func(w *work, a *programme.Action) error {
		err := w.holdForumOf(a.FindingID)
		var f programme.Finding
		if err == nil {
			f, err = w.holdFinding(a.FindingID)
		}
		if there, err := w.unlessMissing(err, citeFinding(&a.FindingID)); !there {
			return err
		}
		if err := f.May(actor, programme.AddAction); err != nil {
			return err
		}
		a.Borough, a.FindingKind, a.PriorityID = f.Borough, f.Kind, f.PriorityID
		a.State, a.Progress, a.ProgressAt = programme.ActionOpen, []programme.ProgressUpdate{}, w.now
		a.Audience = programme.Parties(f.Forum.Boroughs...).With(f.Borough)
		a.SubRegion, err = w.subRegionOf(f.Borough)
		return err
	})
}

// subRegionOf answers the sub-region to which the borough belongs today, or nil.
func (w *work) subRegionOf(borough string) (*string, error) {
	var slugs []string
	today := w.today()
	err := w.tx.Raw("SELECT sub_region_slug FROM memberships WHERE borough_code = ? AND ? BETWEEN valid_from AND coalesce(valid_to, 'infinity')", borough, today).Scan(&slugs).Error
	if err != nil || len(slugs) == 0 {
		return nil, err
	}
	return &slugs[0], nil
}

// UpdateAction changes an open action at the version. What it is about, where it
// stands and what was reported of it stay. The error is Forbidden for all but its
// borough, NotFound, Stale, Conflict if it is closed, or Invalid.
func (s *Store) UpdateAction(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.Action) error) (programme.Action, error) {
	return change(ctx, s, actor, actions, id, version, programme.Edit, func(_ *work, a *programme.Action) error {
		was := *a
		err := alter(a)
		a.FindingID, a.Borough, a.State, a.Progress, a.ProgressAt = was.FindingID, was.Borough, was.State, was.Progress, was.ProgressAt
		a.FindingKind, a.PriorityID, a.SubRegion = was.FindingKind, was.PriorityID, was.SubRegion
		return err
	})
}

// AddActionProgress adds an update at the version, which may move the action to
// another state. The error is Forbidden for all but its borough, NotFound, Stale,
// Conflict if the finding is not accepted any more and the action is opened again,
// or Invalid if a closed action is moved without a reason.
func (s *Store) AddActionProgress(ctx context.Context, actor programme.Actor, id string, version int64, text string, state *programme.ActionState) (a programme.Action, err error) {
	err = s.act(ctx, actor, func(w *work) error {
		if a, err = read(w.tx.Scopes(visibleTo(actor)), actions, id); err != nil {
			return err
		}
		f, err := w.holdFinding(a.FindingID) // before the action, as everywhere
		if err != nil {
			return err
		}
		a, err = change(w.ctx, s, actor, actions, id, version, programme.AddProgress, func(w *work, a *programme.Action) error {
			was := a.State
			if err := a.Report(actor, text, state, w.now); err != nil {
				return err
			}
			if was != programme.ActionOpen && a.State == programme.ActionOpen {
				return f.TakesActions()
			}
			return nil
		})
		return err
	})
	return orZero(a, err)
}

// DeleteAction deletes an action of which nothing was reported yet, at the
// version. The error is Forbidden, NotFound, Stale or Conflict.
func (s *Store) DeleteAction(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return drop(ctx, s, actor, actions, id, version, nil)
}

// groupings says by which column actions are counted, and under which name.
var groupings = map[programme.ActionGrouping]struct{ column, name string }{
	programme.ByBorough:   {"borough_code", "borough"},
	programme.BySubRegion: {"sub_region_slug", "sub_region"},
	programme.ByPriority:  {"priority_id", "priority_id"},
	programme.ByKind:      {"finding_kind", "kind"},
}

// ofCycle leaves the actions about what a challenge or a review of the cycle found.
func ofCycle(q *gorm.DB, cycle *programme.Cycle) *gorm.DB {
	if cycle == nil {
		return q
	}
	return q.Where("finding_id IN (SELECT id FROM findings WHERE "+findingsOfCycle+")", *cycle, *cycle)
}

// ActionCounts counts actions for the day of the reckoning, in the order of what
// they are counted by; those that have none come last. The programme's team and
// reporting tools count all, boroughs those that they may see.
func (s *Store) ActionCounts(actor programme.Actor, by programme.ActionGrouping, cycle *programme.Cycle, r programme.Reckoning) programme.Listing[programme.ActionCount] {
	g := groupings[by]
	key := func(c *programme.ActionCount) []string {
		for _, text := range []*string{c.Borough, c.SubRegion, c.PriorityID, (*string)(c.Kind)} {
			if text != nil {
				return []string{"", *text}
			}
		}
		return []string{"none", ""}
	}
	all := actor.Is(programme.RoleProgramme, programme.RoleReporting)
	last := lastHeard(actor)
	if all {
		last = lastOf(new(programme.Action).Noun())
	}
	return listed(s, actions.madeOf(), last, key, func(tx *gorm.DB) ([]programme.ActionCount, error) {
		var counts []programme.ActionCount
		q := tx.Scopes(visibleTo(actor))
		if all {
			q = beyondSight(tx)
		}
		q = ofCycle(q, cycle).Table("actions").Select(g.column+" AS "+g.name+`,
			count(*) FILTER (WHERE state = 'open') AS open, count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE state = 'withdrawn') AS withdrawn,
			count(*) FILTER (WHERE `+overdue+`) AS overdue, count(*) FILTER (WHERE `+stalled+`) AS stalled, count(*) AS total`, r.Today, r.NewsSince).Group(g.column)
		err := q.Scan(&counts).Error
		return counts, err
	})
}
