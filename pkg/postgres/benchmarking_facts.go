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
	if err := windowFacts(tx, rows); err != nil {
		return err
	}
	lets, err := lettingSubmit(tx, actor, rows)
	if err != nil {
		return err
	}
	for _, row := range rows {
		row.Facts.Authorised = lets
	}
	return draftReports(tx, actor, rows)
}

// windowFacts reads whether the window takes what is sent: the quarter, and what the
// borough was granted in it.
func windowFacts(tx *gorm.DB, rows []*returns.Submission) error {
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
	for _, row := range rows {
		row.Facts = returns.Facts{}
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
	return nil
}

// lettingSubmit reads by what the actor may submit returns of these boroughs, which
// only somebody may who has one of them to submit.
func lettingSubmit(tx *gorm.DB, actor programme.Actor, rows []*returns.Submission) ([]programme.Authorisation, error) {
	var boroughs array
	for _, row := range rows {
		if row.Draft != nil && actor.WritesFor(row.Borough) {
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
		if row.Draft == nil || !actor.WritesFor(row.Borough) {
			continue
		}
		judging, err := judgingOf(tx, row, row.Draft.Framework, longestPast)
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
func judgingOf(tx *gorm.DB, row *returns.Submission, number string, longest int) (returns.Judging, error) {
	asked, err := askedBy(tx, number)
	if err != nil {
		return returns.Judging{}, err
	}
	j := returns.Judging{Asked: asked, Borough: row.Borough, Quarter: row.Quarter, Illustrative: row.Illustrative}
	err = earlier(tx, &j, longest)
	return j, err
}

// askedBy reads what the version of the framework asks for.
func askedBy(tx *gorm.DB, number string) (asked returns.Asked, err error) {
	var f framework.Framework
	if err := beyondSight(tx).Select("id", "number", "state").Where("number = ?", number).Take(&f).Error; err != nil {
		return asked, err
	}
	if asked, err = frameworkDocument(tx, &f); err == nil {
		err = tx.Where("code = ANY (?)", array(indicatorsOf(asked.Document))).Find(&asked.Indicators).Error
	}
	return asked, err
}

// frameworkDocument reads what the framework says, of which the id, the number and the state are
// known.
func frameworkDocument(tx *gorm.DB, f *framework.Framework) (returns.Asked, error) {
	settled := settledIn(tx)
	asked, kept := settled.askedBy(f.ID)
	if !kept {
		var whole framework.Framework
		if err := beyondSight(tx).Where("number = ?", f.Number).Take(&whole).Error; err != nil {
			return returns.Asked{}, err
		}
		asked = returns.Asked{Version: f.Number, Document: &whole.Document}.Ordered()
		if whole.State == framework.Published {
			settled.keepAsked(whole.ID, asked)
		}
	}
	return asked, nil
}

// pastReturn is an earlier return of a borough, which stands.
type pastReturn struct {
	Of           of `gorm:"embedded"`
	Quarter      string
	Illustrative bool
	Explanations []returns.Explanation `gorm:"serializer:json"` // of the quarter before alone: where that stands, it is the newest
}

// standingBefore reads the earlier returns of a borough that stand, the newest first. Of their
// versions none is looked at but that of the quarter before, for what was explained there.
const standingBefore = `SELECT quarter_code AS quarter, illustrative, id AS submission, standing AS number, version AS at,
		CASE WHEN quarter_code = @last THEN (SELECT v.explanations FROM benchmarking_versions AS v WHERE v.submission_id = s.id AND v.number = s.standing) END AS explanations
	FROM benchmarking_submissions AS s
	WHERE borough_code = @borough AND quarter_code < @quarter AND standing IS NOT NULL ORDER BY quarter_code DESC LIMIT @longest`

// before names what [standingBefore] asks for: of at most so many quarters.
func before(borough, quarter string, longest int) map[string]any {
	return map[string]any{"last": quarterBefore(quarter), "borough": borough, "quarter": quarter, "longest": longest}
}

// earlier reads what the borough's earlier returns say that stand, of at most so many
// quarters.
func earlier(tx *gorm.DB, j *returns.Judging, longest int) error {
	var past []pastReturn
	if err := tx.Raw(standingBefore, before(j.Borough, j.Quarter, longest)).Scan(&past).Error; err != nil {
		return err
	}
	return setBeside(tx, j, past)
}

// quarterBefore is the quarter before, or nothing of what is no quarter.
func quarterBefore(quarter string) string {
	p, err := benchmark.ParsePeriod(quarter)
	if err != nil {
		return ""
	}
	return p.Previous().Code
}

// setBeside lets a return be judged beside earlier ones.
func setBeside(tx *gorm.DB, j *returns.Judging, past []pastReturn) error {
	if len(past) > 0 {
		j.Last = past[0].Explanations
	}
	settled := settledIn(tx)
	if settled.background(j, past) {
		return nil
	}
	versions := make([]of, len(past))
	for i := range past {
		versions[i] = past[i].Of
	}
	figures, err := figuresOf(tx, versions)
	if err != nil {
		return err
	}
	for i := range past {
		j.Before = append(j.Before, returns.Past{Quarter: past[i].Quarter, Values: figures[past[i].Of], Illustrative: past[i].Illustrative})
	}
	j.Beside = j.Asked.Background(j.Quarter, j.Before)
	settled.keepBackground(j, past)
	return nil
}

func indicatorsOf(d *framework.Document) []string {
	codes := make([]string, len(d.Indicators))
	for i := range codes {
		codes[i] = d.Indicators[i].Code
	}
	slices.Sort(codes)
	return codes
}
