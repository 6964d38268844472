package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// included is what an operation of the contract may include, and how a caller would ask
// for it otherwise.
type included struct {
	op   *described // a list, or the reading of one record
	name string
	kind string // one, many or count
	list string // of what is included
	by   string // the member or the parameter by which it belongs
	with url.Values
}

// includes are those of every operation.
func includes(t *testing.T) []included {
	t.Helper()
	var all []included
	for _, op := range contract.operations {
		if !hasParameter(op, "include") {
			continue
		}
		schema := op.Responses.Value("200").Value.Content["application/json"].Schema.Value
		if hasParameter(op, "cursor") {
			schema = schema.Properties["items"].Value.Items.Value
		}
		given, _ := schema.Extensions["x-include"].(map[string]any)
		var offered []string
		for _, p := range op.parameters {
			if p.Value.Name == "include" {
				for _, word := range p.Value.Schema.Value.Items.Value.Enum {
					offered = append(offered, fmt.Sprint(word))
				}
			}
		}
		if want := append(slices.Sorted(maps.Keys(given)), "steps"); !reflect.DeepEqual(slices.Sorted(slices.Values(offered)), slices.Sorted(slices.Values(want))) {
			t.Errorf("%s takes the words %v to include, and its answer has %v", op.OperationID, offered, want)
		}
		for name, what := range given {
			what, _ := what.(map[string]any)
			i := included{op: op, name: name, by: fmt.Sprint(what["by"]), with: url.Values{}}
			for _, kind := range []string{"one", "many", "count"} {
				if noun, is := what[kind]; is {
					i.kind, i.list = kind, listOfNoun(t, fmt.Sprint(noun))
				}
			}
			where, _ := what["where"].(map[string]any)
			for parameter, value := range where {
				i.with.Set(parameter, fmt.Sprint(value))
			}
			all = append(all, i)
		}
	}
	return all
}

// listOfNoun answers the address of the list of the noun's records.
func listOfNoun(t *testing.T, noun string) string {
	t.Helper()
	for _, op := range contract.operations {
		if path, is := strings.CutSuffix(op.path, "/{id}"); is && op.method == http.MethodGet && strings.EqualFold(op.OperationID, "get"+strings.ReplaceAll(noun, "-", "")) {
			return path
		}
	}
	t.Fatalf("no operation reads a %s", noun)
	return ""
}

// alone is what the caller is answered who asks for it by itself: null where they may not.
func (i included) alone(t *testing.T, c caller, record map[string]any) any {
	t.Helper()
	if i.kind == "one" {
		id, _ := record[i.by].(string)
		if id == "" {
			return nil
		}
		a := c.get(i.list + "/" + id)
		if a.status != http.StatusOK {
			return nil
		}
		var one map[string]any
		a.into(&one)
		delete(one, "steps")
		delete(one, "screening")
		return one
	}
	query := maps.Clone(i.with)
	query.Set(i.by, fmt.Sprint(record["id"]))
	query.Set("count", "true")
	query.Set("limit", "500")
	a := c.get(i.list + "?" + query.Encode())
	if a.status != http.StatusOK {
		return nil
	}
	var page struct {
		Items []any
		Total float64
	}
	a.into(&page)
	if i.kind == "count" {
		return page.Total
	}
	return page.Items
}

// records are what the operation answers with the query: those of a list, or the one.
func (i included) records(t *testing.T, w *world, c caller, query string) []map[string]any {
	t.Helper()
	var page struct{ Items []map[string]any }
	if hasParameter(i.op, "cursor") {
		if a := c.get(i.op.path + "?limit=500&" + query); a.status != http.StatusForbidden {
			a.want(200).into(&page)
		}
		return page.Items
	}
	list, _ := strings.CutSuffix(i.op.path, "/{id}")
	w.as(asTeam, "").get(list + "?limit=500").want(200).into(&page)
	var read []map[string]any
	for _, known := range page.Items {
		if a := c.get(list + "/" + fmt.Sprint(known["id"]) + "?" + query); a.status == http.StatusOK {
			var one map[string]any
			a.into(&one)
			read = append(read, one)
		}
	}
	return read
}

// TestWhatIsIncludedIsWhatTheCallerIsAnsweredAlone asks every operation for everything
// that it may include, as callers who see all, some and nothing of it, and as a machine
// that is registered for that operation alone. What is included is what the caller is
// answered otherwise, and null where that is refused; and nobody is told what they did
// not ask for.
func TestWhatIsIncludedIsWhatTheCallerIsAnsweredAlone(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.makeIncluded()
	callers := map[string]caller{
		"the team": w.as(asTeam, ""), "reporting": w.as(asTool, ""), "Lambeth": w.as(asLead, lambethCode), "Croydon": w.as(asEditor, croydonCode),
		"Tower Hamlets": w.as(asLead, hamletsCode), "Southwark": w.as(asSystem, southwarkCode),
	}
	for _, i := range includes(t) {
		told, untold := false, false
		operation := i.op.OperationID + " including " + i.name
		for who, c := range callers {
			for _, record := range i.records(t, w, c, "include="+i.name) {
				value, is := record[i.name]
				if want := i.alone(t, c, record); !is || !reflect.DeepEqual(value, want) {
					t.Errorf("%s tells %s %v, and by itself they are told %v", operation, who, value, want)
				}
				told, untold = told || value != nil, untold || value == nil
			}
			for _, record := range i.records(t, w, c, "") {
				if _, is := record[i.name]; is {
					t.Errorf("%s: %s is told what they did not ask for", operation, who)
				}
			}
		}
		machine := w.machineFor(i.op.OperationID)
		records := i.records(t, w, machine, "include="+i.name)
		for _, record := range records {
			if value, is := record[i.name]; !is || value != nil {
				t.Errorf("%s tells a machine %v that is registered for %s alone", operation, value, i.op.OperationID)
			}
		}
		if !told || len(records) == 0 {
			t.Errorf("%s was never seen", operation)
		}
		if i.kind != "many" && i.list != "/v1/actions" && !untold {
			t.Errorf("%s was null for nobody", operation)
		}
	}
}

// makeIncluded makes records of everything that can be included, and takes some of them
// out of the sight of all but the programme's team.
func (w *world) makeIncluded() {
	w.t.Helper()
	seen, hidden := w.group(programme.ChallengeInProgress, lambethCode, croydonCode), w.group(programme.ChallengeInProgress, lambethCode, southwarkCode)
	for _, group := range []string{seen.ID, hidden.ID} {
		f := w.finding(group, lambethCode)
		accepted, err := w.store.AnswerFinding(w.t.Context(), lambeth, f.ID, f.Version, programme.Accepted, nil)
		must(w, accepted, err)
		lead := w.as(asLead, lambethCode)
		lead.post("/v1/actions", actionBody(f.ID)).want(201) // stays open
		done := "/v1/actions/" + lead.post("/v1/actions", actionBody(f.ID)).id()
		lead.change("POST", done+"/progress", `{"text":"The panel meets.","state":"done"}`).want(200)
	}
	published, kept := w.review(programme.ReviewFieldwork).ID, w.review(programme.ReviewFieldwork).ID
	for _, review := range []string{published, kept} {
		w.as(asTeam, "").post("/v1/findings", findingBody(ofReview, review, lambethCode)).want(201)
	}
	w.ownerDoes(`UPDATE peer_reviews SET audience = '{boroughs,programme,reporting}' WHERE id = '` + published + `'`)
	w.ownerDoes(`UPDATE peer_reviews SET audience = '{programme}' WHERE id = '` + kept + `'`)
	w.ownerDoes(`UPDATE peer_challenge_groups SET audience = '{programme}' WHERE id = '` + hidden.ID + `'`)
	w.ownerDoes(`UPDATE peer_challenges SET audience = '{programme}' WHERE id = '` + seen.PeerChallengeID + `'`)
}

// machineFor is a machine of Lambeth's that is registered for one operation.
func (w *world) machineFor(operation string) caller {
	w.t.Helper()
	made, err := w.store.CreateAPIClient(w.t.Context(), team, programme.APIClient{
		Name: operation, Role: programme.RoleBoroughSystem, Boroughs: []string{lambethCode}, Operations: []string{operation}, Keys: []programme.PublicKey{},
	})
	made, secret, err2 := w.store.AddClientSecret(w.t.Context(), team, must(w, made, err).ID, made.Version)
	return client{w, must(w, made, err2), secret.Text}.signIn()
}

// TestWhatIsIncludedCostsNoQueryPerRow: with everything that a list may include, twice
// the records are read with as many statements.
func TestWhatIsIncludedCostsNoQueryPerRow(t *testing.T) {
	t.Parallel()
	proxy := pgtest.NewProxy(t, leanDatabase(t))
	w := startOn(t, proxy.URL())
	lists := map[string]string{}
	for _, i := range includes(t) {
		if hasParameter(i.op, "cursor") {
			lists[i.op.path] += "&include=" + i.name
		}
	}
	team := w.as(asTeam, "")
	trips := func(list, include string) (least int64, records int) {
		least = 100
		for range 4 { // the service listens for changes over the same line
			before := proxy.Trips()
			records = len(team.get(list + "?limit=500&include=steps" + include).ids())
			least = min(least, proxy.Trips()-before)
		}
		return least, records
	}
	w.makeIncluded()
	few, records := map[string]int64{}, map[string]int{}
	for list, include := range lists {
		few[list], records[list] = trips(list, include)
	}
	w.makeIncluded()
	w.makeIncluded()
	for list, include := range lists {
		many, n := trips(list, include)
		if records[list] == 0 || n < 3*records[list] || few[list] == 100 || many > few[list] {
			t.Errorf("%s with%s takes %d round trips for %d records and %d for %d", list, include, few[list], records[list], many, n)
		}
	}
	if len(lists) < 4 {
		t.Errorf("only %d lists include anything", len(lists))
	}
}

// TestTablesIncludeNothing: whoever asks for both is told so.
func TestTablesIncludeNothing(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	c := w.as(asTeam, "")
	for _, i := range includes(t) {
		if !hasParameter(i.op, "cursor") {
			continue
		}
		for _, format := range []string{"csv", "ndjson"} {
			if got := c.get(i.op.path+"?format="+format+"&include="+i.name).problem(400, "bad_request"); !slices.Equal(got, []string{"include whole_list"}) {
				t.Errorf("%s including %s as %s has the faults %v", i.op.OperationID, i.name, format, got)
			}
		}
		header, _, _ := strings.Cut(c.get(i.op.path+"?format=csv").want(200).body, "\r\n")
		if slices.ContainsFunc(strings.Split(header, ","), func(column string) bool { return column == i.name || strings.HasPrefix(column, i.name+".") }) {
			t.Errorf("%s has a column for %s", i.op.OperationID, i.name)
		}
		var row map[string]any
		for line := range strings.Lines(c.get(i.op.path + "?format=ndjson").want(200).body) {
			if err := json.Unmarshal([]byte(line), &row); err != nil {
				t.Fatal(err)
			}
			if _, is := row[i.name]; is {
				t.Errorf("%s as NDJSON includes %s", i.op.OperationID, i.name)
			}
		}
	}
}
