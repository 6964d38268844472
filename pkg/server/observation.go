package server

import (
	"context"
	"iter"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
)

// ListObservations answers published figures. It is the one list that can be
// millions of rows long, so it is never held as a list.
func (s *Server) ListObservations(ctx context.Context, r api.ListObservationsRequestObject) (api.Response, error) {
	snapshot, p := callOf(ctx).snapshot, r.Params
	filter := benchmark.ObservationFilter{
		Indicators: listOr(p.Indicator), Periods: listOr(p.Period), Geographies: listOr(p.Geography), Release: text(p.ReleaseId),
	}
	if p.Level != nil {
		filter.Level = benchmark.Level(*p.Level)
	}
	if p.Status != nil {
		filter.Status = benchmark.Status(*p.Status)
	}
	list := rows[benchmark.Observation]{
		key:   func(o benchmark.Observation) []string { return []string{o.Period, o.Indicator, o.Geography} },
		width: 3,
		total: func() int { return snapshot.Data.Count(filter) },
		after: func(key []string) iter.Seq[benchmark.Observation] {
			var start benchmark.ObservationKey
			if key != nil {
				start = benchmark.ObservationKey{Period: key[0], Indicator: key[1], Geography: key[2]}
			}
			return snapshot.Data.Observations(start, filter)
		},
	}
	var period benchmark.Period // of the row before: thousands follow each other with the same
	return answerList(ctx, list, func(o benchmark.Observation) api.Observation {
		if o.Period != period.Code {
			period, _ = benchmark.ParsePeriod(o.Period)
		}
		var joint *benchmark.JointFigure
		if o.Status == benchmark.Joint { // so of few among millions
			joint = snapshot.Data.Column(o.Period, o.Indicator).Joint(o.Geography)
		}
		return observationWire(snapshot, period, joint, o)
	})
}

func listOr(given *[]string) []string {
	if given == nil {
		return nil
	}
	return *given
}

func observationWire(snapshot *benchmark.Snapshot, p benchmark.Period, joint *benchmark.JointFigure, o benchmark.Observation) api.Observation {
	return api.Observation{
		Period: o.Period, PeriodKind: api.PeriodKind(p.Kind), Indicator: o.Indicator, IndicatorName: nameplates{snapshot}.indicator(o.Indicator), Geography: o.Geography, GeographyName: snapshot.Name(o.Geography),
		Level: api.GeographicLevel(benchmark.LevelOf(o.Geography)), Value: o.Value, Status: api.FigureStatus(o.Status),
		Numerator: o.Numerator, Denominator: o.Denominator, Joint: jointWire(snapshot, joint), ReleaseId: o.ReleaseID, CaveatIds: snapshot.CaveatsOf(o.Indicator, o.Geography, &p),
	}
}

// jointWire leads on from the status joint to the figure.
func jointWire(snapshot *benchmark.Snapshot, j *benchmark.JointFigure) *api.JointFigure {
	if j == nil {
		return nil
	}
	return &api.JointFigure{
		Geography: j.Geography, GeographyName: snapshot.Name(j.Geography), Value: j.Figure.Value, Status: api.FigureStatus(j.Figure.Status),
		Numerator: j.Figure.Numerator, Denominator: j.Figure.Denominator, ReleaseId: j.Release,
	}
}
