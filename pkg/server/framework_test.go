package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

var _ = prepared(func(w *world) string { return w.draft() }, "updateFramework", "deleteFramework", "publishFramework")

// aFramework is a small one: what London's asks of the front door.
func aFramework() (framework.Framework, error) {
	f, err := seed.Framework()
	if err != nil {
		return f, err
	}
	front := func(codes ...string) bool {
		return !slices.ContainsFunc(codes, func(code string) bool {
			return code != "referrals" && code != "rereferrals" && code != f.Document.Population.Code
		})
	}
	d := &f.Document
	d.Counts = slices.DeleteFunc(d.Counts, func(c framework.Count) bool { return !front(c.Code) })
	d.Indicators = slices.DeleteFunc(d.Indicators, func(i framework.Indicator) bool { return !front(i.Numerator, i.Denominator) })
	d.Relations = slices.DeleteFunc(d.Relations, func(r framework.Relation) bool { return !front(r.A, r.B) })
	d.Families = slices.DeleteFunc(d.Families, func(f framework.Family) bool { return !front(f.Parts...) })
	d.Rules = slices.DeleteFunc(d.Rules, func(r framework.Rule) bool { return len(r.Counts) > 0 })
	return f, nil
}

// draft makes a draft that can be published, and answers its number.
func (w *world) draft() string {
	w.t.Helper()
	var list api.FrameworkPage
	team := w.as(programme.RoleProgramme, "")
	team.get("/v1/frameworks").want(200).into(&list)
	number := fmt.Sprintf("%d.0.0", len(list.Items)+2)
	team.post("/v1/frameworks", w.smallFramework(number)).want(201)
	return number
}

// smallFramework is the contract's example with the number, and with children in every
// borough that there is by now.
func (w *world) smallFramework(number string) string {
	w.t.Helper()
	var body api.FrameworkInput
	if err := json.Unmarshal([]byte(w.example(contract.find(http.MethodPost, "/v1/frameworks"))), &body); err != nil {
		w.t.Fatal(err)
	}
	var boroughs api.BoroughPage
	w.get("/v1/boroughs?limit=500").want(200).into(&boroughs)
	there := map[string]bool{}
	for _, r := range body.Population.Children {
		there[r.Borough] = true
	}
	for _, b := range boroughs.Items {
		if !there[b.Code] {
			body.Population.Children = append(body.Population.Children, api.BoroughResidents{Borough: b.Code, Number: 1000})
		}
	}
	body.Version = number
	text, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// TestAFrameworksLife: a draft is the team's own, is refused with every fault at its
// place, and once it is published everybody reads it and nobody changes it.
func TestAFrameworksLife(t *testing.T) {
	t.Parallel()
	w := lean(t)
	team, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, "E09000022")
	address := "/v1/frameworks/" + w.draft()

	lead.get(address).problem(404, "not_found")
	if strings.Contains(lead.get("/v1/frameworks").want(200).body, `"draft"`) {
		t.Error("a borough sees the draft in the list")
	}
	lead.get("/v1/frameworks/1.0.0/changes?since="+address[len("/v1/frameworks/"):]).problem(400, "bad_request")

	// What is wrong is said at its place, and changes nothing, dry or not.
	var draft api.Framework
	team.get(address).want(200).into(&draft)
	counts := slices.Concat(draft.Counts, draft.Counts[:2])
	counts[2].Code, counts[3].Code = "contacts", "transfers"
	counts[3].Basis = "year_to_date"
	was := team.change("PATCH", address, encode(t, map[string]any{"counts": counts, "families": []any{}})).want(200)
	wrong := []string{
		"/counts/2 unsaid", "/counts/2 unsaid", "/counts/3 unsaid", "/counts/3 unsaid", "/counts/3 unsaid", "/counts/3/basis second_basis",
		"/indicators/1/denominator not_the_whole", "/relations/0 no_family",
	}
	for _, query := range []string{"?dryRun=true", ""} {
		faults := team.change("POST", address+"/publish"+query, "").problem(422, "invalid")
		slices.Sort(faults)
		if !slices.Equal(faults, wrong) {
			t.Errorf("publish%s: %q", query, faults)
		}
	}
	if now := team.get(address).want(200); now.body != was.body {
		t.Errorf("the draft is another:\n%s", now.body)
	}

	// A number that does not fit what changes of the version before.
	small := w.smallFramework("1.0.1")
	team.post("/v1/frameworks", small).want(201)
	if faults := team.change("POST", "/v1/frameworks/1.0.1/publish", "").problem(422, "invalid"); !slices.Equal(faults, []string{"/version too_small"}) {
		t.Errorf("1.0.1: %q", faults)
	}
	team.post("/v1/frameworks", small).problem(409, "exists")

	// Mended, it would be published, and then is.
	team.change("PATCH", address, encode(t, map[string]any{"counts": draft.Counts, "families": draft.Families})).want(200)
	if dry := team.change("POST", address+"/publish?dryRun=true", "").want(200); !strings.Contains(dry.body, `"published"`) {
		t.Errorf("the dry run answers %s", dry.body)
	}
	lead.get(address).problem(404, "not_found")
	entries := w.ownerGets("SELECT count(*)::text FROM audit_entries WHERE noun = 'framework'")
	var published api.Framework
	team.change("POST", address+"/publish", "").want(200).into(&published)
	if now := w.ownerGets("SELECT count(*)::text FROM audit_entries WHERE noun = 'framework'"); now == entries {
		t.Error("the audit does not know of it")
	}
	if published.State != "published" || published.PublishedAt == nil {
		t.Errorf("it is %s since %v", published.State, published.PublishedAt)
	}
	lead.get(address).want(200)
	team.change("PATCH", address, `{"name":"Another"}`).problem(409, "wrong_state")
	team.change("DELETE", address, "", "X-Audit-Reason", "It is old").problem(409, "wrong_state")
	team.change("POST", address+"/publish", "").problem(409, "wrong_state")
	for _, past := range []string{"UPDATE frameworks SET name = 'x' WHERE state = 'published'", "DELETE FROM frameworks"} {
		if err := w.ownerTries(past); err == nil || !strings.Contains(err.Error(), "is published") {
			t.Errorf("%s: %v", past, err)
		}
	}

	// The changes, and the rules of the newest and of the one before.
	var changes api.FrameworkChanges
	lead.get(address + "/changes?since=1.0.0").want(200).into(&changes)
	if changes.Level == nil || *changes.Level != "major" || changes.LeastVersion != "2.0.0" || len(changes.Items) == 0 {
		t.Errorf("changes: %+v", changes)
	}
	for _, query := range []string{"", "?framework=1.0.0"} {
		var rules api.BenchmarkingRulePage
		lead.get("/v1/benchmarking-rules" + query).want(200).into(&rules)
		want := published.Version
		if query != "" {
			want = "1.0.0"
		}
		if len(rules.Items) == 0 || rules.Items[0].Framework != want || rules.Items[0].Asks == "" {
			t.Errorf("rules%s: %+v", query, rules.Items)
		}
	}
	lead.get("/v1/benchmarking-rules?framework=1.0.1").problem(400, "bad_request")

	// What a framework is made with cannot be taken away.
	w.write("DELETE", "/v1/indicators/REF_RATE", "", "If-Match", w.etag("/v1/indicators/REF_RATE"), "X-Audit-Reason", "Not needed").problem(409, "in_use")
}

// TestLondonsFrameworkOnTheWire posts London's whole framework as a client would, and
// gets back what the file says.
func TestLondonsFrameworkOnTheWire(t *testing.T) {
	t.Parallel()
	w := lean(t)
	f, err := seed.Framework()
	if err != nil {
		t.Fatal(err)
	}
	var body map[string]any
	text, err := json.Marshal(f.Document)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &body); err != nil {
		t.Fatal(err)
	}
	body["version"], body["name"] = "5.0.0", f.Name
	for _, rule := range body["rules"].([]any) {
		for _, list := range []string{"counts", "indicators"} {
			if r := rule.(map[string]any); r[list] == nil {
				delete(r, list) // absent is never null
			}
		}
	}
	team := w.as(programme.RoleProgramme, "")
	team.post("/v1/frameworks", encode(t, body)).want(201)
	team.change("POST", "/v1/frameworks/5.0.0/publish", "").want(200)
	kept, err := w.store.Framework(t.Context(), programme.Actor{Subject: "l", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000022"}, "5.0.0")
	if err != nil {
		t.Fatal(err)
	}
	if changes := framework.Changes(&f.Document, &kept.Document); len(changes) > 0 {
		t.Errorf("it came back changed: %+v", changes)
	}
}
