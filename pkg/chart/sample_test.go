package chart_test

import (
	"fmt"
	"math/rand/v2"

	"peerchallenge/pkg/chart"
)

// London as its pictures have it. The figures are drawn, always the same.
var (
	subRegions = []struct {
		name     string
		boroughs []string
	}{
		{"Central", []string{"Camden", "City of London", "Kensington and Chelsea", "Lambeth", "Southwark", "Wandsworth", "Westminster"}},
		{"East", []string{"Barking and Dagenham", "Greenwich", "Hackney", "Havering", "Newham", "Redbridge", "Tower Hamlets", "Waltham Forest"}},
		{"North", []string{"Barnet", "Enfield", "Haringey", "Islington"}},
		{"South", []string{"Bexley", "Bromley", "Croydon", "Kingston upon Thames", "Lewisham", "Merton", "Richmond upon Thames", "Sutton"}},
		{"West", []string{"Brent", "Ealing", "Hammersmith and Fulham", "Harrow", "Hillingdon", "Hounslow"}},
	}
	indicators = []chart.Column{
		{Name: "Children looked after", Reads: "per 10,000, low is good"},
		{Name: "Children on a child protection plan", Reads: "per 10,000, low is good"},
		{Name: "Child protection plans started", Reads: "per 10,000, twelve months, neither end is good", Neutral: true},
		{Name: "Children in need", Reads: "per 10,000, neither end is good", Neutral: true},
		{Name: "Re-referrals within twelve months", Reads: "%, low is good"},
		{Name: "Assessments within 45 working days", Reads: "%, high is good"},
		{Name: "Initial conferences within 15 days", Reads: "%, high is good"},
		{Name: "Second or subsequent plan", Reads: "%, low is good"},
		{Name: "Looked after with three or more placements", Reads: "%, low is good"},
		{Name: "Placed over 20 miles away", Reads: "%, low is good"},
		{Name: "Health assessments up to date", Reads: "%, high is good"},
		{Name: "Dental checks up to date", Reads: "%, high is good"},
		{Name: "Immunisations up to date", Reads: "%, high is good"},
		{Name: "Care leavers in suitable accommodation", Reads: "%, high is good"},
		{Name: "Care leavers in education, employment or training", Reads: "%, high is good"},
		{Name: "Education, health and care plans within 20 weeks", Reads: "%, high is good"},
		{Name: "Social worker vacancies", Reads: "%, low is good"},
		{Name: "Agency social workers", Reads: "%, low is good"},
		{Name: "Social worker turnover", Reads: "%, low is good"},
		{Name: "Cases per social worker", Reads: "full-time equivalents, low is good"},
	}
)

func heatMap() chart.HeatMap {
	draw := rand.New(rand.NewPCG(1, 2))
	h := chart.HeatMap{
		Frame: chart.Frame{
			Title:        "How London's boroughs stand, 2026-27 quarter 2",
			Description:  "Each borough's figures, in the colour of the fifth of London that they belong to.",
			Notes:        []string{"Snapshot 3 of 2026-27 quarter 2, published on 20 November 2026.", "Figures of the boroughs and the Department for Education, Open Government Licence v3.0."},
			Illustrative: true,
		},
		Of: "London", RowsAre: "Borough", GroupsBy: "Sub-region", Columns: indicators,
	}
	for _, r := range subRegions {
		g := chart.Group{Name: r.name}
		for _, b := range r.boroughs {
			row := chart.HeatRow{Name: b, Marked: b == "Kensington and Chelsea"}
			for i := range indicators {
				value := draw.Float64() * 100
				if i == 3 {
					value *= 10
				}
				c := chart.Cell{Figure: chart.Figure{Text: fmt.Sprintf("%.1f", value), Value: value}, Part: 1 + draw.IntN(5)}
				switch n := draw.IntN(40); {
				case n < 4:
					c = chart.Cell{Figure: chart.Figure{Status: chart.Hidden}}
				case n == 4:
					c = chart.Cell{Figure: chart.Figure{Status: chart.Hidden}, Part: 5}
				case n < 10:
					c = chart.Cell{Figure: chart.Figure{Status: chart.Status(n - 4)}}
				case n < 14:
					c.Part = 0
				}
				row.Cells = append(row.Cells, c)
			}
			g.Rows = append(g.Rows, row)
		}
		h.Groups = append(h.Groups, g)
	}
	return h
}

func rankedBars() chart.RankedBars {
	draw := rand.New(rand.NewPCG(3, 4))
	b := chart.RankedBars{
		Frame: chart.Frame{
			Title:       "Children on a child protection plan, 2026-27 quarter 2",
			Description: "Each borough's rate at the end of the quarter, beside London and England.",
			Notes:       []string{"Snapshot 3 of 2026-27 quarter 2, published on 20 November 2026.", "England: 31 March 2026."},
		},
		RowsAre: "Borough", Unit: "per 10,000 children aged 0 to 17", Good: chart.Low,
		Lines: []chart.Level{
			{Name: "London, pooled", Figure: chart.Figure{Text: "38.9", Value: 38.9}},
			{Name: "England, March 2026", Figure: chart.Figure{Text: "41.6", Value: 41.6}},
		},
	}
	for _, r := range subRegions {
		for _, name := range r.boroughs {
			value := 10 + draw.Float64()*70
			bar := chart.Bar{Name: name, Place: fmt.Sprint(1 + draw.IntN(30)), Marked: name == "Richmond upon Thames", Figure: chart.Figure{Text: fmt.Sprintf("%.1f", value), Value: value}}
			switch name {
			case "City of London":
				bar.Place, bar.Figure = "", chart.Figure{Status: chart.Hidden}
			case "Sutton":
				bar.Place, bar.Figure = "4 to 11", chart.Figure{Status: chart.Hidden, Text: "18.4 to 30.2", Lower: 18.4, Upper: 30.2}
			case "Merton":
				bar.Place, bar.Figure = "", chart.Figure{Status: chart.Missing}
			case "Bexley":
				bar.Place, bar.Figure = "", chart.Figure{Status: chart.Withheld}
			}
			b.Bars = append(b.Bars, bar)
		}
	}
	return b
}

func series() chart.Series {
	draw := rand.New(rand.NewPCG(5, 6))
	s := chart.Series{
		Frame: chart.Frame{
			Title:       "Children looked after in Kingston upon Thames",
			Description: "The rate at the end of each quarter, beside London and the borough's statistical neighbours.",
			Notes:       []string{"Each quarter from its newest snapshot."},
		},
		Unit:   "per 10,000 children aged 0 to 17",
		Breaks: []chart.Break{{Before: 6, Words: "framework 2 counts children in short breaks no longer"}},
		Lines:  []chart.Line{{Name: "Kingston upon Thames", Marked: true}, {Name: "London, pooled"}, {Name: "Statistical neighbours, mean of 8"}, {Name: "England"}},
		Levels: []chart.Level{
			{Name: "Upper limit", Figure: chart.Figure{Text: "51.4", Value: 51.4}}, {Name: "Lower limit", Figure: chart.Figure{Text: "33.2", Value: 33.2}},
			{Name: "Target", Figure: chart.Figure{Status: chart.Missing}},
		},
	}
	for i := range 10 {
		s.Periods = append(s.Periods, fmt.Sprintf("20%d-%d Q%d", 24+i/4, 25+i/4, 1+i%4))
		for n := range s.Lines {
			value := 38 + float64(n)*9 + draw.Float64()*8
			p := chart.Figure{Text: fmt.Sprintf("%.1f", value), Value: value}
			switch {
			case n == 0 && i == 2:
				p = chart.Figure{Status: chart.Missing}
			case n == 0 && i == 3:
				p = chart.Figure{Status: chart.Hidden}
			case n == 0 && i == 8:
				p = chart.Figure{Status: chart.Hidden, Text: "30 to 41", Lower: 30, Upper: 41}
			case n == 3 && i%4 != 3:
				p = chart.Figure{Status: chart.NotApplicable}
			}
			s.Lines[n].Points = append(s.Lines[n].Points, p)
		}
	}
	return s
}

// page has every kind of picture, and every kind of part.
func page() chart.Page {
	return chart.Page{
		Title: "Kingston upon Thames, 2026-27 quarter 2", SmallNumbers: true,
		Words: []string{"For the lead of the borough. What is hidden from others is shown to the borough alone."},
		Sections: []chart.Section{
			{Heading: "Where the borough stands", Words: []string{"The table of all boroughs and indicators."}, Picture: heatMap(), Across: true},
			{Heading: "One indicator", Picture: rankedBars()},
			{Heading: "Over time", Picture: series()},
			{Heading: "Exceptions", Table: &chart.Table{
				Caption: "Exceptions of the quarter", Head: []string{"Indicator", "Value", "Edge"},
				Rows: []chart.Row{{Cells: []string{"Social worker vacancies", "31.2", "24.0"}}, {Cells: []string{"Health assessments up to date", "68.0", "82.5"}, Marked: true}},
			}},
			{Heading: "What is due", List: []string{"A narrative on social worker vacancies, by 4 December 2026.", "A narrative on health assessments, by 4 December 2026."}},
		},
		Foot: []string{"Snapshot 3 of 2026-27 quarter 2, published on 20 November 2026."},
	}
}
