package postgres

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

func attempt() programme.Attempt {
	return programme.Attempt{Actor: team, Operation: "createPriority", Key: "k", Fingerprint: [32]byte{1}}
}

// createdAnswer is about a borough that is there and that everybody sees.
var createdAnswer = programme.Answer{Status: 201, Header: map[string]string{"Location": "/v1/priorities/1"}, Body: []byte(`{"a":1}`), Noun: "borough", Record: "E09000022"}

// creating answers what a handler does: create, then answer.
func creating(s *Store, name string, answer programme.Answer, fail error) func(context.Context) (programme.Answer, error) {
	return func(ctx context.Context) (programme.Answer, error) {
		if _, err := s.CreatePriority(ctx, team, programme.Priority{Name: name, ValidFrom: "2025-04-01"}); err != nil {
			return programme.Answer{}, err
		}
		return answer, fail
	}
}

func named(t testing.TB, s *Store, name string) int {
	t.Helper()
	n := 0
	for _, p := range snapshotOf(t, s).Priorities {
		if p.Name == name {
			n++
		}
	}
	return n
}

func TestOnceReplays(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	for i, wantReplayed := range []bool{false, true, true} {
		answer, replayed, err := s.Once(ctx, attempt(), creating(s, "Once", createdAnswer, nil))
		if err != nil || replayed != wantReplayed || !reflect.DeepEqual(answer, createdAnswer) {
			t.Fatalf("try %d answers %+v, replayed %v, error %v", i, answer, replayed, err)
		}
		if named(t, s, "Once") != 1 {
			t.Fatal("the writer does not see the one object that it made")
		}
	}
	other := attempt()
	other.Fingerprint[0] = 2
	_, _, err := s.Once(ctx, other, creating(s, "Other", createdAnswer, nil))
	wantRefusal(t, err, programme.Invalid, "idempotency_key_reused")
	for _, apart := range []func(*programme.Attempt){
		func(a *programme.Attempt) { a.Key = "k2" },
		func(a *programme.Attempt) { a.Actor.Subject = "cid" },
		func(a *programme.Attempt) { a.Actor.Issuer = "other" },
		func(a *programme.Attempt) { a.Actor.Borough = "E09000022" },
		func(a *programme.Attempt) { a.Operation = "createBorough" },
	} {
		a := attempt()
		apart(&a)
		if _, replayed, err := s.Once(ctx, a, func(context.Context) (programme.Answer, error) { return createdAnswer, nil }); err != nil || replayed {
			t.Fatalf("%+v replayed %v, error %v", a, replayed, err)
		}
	}
	_, _, err = s.Once(ctx, programme.Attempt{Operation: "createPriority", Key: "k"}, creating(s, "Nobody's", createdAnswer, nil))
	wantRefusal(t, err, programme.Forbidden, "not_yours")
}

func TestOnceKeepsNoFailure(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	before := snapshotOf(t, s)
	broken := errors.New("broken")
	if _, _, err := s.Once(ctx, attempt(), creating(s, "Failed", createdAnswer, broken)); !errors.Is(err, broken) {
		t.Fatalf("got error %v", err)
	}
	refused := programme.Answer{Status: 409}
	if answer, replayed, err := s.Once(ctx, attempt(), creating(s, "Failed", refused, nil)); err != nil || replayed || answer.Status != 409 {
		t.Fatalf("got %+v, %v, %v", answer, replayed, err)
	}
	_, _, err := s.Once(ctx, attempt(), creating(s, "SEND", createdAnswer, nil))
	wantRefusal(t, err, programme.Conflict, "exists")
	if n := count(t, s, "SELECT (SELECT count(*) FROM idempotency_answers) + (SELECT count(*) FROM priorities WHERE name = 'Failed')"); n != 0 || snapshotOf(t, s) != before {
		t.Fatalf("failures left %d rows", n)
	}
	if _, replayed, err := s.Once(ctx, attempt(), creating(s, "Good", createdAnswer, nil)); err != nil || replayed {
		t.Fatalf("after failures the key answers replayed %v, error %v", replayed, err)
	}
}

func TestOnceWithoutItsConnection(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	db := admin(t, urlOf(s))
	_, _, err := s.Once(ctx, attempt(), func(ctx context.Context) (programme.Answer, error) {
		if _, err := creating(s, "Lost", createdAnswer, nil)(ctx); err != nil {
			return programme.Answer{}, err
		}
		var pid int
		if err := ctx.Value(unitKey{}).(*unit).tx.Raw("SELECT pg_backend_pid()").Scan(&pid).Error; err != nil {
			return programme.Answer{}, err
		}
		_, err := db.ExecContext(ctx, "SELECT pg_terminate_backend($1, 10000)", pid)
		return createdAnswer, err
	})
	wantRefusal(t, err, programme.Unavailable, "database_unavailable")
	if n := count(t, s, "SELECT (SELECT count(*) FROM idempotency_answers) + (SELECT count(*) FROM priorities WHERE name = 'Lost')"); n != 0 {
		t.Fatalf("a lost connection left %d rows", n)
	}
	if _, replayed, err := s.Once(ctx, attempt(), creating(s, "Lost", createdAnswer, nil)); err != nil || replayed {
		t.Fatalf("the request cannot be repeated: replayed %v, error %v", replayed, err)
	}
}

func TestOnceFromTwoProcesses(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	other := open(t, urlOf(s))
	var done, replays atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		store := []*Store{s, other}[i%2]
		wg.Go(func() {
			answer, replayed, err := store.Once(t.Context(), attempt(), func(ctx context.Context) (programme.Answer, error) {
				done.Add(1)
				return creating(store, "Together", createdAnswer, nil)(ctx)
			})
			if err != nil || !reflect.DeepEqual(answer, createdAnswer) {
				t.Errorf("got %+v, %v", answer, err)
			}
			if replayed {
				replays.Add(1)
			}
		})
	}
	wg.Wait()
	if done.Load() != 1 || replays.Load() != 7 || count(t, s, "SELECT count(*) FROM priorities WHERE name = 'Together'") != 1 {
		t.Fatalf("it was done %d times and replayed %d times", done.Load(), replays.Load())
	}
}

func TestOnceForgetsAfterADay(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s.clock = func() time.Time { return now }
	once := func() bool {
		t.Helper()
		_, replayed, err := s.Once(ctx, attempt(), func(context.Context) (programme.Answer, error) { return createdAnswer, nil })
		if err != nil {
			t.Fatal(err)
		}
		return replayed
	}
	purge := func() int64 {
		t.Helper()
		n, err := s.PurgeIdempotencyKeys(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	once()
	now = now.Add(24*time.Hour - time.Second)
	if !once() || purge() != 0 {
		t.Fatal("the answer was forgotten within a day")
	}
	now = now.Add(time.Second)
	if once() {
		t.Fatal("the answer was kept for longer than a day")
	}
	if !once() || purge() != 0 {
		t.Fatal("the second answer was not kept in its turn")
	}
	now = now.Add(25 * time.Hour)
	if purge() != 1 {
		t.Fatal("an old answer was not purged")
	}
}
