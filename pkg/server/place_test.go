package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	ical "github.com/emersion/go-ical"

	"peerchallenge/pkg/programme"
)

// places says of every way to hear of an event who is told its venue and its link:
// first the programme's team and reporting tools, then lead, editor and system of
// Lambeth, which hosts, of Croydon, which is in its group and visits it, and of
// Southwark, which does neither.
//
//   - told both
//   - told neither, though they see the event
var places = map[string]string{
	"an event for all":                  "++ +++ +++ +++",
	"an event of a challenge":           "++ +++ +++ +++",
	"an event of a group":               "+- +++ +++ ---",
	"an event of a review":              "+- +++ +++ ---",
	"a group":                           "+- +++ +++ ---",
	"an event of a group, once Croydon": "+- +++ --- ---", // has left
}

// TestWhoIsToldWhereItIs in JSON, CSV and NDJSON, in calendars, and in the audit.
func TestWhoIsToldWhereItIs(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.makeVisibilityRecords()
	manager := w.as(programme.RoleProgramme, "")
	review := "/v1/peer-reviews/" + w.made[exampleReview]
	w.as(programme.RoleBoroughLead, own).change(http.MethodPut, review+"/publication", `{"publication":"everyone"}`).want(200)
	path := "/v1/peer-challenge-groups/" + w.made[exampleGroup]
	manager.change(http.MethodPatch, path, `{"startsOn":"2026-10-06","endsOn":"2026-10-06","venue":"Back Room","link":"https://example.org/quiet"}`).want(200) // not the day of its event, which stands once
	event := func(of string) string {
		return manager.post("/v1/events", `{"kind":"workshop","title":"Meeting","startsOn":"2026-10-05","endsOn":"2026-10-05","venue":"Back Room","link":"https://example.org/quiet"`+of+`}`).id()
	}
	ofGroup := event(`,"peerChallengeGroupId":"` + w.made[exampleGroup] + `"`)
	for what, id := range map[string]string{
		"an event for all":        event(""),
		"an event of a challenge": event(`,"peerChallengeId":"` + w.made[exampleChallenge] + `"`),
		"an event of a group":     ofGroup,
		"an event of a review":    event(`,"peerReviewId":"` + w.made[exampleReview] + `"`),
	} {
		w.tells(what, "/v1/events", id, "event")
	}
	w.tells("a group", "/v1/peer-challenge-groups", w.made[exampleGroup], "peer-challenge-group")

	// Who leaves the group, and who comes into it, hears of its events anew.
	since := w.lastPlace(manager)
	manager.change(http.MethodPut, path+"/members/"+own, `{"role":"host"}`, "X-Audit-Reason", "It hosts").want(200)
	if got := manager.get("/v1/changes?types=event&cursor=" + since).want(200).body; strings.Contains(got, `"change"`) {
		t.Errorf("the members are who they were, and the feed tells %s", got)
	}
	manager.change(http.MethodDelete, path+"/members/"+group, "", "X-Audit-Reason", "A mistake").want(200)
	if got := manager.get("/v1/changes?types=event&cursor=" + since).want(200).body; strings.Count(got, `"change"`) != 1 || !strings.Contains(got, ofGroup) {
		t.Errorf("the feed tells %s", got)
	}
	w.tells("an event of a group, once Croydon", "/v1/events", ofGroup, "")
}

// lastPlace is the cursor of the feed's end.
func (w *world) lastPlace(c caller) string {
	w.t.Helper()
	var page struct{ NextCursor string }
	c.get("/v1/changes?types=event&from=now").want(200).into(&page)
	return page.NextCursor
}

// tells compares who is told the place with the table. The audit is not asked
// without a noun.
func (w *world) tells(what, list, id, noun string) {
	w.t.Helper()
	ways := map[string]func(c caller) string{
		"JSON":   func(c caller) string { return c.get(list + "/" + id).want(200).body },
		"a list": func(c caller) string { return itemOf(c.get(list+"?limit=500").want(200), id) },
		"CSV":    func(c caller) string { return lineOf(c.get(list+"?format=csv").want(200), id) },
		"NDJSON": func(c caller) string { return lineOf(c.get(list+"?format=ndjson").want(200), id) },
	}
	if noun != "" {
		ways["the audit"] = func(c caller) string { return c.get("/v1/audit-entries?type=" + noun + "&id=" + id).want(200).body }
	}
	for way, read := range ways {
		w.isTold(what+" in "+way, places[what], func(c caller) (venue, link bool) {
			said := read(c)
			return strings.Contains(said, "Back Room"), strings.Contains(said, "example.org/quiet")
		})
	}
	calendars := []string{"/v1/boroughs/" + own + "/calendar.ics"}
	if list == "/v1/events" {
		calendars = append(calendars, "/v1/events/calendar.ics")
	}
	for _, path := range calendars {
		w.isTold(what+" in "+path, places[what], func(c caller) (venue, link bool) {
			entry := w.entries(path, c.token)[id+"@peerchallenge"]
			if entry.Component == nil {
				w.t.Fatalf("%s is not in %s", what, path)
			}
			venue, link = entry.Props.Get(ical.PropLocation) != nil, entry.Props.Get(ical.PropURL) != nil
			if inText := strings.Contains(value(w, entry, ical.PropDescription), "example.org/quiet"); inText != link {
				w.t.Errorf("%s: URL %t, text %t", path, link, inText)
			}
			return venue, link
		})
	}
}

// itemOf is what a page of a list says of the record.
func itemOf(page answer, id string) string {
	page.t.Helper()
	var list struct{ Items []json.RawMessage }
	page.into(&list)
	for _, item := range list.Items {
		if strings.Contains(string(item), id) {
			return string(item)
		}
	}
	page.t.Fatalf("%s is not in the list", id)
	return ""
}

// lineOf is what a table says of the record.
func lineOf(table answer, id string) string {
	table.t.Helper()
	for line := range strings.Lines(table.body) {
		if strings.Contains(line, id) {
			return line
		}
	}
	table.t.Fatalf("%s is not in the table", id)
	return ""
}

// isTold compares who is told a place with who should be.
func (w *world) isTold(what, want string, told func(caller) (venue, link bool)) {
	w.t.Helper()
	var got strings.Builder
	for i, c := range w.visibilityCallers() {
		if i == 2 || i == 5 || i == 8 {
			got.WriteByte(' ')
		}
		switch venue, link := told(c); {
		case venue != link:
			got.WriteByte('?')
		case venue:
			got.WriteByte('+')
		default:
			got.WriteByte('-')
		}
	}
	if got.String() != want {
		w.t.Errorf("%s is told to %s, and should be to %s", what, got.String(), want)
	}
}
