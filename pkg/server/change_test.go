package server_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

// feed is a page of the feed of changes.
type feed struct {
	Items []struct {
		At               time.Time
		Type, ID, Change string
		Href             *string
	}
	NextCursor string
}

// told writes the page's changes as "change type address".
func (f feed) told() []string {
	lines := make([]string, len(f.Items))
	for i, c := range f.Items {
		lines[i] = c.Change + " " + c.Type
		if c.Href != nil {
			lines[i] += " " + *c.Href
		}
	}
	return lines
}

func (w *world) changes(query string) feed {
	w.t.Helper()
	var f feed
	w.get("/v1/changes?" + query).want(200).into(&f)
	return f
}

// TestFollowChanges is how a tool keeps a copy: where the feed stands, its lists,
// and then what comes.
func TestFollowChanges(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.reader = programme.RoleProgramme
	now := w.changes("from=now")
	if len(now.Items) != 0 || now.NextCursor == "" {
		t.Fatalf("at the present end there is %+v", now)
	}
	var list struct{ Items []struct{ ID string } }
	w.get("/v1/peer-reviews").want(200).into(&list)

	const visit = `{"title":"Visit","host":"E09000022","cycle":"2026-27"}`
	kept := "/v1/peer-reviews/" + w.write(http.MethodPost, "/v1/peer-reviews", visit).id()
	gone := "/v1/peer-reviews/" + w.write(http.MethodPost, "/v1/peer-reviews", visit).id()
	team := w.as(asTeam, "")
	team.change(http.MethodPatch, kept, `{"title":"Renamed"}`).want(200)
	team.does(kept, "scope", "").want(200)
	team.change(http.MethodDelete, gone, "").want(204)
	w.write(http.MethodPost, "/v1/priorities", `{"name":"New","description":"","validFrom":"2026-04-01"}`).want(201)
	w.patch("/v1/programme", `{"name":"Renamed"}`).want(200)

	after := w.changes("cursor=" + now.NextCursor)
	told := after.told()
	if len(told) == 7 && strings.HasPrefix(told[5], "created priority /v1/priorities/") {
		told[5] = "created priority"
	}
	if want := []string{
		"created peer-review " + kept, "created peer-review " + gone, "updated peer-review " + kept, "updated peer-review " + kept,
		"deleted peer-review", "created priority", "updated programme /v1/programme",
	}; !slices.Equal(told, want) {
		t.Errorf("the feed tells %v, want %v", told, want)
	}
	for _, c := range after.Items {
		if c.Href != nil && *c.Href != gone {
			w.get(*c.Href).want(200)
		}
	}
	if end := w.changes("cursor=" + after.NextCursor); len(end.Items) != 0 || end.NextCursor != after.NextCursor {
		t.Errorf("behind the end there is %+v", end)
	}
	if all := w.changes("limit=3&cursor=" + now.NextCursor); len(all.Items) != 3 {
		t.Errorf("a page of 3 has %d", len(all.Items))
	}
}

// TestChangesFromTheBeginning: page by page the feed tells of everything that was
// loaded, and of no signing key, although the first token has made one.
func TestChangesFromTheBeginning(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	counts := map[string]int{}
	for page, query := w.changes("from=beginning&limit=500"), ""; ; {
		for _, c := range page.Items {
			if c.Change == "created" {
				counts[c.Type]++
			}
		}
		if query == page.NextCursor {
			break
		}
		query = page.NextCursor
		page = w.changes("limit=500&cursor=" + query)
	}
	for kind, path := range map[string]string{
		"borough": "/v1/boroughs", "sub-region": "/v1/sub-regions", "membership": "/v1/sub-region-memberships", "priority": "/v1/priorities", "authority": "/v1/authorities",
		"indicator": "/v1/indicators", "period": "/v1/periods", "release": "/v1/releases", "neighbour-model": "/v1/statistical-neighbour-models",
	} {
		var list struct{ Total int }
		w.get(path + "?count=true").want(200).into(&list)
		if counts[kind] != list.Total || list.Total == 0 {
			t.Errorf("the feed tells of %d of the kind %s, the list has %d", counts[kind], kind, list.Total)
		}
	}
	if counts["programme"] != 1 || counts["signing key"] != 0 {
		t.Errorf("the feed tells of %v", counts)
	}
}

func TestChangesOfSomeKinds(t *testing.T) {
	t.Parallel()
	w := start(t)
	kinds := map[string]bool{}
	page := w.changes("types=sub-region&types=priority&limit=500")
	for _, c := range page.Items {
		kinds[c.Type] = true
	}
	if len(kinds) != 2 || !kinds["sub-region"] || !kinds["priority"] {
		t.Errorf("the feed tells of %v", kinds)
	}
	// The cursor belongs to these kinds, in whatever order they are named.
	w.get("/v1/changes?types=priority&types=sub-region&cursor=" + page.NextCursor).want(200)
	w.get("/v1/changes?types=priority&cursor="+page.NextCursor).problem(400, "bad_request")
	w.get("/v1/changes?cursor="+page.NextCursor).problem(400, "bad_request")
	now := w.changes("types=priority&from=now")
	w.challenge(programme.ChallengePlanned)
	if next := w.changes("types=priority&cursor=" + now.NextCursor); len(next.Items) != 0 || next.NextCursor == now.NextCursor {
		t.Errorf("past another kind's change the feed gives %+v", next)
	}
}

func TestChangesRefusals(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	now := w.changes("from=now").NextCursor
	elsewhere := w.forged(now, "1") // a place that the feed has
	for query, want := range map[string]string{
		"cursor=" + now + "&from=now":       "from cursor_given",
		"cursor=" + now + "&from=beginning": "from cursor_given",
		"cursor=nonsense":                   "cursor cursor",
		"cursor=" + now + "x":               "cursor cursor",
		"cursor=" + elsewhere:               "cursor cursor",
		"from=tomorrow":                     "from unknown_value",
		"types=signing-key":                 "types unknown_value",
		"types=colour&types=milestone":      "types unknown_value",
		"since=2026-01-01":                  "since unknown_parameter",
		"format=csv":                        "format unknown_parameter",
		"count=true":                        "count unknown_parameter",
	} {
		if got := w.get("/v1/changes?"+query).problem(400, "bad_request"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: faults %v, want %s", query, got, want)
		}
	}
}

// forged answers the cursor with another place under the same mark.
func (w *world) forged(cursor, place string) string {
	w.t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		w.t.Fatal(err)
	}
	var c map[string]any
	if err := json.Unmarshal(text, &c); err != nil {
		w.t.Fatal(err)
	}
	c["k"] = []string{place}
	if text, err = json.Marshal(c); err != nil {
		w.t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// TestCursorOfARestoredDatabase: the tool followed a database that has since been
// put back to an older copy. It is told so, and does not silently miss what
// happens in the new course of things.
func TestCursorOfARestoredDatabase(t *testing.T) {
	t.Parallel()
	old, restored := start(t), start(t)
	old.challenge(programme.ChallengePlanned)
	cursor := old.changes("from=now").NextCursor
	restored.challenge(programme.ChallengePlanned)
	restored.challenge(programme.ChallengePlanned)
	if got := restored.get("/v1/changes?cursor="+cursor).problem(400, "bad_request"); !slices.Equal(got, []string{"cursor cursor"}) {
		t.Errorf("faults %v", got)
	}
	old.get("/v1/changes?cursor=" + cursor).want(200)
}

// TestChangesAreToldAgainAsTheyWere: a tool that polls gets an empty 304 as long as
// nothing has come.
func TestChangesAreToldAgainAsTheyWere(t *testing.T) {
	t.Parallel()
	w := start(t)
	path := "/v1/changes?cursor=" + url.QueryEscape(w.changes("from=now").NextCursor)
	etag := w.get(path).want(200).header.Get("ETag")
	w.get(path, "If-None-Match", etag).want(304)
	w.challenge(programme.ChallengePlanned)
	w.get(path, "If-None-Match", etag).want(200)
}
