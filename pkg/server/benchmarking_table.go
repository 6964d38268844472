package server

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/returns"
)

// The media types of tables.
const (
	csvFile  = "text/csv; charset=utf-8"
	workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// GetBenchmarkingTemplate answers what a borough fills in for a quarter.
func (s *Server) GetBenchmarkingTemplate(ctx context.Context, r api.GetBenchmarkingTemplateRequestObject) (api.Response, error) {
	t, err := s.template(ctx, r.Borough, r.Quarter)
	return answerFile(ctx, csvFile, templateFile(&t, "csv"), t.WriteCSV, err)
}

// GetBenchmarkingTemplateWorkbook answers the same as XLSX.
func (s *Server) GetBenchmarkingTemplateWorkbook(ctx context.Context, r api.GetBenchmarkingTemplateWorkbookRequestObject) (api.Response, error) {
	t, err := s.template(ctx, r.Borough, r.Quarter)
	return answerFile(ctx, workbook, templateFile(&t, "xlsx"), t.WriteWorkbook, err)
}

func (s *Server) template(ctx context.Context, borough, quarter string) (returns.Template, error) {
	call := callOf(ctx)
	if _, err := call.borough(borough); err != nil {
		return returns.Template{}, err
	}
	return s.store.BenchmarkingTemplate(ctx, call.actor, borough, quarter)
}

// GetBenchmarkingReportTable answers what the rules find, as CSV.
func (s *Server) GetBenchmarkingReportTable(ctx context.Context, r api.GetBenchmarkingReportTableRequestObject) (api.Response, error) {
	got, err := s.report(ctx, r.Id, r.Params.Framework)
	return answerFile(ctx, csvFile, reportFile(&got, "csv"), got.Report.WriteCSV, err)
}

// GetBenchmarkingReportWorkbook answers the same as XLSX.
func (s *Server) GetBenchmarkingReportWorkbook(ctx context.Context, r api.GetBenchmarkingReportWorkbookRequestObject) (api.Response, error) {
	got, err := s.report(ctx, r.Id, r.Params.Framework)
	return answerFile(ctx, workbook, reportFile(&got, "xlsx"), got.Report.WriteWorkbook, err)
}

func reportFile(got *returns.PostingResult, ending string) string {
	return nameOfFile("report", got.Submission.Borough, got.Submission.Quarter, got.Submission.Illustrative, ending)
}

func templateFile(t *returns.Template, ending string) string {
	return nameOfFile("return", t.Borough, t.Quarter, t.Illustrative, ending)
}

// nameOfFile is a name by which people know what they keep, and that it is made up where
// it is.
func nameOfFile(what, borough, quarter string, illustrative bool, ending string) string {
	name := what + "-" + borough + "-" + quarter
	if illustrative {
		name += "-made-up"
	}
	return name + "." + ending
}

// answerFile answers a table under a name by which people keep it. CSV begins with the
// mark by which spreadsheets know UTF-8.
func answerFile(ctx context.Context, mime, name string, write func(io.Writer) error, err error) (api.Response, error) {
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if mime == csvFile {
		out.WriteString(byteOrderMark)
	}
	if err := write(&out); err != nil {
		return nil, err
	}
	return reply{call: callOf(ctx), status: http.StatusOK, file: name, content: newContent(mime, out.Bytes())}, nil
}

// tableWire says as what a table was read; nothing of what came as JSON.
func tableWire(t *returns.Reading) *api.BenchmarkingTable {
	if t == nil {
		return nil
	}
	by := api.BenchmarkingTableByCount
	if t.ByIndicator {
		by = api.BenchmarkingTableByIndicator
	}
	return &api.BenchmarkingTable{Form: t.Form.String(), By: by, Rows: t.Rows, EmptyRows: t.Empty}
}

// boroughNamed answers which borough a table's cell names, by its code or its name.
func boroughNamed(s *benchmark.Snapshot) func(text string) (string, bool) {
	return func(text string) (string, bool) {
		for i := range s.Boroughs {
			if b := &s.Boroughs[i]; strings.EqualFold(text, b.Code) || strings.EqualFold(text, b.Name) {
				return b.Code, true
			}
		}
		return "", false
	}
}
