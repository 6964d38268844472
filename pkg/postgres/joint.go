package postgres

// A joint figure stands for its members, so that it stands as long as its release is
// the newest of at least one of them. Where newer releases give all of them figures
// of their own, or one together with others, those replace it; it comes back where
// they are withdrawn.

// backed is the condition of a joint figure t that one of its members stands from
// the same release.
const backed = `EXISTS (SELECT FROM observations m WHERE m.period_code = t.period_code AND m.indicator_code = t.indicator_code
	AND m.geography_code = ANY(string_to_array(t.geography_code, '/')) AND m.release_id = t.release_id)`

// replaces are the places whose figures a change replaces, see [benchmark.Change].
const replaces = `CASE
	WHEN c.status IS NULL THEN '{}'
	WHEN c.geography_code LIKE '%/%' THEN ARRAY(SELECT m.geography_code FROM observation_changes m WHERE m.period_code = c.period_code AND m.indicator_code = c.indicator_code
		AND m.geography_code = ANY(string_to_array(c.geography_code, '/')) AND m.status = 'joint' AND m.was_status <> 'joint' ORDER BY 1)
	WHEN c.was_status = 'joint' THEN ARRAY(SELECT p.geography_code FROM observation_changes p WHERE p.period_code = c.period_code AND p.indicator_code = c.indicator_code
		AND p.geography_code LIKE '%/%' AND c.geography_code = ANY(string_to_array(p.geography_code, '/')) AND p.status IS NULL ORDER BY 1)
	ELSE '{}' END`

// settleJoint drops the joint figures that have been replaced and brings back those
// that have not any more, within the columns that changed, and notes it with the
// changes.
func (l *ledger) settleJoint(t *tally) error {
	dropped := l.tx.Exec(`WITH dropped AS (
			DELETE FROM observations t WHERE t.geography_code LIKE '%/%' AND NOT ` + backed + `
			AND (t.period_code, t.indicator_code) IN (SELECT period_code, indicator_code FROM observation_changes) RETURNING t.*)
		INSERT INTO observation_changes AS c (period_code, indicator_code, geography_code, was_value, was_status, was_numerator, was_denominator, release_id)
		SELECT period_code, indicator_code, geography_code, value, status, numerator, denominator, release_id FROM dropped
		ON CONFLICT (period_code, indicator_code, geography_code) DO UPDATE SET value = NULL, status = NULL, numerator = NULL, denominator = NULL`)
	if dropped.Error != nil {
		return dropped.Error
	}
	brought := l.tx.Exec(`WITH brought AS (
			INSERT INTO observations (period_code, indicator_code, geography_code, value, status, numerator, denominator, release_id)
			SELECT t.* FROM (SELECT DISTINCT ON (o.period_code, o.indicator_code, o.geography_code)
					o.period_code, o.indicator_code, o.geography_code, o.value, o.status, o.numerator, o.denominator, o.release_id
				FROM release_observations o JOIN releases r ON r.id = o.release_id
				WHERE o.geography_code LIKE '%/%' AND r.state = 'standing' AND (o.period_code, o.indicator_code) IN (SELECT period_code, indicator_code FROM observation_changes)
				ORDER BY o.period_code, o.indicator_code, o.geography_code, ` + newest + `) t
			WHERE ` + backed + `
			ON CONFLICT (period_code, indicator_code, geography_code) DO NOTHING RETURNING *)
		INSERT INTO observation_changes AS c (period_code, indicator_code, geography_code, value, status, numerator, denominator, release_id)
		SELECT period_code, indicator_code, geography_code, value, status, numerator, denominator, release_id FROM brought
		ON CONFLICT (period_code, indicator_code, geography_code) DO UPDATE
		SET value = excluded.value, status = excluded.status, numerator = excluded.numerator, denominator = excluded.denominator, release_id = excluded.release_id`)
	if brought.Error != nil || dropped.RowsAffected+brought.RowsAffected == 0 {
		return brought.Error
	}
	// What came only to be dropped has changed nothing.
	if err := l.tx.Exec("DELETE FROM observation_changes WHERE was_status IS NULL AND status IS NULL").Error; err != nil {
		return err
	}
	return l.tx.Raw(observationCells.expand(`SELECT count(*) FILTER (WHERE was_status IS NULL), count(*) FILTER (WHERE status IS NULL),
		count(*) FILTER (WHERE was_status IS NOT NULL AND status IS NOT NULL AND `+differs+`) FROM {changes}`)).Row().Scan(&t.added, &t.withdrawn, &t.corrected)
}
