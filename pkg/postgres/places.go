package postgres

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"peerchallenge/pkg/programme"
)

// Places answers where the feed stands of each of the nouns, whoever may see what
// changed, as one text. Where it answers the same text twice, no change of any of the
// nouns came into sight between, and it is the same copy of the same database: what was
// read of them in the meantime can be read again. See
// docs/adr/0035-an-unchanged-list-is-cheap.md.
func (s *Store) Places(ctx context.Context, nouns []string) (places string, err error) {
	if len(nouns) == 0 {
		return "", programme.OwnFault(errors.New("where the feed stands of nothing"))
	}
	conn, err := s.sql.Conn(ctx)
	if err != nil {
		return "", refusal(err)
	}
	defer func() { _ = conn.Close() }() // back into the pool
	statement, values := placesOf(nouns)
	err = onConn(conn, func(c *pgx.Conn) error { return c.QueryRow(ctx, statement, values...).Scan(&places) })
	return places, refusal(err)
}

// placesOf is one statement, so that all places are of one moment. It has the nouns one
// by one, because PostgreSQL takes a list for longer than it is and then plans each time
// anew, which costs many times what it costs to carry it out.
//
// Two copies of a database that have lived on apart could give one place to two changes,
// if the clocks of their machines differ. So it says which copy answers: no two have the
// same server, from its start on, and the same file.
func placesOf(nouns []string) (statement string, values []any) {
	var text strings.Builder
	text.WriteString("SELECT concat_ws(' ', extract(epoch FROM pg_postmaster_start_time()), pg_relation_filepath('feed')")
	if slices.Contains(nouns, programme.EveryNoun) {
		text.WriteString(", (SELECT place FROM feed ORDER BY place DESC LIMIT 1))")
		return text.String(), nil
	}
	for i, noun := range nouns {
		text.WriteString(", coalesce((SELECT place FROM feed WHERE noun = $" + strconv.Itoa(i+1) + " ORDER BY place DESC LIMIT 1), 0)")
		values = append(values, noun)
	}
	text.WriteString(")")
	return text.String(), values
}
