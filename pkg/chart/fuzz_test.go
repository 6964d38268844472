package chart_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"peerchallenge/pkg/chart"
)

// FuzzTexts writes whatever somebody may have called a borough, an indicator or a note
// wherever a text can stand. Pictures stay what pictures are and say what their tables say.
func FuzzTexts(f *testing.F) {
	for _, text := range []string{
		"Camden", "", " ", "<script>alert(1)</script>", `"><svg onload="alert(1)">`, "]]>", "<!--", "&lt;&amp;&#0;", "{{.}}", "url(https://example.org/x)", "</title></style>",
		"\x00\x01\x1f\x7f\u0085\ufffe\uffff", "\xff\xfe", "\u202e12\u202c", "Ŵ ẫ \u6f22\u5b57 😀 e\u0301", strings.Repeat("long ", 100), strings.Repeat("W", 300), "tab\tand\nline", "-", "A", "c",
	} {
		f.Add(text, 12.5)
	}
	f.Fuzz(func(t *testing.T, text string, number float64) {
		if len(text) > 1000 {
			return // a name is not longer
		}
		frame := chart.Frame{Title: text, Description: text, Notes: []string{text}}
		figure := chart.Figure{Text: text, Value: number}
		hidden := chart.Figure{Status: chart.Hidden, Text: text, Lower: 1, Upper: number}
		for name, p := range map[string]picture{
			"heat map": chart.HeatMap{
				Frame: frame, Of: text, RowsAre: text, GroupsBy: text, Columns: []chart.Column{{Name: text, Reads: text}, {Name: "b"}},
				Groups: []chart.Group{{Name: text, Rows: []chart.HeatRow{{Name: text, Marked: true, Cells: []chart.Cell{{Figure: figure, Part: 2}, {Figure: hidden}}}}}},
			},
			"ranked bars": chart.RankedBars{
				Frame: frame, RowsAre: text, Unit: text, Bars: []chart.Bar{{Name: text, Place: text, Marked: true, Figure: figure}, {Name: text, Figure: hidden}},
				Lines: []chart.Level{{Name: text, Figure: figure}, {Name: text, Figure: figure}},
			},
			"small bars": chart.SmallBars{Frame: frame, RowsAre: text, Unit: text, Bars: []chart.Bar{{Name: text, Marked: true, Figure: figure}, {Name: text, Figure: hidden}}},
			"series":     chart.Series{Frame: frame, Unit: text, Periods: []string{text, "Q2"}, Lines: []chart.Line{{Name: text, Marked: true, Points: []chart.Figure{figure, hidden}}}, Breaks: []chart.Break{{Before: 1, Words: text}}},
		} {
			drawn := svg(t, p)
			if !utf8.Valid(drawn) {
				t.Errorf("%s is no UTF-8", name)
			}
			parity(t, name, p, wellMade(t, name, drawn))
			if !bytes.Equal(drawn, svg(t, p)) {
				t.Errorf("%s is drawn in two ways", name)
			}
			table := p.Table()
			page := html(t, chart.Page{Title: text, Words: []string{text}, Foot: []string{text}, Sections: []chart.Section{{Heading: text, Words: []string{text}, Picture: p, Table: &table, List: []string{text}}}})
			paper := html(t, chart.Paper{Title: text, Owner: text, Classification: text, State: text, Parts: []chart.PaperPart{{Heading: text, Passages: []chart.Passage{{
				Heading: text, Text: text, List: []string{text}, Exhibits: []chart.Exhibit{{Words: text, Picture: p, Remark: text}}, Sources: []chart.Source{{Title: text, Link: text, Reference: text, Date: text}},
			}}}}})
			for _, e := range append(parsed(t, page, false), parsed(t, paper, false)...) {
				if e.name == "script" || e.attributes["onload"] != "" {
					t.Errorf("%s: a document has %s %v", name, e.name, e.attributes)
				}
			}
		}
	})
}
