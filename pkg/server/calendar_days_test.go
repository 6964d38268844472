package server_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"github.com/jackc/pgx/v5"

	"peerchallenge/pkg/programme"
)

// TestCalendarHoursAreDaily: an event of several days with hours is one entry, with the same
// hours by the clock on each of its days and none at night.
func TestCalendarHoursAreDaily(t *testing.T) {
	t.Parallel()
	w := lean(t)
	for _, c := range []struct {
		firstDay, lastDay programme.Date
		begins            []string
	}{
		{"2026-07-01", "2026-07-03", []string{"2026-07-01T08:30:00Z", "2026-07-02T08:30:00Z", "2026-07-03T08:30:00Z"}},
		{"2026-10-24", "2026-10-26", []string{"2026-10-24T08:30:00Z", "2026-10-25T09:30:00Z", "2026-10-26T09:30:00Z"}},
		{"2026-12-31", "2027-01-01", []string{"2026-12-31T09:30:00Z", "2027-01-01T09:30:00Z"}},
	} {
		made := w.event(func(e *programme.Event) {
			e.StartsOn, e.EndsOn, e.StartTime, e.EndTime = c.firstDay, c.lastDay, new("09:30"), new("16:00")
		})
		entry := w.entries("/v1/events/calendar.ics", w.token(programme.RoleReporting))[made.ID+"@peerchallenge"]
		if got := occurrences(w, entry); !slices.Equal(got, c.begins) {
			t.Errorf("%s to %s begins at %v, want %v", c.firstDay, c.lastDay, got, c.begins)
		}
		if got := between(w, entry); got[1][:10] != string(c.firstDay) {
			t.Errorf("%s to %s is one block until %s", c.firstDay, c.lastDay, got[1])
		}
	}
	single := w.event(func(e *programme.Event) { e.EndsOn = e.StartsOn })
	if e := w.entries("/v1/events/calendar.ics", w.token(programme.RoleReporting))[single.ID+"@peerchallenge"]; e.Props.Get(ical.PropRecurrenceRule) != nil {
		t.Error("an event of one day is repeated")
	}
}

// occurrences answers when each occurrence of an entry begins, in UTC.
func occurrences(w *world, e ical.Event) []string {
	w.t.Helper()
	begin, err := e.DateTimeStart(time.UTC)
	if err != nil {
		w.t.Fatal(err)
	}
	set, err := e.RecurrenceSet(begin.Location())
	if err != nil {
		w.t.Fatal(err)
	}
	all := []time.Time{begin}
	if set != nil {
		all = set.All()
	}
	texts := make([]string, len(all))
	for i, at := range all {
		texts[i] = at.UTC().Format(time.RFC3339)
	}
	return texts
}

// TestNoSuchTime: a time that the clock is put forward over is refused where it is written;
// one that it shows twice is taken, and means the first.
func TestNoSuchTime(t *testing.T) {
	t.Parallel()
	w := lean(t)
	event := func(rest string) string { return `{"kind":"workshop","title":"Night",` + rest + `}` }
	for body, want := range map[string][]string{
		event(`"startsOn":"2027-03-28","endsOn":"2027-03-28","startTime":"01:30","endTime":"02:00"`):                                                                                    {"/startTime no_such_time"},
		event(`"startsOn":"2027-03-26","endsOn":"2027-03-30","startTime":"00:30","endTime":"01:59"`):                                                                                    {"/endTime no_such_time"},
		event(`"startsOn":"2027-03-27","endsOn":"2027-03-28","sessions":[{"title":"Late","day":"2027-03-28","startTime":"01:00","endTime":"01:45"},{"title":"x","startTime":"01:00"}]`): {"/sessions/0/startTime no_such_time", "/sessions/0/endTime no_such_time"},
		event(`"startsOn":"2027-03-28","endsOn":"2027-03-28","sessions":[{"title":"Late","startTime":"01:00"}]`):                                                                        {"/sessions/0/startTime no_such_time"},
		event(`"startsOn":"2027-03-27","endsOn":"2027-03-28","startTime":"09:00","endTime":"08:00"`):                                                                                    {"/endTime order"},
	} {
		if got := w.write(http.MethodPost, "/v1/events", body).problem(422, "invalid"); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
	}
	for rest, want := range map[string]string{
		`"startsOn":"2027-03-28","endsOn":"2027-03-28","startTime":"02:00","endTime":"03:00"`: "2027-03-28T01:00:00Z",
		`"startsOn":"2026-10-25","endsOn":"2026-10-25","startTime":"01:30","endTime":"03:00"`: "2026-10-25T00:30:00Z",
		`"startsOn":"2026-10-25","endsOn":"2026-10-25","startTime":"00:30","endTime":"01:30"`: "2026-10-24T23:30:00Z",
	} {
		var made struct{ ID string }
		w.write(http.MethodPost, "/v1/events", event(rest)).want(201).into(&made)
		entry := w.entries("/v1/events/calendar.ics", w.token(programme.RoleReporting))[made.ID+"@peerchallenge"]
		if got := between(w, entry); got[0] != want {
			t.Errorf("%s begins at %s, want %s", rest, got[0], want)
		}
		w.patch("/v1/events/"+made.ID, `{"startsOn":"2027-03-28","endsOn":"2027-03-28","startTime":"01:30"}`).problem(422, "invalid")
	}
	review := `{"title":"Night","host":"E09000022","cycle":"2026-27","fieldworkDays":["2027-03-28"],"sessions":[{"title":"x","day":"2027-03-28","startTime":"01:30","endTime":"%s","attendees":null}]}`
	for ends, want := range map[string][]string{"02:30": {"/sessions/0/startTime no_such_time"}, "01:45": {"/sessions/0/startTime no_such_time", "/sessions/0/endTime no_such_time"}} {
		if got := w.write(http.MethodPost, "/v1/peer-reviews", strings.Replace(review, "%s", ends, 1)).problem(422, "invalid"); !slices.Equal(got, want) {
			t.Errorf("a session until %s: %v, want %v", ends, got, want)
		}
	}
	w.write(http.MethodPost, "/v1/peer-reviews", strings.NewReplacer("01:30", "02:30", "%s", "03:30").Replace(review)).want(201)
}

// TestCalendarTellsADayOnce: where an event of a group stands, the group's own entry leaves
// the day to it, with what it would have said.
func TestCalendarTellsADayOnce(t *testing.T) {
	t.Parallel()
	w := lean(t)
	group := w.meeting()
	w.database(func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "UPDATE peer_challenge_groups SET starts_on = '2026-10-07', ends_on = '2026-10-10' WHERE id = $1", group.id)
		return err
	})
	path, reporting := "/v1/peer-challenge-groups/"+group.id+"/calendar.ics", w.token(programme.RoleReporting)
	days := func() string {
		t.Helper()
		e, stands := w.entries(path, reporting)[group.id+"@peerchallenge"]
		if !stands {
			return ""
		}
		days := []string{}
		for _, at := range occurrences(w, e) {
			days = append(days, at[8:10])
		}
		end := between(w, e)[1]
		return strings.Join(days, " ") + " until " + end[8:10]
	}
	const presents = "2026-10-08 Lambeth presents"
	check := func(want string, told bool) {
		t.Helper()
		if got := days(); got != want {
			t.Errorf("the group's days are %q, want %q", got, want)
		}
		if e, stands := w.entries(path, reporting)[group.id+"@peerchallenge"]; stands && strings.Contains(value(w, e, ical.PropDescription), presents) != told {
			t.Errorf("the group's entry says who presents: %t, want %t", !told, told)
		}
	}
	check("07 until 11", true)
	on := func(first, last programme.Date) programme.Event {
		return w.event(func(e *programme.Event) {
			e.Kind, e.PeerChallengeGroupID, e.StartsOn, e.EndsOn, e.StartTime, e.EndTime = programme.ChallengeDay, &group.id, first, last, nil, nil
		})
	}
	second := on("2026-10-08", "2026-10-08")
	check("07 09 10 until 08", false)
	if e := w.entries(path, reporting)[second.ID+"@peerchallenge"]; !strings.Contains(value(w, e, ical.PropDescription), presents) {
		t.Errorf("the event does not say who presents: %q", value(w, e, ical.PropDescription))
	}
	w.step("/v1/events/"+second.ID, "cancel", "Another day").want(200)
	check("07 until 11", true)
	on("2026-10-06", "2026-10-07")
	check("08 until 11", true)
	on("2026-10-08", "2026-10-12")
	check("", false)
}
