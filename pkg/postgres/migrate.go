package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"peerchallenge/migrations"
	"peerchallenge/pkg/programme"
)

// Migrate brings the schema up to date. Two processes may do so at once: one
// waits for the other. The error is Forbidden if the schema does not belong to the
// user of the URL.
func (s *Store) Migrate(ctx context.Context) error {
	// The schema belongs to the user of the URL, and the service's role may not change it.
	owner := stdlib.OpenDB(*s.config)
	defer func() { _ = owner.Close() }()
	p, err := migrationsOf(owner)
	if err != nil {
		return refusal(err)
	}
	results, err := p.Up(ctx)
	for _, r := range results {
		s.log.InfoContext(ctx, "schema migrated", "file", r.Source.Path, "took", r.Duration)
	}
	if ctx.Err() != nil {
		// What else has failed, giving back the lock above all, follows from it: the
		// connection ended with the statement that was cancelled, and the lock with it.
		return ctx.Err()
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == stateNoPrivilege {
		return programme.Wrap(err, programme.Forbidden, programme.CodeNotOwner, "The user of DATABASE_URL may not change the database's structure. Migrate as the owner of the schema.")
	}
	return refusal(err)
}

func migrationsOf(db *sql.DB) (*goose.Provider, error) {
	// Asked once a second for five minutes: longer than any migration should take.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, migrations.FS, goose.WithSessionLocker(locker))
}

// readyWithin bounds [Store.Ready], so that with the rest of a request it stays
// below the second that a probe waits.
const readyWithin = 800 * time.Millisecond

// Ready answers nil if requests can be served: the database is reachable, its
// schema is the one that this program knows, and the snapshot is fresh. Else
// the error is Unavailable. It answers within a second, whatever hangs.
func (s *Store) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	p, err := migrationsOf(s.sql)
	if err != nil {
		return refusal(err)
	}
	sources := p.ListSources()
	// Goose's own question would create its table where it is missing.
	var applied sql.NullInt64
	err = s.sql.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version WHERE is_applied").Scan(&applied)
	if err = refusal(err); programme.KindOf(err) == programme.Unavailable {
		return err
	}
	if err != nil || applied.Int64 < sources[len(sources)-1].Version {
		return programme.Wrap(err, programme.Unavailable, programme.CodeNotReady, "The database's schema is older than this program.")
	}
	if s.snapshot.Load() == nil {
		return s.awaitFirst(ctx)
	}
	_, err = s.Snapshot(ctx)
	return err
}

// awaitFirst waits for the first snapshot, which takes longer than a probe does where
// there are many figures: the load goes on for the next one.
func (s *Store) awaitFirst(ctx context.Context) error {
	loaded := s.first.DoChan("", func() (any, error) {
		loading, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
		defer cancel()
		return s.Snapshot(loading)
	})
	select {
	case first := <-loaded:
		return first.Err
	case <-ctx.Done():
		return programme.Wrap(ctx.Err(), programme.Unavailable, programme.CodeNotReady, "The figures are being read.")
	}
}
