package chart

import (
	"bytes"
	"crypto/sha256"
	"embed"
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
	//go:embed *.html
	templateFiles embed.FS
	templates     = template.Must(template.ParseFS(templateFiles, "*.html"))

	//go:embed common.css
	commonCSS string // of every document
	//go:embed page.css
	pageCSS string
)

// PagePolicy is the Content-Security-Policy under which a page looks as it should:
// nothing but its own style, which is known by its hash.
func PagePolicy() string { return policy(commonCSS + pageCSS) }

// policy lets the style in, and nothing else.
func policy(style string) string {
	hash := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// placed is a picture in a document, with its table.
type placed struct {
	Prefix  string // of its ids
	Drawing template.HTML
	Shown   *framed
	Region  string // the name of the frame in which it scrolls, where it is wider than a telephone
}

// framed is a table with the name of the frame in which it scrolls.
type framed struct {
	Table

	Region string
}

// frames gives the frames of one document their names: each is a landmark, by which people
// go through a document without seeing it, and no two have one name.
type frames map[string]int

func (f frames) name(name string) string {
	f[name]++
	if n := f[name]; n > 1 {
		return f.name(name + ", number " + strconv.Itoa(n))
	}
	return name
}

func (f frames) around(t *Table) *framed {
	if t == nil {
		return nil
	}
	return &framed{Table: *t, Region: f.name(t.Caption + ", as a table")}
}

func (f frames) place(p Picture, prefix string) placed {
	if p == nil {
		return placed{}
	}
	var svg bytes.Buffer
	drawing, table := p.draw(prefix), p.Table()
	_, _ = drawing.WriteTo(&svg)                                                                       // a buffer takes everything
	made := placed{Prefix: prefix, Drawing: template.HTML(svg.String()), Shown: &framed{Table: table}} //nolint:gosec // the drawing has escaped every text
	if drawing.width > smallWidth {
		made.Region, made.Shown = f.name(table.Caption+", as a picture"), f.around(&table)
	}
	return made
}

// fill writes the template's document, once all of it is known to be good.
func fill(w io.Writer, name string, view any) error {
	var document bytes.Buffer
	if err := templates.ExecuteTemplate(&document, name, view); err != nil {
		return err
	}
	_, err := document.WriteTo(w)
	return err
}

// Write writes the page as HTML.
func (p Page) Write(w io.Writer) error {
	type part struct {
		Section
		placed

		ID    string
		Table *framed
		Words []string
		List  []string
	}
	view := struct {
		Title       string
		Words, Foot []string
		Warned      bool
		Style       template.CSS
		Parts       []part
	}{titled(p.Title, p.Illustrative, p.SmallNumbers), cleanAll(p.Words), cleanAll(p.Foot), p.Illustrative || p.SmallNumbers, template.CSS(commonCSS + pageCSS), nil} //nolint:gosec // our own files
	named := frames{}
	for i, s := range p.Sections {
		id := "part-" + strconv.Itoa(i+1)
		made := part{Section: s, placed: named.place(s.Picture, id), Table: named.around(s.Table), ID: id, Words: cleanAll(s.Words), List: cleanAll(s.List)}
		made.Heading = clean(s.Heading)
		view.Parts = append(view.Parts, made)
	}
	return fill(w, "page.html", view)
}
