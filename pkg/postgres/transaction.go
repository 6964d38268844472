package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"peerchallenge/pkg/programme"
)

// bounds are how a transaction begins and ends.
type bounds struct {
	begin string // the statement; it may have others behind it, which cost no round trip of their own. Empty: the first trip is a transaction by itself
	first *trip  // goes with it in one round trip; may be nil
	last  *trip  // goes with the end in one round trip; may be nil
}

// carryOut runs do in a transaction on one connection, and returns when what it has
// written is where the database's operator wants it to be.
//
// The error is that of do, or unconfirmed: then the transaction may have been
// committed or not.
func (s *Store) carryOut(ctx context.Context, b bounds, do func(l line) error) error {
	conn, err := s.begin(ctx, b)
	if err != nil {
		return refusal(err)
	}
	defer func() { _ = conn.Close() }() // back into the pool
	begun := b.begin != ""
	defer func() {
		if begun {
			rollBack(ctx, conn)
		}
	}()
	if err := do(line{s.over(ctx, conn), conn}); err != nil {
		return refusal(err)
	}
	if !begun {
		return nil
	}
	begun = false
	started := time.Now()
	err = commit(ctx, conn, b)
	s.traced(ctx, started, b.last, err)
	return refusal(err)
}

// traced writes into the log if the statements took long.
func (s *Store) traced(ctx context.Context, started time.Time, t *trip, err error) {
	if t != nil {
		s.gorm.Logger.Trace(ctx, started, func() (string, int64) { return t.String(), -1 }, err)
	}
}

// begin answers a connection in a transaction. One that was lost while it lay in
// the pool is found out here, where nothing has been done yet, or what may be done
// twice: then the next is taken, until they come fresh.
func (s *Store) begin(ctx context.Context, b bounds) (*sql.Conn, error) {
	for tries := s.sql.Stats().MaxOpenConnections; ; tries-- {
		conn, err := s.sql.Conn(ctx)
		if err != nil {
			return nil, err
		}
		lost, started := false, time.Now()
		failed := onConn(conn, func(c *pgx.Conn) error {
			delete(c.PgConn().CustomData(), lastWarning)
			if b.first != nil {
				err = b.first.send(ctx, c, b.begin)
			} else {
				_, err = c.Exec(ctx, b.begin) // without arguments it goes in one piece
			}
			if warning, warned := c.PgConn().CustomData()[lastWarning].(error); warned && err == nil && b.begin == "" {
				err = unconfirmed(warning) // it was a transaction by itself
			}
			if lost = c.IsClosed(); err != nil {
				return driver.ErrBadConn
			}
			return nil
		})
		s.traced(ctx, started, b.first, err)
		if failed == nil {
			return conn, nil
		}
		_ = conn.Close()
		if err == nil {
			err = failed
		}
		if !lost || tries == 0 || ctx.Err() != nil {
			return nil, err
		}
	}
}

// longestRollback is for how long the end of a transaction is waited for that came
// to nothing. Without it the connection is given up, which ends the transaction too.
const longestRollback = time.Second

func rollBack(ctx context.Context, conn *sql.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longestRollback)
	defer cancel()
	_ = onConn(conn, func(c *pgx.Conn) error {
		if _, err := c.Exec(ctx, "ROLLBACK"); err != nil {
			return driver.ErrBadConn
		}
		return nil
	})
}

// committing commits, and then waits. The commit of a change that goes into the
// feed waits for nothing, neither disk nor standby, because it holds the feed's
// lock: see append_to_feed in migrations/0002_year.sql. So an empty message goes
// into the log behind it, as a transaction of its own, whose commit waits as the
// operator has set it. What is before it in the log has got there then too, and one
// flush and one answer of the standby serve all who wait.
//
// It is the same connection, or else the message might go to another server than
// the commit, after a fail-over; and the same round trip. A commit that stops to
// wait says so in a warning, which every connection hears: see [Store.asService].
var committing = []string{"COMMIT", "SELECT pg_logical_emit_message(true, 'peerchallenge', '')"}

// commit ends the transaction, and writes before that what is left. An error that is none of
// [unconfirmed] means that nothing of it stands.
func commit(ctx context.Context, conn *sql.Conn, b bounds) error {
	var answer error
	if err := onConn(conn, func(c *pgx.Conn) error {
		if b.last == nil || len(b.last.statements) == 0 {
			answer = commitOn(ctx, c.PgConn())
		} else if answer = commitBehind(ctx, c, b.last); refused(answer) && c.PgConn().TxStatus() == 'E' {
			_, err := c.Exec(ctx, "ROLLBACK") // what was left to write was refused, so that nothing was committed
			return err
		}
		if rolledBack := refused(answer) && c.PgConn().TxStatus() == 'I'; answer != nil && !rolledBack {
			return driver.ErrBadConn // so that no later caller gets what belongs to this one
		}
		return nil
	}); answer == nil {
		return err
	}
	return answer
}

// commitBehind is commitOn with what is left to write before it, in one round trip. The
// database passes over all that stands behind what it refuses.
func commitBehind(ctx context.Context, c *pgx.Conn, last *trip) error {
	noted := c.PgConn().CustomData()
	delete(noted, lastWarning)
	results := last.sending(ctx, c, "", committing...)
	committed := false
	err := last.read(results)
	for i := 0; i < len(committing) && err == nil; i++ {
		var tag pgconn.CommandTag
		if tag, err = results.Exec(); err == nil && tag.String() == "ROLLBACK" {
			err = pgx.ErrTxCommitRollback
		}
		committed = committed || err == nil
	}
	if closed := results.Close(); err == nil {
		err = closed
	}
	warning, warned := noted[lastWarning].(error)
	switch {
	case err == nil && !warned:
		return nil
	case err == nil:
		return unconfirmed(warning)
	case !committed && (refused(err) || errors.Is(err, pgx.ErrTxCommitRollback) || pgconn.SafeToRetry(err)):
		return err
	}
	return unconfirmed(err)
}

func commitOn(ctx context.Context, conn *pgconn.PgConn) error {
	noted := conn.CustomData()
	delete(noted, lastWarning)
	results, err := conn.Exec(ctx, strings.Join(committing, "; ")).ReadAll()
	warning, warned := noted[lastWarning].(error)
	switch {
	case len(results) > 0 && results[0].CommandTag.String() == "ROLLBACK":
		return pgx.ErrTxCommitRollback
	case err == nil && !warned:
		return nil
	case err == nil:
		return unconfirmed(warning)
	case pgconn.SafeToRetry(err), len(results) == 0 && refused(err):
		return err // it was not sent, or the database has rolled back and said why
	}
	return unconfirmed(err)
}

// lastWarning is where a connection keeps the last warning that came over it.
const lastWarning = "peerchallenge warning"

// heed keeps a warning for who waits for the statement's end.
func heed(conn *pgconn.PgConn, notice *pgconn.Notice) {
	if notice.SeverityUnlocalized == "WARNING" {
		conn.CustomData()[lastWarning] = (*pgconn.PgError)(notice)
	}
}

// unconfirmed says that nobody knows whether it was carried out, or whether it
// stays so.
func unconfirmed(cause error) error {
	return programme.Wrap(cause, programme.Unavailable, programme.CodeUnconfirmed,
		"The database has not confirmed this. It may have been carried out. Repeat the request with the same Idempotency-Key, or read what has become of it.")
}
