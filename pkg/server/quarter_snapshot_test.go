package server_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

const exampleSnapshot = "01932b7e-0000-7000-8000-000000000081"

var (
	_ = standIn("/v1/snapshots", exampleSnapshot, (*world).quarterSnapshot)
	_ = prepared((*world).quarterSnapshot, "withdrawQuarterSnapshot")
	_ = prepared((*world).correctedSnapshot, "listQuarterSnapshotChanges")
)

// ofQuarters are the operations on a quarter that must stand otherwise than the example's.
var ofQuarters = map[string]func(*world) string{
	"createQuarterSnapshot": (*world).published, "listQuarterFigures": (*world).published, "publishQuarter": (*world).imported,
	"getQuarterHeatMap": (*world).published, "getQuarterFiguresWorkbook": (*world).published, "getQuarterPage": (*world).published, "getQuarterHeatMapTable": (*world).published, "getQuarterHeatMapWorkbook": (*world).published, "getQuarterHeatMapPicture": (*world).published,
	"getQuarterRankedBars": (*world).published, "listQuarterPoints": (*world).published, "getQuarterSeriesPicture": (*world).published,
}

// quarterOf puts the quarter into the address of such an operation.
func (w *world) quarterOf(op *described, path string) string {
	w.t.Helper()
	if create := ofQuarters[op.OperationID]; create != nil {
		key := op.OperationID
		if op.method == http.MethodGet {
			key = "a published quarter" // one for all reads, which leave it as it is
		}
		return strings.Replace(path, "{quarter}", w.once(key, create), 1)
	}
	return path
}

// sending is the place of the first of the last boroughs that send nothing.
const sending = 24

// imported is the code of a past quarter that is not published, which has three before it.
// Boroughs of London have returns in it, each greater than the last, but for the City and
// the last ones, which have none. Lambeth has had three re-referrals in the year, which nobody else
// may see.
func (w *world) imported() string {
	w.t.Helper()
	code := w.earliest()
	w.as(programme.RoleProgramme, "").brings("", asCSV, w.pastOf(code, 3)).want(200)
	return code
}

// pastOf is a file of the quarter and the three before it, with so many re-referrals of
// Lambeth's in all: none in the quarter itself, and one in each of the first two.
func (w *world) pastOf(code string, few int) string { return w.pastWith(code, 0, 4, few) }

// pastWith is a file of the quarters from so many before the one on, the newest first, as
// in [world.pastOf]. Before the last year boroughs had a few referrals more.
func (w *world) pastWith(code string, from, to, few int) string {
	w.t.Helper()
	var out strings.Builder
	out.WriteString("Borough,Quarter,Count,Value,Status,Reason\n")
	var page struct{ Items []api.Borough }
	w.get("/v1/boroughs?limit=100").want(200).into(&page)
	for ago := from; ago < to; ago++ {
		for i, b := range page.Items {
			rereferrals := 20 + i
			if b.Code == own {
				rereferrals = [4]int{0, few - 2, 1, 1}[ago%4]
			}
			if quarter := before(w.t, code, ago); i > 0 && i < sending {
				fmt.Fprintf(&out, "%s,%s,referrals,%d,,\n%s,%s,rereferrals,%d,,\n", b.Code, quarter, 150+7*i+3*(ago/4), b.Code, quarter, rereferrals)
			}
		}
	}
	return out.String()
}

// before is the code of the quarter so many before the one.
func before(t testing.TB, code string, ago int) string {
	t.Helper()
	period, err := benchmark.ParsePeriod(code)
	if err != nil {
		t.Fatal(err)
	}
	for range ago {
		period = period.Previous()
	}
	return period.Code
}

// published is the code of such a quarter that is.
func (w *world) published() string {
	w.t.Helper()
	code := w.imported()
	w.publishes(code)
	return code
}

// publishes publishes the quarter, and answers the id of its snapshot.
func (w *world) publishes(code string) string {
	w.t.Helper()
	q, err := w.store.Quarter(w.t.Context(), team, code)
	if err == nil {
		q, err = w.store.PublishQuarter(w.t.Context(), team, code, q.Version, returns.Publish)
	}
	return *must(w, q, err).SnapshotID
}

// quarterSnapshot is the id of the snapshot of such a quarter.
func (w *world) quarterSnapshot() string {
	w.t.Helper()
	return w.publishes(w.imported())
}

// correctedSnapshot is the id of the second snapshot of such a quarter, for which Lambeth
// has corrected its referrals.
func (w *world) correctedSnapshot() string {
	w.t.Helper()
	code := w.published()
	corrected := strings.Replace(w.pastOf(code, 3), own+","+code+",referrals,", own+","+code+",referrals,1", 1)
	w.as(programme.RoleProgramme, "").brings("", asCSV, corrected).want(200)
	row, err := w.store.TakeQuarterSnapshot(w.t.Context(), team, code, disclosure.QuarterSnapshot{Reason: new("Lambeth has corrected its referrals.")})
	return must(w, row.ID, err)
}

// TestAQuarterIsShown: published once its returns are in, frozen to the byte, shown anew
// under the next number, and withdrawn; and everything that is refused on the way.
func TestAQuarterIsShown(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own)
	code := w.imported()
	at := "/v1/quarters/" + code
	figures := at + "/figures"

	// Until it is published nobody sees anything, its own people and the programme included.
	for _, c := range []caller{manager, lead, w.as(programme.RoleReporting, "")} {
		c.get(figures).problem(409, "not_published")
		c.get(figures+"?format=csv").problem(409, "not_published")
	}
	rug := []string{at + "/heat-map", at + "/heat-map.csv", at + "/heat-map.xlsx", at + "/heat-map.svg", at + "/ranked-bars.svg?indicator=REREF_PCT", at + "/figures.xlsx", at + "/boroughs/" + own}
	for _, form := range rug {
		lead.get(form).problem(409, "not_published")
	}
	manager.post(at+"/snapshots", `{"reason":"More has come."}`).problem(409, "wrong_state")
	lead.change(http.MethodPost, at+"/publish", "").problem(403, "role")
	open := "/v1/quarters/" + w.opened()
	manager.change(http.MethodPost, open+"/publish", "").problem(409, "wrong_state")
	manager.change(http.MethodPost, "/v1/quarters/practice/publish", "").problem(409, "wrong_state")
	manager.get("/v1/quarters/practice/figures").problem(409, "not_published")
	manager.get("/v1/quarters/2031-32-Q1/figures").problem(404, "not_found")

	var q api.Quarter
	manager.change(http.MethodPost, at+"/publish", "").want(200).into(&q)
	if q.PublishedAt == nil || q.SnapshotId == nil {
		t.Fatalf("%+v", q)
	}
	manager.change(http.MethodPost, at+"/publish", "").problem(409, "wrong_state")
	manager.change(http.MethodDelete, at, "").problem(409, "in_use")

	// What it says is the same for everybody, and to the byte what its hash says.
	first := "/v1/snapshots/" + *q.SnapshotId
	var s api.QuarterSnapshot
	lead.get(first).want(200).into(&s)
	if s.Number != 1 || s.State != "standing" || s.Reason != nil || s.BoroughsShown != sending-1 || len(s.BoroughsMissing) != 33-s.BoroughsShown || !slices.Contains(s.BoroughsMissing, "E09000001") {
		t.Errorf("%+v", s)
	}
	document := lead.get(first + "/document").want(200)
	if sum := sha256.Sum256([]byte(document.body)); hex.EncodeToString(sum[:]) != s.Hash || s.TrueHash == s.Hash {
		t.Errorf("the document is not what the hash %s says", s.Hash)
	}
	for _, c := range []caller{manager, w.as(programme.RoleBoroughEditor, group), w.as(programme.RoleReporting, "")} {
		if got := c.get(first + "/document").want(200); got.body != document.body {
			t.Error("the document differs by its reader")
		}
	}

	// A correction changes nothing of it, until the next is taken.
	manager.brings("", asCSV, w.pastOf(code, 4)).want(200) // what stands already is left as it is
	manager.post(at+"/snapshots", `{}`).problem(422, "invalid")
	var second api.QuarterSnapshot
	created := manager.post(at+"/snapshots", `{"reason":"Lambeth has corrected its referrals."}`).want(201)
	created.into(&second)
	if second.Number != 2 || created.header.Get("Location") != "/v1/snapshots/"+second.Id {
		t.Errorf("%+v at %s", second, created.header.Get("Location"))
	}
	if got := lead.get(first + "/document").want(200); got.body != document.body {
		t.Error("the first snapshot has changed")
	}
	if manager.get(at).want(200).into(&q); *q.SnapshotId != second.Id {
		t.Errorf("it shows %s", *q.SnapshotId)
	}

	// Withdrawn it cannot be read, and what stands is shown in its place.
	at2 := "/v1/snapshots/" + second.Id
	lead.change(http.MethodPost, at2+"/withdraw", `{"reason":"No."}`).problem(403, "role")
	manager.change(http.MethodPost, at2+"/withdraw", "").problem(422, "invalid")
	manager.change(http.MethodPost, at2+"/withdraw", `{"reason":"A borough sent another quarter."}`).want(200)
	manager.change(http.MethodPost, at2+"/withdraw", `{"reason":"Again."}`).problem(409, "wrong_state")
	var gone struct{ Detail string }
	refused := lead.get(at2 + "/document")
	refused.problem(410, "withdrawn")
	if refused.into(&gone); gone.Detail != "Snapshot 2 of "+code+" was withdrawn: A borough sent another quarter." {
		t.Error(gone.Detail)
	}
	lead.get(figures+"?snapshot=2").problem(410, "withdrawn")
	lead.get(figures+"?snapshot=3").problem(400, "bad_request")
	if manager.get(at).want(200).into(&q); *q.SnapshotId != s.Id {
		t.Errorf("it shows %s", *q.SnapshotId)
	}
	manager.change(http.MethodPost, first+"/withdraw", `{"reason":"This one too."}`).want(200)
	lead.get(figures).problem(410, "withdrawn")
	for _, form := range rug {
		lead.get(form).problem(410, "withdrawn")
	}
	manager.post(at+"/snapshots", `{"reason":"Put right."}`).want(201)
	lead.get(figures).want(200)

	// What was shown stays as it was, whatever the program does.
	for _, change := range []string{
		"UPDATE quarter_snapshots SET hash = repeat('0', 64) WHERE number = 3", "UPDATE quarter_snapshots SET state = 'standing', withdrawn_at = NULL, withdrawn_for = NULL WHERE number = 2",
		"UPDATE quarter_snapshot_documents SET document = ''", "DELETE FROM quarter_snapshot_documents", "DELETE FROM quarter_snapshot_sources",
	} {
		if w.ownerTries(change) == nil {
			t.Errorf("taken: %s", change)
		}
	}
}

// TestFiveReadersOfAQuarter: others find a small count hidden wherever they look, its own
// borough finds it where everybody finds an interval, and neither the order nor anything
// that is computed is another for it.
func TestFiveReadersOfAQuarter(t *testing.T) {
	t.Parallel()
	w := lean(t)
	at := "/v1/quarters/" + w.published() + "/figures"
	lead := w.as(programme.RoleBoroughLead, own)
	readers := []caller{w.as(programme.RoleProgramme, ""), w.as(programme.RoleReporting, ""), w.as(programme.RoleBoroughLead, group), w.as(programme.RoleBoroughSystem, farAway)}
	read := func(c caller, query string) (all []api.QuarterFigure) {
		t.Helper()
		var page struct{ Items []api.QuarterFigure }
		c.get(at + "?limit=500&borough=" + own + query).want(200).into(&page)
		return page.Items
	}
	others, mine := read(readers[0], ""), read(lead, "")
	for _, c := range readers[1:] {
		if got := read(c, ""); jsonOf(t, got) != jsonOf(t, others) {
			t.Error("two readers who are not of the borough see two things")
		}
	}
	if len(others) == 0 || len(mine) != len(others) {
		t.Fatalf("%d rows and %d", len(others), len(mine))
	}
	hidden := 0
	for i := range others {
		o, m := others[i], mine[i]
		if o.Own || !m.Own {
			t.Errorf("%s: own is %t for others and %t for the borough", o.Indicator, o.Own, m.Own)
		}
		if o.Status == api.ShownStatusHidden && m.Status == api.ShownStatusNumber {
			hidden++
			if o.Value != nil || o.Numerator != nil {
				t.Errorf("%s: hidden, and %v", o.Indicator, *o.Value)
			}
		}
		if !m.ContainsSmallNumbers || o.ContainsSmallNumbers {
			t.Errorf("%s: its own figure is not said to be small, or everybody's is", o.Indicator)
		}
		m.ContainsSmallNumbers = false
		m.Own, m.Status, m.Numerator, m.Denominator, m.Value, m.Lower, m.Upper = false, o.Status, o.Numerator, o.Denominator, o.Value, o.Lower, o.Upper
		if jsonOf(t, m) != jsonOf(t, o) {
			t.Errorf("beside its own figure the borough is told another thing:\n%s\n%s", jsonOf(t, m), jsonOf(t, o))
		}
	}
	if hidden == 0 {
		t.Error("nothing is hidden from others")
	}
	for _, query := range []string{"&exception=top20", "&exception=bottom20"} {
		if a, b := read(readers[0], query), read(lead, query); len(a) != len(b) {
			t.Errorf("%s: %d rows for others and %d for the borough", query, len(a), len(b))
		}
	}
	table := lead.get(at + "?format=csv&borough=" + own).want(200)
	if lines := strings.Count(table.body, "\n"); lines != len(mine)+1 {
		t.Errorf("%d lines", lines)
	}
}
