package postgres

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// remembered is a release in a model that keeps everything, and looks for the newest
// each time that it is asked.
type remembered struct {
	id        string
	published programme.Date
	n         int // in the order of import
	withdrawn bool
	values    map[string]float64 // by place
}

// newestOf answers the release whose figure stands for the place, or nil.
func newestOf(all []*remembered, place string) (newest *remembered) {
	for _, r := range all {
		if _, gives := r.values[place]; !gives || r.withdrawn {
			continue
		}
		if newest == nil || cmp.Or(cmp.Compare(r.published, newest.published), cmp.Compare(r.n, newest.n)) > 0 {
			newest = r
		}
	}
	return newest
}

// TestWhatStandsIsTheNewest after any sequence of imports, withdrawals and
// reinstatements, whatever each of them gives.
func TestWhatStandsIsTheNewest(t *testing.T) {
	t.Parallel()
	s := importing(t)
	random := rand.New(rand.NewPCG(2, 26)) // #nosec G404 -- the same each time
	places := []string{"E09000022", "E09000030", "E08000025", "E92000001"}
	var all []*remembered
	move := func() {
		r := all[random.IntN(len(all))]
		if r.withdrawn {
			reinstate(t, s, r.id)
		} else {
			withdraw(t, s, r.id)
		}
		r.withdrawn = !r.withdrawn
	}
	bring := func(step int) {
		r := &remembered{published: programme.Date(fmt.Sprintf("2025-11-%02d", 1+random.IntN(5))), n: step, values: map[string]float64{}}
		file := percentages(1)
		file.Observations = nil
		for _, place := range places[random.IntN(len(places)):] {
			r.values[place] = float64(1 + random.IntN(3))
			file.Observations = append(file.Observations, figure("REREF_PCT", place, r.values[place], 1, 100))
		}
		d := delivered("a", r.published)
		d.SHA256 = fmt.Sprintf("%064x", step)
		result, err := s.Import(t.Context(), team, d, gives(file))
		if err != nil {
			t.Fatal(err)
		}
		if r.id = result.Release.ID; !result.Known {
			all = append(all, r)
		}
	}
	for step := range 50 {
		if len(all) > 0 && random.IntN(2) == 0 {
			move()
		} else {
			bring(step)
		}
		column := snapshotOf(t, s).Data.Column("2024-25", "REREF_PCT")
		for _, place := range places {
			want := newestOf(all, place)
			got, release := column.Figure(place)
			if want == nil && got.Status != benchmark.NotHeld || want != nil && (got.Value == nil || *got.Value != want.values[place] || release != want.id) {
				t.Fatalf("after step %d %s is %v of %s, want %+v", step, place, shownNumber(got.Value), release, want)
			}
		}
	}
	if len(all) < 12 {
		t.Fatalf("only %d releases were tried", len(all))
	}
}
