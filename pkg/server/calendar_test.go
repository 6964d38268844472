package server_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-ical"
	"github.com/jackc/pgx/v5"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// calendar reads a calendar with a parser that has nothing to do with what wrote
// it, and holds its bytes to RFC 5545.
func (w *world) calendar(path, token string) *ical.Calendar {
	w.t.Helper()
	r := w.send(ask{method: http.MethodGet, path: path, token: token}).want(200)
	if got := r.header.Get("Content-Type"); got != "text/calendar; charset=utf-8" {
		w.t.Errorf("content type %s", got)
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(r.body, "\r\n"), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n\x00\x07") {
			w.t.Errorf("the line %q is no content line", line)
		}
	}
	c, err := ical.NewDecoder(strings.NewReader(r.body)).Decode()
	if err != nil {
		w.t.Fatalf("%v:\n%s", err, r.body)
	}
	// The parser's own writer checks which properties there must be, and how often.
	if err := ical.NewEncoder(io.Discard).Encode(c); err != nil {
		w.t.Error(err)
	}
	for _, part := range append([]*ical.Component{c.Component}, c.Children...) {
		for _, props := range part.Props {
			for _, prop := range props {
				for name, values := range prop.Params {
					if len(values) != 1 {
						w.t.Errorf("%s has the parameter %s %d times", prop.Name, name, len(values))
					}
				}
			}
		}
	}
	return c
}

// entries answers the calendar's entries by UID; no two have the same.
func (w *world) entries(path, token string) map[string]ical.Event {
	w.t.Helper()
	found := map[string]ical.Event{}
	for _, e := range w.calendar(path, token).Events() {
		uid := value(w, e, ical.PropUID)
		if _, double := found[uid]; double {
			w.t.Errorf("two entries have the UID %s", uid)
		}
		found[uid] = e
	}
	return found
}

func value(w *world, e ical.Event, name string) string {
	w.t.Helper()
	text, err := e.Props.Text(name)
	if err != nil {
		w.t.Fatal(err)
	}
	return text
}

// between answers when an entry begins and ends, in UTC.
func between(w *world, e ical.Event) [2]string {
	w.t.Helper()
	begin, err := e.DateTimeStart(time.UTC)
	if err != nil {
		w.t.Fatal(err)
	}
	end, err := e.DateTimeEnd(time.UTC)
	if err != nil {
		w.t.Fatal(err)
	}
	return [2]string{begin.UTC().Format(time.RFC3339), end.UTC().Format(time.RFC3339)}
}

func TestCalendarInstants(t *testing.T) {
	t.Parallel()
	w := lean(t)
	for _, c := range []struct {
		name                       string
		firstDay, lastDay, at, end string
		want                       [2]string
		wholeDays                  bool
	}{
		{"in summer", "2026-07-01", "2026-07-01", "09:30", "16:00", [2]string{"2026-07-01T08:30:00Z", "2026-07-01T15:00:00Z"}, false},
		{"in winter", "2026-12-01", "2026-12-01", "09:30", "16:00", [2]string{"2026-12-01T09:30:00Z", "2026-12-01T16:00:00Z"}, false},
		{"clocks go back in between", "2026-10-24", "2026-10-25", "09:30", "16:00", [2]string{"2026-10-24T08:30:00Z", "2026-10-24T15:00:00Z"}, false},
		{"clocks go forward in between", "2027-03-27", "2027-03-28", "09:30", "16:00", [2]string{"2027-03-27T09:30:00Z", "2027-03-27T16:00:00Z"}, false},
		{"hours of a first and a last day, of before", "2026-07-01", "2026-07-03", "13:00", "12:00", [2]string{"2026-07-01T00:00:00Z", "2026-07-04T00:00:00Z"}, true},
		{"a whole day", "2026-07-01", "2026-07-01", "", "", [2]string{"2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z"}, true},
		{"whole days over a year's end", "2026-12-30", "2027-01-02", "", "", [2]string{"2026-12-30T00:00:00Z", "2027-01-03T00:00:00Z"}, true},
	} {
		made := w.event(func(e *programme.Event) {
			e.StartsOn, e.EndsOn, e.StartTime, e.EndTime = programme.Date(c.firstDay), programme.Date(c.lastDay), nil, nil
			if !c.wholeDays {
				e.StartTime, e.EndTime = &c.at, &c.end
			}
		})
		if c.wholeDays && c.at != "" {
			w.sql("UPDATE events SET start_time = $2, end_time = $3 WHERE id = $1", made.ID, c.at, c.end)
		}
		entry := w.entries("/v1/events/calendar.ics", w.token(programme.RoleReporting))[made.ID+"@peerchallenge"]
		if entry.Component == nil {
			t.Errorf("%s: not in the calendar", c.name)
			continue
		}
		if got := between(w, entry); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		for _, name := range []string{ical.PropDateTimeStart, ical.PropDateTimeEnd} {
			prop := entry.Props.Get(name)
			if days := prop.ValueType() == ical.ValueDate; days != c.wholeDays {
				t.Errorf("%s: %s counts days: %t", c.name, name, days)
			}
			if zone := prop.Params.Get(ical.ParamTimezoneID); (zone == "Europe/London") == c.wholeDays {
				t.Errorf("%s: %s is in the zone %q", c.name, name, zone)
			}
		}
	}
}

// TestCalendarBringsItsZone: hours are those of the programme's zone, whose clock the
// calendar brings along.
func TestCalendarBringsItsZone(t *testing.T) {
	t.Parallel()
	w := lean(t)
	elsewhere := startOn(t, w.url, func(cfg *server.Config) {
		zone, err := time.LoadLocation("America/New_York")
		if err != nil {
			t.Fatal(err)
		}
		cfg.Settings.Zone = zone
	})
	const path = "/v1/events/calendar.ics"
	zones := func(w *world) []string {
		ids := []string{}
		for _, child := range w.calendar(path, w.token(programme.RoleReporting)).Children {
			if child.Name == ical.CompTimezone {
				ids = append(ids, child.Props.Get(ical.PropTimezoneID).Value)
			}
		}
		return ids
	}
	if got := zones(w); !slices.Equal(got, []string{"Europe/London"}) {
		t.Errorf("without events the zones are %v", got)
	}
	uid := w.event().ID + "@peerchallenge"
	for zone, w := range map[string]*world{"Europe/London": w, "America/New_York": elsewhere} {
		if got := zones(w); !slices.Equal(got, []string{zone}) {
			t.Errorf("the zones are %v, want %s", got, zone)
		}
		if got := w.calendar(path, w.token(programme.RoleReporting)).Props.Get("X-WR-TIMEZONE").Value; got != zone {
			t.Errorf("the calendar is in %s, want %s", got, zone)
		}
		entry := w.entries(path, w.token(programme.RoleReporting))[uid]
		if begins := entry.Props.Get(ical.PropDateTimeStart); begins.Value != "20261005T093000" || begins.Params.Get(ical.ParamTimezoneID) != zone {
			t.Errorf("it begins at %s in %s, want half past nine in %s", begins.Value, begins.Params.Get(ical.ParamTimezoneID), zone)
		}
	}
}

// TestCalendarEntriesGrow: the UID stays, SEQUENCE grows and DTSTAMP says when,
// and what is cancelled stays as cancelled.
func TestCalendarEntriesGrow(t *testing.T) {
	t.Parallel()
	w := lean(t)
	id := w.event(func(e *programme.Event) { e.StartsOn, e.EndsOn = w.yesterday(), w.yesterday() }).ID
	path := "/v1/events/" + id
	sequence := 0
	check := func(status string) {
		t.Helper()
		var record struct{ UpdatedAt time.Time }
		w.get(path).want(200).into(&record)
		found := w.entries("/v1/events/calendar.ics", w.token(programme.RoleReporting))
		e := found[id+"@peerchallenge"]
		if len(found) != 1 || e.Component == nil {
			t.Fatalf("%d entries", len(found))
		}
		if got := e.Props.Get(ical.PropSequence).Value; got != strconv.Itoa(sequence) {
			t.Errorf("SEQUENCE %s, want %d", got, sequence)
		}
		if got := value(w, e, ical.PropStatus); got != status {
			t.Errorf("STATUS %s, want %s", got, status)
		}
		for _, name := range []string{ical.PropDateTimeStamp, ical.PropLastModified} {
			if at, err := e.Props.DateTime(name, time.UTC); err != nil || !at.Equal(record.UpdatedAt.Truncate(time.Second)) {
				t.Errorf("%s %s, want %s (%v)", name, at, record.UpdatedAt, err)
			}
		}
		sequence++
	}
	check("CONFIRMED")
	w.patch(path, `{"venue":"Civic Centre"}`).want(200)
	check("CONFIRMED")
	w.step(path, "hold").want(200)
	check("CONFIRMED")
	w.step(path, "reopen", "Another day").want(200)
	check("CONFIRMED")
	w.step(path, "cancel", "Nobody came").want(200)
	check("CANCELLED")
	w.step(path, "cancel", "Again").want(409)
	sequence--
	check("CANCELLED")
}

// TestCalendarText: what people write arrives as they wrote it, whatever it is.
func TestCalendarText(t *testing.T) {
	t.Parallel()
	w := lean(t)
	title := "Early help; children, families \\ schools: “Zoë’s” café — наставничество"
	long := strings.Repeat("Kinship carers’ views — ", 40) + "\r\nBEGIN:VEVENT\nand\ttabs"
	made := w.event(func(e *programme.Event) {
		e.Title, e.Description, e.Venue, e.Link = title, long+"\a", new("Town Hall, Brixton"), new("https://example.org/meeting?a=1,2;b=3")
		e.Kind, e.Illustrative = programme.ThematicEvent, new("The day.")
		e.Sessions = []programme.EventSession{
			{Title: "Front door", Day: new(programme.Date("2026-10-05")), StartTime: new("09:30"), EndTime: new("10:00")},
			{Title: "Lunch", StartTime: new("12:30")}, {Title: "Market", EndTime: new("15:00")}, {Title: "Talks"},
		}
	})
	e := w.entries("/v1/events/calendar.ics", w.token(programme.RoleReporting))[made.ID+"@peerchallenge"]
	description := strings.ReplaceAll(long, "\r\n", "\n") + "\n\nSessions:\n2026-10-05 09:30-10:00 Front door\n12:30 Lunch\nuntil 15:00 Market\nTalks" +
		"\n\nhttps://example.org/meeting?a=1,2;b=3\n\nAn example, not a fact: The day."
	for name, want := range map[string]string{
		ical.PropSummary: title, ical.PropDescription: description, ical.PropLocation: "Town Hall, Brixton", ical.PropCategories: "Thematic event",
	} {
		if got := value(w, e, name); got != want {
			t.Errorf("%s:\n%q, want\n%q", name, got, want)
		}
	}
	if got := e.Props.Get(ical.PropURL).Value; got != "https://example.org/meeting?a=1,2;b=3" {
		t.Errorf("URL %s", got)
	}
	// An address that is none must not begin a line of its own.
	made = w.event(func(e *programme.Event) { e.Link = new("https://example.org/\nATTACH:https://example.com") })
	e = w.entries("/v1/events/calendar.ics", w.token(programme.RoleReporting))[made.ID+"@peerchallenge"]
	if e.Props.Get(ical.PropURL) != nil || e.Props.Get(ical.PropAttach) != nil {
		t.Error("an address has brought a property of its own")
	}
}

func TestCalendarOfEvents(t *testing.T) {
	t.Parallel()
	w := lean(t)
	empty := w.calendar("/v1/events/calendar.ics", w.token(programme.RoleReporting))
	if len(empty.Events()) != 0 {
		t.Errorf("%d entries", len(empty.Events()))
	}
	for name, want := range map[string]string{"PRODID": "-//peerchallenge//peerchallenge//EN", "VERSION": "2.0", "NAME": "Peer Challenge & Review", "X-WR-CALNAME": "Peer Challenge & Review", "REFRESH-INTERVAL": "PT6H"} {
		if prop := empty.Props.Get(name); prop == nil || prop.Value != want {
			t.Errorf("%s is %v, want %s", name, prop, want)
		}
	}
	if empty.Props.Get(ical.PropMethod) != nil {
		t.Error("the calendar is a message")
	}
	w.event(func(e *programme.Event) { e.Title = "all" })
	w.event(func(e *programme.Event) {
		e.Title, e.Kind, e.SubRegion = "south", programme.ChallengeDay, new("south")
	})
	w.event(func(e *programme.Event) { e.Title, e.Boroughs = "lambeth", []string{"E09000022"} })
	w.event(func(e *programme.Event) { e.Title, e.Boroughs = "croydon", []string{"E09000008"} })
	w.event(func(e *programme.Event) { e.Title, e.SubRegion = "east", new("east") })
	for path, want := range map[string][]string{
		"/v1/events/calendar.ics":                    {"all", "croydon", "east", "lambeth", "south"},
		"/v1/events/calendar.ics?kind=challenge_day": {"south"},
		"/v1/events/calendar.ics?subRegion=east":     {"east"},
		"/v1/events/calendar.ics?kind=workshop":      nil,
		"/v1/boroughs/E09000022/calendar.ics":        {"all", "lambeth", "south"},
		"/v1/boroughs/E09000030/calendar.ics":        {"all", "east"},
	} {
		if got := w.summaries(path, w.token(programme.RoleBoroughSystem)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	w.get("/v1/events/calendar.ics?kind=party").problem(400, "bad_request")
}

// summaries answers the calendar's SUMMARYs in their order.
func (w *world) summaries(path, token string) []string {
	w.t.Helper()
	var texts []string
	for _, e := range w.entries(path, token) {
		texts = append(texts, value(w, e, ical.PropSummary))
	}
	slices.Sort(texts)
	return texts
}

func TestCalendarOfAGroup(t *testing.T) {
	t.Parallel()
	w := lean(t)
	group := w.meeting()
	other := w.meetingIn(group.challenge, "Others")
	w.event(func(e *programme.Event) { e.Title = "for all" })
	w.event(func(e *programme.Event) { e.Title, e.PeerChallengeID = "of the challenge", &group.challenge })
	w.event(func(e *programme.Event) { e.Title, e.PeerChallengeGroupID = "of the group", &group.id })
	w.event(func(e *programme.Event) {
		e.Title, e.PeerChallengeID, e.PeerChallengeGroupID = "of the group in its challenge", &group.challenge, &group.id
	})
	w.event(func(e *programme.Event) {
		e.Title, e.PeerChallengeID, e.PeerChallengeGroupID = "of others", &group.challenge, &other.id
	})
	path, reporting := "/v1/peer-challenge-groups/"+group.id+"/calendar.ics", w.token(programme.RoleReporting)
	want := []string{"South London challenge: Group I", "of the challenge", "of the group", "of the group in its challenge"}
	if got := w.summaries(path, reporting); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	entry := w.entries(path, reporting)[group.id+"@peerchallenge"]
	if got := between(w, entry); got != [2]string{"2026-10-08T00:00:00Z", "2026-10-10T00:00:00Z"} {
		t.Errorf("the group's days are %v", got)
	}
	if got := value(w, entry, ical.PropDescription); got != "Boroughs: Lambeth, Croydon\n\n2026-10-08 Lambeth presents" {
		t.Errorf("described as %q", got)
	}
	// Without days of its own a group has those on which its boroughs present.
	w.database(func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "UPDATE peer_challenge_groups SET starts_on = NULL, ends_on = NULL WHERE id = $1", group.id)
		return err
	})
	if got := between(w, w.entries(path, reporting)[group.id+"-E09000022@peerchallenge"]); got != [2]string{"2026-10-08T00:00:00Z", "2026-10-09T00:00:00Z"} {
		t.Errorf("Lambeth presents on %v", got)
	}
	// Where these are not settled either it has only its events.
	w.database(func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "UPDATE peer_challenge_groups SET members = '[]' WHERE id = $1", group.id)
		return err
	})
	if got := w.summaries(path, reporting); !slices.Equal(got, want[1:]) {
		t.Errorf("%v, want %v", got, want[1:])
	}
	w.get("/v1/peer-challenge-groups/nothing/calendar.ics").problem(400, "bad_request")
}

// TestCalendarKeepsTheMeetingLink, and where the group meets, for members and the
// programme's team, in every calendar in which the group stands.
func TestCalendarKeepsTheMeetingLink(t *testing.T) {
	t.Parallel()
	w := lean(t)
	group := w.meeting()
	for _, c := range []struct {
		role    programme.Role
		borough string
		sees    bool
	}{
		{programme.RoleProgramme, "", true},
		{programme.RoleBoroughLead, "E09000022", true},
		{programme.RoleBoroughSystem, "E09000008", true},
		{programme.RoleBoroughLead, "E09000030", false},
		{programme.RoleReporting, "", false},
	} {
		for _, path := range []string{"/v1/peer-challenge-groups/" + group.id + "/calendar.ics", "/v1/boroughs/E09000022/calendar.ics"} {
			entry := w.entries(path, w.tokenOf(c.role, c.borough))[group.id+"@peerchallenge"]
			if entry.Component == nil {
				t.Fatalf("%s of %q does not see the group in %s", c.role, c.borough, path)
			}
			inURL := entry.Props.Get(ical.PropURL) != nil
			inText := strings.Contains(value(w, entry, ical.PropDescription), "our-meeting")
			located := value(w, entry, ical.PropLocation) == "Brixton Town Hall"
			if inURL != c.sees || inText != c.sees || located != c.sees {
				t.Errorf("%s of %q in %s: URL %t, text %t, place %t, want %t", c.role, c.borough, path, inURL, inText, located, c.sees)
			}
		}
	}
}

// TestCalendarOfACancelledChallenge: its groups do not meet.
func TestCalendarOfACancelledChallenge(t *testing.T) {
	t.Parallel()
	w := lean(t)
	group := w.meeting()
	path, token := "/v1/peer-challenge-groups/"+group.id+"/calendar.ics", w.token(programme.RoleReporting)
	state := func() (status, sequence string) {
		e := w.entries(path, token)[group.id+"@peerchallenge"]
		return value(w, e, ical.PropStatus), e.Props.Get(ical.PropSequence).Value
	}
	if status, sequence := state(); status != "CONFIRMED" || sequence != "0" {
		t.Errorf("%s with sequence %s", status, sequence)
	}
	w.step("/v1/peer-challenges/"+group.challenge, "cancel", "Too few boroughs").want(200)
	if status, sequence := state(); status != "CANCELLED" || sequence == "0" {
		t.Errorf("%s with sequence %s", status, sequence)
	}
}

// TestCalendarIsConditional: the same events are the same bytes; others are not.
func TestCalendarIsConditional(t *testing.T) {
	t.Parallel()
	w := lean(t)
	path := "/v1/events/calendar.ics"
	for range 10 {
		w.event()
	}
	first := w.get(path).want(200)
	etag := first.header.Get("ETag")
	w.get(path, "If-None-Match", etag).want(304)
	packed := w.get(path, "Accept-Encoding", "gzip", "If-None-Match", `"other"`).want(200)
	if packed.header.Get("Content-Encoding") != "gzip" || packed.header.Get("ETag") == etag || len(packed.body) >= len(first.body) {
		t.Errorf("packed: %s with ETag %s", packed.header.Get("Content-Encoding"), packed.header.Get("ETag"))
	}
	w.event()
	if again := w.get(path, "If-None-Match", etag).want(200); again.header.Get("ETag") == etag {
		t.Error("another calendar has the same ETag")
	}
}
