package chart_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/chart"
)

func TestPaper(t *testing.T) {
	t.Parallel()
	written := html(t, paper())
	elements := parsed(t, written, false)
	ids := map[string]bool{}
	for _, e := range elements {
		if id := e.attributes["id"]; id != "" {
			if ids[id] {
				t.Errorf("two elements are called %s", id)
			}
			ids[id] = true
		}
		if slices.Contains([]string{"script", "link", "img", "iframe", "form", "input"}, e.name) || e.attributes["style"] != "" {
			t.Errorf("the paper has %s %v", e.name, e.attributes)
		}
	}
	for _, e := range elements {
		for _, to := range []string{e.attributes["aria-labelledby"], e.attributes["aria-describedby"], strings.TrimPrefix(e.attributes["href"], "#")} {
			if to != "" && !strings.HasPrefix(to, "https:") && !ids[to] {
				t.Errorf("%s leads to %s, which is not there", e.name, to)
			}
		}
	}
	for _, landmark := range []string{"header", "nav", "main", "footer"} {
		if n := len(of(elements, landmark)); n != 1 {
			t.Errorf("%d of %s", n, landmark)
		}
	}
	if nav := of(elements, "nav")[0]; nav.attributes["aria-label"] != "Contents" || elements[0].attributes["lang"] != "en-GB" {
		t.Errorf("the contents are called %v, and the language is %v", nav.attributes, elements[0].attributes)
	}
	head := of(elements, "header")[0].text
	for _, want := range []string{"Royal Borough of Kingston upon Thames - illustrative, made up", "Official: shared with the group of the spring challenge of the South only"} {
		if !strings.Contains(head, want) {
			t.Errorf("the running head does not say %q: %s", want, head)
		}
	}
	if !bytes.Equal(written, html(t, paper())) {
		t.Error("the paper is written in two ways")
	}
	empty := html(t, chart.Paper{})
	if !bytes.Contains(empty, []byte("<h1></h1>")) || bytes.Contains(empty, []byte("<nav")) || bytes.Contains(empty, []byte("<footer>")) {
		t.Errorf("a paper of nothing is %s", empty)
	}
}

// TestPaperOutline: the headings are those of the parts and passages in their order, and
// the contents name the parts.
func TestPaperOutline(t *testing.T) {
	t.Parallel()
	p := paper()
	want, contents := []string{"h1 " + p.Title + " - illustrative, made up"}, []string{}
	for _, part := range p.Parts {
		want, contents = append(want, "h2 "+part.Heading), append(contents, part.Heading)
		for i := range part.Passages {
			want = append(want, "h3 "+part.Passages[i].Heading)
		}
	}
	var got, named []string
	for _, e := range parsed(t, html(t, p), false) {
		switch {
		case len(e.name) == 2 && e.name[0] == 'h' && e.name[1] >= '1' && e.name[1] <= '6':
			got = append(got, e.name+" "+e.text)
		case e.name == "a" && strings.HasPrefix(e.attributes["href"], "#"):
			named = append(named, e.text)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the headings are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !slices.Equal(named, contents) {
		t.Errorf("the contents are %q, want %q", named, contents)
	}
}

// TestPaperPolicy: the paper's own style is let in, and nothing else.
func TestPaperPolicy(t *testing.T) {
	t.Parallel()
	style := of(parsed(t, html(t, paper()), false), "style")
	if len(style) != 1 {
		t.Fatalf("%d styles", len(style))
	}
	hash := sha256.Sum256([]byte(style[0].text))
	want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"
	if policy := chart.PaperPolicy(); !strings.HasPrefix(policy, "default-src 'none'; "+want+";") || strings.Contains(policy, "unsafe") || policy == chart.PagePolicy() {
		t.Errorf("the policy is %s, and the style has %s", policy, want)
	}
}

// TestMarkupIsText puts markup into every text of a paper, and sees that no element and no
// attribute comes of it.
func TestMarkupIsText(t *testing.T) {
	t.Parallel()
	with := func(text string) chart.Paper {
		bars := chart.SmallBars{
			Frame: chart.Frame{Title: text, Description: text, Notes: []string{text}}, RowsAre: text, Unit: text,
			Bars: []chart.Bar{{Name: text, Marked: true, Figure: chart.Figure{Text: text, Value: 1}}},
		}
		return chart.Paper{
			Title: text, Owner: text, Classification: text, State: text, Words: []string{text}, Foot: []string{text},
			Parts: []chart.PaperPart{{Heading: text, Words: []string{text}, Passages: []chart.Passage{{
				Heading: text, Words: []string{text}, Text: text, List: []string{text}, Notes: []string{text},
				Exhibits: []chart.Exhibit{{Words: text, Picture: bars, Remark: text}},
				Table:    &chart.Table{Caption: text, Head: []string{text}, Rows: []chart.Row{{Cells: []string{text}}}, Notes: []string{text}},
				Sources:  []chart.Source{{Title: text, Link: text, Reference: text, Date: text}},
			}}}},
		}
	}
	shape := func(text string) []element {
		// In a picture, a longer text has more lines.
		return slices.DeleteFunc(parsed(t, html(t, with(text)), false), func(e element) bool { return e.name == "tspan" })
	}
	plain := shape("plain")
	for _, text := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onclick='alert(1)`, `</title><script>`, `</style><b>`, `<!-- -->`, `{{.Title}}`, `&lt;b&gt;`, `]]>`, `**bold** [a](https://example.org)`,
	} {
		made := shape(text)
		if len(made) != len(plain) {
			t.Errorf("%q makes %d elements, and words make %d", text, len(made), len(plain))
			continue
		}
		said := 0
		for i, e := range made {
			if e.name != plain[i].name || !slices.Equal(slices.Sorted(maps.Keys(e.attributes)), slices.Sorted(maps.Keys(plain[i].attributes))) {
				t.Errorf("%q makes %s %v of %s %v", text, e.name, e.attributes, plain[i].name, plain[i].attributes)
			}
			if e.text == text {
				said++
			}
		}
		if said < 20 {
			t.Errorf("%q is said only %d times", text, said)
		}
	}
}

// TestLinks: every link is printed, and only an address that leads where it says is followed.
func TestLinks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		link     string
		followed bool
	}{
		{"https://www.example.org/a?b=c&d=e#f", true},
		{"http://example.org", true},
		{"HTTPS://example.org/", true},
		{"https://example.org/\u0645\u0644\u0641", true},
		{"javascript:alert(1)", false},
		{"JavaScript:alert(1)//https://example.org", false},
		{" javascript:alert(1)", false},
		{"java\nscript:alert(1)", false},
		{"data:text/html,<script>alert(1)</script>", false},
		{"vbscript:x", false},
		{"file:///etc/passwd", false},
		{"//example.org/a", false},
		{"/v1/boroughs", false},
		{"https:", false},
		{"https://:80/", false},
		{"https://gov.uk@example.org/", false},
		{"https://example.org/\u202egro.elpmaxe", false},
		{"Shelf 4", false},
		{`https://example.org/"onclick="alert(1)`, true},
	} {
		p := chart.Paper{Parts: []chart.PaperPart{{Passages: []chart.Passage{{Sources: []chart.Source{{Title: "t", Link: c.link}}}}}}}
		elements := parsed(t, html(t, p), false)
		var anchors []element
		for _, a := range of(elements, "a") {
			if !strings.HasPrefix(a.attributes["href"], "#") {
				anchors = append(anchors, a)
			}
		}
		if len(anchors) != map[bool]int{true: 1}[c.followed] {
			t.Errorf("%q has the anchors %v", c.link, anchors)
		}
		for _, a := range anchors {
			if href := strings.ToLower(a.attributes["href"]); !strings.HasPrefix(href, "http://") && !strings.HasPrefix(href, "https://") || a.attributes["rel"] != "noreferrer" || len(a.attributes) != 2 || a.text != c.link {
				t.Errorf("%q is followed by %v", c.link, a)
			}
		}
		printed := strings.Join(strings.Fields(strings.ReplaceAll(c.link, "\u202e", "\ufffd")), " ")
		if cells := of(elements, "td"); !strings.Contains(cells[0].text, printed) {
			t.Errorf("%q is printed as %q", c.link, cells[0].text)
		}
	}
}

// TestPeoplesWords: lines end where their writers ended them, and nothing else is changed.
func TestPeoplesWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want string // paragraphs
	}{
		{"one", "<p>one</p>"},
		{"one\ntwo", "<p>one<br>two</p>"},
		{"one\r\ntwo\rthree\u2028four\u0085five", "<p>one<br>two<br>three<br>four<br>five</p>"},
		{"one\n\ntwo", "<p>one</p><p>two</p>"},
		{"\n\none\n \n\n\ntwo\n", "<p>one</p><p>two</p>"},
		{"one\u2029two", "<p>one</p><p>two</p>"},
		{"  - indented  ", "<p>  - indented</p>"},
		{"one\ttwo  three", "<p>one\ttwo  three</p>"},
		{"a\x00b\x1bc\x7f\ufffe\ufdd0d\U0001ffff", "<p>a\ufffdb\ufffdc\ufffd\ufffd\ufffdd\ufffd</p>"},
		{"\u202bעברית\u202c \u200f(1)", "<p>\u202bעברית\u202c \u200f(1)</p>"},
		{"👩🏽‍💻 e\u0301 w\u0302", "<p>👩🏽‍💻 e\u0301 w\u0302</p>"},
		{" \n ", ""},
		{"", ""},
	} {
		written := string(html(t, chart.Paper{Parts: []chart.PaperPart{{Passages: []chart.Passage{{Heading: "h", Text: c.text}}}}}))
		_, after, found := strings.Cut(written, "</h3>\n")
		got, _, ends := strings.Cut(after, "</section>")
		got = strings.ReplaceAll(strings.ReplaceAll(got, `<p class="said" dir="auto">`, "<p>"), "</p>\n", "</p>")
		if !found || !ends || got != c.want {
			t.Errorf("%q is placed as %q, want %q", c.text, got, c.want)
		}
	}
	// Whatever runs from right to left is told by itself: each text has a direction of its own.
	elements := parsed(t, html(t, paper()), false)
	for _, e := range of(elements, "p") {
		if strings.Contains(e.text, "نعرف") && e.attributes["dir"] != "auto" {
			t.Errorf("%q has the direction %q", e.text, e.attributes["dir"])
		}
	}
	if items := of(elements, "li"); !slices.ContainsFunc(items, func(e element) bool {
		return strings.Contains(e.text, "خدماتنا") && e.attributes["dir"] == "auto"
	}) {
		t.Error("no item of a list has a direction of its own")
	}
}

func TestPaperSaysThatItIsMadeUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		made, small bool
		want        string
	}{
		{false, false, "Camden"}, {true, false, "Camden - illustrative, made up"}, {false, true, "Camden - CONTAINS SMALL NUMBERS"}, {true, true, "Camden - illustrative, made up - CONTAINS SMALL NUMBERS"},
	} {
		written := string(html(t, chart.Paper{Title: "Camden", Owner: "Camden", Illustrative: c.made, SmallNumbers: c.small}))
		for _, at := range []string{"<title>%s</title>", ">%s</h1>", `<p class="owner">%s</p>`} {
			if want := fmt.Sprintf(at, c.want); !strings.Contains(written, want) {
				t.Errorf("the paper does not have %s: %s", want, written)
			}
		}
	}
}

// TestPicturesInAPaper: one that is wider than a telephone has a frame to scroll in, and a
// small one, which may be there several times, is no landmark.
func TestPicturesInAPaper(t *testing.T) {
	t.Parallel()
	exhibits := []chart.Exhibit{{Picture: smallBars()}, {Picture: smallBars()}, {Picture: series()}, {Words: "In words alone."}}
	elements := parsed(t, html(t, chart.Paper{Parts: []chart.PaperPart{{Heading: "a", Passages: []chart.Passage{{Heading: "b", Exhibits: exhibits}}}}}), false)
	if pictures, tables, summaries := of(elements, "svg"), of(elements, "caption"), of(elements, "summary"); len(pictures) != 3 || len(tables) != 3 || len(summaries) != 3 {
		t.Errorf("%d pictures, %d tables, %d summaries", len(pictures), len(tables), len(summaries))
	}
	regions := 0
	for _, e := range elements {
		if e.attributes["role"] == "region" {
			regions++
		}
	}
	if regions != 2 { // the wide picture's and its table's
		t.Errorf("%d regions", regions)
	}
	for _, e := range of(elements, "svg") {
		if e.attributes["aria-labelledby"] != "part-1-1-3-title" && e.number("width") > 328 {
			t.Errorf("a small picture is %s wide", e.attributes["width"])
		}
	}
}

// TestLandmarksHaveNamesOfTheirOwn: a document may show one picture, or one table, twice;
// those who go through it by its landmarks can tell them apart.
func TestLandmarksHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	table := &chart.Table{Caption: "Each indicator", Head: []string{"Indicator"}}
	passage := chart.Passage{Heading: "b", Table: table, Exhibits: []chart.Exhibit{{Picture: series()}}}
	second := chart.Passage{Heading: "c", Table: &chart.Table{Caption: "Each indicator, as a table, number 2", Head: table.Head}}
	section := chart.Section{Heading: "a", Picture: heatMap(), Table: table}
	for name, written := range map[string][]byte{
		"a paper": html(t, chart.Paper{Parts: []chart.PaperPart{{Passages: []chart.Passage{passage, second}}, {Passages: []chart.Passage{passage, passage}}}}),
		"a page":  html(t, chart.Page{Sections: []chart.Section{section, section, section}}),
	} {
		seen := map[string]bool{}
		for _, e := range parsed(t, written, false) {
			if e.attributes["role"] != "region" {
				continue
			}
			if label := e.attributes["aria-label"]; label == "" || seen[label] {
				t.Errorf("%s: a landmark is called %q, as another, or nothing", name, label)
			} else {
				seen[label] = true
			}
		}
		if len(seen) < 9 {
			t.Errorf("%s has only the landmarks %v", name, seen)
		}
	}
}
