package postgres

import (
	"context"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

// SharingDays answers the days on which self-evaluations begin to be read that belong in the
// borough's calendar, in order of creation; to the borough itself and the programme's team, and
// none to others.
func (s *Store) SharingDays(ctx context.Context, actor programme.Actor, borough string) ([]evaluation.SharingDay, error) {
	if !programme.Parties(borough).Includes(actor) {
		return nil, nil
	}
	var rows []evaluation.SelfEvaluation
	err := beyondSight(s.gorm.WithContext(ctx)).Select("id", "borough_code", "cycle", "illustrative", "sharings").
		Where("sharings <> '[]' AND (borough_code = @borough OR EXISTS (SELECT FROM jsonb_array_elements(sharings) AS h WHERE jsonb_exists(h -> 'readers', CAST(@borough AS text))))",
			map[string]any{"borough": borough}).Order("id").Find(&rows).Error
	var days []evaluation.SharingDay
	for i := range rows {
		days = append(days, rows[i].SharingDaysFor(borough, actor, s.now())...)
	}
	return days, refusal(err)
}
