package server_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// drawnText is all that can be read in a picture, in its order and without spaces, since a line
// may end anywhere.
func drawnText(t *testing.T, a answer) string {
	t.Helper()
	if kind := a.want(http.StatusOK).header.Get("Content-Type"); kind != "image/svg+xml" {
		t.Fatal(kind)
	}
	texts := textsOf(t, a.body)
	for i := range texts {
		texts[i] = tight(texts[i])
	}
	return strings.Join(texts, "|") + "|"
}

// tight is a text without spaces.
func tight(text string) string { return strings.Join(strings.Fields(text), "") }

// drawsTogether fails the test unless the texts stand in the picture beside each other.
func drawsTogether(t *testing.T, picture string, texts ...string) {
	t.Helper()
	for i := range texts {
		texts[i] = tight(texts[i])
	}
	if plain := strings.ReplaceAll(picture, "|", ""); !strings.Contains(plain, strings.Join(texts, "")) {
		t.Errorf("the picture does not hold %q: %.3000s", texts, picture)
	}
}

// signOf is what stands in a picture for a published figure, by the key that documentation gives.
func signOf(value *float64, status string, decimals int) string {
	if value != nil {
		return strconv.FormatFloat(*value, 'f', decimals, 64)
	}
	switch status {
	case "not_held":
		return "-"
	case "x", ":":
		return ":"
	case "low", "k":
		return "k"
	case "no_denominator":
		return "/"
	case "joint":
		return "j"
	}
	return status
}

const rerefPct = "/v1/indicators/REREF_PCT"

// TestBarsOfPublishedFigures holds the picture against the distribution that it is of, for each
// sort of set.
func TestBarsOfPublishedFigures(t *testing.T) {
	t.Parallel()
	w := start(t)
	lead := w.as(asLead, own)
	w.write(http.MethodPost, "/v1/targets", `{"indicator":"REREF_PCT","period":"2024-25","value":18.5,"direction":"at_most"}`).want(201)
	for _, of := range []string{"", "&among=england", "&among=region&regionCode=E12000001", "&among=neighbours&borough=E09000008", "&among=sub_region&subRegion=south", "&among=peers&peer=E09000030&peer=E09000007"} {
		var d api.Distribution
		lead.get(rerefPct + "/distribution?limit=500&period=2024-25" + of).want(200).into(&d)
		picture := drawnText(t, lead.get(rerefPct+"/distribution.svg?period=2024-25"+of))
		drawn, last := 0, ""
		for _, item := range d.Items {
			name := item.BoroughName
			if !item.Member {
				name += ", beside them"
			}
			if !strings.Contains(strings.ReplaceAll(picture, "|", ""), tight(name)) {
				t.Errorf("%s: %s is not named", of, item.BoroughName)
			}
			if item.Value == nil {
				continue
			}
			drawn++
			drawsTogether(t, picture, strconv.Itoa(*item.Rank), name, signOf(item.Value, "", 1))
			last = name
		}
		if drawn < 2 || last == "" {
			t.Errorf("%s: %d bars", of, drawn)
		}
		marked := "Lambeth"
		if strings.Contains(of, "borough=") {
			marked = "Croydon"
		}
		if in := slices.ContainsFunc(d.Items, func(i api.DistributionItem) bool { return i.BoroughName == marked }); in != strings.Contains(picture, "triangle:"+marked) {
			t.Errorf("%s: %s is among them %t, and marked otherwise", of, marked, in)
		}
		drawsTogether(t, picture, "Open Government Licence")
		drawsTogether(t, picture, "Target, at most", "18.5")
		drawsTogether(t, picture, "England", signOf(d.Summary.England.Value, "", 1))
	}
	lead.get(rerefPct+"/distribution.svg?period=2024-25&among=region").problem(400, "bad_request")
	lead.get("/v1/indicators/NONE/distribution.svg?period=2024-25").problem(404, "not_found")
}

// TestLinesOfPublishedFigures holds the picture against the series: every value of every line in
// the order of the periods, and the limits.
func TestLinesOfPublishedFigures(t *testing.T) {
	t.Parallel()
	w := start(t)
	lead := w.as(asLead, own)
	w.write(http.MethodPost, "/v1/targets", `{"indicator":"REREF_PCT","period":"2023-24","value":18.5,"direction":"at_most"}`).want(201)
	var s api.Series
	lead.get(rerefPct + "/series?limit=500&kind=financial_year&borough=" + own).want(200).into(&s)
	picture := drawnText(t, lead.get(rerefPct+"/series.svg?borough="+own))
	lines := map[string][]string{}
	for _, p := range s.Items {
		for name, value := range map[string]string{
			"Lambeth": signOf(p.Value, string(p.Status), 1), "London": signOf(p.Region.Value, string(p.Region.Status), 1), "England": signOf(p.England.Value, string(p.England.Status), 1),
			"Sub-region, median": signOf(p.SubRegion.Median, "-", 1), "Statistical neighbours, median": signOf(p.StatisticalNeighbours.Median, "-", 1),
		} {
			lines[name] = append(lines[name], value)
		}
	}
	for name, values := range lines {
		drawsTogether(t, picture, append([]string{name}, values...)...)
	}
	drawsTogether(t, picture, "Target", strings.Repeat("-", len(s.Items)-2), "18.5", "-")
	drawsTogether(t, picture, "Assurance: ", map[string]string{"meets": "consistently meets", "varies": "may meet or fail", "fails": "consistently fails"}[string(s.Sequences[0].Assurance)], " the target of 2023-24, at most")
	c := s.Sequences[0].Control
	if len(s.Sequences) != 1 || c.LowerLimit == nil {
		t.Fatalf("no limits in %d sequences", len(s.Sequences))
	}
	for name, value := range map[string]*float64{"Upper limit": c.UpperLimit, "Mean": c.Mean, "Lower limit": c.LowerLimit} {
		drawsTogether(t, picture, "Level line: ", name, ", ", signOf(value, "", 1))
	}
	drawsTogether(t, picture, "Variation: ", map[string]string{"none": "none that is special", "improving": "improving", "concerning": "concerning"}[string(s.Sequences[0].Variation)])
	if !strings.Contains(picture, "triangle:Lambeth") || strings.Contains(drawnText(t, w.as(programme.RoleReporting, "").get(rerefPct+"/series.svg?borough="+own)), "triangle") {
		t.Error("the borough's own line is marked for it alone")
	}
	if other := drawnText(t, lead.get(rerefPct+"/series.svg?kind=quarter&borough="+own)); strings.Contains(other, "2024-25|") {
		t.Errorf("of another kind it draws %s", other)
	}
	lead.get(rerefPct+"/series.svg?borough=E08000001").problem(400, "bad_request")
	lead.get("/v1/indicators/NONE/series.svg?borough="+own).problem(404, "not_found")
}

// TestAHeatMapOfPublishedFigures holds the picture against the table, cell by cell.
func TestAHeatMapOfPublishedFigures(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	lead := w.as(asLead, own)
	for _, of := range []string{"?period=2024-25&borough=" + own + "&borough=E09000001&borough=E09000030", "?period=latest&theme=Workforce&borough=" + own, "?period=2023-24&period=2024-25&borough=" + own} {
		var table api.FigureTable
		lead.get("/v1/figure-table" + of).want(200).into(&table)
		picture := drawnText(t, lead.get("/v1/figure-table.svg"+of))
		if len(table.Rows) == 0 {
			t.Fatalf("%s has no rows", of)
		}
		for i, column := range table.Columns {
			row := []string{column.BoroughName}
			if strings.Contains(of, "period=2023-24") {
				row[0] = *column.PeriodName
			}
			for _, r := range table.Rows {
				c := r.Cells[i]
				text := signOf(c.Value, string(c.Status), r.Decimals)
				if c.Band != nil {
					text += string(*c.Band)
				}
				row = append(row, text)
			}
			drawsTogether(t, picture, row...)
		}
		if marked := strings.Contains(picture, "triangle:Lambeth"); marked == strings.Contains(of, "period=2023-24") {
			t.Errorf("%s: marked %t", of, marked)
		}
		drawsTogether(t, picture, "Open Government Licence")
	}
	lead.get("/v1/figure-table.svg?period=2023-24&period=2024-25&borough="+own+"&borough=E09000030").problem(400, "bad_request")
}
