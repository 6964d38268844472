package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// reminder lets the borough have been reminded in the quarter that every world has; of a
// later due day each time.
func (w *world) reminder(borough string) string {
	w.t.Helper()
	n := w.ownerGets("SELECT count(*)::text FROM reminders")
	w.ownerDoes(`INSERT INTO reminders (id, quarter_code, borough_code, occasion, due_on, reminded_on, mail, version, created_at, updated_at, audience)
		VALUES ('01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a4` + n + `', '` + exampleQuarter + `', '` + borough + `', 'five_days', '2026-08-14'::date + ` + n + `, '2026-08-09', 'sent', 1786230012000000,
			'2026-08-08T23:00:12Z', '2026-08-08T23:00:14Z', '{` + borough + `,programme}')`)
	return "01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a4" + n
}

func (w *world) reminderAddress(borough string) returns.ReminderAddress {
	w.t.Helper()
	address := "children" + strings.Replace(w.ownerGets("SELECT count(*)::text FROM reminder_addresses"), "0", "", 1) + "@example.org"
	made, err := w.store.NameReminderAddress(w.t.Context(), team, borough, returns.ReminderAddress{Address: address})
	return must(w, made, err)
}

// TestWhereABoroughIsReminded: its lead and the programme's team name addresses, five at
// most and each once; other boroughs see none.
func TestWhereABoroughIsReminded(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, editor, manager, outside := w.as(programme.RoleBoroughLead, own), w.as(programme.RoleBoroughEditor, own), w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, other)
	const list = "/v1/boroughs/" + own + "/reminder-addresses"
	made := lead.post(list, `{"address":"Returns@Lambeth.Example.org"}`).want(201)
	if !strings.Contains(made.body, `"Returns@lambeth.example.org"`) {
		t.Errorf("it is kept as %s", made.body)
	}
	lead.post(list, `{"address":"Returns@lambeth.example.org"}`).problem(409, "exists")
	lead.post(list, `{"address":"b@example.org"}`).want(201)
	editor.post(list, `{"address":"b@example.org"}`).problem(403, "role")
	outside.post(list, `{"address":"b@example.org"}`).problem(403, "not_yours")
	manager.post("/v1/boroughs/E06000001/reminder-addresses", `{"address":"b@example.org"}`).problem(404, "not_found")
	for _, name := range []string{"c", "d", "e"} {
		manager.post(list, `{"address":"`+name+`@example.org"}`).want(201)
	}
	if got := lead.post(list, `{"address":"f@example.org"}`).problem(422, "invalid"); len(got) != 1 || got[0] != "/address too_many" {
		t.Errorf("the sixth is refused for %v", got)
	}
	var page struct {
		Items []struct{ ID, Address string }
	}
	editor.get(list).want(200).into(&page)
	if len(page.Items) != 5 {
		t.Errorf("the borough's editor sees %v", page.Items)
	}
	outside.get(list).want(200).into(&page)
	if len(page.Items) != 0 {
		t.Errorf("another borough sees %v", page.Items)
	}
	editor.change(http.MethodDelete, "/v1/reminder-addresses/"+made.id(), "").problem(403, "role")
	lead.change(http.MethodDelete, "/v1/reminder-addresses/"+made.id(), "").want(204)
	lead.post(list, `{"address":"f@example.org"}`).want(201)
}

// TestReadinessSaysThatTheTimeIsBehind: a service that does not get on with what the days
// bring answers all the same, and says so.
func TestReadinessSaysThatTheTimeIsBehind(t *testing.T) {
	t.Parallel()
	start := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	w, turn := startByHand(t, leanDatabase(t), start)
	if _, err := w.store.KeepTime(t.Context()); err != nil {
		t.Fatal(err)
	}
	says := func() string {
		var ready answer
		w.eventually("the figures are read", func() bool {
			ready = w.get("/readyz")
			return ready.status == http.StatusOK
		})
		var health struct{ Status string }
		ready.into(&health)
		return health.Status
	}
	for _, c := range []struct {
		after time.Duration
		want  string
	}{{0, "ok"}, {3 * time.Minute, "ok"}, {3*time.Minute + time.Second, "behind"}} {
		turn(start.Add(c.after))
		if got := says(); got != c.want {
			t.Errorf("after %s it is %s, want %s", c.after, got, c.want)
		}
	}
	if _, err := w.store.KeepTime(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := says(); got != "ok" {
		t.Errorf("once it has caught up it is %s", got)
	}
}

// TestTheDueDayInTheCalendar: the borough and the team see until when its return is due,
// with an alarm for each reminder until it has come; others do not.
func TestTheDueDayInTheCalendar(t *testing.T) {
	t.Parallel()
	w, turn := startByHand(t, leanDatabase(t), time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC))
	if _, err := w.store.CreateQuarter(t.Context(), team, aQuarter("2026-27-Q4", "2027-04-01", "2027-05-14", "2027-05-28")); err != nil {
		t.Fatal(err)
	}
	const uid = "return-2026-27-Q4-" + own + "@peerchallenge"
	shown := func(role programme.Role, borough string) (due string, alarms int) {
		t.Helper()
		e, has := w.entries("/v1/boroughs/"+own+"/calendar.ics", w.as(role, borough).token)[uid]
		if !has {
			return "", 0
		}
		for _, child := range e.Children {
			if child.Name == "VALARM" {
				alarms++
			}
		}
		return between(w, e)[0][:10], alarms
	}
	check := func(at time.Time, due string, alarms int) {
		t.Helper()
		turn(at)
		for _, c := range []struct {
			role    programme.Role
			borough string
		}{{programme.RoleBoroughEditor, own}, {programme.RoleProgramme, ""}} {
			if got, rings := shown(c.role, c.borough); got != due || rings != alarms {
				t.Errorf("on %s the %s sees %q with %d alarms, want %q with %d", at.Format(time.DateOnly), c.role, got, rings, due, alarms)
			}
		}
		for _, role := range []programme.Role{programme.RoleBoroughLead, programme.RoleReporting} {
			if got, _ := shown(role, map[programme.Role]string{programme.RoleBoroughLead: other}[role]); got != "" {
				t.Errorf("on %s another's %s sees %s", at.Format(time.DateOnly), role, got)
			}
		}
	}
	noon := func(month time.Month, day int) time.Time { return time.Date(2027, month, day, 12, 0, 0, 0, time.UTC) }
	check(noon(3, 1), "2027-05-14", 4)
	entries := w.entries("/v1/boroughs/"+own+"/calendar.ics", w.as(programme.RoleBoroughEditor, own).token)
	if e, has := entries["window-2026-27-Q4-"+own+"@peerchallenge"]; !has || between(w, e)[0][:10] != "2027-04-01" || !strings.Contains(value(w, e, ical.PropDescription), "due on 2027-05-14, and a late one is taken until 2027-05-28") {
		t.Error("the calendar does not say when returns open")
	}
	if _, has := entries["publication-2026-27-Q4-"+own+"@peerchallenge"]; has {
		t.Error("a day of publication is in the calendar that nobody has announced")
	}
	check(noon(4, 1), "2027-05-14", 4)
	if _, err := w.store.GrantExtension(t.Context(), team, "2026-27-Q4", returns.Extension{Granted: returns.Granted{Borough: own, Reason: "The system moves."}, DueOn: "2027-05-21"}); err != nil {
		t.Fatal(err)
	}
	check(noon(4, 2), "2027-05-21", 4)
	w.ownerDoes(`INSERT INTO benchmarking_submissions (id, borough_code, quarter_code, state, received_at, resubmitted, explanations, thread, numbers, under_review, days_late, illustrative, version,
			created_at, updated_at, audience)
		VALUES ('01932b7e-0000-7000-8000-000000000099', '` + own + `', '2026-27-Q4', 'submitted', '2027-04-02T13:00:00Z', 0, '[]', '[]', 1, 1, 0, false, 1,
			'2027-04-02T13:00:00Z', '2027-04-02T13:00:00Z', '{` + own + `,programme}')`)
	check(noon(4, 3), "2027-05-21", 0)
	check(noon(6, 4), "2027-05-21", 0)
	check(noon(6, 5), "", 0)
	w.ownerDoes("UPDATE quarters SET publish_on = '2027-06-20' WHERE code = '2026-27-Q4'")
	check(noon(6, 20), "2027-05-21", 0)
	if e := w.entries("/v1/boroughs/"+own+"/calendar.ics", w.as(programme.RoleProgramme, "").token)["publication-2026-27-Q4-"+own+"@peerchallenge"]; between(w, e)[0][:10] != "2027-06-20" {
		t.Error("the calendar does not say when the quarter is to be shown")
	}
	check(noon(6, 21), "", 0)
}
