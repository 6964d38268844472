package server

import (
	"context"
	"slices"
	"strings"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type cycleStore interface {
	PlanCycle(ctx context.Context, actor programme.Actor, p programme.CyclePlan, dry bool) (programme.PlannedCycle, error)
	OpenItems(ctx context.Context, actor programme.Actor, cycle programme.Cycle) ([]programme.OpenOfBorough, error)
}

// PlanCycle plans a cycle as another was.
func (s *Server) PlanCycle(ctx context.Context, r api.PlanCycleRequestObject) (api.Response, error) {
	call := callOf(ctx)
	to, err := cycleIn(r.Cycle)
	if err != nil {
		return nil, err
	}
	p := programme.PlanOf(to.Before(1), to)
	if in := r.Body; in != nil {
		p = planAsked(p, *in)
	}
	got, err := s.store.PlanCycle(ctx, call.actor, p, call.dry())
	if err != nil {
		return nil, err
	}
	wire := api.CyclePlan{
		DryRun: call.dry(), Cycle: string(p.To), From: string(p.From), Challenges: make([]api.PeerChallenge, len(got.Challenges)),
		Events: make([]api.Event, len(got.Events)), Notes: make([]api.PlanNote, len(got.Notes)),
	}
	challenge, event := peerChallengeWire(ctx), eventWire(ctx)
	for i := range got.Challenges {
		wire.Challenges[i] = challenge(&got.Challenges[i])
	}
	for i := range got.Events {
		wire.Events[i] = event(&got.Events[i])
	}
	for i, n := range got.Notes {
		wire.Notes[i] = api.PlanNote{Noun: api.PlanNoteNoun(strings.ReplaceAll(n.Noun, "-", "_")), Title: n.Title, Member: n.Member, Detail: n.Detail}
	}
	answer, err := ok(ctx, wire)
	answer.about = theProgramme // and no single record of it
	return answer, err
}

// cycleIn reads the cycle of an address.
func cycleIn(text string) (programme.Cycle, error) {
	cycle, err := programme.ParseCycle(text)
	if err != nil {
		return "", notFound("There is no such cycle: one is a financial year such as 2025-26.")
	}
	return cycle, nil
}

// planAsked is the plan with what the body says of it.
func planAsked(p programme.CyclePlan, in api.CyclePlanInput) programme.CyclePlan {
	if in.From != nil && len(programme.Cycle(*in.From).Check()) == 0 {
		p = programme.PlanOf(programme.Cycle(*in.From), p.To)
	} else if in.From != nil {
		p.From = programme.Cycle(*in.From)
	}
	if in.ShiftDays != nil {
		p.ShiftDays = *in.ShiftDays
	}
	if in.Include != nil {
		p.Challenges, p.Events = slices.Contains(*in.Include, api.PlannedKindChallenges), slices.Contains(*in.Include, api.PlannedKindEvents)
	}
	return p
}

// ListOpenItems answers what is open of a cycle.
func (s *Server) ListOpenItems(ctx context.Context, r api.ListOpenItemsRequestObject) (api.Response, error) {
	cycle, err := cycleIn(r.Cycle)
	if err != nil {
		return nil, err
	}
	rows, err := s.store.OpenItems(ctx, callOf(ctx).actor, cycle)
	if err != nil {
		return nil, err
	}
	item, wire := openItemWire(ctx), api.OpenItems{Cycle: string(cycle), Items: make([]api.OpenItem, len(rows))}
	for i := range rows {
		wire.Items[i] = item(&rows[i])
	}
	return ok(ctx, wire)
}

func openItemWire(ctx context.Context) func(*programme.OpenOfBorough) api.OpenItem {
	names := namesIn(ctx)
	return func(o *programme.OpenOfBorough) api.OpenItem {
		wire := api.OpenItem{Borough: o.Borough, BoroughName: names.borough(o.Borough), Findings: o.Findings, Actions: o.Actions, OverdueActions: o.Overdue, Asks: o.Asks}
		if o.SubRegion != "" {
			wire.SubRegion, wire.SubRegionName = &o.SubRegion, nameOf(names.subRegion, &o.SubRegion)
		}
		return wire
	}
}
