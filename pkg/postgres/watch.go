package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 500 * time.Millisecond // the database is heard again soon after it is back
	// longestAnswer is for how long the watcher waits for an answer that takes a
	// millisecond, before it tries another connection.
	longestAnswer = 2 * time.Second
	tellAgain     = time.Minute // while it is away
)

// watch keeps the snapshot present until ctx ends: it listens for changes on a
// connection of its own and connects again when that is lost.
func (s *Store) watch(ctx context.Context) {
	retry := firstRetry
	var told time.Time
	for ctx.Err() == nil {
		heard, err := s.listen(ctx)
		if ctx.Err() != nil {
			return
		}
		s.losses.Add(1)
		if heard {
			retry, told = firstRetry, time.Time{}
		}
		if !schemaMissing(err) && time.Since(told) > tellAgain {
			told = time.Now()
			s.log.WarnContext(ctx, "not listening for changes, trying again", "error", err)
		}
		select {
		case <-time.After(retry):
		case <-ctx.Done():
		}
		retry = min(2*retry, lastRetry)
	}
}

// schemaMissing reports whether there is nothing to watch yet.
func schemaMissing(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == stateUndefinedTable
}

// listen follows the database until the connection breaks; heard says whether
// it ever answered. Every few seconds it asks even if nothing was heard, so that
// a lost notice or a silent network is found out.
func (s *Store) listen(ctx context.Context) (heard bool, err error) {
	conn, err := pgx.ConnectConfig(ctx, s.config.Copy())
	if err != nil {
		return false, err
	}
	defer func() {
		s.listening.Store(false)
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(closing)
	}()
	asking, cancel := context.WithTimeout(ctx, longestAnswer)
	_, err = conn.Exec(asking, "LISTEN peerchallenge_changed")
	cancel()
	if err != nil {
		return false, err
	}
	for {
		if err := s.follow(ctx, conn); err != nil {
			return heard, err
		}
		heard = true
		s.listening.Store(true)
		waiting, cancel := context.WithTimeout(ctx, s.pollEvery)
		_, err := conn.WaitForNotification(waiting)
		cancel()
		if err != nil && (ctx.Err() != nil || !pgconn.Timeout(err) || conn.IsClosed()) {
			return heard, err
		}
	}
}

// follow asks for the present generation and loads it if it is not the one that
// is held. Where the generation has gone back, or differs after a lost connection,
// the database may be another one than before, a restored copy or a replica that
// lacks the last transactions: then nothing that is held counts.
func (s *Store) follow(ctx context.Context, conn *pgx.Conn) error {
	asking, cancel := context.WithTimeout(ctx, longestAnswer)
	defer cancel()
	if err := s.asService(asking, conn); err != nil {
		return err
	}
	losses, asked := s.losses.Load(), time.Now()
	var generation int64
	if err := conn.QueryRow(asking, "SELECT value FROM generation").Scan(&generation); err != nil {
		return err
	}
	return s.heard(ctx, generation, losses, asked)
}

// heard brings the snapshot to the generation that the database named. That was asked
// for at that time, after so many losses.
func (s *Store) heard(ctx context.Context, generation, losses int64, asked time.Time) error {
	held := s.snapshot.Load()
	switch {
	case held == nil && !s.wanted.Load():
		return nil // nobody has asked for one
	case held != nil && held.Generation == generation:
		s.trusted.Store(losses) // no two states have one generation
		s.confirm(asked)
		return nil
	case held != nil && held.Generation > generation:
		s.losses.Add(1)
	}
	return s.refresh(ctx, generation)
}
