package chart

import (
	"cmp"
	"io"
	"slices"
	"strings"
)

// Good says which end of an indicator is good.
type Good int

// The ends.
const (
	Neither Good = iota
	Low
	High
)

// RankedBars are the boroughs' values of one indicator as bars from zero, best first.
// Where neither end is good there is no order but that of names.
type RankedBars struct {
	Frame

	RowsAre string // what has a bar: Borough
	Unit    string // what a value counts: "per 10,000 children"
	Good    Good
	Bars    []Bar
	Lines   []Level
}

// Bar is a borough's figure. A hidden one with known ends is a band from one to the other;
// what cannot be drawn is named below.
type Bar struct {
	Figure

	Name   string
	Place  string // in the order, as printed: "4", "4 to 6"; "" where it has none
	Marked bool   // the reader's own
}

// Level is a line across the bars: the region's or the nation's figure.
type Level struct {
	Figure

	Name string
}

// orders says how bars stand.
var orders = [...]string{
	Neither: "Neither end is good: in the order of names",
	Low:     "Low is good: the best first",
	High:    "High is good: the best first",
}

func (b RankedBars) order() string {
	if b.Good < 0 || int(b.Good) >= len(orders) {
		return orders[Neither]
	}
	return orders[b.Good]
}

// sorted answers the bars that can be drawn, in their order, and the others by name.
func (b RankedBars) sorted() (drawn, others []Bar) {
	for _, bar := range b.Bars {
		bar.Figure, bar.Name, bar.Place = bar.plain(), clean(bar.Name), clean(bar.Place)
		if _, _, known := bar.ends(); known {
			drawn = append(drawn, bar)
		} else {
			others = append(others, bar)
		}
	}
	byName := func(x, y Bar) int { return cmp.Compare(x.Name, y.Name) }
	slices.SortStableFunc(others, byName)
	slices.SortStableFunc(drawn, func(x, y Bar) int {
		xLower, xUpper, _ := x.ends()
		yLower, yUpper, _ := y.ends()
		switch b.Good {
		case Low:
			return cmp.Or(cmp.Compare(xLower+xUpper, yLower+yUpper), byName(x, y))
		case High:
			return cmp.Or(cmp.Compare(yLower+yUpper, xLower+xUpper), byName(x, y))
		default:
			return byName(x, y)
		}
	})
	return drawn, others
}

// split answers the levels that can be drawn, and the others.
func split(levels []Level) (drawn, others []Level) {
	for _, l := range levels {
		l.Figure, l.Name = l.plain(), clean(l.Name)
		if l.Status == Shown {
			drawn = append(drawn, l)
		} else {
			others = append(others, l)
		}
	}
	return drawn, others
}

// placed reports whether any bar says its place.
func (b RankedBars) placed() bool {
	return slices.ContainsFunc(b.Bars, func(bar Bar) bool { return clean(bar.Place) != "" })
}

// absent names those without a bar or line, by what stands in the place of their value.
func absent(others []Bar, levels []Level) []string {
	type named struct {
		Figure

		name string
	}
	var all []named
	for _, o := range others {
		all = append(all, named{o.Figure, o.Name})
	}
	for _, l := range levels {
		all = append(all, named{l.Figure, l.Name})
	}
	var notes []string
	for status := range statuses {
		var names []string
		for _, one := range all {
			if one.Status != Status(status) {
				continue
			}
			name := one.name
			if one.Text != "" {
				name = strings.TrimSpace(name + " " + one.words())
			}
			names = append(names, name)
		}
		if len(names) > 0 {
			notes = append(notes, meaning(Status(status))+": "+strings.Join(names, ", "))
		}
	}
	return notes
}

// legend says how the bars stand, what a band is, whose bar is marked, and who has none.
func (b RankedBars) legend() []string {
	drawn, others := b.sorted()
	_, levels := split(b.Lines)
	legend := []string{b.order()}
	if slices.ContainsFunc(drawn, func(bar Bar) bool { return bar.Status == Hidden }) {
		legend = append(legend, band)
	}
	marked := func(words string, bars []Bar) {
		var names []string
		for _, bar := range bars {
			if bar.Marked {
				names = append(names, bar.Name)
			}
		}
		if len(names) > 0 {
			legend = append(legend, words+strings.Join(names, ", "))
		}
	}
	marked("Hatched, in bold, with a triangle: ", drawn)
	marked("Marked, and without a bar: ", others)
	return append(legend, absent(others, levels)...)
}

// Table answers the same as rows of text: the bars in their order, then those that have
// none, then the lines.
func (b RankedBars) Table() Table {
	t := Table{Caption: b.title(), Description: clean(b.Description), Head: []string{clean(b.RowsAre), clean(b.Unit)}, Notes: b.notes(b.legend())}
	placed := b.placed()
	if placed {
		t.Head = slices.Insert(t.Head, 1, "Place")
	}
	add := func(place, name, words string, marked bool) {
		cells := []string{name, words}
		if placed {
			cells = slices.Insert(cells, 1, place)
		}
		t.Rows = append(t.Rows, Row{Cells: cells, Marked: marked})
	}
	drawn, others := b.sorted()
	for _, bar := range append(drawn, others...) {
		add(bar.Place, bar.Name, bar.words(), bar.Marked)
	}
	lines, without := split(b.Lines)
	for _, l := range append(lines, without...) {
		add("", l.Name, l.words(), false)
	}
	return t
}

// Write writes the picture as SVG.
func (b RankedBars) Write(w io.Writer) error { return write(w, b) }

const (
	barsWidth  = 720 // of A4 upright
	barHeight  = 16
	barFill    = "#5b87ad"
	markedFill = "#12436d"
)

var (
	barInk   = ink{size: 11, colour: black}
	valueInk = ink{size: 11, colour: black, halo: true}
	tickInk  = ink{size: 10, colour: grey, anchor: "middle"}
)

// band is what a hidden figure with known ends is drawn as, in words.
var band = "Dashed band: " + statuses[Hidden].name + statuses[Hidden].why + "; it lies between the ends"

// dashes tell lines apart, the first of them solid.
var dashes = [...]string{"", "7 4", "2 3", "9 3 2 3"}

// barLayout is where the columns of bars lie.
type barLayout struct {
	place, name float64 // where they begin
	names       float64 // the room for a name
	scale       scale
}

func (b RankedBars) layout(drawn []Bar, lines []Level) barLayout {
	strong := barInk
	strong.bold = true
	l := barLayout{place: padding + markerRoom}
	names, texts, places := strong.longestWord(clean(b.RowsAre)), 0.0, 0.0
	var values []float64
	for _, bar := range drawn {
		lower, upper, _ := bar.ends()
		values = append(values, lower, upper)
		names, texts, places = max(names, strong.width(bar.Name)), max(texts, strong.width(bar.words())), max(places, strong.width(bar.Place))
	}
	for _, line := range lines {
		values = append(values, line.Value)
	}
	l.name, l.names = l.place, min(names, 190)
	if b.placed() {
		l.name += max(min(places, 80), strong.width("Place")) + 8
	}
	from := l.name + l.names + 8
	l.scale = newScale(values, false, from, max(from+160, barsWidth-padding-min(texts, 150)-10))
	return l
}

func (b RankedBars) draw(prefix string) *drawing {
	d := &drawing{prefix: prefix, width: barsWidth}
	drawn, _ := b.sorted()
	lines, _ := split(b.Lines)
	l := b.layout(drawn, lines)
	y := d.head(b.Frame, titleInk)

	// What the columns are, and each line's name on a row of its own, so that none covers another.
	strong := barInk
	strong.bold = true
	below := d.block(l.scale.from, y, d.width-padding-l.scale.from, strong, clean(b.Unit))
	if b.placed() {
		d.text(l.place, y+strong.size, strong, "Place")
	}
	below = max(below, d.block(l.name, y, l.names, strong, clean(b.RowsAre))) + 2
	heads, tops := b.lineNames(d, l, below, lines)

	var names []barName
	y = tops
	for _, bar := range drawn {
		n := l.row(d, bar, y)
		names = append(names, n)
		y += n.height
	}
	b.axis(d, l, tops, y)
	for i, bar := range drawn {
		l.bar(d, names[i].y, bar)
	}
	for i, line := range lines {
		x := l.scale.at(line.Value)
		d.line(x, heads[i], x, y+4, black, 1.6, "stroke-dasharray", dashes[i%len(dashes)])
	}
	for _, n := range names {
		n.write(d, l)
	}
	for _, bar := range b.Bars {
		if bar.Marked {
			d.tell(bar.sentence(b.Unit))
		}
	}
	d.foot(y+26, b.notes(b.legend()))
	return d
}

// sentence is the bar for those who hear it.
func (bar Bar) sentence(unit string) string {
	bar.Figure = bar.plain()
	sentence := clean(bar.Name) + ": " + bar.told()
	if bar.Text != "" {
		sentence += " " + clean(unit)
	}
	if place := clean(bar.Place); place != "" {
		sentence += ", place " + place
	}
	return strings.TrimSpace(sentence) + "."
}

// lineNames writes the names of the lines and answers where each line begins beside its
// name, and where the bars may.
func (b RankedBars) lineNames(d *drawing, l barLayout, y float64, lines []Level) (begins []float64, next float64) {
	for _, line := range lines {
		begins = append(begins, y+2)
		x, in, words := l.scale.at(line.Value), valueInk, strings.TrimSpace(line.Name+" "+line.words())
		right, left := d.width-padding-x-6, x-6-padding
		room, at := right, x+6
		if in.width(words) > right && left > right {
			in.anchor, room, at = "end", left, x-6
		}
		wrapped := in.wrap(words, room)
		d.text(at, y+in.size, in, wrapped...)
		y += float64(len(wrapped)) * in.leading()
	}
	return begins, y + 4
}

func (b RankedBars) axis(d *drawing, l barLayout, top, bottom float64) {
	d.open("g", []string{"aria-hidden", "true"})
	d.body.WriteString(">\n")
	for _, tick := range l.scale.ticks() {
		x := l.scale.at(tick)
		colour := faint
		if tick == 0 {
			colour = black
		}
		d.line(x, top-2, x, bottom+2, colour, 1)
		d.text(x, bottom+14, tickInk, l.scale.label(tick))
	}
	d.body.WriteString("</g>\n")
}

// bar draws what lies between zero and the value, or between the ends of a hidden one.
func (l barLayout) bar(d *drawing, y float64, bar Bar) {
	lower, upper, _ := bar.ends()
	from, to, height := l.scale.at(min(0, lower)), l.scale.at(max(0, upper)), float64(barHeight-5)
	y += 2
	switch {
	case bar.Status == Hidden && bar.Marked:
		from = l.scale.at(lower)
		d.rect(from, y, to-from, height, d.hatch(), "stroke", black, "stroke-width", "1.5", "stroke-dasharray", "3 2")
	case bar.Status == Hidden:
		from = l.scale.at(lower)
		d.rect(from, y, to-from, height, panel, "stroke", black, "stroke-width", "1.2", "stroke-dasharray", "3 2")
	case bar.Marked:
		d.rect(from, y, to-from, height, d.hatch(), "stroke", markedFill, "stroke-width", "2")
	default:
		d.rect(from, y, to-from, height, barFill)
	}
}

// barName is what is written of a bar, and how high its row is for it.
type barName struct {
	bar         Bar
	ink         ink
	name, words []string
	y, height   float64
}

func (l barLayout) row(d *drawing, bar Bar, y float64) barName {
	n := barName{bar: bar, ink: barInk, y: y}
	n.ink.bold = bar.Marked
	_, upper, _ := bar.ends()
	n.name = n.ink.wrap(bar.Name, l.names)
	n.words = n.ink.wrap(bar.words(), d.width-padding-l.scale.at(max(0, upper))-5)
	places := len(n.ink.wrap(bar.Place, l.name-l.place-6))
	n.height = barHeight + float64(max(len(n.name), len(n.words), places, 1)-1)*n.ink.leading()
	return n
}

func (n barName) write(d *drawing, l barLayout) {
	base := n.y + 11.5
	if n.bar.Marked {
		d.triangle(padding, base)
	}
	d.text(l.place, base, n.ink, n.ink.wrap(n.bar.Place, l.name-l.place-6)...)
	d.text(l.name, base, n.ink, n.name...)
	value := n.ink
	value.halo = true
	_, upper, _ := n.bar.ends()
	d.text(l.scale.at(max(0, upper))+5, base, value, n.words...)
}
