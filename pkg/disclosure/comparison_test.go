package disclosure_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

var team = programme.Actor{Subject: "t", Roles: []programme.Role{programme.RoleProgramme}}

// quarterOf makes the common and the true view of what the boroughs say, in the fourth
// quarter, so that no flow of London's is withheld but of plans.
func quarterOf(t *testing.T, d *framework.Document, said map[string]returns.Values) (common, truth *disclosure.View) {
	t.Helper()
	fourth := benchmark.FinancialQuarter(2026, 4)
	var list []disclosure.Return
	for _, borough := range sorted(said) {
		list = append(list, disclosure.Return{Borough: borough, Quarters: disclosure.Quarters{said[borough], said[borough], said[borough], said[borough]}})
	}
	set, err := disclosure.New(d, fourth, list)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := disclosure.NewPolicy(d, fourth, nil)
	if err != nil {
		t.Fatal(err)
	}
	if common, err = set.Disclose(policy); err != nil {
		t.Fatal(err)
	}
	if truth, err = set.True(team); err != nil {
		t.Fatal(err)
	}
	return common, truth
}

func sorted(said map[string]returns.Values) []string {
	var list []string
	for borough := range said {
		list = append(list, borough)
	}
	slices.Sort(list)
	return list
}

// oneCount asks for one thing, as a rate by a population of the same size everywhere, so
// that the rate is the count.
func oneCount(hiddenTo int) (*framework.Document, *benchmark.Indicator) {
	d := &framework.Document{
		Counts:     []framework.Count{{Code: "plans", Of: "plan.stock", Policy: framework.Children, Basis: framework.AsAt, HiddenTo: hiddenTo}},
		Indicators: []framework.Indicator{{Code: "PLANS", Numerator: "plans", Denominator: "children"}},
		Limits:     framework.Limits{MinimumN: 1, MinimumDenominator: 20, MinimumPopulation: 2000, LowReliability: 0.1},
		Population: framework.Population{Code: "children", Unit: benchmark.Per10000},
	}
	if hiddenTo > 0 {
		d.Counts[0].HiddenFrom = 1
	}
	for _, letter := range "ABCDEFGHIJ" {
		d.Population.Children = append(d.Population.Children, framework.Residents{Borough: string(letter), Number: 10_000})
	}
	return d, &benchmark.Indicator{Code: "PLANS", Unit: benchmark.Per10000, Multiplier: 10_000, Decimals: 1, Polarity: benchmark.Low}
}

// told writes a comparison in a line: places with their ranks, the mean and the edges.
func told(c disclosure.Comparison) string {
	var words []string
	span := func(r *disclosure.Range) string {
		if r == nil {
			return "none"
		}
		if r.Exact() {
			return fmt.Sprint(r.Middle)
		}
		return fmt.Sprintf("%v(%v-%v)", r.Middle, r.Lower, r.Upper)
	}
	for _, p := range c.Places {
		word := p.Figure.Borough + ":" + span(p.Figure.Value)
		if p.Rank != nil {
			word += fmt.Sprintf("#%d", p.Rank.Best)
			if p.Rank.Worst > p.Rank.Best {
				word += fmt.Sprintf("-%d", p.Rank.Worst)
			}
		}
		words = append(words, strings.TrimSpace(word+" "+string(p.Exception)))
	}
	words = append(words, fmt.Sprintf("n=%d mean=%s p20=%s p80=%s", c.N, span(c.Mean), span(c.P20), span(c.P80)))
	for _, u := range c.Uncertain {
		words = append(words, u+"?")
	}
	for _, e := range c.Excluded {
		words = append(words, e.Borough+" "+string(e.Reason))
	}
	return strings.Join(words, ", ")
}

// TestComparison sets boroughs beside each other whose counts are numbers, intervals,
// noughts, and absent.
func TestComparison(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, said string
		hiddenTo   int
		minimumN   int
		want       string
	}{
		{
			"nought, confirmed nil, not applicable, missing", "A=0 B=nil C=- D=n/a E=10 F=20", 0, 1,
			"A:0#1, B:0#1, E:10#3, F:20#4 top20, n=4 mean=7.5 p20=0 p80=14, C missing, D not_applicable",
		},
		{
			"what was missing is a confirmed nil", "A=0 B=nil C=nil D=n/a E=10 F=20", 0, 1,
			"A:0#1, B:0#1, C:0#1, E:10#4, F:20#5 top20, n=5 mean=6 p20=0 p80=12, D not_applicable",
		},
		{
			"ranks and edges are as wide as what is hidden", "A=0 B=3 C=1 D=6 E=10 F=20", 5, 1,
			"A:0#1 bottom20, B:3(1-5)#2-3, C:3(1-5)#2-3, D:6#4, E:10#5, F:20#6 top20, n=6 mean=7(6.333333333333333-7.666666666666667) p20=3(1-5) p80=10",
		},
		{
			"who may be an exception, and may be none, is named", "A=3 B=4 C=5 D=2 E=10 F=20", 5, 1,
			"A:3(1-5)#1-4, B:3(1-5)#1-4, C:3(1-5)#1-4, D:3(1-5)#1-4, E:10#5, F:20#6 top20, n=6 mean=7(5.666666666666667-8.333333333333334) p20=3(1-5) p80=10, A?, B?, C?, D?",
		},
		{"too few have a value", "A=0 B=10 C=20", 5, 4, "A:0, B:10, C:20, n=3 mean=10 p20=none p80=none"},
		{"nobody has", "A=- B=n/a", 5, 1, "n=0 mean=none p20=none p80=none, A missing, B not_applicable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, ind := oneCount(tt.hiddenTo)
			d.Limits.MinimumN = tt.minimumN
			common, _ := quarterOf(t, d, plans(t, tt.said))
			if got := told(common.Compare(ind, common.Boroughs())); got != tt.want {
				t.Errorf("got\n%s, want\n%s", got, tt.want)
			}
		})
	}
}

// plans reads what each borough says of the one count.
func plans(t *testing.T, text string) map[string]returns.Values {
	t.Helper()
	list := map[string]returns.Values{}
	for note := range strings.FieldsSeq(text) {
		borough, number, _ := strings.Cut(note, "=")
		list[borough] = said(t, "plans="+number)
	}
	return list
}

// TestSmallAuthorities keeps who is too small out of what is ranked and in what is pooled.
func TestSmallAuthorities(t *testing.T) {
	t.Parallel()
	d, ind := oneCount(5)
	d.Population.Children[0].Number = 847
	common, _ := quarterOf(t, d, plans(t, "A=3 B=10 C=20 D=-"))
	c := common.Compare(ind, common.Boroughs())
	if got, want := told(c), "B:10#1 bottom20, C:20#2 top20, n=2 mean=15 p20=12 p80=18, A small_population, D missing"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if p := c.Pooled; p.N != 3 || p.StandIn != 1 || !slices.Equal(p.Missing, []string{"D"}) || p.LeftOut != nil {
		t.Errorf("pooled is %+v", *p)
	}

	percent := &benchmark.Indicator{Code: "PCT", Unit: benchmark.Percent, Multiplier: 100, Decimals: 1, Polarity: benchmark.High}
	d.Counts = append(d.Counts, framework.Count{Code: "late", Of: "plan.stock", Policy: framework.Children, Basis: framework.AsAt, HiddenFrom: 1, HiddenTo: 5})
	d.Indicators = append(d.Indicators, framework.Indicator{Code: "PCT", Numerator: "late", Denominator: "plans"})
	d.Families = []framework.Family{{Whole: "plans", Parts: []string{"late"}, Remainder: framework.Shown}}
	common, _ = quarterOf(t, d, map[string]returns.Values{
		"B": said(t, "plans=19 late=10"), "C": said(t, "plans=20 late=10"), "D": said(t, "plans=4 late=0"), "E": said(t, "plans=0 late=0"), "F": said(t, "plans=- late=8"),
	})
	c = common.Compare(percent, common.Boroughs())
	if got, want := told(c), "C:50#1, n=1 mean=50 p20=50 p80=50, B small_denominator, D hidden, E no_denominator, F missing"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if p := c.Pooled; p.N != 2 || math.Abs(*p.Value-100*20.0/39) > 1e-9 || !slices.Equal(p.LeftOut, []string{"D"}) || p.AtLeast != nil || !slices.Equal(p.Without, []string{"E"}) || !slices.Equal(p.Missing, []string{"F"}) {
		t.Errorf("pooled is %+v", *p)
	}
	if unasked := common.Figure(&benchmark.Indicator{Code: "OTHER"}, "B"); unasked.Status != disclosure.Missing {
		t.Errorf("what is not asked is %s", unasked.Status)
	}
	if score := common.Pooled(&benchmark.Indicator{Code: "PCT", Unit: benchmark.Score}, common.Boroughs()); score != nil {
		t.Errorf("a score is pooled to %+v", *score)
	}
}

// TestSums says what a total is made of and how far it is known.
func TestSums(t *testing.T) {
	t.Parallel()
	d, _ := oneCount(5)
	for _, tt := range []struct {
		said        string
		value       float64
		least, most float64
		low         bool
	}{
		{"A=10 B=20", 30, 30, 30, false},
		{"A=10 B=2 C=nil", 13, 11, 15, true},
		{"A=100 B=2 C=-", 103, 101, 105, false},
	} {
		common, _ := quarterOf(t, d, plans(t, tt.said))
		got := common.Sum("plans", common.Boroughs())
		if *got.Value != tt.value || *got.AtLeast != tt.least || *got.AtMost != tt.most || got.LowReliability != tt.low {
			t.Errorf("%s: %v between %v and %v, low %v", tt.said, *got.Value, *got.AtLeast, *got.AtMost, got.LowReliability)
		}
	}
}

// TestAgreesWithPublished makes the same comparison here and of published figures, of
// numbers of which none is small.
func TestAgreesWithPublished(t *testing.T) {
	t.Parallel()
	d, ind := oneCount(5)
	numbers := map[string]float64{"A": 31, "B": 17, "C": 90, "D": 17, "E": 45, "F": 6, "G": 0, "H": 71, "I": 38, "J": 52}
	list := map[string]returns.Values{}
	groups := benchmark.Groups{Period: "2024-25", RegionCode: "E12000007"}
	b := benchmark.NewBuilder(nil)
	for _, borough := range slices.Sorted(slices.Values(strings.Split("A B C D E F G H I J", " "))) {
		number := numbers[borough]
		list[borough] = said(t, fmt.Sprintf("plans=%v", number))
		value, status := benchmark.Rate(*ind, &number, benchmark.Reported, new(10_000.0))
		b.Add(benchmark.Observation{Indicator: ind.Code, Period: groups.Period, Geography: borough, ReleaseID: "r", Value: value, Status: status, Numerator: &number, Denominator: new(10_000.0)})
		groups.Region = append(groups.Region, borough)
	}
	groups.SubRegion, groups.England = groups.Region, groups.Region
	published := b.Dataset()
	common, truth := quarterOf(t, d, list)
	for _, v := range []*disclosure.View{common, truth} {
		c := v.Compare(ind, groups.Region)
		for _, p := range c.Places {
			groups.Borough = p.Figure.Borough
			want := published.Resolve(groups).Compare(ind)
			if c.N != want.Region.N || *p.Rank != (disclosure.Rank{Best: *want.Region.Rank, Worst: *want.Region.Rank}) || p.Exception != want.Region.Exception {
				t.Errorf("%s: n %d, rank %v, exception %q", groups.Borough, c.N, *p.Rank, p.Exception)
			}
			if c.Mean.Middle != *want.Region.Mean || c.P20.Middle != *want.Region.P20 || c.P80.Middle != *want.Region.P80 || *c.Pooled.Value != *want.SubRegion.Pooled {
				t.Errorf("%s: mean %v, edges %v %v, pooled %v", groups.Borough, c.Mean.Middle, c.P20.Middle, c.P80.Middle, *c.Pooled.Value)
			}
		}
	}
}
