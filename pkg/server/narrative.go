package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

type narrativeStore interface {
	Narratives(actor programme.Actor, f disclosure.NarrativeFilter, sort string) programme.Listing[disclosure.Narrative]
	Narrative(ctx context.Context, actor programme.Actor, id string) (disclosure.Narrative, error)
	UpdateNarrative(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*disclosure.Narrative) error) (disclosure.Narrative, error)
	ShareNarrative(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (disclosure.Narrative, error)
	ReopenNarrative(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (disclosure.Narrative, error)
	AcknowledgeNarrative(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (disclosure.Narrative, error)
	RedactNarrative(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (disclosure.Narrative, error)
}

var narratives = nounOf(narrativeInput, setNarrative, narrativeWire)

// ListNarratives answers narratives of exceptions.
func (s *Server) ListNarratives(ctx context.Context, r api.ListNarrativesRequestObject) (api.Response, error) {
	p := r.Params
	f := disclosure.NarrativeFilter{
		Quarter: p.Quarter, Borough: p.Borough, Indicator: p.Indicator, States: words[disclosure.NarrativeState](p.State), Written: p.Written, UpdatedSince: p.UpdatedSince,
	}
	return answerListing(ctx, s.store.Narratives(callOf(ctx).actor, f, text(p.Sort)), narrativeWire(ctx))
}

// GetNarrative answers one.
func (s *Server) GetNarrative(ctx context.Context, r api.GetNarrativeRequestObject) (api.Response, error) {
	return narratives.read(ctx, s.store.Narrative, r.Id)
}

// UpdateNarrative writes in one.
func (s *Server) UpdateNarrative(ctx context.Context, r api.UpdateNarrativeRequestObject) (api.Response, error) {
	return narratives.patched(ctx, s.store.UpdateNarrative, r.Id, r.Params.IfMatch)
}

// ShareNarrative gives one its readers.
func (s *Server) ShareNarrative(ctx context.Context, r api.ShareNarrativeRequestObject) (api.Response, error) {
	return narratives.stepped(ctx, s.store.ShareNarrative, r.Id, r.Params.IfMatch, disclosure.Share)
}

// ReopenNarrative takes one back to its borough.
func (s *Server) ReopenNarrative(ctx context.Context, r api.ReopenNarrativeRequestObject) (api.Response, error) {
	return narratives.stepped(ctx, s.store.ReopenNarrative, r.Id, r.Params.IfMatch, programme.Reopen)
}

// AcknowledgeNarrative says that what screening found in one is right.
func (s *Server) AcknowledgeNarrative(ctx context.Context, r api.AcknowledgeNarrativeRequestObject) (api.Response, error) {
	return narratives.answer(ctx)(s.store.AcknowledgeNarrative(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), marksOf(r.Body)))
}

// RedactNarrative takes words out of one.
func (s *Server) RedactNarrative(ctx context.Context, r api.RedactNarrativeRequestObject) (api.Response, error) {
	return narratives.answer(ctx)(s.store.RedactNarrative(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), redactedPlaces(r.Body)))
}

func narrativeInput(n *disclosure.Narrative) api.NarrativeInput {
	return api.NarrativeInput{Text: n.Text}
}

func setNarrative(n *disclosure.Narrative, in api.NarrativeInput) { n.Text = in.Text }

func narrativeWire(ctx context.Context) func(*disclosure.Narrative) api.Narrative {
	names, actor := namesIn(ctx), callOf(ctx).actor
	return func(n *disclosure.Narrative) api.Narrative {
		return api.Narrative{
			Id: n.ID, Quarter: n.Quarter, Borough: n.Borough, BoroughName: names.borough(n.Borough), Indicator: n.Indicator, IndicatorName: names.indicator(n.Indicator),
			Exception: api.Exception(n.Exception), Text: n.Says(actor), State: api.NarrativeState(n.State), DueOn: n.DueOn, SharedAt: n.SharedAt, Cause: convert[api.NullableExceptionCause](n.Cause),
			Illustrative: n.Illustrative, CreatedAt: n.CreatedAt, UpdatedAt: n.UpdatedAt, Etag: etagOf(n.Version), Steps: stepsWire(ctx, n, n.ID),
			RedactedAt: n.RedactedAt, Screening: screeningWire(ctx, n),
		}
	}
}
