package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type askOrOfferStore interface {
	AsksAndOffers(actor programme.Actor, f programme.AskOrOfferFilter, sort string) programme.Listing[programme.AskOrOffer]
	AskOrOffer(ctx context.Context, actor programme.Actor, id string) (programme.AskOrOffer, error)
	CreateAskOrOffer(ctx context.Context, actor programme.Actor, a programme.AskOrOffer) (programme.AskOrOffer, error)
	UpdateAskOrOffer(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.AskOrOffer) error) (programme.AskOrOffer, error)
	MoveAskOrOffer(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (programme.AskOrOffer, error)
	MeetAskOrOffer(ctx context.Context, actor programme.Actor, id string, version int64, match *programme.HelpMatch) (programme.AskOrOffer, error)
	AnswerAsk(ctx context.Context, actor programme.Actor, id string, version int64, text string, offer *string) (programme.AskOrOffer, error)
	RecordHelpOutcome(ctx context.Context, actor programme.Actor, id string, version int64, outcome *string) (programme.AskOrOffer, error)
	HelpCounts(actor programme.Actor) programme.Listing[programme.HelpCount]
	DeleteAskOrOffer(ctx context.Context, actor programme.Actor, id string, version int64) error
}

var asksAndOffers = nounOf(askOrOfferInput, setAskOrOffer, askOrOfferWire)

// ListAsksAndOffers answers asks and offers.
func (s *Server) ListAsksAndOffers(ctx context.Context, r api.ListAsksAndOffersRequestObject) (api.Response, error) {
	f := programme.AskOrOfferFilter{
		Kinds: words[programme.AskOrOfferKind](r.Params.Kind), Borough: r.Params.Borough, PeerChallengeID: r.Params.PeerChallengeId, PeerChallengeGroupID: r.Params.PeerChallengeGroupId,
		PriorityID: r.Params.PriorityId, States: words[programme.AskOrOfferState](r.Params.State), UpdatedSince: r.Params.UpdatedSince,
	}
	return answerListing(ctx, s.store.AsksAndOffers(callOf(ctx).actor, f, text(r.Params.Sort)), askOrOfferWire(ctx))
}

// GetAskOrOffer answers one.
func (s *Server) GetAskOrOffer(ctx context.Context, r api.GetAskOrOfferRequestObject) (api.Response, error) {
	return asksAndOffers.read(ctx, s.store.AskOrOffer, r.Id)
}

// CreateAskOrOffer raises one.
func (s *Server) CreateAskOrOffer(ctx context.Context, r api.CreateAskOrOfferRequestObject) (api.Response, error) {
	return asksAndOffers.created(ctx, s.store.CreateAskOrOffer, *r.Body)
}

// UpdateAskOrOffer changes its words and its priority; kind, borough and group stay.
func (s *Server) UpdateAskOrOffer(ctx context.Context, r api.UpdateAskOrOfferRequestObject) (api.Response, error) {
	return asksAndOffers.patched(ctx, s.store.UpdateAskOrOffer, r.Id, r.Params.IfMatch)
}

// DeleteAskOrOffer removes one.
func (s *Server) DeleteAskOrOffer(ctx context.Context, r api.DeleteAskOrOfferRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteAskOrOffer(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

// ListHelpSummary counts asks, offers and matches.
func (s *Server) ListHelpSummary(ctx context.Context, _ api.ListHelpSummaryRequestObject) (api.Response, error) {
	return answerListing(ctx, s.store.HelpCounts(callOf(ctx).actor), helpCountWire(ctx))
}

// AnswerAskOrOffer says how the caller's borough could help with an ask.
func (s *Server) AnswerAskOrOffer(ctx context.Context, r api.AnswerAskOrOfferRequestObject) (api.Response, error) {
	return asksAndOffers.answer(ctx)(s.store.AnswerAsk(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.Body.Text, r.Body.OfferId))
}

// MeetAskOrOffer says that help was found or taken and, of an ask, by whom.
func (s *Server) MeetAskOrOffer(ctx context.Context, r api.MeetAskOrOfferRequestObject) (api.Response, error) {
	var match *programme.HelpMatch
	if in := r.Body; in != nil && in.Borough != nil {
		match = &programme.HelpMatch{Borough: *in.Borough, OfferID: in.OfferId, Outcome: in.Outcome}
	} else if in != nil && (in.OfferId != nil || in.Outcome != nil) {
		return nil, programme.Refuse([]programme.Fault{{Pointer: "/borough", Code: programme.FaultRequired, Detail: "Say which borough helped."}})
	}
	return asksAndOffers.answer(ctx)(s.store.MeetAskOrOffer(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), match))
}

// PutHelpOutcome says what came of a match.
func (s *Server) PutHelpOutcome(ctx context.Context, r api.PutHelpOutcomeRequestObject) (api.Response, error) {
	return asksAndOffers.answer(ctx)(s.store.RecordHelpOutcome(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.Body.Outcome))
}

// WithdrawAskOrOffer says that it does not stand any more.
func (s *Server) WithdrawAskOrOffer(ctx context.Context, r api.WithdrawAskOrOfferRequestObject) (api.Response, error) {
	return asksAndOffers.stepped(ctx, s.store.MoveAskOrOffer, r.Id, r.Params.IfMatch, programme.Withdraw)
}

// ReopenAskOrOffer opens it again.
func (s *Server) ReopenAskOrOffer(ctx context.Context, r api.ReopenAskOrOfferRequestObject) (api.Response, error) {
	return asksAndOffers.stepped(ctx, s.store.MoveAskOrOffer, r.Id, r.Params.IfMatch, programme.Reopen)
}

func askOrOfferInput(a *programme.AskOrOffer) api.AskOrOfferInput {
	return api.AskOrOfferInput{
		Kind: api.AskOrOfferKind(a.Kind), Borough: a.Borough, PeerChallengeGroupId: a.PeerChallengeGroupID,
		Title: a.Title, Text: a.Text, PriorityId: a.PriorityID, Contact: a.Contact,
	}
}

func setAskOrOffer(a *programme.AskOrOffer, in api.AskOrOfferInput) {
	a.Kind, a.Borough, a.PeerChallengeGroupID = programme.AskOrOfferKind(in.Kind), in.Borough, in.PeerChallengeGroupId
	a.Title, a.Text, a.PriorityID, a.Contact = in.Title, in.Text, in.PriorityId, in.Contact
}

func askOrOfferWire(ctx context.Context) func(*programme.AskOrOffer) api.AskOrOffer {
	names := namesIn(ctx)
	return func(a *programme.AskOrOffer) api.AskOrOffer {
		wire := api.AskOrOffer{
			Id: a.ID, Kind: api.AskOrOfferKind(a.Kind), Borough: a.Borough, BoroughName: names.borough(a.Borough), PeerChallengeGroupId: a.PeerChallengeGroupID, PriorityId: a.PriorityID, PriorityName: nameOf(names.priority, a.PriorityID),
			Title: a.Title, Text: a.Text, State: api.AskOrOfferState(a.State), CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt, Etag: etagOf(a.Version),
			Steps:      stepsWire(ctx, a, a.ID),
			RedactedAt: a.RedactedAt, Screening: screeningWire(ctx, a), Contact: a.Contact, Answers: make([]api.HelpAnswer, len(a.Answers)),
		}
		for i, h := range a.Answers {
			wire.Answers[i] = api.HelpAnswer{Borough: h.Borough, BoroughName: names.borough(h.Borough), Text: h.Text, OfferId: h.OfferID, At: h.At}
		}
		if m := a.Match; m != nil {
			wire.Match = &api.HelpMatch{Borough: m.Borough, BoroughName: names.borough(m.Borough), OfferId: m.OfferID, Outcome: m.Outcome, At: m.At}
		}
		return wire
	}
}

func helpCountWire(ctx context.Context) func(*programme.HelpCount) api.HelpCount {
	names := namesIn(ctx)
	return func(c *programme.HelpCount) api.HelpCount {
		return api.HelpCount{
			PriorityId: c.PriorityID, PriorityName: nameOf(names.priority, c.PriorityID), Asks: c.Asks, AsksOpen: c.AsksOpen, AsksMet: c.AsksMet,
			Offers: c.Offers, OffersOpen: c.OffersOpen, Matches: c.Matches,
		}
	}
}
