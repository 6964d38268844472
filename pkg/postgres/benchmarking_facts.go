package postgres

import (
	"slices"

	"gorm.io/gorm"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// submissionFacts reads what the steps of returns depend on: the quarter, what the
// borough was granted in it, and the report on a draft that the actor may submit.
func submissionFacts(tx *gorm.DB, actor programme.Actor, rows []*returns.Submission) error {
	if len(rows) == 0 {
		return nil
	}
	var codes array
	var of [][]any
	for _, row := range rows {
		codes, of = append(codes, row.Quarter), append(of, []any{row.Quarter, row.Borough})
	}
	var quarters []*returns.Quarter
	if err := beyondSight(tx).Where("code = ANY (?)", codes).Find(&quarters).Error; err != nil {
		return err
	}
	if err := withPublished(tx, quarters); err != nil {
		return err
	}
	var extensions []returns.Extension
	if err := beyondSight(tx).Where("taken_back_at IS NULL AND (quarter_code, borough_code) IN ?", of).Order("id").Find(&extensions).Error; err != nil {
		return err
	}
	var corrections []returns.CorrectionWindow
	if err := beyondSight(tx).Where("taken_back_at IS NULL AND (quarter_code, borough_code) IN ?", of).Order("id").Find(&corrections).Error; err != nil {
		return err
	}
	lets, err := lettingSubmit(tx, actor, rows)
	if err != nil {
		return err
	}
	for _, row := range rows {
		row.Facts = returns.Facts{Authorised: lets}
		for i := range quarters {
			if quarters[i].Code == row.Quarter {
				row.Facts.Quarter = quarters[i]
			}
		}
		for i := range extensions {
			if e := &extensions[i]; e.Quarter == row.Quarter && e.Borough == row.Borough {
				row.Facts.Extensions = append(row.Facts.Extensions, *e)
			}
		}
		for i := range corrections {
			if c := &corrections[i]; c.Quarter == row.Quarter && c.Borough == row.Borough {
				row.Facts.Corrections = append(row.Facts.Corrections, *c)
			}
		}
	}
	return draftReports(tx, actor, rows)
}

// lettingSubmit reads by what the actor may submit returns of these boroughs, which
// only somebody may who has one of them to submit.
func lettingSubmit(tx *gorm.DB, actor programme.Actor, rows []*returns.Submission) ([]programme.Authorisation, error) {
	var boroughs array
	for _, row := range rows {
		if row.Draft != nil && returns.WritesFor(actor, row.Borough) {
			boroughs = append(boroughs, row.Borough)
		}
	}
	if len(boroughs) == 0 {
		return nil, nil
	}
	return authorised(tx, actor, programme.ReturnDocument, boroughs)
}

// draftReports judges the drafts that the actor works on.
func draftReports(tx *gorm.DB, actor programme.Actor, rows []*returns.Submission) error {
	for _, row := range rows {
		if row.Draft == nil || !returns.WritesFor(actor, row.Borough) {
			continue
		}
		judging, err := judgingOf(tx, row, row.Draft.Framework)
		if err != nil {
			return err
		}
		report := judging.Report(row.Draft, row.Explanations)
		row.Facts.Report = &report
	}
	return nil
}

// longestPast is how many earlier quarters a return is set beside: those that its
// borough's median is made of. However long the history grows, a return costs as much.
const longestPast = 12

// judgingOf reads what a return is judged by under the version of the framework.
func judgingOf(tx *gorm.DB, row *returns.Submission, number string) (returns.Judging, error) {
	asked, err := askedBy(tx, number)
	if err != nil {
		return returns.Judging{}, err
	}
	j := returns.Judging{Asked: asked, Borough: row.Borough, Quarter: row.Quarter}
	err = earlier(tx, &j)
	return j, err
}

// askedBy reads what the version of the framework asks for.
func askedBy(tx *gorm.DB, number string) (asked returns.Asked, err error) {
	var f framework.Framework
	if err := beyondSight(tx).Where("number = ?", number).Take(&f).Error; err != nil {
		return asked, err
	}
	asked = returns.Asked{Version: f.Number, Document: &f.Document}
	err = tx.Where("code = ANY (?)", array(indicatorsOf(&f.Document))).Find(&asked.Indicators).Error
	return asked, err
}

// earlier reads what the borough's earlier returns say that stand.
func earlier(tx *gorm.DB, j *returns.Judging) error {
	var past []struct {
		Quarter      string
		Values       returns.Values        `gorm:"serializer:json"`
		Explanations []returns.Explanation `gorm:"serializer:json"`
	}
	err := tx.Raw(`SELECT s.quarter_code AS quarter, v."values", v.explanations FROM benchmarking_submissions s
		JOIN benchmarking_versions v ON v.submission_id = s.id AND v.number = s.standing
		WHERE s.borough_code = ? AND s.quarter_code < ? ORDER BY s.quarter_code DESC LIMIT ?`, j.Borough, j.Quarter, longestPast).Scan(&past).Error
	for i := range past {
		if follows(past[i].Quarter, j.Quarter) {
			j.Last, j.LastIsOf = past[i].Explanations, past[i].Quarter
		}
		j.Before = append(j.Before, returns.Past{Quarter: past[i].Quarter, Values: past[i].Values})
	}
	return err
}

func indicatorsOf(d *framework.Document) []string {
	codes := make([]string, len(d.Indicators))
	for i := range codes {
		codes[i] = d.Indicators[i].Code
	}
	slices.Sort(codes)
	return codes
}

// follows reports whether the second quarter is the one after the first.
func follows(first, second string) bool {
	p, err := benchmark.ParsePeriod(second)
	return err == nil && p.Previous().Code == first
}
