package server_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// target sets one and answers its address.
func (w *world) target(body string) string {
	w.t.Helper()
	return "/v1/targets/" + w.as(asTeam, "").post("/v1/targets", body).id()
}

// besides are answers that show targets, of Lambeth's re-referrals among others.
var besides = []string{
	"/v1/comparisons?limit=500&period=2024-25&borough=" + own,
	"/v1/comparisons?limit=500&period=latest&indicator=REREF_PCT&indicator=CLA_RATE&borough=" + own + "&borough=" + group,
	"/v1/comparisons?limit=500&period=2024-25&attention=worse_and_worsening&borough=" + own + "&borough=" + group,
	"/v1/indicators/REREF_PCT/series?limit=500&borough=" + own,
	"/v1/indicators/REREF_PCT/distribution?limit=500&period=2024-25",
	"/v1/indicators/REREF_PCT/distribution?limit=500&period=2024-25&among=england",
	"/v1/comparisons?limit=500&period=2024-25&indicator=REREF_PCT&peer=E09000001&peer=E09000003&borough=" + own,
	"/v1/figure-table?period=2024-25&borough=" + own + "&borough=" + group,
	"/v1/figure-table?period=2024-25&period=2023-24&borough=" + own,
}

// withoutTargets leaves out of an answer what a target may change, and answers how often
// there was one.
func withoutTargets(value any) (rest any, found int) {
	switch v := value.(type) {
	case map[string]any:
		kept := map[string]any{}
		for name, member := range v {
			if name == "target" || name == "assurance" {
				if name == "target" && member != nil {
					found++
				}
				continue
			}
			inside, n := withoutTargets(member)
			kept[name], found = inside, found+n
		}
		return kept, found
	case []any:
		kept := make([]any, len(v))
		for i := range v {
			inside, n := withoutTargets(v[i])
			kept[i], found = inside, found+n
		}
		return kept, found
	}
	return value, 0
}

// TestATargetStandsBesideFiguresAlone: an answer with a target is the one without, but for the
// target, and for the assurance of a series; what was answered before is not taken for it.
func TestATargetStandsBesideFiguresAlone(t *testing.T) {
	t.Parallel()
	w := start(t)
	type seen struct {
		rest  any
		found int
		tag   string
	}
	look := func() map[string]seen {
		all := map[string]seen{}
		for _, path := range besides {
			r := w.get(path).want(200)
			var whole any
			if err := json.Unmarshal([]byte(r.body), &whole); err != nil {
				t.Fatal(err)
			}
			rest, found := withoutTargets(whole)
			all[path] = seen{rest, found, r.header.Get("ETag")}
			w.get(path, "If-None-Match", r.header.Get("ETag")).want(304)
		}
		return all
	}
	w.write(http.MethodDelete, w.onlyTarget(), "", "If-Match", w.get(w.onlyTarget()).want(200).header.Get("ETag")).want(204)
	before := look()
	address := w.target(`{"indicator":"REREF_PCT","period":"2024-25","value":15,"direction":"at_most"}`)
	w.target(`{"indicator":"REREF_PCT","period":"2023-24","value":20,"direction":"at_most"}`)
	w.target(`{"indicator":"CLA_RATE","period":"2024-25","value":1,"direction":"at_least"}`)
	after := look()
	found := 0
	for path, was := range before {
		is := after[path]
		if was.found != 0 || !reflect.DeepEqual(is.rest, was.rest) {
			t.Errorf("%s with targets, of which %d were there before, says more than the targets otherwise", path, was.found)
		}
		if changed := is.found > 0; changed != (is.tag != was.tag) || !changed && !strings.Contains(path, "attention") {
			t.Errorf("%s shows %d targets and has the ETag %s, before %s", path, is.found, is.tag, was.tag)
		}
		found += is.found
	}
	if found < 40 { // the distribution alone has 33
		t.Errorf("%d targets", found)
	}

	// Another process hears of it by itself.
	other := startOn(t, w.url)
	asked := besides[4]
	other.get(asked).want(200)
	w.patch(address, `{"value":99}`).want(200)
	other.eventually("another process shows the change", func() bool {
		var spread api.Distribution
		other.get(asked).want(200).into(&spread)
		return spread.Items[0].Target.Value == 99
	})
	w.write(http.MethodDelete, address, "", "If-Match", w.get(address).header.Get("ETag")).want(204)
	w.get(address).problem(404, "not_found")
	var spread api.Distribution
	w.get(asked).want(200).into(&spread)
	if spread.Items[0].Target != nil {
		t.Errorf("what was deleted still stands there: %+v", spread.Items[0].Target)
	}
}

// onlyTarget answers the address of the one that every test begins with.
func (w *world) onlyTarget() string {
	w.t.Helper()
	ids := w.get("/v1/targets").want(200).ids()
	if len(ids) != 1 {
		w.t.Fatalf("there are %d targets", len(ids))
	}
	return "/v1/targets/" + ids[0]
}

// TestWhoMeetsATarget: the same is said of a figure wherever it is answered, nothing of a figure
// that is not there, and nothing where there is no target.
func TestWhoMeetsATarget(t *testing.T) {
	t.Parallel()
	w := start(t)
	outcomes := map[string]int{}
	for indicator, set := range map[string]struct {
		value     float64
		direction api.TargetDirection
		meets     func(float64) bool
	}{
		"REREF_PCT":      {18.5, "at_most", func(v float64) bool { return v <= 18.5 }},
		"CLA_DENTAL_PCT": {85, "at_least", func(v float64) bool { return v >= 85 }}, // which the City's is too small to say
	} {
		w.target(fmt.Sprintf(`{"indicator":%q,"period":"2024-25","value":%v,"direction":%q}`, indicator, set.value, set.direction))
		var spread api.Distribution
		w.get("/v1/indicators/" + indicator + "/distribution?period=2024-25&limit=500").want(200).into(&spread)
		for _, i := range spread.Items {
			want := "<nil>"
			if i.Value != nil {
				want = strconv.FormatBool(set.meets(*i.Value))
			}
			outcomes[indicator+" "+want]++
			said := func(where string, target *api.FigureTarget) {
				t.Helper()
				if target == nil || target.Value != set.value || target.Direction != set.direction || shown(target.Met) != want {
					t.Errorf("%s of %s, %s: %+v, want met %s", where, i.BoroughName, indicator, target, want)
				}
			}
			said("the distribution", i.Target)
			var compared api.ComparisonPage
			w.get("/v1/comparisons?borough=" + i.Borough + "&period=2024-25&indicator=" + indicator).want(200).into(&compared)
			said("a comparison", compared.Items[0].Target)
			var series api.Series
			w.get("/v1/indicators/" + indicator + "/series?borough=" + i.Borough + "&limit=500").want(200).into(&series)
			for _, p := range series.Items {
				if p.Period == "2024-25" {
					said("the series", p.Target)
				} else if p.Target != nil {
					t.Errorf("in %s there is %+v", p.Period, p.Target)
				}
			}
			var table api.FigureTable
			w.get("/v1/figure-table?borough=" + i.Borough + "&period=2023-24&period=2024-25&indicator=" + indicator).want(200).into(&table)
			said("a table", table.Rows[0].Cells[1].Target)
			if before := table.Rows[0].Cells[0].Target; before != nil {
				t.Errorf("in the year before there is %+v", before)
			}
		}
	}
	if len(outcomes) != 5 { // all but a re-referral rate that is not there
		t.Errorf("only %v", outcomes)
	}
}

// TestTargetsInTables: behind all other columns, one for a row of boroughs and one for each
// period, in CSV as in the workbook.
func TestTargetsInTables(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.target(`{"indicator":"REREF_PCT","period":"2024-25","value":18.5,"direction":"at_most"}`)
	for question, want := range map[string]map[string][]string{ // Lambeth has 21.3, and 16.2 before; the City 15.8
		"period=2024-25&indicator=REREF_PCT&indicator=CLA_RATE&borough=" + own + "&borough=E09000001": {
			"indicator": {"target", "direction", "City of London met", "Lambeth met"}, "REREF_PCT": {"18.5", "at_most", "true", "false"}, "CLA_RATE": {"", "", "", ""},
		},
		"period=2023-24&period=2024-25&indicator=REREF_PCT&borough=" + own: {
			"indicator": {"2023-24 target", "2023-24 direction", "2023-24 met", "2024-25 target", "2024-25 direction", "2024-25 met"}, "REREF_PCT": {"", "", "", "18.5", "at_most", "false"},
		},
	} {
		lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.get("/v1/figure-table.csv?"+question).want(200).body, "\uFEFF"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		book, _ := workbookOf(t, w.get("/v1/figure-table.xlsx?"+question).want(200))
		for i, line := range lines {
			end := want[line[0]]
			if got := line[len(line)-len(end):]; !slices.Equal(got, end) {
				t.Errorf("%s: %s ends with %v, want %v", question, line[0], got, end)
			}
			for k, cell := range book[i] {
				if cell != line[k] {
					t.Errorf("%s: the workbook has %q, CSV %q", question, cell, line[k])
				}
			}
		}
		if len(lines) != len(want) {
			t.Errorf("%s has %d lines", question, len(lines))
		}
	}
	spread := w.get("/v1/indicators/REREF_PCT/distribution?format=csv&period=2024-25").want(200).body
	head, rest, _ := strings.Cut(spread, "\r\n")
	first, _, _ := strings.Cut(rest, "\r\n")
	if !strings.HasSuffix(head, ",closeness,target.value,target.direction,target.met") || !strings.HasSuffix(first, ",18.5,at_most,true") {
		t.Errorf("the distribution as CSV has %s and %s", head, first)
	}
}

// TestAssuranceOfASeries: by the limits of its sequence and the newest target in it.
func TestAssuranceOfASeries(t *testing.T) {
	t.Parallel()
	w := start(t)
	path := "/v1/indicators/REREF_PCT/series?borough=" + own
	sequence := func() api.SeriesSequence {
		t.Helper()
		var s api.Series
		w.get(path + "&limit=1").want(200).into(&s) // whatever page is read
		if len(s.Sequences) != 1 {
			t.Fatalf("%d sequences", len(s.Sequences))
		}
		return s.Sequences[0]
	}
	none := sequence()
	if none.Assurance != "none" || none.Target != nil || none.Control.LowerLimit == nil {
		t.Fatalf("without a target: %+v", none)
	}
	lower, upper := *none.Control.LowerLimit, *none.Control.UpperLimit
	w.target(`{"indicator":"REREF_PCT","period":"2019-20","value":100,"direction":"at_most"}`)
	if got := sequence(); got.Assurance != "meets" || got.Target == nil || got.Target.Period != "2019-20" || got.Target.PeriodName != "financial year 2019-20" || got.Target.Value != 100 {
		t.Errorf("with an old one: %s by %+v", got.Assurance, got.Target)
	}
	address := w.target(`{"indicator":"REREF_PCT","period":"2023-24","value":0,"direction":"at_most"}`)
	for _, tt := range []struct {
		value float64
		want  api.Assurance
	}{{lower - 0.1, "fails"}, {lower + 0.1, "varies"}, {(lower + upper) / 2, "varies"}, {upper - 0.1, "varies"}, {upper + 0.1, "meets"}} {
		w.patch(address, fmt.Sprintf(`{"value":%v}`, tt.value)).want(200)
		if got := sequence(); got.Assurance != tt.want || got.Target.Period != "2023-24" || got.Target.Direction != "at_most" {
			t.Errorf("at most %v with limits %v and %v: %s by %+v, want %s", tt.value, lower, upper, got.Assurance, got.Target, tt.want)
		}
	}
}

// TestWhatATargetMustBe: one of an indicator in a period, by the programme's team, in the
// direction and unit of its indicator; and what it is set for stays as it is.
func TestWhatATargetMustBe(t *testing.T) {
	t.Parallel()
	w := lean(t)
	for body, want := range map[string]string{
		`{"indicator":"NO_SUCH","period":"2098-99","value":-1,"direction":"at_least"}`:                                       "/indicator unknown_value, /period unknown_value",
		`{"indicator":"REREF_PCT","period":"2024-25","value":15,"direction":"at_least"}`:                                     "/direction contradiction",
		`{"indicator":"REREF_PCT","period":"2024-25","value":100.5,"direction":"at_most"}`:                                   "/value out_of_range",
		`{"indicator":"CLA_RATE","period":"2024-25","value":-0.5,"direction":"at_most"}`:                                     "/value negative",
		`{"indicator":"REREF_PCT","period":"2024-25","value":15,"direction":"at_most","reason":"Since the boy of SW2 1RW."}`: "/reason identifying",
	} {
		got := w.write(http.MethodPost, "/v1/targets", body).problem(422, "invalid")
		slices.Sort(got)
		if strings.Join(got, ", ") != want {
			t.Errorf("%s is refused for %v, want %s", body, got, want)
		}
	}
	const set = `{"indicator":"REREF_PCT","period":"2024-25","value":15,"direction":"at_most","reason":"Agreed in July."}`
	for _, role := range []programme.Role{programme.RoleBoroughLead, programme.RoleBoroughEditor} {
		w.as(role, own).post("/v1/targets", set).problem(403, "role")
	}
	from := w.changes("from=now").NextCursor
	address := w.target(set)
	if got := w.write(http.MethodPost, "/v1/targets", set).problem(409, "exists"); !slices.Equal(got, []string{"/period exists"}) {
		t.Errorf("a second has the faults %v", got)
	}
	w.target(`{"indicator":"REREF_PCT","period":"2023-24","value":15,"direction":"at_most"}`) // another period
	w.target(`{"indicator":"CLA_RATE","period":"2024-25","value":60,"direction":"at_least"}`) // a neutral indicator has either
	if got := w.get("/v1/targets?indicator=REREF_PCT&period=2024-25").want(200).ids(); !slices.Equal(got, []string{strings.TrimPrefix(address, "/v1/targets/")}) {
		t.Errorf("for that indicator and period there are %v", got)
	}
	if got := w.get("/v1/targets?indicator=REREF_PCT").want(200).ids(); len(got) != 2 || "/v1/targets/"+got[1] != address { // in the order of periods
		t.Errorf("for that indicator there are %v", got)
	}
	if got := w.get("/v1/targets?period=2024-25").want(200).ids(); len(got) != 3 { // and the one of every test
		t.Errorf("for that period there are %v", got)
	}
	w.patch(address, `{"direction":"at_least"}`).problem(422, "invalid")
	w.patch(address, `{"value":101}`).problem(422, "invalid")
	w.patch(address, `{"value":14.5,"reason":null}`).want(200)
	if told := w.changes("cursor=" + from).told(); !slices.Contains(told, "created target "+address) || !slices.Contains(told, "updated target "+address) {
		t.Errorf("the feed has %v", told)
	}
	entries := w.audit(w.token(programme.RoleProgramme), "target", strings.TrimPrefix(address, "/v1/targets/")).Items
	if len(entries) != 2 || entries[0].Action+entries[1].Action != "createupdate" && entries[0].Action+entries[1].Action != "updatecreate" {
		t.Errorf("the audit has %+v", entries)
	}

	indicator := "/v1/indicators/REREF_PCT"
	tag := w.get(indicator).want(200).header.Get("ETag")
	for what, r := range map[string]answer{
		"deleted":          w.write(http.MethodDelete, indicator, "", "If-Match", tag),
		"in another unit":  w.patch(indicator, `{"unit":"score","multiplier":1}`),
		"the other way":    w.patch(indicator, `{"polarity":"high"}`),
		"a period deleted": w.write(http.MethodDelete, "/v1/periods/2023-24", "", "If-Match", w.get("/v1/periods/2023-24").want(200).header.Get("ETag")),
	} {
		if got := r.problem(409, "in_use"); len(got) == 0 {
			t.Errorf("%s: what stands in the way is not named", what)
		}
	}
	w.patch(indicator, `{"polarity":"neutral"}`).want(200) // which has either direction
	w.write(http.MethodDelete, address, "", "If-Match", w.get(address).want(200).header.Get("ETag")).want(204)
	w.get(address).problem(404, "not_found")
}
