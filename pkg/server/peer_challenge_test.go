package server_test

import (
	"net/http"
	"testing"

	"peerchallenge/pkg/programme"
)

var (
	_ = standIn("/v1/peer-challenges", exampleChallenge, func(w *world) string { return w.challenge(programme.ChallengePlanned).ID })
	_ = prepared(func(w *world) string { return w.challenge(programme.ChallengePreparing).ID }, "startPeerChallenge")
	_ = prepared(func(w *world) string {
		id := w.challenge(programme.ChallengeInProgress).ID
		w.met(id)
		return id
	}, "completePeerChallenge")
	_ = prepared(func(w *world) string { return w.challenge(programme.ChallengeCompleted).ID }, "closePeerChallenge", "reopenPeerChallenge")
)

// challenge makes one of South London in the state.
func (w *world) challenge(state programme.ChallengeState) programme.PeerChallenge {
	w.t.Helper()
	ctx := w.t.Context()
	first, last := programme.Date("2026-10-05"), programme.Date("2026-10-16")
	made, err := w.store.CreatePeerChallenge(ctx, team, programme.PeerChallenge{
		Title: "South London challenge", SubRegion: "south", Cycle: "2026-27", Methods: []string{"coaching"}, StartsOn: &first, EndsOn: &last,
	})
	c := must(w, made, err)
	for _, step := range map[programme.ChallengeState][]programme.Step{
		programme.ChallengePreparing:  {programme.Prepare},
		programme.ChallengeInProgress: {programme.Prepare, programme.Start},
		programme.ChallengeCompleted:  {programme.Prepare, programme.Start, programme.Complete},
		programme.ChallengeClosed:     {programme.Prepare, programme.Start, programme.Complete, programme.Close},
	}[state] {
		if step == programme.Complete {
			w.met(c.ID)
		}
		made, err := w.store.MovePeerChallenge(ctx, team, c.ID, c.Version, step)
		c = must(w, made, err)
	}
	return c
}

// met lets the groups of a challenge have met, by the database. Where none has two boroughs,
// there is one more that has.
func (w *world) met(challenge string) {
	w.t.Helper()
	w.ownerDoes(`INSERT INTO peer_challenge_groups (id, peer_challenge_id, name, members, version, created_at, updated_at, audience)
		SELECT gen_random_uuid(), c.id, 'Those who met', (SELECT jsonb_agg(jsonb_build_object('borough', m.borough_code, 'role', 'visitor')) FROM
			(SELECT borough_code FROM memberships WHERE sub_region_slug = c.sub_region_slug AND valid_to IS NULL ORDER BY borough_code DESC LIMIT 2) m), 1, now(), now(), '{programme,boroughs,reporting}'
		FROM peer_challenges c WHERE c.id = '` + challenge + `' AND NOT EXISTS (SELECT FROM peer_challenge_groups g WHERE g.peer_challenge_id = c.id AND jsonb_array_length(g.members) > 1)`)
	w.ownerDoes(`UPDATE peer_challenge_groups g SET met_on = c.starts_on FROM peer_challenges c WHERE c.id = g.peer_challenge_id AND c.id = '` + challenge + `'`)
}

// TestPeerChallengeRefusesSteps: each in a state from which it does not follow.
func TestPeerChallengeRefusesSteps(t *testing.T) {
	t.Parallel()
	w := lean(t)
	for _, c := range []struct {
		state programme.ChallengeState
		step  string
	}{
		{programme.ChallengePlanned, "start"},
		{programme.ChallengePlanned, "complete"},
		{programme.ChallengePlanned, "close"},
		{programme.ChallengePlanned, "reopen"},
		{programme.ChallengePreparing, "prepare"},
		{programme.ChallengeCompleted, "cancel"},
	} {
		path := "/v1/peer-challenges/" + w.challenge(c.state).ID
		w.step(path, c.step, "A mistake").problem(409, "wrong_state")
	}
	closed := "/v1/peer-challenges/" + w.challenge(programme.ChallengeClosed).ID
	w.patch(closed, `{"title":"Other"}`).problem(409, "wrong_state")
	w.write(http.MethodDelete, closed, "", "If-Match", w.get(closed).header.Get("ETag")).problem(409, "wrong_state")
}

func TestPeerChallengeNeedsReasons(t *testing.T) {
	t.Parallel()
	w := lean(t)
	path := "/v1/peer-challenges/" + w.challenge(programme.ChallengePlanned).ID
	if got := w.step(path, "cancel").problem(422, "invalid"); len(got) != 1 || got[0] != "/reason reason_required" {
		t.Errorf("faults %v", got)
	}
	w.step(path, "cancel", "Too few boroughs").want(200)
	w.step(path, "reopen").problem(422, "invalid")
	w.step(path, "reopen", "Enough boroughs after all").want(200)
}

func TestPeerChallengeNamesEveryFault(t *testing.T) {
	t.Parallel()
	w := lean(t)
	faults := w.write(http.MethodPost, "/v1/peer-challenges", `{"title":"x","subRegion":"nowhere","cycle":"2026-28","startsOn":"2026-10-05","endsOn":"2026-10-04",
		"priorityId":"01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10","methods":["coaching","coaching"]}`).problem(422, "invalid")
	want := []string{"/cycle cycle", "/endsOn order", "/methods/1 repeated", "/subRegion unknown_value", "/priorityId unknown_value"}
	if len(faults) != len(want) {
		t.Fatalf("faults %v, want %v", faults, want)
	}
	for i := range want {
		if faults[i] != want[i] {
			t.Errorf("fault %s, want %s", faults[i], want[i])
		}
	}
	w.write(http.MethodPost, "/v1/peer-challenges", `{"title":"x","subRegion":"south","cycle":"2026-27","startsOn":"2027-10-05"}`).problem(422, "invalid")
}
