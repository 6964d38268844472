package benchmark

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"peerchallenge/pkg/programme"
)

// Lineages says which code an authority had when. A reorganisation gives an
// authority a new code although it goes on as it was, under the name and within
// the boundaries that it had: such codes are one lineage. What was merged or split
// has ended, and has no code afterwards.
//
// The zero Lineages knows no authority.
type Lineages struct {
	authorities []programme.Authority  // by code
	successions []programme.Succession // a dozen; those that do not continue are passed over
}

// NewLineages answers the lineages of the authorities. Neither slice is changed.
func NewLineages(authorities []programme.Authority, successions []programme.Succession) Lineages {
	byCode := func(a, b programme.Authority) int { return cmp.Compare(a.Code, b.Code) }
	if !slices.IsSortedFunc(authorities, byCode) {
		authorities = slices.SortedFunc(slices.Values(authorities), byCode)
	}
	return Lineages{authorities, successions}
}

// Lineages answers those of the snapshot's authorities.
func (s *Snapshot) Lineages() Lineages { return Lineages{s.Authorities, s.Successions} }

// On answers the code that the authority had on the day: the given one, or the one
// before or after it that is joined to it by [programme.Continues]. It answers
// false where the authority did not stand on the day under any code.
func (l Lineages) On(code string, day programme.Date) (string, bool) {
	return l.which(code, func(a *programme.Authority) bool { return a.Holds(day) })
}

// In answers the code under which the authority's figures of the period are kept:
// the one that it had on the period's last day or, where it had none, the last one
// that it had within the period. It answers false where the authority did not stand
// on any day of the period.
func (l Lineages) In(code string, p Period) (string, bool) {
	if on, stood := l.On(code, p.EndsOn); stood {
		return on, true
	}
	return l.which(code, func(a *programme.Authority) bool {
		return (a.ValidFrom == nil || *a.ValidFrom <= p.EndsOn) && (a.ValidTo == nil || *a.ValidTo >= p.StartsOn)
	})
}

// ByNumber answers the code of the authority that had the Department's number on
// the day. A number goes on with an authority that gets a new code, so that it
// names a lineage; it is not given to another while somebody has it.
func (l Lineages) ByNumber(dfeCode string, day programme.Date) (string, bool) {
	for i := range l.authorities {
		if a := &l.authorities[i]; a.DfECode == dfeCode && a.Holds(day) {
			return a.Code, true
		}
	}
	return "", false
}

// NotStanding is the fault of a figure that a file gives to an authority for a
// period in which it did not stand: see [Lineages.In].
func (l Lineages) NotStanding(code string, p Period) programme.Fault {
	f := programme.Fault{Code: programme.FaultNotStanding, Detail: "There is no authority with the code " + code + "."}
	if a := l.authority(code); a != nil {
		f.Detail = fmt.Sprintf("%s (%s) did not stand in %s, and no authority that did continues as it.", a.Name, a.DfECode, p.Code)
	}
	return f
}

// which answers the code of the lineage that the condition holds for: the given
// one, else the nearest after it, else the nearest before it.
func (l Lineages) which(code string, holds func(*programme.Authority) bool) (string, bool) {
	for at := range l.codes(code) {
		if a := l.authority(at); a != nil && holds(a) {
			return at, true
		}
	}
	return "", false
}

// codes goes through the lineage's codes: the given one, then those after it, then
// those before it.
func (l Lineages) codes(code string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield(code) {
			return
		}
		for _, next := range [...]func(string) string{l.successor, l.predecessor} {
			// A lineage has fewer steps than there are successions, also where they are wrong.
			for at, steps := next(code), 0; at != "" && steps < len(l.successions); at, steps = next(at), steps+1 {
				if !yield(at) {
					return
				}
			}
		}
	}
}

func (l Lineages) authority(code string) *programme.Authority {
	return find(l.authorities, code, func(a *programme.Authority) string { return a.Code })
}

// successor answers the code that the authority continues as, or "".
func (l Lineages) successor(code string) string {
	for i := range l.successions {
		if s := &l.successions[i]; s.Predecessor == code && s.Kind == programme.Continues {
			return s.Successor
		}
	}
	return ""
}

// predecessor answers the code of the authority that the given one continues, or "".
func (l Lineages) predecessor(code string) string {
	for i := range l.successions {
		if s := &l.successions[i]; s.Successor == code && s.Kind == programme.Continues {
			return s.Predecessor
		}
	}
	return ""
}
