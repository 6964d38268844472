package server

import (
	"cmp"
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type rotaStore interface {
	RotaFacts(ctx context.Context, subRegion string, first programme.Cycle, cycles int) (programme.RotaFacts, error)
}

// ProposeRota answers groups for several years, and keeps nothing.
func (s *Server) ProposeRota(ctx context.Context, r api.ProposeRotaRequestObject) (api.Response, error) {
	call := callOf(ctx)
	if call.snapshot.SubRegion(r.Slug) == nil {
		return nil, programme.Errorf(programme.NotFound, programme.CodeNotFound, "There is no such sub-region.")
	}
	q := programme.RotaQuestion{SubRegion: r.Slug, Years: r.Body.Years, Sizes: r.Body.Sizes, Cycles: 3, Conflicts: pairsOf(list(r.Body.Conflicts))}
	q.First = cmp.Or(programme.Cycle(text(r.Body.Cycle)), programme.CycleOn(call.today).After(1))
	if err := programme.Refuse(q.First.Check()); err != nil {
		return nil, err
	}
	if r.Body.History != nil {
		q.Cycles = *r.Body.History
	}
	facts, err := s.store.RotaFacts(ctx, q.SubRegion, q.First, q.Cycles)
	if err != nil {
		return nil, err
	}
	rota, err := q.Divide(ctx, facts)
	if err != nil {
		return nil, err
	}
	return ok(ctx, rotaWire(namesIn(ctx), &rota))
}

func rotaWire(names nameplates, r *programme.Rota) api.Rota {
	plan, greedy := rotaPlanWire(names, r, &r.Plan), rotaPlanWire(names, r, &r.Greedy)
	return api.Rota{
		SubRegion: r.SubRegion, SubRegionName: names.subRegion(r.SubRegion), History: r.Cycles, IllustrativeLeftOut: r.IllustrativeLeftOut, Years: plan.Years, Repeats: plan.Repeats,
		LowerBound: r.LowerBound, Proof: api.RotaProof(r.Proof), Optimal: r.Optimal, Greedy: greedy,
	}
}

func rotaPlanWire(names nameplates, r *programme.Rota, p *programme.RotaPlan) api.RotaPlan {
	wire := api.RotaPlan{Years: make([]api.RotaYear, len(p.Years)), Repeats: p.Repeats}
	for i, groups := range p.Years {
		wire.Years[i] = api.RotaYear{Cycle: api.Cycle(r.First.After(i)), Groups: make([]api.RotaGroup, len(groups))}
		for j, g := range groups {
			wire.Years[i].Groups[j] = api.RotaGroup{Boroughs: g, BoroughNames: allNamed(names.borough, g)}
		}
	}
	return wire
}

func pairsOf(pairs []api.BoroughPair) [][2]string {
	all := make([][2]string, len(pairs))
	for i, pair := range pairs {
		all[i] = [2]string(pair) // the contract lets only pairs through
	}
	return all
}
