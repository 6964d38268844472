package server_test

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// manyMilestones is how many the benchmarks have.
const manyMilestones = 100_000

// fillMilestones writes synthetic milestones: ten cycles, four sub-regions, every
// state and kind in turn, each with three boroughs, a link and a paragraph.
func (w *world) fillMilestones(n int) {
	w.t.Helper()
	review := w.bareReview("{programme,E09000022}")
	w.exec(`INSERT INTO milestones (id, title, description, cycle, kind, state, planned_for, achieved_on, sub_regions, boroughs, priority_ids, participants, evidence,
			peer_review_id, peer_review_audience, derived, worded_by_hand, version, created_at, updated_at, audience)
		SELECT ('01932b7e-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Milestone ' || n, repeat('Boroughs came together for a peer challenge. ', 5),
			(ARRAY['2017-18','2018-19','2019-20','2020-21','2021-22','2022-23','2023-24','2024-25','2025-26','2026-27'])[1 + n % 10],
			kind, state, '2017-04-01'::date + n % 3650, CASE WHEN state = 'achieved' THEN '2017-04-01'::date + n % 3650 END,
			ARRAY[(ARRAY['south','east','north','north-west'])[1 + n / 160 % 4]], ARRAY(SELECT code FROM boroughs ORDER BY code OFFSET n % 31 LIMIT 3),
			ARRAY(SELECT id::text FROM priorities ORDER BY id OFFSET n % 4 LIMIT 1), n % 100, '[{"title":"Report","url":"https://example.org/report.pdf"}]',
			CASE WHEN n = 40 THEN $2::uuid END, CASE WHEN n = 40 THEN '{programme,E09000022}'::text[] ELSE '{}' END, -- a review has one
			false, false, 1, now(), now(), '{programme,boroughs,reporting}'
		FROM (SELECT n, (ARRAY['peer_challenge','peer_review','event','other'])[1 + n / 40 % 4] AS kind, (ARRAY['planned','achieved','missed','cancelled'])[1 + n / 10 % 4] AS state
			FROM generate_series(1, $1::int) AS n) AS synthetic`, n, review)
	w.exec("ANALYZE milestones")
}

// BenchmarkMilestones asks for filtered pages of 100,000 milestones and for all of
// them as CSV, of this service and of the least that could answer the same. The
// last page, far into the list, should cost what the first one does.
//
//	go test -run '^$' -bench Milestones -benchtime 1x ./pkg/server
func BenchmarkMilestones(b *testing.B) {
	w := bench(b, synthetic{})
	w.fillMilestones(manyMilestones)
	limit := w.milestoneLimit(b)
	for b.Loop() {
		for name, filter := range map[string]string{"cycle-state": "cycle=2025-26&state=achieved", "sub-region": "subRegion=south"} {
			first := "/v1/milestones?" + filter
			last, after := w.lastPage(b, first)
			w.compareMilestones(b, name, map[string]string{"first": first, "last": last}, map[string]string{
				"first": "/milestones?" + filter, "last": "/milestones?" + filter + "&after=" + after,
			}, limit)
		}
		w.compareCSV(b, limit)
	}
	b.ReportMetric(0, "ns/op")
}

// compareMilestones measures both pages of both sides in turn.
func (w *world) compareMilestones(b *testing.B, name string, ours, theirs map[string]string, limit string) {
	b.Helper()
	ratios := map[string][]float64{}
	for range rounds {
		rates := map[string]float64{}
		for page := range ours {
			theirRate := rate(b, limit, "", same(theirs[page]))
			rates[page] = rate(b, w.http.URL, w.token(programme.RoleReporting), same(ours[page]))
			ratios[page+"-x-limit"] = append(ratios[page+"-x-limit"], rates[page]/theirRate)
		}
		ratios["last-cost"] = append(ratios["last-cost"], rates["first"]/rates["last"])
	}
	for what, values := range ratios {
		b.ReportMetric(median(values), name+"-"+what)
	}
}

// forgetful is a database that never says where the feed stands, so that no page is
// remembered.
type forgetful struct{ *postgres.Store }

func (forgetful) Places(context.Context, []string) (string, error) {
	return "", programme.Errorf(programme.Unavailable, programme.CodeDatabaseUnavailable, "The database is away.")
}

// BenchmarkMilestonesUnchanged asks for a filtered page of 100,000 milestones which the
// caller holds already, of this service and of itself as it would be without the memory of
// what it made last; and for the page by callers who hold nothing, and by such as hold
// something and ask what nobody has asked, so that it is remembered. The turns are short
// and go there and back, so that what else the machine does falls on all alike.
//
//	go test -run '^$' -bench MilestonesUnchanged -benchtime 1x ./pkg/server
func BenchmarkMilestonesUnchanged(b *testing.B) {
	w := bench(b, synthetic{})
	w.fillMilestones(manyMilestones)
	without := startOn(b, w.url, loggingToFile(b), func(cfg *server.Config) { cfg.Store = forgetful{w.store} })
	path := same("/v1/milestones?cycle=2025-26&state=achieved")
	var asked atomic.Int64
	anew := func(int) string { return "/v1/milestones?" + spelled("cycle=2025-26&state=achieved", asked.Add(1)) }
	another := http.Header{"If-None-Match": {`"another"`}}
	holding := http.Header{"If-None-Match": {w.get(path(0)).want(200).header.Get("ETag")}}
	turns := []struct {
		what   string
		of     *world
		header http.Header
		status int
		path   func(int) string
	}{
		{"page before", without, nil, http.StatusOK, path},
		{"page", w, nil, http.StatusOK, path},
		{"unchanged", w, holding, http.StatusNotModified, path},
		{"remembered", w, another, http.StatusOK, anew},
		{"remembered before", without, another, http.StatusOK, anew},
	}
	for b.Loop() {
		ratios := map[string][]float64{}
		for range 4 * rounds {
			rates := map[string]float64{}
			for _, t := range turns {
				header := http.Header{"Authorization": {"Bearer " + t.of.token(programme.RoleReporting)}}
				maps.Copy(header, t.header)
				rates[t.what] = rateFor(b, span/8, t.of.http.URL, header, t.status, t.path)
			}
			slices.Reverse(turns)
			for name, of := range map[string][2]string{"page-x-before": {"page", "page before"}, "unchanged-x-page": {"unchanged", "page"}, "remembered-x-before": {"remembered", "remembered before"}} {
				ratios[name] = append(ratios[name], rates[of[0]]/rates[of[1]])
			}
			b.Logf("a second: %v", rates)
		}
		for what, values := range ratios {
			b.ReportMetric(median(values), what)
		}
	}
	b.ReportMetric(0, "ns/op")
}

// spelled writes the values of the query in the nth of many ways.
func spelled(query string, n int64) string {
	var text strings.Builder
	value := false
	for _, letter := range []byte(query) {
		switch {
		case letter == '=' || letter == '&':
			value = letter == '='
		case value:
			if n&1 == 1 {
				fmt.Fprintf(&text, "%%%02X", letter)
				n >>= 1
				continue
			}
			n >>= 1
		}
		text.WriteByte(letter)
	}
	return text.String()
}

// lastPage follows the list to its last page of 50, and answers its address and
// the id of the milestone before it.
func (w *world) lastPage(b *testing.B, path string) (address, after string) {
	b.Helper()
	var page struct {
		Items      []struct{ ID string }
		NextCursor *string
		Total      int
	}
	w.get(path + "&limit=1&count=true").want(200).into(&page)
	left, cursor := page.Total, ""
	for left > 50 {
		page.NextCursor = nil
		w.get(path + cursor + "&limit=" + strconv.Itoa(min(500, left-50))).want(200).into(&page)
		left -= len(page.Items)
		cursor, after = "&cursor="+url.QueryEscape(*page.NextCursor), page.Items[len(page.Items)-1].ID
	}
	w.get(path + cursor).want(200).into(&page)
	if len(page.Items) != 50 {
		b.Fatalf("the last page has %d milestones", len(page.Items))
	}
	return path + cursor, after
}

// compareCSV reads the whole list from both sides in turn, one client each.
func (w *world) compareCSV(b *testing.B, limit string) {
	b.Helper()
	var ratios, seconds []float64
	for range rounds {
		theirs := readAll(b, limit+"/milestones.csv", "")
		mine := readAll(b, w.http.URL+"/v1/milestones?format=csv", w.token(programme.RoleReporting))
		ratios, seconds = append(ratios, theirs.Seconds()/mine.Seconds()), append(seconds, mine.Seconds())
	}
	b.ReportMetric(median(ratios), "csv-x-limit")
	b.ReportMetric(median(seconds), "csv-s")
}

func readAll(b *testing.B, address, token string) time.Duration {
	b.Helper()
	start := time.Now()
	if lines := stream(b, address, token, func() {}); lines != manyMilestones+1 {
		b.Fatalf("%s has %d lines", address, lines)
	}
	return time.Since(start)
}

// stream reads a whole answer, calls seen after every 2,000 lines, and answers how
// many there were.
func stream(t testing.TB, address, token string, seen func()) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	lines := 0
	in := bufio.NewReader(r.Body)
	for {
		line, err := in.ReadSlice('\n')
		if err == io.EOF && len(line) == 0 && r.StatusCode == http.StatusOK {
			return lines
		}
		if err != nil {
			t.Fatalf("status %d, %d lines: %v", r.StatusCode, lines, err)
		}
		if lines++; lines%2000 == 0 {
			seen()
		}
	}
}

// TestMilestonesStreamInConstantMemory: what is alive while ten times as many are
// read is hardly more, though they are some 24 MB. It is the median of what is seen on
// the way: a list that grew would be half there by then, and what others hold for a
// moment is not taken for it.
func TestMilestonesStreamInConstantMemory(t *testing.T) { // not beside others, whose memory would count
	w := start(t)
	w.fillMilestones(40_000)
	token := w.token(programme.RoleReporting)
	alive := func(query string, want int) uint64 {
		t.Helper()
		var seen []uint64
		lines := stream(t, w.http.URL+"/v1/milestones?format=csv"+query, token, func() {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			seen = append(seen, m.HeapAlloc)
		})
		if lines != want+1 {
			t.Fatalf("%d lines, want %d milestones under a header", lines, want)
		}
		slices.Sort(seen)
		return seen[len(seen)/2]
	}
	few, all := alive("&cycle=2025-26", 4_000), alive("", 40_000)
	if all > few+6<<20 { // what waits for the reader in memory, and what the database's rows are read into
		t.Errorf("%.1f MB alive while 40,000 are read, %.1f MB while 4,000 are", float64(all)/1e6, float64(few)/1e6)
	}
}

// leastMilestone is what the least that could answer reads and writes.
type leastMilestone struct {
	ID              string      `json:"id"`
	Title           string      `json:"title"`
	Description     string      `json:"description"`
	Cycle           string      `json:"cycle"`
	Kind            string      `json:"kind"`
	State           string      `json:"state"`
	PlannedFor      *string     `json:"plannedFor"`
	AchievedOn      *string     `json:"achievedOn"`
	SubRegions      []string    `json:"subRegions"`
	Boroughs        []string    `json:"boroughs"`
	PriorityIDs     []string    `json:"priorityIds"`
	Participants    *int        `json:"participants"`
	Evidence        []leastLink `json:"evidence"`
	PeerChallengeID *string     `json:"peerChallengeId"`
	PeerReviewID    *string     `json:"peerReviewId"`
	EventID         *string     `json:"eventId"`
	Derived         bool        `json:"derived"`
	WordedByHand    bool        `json:"wordedByHand"`
	Illustrative    *string     `json:"illustrative"`
	CreatedAt       time.Time   `json:"createdAt"`
	UpdatedAt       time.Time   `json:"updatedAt"`
	Etag            string      `json:"etag"`
}

type leastLink struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

const leastColumns = `SELECT id::text, title, description, cycle, kind, state, planned_for::text, achieved_on::text, sub_regions, boroughs, priority_ids, participants, evidence,
	peer_challenge_id::text, NULL::text, event_id::text, derived, worded_by_hand, illustrative, created_at, updated_at, '"' || version || '"' FROM milestones`

func (m *leastMilestone) targets() []any {
	return []any{
		&m.ID, &m.Title, &m.Description, &m.Cycle, &m.Kind, &m.State, &m.PlannedFor, &m.AchievedOn, &m.SubRegions, &m.Boroughs, &m.PriorityIDs, &m.Participants, &m.Evidence,
		&m.PeerChallengeID, &m.PeerReviewID, &m.EventID, &m.Derived, &m.WordedByHand, &m.Illustrative, &m.CreatedAt, &m.UpdatedAt, &m.Etag,
	}
}

// milestoneLimit starts the least that could answer lists of milestones.
func (w *world) milestoneLimit(b *testing.B) string {
	b.Helper()
	config, err := pgxpool.ParseConfig(w.url)
	if err != nil {
		b.Fatal(err)
	}
	config.MaxConns = 8
	pool, err := pgxpool.NewWithConfig(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /milestones", func(rw http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		sql, args := leastColumns+" WHERE sub_regions @> ARRAY[$1]", []any{query.Get("subRegion")}
		if cycle := query.Get("cycle"); cycle != "" {
			sql, args = leastColumns+" WHERE cycle = $1 AND state = $2", []any{cycle, query.Get("state")}
		}
		if after := query.Get("after"); after != "" {
			args = append(args, after)
			sql += " AND milestones.id > $" + strconv.Itoa(len(args))
		}
		sql += " ORDER BY milestones.id LIMIT 51"
		items, err := leastRead(r.Context(), pool, sql, args)
		var next *string
		if len(items) > 50 {
			items, next = items[:50], &items[49].ID
		}
		respond(rw, map[string]any{"items": items, "nextCursor": next}, err)
	})
	mux.HandleFunc("GET /milestones.csv", func(rw http.ResponseWriter, r *http.Request) {
		rows, err := pool.Query(r.Context(), leastColumns+" ORDER BY milestones.id")
		if err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
			return
		}
		out := csv.NewWriter(rw)
		_ = out.Write([]string{"id", "title"})
		for rows.Next() {
			var m leastMilestone
			if err := rows.Scan(m.targets()...); err != nil {
				panic(err)
			}
			_ = out.Write(m.record())
		}
		out.Flush()
	})
	s := httptest.NewServer(mux)
	b.Cleanup(s.Close)
	return s.URL
}

func leastRead(ctx context.Context, pool *pgxpool.Pool, sql string, args []any) ([]leastMilestone, error) {
	rows, err := pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	items := make([]leastMilestone, 0, 51)
	for rows.Next() {
		var m leastMilestone
		if err := rows.Scan(m.targets()...); err != nil {
			return nil, err
		}
		items = append(items, m)
	}
	return items, rows.Err()
}

// record is the milestone as the cells of a row: lists as JSON.
func (m *leastMilestone) record() []string {
	list := func(v any) string {
		text, _ := json.Marshal(v)
		return string(text)
	}
	optional := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	return []string{
		m.ID, m.Title, m.Description, m.Cycle, m.Kind, m.State, optional(m.PlannedFor), optional(m.AchievedOn), list(m.SubRegions), list(m.Boroughs), list(m.PriorityIDs),
		fmt.Sprint(*m.Participants), list(m.Evidence), optional(m.PeerChallengeID), optional(m.PeerReviewID), optional(m.EventID),
		strconv.FormatBool(m.Derived), strconv.FormatBool(m.WordedByHand), optional(m.Illustrative), m.CreatedAt.Format(time.RFC3339Nano), m.UpdatedAt.Format(time.RFC3339Nano), m.Etag,
	}
}
