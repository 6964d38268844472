package postgres

import (
	"context"
	"strconv"

	"gorm.io/gorm"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

// AuditEntries lists what the audit holds of the resource, oldest first. Whoever
// may see the resource may read that or, where it is deleted, whoever might until
// then; for all others, and where there never was such a resource, the error is
// Malformed: the id is a filter that names nothing. What an entry says to whom is the entry's own rule.
func (s *Store) AuditEntries(actor programme.Actor, noun, key string) programme.Listing[programme.AuditEntry] {
	in := func(db *gorm.DB) *gorm.DB {
		q := auditOf(db, actor, noun, key)
		if sight := sightsUntil[noun]; sight != nil {
			q = sight(s, q, actor, key)
		}
		return q
	}
	reads := []string{noun}
	if noun == "quarter" {
		reads = nil // what is kept of readings, the feed does not hear of
	}
	return programme.Listing[programme.AuditEntry]{
		Reads: reads,
		Key:   auditKey,
		Page: func(ctx context.Context, w programme.Window) (programme.Part[programme.AuditEntry], error) {
			part, err := auditPage(s.gorm.WithContext(ctx), in, w)
			if err == nil && w.After == nil && len(part.Items) == 0 {
				err = noAudit(noun)
			}
			return part, refusal(err)
		},
		Each: func(ctx context.Context, begin func(moment int64) (bool, error), do func(*programme.AuditEntry) error) error {
			last := func(db *gorm.DB) (id int64, err error) {
				err = in(db).Select("coalesce(max(id), 0)").Scan(&id).Error
				return id, err
			}
			return refusal(s.streamed(ctx, last, func(l line, moment int64) error {
				return auditWalk(l.DB, in, noun, func() (bool, error) { return begin(moment) }, do)
			}))
		},
	}
}

// sightsUntil are of the nouns that some see until a moment of the clock, whether or not anybody
// has noted it: what the audit holds of one that is there, who sees it now reads.
var sightsUntil = map[string]func(s *Store, q *gorm.DB, actor programme.Actor, key string) *gorm.DB{
	"self-evaluation":         seenUntil[evaluation.SelfEvaluation]((*Store).shownTo),
	"self-evaluation-comment": seenUntil[evaluation.Comment]((*Store).commentShownTo),
}

func seenUntil[T any](sight func(s *Store, actor programme.Actor) func(*gorm.DB) *gorm.DB) func(s *Store, q *gorm.DB, actor programme.Actor, key string) *gorm.DB {
	return func(s *Store, q *gorm.DB, actor programme.Actor, key string) *gorm.DB {
		one := func() *gorm.DB {
			return q.Session(&gorm.Session{NewDB: true}).Model(new(T)).Select("1").Where("id = ?", idOrNone(key))
		}
		return q.Where("(NOT EXISTS (?) OR EXISTS (?))", beyondSight(one()), one().Scopes(sight(s, actor)))
	}
}

func auditKey(e *programme.AuditEntry) []string { return []string{strconv.FormatInt(e.ID, 10)} }

// auditID reads what auditKey has written.
func auditID(key []string) (int64, error) {
	if len(key) != 1 {
		return 0, errNoKey
	}
	id, err := strconv.ParseInt(key[0], 10, 64)
	if err != nil {
		return 0, errNoKey
	}
	return id, nil
}

func noAudit(noun string) error {
	return programme.BadRequest(programme.UnknownParameter("id", "There is no "+programme.Spoken(noun)+" with this id."))
}

// auditOf leaves the entries of one resource, if its last entry says that the actor
// may see it. Where the resource is gone, that entry is its deletion. A record's
// own row lock, or the lock of all reference data, lets one writer after the other
// into the audit, so that the entries of one resource are in the order of their ids.
// What was told to some alone is read by them alone.
func auditOf(db *gorm.DB, actor programme.Actor, noun, key string) *gorm.DB {
	last := db.Session(&gorm.Session{NewDB: true}).Table("audit_entries AS last").
		Select("CASE WHEN cardinality(last.seen_after) > 0 THEN last.seen_after ELSE last.seen_before END").
		Where("last.noun = ? AND last.key = ?", noun, key).Order("last.id DESC").Limit(1)
	return db.Model(&auditRow{}).Where("noun = ? AND key = ?", noun, key).Where("(?) && ?", last, array(actor.Names())).
		Where("(cardinality(told) = 0 OR told && ?)", array(actor.Names()))
}

func auditPage(db *gorm.DB, in func(*gorm.DB) *gorm.DB, w programme.Window) (programme.Part[programme.AuditEntry], error) {
	var part programme.Part[programme.AuditEntry]
	rows := make([]auditRow, 0, w.Limit+1)
	q := in(db).Order("id").Limit(w.Limit + 1)
	if w.After != nil {
		id, err := auditID(w.After)
		if err != nil {
			return part, err
		}
		q = q.Where("id > ?", id)
	}
	if err := q.Find(&rows).Error; err != nil {
		return part, err
	}
	if part.More = len(rows) > w.Limit; part.More {
		rows = rows[:w.Limit]
	}
	part.Items = make([]programme.AuditEntry, len(rows))
	for i := range rows {
		part.Items[i] = rows[i].entry()
	}
	if w.Count {
		var total int64
		if err := in(db).Count(&total).Error; err != nil {
			return part, err
		}
		n := int(total)
		part.Total = &n
	}
	return part, nil
}

// auditWalk reads the first chunk before it begins: what is not there has no
// beginning.
func auditWalk(tx *gorm.DB, in func(*gorm.DB) *gorm.DB, noun string, begin func() (bool, error), do func(*programme.AuditEntry) error) error {
	window := programme.Window{Limit: chunk}
	for {
		part, err := auditPage(tx, in, window)
		if err != nil {
			return err
		}
		if window.After == nil {
			if len(part.Items) == 0 {
				return noAudit(noun)
			}
			if wanted, err := begin(); err != nil || !wanted {
				return err
			}
		}
		for i := range part.Items {
			if err := do(&part.Items[i]); err != nil {
				return err
			}
		}
		if !part.More {
			return nil
		}
		window.After = auditKey(&part.Items[len(part.Items)-1])
	}
}

func (r auditRow) entry() programme.AuditEntry {
	return programme.AuditEntry{
		ID: r.ID, At: r.At, Action: r.Action, Roles: r.Roles, Borough: r.Borough, Subject: r.Subject, Request: r.Request, Reason: r.Reason,
		Before: r.Before, After: r.After, Withheld: r.Withheld, ReadBy: r.ReadBy,
	}
}
