package postgres

import (
	"context"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// seeding is who the audit table names for what Seed inserts.
var seeding = programme.Actor{Issuer: "local", Subject: "seed"}

// Seed inserts the reference data that are absent and changes nothing that is
// there: priorities are known by their name, memberships by their borough and
// sub-region, everything else by its key. A membership that would overlap
// another of its borough is left out, because somebody has moved the borough; so
// are an authority whose number another has at the time, and a succession that
// does not fit its authorities, because somebody has arranged them otherwise.
// Figures, releases and neighbour models come by [Store.Import] instead. All of
// it is one transaction.
func (s *Store) Seed(ctx context.Context, data *benchmark.Snapshot) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		w := &seeder{store: s, tx: tx}
		w.programme(data.Programme)
		seedNoun(w, priorities, "name", func(p *programme.Priority) string { return p.Name }, data.Priorities)
		seedNoun(w, subRegions, "slug", keyOf(subRegions), data.SubRegions)
		w.authorities(data.Authorities, data.Successions)
		seedNoun(w, boroughs, "code", keyOf(boroughs), data.Boroughs)
		w.memberships(data.Memberships)
		w.indicators(data.Indicators)
		w.periods(data.Periods)
		if w.err == nil && len(w.changes) > 0 {
			w.err = tx.CreateInBatches(w.changes, batch).Error
		}
		return w.err
	})
}

// batch keeps a statement below PostgreSQL's 65,535 parameters.
const batch = 1000

// seeder remembers the first error, so that the list of what is seeded reads as
// a list.
type seeder struct {
	store   *Store
	tx      *gorm.DB
	changes []auditRow
	err     error
}

func keyOf[T any](n noun[T]) func(*T) string { return func(row *T) string { return *n.key(row) } }

// seedNoun inserts the rows whose column is not among those of the table.
func seedNoun[T any](w *seeder, n noun[T], column string, of func(*T) string, rows []T) (inserted []T) {
	present := w.present(new(T), column)
	for _, row := range rows {
		if slices.Contains(present, of(&row)) {
			continue
		}
		inserted = append(inserted, stamped(w.store, n, row))
	}
	insertNoun(w, n, inserted)
	return inserted
}

func stamped[T any](s *Store, n noun[T], row T) T {
	if n.madeKey {
		*n.key(&row) = newID()
	}
	st, now := n.stamps(&row), s.now()
	*st.version, *st.createdAt, *st.updatedAt = firstVersion(now), now, now
	return row
}

func insertNoun[T any](w *seeder, n noun[T], rows []T) {
	if w.err != nil || len(rows) == 0 {
		return
	}
	if w.err = w.tx.CreateInBatches(rows, batch).Error; w.err != nil {
		return
	}
	for _, row := range rows {
		w.created(n.name, *n.key(&row), row)
	}
}

func (w *seeder) present(model any, column string) (keys []string) {
	if w.err == nil {
		w.err = w.tx.Model(model).Pluck(column, &keys).Error
	}
	return keys
}

func (w *seeder) created(noun, key string, row any) {
	if w.err != nil {
		return
	}
	var c auditRow
	c, w.err = newChange(w.store.now(), seeding, actionCreate, noun, key, nil, row)
	w.changes = append(w.changes, c)
}

func (w *seeder) programme(p programme.Programme) {
	if p.Name == "" || len(w.present(&p, "id")) > 0 || w.err != nil {
		return
	}
	p.ID, p.Version, p.UpdatedAt = theProgramme, 1, w.store.now()
	noNilLists(&p)
	w.err = w.tx.Create(&p).Error
	w.created("programme", strconv.Itoa(theProgramme), p)
}

// authorities leaves out whom another keeps from its number.
func (w *seeder) authorities(rows []programme.Authority, successions []programme.Succession) {
	var held []programme.Authority
	w.all(&held)
	var inserted []programme.Authority
	for _, a := range rows {
		if !slices.ContainsFunc(held, func(h programme.Authority) bool { return h.Code == a.Code || h.SharesNumber(a) }) {
			inserted = append(inserted, stamped(w.store, authorities, a))
		}
	}
	if w.err == nil && len(inserted) > 0 {
		w.err = w.tx.CreateInBatches(inserted, batch).Error
	}
	successions = w.successions(append(held, inserted...), successions)
	for _, a := range inserted {
		w.created(authorities.name, a.Code, related(a, successions))
	}
}

// successions answers all that are there in the end.
func (w *seeder) successions(authorities []programme.Authority, rows []programme.Succession) []programme.Succession {
	var held, inserted []programme.Succession
	w.all(&held)
	byCode := map[string]programme.Authority{}
	for _, a := range authorities {
		byCode[a.Code] = a
	}
	for _, s := range rows {
		if len(programme.Successors(held, s.Predecessor)) == 0 && s.Check(byCode[s.Predecessor], byCode[s.Successor]) == nil {
			s.CreatedAt = w.store.now()
			inserted = append(inserted, s)
		}
	}
	if w.err == nil && len(inserted) > 0 {
		w.err = w.tx.CreateInBatches(inserted, batch).Error
	}
	return append(held, inserted...)
}

func (w *seeder) all(rows any) {
	if w.err == nil {
		w.err = w.tx.Find(rows).Error
	}
}

func (w *seeder) memberships(rows []programme.Membership) {
	var held []programme.Membership
	w.all(&held)
	var inserted []programme.Membership
	for _, m := range rows {
		if !slices.ContainsFunc(held, func(h programme.Membership) bool {
			return h.Borough == m.Borough && (h.SubRegion == m.SubRegion || overlap(h, m))
		}) {
			inserted = append(inserted, stamped(w.store, memberships, m))
		}
	}
	insertNoun(w, memberships, inserted)
}

// overlap reports whether the two memberships have a day in common.
func overlap(a, b programme.Membership) bool {
	return a.Holds(b.ValidFrom) || b.Holds(a.ValidFrom)
}

func (w *seeder) indicators(rows []benchmark.Indicator) {
	first := slices.Clone(rows)
	for i := range first {
		first[i].Revision = 1
	}
	inserted := seedNoun(w, indicators, "code", keyOf(indicators), first)
	if w.err == nil && len(inserted) > 0 {
		w.err = w.tx.Table(revisionsTable).CreateInBatches(inserted, batch).Error
	}
}

func (w *seeder) periods(rows []benchmark.Period) {
	present := w.present(&benchmark.Period{}, "code")
	rows = slices.DeleteFunc(slices.Clone(rows), func(p benchmark.Period) bool { return slices.Contains(present, p.Code) })
	if w.err != nil || len(rows) == 0 {
		return
	}
	for i := range rows {
		rows[i].CreatedAt = w.store.now()
	}
	w.err = w.tx.CreateInBatches(rows, batch).Error
	for _, p := range rows {
		w.created("period", p.Code, p)
	}
}
