package pgtest

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func ask[T any](t *testing.T, conn *pgx.Conn, query string) (answer T) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), query).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// TestAStandbyIsFrozenPromotedAndComesBack: with the standby frozen a commit waits
// for it; what was confirmed outlives the primary, and the old primary follows the
// new one when it comes back.
func TestAStandbyIsFrozenPromotedAndComesBack(t *testing.T) {
	t.Parallel()
	pair := NewPair(t)
	either := pair.URL(t, "postgres")
	conn := connect(t, either)
	if _, err := conn.Exec(t.Context(), "CREATE TABLE borough (code text); INSERT INTO borough VALUES ('E09000022')"); err != nil {
		t.Fatal(err)
	}
	// Confirmed means written there; that it can be read there comes after.
	await(t, "the standby lacks what it has confirmed", func() (bool, error) {
		standby, err := pgx.Connect(t.Context(), pair.Standby.URL("postgres"))
		if err != nil {
			return false, err
		}
		defer standby.Close(context.Background())
		var n int
		err = standby.QueryRow(t.Context(), "SELECT count(*) FROM pg_class WHERE relname = 'borough'").Scan(&n)
		return n == 1, err
	})

	pair.Freeze()
	committed := make(chan error)
	go func() {
		_, err := conn.Exec(context.Background(), "INSERT INTO borough VALUES ('E09000001')")
		committed <- err
	}()
	other := connect(t, either)
	await(t, "the commit does not wait for the standby", func() (bool, error) {
		return ask[int](t, other, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == 1, nil
	})
	if got := rows(t, other); got != 1 {
		t.Errorf("%d rows can be read before the standby has confirmed the second", got)
	}
	pair.Thaw()
	if err := <-committed; err != nil {
		t.Fatal(err)
	}

	pair.Freeze()
	go func() {
		_, err := conn.Exec(context.Background(), "INSERT INTO borough VALUES ('E09000030')")
		committed <- err
	}()
	await(t, "the commit does not wait for the standby", func() (bool, error) {
		return ask[int](t, other, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == 1, nil
	})
	pair.FailOver(t)
	if err := <-committed; err == nil {
		t.Error("a commit that the standby never saw was confirmed")
	}
	conn = connect(t, either)
	if got := rows(t, conn); got != 2 {
		t.Errorf("%d rows after the fail-over, 2 were confirmed", got)
	}

	pair.Rejoin(t)
	if _, err := conn.Exec(t.Context(), "INSERT INTO borough VALUES ('E09000019')"); err != nil {
		t.Fatal(err)
	}
	pair.FailOver(t)
	if got := rows(t, connect(t, either)); got != 3 {
		t.Errorf("%d rows after the second fail-over, 3 were confirmed", got)
	}
}

// TestAProxyHangsCutsAndCounts: what a test of a broken network stands on.
func TestAProxyHangsCutsAndCounts(t *testing.T) {
	t.Parallel()
	proxy := NewProxy(t, Database(t))
	conn := connect(t, proxy.URL())
	before := proxy.Trips()
	for range 3 {
		if _, err := conn.Exec(t.Context(), "SELECT repeat('Z', 100000); SELECT 1"); err != nil {
			t.Fatal(err)
		}
	}
	if got := proxy.Trips() - before; got != 3 {
		t.Errorf("three questions took %d round trips", got)
	}
	proxy.Hang()
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := conn.Exec(short, "SELECT 1"); err == nil {
		t.Error("an answer came through the proxy that hangs")
	}
	connected := make(chan error)
	go func() {
		late, err := pgx.Connect(context.Background(), proxy.URL())
		if err == nil {
			err = late.Close(context.Background())
		}
		connected <- err
	}()
	proxy.Resume()
	if err := <-connected; err != nil {
		t.Error(err)
	}
	conn = connect(t, proxy.URL())
	proxy.Cut()
	if _, err := conn.Exec(t.Context(), "SELECT 1"); err == nil {
		t.Error("an answer came over the cut connection")
	}
	connect(t, proxy.URL())
}
