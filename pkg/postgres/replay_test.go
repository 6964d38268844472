package postgres

import (
	"context"
	"reflect"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

// kept carries the attempt out, answering about the record, and says whether that
// was the first time.
func kept(t *testing.T, s *Store, a programme.Attempt, noun, record string) (first bool, err error) {
	t.Helper()
	answer := programme.Answer{Status: 201, Header: map[string]string{"Location": "/" + record}, Body: []byte(`{"secret":1}`), Noun: noun, Record: record}
	got, replayed, err := s.Once(t.Context(), a, func(context.Context) (programme.Answer, error) { first = true; return answer, nil })
	if err == nil && (replayed == first || !reflect.DeepEqual(got, answer)) {
		t.Errorf("got %+v, replayed %v", got, replayed)
	}
	return first, err
}

// TestARetryBringsNothingBack: the request's row outlives the record for its day,
// without what was said about it.
func TestARetryBringsNothingBack(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	now := beginning()
	s.clock = func() time.Time { return now }
	for noun, life := range lives {
		key, version, err := life.create(ctx, s, team)
		if err != nil {
			t.Fatal(noun, err)
		}
		a := attempt()
		a.Key = noun
		if first, err := kept(t, s, a, noun, key); err != nil || !first {
			t.Fatalf("%s: %v, %v", noun, first, err)
		}
		if first, err := kept(t, s, a, noun, key); err != nil || first {
			t.Fatalf("%s while it is there: carried out %v, %v", noun, first, err)
		}
		if err := life.remove(ctx, s, team, key, version); err != nil {
			t.Fatal(noun, err)
		}
		first, err := kept(t, s, a, noun, key)
		wantRefusal(t, err, programme.Conflict, "made_and_removed")
		if first || count(t, s, "SELECT count(*) FROM idempotency_answers WHERE noun = $1 AND status = 201 AND header IS NULL AND body IS NULL", noun) != 1 {
			t.Errorf("%s: carried out again %v, or the answer is still there", noun, first)
		}
		if _, _, err := life.create(ctx, s, team); err != nil { // under the same key, where people choose it
			t.Fatal(noun, err)
		}
		first, err = kept(t, s, a, noun, key)
		if wantRefusal(t, err, programme.Conflict, "made_and_removed"); first {
			t.Errorf("%s: carried out again, as another has its key", noun)
		}
	}
	now = now.Add(answersAreKept)
	for noun := range lives {
		a := attempt()
		a.Key = noun
		if first, err := kept(t, s, a, "borough", "E09000022"); err != nil || !first {
			t.Errorf("%s after its day: carried out %v, %v", noun, first, err)
		}
	}
}

// TestAReplayAsksWhoMaySeeItNow: a record may leave its maker's sight, with all of
// it or with some of its values.
func TestAReplayAsksWhoMaySeeItNow(t *testing.T) {
	t.Parallel()
	s, _ := forumStore(t)
	ctx, lead := t.Context(), leadOf("E09000022")
	owner := admin(t, urlOf(s))
	a := attempt()
	a.Actor = lead

	person := made[programme.Participant](t)(s.CreateParticipant(ctx, lead, programme.Participant{Name: "Sam Example", Role: programme.AssistantDirector, Borough: new("E09000022")}))
	_, err := kept(t, s, a, "participant", person.ID)
	if first, again := kept(t, s, a, "participant", person.ID); err != nil || first || again != nil {
		t.Fatalf("while it is theirs: %v, %v, %v", first, err, again)
	}
	made[programme.Participant](t)(s.UpdateParticipant(ctx, team, person.ID, person.Version, func(p *programme.Participant) error { p.Borough = new("E09000030"); return nil }))
	first, err := kept(t, s, a, "participant", person.ID)
	if wantRefusal(t, err, programme.NotFound, "not_found"); first {
		t.Error("it was carried out again")
	}

	a.Key = "review"
	review := reviewOf(t, s, programme.ReviewScoping)
	a.Actor = leadOf(review.Host)
	if _, err := kept(t, s, a, "peer-review", review.ID); err != nil {
		t.Fatal(err)
	}
	if first, err := kept(t, s, a, "peer-review", review.ID); err != nil || first {
		t.Fatalf("the host's own: %v, %v", first, err)
	}
	if _, err := owner.ExecContext(ctx, "UPDATE peer_reviews SET host_code = 'E09000030', team = '[]', audience = '{programme,boroughs,reporting}' WHERE id = $1", review.ID); err != nil {
		t.Fatal(err)
	}
	first, err = kept(t, s, a, "peer-review", review.ID)
	if wantRefusal(t, err, programme.NotFound, "not_found"); first {
		t.Error("it was carried out again")
	}
	a.Key = "other"
	if _, err := kept(t, s, a, "weather", "today"); err == nil {
		t.Error("an answer is kept about what nobody knows who may see")
	}
}
