package chart_test

import (
	"strings"

	"peerchallenge/pkg/chart"
)

// smallBars is a borough's figure beside two others.
func smallBars() chart.SmallBars {
	return chart.SmallBars{
		Frame:   chart.Frame{Title: "Children on a child protection plan", Description: "31 March 2026.", Notes: []string{"Snapshot 3."}},
		RowsAre: "Area", Unit: "per 10,000 children",
		Bars: []chart.Bar{
			{Name: "Kingston upon Thames", Marked: true, Figure: chart.Figure{Text: "34.2", Value: 34.2}},
			{Name: "London, pooled", Figure: chart.Figure{Text: "38.9", Value: 38.9}},
			{Name: "Sub-region", Figure: chart.Figure{Status: chart.Hidden, Text: "18.4 to 30.2", Lower: 18.4, Upper: 30.2}},
			{Name: "England", Figure: chart.Figure{Status: chart.Missing}},
		},
	}
}

// paper has every kind of part and passage.
func paper() chart.Paper {
	long := strings.Repeat("We audited forty cases of children who came back to us within a year, and asked their social workers what they had seen. ", 8)
	answer := "We know our children well.\nWe know it from audits and from them.\n\n" + long
	knowing := func() []chart.Passage {
		return []chart.Passage{
			{Heading: "What do you know about the quality and impact of social work practice in your local authority?", Text: answer},
			{Heading: "How do you know it?", Text: "نعرف أطفالنا جيدا، ونراجع عملنا كل شهر (40 حالة).\nDysgwn oddi wrth ein plant.\n\n" + long + "\n\n" + long},
			{Heading: "What are your plans for the next 12 months to maintain or improve practice?", Words: []string{"Not answered."}},
			{Heading: "Strengths", List: []string{"Early help reaches families before they are in need.", "خدماتنا قريبة من الناس", "A list may be long:\n- this is a line\n- and this is another. " + long}},
			{Heading: "Risks", List: []string{"Social workers leave: <b>one in five</b> last year & more this year 👩🏽‍💻.", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"}},
			{Heading: "Figures", Exhibits: []chart.Exhibit{
				{Words: "Children on a child protection plan, 31 March 2026: 34.2 per 10,000 children.", Picture: smallBars(), Remark: "Lower than it was: we end plans sooner."},
				{Words: "Second or subsequent plan, 31 March 2026: hidden, it would tell of a small number of children."},
			}},
			{Heading: "All figures", Table: &chart.Table{
				Caption: "Each indicator, beside the region", Head: []string{"Indicator", "How it reads", "Figure", "Region"}, Notes: []string{"c: hidden."},
				Rows: []chart.Row{{Cells: []string{"Children on a child protection plan", "per 10,000 children, neither end is good", "34.2", "38.9"}}, {Cells: []string{"Second or subsequent plan", "%, low is good", "c", "21.0"}}},
			}},
			{Heading: "Evidence", Sources: []chart.Source{
				{Title: "Audit of forty cases", Link: "https://www.example.org/audits/2026/forty-cases-of-re-referrals-within-a-year?version=final", Date: "14 May 2026"},
				{Title: "دراسة", Reference: "Committee paper 12, annex <C>"},
				{Title: "A note that is no address", Link: "javascript:alert(1)", Reference: "Shelf 4", Date: "1 June 2026"},
			}, Notes: []string{"Links as the borough gave them."}},
		}
	}
	p := chart.Paper{
		Title: "Self-evaluation 2026-27 of Kingston upon Thames", Owner: "Royal Borough of Kingston upon Thames", Illustrative: true,
		Classification: "Official: shared with the group of the spring challenge of the South only",
		State:          "Version 2, shared, signed on 20 November 2026",
		Words:          []string{"Written on version 2.0.0 of the template Annual self-evaluation."},
		Foot:           []string{"Figures are as the reader may see them."},
	}
	for _, heading := range []string{"Help and protection", "Children in care", "Care leavers", "Impact of leaders"} {
		p.Parts = append(p.Parts, chart.PaperPart{Heading: heading, Passages: knowing()})
	}
	p.Parts = append(p.Parts, chart.PaperPart{Heading: "Priority: adolescent safeguarding", Words: []string{"This part is optional, and nothing is written in it."}})
	return p
}
