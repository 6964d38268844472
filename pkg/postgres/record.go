package postgres

import (
	"context"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/programme"
)

// record is a kind of record of the programme's year, as the store handles it: T
// is the struct that is a row, and its pointer knows the rules.
type record[T any] interface {
	*T
	programme.Record
}

// kind is what the store must know of a kind of records beside its struct.
type kind[T any, R record[T]] struct {
	// complete reads what the rules must know and the row itself does not hold; it
	// may be nil.
	complete func(tx *gorm.DB, rows []R) error
	// cited lists the reference data that the row names, so that everything that is
	// not there is said at once; it may be nil.
	cited func(R) []citation
	// before sets in a row that is about to be written what follows from others; it
	// may be nil.
	before func(w *work, row R) error
	// after lets others follow a row that has been written; it may be nil.
	after func(w *work, row R) error
	// open says that the table takes only rows that everybody may see, so that lists
	// need not ask of each.
	open bool
	// orders lists how lists may be sorted, by the contract's words.
	orders map[string]order
	// referrers keep a record from being deleted.
	referrers []referrer
}

// work is a transaction in which somebody does something. Everything in it
// happens at one time.
type work struct {
	store *Store
	ctx   context.Context //nolint:containedctx // it is the transaction's own, and ends with it
	tx    *gorm.DB
	actor programme.Actor
	now   time.Time
	// faults were found in what other records say, before the record's own rules
	// are asked; they are told together.
	faults []programme.Fault
}

// today is the day of the change, in the programme's zone.
func (w *work) today() programme.Date { return w.store.rules.Today(w.now) }

// act runs do in a transaction on the actor's behalf. Nothing that it may write
// belongs to the snapshot, so that it waits for no writer of other records.
func (s *Store) act(ctx context.Context, actor programme.Actor, do func(w *work) error) error {
	if err := programme.SomebodyMay(actor); err != nil {
		return err
	}
	return s.transact(ctx, func(ctx context.Context, u *unit) error {
		return do(&work{store: s, ctx: ctx, tx: u.tx.WithContext(ctx), actor: actor, now: s.now()})
	})
}

func missing[T any, R record[T]]() error {
	return programme.Errorf(programme.NotFound, programme.CodeNotFound, "There is no such %s.", strings.ReplaceAll(R(new(T)).Noun(), "-", " "))
}

// get reads one record that the actor may see. The error is NotFound.
func get[T any, R record[T]](ctx context.Context, s *Store, actor programme.Actor, k kind[T, R], id string) (T, error) {
	row, err := read(s.gorm.WithContext(ctx).Scopes(visibleTo(actor)), k, id)
	return orZero(row, refusal(err))
}

// hold reads one record that the actor may see, and keeps others from changing
// it until the transaction ends.
func hold[T any, R record[T]](w *work, k kind[T, R], id string) (T, error) {
	return read(w.tx.Scopes(visibleTo(w.actor)).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}), k, id)
}

func read[T any, R record[T]](q *gorm.DB, k kind[T, R], id string) (T, error) {
	var row T
	if uuid.Validate(id) != nil {
		return row, missing[T, R]() // PostgreSQL would call it a syntax error
	}
	err := q.Where(clause.Eq{Column: "id", Value: id}).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, missing[T, R]()
	}
	if err == nil && k.complete != nil {
		err = k.complete(q.Session(&gorm.Session{NewDB: true}), []R{&row})
	}
	return row, err
}

// add creates a record. prepare sets what follows from other records, its
// audience above all, and may write others.
func add[T any, R record[T]](ctx context.Context, s *Store, actor programme.Actor, k kind[T, R], row T, prepare func(w *work, row R) error) (T, error) {
	err := s.act(ctx, actor, func(w *work) error {
		if err := prepare(w, &row); err != nil {
			return err
		}
		return insert(w, k, R(&row))
	})
	return orZero(row, err)
}

// change lets do alter a record that the actor may see, if the record's own rule
// allows the step and the version is the present one.
func change[T any, R record[T]](ctx context.Context, s *Store, actor programme.Actor, k kind[T, R], id string, version int64, step programme.Step,
	do func(w *work, row R) error) (T, error) {
	var row T
	err := s.act(ctx, actor, func(w *work) (err error) {
		if row, err = hold(w, k, id); err != nil {
			return err
		}
		if err := permit(actor, R(&row), version, step); err != nil {
			return err
		}
		was, err := rememberOf(R(&row))
		if err != nil {
			return err
		}
		if err := do(w, &row); err != nil {
			return err
		}
		return save(w, k, was, R(&row))
	})
	return orZero(row, err)
}

// permit asks in the order in which a caller should hear: that it is not theirs,
// that their copy is old, and that the state does not allow it.
func permit(actor programme.Actor, row programme.Record, version int64, step programme.Step) error {
	refused := row.May(actor, step)
	if programme.KindOf(refused) == programme.Forbidden && refused != nil {
		return refused
	}
	if err := sameVersion(row.Of().Version, version); err != nil {
		return err
	}
	return refused
}

// drop deletes a record, if its own rule allows that. also, which may be nil,
// runs before that in the same transaction.
func drop[T any, R record[T]](ctx context.Context, s *Store, actor programme.Actor, k kind[T, R], id string, version int64, also func(w *work, row R) error) error {
	return s.act(ctx, actor, func(w *work) error {
		row, err := hold(w, k, id)
		if err != nil {
			return err
		}
		if err := permit(actor, R(&row), version, programme.Delete); err != nil {
			return err
		}
		if also != nil {
			if err := also(w, &row); err != nil {
				return err
			}
		}
		if err := inUse(w.tx, R(&row).Noun(), id, k.referrers); err != nil {
			return err
		}
		return erase[T](w, R(&row))
	})
}

// insert writes a new record at its first version.
func insert[T any, R record[T]](w *work, k kind[T, R], row R) error {
	head := row.Of()
	head.ID, head.Version, head.CreatedAt, head.UpdatedAt = newID(), firstVersion(w.now), w.now, w.now
	return put(w, k, actionCreate, past{}, row, func() error { return w.tx.Create(row).Error })
}

// save writes the record as the next version of what it was.
func save[T any, R record[T]](w *work, k kind[T, R], was past, row R) error {
	head := row.Of()
	head.ID, head.CreatedAt = was.head.ID, was.head.CreatedAt
	head.Version, head.UpdatedAt = nextVersion(was.head.Version, w.now), w.now
	return put(w, k, actionUpdate, was, row, func() error { return saveAll(w.tx, (*T)(row)) })
}

// put writes a row that keeps its rules, and all that goes with it.
func put[T any, R record[T]](w *work, k kind[T, R], action string, was past, row R, write func() error) error {
	if k.before != nil {
		if err := k.before(w, row); err != nil {
			return err
		}
	}
	if err := check(w, k, row); err != nil {
		return err
	}
	if err := write(); err != nil {
		return err
	}
	now, err := rememberOf(row)
	if err != nil {
		return err
	}
	if err := w.note(action, row.Noun(), was, now); err != nil || k.after == nil {
		return err
	}
	return k.after(w, row)
}

// rewrite writes the record as the next version of what it was, without asking its
// rules: it follows what became of another, and is no less right than before.
func rewrite[T any, R record[T]](w *work, was past, row R) error {
	head := row.Of()
	head.Version, head.UpdatedAt = nextVersion(was.head.Version, w.now), w.now
	if err := saveAll(w.tx, (*T)(row)); err != nil {
		return err
	}
	now, err := rememberOf(row)
	if err != nil {
		return err
	}
	return w.note(actionUpdate, row.Noun(), was, now)
}

// erase deletes the record, whoever refers to it.
func erase[T any, R record[T]](w *work, row R) error {
	was, err := rememberOf(row)
	if err != nil {
		return err
	}
	if err := one(w.tx.Where(clause.Eq{Column: "id", Value: row.Of().ID}).Delete(new(T))); err != nil {
		return err
	}
	return w.note(actionDelete, row.Noun(), was, past{})
}

// past is a record as it stood at one moment, whatever becomes of its struct.
type past struct {
	of     reflect.Type // nil where there is no record
	head   programme.Head
	text   *string // JSON, by the struct's members
	readBy programme.Audience
}

func rememberOf(row programme.Record) (past, error) {
	text, err := asJSON(row)
	p := past{of: reflect.TypeOf(row).Elem(), head: *row.Of(), text: text, readBy: row.Of().Audience}
	if c, ok := row.(programme.Confidential); ok {
		p.readBy = c.Confidants()
	}
	return p, err
}

// check holds a record to its own rules, and names every piece of reference data
// that it cites and that is not there. Those that are stay until the transaction ends.
func check[T any, R record[T]](w *work, k kind[T, R], row R) error {
	faults := w.faults
	if err := row.Check(); err != nil {
		e, ok := errors.AsType[*programme.Error](err)
		if !ok || e.Kind != programme.Invalid {
			return err
		}
		faults = append(e.Faults, faults...)
	}
	if k.cited != nil {
		unknown, err := uncited(w.tx, k.cited(row))
		if err != nil {
			return err
		}
		faults = append(faults, unknown...)
	}
	return programme.Refuse(faults)
}

// citation names reference data: in a member that is a list, or in one that is a
// single value.
type citation struct {
	table, column string
	pointer       string // of the member
	list          bool
	values        []string
	words         string // what is not there
}

func citeBoroughs(pointer string, codes []string) citation {
	return citation{"boroughs", "code", pointer, true, codes, "There is no such borough."}
}

func citeSubRegions(pointer string, slugs []string) citation {
	return citation{"sub_regions", "slug", pointer, true, slugs, "There is no such sub-region."}
}

func citePriorities(pointer string, ids []string) citation {
	return citation{"priorities", "id", pointer, true, ids, "There is no such priority."}
}

func citeIndicators(pointer string, codes []string) citation {
	return citation{"indicators", "code", pointer, true, codes, "There is no such indicator."}
}

func citeBorough(pointer string, code *string) citation {
	return single(citeBoroughs(pointer, nil), code)
}

func citeSubRegion(pointer string, slug *string) citation {
	return single(citeSubRegions(pointer, nil), slug)
}

func citePriority(pointer string, id *string) citation {
	return single(citePriorities(pointer, nil), id)
}

func single(c citation, value *string) citation {
	c.list = false
	if value != nil {
		c.values = []string{*value}
	}
	return c
}

// uncited answers a fault for everything cited that is not there. What is there
// is locked against deletion, in the order of the citations. However many there are,
// it is one question.
func uncited(tx *gorm.DB, citations []citation) ([]programme.Fault, error) {
	var parts, answers []string
	var values []any
	for i, c := range citations {
		if len(c.values) == 0 {
			continue
		}
		n := strconv.Itoa(i)
		parts = append(parts, "cited_"+n+" AS (SELECT "+c.column+"::text AS value FROM "+c.table+" WHERE "+c.column+"::text = ANY (?) FOR KEY SHARE)")
		answers = append(answers, "SELECT "+n+" AS citation, value FROM cited_"+n)
		values = append(values, array(c.values))
	}
	if len(parts) == 0 {
		return nil, nil
	}
	var found []struct {
		Citation int
		Value    string
	}
	if err := tx.Raw("WITH "+strings.Join(parts, ", ")+" "+strings.Join(answers, " UNION ALL "), values...).Scan(&found).Error; err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, f := range found {
		there[strconv.Itoa(f.Citation)+" "+f.Value] = true
	}
	var faults []programme.Fault
	for n, c := range citations {
		for i, value := range c.values {
			if there[strconv.Itoa(n)+" "+value] {
				continue
			}
			pointer := c.pointer
			if c.list {
				pointer += "/" + strconv.Itoa(i)
			}
			faults = append(faults, programme.Unknown(pointer, c.words))
		}
	}
	return faults, nil
}
