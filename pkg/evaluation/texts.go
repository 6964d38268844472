package evaluation

import (
	"slices"
	"strconv"

	"peerchallenge/pkg/programme"
)

// texts lists what people have written in the document, each like the given one, by
// pointers that begin with at.
func (d *Document) texts(at string, like programme.Text) []programme.Text {
	var texts []programme.Text
	for i := range d.Sections {
		c, here := &d.Sections[i].Content, at+"/"+strconv.Itoa(i)
		for n := range c.Answers {
			texts = append(texts, like.At(place(here, "answers", n)+"/text", c.Answers[n].Text)...)
		}
		for _, list := range []struct {
			name  string
			items []Item
		}{{"strengths", c.Strengths}, {"risks", c.Risks}, {"practiceToShare", c.Practice}, {"helpWanted", c.Help}} {
			for n := range list.items {
				texts = append(texts, like.At(place(here, list.name, n)+"/text", &list.items[n].Text)...)
			}
		}
		for n := range c.Evidence {
			e, there := &c.Evidence[n], place(here, "evidence", n)
			texts = slices.Concat(texts, like.At(there+"/title", &e.Title), like.At(there+"/reference", e.Reference))
		}
		for n := range c.Indicators {
			texts = append(texts, like.At(place(here, "indicators", n)+"/remark", c.Indicators[n].Remark)...)
		}
	}
	return texts
}

func place(at, list string, n int) string { return at + "/" + list + "/" + strconv.Itoa(n) }
