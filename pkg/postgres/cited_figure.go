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
// figures are laid; regionOf answers the code of a borough's region. Snapshots are read with
// one statement, and releases with one, however many figures are cited.
func (s *Store) CitedFigures(ctx context.Context, actor programme.Actor, cited []programme.Citation, regionOf func(borough string) string) ([]evaluation.CitedFigure, error) {
	tx := s.gorm.WithContext(ctx)
	figures := make([]evaluation.CitedFigure, len(cited))
	var published, released []*evaluation.CitedFigure
	for i, c := range cited {
		figures[i] = evaluation.CitedFigure{Citation: c, Status: evaluation.FigureMissing}
		if c.Source == programme.FromRelease {
			released = append(released, &figures[i])
		} else {
			published = append(published, &figures[i])
		}
	}
	if err := s.quarterFigures(tx, actor, published); err != nil {
		return nil, refusal(err)
	}
	if err := releasedFigures(tx, released, regionOf); err != nil {
		return nil, refusal(err)
	}
	return figures, nil
}

func (s *Store) quarterFigures(tx *gorm.DB, actor programme.Actor, figures []*evaluation.CitedFigure) error {
	if len(figures) == 0 {
		return nil
	}
	var ids array
	for _, f := range figures {
		ids = append(ids, f.SourceID)
	}
	var snapshots []disclosure.QuarterSnapshot
	if err := beyondSight(tx).Where("id = ANY (?)", ids).Find(&snapshots).Error; err != nil {
		return err
	}
	for i := range snapshots {
		of := &snapshots[i]
		if of.Readable() != nil {
			for _, f := range figures {
				if f.SourceID == of.ID {
					f.Status = evaluation.FigureWithdrawn
				}
			}
			continue
		}
		shown, err := s.thawed(tx, actor, of)
		if err != nil {
			return err
		}
		for _, f := range figures {
			if f.SourceID == of.ID {
				quarterFigure(f, &shown)
			}
		}
	}
	return nil
}

func quarterFigure(f *evaluation.CitedFigure, of *disclosure.Shown) {
	for _, r := range of.Figures(disclosure.FigureFilter{Borough: &f.Borough, Indicator: &f.Indicator}) {
		f.Status, f.Illustrative = string(r.Figure.Status), r.Of.Illustrative
		if v := r.Figure.Value; v != nil && r.Figure.Status == disclosure.Number {
			f.Value, f.Denominator = &v.Middle, &r.Figure.Denominator
			if n := r.Figure.Numerator; n != nil {
				f.Numerator = &n.Middle
			}
		} else if v != nil {
			f.Lower, f.Upper = &v.Lower, &v.Upper
		}
		if p := r.Position.Region.Pooled; p != nil && p.Value != nil {
			f.Region, f.RegionCode, f.RegionN = p.Value, r.Position.Region.Key, p.N
		}
	}
}

// releasedFigures reads the boroughs' figures, and their regions' beside them.
func releasedFigures(tx *gorm.DB, figures []*evaluation.CitedFigure, regionOf func(borough string) string) error {
	if len(figures) == 0 {
		return nil
	}
	var releases, periods, indicators, geographies array
	for _, f := range figures {
		for _, g := range [2]string{f.Borough, regionOf(f.Borough)} {
			releases, periods = append(releases, f.SourceID), append(periods, f.Period)
			indicators, geographies = append(indicators, f.Indicator), append(geographies, g)
		}
	}
	var rows []struct {
		Release, Period, Indicator, Geography string

		Value, Numerator, Denominator *float64

		Status    string
		Withdrawn bool
	}
	err := tx.Raw(`SELECT DISTINCT o.release_id::text AS release, o.period_code AS period, o.indicator_code AS indicator, o.geography_code AS geography, o.value, o.numerator, o.denominator, o.status,
			r.state <> 'standing' AS withdrawn
		FROM unnest(CAST(@releases AS uuid[]), CAST(@periods AS text[]), CAST(@indicators AS text[]), CAST(@geographies AS text[])) AS c (release_id, period_code, indicator_code, geography_code)
		JOIN release_observations o USING (release_id, period_code, indicator_code, geography_code)
		JOIN releases r ON r.id = o.release_id`,
		map[string]any{"releases": releases, "periods": periods, "indicators": indicators, "geographies": geographies}).Scan(&rows).Error
	for _, f := range figures {
		region := regionOf(f.Borough)
		for i := range rows {
			switch r := &rows[i]; {
			case r.Release != f.SourceID || r.Period != f.Period || r.Indicator != f.Indicator || r.Geography != f.Borough && r.Geography != region:
			case r.Withdrawn:
				f.Status = evaluation.FigureWithdrawn
			case r.Geography == f.Borough:
				f.Value, f.Numerator, f.Denominator, f.Status = r.Value, r.Numerator, r.Denominator, r.Status
				if r.Value != nil {
					f.Status = evaluation.FigureIsNumber
				}
			default:
				f.Region, f.RegionCode = r.Value, region
			}
		}
	}
	return err
}
