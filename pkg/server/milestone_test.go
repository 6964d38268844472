package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

var _ = standIn("/v1/milestones", exampleMilestone, func(w *world) string { return w.milestone("Practice week").ID })

// milestone writes one by hand.
func (w *world) milestone(title string, alter ...func(*programme.Milestone)) programme.Milestone {
	w.t.Helper()
	m := programme.Milestone{
		Title: title, Description: "Directors observed practice.", Cycle: "2026-27", Kind: programme.OtherMilestone, State: programme.MilestonePlanned,
		SubRegions: []string{"south"}, Boroughs: []string{"E09000022"},
	}
	for _, a := range alter {
		a(&m)
	}
	made, err := w.store.CreateMilestone(w.t.Context(), team, m)
	return must(w, made, err)
}

// derivedMilestone answers the address of the one that a challenge, which is completed, has.
func (w *world) derivedMilestone(challenge string) string {
	w.t.Helper()
	var list struct {
		Items []struct{ ID, PeerChallengeID string }
	}
	w.get("/v1/milestones?derived=true&kind=peer_challenge&limit=500").want(200).into(&list)
	for _, m := range list.Items {
		if m.PeerChallengeID == challenge {
			return "/v1/milestones/" + m.ID
		}
	}
	return ""
}

// wireMilestone is what the tests read of a milestone.
type wireMilestone struct {
	ID, Title, Description, State string
	PlannedFor, AchievedOn        *string
	SubRegions, Boroughs          []string
	Participants                  *int
	PeerChallengeID, PeerReviewID *string
	Derived, WordedByHand         bool
	Overdue                       bool
	Steps                         []struct{ Name, Code string }
}

func TestMilestoneNamesEveryFault(t *testing.T) {
	t.Parallel()
	w := lean(t)
	body := fmt.Sprintf(`{"title":"x","description":"","cycle":"2026-28","kind":"other","state":"planned","achievedOn":"2026-05-01","subRegions":["nowhere"],"boroughs":["E09000022","E09000099"],
		"priorityIds":[%q],"evidence":[{"title":"a","url":"https://example.org"},{"title":"b","url":"https://example.org"}],"peerChallengeId":%q,"peerReviewId":%q,"eventId":%q}`, nothing, nothing, nothing, nothing)
	want := []string{
		"/cycle cycle", "/achievedOn not_achieved", "/peerChallengeId other_kind", "/peerReviewId other_kind", "/eventId other_kind", "/evidence/1 repeated",
		"/subRegions/0 unknown_value", "/boroughs/1 unknown_value", "/priorityIds/0 unknown_value", "/peerReviewId unknown_value", "/peerChallengeId unknown_value", "/eventId unknown_value",
	}
	if got := w.write(http.MethodPost, "/v1/milestones", body).problem(422, "invalid"); !slices.Equal(got, want) {
		t.Errorf("faults %v,\nwant %v", got, want)
	}
	future := `{"title":"x","description":"","cycle":"2098-99","kind":"other","state":"achieved","achievedOn":"2098-05-01"}`
	if got := w.write(http.MethodPost, "/v1/milestones", future).problem(422, "invalid"); !slices.Equal(got, []string{"/achievedOn in_future"}) {
		t.Errorf("faults %v", got)
	}
	for _, link := range []string{"ftp://example.org", "javascript:alert(1)", "example.org"} {
		body := fmt.Sprintf(`{"title":"x","description":"","cycle":"2026-27","kind":"other","state":"planned","evidence":[{"title":"a","url":%q}]}`, link)
		w.write(http.MethodPost, "/v1/milestones", body).problem(422, "invalid")
	}
	path := "/v1/milestones/" + w.milestone("By hand").ID
	if got := w.patch(path, `{"wordedByHand":true}`).problem(422, "invalid"); !slices.Equal(got, []string{"/wordedByHand not_derived"}) {
		t.Errorf("faults %v", got)
	}
	w.patch(path, `{"wordedByHand":false,"plannedFor":null,"priorityIds":[],"participants":12}`).want(200)
}

// TestAMilestoneIsDerivedFromAChallenge from its plan to its end, and says what the
// challenge says.
func TestAMilestoneIsDerivedFromAChallenge(t *testing.T) {
	t.Parallel()
	w := lean(t)
	challenge := w.challenge(programme.ChallengeInProgress).ID
	path := "/v1/peer-challenges/" + challenge
	milestone := w.derivedMilestone(challenge)
	read := func() (m wireMilestone) { w.get(milestone).want(200).into(&m); return m }
	if m := read(); m.State != "planned" || *m.PlannedFor != "2026-10-16" || m.AchievedOn != nil || !m.Overdue {
		t.Fatalf("while it is in progress: %+v", m)
	}
	if got := w.titles("/v1/milestones?overdue=true&derived=true"); !slices.Contains(got, "South London challenge") {
		t.Errorf("overdue are %v", got)
	}
	w.met(challenge)
	w.step(path, "complete").want(200)
	if got := w.titles("/v1/milestones?overdue=true&derived=true"); slices.Contains(got, "South London challenge") {
		t.Errorf("what is achieved is overdue: %v", got)
	}
	if m := read(); m.Title != "South London challenge" || m.Description != "Peer challenge of 2 boroughs, conducted with coaching." || m.State != "achieved" || *m.AchievedOn != "2026-10-16" || !m.Derived || m.WordedByHand {
		t.Fatalf("%+v", m)
	}
	first := w.etag(milestone)
	w.patch(path, `{"learningThemes":["Listening"]}`).want(200)
	if w.etag(milestone) != first {
		t.Error("a new version, though nothing in it has changed")
	}
	w.patch(path, `{"title":"South London 2026","endsOn":"2026-10-23","methods":["coaching","appreciative inquiry"]}`).want(200)
	if m := read(); m.Title != "South London 2026" || m.Description != "Peer challenge of 2 boroughs, conducted with coaching and appreciative inquiry." || *m.AchievedOn != "2026-10-23" {
		t.Errorf("%+v", m)
	}
	w.step(path, "reopen", "It goes on").want(200)
	if m := read(); m.State != "planned" || m.AchievedOn != nil || *m.PlannedFor != "2026-10-23" {
		t.Errorf("reopened: %+v", m)
	}
	w.step(path, "cancel", "It does not").want(200)
	if m := read(); m.State != "cancelled" {
		t.Errorf("cancelled: %+v", m)
	}
	w.step(path, "reopen", "It does after all").want(200)
	for _, step := range []string{"prepare", "start", "complete", "close"} {
		w.step(path, step).want(200)
	}
	if m := read(); m.State != "achieved" {
		t.Errorf("closed: %+v", m)
	}
	if w.derivedMilestone(challenge) != milestone {
		t.Error("completing it again has derived another")
	}
}

// TestADerivedMilestoneIsWordedByHand and keeps its link: only what does not follow
// can be changed.
func TestADerivedMilestoneIsWordedByHand(t *testing.T) {
	t.Parallel()
	w := lean(t)
	challenge := w.challenge(programme.ChallengeInProgress).ID
	milestone := w.derivedMilestone(challenge)
	var m wireMilestone
	w.patch(milestone, `{"title":"Twelve directors met","participants":36,"evidence":[{"title":"Programme","url":"https://example.org"}]}`).want(200).into(&m)
	if m.Title != "Twelve directors met" || !m.WordedByHand || *m.Participants != 36 {
		t.Errorf("%+v", m)
	}
	w.patch("/v1/peer-challenges/"+challenge, `{"title":"Another","subRegion":"east"}`).want(200)
	w.get(milestone).want(200).into(&m)
	if m.Title != "Twelve directors met" || !slices.Equal(m.SubRegions, []string{"east"}) || *m.Participants != 36 || *m.PeerChallengeID != challenge {
		t.Errorf("%+v", m)
	}
	got := w.patch(milestone, `{"title":"x","state":"missed","boroughs":["E09000022"],"plannedFor":null,"wordedByHand":true}`).problem(409, "derived")
	if want := []string{"/state derived", "/plannedFor derived", "/boroughs derived"}; !slices.Equal(got, want) {
		t.Errorf("faults %v, want %v", got, want)
	}
	if got := w.patch(milestone, `{"title":"x","wordedByHand":false}`).problem(409, "derived"); !slices.Equal(got, []string{"/title derived"}) {
		t.Errorf("faults %v", got)
	}
	w.patch(milestone, `{"wordedByHand":false}`).want(200).into(&m)
	if m.Title != "Another" || m.WordedByHand {
		t.Errorf("%+v", m)
	}
	w.write(http.MethodDelete, milestone, "", "If-Match", w.etag(milestone)).problem(409, "derived")
	wantStep(t, w.write(http.MethodGet, milestone, ""), "delete", false, "derived")
	w.get(milestone).want(200).into(&m)
	if len(m.Steps) != 0 {
		t.Errorf("a reporting tool is told that it may do something: %+v", m.Steps)
	}
	byHand := "/v1/milestones/" + w.milestone("By hand").ID
	w.write(http.MethodDelete, byHand, "", "If-Match", w.etag(byHand)).want(204)
}

// TestWhichReviewAMilestoneReports: the host is told, another borough is not, and
// neither by CSV.
func TestWhichReviewAMilestoneReports(t *testing.T) {
	t.Parallel()
	w := lean(t)
	review := w.bareReview("{programme,E09000022}")
	id := w.milestone("Review", func(m *programme.Milestone) { m.Kind, m.PeerReviewID = programme.ReviewMilestone, &review }).ID
	for token, told := range map[string]bool{
		w.token(programme.RoleProgramme): true, w.token(programme.RoleBoroughEditor): true, w.token(programme.RoleReporting): false, w.tokenOf(programme.RoleBoroughLead, "E09000030"): false,
	} {
		var m wireMilestone
		w.send(ask{method: http.MethodGet, path: "/v1/milestones/" + id, token: token}).want(200).into(&m)
		if (m.PeerReviewID != nil) != told {
			t.Errorf("told %v, want %v", m.PeerReviewID, told)
		}
		for _, format := range []string{"json", "csv", "ndjson"} {
			list := w.send(ask{method: http.MethodGet, path: "/v1/milestones?format=" + format, token: token}).want(200)
			if strings.Contains(list.body, review) != told {
				t.Errorf("%s: told %v", format, !told)
			}
		}
	}
}

// bareReview makes a review that this audience may see.
func (w *world) bareReview(audience string) string {
	w.t.Helper()
	id := uuid.NewString()
	w.exec(`INSERT INTO peer_reviews (id, title, host_code, cycle, kloes, team, fieldwork_days, sessions, state, host_comments, report_links, publication, version, created_at, updated_at, audience)
		VALUES ($1, 'Review', 'E09000022', '2026-27', '{}', '[]', '[]', '[]', 'proposed', '[]', '[]', 'host_and_team', 1, now(), now(), $2)`, id, audience)
	return id
}

// exec runs a statement beside the service.
func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	w.asOwner(func(conn *pgx.Conn) error { _, err := conn.Exec(w.t.Context(), sql, args...); return err })
}

// titles answers those of a list, in its order, page by page.
func (w *world) titles(path string) []string {
	w.t.Helper()
	titles := []string{}
	for cursor := ""; ; {
		var page struct {
			Items      []struct{ Title string }
			NextCursor *string
		}
		w.get(path + cursor).want(200).into(&page)
		for _, item := range page.Items {
			titles = append(titles, item.Title)
		}
		if page.NextCursor == nil {
			return titles
		}
		cursor = "&cursor=" + url.QueryEscape(*page.NextCursor)
	}
}

func TestMilestonesAreFiltered(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.exec("DELETE FROM milestones")
	priority := w.snapshot().Priorities[0].ID
	w.milestone("undated")
	w.milestone("planned", func(m *programme.Milestone) {
		m.PlannedFor, m.SubRegions, m.Boroughs = new(programme.Date("2026-10-01")), []string{"east"}, []string{"E09000030"}
	})
	w.milestone("missed", func(m *programme.Milestone) {
		m.PlannedFor, m.State, m.Cycle = new(programme.Date("2025-05-01")), programme.MilestoneMissed, "2025-26"
	})
	w.milestone("achieved", func(m *programme.Milestone) {
		m.PlannedFor, m.AchievedOn, m.State, m.Cycle = new(programme.Date("2024-05-01")), new(programme.Date("2025-06-01")), programme.MilestoneAchieved, "2025-26"
		m.SubRegions, m.Boroughs, m.PriorityIDs, m.Kind = []string{"east", "south"}, []string{"E09000022", "E09000030"}, []string{priority}, programme.EventMilestone
	})
	w.milestone("also undated", func(m *programme.Milestone) { m.SubRegions, m.Boroughs = nil, nil })
	challenge := w.challenge(programme.ChallengeCompleted)
	for query, want := range map[string]string{
		"":                                  "undated, planned, missed, achieved, also undated, South London challenge",
		"cycle=2025-26":                     "missed, achieved",
		"subRegion=east":                    "planned, achieved",
		"borough=E09000022":                 "undated, missed, achieved",
		"kind=event":                        "achieved",
		"kind=peer_challenge":               "South London challenge",
		"state=missed":                      "missed",
		"priorityId=" + priority:            "achieved",
		"from=2025-06-01":                   "planned, achieved, South London challenge",
		"from=2025-06-02":                   "planned, South London challenge",
		"to=2025-06-01":                     "missed, achieved",
		"to=2025-05-31":                     "missed",
		"from=2025-05-01&to=2026-10-01":     "planned, missed, achieved",
		"derived=true":                      "South London challenge",
		"derived=false":                     "undated, planned, missed, achieved, also undated",
		"updatedSince=2099-01-01T00:00:00Z": "",
		"cycle=2026-27&subRegion=south&state=planned": "undated",
		"sort=date":                "missed, achieved, planned, South London challenge, undated, also undated",
		"sort=-date":               "South London challenge, planned, achieved, missed, also undated, undated",
		"sort=-updatedAt":          "South London challenge, also undated, achieved, missed, planned, undated",
		"sort=-date&to=2026-10-01": "planned, achieved, missed",
	} {
		if got := strings.Join(w.titles("/v1/milestones?limit=1&"+query), ", "); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
		if got := strings.Join(w.titles("/v1/milestones?"+query), ", "); got != want {
			t.Errorf("%s on one page: %s, want %s", query, got, want)
		}
		if got := w.get("/v1/milestones?format=csv&" + query).want(200); strings.Count(got.body, "\r\n") != 1+len(strings.Split(want, ", ")) && want != "" {
			t.Errorf("%s as CSV: %s", query, got.body)
		}
	}
	var page struct{ Total int }
	w.get("/v1/milestones?count=true&limit=1&subRegion=east").want(200).into(&page)
	if page.Total != 2 {
		t.Errorf("%d of East London", page.Total)
	}
	w.get("/v1/milestones?updatedSince=" + challenge.UpdatedAt.Format("2006-01-02T15:04:05.999999Z07:00")).want(200)
	for _, query := range []string{"state=done", "kind=party", "cycle=2026", "from=yesterday", "sort=title", "priorityId=x", "derived=perhaps"} {
		w.get("/v1/milestones?"+query).problem(400, "bad_request")
	}
}

func TestMilestoneSummary(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.exec("DELETE FROM milestones")
	if got := w.get("/v1/milestones/summary?format=csv").want(200).body; got != "cycle,subRegion,subRegionName,kind,state,milestones\r\n" {
		t.Errorf("of none: %s", got)
	}
	before := w.get("/v1/milestones/summary?format=csv").header.Get("ETag")
	w.milestone("a")
	w.milestone("b", func(m *programme.Milestone) { m.SubRegions = []string{"south", "east"} })
	w.milestone("c", func(m *programme.Milestone) { m.SubRegions = nil })
	w.milestone("d", func(m *programme.Milestone) { m.Cycle, m.State = "2025-26", programme.MilestoneMissed })
	w.challenge(programme.ChallengeCompleted)
	want := "cycle,subRegion,subRegionName,kind,state,milestones\r\n" +
		"2025-26,south,South London,other,missed,1\r\n" +
		"2026-27,,,other,planned,1\r\n" +
		"2026-27,east,East London,other,planned,1\r\n" +
		"2026-27,south,South London,other,planned,2\r\n" +
		"2026-27,south,South London,peer_challenge,achieved,1\r\n"
	after := w.get("/v1/milestones/summary?format=csv", "If-None-Match", before).want(200)
	if after.body != want {
		t.Errorf("got %s", after.body)
	}
	w.get("/v1/milestones/summary?format=csv", "If-None-Match", after.header.Get("ETag")).want(304)
	var counted []string
	for cursor := ""; ; {
		var page struct {
			Items []struct {
				Cycle      string
				SubRegion  *string
				Milestones int
			}
			NextCursor *string
			Total      int
		}
		w.get("/v1/milestones/summary?cycle=2026-27&count=true&limit=3" + cursor).want(200).into(&page)
		for _, c := range page.Items {
			place := "none"
			if c.SubRegion != nil {
				place = *c.SubRegion
			}
			counted = append(counted, fmt.Sprint(c.Cycle, " ", place, " ", c.Milestones))
		}
		if page.Total != 4 {
			t.Errorf("%d rows in all", page.Total)
		}
		if page.NextCursor == nil {
			break
		}
		cursor = "&cursor=" + *page.NextCursor
	}
	if want := []string{"2026-27 none 1", "2026-27 east 1", "2026-27 south 2", "2026-27 south 1"}; !slices.Equal(counted, want) {
		t.Errorf("%v, want %v", counted, want)
	}
}

// TestEverybodyReadsMilestonesAndOnlyTheTeamWrites.
func TestEverybodyReadsMilestonesAndOnlyTheTeamWrites(t *testing.T) {
	t.Parallel()
	w := lean(t)
	path := "/v1/milestones/" + w.milestone("One").ID
	etag := w.etag(path)
	for _, role := range programme.Roles {
		w.send(ask{method: http.MethodGet, path: path, token: w.token(role)}).want(200)
		if role == programme.RoleProgramme {
			continue
		}
		w.send(ask{method: http.MethodPatch, path: path, token: w.token(role), body: `{"title":"x"}`, header: map[string]string{"If-Match": etag}}).problem(403, "role")
		w.send(ask{method: http.MethodDelete, path: path, token: w.token(role), header: map[string]string{"If-Match": etag}}).problem(403, "role")
		w.send(ask{method: http.MethodPost, path: "/v1/milestones", token: w.token(role), body: `{}`}).problem(403, "role")
	}
}

func (w *world) snapshot() *benchmark.Snapshot {
	w.t.Helper()
	snapshot, err := w.store.Snapshot(w.t.Context())
	return must(w, snapshot, err)
}

// TestAnswersDoNotMix: many callers at once, each with an answer of its own length,
// whose buffers are used again.
func TestAnswersDoNotMix(t *testing.T) {
	t.Parallel()
	w := start(t)
	var paths, bodies []string
	for i := range 8 {
		m := w.milestone(fmt.Sprint("Milestone ", i), func(m *programme.Milestone) { m.Description = strings.Repeat(fmt.Sprint(i), 500*i) })
		paths = append(paths, "/v1/milestones/"+m.ID, fmt.Sprint("/v1/milestones?limit=", i+1))
	}
	for _, path := range paths {
		bodies = append(bodies, w.get(path).want(200).body)
	}
	var group sync.WaitGroup
	for i, path := range paths {
		group.Go(func() {
			for range 20 {
				if got := w.get(path); got.body != bodies[i] {
					t.Errorf("%s: %.200s", path, got.body)
					return
				}
			}
		})
	}
	group.Wait()
}
