package server

import (
	"context"
	"fmt"
	"strings"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

type indicatorStore interface {
	CreateIndicator(ctx context.Context, actor programme.Actor, ind benchmark.Indicator) (benchmark.Indicator, error)
	UpdateIndicator(ctx context.Context, actor programme.Actor, code string, version int64, change func(*benchmark.Indicator) error) (benchmark.Indicator, error)
	DeleteIndicator(ctx context.Context, actor programme.Actor, code string, version int64) error
}

// ListIndicators answers the present definitions.
func (s *Server) ListIndicators(ctx context.Context, r api.ListIndicatorsRequestObject) (api.Response, error) {
	snapshot, p := callOf(ctx).snapshot, r.Params
	list := kept(snapshot.Indicators, func(ind *benchmark.Indicator) bool {
		return found(p.Q, ind.Code, ind.Name) && (p.Theme == nil || ind.Theme == *p.Theme) && (p.Polarity == nil || string(ind.Polarity) == string(*p.Polarity)) &&
			(p.Unit == nil || string(ind.Unit) == string(*p.Unit)) && since(p.UpdatedSince, ind.UpdatedAt) &&
			(p.WithFigures == nil || (snapshot.Latest(ind.Code) != nil) == *p.WithFigures)
	})
	by, descending := sorted(p.Sort)
	ordered := listOf(list, descending, func(ind *benchmark.Indicator) []string {
		switch by {
		case "name":
			return []string{ind.Name, ind.Code}
		case "theme":
			return []string{ind.Theme, ind.Code}
		}
		return []string{ind.Code}
	})
	return answerList(ctx, ordered, indicatorWire(snapshot))
}

// GetIndicator answers one present definition.
func (s *Server) GetIndicator(ctx context.Context, r api.GetIndicatorRequestObject) (api.Response, error) {
	ind, err := indicatorIn(ctx, r.Code)
	if err != nil {
		return nil, err
	}
	return resource(ctx, ind.Version, indicatorWire(callOf(ctx).snapshot)(ind))
}

// ListIndicatorVersions answers every revision of one definition.
func (s *Server) ListIndicatorVersions(ctx context.Context, r api.ListIndicatorVersionsRequestObject) (api.Response, error) {
	if _, err := indicatorIn(ctx, r.Code); err != nil {
		return nil, err
	}
	list := kept(callOf(ctx).snapshot.Revisions, func(ind *benchmark.Indicator) bool { return ind.Code == r.Code })
	ordered := inOrder(list, 1, func(ind *benchmark.Indicator) []string { return []string{fmt.Sprintf("%06d", ind.Revision)} })
	return answerList(ctx, ordered, indicatorWire(callOf(ctx).snapshot))
}

func indicatorIn(ctx context.Context, code string) (*benchmark.Indicator, error) {
	if ind := callOf(ctx).snapshot.Indicator(code); ind != nil {
		return ind, nil
	}
	return nil, notFound("There is no indicator with this code.")
}

// CreateIndicator adds a definition.
func (s *Server) CreateIndicator(ctx context.Context, r api.CreateIndicatorRequestObject) (api.Response, error) {
	ind := benchmark.Indicator{Code: r.Body.Code}
	if err := setIndicator(&ind, *r.Body); err != nil {
		return nil, err
	}
	ind, err := s.store.CreateIndicator(ctx, callOf(ctx).actor, ind)
	if err != nil {
		return nil, err
	}
	return created(ctx, ind.Version, "indicator", ind.Code, indicatorWire(callOf(ctx).snapshot)(&ind))
}

// UpdateIndicator corrects a definition; where it then measures something else,
// it is a new revision.
func (s *Server) UpdateIndicator(ctx context.Context, r api.UpdateIndicatorRequestObject) (api.Response, error) {
	ind, err := s.store.UpdateIndicator(ctx, callOf(ctx).actor, r.Code, matchVersion(r.Params.IfMatch), func(ind *benchmark.Indicator) error {
		in, err := merged(ctx, api.IndicatorInput{
			Code: ind.Code, Name: ind.Name, Theme: ind.Theme, Numerator: ind.Numerator, Denominator: ind.Denominator, Unit: api.Unit(ind.Unit),
			Multiplier: ind.Multiplier, Decimals: ind.Decimals, Polarity: api.Polarity(ind.Polarity), Frequency: api.Frequency(ind.Frequency), Source: ind.Source,
		})
		if err != nil {
			return err
		}
		return setIndicator(ind, in)
	})
	if err != nil {
		return nil, err
	}
	return resource(ctx, ind.Version, indicatorWire(callOf(ctx).snapshot)(&ind))
}

// DeleteIndicator removes a definition that nothing was measured by.
func (s *Server) DeleteIndicator(ctx context.Context, r api.DeleteIndicatorRequestObject) (api.Response, error) {
	err := s.store.DeleteIndicator(ctx, callOf(ctx).actor, r.Code, matchVersion(r.Params.IfMatch))
	return deleted(ctx), err
}

func setIndicator(ind *benchmark.Indicator, in api.IndicatorInput) error {
	ind.Name, ind.Theme, ind.Numerator, ind.Denominator = in.Name, in.Theme, in.Numerator, in.Denominator
	ind.Unit, ind.Multiplier, ind.Decimals = benchmark.Unit(in.Unit), in.Multiplier, in.Decimals
	ind.Polarity, ind.Frequency, ind.Source = benchmark.Polarity(in.Polarity), string(in.Frequency), in.Source
	return ind.Check()
}

func indicatorWire(snapshot *benchmark.Snapshot) func(*benchmark.Indicator) api.Indicator {
	return func(ind *benchmark.Indicator) api.Indicator {
		return api.Indicator{
			Code: ind.Code, Name: ind.Name, Theme: ind.Theme, Numerator: ind.Numerator, Denominator: ind.Denominator,
			Unit: api.Unit(ind.Unit), UnitName: ind.Unit.Name(), Multiplier: ind.Multiplier, Decimals: ind.Decimals, Polarity: api.Polarity(ind.Polarity),
			Frequency: api.Frequency(ind.Frequency), Source: ind.Source, Coverage: coverageWire(snapshot.CoverageOf(ind.Code)), Revision: ind.Revision,
			CreatedAt: ind.CreatedAt.UTC(), UpdatedAt: ind.UpdatedAt.UTC(), Etag: etagOf(ind.Version),
		}
	}
}

func coverageWire(c benchmark.Coverage) api.IndicatorCoverage {
	wire := api.IndicatorCoverage{Figures: c.Figures, Periods: c.Periods}
	if c.First != nil { // and so a last one
		wire.FirstPeriod, wire.FirstPeriodName = &c.First.Code, new(c.First.Name())
		wire.LastPeriod, wire.LastPeriodName = &c.Last.Code, new(c.Last.Name())
	}
	return wire
}

// sorted reads a sort parameter: the member, and whether backwards.
func sorted[S ~string](given *S) (by string, descending bool) {
	if given == nil {
		return "code", false
	}
	return strings.CutPrefix(string(*given), "-")
}
