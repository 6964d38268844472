package postgres

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/programme"
)

// noun is what the store needs to know of a kind of reference data to create,
// change and delete it.
type noun[T any] struct {
	name      string // as the audit table and sentences call it
	keyColumn string
	madeKey   bool // the key is a UUID that the store makes
	key       func(*T) *string
	stamps    func(*T) stamps
	check     func(tx *gorm.DB, row *T) error // what constraints cannot say, or would say one fault at a time; may be nil
	referrers []referrer
}

// stamps points at what the store itself writes into a row.
type stamps struct {
	version   *int64
	createdAt *time.Time
	updatedAt *time.Time
}

// referrer is a table whose rows keep another row from being deleted: those whose
// column holds the other's key or, where column is a condition with a ? for the
// key, those that it holds for.
type referrer struct{ table, column, words string }

func (r referrer) condition(key string) clause.Expr {
	if strings.Contains(r.column, "?") {
		return gorm.Expr(r.column, key)
	}
	return gorm.Expr("? = ?", clause.Column{Name: r.column}, key)
}

func (n noun[T]) notFound() error {
	return programme.Errorf(programme.NotFound, programme.CodeNotFound, "There is no such %s.", n.name)
}

// firstVersion is that of a new row. It is no small number, so that a row which
// takes a deleted one's key does not take its versions too: who still holds the
// old one's ETag must not change the new one unseen.
func firstVersion(created time.Time) int64 { return created.UnixMicro() }

// nextVersion is that of a row that changes. It is no mere count, so that a database
// that has lost its last moment, by a fail-over or to an older copy, gives none of
// that moment's versions to another state: whoever has read one of them must not
// change the other state unseen.
func nextVersion(was int64, changed time.Time) int64 { return max(was+1, changed.UnixMicro()) }

// create inserts the row at its first version. saved, which may be nil, runs afterwards
// in the same transaction.
func create[T any](ctx context.Context, s *Store, actor programme.Actor, n noun[T], row T, saved func(tx *gorm.DB, row *T) error) (T, error) {
	err := s.writeAs(ctx, actor, func(tx *gorm.DB) error {
		if n.madeKey {
			*n.key(&row) = newID()
		}
		st, now := n.stamps(&row), s.now()
		*st.version, *st.createdAt, *st.updatedAt = firstVersion(now), now, now
		if n.check != nil {
			if err := n.check(tx, &row); err != nil {
				return err
			}
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		if saved != nil {
			if err := saved(tx, &row); err != nil {
				return err
			}
		}
		return s.audit(tx, actor, actionCreate, n.name, *n.key(&row), nil, row)
	})
	return orZero(row, err)
}

// update locks the row, lets change alter a copy and saves it as the next
// version. revise, which may be nil, runs just before that. What is as it was is not
// written.
func update[T any](ctx context.Context, s *Store, actor programme.Actor, n noun[T], key string, version int64,
	change func(*T) error, revise func(tx *gorm.DB, before T, row *T) error) (T, error) {
	var row T
	err := s.writeAs(ctx, actor, func(tx *gorm.DB) error {
		before, err := n.take(tx, key, version)
		if err != nil {
			return err
		}
		row = before
		if err := change(&row); err != nil {
			return err
		}
		st, was := n.stamps(&row), n.stamps(&before)
		*n.key(&row), *st.createdAt = *n.key(&before), *was.createdAt
		if same, err := alike(before, row); err != nil || same {
			return err
		}
		now := s.now()
		*st.version, *st.updatedAt = nextVersion(version, now), now
		if n.check != nil {
			if err := n.check(tx, &row); err != nil {
				return err
			}
		}
		if revise != nil {
			if err := revise(tx, before, &row); err != nil {
				return err
			}
		}
		if err := saveAll(tx, &row); err != nil {
			return err
		}
		return s.audit(tx, actor, actionUpdate, n.name, *n.key(&before), before, row)
	})
	return orZero(row, err)
}

// remove deletes the row, unless something refers to it.
func remove[T any](ctx context.Context, s *Store, actor programme.Actor, n noun[T], key string, version int64) error {
	return s.writeAs(ctx, actor, func(tx *gorm.DB) error {
		before, err := n.take(tx, key, version)
		if err != nil {
			return err
		}
		if err := inUse(tx, n.name, key, n.referrers); err != nil {
			return err
		}
		if err := one(tx.Where(clause.Eq{Column: n.keyColumn, Value: key}).Delete(new(T))); err != nil {
			return err
		}
		return s.audit(tx, actor, actionDelete, n.name, *n.key(&before), before, nil)
	})
}

// alike reports whether two states of a row say the same.
func alike(before, after any) (bool, error) {
	was, err := asJSON(before)
	if err != nil {
		return false, err
	}
	now, err := asJSON(after)
	return err == nil && *was == *now, err
}

// writeAs is write for what only the programme's team may do.
func (s *Store) writeAs(ctx context.Context, actor programme.Actor, do func(tx *gorm.DB) error) error {
	if err := mayWrite(actor); err != nil {
		return err
	}
	return s.write(ctx, do)
}

// take locks the row and answers it if it is at the version.
func (n noun[T]) take(tx *gorm.DB, key string, version int64) (T, error) {
	var row T
	if n.madeKey && uuid.Validate(key) != nil {
		return row, n.notFound() // PostgreSQL would call it a syntax error
	}
	err := tx.Clauses(forUpdate).Where(clause.Eq{Column: n.keyColumn, Value: key}).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, n.notFound()
	}
	if err != nil {
		return row, err
	}
	return row, sameVersion(*n.stamps(&row).version, version)
}

// sameVersion refuses a change that was made on another state than the present.
func sameVersion(present, given int64) error {
	if present != given {
		return programme.Errorf(programme.Stale, programme.CodeStale, "It has changed since you read it. Read it again and repeat your change on what you find.")
	}
	return nil
}

// inUse answers a Conflict that names everything that refers to the row.
func inUse(tx *gorm.DB, name, key string, referrers []referrer) error {
	var faults []programme.Fault
	for _, r := range referrers {
		var found bool
		if err := tx.Raw("SELECT EXISTS (SELECT 1 FROM ? WHERE ?)", clause.Table{Name: r.table}, r.condition(key)).Scan(&found).Error; err != nil {
			return err
		}
		if found {
			faults = append(faults, programme.UsedBy(r.words))
		}
	}
	return programme.InUse(name, faults)
}

// saveAll writes every column of the row but its key and creation. GORM by
// itself would leave out what is nil, zero, false or empty.
func saveAll[T any](tx *gorm.DB, row *T) error {
	return one(tx.Model(row).Select("*").Omit("created_at", clause.Associations).UpdateColumns(row))
}

// one makes an error of a statement that changed no row, or several: GORM takes
// either for success.
func one(tx *gorm.DB) error {
	if tx.Error == nil && tx.RowsAffected != 1 {
		return errors.New("a statement for one row changed another number of rows")
	}
	return tx.Error
}

func orZero[T any](row T, err error) (T, error) {
	if err != nil {
		var zero T
		return zero, err
	}
	return row, nil
}
