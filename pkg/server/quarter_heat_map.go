package server

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/chart"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/sheet"
)

// svgFile is the media type of pictures.
const svgFile = "image/svg+xml"

type quarterHeatMapStore interface {
	ShownQuarter(ctx context.Context, actor programme.Actor, quarter string, f disclosure.FigureFilter) (disclosure.Shown, error)
}

// GetQuarterHeatMap answers a published quarter as boroughs beside indicators.
func (s *Server) GetQuarterHeatMap(ctx context.Context, r api.GetQuarterHeatMapRequestObject) (api.Response, error) {
	call := callOf(ctx)
	shown, err := s.shownQuarter(ctx, r.Quarter, r.Params.Snapshot, r.Params.Unsuppressed)
	if err != nil {
		return nil, err
	}
	return ok(ctx, heatMapWire(namesIn(ctx), shown.HeatMap(), call.actor.Borough))
}

// GetQuarterHeatMapTable answers the same as CSV, as everybody sees it.
func (s *Server) GetQuarterHeatMapTable(ctx context.Context, r api.GetQuarterHeatMapTableRequestObject) (api.Response, error) {
	name, rug, err := s.rug(ctx, r.Quarter, r.Params.Snapshot, r.Params.Unsuppressed)
	return answerFile(ctx, csvFile, name+".csv", func(w io.Writer) error { return gridOf(rug).WriteCSV(w) }, err)
}

// GetQuarterHeatMapWorkbook answers the same as XLSX, with a sheet of notes.
func (s *Server) GetQuarterHeatMapWorkbook(ctx context.Context, r api.GetQuarterHeatMapWorkbookRequestObject) (api.Response, error) {
	name, rug, err := s.rug(ctx, r.Quarter, r.Params.Snapshot, r.Params.Unsuppressed)
	return answerFile(ctx, workbook, name+".xlsx", func(w io.Writer) error { return sheet.WriteWorkbook(w, gridOf(rug), notesOf(rug)) }, err)
}

// GetQuarterHeatMapPicture answers the same as a picture.
func (s *Server) GetQuarterHeatMapPicture(ctx context.Context, r api.GetQuarterHeatMapPictureRequestObject) (api.Response, error) {
	_, rug, err := s.rug(ctx, r.Quarter, r.Params.Snapshot, r.Params.Unsuppressed)
	if err != nil {
		return nil, err
	}
	return answerPicture(ctx, rug)
}

// answerPicture answers what is drawn.
func answerPicture(ctx context.Context, picture interface{ Write(w io.Writer) error }) (api.Response, error) {
	var out bytes.Buffer
	if err := picture.Write(&out); err != nil {
		return nil, err
	}
	return reply{call: callOf(ctx), status: http.StatusOK, content: newContent(svgFile, out.Bytes())}, nil
}

// attribution stands below every picture of quarters.
const attribution = "Figures of the boroughs' returns. Contains public sector information licensed under the Open Government Licence v3.0."

// snapshotNote says of which snapshot a picture is.
func snapshotNote(of *disclosure.Heading) string {
	return "Snapshot " + strconv.Itoa(of.Number) + " of " + of.Quarter + ", taken on " + of.TakenAt.UTC().Format("2 January 2006") + ", by framework " + of.Framework + "."
}

// rug reads what is printed, the caller's own borough marked, and how its file is called.
func (s *Server) rug(ctx context.Context, quarter string, number *int, unsuppressed *bool) (name string, rug chart.HeatMap, err error) {
	shown, err := s.shownQuarter(ctx, quarter, number, unsuppressed)
	if err != nil {
		return "", chart.HeatMap{}, err
	}
	h, call := shown.Printed().HeatMap(), callOf(ctx)
	name = "heat-map-" + quarter + "-" + strconv.Itoa(h.Of.Number)
	if call.unsuppressed {
		name += unsuppressedMark
	}
	return name, rugOf(h, call.actor.Borough), nil
}

// shownQuarter reads it as the caller may see it, and as the caller wants it.
func (s *Server) shownQuarter(ctx context.Context, quarter string, number *int, unsuppressed *bool) (disclosure.Shown, error) {
	call := callOf(ctx)
	call.unsuppressed = unsuppressed != nil && *unsuppressed
	return s.store.ShownQuarter(ctx, call.actor, quarter, disclosure.FigureFilter{Number: number, Unsuppressed: call.unsuppressed})
}

func rugOf(h disclosure.HeatMap, marked string) chart.HeatMap {
	rug := chart.HeatMap{
		Frame: chart.Frame{
			Title:       "How the boroughs stand, " + h.Of.QuarterName,
			Description: "Each borough's figures as everybody sees them, in the colour of the fifth of the region that they belong to.",
			Notes: []string{
				snapshotNote(h.Of),
				attribution,
			},
			Illustrative: h.Of.Illustrative, SmallNumbers: h.SmallNumbers,
		},
		Of: "the region", RowsAre: "Borough", GroupsBy: "Sub-region",
	}
	if h.SmallNumbers {
		rug.Description = "Each borough's true figures, in the colour of the fifth of the region that they belong to."
		rug.Notes = append(rug.Notes, "It contains small numbers, for the programme's team alone. Pass it on to nobody.")
	}
	for _, c := range h.Columns {
		rug.Columns = append(rug.Columns, chart.Column{Name: c.Position.Name, Reads: reads(c.Position.Unit, c.Position.Polarity), Neutral: c.Position.Polarity == benchmark.Neutral})
	}
	for _, row := range h.Rows {
		name := subRegionName(row.Member.SubRegion)
		at := 0
		for at < len(rug.Groups) && rug.Groups[at].Name < name {
			at++
		}
		if at == len(rug.Groups) || rug.Groups[at].Name != name {
			rug.Groups = append(rug.Groups[:at], append([]chart.Group{{Name: name}}, rug.Groups[at:]...)...)
		}
		drawn := chart.HeatRow{Name: row.Member.Name, Marked: row.Member.Borough == marked}
		for i, cell := range row.Cells {
			drawn.Cells = append(drawn.Cells, chart.Cell{Figure: printed(&cell.Figure, h.Columns[i].Decimals), Part: cell.Fifth})
		}
		rug.Groups[at].Rows = append(rug.Groups[at].Rows, drawn)
	}
	return rug
}

// subRegionName is a sub-region's key as a name.
func subRegionName(key *string) string {
	if key == nil || *key == "" {
		return "Elsewhere"
	}
	name := strings.ReplaceAll(*key, "-", " ")
	return strings.ToUpper(name[:1]) + name[1:]
}

// toDecimals is a number as pictures have it.
func toDecimals(value float64, decimals int) chart.Figure {
	return chart.Figure{Text: strconv.FormatFloat(value, 'f', decimals, 64), Value: value}
}

// printed is a figure as pictures have it.
func printed(f *disclosure.Figure, decimals int) chart.Figure {
	switch f.Status {
	case disclosure.Number:
		return toDecimals(f.Value.Middle, decimals)
	case disclosure.Hidden:
		return chart.Figure{Status: chart.Hidden}
	case disclosure.Withheld:
		return chart.Figure{Status: chart.Withheld}
	case disclosure.NotApplicable:
		return chart.Figure{Status: chart.NotApplicable}
	case disclosure.NoDenominator:
		return chart.Figure{Status: chart.NoDenominator}
	}
	return chart.Figure{Status: chart.Missing}
}

// units and ends say how an indicator's values are read.
var (
	units = map[benchmark.Unit]string{
		benchmark.Percent: "%", benchmark.Per10000: "per 10,000", benchmark.Per100000: "per 100,000", benchmark.Score: "score", benchmark.CasesPerFTE: "per full-time equivalent",
	}
	goodEnds = map[benchmark.Polarity]string{benchmark.Low: "low is good", benchmark.High: "high is good", benchmark.Neutral: "neither end is good"}
)

func reads(u benchmark.Unit, p benchmark.Polarity) string { return units[u] + ", " + goodEnds[p] }

// gridOf is what the picture says, as a table.
func gridOf(rug chart.HeatMap) sheet.Grid {
	t := rug.Table()
	g := sheet.Grid{Name: "Heat map"}
	if rug.SmallNumbers {
		g.Name = "Contains small numbers"
	}
	for i, head := range t.Head {
		g.Columns = append(g.Columns, sheet.Column{Name: head, Width: map[bool]int{true: 24, false: 14}[i < 2]})
	}
	if rug.SmallNumbers {
		g.Columns = append(g.Columns, sheet.Column{Name: "Contains small numbers", Width: 14})
	}
	for _, row := range t.Rows {
		cells := make([]any, 0, len(g.Columns))
		for _, cell := range row.Cells {
			cells = append(cells, cell)
		}
		if rug.SmallNumbers {
			cells = append(cells, "true")
		}
		g.Rows = append(g.Rows, cells)
	}
	return g
}

func notesOf(rug chart.HeatMap) sheet.Grid {
	t := rug.Table()
	g := sheet.Grid{Name: "Notes", Columns: []sheet.Column{{Name: t.Caption, Width: 100}}, Rows: [][]any{{t.Description}}}
	for _, n := range t.Notes {
		g.Rows = append(g.Rows, []any{n})
	}
	return g
}

func heatMapWire(names nameplates, h disclosure.HeatMap, marked string) api.QuarterHeatMap {
	w := api.QuarterHeatMap{
		Quarter: h.Of.Quarter, QuarterName: h.Of.QuarterName, Snapshot: h.Of.Number, Framework: h.Of.Framework, Illustrative: h.Of.Illustrative, ContainsSmallNumbers: h.SmallNumbers,
		Indicators: make([]api.HeatMapIndicator, len(h.Columns)), Boroughs: make([]api.HeatMapBorough, len(h.Rows)),
	}
	for i, c := range h.Columns {
		p := c.Position
		w.Indicators[i] = api.HeatMapIndicator{Indicator: p.Indicator, IndicatorName: p.Name, Unit: api.Unit(p.Unit), UnitName: p.Unit.Name(), Polarity: api.Polarity(p.Polarity), N: p.Region.N}
	}
	for i, row := range h.Rows {
		m := row.Member
		w.Boroughs[i] = api.HeatMapBorough{
			Borough: m.Borough, BoroughName: m.Name, SubRegion: m.SubRegion, SubRegionName: nameOf(names.subRegion, m.SubRegion),
			Marked: m.Borough == marked, Own: row.Own, Cells: make([]api.HeatMapCell, len(row.Cells)),
		}
		for k := range row.Cells {
			w.Boroughs[i].Cells[k] = heatMapCellWire(&row.Cells[k])
		}
	}
	return w
}

func heatMapCellWire(c *disclosure.HeatCell) api.HeatMapCell {
	w := api.HeatMapCell{Status: api.ShownStatus(c.Figure.Status), Value: number(c.Figure.Value)}
	w.Lower, w.Upper = endsOf(c.Figure.Value)
	if c.Fifth > 0 {
		w.Fifth = &c.Fifth
	}
	return w
}
