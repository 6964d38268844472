package server_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// BenchmarkNewComparisons asks for 200 comparisons of every borough and quarter in turn, of a
// service that keeps no answer and is called without a network: what they cost to make, to
// encode and to mark.
//
//	go test -run '^$' -bench NewComparisons -cpuprofile cpu.out ./pkg/server
func BenchmarkNewComparisons(b *testing.B) {
	url := pgtest.Database(b)
	synthetic{authorities: 33, indicators: 200, quarters: 40}.fill(b, url)
	w := startOn(b, url, loggingToFile(b), func(cfg *server.Config) { cfg.CacheBytes = 1 })
	path, token := w.each(200), w.token(programme.RoleReporting)
	for _, method := range []api.MethodLength{api.Full, api.Short} {
		b.Run(string(method), func(b *testing.B) {
			size := 0
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path(i)+"&method="+string(method), http.NoBody)
				r.Header.Set("Authorization", "Bearer "+token)
				out := unread{header: http.Header{}}
				w.http.Config.Handler.ServeHTTP(&out, r)
				if out.status != http.StatusOK {
					b.Fatal(out.status)
				}
				size = out.size
			}
			b.ReportMetric(float64(size)/1000, "kB")
		})
	}
}

// unread is an answer that is counted and thrown away.
type unread struct {
	header http.Header
	status int
	size   int
}

func (u *unread) Header() http.Header { return u.header }

func (u *unread) WriteHeader(status int) { u.status = status }

func (u *unread) Write(part []byte) (int, error) {
	u.size += len(part)
	return len(part), nil
}
