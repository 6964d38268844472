package postgres

import (
	"context"
	"slices"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

var releases = noun[benchmark.Release]{
	name: "release", keyColumn: "id", madeKey: true,
	key:    func(r *benchmark.Release) *string { return &r.ID },
	stamps: func(r *benchmark.Release) stamps { return stamps{&r.Version, &r.ImportedAt, &r.UpdatedAt} },
}

// WithdrawRelease takes back what a release at the version gave: of every figure that
// stands from it the next newest release's stands instead, or none. What it gave is
// kept. The error is Forbidden for anyone but the programme's team, NotFound, Stale,
// Conflict if it is withdrawn already, or Invalid where the actor gives no reason.
func (s *Store) WithdrawRelease(ctx context.Context, actor programme.Actor, id string, version int64) (benchmark.Release, error) {
	return s.moveRelease(ctx, actor, id, version, benchmark.Withdrawn)
}

// ReinstateRelease lets stand again what a withdrawn release gave, wherever it is the
// newest, with the errors of [Store.WithdrawRelease].
func (s *Store) ReinstateRelease(ctx context.Context, actor programme.Actor, id string, version int64) (benchmark.Release, error) {
	return s.moveRelease(ctx, actor, id, version, benchmark.Standing)
}

func (s *Store) moveRelease(ctx context.Context, actor programme.Actor, id string, version int64, to benchmark.ReleaseState) (r benchmark.Release, err error) {
	if err := mayWrite(actor); err != nil {
		return r, err
	}
	err = s.transact(ctx, func(ctx context.Context, u *unit) error {
		l := ledger{tx: u.tx.WithContext(ctx), conn: u.conn}
		if err := unhurried(l.tx); err != nil {
			return err
		}
		if err := lockGeneration(l.tx); err != nil {
			return err
		}
		before, err := releases.take(l.tx, id, version)
		if err != nil {
			return err
		}
		r = before
		if err := r.Move(actor, to); err != nil {
			return err
		}
		now := s.now()
		r.Version, r.UpdatedAt = nextVersion(version, now), now
		if err := saveAll(l.tx, &r); err != nil {
			return err
		}
		m := move{ledger: l, store: s, actor: actor, release: r}
		if err := m.run(); err != nil {
			return err
		}
		if err := s.audit(l.tx, actor, actionUpdate, "release", id, before, m.moved); err != nil {
			return err
		}
		return readGeneration(l.tx, &u.generation)
	})
	return orZero(r, err)
}

// move is one withdrawal or reinstatement.
type move struct {
	ledger

	store   *Store
	actor   programme.Actor
	release benchmark.Release
	moved   moved
}

// moved is a release as the audit knows it after a move, with the figures that it
// changed.
type moved struct {
	benchmark.Release

	Inserted, Updated, Withdrawn int
}

func (m *move) run() error {
	var tally tally
	for _, c := range []cells{observationCells, populationCells} {
		if err := m.cells(c, &tally); err != nil {
			return err
		}
	}
	var neighbours benchmark.NeighbourModel
	if err := m.neighbours(&neighbours, &tally); err != nil {
		return err
	}
	if err := m.remake(); err != nil {
		return err
	}
	sums, err := m.sums(neighbours.Code, tally)
	m.moved = moved{Release: m.release}
	m.moved.Inserted, m.moved.Updated, m.moved.Withdrawn = inAll(sums)
	return err
}

func (m *move) cells(c cells, t *tally) error {
	*t = tally{}
	if m.release.State == benchmark.Withdrawn {
		return m.leave(c, m.release.ID, t)
	}
	if err := m.bringBack(c, m.release.ID); err != nil {
		return err
	}
	return m.arrive(c, m.release, t)
}

func (m *move) neighbours(model *benchmark.NeighbourModel, t *tally) error {
	*t = tally{}
	given, err := m.bringNeighboursBack(m.release.ID)
	if err != nil || given == nil {
		return err
	}
	*model = *given
	if m.release.State == benchmark.Withdrawn {
		return m.leaveNeighbours(m.store, m.actor, m.release.ID, t)
	}
	return m.arriveNeighbours(m.store, m.actor, m.release, given, t)
}

// remake makes the computed values again of what stands now: populations and
// definitions may have become others since the release gave them.
func (m *move) remake() error {
	var indicators []string
	if err := m.tx.Raw("SELECT DISTINCT indicator_code FROM observation_changes WHERE status IS NOT NULL").Scan(&indicators).Error; err != nil {
		return err
	}
	var estimates int64
	if err := m.tx.Table("population_changes").Count(&estimates).Error; err != nil {
		return err
	}
	if estimates == 0 && len(indicators) == 0 {
		return nil
	}
	slices.Sort(indicators)
	return m.rates(indicators)
}
