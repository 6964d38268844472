package server_test

import (
	"bufio"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"peerchallenge/api"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// BenchmarkSelfEvaluations lets the systems of eight boroughs send whole self-evaluations of
// 10 KB at once, each time another, and eight people of a group read one that is shared with
// them, and compares what that costs with the least that could keep and answer the same, in
// turns: net/http and pgx, which write one row or read one, write one and commit, and Fastify
// and pg, which write one row. Those ask for no token and keep no rules, audit or feed.
// "fastify-kept" is Fastify and pg that do ask, and keep the promises of the service. All
// write into one database; once it flushes no commit, as in tests, and once each, as where
// data is kept. A reading is recorded once for each reader and day: "first" are readings by
// those who have not read it that day, "again" by those who have.
//
//	go test -run '^$' -bench SelfEvaluations -benchtime 1x ./pkg/server
func BenchmarkSelfEvaluations(b *testing.B) {
	b.Run("unflushed", func(b *testing.B) { benchmarkSelfEvaluations(b, pgtest.Database(b)) })
	b.Run("flushed", func(b *testing.B) {
		url := pgtest.Flushing(b)
		if err := prepare(b.Context(), url); err != nil {
			b.Fatal(err)
		}
		benchmarkSelfEvaluations(b, url)
	})
}

func benchmarkSelfEvaluations(b *testing.B, url string) {
	b.Helper()
	w := startOn(b, url, loggingToFile(b))
	w.get("/v1/boroughs").want(200)
	systems, limit := w.systems(), w.inserting()
	putAt := func(base string) func(*sendingOf, string) (*http.Request, error) {
		return func(s *sendingOf, body string) (*http.Request, error) {
			r, err := http.NewRequestWithContext(b.Context(), http.MethodPut, base+"/self-evaluations/"+s.borough+"/2030-31", strings.NewReader(body))
			if err == nil {
				r.Header.Set("Content-Type", "application/json")
			}
			return r, err
		}
	}
	puts := []turn{{"put", systems, (*sendingOf).put}, {"insert", systems, putAt(limit)}}
	if fastify, kept := w.fastify(); fastify != "" {
		puts = append(puts, turn{"fastify", systems, putAt(fastify)}, turn{"fastify-kept", w.keptAt(kept, systems), (*sendingOf).put})
	}
	readers := w.readersOf(evaluationsList + "/" + w.longEvaluation() + "/versions/1")
	read := func(s *sendingOf, _ string) (*http.Request, error) { return s.get(s.address) }
	theirs := func(s *sendingOf, _ string) (*http.Request, error) {
		return s.get(strings.Replace(s.address, w.http.URL+"/v1/", limit+"/", 1))
	}
	for b.Loop() {
		reportTurns(b, puts, "put")
		reportTurns(b, []turn{{"again", readers, read}, {"select-insert", readers, theirs}}, "again")
		// From here on a reader who comes again is one who comes first.
		w.ownerDoes("ALTER TABLE self_evaluation_reads DROP CONSTRAINT self_evaluation_reads_pkey; CREATE INDEX ON self_evaluation_reads (self_evaluation_id, number, read_on, form, reader)")
		reportTurns(b, []turn{{"first", readers, read}, {"select-insert", readers, theirs}}, "first")
		if b.N > 1 {
			b.Fatal("it takes a key away, so that it runs once: -benchtime 1x")
		}
	}
	b.ReportMetric(0, "ns/op")
}

// turn is what some senders send, one after the other.
type turn struct {
	what string
	by   []*sendingOf
	ask  func(s *sendingOf, body string) (*http.Request, error)
}

// reportTurns takes the turns in rounds, and reports the median rate of each, and of ours its
// ratio to each other.
func reportTurns(b *testing.B, turns []turn, ours string) {
	b.Helper()
	rates, ratios := map[string][]float64{}, map[string][]float64{}
	for range rounds {
		round := map[string]float64{}
		for _, t := range turns {
			round[t.what] = returnsASecond(b, t.by, t.ask)
			rates[t.what] = append(rates[t.what], round[t.what])
		}
		for what, rate := range round {
			if what != ours {
				ratios[what] = append(ratios[what], round[ours]/rate)
			}
		}
	}
	for what, of := range rates {
		b.ReportMetric(median(of), what+"/s")
	}
	for what, of := range ratios {
		b.ReportMetric(median(of), ours+"-x-"+what)
	}
}

// BenchmarkSelfEvaluationChanges compares, by the service, two versions of 33,000 words, of
// which one word in a hundred is another, and of which all are. BenchmarkCompare of
// pkg/evaluation says what of that is the comparing.
//
//	go test -run '^$' -bench SelfEvaluationChanges -benchtime 1x ./pkg/server
func BenchmarkSelfEvaluationChanges(b *testing.B) {
	const answers = 11
	w := startOn(b, pgtest.Database(b), loggingToFile(b))
	random := rand.New(rand.NewPCG(15, 33))
	word := func() string {
		return "word" + strconv.Itoa(int(5000*random.Float64()*random.Float64()*random.Float64()))
	}
	var texts [answers][evaluation.MaxWords]string
	written := func(each int) string { // in which every so many-th word is another
		sent := make([]api.SectionAnswer, answers)
		for i := range texts {
			for n := 0; n < len(texts[i]); n += each {
				texts[i][n] = word()
			}
			sent[i] = api.SectionAnswer{QuestionId: "q" + strconv.Itoa(i), Text: new(strings.Join(texts[i][:], " "))}
		}
		return jsonOf(b, map[string]any{"answers": sent})
	}
	path, lead := evaluationsList+"/"+w.evaluationOf(answers), w.as(asLead, own)
	for i, each := range []int{1, 100, 1} {
		if i > 0 {
			lead.does(path, "reopen", `{"reason":"There is more to say"}`).want(200)
		}
		lead.change(http.MethodPatch, path+"/sections/all", written(each)).want(200)
		lead.does(path, "sign-off", "").want(200)
	}
	w.client = http.DefaultClient // which does not hold answers to the contract
	for b.Loop() {
		for what, changes := range map[string]string{"ms-1-percent": "/versions/2/changes?since=1", "ms-rewritten": "/versions/3/changes?since=2"} {
			var took []float64
			for range 3 * rounds {
				begin := time.Now()
				lead.get(path + changes).want(200)
				took = append(took, time.Since(begin).Seconds()*1000)
			}
			b.ReportMetric(median(took), what)
		}
	}
	b.ReportMetric(0, "ns/op")
}

// evaluationOf is the id of a draft of Lambeth's that answers to so many questions.
func (w *world) evaluationOf(questions int) string {
	w.t.Helper()
	asked := make([]string, questions)
	for i := range asked {
		asked[i] = `{"id":"q` + strconv.Itoa(i) + `","text":"What do you know?","kind":"narrative","required":true}`
	}
	team := w.as(programme.RoleProgramme, "")
	of := team.post(templatesList, `{"name":"A long one","draft":[{"id":"all","title":"All","optional":false,"questions":[`+strings.Join(asked, ",")+`]}]}`).id()
	team.does(templatesList+"/"+of, "publish", "").want(200)
	return w.as(asLead, own).post(evaluationsList, `{"borough":"`+own+`","cycle":"`+w.nextCycle()+`","templateId":"`+of+`"}`).id()
}

// tenKB is the body of a whole self-evaluation of about 10 KB, as the text before and behind
// what differs each time.
func tenKB() (before, after string) {
	const differs, sentences = "987654321", `Most families have the same social worker for longer than a year, and say so when we ask them. Audits of forty cases in each term find that plans are written with parents, that visits are on time and that managers read what is recorded. Where they do not, the team meets within a week and agrees what is to be done by whom. `
	whole := strings.Replace(complete(strings.Repeat(sentences, 6)), "Most families", differs+" families", 1)
	before, after, _ = strings.Cut(whole, differs)
	return before, after
}

// systems are those of eight boroughs, each of which has been authorised and has sent a whole
// self-evaluation once.
func (w *world) systems() []*sendingOf {
	w.t.Helper()
	var boroughs api.BoroughPage
	w.get("/v1/boroughs").want(200).into(&boroughs)
	senders := make([]*sendingOf, sendersAtOnce)
	before, after := tenKB()
	for i := range senders {
		code := boroughs.Items[i].Code
		system, path := w.authorisedSystem(code), "/v1/boroughs/"+code+"/self-evaluations/2030-31"
		s := &sendingOf{borough: code, address: w.http.URL + path, token: system.token, before: before, after: after}
		s.etag = system.send(http.MethodPut, path, s.next(), "If-None-Match", "*").want(201).header.Get("ETag")
		senders[i] = s
	}
	return senders
}

// longEvaluation is the id of one of about 10 KB that Lambeth shares with Croydon.
func (w *world) longEvaluation() string {
	w.t.Helper()
	before, after := tenKB()
	var got api.SelfEvaluationReceived
	w.as(asEditor, own).send(http.MethodPut, "/v1/boroughs/"+own+"/self-evaluations/"+w.nextCycle(), before+after, "If-None-Match", "*").want(201).into(&got)
	path, lead := evaluationsList+"/"+got.SelfEvaluation.Id, w.as(asLead, own)
	lead.does(path, "sign-off", "").want(200)
	lead.does(path, "share", `{"peerChallengeId":"`+w.groupMeeting()+`"}`).want(200)
	return got.SelfEvaluation.Id
}

// readersOf are eight people of Croydon.
func (w *world) readersOf(path string) []*sendingOf {
	w.t.Helper()
	readers := make([]*sendingOf, sendersAtOnce)
	for i := range readers {
		reader := w.somebody("reader-"+strconv.Itoa(i), group, programme.RoleBoroughEditor)
		reader.get(path).want(200)
		readers[i] = &sendingOf{address: w.http.URL + path, token: reader.token}
	}
	return readers
}

func (s *sendingOf) get(address string) (*http.Request, error) {
	r, err := http.NewRequest(http.MethodGet, address, http.NoBody) //nolint:noctx // it ends with its server
	if err == nil {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	return r, err
}

// inserting starts the least that could keep what is sent and answer what is read, and
// answers its address.
func (w *world) inserting() string {
	w.t.Helper()
	w.ownerDoes(`CREATE TABLE inserted (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), borough text NOT NULL, cycle text NOT NULL, document jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now());
		CREATE TABLE readings (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), self_evaluation_id uuid NOT NULL, number integer NOT NULL, reader text NOT NULL, at timestamptz NOT NULL DEFAULT now())`)
	pool := w.poolOfEight()
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /self-evaluations/{borough}/{cycle}", func(rw http.ResponseWriter, r *http.Request) {
		var body api.SelfEvaluationDocument
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(rw, err.Error(), http.StatusBadRequest)
			return
		}
		_, err := pool.Exec(r.Context(), "INSERT INTO inserted (borough, cycle, document) VALUES ($1, $2, $3)", r.PathValue("borough"), r.PathValue("cycle"), body)
		respond(rw, map[string]int{"sections": len(body.Sections)}, err)
	})
	mux.HandleFunc("GET /self-evaluations/{id}/versions/{number}", func(rw http.ResponseWriter, r *http.Request) {
		var document json.RawMessage
		err := pgx.BeginFunc(r.Context(), pool, func(tx pgx.Tx) error {
			if err := tx.QueryRow(r.Context(), "SELECT document FROM self_evaluation_versions WHERE self_evaluation_id = $1 AND number = $2", r.PathValue("id"), r.PathValue("number")).Scan(&document); err != nil {
				return err
			}
			_, err := tx.Exec(r.Context(), "INSERT INTO readings (self_evaluation_id, number, reader) VALUES ($1, $2, $3)", r.PathValue("id"), r.PathValue("number"), r.Header.Get("Authorization")[:40])
			return err
		})
		respond(rw, document, err)
	})
	s := httptest.NewServer(mux)
	w.t.Cleanup(s.Close)
	return s.URL
}

// keptAt are the same systems, as those know them at the address who keep the same promises.
func (w *world) keptAt(base string, systems []*sendingOf) []*sendingOf {
	w.t.Helper()
	w.ownerDoes(`CREATE TABLE kept (borough text, cycle text, version integer NOT NULL, document json NOT NULL, updated_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (borough, cycle));
		CREATE TABLE kept_grants (borough text, subject text, PRIMARY KEY (borough, subject));
		CREATE TABLE kept_audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, subject text NOT NULL, borough text NOT NULL, cycle text NOT NULL, action text NOT NULL, version integer NOT NULL);
		CREATE TABLE kept_feed (place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, entry_id bigint NOT NULL REFERENCES kept_audit, borough text NOT NULL)`)
	theirs := make([]*sendingOf, len(systems))
	for i, s := range systems {
		w.ownerDoes(`INSERT INTO kept VALUES ('` + s.borough + `', '2030-31', 1, '{}')`)
		w.ownerDoes(`INSERT INTO kept_grants VALUES ('` + s.borough + `', 'machine-` + s.borough + `')`)
		theirs[i] = &sendingOf{borough: s.borough, address: base + "/kept/" + s.borough + "/2030-31", token: s.token, etag: `"1"`, before: s.before, after: s.after}
	}
	return theirs
}

// fastify starts a process of Node that does with Fastify and pg what the least does, and
// answers its address, and where it keeps the same promises; npm keeps both in its cache
// (npm_config_cache). Where there is no Node, it says so and answers nothing.
func (w *world) fastify() (address, keeping string) {
	w.t.Helper()
	npm, err := exec.LookPath("npm")
	if err != nil {
		w.t.Log("LEFT OUT: there is no Node here, with which to measure Fastify.")
		return "", ""
	}
	packages := w.t.TempDir()
	if err := os.CopyFS(packages, os.DirFS("testdata/fastify")); err != nil {
		w.t.Fatal(err)
	}
	install := exec.CommandContext(w.t.Context(), npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	install.Dir = packages
	if said, err := install.CombinedOutput(); err != nil {
		w.t.Fatalf("%v: %s", err, said)
	}
	at, err := pgconn.ParseConfig(w.url)
	if err != nil {
		w.t.Fatal(err)
	}
	node := exec.CommandContext(w.t.Context(), "node", "server.mjs") // it ends with the benchmark
	node.Dir = packages
	node.Env = append(os.Environ(), "PGHOST="+at.Host, "PGPORT="+strconv.Itoa(int(at.Port)), "PGUSER="+at.User, "PGPASSWORD="+at.Password, "PGDATABASE="+at.Database, "NODE_ENV=production", "JWKS="+w.http.URL+"/.well-known/jwks.json", "LOG="+filepath.Join(packages, "log"))
	node.Stderr = w.t.Output()
	says, err := node.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = node.Wait() }) // it was told to end
	ports, err := bufio.NewReader(says).ReadString('\n')
	if err != nil {
		w.t.Fatal(err)
	}
	port, keptPort, _ := strings.Cut(strings.TrimSpace(ports), " ")
	return "http://127.0.0.1:" + port, "http://127.0.0.1:" + keptPort
}
