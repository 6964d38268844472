package postgres

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// TestReadyAnswersWhateverHangs: a database that takes every question and answers
// none. Who asks sets no limit, so that the answer must come by itself. Once the
// network is back the service is ready again, over a pool full of connections on
// which questions are left.
func TestReadyAnswersWhateverHangs(t *testing.T) {
	t.Parallel()
	proxy := pgtest.NewProxy(t, urlOf(seeded(t)))
	s := open(t, proxy.URL())
	ready := func() bool { return s.Ready(context.WithoutCancel(t.Context())) == nil }
	eventually(t, "it is ready", ready)
	proxy.Hang()
	wantRefusal(t, s.Ready(context.WithoutCancel(t.Context())), programme.Unavailable, "database_unavailable")
	proxy.Resume()
	eventually(t, "it is ready again", ready)

	// The first snapshot is not there yet, and its reading hangs.
	fresh := open(t, proxy.URL())
	fresh.loading <- struct{}{} // somebody reads it, and will for long
	wantRefusal(t, fresh.Ready(context.WithoutCancel(t.Context())), programme.Unavailable, "not_ready")
	<-fresh.loading
	eventually(t, "what was begun has been finished for the next who asks", func() bool { return fresh.snapshot.Load() != nil })
}

// TestSilentConnectionsAreFoundOut: what the system does about a network that loses
// everything is set on each connection, because a test can lose no packets.
func TestSilentConnectionsAreFoundOut(t *testing.T) {
	t.Parallel()
	proxy := pgtest.NewProxy(t, pgtest.Database(t))
	s := open(t, proxy.URL())
	conn, err := s.config.DialFunc(t.Context(), "tcp", proxy.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		t.Fatalf("the connection is a %T", conn)
	}
	for what, got := range silenceOf(t, tcp) {
		if got == 0 || got > longestSilence {
			t.Errorf("%s is %v", what, got)
		}
	}
	if s.config.ConnectTimeout > 2*time.Second {
		t.Errorf("a connection is tried for %v", s.config.ConnectTimeout)
	}
}

// TestConnectionsAreTriedInTurn: a pool comes up at once, and whoever tries more often than that
// waits for a turn, or hears in time that there is none.
func TestConnectionsAreTriedInTurn(t *testing.T) {
	t.Parallel()
	proxy := pgtest.NewProxy(t, pgtest.Database(t))
	const conns = 3
	turns := turnsToConnect(conns)
	if turns.Burst() < 2*conns || turns.Limit() != fewestConns || turnsToConnect(100).Limit() != 100 {
		t.Errorf("%d are tried at once, and then %v a second", turns.Burst(), turns.Limit())
	}
	turns.SetLimit(0) // no further turn comes
	var config pgx.ConnConfig
	overNetwork(&config, turns)
	waiting, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for range turns.Burst() {
		conn, err := config.DialFunc(waiting, "tcp", proxy.Address())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
	}
	if conn, err := config.DialFunc(waiting, "tcp", proxy.Address()); err == nil {
		_ = conn.Close()
		t.Error("one more is tried")
	}
}
