package postgres

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		s, err := Open(ctx, Config{URL: url, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			return err
		}
		return errors.Join(s.Migrate(ctx), s.Close())
	})
}

// team may write reference data.
var team = programme.Actor{Issuer: "test", Subject: "ann", Roles: []programme.Role{programme.RoleProgramme}}

// beginning is the tests' time, at which a new row has the version 1.
func beginning() time.Time { return time.UnixMicro(1) }

// open answers a store on the database. Its log goes to the test's output where
// a failure needs it.
func open(t testing.TB, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{URL: url, Logger: testLog(), Clock: beginning})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func testLog() *slog.Logger {
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	return slog.New(slog.DiscardHandler)
}

// seeded answers a store on a new database that holds a small London: three
// authorities, two of them boroughs in two sub-regions, two indicators.
func seeded(t testing.TB) *Store {
	t.Helper()
	s := open(t, pgtest.Database(t))
	if err := s.Seed(t.Context(), smallLondon()); err != nil {
		t.Fatal(err)
	}
	return s
}

func smallLondon() *benchmark.Snapshot {
	authority := func(code, dfe, name string) programme.Authority {
		return programme.Authority{Code: code, DfECode: dfe, Name: name, RegionCode: "E12000007", RegionName: "London"}
	}
	borough := func(code, name, liia string) programme.Borough {
		return programme.Borough{Code: code, Name: name, ShortName: name, LIIACode: liia, InnerOuter: "Inner"}
	}
	return &benchmark.Snapshot{
		Programme:   programme.Programme{Name: "Peer Challenge", Summary: []string{"What it is."}, Attribution: "OGL"},
		Priorities:  []programme.Priority{{Name: "SEND", ValidFrom: "2024-04-01"}},
		SubRegions:  []programme.SubRegion{{Slug: "south", Name: "South London"}, {Slug: "east", Name: "East London"}},
		Authorities: []programme.Authority{authority("E09000022", "208", "Lambeth"), authority("E09000030", "211", "Tower Hamlets"), authority("E08000025", "330", "Birmingham")},
		Boroughs:    []programme.Borough{borough("E09000022", "Lambeth", "LAM"), borough("E09000030", "Tower Hamlets", "TOW")},
		Memberships: []programme.Membership{
			{SubRegion: "south", Borough: "E09000022", ValidFrom: "2012-04-01"},
			{SubRegion: "east", Borough: "E09000030", ValidFrom: "2012-04-01"},
		},
		Indicators: []benchmark.Indicator{percentage("REREF_PCT"), perTenThousand("CIN_RATE")},
		Periods:    []benchmark.Period{benchmark.FinancialYear(2023)},
	}
}

func percentage(code string) benchmark.Indicator {
	return benchmark.Indicator{
		Code: code, Name: "Re-referrals", Theme: "Front door", Numerator: "Re-referrals", Denominator: "Referrals",
		Unit: benchmark.Percent, Multiplier: 100, Decimals: 1, Polarity: benchmark.Low, Frequency: "annual", Source: "DfE",
	}
}

func perTenThousand(code string) benchmark.Indicator {
	i := percentage(code)
	i.Name, i.Unit, i.Multiplier = "Children in need", benchmark.Per10000, 10_000
	return i
}

// snapshotOf answers the store's snapshot.
func snapshotOf(t testing.TB, s *Store) *benchmark.Snapshot {
	t.Helper()
	snapshot, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

// wantRefusal fails unless err is a refusal of the kind and code.
func wantRefusal(t testing.TB, err error, kind programme.Kind, code string) *programme.Error {
	t.Helper()
	var e *programme.Error
	if !errors.As(err, &e) || e.Kind != kind || string(e.Code) != code {
		t.Fatalf("got error %v, want kind %d with code %s", err, kind, code)
	}
	return e
}

// wantFault is wantRefusal for an error with just one fault, at the pointer.
func wantFault(t testing.TB, err error, kind programme.Kind, code, pointer, fault string) {
	t.Helper()
	e := wantRefusal(t, err, kind, code)
	if len(e.Faults) != 1 || e.Faults[0].Pointer != pointer || string(e.Faults[0].Code) != fault {
		t.Fatalf("got faults %+v, want %s at %q", e.Faults, fault, pointer)
	}
}

// eventually waits until the condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("still not so after 30 seconds: %s", what)
}

// count answers the one number that the query gives.
func count(t testing.TB, s *Store, query string, args ...any) (n int) {
	t.Helper()
	if err := s.sql.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// admin answers a connection beside the store's own.
func admin(t testing.TB, url string) *sql.DB {
	t.Helper()
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", config.ConnString())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
