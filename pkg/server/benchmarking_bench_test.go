package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"peerchallenge/api"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// manyCounts is how many counts the framework of the benchmarks asks for.
const manyCounts = 200

// sendersAtOnce is how many boroughs send at once: as many as find room without waiting.
const sendersAtOnce = 8

// BenchmarkReturns lets eight boroughs send returns of 200 counts, each with twelve
// accepted quarters behind it, and compares what one costs with the least that could
// keep its numbers: net/http and pgx, which upsert its 200 rows in one statement, with
// no token, no validation, no rules, no audit and no feed, and Fastify and pg, which hold
// it to a schema and upsert likewise. All write into one database; once it flushes no
// commit, as in tests, and once each, as where data is kept. The turns are short, so that
// what else the machine does falls on all alike.
//
//	go test -run '^$' -bench Returns -benchtime 1x ./pkg/server
func BenchmarkReturns(b *testing.B) {
	b.Run("unflushed", func(b *testing.B) { benchmarkReturns(b, pgtest.Database(b)) })
	b.Run("flushed", func(b *testing.B) {
		url := pgtest.Flushing(b)
		if err := prepare(b.Context(), url); err != nil {
			b.Fatal(err)
		}
		benchmarkReturns(b, url)
	})
}

func benchmarkReturns(b *testing.B, url string) {
	b.Helper()
	w := startOn(b, url, loggingToFile(b))
	w.get("/v1/boroughs").want(200)
	quarter := w.manyCounts()
	w.acceptedBefore(0, 12)
	senders, limit := w.senders(quarter), w.upserting()
	upsertedAt := func(base string) func(*sendingOf, string) (*http.Request, error) {
		return func(s *sendingOf, body string) (*http.Request, error) {
			r, err := http.NewRequestWithContext(b.Context(), http.MethodPut, base+"/returns/"+s.borough+"/"+quarter, strings.NewReader(body))
			if err == nil {
				r.Header.Set("Content-Type", "application/json")
			}
			return r, err
		}
	}
	turns := []turn{{"put", senders, (*sendingOf).put}, {"upsert", senders, upsertedAt(limit)}, {"dry-run", senders, (*sendingOf).rehearse}}
	if fastify, _ := w.fastify(); fastify != "" {
		turns = append(turns, turn{"fastify", senders, upsertedAt(fastify)})
	}
	for b.Loop() {
		reportTurns(b, turns, "put")
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkHistory brings as many values of past quarters as come in one file, and
// answers how long that takes, how large the file is, and how much memory the process
// has then.
//
//	go test -run '^$' -bench History -benchtime 1x ./pkg/server
func BenchmarkHistory(b *testing.B) {
	w := startOn(b, pgtest.Database(b), loggingToFile(b))
	w.manyCounts()
	var boroughs api.BoroughPage
	w.get("/v1/boroughs").want(200).into(&boroughs)
	file := strings.Builder{}
	file.WriteString("borough,quarter,count,value\n")
	for n := range returns.MaxHistory {
		of := n / manyCounts
		quarter := of / len(boroughs.Items)
		fmt.Fprintf(&file, "%s,20%02d-%02d-Q%d,count_%03d,%d\n", boroughs.Items[of%len(boroughs.Items)].Code, 15+quarter/4, 16+quarter/4, 1+quarter%4, n%manyCounts, 1000+n%7)
	}
	before := residentMB(b)
	for b.Loop() {
		start := time.Now()
		var got api.BenchmarkingHistoryReport
		w.write(http.MethodPost, "/v1/benchmarking-history?framework=2.0.0", file.String(), "Content-Type", asCSV).want(200).into(&got)
		if b.ReportMetric(time.Since(start).Seconds(), "s"); got.Values != returns.MaxHistory {
			b.Fatalf("%d values came", got.Values)
		}
	}
	b.ReportMetric(float64(file.Len())/1e6, "MB-file")
	b.ReportMetric(residentMB(b), "MB-resident")
	b.ReportMetric(before, "MB-resident-before")
	b.ReportMetric(0, "ns/op")
}

// manyCounts publishes a framework that asks for 200 counts in twenty families, by all
// rules of London's that hold for every count, and answers a quarter that asks by it.
func (w *world) manyCounts() (quarter string) {
	w.t.Helper()
	d := w.document()
	d.Indicators, d.Relations, d.Families, d.Counts = nil, nil, nil, nil
	for i := range manyCounts {
		code := fmt.Sprintf("count_%03d", i)
		d.Counts = append(d.Counts, framework.Count{Code: code, Name: code, Basis: framework.Quarter, Policy: framework.Events})
		if i%10 == 0 {
			d.Families = append(d.Families, framework.Family{Whole: code, Remainder: framework.Shown})
			continue
		}
		family := &d.Families[len(d.Families)-1]
		family.Parts = append(family.Parts, code)
		d.Relations = append(d.Relations, framework.Relation{A: code, B: family.Whole, Kind: framework.PartOf})
	}
	w.ownerDoes(`INSERT INTO frameworks SELECT gen_random_uuid(), '2.0.0', name, state, published_at, '` + quoted(jsonOf(w.t, d)) + `', version, created_at, updated_at, audience FROM frameworks WHERE number = '1.0.0'`)
	today := programme.DefaultSettings.Today(w.clock())
	q := aQuarter("2026-27-Q2", today, today.AddDays(30), today.AddDays(60))
	q.Framework = new("2.0.0")
	_, err := w.store.CreateQuarter(w.t.Context(), team, q)
	return must(w, q.Code, err)
}

// quoted is a text as it stands between the quotes of a statement.
func quoted(text string) string { return strings.ReplaceAll(text, "'", "''") }

// acceptedBefore is quarters in which every borough's return was accepted, as an import
// leaves them: from the first-th before 2026-27 to the one before the last-th.
func (w *world) acceptedBefore(first, last int) {
	w.t.Helper()
	d := w.document()
	if number := w.ownerGets("SELECT max(number) FROM frameworks"); number != "1.0.0" {
		if err := json.Unmarshal([]byte(w.ownerGets("SELECT document::text FROM frameworks WHERE number = '"+number+"'")), &d); err != nil {
			w.t.Fatal(err)
		}
	}
	w.ownerDoes(fmt.Sprintf(`
		WITH past AS (SELECT format('20%%s-%%s-Q%%s', lpad((25 - n / 4)::text, 2, '0'), lpad((26 - n / 4)::text, 2, '0'), 4 - n %% 4) AS code FROM generate_series(%d, %d - 1) AS n),
		q AS (INSERT INTO quarters (id, code, practice, imported, illustrative, generation, version, created_at, updated_at, audience)
			SELECT gen_random_uuid(), code, false, true, false, 33, 1, now(), now(), '{programme,boroughs,reporting}' FROM past RETURNING code),
		s AS (INSERT INTO benchmarking_submissions (id, borough_code, quarter_code, state, explanations, thread, numbers, standing, received_at, days_late, resubmitted, illustrative, version, created_at, updated_at, audience)
			SELECT gen_random_uuid(), b.code, q.code, 'accepted', '[]', '[]', 1, 1, now(), 0, 0, false, 1, now(), now(), ARRAY['programme', b.code] FROM boroughs b, q RETURNING id)
		INSERT INTO benchmarking_versions (submission_id, number, state, framework, "values", explanations, submitted_at, submitted_by, days_late, closed_at)
			SELECT id, 1, 'accepted', '1.0.0', '%s', '[]', now(), 'programme', 0, now() FROM s;
		ANALYZE`, first, last, jsonOf(w.t, valuesFor(d))))
}

// TestAnAcceptanceCostsItsOwnReturn: after ten years of quarters it takes as many
// statements as after one. The least of some tries counts, because the service also
// listens for changes over the same line.
func TestAnAcceptanceCostsItsOwnReturn(t *testing.T) {
	t.Parallel()
	proxy := pgtest.NewProxy(t, leanDatabase(t))
	w := startOn(t, proxy.URL())
	quarter := w.collecting()
	w.accepted(quarter, 1) // so that each that is counted supersedes one
	sent := 1
	statements := func() int64 {
		least := int64(100)
		for range 3 {
			sent++
			id, tag := w.sent(quarter, sent)
			before := proxy.Trips()
			w.write(http.MethodPost, "/v1/benchmarking-submissions/"+id+"/accept", "", "If-Match", tag).want(200)
			least = min(least, proxy.Trips()-before)
		}
		return least
	}
	w.acceptedBefore(0, 4)
	few := statements()
	w.acceptedBefore(4, 40)
	if many := statements(); few == 100 || many != few {
		t.Errorf("an acceptance takes %d statements after four quarters and %d after forty", few, many)
	}
}

// BenchmarkAcceptances accepts returns after four quarters and after forty, in turn.
//
//	go test -run '^$' -bench Acceptances -benchtime 1x ./pkg/server
func BenchmarkAcceptances(b *testing.B) {
	const tries = 40
	var worlds [2]*world
	var took [2][]float64
	var quarters [2]string
	for i, history := range [2]int{4, 40} {
		worlds[i] = startOn(b, pgtest.Database(b), loggingToFile(b))
		quarters[i] = worlds[i].collecting()
		worlds[i].acceptedBefore(0, history)
	}
	for b.Loop() {
		for try := range tries {
			for i, w := range worlds {
				id, tag := w.sent(quarters[i], 1+try%8)
				start := time.Now()
				w.write(http.MethodPost, "/v1/benchmarking-submissions/"+id+"/accept", "", "If-Match", tag).want(200)
				took[i] = append(took[i], time.Since(start).Seconds()*1000)
			}
		}
	}
	four, forty := median(took[0]), median(took[1])
	b.ReportMetric(four, "ms-after-4")
	b.ReportMetric(forty, "ms-after-40")
	b.ReportMetric(forty/four, "x")
	b.ReportMetric(0, "ns/op")
}

// accepted is Lambeth's return for the quarter, which says the number and stands.
func (w *world) accepted(quarter string, number int) {
	w.t.Helper()
	id, tag := w.sent(quarter, number)
	w.write(http.MethodPost, "/v1/benchmarking-submissions/"+id+"/accept", "", "If-Match", tag).want(200)
}

// sent is the id of Lambeth's return for the quarter, in which a version is under review
// that says the number, and its state.
func (w *world) sent(quarter string, number int) (id, tag string) {
	w.t.Helper()
	lead := w.as(programme.RoleBoroughLead, own)
	header := []string{"If-None-Match", "*"}
	if tag := lead.get(returnAt(own, quarter)).header.Get("ETag"); tag != "" {
		header = []string{"If-Match", tag}
	}
	values := valuesFor(w.document())
	values[0].Value = new(*values[0].Value + float64(number))
	lead.send(http.MethodPut, returnAt(own, quarter), jsonOf(w.t, api.BenchmarkingSubmissionInput{Values: wiredValues(values)}), header...)
	id = stateOf(w.t, lead, returnAt(own, quarter)).Id
	path := "/v1/benchmarking-submissions/" + id
	return id, lead.does(path, "submit", "").want(200).header.Get("ETag")
}

// valuesFor is a return that says of each count the same, and of each whole that much more than
// its parts add up to.
func valuesFor(d framework.Document) returns.Values {
	const each = 100.0
	values, n := make(returns.Values, len(d.Counts)), map[string]*float64{}
	for i := range d.Counts {
		values[i] = returns.Value{Count: d.Counts[i].Code, Status: returns.Reported, Value: new(each)}
		n[d.Counts[i].Code] = values[i].Value
	}
	for range d.Families { // until wholes that are parts are as great as they must be
		for _, f := range d.Families {
			sum := each
			for _, part := range f.Parts {
				sum += *n[part]
			}
			if whole := n[f.Whole]; whole != nil {
				*whole = sum
			}
		}
	}
	return values
}

// sendingOf is a borough's system that sends its return again and again.
type sendingOf struct {
	borough string
	address string
	token   string
	etag    string // of what was sent last
	sent    int
	before  string // the body's bytes before a number that differs each time
	after   string
	among   int // how many numbers are likely there; 0: any
}

// next is another body than the last.
func (s *sendingOf) next() string {
	s.sent++
	n := s.sent
	if s.among > 0 {
		n %= s.among
	}
	return s.before + fmt.Sprint(1100+n) + s.after
}

func (s *sendingOf) put(body string) (*http.Request, error) {
	r, err := http.NewRequest(http.MethodPut, s.address, strings.NewReader(body)) //nolint:noctx // it ends with its server
	if err == nil {
		r.Header = http.Header{"Authorization": {"Bearer " + s.token}, "Content-Type": {"application/json"}, "If-Match": {s.etag}}
	}
	return r, err
}

func (s *sendingOf) rehearse(body string) (*http.Request, error) {
	r, err := s.put(body)
	if err == nil {
		r.URL.RawQuery = "dryRun=true"
	}
	return r, err
}

// senders are the systems of eight boroughs, each of which has sent its return once.
func (w *world) senders(quarter string) []*sendingOf {
	w.t.Helper()
	var d framework.Document
	if err := json.Unmarshal([]byte(w.ownerGets("SELECT document::text FROM frameworks WHERE number = '2.0.0'")), &d); err != nil {
		w.t.Fatal(err)
	}
	const differs = 987654321
	values := valuesFor(d)
	values[0].Value = new(float64(differs))
	before, after, _ := strings.Cut(jsonOf(w.t, api.BenchmarkingSubmissionInput{Values: wiredValues(values)}), fmt.Sprint(differs))
	var boroughs api.BoroughPage
	w.get("/v1/boroughs").want(200).into(&boroughs)
	senders := make([]*sendingOf, sendersAtOnce)
	for i := range senders {
		code := boroughs.Items[i].Code
		s := &sendingOf{borough: code, address: w.http.URL + returnAt(code, quarter), token: w.tokenOf(programme.RoleBoroughSystem, code), before: before, after: after, among: 100}
		s.etag = w.send(ask{method: http.MethodPut, path: returnAt(code, quarter), token: s.token, body: s.next(), header: pairs([]string{"If-None-Match", "*"})}).want(201).header.Get("ETag")
		senders[i] = s
	}
	return senders
}

func wiredValues(values returns.Values) []api.CountValue {
	wire := make([]api.CountValue, len(values))
	for i, v := range values {
		wire[i] = api.CountValue{Count: v.Count, Value: v.Value, Status: api.CountValueStatus(v.Status)}
	}
	return wire
}

// returnsASecond answers how many returns a second all senders together get answered.
func returnsASecond(b *testing.B, senders []*sendingOf, ask func(s *sendingOf, body string) (*http.Request, error)) float64 {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: sendersAtOnce, DisableCompression: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	ctx, cancel := context.WithTimeout(b.Context(), span)
	defer cancel()
	counts := make([]int, len(senders))
	var group sync.WaitGroup
	start := time.Now()
	for i, s := range senders {
		group.Go(func() {
			for ctx.Err() == nil {
				request, err := ask(s, s.next())
				if err != nil {
					b.Error(err)
					return
				}
				r, err := client.Do(request)
				if err != nil {
					b.Error(err)
					return
				}
				if r.StatusCode != http.StatusOK {
					said, _ := io.ReadAll(r.Body)
					b.Errorf("status %d: %.500s", r.StatusCode, said)
				}
				_, err = io.Copy(io.Discard, r.Body) // an answer is ten thousand bytes or ten: neither is to cost the sender's memory
				if _ = r.Body.Close(); err != nil || r.StatusCode != http.StatusOK {
					return
				}
				if r.Header.Get("Location") != "" { // something was written
					s.etag = r.Header.Get("ETag")
				}
				counts[i]++
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

// poolOfEight is the connections of the least that is compared with the service.
func (w *world) poolOfEight() *pgxpool.Pool {
	w.t.Helper()
	config, err := pgxpool.ParseConfig(w.url)
	if err != nil {
		w.t.Fatal(err)
	}
	config.MaxConns = 8
	pool, err := pgxpool.NewWithConfig(w.t.Context(), config)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(pool.Close)
	return pool
}

// upserting starts the least that could keep the numbers of a return, a row for each, and
// answers its address.
func (w *world) upserting() string {
	w.t.Helper()
	w.ownerDoes(`CREATE TABLE upserted (borough text, quarter text, count text, value double precision, status text, reason text, updated_at timestamptz, PRIMARY KEY (borough, quarter, count))`)
	pool := w.poolOfEight()
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /returns/{borough}/{quarter}", func(rw http.ResponseWriter, r *http.Request) {
		var body api.BenchmarkingSubmissionInput
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(rw, err.Error(), http.StatusBadRequest)
			return
		}
		counts, values, statuses, reasons := make([]string, len(body.Values)), make([]*float64, len(body.Values)), make([]string, len(body.Values)), make([]*string, len(body.Values))
		for i, v := range body.Values {
			counts[i], values[i], statuses[i], reasons[i] = v.Count, v.Value, string(v.Status), v.Reason
		}
		_, err := pool.Exec(r.Context(), `INSERT INTO upserted SELECT $1, $2, c, v, s, n, now() FROM unnest($3::text[], $4::double precision[], $5::text[], $6::text[]) AS sent (c, v, s, n)
			ON CONFLICT (borough, quarter, count) DO UPDATE SET value = excluded.value, status = excluded.status, reason = excluded.reason, updated_at = excluded.updated_at`,
			r.PathValue("borough"), r.PathValue("quarter"), counts, values, statuses, reasons)
		respond(rw, map[string]int{"values": len(counts)}, err)
	})
	s := httptest.NewServer(mux)
	w.t.Cleanup(s.Close)
	return s.URL
}
