package framework

import (
	"fmt"
	"slices"

	"peerchallenge/pkg/programme"
)

// rules holds each rule to what its kind knows.
func (l *lint) rules() {
	for i := range l.d.Rules {
		r, place := &l.d.Rules[i], fmt.Sprintf("/rules/%d", i)
		if !codeForm.MatchString(r.Code) {
			l.fault(programme.FaultFormat, "A rule's code has small letters, digits and underscores, at most 60, and begins with a letter.", "%s/code", place)
		}
		if slices.ContainsFunc(l.d.Rules[:i], func(other Rule) bool { return other.Code == r.Code }) {
			l.fault(programme.FaultRepeated, "There is a rule with this code already.", "%s/code", place)
		}
		l.words(place, text{"name", r.Name})
		if r.Version < 1 {
			l.fault(programme.FaultTooSmall, "A rule's versions begin at 1.", "%s/version", place)
		}
		words := r.Kind.Words()
		if words.Kind == "" {
			l.fault(programme.FaultEnum, "There is no such kind of rule.", "%s/kind", place)
			continue
		}
		switch {
		case r.Severity != Fault && r.Severity != Warning:
			l.fault(programme.FaultEnum, "A rule gives an error or a warning.", "%s/severity", place)
		case r.Severity == Fault && !words.MayRefuse:
			l.fault(programme.FaultNotAllowed, "What can be so is only ever a warning: nobody could explain an error.", "%s/severity", place)
		}
		l.parameters(r, words, place)
		l.holds(r, words, place)
	}
}

// parameters asks for those that the kind needs, and for no other.
func (l *lint) parameters(r *Rule, words Words, place string) {
	for _, p := range []struct {
		name  Parameter
		given bool
		right bool
		wrong string
	}{
		{Minimum, r.Minimum != nil, true, ""},
		{Maximum, r.Maximum != nil, r.Minimum == nil || r.Maximum == nil || *r.Minimum <= *r.Maximum, "The maximum is not below the minimum."},
		{Limit, r.Limit != nil, r.Limit == nil || *r.Limit > 0 || r.Kind == ComputedDiffers && *r.Limit == 0, "A limit is above nought."},
		{Least, r.Least != nil, r.Least == nil || *r.Least >= 0, "A number of cases is nought or more."},
		{History, r.History != nil, r.History == nil || *r.History >= 4, "An outlier is looked for among four quarters or more."},
	} {
		needs, may := slices.Contains(words.Needs, p.name), slices.Contains(words.May, p.name)
		switch {
		case needs && !p.given:
			l.fault(programme.FaultRequired, "A rule of this kind needs this.", "%s/%s", place, p.name)
		case p.given && !needs && !may:
			l.fault(programme.FaultNotAllowed, "A rule of this kind does not know this.", "%s/%s", place, p.name)
		case p.given && !p.right:
			l.fault(programme.FaultOutOfRange, p.wrong, "%s/%s", place, p.name)
		}
	}
	if r.Kind == Range && r.Minimum == nil && r.Maximum == nil {
		l.fault(programme.FaultRequired, "A range has a minimum, a maximum, or both.", "%s/minimum", place)
	}
}

// holds asks that the rule has a meaning wherever it is to hold.
func (l *lint) holds(r *Rule, words Words, place string) {
	for j, code := range r.Counts {
		detail, fault := "", programme.FaultNotAllowed
		switch {
		case !words.OfCounts:
			detail = "A rule of this kind is not asked of counts."
		case !l.has(code):
			detail, fault = "There is no count with this code in the framework.", programme.FaultUnknownValue
		case slices.Contains(r.Counts[:j], code):
			detail, fault = "The count is in the list already.", programme.FaultRepeated
		case r.Kind == PartAboveWhole && l.d.FamilyOf(code) == nil:
			detail = "The count is part of no whole."
		case r.Kind == Sum && !slices.ContainsFunc(l.d.Families, func(f Family) bool { return f.Whole == code }):
			detail = "The count is the whole of no family."
		case r.Kind == FallInCumulative && l.count(code).Basis != YearToDate:
			detail = "The count is not one of the year to date."
		}
		if detail != "" {
			l.fault(fault, detail, "%s/counts/%d", place, j)
		}
	}
	for j, code := range r.Indicators {
		detail, fault := "", programme.FaultNotAllowed
		switch {
		case !words.OfIndicators:
			detail = "A rule of this kind is not asked of indicators."
		case l.d.Indicator(code) == nil:
			detail, fault = "The framework does not ask for this indicator.", programme.FaultUnknownValue
		case slices.Contains(r.Indicators[:j], code):
			detail, fault = "The indicator is in the list already.", programme.FaultRepeated
		}
		if detail != "" {
			l.fault(fault, detail, "%s/indicators/%d", place, j)
		}
	}
}
