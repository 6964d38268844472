package chart

import (
	"io"
	"strings"
)

// HeatMap is the sector's "tartan rug": a table of boroughs and indicators, each cell in
// the colour of the fifth or quarter that its value belongs to, with the letter of it.
type HeatMap struct {
	Frame

	Parts    Parts  // into how many the values are divided
	Of       string // of whom the parts are, such as the region
	RowsAre  string // what is in a row: Borough
	GroupsBy string // what rows are grouped by: Sub-region
	Columns  []Column
	Groups   []Group
}

// Column is an indicator.
type Column struct {
	Name  string
	Reads string // how its values are to be read: "%, low is good"

	// Neutral says that neither end is good. No cell has a fifth then.
	Neutral bool
}

// Group is rows that belong together, such as a sub-region's. One without a name has no heading.
type Group struct {
	Name string
	Rows []HeatRow
}

// HeatRow is a borough's.
type HeatRow struct {
	Name   string
	Marked bool // the reader's own
	Cells  []Cell
}

// Cell is a figure and, if that is certain, the part that it belongs to: 1 is the best,
// the last the worst; 0 says nothing.
type Cell struct {
	Figure

	Part int
}

// Parts says into how many parts the values of an indicator are divided.
type Parts int

// The divisions.
const (
	Fifths Parts = iota
	Quarters
)

// part is the letter of one, what it means, and its ground.
type part struct{ letter, words, ground string }

// divisions are what one of the parts is called, and the parts: told apart by those who see
// no red or no green, too. The first has no letter and says nothing.
var divisions = [...]struct {
	called string
	parts  []part
}{
	Fifths: {"fifth", []part{
		{},
		{"A", "best fifth", "#8ec1e8"},
		{"B", "second best fifth", "#cfe5f6"},
		{"C", "middle fifth", "#f4f4ec"},
		{"D", "second worst fifth", "#fbdcbb"},
		{"E", "worst fifth", "#f2a65e"},
	}},
	Quarters: {"quarter", []part{
		{},
		{"A", "best quarter", "#8ec1e8"},
		{"B", "second best quarter", "#cfe5f6"},
		{"C", "second worst quarter", "#fbdcbb"},
		{"D", "worst quarter", "#f2a65e"},
	}},
}

// division answers which one the map has; fifths where it names none.
func (h HeatMap) division() Parts {
	if h.Parts < 0 || int(h.Parts) >= len(divisions) {
		return Fifths
	}
	return h.Parts
}

func (h HeatMap) parts() []part { return divisions[h.division()].parts }

// cell answers a row's cell as it is drawn. Where a row is too short, it is missing.
func (h HeatMap) cell(r HeatRow, column int) Cell {
	c := Cell{Figure: Figure{Status: Missing}}
	if column < len(r.Cells) {
		c = r.Cells[column]
		c.Figure = c.plain()
	}
	if c.Part < 0 || c.Part >= len(h.parts()) || h.Columns[column].Neutral || c.Status > Hidden {
		c.Part = 0
	}
	return c
}

// words are the cell as it is printed: its figure, and the letter of its part.
func (h HeatMap) words(c Cell) string {
	return strings.TrimSpace(c.words() + " " + h.parts()[c.Part].letter)
}

// told are the words for those who hear them.
func (h HeatMap) told(c Cell) string {
	if c.Part == 0 {
		return c.told()
	}
	p := h.parts()[c.Part]
	return c.told() + ", " + p.letter + ", " + p.words
}

func (h HeatMap) ground(c Cell) string {
	switch {
	case c.Part > 0:
		return h.parts()[c.Part].ground
	case c.Status == Hidden, c.Status == Withheld:
		return shaded
	}
	return panel
}

// legend answers what the letters and signs that occur mean, and whose row is marked.
func (h HeatMap) legend() (legend []string) {
	var signs seen
	lettered := make([]bool, len(h.parts()))
	var marked []string
	for _, g := range h.Groups {
		for _, r := range g.Rows {
			if r.Marked {
				marked = append(marked, clean(r.Name))
			}
			for i := range h.Columns {
				c := h.cell(r, i)
				signs[c.Status], lettered[c.Part] = true, true
			}
		}
	}
	for i, occurs := range lettered {
		if occurs && i > 0 {
			legend = append(legend, clean(h.parts()[i].letter+": "+h.parts()[i].words+" of "+h.Of))
		}
	}
	if len(legend) > 0 && lettered[0] {
		legend = append(legend, "No letter: no end is good, or it is not certain which "+divisions[h.division()].called+" it is, or it is not compared")
	}
	legend = append(legend, signs.legend()...)
	if len(marked) > 0 {
		legend = append(legend, "In a frame, with a triangle: "+strings.Join(marked, ", "))
	}
	return legend
}

// grouped reports whether any group has a name.
func (h HeatMap) grouped() bool {
	for _, g := range h.Groups {
		if clean(g.Name) != "" {
			return true
		}
	}
	return false
}

// Table answers the same as rows of text: name, group, and the cells with their letters.
func (h HeatMap) Table() Table {
	t := Table{Caption: h.title(), Description: clean(h.Description), Head: []string{clean(h.RowsAre)}, Notes: h.notes(h.legend())}
	grouped := h.grouped()
	if grouped {
		t.Head = append(t.Head, clean(h.GroupsBy))
	}
	for _, c := range h.Columns {
		t.Head = append(t.Head, c.head())
	}
	for _, g := range h.Groups {
		for _, r := range g.Rows {
			row := Row{Cells: []string{clean(r.Name)}, Marked: r.Marked}
			if grouped {
				row.Cells = append(row.Cells, clean(g.Name))
			}
			for i := range h.Columns {
				row.Cells = append(row.Cells, h.words(h.cell(r, i)))
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// head is an indicator's name and how it reads.
func (c Column) head() string {
	name, reads := clean(c.Name), clean(c.Reads)
	if reads == "" {
		return name
	}
	return strings.TrimSpace(name + " (" + reads + ")")
}

// Write writes the picture as SVG.
func (h HeatMap) Write(w io.Writer) error { return write(w, h) }

// heatLayout is where the columns of a heat map lie.
type heatLayout struct {
	left, column float64 // of the first cell; from one column to the next
	heads        [][]string
	upward       bool // heads are read from below
	headHeight   float64
}

var (
	cellInk    = ink{size: 10, colour: black, anchor: "end"}
	rowInk     = ink{size: 10.5, colour: black}
	headInk    = ink{size: 10, colour: black}
	keyInk     = ink{size: 10, colour: black}
	headingInk = ink{size: 10.5, bold: true, colour: black}
)

const (
	heatWidth  = 1120 // of A4 across at a size that can be read
	markerRoom = 12   // of the triangle before a name
	nameRoom   = 170  // at most, of a name
	narrowest  = 44   // column
	rowHeight  = 14
	letterRoom = 11 // of a letter and the space before it
)

// layout gives each column the same room, as much as the paper has. With so many that
// nothing could be read the picture grows.
func (h HeatMap) layout() heatLayout {
	names := 0.0
	for _, g := range h.Groups {
		for _, r := range g.Rows {
			names = max(names, rowName(r.Marked).width(clean(r.Name)))
		}
	}
	names = max(min(names, nameRoom), headingInk.longestWord(clean(h.RowsAre), clean(h.GroupsBy)))
	l := heatLayout{left: padding + markerRoom + names + 6}
	if len(h.Columns) == 0 {
		return l
	}
	l.column = max(narrowest, min((heatWidth-padding-l.left)/float64(len(h.Columns)), 92))
	heads := make([]string, len(h.Columns))
	for i, c := range h.Columns {
		heads[i] = c.head()
	}
	// Across where no word is broken, else from below, as high as it takes.
	width := l.column - 6
	if headInk.longestWord(heads...) <= width {
		l.heads, l.headHeight = h.wrapped(heads, width)
		l.headHeight = l.headHeight*headInk.leading() + 6
	}
	if l.heads == nil || l.headHeight > 90 {
		l.upward = true
		for height := 90.0; ; height += 10 {
			var most float64
			if l.heads, most = h.wrapped(heads, height); most <= max(1, float64(int(width/headInk.leading()))) {
				l.headHeight = height + 8
				break
			}
		}
	}
	return l
}

func (h HeatMap) wrapped(heads []string, width float64) (lines [][]string, most float64) {
	for _, head := range heads {
		lines = append(lines, headInk.wrap(head, width))
		most = max(most, float64(len(lines[len(lines)-1])))
	}
	return lines, most
}

func rowName(marked bool) ink {
	i := rowInk
	i.bold = marked
	return i
}

func (h HeatMap) draw(prefix string) *drawing {
	l := h.layout()
	d := &drawing{prefix: prefix, width: max(l.left+l.column*float64(len(h.Columns))+padding, 560)}
	y := h.heads(d, l, d.head(h.Frame, titleInk))
	var frames [][2]float64 // where a marked row begins and ends
	for _, g := range h.Groups {
		if name := clean(g.Name); name != "" {
			y = d.block(padding, y+1, d.width-2*padding, headingInk, name) + 2
		}
		for _, r := range g.Rows {
			next := h.row(d, l, y, r)
			if r.Marked {
				frames = append(frames, [2]float64{y, next})
			}
			y = next
		}
	}
	for _, f := range frames { // over all rows, so that none covers a part of one
		d.rect(padding-4, f[0], l.left-padding+4+l.column*float64(len(h.Columns)), f[1]-f[0], "none", "stroke", black, "stroke-width", "2.5")
	}
	y = h.keys(d, y+8, h.legend())
	d.foot(y+2, h.notes(nil))
	return d
}

// heads writes the names of the columns and answers where the rows begin.
func (h HeatMap) heads(d *drawing, l heatLayout, y float64) float64 {
	names := headingInk.wrap(clean(h.RowsAre), l.left-padding)
	if h.grouped() {
		names = append(headingInk.wrap(clean(h.GroupsBy), l.left-padding), names...)
	}
	l.headHeight = max(l.headHeight, float64(len(names))*headingInk.leading()+6)
	bottom := y + l.headHeight
	base := bottom - 4 - float64(len(names)-1)*headingInk.leading()
	if h.grouped() {
		groups := len(headingInk.wrap(clean(h.GroupsBy), l.left-padding))
		d.text(padding, base, headingInk, names[:groups]...)
		d.text(padding+markerRoom, base+float64(groups)*headingInk.leading(), headingInk, names[groups:]...)
	} else {
		d.text(padding+markerRoom, base, headingInk, names...)
	}
	for i, lines := range l.heads {
		middle := l.left + (float64(i)+0.5)*l.column
		in, more := headInk, float64(len(lines)-1)*headInk.leading()
		if l.upward {
			in.upward = true
			d.text(middle-more/2+in.size*0.35, bottom-5, in, lines...)
			continue
		}
		in.anchor = "middle"
		d.text(middle, bottom-5-more, in, lines...)
	}
	d.line(padding, bottom, d.width-padding, bottom, grey, 1)
	return bottom + 1
}

func (h HeatMap) row(d *drawing, l heatLayout, y float64, r HeatRow) (next float64) {
	in := rowName(r.Marked)
	name := in.wrap(clean(r.Name), l.left-padding-markerRoom-4)
	most := len(name)
	cells, lines := make([]Cell, len(h.Columns)), make([][]string, len(h.Columns))
	for i := range h.Columns {
		cells[i] = h.cell(r, i)
		lines[i] = cellInk.wrap(h.words(cells[i]), l.column-6)
		most = max(most, len(lines[i]))
	}
	height := rowHeight + float64(max(most-1, 0))*cellInk.leading()
	base := y + 10.8
	if r.Marked {
		d.rect(padding-4, y, l.left-padding+4, height, own)
		d.triangle(padding, base)
	}
	d.text(padding+markerRoom, base, in, name...)
	var told []string
	for i, c := range cells {
		x := l.left + float64(i)*l.column
		d.rect(x, y, l.column, height, h.ground(c), "stroke", faint, "stroke-width", "0.5")
		right := x + l.column - 3
		if c.Part == 0 && !h.Columns[i].Neutral && cellInk.widest(lines[i]...) < l.column-20 {
			right -= letterRoom // below each other with those that have a letter
		}
		d.text(right, base, cellInk, lines[i]...)
		told = append(told, h.Columns[i].head()+": "+h.told(c))
	}
	if r.Marked {
		d.tell(clean(r.Name) + ": " + strings.Join(told, "; ") + ".")
	}
	return y + height
}

// keys writes what letters and signs mean, beside each other as far as they fit. A letter's
// words stand beside its ground.
func (h HeatMap) keys(d *drawing, y float64, keys []string) (next float64) {
	x, room := float64(padding), d.width-2*padding
	next = y
	for _, words := range keys {
		ground := ""
		for _, f := range h.parts() {
			if f.letter != "" && strings.HasPrefix(words, f.letter+": ") {
				ground = f.ground
			}
		}
		swatch := map[bool]float64{true: 0, false: 20}[ground == ""]
		lines := keyInk.wrap(words, room-swatch)
		length := keyInk.widest(lines...) + swatch
		if x > padding && x+length > d.width-padding {
			x, y = padding, next
		}
		if ground != "" {
			d.rect(x, y+1, 16, 11, ground, "stroke", grey, "stroke-width", "0.5")
		}
		d.text(x+swatch, y+keyInk.size, keyInk, lines...)
		x += length + 16
		next = max(next, y+float64(len(lines))*keyInk.leading()+4)
	}
	return next
}
