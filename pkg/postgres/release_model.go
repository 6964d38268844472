package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// A release gives all of a model's neighbours: they stand together or not at all,
// because neighbours of two releases would be those of no model.

// releaseModel is a statistical neighbour model as a release gave it.
type releaseModel struct {
	ReleaseID string `gorm:"primaryKey"`
	Code      string
	Name      string
	Source    string
}

// bringNeighbours streams a model's neighbours into the table of what comes.
func (l *ledger) bringNeighbours(ctx context.Context, rows []benchmark.Neighbour) error {
	if err := l.noNeighbours(); err != nil {
		return err
	}
	return onConn(l.conn, func(conn *pgx.Conn) error {
		_, err := conn.CopyFrom(ctx, pgx.Identifier{"incoming_neighbours"}, []string{"authority_code", "rank", "neighbour_code", "closeness"},
			pgx.CopyFromSlice(len(rows), func(k int) ([]any, error) {
				n := &rows[k]
				return []any{n.Authority, n.Rank, n.Neighbour, n.Closeness}, nil
			}))
		return err
	})
}

// bringNeighboursBack puts a release's neighbours into the table of what comes, and
// answers their model, or nil.
func (l *ledger) bringNeighboursBack(release string) (*benchmark.NeighbourModel, error) {
	if err := l.noNeighbours(); err != nil {
		return nil, err
	}
	var found []releaseModel
	if err := l.tx.Where(clause.Eq{Column: "release_id", Value: release}).Find(&found).Error; err != nil || len(found) == 0 {
		return nil, err
	}
	err := l.tx.Exec("INSERT INTO incoming_neighbours SELECT authority_code, rank, neighbour_code, closeness FROM release_neighbours WHERE release_id = ?", release).Error
	return &benchmark.NeighbourModel{Code: found[0].Code, Name: found[0].Name, Source: found[0].Source}, err
}

func (l *ledger) noNeighbours() error {
	if err := l.tx.Exec("DROP TABLE IF EXISTS incoming_neighbours").Error; err != nil {
		return err
	}
	return l.tx.Exec("CREATE TEMPORARY TABLE incoming_neighbours ON COMMIT DROP AS SELECT authority_code, rank, neighbour_code, closeness FROM neighbours WHERE false").Error
}

// countNeighbours holds what comes to what stands of the model.
func (l *ledger) countNeighbours(model string) (t tally, err error) {
	err = l.tx.Raw(`SELECT count(i.rank), count(n.rank) FILTER (WHERE i.rank IS NOT NULL),
			count(*) FILTER (WHERE (n.neighbour_code, n.closeness) <> (i.neighbour_code, i.closeness)), count(n.rank) FILTER (WHERE i.rank IS NULL)
		FROM incoming_neighbours i FULL JOIN (SELECT * FROM neighbours WHERE model_code = ?) n USING (authority_code, rank)`, model).
		Row().Scan(&t.given, &t.held, &t.differing, &t.surplus)
	return t, err
}

// keepNeighbours notes what the release gives.
func (l *ledger) keepNeighbours(release string, model *benchmark.NeighbourModel) error {
	if model == nil {
		return nil
	}
	if err := l.tx.Create(&releaseModel{ReleaseID: release, Code: model.Code, Name: model.Name, Source: model.Source}).Error; err != nil {
		return err
	}
	return l.tx.Exec(`INSERT INTO release_neighbours (release_id, authority_code, rank, neighbour_code, closeness)
		SELECT ?::uuid, authority_code, rank, neighbour_code, closeness FROM incoming_neighbours`, release).Error
}

// arriveNeighbours lets what comes stand, if the release is the newest that gives
// the model.
func (l *ledger) arriveNeighbours(s *Store, actor programme.Actor, r benchmark.Release, model *benchmark.NeighbourModel, t *tally) error {
	if model == nil {
		return nil
	}
	var newer bool
	if err := l.tx.Raw(`SELECT EXISTS (SELECT 1 FROM neighbour_models m JOIN releases r ON r.id = m.release_id WHERE m.code = ?
		AND (coalesce(r.published_on, '-infinity'), r.imported_at, r.id) >= (coalesce(?::date, '-infinity'), ?::timestamptz, ?::uuid))`,
		model.Code, r.PublishedOn, r.ImportedAt, r.ID).Scan(&newer).Error; err != nil || newer {
		return err
	}
	model.ReleaseID = r.ID
	return l.replaceNeighbours(s, actor, *model, t)
}

// leaveNeighbours lets the next newest release's neighbours stand where those of the
// release stood, or none.
func (l *ledger) leaveNeighbours(s *Store, actor programme.Actor, release string, t *tally) error {
	var stood []benchmark.NeighbourModel
	if err := l.tx.Where(clause.Eq{Column: "release_id", Value: release}).Find(&stood).Error; err != nil || len(stood) == 0 {
		return err
	}
	var next []releaseModel
	if err := l.tx.Raw("SELECT m.* FROM release_models m JOIN releases r ON r.id = m.release_id WHERE m.code = ? AND r.state = 'standing' ORDER BY "+newest+" LIMIT 1", stood[0].Code).
		Scan(&next).Error; err != nil {
		return err
	}
	if len(next) > 0 {
		model, err := l.bringNeighboursBack(next[0].ReleaseID)
		if err != nil {
			return err
		}
		model.ReleaseID = next[0].ReleaseID
		return l.replaceNeighbours(s, actor, *model, t)
	}
	gone := l.tx.Exec("DELETE FROM neighbours WHERE model_code = ?", stood[0].Code)
	if gone.Error != nil {
		return gone.Error
	}
	t.withdrawn = int(gone.RowsAffected)
	if err := one(l.tx.Delete(&stood[0])); err != nil {
		return err
	}
	return s.audit(l.tx, actor, actionDelete, "neighbour-model", stood[0].Code, stood[0], nil)
}

// replaceNeighbours makes what comes the model's neighbours.
func (l *ledger) replaceNeighbours(s *Store, actor programme.Actor, model benchmark.NeighbourModel, t *tally) error {
	if err := l.model(s, actor, model); err != nil {
		return err
	}
	if err := l.compareNeighbours(model.Code); err != nil {
		return err
	}
	for _, step := range []struct {
		statement string
		count     *int
	}{
		{`DELETE FROM neighbours n WHERE n.model_code = ? AND NOT EXISTS
			(SELECT 1 FROM incoming_neighbours i WHERE (i.authority_code, i.rank) = (n.authority_code, n.rank))`, &t.withdrawn},
		{`UPDATE neighbours n SET neighbour_code = i.neighbour_code, closeness = i.closeness FROM incoming_neighbours i WHERE n.model_code = ?
			AND (i.authority_code, i.rank) = (n.authority_code, n.rank) AND (i.neighbour_code, i.closeness) <> (n.neighbour_code, n.closeness)`, &t.corrected},
		{`INSERT INTO neighbours (model_code, authority_code, rank, neighbour_code, closeness) SELECT ?, i.authority_code, i.rank, i.neighbour_code, i.closeness
			FROM incoming_neighbours i ON CONFLICT (model_code, authority_code, rank) DO NOTHING`, &t.added},
	} {
		done := l.tx.Exec(step.statement, model.Code)
		if done.Error != nil {
			return done.Error
		}
		*step.count = int(done.RowsAffected)
	}
	return nil
}

// compareNeighbours notes which neighbours will stand otherwise than now.
func (l *ledger) compareNeighbours(model string) error {
	var found []struct {
		Authority, WasCode, WasCloseness, Code, Closeness string
		Rank                                              int
	}
	err := l.tx.Raw(`SELECT authority_code AS authority, rank, coalesce(n.neighbour_code, '') AS was_code, coalesce(n.closeness, '') AS was_closeness,
			coalesce(i.neighbour_code, '') AS code, coalesce(i.closeness, '') AS closeness
		FROM incoming_neighbours i FULL JOIN (SELECT * FROM neighbours WHERE model_code = ?) n USING (authority_code, rank)
		WHERE (n.neighbour_code, n.closeness) IS DISTINCT FROM (i.neighbour_code, i.closeness) ORDER BY authority_code, rank`, model).Scan(&found).Error
	for _, f := range found {
		l.near = append(l.near, benchmark.Change{
			Of: benchmark.OfNeighbours, Kind: kindOfChange(f.WasCode != "", f.Code != ""), Period: model, Geography: f.Authority, Rank: f.Rank,
			Was: benchmark.Figure{Status: statusOfNeighbour(f.WasCode)}, Is: benchmark.Figure{Status: statusOfNeighbour(f.Code)},
			WasNear: benchmark.Near{Code: f.WasCode, Closeness: f.WasCloseness}, IsNear: benchmark.Near{Code: f.Code, Closeness: f.Closeness},
		})
	}
	return err
}

func statusOfNeighbour(code string) benchmark.Status {
	if code == "" {
		return benchmark.NotHeld
	}
	return benchmark.Reported
}

// model keeps the model itself, in the place of the one that has its code.
func (l *ledger) model(s *Store, actor programme.Actor, model benchmark.NeighbourModel) error {
	var held []benchmark.NeighbourModel
	if err := l.tx.Where(clause.Eq{Column: "code", Value: model.Code}).Find(&held).Error; err != nil {
		return err
	}
	if len(held) == 0 {
		model.CreatedAt = s.now()
		if err := l.tx.Create(&model).Error; err != nil {
			return err
		}
		return s.audit(l.tx, actor, actionCreate, "neighbour-model", model.Code, nil, model)
	}
	model.CreatedAt = held[0].CreatedAt
	if err := saveAll(l.tx, &model); err != nil {
		return err
	}
	return s.audit(l.tx, actor, actionUpdate, "neighbour-model", model.Code, held[0], model)
}
