package postgres

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

// unknownSources names every citation of what is not there: its source, the indicator, the
// borough, or a period that is not the source's.
func unknownSources(tx *gorm.DB, cited []evaluation.CitedAt) ([]programme.Fault, error) {
	if len(cited) == 0 {
		return nil, nil
	}
	tx = tx.Session(&gorm.Session{NewDB: true})
	var ids, indicators, boroughs array
	for _, c := range cited {
		if idOrNone(c.Citation.SourceID) != nil {
			ids = append(ids, c.Citation.SourceID)
		}
		indicators, boroughs = append(indicators, c.Citation.Indicator), append(boroughs, c.Citation.Borough)
	}
	var known []struct{ Source, ID, Period string }
	err := tx.Raw(`SELECT 'snapshot' AS source, id::text, quarter_code AS period FROM quarter_snapshots WHERE id = ANY (@ids)
		UNION ALL SELECT DISTINCT 'release', release_id::text, period_code FROM release_columns WHERE release_id = ANY (@ids)`, map[string]any{"ids": ids}).Scan(&known).Error
	if err != nil {
		return nil, err
	}
	var names, places []string
	if err := tx.Table("indicators").Where("code = ANY (?)", indicators).Pluck("code", &names).Error; err != nil {
		return nil, err
	}
	if err := tx.Table("boroughs").Where("code = ANY (?)", boroughs).Pluck("code", &places).Error; err != nil {
		return nil, err
	}
	var faults []programme.Fault
	for _, c := range cited {
		source, period := false, false
		for _, k := range known {
			if k.Source == string(c.Citation.Source) && k.ID == c.Citation.SourceID {
				source, period = true, period || k.Period == c.Citation.Period
			}
		}
		switch {
		case !source:
			faults = append(faults, programme.Unknown(c.Pointer+"/sourceId", "There is no "+string(c.Citation.Source)+" with this id."))
		case !period:
			faults = append(faults, programme.Unknown(c.Pointer+"/period", "The "+string(c.Citation.Source)+" has no figures of this period."))
		}
		if !slices.Contains(names, c.Citation.Indicator) {
			faults = append(faults, programme.Unknown(c.Pointer+"/indicator", "There is no such indicator."))
		}
		if !slices.Contains(places, c.Citation.Borough) {
			faults = append(faults, programme.Unknown(c.Pointer+"/borough", "There is no such borough."))
		}
	}
	return faults, nil
}

// CitedFigures answers the cited figures as the actor may see them now, in the order of the
// citations. Of a quarter that is the common view, over which the actor's own borough's true
// figures are laid; regionOf answers the code of a borough's region.
func (s *Store) CitedFigures(ctx context.Context, actor programme.Actor, cited []programme.Citation, regionOf func(borough string) string) ([]evaluation.CitedFigure, error) {
	tx := s.gorm.WithContext(ctx)
	figures := make([]evaluation.CitedFigure, len(cited))
	shown := map[string]*disclosure.Shown{}
	for i, c := range cited {
		figures[i] = evaluation.CitedFigure{Citation: c, Status: evaluation.FigureMissing}
		var err error
		if c.Source == programme.FromRelease {
			err = releasedFigure(tx, &figures[i], regionOf(c.Borough))
		} else {
			err = s.quarterFigure(tx, actor, &figures[i], shown)
		}
		if err != nil {
			return nil, refusal(err)
		}
	}
	return figures, nil
}

func (s *Store) quarterFigure(tx *gorm.DB, actor programme.Actor, f *evaluation.CitedFigure, shown map[string]*disclosure.Shown) error {
	of, is := shown[f.SourceID]
	if !is {
		row, err := read(beyondSight(tx), quarterSnapshots, f.SourceID)
		if err != nil {
			return err
		}
		if row.Readable() == nil {
			thawed, err := s.thawed(tx, actor, &row)
			if err != nil {
				return err
			}
			of = &thawed
		}
		shown[f.SourceID] = of
	}
	if of == nil {
		f.Status = evaluation.FigureWithdrawn
		return nil
	}
	for _, r := range of.Figures(disclosure.FigureFilter{Borough: &f.Borough, Indicator: &f.Indicator}) {
		f.Status, f.Illustrative = string(r.Figure.Status), r.Of.Illustrative
		if v := r.Figure.Value; v != nil && r.Figure.Status == disclosure.Number {
			f.Value = &v.Middle
		} else if v != nil {
			f.Lower, f.Upper = &v.Lower, &v.Upper
		}
		if p := r.Position.Region.Pooled; p != nil && p.Value != nil {
			f.Region, f.RegionCode, f.RegionN = p.Value, r.Position.Region.Key, p.N
		}
	}
	return nil
}

func releasedFigure(tx *gorm.DB, f *evaluation.CitedFigure, region string) error {
	var rows []struct {
		Geography string
		Value     *float64
		Status    string
		Withdrawn bool
	}
	err := tx.Raw(`SELECT o.geography_code AS geography, o.value, o.status, r.state <> 'standing' AS withdrawn FROM releases r
		JOIN release_observations o ON o.release_id = r.id AND o.period_code = @period AND o.indicator_code = @indicator AND o.geography_code IN (@borough, @region)
		WHERE r.id = @id`, map[string]any{"id": f.SourceID, "period": f.Period, "indicator": f.Indicator, "borough": f.Borough, "region": region}).Scan(&rows).Error
	for _, r := range rows {
		switch {
		case r.Withdrawn:
			f.Value, f.Region, f.Status = nil, nil, evaluation.FigureWithdrawn
		case r.Geography == f.Borough:
			f.Value, f.Status = r.Value, r.Status
			if r.Value != nil {
				f.Status = evaluation.FigureIsNumber
			}
		default:
			f.Region, f.RegionCode = r.Value, region
		}
	}
	return err
}
