package postgres

import (
	"context"
	"slices"
	"strings"

	"peerchallenge/pkg/programme"
)

// PlanCycle plans a cycle as another was; a dry run does the same and writes nothing. The
// error is Forbidden for anyone but the programme's team, Invalid if the plan is none, or
// Conflict if the cycle has begun.
func (s *Store) PlanCycle(ctx context.Context, actor programme.Actor, p programme.CyclePlan, dry bool) (programme.PlannedCycle, error) {
	var got programme.PlannedCycle
	err := s.rehearse(ctx, actor, dry, func(w *work) (err error) {
		if err := programme.Together(programme.TeamMay(actor), p.Check()); err != nil {
			return err
		}
		got, err = w.planCycle(p)
		return err
	})
	return orZero(got, err)
}

// publicIn holds for public events that begin in a cycle.
const publicIn = "peer_challenge_id IS NULL AND peer_challenge_group_id IS NULL AND peer_review_id IS NULL AND starts_on BETWEEN ? AND ?"

func (w *work) planCycle(p programme.CyclePlan) (got programme.PlannedCycle, err error) {
	if err := w.tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "cycle "+string(p.To)).Error; err != nil {
		return got, err
	}
	var begun bool
	err = w.tx.Raw("SELECT EXISTS (SELECT FROM peer_challenges WHERE cycle = ?) OR EXISTS (SELECT FROM events WHERE "+publicIn+")", p.To, p.To.Starts(), p.To.Ends()).Scan(&begun).Error
	if err == nil && begun {
		err = p.Begun()
	}
	if err != nil {
		return got, err
	}
	priorities, err := endedPriorities(w.tx)
	if err != nil {
		return got, err
	}
	ended := priorities.days()
	if p.Challenges {
		err = w.planChallenges(p, ended, &got)
	}
	if err == nil && p.Events {
		err = w.planEvents(p, ended, &got)
	}
	return got, err
}

func (w *work) planChallenges(p programme.CyclePlan, ended map[string]programme.Date, got *programme.PlannedCycle) error {
	var were []programme.PeerChallenge
	if err := beyondSight(w.tx).Where("cycle = ? AND state <> ?", p.From, programme.ChallengeCancelled).Order("id").Find(&were).Error; err != nil {
		return err
	}
	for i := range were {
		c, notes := p.Challenge(&were[i], ended)
		if err := insert(w, peerChallenges, &c); err != nil {
			return err
		}
		got.Challenges, got.Notes = append(got.Challenges, c), append(got.Notes, notes...)
	}
	return nil
}

func (w *work) planEvents(p programme.CyclePlan, ended map[string]programme.Date, got *programme.PlannedCycle) error {
	var were []programme.Event
	if err := beyondSight(w.tx).Where(publicIn+" AND state <> ?", p.From.Starts(), p.From.Ends(), programme.EventCancelled).Order("id").Find(&were).Error; err != nil {
		return err
	}
	for i := range were {
		e, notes, planned := p.Event(&were[i], ended)
		got.Notes = append(got.Notes, notes...)
		if !planned {
			continue
		}
		if err := insert(w, events, &e); err != nil {
			return err
		}
		got.Events = append(got.Events, e)
	}
	return nil
}

// OpenItems counts what is open of a cycle's challenges and reviews, as far as the actor sees
// it, by sub-region and borough: for a borough's people of their own.
func (s *Store) OpenItems(ctx context.Context, actor programme.Actor, cycle programme.Cycle) ([]programme.OpenOfBorough, error) {
	tx := s.gorm.WithContext(ctx)
	var rows []programme.OpenOfBorough
	if err := tx.Raw(openOfCycle, map[string]any{
		"cycle": cycle, "names": array(actor.Names()), "all": actor.Is(programme.RoleProgramme), "own": actor.Borough, "today": s.rules.Today(s.now()),
	}).Scan(&rows).Error; err != nil {
		return nil, refusal(err)
	}
	var codes array
	for i := range rows {
		codes = append(codes, rows[i].Borough)
	}
	_, memberships, err := boroughsIn(tx, codes)
	if err != nil {
		return nil, refusal(err)
	}
	for i := range rows {
		rows[i].SubRegion = programme.SubRegionOn(memberships, rows[i].Borough, cycle.Ends())
	}
	slices.SortStableFunc(rows, func(a, b programme.OpenOfBorough) int { return strings.Compare(a.SubRegion, b.SubRegion) })
	return rows, nil
}

const openOfCycle = `WITH met AS (SELECT g.id FROM peer_challenge_groups g JOIN peer_challenges c ON c.id = g.peer_challenge_id WHERE c.cycle = @cycle AND c.state <> 'cancelled'),
	visited AS (SELECT id FROM peer_reviews WHERE cycle = @cycle AND state <> 'cancelled'),
	found AS (SELECT id, borough_code, response FROM findings WHERE audience && @names AND (peer_challenge_group_id IN (SELECT id FROM met) OR peer_review_id IN (SELECT id FROM visited))),
	promised AS (SELECT borough_code, due_on FROM actions WHERE state = 'open' AND audience && @names AND finding_id IN (SELECT id FROM found)),
	asked AS (SELECT borough_code FROM asks_and_offers WHERE kind = 'ask' AND state = 'open' AND audience && @names AND peer_challenge_group_id IN (SELECT id FROM met)),
	counted AS (SELECT b.code AS borough,
		(SELECT count(*) FROM found f WHERE f.borough_code = b.code AND f.response IS NULL) AS findings,
		(SELECT count(*) FROM promised a WHERE a.borough_code = b.code) AS actions,
		(SELECT count(*) FROM promised a WHERE a.borough_code = b.code AND a.due_on < CAST(@today AS date)) AS overdue,
		(SELECT count(*) FROM asked a WHERE a.borough_code = b.code) AS asks
		FROM boroughs b WHERE @all OR b.code = @own)
	SELECT * FROM counted WHERE findings + actions + asks > 0 ORDER BY borough`
