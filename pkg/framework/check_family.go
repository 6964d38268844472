package framework

import (
	"fmt"
	"slices"

	"peerchallenge/pkg/programme"
)

// families holds each family to what it says of its parts.
func (l *lint) families() {
	for i := range l.d.Families {
		f, place := &l.d.Families[i], fmt.Sprintf("/families/%d", i)
		l.words(place, text{"reason", f.Reason})
		l.remainder(f, place)
		if !l.has(f.Whole) {
			l.fault(programme.FaultUnknownValue, "There is no count with this code in the framework.", "%s/whole", place)
			continue
		}
		if len(f.Parts) == 0 || f.Closed && len(f.Parts) < 2 {
			l.fault(programme.FaultTooFew, "A family has a part, and a closed one two: one part that is all of the whole is the same count.", "%s/parts", place)
		}
		for j, part := range f.Parts {
			l.part(f, i, j, part)
		}
	}
}

// remainder asks of an open family what may be known of the rest.
func (l *lint) remainder(f *Family, place string) {
	switch {
	case f.Closed && f.Remainder != NoRest:
		l.fault(programme.FaultNotAllowed, "A closed family leaves no remainder.", "%s/remainder", place)
	case !f.Closed && f.Remainder != Protected && f.Remainder != Shown:
		l.fault(programme.FaultRequired, "Say of those who are in none of the parts whether they are protected or shown.", "%s/remainder", place)
	}
}

// part holds one part of a family to its whole and to the parts before it.
func (l *lint) part(f *Family, i, j int, part string) {
	place := fmt.Sprintf("/families/%d/parts/%d", i, j)
	switch {
	case !l.has(part):
		l.fault(programme.FaultUnknownValue, "There is no count with this code in the framework.", "%s", place)
		return
	case !l.partOf(part, f.Whole):
		l.fault(programme.FaultContradiction, fmt.Sprintf("%s is not said to be part of %s: say it in relations, or take it out.", part, f.Whole), "%s", place)
	}
	for _, other := range f.Parts[:j] {
		if l.root(other) == l.root(part) {
			l.fault(programme.FaultRepeated, "The part is in the family already.", "%s", place)
		} else if l.has(other) && l.how(other, part).kind != Disjoint {
			l.fault(programme.FaultContradiction, fmt.Sprintf("%s and %s are parts of one family, and are not said to be disjoint: what is free of it has a family of its own.", other, part), "%s", place)
		}
	}
	for k := range i {
		other := &l.d.Families[k]
		at := slices.IndexFunc(other.Parts, func(p string) bool { return l.root(p) == l.root(part) })
		if at >= 0 {
			l.fault(programme.FaultSecondFamily, fmt.Sprintf("%s is part of a family of %s already: a count has one.", part, other.Whole), "%s", place)
			continue
		}
		if l.root(other.Whole) != l.root(f.Whole) {
			continue
		}
		for _, sibling := range other.Parts {
			if l.how(sibling, part).kind == Disjoint {
				l.fault(programme.FaultSecondFamily, fmt.Sprintf("%s and %s are disjoint parts of %s: they belong into one family.", sibling, part, f.Whole), "%s", place)
				break
			}
		}
	}
}

// wholes refuses a count that is part of two wholes of which neither is part of the
// other, one whose family is not that of its smallest whole, and one that has none.
func (l *lint) wholes() {
	for _, r := range l.d.Relations {
		first := l.how(r.A, r.B)
		if r.Kind != PartOf || first.kind == "" || l.d.Relations[first.at] != r {
			continue
		}
		at := l.member[r.A]
		if len(at) == 0 {
			l.fault(programme.FaultNoFamily, fmt.Sprintf("%s is part of %s: say of which family it is a part.", r.A, r.B), "/relations/%d", first.at)
			continue
		}
		f := &l.d.Families[at[0][0]]
		switch {
		case l.root(f.Whole) == l.root(r.B), !l.has(f.Whole), l.partOf(f.Whole, r.B):
		case l.partOf(r.B, f.Whole):
			l.fault(programme.FaultNotTheWhole, fmt.Sprintf("%s is part of %s, and that of %s: its family is that of the smallest whole.", r.A, r.B, f.Whole), "/families/%d/whole", at[0][0])
		default:
			l.fault(programme.FaultSecondWhole, fmt.Sprintf("%s is part of %s already, and neither is part of the other: a count has one smallest whole.", r.A, f.Whole), "/relations/%d", first.at)
		}
	}
}
