package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

type groupingProposalStore interface {
	GroupingProposals(actor programme.Actor, challenge string) programme.Listing[programme.GroupingProposal]
	GroupingProposal(ctx context.Context, actor programme.Actor, id string) (programme.GroupingProposal, error)
	ProposeGroups(ctx context.Context, actor programme.Actor, challenge string, p programme.GroupingProposal, bands map[string]map[string]string) (programme.GroupingProposal, error)
	AcceptGroupingProposal(ctx context.Context, actor programme.Actor, id string, version int64, a programme.GroupingAcceptance) (programme.GroupingProposal, []programme.PeerChallengeGroup, []programme.Event, error)
}

// groupingProposals have no change: what was asked stays.
var groupingProposals = nounOf[programme.GroupingProposal, struct{}](nil, nil, groupingProposalWire)

// ListGroupingProposals answers the proposals that were made for a challenge.
func (s *Server) ListGroupingProposals(ctx context.Context, r api.ListGroupingProposalsRequestObject) (api.Response, error) {
	actor := callOf(ctx).actor
	list := s.store.GroupingProposals(actor, r.Id).Under(func(ctx context.Context) error {
		seen, err := s.store.Sees(ctx, actor, (&programme.PeerChallenge{}).Noun(), r.Id)
		if err == nil && !seen {
			err = programme.Errorf(programme.NotFound, programme.CodeNotFound, "There is no such peer challenge.")
		}
		return err
	})
	return answerListing(ctx, list, groupingProposalWire(ctx))
}

// GetGroupingProposal answers one.
func (s *Server) GetGroupingProposal(ctx context.Context, r api.GetGroupingProposalRequestObject) (api.Response, error) {
	return groupingProposals.read(ctx, s.store.GroupingProposal, r.Id)
}

// CreateGroupingProposal makes one for a challenge.
func (s *Server) CreateGroupingProposal(ctx context.Context, r api.CreateGroupingProposalRequestObject) (api.Response, error) {
	call, p := callOf(ctx), groupingProposalOf(*r.Body)
	return groupingProposals.added(ctx)(s.store.ProposeGroups(ctx, call.actor, r.Id, p, bandsIn(call.snapshot, text(p.Period), p.Indicators)))
}

// AcceptGroupingProposal makes groups of one.
func (s *Server) AcceptGroupingProposal(ctx context.Context, r api.AcceptGroupingProposalRequestObject) (api.Response, error) {
	call := callOf(ctx)
	row, err := s.store.GroupingProposal(ctx, call.actor, r.Id)
	if err != nil {
		return nil, err
	}
	accepted, groups, days, err := s.store.AcceptGroupingProposal(ctx, call.actor, r.Id, matchVersion(r.Params.IfMatch), acceptanceOf(r.Body, namesIn(ctx).subRegion(row.Challenge.SubRegion)))
	if err != nil {
		return nil, err
	}
	wire := api.GroupingAcceptance{Proposal: groupingProposalWire(ctx)(&accepted), Groups: make([]api.PeerChallengeGroup, len(groups)), Events: make([]api.Event, len(days))}
	group, event := peerChallengeGroupWire(ctx), eventWire(ctx)
	for i := range groups {
		wire.Groups[i] = group(&groups[i])
	}
	for i := range days {
		wire.Events[i] = event(&days[i])
	}
	return resource(ctx, accepted.Version, wire)
}

// acceptanceOf is what the body asks of the groups of a challenge in the sub-region.
func acceptanceOf(in *api.GroupingAcceptanceInput, subRegion string) (a programme.GroupingAcceptance) {
	if in == nil {
		return a
	}
	if in.NameBySubRegion != nil && *in.NameBySubRegion {
		a.Place = subRegion
	}
	for _, g := range list(in.Groups) {
		as := programme.AcceptedGroup{Name: g.Name, StartsOn: g.StartsOn, EndsOn: g.EndsOn, Venue: g.Venue, Link: g.Link}
		if g.ChallengeDay != nil {
			as.Day = &programme.ChallengeDayTimes{StartTime: g.ChallengeDay.StartTime, EndTime: g.ChallengeDay.EndTime}
		}
		a.Groups = append(a.Groups, as)
	}
	return a
}

// bandsIn answers every borough's quartile band on each indicator, "" where it has
// none, by borough and indicator. What the snapshot does not hold is left out.
func bandsIn(snapshot *benchmark.Snapshot, period string, indicators []string) map[string]map[string]string {
	bands := map[string]map[string]string{}
	if len(indicators) == 0 {
		return bands
	}
	for _, b := range snapshot.Boroughs {
		groups, err := snapshot.Groups(b.Code, period, "")
		if err != nil {
			continue
		}
		peers := snapshot.Data.Resolve(groups)
		bands[b.Code] = map[string]string{}
		for _, code := range indicators {
			if ind := snapshot.Indicator(code); ind != nil {
				bands[b.Code][code] = peers.Compare(ind).England.Band
			}
		}
	}
	return bands
}

// groupingProposalOf is the question that the body asks, with what it leaves open.
func groupingProposalOf(in api.GroupingProposalInput) programme.GroupingProposal {
	p := programme.GroupingProposal{
		Sizes: in.Sizes, Weights: programme.GroupingWeights{Repeat: 1, Mix: 1}, Seed: 1, Cycles: 3,
		Period: in.Period, Indicators: list(in.Indicators), Conflicts: pairsOf(list(in.Conflicts)),
	}
	if in.Weights != nil {
		p.Weights = programme.GroupingWeights{Repeat: in.Weights.Repeat, Mix: in.Weights.Mix}
	}
	if in.Seed != nil {
		p.Seed = *in.Seed
	}
	if in.Cycles != nil {
		p.Cycles = *in.Cycles
	}
	if in.Groups != nil {
		p.Given = *in.Groups
	}
	return p
}

func groupingProposalWire(ctx context.Context) func(*programme.GroupingProposal) api.GroupingProposal {
	names := namesIn(ctx)
	return func(p *programme.GroupingProposal) api.GroupingProposal {
		wire := api.GroupingProposal{
			Id: p.ID, PeerChallengeId: p.PeerChallengeID, Sizes: p.Sizes, Weights: api.GroupingWeights{Repeat: p.Weights.Repeat, Mix: p.Weights.Mix},
			Seed: p.Seed, Cycles: p.Cycles, Period: p.Period, Indicators: programme.OrEmpty(p.Indicators), Conflicts: make([]api.BoroughPair, len(p.Conflicts)),
			Groups: make([]api.ProposedGroup, len(p.Result.Groups)), Unplaced: make([]api.UnplacedBorough, len(p.Result.Unplaced)),
			Score: p.Result.Score, Optimal: p.Result.Optimal, Method: api.GroupingMethod(p.Result.Method), State: api.ProposalState(p.State),
			IllustrativeLeftOut: p.IllustrativeLeftOut,
			CreatedAt:           p.CreatedAt, UpdatedAt: p.UpdatedAt, Etag: etagOf(p.Version), Steps: stepsWire(ctx, p, p.ID),
		}
		for i, pair := range p.Conflicts {
			wire.Conflicts[i] = pair[:]
		}
		for i, g := range p.Result.Groups {
			wire.Groups[i] = proposedGroupWire(names, g)
		}
		for i, u := range p.Result.Unplaced {
			wire.Unplaced[i] = api.UnplacedBorough{Borough: u.Borough, BoroughName: names.borough(u.Borough), Code: api.UnplacedCode(u.Code), Detail: u.Detail}
		}
		return wire
	}
}

func proposedGroupWire(names nameplates, g programme.ProposedGroup) api.ProposedGroup {
	wire := api.ProposedGroup{
		Boroughs: g.Boroughs, BoroughNames: allNamed(names.borough, g.Boroughs), Repeats: make([]api.RepeatedPairing, len(g.Repeats)), Complements: make([]api.Complement, len(g.Complements)),
		RepeatCost: g.RepeatCost, MixWorth: g.MixWorth, Cost: g.Cost,
	}
	for i, p := range g.Repeats {
		wire.Repeats[i] = api.RepeatedPairing{Boroughs: api.BoroughPair{p.A, p.B}, BoroughNames: []string{names.borough(p.A), names.borough(p.B)}, CyclesAgo: p.CyclesAgo}
	}
	for i, c := range g.Complements {
		wire.Complements[i] = api.Complement{
			Strong: c.Strong, StrongName: names.borough(c.Strong), Need: c.InNeed, NeedName: names.borough(c.InNeed),
			Indicator: c.Indicator, IndicatorName: names.indicator(c.Indicator),
		}
	}
	return wire
}
