package server_test

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// exampleQuarter is there in every world: its window has closed.
const exampleQuarter = "2026-27-Q1"

// Ids of the contract's examples.
const (
	exampleExtension        = "01932b7e-0000-7000-8000-000000000031"
	exampleCorrectionWindow = "01932b7e-0000-7000-8000-000000000032"
	exampleContact          = "01932b7e-0000-7000-8000-000000000033"
	exampleReminder         = "01932b7e-0000-7000-8000-000000000071"
	exampleReminderAddress  = "01932b7e-0000-7000-8000-000000000072"
)

var (
	_ = standIn("/v1/extensions", exampleExtension, func(w *world) string { return w.extension(own).ID })
	_ = standIn("/v1/correction-windows", exampleCorrectionWindow, func(w *world) string { return w.correctionWindow(own).ID })
	_ = standIn("/v1/contacts", exampleContact, func(w *world) string { return w.contact(own).ID })
	_ = standIn("/v1/reminders", exampleReminder, func(w *world) string { return w.reminder(own) })
	_ = standIn("/v1/reminder-addresses", exampleReminderAddress, func(w *world) string { return w.reminderAddress(own).ID })
)

// aQuarter is a quarter whose window opened, was due and closed on these days.
func aQuarter(code string, opens, due, late programme.Date) returns.Quarter {
	return returns.Quarter{Code: code, OpensOn: &opens, DueOn: &due, LateUntil: &late}
}

// extension gives the borough until a week from now, or a day more than it has.
func (w *world) extension(borough string) returns.Extension {
	w.t.Helper()
	given, err := w.store.Extensions(team, returns.OfQuarter{Quarter: exampleQuarter, Borough: &borough}, "").Page(w.t.Context(), programme.Window{Limit: 500})
	due := w.yesterday().AddDays(8)
	for _, e := range must(w, given, err).Items {
		due = max(due, e.DueOn.AddDays(1))
	}
	made, err := w.store.GrantExtension(w.t.Context(), team, exampleQuarter, returns.Extension{
		Granted: returns.Granted{Borough: borough, Reason: "The case system is being moved."}, DueOn: due,
	})
	return must(w, made, err)
}

func (w *world) correctionWindow(borough string) returns.CorrectionWindow {
	w.t.Helper()
	opens := w.yesterday().AddDays(90) // whatever extensions there are
	made, err := w.store.OpenCorrectionWindow(w.t.Context(), team, exampleQuarter, returns.CorrectionWindow{
		Granted: returns.Granted{Borough: borough, Reason: "Referrals of June were counted twice."}, OpensOn: opens, ClosesOn: opens.AddDays(7),
	})
	return must(w, made, err)
}

func (w *world) contact(borough string) returns.Contact {
	w.t.Helper()
	made, err := w.store.LogContact(w.t.Context(), team, exampleQuarter, returns.Contact{
		Borough: borough, ContactedOn: "2026-08-17", Channel: returns.ByPhone, Promised: new("The return, once the counts of June are checked."), PromisedBy: new("Head of performance"),
	})
	return must(w, made, err)
}

// TestTheWindowOnTheClock: days are London's, whatever the clocks did, and the service's
// own clock decides: what a quarter says of itself is the table of its edges.
func TestTheWindowOnTheClock(t *testing.T) {
	t.Parallel()
	w, turn := startByHand(t, leanDatabase(t), time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC))
	if _, err := w.store.CreateQuarter(t.Context(), team, aQuarter("2026-27-Q4", "2027-04-01", "2027-05-14", "2027-05-28")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ at, window string }{
		{"2027-03-31T22:59:59Z", "not_open"}, {"2027-03-31T23:00:00Z", "on_time"}, {"2027-05-14T22:59:59Z", "on_time"},
		{"2027-05-14T23:00:00Z", "late"}, {"2027-05-28T22:59:59Z", "late"}, {"2027-05-28T23:00:00Z", "closed"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		turn(at)
		var q struct{ Window string }
		w.get("/v1/quarters/2026-27-Q4").want(200).into(&q)
		if q.Window != c.window {
			t.Errorf("at %s the window is %s, want %s", c.at, q.Window, c.window)
		}
	}
}

// TestTheLifeOfAQuarter: planned, corrected, extended for one borough, opened again for
// another after the close; and everything that is refused on the way.
func TestTheLifeOfAQuarter(t *testing.T) {
	t.Parallel()
	w, turn := startByHand(t, leanDatabase(t), time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC))
	on := func(day string) caller {
		t.Helper()
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		turn(at.Add(12 * time.Hour))
		return w.as(programme.RoleProgramme, "")
	}
	const body = `{"code":"2026-27-Q4","opensOn":"2027-04-01","dueOn":"2027-05-14","lateUntil":"2027-05-28"}`
	const quarter = "/v1/quarters/2026-27-Q4"
	manager := on("2027-03-01")
	refused := func(r answer, status int, code string, faults ...string) {
		t.Helper()
		if got := r.problem(status, code); !slices.Equal(got, faults) {
			t.Errorf("faults %v, want %v", got, faults)
		}
	}
	refused(manager.post("/v1/quarters", strings.Replace(body, "2027-04-01", "2027-03-31", 1)), 422, "invalid", "/opensOn order")
	manager.post("/v1/quarters", body).want(201)
	refused(manager.post("/v1/quarters", body), 409, "exists", "/code exists")
	refused(manager.change(http.MethodPatch, "/v1/quarters/practice", `{"publishOn":"2027-06-30"}`), 409, "wrong_state")
	refused(manager.change(http.MethodDelete, "/v1/quarters/practice", "", "X-Audit-Reason", "To see"), 409, "wrong_state")

	refused(manager.change(http.MethodPatch, quarter, `{"framework":"9.9.9"}`), 422, "invalid", "/framework unknown_value")
	w.asks(quarter, "")

	manager = on("2027-04-01")
	w.asks(quarter, "1.0.0")
	refused(manager.change(http.MethodPatch, quarter, `{"framework":"1.0.0"}`), 422, "invalid", "/framework settled")
	refused(manager.change(http.MethodPatch, quarter, `{"opensOn":"2027-04-02","dueOn":"2027-05-13"}`), 422, "invalid", "/opensOn settled", "/dueOn settled")
	manager.change(http.MethodPatch, quarter, `{"publishOn":"2027-06-30"}`).want(200)
	refused(manager.change(http.MethodDelete, quarter, "", "X-Audit-Reason", "To see"), 409, "wrong_state")

	manager = on("2027-05-17")
	refused(manager.post(quarter+"/extensions", `{"borough":"E09000022","dueOn":"2027-05-14","reason":"Moved."}`), 422, "invalid", "/dueOn order")
	refused(manager.post(quarter+"/extensions", `{"borough":"E09000099","dueOn":"2027-05-20","reason":"Moved."}`), 422, "invalid", "/borough unknown_value")
	refused(manager.post(quarter+"/correction-windows", `{"borough":"E09000022","opensOn":"2027-06-01","closesOn":"2027-06-02","reason":"Twice."}`), 409, "wrong_state")
	extension := "/v1/extensions/" + manager.post(quarter+"/extensions", `{"borough":"E09000022","dueOn":"2027-05-20","reason":"Moved."}`).want(201).id()
	if got := w.outstanding(quarter, own); got.ExtendedUntil != "2027-05-20" || got.DaysLate != 0 {
		t.Errorf("with its extension Lambeth is %+v", got)
	}
	if got := w.outstanding(quarter, other); got.ExtendedUntil != "" || got.DaysLate != 3 {
		t.Errorf("without one Southwark is %+v", got)
	}
	refused(manager.change(http.MethodPost, extension+"/take-back", `{}`), 422, "invalid", "/reason reason_required")
	manager.change(http.MethodPost, extension+"/take-back", `{"reason":"The wrong borough"}`).want(200)
	refused(manager.change(http.MethodPost, extension+"/take-back", `{"reason":"The wrong borough"}`), 409, "wrong_state")
	if got := w.outstanding(quarter, own); got.ExtendedUntil != "" || got.DaysLate != 3 {
		t.Errorf("without its extension Lambeth is %+v", got)
	}

	manager = on("2027-05-29")
	refused(manager.change(http.MethodPatch, quarter, `{"lateUntil":"2027-06-04"}`), 422, "invalid", "/lateUntil settled")
	manager.post(quarter+"/correction-windows", `{"borough":"E09000022","opensOn":"2027-06-01","closesOn":"2027-06-02","reason":"Twice."}`).want(201)
	refused(manager.post("/v1/quarters/practice/extensions", `{"borough":"E09000022","dueOn":"2027-06-20","reason":"Moved."}`), 409, "wrong_state")
	refused(manager.post("/v1/quarters/2090-91-Q1/extensions", `{"borough":"E09000022","dueOn":"2027-06-20","reason":"Moved."}`), 404, "not_found")
}

// asks holds the quarter to the version of the framework by which it asks.
func (w *world) asks(quarter, want string) {
	w.t.Helper()
	var q struct{ Asks string }
	w.get(quarter).want(200).into(&q)
	if q.Asks != want {
		w.t.Errorf("it asks by %q, want %q", q.Asks, want)
	}
}

// outstandingRow is what the list of outstanding returns says of a borough.
type outstandingRow struct {
	Place, ExtendedUntil string
	DaysLate             int
}

func (w *world) outstanding(quarter, borough string) outstandingRow {
	w.t.Helper()
	var page struct{ Items []outstandingRow }
	w.get(quarter + "/outstanding?limit=500").want(200).into(&page)
	i := slices.IndexFunc(page.Items, func(r outstandingRow) bool { return r.Place == borough })
	if i < 0 {
		w.t.Fatalf("%s is not outstanding", borough)
	}
	return page.Items[i]
}

// TestCompletenessOfAQuarter: 33 boroughs in four sub-regions, one of which has sent its
// return; in every form, and as each may see it.
func TestCompletenessOfAQuarter(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.ownerDoes(`INSERT INTO benchmarking_submissions (id, borough_code, quarter_code, state, received_at, resubmitted, explanations, thread, numbers, under_review, days_late, illustrative, version,
			created_at, updated_at, audience)
		VALUES ('01932b7e-0000-7000-8000-000000000099', '` + own + `', '` + exampleQuarter + `', 'queried', '2026-08-10T09:00:00Z', 1, '[]', '[]', 2, 2, 0, false, 1,
			'2026-08-10T09:00:00Z', '2026-08-10T09:00:00Z', '{` + own + `,programme}')`)
	type row struct {
		Level, Place, State                 string
		Expected, Received, OnTime, Missing int
		Resubmitted                         *int
	}
	rows := func(c caller) []row {
		t.Helper()
		var page struct{ Items []row }
		c.get("/v1/quarters/" + exampleQuarter + "/completeness?limit=500").want(200).into(&page)
		return page.Items
	}
	all := rows(w.as(programme.RoleProgramme, ""))
	if len(all) != 1+4+33 || all[0].Expected != 33 || all[0].Received != 1 || all[0].OnTime != 1 || all[0].Missing != 32 {
		t.Fatalf("%d rows, of which the first is %+v", len(all), all[0])
	}
	subRegions := map[string]int{}
	for _, r := range all[1:5] {
		subRegions[r.Place] = r.Expected
	}
	if want := map[string]int{"south": 12, "east": 8, "north": 5, "north-west": 8}; !maps.Equal(subRegions, want) {
		t.Errorf("of sub-regions %v are expected, want %v", subRegions, want)
	}
	for _, c := range []struct {
		who         caller
		state       string
		resubmitted bool
	}{
		{w.as(programme.RoleProgramme, ""), "queried", true}, {w.as(programme.RoleBoroughSystem, own), "queried", true},
		{w.as(programme.RoleBoroughLead, other), "submitted", false}, {w.as(programme.RoleReporting, ""), "submitted", false},
	} {
		for _, r := range rows(c.who) {
			if r.Place == own && (r.State != c.state || (r.Resubmitted != nil) != c.resubmitted) {
				t.Errorf("it is %s, and shows %v resubmissions, want %s", r.State, r.Resubmitted, c.state)
			}
		}
	}
	table := w.get("/v1/quarters/" + exampleQuarter + "/outstanding?format=csv").want(200).body
	if lines := strings.Count(table, "\r\n"); lines != 1+32 || strings.Contains(table, own) {
		t.Errorf("the table has %d lines: %.300s", lines, table)
	}
	if got := rows(w.as(programme.RoleProgramme, "")); !reflect.DeepEqual(got, all) {
		t.Error("asked again it is another")
	}
	var practice struct{ Items []row }
	w.get("/v1/quarters/practice/completeness").want(200).into(&practice)
	if len(practice.Items) != 0 {
		t.Errorf("practice counts: %+v", practice.Items)
	}
}

// TestTimeliness: quarter after quarter whose window has opened, in the order of time; how
// often a return was sent in again is the borough's and the team's to see.
func TestTimeliness(t *testing.T) {
	t.Parallel()
	w := lean(t)
	for _, q := range []returns.Quarter{
		aQuarter("2025-26-Q4", "2026-04-01", "2026-05-14", "2026-05-28"), aQuarter("2098-99-Q1", "2098-07-01", "2098-08-14", "2098-08-28"),
	} {
		if _, err := w.store.CreateQuarter(t.Context(), team, q); err != nil {
			t.Fatal(err)
		}
	}
	w.ownerDoes(`INSERT INTO benchmarking_submissions (id, borough_code, quarter_code, state, received_at, resubmitted, explanations, thread, numbers, standing, days_late, illustrative, version,
			created_at, updated_at, audience)
		SELECT id, '` + own + `', quarter, 'accepted', received, resubmitted, '[]', '[]', resubmitted + 1, resubmitted + 1, 0, false, 1, received, received, '{` + own + `,programme}'
		FROM (VALUES ('01932b7e-0000-7000-8000-000000000098'::uuid, '2025-26-Q4', '2026-05-17T09:00:00Z'::timestamptz, 2),
		             ('01932b7e-0000-7000-8000-000000000099'::uuid, '` + exampleQuarter + `', '2026-08-10T09:00:00Z'::timestamptz, 0)) AS sent (id, quarter, received, resubmitted)`)
	type row struct {
		Quarter, Level         string
		Received, OnTime, Late int
		DaysLate, Resubmitted  *int
	}
	rows := func(c caller, query string) []row {
		t.Helper()
		var page struct{ Items []row }
		c.get("/v1/timeliness?limit=500&" + query).want(200).into(&page)
		return page.Items
	}
	shown := func(r row) string {
		text := r.Quarter + " " + r.Level
		for _, n := range []*int{&r.Received, &r.OnTime, &r.Late, r.DaysLate, r.Resubmitted} {
			if n == nil {
				text += " -"
				continue
			}
			text += " " + strconv.Itoa(*n)
		}
		return text
	}
	ofTheTeam, ofItsOwn, ofAnother := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own), w.as(programme.RoleBoroughLead, other)
	for _, c := range []struct {
		name  string
		who   caller
		query string
		want  []string
	}{
		{"the borough's, to the team", ofTheTeam, "borough=" + own, []string{"2025-26-Q4 borough 1 0 1 3 2", "2026-27-Q1 borough 1 1 0 0 0"}},
		{"the borough's, to itself", ofItsOwn, "borough=" + own, []string{"2025-26-Q4 borough 1 0 1 3 2", "2026-27-Q1 borough 1 1 0 0 0"}},
		{"the borough's, to another", ofAnother, "borough=" + own, []string{"2025-26-Q4 borough 1 0 1 3 -", "2026-27-Q1 borough 1 1 0 0 -"}},
		{"the region's, to the team", ofTheTeam, "level=region", []string{"2025-26-Q4 region 1 0 1 - 2", "2026-27-Q1 region 1 1 0 - 0"}},
		{"the region's, to a borough", ofItsOwn, "level=region", []string{"2025-26-Q4 region 1 0 1 - -", "2026-27-Q1 region 1 1 0 - -"}},
	} {
		var got []string
		for _, r := range rows(c.who, c.query) {
			got = append(got, shown(r))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if all := rows(ofTheTeam, ""); len(all) != 2*(1+4+33) {
		t.Errorf("there are %d rows of two quarters", len(all))
	}
	if got := w.get("/v1/timeliness?borough=E09000099").problem(400, "bad_request"); !slices.Equal(got, []string{"borough unknown_value"}) {
		t.Errorf("a borough that is not there: %v", got)
	}
}
