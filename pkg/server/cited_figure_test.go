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
