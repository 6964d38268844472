package evaluation

import (
	"strconv"

	"peerchallenge/pkg/programme"
)

// CitedAt is a citation and where it stands.
type CitedAt struct {
	Pointer  string // of the citation
	Citation programme.Citation
}

// Citations lists what the content cites, by pointers that begin with at.
func (c *Content) Citations(at string) []CitedAt {
	var cited []CitedAt
	for i := range c.Answers {
		if of := c.Answers[i].Citation; of != nil {
			cited = append(cited, CitedAt{place(at, "answers", i) + "/citation", *of})
		}
	}
	for i := range c.Indicators {
		cited = append(cited, CitedAt{place(at, "indicators", i) + "/citation", c.Indicators[i].Citation})
	}
	return cited
}

// Citations lists what the document cites.
func (d *Document) Citations() []CitedAt {
	var cited []CitedAt
	for i := range d.Sections {
		cited = append(cited, d.Sections[i].Citations("/sections/"+strconv.Itoa(i))...)
	}
	return cited
}

// CitedFigure is a cited figure as one reader may see it.
type CitedFigure struct {
	programme.Citation
	Value        *float64
	Numerator    *float64 // of which the value is made, where both are numbers
	Denominator  *float64
	Status       string   // number, or why there is none
	Lower, Upper *float64 // between which a hidden value lies, where that is said
	Region       *float64
	RegionCode   string // empty where there is no region's figure
	RegionN      int    // how many boroughs are in the region's figure; 0 of a published one, which has all
	Illustrative bool
}

// The statuses of cited figures beside those of their sources.
const (
	FigureIsNumber  = "number"
	FigureWithdrawn = "withdrawn" // its source cannot be read any more
	FigureMissing   = "missing"
)

// smallestHidden and largestHidden bound the numbers of children that nobody but their
// borough sees: disclosure control hides the same in returns.
const (
	smallestHidden = 1
	largestHidden  = 5
)

// ShownTo answers the document as the actor may read it.
func (v *Signing) ShownTo(actor programme.Actor) Document {
	if actor.WritesFor(v.Of.Borough) {
		return v.Document
	}
	return v.Document.ForOthers(v.Asked)
}

// ForOthers answers the document as others than its borough may read it. Hidden from them are
// small numbers of children and of what happens to them.
func (d *Document) ForOthers(o *Outline) Document {
	shown := *d
	shown.Sections = append([]Section{}, d.Sections...)
	for i := range shown.Sections {
		s := &shown.Sections[i]
		asks := o.Section(s.ID)
		if asks == nil {
			continue
		}
		s.Answers = append([]Answer{}, s.Answers...)
		for n := range s.Answers {
			a := &s.Answers[n]
			if q := asks.Question(a.Question); q != nil && q.hides(a.Number) {
				a.Number, a.Hidden = nil, true
			}
		}
	}
	return shown
}

// HiddenNumbers answers pointers to the numbers that are hidden from its reader.
func (d *Document) HiddenNumbers() []string {
	hidden := []string{}
	for i := range d.Sections {
		for n := range d.Sections[i].Answers {
			if d.Sections[i].Answers[n].Hidden {
				hidden = append(hidden, place("/sections/"+strconv.Itoa(i), "answers", n)+"/number")
			}
		}
	}
	return hidden
}
