package server_test

import (
	"net/http"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

// BenchmarkScreening asks for a page of 100 findings of 500 characters each, without steps,
// where screening looks at nothing, and with them, where it looks at all of it; and runs it
// alone over the same findings, to say how much of the difference it is. Turns are
// short, so that what else the machine does falls on all alike.
//
//	go test -run '^$' -bench Screening -benchtime 1x ./pkg/server
func BenchmarkScreening(b *testing.B) {
	w := startOn(b, leanDatabase(b), loggingToFile(b))
	const characters = 500
	w.exec(`INSERT INTO findings (id, peer_challenge_group_id, borough_code, kind, theme, text, evidence, indicators, self_evaluation_sections, version, created_at, updated_at, audience)
		SELECT ('01932b7e-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $1, 'E09000022', 'risk', 'Homes',
			left(repeat('Most of the 41 children who came back in 2025 had 2 moves in a year; staff said on 3 April 2025 why. ', 5), $2::int / 5 * 4), left(repeat('Audits of 12 files, read by both. ', 3), $2::int / 5),
			'{}', '{}', 1, now(), now(), '{programme,E09000022}'
		FROM generate_series(1, 100) n`, w.standing(exampleGroup), characters)
	w.reader, w.client = programme.RoleProgramme, http.DefaultClient
	team := programme.Actor{Roles: []programme.Role{programme.RoleProgramme}}
	read, err := w.store.Findings(team, programme.FindingFilter{}, "").Page(b.Context(), programme.Window{Limit: 100})
	if err != nil || len(read.Items) != 100 {
		b.Fatal(len(read.Items), err)
	}
	page := func(query string) time.Duration {
		began := time.Now()
		for range 10 {
			w.get("/v1/findings?limit=100" + query).want(200)
		}
		return time.Since(began)
	}
	for b.Loop() {
		var costs, shares []float64
		for range 20 * rounds {
			without, with := page(""), page("&include=steps")
			began := time.Now()
			for range 10 {
				for i := range read.Items {
					programme.Screening(&read.Items[i], team)
				}
			}
			costs = append(costs, with.Seconds()/without.Seconds())
			shares = append(shares, 100*time.Since(began).Seconds()/with.Seconds())
		}
		b.ReportMetric(median(costs), "with-steps/without")
		b.ReportMetric(median(shares), "%-of-it-screening")
	}
	b.ReportMetric(0, "ns/op")
}
