package returns

import (
	"fmt"
	"math"
	"slices"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
)

// lastYear answers the same quarter of the year before.
func lastYear(p benchmark.Period) benchmark.Period {
	for range 4 {
		p = p.Previous()
	}
	return p
}

// against asks of every count of the rule that has a number, and had one in the
// earlier quarter. A rule that names no counts is not asked of those for which has
// answers false.
func (j *judgement) against(rule *framework.Rule, earlier benchmark.Period, has func(*framework.Count) bool, of func(code string, now, was float64)) {
	past := j.beside.in(earlier.Code)
	if past == nil {
		return
	}
	for i := range j.document.Counts {
		c := &j.document.Counts[i]
		if !chosen(rule.Counts, c.Code) || len(rule.Counts) == 0 && !has(c) {
			continue
		}
		now, is := j.whole[i].Number()
		if was := past[i]; is && !math.IsNaN(was) {
			of(c.Code, now, was)
		}
	}
}

func anyCount(*framework.Count) bool { return true }

// change asks whether a count differs from an earlier quarter's by more than the
// limit. A count of the year to date grows from quarter to quarter by what it is, so
// that it is only set beside the same quarter of another year.
func (j *judgement) change(rule *framework.Rule, earlier benchmark.Period, when string) {
	if rule.Limit == nil {
		return
	}
	has := anyCount
	if rule.Kind == framework.ChangeOnPrevious {
		has = func(c *framework.Count) bool { return c.Basis != framework.YearToDate }
	}
	j.against(rule, earlier, has, func(code string, now, was float64) {
		// From nought every change is beyond every limit; it must only be large enough.
		difference := apart(now, was)
		if difference <= clean(*rule.Limit*was) || small(rule, difference) {
			return
		}
		words := "from nought"
		if was > 0 {
			words = "by " + percent(difference, was)
		}
		j.find(rule, number(now), number(was)+" in "+earlier.Code,
			fmt.Sprintf("%s is %s, and was %s in %s, %s: it has changed %s.", j.name(code), number(now), number(was), earlier.Code, when, words), code)
	})
}

// small reports whether a difference is so small that the rule does not mind it.
func small(rule *framework.Rule, difference float64) bool {
	return rule.Least != nil && difference < *rule.Least
}

func (j *judgement) hundredfold(rule *framework.Rule) {
	if rule.Limit == nil {
		return
	}
	limit := *rule.Limit
	earlier := j.beside.last
	j.against(rule, earlier, anyCount, func(code string, now, was float64) {
		if now <= 0 || was <= 0 || now < limit*was && was < limit*now {
			return
		}
		j.find(rule, number(now), "about "+number(was)+", as in "+earlier.Code,
			fmt.Sprintf("%s is %s, and was %s in %s. A decimal point or a thousands separator may stand in the wrong place.", j.name(code), number(now), number(was), earlier.Code), code)
	})
}

// noughtWhereLarge finds nil too: whoever confirms it says in an explanation where
// all of them have gone.
func (j *judgement) noughtWhereLarge(rule *framework.Rule) {
	earlier := j.beside.last
	j.against(rule, earlier, anyCount, func(code string, now, was float64) {
		if rule.Limit == nil || now != 0 || was < *rule.Limit {
			return
		}
		j.find(rule, j.value(code).text(), number(was)+" in "+earlier.Code,
			fmt.Sprintf("%s is nought, and was %s in %s.", j.name(code), number(was), earlier.Code), code)
	})
}

// falls finds counts of the year to date that were greater in an earlier quarter of
// the same year.
func (j *judgement) falls(rule *framework.Rule) {
	for i := range j.document.Counts {
		c := &j.document.Counts[i]
		now, is := j.whole[i].Number()
		if !is || c.Basis != framework.YearToDate || !chosen(rule.Counts, c.Code) {
			continue
		}
		// Of the earlier quarters the one with the greatest count tells the most.
		most, when := now, ""
		for n, quarter := range j.beside.quarters {
			if was := j.beside.numbers[n][i]; was > most && quarter[:len(year)] == j.beside.period.Code[:len(year)] {
				most, when = was, quarter
			}
		}
		if when == "" || small(rule, apart(now, most)) {
			continue
		}
		j.find(rule, number(now), "at least "+number(most)+", as in "+when,
			fmt.Sprintf("%s counts from 1 April on and is %s, and was %s already in %s.", j.name(c.Code), number(now), number(most), when), c.Code)
	}
}

// year is the part of a quarter's code that names its financial year.
const year = "2025-26"

// outliers finds counts that lie far from the borough's own earlier quarters. A count
// of the year to date is set beside the same quarters of earlier years alone.
func (j *judgement) outliers(rule *framework.Rule) {
	if rule.Limit == nil || rule.History == nil {
		return
	}
	for i := range j.document.Counts {
		c := &j.document.Counts[i]
		now, is := j.whole[i].Number()
		if !is || !chosen(rule.Counts, c.Code) {
			continue
		}
		was := &j.beside.habits[i]
		if was.quarters < max(*rule.History, 1) {
			continue
		}
		if difference := apart(now, was.median); difference <= *rule.Limit*was.spread || small(rule, difference) {
			continue
		}
		j.find(rule, number(now), fmt.Sprintf("about %s, as in %d earlier quarters", number(was.median), was.quarters),
			fmt.Sprintf("%s is %s. In %d earlier quarters its median was %s, and half of them lay within %s of that.", j.name(c.Code), number(now), was.quarters, number(was.median), number(was.half)), c.Code)
	}
}

// spread answers the median of sorted numbers, of which there is at least one, half of
// which lie how far from it, and how far from it they usually lie, in the measure of a
// standard deviation: their median absolute deviation times 1.4826. If more than half are
// equal, so that this is nought, it is their mean absolute deviation times 1.2533.
//
// Source: Iglewicz and Hoaglin (1993), How to detect and handle outliers, ASQC basic
// references in quality control 16.
func spread(sorted []float64) (median, half, usual float64) {
	median = benchmark.Middle(sorted)
	distances := make([]float64, len(sorted))
	for i, x := range sorted {
		distances[i] = math.Abs(x - median)
	}
	slices.Sort(distances)
	if half = benchmark.Middle(distances); half > 0 {
		return median, half, 1.4826 * half
	}
	return median, 0, 1.2533 * benchmark.SimpleMean(distances)
}
