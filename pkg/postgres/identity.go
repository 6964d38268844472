package postgres

import (
	"context"
	"time"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

// issuing is who the audit table names for the issuer's own keys.
var issuing = programme.Actor{Issuer: "local", Subject: "issuer"}

// SigningKeys answers every key of the built-in issuer, oldest first, retired
// ones included.
func (s *Store) SigningKeys(ctx context.Context) ([]programme.SigningKey, error) {
	keys, err := s.signingKeys(s.gorm.WithContext(ctx))
	if err != nil {
		return nil, refusal(err)
	}
	return keys, nil
}

// AddSigningKey keeps a key. The error is Conflict if there is one of that id.
func (s *Store) AddSigningKey(ctx context.Context, k programme.SigningKey) error {
	return s.transact(ctx, func(ctx context.Context, u *unit) error {
		tx := u.tx.WithContext(ctx)
		k.PKCS8 = s.sealing.seal(signingRow(k.ID), k.PKCS8)
		if err := tx.Create(&k).Error; err != nil {
			return err
		}
		return s.auditSigningKey(tx, actionCreate, k.ID, nil, withoutSecret(k))
	})
}

// RetireSigningKeys ends the use of every key but the excepted one at the
// instant. Keys that were retired before stay as they are.
func (s *Store) RetireSigningKeys(ctx context.Context, except string, at time.Time) error {
	return s.transact(ctx, func(ctx context.Context, u *unit) error {
		tx := u.tx.WithContext(ctx)
		var keys []programme.SigningKey
		if err := tx.Raw("UPDATE signing_keys SET retired_at = ? WHERE id <> ? AND retired_at IS NULL RETURNING *", at.UTC(), except).Scan(&keys).Error; err != nil {
			return err
		}
		for _, k := range keys {
			if err := s.auditRetired(tx, k); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) auditRetired(tx *gorm.DB, k programme.SigningKey) error {
	before := withoutSecret(k)
	before.RetiredAt = nil
	return s.auditSigningKey(tx, actionUpdate, k.ID, before, withoutSecret(k))
}

// auditSigningKey notes what became of a key for the database's owner alone: no caller of
// the service is told of its keys.
func (s *Store) auditSigningKey(tx *gorm.DB, action, id string, before, after any) error {
	c, err := newChange(s.now(), issuing, action, "signing key", id, before, after)
	if err != nil {
		return err
	}
	c.SeenBefore, c.SeenAfter, c.ReadBy = nil, nil, nil
	return tx.Create(&c).Error
}

// withoutSecret is the key as the audit table may know it.
func withoutSecret(k programme.SigningKey) programme.SigningKey {
	k.PKCS8 = nil
	return k
}
