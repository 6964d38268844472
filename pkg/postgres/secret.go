package postgres

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/programme"
)

// secretRow is a secret as it is kept: nobody can read it back.
type secretRow struct {
	ID          string `gorm:"primaryKey"`
	Hash        []byte
	APIClientID *string
	ReadKeyID   *string

	CalendarSubscriptionID *string
}

// TableName implements GORM's Tabler.
func (secretRow) TableName() string { return "secrets" }

// lastUse is when something was last used.
type lastUse struct {
	ID     string `gorm:"primaryKey"`
	UsedAt time.Time
}

// TableName implements GORM's Tabler.
func (lastUse) TableName() string { return "last_uses" }

// usesOf answers when what has these ids was last used; what never was is missing.
func usesOf(tx *gorm.DB, ids []string) (map[string]time.Time, error) {
	var found []lastUse
	if err := tx.Where("id = ANY (?)", array(ids)).Find(&found).Error; err != nil {
		return nil, err
	}
	uses := map[string]time.Time{}
	for _, f := range found {
		uses[f.ID] = f.UsedAt
	}
	return uses, nil
}

// NoteUses keeps when things were last used, by their ids, unless a later use is
// known. It is no change of them: nobody is told.
func (s *Store) NoteUses(ctx context.Context, uses map[string]time.Time) error {
	rows := make([]lastUse, 0, len(uses))
	for id, at := range uses {
		rows = append(rows, lastUse{id, at.UTC()})
	}
	if len(rows) == 0 {
		return nil
	}
	return refusal(s.gorm.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "id"}},
		DoUpdates: clause.Assignments(map[string]any{"used_at": gorm.Expr("greatest(last_uses.used_at, excluded.used_at)")}),
	}).Create(&rows).Error)
}

// usedAt answers when what has the id was last used; nil where it never was.
func usedAt(uses map[string]time.Time, id string) *time.Time {
	if at, used := uses[id]; used {
		return &at
	}
	return nil
}

func forgetUses(tx *gorm.DB, ids ...string) error {
	return tx.Where("id = ANY (?)", array(ids)).Delete(&lastUse{}).Error
}

// usedAssertion is an assertion with which a client has signed in.
type usedAssertion struct {
	APIClientID string `gorm:"primaryKey"`
	JTIHash     []byte `gorm:"primaryKey;column:jti_hash"`
	ExpiresAt   time.Time
}

// UseAssertion notes that the client has signed in with the assertion, and says
// whether that is the first time, in whatever process.
func (s *Store) UseAssertion(ctx context.Context, client string, jtiHash [32]byte, until time.Time) (first bool, err error) {
	tx := s.gorm.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&usedAssertion{client, jtiHash[:], until.UTC()})
	return tx.RowsAffected == 1, refusal(tx.Error)
}

// PurgeAccess deletes what is refused by itself since: assertions, single tokens and calendar
// subscriptions that have expired. That a revocation goes is told as of any record: whoever holds a
// list of them must hear of it.
func (s *Store) PurgeAccess(ctx context.Context) error {
	if err := s.gorm.WithContext(ctx).Where("expires_at <= ?", s.now()).Delete(&usedAssertion{}).Error; err != nil {
		return refusal(err)
	}
	return refusal(s.act(ctx, purging, func(w *work) error {
		expired, err := locked[programme.TokenRevocation](w, "expires_at <= ?", w.now)
		for i := range expired {
			if err == nil {
				err = erase[programme.TokenRevocation](w, &expired[i])
			}
		}
		if err == nil {
			err = w.endSubscriptions("expires_at <= ?", w.now)
		}
		return err
	}))
}

// purging is who the audit names for what goes by itself.
var purging = programme.Actor{Issuer: "local", Subject: "expiry", Reason: "It is refused by itself since."}

// AccessGeneration answers which state of clients, keys and revocations is the
// present one.
func (s *Store) AccessGeneration(ctx context.Context) (generation int64, err error) {
	err = s.gorm.WithContext(ctx).Raw("SELECT value FROM access_generation").Row().Scan(&generation)
	return generation, refusal(err)
}

// Access answers who may call and who may not any more. What changes while it reads
// belongs to a later generation than it says.
func (s *Store) Access(ctx context.Context) (programme.Access, error) {
	var a programme.Access
	var err error
	if a.Generation, err = s.AccessGeneration(ctx); err != nil {
		return a, err
	}
	var secrets []secretRow
	for _, into := range []any{&a.Clients, &a.ReadKeys, &a.Revocations, &a.Subscriptions, &secrets} {
		if err := beyondSight(s.gorm.WithContext(ctx)).Find(into).Error; err != nil {
			return a, refusal(err)
		}
	}
	if a.Given, err = given(s.gorm.WithContext(ctx)); err != nil {
		return a, refusal(err)
	}
	for _, row := range secrets {
		a.Secrets = append(a.Secrets, programme.StoredSecret(row))
	}
	return a, nil
}
