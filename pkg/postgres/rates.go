package postgres

import (
	"encoding/json"
	"slices"

	"gorm.io/gorm"

	"peerchallenge/pkg/benchmark"
)

// madeHere are the statuses of values that are computed here and not published.
var madeHere = []benchmark.Status{benchmark.Computed, benchmark.NoDenominator}

// published are the statuses of figures whose parts are as published, too.
var published = []benchmark.Status{benchmark.Reported, benchmark.Joint}

// rates makes computed values again, of every rate per child where no indicators are
// named, and notes those that become others among the changes. Rates per child are
// made with the populations that are known, other values by their own parts. They
// keep naming the release of their numerators.
func (l *ledger) rates(indicators []string) error {
	known, err := l.reference()
	if err != nil {
		return err
	}
	estimates := known.Estimates()
	for _, ind := range known.Indicators {
		perChild := ind.Unit == benchmark.Per10000 // the population is of children aged 0-17
		if !perChild && !slices.Contains(indicators, ind.Code) {
			continue
		}
		parts := func(*benchmark.Observation) {}
		if perChild {
			parts = func(o *benchmark.Observation) {
				if p, err := benchmark.ParsePeriod(o.Period); err == nil {
					o.Denominator = estimates.For(o.Geography, p)
				}
			}
		}
		if err := remake(l.tx, ind, parts, noteRates); err != nil {
			return err
		}
	}
	return nil
}

// ratesOfDefinition makes the indicator's computed values again from the parts
// that they were made of.
func ratesOfDefinition(tx *gorm.DB, ind benchmark.Indicator) error {
	return remake(tx, ind, func(*benchmark.Observation) {}, "")
}

// remake lets parts set the parts of each figure of an indicator whose values are
// computed here, and saves the figures that become others. A figure without a
// numerator keeps its status, and gets its denominator all the same, so that it
// does not matter which file came first. The statement, where there is one, sees
// them first, as the table made.
func remake(tx *gorm.DB, ind benchmark.Indicator, parts func(*benchmark.Observation), first string) error {
	var held []benchmark.Observation
	made := tx.Session(&gorm.Session{NewDB: true}).Model(&benchmark.Observation{}).Select("1").Where("indicator_code = ? AND status IN ?", ind.Code, madeHere)
	if err := tx.Where("indicator_code = ? AND status NOT IN ? AND EXISTS (?)", ind.Code, published, made).Find(&held).Error; err != nil {
		return err
	}
	for i := range held {
		o := &held[i]
		parts(o)
		counted := o.Status
		if o.Numerator != nil {
			counted = benchmark.Reported
		}
		o.Value, o.Status = benchmark.Rate(ind, o.Numerator, counted, o.Denominator)
	}
	for some := range slices.Chunk(held, batch) {
		if err := saveRates(tx, some, first); err != nil {
			return err
		}
	}
	return nil
}

// madeRates are the figures of a statement's argument that differ from those held.
const madeRates = `WITH made AS (SELECT r."Indicator" AS indicator_code, r."Period" AS period_code, r."Geography" AS geography_code,
		r."Value" AS value, r."Status" AS status, r."Denominator" AS denominator
	FROM jsonb_to_recordset(?::jsonb) AS r("Indicator" text, "Period" text, "Geography" text, "Value" float8, "Status" text, "Denominator" float8)
	JOIN observations o ON (o.period_code, o.indicator_code, o.geography_code) = (r."Period", r."Indicator", r."Geography")
	WHERE (o.value, o.status, o.denominator) IS DISTINCT FROM (r."Value", r."Status", r."Denominator")) `

// noteRates notes them among the changes. What has changed in the same import keeps
// what it was before that.
const noteRates = madeRates + `INSERT INTO observation_changes AS c
		(period_code, indicator_code, geography_code, was_value, was_status, was_numerator, was_denominator, value, status, numerator, denominator, release_id)
	SELECT o.period_code, o.indicator_code, o.geography_code, o.value, o.status, o.numerator, o.denominator, m.value, m.status, o.numerator, m.denominator, o.release_id
	FROM made m JOIN observations o USING (period_code, indicator_code, geography_code)
	ON CONFLICT (period_code, indicator_code, geography_code) DO UPDATE SET value = excluded.value, status = excluded.status, denominator = excluded.denominator`

// saveRates writes the values and denominators that differ from those held, after
// the first statement has seen them.
func saveRates(tx *gorm.DB, rates []benchmark.Observation, first string) error {
	text, err := json.Marshal(rates)
	if err != nil {
		return err
	}
	if first != "" {
		if err := tx.Exec(first, string(text)).Error; err != nil {
			return err
		}
	}
	return tx.Exec(madeRates+`UPDATE observations o SET value = m.value, status = m.status, denominator = m.denominator
		FROM made m WHERE (o.period_code, o.indicator_code, o.geography_code) = (m.period_code, m.indicator_code, m.geography_code)`, string(text)).Error
}
