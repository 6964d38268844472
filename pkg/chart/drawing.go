package chart

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"strconv"
	"strings"
)

// What is written on what. The test of contrast holds every pair that occurs to 4.5 to 1,
// and every shape that means something to 3 to 1.
const (
	panel  = "#ffffff"
	black  = "#1a1a1a"
	grey   = "#4d4d4d" // words that are not figures
	faint  = "#d0d0d0" // lines that only guide the eye
	shaded = "#e6e6e6" // ground of what is hidden or withheld
	own    = "#fff1b8" // ground of the marked row's name
)

const padding = 12

// The sizes of texts.
var (
	titleInk = ink{size: 16, bold: true, colour: black}
	textInk  = ink{size: 11, colour: black}
	noteInk  = ink{size: 10, colour: grey}
)

// drawing is a picture on its way: what has been drawn so far, and how wide it will be.
type drawing struct {
	prefix        string // before every id, so that ids are unique in a page
	width, height float64
	title, desc   string
	body          bytes.Buffer
}

// px writes a length, with one decimal, always.
func px(length float64) string {
	return strconv.FormatFloat(math.Round(length*10)/10+0, 'f', 1, 64) // +0: there is no -0.0
}

// mark writes an element without content. Attributes are names and values in turn.
func (d *drawing) mark(name string, attributes ...string) {
	d.open(name, attributes)
	d.body.WriteString("/>\n")
}

func (d *drawing) open(name string, attributes []string) {
	d.body.WriteString("<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		if attributes[i+1] != "" {
			d.body.WriteString(" " + attributes[i] + `="`)
			d.escape(attributes[i+1])
			d.body.WriteByte('"')
		}
	}
}

func (d *drawing) escape(text string) {
	_ = xml.EscapeText(&d.body, []byte(text)) // a buffer takes everything
}

func (d *drawing) rect(x, y, width, height float64, fill string, more ...string) {
	d.mark("rect", append([]string{"x", px(x), "y", px(y), "width", px(width), "height", px(height), "fill", fill}, more...)...)
}

func (d *drawing) line(x1, y1, x2, y2 float64, stroke string, width float64, more ...string) {
	d.mark("line", append([]string{"x1", px(x1), "y1", px(y1), "x2", px(x2), "y2", px(y2), "stroke", stroke, "stroke-width", px(width)}, more...)...)
}

// text writes lines below each other; x and y are where the first stands on its base line.
// Of a text that is read from below, the lines stand to the right of each other.
func (d *drawing) text(x, y float64, i ink, lines ...string) {
	if len(lines) == 0 {
		return
	}
	attributes := []string{"x", px(x), "y", px(y), "font-size", px(i.size), "fill", i.colour, "text-anchor", i.anchor}
	if i.bold {
		attributes = append(attributes, "font-weight", "bold")
	}
	if i.halo {
		attributes = append(attributes, "stroke", panel, "stroke-width", "3", "stroke-linejoin", "round", "paint-order", "stroke")
	}
	if i.upward {
		attributes = append(attributes, "transform", "rotate(-90 "+px(x)+" "+px(y)+")")
	}
	d.open("text", attributes)
	d.body.WriteByte('>')
	for n, line := range lines {
		if n == 0 {
			d.escape(line)
			continue
		}
		d.body.WriteString(` <tspan x="` + px(x) + `" y="` + px(y+float64(n)*i.leading()) + `">`)
		d.escape(line)
		d.body.WriteString("</tspan>")
	}
	d.body.WriteString("</text>\n")
}

// block writes a text in lines of a width and answers where the next may begin.
func (d *drawing) block(x, y, width float64, i ink, text string) (next float64) {
	lines := i.wrap(text, width)
	d.text(x, y+i.size, i, lines...)
	return y + float64(len(lines))*i.leading()
}

// head writes title and description and answers where the picture may begin.
func (d *drawing) head(f Frame, in ink) (next float64) {
	d.title, d.desc = f.title(), clean(f.Description)
	y := d.block(padding, padding, d.width-2*padding, in, d.title)
	if d.desc != "" {
		y = d.block(padding, y+4, d.width-2*padding, textInk, d.desc)
	}
	return y + 10
}

// foot writes the notes and ends the picture.
func (d *drawing) foot(y float64, notes []string) {
	for _, n := range notes {
		y = d.block(padding, y, d.width-2*padding, noteInk, n) + 2
	}
	d.height = y + padding
}

// tell adds a sentence to what is told to those who cannot see the picture.
func (d *drawing) tell(sentence string) {
	d.desc = strings.TrimSpace(d.desc + " " + sentence)
}

// triangle points at what is marked, from the left, and is as high as the letters.
func (d *drawing) triangle(x, y float64) {
	d.mark("path", "d", "M"+px(x)+" "+px(y-7)+"l7 3.5l-7 3.5z", "fill", black)
}

// hatch is a pattern of lines on white, as the fill of a shape.
func (d *drawing) hatch() string { return "url(#" + d.prefix + "-hatch)" }

// WriteTo writes the picture as a document.
func (d *drawing) WriteTo(w io.Writer) (int64, error) {
	var all drawing
	id := func(of string) string { return d.prefix + "-" + of }
	all.open("svg", []string{
		"xmlns", "http://www.w3.org/2000/svg", "width", px(d.width), "height", px(d.height), "viewBox", "0 0 " + px(d.width) + " " + px(d.height),
		"role", "img", "aria-labelledby", id("title"), "aria-describedby", id("desc"), "lang", "en-GB", "font-family", fonts,
	})
	all.body.WriteString(">\n")
	for _, told := range [][2]string{{"title", d.title}, {"desc", d.desc}} {
		all.open(told[0], []string{"id", id(told[0])})
		all.body.WriteByte('>')
		all.escape(told[1])
		all.body.WriteString("</" + told[0] + ">\n")
	}
	all.open("pattern", []string{"id", id("hatch"), "width", "5", "height", "5", "patternUnits", "userSpaceOnUse", "patternTransform", "rotate(45)"})
	all.body.WriteString(">\n")
	all.rect(0, 0, 5, 5, panel)
	all.line(1, 0, 1, 5, black, 2)
	all.body.WriteString("</pattern>\n")
	all.rect(0, 0, d.width, d.height, panel)
	all.body.Write(d.body.Bytes())
	all.body.WriteString("</svg>\n")
	return all.body.WriteTo(w)
}

// write writes a picture that stands alone.
func write(w io.Writer, p Picture) error {
	_, err := p.draw("chart").WriteTo(w)
	return err
}
