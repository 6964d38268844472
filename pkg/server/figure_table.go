package server

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/sheet"
)

// figureTable is a table of published figures before it has a form.
type figureTable struct {
	columns  []tableColumn
	rows     []tableRow
	releases releases
}

// tableColumn is a borough in a period, which is nil where each indicator has its newest.
type tableColumn struct {
	borough, name string
	period        *benchmark.Period
}

// tableRow is an indicator in a period, which is nil where each column has its own.
type tableRow struct {
	indicator *benchmark.Indicator
	period    *benchmark.Period
	cells     []benchmark.Place
	caveats   [][]string          // of each cell
	targets   []*benchmark.Target // likewise; nil where none is set
}

// GetFigureTable answers published figures as indicators beside boroughs or periods.
func (s *Server) GetFigureTable(ctx context.Context, r api.GetFigureTableRequestObject) (api.Response, error) {
	t, err := figuresOf(ctx, api.ListComparisonsParams{Borough: r.Params.Borough, Period: r.Params.Period, Indicator: r.Params.Indicator, Theme: r.Params.Theme})
	if err != nil {
		return nil, err
	}
	return ok(ctx, t.wire())
}

// GetFigureTableCsv answers the same as CSV.
func (s *Server) GetFigureTableCsv(ctx context.Context, r api.GetFigureTableCsvRequestObject) (api.Response, error) {
	t, err := figuresOf(ctx, api.ListComparisonsParams{Borough: r.Params.Borough, Period: r.Params.Period, Indicator: r.Params.Indicator, Theme: r.Params.Theme})
	return answerFile(ctx, csvFile, "figure-table.csv", func(w io.Writer) error { return t.grid().WriteCSV(w) }, err)
}

// GetFigureTableWorkbook answers the same as XLSX, with a sheet of notes.
func (s *Server) GetFigureTableWorkbook(ctx context.Context, r api.GetFigureTableWorkbookRequestObject) (api.Response, error) {
	t, err := figuresOf(ctx, api.ListComparisonsParams{Borough: r.Params.Borough, Period: r.Params.Period, Indicator: r.Params.Indicator, Theme: r.Params.Theme})
	return answerFile(ctx, workbook, "figure-table.xlsx", func(w io.Writer) error { return sheet.WriteWorkbook(w, t.grid(), t.notes(callOf(ctx).snapshot)) }, err)
}

// figuresOf places the boroughs on each indicator. It refuses several boroughs in several
// periods, which are more than two sides of a table.
func figuresOf(ctx context.Context, p api.ListComparisonsParams) (*figureTable, error) {
	snapshot := callOf(ctx).snapshot
	asked, err := newComparing(snapshot, p)
	if err != nil {
		return nil, err
	}
	if (asked.latest || len(asked.boroughs) > 1) && slices.ContainsFunc(p.Period, func(code string) bool { return code != p.Period[0] }) {
		return nil, refuseParameters([]programme.Fault{{
			Parameter: "period", Code: programme.FaultNotAllowed, Detail: "Several boroughs stand beside each other in one period, and several periods beside each other for one borough, each by its code.",
		}})
	}
	t := &figureTable{}
	rows := map[*benchmark.Indicator]*tableRow{}
	if asked.latest || len(asked.boroughs) > 1 || len(asked.periods) == 1 {
		for _, borough := range asked.boroughs {
			t.columns = append(t.columns, tableColumn{borough, snapshot.Name(borough), asked.onePeriod()})
			for _, at := range asked.periods {
				t.place(asked, rows, borough, at, at.Period)
			}
		}
	} else {
		for _, at := range asked.periods {
			t.columns = append(t.columns, tableColumn{asked.boroughs[0], snapshot.Name(asked.boroughs[0]), at.Period})
			t.place(asked, rows, asked.boroughs[0], at, nil)
		}
	}
	for i := range snapshot.Indicators {
		row := rows[&snapshot.Indicators[i]]
		if row == nil || !asked.named && !slices.ContainsFunc(row.cells, func(c benchmark.Place) bool { return c.Figure.Status != benchmark.NotHeld }) {
			continue
		}
		t.rows = append(t.rows, *row)
	}
	return t, nil
}

// place adds a column's cells to the rows of the period's indicators.
func (t *figureTable) place(asked *comparing, rows map[*benchmark.Indicator]*tableRow, borough string, at comparedPeriod, period *benchmark.Period) {
	in := asked.at(borough, at.Period)
	for _, ind := range at.indicators {
		row := rows[ind]
		if row == nil {
			row = &tableRow{indicator: ind, period: period}
			rows[ind] = row
		}
		cell := in.peers.Place(ind)
		row.cells = append(row.cells, cell)
		row.caveats = append(row.caveats, asked.snapshot.CaveatsOf(ind.Code, in.code, at.Period))
		row.targets = append(row.targets, asked.snapshot.TargetFor(ind.Code, at.Code))
		if id := cell.Release; id != "" && !slices.Contains(t.releases.met, id) {
			t.releases.met = append(t.releases.met, id)
		}
	}
}

func (t *figureTable) wire() api.FigureTable {
	wire := api.FigureTable{Columns: make([]api.FigureTableColumn, len(t.columns)), Rows: make([]api.FigureTableRow, len(t.rows)), ReleaseIds: t.releases.ids()}
	for i, c := range t.columns {
		wire.Columns[i] = api.FigureTableColumn{Borough: c.borough, BoroughName: c.name}
		wire.Columns[i].Period, wire.Columns[i].PeriodName = periodOf(c.period)
	}
	for i, row := range t.rows {
		ind := row.indicator
		w := api.FigureTableRow{
			Indicator: ind.Code, IndicatorName: ind.Name, Theme: ind.Theme, Unit: api.Unit(ind.Unit), UnitName: ind.Unit.Name(), Decimals: ind.Decimals, Polarity: api.Polarity(ind.Polarity),
			Cells: make([]api.FigureTableCell, len(row.cells)),
		}
		w.Period, w.PeriodName = periodOf(row.period)
		for k := range row.cells {
			c := &row.cells[k]
			w.Cells[k] = api.FigureTableCell{
				Value: c.Figure.Value, Status: api.FigureStatus(c.Figure.Status), Rank: c.Region.Rank, N: c.Region.N, Band: bandWire(c.Band), CaveatIds: row.caveats[k],
				Target: besideWire(row.targets[k], c.Figure.Value),
			}
		}
		wire.Rows[i] = w
	}
	return wire
}

// periodOf answers the period's code and name, or neither.
func periodOf(p *benchmark.Period) (code, name *string) {
	if p == nil {
		return nil, nil
	}
	return &p.Code, new(p.Name())
}

// grid is the table with three columns for each of its own, and targets behind them: one for
// each row, or for each period beside others.
func (t *figureTable) grid() sheet.Grid {
	g := sheet.Grid{Name: "Figures"}
	for _, name := range []string{"indicator", "indicatorName", "theme", "unit", "polarity", "period"} {
		g.Columns = append(g.Columns, sheet.Column{Name: name, Width: map[bool]int{true: 40, false: 16}[name == "indicatorName"]})
	}
	beside := []sheet.Column{{Name: "target", Width: 8}, {Name: "direction", Width: 10}}
	if t.byPeriod() {
		beside = nil
	}
	for _, c := range t.columns {
		name := c.name
		if t.byPeriod() {
			name = c.period.Code
			beside = append(beside, sheet.Column{Name: name + " target", Width: 8}, sheet.Column{Name: name + " direction", Width: 10})
		}
		g.Columns = append(g.Columns, sheet.Column{Name: name, Width: 14}, sheet.Column{Name: name + " rank", Width: 8}, sheet.Column{Name: name + " band", Width: 8})
		beside = append(beside, sheet.Column{Name: name + " met", Width: 8})
	}
	g.Columns = append(g.Columns, beside...)
	for _, row := range t.rows {
		cells := []any{row.indicator.Code, row.indicator.Name, row.indicator.Theme, row.indicator.Unit.Name(), string(row.indicator.Polarity), nil}
		if row.period != nil {
			cells[5] = row.period.Code
		}
		var beside []any
		for i, c := range row.cells {
			cells = append(cells, valueCell(&c.Figure), rankCell(c.Region.Rank), c.Band)
			target := targetCells(row.targets[i], c.Figure.Value)
			if i > 0 && !t.byPeriod() {
				target = target[2:]
			}
			beside = append(beside, target...)
		}
		g.Rows = append(g.Rows, append(cells, beside...))
	}
	return g
}

// byPeriod reports whether the columns are periods of one borough.
func (t *figureTable) byPeriod() bool {
	return len(t.columns) > 1 && t.columns[0].borough == t.columns[1].borough
}

// valueCell is the number, or the symbol that stands for it.
func valueCell(f *benchmark.Figure) any {
	if f.Value != nil {
		return *f.Value
	}
	return string(f.Status)
}

// targetCells are the target, its direction, and whether the value meets it.
func targetCells(t *benchmark.Target, value *float64) []any {
	if t == nil {
		return []any{nil, nil, nil}
	}
	cells := []any{t.Value, string(t.Direction), nil}
	if met := t.Met(value); met != nil {
		cells[2] = strconv.FormatBool(*met)
	}
	return cells
}

func rankCell(rank *int) any {
	if rank == nil {
		return nil
	}
	return *rank
}

// notes say where the figures come from and how the table is read.
func (t *figureTable) notes(snapshot *benchmark.Snapshot) sheet.Grid {
	title := "Published figures"
	if t.byPeriod() {
		title += " of " + t.columns[0].name
	}
	g := sheet.Grid{Name: "Notes", Columns: []sheet.Column{{Name: title, Width: 100}}}
	for _, note := range []string{
		"Values as published, or computed from published counts by the definition of the indicator.",
		"rank: the borough's place among the programme's boroughs with a value, 1 the best; ties share the smaller. A neutral indicator has none.",
		"band: the quarter of England's authorities in which it lies, A the best. A neutral indicator has none, and none where fewer than ten have a value.",
		"target: what the programme has set for the indicator in the period, to be reached at_least or at_most; met: whether the value reaches it. No rank and no band follows from it.",
		"In place of a value: c suppressed to protect confidentiality; z not applicable; x or : not available; low or k rounds to zero; u of low reliability;",
		"not_held: no release here gives a figure; no_denominator: nothing to divide by; joint: published only together with another authority.",
	} {
		g.Rows = append(g.Rows, []any{note})
	}
	for i := range snapshot.Caveats {
		if c := &snapshot.Caveats[i]; t.names(c.ID) {
			g.Rows = append(g.Rows, []any{"Caveat (" + caveatAbout(snapshot, c) + "): " + c.Text})
		}
	}
	for _, id := range t.releases.met {
		if r := snapshot.Release(id); r != nil {
			line := r.Title + ", " + r.Publisher
			if r.PublishedOn != nil {
				line += ", published on " + string(*r.PublishedOn)
			}
			g.Rows = append(g.Rows, []any{line + ". " + r.Licence + ". Release " + r.ID + ", file " + r.File + "."})
		}
	}
	return g
}

// names reports whether the caveat stands beside any of the table's figures.
func (t *figureTable) names(caveat string) bool {
	return slices.ContainsFunc(t.rows, func(row tableRow) bool {
		return slices.ContainsFunc(row.caveats, func(ids []string) bool { return slices.Contains(ids, caveat) })
	})
}

// caveatAbout says in words of which figures the caveat is.
func caveatAbout(snapshot *benchmark.Snapshot, c *benchmark.Caveat) string {
	var about []string
	if c.Indicator != nil {
		about = append(about, nameplates{snapshot}.indicator(*c.Indicator))
	}
	if c.Authority != nil {
		about = append(about, snapshot.Name(*c.Authority))
	}
	if r := snapshot.Release(text(c.ReleaseID)); r != nil {
		about = append(about, r.Title)
	}
	if c.ValidFrom != nil {
		about = append(about, "from "+string(*c.ValidFrom))
	}
	if c.ValidTo != nil {
		about = append(about, "until "+string(*c.ValidTo))
	}
	return strings.Join(about, ", ")
}
