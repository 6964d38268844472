package chart

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strconv"
)

// Page is one document for the screen, of any width, light or dark, and for paper.
type Page struct {
	Title    string
	Words    []string
	Sections []Section
	Foot     []string // snapshot, attribution

	Illustrative bool // the figures are made up, and the title says so
	SmallNumbers bool // small numbers of children are shown, and the title says so
}

// Section is a part of a page: what it has of these, in this order.
type Section struct {
	Heading string
	Words   []string
	Picture Picture // with its figures as a table below it
	Table   *Table
	List    []string
	Across  bool // on paper its side is turned, as a wide picture wants it
}

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string

	pageTemplate = template.Must(template.New("page").Parse(pageHTML))
)

// PagePolicy is the Content-Security-Policy under which a page looks as it should:
// nothing but its own style, which is known by its hash.
func PagePolicy() string {
	hash := sha256.Sum256([]byte(pageCSS))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// Write writes the page as HTML.
func (p Page) Write(w io.Writer) error {
	type part struct {
		Section

		ID      string
		Words   []string
		Drawing template.HTML
		Shown   *Table // of the picture
		List    []string
	}
	view := struct {
		Title       string
		Words, Foot []string
		Warned      bool
		Style       template.CSS
		Parts       []part
	}{titled(p.Title, p.Illustrative, p.SmallNumbers), cleanAll(p.Words), cleanAll(p.Foot), p.Illustrative || p.SmallNumbers, template.CSS(pageCSS), nil} //nolint:gosec // our own file
	for i, s := range p.Sections {
		made := part{Section: s, ID: "part-" + strconv.Itoa(i+1), Words: cleanAll(s.Words), List: cleanAll(s.List)}
		made.Heading = clean(s.Heading)
		if s.Picture != nil {
			var svg bytes.Buffer
			_, _ = s.Picture.draw(made.ID).WriteTo(&svg) // a buffer takes everything
			table := s.Picture.Table()
			made.Drawing, made.Shown = template.HTML(svg.String()), &table //nolint:gosec // the drawing has escaped every text
		}
		view.Parts = append(view.Parts, made)
	}
	var page bytes.Buffer
	if err := pageTemplate.Execute(&page, view); err != nil {
		return err
	}
	_, err := page.WriteTo(w)
	return err
}
