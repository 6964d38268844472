package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/postgres/pgtest"
)

// releasedSources answers citations of figures that releases have of the boroughs, of which the
// region's stand beside them, and what stands there.
func (w *world) releasedSources(most int) (cited []api.Citation, figures, regions []*float64) {
	w.t.Helper()
	text := w.ownerGets(fmt.Sprintf(`SELECT jsonb_agg(jsonb_build_object('cited', jsonb_build_object('source', 'release', 'sourceId', release_id, 'indicator', indicator_code, 'borough', geography_code,
			'period', period_code), 'value', value, 'region', region))::text
		FROM (SELECT b.*, r.value AS region FROM release_observations b JOIN release_observations r USING (release_id, period_code, indicator_code)
			WHERE b.geography_code LIKE 'E09%%' AND r.geography_code = 'E12000007' AND b.value IS NOT NULL AND r.value IS NOT NULL
			ORDER BY b.geography_code, b.indicator_code, b.period_code LIMIT %d) AS f`, most))
	var found []struct {
		Cited         api.Citation
		Value, Region *float64
	}
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		w.t.Fatal(err)
	}
	for _, f := range found {
		cited, figures, regions = append(cited, f.Cited), append(figures, f.Value), append(regions, f.Region)
	}
	return cited, figures, regions
}

// TestCitedFiguresAreReadAtOnce: a draft that cites many figures of releases and of a quarter
// takes as many statements as one that cites one of each, and each figure is the cited one. The
// least of some tries counts, because the service also listens for changes over the same line.
func TestCitedFiguresAreReadAtOnce(t *testing.T) {
	t.Parallel()
	proxy := pgtest.NewProxy(t, leanDatabase(t))
	w := startOn(t, proxy.URL())
	quarter := w.published()
	snapshot := w.ownerGets("SELECT snapshot_id::text FROM quarters WHERE code = '" + quarter + "'")
	released, figures, regions := w.releasedSources(12)
	if len(released) < 12 {
		t.Fatalf("only %d figures are released", len(released))
	}
	lead := w.as(asLead, own)
	id := w.begunEvaluation()
	at := evaluationsList + "/" + id
	cites := func(n int) (trips int64) {
		t.Helper()
		var items []string
		for i := range n {
			published := released[i]
			published.Source, published.SourceId, published.Period, published.Indicator = api.CitationSourceSnapshot, snapshot, quarter, released[0].Indicator
			for _, c := range []api.Citation{released[i], published} {
				text, err := json.Marshal(c)
				if err != nil {
					t.Fatal(err)
				}
				items = append(items, `{"citation":`+string(text)+`}`)
			}
		}
		lead.change(http.MethodPatch, at+"/sections/care-leavers", `{"indicators":[`+strings.Join(items, ",")+`]}`).want(200)
		trips = 100
		for range 4 {
			before := proxy.Trips()
			lead.get(at).want(200)
			trips = min(trips, proxy.Trips()-before)
		}
		return trips
	}
	few := cites(1)
	if many := cites(12); few == 100 || many > few {
		t.Errorf("it takes %d statements to read two cited figures and %d to read 24", few, many)
	}
	var got api.SelfEvaluation
	lead.get(at).want(200).into(&got)
	read := 0
	for _, f := range got.Figures {
		for i := range released {
			if f.Citation != released[i] {
				continue
			}
			read++
			if f.Status != "number" || !reflect.DeepEqual(f.Value, figures[i]) || !reflect.DeepEqual(f.Region, regions[i]) {
				t.Errorf("%+v is shown as %v beside %v, want %v beside %v", released[i], f.Value, f.Region, *figures[i], *regions[i])
			}
		}
	}
	if read != len(released) {
		t.Errorf("%d of %d figures are shown", read, len(released))
	}
	w.ownerDoes("UPDATE releases SET state = 'withdrawn', state_reason = 'A wrong file.' WHERE id = '" + released[0].SourceId + "'")
	lead.get(at).want(200).into(&got)
	for _, f := range got.Figures {
		if f.Citation == released[0] && (f.Status != "withdrawn" || f.Value != nil || f.Region != nil) {
			t.Errorf("a withdrawn figure is shown as %+v", f)
		}
	}
}

// TestFindingsCiteFigures: a finding cites figures of a file and of a quarter, its readers see
// each as they may, and what is not there or is named twice is refused by its place.
func TestFindingsCiteFigures(t *testing.T) {
	t.Parallel()
	w := start(t)
	f, quarter := w.acceptedFinding(), w.published()
	at, peer := "/v1/findings/"+f.ID, w.as(asLead, group)
	released, figures, regions := w.releasedSources(1)
	small := api.Citation{
		Source: api.CitationSourceSnapshot, SourceId: w.ownerGets("SELECT snapshot_id::text FROM quarters WHERE code = '" + quarter + "'"), Indicator: "REREF_PCT", Borough: own, Period: quarter,
	}
	cite := func(cited ...api.Citation) answer {
		text, err := json.Marshal(map[string]any{"citations": append([]api.Citation{}, cited...)})
		if err != nil {
			t.Fatal(err)
		}
		return peer.change(http.MethodPatch, at, string(text), "X-Audit-Reason", "On what it rests")
	}
	var kept api.Finding
	cite(released[0], small).want(200).into(&kept)
	if !reflect.DeepEqual(kept.Citations, []api.Citation{released[0], small}) {
		t.Fatalf("kept are %+v", kept.Citations)
	}
	var seen, known api.FindingImpact
	peer.get(at + "/impact").want(200).into(&seen)
	w.as(asLead, own).get(at + "/impact").want(200).into(&known)
	if len(seen.Figures) != 2 || len(known.Figures) != 2 {
		t.Fatalf("others see %+v, the borough %+v", seen.Figures, known.Figures)
	}
	if of := seen.Figures[0]; of.Citation != released[0] || of.Status != "number" || !reflect.DeepEqual(of.Value, figures[0]) || !reflect.DeepEqual(of.Region, regions[0]) || !reflect.DeepEqual(of, known.Figures[0]) {
		t.Errorf("of a file %+v, where %v beside %v stands", of, *figures[0], *regions[0])
	}
	if others, ours := seen.Figures[1], known.Figures[1]; others.Citation != small || others.Status == "number" || others.Value != nil || ours.Status != "number" || ours.Value == nil {
		t.Errorf("of a small count others see %+v, the borough %+v", others, ours)
	}

	nowhere := api.Citation{Source: api.CitationSourceRelease, SourceId: small.SourceId, Indicator: "NO_SUCH", Borough: "E09000099", Period: quarter}
	past := released[0]
	past.Period = "1901-02"
	got := strings.Join(cite(released[0], nowhere, past, released[0]).problem(422, "invalid"), " ")
	for _, place := range []string{"/citations/1/sourceId", "/citations/1/indicator", "/citations/1/borough", "/citations/2/period", "/citations/3"} {
		if !strings.Contains(got, place) {
			t.Errorf("%s is not named in %s", place, got)
		}
	}
	if cite().want(200).into(&kept); len(kept.Citations) != 0 {
		t.Errorf("taken out, they are %+v", kept.Citations)
	}
}
