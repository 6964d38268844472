package chart_test

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/chart"
)

// kept are the elements and attributes that pictures are made of. A style, a script, or
// what comes from elsewhere is none of them.
var (
	elementsKept   = []string{"svg", "title", "desc", "pattern", "g", "rect", "line", "path", "circle", "text", "tspan"}
	attributesKept = []string{
		"xmlns", "width", "height", "viewBox", "role", "aria-labelledby", "aria-describedby", "aria-hidden", "lang", "font-family", "font-size", "font-weight", "id",
		"x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "d", "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order", "text-anchor", "transform",
		"patternUnits", "patternTransform",
	}
	measures  = []string{"width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "font-size", "stroke-width"}
	elsewhere = regexp.MustCompile(`(?i)url\([^#]|https?:|javascript:|data:`)
)

// wellMade fails the test where a picture is not what every picture is.
func wellMade(t *testing.T, name string, drawn []byte) []element {
	t.Helper()
	elements := parsed(t, drawn, true)
	root := elements[0]
	ids := map[string]bool{}
	for _, e := range elements {
		if !slices.Contains(elementsKept, e.name) {
			t.Errorf("%s has an element %s", name, e.name)
		}
		for a, value := range e.attributes {
			if !slices.Contains(attributesKept, a) {
				t.Errorf("%s has an attribute %s", name, a)
			}
			if elsewhere.MatchString(value) && a != "xmlns" {
				t.Errorf("%s asks elsewhere: %s=%q", name, a, value)
			}
			if slices.Contains(measures, a) {
				if n := e.number(a); math.IsNaN(n) || math.IsInf(n, 0) {
					t.Errorf("%s has %s=%q", name, a, value)
				}
			}
			if strings.Contains(e.attributes["d"], "N") || strings.Contains(e.attributes["d"], "I") {
				t.Errorf("%s has a path without a number: %s", name, e.attributes["d"])
			}
		}
		if id := e.attributes["id"]; id != "" {
			if ids[id] {
				t.Errorf("%s has two ids %s", name, id)
			}
			ids[id] = true
		}
		if e.name == "text" && (e.number("x") < 0 || e.number("x") > root.number("width") || e.number("y") < 0 || e.number("y") > root.number("height")) {
			t.Errorf("%s has a text beyond its panel: %s", name, e.text)
		}
	}
	if root.attributes["role"] != "img" || !ids[root.attributes["aria-labelledby"]] || !ids[root.attributes["aria-describedby"]] {
		t.Errorf("%s does not say what it is: %v", name, root.attributes)
	}
	return elements
}

func TestPicturesAreWellMade(t *testing.T) {
	t.Parallel()
	for name, p := range samples() {
		elements := wellMade(t, name, svg(t, p))
		if elements[1].name != "title" || elements[1].text != p.Table().Caption || elements[2].name != "desc" || !strings.HasPrefix(elements[2].text, p.Table().Description) {
			t.Errorf("%s is called %q and described as %q", name, elements[1].text, elements[2].text)
		}
		for _, row := range p.Table().Rows {
			for _, cell := range row.Cells {
				words := strings.Fields(cell) // of a cell with its fifth, more is told than its letter
				if row.Marked && !strings.Contains(elements[2].text, words[0]) && cell != "Central" {
					t.Errorf("%s does not tell %q of the marked row: %s", name, cell, elements[2].text)
				}
			}
		}
	}
	for _, told := range []string{"Children looked after (per 10,000, low is good): 43.4, C, middle fifth; ", "Initial conferences within 15 days (%, high is good): c (hidden), E, worst fifth; "} {
		if desc := parsed(t, svg(t, heatMap()), true)[2].text; !strings.Contains(desc, told) {
			t.Errorf("%q is not told: %s", told, desc)
		}
	}
	for name, p := range samples() {
		if !bytes.Equal(svg(t, p), svg(t, samples()[name])) {
			t.Errorf("%s is drawn in two ways", name)
		}
	}
	for _, p := range []picture{chart.HeatMap{}, chart.RankedBars{}, chart.Series{}, chart.HeatMap{Groups: []chart.Group{{Rows: []chart.HeatRow{{}}}}}, chart.Series{Lines: []chart.Line{{}}}} {
		wellMade(t, fmt.Sprintf("%T of nothing", p), svg(t, p))
	}
}

// parity fails the test where a picture and its table do not say the same.
func parity(t *testing.T, name string, p picture, elements []element) {
	t.Helper()
	drawn, table := texts(elements), p.Table()
	said := append([]string{table.Caption, table.Description}, table.Notes...)
	said = append(said, table.Head...)
	for _, row := range table.Rows {
		if len(row.Cells) != len(table.Head) {
			t.Errorf("%s has a row of %d cells below %d heads", name, len(row.Cells), len(table.Head))
		}
		said = append(append(said, row.Cells...), row.Cells[0]+row.Cells[len(row.Cells)-1]) // a line's name and value
	}
	all := strings.Join(drawn, "\n")
	for _, s := range table.Rows {
		for _, cell := range s.Cells {
			if !strings.Contains(all, squeezed(cell)) {
				t.Errorf("%s: the table alone says %q", name, cell)
			}
		}
	}
	for i, s := range said {
		said[i] = squeezed(s)
	}
	for _, s := range said[:2+len(table.Notes)+len(table.Head)] {
		if !strings.Contains(all, s) {
			t.Errorf("%s: the table alone says %q", name, s)
		}
	}
	for _, d := range drawn {
		if !slices.ContainsFunc(said, func(s string) bool { return s == d || strings.HasSuffix(s, d) }) {
			t.Errorf("%s: the picture alone says %q", name, d)
		}
	}
}

func TestPictureAndTableSayTheSame(t *testing.T) {
	t.Parallel()
	for name, p := range samples() {
		parity(t, name, p, parsed(t, svg(t, p), true))
	}
	// Each value once, and no other: here each has its own words.
	n := 0
	unlike := func(f chart.Figure) chart.Figure {
		if f.Status == chart.Shown {
			n++
			f.Text = fmt.Sprintf("v%dv", n)
		}
		return f
	}
	h, b, s := heatMap(), rankedBars(), series()
	for _, g := range h.Groups {
		for _, r := range g.Rows {
			for i := range r.Cells {
				r.Cells[i].Figure = unlike(r.Cells[i].Figure)
			}
		}
	}
	for i := range b.Bars {
		b.Bars[i].Figure = unlike(b.Bars[i].Figure)
	}
	for _, l := range s.Lines {
		for i := range l.Points {
			l.Points[i] = unlike(l.Points[i])
		}
	}
	value := regexp.MustCompile(`v\d+v`)
	found := 0
	for _, p := range []picture{h, b, s} {
		drawn := value.FindAllString(strings.Join(texts(parsed(t, svg(t, p), true)), " "), -1)
		var said []string
		for _, row := range p.Table().Rows {
			said = append(said, value.FindAllString(strings.Join(row.Cells, " "), -1)...)
		}
		found += len(said)
		slices.Sort(drawn)
		slices.Sort(said)
		if !slices.Equal(drawn, said) {
			t.Errorf("%T draws %v, and its table says %v", p, drawn, said)
		}
	}
	if found != n {
		t.Errorf("%d of %d values stand in tables", found, n)
	}
}

// TestWhatIsNotShownLeavesNoTrace puts numbers where a caller has no right to show them: a
// picture is the same byte for byte, its scale too.
func TestWhatIsNotShownLeavesNoTrace(t *testing.T) {
	t.Parallel()
	spoilt := func(f chart.Figure) chart.Figure {
		if f.Status != chart.Shown {
			f.Value = 98765
		}
		if f.Status > chart.Hidden {
			f.Lower, f.Upper = 100, 98765
		}
		return f
	}
	h, b, s := heatMap(), rankedBars(), series()
	for _, g := range h.Groups {
		for _, r := range g.Rows {
			for i := range r.Cells {
				r.Cells[i].Figure = spoilt(r.Cells[i].Figure)
				if r.Cells[i].Status > chart.Hidden {
					r.Cells[i].Part = 1
				}
			}
		}
	}
	for i := range b.Bars {
		b.Bars[i].Figure = spoilt(b.Bars[i].Figure)
	}
	for _, l := range s.Lines {
		for i := range l.Points {
			l.Points[i] = spoilt(l.Points[i])
		}
	}
	for name, p := range map[string]picture{"heat-map": h, "ranked-bars": b, "series": s} {
		if !bytes.Equal(svg(t, p), svg(t, samples()[name])) {
			t.Errorf("%s shows something of a value that is not shown", name)
		}
	}
}

func TestContrast(t *testing.T) {
	t.Parallel()
	pairs := map[string]bool{}
	for name, p := range samples() {
		elements := parsed(t, svg(t, p), true)
		var rects []element
		for _, e := range elements {
			switch e.name {
			case "rect":
				if e.attributes["fill"] != "none" && e.number("width") != 5 { // the pattern's own
					rects = append(rects, e)
				}
			case "text":
				ground := e.attributes["stroke"] // of a text with a halo
				for _, r := range rects {
					if x, y := e.number("x")-r.number("x"), e.number("y")-4-r.number("y"); ground == "" || e.attributes["stroke"] == "" && x >= 0 && x <= r.number("width") && y >= 0 && y <= r.number("height") {
						ground = r.attributes["fill"]
					}
				}
				pairs[e.attributes["fill"]+ground] = true
				if c := contrast(t, e.attributes["fill"], ground); c < 4.5 {
					t.Errorf("%s: %q has a contrast of %.1f", name, e.text, c)
				}
			}
		}
	}
	if len(pairs) < 9 {
		t.Errorf("only the pairs %v were seen", pairs)
	}
	// What is no text, and means something, stands out from the white panel.
	for _, p := range []picture{rankedBars(), series(), smallBars()} {
		for _, e := range parsed(t, svg(t, p), true) {
			colour := e.attributes["stroke"]
			if colour == "" {
				colour = e.attributes["fill"]
			}
			if e.aside || !slices.Contains([]string{"rect", "path", "circle"}, e.name) || colour == "#ffffff" {
				continue
			}
			if c := contrast(t, colour, "#ffffff"); c < 3 {
				t.Errorf("%T: a %s has a contrast of %.1f", p, e.name, c)
			}
		}
	}
}

// TestColourIsNeverTheOnlySign takes all colours away, and sees that what was told by them
// is told by something else.
func TestColourIsNeverTheOnlySign(t *testing.T) {
	t.Parallel()
	h, b, s := heatMap(), rankedBars(), series()
	h.Groups[0].Rows[2].Marked = false
	for i := range b.Bars {
		b.Bars[i].Marked = false
	}
	s.Lines[0].Marked = false
	shapes := func(p picture) (shapes []string) {
		for _, e := range parsed(t, svg(t, p), true) {
			switch {
			case e.name == "path" && strings.HasSuffix(e.attributes["d"], "l7 3.5l-7 3.5z"):
				shapes = append(shapes, "triangle")
			case e.name == "text" && e.attributes["font-weight"] == "bold" && slices.Contains([]string{"Kensington and Chelsea", "Richmond upon Thames", "Kingston upon Thames"}, e.text):
				shapes = append(shapes, "bold")
			case e.name == "rect" && (e.attributes["fill"] == "none" || strings.HasPrefix(e.attributes["fill"], "url(#")):
				shapes = append(shapes, "frame or hatch")
			case e.name == "path" && e.attributes["fill"] == "none" && e.attributes["stroke-width"] == "3" && !strings.HasSuffix(e.attributes["d"], "h8"):
				shapes = append(shapes, "strong line")
			}
		}
		slices.Sort(shapes)
		return shapes
	}
	for _, c := range []struct {
		marked, unmarked picture
		want             []string
	}{
		{heatMap(), h, []string{"bold", "frame or hatch", "triangle"}},
		{rankedBars(), b, []string{"bold", "frame or hatch", "triangle"}},
		{series(), s, []string{"bold", "strong line", "triangle"}},
	} {
		if got := shapes(c.marked); !slices.Equal(got, c.want) {
			t.Errorf("%T marks by %v", c.marked, got)
		}
		if got := shapes(c.unmarked); got != nil {
			t.Errorf("%T marks nothing by %v", c.unmarked, got)
		}
	}
}

// TestLettersSayWhatGroundsSay: each ground of the parts has one letter, and each letter one ground.
func TestLettersSayWhatGroundsSay(t *testing.T) {
	t.Parallel()
	for name, n := range map[string]int{"heat-map": 5, "quarters": 4} {
		letters := map[string]string{}
		var ground string
		for _, e := range parsed(t, svg(t, samples()[name]), true) {
			switch {
			case e.name == "rect" && e.attributes["stroke-width"] == "0.5" && e.number("width") > 20:
				ground = e.attributes["fill"]
			case e.name == "text" && e.attributes["text-anchor"] == "end" && regexp.MustCompile(` [A-E]$`).MatchString(e.text):
				letter := e.text[len(e.text)-1:]
				if known := letters[letter]; known != "" && known != ground {
					t.Errorf("%s: %s is on %s and on %s", name, letter, known, ground)
				}
				letters[letter] = ground
			}
		}
		grounds := map[string]bool{}
		for _, g := range letters {
			grounds[g] = true
		}
		if len(letters) != n || len(grounds) != n {
			t.Errorf("%s: the letters have the grounds %v", name, letters)
		}
	}
}

func TestLinesDifferInTheirDashes(t *testing.T) {
	t.Parallel()
	looks := map[string]bool{}
	for _, e := range parsed(t, svg(t, series()), true) {
		if e.name == "path" && e.attributes["fill"] == "none" && strings.Contains(e.attributes["d"], "L") {
			looks[e.attributes["stroke-dasharray"]] = true
		}
	}
	if len(looks) != 3 { // England has points alone
		t.Errorf("lines are dashed as %v", looks)
	}
}

func TestSigns(t *testing.T) {
	t.Parallel()
	h := chart.HeatMap{Of: "London", RowsAre: "Borough", Columns: []chart.Column{{Name: "a"}, {Name: "b", Neutral: true}}, Groups: []chart.Group{{Rows: []chart.HeatRow{{Name: "Camden"}}}}}
	row := &h.Groups[0].Rows[0]
	cell := func(c chart.Cell) string {
		row.Cells = []chart.Cell{c, c}
		return strings.Join(h.Table().Rows[0].Cells[1:], "|")
	}
	for _, c := range []struct {
		cell chart.Cell
		want string // without and with a good end
	}{
		{chart.Cell{Figure: chart.Figure{Text: "12.3", Value: 12.3}, Part: 1}, "12.3 A|12.3"},
		{chart.Cell{Figure: chart.Figure{Text: "12.3", Value: 12.3}, Part: 5}, "12.3 E|12.3"},
		{chart.Cell{Figure: chart.Figure{Text: "12.3", Value: 12.3}}, "12.3|12.3"},
		{chart.Cell{Figure: chart.Figure{Text: "12.3", Value: 12.3}, Part: 6}, "12.3|12.3"},
		{chart.Cell{Figure: chart.Figure{Text: "12.3", Value: 12.3}, Part: -1}, "12.3|12.3"},
		{chart.Cell{Figure: chart.Figure{Status: chart.Hidden}}, "c|c"},
		{chart.Cell{Figure: chart.Figure{Status: chart.Hidden, Text: "1.2 to 6.0"}, Part: 2}, "c 1.2 to 6.0 B|c 1.2 to 6.0"},
		{chart.Cell{Figure: chart.Figure{Status: chart.Withheld}, Part: 2}, "x|x"},
		{chart.Cell{Figure: chart.Figure{Status: chart.Missing}}, "-|-"},
		{chart.Cell{Figure: chart.Figure{Status: chart.NotApplicable}}, "z|z"},
		{chart.Cell{Figure: chart.Figure{Status: chart.NoDenominator}}, "/|/"},
		{chart.Cell{Figure: chart.Figure{Status: chart.NotAvailable}}, ":|:"},
		{chart.Cell{Figure: chart.Figure{Status: chart.RoundsToNought}, Part: 1}, "k|k"},
		{chart.Cell{Figure: chart.Figure{Status: chart.Unreliable}}, "u|u"},
		{chart.Cell{Figure: chart.Figure{Status: chart.Joint}}, "j|j"},
		{chart.Cell{Figure: chart.Figure{Value: 12.3}}, "-|-"},
		{chart.Cell{Figure: chart.Figure{Text: "NaN", Value: math.NaN()}, Part: 1}, "-|-"},
		{chart.Cell{Figure: chart.Figure{Text: "much", Value: math.Inf(1)}}, "-|-"},
		{chart.Cell{Figure: chart.Figure{Status: 17, Text: "12.3"}}, "-|-"},
	} {
		if got := cell(c.cell); got != c.want {
			t.Errorf("%+v is printed as %s, want %s", c.cell, got, c.want)
		}
	}
	row.Cells = nil
	if got := h.Table().Rows[0].Cells; !slices.Equal(got, []string{"Camden", "-", "-"}) {
		t.Errorf("a row without cells is printed as %v", got)
	}
}

// TestTextsStayInTheirPlace: what would end a line, turn its direction, or is no character
// of XML, is shown as what it is, or as unknown.
func TestTextsStayInTheirPlace(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"Kensington\tand\n Chelsea", "Kensington and Chelsea"},
		{"\u202e3.21\u202c", "\ufffd3.21\ufffd"},
		{"a\u2066b\u200fc", "a\ufffdb\ufffdc"},
		{"a\x00b\x1bc\x7f\u0085d\ufffe", "a\ufffdb\ufffdc\ufffd d\ufffd"},
		{"a\xffb", "a\ufffdb"},
		{"Müller & <Söhne>", "Müller & <Söhne>"},
	} {
		p := chart.RankedBars{Bars: []chart.Bar{{Name: c[0], Figure: chart.Figure{Text: c[0], Value: 1}}}}
		if got := p.Table().Rows[0].Cells; !slices.Equal(got, []string{c[1], c[1]}) {
			t.Errorf("%q is shown as %q", c[0], got)
		}
		if drawn := texts(parsed(t, svg(t, p), true)); !slices.Contains(drawn, squeezed(c[1])) {
			t.Errorf("%q is drawn as %q", c[0], drawn)
		}
	}
}

func TestTitles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		made, small bool
		want        string
	}{
		{false, false, "Rates"},
		{true, false, "Rates - illustrative, made up"},
		{false, true, "Rates - CONTAINS SMALL NUMBERS"},
		{true, true, "Rates - illustrative, made up - CONTAINS SMALL NUMBERS"},
	} {
		f := chart.Frame{Title: " Rates\n", Illustrative: c.made, SmallNumbers: c.small}
		for _, p := range []picture{chart.HeatMap{Frame: f}, chart.RankedBars{Frame: f}, chart.Series{Frame: f}} {
			elements := parsed(t, svg(t, p), true)
			if p.Table().Caption != c.want || elements[1].text != c.want || !slices.Contains(texts(elements), squeezed(c.want)) {
				t.Errorf("%T is called %q and %q, want %q", p, p.Table().Caption, elements[1].text, c.want)
			}
		}
		page := html(t, chart.Page{Title: " Rates\n", Illustrative: c.made, SmallNumbers: c.small})
		if !bytes.Contains(page, []byte("<title>"+c.want+"</title>")) || !bytes.Contains(page, []byte(">"+c.want+"</h1>")) {
			t.Errorf("the page is not called %q: %s", c.want, page)
		}
	}
}
