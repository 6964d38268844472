package framework

import (
	"fmt"
	"slices"

	"peerchallenge/pkg/programme"
)

// relations holds each relation to what it is said of.
func (l *lint) relations() {
	for i, r := range l.d.Relations {
		place := fmt.Sprintf("/relations/%d", i)
		l.words(place, text{"reason", r.Reason})
		if !slices.Contains([]RelationKind{Same, PartOf, Disjoint, FlowOf, StayOf, Free}, r.Kind) {
			l.fault(programme.FaultEnum, "A relation is same, part_of, disjoint, flow_of, stay_of or free.", "%s/kind", place)
			continue
		}
		for _, end := range [][2]string{{"a", r.A}, {"b", r.B}} {
			if !l.has(end[1]) {
				l.fault(programme.FaultUnknownValue, "There is no count with this code in the framework.", "%s/%s", place, end[0])
			}
		}
		switch {
		case !l.has(r.A) || !l.has(r.B):
		case r.A == r.B:
			l.fault(programme.FaultRepeated, "A relation is between two counts.", "%s/b", place)
		case l.how(r.A, r.B).at != i:
			l.fault(programme.FaultRepeated, "How these two hang together is said already.", "%s", place)
		case thingForm.MatchString(string(l.count(r.A).Of)) && thingForm.MatchString(string(l.count(r.B).Of)):
			l.fits(r, place)
		}
	}
}

// fits refuses a relation that the moments of its counts contradict.
func (l *lint) fits(r Relation, place string) {
	a, b := l.count(r.A), l.count(r.B)
	from, to := a.Of.Moment(), b.Of.Moment()
	detail := ""
	switch r.Kind {
	case Same:
		if a.Policy != b.Policy || a.Basis != b.Basis || a.HiddenFrom != b.HiddenFrom || a.HiddenTo != b.HiddenTo {
			detail = "Counts that are always the same number have the same policy, basis and hidden range."
		}
	case PartOf:
		if from.Flow() != to.Flow() || from.Flow() && (a.Basis != b.Basis || a.Of.Moment() != b.Of.Moment()) {
			detail = "What happens within some time is part only of what happens within the same time."
		}
	case FlowOf:
		if !from.Flow() || to != Stock {
			detail = "A flow is a start or an end, and what it is of is a stock."
		}
	case StayOf:
		if !from.Stay() {
			detail = "A stay is told by a count of length or during."
		}
	case Disjoint, Free:
	}
	if detail == "" && a.Of.Thing() == b.Of.Thing() && l.all(a) && l.all(b) {
		detail = ofOneThing(from, to, r.Kind)
	}
	if detail != "" {
		l.fault(programme.FaultContradiction, detail, "%s/kind", place)
	}
}

// all reports whether the count is of all there is of its thing, and no part of that.
func (l *lint) all(c *Count) bool {
	return !slices.ContainsFunc(l.within[c.Code], func(whole string) bool { return l.count(whole).Of.Thing() == c.Of.Thing() })
}

// ofOneThing says what is wrong where two counts of a whole thing are related so, by
// their moments; it answers nothing where it can be.
func ofOneThing(from, to Moment, kind RelationKind) string {
	switch {
	case (from.Flow() && to == Stock || from == Stock && to.Flow()) && kind != FlowOf:
		return "What starts or ends a thing is the flow of its stock: it is not free of it."
	case from.Stay() != to.Stay() && kind != StayOf && kind != PartOf:
		return "How long a thing lasts follows from its stock and flows: it is not free of them."
	}
	return ""
}

// pairs refuses two counts of one thing, or with one denominator, of which nobody says
// how they hang together.
func (l *lint) pairs() {
	with := map[string][]string{} // denominators by which a count is seen, itself among them
	for _, ind := range l.d.Indicators {
		if l.has(ind.Numerator) && l.has(ind.Denominator) && ind.Denominator != l.d.Population.Code {
			with[ind.Numerator] = append(with[ind.Numerator], ind.Denominator)
			with[ind.Denominator] = append(with[ind.Denominator], ind.Denominator)
		}
	}
	for j := range l.d.Counts {
		for i := range j {
			a, b := &l.d.Counts[i], &l.d.Counts[j]
			if l.how(a.Code, b.Code).kind != "" || a.Code == b.Code {
				continue
			}
			why := ""
			if a.Of.Thing() == b.Of.Thing() {
				why = "both are of " + a.Of.Thing()
			} else if k := slices.IndexFunc(with[a.Code], func(d string) bool { return slices.Contains(with[b.Code], d) }); k >= 0 {
				why = "both are seen with " + with[a.Code][k]
			}
			if why != "" {
				l.fault(programme.FaultUnsaid, fmt.Sprintf("Say in relations how %s and %s hang together: %s.", a.Code, b.Code, why), "/counts/%d", j)
			}
		}
	}
}

// consistent refuses relations of three counts that cannot all be so.
func (l *lint) consistent() {
	for _, r := range l.d.Relations {
		if first := l.how(r.A, r.B); first.kind == "" || l.d.Relations[first.at] != r || r.Kind != PartOf && r.Kind != Same {
			continue
		}
		a, b, n := l.index[r.A], l.index[r.B], len(l.d.Counts)
		for i := range l.d.Counts {
			ac, bc := l.table[a*n+i], l.table[b*n+i]
			if ac.kind == "" || bc.kind == "" {
				continue
			}
			like := ac.kind == bc.kind && ac.forward == bc.forward
			wrong := ""
			switch {
			case r.Kind == Same && !like:
				wrong = "always the same number as"
			case r.Kind == PartOf && (bc.kind == PartOf && bc.forward || bc.kind == Disjoint) && !like:
				wrong = "part of"
			}
			if wrong != "" {
				l.fault(programme.FaultContradiction, fmt.Sprintf("%s is %s %s, so that with %s both are alike: %s is said of the one and %s of the other.", r.A, wrong, r.B, l.d.Counts[i].Code, ac.kind, bc.kind), "/relations/%d/kind", ac.at)
			}
		}
	}
}

// moments refuses a thing of which more is asked than can be shown: of its stock,
// starts, ends and stays, two at most, since the others follow from three.
func (l *lint) moments() {
	thing := map[string]string{} // things that flows and stays tie together are one
	root := func(t string) string {
		for thing[t] != "" && thing[t] != t {
			t = thing[t]
		}
		return t
	}
	for _, r := range l.d.Relations {
		if (r.Kind == FlowOf || r.Kind == StayOf) && l.has(r.A) && l.has(r.B) {
			thing[root(l.count(r.A).Of.Thing())] = root(l.count(r.B).Of.Thing())
		}
	}
	asked := map[string][]Moment{}
	for i, c := range l.d.Counts {
		if !c.Hidden() {
			continue
		}
		of, moment := root(c.Of.Thing()), c.Of.Moment()
		if moment.Stay() {
			moment = Lasted
		}
		if slices.Contains(asked[of], moment) {
			continue
		}
		asked[of] = append(asked[of], moment)
		if len(asked[of]) > 2 {
			l.fault(programme.FaultGivesAway, fmt.Sprintf("Of %s's stock, starts, ends and lengths of stay the framework asks for two at most: from three, small counts follow.", c.Of.Thing()), "/counts/%d/of", i)
		}
	}
}
