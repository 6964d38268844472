package server

import (
	"context"
	"strconv"
	"strings"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

// paperHeading is what the paper says of a version, or of the draft, which has no number.
// Whose state it is told by is the version's: what its borough has done since is its own.
func (s *Server) paperHeading(ctx context.Context, of *evaluation.Signing) (*evaluationHeading, error) {
	template, err := s.store.SelfEvaluationTemplate(ctx, callOf(ctx).actor, of.Document.TemplateID)
	if err != nil {
		return nil, err
	}
	name, zone := namesIn(ctx).borough(of.Of.Borough), callOf(ctx).rules.Zone
	h := &evaluationHeading{
		Borough: of.Of.Borough, BoroughName: name, Cycle: string(of.Of.Cycle), TemplateName: template.Name, TemplateVersion: of.Document.TemplateVersion,
		State: "draft", Audience: "Official: a draft, for " + name + " only", Illustrative: of.Of.Illustrative,
	}
	if of.Number == 0 {
		return h, nil
	}
	h.Number, h.SignedAt = &of.Number, new(of.SignedAt.In(zone))
	h.State, h.Audience = "not shared", "Official: signed and not shared, for "+name+" only"
	switch {
	case of.Of.StateOf(of.Number, callOf(ctx).actor, s.clock()) == evaluation.VersionShared:
		h.State, h.Audience = "shared", "Official: shared with the boroughs of "+name+"'s group and the programme's team only"
	case of.Of.TeamReads(of.Number):
		h.State, h.Audience = "no longer shared with a group", "Official: no longer shared with a group, for "+name+" and the programme's team only"
	}
	if of.RedactedAt != nil {
		h.RedactedAt = new(of.RedactedAt.In(zone))
	}
	return h, nil
}

// whyNoFigure says what there is in the place of a figure. Of every other status of a
// published file there is none.
var whyNoFigure = map[string]string{
	string(disclosure.Hidden): "hidden: a small number of children", string(benchmark.Confidential): "hidden: a small number of children", string(disclosure.Withheld): "withheld: of few children",
	string(disclosure.NotApplicable): "not applicable", string(benchmark.NotApplicable): "not applicable", string(benchmark.NoDenominator): "nothing to divide by",
	evaluation.FigureWithdrawn: "its source has been withdrawn", evaluation.FigureMissing: "missing",
}

// paperFigures are the cited figures as a paper prints them.
func paperFigures(ctx context.Context, figures []evaluation.CitedFigure) map[programme.Citation]citedFigure {
	call, names := callOf(ctx), namesIn(ctx)
	cited := make(map[programme.Citation]citedFigure, len(figures))
	for i := range figures {
		f := &figures[i]
		made := citedFigure{
			IndicatorName: names.indicator(f.Indicator), BoroughName: names.borough(f.Borough), PeriodName: call.periodName(f.Period), Value: f.Value, Region: f.Region, RegionName: call.snapshot.Name(f.RegionCode),
			OfFew: f.RegionN > 0 && f.RegionN < fewest,
		}
		decimals := 1
		if ind := call.snapshot.Indicator(f.Indicator); ind != nil {
			decimals, made.Unit = ind.Decimals, units[ind.Unit]
		}
		number := func(value float64) string { return strconv.FormatFloat(value, 'f', decimals, 64) }
		switch why, known := whyNoFigure[f.Status]; {
		case f.Value != nil:
			made.Words = strings.TrimSpace(number(*f.Value) + " " + made.Unit)
		case known:
			made.Words = why
		default:
			made.Words = "no figure is published"
		}
		if f.Value == nil && f.Lower != nil && f.Upper != nil {
			made.Words += ", between " + number(*f.Lower) + " and " + number(*f.Upper)
		}
		if f.Illustrative {
			made.Words += " (illustrative, made up)"
		}
		cited[f.Citation] = made
	}
	return cited
}
