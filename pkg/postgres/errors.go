package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"

	"peerchallenge/pkg/programme"
)

// SQLSTATE codes (PostgreSQL manual, appendix A).
const (
	classConnection     = "08"
	classData           = "22" // a text or number that a column cannot hold
	classIntegrity      = "23"
	classIntervention   = "57" // cancelled by the timeout, or the server stops
	classResources      = "53" // among them, too many connections
	stateSerialization  = "40001"
	stateDeadlock       = "40P01"
	stateUndefinedTable = "42P01"
	stateNoPrivilege    = "42501"
)

// refusal is the one place where an error of the database becomes one of the
// domain. What it does not know is Internal.
func refusal(err error) error {
	var known *programme.Error
	var pg *pgconn.PgError
	switch {
	case err == nil, errors.As(err, &known), errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &pg):
		return pgRefusal(err, pg)
	case away(err):
		return unavailable(err)
	}
	return programme.OwnFault(err)
}

func pgRefusal(err error, pg *pgconn.PgError) error {
	switch class := pg.Code[:2]; {
	case class == classIntegrity:
		if c, ok := constraints[pg.ConstraintName]; ok && c.code != "" {
			return c.refuse(err)
		}
	case class == classData:
		return programme.Wrap(err, programme.Invalid, programme.CodeInvalid, "The request has a text or a number that cannot be kept.")
	case pg.Code == stateUndefinedTable:
		return notReady(err)
	case class == classConnection, class == classIntervention, class == classResources, pg.Code == stateSerialization, pg.Code == stateDeadlock:
		return unavailable(err)
	}
	return programme.OwnFault(err)
}

// away reports whether the error means that the database could not be asked.
func away(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.Timeout(err) || pgconn.SafeToRetry(err) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// refused reports whether the database has refused the statement, and with it
// rolled the transaction back. It is not sure of one that ends as its session does.
func refused(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.SeverityUnlocalized == "ERROR"
}

func unavailable(cause error) error {
	return programme.Wrap(cause, programme.Unavailable, programme.CodeDatabaseUnavailable, "The database cannot be reached at the moment. Please try again later.")
}

// notReady is the answer of a database that has not had every migration.
func notReady(cause error) error {
	return programme.Wrap(cause, programme.Unavailable, programme.CodeNotReady, "The database's schema is older than this program.")
}

// constraint says what breaking a named constraint means to the caller. The
// zero constraint means a fault of ours.
type constraint struct {
	kind    programme.Kind
	pointer string // of the member at fault
	code    programme.FaultCode
	detail  string
}

func (c constraint) fault() programme.Fault {
	return programme.Fault{Pointer: c.pointer, Code: c.code, Detail: c.detail}
}

// refuse makes the error: a fault of the content, or a conflict with what is there
// already.
func (c constraint) refuse(cause error) error {
	e := programme.Wrap(cause, c.kind, programme.CodeExists, c.detail)
	switch {
	case c.code == programme.FaultSourceTaken:
		e = programme.Wrap(cause, c.kind, programme.CodeSourceTaken, c.detail)
	case c.kind == programme.Invalid:
		e = programme.Wrap(cause, c.kind, programme.CodeInvalid, "The request breaks the rules listed under errors.")
	}
	e.Faults = []programme.Fault{c.fault()}
	return e
}
