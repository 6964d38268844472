package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

const acceptances = "/v1/benchmarking-acceptances"

// TestSeveralReturnsAreAcceptedAtOnce: all or none, or each that nothing stops, and of
// the others it says what does; a dry run says the same and accepts none.
func TestSeveralReturnsAreAcceptedAtOnce(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")
	first, second, queried, drafted := w.submitted(w.opened()), w.submitted(w.opened()), w.submitted(w.opened()), w.drafted(w.opened())
	at := func(id string) string { return "/v1/benchmarking-submissions/" + id }
	manager.does(at(queried), "query", `{"text":"Is a team missing?"}`).want(200)
	const nobodys = "01932b7e-0000-7000-8000-0000000000ff"
	var body api.BenchmarkingAcceptancesInput
	for _, id := range []string{first, queried, drafted, nobodys, second} {
		etag := `"1"`
		if id != drafted && id != nobodys {
			etag = stateOf(t, manager, at(id)).Etag
		}
		body.Submissions = append(body.Submissions, api.BenchmarkingAcceptanceInput{Id: id, Etag: etag})
	}
	body.Submissions = append(body.Submissions, api.BenchmarkingAcceptanceInput{Id: second, Etag: `"1"`})
	stops := []string{"", "wrong_state", "not_found", "not_found", "", "stale"}
	audited := func() string { return w.ownerGets("SELECT count(*)::text FROM audit_entries") }
	accept := func(query string) api.BenchmarkingAcceptances {
		t.Helper()
		var got api.BenchmarkingAcceptances
		manager.post(acceptances+query, jsonOf(t, body)).want(200).into(&got)
		if got.Accepted != 2 || got.DryRun != strings.Contains(query, "dryRun") || len(got.Submissions) != len(stops) {
			t.Fatalf("the answer is %+v", got)
		}
		for i, one := range got.Submissions {
			code := ""
			if one.Code != nil {
				code = *one.Code
			}
			if one.Id != body.Submissions[i].Id || code != stops[i] || one.Accepted != (stops[i] == "") || (one.Etag != nil) != (one.Accepted && !got.DryRun) {
				t.Errorf("the %d. is stopped by %q, want %q: %+v", i+1, code, stops[i], one)
			}
		}
		return got
	}
	before := audited()
	whole := []string{"/submissions/1 refused", "/submissions/2 refused", "/submissions/3 refused", "/submissions/5 refused"}
	for _, query := range []string{"", "?mode=whole", "?dryRun=true"} {
		if got := manager.post(acceptances+query, jsonOf(t, body)).problem(422, "invalid"); !slices.Equal(got, whole) {
			t.Errorf("%q: what stops them is %q", query, got)
		}
	}
	accept("?mode=partial&dryRun=true")
	if after := audited(); after != before {
		t.Errorf("what accepts nothing has left %s entries, where there were %s", after, before)
	}
	got := accept("?mode=partial")
	for i, id := range map[int]string{0: first, 4: second} {
		if s := stateOf(t, manager, at(id)); s.State != "accepted" || s.Standing == nil || s.Etag != *got.Submissions[i].Etag {
			t.Errorf("the %d. is %+v", i+1, s)
		}
	}
	third := w.submitted(w.opened())
	one := api.BenchmarkingAcceptancesInput{Submissions: []api.BenchmarkingAcceptanceInput{{Id: third, Etag: stateOf(t, manager, at(third)).Etag}}}
	manager.post(acceptances, jsonOf(t, one)).want(200)
	if s := stateOf(t, manager, at(third)); s.State != "accepted" {
		t.Errorf("what nothing stops is %s", s.State)
	}
	if s := stateOf(t, manager, at(queried)); s.State != "queried" {
		t.Errorf("what is queried is %s", s.State)
	}
	none := jsonOf(t, api.BenchmarkingAcceptancesInput{Submissions: body.Submissions[2:3]})
	said := manager.send(http.MethodPost, acceptances+"?mode=partial", none, "Idempotency-Key", "none").want(200)
	if again := manager.send(http.MethodPost, acceptances+"?mode=partial", none, "Idempotency-Key", "none").want(200); again.body != said.body || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the key was not known: %v", again.header)
	}
	w.sender().post(acceptances, jsonOf(t, body)).problem(403, "role")
	manager.send(http.MethodPost, acceptances, `{"submissions":[]}`).problem(422, "invalid")
}
