package postgres

import (
	"context"

	"gorm.io/gorm"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

var caveats = noun[benchmark.Caveat]{
	name: "caveat", keyColumn: "id", madeKey: true,
	key:    func(c *benchmark.Caveat) *string { return &c.ID },
	stamps: func(c *benchmark.Caveat) stamps { return stamps{&c.Version, &c.CreatedAt, &c.UpdatedAt} },
	check:  checkCaveat,
}

// CreateCaveat adds a caveat and answers it with its id. The error is Forbidden for anyone
// but the programme's team, and Invalid if it breaks its rules or names an indicator, an
// authority or a release that is not there.
func (s *Store) CreateCaveat(ctx context.Context, actor programme.Actor, c benchmark.Caveat) (benchmark.Caveat, error) {
	return create(ctx, s, actor, caveats, c, nil)
}

// UpdateCaveat changes a caveat at the version, with the errors of [Store.CreateCaveat],
// NotFound and Stale.
func (s *Store) UpdateCaveat(ctx context.Context, actor programme.Actor, id string, version int64, change func(*benchmark.Caveat) error) (benchmark.Caveat, error) {
	return update(ctx, s, actor, caveats, id, version, change, nil)
}

// DeleteCaveat deletes a caveat at the version. The error is Forbidden, NotFound or Stale.
func (s *Store) DeleteCaveat(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return remove(ctx, s, actor, caveats, id, version)
}

// checkCaveat relies on the caller being the only writer.
func checkCaveat(tx *gorm.DB, c *benchmark.Caveat) error {
	err := checked(tx, c.Check(), single(citeIndicators("/indicator", nil), c.Indicator),
		single(citation{table: "authorities", column: "code", pointer: "/authority", words: "There is no such authority."}, c.Authority),
		single(citation{table: "releases", column: "id", pointer: "/releaseId", words: "There is no such release."}, c.ReleaseID))
	if err != nil {
		return err
	}
	return saidAlready(tx, c)
}

// saidAlready refuses a caveat that says what another says of the same figures: whoever sends
// one again hears that it is there.
func saidAlready(tx *gorm.DB, c *benchmark.Caveat) error {
	var said bool
	err := tx.Raw(`SELECT EXISTS (SELECT FROM caveats WHERE id::text <> @id AND text = @text AND indicator_code IS NOT DISTINCT FROM @indicator
		AND authority_code IS NOT DISTINCT FROM @authority AND release_id IS NOT DISTINCT FROM CAST(@release AS uuid)
		AND valid_from IS NOT DISTINCT FROM CAST(@from AS date) AND valid_to IS NOT DISTINCT FROM CAST(@to AS date))`,
		map[string]any{"id": c.ID, "text": c.Text, "indicator": c.Indicator, "authority": c.Authority, "release": c.ReleaseID, "from": c.ValidFrom, "to": c.ValidTo}).Scan(&said).Error
	if err != nil || !said {
		return err
	}
	return &programme.Error{
		Kind: programme.Conflict, Code: programme.CodeExists, Detail: "There is this caveat already.",
		Faults: []programme.Fault{{Pointer: "/text", Code: programme.FaultExists, Detail: "There is this caveat already."}},
	}
}
