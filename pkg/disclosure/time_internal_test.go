package disclosure

import (
	"flag"
	"math"
	"math/rand/v2"
	"slices"
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

const followed, startsOf, stockOf = "E09000012", "plans_started", "plans_open"

// disclosed is the view of a quarter of the borough's life, as it was said then, after a year
// with so many starts.
func disclosed(t *testing.T, d *framework.Document, l *life, q int, year float64, off rule) *View {
	t.Helper()
	var quarters Quarters
	for ago := 0; ago <= min(q, 4); ago++ {
		quarters[ago] = returns.Values{{Count: startsOf, Status: returns.Reported, Value: &l.started[q-ago]}, {Count: stockOf, Status: returns.Reported, Value: &l.open[q-ago]}}
	}
	quarter := benchmark.FinancialQuarter(2026+q/4, q%4+1)
	set, err := New(d, quarter, []Return{{followed, quarters}})
	if err != nil {
		t.Fatal(err)
	}
	policy, err := NewPolicy(d, quarter, []Year{{followed, startsOf, year}})
	if err != nil {
		t.Fatal(err)
	}
	policy.off = off
	v, err := set.Disclose(policy)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// starts answers the cell of the twelve months that a view shows.
func starts(v *View) Cell { return v.Cell(followed, startsOf) }

// years answers how many had started in the year that was over before each quarter.
func (l *life) years() (of [asked]float64) {
	year := l.lastYear
	for q := range asked {
		if of[q] = year; q%4 == 3 {
			year = l.twelve(q)
		}
	}
	return of
}

// unknown is the knowledge of who knows nothing.
func unknown() (k knowledge) {
	for from := range k {
		for to := range k[from] {
			if from != to {
				k[from][to] = 1e6
			}
		}
	}
	return k
}

// sees notes what a cell says of the twelve months until the quarter, which were once said
// to have that many more starts than they had, and whether it says a number.
func (k *knowledge) sees(q int, c Cell, more float64) (shown bool) {
	switch c.Status {
	case Number:
		k.know(q-3, q+1, c.Number-more, c.Number-more)
		return true
	case Hidden:
		k.know(q-3, q+1, 1-more, 5-more)
	case Withheld, Missing, NotApplicable:
	}
	return false
}

// attack answers what is known of a borough from published years and shown stocks alone,
// and what with the views of its twelve months; and whether any of these were shown before
// a year was over.
func attack(t *testing.T, d *framework.Document, l *life, stocks bool, off rule) (alone, with knowledge, shown bool) {
	t.Helper()
	alone = unknown()
	years, before := l.years(), Range{0, 0, 1e6}
	var views [asked]*View
	for q := range asked {
		views[q] = disclosed(t, d, l, q, years[q], off)
		alone.know(q, q+1, 0, 1e6)
		if now, known := views[q].Cell(followed, stockOf).Range(); known && stocks {
			alone.know(q, q+1, max(0, now.Lower-before.Upper), 1e6) // what is more has come
			before = now
		} else {
			before = Range{0, 0, 1e6}
		}
		if q%4 == 3 {
			if year := l.twelve(q); year >= 1 && year <= 5 {
				alone.know(q-3, q+1, 1, 5)
			} else {
				alone.know(q-3, q+1, year, year)
			}
		}
	}
	with = alone
	for q := 3; q < asked; q++ {
		if with.sees(q, starts(views[q]), 0) {
			shown = shown || q%4 != 3
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

// mostCorrected is by how many starts a quarter is corrected at most.
const mostCorrected = 6

// attackCorrected is attack with stocks by one who has seen the quarters from the corrected
// one until the next both as they were first published and as they were afterwards, and who
// knows which quarter was corrected, but not by how many. Other than before, knowledge is
// what is common to all corrections that agree with what was seen.
func attackCorrected(t *testing.T, d *framework.Document, l *life, at int, first float64, off rule) (alone, with knowledge, shown bool) {
	t.Helper()
	alone, corrected, shown := attack(t, d, l, true, off)
	was, years := *l, l.years()
	was.started[at] = first
	before := map[int]Cell{at: starts(disclosed(t, d, &was, at, years[at], off)), at + 1: starts(disclosed(t, d, &was, at+1, years[at+1], off))}
	for from := range with {
		for to := range with[from] {
			with[from][to] = -1e6 // no correction has been found possible
		}
	}
	for more := -float64(mostCorrected); more <= mostCorrected; more++ {
		k := corrected
		k.know(at, at+1, max(0, -more), 1e6) // it was once said to be no less than none
		for q, c := range before {
			k.sees(q, c, more)
		}
		if k.follow(); k.contradicts() {
			continue
		}
		for from := range k {
			for to := range k[from] {
				with[from][to] = max(with[from][to], k[from][to])
			}
		}
	}
	return alone, with, shown
}

// contradicts reports that no numbers agree with what is known.
func (k *knowledge) contradicts() bool {
	for at := range k {
		if k[at][at] < 0 {
			return true
		}
	}
	return false
}

// TestCorrectionsOverTime has the attacker see a quarter, and the next, before and after it
// was corrected from 5 to 6 starts or from 6 to 5, and by as many as six. Where both are
// numbers it is known by how many, and that the corrected quarter had no fewer than were
// taken back: of that, and of no more, a correction tells. A quarter that comes late is a
// correction too, of which less was seen before. What an attacker's own borough had tells
// nothing of another's cells, which are made of its own returns alone.
func TestCorrectionsOverTime(t *testing.T) {
	t.Parallel()
	d := london(t)
	for _, tt := range []struct {
		name   string
		across bool // from 5 to 6 or back alone
		off    rule
		most   float64 // points more
	}{{"across 5 and 6", true, none, 1}, {"by up to six", false, none, 6}, {"by up to six, and no rule of large years", false, largeYear, 100}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(41, 39))
			var small, alone, with, corrected int
			for _, mean := range []float64{6, 9, 10, 12} {
				for range 2 * *lives {
					l := live(r, mean)
					at := 3 + r.IntN(asked-5)
					if tt.across {
						at = max(3, slices.IndexFunc(l.started[:asked-2], func(n float64) bool { return n == 5 || n == 6 }))
					}
					first := max(0, l.started[at]+float64(r.IntN(2*mostCorrected+1)-mostCorrected))
					if tt.across {
						first = 11 - l.started[at]
					}
					if first < 0 || math.Abs(first-l.started[at]) > mostCorrected {
						continue
					}
					before, after, shown := attackCorrected(t, d, &l, at, first, tt.off)
					if !shown {
						continue
					}
					n, a := before.narrowed(&l)
					_, w := after.narrowed(&l)
					small, alone, with, corrected = small+n, alone+a, with+w, corrected+1
				}
			}
			more := 100 * float64(with-alone) / float64(small)
			t.Logf("%d corrected boroughs, %d quarters of 1 to 5: %d narrowed by years and stocks, %d with twelve months and the correction, %.2f points more", corrected, small, alone, with, more)
			if small < *lives || more > tt.most || more <= 6 && tt.off != none {
				t.Errorf("%.2f points more are narrowed of %d", more, small)
			}
		})
	}
}
