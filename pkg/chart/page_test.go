package chart_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/chart"
)

func TestPage(t *testing.T) {
	t.Parallel()
	written := html(t, page())
	elements := parsed(t, written, false)
	ids := map[string]bool{}
	for _, e := range elements {
		if id := e.attributes["id"]; id != "" {
			if ids[id] {
				t.Errorf("two elements are called %s", id)
			}
			ids[id] = true
		}
		if slices.Contains([]string{"script", "link", "img", "iframe", "form", "input"}, e.name) || e.attributes["style"] != "" || e.attributes["href"] != "" {
			t.Errorf("the page has %s %v", e.name, e.attributes)
		}
	}
	for _, e := range elements {
		for _, a := range []string{"aria-labelledby", "aria-describedby"} {
			if to := e.attributes[a]; to != "" && !ids[to] {
				t.Errorf("%s %s is %s, which is not there", e.name, a, to)
			}
		}
		if to, pattern := strings.CutPrefix(e.attributes["fill"], "url(#"); pattern && !ids[strings.TrimSuffix(to, ")")] {
			t.Errorf("%s is filled with %s, which is not there", e.name, to)
		}
	}
	if n := len(of(elements, "svg")); n != 3 {
		t.Errorf("the page has %d pictures", n)
	}
	// Each picture is followed by its table, and the parts keep their order.
	var tables []string
	for _, e := range of(elements, "caption") {
		tables = append(tables, strings.SplitN(e.text, ". ", 2)[0])
	}
	if want := []string{heatMap().Table().Caption, rankedBars().Table().Caption, series().Table().Caption, "Exceptions of the quarter"}; !slices.Equal(tables, want) {
		t.Errorf("the page has the tables %q, want %q", tables, want)
	}
	for _, p := range []picture{heatMap(), rankedBars(), series()} {
		for _, row := range p.Table().Rows {
			if row.Marked && !bytes.Contains(written, []byte(row.Cells[len(row.Cells)-1])) {
				t.Errorf("the page does not say %v", row.Cells)
			}
		}
	}
	if n := bytes.Count(written, []byte("(marked)")); n != 4 {
		t.Errorf("%d rows are marked in words", n)
	}
	if !bytes.Equal(written, html(t, page())) {
		t.Error("the page is written in two ways")
	}
	wellFormed := html(t, chart.Page{})
	if !bytes.Contains(wellFormed, []byte("<h1></h1>")) || bytes.Contains(wellFormed, []byte("<footer>")) {
		t.Errorf("a page of nothing is %s", wellFormed)
	}
}

// TestPagePolicy: the page's own style is let in, and nothing else.
func TestPagePolicy(t *testing.T) {
	t.Parallel()
	style := of(parsed(t, html(t, page()), false), "style")
	if len(style) != 1 {
		t.Fatalf("%d styles", len(style))
	}
	hash := sha256.Sum256([]byte(style[0].text))
	want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"
	if policy := chart.PagePolicy(); !strings.HasPrefix(policy, "default-src 'none'; "+want+";") || strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %s, and the style has %s", policy, want)
	}
}

// TestPageContrast reads the page's colours where they are said: light, dark and on paper.
func TestPageContrast(t *testing.T) {
	t.Parallel()
	style := of(parsed(t, html(t, page()), false), "style")[0].text
	blocks := regexp.MustCompile(`:root \{([^}]*)\}`).FindAllStringSubmatch(style, -1)
	if len(blocks) != 3 {
		t.Fatalf("%d sets of colours", len(blocks))
	}
	for i, block := range blocks {
		colours := map[string]string{}
		for _, c := range regexp.MustCompile(`--(\w+): (#[0-9a-f]{6});`).FindAllStringSubmatch(block[1], -1) {
			colours[c[1]] = c[2]
		}
		for _, pair := range [][2]string{{"text", "ground"}, {"quiet", "ground"}, {"warned", "ground"}, {"text", "own"}} {
			if c := contrast(t, colours[pair[0]], colours[pair[1]]); c < 4.5 {
				t.Errorf("set %d: %v has a contrast of %.1f", i, pair, c)
			}
		}
		if c := contrast(t, colours["rule"], colours["ground"]); c < 3 {
			t.Errorf("set %d: a rule has a contrast of %.1f", i, c)
		}
	}
}
