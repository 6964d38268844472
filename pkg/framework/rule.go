package framework

// Rule is one thing that a return is held to. What it asks is its kind; where and how
// strictly it holds is said here.
type Rule struct {
	Code     string   `json:"code"`
	Kind     RuleKind `json:"kind"`
	Severity Severity `json:"severity"`
	Name     string   `json:"name"`
	// Counts are those that the rule is asked of, for the kinds that ask counts: for
	// part_above_whole the parts, for sum the wholes. None is every count for which
	// the kind has a meaning.
	Counts []string `json:"counts"`
	// Indicators are those that the rule is asked of, for computed_differs.
	// None is every indicator.
	Indicators []string `json:"indicators"`
	Minimum    *float64 `json:"minimum"` // the least that is in range
	Maximum    *float64 `json:"maximum"` // the most that is in range
	Limit      *float64 `json:"limit"`   // from which the rule fails: see [RuleKind.Words]
	Least      *float64 `json:"least"`   // a difference below this many is none
	History    *int     `json:"history"` // accepted quarters without which an outlier is not looked for
	Version    int      `json:"version"` // grows whenever the rule asks something else
}

// Standing is a rule with the version of the framework in which it stands.
type Standing struct {
	Rule

	Framework string
}

// Severity says what a failed rule does.
type Severity string

// The severities.
const (
	Fault   Severity = "error"   // the return cannot be submitted
	Warning Severity = "warning" // it can, once somebody has explained it
)

// RuleKind is a question that the code can ask of a return.
type RuleKind string

// The kinds of rules.
const (
	Range            RuleKind = "range"
	PartAboveWhole   RuleKind = "part_above_whole"
	Sum              RuleKind = "sum"
	ChangeOnPrevious RuleKind = "change_on_previous"
	ChangeOnLastYear RuleKind = "change_on_last_year"
	Hundredfold      RuleKind = "hundredfold"
	NoughtWhereLarge RuleKind = "nought_where_large"
	Outlier          RuleKind = "outlier"
	ComputedDiffers  RuleKind = "computed_differs"
	FallInCumulative RuleKind = "fall_in_cumulative"
)

// Parameter is what a rule can set.
type Parameter string

// The parameters.
const (
	Minimum Parameter = "minimum"
	Maximum Parameter = "maximum"
	Limit   Parameter = "limit"
	Least   Parameter = "least"
	History Parameter = "history"
)

// Words are what a kind asks, for people.
type Words struct {
	Kind         RuleKind
	Asks         string      // what is wrong where it fails
	Remedy       string      // what to do then
	Needs        []Parameter // without which it means nothing
	May          []Parameter // that it also knows
	OfCounts     bool        // whether counts can be chosen
	OfIndicators bool        // whether indicators can be chosen
	LimitIs      string      // what the limit measures, or empty
	ReadsHistory bool        // whether it asks earlier quarters
	MayRefuse    bool        // whether it may be an error: what can be so is only ever a warning
}

// Kinds are the kinds of rules with their words, in the order in which they are asked.
var Kinds = []Words{
	{
		Kind: Range, Asks: "The count lies outside what is possible or likely.", Remedy: "Look at how the count was made; correct it, or say why it is so.",
		May: []Parameter{Minimum, Maximum}, OfCounts: true, MayRefuse: true,
	},
	{
		Kind: PartAboveWhole, Asks: "The part is greater than the whole that it is part of.", Remedy: "Correct the part or the whole: both come from the same list on the same day.",
		OfCounts: true, MayRefuse: true,
	},
	{
		Kind: Sum, Asks: "The parts do not add up to their whole; of parts that are not all of it, they add up to more.", Remedy: "Count everybody once, in the part where they belong.",
		OfCounts: true, MayRefuse: true,
	},
	{
		Kind: ChangeOnPrevious, Asks: "The count differs from the quarter before by more than the limit.", Remedy: "Look for what has changed in practice or recording, and say it.",
		Needs: []Parameter{Limit}, May: []Parameter{Least}, OfCounts: true, LimitIs: "the difference over the earlier count: 0.25 is a quarter of it", ReadsHistory: true,
	},
	{
		Kind: ChangeOnLastYear, Asks: "The count differs from the same quarter of last year by more than the limit.", Remedy: "Look for what has changed in practice or recording, and say it.",
		Needs: []Parameter{Limit}, May: []Parameter{Least}, OfCounts: true, LimitIs: "the difference over the earlier count: 0.25 is a quarter of it", ReadsHistory: true,
	},
	{
		Kind: Hundredfold, Asks: "The count is about a hundred times that of the quarter before, or a hundredth.", Remedy: "Look for a decimal point or thousands separator in the wrong place.",
		Needs: []Parameter{Limit}, OfCounts: true, LimitIs: "how many times the earlier count, or which part of it", ReadsHistory: true,
	},
	{
		Kind: NoughtWhereLarge, Asks: "The count is nought, and was large in the quarter before.", Remedy: "If it was not counted, say missing, with a reason; if it is nought, say why.",
		Needs: []Parameter{Limit}, OfCounts: true, LimitIs: "the count of the quarter before from which nought is unlikely", ReadsHistory: true,
	},
	{
		Kind: Outlier, Asks: "The count lies far from the borough's own earlier quarters.", Remedy: "Look at how the count was made; correct it, or say what has happened.",
		Needs: []Parameter{Limit, History}, May: []Parameter{Least}, OfCounts: true,
		LimitIs: "the distance from the median of its own quarters in scaled median absolute deviations", ReadsHistory: true,
	},
	{
		Kind: ComputedDiffers, Asks: "The value that was posted is not what its counts give.", Remedy: "Post the counts alone: the service computes the value.",
		Needs: []Parameter{Limit}, OfIndicators: true, LimitIs: "the difference in the indicator's own unit", MayRefuse: true,
	},
	{
		Kind: FallInCumulative, Asks: "A count of the year to date is smaller than in an earlier quarter of the year.", Remedy: "Post the count from 1 April on, or say what was corrected.",
		May: []Parameter{Least}, OfCounts: true, ReadsHistory: true,
	},
}

// Words answers what the kind asks; the zero Words where there is no such kind.
func (k RuleKind) Words() Words {
	for _, w := range Kinds {
		if w.Kind == k {
			return w
		}
	}
	return Words{}
}
