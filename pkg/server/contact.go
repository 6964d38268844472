package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

type contactStore interface {
	Contacts(actor programme.Actor, f returns.OfQuarter, sort string) programme.Listing[returns.Contact]
	Contact(ctx context.Context, actor programme.Actor, id string) (returns.Contact, error)
	LogContact(ctx context.Context, actor programme.Actor, quarter string, c returns.Contact) (returns.Contact, error)
	UpdateContact(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*returns.Contact) error) (returns.Contact, error)
	DeleteContact(ctx context.Context, actor programme.Actor, id string, version int64) error
}

var contacts = nounOf(contactInput, setContact, contactWire)

// ListContacts answers the contacts about a quarter.
func (s *Server) ListContacts(ctx context.Context, r api.ListContactsRequestObject) (api.Response, error) {
	f, err := s.ofQuarter(ctx, returns.OfQuarter{Quarter: r.Quarter, Borough: r.Params.Borough, UpdatedSince: r.Params.UpdatedSince})
	if err != nil {
		return nil, err
	}
	return answerListing(ctx, s.store.Contacts(callOf(ctx).actor, f, text(r.Params.Sort)), contactWire(ctx))
}

// GetContact answers one.
func (s *Server) GetContact(ctx context.Context, r api.GetContactRequestObject) (api.Response, error) {
	return contacts.read(ctx, s.store.Contact, r.Id)
}

// CreateContact writes one down about the quarter.
func (s *Server) CreateContact(ctx context.Context, r api.CreateContactRequestObject) (api.Response, error) {
	return contacts.createdIn(ctx, s.store.LogContact, r.Quarter, *r.Body)
}

// UpdateContact corrects one; quarter and borough stay.
func (s *Server) UpdateContact(ctx context.Context, r api.UpdateContactRequestObject) (api.Response, error) {
	return contacts.patched(ctx, s.store.UpdateContact, r.Id, r.Params.IfMatch)
}

// DeleteContact removes one.
func (s *Server) DeleteContact(ctx context.Context, r api.DeleteContactRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteContact(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

func contactInput(c *returns.Contact) api.ContactInput {
	return api.ContactInput{
		Borough: c.Borough, ContactedOn: c.ContactedOn, Channel: api.Channel(c.Channel), Promised: c.Promised, PromisedBy: c.PromisedBy, PromisedUntil: c.PromisedUntil,
	}
}

func setContact(c *returns.Contact, in api.ContactInput) {
	c.Borough, c.ContactedOn, c.Channel = in.Borough, in.ContactedOn, returns.Channel(in.Channel)
	c.Promised, c.PromisedBy, c.PromisedUntil = in.Promised, in.PromisedBy, in.PromisedUntil
}

func contactWire(ctx context.Context) func(*returns.Contact) api.Contact {
	names := namesIn(ctx)
	return func(c *returns.Contact) api.Contact {
		return api.Contact{
			Id: c.ID, Quarter: c.Quarter, Borough: c.Borough, BoroughName: names.borough(c.Borough), ContactedOn: c.ContactedOn, Channel: api.Channel(c.Channel),
			Promised: c.Promised, PromisedBy: c.PromisedBy, PromisedUntil: c.PromisedUntil, Illustrative: c.Illustrative, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, Etag: etagOf(c.Version), Steps: stepsWire(ctx, c, c.ID),
		}
	}
}
