package postgres

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-json"
	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

// The actions that the audit table knows.
const (
	actionCreate = "create"
	actionUpdate = "update"
	actionDelete = "delete"
	actionImport = "import"
	actionRead   = "read" // true figures of a quarter; nothing was changed, and nobody is told
)

// auditRow is one row of the audit: who changed what, when and why, and who may
// know of it.
type auditRow struct {
	ID         int64 `gorm:"primaryKey"`
	At         time.Time
	Issuer     string
	Subject    string
	Roles      []string `gorm:"serializer:texts"`
	Borough    *string  `gorm:"column:borough_code"`
	Request    string
	Reason     string
	Action     string
	Noun       string
	Key        string
	Before     *string            // JSON, by the members of the Go struct
	After      *string            // nil where there is none
	Withheld   []string           `gorm:"serializer:texts"` // members that changed and are in neither
	SeenBefore programme.Audience `gorm:"serializer:texts"`
	SeenAfter  programme.Audience `gorm:"serializer:texts"`
	ReadBy     programme.Audience `gorm:"serializer:texts"`
	Told       programme.Audience `gorm:"serializer:texts"` // who alone hears of it; empty: whoever sees the resource
}

// TableName implements GORM's Tabler.
func (auditRow) TableName() string { return "audit_entries" }

func newAuditRow(at time.Time, actor programme.Actor, action, noun, key string) auditRow {
	row := auditRow{At: at, Issuer: actor.Issuer, Subject: actor.Subject, Request: actor.Request, Reason: actor.Reason, Action: action, Noun: noun, Key: key, Told: programme.Audience{}}
	for _, role := range actor.Roles {
		row.Roles = append(row.Roles, string(role))
	}
	if actor.Borough != "" {
		row.Borough = &actor.Borough
	}
	return row
}

// note writes into the audit what becomes of a record.
func (w *work) note(action, noun string, was, now past) error {
	return w.tell(nil, action, noun, was, now)
}

// tell is note of what only these hear of, although others see the record too: for the
// others nothing about it is another.
func (w *work) tell(told programme.Audience, action, noun string, was, now past) error {
	row := newAuditRow(w.now, w.actor, action, noun, cmp.Or(now.key, was.key))
	kept := programme.Keep(was.said, now.said)
	row.Before, row.After, row.Withheld = kept.Before, kept.After, kept.Withheld
	row.SeenBefore, row.SeenAfter, row.Told = was.head.Audience, now.head.Audience, append(row.Told, told...)
	switch {
	case was.said.Nothing():
		row.ReadBy = now.readBy
	case now.said.Nothing():
		row.ReadBy = was.readBy
	default:
		row.ReadBy = was.readBy.And(now.readBy)
	}
	if w.last != nil && action != actionDelete {
		return w.last.enter(w.tx, &row)
	}
	return enter(w.tx, &row)
}

// newChange describes a change of what everybody may see; before or after is nil
// where there is none.
func newChange(at time.Time, actor programme.Actor, action, noun, key string, before, after any) (auditRow, error) {
	c := newAuditRow(at, actor, action, noun, key)
	c.ReadBy = programme.Everyone()
	if before != nil {
		c.SeenBefore = programme.Everyone()
	}
	if after != nil {
		c.SeenAfter = programme.Everyone()
	}
	was, err := programme.SaidBy(before)
	if err != nil {
		return auditRow{}, err
	}
	now, err := programme.SaidBy(after)
	kept := programme.Keep(was, now)
	c.Before, c.After, c.Withheld = kept.Before, kept.After, kept.Withheld
	return c, err
}

// feedScan is how many of the changes that the caller may see a page of the feed looks at.
const feedScan = 2000

// Changes answers at most limit changes of the feed after the place that the actor
// may see, oldest first, of the named nouns or, with none named, of all. next is
// the place up to which the feed was read, for the next call: after a full page
// that of its last change, else that of the last change that was looked at. It is
// after itself where nothing has come that the actor may see: what happens out of
// their sight moves nothing. As a page looks at [feedScan] changes at most, one
// without items may yet have got on.
//
// Items and next are of one state of the database. In the order of places that
// state has no gap, because places become visible in their order: see
// migrations/0002_year.sql. The error is Malformed for a place that the feed does
// not have; 0 is its beginning.
func (s *Store) Changes(ctx context.Context, actor programme.Actor, nouns []string, after int64, limit int) (items []programme.Change, next int64, err error) {
	var rows []struct {
		Known         bool
		Last          *int64
		Place         *int64
		At            time.Time
		Noun, Key     string
		Before, Since bool
	}
	if err := s.gorm.WithContext(ctx).Raw(feedPage, map[string]any{
		"after": after, "limit": limit, "names": array(actor.Names()), "all": len(nouns) == 0, "nouns": array(nouns),
	}).Scan(&rows).Error; err != nil {
		return nil, 0, refusal(err)
	}
	if !rows[0].Known {
		return nil, 0, errNoPlace
	}
	items, next = make([]programme.Change, 0, len(rows)), after
	for _, r := range rows {
		if r.Place == nil {
			break // the one row of an empty page
		}
		items = append(items, programme.Change{Place: *r.Place, At: r.At, Noun: r.Noun, Key: r.Key, Kind: programme.ChangeSeen(r.Before, r.Since)})
		next = *r.Place
	}
	if rows[0].Last != nil {
		next = *rows[0].Last
	}
	return items, next, nil
}

// feedPage reads a page with the place up to which it has looked, of the places that
// the caller may hear of: under each of their names, in its order, as many as a page
// looks at. That this is a number in the text keeps PostgreSQL from a plan that
// reads all changes: it cannot see into parameters.
var feedPage = strings.ReplaceAll(`WITH looked_at AS (
	SELECT DISTINCT heard.place FROM unnest(CAST(@names AS text[])) AS names (name),
		LATERAL (SELECT h.place FROM feed_heard h WHERE h.name = names.name AND h.place > CAST(@after AS bigint) ORDER BY h.place LIMIT {scan}) heard
	ORDER BY heard.place LIMIT {scan}
), shown AS (
	SELECT f.place, c.at, c.noun, c.key, c.seen_before && @names AS before, c.seen_after && @names AS since
	FROM looked_at JOIN feed f ON f.place = looked_at.place JOIN audit_entries c ON c.id = f.entry_id
	WHERE @all OR f.noun = ANY (@nouns) ORDER BY f.place LIMIT @limit
)
SELECT CAST(@after AS bigint) = 0 OR EXISTS (SELECT FROM feed WHERE place = CAST(@after AS bigint)) AS known, page.last, shown.*
FROM (SELECT CASE WHEN (SELECT count(*) FROM shown) < CAST(@limit AS bigint) THEN (SELECT max(place) FROM looked_at) END AS last) page
LEFT JOIN shown ON true ORDER BY shown.place`, "{scan}", strconv.Itoa(feedScan))

// errNoPlace refuses a place of another feed, or of a time that a restored copy of
// the database has lost.
var errNoPlace = programme.BadRequest(programme.Fault{
	Parameter: "cursor", Code: programme.FaultCursor, Detail: "The feed has no such place. Read your lists again and begin with from=now.",
})

// LastChange answers the place of the last change that the actor may hear of, 0
// before the first.
func (s *Store) LastChange(ctx context.Context, actor programme.Actor) (place int64, err error) {
	place, err = lastHeard(actor)(s.gorm.WithContext(ctx))
	return place, refusal(err)
}

// lastHeard answers the last place of which the actor may hear. What is made of records
// in the actor's sight is another only where that is another.
func lastHeard(actor programme.Actor) func(db *gorm.DB) (int64, error) {
	return func(db *gorm.DB) (place int64, err error) {
		err = db.Raw("SELECT coalesce(max(last.place), 0) FROM unnest(CAST(? AS text[])) AS names (name), LATERAL (SELECT max(place) AS place FROM feed_heard h WHERE h.name = names.name) last",
			array(actor.Names())).Scan(&place).Error
		return place, err
	}
}

// lastOf answers the last place of a kind of record, whoever may hear of it.
func lastOf(noun string) func(db *gorm.DB) (int64, error) {
	return func(db *gorm.DB) (place int64, err error) {
		err = db.Raw("SELECT coalesce(max(place), 0) FROM feed WHERE noun = ?", noun).Scan(&place).Error
		return place, err
	}
}

func asJSON(v any) (*string, error) {
	if v == nil {
		return nil, nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	s := string(text)
	return &s, nil
}

// audit writes the change in the transaction that makes it.
func (s *Store) audit(tx *gorm.DB, actor programme.Actor, action, noun, key string, before, after any) error {
	c, err := newChange(s.now(), actor, action, noun, key, before, after)
	if err != nil {
		return err
	}
	return enter(tx, &c)
}

// enter writes the entry. Everything that is deleted passes here, so that what was
// answered about it goes with it.
func enter(tx *gorm.DB, row *auditRow) error {
	if row.Action == actionDelete {
		if err := forgetRecord(tx, row.Noun, row.Key); err != nil {
			return err
		}
	}
	return tx.Create(row).Error
}
