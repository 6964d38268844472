package postgres

import (
	"context"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

var contacts = kind[returns.Contact, *returns.Contact]{
	orders:   byChange,
	reads:    []string{"quarter"},
	complete: illustrated[*returns.Contact],
	cited: func(c *returns.Contact) []citation {
		return []citation{citeBorough("/borough", &c.Borough)}
	},
}

// Contacts lists the contacts about a quarter that the actor may see and the filter
// leaves, in order of creation or as sort says.
func (s *Store) Contacts(actor programme.Actor, f returns.OfQuarter, sort string) programme.Listing[returns.Contact] {
	return list(s, actor, contacts, sort, ofQuarter(f))
}

// Contact reads one contact. The error is NotFound.
func (s *Store) Contact(ctx context.Context, actor programme.Actor, id string) (returns.Contact, error) {
	return get(ctx, s, actor, contacts, id)
}

// LogContact writes down a contact with a borough. The error is NotFound if there is no
// such quarter, Forbidden for anyone but the programme's team, Conflict if no returns
// are collected in the quarter, and Invalid if the contact breaks its rules.
func (s *Store) LogContact(ctx context.Context, actor programme.Actor, quarter string, c returns.Contact) (returns.Contact, error) {
	return add(ctx, s, actor, contacts, c, func(w *work, c *returns.Contact) error {
		q, err := w.inQuarter(quarter, returns.LogContact)
		c.Log(&q, w.today())
		return err
	})
}

// UpdateContact corrects a contact at the version; quarter and borough stay. The error
// is Forbidden for anyone but the programme's team, NotFound, Stale, or Invalid.
func (s *Store) UpdateContact(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*returns.Contact) error) (returns.Contact, error) {
	return change(ctx, s, actor, contacts, id, version, programme.Edit, func(w *work, c *returns.Contact) error {
		quarter, borough := c.Quarter, c.Borough
		err := alter(c)
		c.Quarter, c.Borough, c.Today = quarter, borough, w.today()
		return err
	})
}

// DeleteContact removes a contact at the version. The error is Forbidden for anyone but
// the programme's team, NotFound, or Stale.
func (s *Store) DeleteContact(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return drop(ctx, s, actor, contacts, id, version, nil)
}
