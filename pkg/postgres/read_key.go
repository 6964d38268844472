package postgres

import (
	"context"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var readKeys = kind[programme.ReadKey, *programme.ReadKey]{
	orders:   byChange,
	fleeting: true, // when a secret was last used is nobody's change
	complete: withLastUse,
	cited: func(k *programme.ReadKey) []citation {
		return []citation{citeBorough("/borough", k.Borough)}
	},
}

// withLastUse reads when the keys were last used, all at once.
func withLastUse(tx *gorm.DB, rows []*programme.ReadKey) error {
	uses, err := usesOf(tx, idsOf(rows))
	for _, k := range rows {
		k.LastUsedAt = usedAt(uses, k.ID)
	}
	return err
}

// ReadKeys lists the keys that the filter leaves, in order of creation or as sort
// says.
func (s *Store) ReadKeys(actor programme.Actor, f programme.ReadKeyFilter, sort string) programme.Listing[programme.ReadKey] {
	return list(s, actor, readKeys, sort, func(q *gorm.DB) *gorm.DB {
		q = where(q, "borough_code = ?", f.Borough)
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// ReadKey reads what may be known of one key. The error is NotFound.
func (s *Store) ReadKey(ctx context.Context, actor programme.Actor, id string) (programme.ReadKey, error) {
	return get(ctx, s, actor, readKeys, id)
}

// CreateReadKey makes a key, whose secret is answered here and nowhere else. The
// error is Forbidden for whom does not keep such keys, and Invalid if it breaks its
// rules or names a borough that is not there.
func (s *Store) CreateReadKey(ctx context.Context, actor programme.Actor, k programme.ReadKey) (programme.ReadKey, programme.Secret, error) {
	secret := programme.NewSecret(programme.ReadKeyKind)
	err := s.act(ctx, actor, func(w *work) error {
		k.Hint, k.Audience = secret.Hint, k.Readers()
		if err := k.May(actor, programme.Edit); err != nil {
			return err
		}
		if err := insert(w, readKeys, &k); err != nil {
			return err
		}
		return w.tx.Create(&secretRow{ID: newID(), Hash: secret.Hash[:], ReadKeyID: &k.ID}).Error
	})
	if err != nil {
		return programme.ReadKey{}, programme.Secret{}, err
	}
	return k, secret, nil
}

// UpdateReadKey changes a key at the version, with the errors of
// [Store.CreateReadKey], NotFound and Stale. Whose key it is, and the key itself, stay.
func (s *Store) UpdateReadKey(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.ReadKey) error) (programme.ReadKey, error) {
	return change(ctx, s, actor, readKeys, id, version, programme.Edit, func(_ *work, k *programme.ReadKey) error {
		borough, hint := k.Borough, k.Hint
		if err := alter(k); err != nil {
			return err
		}
		k.Borough, k.Hint = borough, hint
		return nil
	})
}

// DeleteReadKey ends a key at the version. The error is Forbidden, NotFound or Stale.
func (s *Store) DeleteReadKey(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return drop(ctx, s, actor, readKeys, id, version, func(w *work, k *programme.ReadKey) error { return forgetUses(w.tx, k.ID) })
}
