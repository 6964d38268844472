package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// clocked is what a review says of its clocks.
type clocked struct {
	ID                   string
	Overdue              *bool
	Clocks               []api.ReviewClock
	ProgressReviewHeldOn *programme.Date
}

func (c clocked) late() []string {
	var names []string
	for _, clock := range c.Clocks {
		if clock.Overdue {
			names = append(names, string(clock.Name))
		}
	}
	return names
}

// TestClocksAreThePolicyOfTheProgramme: they follow what it sets, and are told to who belongs.
func TestClocksAreThePolicyOfTheProgramme(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager, host, outside, visitor := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughEditor, "E09000022"), w.as(programme.RoleBoroughEditor, "E09000028"), w.as(programme.RoleBoroughEditor, "E09000030")
	review := w.review(programme.ReviewFollowUp)
	path := "/v1/peer-reviews/" + review.ID
	w.sql(`UPDATE peer_reviews SET fieldwork_days = '["2025-08-30","2025-08-31"]', presentation_on = NULL, sessions = '[]', publication = 'boroughs', audience = '{programme,boroughs}', progress_review = NULL, cycle = '2025-26' WHERE id = $1`, review.ID)
	read := func(c caller) (r clocked) {
		t.Helper()
		c.get(path).want(200).into(&r)
		return r
	}
	for name, c := range map[string]caller{"the host": host, "a visitor": visitor, "the team": manager} {
		r := read(c)
		if len(r.Clocks) != 4 || !*r.Overdue || !slices.Equal(r.late(), []string{"progress_review", "progress_report"}) {
			t.Fatalf("%s reads %+v", name, r)
		}
		if plan := r.Clocks[1]; *plan.FromOn != "2025-11-30" || plan.DueOn != "2026-01-31" || !plan.Met || r.Clocks[2].DueOn != "2026-06-30" {
			t.Errorf("%s reads %+v", name, r.Clocks)
		}
	}
	if r := read(outside); r.Overdue != nil || len(r.Clocks) > 0 {
		t.Errorf("who does not belong reads %+v", r)
	}
	ids := func(c caller, query string) string {
		t.Helper()
		var page struct{ Items []clocked }
		c.get("/v1/peer-reviews?" + query).want(200).into(&page)
		return strconv.FormatBool(slices.ContainsFunc(page.Items, func(r clocked) bool { return r.ID == review.ID }))
	}
	if got := ids(outside, "overdue=true") + ids(outside, "overdue=false") + ids(host, "overdue=true") + ids(host, "overdue=false") + ids(visitor, "overdue=true") + ids(manager, "overdue=true"); got != "falsefalsetruefalsetruetrue" {
		t.Errorf("the lists have it %s", got)
	}

	// What is said of the progress review counts, and what is said too early is refused.
	if got := manager.change(http.MethodPatch, path, `{"progressReviewHeldOn":"2098-07-01"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/progressReviewHeldOn not_yet"}) {
		t.Errorf("held in the future: %v", got)
	}
	if got := manager.change(http.MethodPatch, path, `{"progressReviewHeldOn":"2025-08-31"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/progressReviewHeldOn order"}) {
		t.Errorf("held during fieldwork: %v", got)
	}
	if got := manager.post("/v1/peer-reviews", `{"title":"Early","host":"E09000022","cycle":"2026-27","progressReviewHeldOn":"2026-07-01"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/progressReviewHeldOn order", "/progressReviewHeldOn not_yet"}) {
		t.Errorf("held before it was proposed: %v", got)
	}
	manager.change(http.MethodPatch, path, `{"progressReviewHeldOn":"2026-07-01"}`).want(200)
	if got := read(host).late(); !slices.Equal(got, []string{"progress_report"}) {
		t.Errorf("held, and overdue is %v", got)
	}
	if r := read(outside); r.ProgressReviewHeldOn != nil {
		t.Error("others are told when it was held")
	}

	// The policy is the programme's: it gives itself longer, and the review follows.
	slow := `{"reviewClocks":{"reportMonths":3,"actionPlanFromMonths":3,"actionPlanMonths":5,"progressReviewMonths":120,"progressReportMonths":120,"source":null}}`
	host.change(http.MethodPatch, "/v1/programme", slow).want(403)
	backwards := strings.Replace(slow, `"actionPlanFromMonths":3`, `"actionPlanFromMonths":6`, 1)
	if got := manager.change(http.MethodPatch, "/v1/programme", backwards).problem(422, "invalid"); !slices.Equal(got, []string{"/reviewClocks/actionPlanMonths order"}) {
		t.Errorf("backwards: %v", got)
	}
	if got := manager.get("/v1/programme").want(200).body; !strings.Contains(got, "Local Government Association") {
		t.Errorf("nobody says whose clocks they are: %s", got)
	}
	manager.change(http.MethodPatch, "/v1/programme", slow).want(200)
	if r := read(host); *r.Overdue || r.Clocks[3].DueOn != "2035-08-31" {
		t.Errorf("after ten years they are %+v", r)
	}
	if got := ids(host, "overdue=true") + ids(host, "overdue=false"); got != "falsetrue" {
		t.Errorf("the lists have it %s", got)
	}
}

// TestTheListSaysOverdueAsTheReviewDoes, for what can be said of one at each border of its days.
func TestTheListSaysOverdueAsTheReviewDoes(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")
	today := programme.DefaultSettings.Today(clock())
	template := w.review(programme.ReviewFollowUp)
	id := func(last programme.Date, state, set string) {
		t.Helper()
		w.sql(`INSERT INTO peer_reviews (id, title, host_code, cycle, kloes, team, fieldwork_days, sessions, state, host_comments, report_links, publication, version, created_at, updated_at, audience)
			SELECT gen_random_uuid(), title, host_code, cycle, kloes, team, CAST($1 AS jsonb), '[]', $2, '[]', '[]', publication, 1, now(), now(), audience FROM peer_reviews WHERE id = $3`,
			fmt.Sprintf(`[%q]`, last), state, template.ID)
		if set != "" {
			w.sql("UPDATE peer_reviews SET " + set + " WHERE updated_at = (SELECT max(updated_at) FROM peer_reviews)")
		}
	}
	for _, months := range []int{3, 5, 10, 12} {
		for _, days := range []int{-4, -3, -2, -1, 0, 1} {
			last := today.AddMonths(-months).AddDays(days)
			id(last, "fieldwork", "")
			id(last, "factual_accuracy", "progress_review_on = '"+string(today.AddDays(days))+"'")
			id(last, "reported", "reported_on = '2026-01-01'")
			id(last, "follow_up", "reported_on = '2026-01-01', progress_review_held_on = '2026-11-01'")
			id(last, "follow_up", "reported_on = '2026-01-01', progress_review = E' \\n'")
			id(last, "closed", "reported_on = '2026-01-01', progress_review_waived = 'Inspected.'")
			id(last, "preparing", "")
			id(last, "cancelled", "")
		}
	}
	id("2024-01-01", "reported", "reported_on = '2026-01-01', progress_review = 'Much.'")
	w.sql(`INSERT INTO findings (id, peer_review_id, borough_code, kind, theme, text, indicators, self_evaluation_sections, version, created_at, updated_at, audience)
		SELECT gen_random_uuid(), id, host_code, 'strength', 'x', 'x', '{}', '{}', 1, now(), now(), audience FROM peer_reviews WHERE fieldwork_days = '["2024-01-01"]'`)
	counts := map[bool]int{}
	for _, wanted := range []bool{true, false} {
		for cursor := ""; ; {
			var page struct {
				Items      []clocked
				NextCursor *string
			}
			manager.get(fmt.Sprintf("/v1/peer-reviews?limit=500&overdue=%t%s", wanted, cursor)).want(200).into(&page)
			for _, r := range page.Items {
				counts[wanted]++
				if *r.Overdue != wanted {
					t.Errorf("overdue=%t lists %+v", wanted, r)
				}
			}
			if page.NextCursor == nil {
				break
			}
			cursor = "&cursor=" + *page.NextCursor
		}
	}
	if all := w.ownerGets("SELECT count(*)::text FROM peer_reviews"); fmt.Sprint(counts[true]+counts[false]) != all || counts[true] < 24 || counts[false] < 24 {
		t.Errorf("%d are overdue and %d are not, of %s", counts[true], counts[false], all)
	}
}
