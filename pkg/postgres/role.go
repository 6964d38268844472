package postgres

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// serviceRole is the role of the database with which the service works. It may
// add to the audit, and neither change nor delete what is there.
const serviceRole = "peerchallenge_service"

// statementTimeout bounds every statement but those of imports, loading and
// migrations, where the database sets no other bound for its user.
const statementTimeout = 20 * time.Second

// prepare readies a connection of the pool.
func (s *Store) prepare(ctx context.Context, conn *pgx.Conn) error {
	register(conn)
	err := s.asService(ctx, conn)
	if err != nil {
		_ = conn.Close(ctx) // the pool forgets it
	}
	return err
}

// asService puts the service's role and the bound of its statements on a
// connection, and lets it hear warnings, by which a commit says that its wait was
// broken off; unless the database has given them to its user already: then nothing
// is set, so that it holds behind a pooler too, which may give each transaction
// another connection. Before the migration that brings it there is no such role;
// then it is asked for again when the connection is used the next time.
func (s *Store) asService(ctx context.Context, conn *pgx.Conn) error {
	noted := conn.PgConn().CustomData()
	if noted[serviceRole] != nil {
		return nil
	}
	var is, bounded, deaf bool
	var may *bool
	// What PostgreSQL 16 calls SET was a part of MEMBER before.
	err := conn.QueryRow(ctx, `SELECT current_user = $1, current_setting('statement_timeout') <> '0', current_setting('client_min_messages') = 'error',
		(SELECT pg_has_role(oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) FROM pg_roles WHERE rolname = $1)`,
		serviceRole).Scan(&is, &bounded, &deaf, &may)
	if err == nil && !bounded {
		_, err = conn.Exec(ctx, "SET statement_timeout = "+milliseconds(statementTimeout))
	}
	if err == nil && deaf {
		_, err = conn.Exec(ctx, "SET client_min_messages = warning")
	}
	switch {
	case err != nil:
		return err
	case may == nil:
		return nil
	case *may && !is:
		if _, err := conn.Exec(ctx, "SET ROLE "+serviceRole); err != nil {
			return err
		}
	case !is && !s.unprotected.Swap(true):
		s.log.WarnContext(ctx, "the database's user may not take the service's role, so that only triggers protect the audit; grant it "+serviceRole)
	}
	noted[serviceRole] = true
	return nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// identity is as whom a transaction works.
type identity struct {
	user, role string // who logged in, and whose rights hold
	powerful   bool   // the user is a superuser or may make roles
	owner      bool   // the user may do what the owner of the database or of its tables may
	migrated   bool   // the service's role is there
}

func identityIn(ctx context.Context, tx *sql.Tx) (i identity, err error) {
	err = tx.QueryRowContext(ctx, `SELECT session_user, current_user, rolsuper OR rolcreaterole,
		(SELECT pg_has_role(session_user, datdba, 'MEMBER') FROM pg_database WHERE datname = current_database())
			OR EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND pg_has_role(session_user, relowner, 'MEMBER')),
		EXISTS (SELECT FROM pg_roles WHERE rolname = $1)
		FROM pg_roles WHERE rolname = session_user`, serviceRole).Scan(&i.user, &i.role, &i.powerful, &i.owner, &i.migrated)
	return i, err
}

// CheckUser refuses to serve as a user of the database who could undo what the
// service's role forbids, a superuser or the owner, unless development says that it
// may, and where transactions do not all work as that role. Before the migration
// that brings the role, there is none to ask for. The error is a sentence for the
// operator.
func (s *Store) CheckUser(ctx context.Context, development bool) error {
	roles := map[string]bool{}
	for range 2 {
		seen, err := s.identities(ctx)
		if err != nil {
			return refusal(err)
		}
		for _, i := range seen {
			if err := i.check(development); err != nil {
				return err
			}
			roles[i.role] = true
		}
	}
	if len(roles) > 1 {
		return errors.New("two transactions of the service work with different roles of the database, as behind a pooler: its user must have " + serviceRole + " by itself, and peerchallenge migrate --api-user makes one that has")
	}
	return nil
}

// identities asks two transactions at the same time. A pooler of transactions needs
// two of its connections for them, of which one does not know what was set on the
// other.
func (s *Store) identities(ctx context.Context) ([]identity, error) {
	var held []*sql.Tx
	defer func() {
		for _, tx := range held {
			_ = tx.Rollback() // it has only read
		}
	}()
	for range min(2, s.sql.Stats().MaxOpenConnections) {
		tx, err := s.sql.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
		if err != nil {
			return nil, err
		}
		held = append(held, tx)
	}
	var seen []identity
	for _, tx := range held {
		i, err := identityIn(ctx, tx)
		if err != nil {
			return nil, err
		}
		seen = append(seen, i)
	}
	return seen, nil
}

func (i identity) check(development bool) error {
	const way = "; peerchallenge migrate --api-user makes a user with the service's rights alone"
	switch {
	case development:
		return nil
	case i.powerful:
		return fmt.Errorf("the database's user %s is a superuser or may make roles, who can undo what protects the data%s", i.user, way)
	case i.owner:
		return fmt.Errorf("the database's user %s owns the database or its tables, and can undo what protects the data%s", i.user, way)
	case i.migrated && i.role != serviceRole:
		return fmt.Errorf("the database's user %s works as %s and not as %s%s", i.user, i.role, serviceRole, way)
	}
	return nil
}

// AllowLogin makes the user of the database with whom the service logs in, or
// renews the password of one that it made before. The user has nothing but the
// service's role, and has it from the first statement of each session, as also the
// bound of its statements. The database must be migrated, and the user of the URL
// be its owner and may make roles. The error is a sentence for the operator.
func (s *Store) AllowLogin(ctx context.Context, user, password string) error {
	verifier, err := scramVerifier(password)
	if err != nil {
		return err
	}
	owner := stdlib.OpenDB(*s.config)
	defer func() { _ = owner.Close() }()
	tx, err := owner.BeginTx(ctx, nil)
	if err != nil {
		return refusal(err)
	}
	defer func() { _ = tx.Rollback() }()
	var database string
	var there, more bool
	err = tx.QueryRowContext(ctx, `SELECT current_database(), r.oid IS NOT NULL, coalesce(r.rolsuper OR r.rolcreaterole OR r.oid = d.datdba
			OR pg_has_role(r.oid, d.datdba, 'MEMBER') OR EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND pg_has_role(r.oid, relowner, 'MEMBER')), false)
		FROM pg_database d LEFT JOIN pg_roles r ON r.rolname = $1 WHERE d.datname = current_database()`, user).Scan(&database, &there, &more)
	switch {
	case err != nil:
		return refusal(err)
	case more:
		return fmt.Errorf("the database's user %s is a superuser, may make roles, or owns the data: name another one, who need not exist", user)
	}
	name, here := pgx.Identifier{user}.Sanitize(), pgx.Identifier{database}.Sanitize()
	begin := "CREATE ROLE " + name + " NOINHERIT"
	if there {
		begin = "ALTER ROLE " + name
	}
	for _, statement := range []string{
		// As a verifier, the password is in nobody's log.
		begin + " LOGIN PASSWORD '" + verifier + "'",
		"GRANT " + serviceRole + " TO " + name,
		"ALTER ROLE " + name + " IN DATABASE " + here + " SET role = " + serviceRole,
		"ALTER ROLE " + name + " IN DATABASE " + here + " SET statement_timeout = " + milliseconds(statementTimeout),
		"ALTER ROLE " + name + " IN DATABASE " + here + " SET client_min_messages = warning",
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("the user %s cannot be made: %w", user, err)
		}
	}
	return refusal(tx.Commit())
}

// shortestPassword is for a machine, which neither remembers nor types it.
const shortestPassword = 16

// scramVerifier answers what PostgreSQL keeps of a password (RFC 5803), by which
// nobody can log in. Other characters than ASCII's would have to be normalised.
func scramVerifier(password string) (string, error) {
	if len(password) < shortestPassword {
		return "", fmt.Errorf("the password of the service's user has %d characters, and needs %d; any generator of random text makes one", len(password), shortestPassword)
	}
	for _, c := range []byte(password) {
		if c < ' ' || c > '~' {
			return "", errors.New("the password of the service's user may have letters, digits and signs of ASCII only")
		}
	}
	const rounds = 4096 // PostgreSQL's own
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // it never fails
	salted, err := pbkdf2.Key(sha256.New, password, salt, rounds, sha256.Size)
	if err != nil {
		return "", err
	}
	keyed := func(key []byte, text string) []byte {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	stored := sha256.Sum256(keyed(salted, "Client Key"))
	text := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", rounds, text(salt), text(stored[:]), text(keyed(salted, "Server Key"))), nil
}
