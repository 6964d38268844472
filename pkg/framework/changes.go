package framework

import (
	"fmt"
	"reflect"
	"slices"
)

// Level is how far a change reaches: what a borough's system must be altered for is
// major, what it may use is minor, and what it need not know is a patch.
type Level string

// The levels, the least first.
const (
	Patch Level = "patch" // other words, or more hidden
	Minor Level = "minor" // something more
	Major Level = "major" // removed, narrowed or differently defined
)

var levels = []Level{Patch, Minor, Major}

// Subject is what a change is about.
type Subject string

// The subjects.
const (
	OfCount      Subject = "count"
	OfIndicator  Subject = "indicator"
	OfRelation   Subject = "relation"
	OfFamily     Subject = "family"
	OfPopulation Subject = "population"
	OfRule       Subject = "rule"
	OfLimit      Subject = "limit"
)

// ChangeKind is what became of the subject.
type ChangeKind string

// The kinds of changes.
const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Altered ChangeKind = "changed"
)

// Change is one difference between two versions.
type Change struct {
	Level   Level
	Subject Subject
	Key     string // code of the count, indicator or rule; of relations and families, codes with a stroke between
	Kind    ChangeKind
	Member  string // which member of it is another, or empty
	Detail  string // one sentence, for people
}

// Highest answers the level of the change that reaches farthest, and the empty level of
// none.
func Highest(changes []Change) Level {
	highest := Level("")
	for _, c := range changes {
		if slices.Index(levels, c.Level) > slices.Index(levels, highest) {
			highest = c.Level
		}
	}
	return highest
}

// Changes answers what the document changes of an earlier one, in the order of its
// parts.
func Changes(was, is *Document) []Change {
	c := &comparison{}
	each(c, OfCount, was.Counts, is.Counts, func(count Count) string { return count.Code }, countMembers)
	order(c, was, is)
	each(c, OfIndicator, was.Indicators, is.Indicators, func(ind Indicator) string { return ind.Code }, func(a, b Indicator) []member {
		return []member{{"numerator", a.Numerator, b.Numerator, Major}, {"denominator", a.Denominator, b.Denominator, Major}}
	})
	each(c, OfRelation, was.Relations, is.Relations, Relation.key, func(a, b Relation) []member {
		kind := Major
		if a.Kind == b.Kind && (a.A == b.A || a.Kind == Same || a.Kind == Disjoint || a.Kind == Free) {
			kind = "" // said the other way round, it says the same
		}
		return []member{{"kind", []any{a.A, a.Kind}, []any{b.A, b.Kind}, kind}, {"reason", a.Reason, b.Reason, Patch}}
	})
	c.families(was.Families, is.Families)
	c.alter(OfPopulation, is.Population.Code, populationMembers(was.Population, is.Population))
	each(c, OfRule, was.Rules, is.Rules, func(r Rule) string { return r.Code }, ruleMembers)
	c.alter(OfLimit, "", limitMembers(was.Limits, is.Limits))
	return c.found
}

// comparison gathers what is found.
type comparison struct{ found []Change }

// member is one member of a thing in both versions, and what its being another means.
type member struct {
	name    string
	was, is any
	level   Level
}

func (c *comparison) note(level Level, of Subject, key string, kind ChangeKind, member, detail string) {
	c.found = append(c.found, Change{level, of, key, kind, member, detail})
}

func (c *comparison) alter(of Subject, key string, members []member) {
	for _, m := range members {
		if m.level != "" && !reflect.DeepEqual(m.was, m.is) {
			name := string(of)
			if key != "" {
				name += " " + key
			}
			c.note(m.level, of, key, Altered, m.name, fmt.Sprintf("The %s has another %s.", name, m.name))
		}
	}
}

// each compares two lists of things that have a key.
func each[T any](c *comparison, of Subject, was, is []T, key func(T) string, members func(a, b T) []member) {
	find := func(list []T, k string) int {
		return slices.IndexFunc(list, func(t T) bool { return key(t) == k })
	}
	for _, t := range was {
		if find(is, key(t)) < 0 {
			c.note(Major, of, key(t), Removed, "", fmt.Sprintf("The %s %s is gone.", of, key(t)))
		}
	}
	for _, t := range is {
		at := find(was, key(t))
		if at >= 0 {
			c.alter(of, key(t), members(was[at], t))
			continue
		}
		level, detail := Minor, fmt.Sprintf("The %s %s is new.", of, key(t))
		switch thing := any(t).(type) {
		case Count:
			if thing.PublishedBasis() == TwelveMonths {
				detail += " Its first twelve months are not published."
			}
		case Rule:
			if thing.Severity == Fault {
				level, detail = Major, detail+" What fails it cannot be submitted any more."
			}
		}
		c.note(level, of, key(t), Added, "", detail)
	}
}

// order notes that what both ask for stands in another order.
func order(c *comparison, was, is *Document) {
	both := func(of, with *Document) []string {
		var codes []string
		for _, count := range of.Counts {
			if with.Count(count.Code) != nil {
				codes = append(codes, count.Code)
			}
		}
		return codes
	}
	if !slices.Equal(both(was, is), both(is, was)) {
		c.note(Patch, OfCount, "", Altered, "order", "The counts stand in another order.")
	}
}

func countMembers(a, b Count) []member {
	hidden := Major // what was hidden can be seen
	if b.HiddenTo >= a.HiddenTo && (b.HiddenFrom <= a.HiddenFrom || a.HiddenTo == 0) {
		hidden = Patch
	}
	return []member{
		{"of", a.Of, b.Of, Major}, {"name", a.Name, b.Name, Patch}, {"definition", a.Definition, b.Definition, Major}, {"list", a.List, b.List, Major},
		{"columns", a.Columns, b.Columns, Major}, {"inclusions", a.Inclusions, b.Inclusions, Major}, {"workedExample", a.WorkedExample, b.WorkedExample, Patch},
		{"policy", a.Policy, b.Policy, Major}, {"basis", a.Basis, b.Basis, Major},
		{"hidden range", [2]int{a.HiddenFrom, a.HiddenTo}, [2]int{b.HiddenFrom, b.HiddenTo}, hidden},
	}
}

// key names a pair, whichever way round it stands.
func (r Relation) key() string { return min(r.A, r.B) + "/" + max(r.A, r.B) }

// families compares those of one whole that have a part in common: a family has no name.
func (c *comparison) families(was, is []Family) {
	match := func(f Family, list []Family) int {
		return slices.IndexFunc(list, func(other Family) bool {
			return other.Whole == f.Whole && slices.ContainsFunc(f.Parts, func(p string) bool { return slices.Contains(other.Parts, p) })
		})
	}
	for _, f := range was {
		if match(f, is) < 0 {
			c.note(Major, OfFamily, f.key(), Removed, "", fmt.Sprintf("The family %s is gone.", f.key()))
		}
	}
	for _, f := range is {
		at := match(f, was)
		if at < 0 {
			c.note(Minor, OfFamily, f.key(), Added, "", fmt.Sprintf("The family %s is new.", f.key()))
			continue
		}
		before := was[at]
		parts, remainder := Minor, Major // more parts; more shown
		if slices.ContainsFunc(before.Parts, func(p string) bool { return !slices.Contains(f.Parts, p) }) {
			parts = Major
		}
		if f.Remainder == Protected {
			remainder = Patch
		}
		c.alter(OfFamily, f.key(), []member{
			{"parts", slices.Sorted(slices.Values(before.Parts)), slices.Sorted(slices.Values(f.Parts)), parts}, {"closed", before.Closed, f.Closed, Major},
			{"remainder", before.Remainder, f.Remainder, remainder}, {"reason", before.Reason, f.Reason, Patch},
		})
	}
}

func (f Family) key() string {
	if len(f.Parts) == 0 {
		return f.Whole
	}
	return f.Whole + "/" + f.Parts[0]
}

func populationMembers(a, b Population) []member {
	return []member{
		{"code", a.Code, b.Code, Major}, {"definition", a.Definition, b.Definition, Major}, {"unit", a.Unit, b.Unit, Major},
		{"name", a.Name, b.Name, Patch}, {"source", a.Source, b.Source, Patch}, {"year", a.Year, b.Year, Minor}, {"children", a.Children, b.Children, Minor},
	}
}

// asks is what of a rule says what it asks, and of what.
func (r Rule) asks() []any {
	return []any{r.Kind, nonNil(r.Counts), nonNil(r.Indicators), r.Minimum, r.Maximum, r.Limit, r.Least, r.History}
}

// sameQuestion reports whether the rules fail for the same returns.
func (r Rule) sameQuestion(other Rule) bool { return reflect.DeepEqual(r.asks(), other.asks()) }

func nonNil(codes []string) []string { return append([]string{}, codes...) }

func ruleMembers(a, b Rule) []member {
	question, severity := Minor, Minor
	if b.Severity == Fault {
		question, severity = Major, Major
	}
	return []member{{"name", a.Name, b.Name, Patch}, {"question", a.asks(), b.asks(), question}, {"severity", a.Severity, b.Severity, severity}, {"version", a.Version, b.Version, Patch}}
}

func limitMembers(a, b Limits) []member {
	level := func(was, is int) Level {
		if is > was {
			return Patch // less is shown
		}
		return Major
	}
	return []member{
		{"minimumN", a.MinimumN, b.MinimumN, level(a.MinimumN, b.MinimumN)},
		{"minimumDenominator", a.MinimumDenominator, b.MinimumDenominator, level(a.MinimumDenominator, b.MinimumDenominator)},
		{"minimumPopulation", a.MinimumPopulation, b.MinimumPopulation, level(a.MinimumPopulation, b.MinimumPopulation)},
		{"lowReliability", a.LowReliability, b.LowReliability, Minor},
	}
}
