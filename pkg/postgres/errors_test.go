package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

func TestEveryConstraintIsMapped(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.Database(t))
	rows, err := s.sql.QueryContext(t.Context(), `SELECT conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relname <> 'goose_db_version' AND k.contype IN ('p', 'u', 'f', 'c', 'x')`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	schema := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		schema[name] = true
		if _, ok := constraints[name]; !ok {
			t.Errorf("constraint %s of the schema is not mapped", name)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for name := range constraints {
		if !schema[name] {
			t.Errorf("constraint %s is mapped, but the schema has none of that name", name)
		}
	}
}

func TestConstraintsSpeakPlainly(t *testing.T) {
	code, sentence := regexp.MustCompile(`^[a-z][a-z_]+$`), regexp.MustCompile(`^[A-Z].*\.$`)
	for name, c := range constraints {
		if c == (constraint{}) {
			continue
		}
		if !code.MatchString(string(c.code)) || !sentence.MatchString(c.detail) || (c.kind == programme.Conflict) != (c.code == programme.FaultExists || c.code == programme.FaultSourceTaken) || c.kind != programme.Conflict && c.kind != programme.Invalid {
			t.Errorf("constraint %s is mapped to %+v", name, c)
		}
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	known := programme.Errorf(programme.Stale, "stale", "Stale.")
	for name, c := range map[string]struct {
		err  error
		kind programme.Kind
		code string
	}{
		"ours":               {fmt.Errorf("while saving: %w", known), programme.Stale, "stale"},
		"named constraint":   {&pgconn.PgError{Code: "23505", ConstraintName: "boroughs_pkey"}, programme.Conflict, "exists"},
		"internal one":       {&pgconn.PgError{Code: "23505", ConstraintName: "changes_pkey"}, programme.Internal, "internal"},
		"unnamed constraint": {&pgconn.PgError{Code: "23502"}, programme.Internal, "internal"},
		"syntax":             {&pgconn.PgError{Code: "42601"}, programme.Internal, "internal"},
		"connection failure": {&pgconn.PgError{Code: "08006"}, programme.Unavailable, "database_unavailable"},
		"server stops":       {&pgconn.PgError{Code: "57P01"}, programme.Unavailable, "database_unavailable"},
		"statement timeout":  {&pgconn.PgError{Code: "57014"}, programme.Unavailable, "database_unavailable"},
		"too many":           {&pgconn.PgError{Code: "53300"}, programme.Unavailable, "database_unavailable"},
		"deadlock":           {&pgconn.PgError{Code: "40P01"}, programme.Unavailable, "database_unavailable"},
		"network":            {&net.OpError{Op: "dial", Err: errors.New("refused")}, programme.Unavailable, "database_unavailable"},
		"closed connection":  {fmt.Errorf("while saving: %w", pgconn.ErrConnClosed), programme.Unavailable, "database_unavailable"},
		"deadline":           {context.DeadlineExceeded, programme.Unavailable, "database_unavailable"},
		"unknown":            {errors.New("what"), programme.Internal, "internal"},
	} {
		t.Run(name, func(t *testing.T) { wantRefusal(t, refusal(c.err), c.kind, c.code) })
	}
	if refusal(nil) != nil {
		t.Error("no error is refused")
	}
	if err := refusal(context.Canceled); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who went away is told %v", err)
	}
}

func TestStatementTimeout(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.Database(t))
	if n := count(t, s, "SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'"); n != 20_000 {
		t.Fatalf("statements may run for %d ms", n)
	}
}
