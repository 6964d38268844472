package disclosure

import "slices"

// disclose writes into cells what everybody may see of a borough's true figures. It is a
// function of these alone, and of what is withheld.
//
// What is hidden goes down from wholes to parts and along from part to part, never up:
// so it comes to an end, and the order in which families are looked at does not matter.
func (p *Policy) disclose(truth, cells []Cell, withheld []bool) {
	for i := range truth {
		cells[i] = truth[i]
		if withheld[i] {
			cells[i] = Cell{Status: Withheld}
		} else if truth[i].Status == Number && p.document.Counts[i].Hides(truth[i].Number) && p.off != smallCounts {
			hide(&cells[i])
		}
	}
	for again := true; again; {
		again = false
		for i := range p.families {
			if p.givesBack(&p.families[i], cells) {
				for _, part := range p.families[i].parts {
					again = hide(&cells[part]) || again
				}
			}
		}
		for _, q := range p.made {
			if q.hides && cells[q.denominator].Status != Number && p.off != hiddenDenominator {
				again = hide(&cells[q.numerator]) || again
			}
		}
		for _, s := range p.same {
			if (cells[s[0]].Status != Number || cells[s[1]].Status != Number) && p.off != sameNumber {
				again = hide(&cells[s[0]]) || again
				again = hide(&cells[s[1]]) || again
			}
		}
	}
	for i := range cells {
		if cells[i].Status == Hidden {
			cells[i].Lower, cells[i].Upper = p.ends(i, truth, cells)
		}
	}
}

// givesBack reports whether the family as it is shown would give back what is hidden in
// it, so that all its parts are hidden:
//
//   - A whole that is hidden hides its parts.
//   - A member that is missing, not applicable or withheld hides all parts, noughts
//     included: a later version of the quarter may have it, and the difference of the two
//     would be it. A lone numerator whose remainder may be shown stays where its
//     denominator is missing, unless that is part of a family: it would bound the others.
//   - Where the parts add up to the whole, asked or not, one that is hidden hides all.
//   - Else those that are hidden must have room in what the others leave of the whole, each
//     for the greatest number that is hidden.
func (p *Policy) givesBack(f *family, cells []Cell) bool {
	whole := cells[f.whole]
	if whole.Status == Hidden {
		return p.off != hiddenWhole
	}
	stays := f.stays && whole.Status == Missing && (!f.bounds || p.off == boundingDenominator)
	absent := whole.Status != Number && !stays
	left, room, hidden := whole.Number, 0.0, false
	for _, part := range f.parts {
		switch cells[part].Status {
		case Number:
			left -= cells[part].Number
		case Hidden:
			hidden = true
			room += float64(p.document.Counts[part].HiddenTo)
		case Missing, NotApplicable, Withheld:
			absent = true
		}
	}
	switch {
	case absent:
		return p.off != absentMember
	case f.together && hidden:
		return p.off != oneHidesAll
	case f.together:
		return f.remainder > 0 && left >= 1 && left <= float64(f.remainder) && p.off != smallRemainder
	case whole.Status == Number && hidden:
		return left < room && p.off != smallSum
	}
	return false
}

// ends answers between which numbers a hidden count is said to lie, or 0 and 0. Of two
// kinds of counts it is said, since nothing follows from it there:
//
//   - A lone numerator whose denominator is shown: it is in its range, or, where what it
//     leaves of the denominator is protected, that is. Where both could be so, it is not
//     said which.
//   - A part of an open family whose whole is shown, if it is the only part, or one beside
//     it is shown: it is hidden for no other reason than its range, unless it goes by a
//     second name.
func (p *Policy) ends(i int, truth, cells []Cell) (lower, upper float64) {
	top := float64(p.document.Counts[i].HiddenTo)
	l := p.lone[i]
	switch {
	case p.off == intervalOfFew && p.document.Counts[i].Hides(truth[i].Number):
		return 1, top
	case !p.denominatorsShown(i, cells), p.twin(i):
		return 0, 0
	case l.is && l.whole < 0:
		return 1, top
	case l.is && cells[l.whole].Status == Number:
		return p.loneEnds(truth[i].Number, cells[l.whole].Number, top, float64(l.shared))
	}
	for k := range p.families {
		if f := &p.families[k]; p.toldOf(f, i, cells) {
			return 1, min(top, cells[f.whole].Number)
		}
	}
	return 0, 0
}

// loneEnds answers the ends of a lone numerator. top and rest are the upper ends of the
// ranges in which it, and what it leaves of the whole, are hidden; rest is 0 where that
// may be shown.
func (p *Policy) loneEnds(number, whole, top, rest float64) (lower, upper float64) {
	switch {
	case rest == 0:
		return 1, min(top, whole)
	case whole <= rest: // a nought would leave a small remainder, and all would be a small count
		return 0, whole
	case whole <= top+rest && p.off != notSaidWhich:
		return 1, whole - 1
	case number <= top:
		return 1, top
	}
	return whole - rest, whole - 1
}

func (p *Policy) denominatorsShown(i int, cells []Cell) bool {
	for _, q := range p.made {
		if q.numerator == i && cells[q.denominator].Status != Number {
			return false
		}
	}
	return true
}

// twin reports whether another count is always the same number.
func (p *Policy) twin(i int) bool {
	return slices.ContainsFunc(p.same, func(s [2]int) bool { return s[0] == i || s[1] == i })
}

// toldOf reports whether the count is a part of the open family that is hidden by its own
// range and nothing else.
func (p *Policy) toldOf(f *family, i int, cells []Cell) bool {
	part, shown := false, len(f.parts) == 1
	for _, k := range f.parts {
		part = part || k == i
		shown = shown || cells[k].Status == Number
	}
	return part && shown && !f.together && cells[f.whole].Status == Number
}
