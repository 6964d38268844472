package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type authorisationStore interface {
	Authorisations(actor programme.Actor, f programme.AuthorisationFilter, sort string) programme.Listing[programme.Authorisation]
	Authorisation(ctx context.Context, actor programme.Actor, id string) (programme.Authorisation, error)
	CreateAuthorisation(ctx context.Context, actor programme.Actor, a programme.Authorisation) (programme.Authorisation, error)
	WithdrawAuthorisation(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (programme.Authorisation, error)
}

var authorisations = nounOf(authorisationInput, setAuthorisation, authorisationWire)

// ListAuthorisations answers who may submit in place of a lead.
func (s *Server) ListAuthorisations(ctx context.Context, r api.ListAuthorisationsRequestObject) (api.Response, error) {
	f := programme.AuthorisationFilter{Borough: r.Params.Borough, Document: convert[programme.DocumentKind](r.Params.Document), UpdatedSince: r.Params.UpdatedSince}
	return answerListing(ctx, s.store.Authorisations(callOf(ctx).actor, f, text(r.Params.Sort)), authorisationWire(ctx))
}

// GetAuthorisation answers one.
func (s *Server) GetAuthorisation(ctx context.Context, r api.GetAuthorisationRequestObject) (api.Response, error) {
	return authorisations.read(ctx, s.store.Authorisation, r.Id)
}

// CreateAuthorisation gives one.
func (s *Server) CreateAuthorisation(ctx context.Context, r api.CreateAuthorisationRequestObject) (api.Response, error) {
	return authorisations.created(ctx, s.store.CreateAuthorisation, *r.Body)
}

// WithdrawAuthorisation ends one.
func (s *Server) WithdrawAuthorisation(ctx context.Context, r api.WithdrawAuthorisationRequestObject) (api.Response, error) {
	return authorisations.stepped(ctx, s.store.WithdrawAuthorisation, r.Id, r.Params.IfMatch, programme.Withdraw)
}

func authorisationInput(a *programme.Authorisation) api.AuthorisationInput {
	return api.AuthorisationInput{Borough: a.Borough, Document: api.DocumentKind(a.Document), Issuer: a.Issuer, Subject: a.Subject, ClientId: a.ClientID, Until: a.Until}
}

func setAuthorisation(a *programme.Authorisation, in api.AuthorisationInput) {
	a.Borough, a.Document, a.Until = in.Borough, programme.DocumentKind(in.Document), in.Until
	a.Issuer, a.Subject, a.ClientID = in.Issuer, in.Subject, in.ClientId
}

func authorisationWire(ctx context.Context) func(*programme.Authorisation) api.Authorisation {
	names, call := namesIn(ctx), callOf(ctx)
	return func(a *programme.Authorisation) api.Authorisation {
		wire := api.Authorisation{
			Id: a.ID, Borough: a.Borough, BoroughName: names.borough(a.Borough), Document: api.DocumentKind(a.Document), Issuer: a.Issuer, ClientId: a.ClientID,
			GivenOn: a.GivenOn, Until: a.Until, State: api.AuthorisationState(a.StateOn(call.today)), Ending: (*string)(a.Ending), EndedAt: a.EndedAt,
			CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt, Etag: etagOf(a.Version), Steps: stepsWire(ctx, a, a.ID),
		}
		if a.ShowsSubject(call.actor) {
			wire.Subject = a.Subject
		}
		return wire
	}
}
