package server_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
)

// wideAsking puts wide questions and the narrow ones that they are made of.
type wideAsking struct {
	*world

	boroughs   []string
	england    []string // all authorities
	periods    []string // in their order
	indicators map[string]api.Indicator
	narrow     map[string][]json.RawMessage // answers by question
}

func newWideAsking(t *testing.T) *wideAsking {
	t.Helper()
	a := &wideAsking{world: readOnly(t), indicators: map[string]api.Indicator{}, narrow: map[string][]json.RawMessage{}}
	var boroughs api.BoroughPage
	a.get("/v1/boroughs").want(200).into(&boroughs)
	for _, b := range boroughs.Items {
		a.boroughs = append(a.boroughs, b.Code)
	}
	var authorities api.AuthorityPage
	a.get("/v1/authorities?limit=500").want(200).into(&authorities)
	for _, of := range authorities.Items {
		a.england = append(a.england, of.Code)
	}
	var periods api.PeriodPage
	a.get("/v1/periods?limit=500").want(200).into(&periods)
	for _, p := range periods.Items {
		a.periods = append(a.periods, p.Code)
	}
	var indicators api.IndicatorPage
	a.get("/v1/indicators?limit=500").want(200).into(&indicators)
	for _, ind := range indicators.Items {
		a.indicators[ind.Code] = ind
	}
	return a
}

// pages answers all items of the question, page by page.
func (a *wideAsking) pages(path string, query url.Values) (items []json.RawMessage) {
	a.t.Helper()
	query = maps.Clone(query)
	for {
		var page struct {
			Items      []json.RawMessage
			NextCursor *string
		}
		a.get(path + "?" + query.Encode()).want(200).into(&page)
		items = append(items, page.Items...)
		if page.NextCursor == nil {
			return items
		}
		query.Set("cursor", *page.NextCursor)
	}
}

// alone answers the same question of one borough and one period.
func (a *wideAsking) alone(question url.Values, borough, period string) []json.RawMessage {
	a.t.Helper()
	query := url.Values{"borough": {borough}, "period": {period}, "method": {"short"}, "limit": {"500"}}
	for _, name := range []string{"indicator", "theme", "peer"} {
		if question.Has(name) {
			query[name] = question[name]
		}
	}
	key := query.Encode()
	if _, asked := a.narrow[key]; !asked {
		a.narrow[key] = a.pages("/v1/comparisons", query)
	}
	return a.narrow[key]
}

// expected is the wide answer made of narrow ones: of a period that is named everything,
// and of any other that whose newest period it is.
func (a *wideAsking) expected(question url.Values) (items []json.RawMessage) {
	a.t.Helper()
	latest := slices.Contains(question["period"], "latest")
	boroughs := slices.Compact(slices.Sorted(slices.Values(question["borough"])))
	for _, borough := range boroughs {
		for _, period := range a.periods {
			named := slices.Contains(question["period"], period)
			if !named && !latest {
				continue
			}
			for _, item := range a.alone(question, borough, period) {
				var of struct{ Indicator string }
				if err := json.Unmarshal(item, &of); err != nil {
					a.t.Fatal(err)
				}
				if last := a.indicators[of.Indicator].Coverage.LastPeriod; named || last != nil && *last == period {
					items = append(items, item)
				}
			}
		}
	}
	return items
}

// TestFiftyWideQuestions: whatever is asked at once is, item by item, what each borough is
// answered in each period alone; over pages of any size.
func TestFiftyWideQuestions(t *testing.T) {
	t.Parallel()
	a := newWideAsking(t)
	covered := []string{}
	for code, ind := range a.indicators {
		if ind.Coverage.LastPeriod != nil {
			covered = append(covered, code)
		}
	}
	slices.Sort(covered)
	random := rand.New(rand.NewPCG(17, 50)) // #nosec G404 -- questions, and the same ones each time
	some := func(of []string, most int) []string {
		chosen := make([]string, 1+random.IntN(most))
		for i := range chosen {
			chosen[i] = of[random.IntN(len(of))]
		}
		return chosen
	}
	compared := 0
	for i := range 50 {
		question := url.Values{"borough": some(a.boroughs, 10), "period": some(append(slices.Clone(a.periods), "latest", "latest", "latest"), 3)}
		switch random.IntN(3) {
		case 0:
			question["indicator"] = some(covered, 5)
		case 1:
			question.Set("theme", a.indicators[covered[random.IntN(len(covered))]].Theme)
		}
		if random.IntN(2) == 0 {
			for _, k := range random.Perm(len(a.england))[:2+random.IntN(12)] {
				question.Add("peer", a.england[k])
			}
		}
		want := a.expected(question)
		compared += len(want)
		question.Set("method", "short")
		question.Set("limit", fmt.Sprint(1+random.IntN(120)))
		got := a.pages("/v1/comparisons", question)
		if len(got) != len(want) {
			t.Errorf("question %d, %s: %d items, want %d", i, question.Encode(), len(got), len(want))
			continue
		}
		for k := range got {
			if string(got[k]) != string(want[k]) {
				t.Errorf("question %d, %s: item %d is %s, alone it is %s", i, question.Encode(), k, got[k], want[k])
				break
			}
		}
	}
	if compared < 1500 {
		t.Errorf("only %d items were compared", compared)
	}
}

// TestAWideAnswerLeadsToWhatIsBehindIt: method stands once and in short, names each borough
// and period of the page, and its address answers the same with everything behind it.
func TestAWideAnswerLeadsToWhatIsBehindIt(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	var wide api.ComparisonPage
	w.get("/v1/comparisons?borough=E09000022&borough=E09000002&period=2023-24&period=2024-25&indicator=REREF_PCT&count=true&model=2025").want(200).into(&wide)
	if wide.Borough != nil || wide.BoroughName != nil || wide.Period != nil || wide.PeriodName != nil || wide.PeriodKind != nil || wide.Method != nil || *wide.Total != 4 || len(wide.Items) != 4 {
		t.Fatalf("the page says %+v", wide)
	}
	if got := wide.ShortMethod.Compared; len(got) != 4 || *wide.ShortMethod.NeighbourModel != "2025" || len(wide.ShortMethod.ReleaseIds) != 1 {
		t.Fatalf("the method in short is %+v", wide.ShortMethod)
	}
	for i, item := range wide.Items {
		of := wide.ShortMethod.Compared[i]
		if item.Borough != of.Borough || item.Period != of.Period || item.BoroughName != of.BoroughName || item.PeriodName != of.PeriodName || item.Method.Excluded != nil {
			t.Errorf("item %d is %+v, and %+v is said of it", i, item, of)
		}
		var full api.ComparisonPage
		w.get(of.Href + "&indicator=REREF_PCT").want(200).into(&full)
		if full.ShortMethod != nil || *full.Borough != of.Borough || *full.Period != of.Period || len(full.Method.England) < 150 || full.Items[0].Method.Excluded == nil {
			t.Errorf("%s answers %+v", of.Href, full)
		}
		full.Items[0].Method.Excluded = nil
		if !reflect.DeepEqual(full.Items[0], item) {
			t.Errorf("%s has %+v, and the wide answer %+v", of.Href, full.Items[0], item)
		}
	}
	if wide.Items[0].BoroughName != "Barking and Dagenham" || wide.Items[0].PeriodName != "financial year 2023-24" || wide.Items[3].BoroughName != "Lambeth" || wide.Items[3].Period != "2024-25" {
		t.Errorf("the order is %s in %s to %s in %s", wide.Items[0].BoroughName, wide.Items[0].PeriodName, wide.Items[3].BoroughName, wide.Items[3].Period)
	}
}

// TestAWideTableIsTheWholeList: CSV has a row for each item of all pages.
func TestAWideTableIsTheWholeList(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	records, err := csv.NewReader(strings.NewReader(w.get("/v1/comparisons?borough=E09000022&borough=E09000002&period=latest&format=csv").want(200).body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var latest api.ComparisonPage
	w.get("/v1/comparisons?borough=E09000022&borough=E09000002&period=latest&limit=1&count=true").want(200).into(&latest)
	if len(records)-1 != *latest.Total || *latest.Total < 40 {
		t.Errorf("the table has %d rows, the list %d", len(records)-1, *latest.Total)
	}
}

func TestWideQuestionsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	var without api.IndicatorPage
	w.get("/v1/indicators?withFigures=false&limit=1").want(200).into(&without)
	none := without.Items[0].Code
	for question, want := range map[string][]string{
		"borough=E09000022&period=latest&indicator=" + none + "&indicator=REREF_PCT": {"indicator unknown_value"},
		"borough=E09000022&borough=E09000002&period=2024-25&method=full":             {"method not_allowed"},
		"borough=E09000022&period=2024-25&period=2023-24&method=full":                {"method not_allowed"},
		"borough=E09000022&period=latest&method=full":                                {"method not_allowed"},
		"borough=E09000022&borough=E09000099&period=2024-25":                         {"borough unknown_value"},
		"borough=E09000022&period=2024-25&period=2098-99":                            {"period unknown_value"},
		"borough=E09000022&period=newest":                                            {"period pattern"},
	} {
		if got := w.get("/v1/comparisons?"+question).problem(400, "bad_request"); !slices.Equal(got, want) {
			t.Errorf("%s has the faults %v, want %v", question, got, want)
		}
	}
	w.get("/v1/indicators/REREF_PCT/distribution?period=latest").problem(400, "bad_request")
	// What is asked twice is answered once, and one period of one borough in full.
	var page api.ComparisonPage
	w.get("/v1/comparisons?borough=E09000022&borough=E09000022&period=2024-25&period=2024-25&indicator=REREF_PCT&method=full").want(200).into(&page)
	if len(page.Items) != 1 || page.Method == nil || *page.PeriodKind != "financial_year" {
		t.Errorf("asked twice, it is %+v", page)
	}
	// A theme without a figure has no latest period, and no row.
	w.get("/v1/comparisons?borough=E09000022&period=latest&count=true&" + url.Values{"theme": {without.Items[0].Theme}}.Encode()).want(200).into(&page)
	if slices.ContainsFunc(page.Items, func(c api.Comparison) bool { return c.Indicator == none }) {
		t.Errorf("%s, which has no figure, is compared", none)
	}
}

// TestWhatHasFigures: indicators and periods say of what there are numbers, and the list of
// observations has just as many.
func TestWhatHasFigures(t *testing.T) {
	t.Parallel()
	a := newWideAsking(t)
	numbers := func(query string) int {
		n := 0
		var o struct{ Value *float64 }
		for _, row := range a.pages("/v1/observations", url.Values{"limit": {"500"}, strings.Split(query, "=")[0]: {strings.Split(query, "=")[1]}}) {
			if err := json.Unmarshal(row, &o); err != nil {
				t.Fatal(err)
			}
			if o.Value != nil {
				n++
			}
			o.Value = nil
		}
		return n
	}
	reref := a.indicators["REREF_PCT"].Coverage
	if reref.Figures != numbers("indicator=REREF_PCT") || reref.Periods != 13 || *reref.FirstPeriod != "2012-13" || *reref.LastPeriod != "2024-25" || *reref.LastPeriodName != "financial year 2024-25" {
		t.Errorf("re-referrals have %+v", reref)
	}
	var with, without api.IndicatorPage
	a.get("/v1/indicators?withFigures=true&limit=500").want(200).into(&with)
	a.get("/v1/indicators?withFigures=false&limit=500").want(200).into(&without)
	if len(with.Items) < 20 || len(without.Items) == 0 || len(with.Items)+len(without.Items) != len(a.indicators) {
		t.Errorf("%d indicators have figures and %d none, of %d", len(with.Items), len(without.Items), len(a.indicators))
	}
	for _, ind := range with.Items {
		if ind.Coverage.Figures == 0 || ind.Coverage.LastPeriod == nil {
			t.Errorf("%s has %+v", ind.Code, ind.Coverage)
		}
	}
	for _, ind := range without.Items {
		if ind.Coverage != (api.IndicatorCoverage{}) {
			t.Errorf("%s has %+v", ind.Code, ind.Coverage)
		}
	}
	var newest, of api.PeriodPage
	a.get("/v1/periods?withFigures=true&sort=-endsOn&limit=500").want(200).into(&newest)
	if !slices.IsSortedFunc(newest.Items, func(x, y api.Period) int { return strings.Compare(string(y.EndsOn), string(x.EndsOn)) }) || len(newest.Items) < 13 {
		t.Errorf("the newest first are %+v", newest.Items)
	}
	a.get("/v1/periods/2024-25").want(200).into(&newest.Items[0])
	if got := newest.Items[0].Coverage; got.Figures != numbers("period=2024-25") || got.Indicators == 0 {
		t.Errorf("2024-25 has %+v", got)
	}
	a.get("/v1/periods?indicator=REREF_PCT&withFigures=true&sort=-endsOn").want(200).into(&of)
	sum := 0
	for _, p := range of.Items {
		sum += p.Coverage.Figures
	}
	if len(of.Items) != 13 || of.Items[0].Code != "2024-25" || of.Items[0].Coverage.Indicators != 1 || sum != reref.Figures {
		t.Errorf("re-referrals have figures in %d periods, %d of them", len(of.Items), sum)
	}
	a.get("/v1/periods?indicator=NOPE").problem(400, "bad_request")
}
