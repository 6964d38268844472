package postgres

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// The locks that rows are read with, which hold until the transaction ends. They
// keep others from changing the row and from locking it, from changing it, and from
// deleting it.
var (
	forUpdate   = clause.Locking{Strength: clause.LockingStrengthUpdate}
	forShare    = clause.Locking{Strength: clause.LockingStrengthShare}
	forKeyShare = clause.Locking{Strength: "KEY SHARE"}
)

// unit is a transaction that a context carries, so that a use case can be made
// of several store methods.
type unit struct {
	tx         *gorm.DB
	conn       *sql.Conn // on which it runs
	generation int64     // after the changes so far; 0 where there were none
}

type unitKey struct{}

// transact runs do in the transaction that ctx carries or, where it carries
// none, in a new one. Whoever began the transaction sees its changes in the
// snapshot when transact returns, and they stand: see [Store.carryOut].
func (s *Store) transact(ctx context.Context, do func(ctx context.Context, u *unit) error) error {
	if u, ok := ctx.Value(unitKey{}).(*unit); ok {
		return do(ctx, u)
	}
	return s.begun(ctx, bounds{begin: "BEGIN"}, do)
}

// begun is transact for a new transaction within the bounds.
func (s *Store) begun(ctx context.Context, b bounds, do func(ctx context.Context, u *unit) error) error {
	// Writers wait for each other. They must not hold every connection while they
	// do, because others need one for a moment only.
	select {
	case s.writers <- struct{}{}:
		defer func() { <-s.writers }()
	case <-ctx.Done():
		return refusal(ctx.Err())
	}
	u := &unit{}
	err := s.carryOut(ctx, b, func(l line) error {
		u.tx, u.conn = l.DB, l.conn
		return do(context.WithValue(ctx, unitKey{}, u), u)
	})
	if err == nil {
		s.showOwn(ctx, u.generation)
	}
	return err
}

// write runs do in a transaction that may change what reads are answered from.
func (s *Store) write(ctx context.Context, do func(tx *gorm.DB) error) error {
	return s.transact(ctx, func(ctx context.Context, u *unit) error {
		tx := u.tx.WithContext(ctx)
		if err := lockGeneration(tx); err != nil {
			return err
		}
		if err := do(tx); err != nil {
			return err
		}
		return readGeneration(tx, &u.generation)
	})
}

// readGeneration asks for the generation as the transaction sees it.
func readGeneration(tx *gorm.DB, generation *int64) error {
	return tx.Raw("SELECT value FROM generation").Scan(generation).Error
}

// lockGeneration makes the transaction the only writer until it ends. Taken
// before any other row it keeps writers from deadlock, and what a writer has
// checked stays true until it commits.
func lockGeneration(tx *gorm.DB) error {
	return tx.Exec("SELECT value FROM generation FOR UPDATE").Error
}

// showOwn brings the snapshot up to a generation that has been committed. A
// failure is no failure of the write, which stands: then the next who asks for the
// snapshot loads it first, so that the writer does not miss in it what it wrote.
// Where nobody has asked for a snapshot yet, the first who does will find the
// write in it.
func (s *Store) showOwn(ctx context.Context, generation int64) {
	if generation == 0 || !s.wanted.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	defer cancel()
	if err := s.refresh(ctx, generation); err != nil {
		s.owe(generation)
		s.log.WarnContext(ctx, "snapshot not renewed after a write", "error", err)
	}
}
