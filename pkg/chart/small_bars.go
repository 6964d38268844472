package chart

import "io"

// SmallBars are a few values of one thing as bars from zero, in the order in which they
// are given: a borough's beside its region's. They have room on the narrowest telephone.
// Each bar has its name and value beside it, so there is no scale.
type SmallBars struct {
	Frame

	RowsAre string // what has a bar: Area
	Unit    string // what a value counts: "per 10,000 children"
	Bars    []Bar  // their places are not shown
}

// smallWidth is that of a telephone of 360 pixels, less the margins of a page.
const smallWidth = 320

// smallTitleInk is that of titles of small pictures.
var smallTitleInk = ink{size: 12, bold: true, colour: black}

// plain answers the bars as they can be drawn.
func (s SmallBars) plain() []Bar {
	bars := make([]Bar, 0, len(s.Bars))
	for _, bar := range s.Bars {
		bar.Figure, bar.Name, bar.Place = bar.plain(), clean(bar.Name), ""
		bars = append(bars, bar)
	}
	return bars
}

// legend says what the signs mean, and what a band is.
func (s SmallBars) legend() []string {
	var signs seen
	bands := false
	for _, bar := range s.plain() {
		signs[bar.Status] = true
		_, _, known := bar.ends()
		bands = bands || known && bar.Status == Hidden
	}
	legend := signs.legend()
	if bands {
		legend = append(legend, band)
	}
	return legend
}

// Table answers the same as rows of text.
func (s SmallBars) Table() Table {
	t := Table{Caption: s.title(), Description: clean(s.Description), Head: []string{clean(s.RowsAre), clean(s.Unit)}, Notes: s.notes(s.legend())}
	for _, bar := range s.plain() {
		t.Rows = append(t.Rows, Row{Cells: []string{bar.Name, bar.words()}, Marked: bar.Marked})
	}
	return t
}

// Write writes the picture as SVG.
func (s SmallBars) Write(w io.Writer) error { return write(w, s) }

func (s SmallBars) layout(d *drawing) barLayout {
	strong := barInk
	strong.bold = true
	l := barLayout{place: padding + markerRoom, name: padding + markerRoom}
	names, texts := strong.longestWord(clean(s.RowsAre)), 0.0
	var values []float64
	for _, bar := range s.plain() {
		if lower, upper, known := bar.ends(); known {
			values = append(values, lower, upper)
		}
		names, texts = max(names, strong.width(bar.Name)), max(texts, strong.width(bar.words()))
	}
	l.names = min(names, 110)
	from := l.name + l.names + 8
	l.scale = newScale(values, false, from, max(from+60, d.width-padding-min(texts, 90)-6))
	return l
}

func (s SmallBars) draw(prefix string) *drawing {
	d := &drawing{prefix: prefix, width: smallWidth}
	y := d.head(s.Frame, smallTitleInk)
	l := s.layout(d)
	strong := barInk
	strong.bold = true
	below := d.block(l.scale.from, y, d.width-padding-l.scale.from, strong, clean(s.Unit))
	top := max(below, d.block(l.name, y, l.names, strong, clean(s.RowsAre))) + 4
	y = top
	for _, bar := range s.plain() {
		row := l.row(d, bar, y)
		if _, _, known := bar.ends(); known {
			l.bar(d, y, bar)
		}
		row.write(d, l)
		y += row.height
	}
	zero := l.scale.at(0)
	d.line(zero, top-2, zero, y+2, black, 1)
	for _, bar := range s.Bars {
		d.tell(bar.sentence(s.Unit))
	}
	d.foot(y+8, s.notes(s.legend()))
	return d
}
