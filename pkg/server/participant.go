package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type participantStore interface {
	Participants(actor programme.Actor, f programme.ParticipantFilter, sort string) programme.Listing[programme.Participant]
	Participant(ctx context.Context, actor programme.Actor, id string) (programme.Participant, error)
	CreateParticipant(ctx context.Context, actor programme.Actor, p programme.Participant) (programme.Participant, error)
	UpdateParticipant(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.Participant) error) (programme.Participant, error)
	DeleteParticipant(ctx context.Context, actor programme.Actor, id string, version int64) error
}

var participants = nounOf(participantInput, setParticipant, participantWire)

// ListParticipants answers people.
func (s *Server) ListParticipants(ctx context.Context, r api.ListParticipantsRequestObject) (api.Response, error) {
	f := programme.ParticipantFilter{Search: search(r.Params.Q), Borough: r.Params.Borough, Role: convert[programme.ParticipantRole](r.Params.Role), UpdatedSince: r.Params.UpdatedSince}
	return answerListing(ctx, s.store.Participants(callOf(ctx).actor, f, text(r.Params.Sort)), participantWire(ctx))
}

// GetParticipant answers one.
func (s *Server) GetParticipant(ctx context.Context, r api.GetParticipantRequestObject) (api.Response, error) {
	return participants.read(ctx, s.store.Participant, r.Id)
}

// CreateParticipant adds one.
func (s *Server) CreateParticipant(ctx context.Context, r api.CreateParticipantRequestObject) (api.Response, error) {
	return participants.created(ctx, s.store.CreateParticipant, *r.Body)
}

// UpdateParticipant changes one.
func (s *Server) UpdateParticipant(ctx context.Context, r api.UpdateParticipantRequestObject) (api.Response, error) {
	return participants.patched(ctx, s.store.UpdateParticipant, r.Id, r.Params.IfMatch)
}

// DeleteParticipant removes one.
func (s *Server) DeleteParticipant(ctx context.Context, r api.DeleteParticipantRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteParticipant(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

func participantInput(p *programme.Participant) api.ParticipantInput {
	return api.ParticipantInput{Name: p.Name, Role: api.ParticipantRole(p.Role), Borough: p.Borough, Organisation: p.Organisation, Email: p.Email}
}

func setParticipant(p *programme.Participant, in api.ParticipantInput) {
	p.Name, p.Role, p.Borough, p.Organisation, p.Email = in.Name, programme.ParticipantRole(in.Role), in.Borough, in.Organisation, in.Email
}

func participantWire(ctx context.Context) func(*programme.Participant) api.Participant {
	names := namesIn(ctx)
	return func(p *programme.Participant) api.Participant {
		return api.Participant{
			Id: p.ID, Name: p.Name, Role: api.ParticipantRole(p.Role), Borough: p.Borough, BoroughName: nameOf(names.borough, p.Borough), Organisation: p.Organisation, Email: p.Email,
			CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt, Etag: etagOf(p.Version), Steps: stepsWire(ctx, p, p.ID),
		}
	}
}
