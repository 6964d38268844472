package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

type reminderAddressStore interface {
	ReminderAddresses(actor programme.Actor, borough, sort string) programme.Listing[returns.ReminderAddress]
	ReminderAddress(ctx context.Context, actor programme.Actor, id string) (returns.ReminderAddress, error)
	NameReminderAddress(ctx context.Context, actor programme.Actor, borough string, a returns.ReminderAddress) (returns.ReminderAddress, error)
	DeleteReminderAddress(ctx context.Context, actor programme.Actor, id string, version int64) error
}

var reminderAddresses = nounOf(reminderAddressInput, setReminderAddress, reminderAddressWire)

// ListReminderAddresses answers where a borough is reminded.
func (s *Server) ListReminderAddresses(ctx context.Context, r api.ListReminderAddressesRequestObject) (api.Response, error) {
	call := callOf(ctx)
	if _, err := call.borough(r.Borough); err != nil {
		return nil, err
	}
	return answerListing(ctx, s.store.ReminderAddresses(call.actor, r.Borough, text(r.Params.Sort)), reminderAddressWire(ctx))
}

// GetReminderAddress answers one.
func (s *Server) GetReminderAddress(ctx context.Context, r api.GetReminderAddressRequestObject) (api.Response, error) {
	return reminderAddresses.read(ctx, s.store.ReminderAddress, r.Id)
}

// CreateReminderAddress adds one to a borough's.
func (s *Server) CreateReminderAddress(ctx context.Context, r api.CreateReminderAddressRequestObject) (api.Response, error) {
	if _, err := callOf(ctx).borough(r.Borough); err != nil {
		return nil, err
	}
	return reminderAddresses.createdIn(ctx, s.store.NameReminderAddress, r.Borough, *r.Body)
}

// DeleteReminderAddress takes one out.
func (s *Server) DeleteReminderAddress(ctx context.Context, r api.DeleteReminderAddressRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteReminderAddress(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

func reminderAddressInput(a *returns.ReminderAddress) api.ReminderAddressInput {
	return api.ReminderAddressInput{Address: a.Address}
}

func setReminderAddress(a *returns.ReminderAddress, in api.ReminderAddressInput) {
	a.Address = in.Address
}

func reminderAddressWire(ctx context.Context) func(*returns.ReminderAddress) api.ReminderAddress {
	names := namesIn(ctx)
	return func(a *returns.ReminderAddress) api.ReminderAddress {
		return api.ReminderAddress{
			Id: a.ID, Borough: a.Borough, BoroughName: names.borough(a.Borough), Address: a.Address,
			CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt, Etag: etagOf(a.Version), Steps: stepsWire(ctx, a, a.ID),
		}
	}
}
