package chart

import (
	"math"
	"strings"
)

// Status says whether there is a value to show, and what there is instead.
type Status int

// The statuses.
const (
	Shown          Status = iota // the value, as printed
	Hidden                       // of a small count; its ends may be known
	Withheld                     // of too few
	Missing                      // nobody has said it
	NotApplicable                // there is no such thing there
	NoDenominator                // there is nothing to divide by
	NotAvailable                 // the publisher has none
	RoundsToNought               // rounds to nought, and is not nought
	Unreliable                   // of too little to be relied on
	Joint                        // published only together with another's
)

// statuses are what stands in the place of a value, and what that means. The signs are
// those of the government's own statistics, as far as these have one.
var statuses = [...]struct{ sign, name, why string }{
	Shown:          {},
	Hidden:         {"c", "hidden", ", it would tell of a small number of children"},
	Withheld:       {"x", "withheld", ", published figures say that it is of few children"},
	Missing:        {"-", "missing", ""},
	NotApplicable:  {"z", "not applicable", ""},
	NoDenominator:  {"/", "nothing to divide by", ""},
	NotAvailable:   {":", "not available", ""},
	RoundsToNought: {"k", "rounds to nought", ", and is more"},
	Unreliable:     {"u", "of low reliability", ""},
	Joint:          {"j", "published only together with another authority", ""},
}

// Figure is what may be shown of one value.
type Figure struct {
	Status Status
	Text   string  // the value as it is printed; behind the sign of a hidden one what may be said of it, such as "1.2 to 6.0"
	Value  float64 // of a shown figure

	// Lower and Upper are the ends between which a hidden figure is known to lie. Where
	// Upper is not the greater, nothing is known.
	Lower, Upper float64
}

// beyond is more than any figure that can be drawn.
const beyond = 1e12

// plain answers the figure as it can be drawn: one without words, or whose value is no
// number, is missing.
func (f Figure) plain() Figure {
	f.Text = clean(f.Text)
	switch {
	case f.Status < Shown || int(f.Status) >= len(statuses), f.Status == Shown && (f.Text == "" || !drawable(f.Value)):
		return Figure{Status: Missing}
	case f.Status == Hidden && !(drawable(f.Lower) && drawable(f.Upper) && f.Lower < f.Upper):
		f.Lower, f.Upper = 0, 0
	}
	return f
}

func drawable(value float64) bool { return math.Abs(value) < beyond } // false of NaN

// Printed is the figure as it stands in a cell: its value or, where there is none, the sign
// for that and what may be said of it.
func (f Figure) Printed() string { return f.plain().words() }

// words are what is printed of a plain figure.
func (f Figure) words() string {
	if f.Status == Shown {
		return f.Text
	}
	return strings.TrimSpace(statuses[f.Status].sign + " " + f.Text)
}

// told are the words with what their sign means, for those who hear them.
func (f Figure) told() string {
	if f.Status == Shown {
		return f.Text
	}
	return f.words() + " (" + statuses[f.Status].name + ")"
}

// meaning is a sign and what it means.
func meaning(status Status) string {
	s := statuses[status]
	return s.sign + ": " + s.name + s.why
}

// ends answers the lowest and the highest place that a plain figure takes on a scale, and
// false where it takes none.
func (f Figure) ends() (lower, upper float64, known bool) {
	switch {
	case f.Status == Shown:
		return f.Value, f.Value, true
	case f.Status == Hidden && f.Lower < f.Upper:
		return f.Lower, f.Upper, true
	}
	return 0, 0, false
}

// Frame is what every picture has.
type Frame struct {
	Title       string
	Description string   // a sentence or two: what is shown, of which time
	Notes       []string // snapshot, attribution, and what else must be known

	Illustrative bool // the figures are made up, and the title says so
	SmallNumbers bool // small numbers of children are shown, and the title says so
}

// Warnings are what a title says behind the name of what is shown.
const (
	illustrative = "illustrative, made up"
	smallNumbers = "contains small numbers"
)

func (f Frame) title() string { return titled(f.Title, f.Illustrative, f.SmallNumbers) }

func titled(title string, made, small bool) string {
	title = clean(title)
	if made {
		title += " - " + illustrative
	}
	if small {
		title += " - " + strings.ToUpper(smallNumbers)
	}
	return title
}

// notes answers what stands below the picture: first what its signs mean, then the notes.
func (f Frame) notes(signs []string) []string {
	for _, n := range f.Notes {
		if n = clean(n); n != "" {
			signs = append(signs, n)
		}
	}
	return signs
}

// seen are the statuses that occur in a picture.
type seen [len(statuses)]bool

// legend answers what the signs that occur mean.
func (s seen) legend() []string {
	var legend []string
	for status, occurs := range s {
		if occurs && Status(status) != Shown {
			legend = append(legend, meaning(Status(status)))
		}
	}
	return legend
}

// Table is what a picture shows, as rows of text, for those who cannot see it and for a file.
type Table struct {
	Caption     string
	Description string
	Head        []string
	Rows        []Row
	Notes       []string // what its signs mean, and the picture's notes
}

// Row is a row of a table. Its first cell names it.
type Row struct {
	Cells  []string
	Marked bool // the reader's own
}

// Picture is anything that this package draws.
type Picture interface {
	Table() Table
	draw(prefix string) *drawing
}
