package server

import (
	"bytes"
	"context"
	"net/http"

	"peerchallenge/api"
	"peerchallenge/pkg/chart"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

type selfEvaluationVersionStore interface {
	SelfEvaluationVersions(actor programme.Actor, id string) programme.Listing[evaluation.Signing]
	ReadSelfEvaluationVersion(ctx context.Context, actor programme.Actor, id string, number int, form evaluation.ReadForm) (evaluation.Signing, error)
	SelfEvaluationReads(actor programme.Actor, id string) programme.Listing[evaluation.Read]
}

// ListSelfEvaluationVersions answers those that the caller may read.
func (s *Server) ListSelfEvaluationVersions(ctx context.Context, r api.ListSelfEvaluationVersionsRequestObject) (api.Response, error) {
	actor := callOf(ctx).actor
	if _, err := s.store.SelfEvaluation(ctx, actor, r.Id); err != nil { // before the first byte of a table
		return nil, err
	}
	return answerListing(ctx, s.store.SelfEvaluationVersions(actor, r.Id), s.versionEntry(ctx))
}

func (s *Server) versionEntry(ctx context.Context) func(*evaluation.Signing) api.SelfEvaluationVersionEntry {
	actor, now := callOf(ctx).actor, s.clock()
	return func(v *evaluation.Signing) api.SelfEvaluationVersionEntry {
		return api.SelfEvaluationVersionEntry{
			Number: v.Number, State: api.SelfEvaluationVersionState(v.Of.StateOf(v.Number, actor, now)), TemplateId: v.Document.TemplateID, TemplateVersion: v.Document.TemplateVersion,
			SignedAt: v.SignedAt.UTC(), SignedBy: string(v.SignedBy), ReceiptId: receiptFor(actor, v), RedactedAt: v.RedactedAt, Illustrative: v.Of.Illustrative,
		}
	}
}

// receiptFor answers the receipt for those who may see it.
func receiptFor(actor programme.Actor, v *evaluation.Signing) *string {
	if actor.WritesFor(v.Of.Borough) || actor.Is(programme.RoleProgramme) {
		return v.ReceiptID
	}
	return nil
}

// GetSelfEvaluationVersion answers what was signed under a number, as data or as a page.
func (s *Server) GetSelfEvaluationVersion(ctx context.Context, r api.GetSelfEvaluationVersionRequestObject) (api.Response, error) {
	call := callOf(ctx)
	if call.page {
		return s.evaluationPage(ctx, r.Id, &r.Number)
	}
	v, err := s.signing(ctx, r.Id, r.Number, evaluation.AsJSON)
	if err != nil {
		return nil, err
	}
	shown := v.ShownTo(call.actor)
	figures, err := s.citedFigures(ctx, call.actor, &shown)
	if err != nil {
		return nil, err
	}
	return ok(ctx, s.versionRead(ctx, &v, &shown, figures))
}

// versionRead answers a version as it is shown.
func (s *Server) versionRead(ctx context.Context, v *evaluation.Signing, shown *evaluation.Document, figures []api.CitedFigure) api.SelfEvaluationVersion {
	actor := callOf(ctx).actor
	return api.SelfEvaluationVersion{
		Number: v.Number, Borough: v.Of.Borough, BoroughName: namesIn(ctx).borough(v.Of.Borough), Cycle: string(v.Of.Cycle),
		State: api.SelfEvaluationVersionState(v.Of.StateOf(v.Number, actor, s.clock())), TemplateId: shown.TemplateID, TemplateVersion: shown.TemplateVersion,
		SignedAt: v.SignedAt.UTC(), SignedBy: string(v.SignedBy), ReceiptId: receiptFor(actor, v), Sections: sectionsWire(v.Asked, shown), Figures: figures, Hidden: shown.HiddenNumbers(),
		RedactedAt: v.RedactedAt, Illustrative: v.Of.Illustrative,
	}
}

// signing reads a version, with what it was asked; that somebody else reads it is recorded.
func (s *Server) signing(ctx context.Context, id string, number int, form evaluation.ReadForm) (evaluation.Signing, error) {
	return s.store.ReadSelfEvaluationVersion(ctx, callOf(ctx).actor, id, number, form)
}

// GetSelfEvaluationChanges compares two versions.
func (s *Server) GetSelfEvaluationChanges(ctx context.Context, r api.GetSelfEvaluationChangesRequestObject) (api.Response, error) {
	is, err := s.signing(ctx, r.Id, r.Number, evaluation.AsComparison)
	if err != nil {
		return nil, err
	}
	was, err := s.signing(ctx, r.Id, r.Params.Since, evaluation.AsComparison)
	if programme.KindOf(err) == programme.NotFound && err != nil {
		err = programme.BadRequest(programme.UnknownParameter("since", "There is no version with this number."))
	}
	if err != nil {
		return nil, err
	}
	was.Document = was.ShownTo(callOf(ctx).actor) // others do not learn that a number changed which is hidden from them
	after := is.ShownTo(callOf(ctx).actor)
	before := was.AskedNow(after.TemplateID, is.Asked)
	return ok(ctx, api.SelfEvaluationChanges{
		Number: &is.Number, Since: &was.Number, SinceCycle: new(string(was.Of.Cycle)), Changes: answerChangesWire(evaluation.CompareDocuments(&before, &after, is.Asked)),
	})
}

func answerChangesWire(changes []evaluation.AnswerChange) []api.AnswerChange {
	wire := make([]api.AnswerChange, len(changes))
	for i := range changes {
		c := &changes[i]
		wire[i] = api.AnswerChange{Section: c.Section, Question: c.Question, ItemId: optional(c.Item), State: api.AnswerState(c.State), Pieces: []api.TextPiece{}}
		if c.State == evaluation.IsSame {
			continue
		}
		wire[i].Before, wire[i].After = facetWire(c.Before), facetWire(c.After)
		for _, p := range c.Pieces {
			wire[i].Pieces = append(wire[i].Pieces, api.TextPiece{Kind: api.PieceKind(p.Op), Text: p.Text})
		}
	}
	return wire
}

func facetWire(f *evaluation.Facet) *api.NullableAnswerFacet {
	if f == nil {
		return nil
	}
	wire := &api.NullableAnswerFacet{Choice: f.Choice, Number: f.Number, Hidden: f.Hidden, Link: f.Link, Reference: f.Reference, Date: f.Date}
	if f.Citation != nil {
		wire.Citation = new(api.NullableCitation(citationWire(f.Citation)))
	}
	return wire
}

// ListSelfEvaluationReads answers who has read it, for its borough.
func (s *Server) ListSelfEvaluationReads(ctx context.Context, r api.ListSelfEvaluationReadsRequestObject) (api.Response, error) {
	actor := callOf(ctx).actor
	row, err := s.store.SelfEvaluation(ctx, actor, r.Id) // before the first byte of a table
	if err == nil && !actor.WritesFor(row.Borough) {
		err = programme.NotYours("Only the borough itself sees who has read it.")
	}
	if err != nil {
		return nil, err
	}
	return answerListing(ctx, s.store.SelfEvaluationReads(actor, r.Id), readWire(ctx))
}

func readWire(ctx context.Context) func(*evaluation.Read) api.SelfEvaluationRead {
	names := namesIn(ctx)
	return func(read *evaluation.Read) api.SelfEvaluationRead {
		wire := api.SelfEvaluationRead{Number: read.Number, ReadOn: read.ReadOn, Form: api.ReadForm(read.Form), Role: string(read.Role), Borough: read.Borough}
		if read.Borough != nil {
			wire.BoroughName = new(names.borough(*read.Borough))
		}
		return wire
	}
}

// citedFigures answers the figures that the document cites as the actor may see them.
func (s *Server) citedFigures(ctx context.Context, actor programme.Actor, d *evaluation.Document) ([]api.CitedFigure, error) {
	figures, err := s.figuresIn(ctx, actor, d)
	return citedFiguresWire(ctx, figures), err
}

func citedFiguresWire(ctx context.Context, figures []evaluation.CitedFigure) []api.CitedFigure {
	names := namesIn(ctx)
	return each(figures, func(f *evaluation.CitedFigure) api.CitedFigure {
		return api.CitedFigure{
			Citation: citationWire(&f.Citation), IndicatorName: names.indicator(f.Indicator), BoroughName: names.borough(f.Borough), PeriodName: callOf(ctx).periodName(f.Period),
			Value: f.Value, Status: f.Status, Lower: f.Lower, Upper: f.Upper, Region: f.Region, Illustrative: f.Illustrative,
		}
	})
}

func (s *Server) figuresIn(ctx context.Context, actor programme.Actor, d *evaluation.Document) ([]evaluation.CitedFigure, error) {
	var cited []programme.Citation
	seen := map[programme.Citation]bool{}
	for _, c := range d.Citations() {
		if !seen[c.Citation] {
			cited = append(cited, c.Citation)
		}
		seen[c.Citation] = true
	}
	if len(cited) == 0 {
		return nil, nil
	}
	return s.store.CitedFigures(ctx, actor, cited, callOf(ctx).snapshot.RegionOf)
}

// evaluationPage answers a version or, where none is named, the draft or the newest version
// that the caller may read, as one page.
func (s *Server) evaluationPage(ctx context.Context, id string, number *int) (api.Response, error) {
	call := callOf(ctx)
	row, err := s.store.SelfEvaluation(ctx, call.actor, id)
	if err != nil {
		return nil, err
	}
	of := evaluation.Signing{Of: row, Asked: row.Facts.Outline}
	if number == nil && row.Draft != nil && call.actor.WritesFor(row.Borough) {
		of.Document = *row.Draft
	} else {
		if number == nil {
			number = row.NewestFor(call.actor, s.clock())
		}
		if number == nil {
			return nil, programme.Errorf(programme.NotFound, programme.CodeNotFound, "There is no version that you may read.")
		}
		if of, err = s.signing(ctx, id, *number, evaluation.AsPage); err != nil {
			return nil, err
		}
	}
	paper, err := s.passedOn(ctx, &of)
	if err != nil {
		return nil, err
	}
	return answerPaper(ctx, &paper)
}

// passedOn is a version or a draft as a document.
func (s *Server) passedOn(ctx context.Context, of *evaluation.Signing) (chart.Paper, error) {
	heading, err := s.paperHeading(ctx, of)
	if err != nil {
		return chart.Paper{}, err
	}
	return s.passedOnUnder(ctx, heading, of)
}

// passedOnUnder is a version or a draft as a document with the heading. It is passed on, so
// that everybody finds in it what others may see.
func (s *Server) passedOnUnder(ctx context.Context, heading *evaluationHeading, of *evaluation.Signing) (chart.Paper, error) {
	shown := of.Document.ForOthers(of.Asked)
	figures, err := s.figuresIn(ctx, programme.Actor{}, &shown)
	if err != nil {
		return chart.Paper{}, err
	}
	return selfEvaluationPaper(heading, of.Asked, &shown, paperFigures(ctx, figures)), nil
}

func answerPaper(ctx context.Context, paper *chart.Paper) (api.Response, error) {
	var out bytes.Buffer
	if err := paper.Write(&out); err != nil {
		return nil, err
	}
	return reply{call: callOf(ctx), status: http.StatusOK, content: newContent(htmlPage, out.Bytes()), policy: chart.PaperPolicy()}, nil
}
