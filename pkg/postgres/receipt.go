package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var receipts = kind[programme.Receipt, *programme.Receipt]{}

// Receipt reads one receipt, with the key that signed it and what has become of the words. The error is NotFound.
func (s *Store) Receipt(ctx context.Context, actor programme.Actor, id string) (programme.Receipt, error) {
	r, err := get(ctx, s, actor, receipts, id)
	if err != nil {
		return r, err
	}
	tx := s.gorm.WithContext(ctx)
	var signed []struct{ RedactedAt *time.Time }
	if err := tx.Raw(`SELECT redacted_at FROM benchmarking_versions WHERE submission_id = @id AND number = @number
		UNION ALL SELECT redacted_at FROM self_evaluation_versions WHERE self_evaluation_id = @id AND number = @number`, map[string]any{"id": r.RecordID, "number": r.Number}).Scan(&signed).Error; err != nil {
		return programme.Receipt{}, refusal(err)
	}
	if len(signed) > 0 {
		r.RedactedAt = signed[0].RedactedAt
	}
	keys, err := s.signingKeys(tx)
	for i := range keys {
		if keys[i].ID == r.KeyID && err == nil {
			r.Key, err = keys[i].Public()
		}
	}
	return orZero(r, refusal(err))
}

// seal writes the receipt of what is signed in this transaction, given as its canonical
// form, and answers its id.
func (w *work) seal(r programme.Receipt, canonical []byte) (*string, error) {
	key, err := w.signingKey()
	if err != nil {
		return nil, err
	}
	if err := r.Seal(canonical, key); err != nil {
		return nil, err
	}
	r.ID, r.Version, r.CreatedAt, r.UpdatedAt = uuid.NewString(), firstVersion(w.now), w.now, w.now
	return &r.ID, put(w, receipts, actionCreate, past{}, &r, func(past) error { return w.tx.Create(&r).Error })
}

// signingKey answers the key that signs now. It is read in the transaction, so that who
// signs needs no second connection; where there is none yet, this makes the first.
func (w *work) signingKey() (programme.SigningKey, error) {
	keys, err := w.store.signingKeys(w.tx)
	if err != nil {
		return programme.SigningKey{}, err
	}
	if key, found := programme.NewestSigningKey(keys, w.now); found {
		return key, nil
	}
	key, err := programme.NewSigningKey(w.now)
	if err != nil {
		return key, err
	}
	return key, w.store.AddSigningKey(w.ctx, key)
}

// signingKeys reads every key, retired ones too, oldest first.
func (s *Store) signingKeys(tx *gorm.DB) ([]programme.SigningKey, error) {
	keys := []programme.SigningKey{}
	if err := tx.Order("created_at, id").Find(&keys).Error; err != nil {
		return nil, err
	}
	for i := range keys {
		var err error
		if keys[i].PKCS8, err = s.sealing.open(signingRow(keys[i].ID), keys[i].PKCS8); err != nil {
			return nil, err
		}
	}
	return keys, nil
}
