package chart

import (
	_ "embed"
	"html/template"
	"io"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// Paper is a document that people have written, for the screen, for paper and for a word
// processor: parts with headings, each with passages. Who it belongs to and who it is for
// stand on every page that is printed.
type Paper struct {
	Title          string
	Owner          string // whose it is
	Classification string // who it is for: "Official: shared with the group only"
	State          string // which version it is, in which state, of which day
	Words          []string
	Parts          []PaperPart
	Foot           []string

	Illustrative bool // it is made up, and its title and every page say so
	SmallNumbers bool // small numbers of children are shown, and its title and every page say so
}

// PaperPart is a part of a paper, which its contents name.
type PaperPart struct {
	Heading  string
	Words    []string
	Passages []Passage
}

// Passage is what stands under one heading of a part: what it has of these, in this order.
// People's own words are text: nothing in them is markup, their lines end where they ended
// them, and each paragraph runs in the direction of its script.
type Passage struct {
	Heading  string
	Words    []string // the document's own, such as "Not answered."
	Text     string   // people's own
	List     []string // people's own
	Exhibits []Exhibit
	Table    *Table // of figures
	Sources  []Source
	Notes    []string
}

// Exhibit is a figure in words and, where it can be drawn, as a picture, with what people
// say of it.
type Exhibit struct {
	Words   string
	Picture Picture // nil where nothing is drawn
	Remark  string  // people's own
}

// Source is where something can be read. A link is always printed; it can be followed where
// it is an address of http or https.
type Source struct {
	Title     string // people's own
	Link      string
	Reference string // people's own
	Date      string // as printed
}

//go:embed paper.css
var paperCSS string

// PaperPolicy is the Content-Security-Policy under which a paper looks as it should:
// nothing but its own style, which is known by its hash.
func PaperPolicy() string { return policy(commonCSS + paperCSS) }

// paragraphs are people's words as they are placed: each paragraph by its lines.
type paragraphs [][]string

// newlines are how people end a line.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n\n")

// said answers people's words in paragraphs, which an empty line parts. What is no character
// of a document becomes the sign of an unknown one. What turns the direction stays, as Arabic
// and Hebrew need it: it ends with its paragraph.
func said(text string) paragraphs {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r < ' ', r >= 0x7f && r < 0xa0, r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef:
			return unicode.ReplacementChar
		}
		return r
	}, newlines.Replace(text))
	var all paragraphs
	var one []string
	for line := range strings.Lines(text + "\n\n") {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		switch {
		case line != "":
			one = append(one, line)
		case len(one) > 0:
			all, one = append(all, one), nil
		}
	}
	return all
}

func saidAll(texts []string) []paragraphs {
	all := make([]paragraphs, 0, len(texts))
	for _, t := range texts {
		all = append(all, said(t))
	}
	return all
}

// followed answers the link where a reader can follow it to what is printed: an address of
// http or https, with a host, without a name or password before it.
func followed(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || clean(link) != link {
		return ""
	}
	return link
}

type (
	paperView struct {
		Title, Owner, Classification, State string
		Words, Foot                         []string
		Warned                              bool
		Style                               template.CSS
		Parts                               []paperPartView
	}
	paperPartView struct {
		ID, Heading string
		Words       []string
		Passages    []passageView
	}
	passageView struct {
		ID, Heading  string
		Words, Notes []string
		Text         paragraphs
		List         []paragraphs
		Exhibits     []exhibitView
		Table        *framed
		Sources      []sourceView
	}
	exhibitView struct {
		placed

		Words  string
		Remark paragraphs
	}
	sourceView struct {
		Link, Followed, Date string
		Title, Reference     paragraphs
	}
)

// Write writes the paper as HTML.
func (p Paper) Write(w io.Writer) error {
	view := paperView{
		Title: titled(p.Title, p.Illustrative, p.SmallNumbers), Owner: titled(p.Owner, p.Illustrative, p.SmallNumbers), Classification: clean(p.Classification), State: clean(p.State),
		Words: cleanAll(p.Words), Foot: cleanAll(p.Foot), Warned: p.Illustrative || p.SmallNumbers, Style: template.CSS(commonCSS + paperCSS), //nolint:gosec // our own files
	}
	named := frames{}
	for i, part := range p.Parts {
		made := paperPartView{ID: "part-" + strconv.Itoa(i+1), Heading: clean(part.Heading), Words: cleanAll(part.Words)}
		for n := range part.Passages {
			made.Passages = append(made.Passages, part.Passages[n].view(named, made.ID+"-"+strconv.Itoa(n+1)))
		}
		view.Parts = append(view.Parts, made)
	}
	return fill(w, "paper.html", view)
}

func (p *Passage) view(named frames, id string) passageView {
	view := passageView{ID: id, Heading: clean(p.Heading), Words: cleanAll(p.Words), Notes: cleanAll(p.Notes), Text: said(p.Text), List: saidAll(p.List), Table: named.around(p.Table)}
	for i, e := range p.Exhibits {
		view.Exhibits = append(view.Exhibits, exhibitView{placed: named.place(e.Picture, id+"-"+strconv.Itoa(i+1)), Words: clean(e.Words), Remark: said(e.Remark)})
	}
	for _, s := range p.Sources {
		view.Sources = append(view.Sources, sourceView{Title: said(s.Title), Link: clean(s.Link), Followed: followed(s.Link), Reference: said(s.Reference), Date: clean(s.Date)})
	}
	return view
}
