package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// caveat adds one and answers its id.
func (w *world) caveat(body string) string {
	w.t.Helper()
	return w.as(asTeam, "").post("/v1/caveats", body).id()
}

// TestCaveatsStandBesideFigures: wherever a figure is answered, the caveats that hold for it
// are named: those of its indicator, its authority, its release and its days, and no others.
func TestCaveatsStandBesideFigures(t *testing.T) {
	t.Parallel()
	w := start(t)
	const period, before, indicator = "2024-25", "2023-24", "REREF_PCT"
	release := w.ownerGets("SELECT release_id::text FROM observations WHERE period_code = '" + period + "' AND indicator_code = '" + indicator + "' AND geography_code = '" + own + "'")
	ids := map[string]string{
		"of the indicator":          w.caveat(`{"text":"Counted anew.","indicator":"` + indicator + `"}`),
		"of the borough until then": w.caveat(`{"text":"A joint service.","authority":"` + own + `","validTo":"2024-03-31"}`),
		"of both since then":        w.caveat(`{"text":"A new system.","indicator":"` + indicator + `","authority":"` + own + `","validFrom":"2025-03-31","definition":"https://example.org/definition","rationale":"It counts days."}`),
		"of the release":            w.caveat(`{"text":"Provisional.","releaseId":"` + release + `"}`),
		"of another indicator":      w.caveat(`{"text":"Elsewhere.","indicator":"CLA_RATE"}`),
		"of another borough":        w.caveat(`{"text":"Elsewhere.","authority":"` + group + `"}`),
	}
	want := map[string][]string{
		own + " " + period:   {"of both since then", "of the indicator", "of the release"},
		own + " " + before:   {"of the borough until then", "of the indicator"},
		group + " " + period: {"of another borough", "of the indicator", "of the release"},
	}
	called := func(named []string) (names []string) {
		for name, id := range ids {
			if slices.Contains(named, id) {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return names
	}
	for at, names := range want {
		borough, of, _ := strings.Cut(at, " ")
		if of == before { // the release of that year may be another's too
			names = slices.Clone(names)
		}
		var compared api.ComparisonPage
		w.get("/v1/comparisons?borough=" + borough + "&period=" + of + "&indicator=" + indicator).want(200).into(&compared)
		var series api.Series
		w.get("/v1/indicators/" + indicator + "/series?borough=" + borough).want(200).into(&series)
		var spread api.Distribution
		w.get("/v1/indicators/" + indicator + "/distribution?period=" + of).want(200).into(&spread)
		var figures api.ObservationPage
		w.get("/v1/observations?period=" + of + "&indicator=" + indicator + "&geography=" + borough).want(200).into(&figures)
		beside := map[string][]string{"a comparison": compared.Items[0].CaveatIds, "an observation": figures.Items[0].CaveatIds}
		for _, p := range series.Items {
			if p.Period == of {
				beside["a series"] = p.CaveatIds
			}
		}
		for _, i := range spread.Items {
			if i.Borough == borough {
				beside["a distribution"] = i.CaveatIds
			}
		}
		var table api.FigureTable
		w.get("/v1/figure-table?borough=" + borough + "&period=" + of + "&indicator=" + indicator).want(200).into(&table)
		beside["a table"] = table.Rows[0].Cells[0].CaveatIds
		if len(beside) != 5 {
			t.Fatalf("only beside %v", beside)
		}
		for where, named := range beside {
			got := called(named)
			if of == before {
				got = slices.DeleteFunc(got, func(name string) bool { return name == "of the release" })
			}
			if !slices.Equal(got, names) || len(named) < len(names) {
				t.Errorf("beside %s of %s stand %v, want %v", where, at, got, names)
			}
		}
	}
	csv := w.get("/v1/observations?format=csv&period=" + period + "&indicator=" + indicator + "&geography=" + own).want(200).body
	if !strings.Contains(csv, "caveatIds") || !strings.Contains(csv, ids["of the release"]) {
		t.Errorf("as a table: %.400s", csv)
	}

	var one api.CaveatPage
	w.get("/v1/caveats?indicator=" + indicator + "&authority=" + own).want(200).into(&one)
	if len(one.Items) != 1 || one.Items[0].Id != ids["of both since then"] || *one.Items[0].AuthorityName != "Lambeth" || *one.Items[0].IndicatorName != "Re-referrals within 12 months" {
		t.Errorf("of both there are %+v", one.Items)
	}
	if got := w.get("/v1/caveats?releaseId=" + release).want(200).ids(); !slices.Equal(got, []string{ids["of the release"]}) {
		t.Errorf("of the release there are %v", got)
	}
	w.patch("/v1/caveats/"+ids["of the indicator"], `{"validTo":"2023-03-31"}`).want(200)
	var compared api.ComparisonPage
	w.get("/v1/comparisons?borough=" + own + "&period=" + period + "&indicator=" + indicator).want(200).into(&compared)
	if slices.Contains(compared.Items[0].CaveatIds, ids["of the indicator"]) {
		t.Error("a caveat that has ended still stands there")
	}
}

// TestWhatACaveatMustSay: of what it is, of things that are there, with days in order, and by
// the programme's team; and what it names stays.
func TestWhatACaveatMustSay(t *testing.T) {
	t.Parallel()
	w := lean(t)
	for body, want := range map[string]string{
		`{"text":"All."}`: "/indicator required",
		`{"text":"Late.","indicator":"CLA_RATE","validFrom":"2026-04-01","validTo":"2026-03-31"}`:                              "/validTo order",
		`{"text":"Nowhere.","indicator":"NO_SUCH","authority":"E09000099","releaseId":"01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10"}`: "/authority unknown_value, /indicator unknown_value, /releaseId unknown_value",
	} {
		got := w.write(http.MethodPost, "/v1/caveats", body).problem(422, "invalid")
		slices.Sort(got)
		if strings.Join(got, ", ") != want {
			t.Errorf("%s is refused for %v, want %s", body, got, want)
		}
	}
	w.as(programme.RoleBoroughLead, own).post("/v1/caveats", `{"text":"Ours.","authority":"`+own+`"}`).problem(403, "role")
	id := w.caveat(`{"text":"Rare.","indicator":"CLA_RATE"}`)
	other := w.caveat(`{"text":"Seldom.","indicator":"CLA_RATE"}`)
	w.patch("/v1/caveats/"+other, `{"text":"Rare."}`).problem(409, "exists") // it is said once
	w.write(http.MethodDelete, "/v1/caveats/"+other, "", "If-Match", w.get("/v1/caveats/"+other).want(200).header.Get("ETag")).want(204)
	w.patch("/v1/caveats/"+id, `{"indicator":null}`).problem(422, "invalid")
	tag := w.get("/v1/indicators/CLA_RATE").want(200).header.Get("ETag")
	if got := w.write(http.MethodDelete, "/v1/indicators/CLA_RATE", "", "If-Match", tag).problem(409, "in_use"); len(got) == 0 {
		t.Error("what stands in the way is not named")
	}
	w.write(http.MethodDelete, "/v1/caveats/"+id, "", "If-Match", w.get("/v1/caveats/"+id).want(200).header.Get("ETag")).want(204)
	w.get("/v1/caveats/"+id).problem(404, "not_found")
}
