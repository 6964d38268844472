package server

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/chart"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

// htmlPage is the media type of pages.
const htmlPage = "text/html; charset=utf-8"

// GetQuarterPage answers how a borough stands in a published quarter, and where it stands
// out, as one page.
func (s *Server) GetQuarterPage(ctx context.Context, r api.GetQuarterPageRequestObject) (api.Response, error) {
	call := callOf(ctx)
	if _, err := call.borough(r.Borough); err != nil {
		return nil, err
	}
	shown, rows, err := s.store.PrintedFigures(ctx, call.actor, r.Quarter, disclosure.FigureFilter{Number: r.Params.Snapshot})
	if err != nil {
		return nil, err
	}
	part, err := s.store.Exceptions(call.actor, disclosure.ExceptionFilter{Borough: r.Borough, Quarter: &r.Quarter}).Page(ctx, programme.Window{Limit: 500})
	if err != nil {
		return nil, err
	}
	page := quarterPage{of: &shown.Document.Heading, borough: r.Borough, reference: call.snapshot, rows: rows, exceptions: part.Items}
	var out bytes.Buffer
	if err := page.drawn().Write(&out); err != nil {
		return nil, err
	}
	return reply{call: call, status: http.StatusOK, content: newContent(htmlPage, out.Bytes()), policy: chart.PagePolicy()}, nil
}

// quarterPage is what is said of a borough's quarter.
type quarterPage struct {
	of         *disclosure.Heading
	borough    string
	reference  *benchmark.Snapshot
	rows       []disclosure.QuarterFigure // of all boroughs
	exceptions []disclosure.Exception     // of the borough, of the snapshot that is shown
	alone      bool                       // nothing of any other borough stands beside it, nor of a group that is small
}

func (p *quarterPage) drawn() chart.Page {
	name := p.reference.Name(p.borough)
	page := chart.Page{
		Title: name + ", " + p.of.QuarterName, Illustrative: p.of.Illustrative, Foot: []string{snapshotNote(p.of), attribution},
		Words: []string{"These are the figures that everybody sees: small counts of children are hidden, and so is what they would follow from."},
	}
	page.Sections = append(page.Sections, chart.Section{Heading: "Where " + name + " stands", Table: p.position(), Across: true}, chart.Section{Heading: "Where it stands out", List: p.standing()})
	for i := range p.exceptions {
		if e := &p.exceptions[i]; e.State == disclosure.StandsOut {
			rows := slices.Clone(p.rows)
			rows = slices.DeleteFunc(rows, func(f disclosure.QuarterFigure) bool { return f.Position.Indicator != e.Position.Indicator })
			if len(rows) > 0 { // an earlier snapshot may ask for other indicators
				page.Sections = append(page.Sections, chart.Section{Heading: e.Position.Name, Picture: rankedBars(p.reference, p.reference.Indicators, rows, p.borough)})
			}
		}
	}
	return page
}

// position is how the borough stands on each indicator.
func (p *quarterPage) position() *chart.Table {
	t := &chart.Table{
		Caption: "Each indicator, beside the region and the sub-region", Head: []string{"Indicator", "How it reads", "Figure", "Region", "Sub-region", "Place", "Change on the last quarter"},
		Notes: []string{"c: hidden, it would tell of a small number of children. x: withheld, of few children. -: missing. A place is the best and the worst that it can be, by where hidden figures lie."},
	}
	if p.alone {
		t.Caption, t.Head = "Each indicator, beside the region", slices.Delete(t.Head, 4, 5)
		t.Notes = append(t.Notes, "The region's figure and the place are left out where fewer than ten boroughs are in them.")
	}
	for i := range p.rows {
		f := &p.rows[i]
		if f.Member.Borough != p.borough {
			continue
		}
		decimals := 1
		if ind := p.reference.Indicator(f.Position.Indicator); ind != nil {
			decimals = ind.Decimals
		}
		sub, place, change := "-", "-", "-"
		if f.Beside.SubRegion != nil {
			sub = regionFigure(f.Beside.SubRegion, decimals).Printed()
		}
		if ranked := rankText(f.Figure.Rank); ranked != "" {
			place = ranked + " of " + strconv.Itoa(f.Position.Region.N)
		}
		if c := f.OnLastQuarter; c.Change != nil {
			change = strconv.FormatFloat(*c.Change, 'f', decimals, 64)
			if c.Direction != "" {
				change += " (" + string(c.Direction) + ")"
			}
		}
		cells := []string{
			f.Position.Name, reads(f.Position.Unit, f.Position.Polarity), spanned(&f.Figure.Figure, decimals).Printed(), regionFigure(&f.Position.Region, decimals).Printed(), sub, place, change,
		}
		if p.alone {
			if isOfFew(&f.Position.Region) {
				cells[3], cells[5] = "-", "-"
			}
			cells = slices.Delete(cells, 4, 5)
		}
		t.Rows = append(t.Rows, chart.Row{Cells: cells})
	}
	return t
}

// causes say why something stands out no more.
var causes = map[disclosure.Cause]string{
	disclosure.FigureChanged: "its own figure is another", disclosure.EdgesMoved: "the figures of others are others", disclosure.SnapshotWithdrawn: "the snapshot in which it did was withdrawn",
}

// edge says beyond which edge of the region something is.
func edge(e benchmark.Exception) string {
	if e == benchmark.Top20 {
		return "among the highest fifth"
	}
	return "among the lowest fifth"
}

// standing says where the borough stands out, may, or does no more.
func (p *quarterPage) standing() []string {
	list := make([]string, 0, len(p.exceptions))
	for i := range p.exceptions {
		e := &p.exceptions[i]
		words := e.Position.Name + ": "
		switch e.State {
		case disclosure.MayStandOut:
			words += "it may stand out, by where hidden figures lie"
		case disclosure.StandsOutNoMore:
			words += "it was " + edge(e.Edge) + " and is not any more: " + causes[*e.Cause]
		default:
			words += edge(e.Edge)
			if better := e.Better(); better != nil {
				words += map[bool]string{true: ", the good end", false: ", not the good end"}[*better]
			}
			if e.Streak != nil && *e.Streak > 1 {
				words += ", for " + strconv.Itoa(*e.Streak) + " quarters in a row"
			}
		}
		if n := e.Narrative; n != nil && n.State == disclosure.NarrativeAsked {
			words += ". A narrative is due on " + string(n.DueOn)
		} else if n != nil && n.State == disclosure.NarrativeShared {
			words += ". Its narrative is shared"
		}
		list = append(list, words+".")
	}
	if len(list) == 0 {
		list = append(list, "It stands out on no indicator.")
	}
	return list
}
