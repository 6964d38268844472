package pgtest

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

func TestMain(m *testing.M) { Main(m, prepare) }

// forgotten is a session on the template that prepare leaves open, as careless
// callers do.
var forgotten *pgxpool.Pool

func prepare(ctx context.Context, url string) (err error) {
	if forgotten, err = pgxpool.New(ctx, url); err != nil {
		return err
	}
	_, err = forgotten.Exec(ctx, "CREATE TABLE borough (code text PRIMARY KEY); INSERT INTO borough VALUES ('E09000022')")
	return err
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func rows(t *testing.T, conn *pgx.Conn) (n int) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM borough").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestVariantIsMadeOnce: of the template, which stays as it is.
func TestVariantIsMadeOnce(t *testing.T) {
	made := 0
	empty := func(ctx context.Context, url string) error {
		made++
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(ctx) }()
		_, err = conn.Exec(ctx, "TRUNCATE borough")
		return err
	}
	for range 2 {
		if got := rows(t, connect(t, Variant(t, "empty", empty))); got != 0 {
			t.Errorf("a clone of the variant has %d rows", got)
		}
	}
	if made != 1 {
		t.Errorf("the variant was made %d times", made)
	}
	if got := rows(t, connect(t, Database(t))); got != 1 {
		t.Errorf("the template has %d rows after the variant", got)
	}
}

func TestEachTestHasItsOwnCloneOfTheTemplate(t *testing.T) {
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			conn := connect(t, Database(t))
			if got := rows(t, conn); got != 1 {
				t.Errorf("a fresh clone has %d rows, the template has 1", got)
			}
			if _, err := conn.Exec(t.Context(), "INSERT INTO borough VALUES ('E09000001')"); err != nil {
				t.Error(err)
			}
			if got := rows(t, connect(t, Database(t))); got != 1 {
				t.Errorf("the next clone has %d rows, though only another clone was changed", got)
			}
		})
	}
}

func TestADatabaseIsDroppedDespiteItsSessions(t *testing.T) {
	var url string
	t.Run("a test that forgets its connection", func(t *testing.T) {
		url = Database(t)
		conn, err := pgx.Connect(context.Background(), url)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), "SELECT 1"); err != nil {
			t.Fatal(err)
		}
	})
	if conn, err := pgx.Connect(t.Context(), url); err == nil {
		_ = conn.Close(t.Context())
		t.Error("the database is still there after its test")
	}
}

func TestTheTemplateTakesNoSession(t *testing.T) {
	Database(t)
	if conn, err := pgx.Connect(t.Context(), shared.server.URL(template)); err == nil {
		_ = conn.Close(t.Context())
		t.Error("a session on the template would stop every later clone")
	}
}

func TestAServerCanBeTakenDownAndBroughtBack(t *testing.T) {
	t.Parallel()
	server := NewServer(t)
	conn := connect(t, server.URL("postgres"))
	if _, err := conn.Exec(t.Context(), "CREATE TABLE borough (code text); INSERT INTO borough VALUES ('E09000022')"); err != nil {
		t.Fatal(err)
	}
	if err := server.Crash(); err != nil {
		t.Fatal(err)
	}
	if late, err := pgx.Connect(t.Context(), server.URL("postgres")); err == nil {
		_ = late.Close(t.Context())
		t.Fatal("a crashed server answers")
	}
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, connect(t, server.URL("postgres"))); got != 1 {
		t.Errorf("%d rows after the restart, 1 was acknowledged before", got)
	}
}

func BenchmarkDatabase(b *testing.B) {
	Database(b) // the server's start is not what is measured
	for b.Loop() {
		name, err := clone(func() (string, error) { return template, nil })
		if err != nil {
			b.Fatal(err)
		}
		if err := drop(name); err != nil {
			b.Fatal(err)
		}
	}
}
