package chart

import (
	"io"
	"slices"
	"strings"
)

// Series are lines over periods, each with a gap where there is no value, and none across
// a break. Their values stand below the periods.
type Series struct {
	Frame

	Unit    string   // what a value counts
	Periods []string // oldest first
	Lines   []Line
	Breaks  []Break
	Levels  []Level // across all periods, such as limits; one without a value is left out
}

// Line is a borough's, a region's or the nation's figures, one for each period.
type Line struct {
	Name   string
	Marked bool // the reader's own
	Points []Figure
}

// Break is before a period from which on figures are not comparable with the earlier ones.
type Break struct {
	Before int    // the place of the period
	Words  string // what changed
}

func (s Series) point(l Line, period int) Figure {
	if period >= len(l.Points) {
		return Figure{Status: Missing}
	}
	return l.Points[period].plain()
}

// breaks answers those that lie between two periods, with their words.
func (s Series) breaks() []Break {
	var breaks []Break
	for _, b := range s.Breaks {
		if b.Before > 0 && b.Before < len(s.Periods) {
			b.Words = clean("Break before " + s.Periods[b.Before] + ": " + b.Words)
			breaks = append(breaks, b)
		}
	}
	slices.SortStableFunc(breaks, func(x, y Break) int { return x.Before - y.Before })
	return breaks
}

// levels answers those that can be drawn.
func (s Series) levels() []Level {
	drawn, _ := split(s.Levels)
	return drawn
}

// legend says what the signs mean, where the lines break, which levels there are, and whose
// line is marked.
func (s Series) legend() []string {
	var signs seen
	var legend, marked []string
	for _, b := range s.breaks() {
		legend = append(legend, b.Words)
	}
	bounds := false
	for _, l := range s.Lines {
		if l.Marked {
			marked = append(marked, clean(l.Name))
		}
		for i := range s.Periods {
			p := s.point(l, i)
			signs[p.Status] = true
			_, _, known := p.ends()
			bounds = bounds || known && p.Status == Hidden
		}
	}
	for _, l := range s.levels() {
		legend = append(legend, "Level line: "+l.Name+", "+l.words())
	}
	legend = append(legend, signs.legend()...)
	if bounds {
		legend = append(legend, "Upright bar: the ends between which a hidden value lies")
	}
	if len(marked) > 0 {
		legend = append(legend, "In bold, with a triangle: "+strings.Join(marked, ", "))
	}
	if floats := s.axis(0, 1); floats.low > 0 {
		legend = append(legend, "The scale does not begin at zero, but at "+floats.label(floats.low))
	}
	return legend
}

// Table answers the same as rows of text: a line each, with the periods as columns.
func (s Series) Table() Table {
	t := Table{Caption: s.title(), Description: clean(s.Description), Head: append([]string{clean(s.Unit)}, cleanAll(s.Periods)...), Notes: s.notes(s.legend())}
	for _, l := range s.Lines {
		row := Row{Cells: []string{clean(l.Name)}, Marked: l.Marked}
		for i := range s.Periods {
			row.Cells = append(row.Cells, s.point(l, i).words())
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// Write writes the picture as SVG.
func (s Series) Write(w io.Writer) error { return write(w, s) }

// axis has room for all that is drawn.
func (s Series) axis(from, to float64) scale {
	var values []float64
	for _, l := range s.Lines {
		for i := range s.Periods {
			if lower, upper, known := s.point(l, i).ends(); known {
				values = append(values, lower, upper)
			}
		}
	}
	for _, l := range s.levels() {
		values = append(values, l.Value)
	}
	return newScale(values, true, from, to)
}

const (
	seriesWidth  = 860
	seriesHeight = 250 // of the lines alone
	sampleRoom   = 40  // of a line's look, before its name
)

// strokes are the colours of lines. They differ in dash and marker, too.
var strokes = [...]string{"#12436d", "#a1400c", "#1b6b4f", "#6b3fa0", "#4d4d4d", "#8a1538"}

// seriesLayout is where the periods lie.
type seriesLayout struct {
	left, step float64 // of the first period's room; from one period to the next
	names      float64 // room for the names before it
	upward     bool    // values are read from below
	scale      scale
}

func (l seriesLayout) x(period int) float64 { return l.left + (float64(period)+0.5)*l.step }

func (s Series) layout(d *drawing, top float64) seriesLayout {
	strong := barInk
	strong.bold = true
	names, ends, values := 0.0, 0.0, 0.0
	for _, line := range s.Lines {
		names = max(names, strong.width(clean(line.Name)))
		ends = max(ends, barInk.width(clean(line.Name)))
		for i := range s.Periods {
			values = max(values, strong.longestWord(s.point(line, i).words()))
		}
	}
	l := seriesLayout{names: min(names, 150), scale: s.axis(top+seriesHeight, top)}
	for _, tick := range l.scale.ticks() {
		l.names = max(l.names, tickInk.width(l.scale.label(tick))-markerRoom-sampleRoom)
	}
	l.left = padding + markerRoom + sampleRoom + l.names + 8
	l.step = (d.width - padding - min(ends, 120) - 24 - l.left) / float64(max(len(s.Periods), 1))
	l.upward = values+6 > l.step
	return l
}

func (s Series) draw(prefix string) *drawing {
	d := &drawing{prefix: prefix, width: seriesWidth}
	top := d.head(s.Frame, titleInk)
	strong := barInk
	strong.bold = true
	top = d.block(padding, top, d.width-2*padding, strong, clean(s.Unit)) + 18 // the word break stands above the lines
	l := s.layout(d, top)
	s.grid(d, l, top)
	for i, line := range s.Lines {
		s.line(d, l, i, line)
	}
	s.ends(d, l, top)
	y := s.periods(d, l, top+seriesHeight+4)
	for i, line := range s.Lines {
		y = s.values(d, l, y, i, line)
	}
	d.foot(y+6, s.notes(s.legend()))
	return d
}

// grid draws the scale, the breaks and the levels.
func (s Series) grid(d *drawing, l seriesLayout, top float64) {
	right := l.x(len(s.Periods)) - l.step/2
	d.open("g", []string{"aria-hidden", "true"})
	d.body.WriteString(">\n")
	in := tickInk
	in.anchor = "end"
	for n, tick := range l.scale.ticks() {
		y := l.scale.at(tick)
		colour := faint
		if n == 0 || tick == 0 {
			colour = grey
		}
		d.line(l.left, y, right, y, colour, 1)
		d.text(l.left-6, y+3.5, in, l.scale.label(tick))
	}
	in.anchor = "middle"
	for _, b := range s.breaks() {
		x := l.x(b.Before) - l.step/2
		d.line(x, top-4, x, top+seriesHeight, black, 1.2, "stroke-dasharray", "4 3")
		d.text(x, top-7, in, "break")
	}
	for _, level := range s.levels() {
		y := l.scale.at(level.Value)
		d.line(l.left, y, right, y, black, 1, "stroke-dasharray", "1 3")
	}
	d.body.WriteString("</g>\n")
}

// line draws what is between two gaps or breaks in one stroke, and a marker at each value.
func (s Series) line(d *drawing, l seriesLayout, n int, line Line) {
	var path strings.Builder
	begun := false
	for i := range s.Periods {
		p := s.point(line, i)
		for _, b := range s.breaks() {
			begun = begun && b.Before != i
		}
		if p.Status != Shown {
			begun = false
			continue
		}
		command := "M"
		if begun {
			command = "L"
		}
		path.WriteString(command + px(l.x(i)) + " " + px(l.scale.at(p.Value)))
		begun = true
	}
	if path.Len() > 0 {
		d.mark("path", "d", path.String(), "fill", "none", "stroke", strokes[n%len(strokes)], "stroke-width", weight(line), "stroke-dasharray", dashes[n%len(dashes)])
	}
	for i := range s.Periods {
		p := s.point(line, i)
		lower, upper, known := p.ends()
		switch {
		case p.Status == Shown:
			d.marker(l.x(i), l.scale.at(p.Value), n)
		case known:
			x, from, to := l.x(i), l.scale.at(lower), l.scale.at(upper)
			d.mark("path", "d", "M"+px(x-4)+" "+px(from)+"h8M"+px(x)+" "+px(from)+"V"+px(to)+"M"+px(x-4)+" "+px(to)+"h8", "fill", "none", "stroke", strokes[n%len(strokes)], "stroke-width", weight(line), "stroke-dasharray", dashes[n%len(dashes)])
		}
	}
}

func weight(l Line) string {
	if l.Marked {
		return "3"
	}
	return "1.6"
}

// marker is one of six shapes, so that lines are told apart where their dashes are not seen.
func (d *drawing) marker(x, y float64, n int) {
	colour := strokes[n%len(strokes)]
	at := func(dx, dy float64) string { return px(x+dx) + " " + px(y+dy) }
	var path string
	switch n % 6 {
	case 0:
		d.mark("circle", "cx", px(x), "cy", px(y), "r", "4", "fill", colour)
		return
	case 1:
		path = "M" + at(-3.5, -3.5) + "h7v7h-7z"
	case 2:
		path = "M" + at(0, -4.5) + "l4.5 8h-9z"
	case 3:
		path = "M" + at(0, -5) + "l5 5l-5 5l-5 -5z"
	case 4:
		path = "M" + at(0, 4.5) + "l4.5 -8h-9z"
	default:
		path = "M" + at(-4, -4) + "l8 8m0 -8l-8 8"
	}
	fill := panel // hollow, where the first two are full
	if n%6 == 1 {
		fill = colour
	}
	d.mark("path", "d", path, "fill", fill, "stroke", colour, "stroke-width", "1.6")
}

// ends writes each line's name beside its last value, and each level's beside it, as near as the
// others leave room.
func (s Series) ends(d *drawing, l seriesLayout, top float64) {
	type name struct {
		y     float64
		n     int
		in    ink
		lines []string
	}
	var names []name
	for n, line := range s.Lines {
		for i := range slices.Backward(s.Periods) {
			if p := s.point(line, i); p.Status == Shown {
				names = append(names, name{l.scale.at(p.Value), n, barInk, barInk.wrap(clean(line.Name), d.width-padding-l.x(len(s.Periods))+l.step/2-20)})
				break
			}
		}
	}
	for _, level := range s.levels() {
		names = append(names, name{l.scale.at(level.Value), -1, barInk, barInk.wrap(level.Name, d.width-padding-l.x(len(s.Periods))+l.step/2-20)})
	}
	slices.SortStableFunc(names, func(x, y name) int {
		switch {
		case x.y < y.y:
			return -1
		case x.y > y.y:
			return 1
		}
		return 0
	})
	free := top - 12 // as high as a name may stand
	for i := range names {
		names[i].y = max(names[i].y, free+barInk.leading()/2)
		free = names[i].y + float64(len(names[i].lines))*barInk.leading() - barInk.leading()/2
	}
	room := top + seriesHeight + 12 // as low
	for i := range slices.Backward(names) {
		high := float64(len(names[i].lines))*barInk.leading() - barInk.leading()/2
		names[i].y = min(names[i].y, room-high)
		room = names[i].y - barInk.leading()/2
	}
	x := l.x(len(s.Periods)) - l.step/2 + 8
	for _, one := range names {
		if one.n >= 0 {
			d.marker(x, one.y, one.n)
			d.text(x+10, one.y+4, one.in, one.lines...)
			continue
		}
		d.open("g", []string{"aria-hidden", "true"}) // a level, whose name and value stand below
		d.body.WriteString(">\n")
		d.line(x-5, one.y, x+5, one.y, black, 1, "stroke-dasharray", "1 3")
		d.text(x+10, one.y+4, one.in, one.lines...)
		d.body.WriteString("</g>\n")
	}
}

// periods writes their names below the lines and answers where the values begin.
func (s Series) periods(d *drawing, l seriesLayout, y float64) float64 {
	in, most := tickInk, 1
	in.colour = black
	if in.longestWord(cleanAll(s.Periods)...) > l.step-4 {
		in.anchor, in.upward = "end", true
		for i, p := range s.Periods {
			lines := in.wrap(clean(p), 120)
			d.text(l.x(i)+in.size*0.35-float64(len(lines)-1)*in.leading()/2, y+4, in, lines...)
		}
		return y + min(in.widest(cleanAll(s.Periods)...), 120) + 10
	}
	for i, p := range s.Periods {
		lines := in.wrap(clean(p), l.step-4)
		most = max(most, len(lines))
		d.text(l.x(i), y+in.size, in, lines...)
	}
	return y + float64(most)*in.leading() + 6
}

// values writes a line's look, its name and what it has in each period.
func (s Series) values(d *drawing, l seriesLayout, y float64, n int, line Line) (next float64) {
	in := barInk
	in.bold = line.Marked
	name := in.wrap(clean(line.Name), l.names)
	value := in
	value.anchor = "middle"
	height := float64(max(len(name), 1))*in.leading() + 5
	for i := range s.Periods {
		words := s.point(line, i).words()
		if l.upward {
			height = max(height, value.width(words)+8)
		} else {
			height = max(height, float64(len(value.wrap(words, l.step-4)))*value.leading()+5)
		}
	}
	if l.upward {
		value.anchor, value.upward = "end", true
	}
	d.line(padding, y, d.width-padding, y, faint, 1)
	base := y + in.size + 2
	if line.Marked {
		d.triangle(padding, base)
	}
	x := float64(padding + markerRoom)
	d.line(x, base-4, x+sampleRoom-8, base-4, strokes[n%len(strokes)], map[bool]float64{true: 3, false: 1.6}[line.Marked], "stroke-dasharray", dashes[n%len(dashes)])
	d.marker(x+(sampleRoom-8)/2, base-4, n)
	d.text(x+sampleRoom, base, in, name...)
	var told []string
	for i, period := range s.Periods {
		p := s.point(line, i)
		words := p.words()
		told = append(told, clean(period)+": "+p.told())
		if l.upward {
			d.text(l.x(i)+value.size*0.35, y+4, value, words)
		} else {
			d.text(l.x(i), base, value, value.wrap(words, l.step-4)...)
		}
	}
	if line.Marked {
		d.tell(clean(line.Name) + ": " + strings.Join(told, "; ") + ".")
	}
	return y + height
}
