package evaluation

import (
	"slices"
	"strconv"

	"peerchallenge/pkg/programme"
)

// texts lists what people have written in the document, each like the given one, by
// pointers that begin with at. A text is known by section and question, or by the item's id:
// its pointer becomes another when something is written before it.
func (d *Document) texts(at string, like programme.Text) []programme.Text {
	var texts []programme.Text
	for i := range d.Sections {
		c, here, section := &d.Sections[i].Content, at+"/"+strconv.Itoa(i), d.Sections[i].ID
		of := func(list, id, member string) programme.Text {
			known := like
			known.Key = textKey(section, list, id, member)
			return known
		}
		for n := range c.Answers {
			texts = append(texts, of("answers", c.Answers[n].Question, "text").At(place(here, "answers", n)+"/text", c.Answers[n].Text)...)
		}
		for _, list := range []struct {
			name  string
			items []Item
		}{{"strengths", c.Strengths}, {"risks", c.Risks}, {"practiceToShare", c.Practice}, {"helpWanted", c.Help}} {
			for n := range list.items {
				texts = append(texts, of(list.name, list.items[n].ID, "text").At(place(here, list.name, n)+"/text", &list.items[n].Text)...)
			}
		}
		for n := range c.Evidence {
			e, there := &c.Evidence[n], place(here, "evidence", n)
			texts = slices.Concat(texts, of("evidence", e.ID, "title").At(there+"/title", &e.Title), of("evidence", e.ID, "link").AtAddress(there+"/link", e.Link), of("evidence", e.ID, "reference").At(there+"/reference", e.Reference))
		}
		for n := range c.Indicators {
			cited := &c.Indicators[n]
			texts = append(texts, of("indicators", cited.ID, "remark").At(place(here, "indicators", n)+"/remark", cited.Remark)...)
		}
	}
	return texts
}

func textKey(section, list, id, member string) string {
	return "/" + programme.PointerStep(section) + "/" + list + "/" + programme.PointerStep(id) + "/" + member
}

// Carried answers what was said to screening of a draft as it holds of what its answers have
// become: an answer that has moved takes it along.
func Carried(said programme.Acknowledgements, moves []Move) programme.Acknowledgements {
	moved := map[string]string{}
	for _, m := range moves {
		if m.Fate == AnswerMoved {
			moved[textKey(m.Section, "answers", m.Question, "text")] = textKey(m.ToSection, "answers", m.Question, "text")
		}
	}
	is := slices.Clone(said)
	for i := range is {
		if now, goes := moved[is[i].Field]; goes {
			is[i].Field = now
		}
	}
	return is
}

func place(at, list string, n int) string { return at + "/" + list + "/" + strconv.Itoa(n) }
