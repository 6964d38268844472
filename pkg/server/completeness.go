package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

type completenessStore interface {
	Completeness(actor programme.Actor, q returns.Quarter, senders func(*returns.Quarter) []returns.Sender, outstanding bool) programme.Listing[returns.Completeness]
	Timeliness(actor programme.Actor, senders func(*returns.Quarter) []returns.Sender, f returns.TimelinessFilter) programme.Listing[returns.Completeness]
}

// ListCompleteness answers how complete a quarter is, everywhere.
func (s *Server) ListCompleteness(ctx context.Context, r api.ListCompletenessRequestObject) (api.Response, error) {
	return s.completeness(ctx, r.Quarter, false)
}

// ListOutstanding answers whose returns have not come.
func (s *Server) ListOutstanding(ctx context.Context, r api.ListOutstandingRequestObject) (api.Response, error) {
	return s.completeness(ctx, r.Quarter, true)
}

func (s *Server) completeness(ctx context.Context, quarter string, outstanding bool) (api.Response, error) {
	call := callOf(ctx)
	q, err := s.store.Quarter(ctx, call.actor, quarter)
	if err != nil {
		return nil, err
	}
	return answerListing(ctx, s.store.Completeness(call.actor, q, sendersIn(call.snapshot), outstanding), completenessWire(ctx))
}

// ListTimeliness answers how punctual returns were, quarter after quarter.
func (s *Server) ListTimeliness(ctx context.Context, r api.ListTimelinessRequestObject) (api.Response, error) {
	call := callOf(ctx)
	f := returns.TimelinessFilter{Level: convert[returns.Level](r.Params.Level), Borough: r.Params.Borough}
	return answerListing(ctx, s.store.Timeliness(call.actor, sendersIn(call.snapshot), f), completenessWire(ctx))
}

// sendersIn answers the boroughs that were to send a return in a quarter.
func sendersIn(snapshot *benchmark.Snapshot) func(*returns.Quarter) []returns.Sender {
	return func(q *returns.Quarter) []returns.Sender { return returns.SendersOf(snapshot, q) }
}

func completenessWire(ctx context.Context) func(*returns.Completeness) api.Completeness {
	names := namesIn(ctx)
	return func(c *returns.Completeness) api.Completeness {
		return api.Completeness{
			Quarter: c.Quarter, Level: api.CompletenessLevel(c.Level), Place: orNil(c.Place), Name: placeName(names, c), SubRegion: orNil(c.SubRegion), SubRegionName: nameOf(names.subRegion, orNil(c.SubRegion)),
			Expected: c.Expected, Received: c.Received, OnTime: c.OnTime, Late: c.Late, InCorrection: c.InCorrection, Missing: c.Missing, Overdue: c.Overdue,
			State: convert[api.ReturnState](c.State), DueOn: c.DueOn, ExtendedUntil: c.ExtendedUntil, LateUntil: c.LateUntil, DaysLate: c.DaysLate,
			Resubmitted: c.Resubmitted, ReceivedAt: c.ReceivedAt, Reason: c.Reason, ContactedOn: c.ContactedOn, PromisedUntil: c.PromisedUntil, Illustrative: c.Illustrative,
		}
	}
}

// placeName is what people call the place; null for the region, which is the whole.
func placeName(names nameplates, c *returns.Completeness) *string {
	switch c.Level {
	case returns.OfBorough:
		return new(names.borough(c.Place))
	case returns.OfSubRegion:
		return new(names.subRegion(c.Place))
	}
	return nil
}

func orNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
