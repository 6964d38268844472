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

// ratesOfPopulations makes every rate per child again from the populations that
// are known. They keep naming the release of their numerators.
func ratesOfPopulations(tx *gorm.DB, known benchmark.Known) error {
	estimates := known.Estimates()
	for _, ind := range known.Indicators {
		if ind.Unit != benchmark.Per10000 { // the population is of children aged 0-17
			continue
		}
		err := remake(tx, ind, func(o *benchmark.Observation) {
			if p, err := benchmark.ParsePeriod(o.Period); err == nil {
				o.Denominator = estimates.For(o.Geography, p)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ratesOfDefinition makes the indicator's computed values again from the parts
// that they were made of.
func ratesOfDefinition(tx *gorm.DB, ind benchmark.Indicator) error {
	return remake(tx, ind, func(*benchmark.Observation) {})
}

// remake lets parts set the parts of each figure of an indicator whose values are
// computed here, and saves the figures that become others. A figure without a
// numerator keeps its status, and gets its denominator all the same, so that it
// does not matter which file came first.
func remake(tx *gorm.DB, ind benchmark.Indicator, parts func(*benchmark.Observation)) error {
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
		if err := saveRates(tx, some); err != nil {
			return err
		}
	}
	return nil
}

// saveRates writes the values and denominators that differ from those held.
func saveRates(tx *gorm.DB, rates []benchmark.Observation) error {
	text, err := json.Marshal(rates)
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE observations o SET value = r."Value", status = r."Status", denominator = r."Denominator"
		FROM jsonb_to_recordset(?::jsonb) AS r("Indicator" text, "Period" text, "Geography" text, "Value" float8, "Status" text, "Denominator" float8)
		WHERE o.indicator_code = r."Indicator" AND o.period_code = r."Period" AND o.geography_code = r."Geography"
		AND (o.value, o.status, o.denominator) IS DISTINCT FROM (r."Value", r."Status", r."Denominator")`, string(text)).Error
}
