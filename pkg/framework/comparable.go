package framework

import (
	"reflect"
	"slices"
)

// Edition is a published version, and what it says.
type Edition struct {
	Number   string
	Document *Document
}

// Comparable reports whether an indicator's figures by two versions are of the same thing,
// so that one may be taken from the other. They are not where the versions differ in a
// major way, and not where what the indicator is made of is defined in another way,
// whatever the versions' numbers are.
func Comparable(was, is Edition, indicator string) bool {
	if was.Number == is.Number {
		return true // what is published never changes
	}
	a, errA := ParseVersion(was.Number)
	b, errB := ParseVersion(is.Number)
	if errA != nil || errB != nil || a.Major != b.Major {
		return false
	}
	before, now := was.Document.Indicator(indicator), is.Document.Indicator(indicator)
	if before == nil || now == nil || *before != *now {
		return false
	}
	for _, code := range []string{now.Numerator, now.Denominator} {
		a, b := was.Document.Count(code), is.Document.Count(code)
		switch {
		case a == nil && b == nil: // the population
			if altered(populationMembers(was.Document.Population, is.Document.Population)) {
				return false
			}
		case a == nil || b == nil || altered(countMembers(*a, *b)):
			return false
		}
	}
	return true
}

// altered reports whether any of the members is another in a major way.
func altered(members []member) bool {
	return slices.ContainsFunc(members, func(m member) bool { return m.level == Major && !reflect.DeepEqual(m.was, m.is) })
}
