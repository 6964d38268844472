package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// The benchmark asks the same questions of this service and of the least that
// could answer them: net/http with a pgx pool, hand-written SQL, no token, no
// validation, no log. Both run in one process against one database, with 16
// clients in interleaved rounds; the figure is the median of the rounds' ratios.
//
//	go test -run '^$' -bench Ratios -benchtime 1x ./pkg/server
const (
	rounds  = 5
	clients = 16
	span    = 2 * time.Second
)

// BenchmarkRatios is Region: 33 boroughs and their published data, beside
// synthetic indicators up to 264 thousand figures.
func BenchmarkRatios(b *testing.B) {
	w := bench(b, synthetic{authorities: 33, indicators: 200, quarters: 40})
	limit := w.limit(b)
	for b.Loop() {
		w.report(b, "borough", limit+"/boroughs/E09000022", same("/v1/boroughs/E09000022"))
		w.report(b, "borough-kept", w.constant(b, "/v1/boroughs/E09000022"), same("/v1/boroughs/E09000022"))
		w.report(b, "boroughs", limit+"/boroughs", same("/v1/boroughs"))
		w.report(b, "comparison", limit+"/comparisons?borough=E09000022&period=2021-22-Q1", same("/v1/comparisons?borough=E09000022&period=2021-22-Q1&limit=200"))
		// Every borough and quarter in turn: few answers are in the cache. Beside that, writing
		// as many bytes that are there already: more than this nobody can do.
		for _, method := range []api.MethodLength{api.Full, api.Short} {
			each, name := w.each(200), "comparison-each-"+string(method)
			ours := func(i int) string { return each(i) + "&method=" + string(method) }
			w.measure(b, name, limit, func(i int) string {
				return strings.TrimSuffix(strings.TrimPrefix(each(i), "/v1"), "&limit=200")
			}, ours)
			w.measure(b, name+"-constant", w.constant(b, ours(21*33)), same(""), ours)
		}
	}
	b.ReportMetric(residentMB(b), "MB-resident")
}

// BenchmarkSixMillion asks one question of 6.1 million figures, 153 authorities
// by 1,000 indicators by 40 quarters, and of 263 thousand, with 43 indicators:
// the same page of 40 comparisons among 153 authorities. It answers how much
// slower the large dataset is; 1 is as fast.
func BenchmarkSixMillion(b *testing.B) {
	small := bench(b, synthetic{authorities: 153, indicators: 43, quarters: 40})
	large := bench(b, synthetic{authorities: 153, indicators: 1000, quarters: 40})
	const question = "/v1/comparisons?borough=E09000022&period=2021-22-Q1&theme=Synthetic&limit=40"
	for b.Loop() {
		for name, path := range map[string]func(*world) func(int) string{
			"one": func(*world) func(int) string { return same(question) }, "each": func(w *world) func(int) string { return w.each(40) },
		} {
			var ratios []float64
			for range rounds {
				ratios = append(ratios, rate(b, small.http.URL, small.token(programme.RoleReporting), path(small))/rate(b, large.http.URL, large.token(programme.RoleReporting), path(large)))
			}
			b.ReportMetric(median(ratios), name+"-slower")
		}
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkWide asks for London's boroughs on all that is published of one year, each by
// itself and all at once, on a service that keeps no answer: how much of an item that is
// asked for alone costs one of many.
func BenchmarkWide(b *testing.B) {
	w := startOn(b, pgtest.Database(b), loggingToFile(b), func(cfg *server.Config) { cfg.CacheBytes = 1 })
	w.client = http.DefaultClient
	var boroughs api.BoroughPage
	w.get("/v1/boroughs").want(200).into(&boroughs)
	all := url.Values{"period": {"2024-25"}, "limit": {"500"}}
	for _, borough := range boroughs.Items {
		all.Add("borough", borough.Code)
	}
	narrow := func(i int) string {
		return "/v1/comparisons?period=2024-25&limit=500&borough=" + boroughs.Items[i%len(boroughs.Items)].Code
	}
	wide := "/v1/comparisons?" + all.Encode()
	var alone, many api.ComparisonPage
	w.get(narrow(0)).want(200).into(&alone)
	w.get(wide).want(200).into(&many)
	all.Del("limit")
	for _, c := range alone.Items {
		all.Add("indicator", c.Indicator)
	}
	table := "/v1/figure-table?" + all.Encode()
	for b.Loop() {
		var ratios, tables []float64
		for range rounds {
			token := w.token(programme.RoleReporting)
			ofOne := rate(b, w.http.URL, token, narrow)
			ratios = append(ratios, ofOne*float64(len(alone.Items))/(rate(b, w.http.URL, token, same(wide))*float64(len(many.Items))))
			tables = append(tables, ofOne/rate(b, w.http.URL, token, same(table)))
		}
		b.ReportMetric(median(ratios), "wide-item")
		b.ReportMetric(median(tables), "table")
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkMemory holds one dataset and nothing else in the process; the server
// of the benchmark is the whole program, but for PostgreSQL.
func BenchmarkMemory(b *testing.B) {
	for name, data := range map[string]synthetic{"london": {}, "four-times": {authorities: 153, indicators: 14, quarters: 40}, "six-million": {authorities: 153, indicators: 1000, quarters: 40}} {
		b.Run(name, func(b *testing.B) {
			w := bench(b, data)
			for b.Loop() {
				rate(b, w.http.URL, w.token(programme.RoleReporting), same("/v1/boroughs"))
			}
			runtime.GC()
			b.ReportMetric(residentMB(b), "MB-resident")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// synthetic is a made-up dataset. Its numbers mean nothing.
type synthetic struct{ authorities, indicators, quarters int }

// bench brings up a service with the synthetic figures beside London's. Its log
// is written to a file, as in production.
func bench(b *testing.B, s synthetic) *world {
	b.Helper()
	url := pgtest.Database(b)
	if s.authorities > 0 {
		s.fill(b, url)
	}
	w := startOn(b, url, loggingToFile(b))
	w.client = http.DefaultClient
	if _, err := w.store.Snapshot(b.Context()); err != nil { // a request would not wait for millions of figures
		b.Fatal(err)
	}
	w.get("/v1/boroughs").want(200)
	return w
}

// loggingToFile writes the service's log to a file.
func loggingToFile(b *testing.B) func(cfg *server.Config) {
	b.Helper()
	log, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = log.Close() })
	return func(cfg *server.Config) { cfg.Logger = slog.New(slog.NewJSONHandler(log, nil)) }
}

// fill writes the dataset with COPY, as an import would.
func (s synthetic) fill(b *testing.B, url string) {
	b.Helper()
	ctx := b.Context()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	run := func(sql string, args ...any) {
		if _, err := conn.Exec(ctx, sql, args...); err != nil {
			b.Fatalf("%s: %v", sql, err)
		}
	}
	release := "01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10"
	run(`INSERT INTO releases (id, dataset, title, publisher, licence, file, sha256, rows, methodology, state, state_reason, imported_at, version, updated_at)
		VALUES ($1, 'synthetic', 'Synthetic', 'Nobody', 'None', 'none.csv', repeat('0', 64), 1, '', 'standing', '', now(), 1, now())`, release)
	now := clock()
	for i := range s.indicators {
		for _, table := range []string{"indicators", "indicator_revisions"} {
			run(`INSERT INTO `+table+` (code, revision, name, theme, numerator, denominator, unit, multiplier, decimals, polarity, frequency, source, version, created_at, updated_at)
				VALUES ($1, 1, $1, 'Synthetic', 'n', 'd', 'percent', 100, 1, $2, 'quarterly', 'none', 1, $3, $3)`, indicatorCode(i), []string{"low", "high", "neutral"}[i%3], now)
		}
	}
	periods := s.periods()
	for _, p := range periods {
		run(`INSERT INTO periods (code, kind, starts_on, ends_on, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, p.Code, p.Kind, p.StartsOn, p.EndsOn, now)
	}
	rows, err := conn.Query(ctx, `SELECT code FROM authorities WHERE valid_to IS NULL ORDER BY code LIKE 'E09%' DESC, code LIMIT $1`, s.authorities)
	if err != nil {
		b.Fatal(err)
	}
	codes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	total := len(codes) * s.indicators * len(periods)
	_, err = conn.CopyFrom(ctx, pgx.Identifier{"observations"}, []string{"period_code", "indicator_code", "geography_code", "value", "status", "numerator", "denominator", "release_id"},
		pgx.CopyFromFunc(func() ([]any, error) {
			if n == total {
				return nil, nil
			}
			k := n
			n++
			numerator, denominator := float64(k*7919%900), 1000.0
			return []any{periods[k/(len(codes)*s.indicators)].Code, indicatorCode(k / len(codes) % s.indicators), codes[k%len(codes)], numerator / 10, "reported", numerator, denominator, release}, nil
		}))
	if err != nil {
		b.Fatal(err)
	}
	run("ANALYZE observations")
}

func indicatorCode(i int) string { return fmt.Sprintf("SYN_%04d_PCT", i) }

// periods are quarters from 2015-16 on.
func (s synthetic) periods() []benchmark.Period {
	var periods []benchmark.Period
	for q := range s.quarters {
		year := 2015 + q/4
		p, err := benchmark.ParsePeriod(fmt.Sprintf("%d-%02d-Q%d", year, (year+1)%100, q%4+1))
		if err != nil {
			panic(err)
		}
		periods = append(periods, p)
	}
	return periods
}

// constant starts a handler that writes the answer to the path as bytes that it
// holds, which is the most that net/http can do, and answers its address.
func (w *world) constant(b *testing.B, path string) string {
	b.Helper()
	kept := []byte(w.get(path).want(200).body)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /constant", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write(kept)
	})
	s := httptest.NewServer(mux)
	b.Cleanup(s.Close)
	return s.URL + "/constant"
}

// limit starts the least that could answer, and answers its address.
func (w *world) limit(b *testing.B) string {
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
	const boroughs = `SELECT b.code, b.name, b.short_name, b.liia_code, b.inner_outer, a.dfe_code, a.region_code, m.sub_region_slug, b.created_at, b.updated_at
		FROM boroughs b JOIN authorities a ON a.code = b.code
		LEFT JOIN memberships m ON m.borough_code = b.code AND m.valid_from <= current_date AND (m.valid_to IS NULL OR current_date <= m.valid_to)`
	type borough struct {
		Code       string    `json:"code"`
		Name       string    `json:"name"`
		ShortName  string    `json:"shortName"`
		LIIACode   string    `json:"liiaCode"`
		InnerOuter string    `json:"innerOuter"`
		DfECode    string    `json:"dfeCode"`
		RegionCode string    `json:"regionCode"`
		SubRegion  *string   `json:"subRegion"`
		CreatedAt  time.Time `json:"createdAt"`
		UpdatedAt  time.Time `json:"updatedAt"`
	}
	mux.HandleFunc("GET /boroughs/{code}", func(rw http.ResponseWriter, r *http.Request) {
		rows, _ := pool.Query(r.Context(), boroughs+` WHERE b.code = $1`, r.PathValue("code"))
		one, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[borough])
		respond(rw, one, err)
	})
	mux.HandleFunc("GET /boroughs", func(rw http.ResponseWriter, r *http.Request) {
		rows, _ := pool.Query(r.Context(), boroughs+` ORDER BY b.code LIMIT 50`)
		list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[borough])
		respond(rw, map[string]any{"items": list, "nextCursor": nil}, err)
	})
	type compared struct {
		Indicator string   `json:"indicator"`
		Value     *float64 `json:"value"`
		Previous  *float64 `json:"previous"`
		Rank      int      `json:"rank"`
		N         int      `json:"n"`
		Mean      *float64 `json:"mean"`
		P20       *float64 `json:"p20"`
		Q1        *float64 `json:"q1"`
		Median    *float64 `json:"median"`
		Q3        *float64 `json:"q3"`
		P80       *float64 `json:"p80"`
		Pooled    *float64 `json:"pooled"`
		SubMean   *float64 `json:"subRegionMean"`
		SNMean    *float64 `json:"neighbourMean"`
	}
	mux.HandleFunc("GET /comparisons", func(rw http.ResponseWriter, r *http.Request) {
		rows, _ := pool.Query(r.Context(), aggregate, r.URL.Query().Get("borough"), r.URL.Query().Get("period"), "2020-21-Q4")
		list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[compared])
		respond(rw, map[string]any{"items": list}, err)
	})
	s := httptest.NewServer(mux)
	b.Cleanup(s.Close)
	return s.URL
}

// aggregate computes the comparators of all indicators in one statement.
const aggregate = `
WITH mine AS (SELECT indicator_code, value FROM observations WHERE geography_code = $1 AND period_code = $2),
sub AS (SELECT borough_code FROM memberships WHERE sub_region_slug = (SELECT sub_region_slug FROM memberships WHERE borough_code = $1 LIMIT 1)),
near AS (SELECT neighbour_code FROM neighbours WHERE authority_code = $1)
SELECT o.indicator_code, max(mine.value), max(previous.value),
	1 + count(*) FILTER (WHERE o.value < mine.value), count(o.value), avg(o.value),
	percentile_cont(0.2) WITHIN GROUP (ORDER BY o.value), percentile_cont(0.25) WITHIN GROUP (ORDER BY o.value),
	percentile_cont(0.5) WITHIN GROUP (ORDER BY o.value), percentile_cont(0.75) WITHIN GROUP (ORDER BY o.value),
	percentile_cont(0.8) WITHIN GROUP (ORDER BY o.value),
	100 * sum(o.numerator) FILTER (WHERE sub.borough_code IS NOT NULL) / sum(o.denominator) FILTER (WHERE sub.borough_code IS NOT NULL),
	avg(o.value) FILTER (WHERE sub.borough_code IS NOT NULL), avg(o.value) FILTER (WHERE near.neighbour_code IS NOT NULL)
FROM observations o
LEFT JOIN mine ON mine.indicator_code = o.indicator_code
LEFT JOIN observations previous ON previous.geography_code = $1 AND previous.period_code = $3 AND previous.indicator_code = o.indicator_code
LEFT JOIN sub ON sub.borough_code = o.geography_code
LEFT JOIN near ON near.neighbour_code = o.geography_code
WHERE o.period_code = $2
GROUP BY o.indicator_code ORDER BY o.indicator_code`

func respond(w http.ResponseWriter, value any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

// same asks one question again and again.
func same(path string) func(int) string { return func(int) string { return path } }

// each asks for every borough and quarter in turn.
func (w *world) each(limit int) func(int) string {
	var boroughs struct{ Items []struct{ Code string } }
	w.get("/v1/boroughs").want(200).into(&boroughs)
	periods := synthetic{quarters: 40}.periods()
	return func(i int) string {
		return "/v1/comparisons?borough=" + boroughs.Items[i%33].Code + "&period=" + periods[i/33%40].Code + "&limit=" + strconv.Itoa(limit)
	}
}

// report measures ours against the limit, one question each.
func (w *world) report(b *testing.B, name, limit string, ours func(int) string) {
	b.Helper()
	base, path, _ := strings.Cut(strings.TrimPrefix(limit, "http://"), "/")
	w.measure(b, name, "http://"+base, same("/"+path), ours)
}

func (w *world) measure(b *testing.B, name, limit string, limits, ours func(int) string) {
	b.Helper()
	var ratios, absolute []float64
	for range rounds {
		theirs := rate(b, limit, "", limits)
		mine := rate(b, w.http.URL, w.token(programme.RoleReporting), ours)
		ratios, absolute = append(ratios, mine/theirs), append(absolute, mine)
	}
	b.ReportMetric(median(ratios), name+"-x-limit")
	b.ReportMetric(median(absolute), name+"/s")
	b.ReportMetric(0, "ns/op")
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// rate answers how many requests a second 16 clients get answered with the token.
func rate(b *testing.B, base, token string, path func(int) string) float64 {
	b.Helper()
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	return rateOf(b, base, header, http.StatusOK, path)
}

// rateOf is rate for requests with the header that are answered so.
func rateOf(b *testing.B, base string, header http.Header, status int, path func(int) string) float64 {
	b.Helper()
	return rateFor(b, span, base, header, status, path)
}

// rateFor is rateOf over another time.
func rateFor(b *testing.B, span time.Duration, base string, header http.Header, status int, path func(int) string) float64 {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: clients, DisableCompression: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	ctx, cancel := context.WithTimeout(b.Context(), span)
	defer cancel()
	counts := make([]int, clients)
	var group sync.WaitGroup
	start := time.Now()
	for c := range clients {
		group.Go(func() {
			for i := c; ctx.Err() == nil; i += clients {
				request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, base+path(i), http.NoBody)
				if err != nil {
					b.Error(err)
					return
				}
				request.Header = header.Clone()
				r, err := client.Do(request)
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				_ = r.Body.Close()
				if r.StatusCode != status {
					b.Errorf("%s: status %d", path(i), r.StatusCode)
					return
				}
				counts[c]++
			}
		})
	}
	group.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	return float64(total) / time.Since(start).Seconds()
}

// residentMB is the memory that the system counts for this process.
func residentMB(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal("only Linux tells the resident memory")
	}
	for line := range strings.Lines(string(status)) {
		var kB float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kB); n == 1 {
			return kB / 1024
		}
	}
	return 0
}
