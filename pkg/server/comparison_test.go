package server_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/api"
)

// golden are comparator values of re-referrals in 2024-25, computed
// independently of this program.
func golden(t *testing.T) []map[string]string {
	t.Helper()
	file, err := os.Open("../benchmark/testdata/REREF_PCT-2024-25.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, column := range records[0] {
			row[column] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func TestGoldenRereferralsOverHTTP(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	rows := golden(t)
	if len(rows) != 33 {
		t.Fatalf("%d boroughs", len(rows))
	}
	for _, row := range rows {
		c, _ := w.compare(row["gss"], "2024-25", "REREF_PCT")
		got := map[string]string{
			"gss": c.Borough, "value": short(c.Value), "previous": short(c.Previous.Value), "change": short(c.Change),
			"band": text(c.England.Band), "rank_england": whole(c.England.Rank), "n_england": strconv.Itoa(c.England.N),
			"rank_london": whole(c.Region.Rank), "n_london": strconv.Itoa(c.Region.N),
			"sn_mean": four(c.StatisticalNeighbours.Mean), "sn_median": four(c.StatisticalNeighbours.Median), "sn_n": strconv.Itoa(c.StatisticalNeighbours.N),
			"sub_region_mean": four(c.SubRegion.Mean), "london_mean": four(c.Region.Mean), "london_p20": four(c.Region.P20), "london_p80": four(c.Region.P80),
			"exception": strings.TrimPrefix(string(c.Region.Exception), "none"),
		}
		if meaning := text(c.Region.ExceptionMeaning); meaning != map[string]string{"": "", "top20": "worse", "bottom20": "better"}[row["exception"]] {
			t.Errorf("%s: %q means %q where low is good", row["gss"], row["exception"], meaning)
		}
		for column, want := range row {
			if plain, err := strconv.ParseFloat(want, 64); err == nil && got[column] == short(&plain) {
				continue // 21.0 and 21 are one value
			}
			if got[column] != want {
				t.Errorf("%s %s: got %q, want %q", row["gss"], column, got[column], want)
			}
		}
	}
}

// TestBuckinghamshireOverHTTP: before April 2020 a neighbour is taken by its old
// code, and the comparison says so, for the average and for whom it leaves out.
func TestBuckinghamshireOverHTTP(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	for period, code := range map[string]string{"2019-20": "E10000002", "2020-21": "E06000060"} {
		c, method := w.compare("E09000006", period, "REREF_PCT")
		said := slices.Contains(method.CodesUsed, api.CodeUsed{Authority: "E06000060", AuthorityName: "Buckinghamshire", Period: period, Code: "E10000002"})
		if !slices.Contains(method.Neighbours, code) || said != (code == "E10000002") || c.Code != "E09000006" || c.Previous.Code != "E09000006" {
			t.Errorf("%s: neighbours %v, codes used %+v, own codes %s and %s", period, method.Neighbours, method.CodesUsed, c.Code, c.Previous.Code)
		}
	}
	// The model of 2025 knows Barnsley by the code that it has had since April.
	var page api.StatisticalNeighbourPage
	w.get("/v1/statistical-neighbours?authority=E08000016").want(200).into(&page)
	if len(page.Items) != 10 || page.Items[0].Authority != "E08000038" {
		t.Errorf("Barnsley has the neighbours %+v", page.Items)
	}
	w.get("/v1/statistical-neighbours?authority=E10000006").want(200).into(&page)
	if len(page.Items) != 0 {
		t.Errorf("Cumbria, which was split, has the neighbours %+v", page.Items)
	}
}

func (w *world) compare(borough, period, indicator string) (api.Comparison, api.ComparisonMethod) {
	w.t.Helper()
	var page api.ComparisonPage
	w.get("/v1/comparisons?borough=" + borough + "&period=" + period + "&indicator=" + indicator).want(200).into(&page)
	if len(page.Items) != 1 {
		w.t.Fatalf("%d comparisons", len(page.Items))
	}
	return page.Items[0], *page.Method
}

func short(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

func four(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', 4, 64)
}

func whole(v *int) string {
	if v == nil {
		return ""
	}
	return strconv.Itoa(*v)
}

func text[T ~string](v *T) string {
	if v == nil {
		return ""
	}
	return string(*v)
}

// TestLambeth is a comparison that can be checked by hand against the files.
func TestLambeth(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	c, method := w.compare("E09000022", "2024-25", "REREF_PCT")
	if *c.Region.Published.Value != 19.4 || *c.England.Published.Value != 22.6 {
		t.Errorf("published London %v, England %v", *c.Region.Published.Value, *c.England.Published.Value)
	}
	if math.Abs(*c.Numerator/(*c.Denominator)*100-*c.Value) > 0.05 {
		t.Errorf("%v / %v is not %v%%", *c.Numerator, *c.Denominator, *c.Value)
	}
	if c.ConfidenceInterval.Method == nil || *c.ConfidenceInterval.Method != "wilson" || *c.ConfidenceInterval.Lower >= *c.Value || *c.ConfidenceInterval.Upper <= *c.Value {
		t.Errorf("interval %+v", c.ConfidenceInterval)
	}
	// London's 19.4 lies below the interval, England's 22.6 in it; at the neighbours' 18.1 there would be 495 of the 582.
	if c.Region.Significance != "worse" || c.England.Significance != "similar" || *c.StatisticalNeighbours.Gap != 87 || c.Region.ExceptionMeaning != nil {
		t.Errorf("to London %s, to England %s, gap %v, exception %v", c.Region.Significance, c.England.Significance, *c.StatisticalNeighbours.Gap, c.Region.ExceptionMeaning)
	}
	if len(method.RegionMembers) != 33 || len(method.England) != 153 || len(method.SubRegionMembers) != 12 || len(method.Neighbours) != 10 ||
		*method.SubRegion != "south" || *method.NeighbourModel != "2025" || method.MembershipOn != "2025-03-31" || len(method.ReleaseIds) != 1 {
		t.Errorf("method %+v", method)
	}
	if *c.Method.ReleaseId != method.ReleaseIds[0] {
		t.Error("the figure's release is not among the page's")
	}
}

// TestNeutralIndicatorHasNoRank also shows a computed rate with Byar's interval.
func TestNeutralIndicatorHasNoRank(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	c, _ := w.compare("E09000022", "2024-25", "CIN_RATE")
	if c.Region.Rank != nil || c.England.Rank != nil || c.England.Band != nil || c.Region.N != 33 {
		t.Errorf("ranks %v %v, band %v, n %d", c.Region.Rank, c.England.Rank, c.England.Band, c.Region.N)
	}
	if c.Status != "computed" || *c.ConfidenceInterval.Method != "byar" {
		t.Errorf("status %s, interval %+v", c.Status, c.ConfidenceInterval)
	}
	want := math.Round(*c.Numerator / *c.Denominator * 1e5) / 10
	if *c.Value != want {
		t.Errorf("value %v, want %v", *c.Value, want)
	}
}

// TestComparisonOfWhatIsNotHeld answers, and says that nothing is held.
func TestComparisonOfWhatIsNotHeld(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	c, _ := w.compare("E09000022", "2025-26", "REREF_PCT")
	if c.Value != nil || c.Status != "not_held" || c.Region.N != 0 || c.Change != nil || c.Previous.Value == nil || c.Previous.Period != "2024-25" {
		t.Errorf("%+v", c)
	}
	if e := c.Method.Excluded.England; len(e) != 1 || e[0].Status != "not_held" || len(e[0].Authorities) != 153 {
		t.Errorf("excluded in England: %+v", e)
	}
	var page api.ComparisonPage
	w.get("/v1/comparisons?borough=E09000022&period=2025-26&count=true").want(200).into(&page)
	if len(page.Items) != 0 || *page.Total != 0 || page.NextCursor != nil {
		t.Errorf("%d items, total %d", len(page.Items), *page.Total)
	}
	w.get("/v1/comparisons?borough=E09000022&period=2024-25&count=true").want(200).into(&page)
	if len(page.Items) != 17 || *page.Total != 17 {
		t.Errorf("%d items, total %d", len(page.Items), *page.Total)
	}
}

func TestComparisonNamesEveryUnknown(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	got := w.get("/v1/comparisons?borough=E09000099&period=2098-99&model=1900").problem(400, "bad_request")
	if want := []string{"borough unknown_value", "model unknown_value", "period unknown_value"}; !slices.Equal(got, want) {
		t.Errorf("faults %v, want %v", got, want)
	}
	got = w.get("/v1/comparisons?borough=E09000022&period=2024-25&indicator=NOPE&indicator=NEVER&theme=Nothing").problem(400, "bad_request")
	if want := []string{"indicator unknown_value", "indicator unknown_value", "theme unknown_value"}; !slices.Equal(got, want) {
		t.Errorf("faults %v, want %v", got, want)
	}
	got = w.get("/v1/comparisons").problem(400, "bad_request")
	if want := []string{"borough required", "period required"}; !slices.Equal(got, want) {
		t.Errorf("faults %v, want %v", got, want)
	}
}

func TestSeries(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	var s api.Series
	w.get("/v1/indicators/REREF_PCT/series?borough=E09000022").want(200).into(&s)
	if len(s.Items) != 13 || s.Items[0].Period != "2012-13" || s.Items[12].Period != "2024-25" {
		t.Fatalf("%d points", len(s.Items))
	}
	for i, p := range s.Items {
		if i == 0 {
			if p.Change != nil {
				t.Error("the first period has a change")
			}
			continue
		}
		before := s.Items[i-1]
		if p.Value == nil || before.Value == nil {
			continue
		}
		if p.Change == nil || math.Abs(*p.Change-(*p.Value-*before.Value)) > 1e-9 {
			t.Errorf("%s: change %v from %v to %v", p.Period, p.Change, *before.Value, *p.Value)
		}
	}
	last := s.Items[12]
	if four(last.RegionMean) != "18.5212" || *last.Region.Value != 19.4 || *last.England.Value != 22.6 || last.RegionN != 33 {
		t.Errorf("%+v", last)
	}
	w.get("/v1/indicators/REREF_PCT/series?borough=E09000099").problem(400, "bad_request")
	w.get("/v1/indicators/REREF_PCT/series?borough=E09000022&kind=quarter").want(200).into(&s)
	if len(s.Items) != 0 {
		t.Errorf("%d quarters", len(s.Items))
	}
	w.get("/v1/indicators/REREF_PCT/series?borough=E09000022&kind=quarter&kind=financial_year").want(200).into(&s)
	if len(s.Items) != 13 {
		t.Errorf("%d quarters and financial years, want 13", len(s.Items))
	}
}

func TestDistribution(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	var d api.Distribution
	w.get("/v1/indicators/REREF_PCT/distribution?period=2024-25").want(200).into(&d)
	if len(d.Items) != 33 || *d.Items[0].Rank != 1 || d.Summary.N != 33 || four(d.Summary.Mean) != "18.5212" || four(d.Summary.P20) != "15.4200" || four(d.Summary.P80) != "21.3000" {
		t.Fatalf("%d items, %+v", len(d.Items), d.Summary)
	}
	for i, item := range d.Items[1:] {
		if *item.Value < *d.Items[i].Value || *item.Rank < *d.Items[i].Rank {
			t.Errorf("%s is out of order", item.Borough)
		}
	}
	if *d.Items[0].Value != *d.Summary.Minimum || *d.Items[32].Value != *d.Summary.Maximum {
		t.Errorf("ends %v %v, summary %+v", *d.Items[0].Value, *d.Items[32].Value, d.Summary)
	}
	w.get("/v1/indicators/CIN_RATE/distribution?period=2024-25").want(200).into(&d)
	if d.Items[0].Rank != nil || *d.Items[0].Value != *d.Summary.Maximum {
		t.Error("a neutral indicator is ranked, or does not begin with the greatest")
	}
	w.get("/v1/indicators/REREF_PCT/distribution?period=2098-99").problem(400, "bad_request")
	w.get("/v1/indicators/REREF_PCT/distribution?period=2025-26").want(200).into(&d)
	if d.Summary.N != 0 || d.Summary.Mean != nil || len(d.Items) != 33 || d.Items[0].Status != "not_held" {
		t.Errorf("%+v", d.Summary)
	}
}

// TestMembershipIsDated moves a borough and asks about times before and after.
func TestMembershipIsDated(t *testing.T) {
	t.Parallel()
	w := start(t)
	var list api.SubRegionMembershipPage
	w.get("/v1/sub-region-memberships?borough=E09000022").want(200).into(&list)
	w.patch("/v1/sub-region-memberships/"+list.Items[0].Id, `{"validTo":"2024-03-31"}`).want(200)
	w.write(http.MethodPost, "/v1/sub-region-memberships", `{"borough":"E09000022","subRegion":"north","validFrom":"2024-03-31"}`).problem(409, "membership_overlap")
	w.write(http.MethodPost, "/v1/sub-region-memberships", `{"borough":"E09000022","subRegion":"north","validFrom":"2024-04-01"}`).want(201)
	for period, want := range map[string]string{"2023-24": "south", "2024-25": "north"} {
		if _, method := w.compare("E09000022", period, "REREF_PCT"); *method.SubRegion != want {
			t.Errorf("%s: %s, want %s", period, *method.SubRegion, want)
		}
	}
	for on, want := range map[string]string{"2024-03-31": "south", "2024-04-01": "north"} {
		var b api.Borough
		w.get("/v1/boroughs/E09000022?on=" + on).want(200).into(&b)
		if *b.SubRegion != want {
			t.Errorf("%s: %s, want %s", on, *b.SubRegion, want)
		}
	}
	var page api.BoroughPage
	w.get("/v1/boroughs?subRegion=north&on=2024-04-01").want(200).into(&page)
	if len(page.Items) != 6 {
		t.Errorf("north has %d boroughs", len(page.Items))
	}
}

// TestEveryComparisonKeepsTheContract asks for all boroughs in all periods; the
// harness holds each answer to its schema, which has no place for what is no number.
func TestEveryComparisonKeepsTheContract(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	var boroughs api.BoroughPage
	w.get("/v1/boroughs").want(200).into(&boroughs)
	var periods api.PeriodPage
	w.get("/v1/periods?limit=500").want(200).into(&periods)
	compared := 0
	for _, b := range boroughs.Items {
		for _, p := range periods.Items {
			var page api.ComparisonPage
			w.get(fmt.Sprintf("/v1/comparisons?borough=%s&period=%s&limit=500", b.Code, p.Code)).want(200).into(&page)
			compared += len(page.Items)
		}
	}
	if compared < 33*13*6 {
		t.Errorf("only %d comparisons", compared)
	}
}

// TestReadmeShowsARealAnswer keeps the first thing that a newcomer sees true.
func TestReadmeShowsARealAnswer(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "```json\n")
	shown, _, found := strings.Cut(rest, "```")
	var want map[string]any
	if err := json.Unmarshal([]byte(shown), &want); err != nil || !found {
		t.Fatal(err)
	}
	w := readOnly(t)
	var answered struct{ Items []map[string]any }
	w.get("/v1/comparisons?borough=E09000022&period=2024-25&indicator=REREF_PCT").want(200).into(&answered)
	got := answered.Items[0]
	delete(got, "method")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("README shows %v, the service answers %v", want, got)
	}
	page, err := os.ReadFile("../../docs/reporting.md")
	if err != nil {
		t.Fatal(err)
	}
	csv := w.get("/v1/indicators/REREF_PCT/distribution?period=2024-25&format=csv").want(200).body
	for i, line := range strings.Split(csv, "\r\n")[:3] {
		if !strings.Contains(string(page), "    "+line+"\n") {
			t.Errorf("docs/reporting.md does not show line %d of the CSV: %s", i+1, line)
		}
	}
}
