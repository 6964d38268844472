package server

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/sheet"
)

type printedFiguresStore interface {
	PrintedFigures(ctx context.Context, actor programme.Actor, quarter string, f disclosure.FigureFilter) (*disclosure.Shown, []disclosure.QuarterFigure, error)
}

// figuresList is the list of which the workbook has the columns.
var figuresList = operationKey{http.MethodGet, "/v1/quarters/:quarter/figures"}

// GetQuarterFiguresWorkbook answers a published quarter as one flat table in a workbook, as
// everybody sees it.
func (s *Server) GetQuarterFiguresWorkbook(ctx context.Context, r api.GetQuarterFiguresWorkbookRequestObject) (api.Response, error) {
	call := callOf(ctx)
	p := r.Params
	shown, rows, err := s.store.PrintedFigures(ctx, call.actor, r.Quarter, disclosure.FigureFilter{Number: p.Snapshot, Group: p.PeerChallengeGroupId, Peers: listOr(p.Peer)})
	if err != nil {
		return nil, err
	}
	of := &shown.Document.Heading
	name, table := "figures-"+of.Quarter+"-"+strconv.Itoa(of.Number), sheet.Grid{Name: "Figures"}
	if of.Illustrative {
		name, table.Name = name+"-made-up", table.Name+" (made up)"
	}
	wires, wire := make([]api.QuarterFigure, len(rows)), quarterFigureWire(call.snapshot)
	for i := range rows {
		wires[i] = wire(&rows[i])
	}
	fillGrid(&table, call.contract.operations[figuresList].columns, wires)
	return answerFile(ctx, workbook, name+".xlsx", func(w io.Writer) error { return sheet.WriteWorkbook(w, table, figureNotes(shown, call.snapshot)) }, nil)
}

// figureNotes say what the table is of, and how it is read.
func figureNotes(shown *disclosure.Shown, reference *benchmark.Snapshot) sheet.Grid {
	of := &shown.Document.Heading
	g := sheet.Grid{Name: "Notes", Columns: []sheet.Column{{Name: "The boroughs' figures, " + of.QuarterName, Width: 100}}}
	if of.Illustrative {
		g.Rows = append(g.Rows, []any{"The figures are made up."})
	}
	if shown.Peers != nil {
		g.Rows = append(g.Rows, []any{peersNote(shown.Peers, reference)})
	}
	for _, note := range []string{
		snapshotNote(of),
		"Everybody sees these figures. Small counts of children are hidden, and so is what they would follow from.",
		"status: number, of which 0 is one; hidden; withheld, of too few as published figures say; missing; not_applicable, what the borough never has; no_denominator, nothing to divide by.",
		"lower and upper: between these a hidden figure lies, where that can be told. Ranks and exceptions hold wherever hidden figures lie.",
		"Changes are made of what the other quarters showed when this was made. England and the statistical neighbours have the Department for Education's annual figures, of their own period.",
		attribution,
	} {
		g.Rows = append(g.Rows, []any{note})
	}
	return g
}

// peersNote names who stand together in the columns of peers.
func peersNote(p *disclosure.Peers, reference *benchmark.Snapshot) string {
	who := "The peers"
	if p.Group != "" {
		who = "The peers are those of the peer challenge group " + p.Group
	}
	names := make([]string, len(p.Boroughs))
	for i, code := range p.Boroughs {
		names[i] = reference.Name(code)
	}
	return who + ": " + cmp.Or(strings.Join(names, ", "), "nobody") + "."
}

// fillGrid adds the rows of a list to a grid, under the contract's names of its columns.
// Numbers stay numbers, and what is absent is an empty cell.
func fillGrid[W any](g *sheet.Grid, columns []string, rows []W) {
	sources := make([]cellSource, len(columns))
	for i, column := range columns {
		sources[i] = sourceOf(reflect.TypeFor[W](), column)
		g.Columns = append(g.Columns, sheet.Column{Name: column, Width: max(12, len(column))})
	}
	for i := range rows {
		row, cells := reflect.ValueOf(&rows[i]).Elem(), make([]any, len(columns))
		for k, source := range sources {
			cells[k] = source.cell(row)
		}
		g.Rows = append(g.Rows, cells)
	}
}

func (c cellSource) cell(row reflect.Value) any {
	v := field(row, c.path)
	if !v.IsValid() {
		return nil
	}
	switch v.Kind() {
	case reflect.Slice:
		if c.of == nil {
			return v.Len()
		}
		text, _ := valueText(v, c.of) // of texts, which have one
		return text
	case reflect.Float64:
		return v.Float()
	case reflect.Int:
		return int(v.Int())
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	}
	return v.String()
}
