package postgres

import (
	"context"
	"time"

	"peerchallenge/pkg/programme"
)

// NewestFigures cites the borough's newest figures of the indicators as they were at the
// instant: of each the newest period in the file that gave it last, and the last quarter in the
// snapshot that it showed then. What was withdrawn by then is not among them, what has been
// withdrawn since is: whoever reads it is told so.
func (s *Store) NewestFigures(ctx context.Context, borough string, indicators []string, at time.Time) ([]programme.Citation, error) {
	cited := []programme.Citation{}
	err := s.gorm.WithContext(ctx).Raw(newestFigures, map[string]any{"borough": borough, "indicators": array(indicators), "at": at}).Scan(&cited).Error
	return cited, refusal(err)
}

// A snapshot is of all indicators, so that it is cited for each: what it does not have is
// missing in it.
const newestFigures = `(SELECT DISTINCT ON (o.indicator_code) 'release' AS source, o.release_id::text AS source_id, o.indicator_code AS indicator, o.geography_code AS borough, o.period_code AS period
	FROM release_columns c
	JOIN releases r ON r.id = c.release_id
	JOIN periods p ON p.code = c.period_code
	JOIN release_observations o ON o.period_code = c.period_code AND o.indicator_code = c.indicator_code AND o.geography_code = @borough AND o.release_id = c.release_id
	WHERE c.indicator_code = ANY (@indicators) AND r.imported_at <= @at AND NOT (r.state = 'withdrawn' AND r.updated_at <= @at)
	ORDER BY o.indicator_code, p.ends_on DESC, p.code, ` + newest + `)
	UNION ALL
	SELECT 'snapshot', q.id::text, i.code, @borough, q.quarter_code FROM unnest(CAST(@indicators AS text[])) AS i (code),
	(SELECT s.id, s.quarter_code FROM quarter_snapshots s JOIN quarters q ON q.code = s.quarter_code
		WHERE s.created_at <= @at AND (s.withdrawn_at IS NULL OR s.withdrawn_at > @at) AND q.published_at <= @at
		ORDER BY s.quarter_code DESC, s.number DESC LIMIT 1) AS q`
