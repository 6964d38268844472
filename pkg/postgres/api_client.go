package postgres

import (
	"context"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var apiClients = kind[programme.APIClient, *programme.APIClient]{
	orders:   byChange,
	fleeting: true, // when a secret was last used is nobody's change
	complete: withUses,
	cited: func(c *programme.APIClient) []citation {
		return []citation{citeBoroughs("/boroughs", c.Boroughs)}
	},
}

// withUses reads when the clients and their secrets were last used, all at once.
func withUses(tx *gorm.DB, rows []*programme.APIClient) error {
	var ids []string
	for _, c := range rows {
		ids = append(ids, c.ID)
		for _, s := range c.Secrets {
			ids = append(ids, s.ID)
		}
	}
	uses, err := usesOf(tx, ids)
	for _, c := range rows {
		c.Uses = uses
	}
	return err
}

// APIClients lists the clients that the filter leaves, in order of creation or as
// sort says.
func (s *Store) APIClients(actor programme.Actor, f programme.APIClientFilter, sort string) programme.Listing[programme.APIClient] {
	return list(s, actor, apiClients, sort, func(q *gorm.DB) *gorm.DB {
		q = where(q, "? = ANY (boroughs)", f.Borough)
		q = where(q, "role = ?", f.Role)
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// APIClient reads one client. The error is NotFound.
func (s *Store) APIClient(ctx context.Context, actor programme.Actor, id string) (programme.APIClient, error) {
	return get(ctx, s, actor, apiClients, id)
}

// CreateAPIClient adds a client, which has no secret yet. The error is Forbidden for
// whom does not keep such clients, and Invalid if it breaks its rules or names
// boroughs that are not there.
func (s *Store) CreateAPIClient(ctx context.Context, actor programme.Actor, c programme.APIClient) (programme.APIClient, error) {
	return add(ctx, s, actor, apiClients, c, func(_ *work, c *programme.APIClient) error {
		c.Secrets = []programme.ClientSecret{}
		return keeps(actor, c)
	})
}

// keeps gives the client the audience of those for whom it acts now, if the actor may
// let it act for them.
func keeps(actor programme.Actor, c *programme.APIClient) error {
	c.Audience = c.Readers()
	return c.May(actor, programme.Edit)
}

// UpdateAPIClient changes a client at the version, with the errors of
// [Store.CreateAPIClient], NotFound and Stale. Its secrets and its role stay.
func (s *Store) UpdateAPIClient(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.APIClient) error) (programme.APIClient, error) {
	return change(ctx, s, actor, apiClients, id, version, programme.Edit, func(_ *work, c *programme.APIClient) error {
		role, secrets := c.Role, c.Secrets
		if err := alter(c); err != nil {
			return err
		}
		c.Role, c.Secrets = role, secrets
		return keeps(actor, c)
	})
}

// AddClientSecret gives the client a new secret, which is answered here and nowhere
// else. The error is Forbidden, NotFound, Stale, or Conflict if it has two.
func (s *Store) AddClientSecret(ctx context.Context, actor programme.Actor, id string, version int64) (c programme.APIClient, secret programme.Secret, err error) {
	secret = programme.NewSecret(programme.ClientSecretKind)
	c, err = change(ctx, s, actor, apiClients, id, version, programme.AddSecret, func(w *work, c *programme.APIClient) error {
		row := secretRow{ID: newID(), Hash: secret.Hash[:], APIClientID: &c.ID}
		c.Add(row.ID, secret, w.now)
		return w.tx.Create(&row).Error
	})
	return c, secret, err
}

// EndClientSecret ends one of the client's secrets. The error is Forbidden, NotFound
// or Stale.
func (s *Store) EndClientSecret(ctx context.Context, actor programme.Actor, id, secret string, version int64) (programme.APIClient, error) {
	return change(ctx, s, actor, apiClients, id, version, programme.EndSecret, func(w *work, c *programme.APIClient) error {
		if err := c.End(secret); err != nil {
			return err
		}
		if err := one(w.tx.Where("id = ? AND api_client_id = ?", secret, id).Delete(&secretRow{})); err != nil {
			return err
		}
		return forgetUses(w.tx, secret)
	})
}

// DeleteAPIClient ends a client at the version, its secrets, and every token that it
// has. The error is Forbidden, NotFound or Stale.
func (s *Store) DeleteAPIClient(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return drop(ctx, s, actor, apiClients, id, version, func(w *work, c *programme.APIClient) error {
		ids := []string{c.ID}
		for _, s := range c.Secrets {
			ids = append(ids, s.ID)
		}
		return forgetUses(w.tx, ids...)
	})
}
