package returns

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
)

// ask asks one rule of the return. The practice quarter has no quarter before.
func (j *judgement) ask(rule *framework.Rule) {
	if !j.beside.dated && rule.Kind.Words().ReadsHistory {
		return
	}
	switch rule.Kind {
	case framework.Range:
		j.each(rule, j.inRange)
	case framework.PartAboveWhole:
		j.parts(rule)
	case framework.Sum:
		j.sums(rule)
	case framework.ComputedDiffers:
		j.figures(rule)
	case framework.ChangeOnPrevious:
		j.change(rule, j.beside.last, "the quarter before")
	case framework.ChangeOnLastYear:
		j.change(rule, j.beside.year, "the same quarter of last year")
	case framework.Hundredfold:
		j.hundredfold(rule)
	case framework.NoughtWhereLarge:
		j.noughtWhereLarge(rule)
	case framework.Outlier:
		j.outliers(rule)
	case framework.FallInCumulative:
		j.falls(rule)
	}
}

// byNature asks of the framework's own relations and families what none of its rules
// has asked: that a part is not above its whole, and that parts make their whole, holds
// whoever has written which rules.
func (j *judgement) byNature(kind framework.RuleKind) {
	switch kind {
	case framework.PartAboveWhole:
		j.parts(&framework.Rule{Code: string(kind), Kind: kind, Severity: framework.Fault})
	case framework.Sum:
		j.sums(&framework.Rule{Code: string(kind), Kind: kind, Severity: framework.Fault})
	default: // the others hold where a rule says so
	}
}

// each asks the rule of every count that it names, or of all, if they have a number.
func (j *judgement) each(rule *framework.Rule, of func(*framework.Rule, string, float64)) {
	for i := range j.document.Counts {
		code := j.document.Counts[i].Code
		if !chosen(rule.Counts, code) {
			continue
		}
		if x, is := j.whole[i].Number(); is {
			of(rule, code, x)
		}
	}
}

// chosen reports whether a rule is asked of a count or indicator: of those that it
// names, or of all if it names none.
func chosen(named []string, code string) bool {
	return len(named) == 0 || slices.Contains(named, code)
}

func (j *judgement) inRange(rule *framework.Rule, code string, x float64) {
	switch {
	case rule.Minimum != nil && x < *rule.Minimum:
		j.find(rule, number(x), "at least "+number(*rule.Minimum), fmt.Sprintf("%s: %s is less than %s.", j.name(code), number(x), number(*rule.Minimum)), code)
	case rule.Maximum != nil && x > *rule.Maximum:
		j.find(rule, number(x), "at most "+number(*rule.Maximum), fmt.Sprintf("%s: %s is more than %s.", j.name(code), number(x), number(*rule.Maximum)), code)
	}
}

// parts asks that no part is above its whole: of the framework's relations, of its
// families, of its percentages, and of what is always the same number, once each.
func (j *judgement) parts(rule *framework.Rule) {
	for _, r := range j.asked.related {
		j.part(rule, r)
	}
	for _, ind := range j.document.Indicators {
		if definition := j.asked.indicator(ind.Code); definition == nil || !definition.Unit.Proportion() {
			continue
		}
		n, known := j.asked.order[ind.Numerator]
		d, bound := j.asked.order[ind.Denominator]
		if known && bound {
			j.part(rule, related{part: n, whole: d})
		}
	}
}

func (j *judgement) part(rule *framework.Rule, r related) {
	part, whole := j.asked.codes[r.part], j.asked.codes[r.whole]
	if !chosen(rule.Counts, part) || !j.paired.first(r.part, r.whole) {
		return
	}
	x, known := j.whole[r.part].Number()
	y, bound := room(j.whole[r.whole])
	switch {
	case !known || !bound:
	case r.same && x != y:
		j.find(rule, number(x), number(y), fmt.Sprintf("%s: %s. %s: %s. They are always the same number.", j.name(part), number(x), j.name(whole), j.value(whole).text()), part, whole)
	case x > y:
		j.find(rule, number(x), "at most "+number(y), fmt.Sprintf("%s: %s. This is a part of %s, which is %s.", j.name(part), number(x), j.name(whole), j.value(whole).text()), part, whole)
	}
}

// pairs are pairs of counts, each by its place in the framework's order: a bit for each that
// there can be.
type pairs struct {
	of   int
	seen []uint64
}

func newPairs(of int) pairs { return pairs{of, make([]uint64, (of*of+63)/64)} }

// first reports whether the pair comes for the first time.
func (p pairs) first(a, b int) bool {
	at := a*p.of + b
	word, bit := &p.seen[at/64], uint64(1)<<(at%64)
	came := *word&bit == 0
	*word |= bit
	return came
}

// room answers what parts of a whole may come to. Where the whole is not applicable
// there is nothing that could have parts.
func room(whole Value) (float64, bool) {
	if whole.Status == NotApplicable {
		return 0, true
	}
	return whole.Number()
}

// sums asks that the parts of each family make its whole: all of it if the family is
// closed, and no more than it in any case. Of parts that are not all known, those that
// are may not come to more.
func (j *judgement) sums(rule *framework.Rule) {
	for i := range j.document.Families {
		f := &j.document.Families[i]
		if !chosen(rule.Counts, f.Whole) || j.summed[i] {
			continue
		}
		j.summed[i] = true
		j.sum(rule, f)
	}
}

func (j *judgement) sum(rule *framework.Rule, f *framework.Family) {
	whole, known := room(j.value(f.Whole))
	if !known {
		return
	}
	sum, all, told := 0.0, true, false
	for _, part := range f.Parts {
		v := j.value(part)
		if x, is := v.Number(); is {
			sum, told = sum+x, told || x > whole
		} else if v.Status != NotApplicable || j.Spoilt[part] {
			all = false
		}
	}
	total := clean(sum)
	find := func(expected, detail string) {
		j.find(rule, fmt.Sprintf("%s of %s", number(total), number(whole)), expected, detail, append([]string{f.Whole}, f.Parts...)...)
	}
	switch {
	case told: // a part that is above the whole by itself, as the rule for that says
	case total > whole:
		find("together at most "+number(whole), fmt.Sprintf("The parts of %s come to %s, which is more than %s.", j.name(f.Whole), number(total), number(whole)))
	case f.Closed && all && total < whole:
		find("together "+number(whole), fmt.Sprintf("The parts of %s come to %s, and are all of its %s.", j.name(f.Whole), number(total), number(whole)))
	}
}

// figures asks that a value that was computed by its sender is what its counts give.
func (j *judgement) figures(rule *framework.Rule) {
	for _, figure := range j.Figures {
		ind, definition := j.document.Indicator(figure.Indicator), j.asked.indicator(figure.Indicator)
		if ind == nil || definition == nil || !chosen(rule.Indicators, figure.Indicator) || rule.Limit == nil {
			continue
		}
		counts := []string{ind.Numerator}
		n, known := j.value(ind.Numerator).Number()
		d, bound := j.value(ind.Denominator).Number()
		if ind.Denominator == j.document.Population.Code {
			children, is := j.document.Population.Of(j.Borough)
			d, bound = float64(children), is
		} else {
			counts = append(counts, ind.Denominator)
		}
		if !known || !bound {
			continue // that they are not there is said elsewhere
		}
		at := len(j.findings)
		value, _ := benchmark.Rate(*definition, &n, benchmark.Reported, &d)
		switch {
		case value == nil:
			j.find(rule, number(figure.Value), "no value", fmt.Sprintf("%s came as %s. Of nothing there is no value: its denominator is 0.", definition.Name, number(figure.Value)), counts...)
		case beyond(figure.Value, *value, *rule.Limit):
			j.find(rule, number(figure.Value), number(*value), fmt.Sprintf("%s came as %s, and its counts give %s.", definition.Name, number(figure.Value), number(*value)), counts...)
		}
		for i := range j.findings[at:] {
			j.findings[at+i].Place = figure.Place
		}
	}
}

// beyond reports whether two numbers lie further apart than the limit. They are taken
// as the decimals that they are written as.
func beyond(a, b, limit float64) bool { return apart(a, b) > limit }

// apart answers how far apart two numbers lie.
func apart(a, b float64) float64 { return clean(math.Abs(a - b)) }

// clean takes the noise of binary fractions off a sum or difference of decimals, which
// lies behind their last place. The greater a number, the fewer places it has.
func clean(x float64) float64 {
	switch a := math.Abs(x); {
	case a < 1<<22:
		return math.Round(x*1e9) / 1e9
	case a < 1<<42:
		return math.Round(x*1e3) / 1e3
	}
	return x
}

// percent writes a difference as a share of what it is a difference from.
func percent(difference, of float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(100*difference/of, 'f', 1, 64), ".0") + " %"
}
