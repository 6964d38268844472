package server

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

type releaseStore interface {
	Import(ctx context.Context, actor programme.Actor, d benchmark.Delivery, read func(benchmark.Known) (*benchmark.Import, error)) (benchmark.ImportResult, error)
	WithdrawRelease(ctx context.Context, actor programme.Actor, id string, version int64) (benchmark.Release, error)
	ReinstateRelease(ctx context.Context, actor programme.Actor, id string, version int64) (benchmark.Release, error)
}

// ListReleases answers the files that figures were read from, oldest first.
func (s *Server) ListReleases(ctx context.Context, r api.ListReleasesRequestObject) (api.Response, error) {
	list := kept(callOf(ctx).snapshot.Releases, func(rel *benchmark.Release) bool {
		return r.Params.Dataset == nil || rel.Dataset == *r.Params.Dataset
	})
	return answerList(ctx, inOrder(list, 1, func(rel *benchmark.Release) []string { return []string{rel.ID} }), releaseWire(ctx))
}

// GetRelease answers one.
func (s *Server) GetRelease(ctx context.Context, r api.GetReleaseRequestObject) (api.Response, error) {
	rel := callOf(ctx).snapshot.Release(r.Id)
	if rel == nil {
		return nil, notFound("There is no release with this id.")
	}
	return resource(ctx, rel.Version, releaseWire(ctx)(rel))
}

// ImportRelease takes the file that the request has brought.
func (s *Server) ImportRelease(ctx context.Context, r api.ImportReleaseRequestObject) (api.Response, error) {
	call, p := callOf(ctx), r.Params
	d := benchmark.Delivery{
		File: p.File, SHA256: call.file.sha256(), PublishedOn: p.PublishedOn, NextUpdateOn: p.NextUpdateOn, Methodology: text(p.Methodology),
		Acknowledgement: text(p.Acknowledge), DryRun: call.dry(),
	}
	if call.format != formatJSON {
		if !d.DryRun {
			return nil, programme.BadRequest(programme.Fault{Parameter: "format", Code: programme.FaultNotAllowed, Detail: "Only the report of a dry run comes as CSV or NDJSON."})
		}
		return s.listChanges(ctx, d, text(p.Mapping))
	}
	items, change := []api.FigureChange{}, figureChangeWire(ctx)
	more := 0
	d.Each = func(c benchmark.Change) error {
		if len(items) == shownChanges {
			more++
			return nil
		}
		items = append(items, change(&c))
		return nil
	}
	result, err := s.importFile(ctx, d, text(p.Mapping))
	if err != nil {
		return nil, err
	}
	report := releaseReportWire(ctx, &result, d.DryRun)
	report.Items, report.More = items, more
	status := http.StatusOK
	if report.Outcome == api.Imported {
		status = http.StatusCreated
	}
	answer, err := encoded(ctx, status, result.Release.Version, report)
	if !d.DryRun {
		answer.location = *addressOf("release", result.Release.ID)
	}
	return answer, err
}

// shownChanges is how many changes a report lists in JSON: maxItems of its items.
const shownChanges = 1000

// importFile reads the call's file for the store, and again if it must.
func (s *Server) importFile(ctx context.Context, d benchmark.Delivery, mapping string) (benchmark.ImportResult, error) {
	if s.read == nil {
		return benchmark.ImportResult{}, errors.New("no reader of published files is wired")
	}
	call := callOf(ctx)
	return s.store.Import(ctx, call.actor, d, func(known benchmark.Known) (*benchmark.Import, error) {
		file, err := reopened(ctx)
		if err != nil {
			return nil, err
		}
		return s.read(d.File, mapping, file, known)
	})
}

// interruptible is a file whose reader hears when the request has no time left.
type interruptible struct {
	ctx  context.Context //nolint:containedctx // a reader has no other way to learn of it
	file io.Reader
}

func (i interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.file.Read(p)
}

// listChanges answers all changes of a dry run. They go into a file first: nobody else
// can write while the database knows of them, so that must not wait for their reader.
func (s *Server) listChanges(ctx context.Context, d benchmark.Delivery, mapping string) (api.Response, error) {
	call := callOf(ctx)
	file, err := s.spool.create()
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(file, sum), 1<<16)
	write, err := rowWriter[api.FigureChange](call, out)
	if err == nil {
		change := figureChangeWire(ctx)
		d.Each = func(c benchmark.Change) error { return write(change(&c)) }
		_, err = s.importFile(ctx, d, mapping)
	}
	if err = errors.Join(err, out.Flush()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return tableReply(call, func(open func(string) (io.Writer, bool)) error {
		to, wanted := open("d" + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:9]))
		if !wanted {
			return file.Close()
		}
		_, err := file.Seek(0, io.SeekStart)
		if err == nil {
			_, err = io.Copy(to, file)
		}
		return errors.Join(err, file.Close())
	}), nil
}

// WithdrawRelease takes back what a release gave.
func (s *Server) WithdrawRelease(ctx context.Context, r api.WithdrawReleaseRequestObject) (api.Response, error) {
	return releaseReply(ctx)(s.store.WithdrawRelease(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch)))
}

// ReinstateRelease lets it stand again.
func (s *Server) ReinstateRelease(ctx context.Context, r api.ReinstateReleaseRequestObject) (api.Response, error) {
	return releaseReply(ctx)(s.store.ReinstateRelease(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch)))
}

func releaseReply(ctx context.Context) func(benchmark.Release, error) (api.Response, error) {
	return func(r benchmark.Release, err error) (api.Response, error) {
		if err != nil {
			return nil, err
		}
		return resource(ctx, r.Version, releaseWire(ctx)(&r))
	}
}

func releaseReportWire(ctx context.Context, r *benchmark.ImportResult, dry bool) api.ReleaseReport {
	wire := api.ReleaseReport{
		Outcome: api.Imported, Release: releaseWire(ctx)(&r.Release), Form: r.Form, EmptyRows: r.EmptyRows, New: r.Inserted, Corrected: r.Updated, Withdrawn: r.Withdrawn,
		Unchanged: r.Unchanged, Older: r.Older, Periods: programme.OrEmpty(r.Periods), Sums: make([]api.ChangeSum, len(r.Sums)), Warnings: make([]api.ImportWarning, len(r.Warnings)),
	}
	switch {
	case r.Known:
		wire.Outcome = api.NothingToDo
	case dry:
		wire.Outcome = api.DryRun
	}
	sum := changeSumWire(ctx)
	for i := range r.Sums {
		wire.Sums[i] = sum(&r.Sums[i])
	}
	for i := range r.Warnings {
		wire.Warnings[i] = importWarningWire(&r.Warnings[i])
	}
	return wire
}

func changeSumWire(ctx context.Context) func(*benchmark.ChangeSum) api.ChangeSum {
	names := namesIn(ctx)
	return func(s *benchmark.ChangeSum) api.ChangeSum {
		indicator := optional(s.Indicator)
		return api.ChangeSum{
			Of: api.ChangedThing(s.Of), Indicator: indicator, IndicatorName: nameOf(names.indicator, indicator), Period: s.Period,
			New: s.New, Corrected: s.Corrected, Withdrawn: s.Withdrawn,
		}
	}
}

func importWarningWire(f *programme.Fault) api.ImportWarning {
	return api.ImportWarning{Code: api.FaultCode(f.Code), Detail: f.Detail}
}

func figureChangeWire(ctx context.Context) func(*benchmark.Change) api.FigureChange {
	names := namesIn(ctx)
	return func(c *benchmark.Change) api.FigureChange {
		indicator := optional(c.Indicator)
		return api.FigureChange{
			Of: api.ChangedThing(c.Of), Change: api.FigureChangeKind(c.Kind), Indicator: indicator, IndicatorName: nameOf(names.indicator, indicator),
			Period: c.Period, Place: c.Geography,
			WasValue: c.Was.Value, WasStatus: api.FigureStatus(c.Was.Status), WasNumerator: c.Was.Numerator, WasDenominator: c.Was.Denominator,
			Value: c.Is.Value, Status: api.FigureStatus(c.Is.Status), Numerator: c.Is.Numerator, Denominator: c.Is.Denominator, Replaces: codesWire(c.Replaces),
			Rank: positive(c.Rank), WasNeighbour: optional(c.WasNear.Code), WasCloseness: optional(c.WasNear.Closeness), Neighbour: optional(c.IsNear.Code), Closeness: optional(c.IsNear.Closeness),
		}
	}
}

func releaseWire(ctx context.Context) func(*benchmark.Release) api.Release {
	return func(r *benchmark.Release) api.Release {
		return api.Release{
			Id: r.ID, Dataset: r.Dataset, Title: r.Title, Publisher: r.Publisher, Licence: r.Licence,
			File: r.File, Sha256: r.SHA256, Rows: r.Rows, PublishedOn: r.PublishedOn, NextUpdateOn: r.NextUpdateOn, Methodology: optional(r.Methodology),
			State: api.ReleaseState(r.State), StateReason: optional(r.StateReason), ImportedAt: r.ImportedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(), Etag: etagOf(r.Version), Steps: stepsWire(ctx, r, r.ID),
		}
	}
}
