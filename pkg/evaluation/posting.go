package evaluation

import (
	"strconv"
	"strings"

	"peerchallenge/pkg/programme"
)

// Blank answers a document in which nothing is written yet, to the outline of a template's
// version.
func Blank(template, version string, o *Outline) Document {
	d := Document{TemplateID: template, TemplateVersion: version, Sections: make([]Section, len(o.Sections))}
	for i := range o.Sections {
		d.Sections[i].ID = o.Sections[i].ID
		Tidy(&Content{}, &d.Sections[i].Content, &o.Sections[i], nil) // nothing in it needs an id
	}
	return d
}

// Posting is a whole self-evaluation as it is sent.
type Posting struct {
	programme.Precondition
	Borough  string
	Cycle    programme.Cycle
	Template *string // that it answers to; nil: that on which it was begun, or the default one
	Sections []PostedSection
}

// PostedSection is one section of a document as it was sent.
type PostedSection struct {
	ID string
	Content
}

// Outcome is what became of a self-evaluation that was sent.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "created"
	Replaced  Outcome = "replaced"
	Unchanged Outcome = "unchanged"
)

// PostingResult is what became of a self-evaluation, or would in a dry run.
type PostingResult struct {
	Outcome        Outcome
	SelfEvaluation SelfEvaluation
}

// Document makes what was sent a document that answers to the same outline as the head, what
// its borough has written last. The error is Invalid if some of it cannot be kept, and names
// all of that.
func (p *Posting) Document(head *Document, o *Outline, newID func() string) (Document, error) {
	sent := Blank(head.TemplateID, head.TemplateVersion, o)
	var faults []programme.Fault
	if p.Template != nil && !strings.EqualFold(*p.Template, head.TemplateID) {
		faults = append(faults, programme.Fault{Pointer: "/templateId", Code: programme.FaultSettled, Detail: "It answers to another template, and has since it was begun."})
	}
	seen := map[string]bool{}
	for i := range p.Sections {
		posted, at := &p.Sections[i], "/sections/"+strconv.Itoa(i)
		asks, section := o.Section(posted.ID), sent.Section(posted.ID)
		switch {
		case asks == nil || section == nil:
			faults = append(faults, programme.Unknown(at+"/id", "The template has no section with this id."))
		case seen[posted.ID]:
			faults = append(faults, programme.Fault{Pointer: at + "/id", Code: programme.FaultRepeated, Detail: "This section is there already."})
			faults = append(faults, CheckContent(asks, &posted.Content, at)...)
		default:
			faults = append(faults, CheckContent(asks, &posted.Content, at)...)
			section.Content = posted.Content
			Tidy(contentOf(head, posted.ID), &section.Content, asks, newID)
		}
		seen[posted.ID] = true
	}
	return sent, programme.Refuse(faults)
}

// Citations lists what is cited, where it stands in what was sent.
func (p *Posting) Citations() []CitedAt {
	var cited []CitedAt
	for i := range p.Sections {
		cited = append(cited, p.Sections[i].Citations("/sections/"+strconv.Itoa(i))...)
	}
	return cited
}

func contentOf(d *Document, section string) *Content {
	if s := d.Section(section); s != nil {
		return &s.Content
	}
	return &Content{}
}

// Says reports whether the section says this and nothing else.
func (s *Section) Says(c *Content) bool { return s.equal(c) }

// Writing is a section of a draft, with the question that it answers.
type Writing struct {
	Of      *SelfEvaluation
	Asks    *OutlineSection
	Section *Section
}

// Writing answers a section of the draft. The error is NotFound, also where there is no draft
// or the actor does not see it.
func (s *SelfEvaluation) Writing(actor programme.Actor, section string) (Writing, error) {
	if s.Draft == nil || s.Facts.Outline == nil || !actor.WritesFor(s.Borough) {
		return Writing{}, programme.Errorf(programme.NotFound, programme.CodeNotFound, "There is no draft.")
	}
	w := Writing{Of: s, Asks: s.Facts.Outline.Section(section), Section: s.Draft.Section(section)}
	if w.Asks == nil || w.Section == nil {
		return Writing{}, programme.Errorf(programme.NotFound, programme.CodeNotFound, "The draft has no section with this id.")
	}
	return w, nil
}

// Write answers the draft with one section altered, and what that cites, where it stands in what
// was sent; the draft itself stays as it is. The error is Invalid if some of the section cannot
// be kept, or the one of alter.
func (s *SelfEvaluation) Write(section string, alter func(*Content) error, newID func() string) (Document, []CitedAt, error) {
	d := *s.Draft
	d.Sections = append([]Section{}, s.Draft.Sections...)
	of, asks := d.Section(section), s.Facts.Outline.Section(section)
	if of == nil || asks == nil {
		return d, nil, programme.Errorf(programme.NotFound, programme.CodeNotFound, "The draft has no section with this id.")
	}
	was := of.Content
	if err := alter(&of.Content); err != nil {
		return d, nil, err
	}
	cited := of.Citations("")
	if err := programme.Refuse(CheckContent(asks, &of.Content, "")); err != nil {
		return d, cited, err
	}
	Tidy(&was, &of.Content, asks, newID)
	return d, cited, nil
}

// Migration is what becomes of the answers of a draft that goes over to another version of
// its template.
type Migration struct {
	From, To       string
	Moves          []Move
	SelfEvaluation SelfEvaluation
}
