package postgres

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/returns"
)

// SeedQuarters inserts the quarters that are told of, with the returns that came, once:
// where there is or ever was a quarter or a return, it does nothing, because the
// programme's team has begun to collect its own. Each return takes its steps under the
// rules that hold for everybody, on the days that are told; the audit says truly that all
// of it was inserted now. The error is that of the first step that is refused.
func (s *Store) SeedQuarters(ctx context.Context, told []returns.Chapter) error {
	// Written as if it changed reference data, so that two who start at once wait
	// for each other.
	return s.write(ctx, func(tx *gorm.DB) error {
		var begun bool
		if err := tx.Raw("SELECT EXISTS (SELECT FROM audit_entries WHERE noun IN ('quarter', 'benchmarking-submission'))").Scan(&begun).Error; err != nil || begun {
			return err
		}
		w := &work{store: s, ctx: ctx, tx: tx, actor: seeding, now: s.now()}
		for i := range told {
			if err := w.collected(&told[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// collected inserts a quarter, what was granted and said in it, and its returns.
func (w *work) collected(c *returns.Chapter) error {
	q, zone := c.Quarter, w.store.rules.Zone
	q.Plan(w.today())
	if err := insert(w, quarters, &q); err != nil {
		return err
	}
	granted := map[string][]returns.Extension{}
	for _, e := range c.Extensions {
		e.Grant(&q, returns.StartOf(e.GrantedOn, zone), zone, granted[e.Borough])
		if err := insert(w, extensions, &e); err != nil {
			return err
		}
		granted[e.Borough] = append(granted[e.Borough], e)
	}
	for _, contact := range c.Contacts {
		contact.Log(&q, w.today())
		if err := insert(w, contacts, &contact); err != nil {
			return err
		}
	}
	if err := w.told(&q, granted, c.Returns); err != nil {
		return err
	}
	return w.announced(q.Code)
}

// announced publishes the quarter if the day on which that was to be is here.
func (w *work) announced(code string) error {
	q, err := read(beyondSight(w.tx), quarters, code)
	if err != nil || q.PublishOn == nil || w.today() < *q.PublishOn {
		return err
	}
	return w.showNext(&q, &disclosure.QuarterSnapshot{})
}

// told lets the returns come that are told of, and inserts what has become of them.
func (w *work) told(q *returns.Quarter, granted map[string][]returns.Extension, told []returns.Told) error {
	asks := q.Asks(w.today(), w.store.rules.Zone)
	if asks == nil {
		return errors.New("nothing says what the quarter asks for") // whose window is not open
	}
	asked, err := askedBy(w.tx, *asks)
	if err != nil {
		return err
	}
	byBorough := map[string]*returns.Submission{}
	var rows []*returns.Submission
	versions := map[string][]returns.Version{}
	for i := range told {
		t := &told[i]
		row := byBorough[t.Borough]
		if row == nil {
			row = &returns.Submission{Borough: t.Borough, Quarter: q.Code, State: returns.Drafted, Illustrative: q.Illustrative}
			row.Facts = returns.Facts{Quarter: q, Extensions: granted[t.Borough]}
			byBorough[t.Borough], rows = row, append(rows, row)
		}
		judging := returns.Judging{Asked: asked, Borough: t.Borough, Quarter: q.Code}
		if err := earlier(w.tx, &judging, longestPast); err != nil {
			return err
		}
		if versions[t.Borough], err = judging.Tell(row, versions[t.Borough], t, w.store.rules.Zone); err != nil {
			return err
		}
	}
	accepted := 0
	for _, row := range rows {
		if err := w.keep(row, versions[row.Borough]); err != nil {
			return err
		}
		if row.Standing != nil {
			accepted++
		}
	}
	return w.tx.Exec("UPDATE quarters SET generation = ? WHERE code = ?", accepted, q.Code).Error
}

// keep inserts a return with its versions.
func (w *work) keep(row *returns.Submission, versions []returns.Version) error {
	for i := range row.Thread {
		row.Thread[i].ID = newID()
	}
	if err := insert(w, benchmarkingSubmissions, row); err != nil || len(versions) == 0 {
		return err
	}
	for i := range versions {
		versions[i].SubmissionID = row.ID
	}
	return w.tx.Create(&versions).Error
}
