package server_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"peerchallenge/api"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

const (
	// benchCounts are as many as a framework of twenty indicators asks for.
	benchCounts = 40
	// benchQuarters are published: five years.
	benchQuarters = 20
)

// BenchmarkQuarters shows twenty published quarters of 33 boroughs, forty counts and twenty
// indicators. It answers how long it takes to accept a return and to have the comparison of
// the open quarter anew (together they should stay below 50 ms), what it costs that a
// borough's own rows are laid over the list that all others read (below 5 % more), and what
// all twenty quarters take in memory once they were read (below 30 MB), also when each
// borough has found its own figures in them.
//
//	go test -run '^$' -bench Quarters -benchtime 1x ./pkg/server
func BenchmarkQuarters(b *testing.B) {
	w := startOn(b, wholeFramework(b), loggingToFile(b))
	w.acceptedBefore(0, benchQuarters)
	w.ownerDoes("UPDATE quarters SET framework_version = '1.0.0' WHERE imported")
	for ago := range benchQuarters {
		w.publishes(before(b, "2025-26-Q4", ago))
	}
	open := w.collecting()
	boroughs := w.eachHasSent(open)
	for b.Loop() {
		w.benchAcceptance(b, open)
		w.benchOverlay(b)
		w.benchMemory(b, boroughs)
	}
	b.ReportMetric(0, "ns/op")
}

// wholeFramework is a database in which London's whole framework holds, with counts of money
// up to forty.
func wholeFramework(b *testing.B) string {
	b.Helper()
	f, err := seed.Framework()
	if err != nil {
		b.Fatal(err)
	}
	for n := len(f.Document.Counts); n < benchCounts; n++ {
		code := fmt.Sprintf("money_%02d", n)
		f.Document.Counts = append(f.Document.Counts, framework.Count{Code: code, Name: code, Basis: framework.Quarter, Policy: framework.Nobody})
	}
	f.Document.Rules = nil // all returns say the same, which is unlikely
	return pgtest.Variant(b, "whole", func(ctx context.Context, url string) error {
		owner, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		defer func() { _ = owner.Close(ctx) }()
		_, err = owner.Exec(ctx, "SET session_replication_role = replica; UPDATE frameworks SET document = '"+quoted(jsonOf(b, f.Document))+"' WHERE number = '1.0.0'", pgx.QueryExecModeSimpleProtocol)
		return err
	})
}

// eachHasSent has the returns of all boroughs for the quarter accepted, and answers who they are.
func (w *world) eachHasSent(quarter string) (codes []string) {
	w.t.Helper()
	var boroughs api.BoroughPage
	w.get("/v1/boroughs?limit=100").want(200).into(&boroughs)
	manager, body := w.as(programme.RoleProgramme, ""), jsonOf(w.t, api.BenchmarkingSubmissionInput{Values: wiredValues(valuesFor(w.document()))})
	for _, borough := range boroughs.Items {
		codes = append(codes, borough.Code)
		if borough.Code != own {
			lead, made := w.as(programme.RoleBoroughLead, borough.Code), api.BenchmarkingSubmissionReceived{}
			lead.send(http.MethodPut, returnAt(borough.Code, quarter), body, "If-None-Match", "*").want(201).into(&made)
			at := "/v1/benchmarking-submissions/" + made.Submission.Id
			lead.does(at, "submit", "").want(200)
			manager.does(at, "accept", "").want(200)
		}
	}
	w.accepted(quarter, 1)
	return codes
}

// benchAcceptance accepts Lambeth's return and reads what the team reads of the open quarter.
func (w *world) benchAcceptance(b *testing.B, quarter string) {
	b.Helper()
	var accepting, one, all, both []float64
	manager := w.as(programme.RoleProgramme, "")
	at := "/v1/quarters/" + quarter + "/figures?limit=500"
	for try := range 40 {
		id, tag := w.sent(quarter, 2+try%8)
		start := time.Now()
		w.write(http.MethodPost, "/v1/benchmarking-submissions/"+id+"/accept", "", "If-Match", tag).want(200)
		accepted := time.Now()
		manager.get(at + "&borough=" + own).want(200)
		compared := time.Now()
		manager.get(at).want(200)
		accepting, one, all = append(accepting, milliseconds(start, accepted)), append(one, milliseconds(accepted, compared)), append(all, milliseconds(compared, time.Now()))
		both = append(both, milliseconds(start, compared))
	}
	b.ReportMetric(median(accepting), "ms-accept")
	b.ReportMetric(median(one), "ms-compare-one")
	b.ReportMetric(median(all), "ms-compare-500-rows")
	b.ReportMetric(median(both), "ms-accept+compare")
}

func milliseconds(from, to time.Time) float64 { return to.Sub(from).Seconds() * 1000 }

// benchOverlay reads a published quarter as a borough that finds its own rows in it, and as a
// report that does not, in turn.
func (w *world) benchOverlay(b *testing.B) {
	b.Helper()
	readers := [2]caller{w.as(programme.RoleReporting, ""), w.as(programme.RoleBoroughLead, own)}
	var took [2][]float64
	for range 200 {
		for i, c := range readers {
			start := time.Now()
			c.get("/v1/quarters/2025-26-Q4/figures?limit=500").want(200)
			took[i] = append(took[i], milliseconds(start, time.Now()))
		}
	}
	plain, own := median(took[0]), median(took[1])
	b.ReportMetric(plain, "ms-list")
	b.ReportMetric((own/plain-1)*100, "%-for-own-rows")
}

// benchMemory starts the service anew, and has it read all that is published.
func (w *world) benchMemory(b *testing.B, boroughs []string) {
	b.Helper()
	again := startOn(b, w.url, loggingToFile(b))
	again.get("/v1/boroughs").want(200)
	read := func(c caller) {
		c.get("/v1/indicators/REREF_PCT/quarterly-series?borough=" + own).want(200)
	}
	before, resident := heapMB(), residentMB(b)
	read(again.as(programme.RoleReporting, ""))
	b.ReportMetric(heapMB()-before, "MB-kept")
	b.ReportMetric(residentMB(b)-resident, "MB-resident-more")
	for _, borough := range boroughs {
		read(again.as(programme.RoleBoroughLead, borough))
	}
	b.ReportMetric(heapMB()-before, "MB-kept-with-own")
}

// heapMB is what the heap holds that is in use.
func heapMB() float64 {
	var stats runtime.MemStats
	for range 2 { // what the first leaves to finalizers the second takes
		runtime.GC()
	}
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc) / (1 << 20)
}
