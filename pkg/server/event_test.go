package server_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"peerchallenge/pkg/programme"
)

var (
	_ = standIn("/v1/events", exampleEvent, func(w *world) string { return w.event().ID })
	_ = prepared(func(w *world) string {
		return w.event(func(e *programme.Event) { e.StartsOn, e.EndsOn = w.yesterday(), w.yesterday() }).ID
	}, "holdEvent")
	_ = prepared(func(w *world) string { return w.held().ID }, "reopenEvent", "recordEventAttendance")
	_ = prepared(func(w *world) string {
		e := w.event()
		seated, err := w.store.PutEventPerson(w.t.Context(), team, e.ID, e.Version, w.attendee())
		return must(w, seated, err).ID
	}, "deleteEventPerson")
	_ = prepared(func(w *world) string { return w.meeting().id }, "getPeerChallengeGroupCalendar")
)

// event makes a summit of two days for all, with changes.
func (w *world) event(change ...func(*programme.Event)) programme.Event {
	w.t.Helper()
	e := programme.Event{
		Kind: programme.Summit, Title: "Second summit", StartsOn: "2026-10-05", EndsOn: "2026-10-06", StartTime: new("09:30"), EndTime: new("16:00"),
		Boroughs: []string{}, Sessions: []programme.EventSession{}, Invited: []programme.Attendance{}, Attended: []programme.Attendance{}, Opportunities: []string{},
	}
	for _, c := range change {
		c(&e)
	}
	made, err := w.store.CreateEvent(w.t.Context(), team, e)
	return must(w, made, err)
}

// held makes one that took place yesterday.
func (w *world) held() programme.Event {
	w.t.Helper()
	e := w.event(func(e *programme.Event) { e.StartsOn, e.EndsOn = w.yesterday(), w.yesterday() })
	made, err := w.store.MoveEvent(w.t.Context(), team, e.ID, e.Version, programme.Hold)
	return must(w, made, err)
}

// cancelled makes one that will not take place.
func (w *world) cancelled() programme.Event {
	w.t.Helper()
	e := w.event()
	reasoned := team
	reasoned.Reason = "Nobody can come"
	made, err := w.store.MoveEvent(w.t.Context(), reasoned, e.ID, e.Version, programme.Cancel)
	return must(w, made, err)
}

// gathering is a group as its events see it.
type gathering struct{ id, challenge string }

// meeting makes a group of Lambeth and Croydon in a challenge of South London.
func (w *world) meeting() gathering {
	w.t.Helper()
	return w.meetingIn(w.challenge(programme.ChallengePlanned).ID, "Group "+rest(w))
}

func (w *world) meetingIn(challenge, name string) gathering {
	w.t.Helper()
	id := w.insert(`INSERT INTO peer_challenge_groups (peer_challenge_id, name, starts_on, ends_on, venue, link, members, version, created_at, updated_at, audience)
		VALUES ($1, $2, '2026-10-08', '2026-10-09', 'Brixton Town Hall', 'https://example.org/our-meeting',
			'[{"borough": "E09000022", "role": "host", "presentsOn": "2026-10-08"}, {"borough": "E09000008", "role": "visitor", "presentsOn": null}]', $3, $4, $4, $5)
		RETURNING id`, challenge, name, clock().UnixMicro(), clock(), []string(programme.Everyone()))
	return gathering{id, challenge}
}

// rest answers a text that no other call in the world answers.
func rest(w *world) string {
	w.made["rest"] += "I"
	return w.made["rest"]
}

// visit makes a review that Lambeth hosts and Croydon comes to.
func (w *world) visit(audience programme.Audience) string {
	w.t.Helper()
	return w.insert(`INSERT INTO peer_reviews (title, host_code, cycle, kloes, team, fieldwork_days, sessions, state, host_comments, report_links, publication, version, created_at, updated_at, audience)
		VALUES ('Joint commissioning', 'E09000022', '2026-27', '{}', '[]', '[]', '[]', 'proposed', '[]', '[]', 'host_and_team', $1, $2, $2, $3)
		RETURNING id`, clock().UnixMicro(), clock(), []string(audience))
}

// insert writes a row and answers its id.
func (w *world) insert(statement string, args ...any) string {
	w.t.Helper()
	var id string
	w.database(func(ctx context.Context, conn *pgx.Conn) error {
		with := strings.Replace(statement, " (", " (id, ", 1)
		with = strings.Replace(with, "VALUES (", "VALUES (gen_random_uuid(), ", 1)
		return conn.QueryRow(ctx, with, args...).Scan(&id)
	})
	return id
}

func (w *world) database(do func(ctx context.Context, conn *pgx.Conn) error) {
	w.t.Helper()
	w.asOwner(func(conn *pgx.Conn) error { return do(w.t.Context(), conn) })
}

func TestEventRefusesSteps(t *testing.T) {
	t.Parallel()
	w := lean(t)
	held, cancelled := "/v1/events/"+w.held().ID, "/v1/events/"+w.cancelled().ID
	for _, c := range []struct{ path, step string }{
		{"/v1/events/" + w.event().ID, "reopen"}, {held, "hold"}, {held, "cancel"}, {cancelled, "hold"}, {cancelled, "cancel"},
	} {
		w.step(c.path, c.step, "A mistake").problem(409, "wrong_state")
	}
	for _, path := range []string{held, cancelled} {
		w.write(http.MethodDelete, path, "", "If-Match", w.etag(path)).problem(409, "wrong_state")
	}
	w.patch(cancelled, `{"title":"Other"}`).problem(409, "wrong_state")
	w.patch(held, `{"attended":[{"organisationType":"boroughs","count":40}],"opportunities":["Share a foster carers' helpline."]}`).want(200)
}

func TestEventIsNotHeldBeforeItBegins(t *testing.T) {
	t.Parallel()
	w := lean(t)
	later := programme.DefaultSettings.Today(clock()).AddDays(2)
	path := "/v1/events/" + w.event(func(e *programme.Event) { e.StartsOn, e.EndsOn = later, later }).ID
	w.step(path, "hold").problem(409, "not_yet")
	if got := w.allowed(path); !slices.Equal(got, []string{"edit true", "name-person true", "take-person wrong_state", "record-attendance not_yet", "take-template true", "hold not_yet", "cancel true", "reopen wrong_state", "add-milestone source_taken", "delete true"}) {
		t.Errorf("actions %v", got)
	}
	w.patch(path, `{"startsOn":"`+string(w.yesterday())+`","endsOn":"`+string(w.yesterday())+`"}`).want(200)
	if got := w.allowed(path); !slices.Contains(got, "hold true") {
		t.Errorf("actions %v", got)
	}
	w.step(path, "hold").want(200)
	faults := w.patch(path, `{"startsOn":"`+string(later)+`","endsOn":"`+string(later)+`","boroughs":["E09000099"]}`).problem(422, "invalid")
	if !slices.Equal(faults, []string{"/boroughs/0 unknown_value", "/endsOn not_yet"}) {
		t.Errorf("faults %v", faults)
	}
}

// allowed answers what the team may do to the record: the step and "true", or why not.
func (w *world) allowed(path string) []string {
	w.t.Helper()
	var record struct {
		Steps []struct {
			Name, Code string
			Allowed    bool
		}
	}
	w.write(http.MethodGet, path, "").want(200).into(&record)
	var steps []string
	for _, a := range record.Steps {
		if a.Allowed {
			a.Code = "true"
		}
		steps = append(steps, a.Name+" "+a.Code)
	}
	return steps
}

func TestEventNeedsReasons(t *testing.T) {
	t.Parallel()
	w := lean(t)
	path := "/v1/events/" + w.event().ID
	if got := w.step(path, "cancel").problem(422, "invalid"); !slices.Equal(got, []string{"/reason reason_required"}) {
		t.Errorf("faults %v", got)
	}
	w.step(path, "cancel", "The hall is closed").want(200)
	w.step(path, "reopen").problem(422, "invalid")
	w.step(path, "reopen", "Another hall is found").want(200)
}

// TestEventInUseStays: a milestone by hand that reports it keeps it.
func TestEventInUseStays(t *testing.T) {
	t.Parallel()
	w := lean(t)
	challenge := w.challenge(programme.ChallengePlanned).ID
	id := w.event(func(e *programme.Event) { e.PeerChallengeID = &challenge }).ID
	path, reports := "/v1/events/"+id, `{"title":"Summit","description":"","cycle":"2026-27","kind":"event","state":"planned","eventId":"`+id+`"}`
	w.write(http.MethodPost, "/v1/milestones", reports).want(201)
	w.write(http.MethodPost, "/v1/milestones", reports).problem(409, "source_taken")
	w.write(http.MethodDelete, path, "", "If-Match", w.etag(path)).problem(409, "in_use")

	// A public event has one of its own, which goes with it.
	public := "/v1/events/" + w.event().ID
	w.write(http.MethodPost, "/v1/milestones", strings.Replace(reports, id, idIn(public), 1)).problem(409, "source_taken")
	w.write(http.MethodDelete, public, "", "If-Match", w.etag(public)).want(204)
	if n := w.ownerGets("SELECT count(*)::text FROM milestones WHERE event_id = '" + idIn(public) + "'"); n != "0" {
		t.Errorf("%s milestones of an event that is deleted", n)
	}
}

func TestEventNamesEveryFault(t *testing.T) {
	t.Parallel()
	w := lean(t)
	faults := w.write(http.MethodPost, "/v1/events", `{"kind":"workshop","title":"x","startsOn":"2026-10-05","endsOn":"2026-10-04","startTime":"09:30",
		"subRegion":"nowhere","boroughs":["E09000022","E09000099"],"sessions":[{"title":"x","priorityId":"`+nothing+`"},{"title":"y"}],
		"invited":[{"organisationType":"dfe"},{"organisationType":"dfe"}],
		"peerChallengeId":"`+nothing+`","peerChallengeGroupId":"`+nothing+`","peerReviewId":"`+nothing+`"}`).problem(422, "invalid")
	want := []string{
		"/endsOn order", "/endTime both_times", "/invited/1/organisationType repeated", "/subRegion unknown_value", "/boroughs/1 unknown_value",
		"/sessions/0/priorityId unknown_value", "/peerChallengeId unknown_value", "/peerChallengeGroupId unknown_value", "/peerReviewId unknown_value",
	}
	if !slices.Equal(faults, want) {
		t.Errorf("faults\n%v, want\n%v", faults, want)
	}
	if got := w.write(http.MethodPost, "/v1/events", `{"kind":"workshop","title":"x","startsOn":"2026-10-05","endsOn":"2026-10-05","capacity":0}`).problem(422, "invalid"); !slices.Equal(got, []string{"/capacity too_small"}) {
		t.Errorf("faults %v", got)
	}
}

func TestEventOfAGroupIsOfItsChallenge(t *testing.T) {
	t.Parallel()
	w := lean(t)
	group, other := w.meeting(), w.challenge(programme.ChallengePlanned).ID
	body := func(challenge string) string {
		return `{"kind":"challenge_day","title":"x","startsOn":"2026-10-05","endsOn":"2026-10-05","peerChallengeId":` + challenge + `,"peerChallengeGroupId":"` + group.id + `"}`
	}
	if got := w.write(http.MethodPost, "/v1/events", body(`"`+other+`"`)).problem(422, "invalid"); !slices.Equal(got, []string{"/peerChallengeGroupId other_challenge"}) {
		t.Errorf("faults %v", got)
	}
	w.write(http.MethodPost, "/v1/events", body("null")).want(201)
	path := w.write(http.MethodPost, "/v1/events", body(`"`+group.challenge+`"`)).want(201).header.Get("Location")
	w.patch(path, `{"peerChallengeId":"`+other+`"}`).problem(422, "invalid")
}

// TestEventHidesItsReview from whoever may not see the review: in the event, in
// lists and their filters, and in CSV.
func TestEventHidesItsReview(t *testing.T) {
	t.Parallel()
	w := lean(t)
	review := w.visit(programme.Parties("E09000022", "E09000008"))
	path := w.write(http.MethodPost, "/v1/events", `{"kind":"fieldwork_day","title":"On site","startsOn":"2026-10-05","endsOn":"2026-10-06","peerReviewId":"`+review+`"}`).
		want(201).header.Get("Location")
	shows := func(role programme.Role, borough string) (inEvent, inList, byFilter, inCSV bool) {
		token := w.tokenOf(role, borough)
		get := func(path string) string {
			return w.send(ask{method: http.MethodGet, path: path, token: token}).want(200).body
		}
		return strings.Contains(get(path), review), strings.Contains(get("/v1/events"), review),
			strings.Contains(w.send(ask{method: http.MethodGet, path: "/v1/events?peerReviewId=" + review, token: token}).body, "On site"), strings.Contains(get("/v1/events?format=csv"), review)
	}
	see := func(want bool) {
		t.Helper()
		for _, c := range []struct {
			role    programme.Role
			borough string
			sees    bool
		}{
			{programme.RoleProgramme, "", true},
			{programme.RoleBoroughLead, "E09000022", true},
			{programme.RoleBoroughEditor, "E09000008", true},
			{programme.RoleBoroughLead, "E09000030", want},
			{programme.RoleReporting, "", want},
		} {
			a, b, f, d := shows(c.role, c.borough)
			if a != c.sees || b != c.sees || f != c.sees || d != c.sees {
				t.Errorf("%s of %q: in the event %t, in the list %t, by the filter %t, in CSV %t, want %t", c.role, c.borough, a, b, f, d, c.sees)
			}
		}
	}
	see(false)
	w.database(func(ctx context.Context, conn *pgx.Conn) error { // the host publishes it
		_, err := conn.Exec(ctx, "UPDATE peer_reviews SET audience = $2 WHERE id = $1", review, []string(programme.Everyone()))
		return err
	})
	see(true)
	// The team's correction of something else keeps the link.
	w.patch(path, `{"venue":"Civic Centre"}`).want(200)
	see(true)
}

// TestEventAuditHidesItsReview: the values of its changes are for those who may
// see the review.
func TestEventAuditHidesItsReview(t *testing.T) {
	t.Parallel()
	w := lean(t)
	review := w.visit(programme.Parties("E09000022"))
	e := w.event(func(e *programme.Event) { e.PeerReviewID = &review })
	w.patch("/v1/events/"+e.ID, `{"peerReviewId":null}`).want(200)
	w.patch("/v1/events/"+e.ID, `{"venue":"Civic Centre"}`).want(200)
	want := [][]string{{"E09000022", "programme"}, {"E09000022", "programme"}, {"boroughs", "programme", "reporting"}}
	w.database(func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, "SELECT read_by FROM audit_entries WHERE key = $1 ORDER BY id", e.ID)
		if err != nil {
			return err
		}
		readers, err := pgx.CollectRows(rows, pgx.RowTo[[]string])
		for i := range readers {
			slices.Sort(readers[i])
		}
		if len(readers) != 3 || !slices.Equal(readers[0], want[0]) || !slices.Equal(readers[1], want[1]) || !slices.Equal(readers[2], want[2]) {
			t.Errorf("values are read by %v, want %v", readers, want)
		}
		return err
	})
}

func TestListsOfEvents(t *testing.T) {
	t.Parallel()
	w := lean(t)
	snapshot, err := w.store.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	priority := snapshot.Priorities[0].ID
	group := w.meeting()
	add := func(title string, change func(*programme.Event)) {
		w.event(func(e *programme.Event) { e.Title = title }, change)
	}
	add("all", func(*programme.Event) {})
	add("south", func(e *programme.Event) {
		e.SubRegion, e.Kind, e.StartsOn = new("south"), programme.ChallengeDay, "2026-09-01"
	})
	add("lambeth", func(e *programme.Event) { e.Boroughs, e.StartsOn = []string{"E09000022"}, "2026-10-01" })
	add("croydon", func(e *programme.Event) {
		e.Boroughs, e.EndsOn, e.PeerChallengeID, e.PeerChallengeGroupID = []string{"E09000008"}, "2026-10-20", &group.challenge, &group.id
	})
	add("east", func(e *programme.Event) {
		e.SubRegion, e.Sessions = new("east"), []programme.EventSession{{Title: "x"}, {Title: "y", PriorityID: &priority}}
	})
	add("long ago", func(e *programme.Event) {
		e.SubRegion, e.StartsOn, e.EndsOn = new("south"), "2001-01-01", "2001-01-01"
	})
	titles := func(query string) []string {
		var page struct{ Items []struct{ Title string } }
		w.get("/v1/events" + query).want(200).into(&page)
		var titles []string
		for _, item := range page.Items {
			titles = append(titles, item.Title)
		}
		return titles
	}
	for query, want := range map[string][]string{
		"":                                    {"all", "south", "lambeth", "croydon", "east", "long ago"},
		"?sort=startsOn":                      {"long ago", "south", "lambeth", "all", "croydon", "east"},
		"?sort=-startsOn":                     {"east", "croydon", "all", "lambeth", "south", "long ago"},
		"?kind=challenge_day":                 {"south"},
		"?state=cancelled":                    nil,
		"?from=2026-10-07":                    {"croydon"},
		"?from=2026-10-20":                    {"croydon"},
		"?from=2026-10-21":                    nil,
		"?to=2026-09-01":                      {"south", "long ago"},
		"?to=2026-08-31":                      {"long ago"},
		"?from=2026-10-06&to=2026-10-06":      {"all", "south", "lambeth", "croydon", "east"},
		"?subRegion=south":                    {"south", "long ago"},
		"?borough=E09000022":                  {"all", "south", "lambeth"}, // London's sub-regions begin later than 1990
		"?borough=E09000008":                  {"all", "south", "croydon"},
		"?borough=E09000030":                  {"all", "east"},
		"?priorityId=" + priority:             {"east"},
		"?peerChallengeId=" + group.challenge: {"croydon"},
		"?peerChallengeGroupId=" + group.id:   {"croydon"},
		"?updatedSince=2099-01-01T00:00:00Z":  nil,
	} {
		if got := titles(query); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	var pages []string
	next := "/v1/events?sort=-startsOn&limit=2&count=true"
	for next != "" {
		var page struct {
			Items      []struct{ Title string }
			NextCursor *string
			Total      int
		}
		w.get(next).want(200).into(&page)
		if page.Total != 6 {
			t.Errorf("total %d", page.Total)
		}
		for _, item := range page.Items {
			pages = append(pages, item.Title)
		}
		next = ""
		if page.NextCursor != nil {
			next = "/v1/events?sort=-startsOn&limit=2&count=true&cursor=" + *page.NextCursor
		}
	}
	if want := titles("?sort=-startsOn"); !slices.Equal(pages, want) {
		t.Errorf("pages %v, want %v", pages, want)
	}
	if lines := strings.Count(w.get("/v1/events?format=csv").want(200).body, "\r\n"); lines != 7 {
		t.Errorf("%d lines of CSV", lines)
	}
	decoder, found := json.NewDecoder(strings.NewReader(w.get("/v1/events?format=ndjson").want(200).body)), 0
	for decoder.More() {
		var row struct{ Title string }
		if err := decoder.Decode(&row); err != nil {
			t.Fatal(err)
		}
		found++
	}
	if found != 6 {
		t.Errorf("%d rows of NDJSON", found)
	}
}
