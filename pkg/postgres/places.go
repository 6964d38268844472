package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Places answers where the feed stands of each of the nouns, whoever may see what
// changed, as one text. Where it answers the same text twice, no change of any of the
// nouns came into sight between, and it is the same copy of the same database: what was
// read of them in the meantime can be read again. See
// docs/adr/0035-an-unchanged-list-is-cheap.md.
func (s *Store) Places(ctx context.Context, nouns []string) (places string, err error) {
	err = s.lineOf(ctx, func(l line) error {
		return onConn(l.conn, func(c *pgx.Conn) error { return c.QueryRow(ctx, placesOf, nouns).Scan(&places) })
	})
	return places, refusal(err)
}

// placesOf is one statement, so that all places are of one moment. Two copies of a
// database that have lived on apart could give one place to two changes, if the clocks
// of their machines differ. So it says which copy answers: no two have the same server,
// from its start on, and the same file.
const placesOf = `SELECT extract(epoch FROM pg_postmaster_start_time()) || ' ' || pg_relation_filepath('feed') || ' ' || string_agg(coalesce(place, 0)::text, ' ' ORDER BY nth)
	FROM (SELECT nth, CASE n WHEN '*' THEN (SELECT max(place) FROM feed) ELSE (SELECT max(place) FROM feed f WHERE f.noun = n) END AS place
		FROM unnest($1::text[]) WITH ORDINALITY AS given (n, nth)) AS found`
