package postgres

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"gorm.io/gorm"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

var quarterSnapshots = kind[disclosure.QuarterSnapshot, *disclosure.QuarterSnapshot]{orders: byChange, open: true}

// QuarterSnapshots lists the snapshots that the filter leaves, in order of creation or as
// sort says.
func (s *Store) QuarterSnapshots(actor programme.Actor, f disclosure.SnapshotFilter, sort string) programme.Listing[disclosure.QuarterSnapshot] {
	return list(s, actor, quarterSnapshots, sort, func(q *gorm.DB) *gorm.DB {
		q = where(q, "quarter_code = ?", f.Quarter)
		q = where(q, "state = ?", f.State)
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// QuarterSnapshot reads one snapshot. The error is NotFound.
func (s *Store) QuarterSnapshot(ctx context.Context, actor programme.Actor, id string) (disclosure.QuarterSnapshot, error) {
	return get(ctx, s, actor, quarterSnapshots, id)
}

// QuarterSnapshotDocument answers what a snapshot says, to the byte. The error is
// NotFound, or Gone if it was withdrawn.
func (s *Store) QuarterSnapshotDocument(ctx context.Context, actor programme.Actor, id string) ([]byte, error) {
	row, err := s.QuarterSnapshot(ctx, actor, id)
	if err == nil {
		err = row.Readable()
	}
	if err != nil {
		return nil, err
	}
	text, err := documentOf(s.gorm.WithContext(ctx), id)
	return []byte(text), refusal(err)
}

func documentOf(tx *gorm.DB, id string) (text string, err error) {
	err = tx.Raw("SELECT document FROM quarter_snapshot_documents WHERE snapshot_id = ?", id).Row().Scan(&text)
	return text, err
}

// PublishQuarter shows the quarter, and takes its first snapshot. The error is Forbidden
// for anyone but the programme's team, NotFound, Stale, or Conflict if its window is
// open, no return is accepted, or it is published.
func (s *Store) PublishQuarter(ctx context.Context, actor programme.Actor, code string, version int64, step programme.Step) (returns.Quarter, error) {
	return change(ctx, s, actor, quarters, code, version, step, func(w *work, q *returns.Quarter) error {
		q.Was, q.Today = q.Terms(), w.today()
		return w.freeze(q, &disclosure.QuarterSnapshot{})
	})
}

// TakeQuarterSnapshot freezes what the quarter shows now under the next number. The error
// is Forbidden for anyone but the programme's team, NotFound, or Conflict if the quarter
// is not published.
func (s *Store) TakeQuarterSnapshot(ctx context.Context, actor programme.Actor, quarter string, row disclosure.QuarterSnapshot) (disclosure.QuarterSnapshot, error) {
	err := s.act(ctx, actor, func(w *work) error {
		q, err := w.inQuarter(quarter, returns.TakeSnapshot)
		if err != nil {
			return err
		}
		return w.showNext(&q, &row)
	})
	return orZero(row, err)
}

// showNext takes the next snapshot of the quarter, which is locked, and shows it.
func (w *work) showNext(q *returns.Quarter, row *disclosure.QuarterSnapshot) error {
	was, err := rememberOf(q)
	if err != nil {
		return err
	}
	if err := w.freeze(q, row); err != nil {
		return err
	}
	return rewrite(w, was, q)
}

// WithdrawQuarterSnapshot takes a snapshot back at the version; the newest of those that
// stand is shown in its place. The error is Forbidden for anyone but the programme's
// team, NotFound, Stale, Conflict if it was withdrawn before, or Invalid without a reason.
func (s *Store) WithdrawQuarterSnapshot(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (disclosure.QuarterSnapshot, error) {
	// The quarter is locked before its snapshot, as by all who take one.
	var row disclosure.QuarterSnapshot
	err := s.act(ctx, actor, func(w *work) error {
		seen, err := read(w.tx.Scopes(visibleTo(actor)), quarterSnapshots, id)
		if err != nil {
			return err
		}
		q, err := hold(w, quarters, seen.Quarter)
		if err != nil {
			return err
		}
		was, err := rememberOf(&q)
		if err != nil {
			return err
		}
		row, err = change(w.ctx, s, actor, quarterSnapshots, id, version, step, func(w *work, row *disclosure.QuarterSnapshot) error {
			row.Withdraw(w.now, actor.Reason)
			return actor.WithReason()
		})
		if err != nil {
			return err
		}
		if err := w.askNarratives(&q); err != nil || q.SnapshotID == nil || *q.SnapshotID != id {
			return err
		}
		q.SnapshotID = nil
		err = w.tx.Raw("SELECT id FROM quarter_snapshots WHERE quarter_code = ? AND state = ? ORDER BY number DESC LIMIT 1", q.Code, disclosure.Standing).Scan(&q.SnapshotID).Error
		if err != nil {
			return err
		}
		return rewrite(w, was, &q)
	})
	return orZero(row, err)
}

// freeze takes the next snapshot of the quarter, which is locked. The quarter shows it
// once it is written; with the first it is published.
func (w *work) freeze(q *returns.Quarter, row *disclosure.QuarterSnapshot) error {
	policy, err := w.policyOf(q, w.fixPolicy)
	if err != nil {
		return err
	}
	sources, err := inForce(w.tx, policy.period, "")
	if err != nil {
		return err
	}
	row.Audience = programme.Everyone()
	row.Quarter, row.Number, row.Framework, row.State, row.Illustrative = q.Code, q.Snapshots+1, policy.asked.Version, disclosure.Standing, q.Illustrative
	shown, members, missing := policy.returned(sources)
	row.BoroughsShown, row.BoroughsMissing = len(members)-len(missing), missing
	truth, err := disclosure.New(policy.asked.Document, policy.period, shown)
	if err != nil {
		return err
	}
	view, err := truth.Disclose(policy.policy)
	if err != nil {
		return err
	}
	document, err := written(view, policy.setting(row.Number, w.now, members))
	if err != nil {
		return err
	}
	var salt [32]byte
	_, _ = rand.Read(salt[:]) // it never fails
	hash, trueHash := sha256.Sum256(document), truth.Digest(salt)
	row.Hash, row.TrueHash = hex.EncodeToString(hash[:]), hex.EncodeToString(trueHash[:])
	if err := insert(w, quarterSnapshots, row); err != nil {
		return err
	}
	q.Snapshots, q.SnapshotID, q.PublishedAt = row.Number, &row.ID, cmp.Or(q.PublishedAt, &w.now)
	if err := keepFrozen(w.tx, row.ID, string(document), salt[:], sources); err != nil {
		return err
	}
	return w.askNarratives(q)
}

// keepFrozen writes what the snapshot says, and of what it was made.
func keepFrozen(tx *gorm.DB, id, document string, salt []byte, sources []source) error {
	if err := tx.Exec("INSERT INTO quarter_snapshot_documents (snapshot_id, document, salt) VALUES (?, ?, ?)", id, document, salt).Error; err != nil {
		return err
	}
	type kept struct {
		SnapshotID, SubmissionID string
		Number                   int
	}
	rows := make([]kept, len(sources))
	for i := range sources {
		rows[i] = kept{id, sources[i].SubmissionID, sources[i].Number}
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.Table("quarter_snapshot_sources").Create(&rows).Error
}

// source is a version of a return of which figures are made.
type source struct {
	Borough, Quarter, SubmissionID string
	Number                         int
	Values                         returns.Values `gorm:"serializer:json"`
}

// sourcesSQL begins the question for versions of returns, v, with the return, s.
const sourcesSQL = `SELECT s.borough_code AS borough, s.quarter_code AS quarter, v.submission_id, v.number, v."values"
	FROM benchmarking_submissions s JOIN benchmarking_versions v ON v.submission_id = s.id `

// inForce reads what is in force of the quarter, and of the four before it from which
// twelve months are summed: all at one moment, and of one borough where it is named.
func inForce(tx *gorm.DB, quarter benchmark.Period, borough string) (sources []source, err error) {
	codes := array{}
	for _, p := range lastFive(quarter) {
		codes = append(codes, p.Code)
	}
	err = tx.Raw(sourcesSQL+`WHERE v.number = s.standing AND s.quarter_code = ANY (@codes) AND (@borough = '' OR s.borough_code = @borough)
		ORDER BY s.quarter_code, s.borough_code`, map[string]any{"codes": codes, "borough": borough}).Scan(&sources).Error
	return sources, err
}

// lastFive are the quarter and the four before it, the newest first.
func lastFive(quarter benchmark.Period) (list [5]benchmark.Period) {
	for i := range list {
		list[i], quarter = quarter, quarter.Previous()
	}
	return list
}

// returnOf gathers what the sources say of a borough, and reports whether the quarter's
// own return is among them.
func returnOf(borough string, quarter benchmark.Period, sources []source) (r disclosure.Return, has bool) {
	r.Borough = borough
	quarters := lastFive(quarter)
	for i := range sources {
		for ago, p := range quarters {
			if sources[i].Borough == borough && sources[i].Quarter == p.Code {
				r.Quarters[ago], has = sources[i].Values, has || ago == 0
			}
		}
	}
	return r, has
}

var errNoPeriod = errors.New("the quarter is of no time")

// showing is by what a quarter is shown.
type showing struct {
	quarter  *returns.Quarter
	period   benchmark.Period
	asked    returns.Asked
	policy   *disclosure.Policy
	snapshot *benchmark.Snapshot // of reference data
}

// policyOf reads by what it is decided what may be shown of the quarter. decided is
// fixPolicy for who writes, so that it is fixed if that was not done when the window
// opened: an imported quarter has none.
func (w *work) policyOf(q *returns.Quarter, decided func(*returns.Quarter, *benchmark.Snapshot) (quarterPolicy, error)) (*showing, error) {
	p, is := q.Period()
	if !is {
		return nil, errNoPeriod
	}
	snapshot, err := w.store.Snapshot(w.ctx)
	if err != nil {
		return nil, err
	}
	fixed, err := decided(q, snapshot)
	if err != nil {
		return nil, err
	}
	s := &showing{quarter: q, period: p, snapshot: snapshot}
	if s.asked, err = askedBy(w.tx, fixed.FrameworkVersion); err != nil {
		return nil, err
	}
	s.policy, err = disclosure.NewPolicy(s.asked.Document, p, fixed.Years)
	return s, err
}

// returned answers what stands for each borough that was to send a return, who they are,
// and who of them has sent none.
func (s *showing) returned(sources []source) (all []disclosure.Return, members []disclosure.Member, missing []string) {
	missing, members = []string{}, s.members()
	for i := range members {
		r, has := returnOf(members[i].Borough, s.period, sources)
		all = append(all, r)
		if !has {
			missing = append(missing, members[i].Borough)
		}
	}
	return all, members, missing
}

// members answers the boroughs that were to send a return.
func (s *showing) members() (members []disclosure.Member) {
	for _, sender := range returns.SendersOf(s.snapshot, s.quarter) {
		m := disclosure.Member{Borough: sender.Borough, Name: s.snapshot.Name(sender.Borough)}
		if sender.SubRegion != "" {
			m.SubRegion = &sender.SubRegion
		}
		members = append(members, m)
	}
	return members
}

// setting answers what a document of the members needs beside a view. The number is that
// of the snapshot, 0 of what is none.
func (s *showing) setting(number int, at time.Time, members []disclosure.Member) *disclosure.Setting {
	setting := &disclosure.Setting{
		Heading: disclosure.Heading{
			Quarter: s.quarter.Code, QuarterName: s.quarter.Name(), Number: number, Framework: s.asked.Version, Illustrative: s.quarter.Illustrative, TakenAt: at,
		},
		Members: members, Indicators: s.asked.Indicators, Neighbours: neighboursIn(s.snapshot),
	}
	if len(members) > 0 {
		setting.Region = s.snapshot.RegionOf(members[0].Borough)
	}
	return setting
}

// written makes what everybody sees, as it is answered.
func written(view *disclosure.View, setting *disclosure.Setting) ([]byte, error) {
	document, err := view.Document(setting)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(document)
	return append(text, '\n'), err
}

// neighboursIn answers a borough's statistical neighbours by the newest model.
func neighboursIn(snapshot *benchmark.Snapshot) func(borough string) []string {
	return func(borough string) []string {
		codes := []string{}
		for _, neighbour := range snapshot.NeighboursOf(snapshot.NewestModel(), borough) {
			codes = append(codes, neighbour.Neighbour)
		}
		return codes
	}
}
