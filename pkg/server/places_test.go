package server_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/jackc/pgx/v5"

	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// watched is a database that notes of which nouns it was asked where the feed stands,
// and how many lists of milestones were read. between, if there is one, runs when such a
// list has been read.
type watched struct {
	*postgres.Store

	mu      sync.Mutex
	asked   [][]string
	pages   int
	between func()
}

func (s *watched) Places(ctx context.Context, nouns []string) (string, error) {
	s.mu.Lock()
	s.asked = append(s.asked, nouns)
	s.mu.Unlock()
	return s.Store.Places(ctx, nouns)
}

func (s *watched) Milestones(actor programme.Actor, f programme.MilestoneFilter, sort string) programme.Listing[programme.Milestone] {
	list := s.Store.Milestones(actor, f, sort)
	page := list.Page
	list.Page = func(ctx context.Context, w programme.Window) (programme.Part[programme.Milestone], error) {
		part, err := page(ctx, w)
		s.pages++
		if s.between != nil {
			s.between()
		}
		return part, err
	}
	return list
}

// noted answers of which nouns it was asked since it was last asked that, each time.
func (s *watched) noted() [][]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

// watchedOn brings up a service whose database is watched.
func watchedOn(t testing.TB, url string) (*world, *watched) {
	t.Helper()
	var store *watched
	w := startOn(t, url, func(cfg *server.Config) {
		given, _ := cfg.Store.(*postgres.Store)
		store = &watched{Store: given}
		cfg.Store = store
	})
	return w, store
}

// TestAnUnchangedListIsNotMadeAgain: whoever holds it is told so, in either encoding, as
// they would be by a service that makes the page. What concerns the page, and nothing
// else, has it made again.
func TestAnUnchangedListIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	w, store := watchedOn(t, leanDatabase(t))
	id := w.write(http.MethodPost, "/v1/milestones", `{"title":"Practice week","description":"`+strings.Repeat("Long. ", 300)+`","cycle":"2026-27","kind":"other","state":"planned"}`).id()
	const path = "/v1/milestones?cycle=2026-27"
	asks := func(etag string, header ...string) answer {
		t.Helper()
		return w.get(path, append(header, "If-None-Match", etag)...)
	}
	etag := w.get(path).want(200).header.Get("ETag")
	packed := w.get(path, "Accept-Encoding", "gzip").want(200).header.Get("ETag")
	if etag == packed {
		t.Fatal("both encodings have one ETag")
	}
	asks(etag).want(304)
	store.pages = 0
	for range 2 {
		for _, held := range []string{etag, packed, "W/" + etag, `"another", ` + packed, "*"} {
			plain := asks(held).want(304)
			if got := plain.header.Get("ETag"); got != etag || plain.header.Get("Cache-Control") == "" || plain.header.Get("Vary") == "" || plain.body != "" {
				t.Errorf("%s is answered with %v", held, plain.header)
			}
			if got := asks(held, "Accept-Encoding", "gzip").want(304).header.Get("ETag"); got != packed {
				t.Errorf("%s is answered with %s where gzip is understood, want %s", held, got, packed)
			}
		}
	}
	w.write(http.MethodPost, "/v1/peer-reviews", `{"title":"Visit","host":"E09000022","cycle":"2026-27"}`).want(201)
	asks(etag).want(304)
	if store.pages != 0 {
		t.Errorf("the page was made %d times though it had not changed", store.pages)
	}
	asks(`"another"`).want(200)
	w.get(path+"&limit=1", "If-None-Match", etag).want(304) // the same bytes, of another question
	w.as(programme.RoleProgramme, "").send(http.MethodGet, path, "", "If-None-Match", etag).want(304)
	if store.pages != 3 {
		t.Errorf("the page was made %d times, want 3", store.pages)
	}
	w.patch("/v1/milestones/"+id, `{"title":"Practice fortnight"}`).want(200)
	next := asks(etag).want(200).header.Get("ETag")
	store.pages = 0
	if asks(next).want(304); store.pages != 0 {
		t.Error("the new page was not remembered")
	}
	w.patch("/v1/milestones/"+id, `{"title":"Practice week"}`).want(200)
	asks(etag).want(200) // its item has another version
}

// TestWhoHoldsNothingPaysNothing: the feed is asked for those alone who say what they
// hold, once where that is the present page, and twice where the page is made.
func TestWhoHoldsNothingPaysNothing(t *testing.T) {
	t.Parallel()
	w, store := watchedOn(t, leanDatabase(t))
	var etag string
	asks := func(what string, want int, status int, header ...string) {
		t.Helper()
		store.noted()
		etag = w.get("/v1/events", header...).want(status).header.Get("ETag")
		if got := len(store.noted()); got != want {
			t.Errorf("for %s the feed is asked %d times, want %d", what, got, want)
		}
	}
	asks("who holds nothing", 0, 200)
	asks("who holds nothing, again", 0, 200)
	asks("the first who holds the page", 2, 304, "If-None-Match", etag)
	asks("the next who holds it", 1, 304, "If-None-Match", etag)
	asks("who holds nothing where it is remembered", 0, 200)
	asks("who holds another", 2, 200, "If-None-Match", `"another"`)
	w.write(http.MethodPost, "/v1/events", `{"kind":"workshop","title":"Workshop","startsOn":"2026-10-05","endsOn":"2026-10-05"}`).want(201)
	asks("who holds what was", 2, 200, "If-None-Match", etag)
	asks("who holds what has come", 1, 304, "If-None-Match", etag)
}

// TestAPageReadDuringAChangeIsNotRemembered: it may be of the state before, while the
// feed stands behind the change already.
func TestAPageReadDuringAChangeIsNotRemembered(t *testing.T) {
	t.Parallel()
	w, store := watchedOn(t, leanDatabase(t))
	store.between = func() {
		_, err := w.store.CreateMilestone(t.Context(), team, programme.Milestone{Title: "Practice week", Cycle: "2026-27", Kind: programme.OtherMilestone, State: programme.MilestonePlanned})
		must(w, 0, err)
	}
	etag := w.get("/v1/milestones", "If-None-Match", `"none"`).want(200).header.Get("ETag")
	store.between = nil
	w.get("/v1/milestones", "If-None-Match", etag).want(200)
}

// TestWhereTheFeedIsSilentThePageIsMade: a fault of what only saves work is none of the
// page.
func TestWhereTheFeedIsSilentThePageIsMade(t *testing.T) {
	t.Parallel()
	w := lean(t)
	silent := startOn(t, w.url, func(cfg *server.Config) { cfg.Store = forgetful{w.store} })
	etag := silent.get("/v1/milestones").want(200).header.Get("ETag")
	silent.get("/v1/milestones", "If-None-Match", etag).want(304)
}

// nounIn is the noun of each table that holds one. Of what has none an entry says
// nothing, so that no list that is remembered may be made of it; the audit's entries are
// of the noun that they are about.
var nounIn = map[string]string{
	"self_evaluation_templates": "self-evaluation-template", "self_evaluation_template_versions": "self-evaluation-template", "self_evaluations": "self-evaluation",
	"self_evaluation_versions": "self-evaluation", "self_evaluation_reads": "self-evaluation", "self_evaluation_comments": "self-evaluation-comment",
	"priorities": "priority", "sub_regions": "sub-region", "memberships": "membership", "boroughs": "borough", "authorities": "authority", "successions": "authority",
	"caveats": "caveat", "targets": "target", "indicators": "indicator", "indicator_revisions": "indicator", "periods": "period", "releases": "release", "programmes": "programme", "neighbour_models": "neighbour-model",
	"peer_challenges": "peer-challenge", "peer_challenge_groups": "peer-challenge-group", "grouping_proposals": "grouping-proposal", "participants": "participant",
	"peer_reviews": "peer-review", "peer_review_notes": "peer-review-note", "preparation_tasks": "preparation-task", "findings": "finding", "actions": "action", "asks_and_offers": "ask-or-offer", "events": "event", "milestones": "milestone",
	"api_clients": "api-client", "read_keys": "read-key", "calendar_subscriptions": "calendar-subscription", "token_revocations": "token-revocation",
	"frameworks": "framework", "benchmarking_submissions": "benchmarking-submission", "benchmarking_versions": "benchmarking-submission",
	"authorisations": "authorisation", "receipts": "receipt",
	"quarters": "quarter", "quarter_snapshots": "quarter-snapshot", "quarter_snapshot_documents": "quarter-snapshot", "quarter_snapshot_sources": "quarter-snapshot", "quarter_policies": "quarter", "narratives": "narrative",
	"extensions": "extension", "correction_windows": "correction-window", "contacts": "contact", "reminders": "reminder", "reminder_addresses": "reminder-address", "letters": "reminder",
	"audit_entries": "finding",
}

// infrastructure are tables that every request may read, none of which is in a page.
var infrastructure = []string{"generation", "access_generation", "cursor_keys", "feed", "goose_db_version"}

// TestListsSayWhatTheyRead asks for every list in every way, and again with all tables
// taken from the service but those of which it has said that it is made. Whatever fails
// then is made of more.
func TestListsSayWhatTheyRead(t *testing.T) {
	t.Parallel()
	w, store := watchedOn(t, leanDatabase(t))
	w.makeVisibilityRecords()
	w.standing(exampleSecret)
	owner, err := pgx.Connect(t.Context(), w.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(context.WithoutCancel(t.Context())) })
	rows, err := owner.Query(t.Context(), "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	tables = slices.DeleteFunc(tables, func(table string) bool { return slices.Contains(infrastructure, table) })
	for table := range nounIn {
		if !slices.Contains(tables, table) {
			t.Errorf("there is no table %s", table)
		}
	}
	ask := func(q question) (r answer, asked [][]string) {
		store.noted()
		r = w.as(q.role, own).send(http.MethodGet, q.path, "", "If-None-Match", `"none"`)
		return r, store.noted()
	}
	without := func(tables []string, do func()) {
		list := strings.Join(tables, ", ")
		if _, err := owner.Exec(t.Context(), "REVOKE SELECT ON "+list+" FROM peerchallenge_service"); err != nil {
			t.Fatal(err)
		}
		do()
		if _, err := owner.Exec(t.Context(), "GRANT SELECT ON "+list+" TO peerchallenge_service"); err != nil {
			t.Fatal(err)
		}
	}
	// What the address names is looked up first, and is no part of the page.
	lookedUp := map[string][]string{} // the tables, by operation
	lookUp := func(q question) []string {
		if _, known := lookedUp[q.operation]; !known && strings.Count(q.path, "/") > 3 {
			for _, table := range tables {
				without([]string{table}, func() {
					if _, asked := ask(q); len(asked) == 0 {
						lookedUp[q.operation] = append(lookedUp[q.operation], table)
					}
				})
			}
		}
		return lookedUp[q.operation]
	}
	type made struct{ nouns, lookedUp string }
	saying := map[made][]question{}
	for _, q := range w.questions(t) {
		if strings.Contains(q.path, "unsuppressed=") {
			continue // it is asked, and kept in the audit, each time
		}
		r, asked := ask(q)
		if r.status != http.StatusOK {
			t.Errorf("%s is %d: %s", q.path, r.status, r.body)
		}
		if (len(asked) == 0) != slices.Contains([]string{"listApiClients", "listReadKeys", "listCalendarSubscriptions", "listCompleteness", "listOutstanding", "listTimeliness", "listTasks", "listSelfEvaluations", "listSelfEvaluationVersions", "listSelfEvaluationReads", "listSelfEvaluationComments"}, q.operation) {
			t.Errorf("%s asks %d times where the feed stands", q.path, len(asked))
		}
		if len(asked) > 0 && asked[0][0] != programme.EveryNoun {
			of := made{strings.Join(asked[0], " "), strings.Join(lookUp(q), " ")}
			saying[of] = append(saying[of], q)
		}
	}
	for of, questions := range saying {
		unsaid := slices.DeleteFunc(slices.Clone(tables), func(table string) bool {
			return slices.Contains(strings.Fields(of.nouns), nounIn[table]) || slices.Contains(strings.Fields(of.lookedUp), table)
		})
		without(unsaid, func() {
			for _, q := range questions {
				if r, _ := ask(q); r.status != http.StatusOK {
					t.Errorf("%s says that it is made of %s alone, and is answered %d without all else", q.path, of.nouns, r.status)
				}
			}
		})
	}
	for _, table := range []string{"milestones", "peer_challenges", "memberships", "participants", "audit_entries"} {
		without([]string{table}, func() {
			for of, questions := range saying {
				for _, q := range questions {
					if !slices.Contains(strings.Fields(of.nouns), nounIn[table]) {
						break
					}
					if r, _ := ask(q); r.status != http.StatusOK {
						return
					}
				}
			}
			t.Errorf("no list fails without %s, so that this shows nothing", table)
		})
	}
}

// question is a list as somebody asks for it who may.
type question struct {
	operation, path string
	role            programme.Role
}

// questions are all lists of records, each plain, with all that can be asked beside, and
// narrowed, ordered and completed by each parameter.
func (w *world) questions(t *testing.T) []question {
	t.Helper()
	var questions []question
	for _, op := range contract.operations {
		if op.method != http.MethodGet || op.Extensions["x-from-snapshot"] == true || !hasParameter(op, "cursor") || slices.Contains([]string{"listChanges", "listReleases"}, op.OperationID) {
			continue // what the snapshot answers is made without the database, and the feed is no page that stays
		}
		asked := w.narrowable(op)
		add := func(path string) { questions = append(questions, question{op.OperationID, path, firstRole(op)}) }
		add(asked("", ""))
		add(asked("count", "true"))
		for _, p := range op.parameters {
			if p.Value.In == openapi3.ParameterInQuery && !slices.Contains([]string{"limit", "cursor", "count", "format", "bom"}, p.Value.Name) && !p.Value.Required {
				for _, value := range w.valuesFor(t, p.Value) {
					add(asked(p.Value.Name, value))
				}
			}
		}
	}
	if len(questions) < 100 {
		t.Errorf("there are only %d questions", len(questions))
	}
	return questions
}

// valuesFor answers values of the parameter that mean something.
func (w *world) valuesFor(t *testing.T, p *openapi3.Parameter) []string {
	t.Helper()
	schema := p.Schema
	if items := schema.Value.Items; items != nil {
		schema = items
	}
	of := map[string]string{
		"eventId": w.made[exampleEvent], "findingId": w.made[exampleFinding], "peerChallengeGroupId": w.made[exampleGroup], "peerChallengeId": w.made[exampleChallenge], "peerReviewId": w.made[exampleReview], "selfEvaluationId": w.made[exampleEvaluation],
		"Cycle": "2026-27", "SnapshotNumber": "1", "IndicatorCode": "REF_RATE", "QuarterCode": exampleQuarter, "FrameworkNumber": "1.0.0", "GeographyCode": own, "QuarterKey": exampleQuarter, "Slug": "south", "q": "e", "updatedSince": "2026-01-01T00:00:00Z", "from": "2026-01-01", "to": "2030-01-01",
	}
	switch {
	case p.Name == "include", p.Name == "by":
		var words []string
		for _, word := range enumOf(p) {
			words = append(words, fmt.Sprint(word))
		}
		return words
	case len(enumOf(p)) > 0:
		return []string{fmt.Sprint(enumOf(p)[0])}
	case p.Schema.Value.Type.Is("boolean"):
		return []string{"true"}
	case p.Name == "priorityId":
		return w.get("/v1/priorities").want(200).ids()[:1]
	case of[p.Name] != "":
		return []string{of[p.Name]}
	case of[schema.Ref[strings.LastIndex(schema.Ref, "/")+1:]] != "":
		return []string{of[schema.Ref[strings.LastIndex(schema.Ref, "/")+1:]]}
	}
	t.Errorf("nobody says what %s may be", p.Name)
	return nil
}
