package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

var _ = standIn("/v1/participants", examplePerson, func(w *world) string {
	return w.person("Sam Example", programme.AssistantDirector, "E09000022")
})

// person adds one of the borough's people, or where it names none of the NHS.
func (w *world) person(name string, role programme.ParticipantRole, borough string) string {
	w.t.Helper()
	p := programme.Participant{Name: name, Role: role, Borough: &borough}
	if borough == "" {
		p.Borough, p.Organisation = nil, new("NHS")
	}
	made, err := w.store.CreateParticipant(w.t.Context(), team, p)
	return must(w, made, err).ID
}

// TestBoroughsKeepTheirOwnPeople: whoever else asks is told that they are not there.
func TestBoroughsKeepTheirOwnPeople(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager, editor, machine := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughEditor, "E09000022"), w.as(programme.RoleBoroughSystem, "E09000022")
	croydon := w.as(programme.RoleBoroughLead, "E09000008")
	const list = "/v1/participants"

	own := list + "/" + editor.post(list, `{"name":"Sam Example","role":"ad","borough":"E09000022"}`).id()
	editor.post(list, `{"name":"Sam Example","role":"ad","borough":"E09000008"}`).problem(403, "not_yours")
	editor.post(list, `{"name":"Sam Example","role":"ad","organisation":"NHS"}`).problem(403, "not_yours")
	body := list + "/" + manager.post(list, `{"name":"Kim Example","role":"other","organisation":"NHS"}`).id()

	for path, readers := range map[string][]caller{own: {manager, editor, machine}, body: {manager}} {
		for _, c := range []caller{manager, editor, machine, croydon} {
			if slices.Contains(readers, c) {
				c.get(path).want(200)
			} else {
				c.get(path).problem(404, "not_found")
			}
		}
	}
	croydon.change(http.MethodPatch, own, `{"role":"dcs"}`).problem(404, "not_found")
	croydon.change(http.MethodDelete, own, "").problem(404, "not_found")
	editor.change(http.MethodPatch, own, `{"role":"dcs"}`).want(200)
	editor.change(http.MethodPatch, own, `{"borough":"E09000008"}`).problem(403, "not_yours")
	editor.change(http.MethodPatch, own, `{"borough":null,"organisation":"NHS"}`).problem(403, "not_yours")
	if got := editor.change(http.MethodPatch, own, `{"borough":null}`).problem(422, "invalid"); !slices.Equal(got, []string{"/borough one_of"}) {
		t.Errorf("faults %v", got)
	}

	// Whom the team moves, their new borough keeps.
	manager.change(http.MethodPatch, own, `{"borough":"E09000008"}`).want(200)
	editor.get(own).problem(404, "not_found")
	croydon.change(http.MethodDelete, own, "").want(204)
	manager.change(http.MethodDelete, body, "").want(204)
}

func TestParticipantNamesEveryFault(t *testing.T) {
	t.Parallel()
	w := lean(t)
	for body, want := range map[string][]string{
		`{"name":"X","role":"ad","borough":"E09000099","organisation":"NHS"}`: {"/borough one_of", "/borough unknown_value"},
		`{"name":"X","role":"ad","borough":"E09000099"}`:                      {"/borough unknown_value"},
		`{"name":"X","role":"ad"}`:                                            {"/borough one_of"},
		`{"name":" ","role":"king","organisation":"NHS","email":"nowhere"}`:   {"/email format", "/name format", "/role enum"},
	} {
		got := w.write(http.MethodPost, "/v1/participants", body).problem(422, "invalid")
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
	}
}

func TestParticipantsAreListed(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead := w.as(programme.RoleBoroughLead, "E09000022")
	if got := lead.get("/v1/participants").want(200).body; got != "{\"items\":[],\"nextCursor\":null}\n" {
		t.Errorf("nobody is listed as %s", got)
	}
	w.person("Ann", programme.AssistantDirector, "E09000022")
	w.person("Bob", programme.HeadOfService, "E09000022")
	w.person("Cat", programme.AssistantDirector, "E09000008")
	manager := w.as(programme.RoleProgramme, "")
	for question, want := range map[string]string{
		"":                                   "Ann Bob Cat",
		"?sort=-updatedAt":                   "Cat Bob Ann",
		"?borough=E09000022":                 "Ann Bob",
		"?role=ad&sort=updatedAt":            "Ann Cat",
		"?updatedSince=2999-01-01T00:00:00Z": "",
	} {
		var list struct{ Items []struct{ Name string } }
		manager.get("/v1/participants" + question).want(200).into(&list)
		names := make([]string, len(list.Items))
		for i, p := range list.Items {
			names[i] = p.Name
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s lists %q, want %q", question, got, want)
		}
	}
	table := lead.get("/v1/participants?format=csv").want(200).body
	if !strings.HasPrefix(table, "id,name,role,borough,boroughName,organisation,email,") || !strings.Contains(table, ",Bob,hos,E09000022,Lambeth,") || strings.Contains(table, "Cat") {
		t.Errorf("the table is\n%s", table)
	}
}

// TestRemovedPeopleAreNobody: wherever the person took part, role and organisation
// stay, and the name is nowhere but in the audit.
func TestRemovedPeopleAreNobody(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager, editor := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughEditor, "E09000008")
	review := "/v1/peer-reviews/" + w.review(programme.ReviewFieldwork).ID
	before := teamOf(t, manager.get(review))
	was := w.etag(review)
	editor.change(http.MethodDelete, "/v1/participants/"+*before[1].ParticipantID, "").want(204)
	after := teamOf(t, manager.get(review))
	if m := after[1]; m.ParticipantID != nil || m.Name != nil || m.Role != before[1].Role || *m.Borough != "E09000008" || *after[0].Name != *before[0].Name {
		t.Errorf("the team is %+v", after)
	}
	for _, path := range []string{"/v1/participants", "/v1/peer-reviews", review, "/v1/peer-reviews?format=csv", "/v1/participants?format=ndjson"} {
		if got := manager.get(path).want(200).body; strings.Contains(got, *before[1].Name) {
			t.Errorf("%s still names who was removed", path)
		}
	}
	manager.send(http.MethodPatch, review, `{"title":"Other"}`, "If-Match", was).problem(412, "stale")
	// Fieldwork goes on, and the rest of the team can be corrected.
	manager.change(http.MethodPatch, review, `{"title":"Other"}`).want(200)
}
