package server_test

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// BenchmarkAccess reads the same with a token that is known and with a read key, as a
// bearer token and as the password of Basic, in interleaved rounds, and gets tokens by a
// secret. It answers what a key costs of what the token costs: 0.9 is a tenth less.
//
//	go test -run '^$' -bench 'Access|Overload' -benchtime 1x ./pkg/server
func BenchmarkAccess(b *testing.B) {
	w := lean(b)
	m, key := w.machine("E09000022"), w.readKey("")
	body := "grant_type=client_credentials&client_id=" + m.ID + "&client_secret=" + m.secret
	for b.Loop() {
		var asBearer, asPassword []float64
		for range rounds {
			with := func(authorization string) float64 {
				return rateOf(b, w.http.URL, http.Header{"Authorization": {authorization}}, http.StatusOK, same("/v1/boroughs/E09000022"))
			}
			token := with("Bearer " + w.token(programme.RoleReporting))
			asBearer = append(asBearer, token/with("Bearer "+key.text))
			asPassword = append(asPassword, token/with(passwordOf(key.text)))
		}
		b.ReportMetric(median(asBearer), "read-key-costs-of-token")
		b.ReportMetric(median(asPassword), "as-password-costs-of-token")
		b.ReportMetric(grantsEach(b, w.http.URL, body), "grants/s")
	}
	b.ReportMetric(0, "ns/op")
}

// grantsEach answers how many tokens a second are issued to clients that ask at the
// same time.
func grantsEach(b *testing.B, base, body string) float64 {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	var done atomic.Int64
	var all sync.WaitGroup
	start := time.Now()
	for range clients {
		all.Go(func() {
			for time.Since(start) < span {
				if status := post(b.Context(), client, base+"/oauth/token", body); status != http.StatusOK {
					b.Errorf("no token: %d", status)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / time.Since(start).Seconds()
}

func post(ctx context.Context, client *http.Client, address, body string) (status int) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return 0
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return statusOf(client, request)
}

// statusOf reads the answer to its end; 0 is none.
func statusOf(client *http.Client, request *http.Request) int {
	r, err := client.Do(request)
	if err != nil {
		return 0
	}
	defer func() { _ = r.Body.Close() }()
	_, _ = io.Copy(io.Discard, r.Body)
	return r.StatusCode
}

// slowly is the real store with one method overridden: its findings take the time of a
// database that has much to do.
type slowly struct{ *postgres.Store }

const slowRead = 20 * time.Millisecond

func (s slowly) Findings(actor programme.Actor, f programme.FindingFilter, sort string) programme.Listing[programme.Finding] {
	l := s.Store.Findings(actor, f, sort)
	l.Page = func(context.Context, programme.Window) (programme.Part[programme.Finding], error) {
		time.Sleep(slowRead)
		return programme.Part[programme.Finding]{}, nil
	}
	return l
}

// BenchmarkOverload asks at random moments, first as often as the service can answer,
// then twice as often, and at the same time for what memory answers.
func BenchmarkOverload(b *testing.B) {
	w := startOn(b, leanDatabase(b), func(cfg *server.Config) { cfg.Store = slowly{cfg.Store.(*postgres.Store)} })
	token := w.token(programme.RoleProgramme)
	for b.Loop() {
		capacity := rate(b, w.http.URL, token, same("/v1/findings"))
		once := w.offered(b, token, capacity)
		twice := w.offered(b, token, 2*capacity)
		b.ReportMetric(capacity, "carried/s")
		b.ReportMetric(once.p99.Seconds()*1000, "p99-ms-at-once")
		b.ReportMetric(twice.p99.Seconds()*1000, "p99-ms-at-twice")
		b.ReportMetric(twice.p99.Seconds()/once.p99.Seconds(), "p99-ratio")
		b.ReportMetric(float64(twice.shed)/float64(twice.shed+twice.answered), "shed-at-twice")
		b.ReportMetric(float64(once.fromMemory+twice.fromMemory), "shed-of-memory")
	}
	b.ReportMetric(0, "ns/op")
}

// offer is what became of what was asked.
type offer struct {
	p99            time.Duration // of what was answered
	answered, shed int
	fromMemory     int // of what memory answers, refused
}

// offered asks so many times a second, whatever comes back.
func (w *world) offered(b *testing.B, token string, each float64) offer {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	ask := func(path string) int {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, w.http.URL+path, nil)
		if err != nil {
			return 0
		}
		request.Header.Set("Authorization", "Bearer "+token)
		return statusOf(client, request)
	}
	var o offer
	var took []time.Duration
	var mu sync.Mutex
	var all sync.WaitGroup
	random := rand.New(rand.NewPCG(1, 2))
	start := time.Now()
	for next, n := start, 0; time.Since(start) < 2*span; n++ {
		next = next.Add(time.Duration(random.ExpFloat64() / each * float64(time.Second)))
		time.Sleep(time.Until(next))
		fromMemory := n%10 == 0
		all.Go(func() {
			began := time.Now()
			path := "/v1/findings"
			if fromMemory {
				path = "/v1/boroughs"
			}
			status := ask(path)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case fromMemory && status != http.StatusOK:
				o.fromMemory++
			case fromMemory:
			case status == http.StatusOK:
				o.answered++
				took = append(took, time.Since(began))
			case status == http.StatusServiceUnavailable:
				o.shed++
			default:
				b.Errorf("%s is answered %d", path, status)
			}
		})
	}
	all.Wait()
	slices.Sort(took)
	if len(took) > 0 {
		o.p99 = took[len(took)*99/100]
	}
	return o
}
