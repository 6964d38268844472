package server_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// TestAHeatMapIsEverybodys: one table for all readers, in four forms. A borough finds its
// row marked, and its own figures in the answer that is not passed on; no fifth moves.
// What is passed on is the view for its owner, too.
func TestAHeatMapIsEverybodys(t *testing.T) {
	t.Parallel()
	w := lean(t)
	at := "/v1/quarters/" + w.published() + "/heat-map"
	lead := w.as(programme.RoleBoroughLead, own)
	others := []caller{w.as(programme.RoleProgramme, ""), w.as(programme.RoleReporting, ""), w.as(programme.RoleBoroughLead, group), w.as(programme.RoleBoroughSystem, farAway)}
	read := func(c caller) (h api.QuarterHeatMap) {
		t.Helper()
		c.get(at).want(200).into(&h)
		return h
	}
	shown, mine := read(others[0]), read(lead)
	if len(shown.Boroughs) != 33 || len(shown.Indicators) == 0 || shown.Snapshot != 1 {
		t.Fatalf("%d boroughs, %d indicators, snapshot %d", len(shown.Boroughs), len(shown.Indicators), shown.Snapshot)
	}
	marked, hidden, fifths := 0, 0, map[int]int{}
	for i, b := range shown.Boroughs {
		m := mine.Boroughs[i]
		if b.Marked || b.Own || m.Marked != (b.Borough == own) || m.Own != m.Marked {
			t.Errorf("%s is marked %t and %t, own %t and %t", b.Borough, b.Marked, m.Marked, b.Own, m.Own)
		}
		if m.Marked {
			marked++
		}
		for k := range b.Cells {
			o, c := b.Cells[k], m.Cells[k]
			if o.Fifth != nil {
				fifths[*o.Fifth]++
			}
			if o.Status == api.ShownStatusHidden && c.Status == api.ShownStatusNumber {
				hidden++
				if !m.Own || o.Value != nil {
					t.Errorf("%s: hidden, and %v", b.Borough, o)
				}
			}
			if m.Own {
				c.Status, c.Value, c.Lower, c.Upper = o.Status, o.Value, o.Lower, o.Upper
			}
			if jsonOf(t, c) != jsonOf(t, o) {
				t.Errorf("%s: %s is told for %s", b.Borough, jsonOf(t, c), jsonOf(t, o))
			}
		}
	}
	if marked != 1 || hidden == 0 || len(fifths) < 3 {
		t.Errorf("%d rows marked, %d cells hidden from others, fifths %v", marked, hidden, fifths)
	}
	for _, c := range others[1:] {
		got, owns := read(c), false
		for i := range got.Boroughs {
			if b := &got.Boroughs[i]; b.Borough == group || b.Borough == farAway { // their own counts are not small
				owns = owns || b.Own
				b.Marked, b.Own = false, false
			}
		}
		if got.ContainsSmallNumbers != owns {
			t.Errorf("it says that it contains small numbers: %t, where own figures are in it: %t", got.ContainsSmallNumbers, owns)
		}
		got.ContainsSmallNumbers = false
		if jsonOf(t, got) != jsonOf(t, shown) {
			t.Error("two readers who hold no small count see two things")
		}
	}
	passedOn(t, at, lead, others[0])
}

// passedOn compares the forms that are passed on.
func passedOn(t *testing.T, at string, lead, manager caller) {
	t.Helper()
	for _, form := range []string{".csv", ".xlsx"} {
		everybodys := manager.get(at + form).want(200)
		if got := lead.get(at + form).want(200); form == ".csv" && got.body != everybodys.body {
			t.Errorf("%s shows a borough something else:\n%s\n%s", form, got.body, everybodys.body)
		}
		if name := everybodys.header.Get("Content-Disposition"); !strings.Contains(name, "heat-map-") || !strings.Contains(name, "-1"+form) {
			t.Error(name)
		}
	}
	picture, plain := lead.get(at+".svg").want(200), manager.get(at+".svg").want(200)
	if kind := picture.header.Get("Content-Type"); kind != "image/svg+xml" {
		t.Error(kind)
	}
	if picture.body == plain.body || !strings.Contains(picture.body, "In a frame, with a triangle: Lambeth") || strings.Contains(plain.body, "triangle") {
		t.Error("Lambeth is not marked for Lambeth alone")
	}
	if a, b := wordsOf(t, picture.body), wordsOf(t, plain.body); !slices.Equal(a, b) {
		t.Errorf("the picture tells its borough something else:\n%q\n%q", a, b)
	}
}

// wordsOf are the texts of a picture without the name of who is marked.
func wordsOf(t *testing.T, picture string) []string {
	t.Helper()
	return slices.DeleteFunc(textsOf(t, picture), func(text string) bool { return strings.HasPrefix(text, "In a frame") })
}

// textsOf are the texts of a picture in their order, each with all of its lines.
func textsOf(t *testing.T, picture string) (texts []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(picture))
	within := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "text" {
				within, texts = true, append(texts, "")
			}
		case xml.EndElement:
			within = within && token.Name.Local != "text"
		case xml.CharData:
			if within {
				texts[len(texts)-1] += string(token)
			}
		}
	}
}

// TestAHeatMapOfTrueFigures: for the team alone, on request, in the audit, and each form
// says what it contains.
func TestAHeatMapOfTrueFigures(t *testing.T) {
	t.Parallel()
	w := lean(t)
	code, manager := w.published(), w.as(programme.RoleProgramme, "")
	at := "/v1/quarters/" + code + "/heat-map"
	forms := map[string]string{"": "", ".csv": ".csv", ".xlsx": ".xlsx", ".svg": ""}
	for form, suffix := range forms {
		for _, c := range []caller{w.as(programme.RoleBoroughLead, own), w.as(programme.RoleReporting, ""), {w, w.readKey("").text}} {
			c.get(at+form+"?unsuppressed=true").problem(403, "role")
		}
		r := manager.send(http.MethodGet, at+form+"?unsuppressed=true&snapshot=1", "", "If-None-Match", "*").want(200)
		if name := r.header.Get("Content-Disposition"); r.header.Get("Cache-Control") != "no-store" || suffix != "" && name != `attachment; filename="heat-map-`+code+`-1-unsuppressed`+suffix+`"` {
			t.Errorf("heat-map%s is answered with %v", form, r.header)
		}
	}
	if got, want := w.readings(code), strings.Repeat(` | test-programme {"Borough": null, "Snapshot": 1, "Exception": null, "Indicator": null}`, len(forms)); " | "+got != want {
		t.Errorf("the audit has %s", got)
	}
	cell := func(query string) (api.QuarterHeatMap, api.HeatMapCell) {
		var h api.QuarterHeatMap
		manager.get(at + query).want(200).into(&h)
		row := slices.IndexFunc(h.Boroughs, func(b api.HeatMapBorough) bool { return b.Borough == own })
		return h, h.Boroughs[row].Cells[slices.IndexFunc(h.Indicators, func(i api.HeatMapIndicator) bool { return i.Indicator == "REREF_PCT" })]
	}
	common, hidden := cell("")
	truth, shown := cell("?unsuppressed=true")
	if common.ContainsSmallNumbers || hidden.Value != nil || !truth.ContainsSmallNumbers || shown.Value == nil || *shown.Value != 0.3 {
		t.Errorf("everybody sees %s and the team %s", jsonOf(t, hidden), jsonOf(t, shown))
	}
	for _, form := range []string{".csv", ".svg"} {
		if plain, marked := manager.get(at+form).body, manager.get(at+form+"?unsuppressed=true").body; strings.Contains(strings.ToLower(plain), "contains small numbers") || !strings.Contains(strings.ToLower(marked), "contains small numbers") {
			t.Errorf("heat-map%s is\n%.600s", form, marked)
		}
	}
	book, err := excelize.OpenReader(strings.NewReader(manager.get(at + ".xlsx?unsuppressed=true").want(200).body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	if names := book.GetSheetList(); !slices.Contains(names, "Contains small numbers") {
		t.Errorf("the sheets are %v", names)
	}
	manager.get("/v1/quarters/"+w.opened()+"/heat-map?unsuppressed=true").problem(409, "not_published")
}

// TestFiguresAreAWorkbook: it has the columns and the rows of the list as everybody reads it,
// for the borough too, with numbers as numbers.
func TestFiguresAreAWorkbook(t *testing.T) {
	t.Parallel()
	w := lean(t)
	at := "/v1/quarters/" + w.published() + "/figures"
	lead, report := w.as(programme.RoleBoroughLead, own), w.as(programme.RoleReporting, "")
	answered := lead.get(at + ".xlsx").want(200)
	rows, names := workbookOf(t, answered)
	header, list := table(t, report.get(at+"?format=csv&bom=true"))
	if !slices.Equal(rows[0], header) || len(rows) != len(list)+1 || !slices.Equal(names, []string{"Figures", "Notes"}) {
		t.Fatalf("%d rows under %q on the sheets %q", len(rows), rows[0], names)
	}
	if got := report.get(at + ".xlsx").want(200); got.body != answered.body {
		t.Error("two readers keep two workbooks")
	}
	for i, row := range list {
		for k, cell := range row {
			got := ""
			if k < len(rows[i+1]) { // empty cells at the end are none
				got = rows[i+1][k]
			}
			if got != strings.TrimPrefix(cell, "'") {
				t.Errorf("%s of row %d is %q, and in the list %q", header[k], i, got, cell)
			}
		}
	}
	if name := answered.header.Get("Content-Disposition"); !strings.Contains(name, "figures-") || !strings.Contains(name, ".xlsx") {
		t.Errorf("it is kept as %s", name)
	}
}
