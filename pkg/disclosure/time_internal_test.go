package disclosure

import (
	"flag"
	"math/rand/v2"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/returns"
)

// lives is how many boroughs of each mean are followed.
var lives = flag.Int("lives", 150, "how many boroughs of each mean an attacker follows")

// asked are the quarters of which an attacker has seen every view, but for the first three:
// those are in the twelve months of the fourth.
const asked = 12

// life is a borough whose children come and go: how many plans started in each quarter, and
// how many were open at its end.
type life struct {
	started, open [asked]float64
	lastYear      float64 // of the year before the first quarter
}

// live lets children come at a rate, and stay for three quarters in the mean.
func live(r *rand.Rand, mean float64) life {
	var l life
	open := 0
	const before = 16 // quarters until as many go as come
	for t := -before; t < asked; t++ {
		started := 0
		for left := r.ExpFloat64(); left < mean; left += r.ExpFloat64() {
			started++
		}
		stay := 0
		for range open + started {
			if r.IntN(3) > 0 {
				stay++
			}
		}
		open = stay
		if t >= -4 && t < 0 {
			l.lastYear += float64(started)
		}
		if t >= 0 {
			l.started[t], l.open[t] = float64(started), float64(open)
		}
	}
	return l
}

// twelve answers how many started in the twelve months until the quarter.
func (l *life) twelve(t int) float64 {
	return l.started[t] + l.started[t-1] + l.started[t-2] + l.started[t-3]
}

// knowledge is what follows of sums: of the number until the one moment less that until
// the other, the most that it can be. Every identity of starts, stocks and twelve months is
// one of these, so that the shortest paths are all that can be known.
type knowledge [asked + 1][asked + 1]float64

// know notes that between two moments there were so many.
func (k *knowledge) know(from, to int, least, most float64) {
	k[from][to] = min(k[from][to], most)
	k[to][from] = min(k[to][from], -least)
}

func (k *knowledge) follow() {
	for via := range k {
		for from := range k {
			for to := range k {
				k[from][to] = min(k[from][to], k[from][via]+k[via][to])
			}
		}
	}
}

// narrowed counts the quarters of 1 to 5 starts, and of those the ones of which not all
// five numbers are left.
func (k *knowledge) narrowed(l *life) (small, fewer int) {
	for t, number := range l.started {
		if number >= 1 && number <= 5 {
			small++
			if -k[t+1][t] > 1 || k[t][t+1] < 5 {
				fewer++
			}
		}
	}
	return small, fewer
}

// attack answers what is known of a borough from published years and shown stocks alone,
// and what with the views of its twelve months; and whether any of these were shown before
// a year was over.
func attack(t *testing.T, d *framework.Document, l *life, stocks bool, off rule) (alone, with knowledge, shown bool) {
	t.Helper()
	const borough, starts, stock = "E09000012", "plans_started", "plans_open"
	for from := range alone {
		for to := range alone[from] {
			if from != to {
				alone[from][to] = 1e6
			}
		}
	}
	year, before := l.lastYear, Range{0, 0, 1e6}
	var views [asked]Cell
	for q := range asked {
		var quarters Quarters
		for ago := 0; ago <= min(q, 4); ago++ {
			quarters[ago] = returns.Values{{Count: starts, Status: returns.Reported, Value: &l.started[q-ago]}, {Count: stock, Status: returns.Reported, Value: &l.open[q-ago]}}
		}
		quarter := benchmark.FinancialQuarter(2026+q/4, q%4+1)
		set, err := New(d, quarter, []Return{{borough, quarters}})
		if err != nil {
			t.Fatal(err)
		}
		policy, err := NewPolicy(d, quarter, []Year{{borough, starts, year}})
		if err != nil {
			t.Fatal(err)
		}
		policy.off = off
		v, err := set.Disclose(policy)
		if err != nil {
			t.Fatal(err)
		}
		views[q] = v.Cell(borough, starts)
		alone.know(q, q+1, 0, 1e6)
		if now, known := v.Cell(borough, stock).Range(); known && stocks {
			alone.know(q, q+1, max(0, now.Lower-before.Upper), 1e6) // what is more has come
			before = now
		} else {
			before = Range{0, 0, 1e6}
		}
		if q%4 == 3 {
			year = l.twelve(q)
			if year >= 1 && year <= 5 {
				alone.know(q-3, q+1, 1, 5)
			} else {
				alone.know(q-3, q+1, year, year)
			}
		}
	}
	with = alone
	for q := 3; q < asked; q++ {
		switch c := views[q]; c.Status {
		case Number:
			with.know(q-3, q+1, c.Number, c.Number)
			shown = shown || q%4 != 3
		case Hidden:
			with.know(q-3, q+1, 1, 5)
		case Withheld, Missing, NotApplicable:
		}
	}
	alone.follow()
	with.follow()
	return alone, with, shown
}

// TestTwelveMonthsOverTime has an attacker follow boroughs for three years, with the years
// that are published. Of boroughs whose twelve months are shown, quarters of 1 to 5 starts
// are narrowed hardly more often than without; and much more often where the rule of large
// years is switched off.
func TestTwelveMonthsOverTime(t *testing.T) {
	t.Parallel()
	d := london(t)
	for _, tt := range []struct {
		name   string
		stocks bool
		off    rule
	}{{"with stocks", true, none}, {"without", false, none}, {"with stocks, and no rule of large years", true, largeYear}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(40, 39))
			var small, alone, with int
			for _, mean := range []float64{6, 9, 10, 12} {
				for range *lives {
					l := live(r, mean)
					before, after, shown := attack(t, d, &l, tt.stocks, tt.off)
					if !shown {
						continue
					}
					n, a := before.narrowed(&l)
					_, w := after.narrowed(&l)
					small, alone, with = small+n, alone+a, with+w
				}
			}
			more := 100 * float64(with-alone) / float64(small)
			t.Logf("%d quarters of 1 to 5: %d narrowed by years and stocks, %d with twelve months, %.2f points more", small, alone, with, more)
			if small < *lives || (more <= 1) != (tt.off == none) {
				t.Errorf("%.2f points more are narrowed of %d", more, small)
			}
		})
	}
}
