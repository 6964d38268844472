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
	DeleteAskOrOffer(ctx context.Context, actor programme.Actor, id string, version int64) error
}

// ListAsksAndOffers answers asks and offers.
func (s *Server) ListAsksAndOffers(ctx context.Context, r api.ListAsksAndOffersRequestObject) (api.Response, error) {
	f := programme.AskOrOfferFilter{
		Kind: convert[programme.AskOrOfferKind](r.Params.Kind), Borough: r.Params.Borough, PeerChallengeGroupID: r.Params.PeerChallengeGroupId,
		PriorityID: r.Params.PriorityId, State: convert[programme.AskOrOfferState](r.Params.State), UpdatedSince: r.Params.UpdatedSince,
	}
	return answerListing(ctx, s.store.AsksAndOffers(callOf(ctx).actor, f, text(r.Params.Sort)), askOrOfferWire(ctx))
}

// GetAskOrOffer answers one.
func (s *Server) GetAskOrOffer(ctx context.Context, r api.GetAskOrOfferRequestObject) (api.Response, error) {
	return answerAskOrOffer(ctx)(s.store.AskOrOffer(ctx, callOf(ctx).actor, r.Id))
}

// CreateAskOrOffer raises one.
func (s *Server) CreateAskOrOffer(ctx context.Context, r api.CreateAskOrOfferRequestObject) (api.Response, error) {
	a, err := s.store.CreateAskOrOffer(ctx, callOf(ctx).actor, programme.AskOrOffer{
		Kind: programme.AskOrOfferKind(r.Body.Kind), Borough: r.Body.Borough, PeerChallengeGroupID: r.Body.PeerChallengeGroupId,
		PriorityID: r.Body.PriorityId, Title: r.Body.Title, Text: r.Body.Text,
	})
	if err != nil {
		return nil, err
	}
	return created(ctx, a.Version, "/v1/asks-and-offers/"+a.ID, askOrOfferWire(ctx)(&a))
}

// UpdateAskOrOffer changes its words and its priority; kind, borough and group stay.
func (s *Server) UpdateAskOrOffer(ctx context.Context, r api.UpdateAskOrOfferRequestObject) (api.Response, error) {
	return answerAskOrOffer(ctx)(s.store.UpdateAskOrOffer(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), func(a *programme.AskOrOffer) error {
		in, err := merged(ctx, api.AskOrOfferInput{Title: a.Title, Text: a.Text, PriorityId: a.PriorityID})
		if err == nil {
			a.Title, a.Text, a.PriorityID = in.Title, in.Text, in.PriorityId
		}
		return err
	}))
}

// DeleteAskOrOffer removes one.
func (s *Server) DeleteAskOrOffer(ctx context.Context, r api.DeleteAskOrOfferRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteAskOrOffer(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

// MeetAskOrOffer says that help was found or taken.
func (s *Server) MeetAskOrOffer(ctx context.Context, r api.MeetAskOrOfferRequestObject) (api.Response, error) {
	return s.moveAskOrOffer(ctx, r.Id, r.Params.IfMatch, programme.Meet)
}

// WithdrawAskOrOffer says that it does not stand any more.
func (s *Server) WithdrawAskOrOffer(ctx context.Context, r api.WithdrawAskOrOfferRequestObject) (api.Response, error) {
	return s.moveAskOrOffer(ctx, r.Id, r.Params.IfMatch, programme.Withdraw)
}

// ReopenAskOrOffer opens it again.
func (s *Server) ReopenAskOrOffer(ctx context.Context, r api.ReopenAskOrOfferRequestObject) (api.Response, error) {
	return s.moveAskOrOffer(ctx, r.Id, r.Params.IfMatch, programme.Reopen)
}

func (s *Server) moveAskOrOffer(ctx context.Context, id string, match *string, step programme.Step) (reply, error) {
	return answerAskOrOffer(ctx)(s.store.MoveAskOrOffer(ctx, callOf(ctx).actor, id, matchVersion(match), step))
}

// answerAskOrOffer answers what the store has answered.
func answerAskOrOffer(ctx context.Context) func(programme.AskOrOffer, error) (reply, error) {
	return func(a programme.AskOrOffer, err error) (reply, error) {
		if err != nil {
			return reply{}, err
		}
		return resource(ctx, a.Version, askOrOfferWire(ctx)(&a))
	}
}

func askOrOfferWire(ctx context.Context) func(*programme.AskOrOffer) api.AskOrOffer {
	return func(a *programme.AskOrOffer) api.AskOrOffer {
		return api.AskOrOffer{
			Id: a.ID, Kind: api.AskOrOfferKind(a.Kind), Borough: a.Borough, PeerChallengeGroupId: a.PeerChallengeGroupID, PriorityId: a.PriorityID,
			Title: a.Title, Text: a.Text, State: api.AskOrOfferState(a.State), CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
			Actions: actionsWire(ctx, a),
		}
	}
}
