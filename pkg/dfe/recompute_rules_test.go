package dfe_test

import (
	"math/big"
	"slices"
	"strings"
)

// standing is how a borough stands on an indicator in a period, computed with
// rational numbers.
type standing struct {
	figure, previous, region, nation *rawFigure // nil where none is published
	joint                            *rawFigure // that stands for the borough's, where it has none of its own
	change                           *big.Rat
	london, england, south, similar  group // of its region, the nation, its sub-region and its neighbours
	p20, p80                         *big.Rat
	exception, band                  string
	pooled, gap                      *big.Rat
	toLondon, toEngland              string     // better, worse or similar to what is published for them
	lower, upper                     *big.Float // of the interval; nil where there is none
}

// group is a set of authorities, and what those with a value come to.
type group struct {
	members  []string
	excluded []string // code and status, of those without a value
	values   []*big.Rat
	rank     int // of the borough, 1 at the good end; 0 for none
}

func (g *group) mean() *big.Rat {
	if len(g.values) == 0 {
		return nil
	}
	sum := new(big.Rat)
	for _, v := range g.values {
		sum.Add(sum, v)
	}
	return sum.Quo(sum, big.NewRat(int64(len(g.values)), 1))
}

// quantile is Hyndman and Fan's seventh: with the values in order, what lies at
// (n-1) times the share from the first, between two of them in proportion.
func (g *group) quantile(share *big.Rat) *big.Rat {
	if len(g.values) == 0 {
		return nil
	}
	h := new(big.Rat).Mul(share, big.NewRat(int64(len(g.values)-1), 1))
	below := new(big.Int).Quo(h.Num(), h.Denom())
	i := int(below.Int64())
	if h.IsInt() {
		return g.values[i]
	}
	beyond := h.Sub(h, new(big.Rat).SetInt(below))
	step := new(big.Rat).Sub(g.values[i+1], g.values[i])
	return step.Add(step.Mul(step, beyond), g.values[i])
}

// together looks the members up in the column, in their own order, and puts the
// values of those that have one in order.
func together(members []string, column rawColumn) group {
	g := group{members: members}
	for _, code := range members {
		switch f := column[code]; {
		case f == nil:
			g.excluded = append(g.excluded, code+" not_held")
		case f.value == nil:
			g.excluded = append(g.excluded, code+" "+f.status)
		default:
			g.values = append(g.values, f.value)
		}
	}
	slices.SortFunc(g.values, (*big.Rat).Cmp)
	return g
}

// rankOf is one more than there are members whose value lies nearer to the good end.
func (g *group) rankOf(code string, value *big.Rat, polarity string) {
	if value == nil || polarity == "neutral" || !slices.Contains(g.members, code) {
		return
	}
	g.rank = 1
	for _, v := range g.values {
		if polarity == "low" && v.Cmp(value) < 0 || polarity == "high" && v.Cmp(value) > 0 {
			g.rank++
		}
	}
}

const (
	londonRegion = "E12000007"
	nation       = "E92000001"
)

// groups of a period are the same for every indicator and, but for two, for every
// borough.
type groups struct{ london, england, subRegion, neighbours []string }

// groups answers the authorities with which a borough is compared. No borough has
// ever changed its code, its number or its sub-region.
func (r *raw) groups(borough string, s span) groups {
	g := groups{england: r.england(s)}
	number := ""
	for _, a := range r.authorities {
		if a.code == borough {
			number = a.number
		}
		if sub, is := r.subRegion[a.code]; is {
			g.london = append(g.london, a.code)
			if sub == r.subRegion[borough] {
				g.subRegion = append(g.subRegion, a.code)
			}
		}
	}
	slices.Sort(g.london)
	slices.Sort(g.subRegion)
	for _, neighbour := range r.neighbours[number] {
		code, stood := r.holder(neighbour, s)
		if !stood { // founded later: the one that the model means
			code, _ = r.holder(neighbour, span{first: "2025-12-31", last: "2025-12-31"})
		}
		g.neighbours = append(g.neighbours, code)
	}
	return g
}

// stand computes how the borough stands.
func (r *raw) stand(borough, indicator string, s span, g groups) *standing {
	ind, column := r.indicators[indicator], r.columns[[2]string{indicator, s.code}]
	w := &standing{
		figure: column[borough], previous: r.columns[[2]string{indicator, s.before}][borough], region: column[londonRegion], nation: column[nation],
		london: together(g.london, column), england: together(g.england, column), south: together(g.subRegion, column), similar: together(g.neighbours, column),
	}
	w.p20, w.p80 = w.london.quantile(big.NewRat(1, 5)), w.london.quantile(big.NewRat(4, 5))
	w.pool(column, ind)
	w.toLondon, w.toEngland = "not_compared", "not_compared"
	if w.figure != nil && w.figure.status == "joint" {
		for place, f := range column {
			if strings.Contains(place, "/") && strings.Contains(place, borough) {
				w.joint = f
			}
		}
	}
	if w.figure == nil || w.figure.value == nil {
		return w
	}
	value := w.figure.value
	if w.previous != nil && w.previous.value != nil {
		w.change = new(big.Rat).Sub(value, w.previous.value)
	}
	w.london.rankOf(borough, value, ind.polarity)
	w.england.rankOf(borough, value, ind.polarity)
	switch {
	case len(w.london.values) < 10:
	case value.Cmp(w.p80) > 0:
		w.exception = "top20"
	case value.Cmp(w.p20) < 0:
		w.exception = "bottom20"
	}
	if ind.polarity != "neutral" && len(w.england.values) >= 10 {
		w.band = w.letter(value, ind.polarity)
	}
	w.interval(ind)
	w.toLondon, w.toEngland = w.against(w.region, ind.polarity), w.against(w.nation, ind.polarity)
	if median := w.similar.quantile(big.NewRat(1, 2)); median != nil && w.figure.numerator != nil && w.figure.denominator != nil && w.figure.denominator.Sign() > 0 {
		there := new(big.Rat).Quo(new(big.Rat).Mul(median, w.figure.denominator), ind.per)
		w.gap = whole(there.Sub(w.figure.numerator, there))
	}
	return w
}

// whole is the nearest whole number, and of two the one that is further from nought.
func whole(x *big.Rat) *big.Rat {
	if x.Sign() < 0 {
		return new(big.Rat).Neg(whole(new(big.Rat).Neg(x)))
	}
	return halfUp(x, 0)
}

// against says on which side of the interval the published value lies, as what that
// means by polarity.
func (w *standing) against(published *rawFigure, polarity string) string {
	if w.lower == nil || published == nil || published.value == nil {
		return "not_compared"
	}
	meaning := map[string][2]string{"low": {"better", "worse"}, "high": {"worse", "better"}, "neutral": {"lower", "higher"}}[polarity]
	switch value := toFloat(published.value); {
	case value.Cmp(w.upper) > 0:
		return meaning[0]
	case value.Cmp(w.lower) < 0:
		return meaning[1]
	}
	return "similar"
}

// letter is A for the quarter at the good end; an edge belongs to the lower quarter.
func (w *standing) letter(value *big.Rat, polarity string) string {
	above := 0
	for quarter := int64(1); quarter <= 3; quarter++ {
		if value.Cmp(w.england.quantile(big.NewRat(quarter, 4))) > 0 {
			above++
		}
	}
	if polarity == "high" {
		return []string{"D", "C", "B", "A"}[above]
	}
	return []string{"A", "B", "C", "D"}[above]
}

// pool is the sum of numerators over the sum of denominators, where every member
// with a value has both.
func (w *standing) pool(column rawColumn, ind rawIndicator) {
	numerators, denominators := new(big.Rat), new(big.Rat)
	for _, code := range w.south.members {
		f := column[code]
		if f == nil || f.value == nil {
			continue
		}
		if f.numerator == nil || f.denominator == nil {
			return
		}
		numerators.Add(numerators, f.numerator)
		denominators.Add(denominators, f.denominator)
	}
	if denominators.Sign() > 0 {
		w.pooled = numerators.Mul(numerators.Quo(numerators, denominators), ind.per)
	}
}

const precision = 200 // bits, of what is not rational

func float(text string) *big.Float {
	f, _, err := big.ParseFloat(text, 10, precision, big.ToNearestEven)
	if err != nil {
		panic(err)
	}
	return f
}

func toFloat(x *big.Rat) *big.Float { return new(big.Float).SetPrec(precision).SetRat(x) }

func calc() *big.Float { return new(big.Float).SetPrec(precision) }

// interval is Wilson's for percentages and Byar's for rates.
func (w *standing) interval(ind rawIndicator) {
	f := w.figure
	if f.numerator == nil || f.denominator == nil || f.denominator.Sign() <= 0 {
		return
	}
	x, n, per := toFloat(f.numerator), toFloat(f.denominator), toFloat(ind.per)
	switch ind.unit {
	case "percent":
		if f.numerator.Cmp(f.denominator) <= 0 {
			w.lower, w.upper = wilson(x, n, per)
		}
	case "per_10000_0_17":
		w.lower, w.upper = byar(x, n, per)
	}
}

var z = float("1.95996398454005423552459443052")

// wilson solves (x/n - p)^2 = z^2 p(1-p)/n, which is (n + z^2)p^2 - (2x + z^2)p + x^2/n = 0.
func wilson(x, n, per *big.Float) (lower, upper *big.Float) {
	zz := calc().Mul(z, z)
	a := calc().Add(n, zz)
	b := calc().Add(calc().Add(x, x), zz)
	c := calc().Quo(calc().Mul(x, x), n)
	root := calc().Sub(calc().Mul(b, b), calc().Mul(calc().Mul(float("4"), a), c))
	root.Sqrt(root)
	solution := func(numerator *big.Float) *big.Float {
		return calc().Mul(calc().Quo(numerator, calc().Add(a, a)), per)
	}
	return solution(calc().Sub(b, root)), solution(calc().Add(b, root))
}

// byar is O(1 - 1/9O - z/3√O)^3 and, with one event more, O(1 - 1/9O + z/3√O)^3.
func byar(x, n, per *big.Float) (lower, upper *big.Float) {
	bound := func(events *big.Float, sign int64) *big.Float {
		if events.Sign() == 0 {
			return calc()
		}
		one := float("1")
		share := calc().Quo(z, calc().Mul(float("3"), calc().Sqrt(events)))
		share.Mul(share, calc().SetInt64(sign))
		share.Add(share, calc().Sub(one, calc().Quo(one, calc().Mul(float("9"), events))))
		cube := calc().Mul(calc().Mul(share, share), share)
		return calc().Mul(calc().Quo(calc().Mul(cube, events), n), per)
	}
	return bound(x, -1), bound(calc().Add(x, float("1")), 1)
}
