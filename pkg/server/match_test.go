package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// TestARecordsOwnEtag: what stands in a record, wherever it was read, is what a change
// of it needs; and it is no validator of any answer.
func TestARecordsOwnEtag(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.reader = programme.RoleProgramme
	id := w.write(http.MethodPost, "/v1/peer-challenges", `{"title":"South","subRegion":"south","cycle":"2026-27"}`).id()
	path := "/v1/peer-challenges/" + id
	member := func() string {
		t.Helper()
		var page api.PeerChallengePage
		w.get("/v1/peer-challenges").want(200).into(&page)
		return page.Items[slices.IndexFunc(page.Items, func(c api.PeerChallenge) bool { return c.Id == id })].Etag
	}
	first := member()
	if header := w.get(path).header.Get("ETag"); !strings.HasPrefix(header, strings.TrimSuffix(first, `"`)+"-") {
		t.Errorf("the record says %s and the header of its answer %s", first, header)
	}
	w.write(http.MethodPatch, path, `{"title":"South London"}`, "If-Match", first).want(200)
	w.write(http.MethodPatch, path, `{"title":"South-west"}`, "If-Match", first).problem(412, "stale")
	w.write(http.MethodPost, path+"/prepare", "", "If-Match", member()).want(200)
	w.get(path, "If-None-Match", member()).want(200)
	w.get("/v1/peer-challenges", "If-None-Match", member()).want(200)

	slug := "/v1/sub-regions/south"
	var south api.SubRegion
	w.get(slug).want(200).into(&south)
	w.get(slug, "If-None-Match", south.Etag).want(200)
	w.write(http.MethodPatch, slug, `{"description":"Thirteen boroughs."}`, "If-Match", south.Etag).want(200)
}

// TestIfMatchWithAList holds if one of its members is the present state, and changes
// nothing if none is.
func TestIfMatchWithAList(t *testing.T) {
	t.Parallel()
	w := lean(t)
	id := w.write(http.MethodPost, "/v1/peer-challenges", `{"title":"South","subRegion":"south","cycle":"2026-27"}`).id()
	path := "/v1/peer-challenges/" + id
	old := w.etag(path)
	w.write(http.MethodPatch, path, `{"title":"South London"}`, "If-Match", old).want(200)
	for i, list := range []string{
		old + ", {now}", "{now}, " + old, `"9,9" , {now},`, `W/"1", "abc", {now}`, `{now},{now}`, "{now}",
	} {
		list = strings.ReplaceAll(list, "{now}", w.etag(path))
		w.write(http.MethodPatch, path, `{"title":"South `+strings.Repeat("x", i+1)+`"}`, "If-Match", list).want(200)
	}
	now := w.etag(path)
	for _, list := range []string{old, old + `, "5"`, "W/" + now, `"` + strings.Trim(now, `"`), "now", `"",`} {
		w.write(http.MethodPatch, path, `{"title":"Nobody's"}`, "If-Match", list).problem(412, "stale")
	}
	for _, all := range []string{"*", " * "} {
		w.write(http.MethodPatch, path, `{"title":"Nobody's"}`, "If-Match", all).problem(428, "if_match_names_no_state")
	}
	w.write(http.MethodPatch, path, `{"title":"Nobody's"}`).problem(428, "if_match_required")

	// Several lines are one list (RFC 9110, 5.3).
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, w.http.URL+path, strings.NewReader(`{"title":"South-west"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Authorization": {"Bearer " + w.token(programme.RoleProgramme)}, "Content-Type": {"application/merge-patch+json"}, "If-Match": {old, now}}
	w.receive(request).want(200)

	// With a key it is one request, which is repeated as it was sent.
	list := old + ", " + w.etag(path)
	prepare := func() answer {
		return w.write(http.MethodPost, path+"/prepare", "", "If-Match", list, "Idempotency-Key", "prepare-1")
	}
	prepare().want(200)
	if r := prepare().want(200); r.header.Get("Idempotency-Replayed") != "true" {
		t.Error("the repeated step was taken again")
	}
	if got := len(w.audit(w.token(programme.RoleProgramme), "peer-challenge", id).Items); got != 10 {
		t.Errorf("%d entries, want one for each of the 10 changes", got)
	}
}

// TestMe: everybody is told who they are, and nobody that they may create what the
// contract does not let them.
func TestMe(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	for _, c := range []struct {
		role    programme.Role
		borough string
		creates []string
	}{
		{programme.RoleProgramme, "", nil},
		{programme.RoleBoroughLead, "Lambeth", []string{"action", "api-client", "ask-or-offer", "authorisation", "calendar-subscription", "finding", "participant", "peer-review-note", "read-key", "reminder-address", "self-evaluation", "self-evaluation-comment"}},
		{programme.RoleBoroughEditor, "Lambeth", []string{"action", "ask-or-offer", "calendar-subscription", "finding", "participant", "peer-review-note", "self-evaluation", "self-evaluation-comment"}},
		{programme.RoleBoroughSystem, "Lambeth", []string{"self-evaluation"}},
		{programme.RoleReporting, "", []string{}},
	} {
		var me api.Me
		w.as(c.role, own).get("/v1/me").want(200).into(&me)
		if me.Subject != "test-"+string(c.role) || len(me.Roles) != 1 || me.Roles[0] != api.RoleName(c.role) {
			t.Errorf("%s is told to be %+v", c.role, me)
		}
		if named := len(me.Boroughs) == 1 && me.Boroughs[0] == (api.NamedBorough{Code: own, Name: c.borough}); named != (c.borough != "") {
			t.Errorf("%s speaks for %+v", c.role, me.Boroughs)
		}
		may := map[string]bool{}
		var creates []string
		for _, m := range me.MayCreate {
			may[m.Href] = true
			creates = append(creates, string(m.Type))
		}
		if slices.Sort(creates); c.creates != nil && !slices.Equal(creates, c.creates) {
			t.Errorf("%s may create %v, want %v", c.role, creates, c.creates)
		}
		for _, op := range contract.operations {
			if op.method != http.MethodPost {
				continue
			}
			roles, _ := op.Extensions["x-roles"].([]any)
			if want := op.Responses.Value("201") != nil && slices.Contains(roles, any(string(c.role))); may[op.path] != want {
				t.Errorf("%s is told %v of %s", c.role, may[op.path], op.OperationID)
			}
		}
	}
}
