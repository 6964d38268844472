package postgres

import (
	"cmp"
	"context"
	"errors"
	"slices"
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
	// key is the column with the key of a kind that is [programme.Known] by one; empty
	// for all others, which are found by their id.
	key string
	// complete reads what the rules must know and the row itself does not hold; it
	// may be nil.
	complete func(tx *gorm.DB, rows []R) error
	// cited lists what the row names, so that everything that is not there is said at
	// once; it may be nil.
	cited func(R) []citation
	// before sets in a row that is about to be written what follows from others; it
	// may be nil.
	before func(w *work, row R) error
	// after lets others follow a row that has been written; it may be nil.
	after func(w *work, row R) error
	// linked reads what else the steps of the rows depend on; it may be nil.
	linked func(tx *gorm.DB, actor programme.Actor, rows []R) error
	// open says that the table takes only rows that everybody may see, so that lists
	// need not ask of each.
	open bool
	// orders lists how lists may be sorted, by the contract's words.
	orders map[string]order
	// referrers keep a record from being deleted.
	referrers []referrer
	// reads names what else lists are made of than the kind's own records: what rows are
	// completed with, and what filters ask. TestListsSayWhatTheyRead finds what is missing.
	reads []string
	// fleeting says that rows show what changes without an entry in the audit, so that
	// nobody can know whether a list is still the same.
	fleeting bool
}

// madeOf answers what lists of the kind are made of.
func (k kind[T, R]) madeOf() []string {
	if k.fleeting {
		return nil
	}
	return append([]string{R(new(T)).Noun()}, k.reads...)
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
	// unknown are faults that are told last: what the record cites and was looked for,
	// in vain, before the rest of what it cites.
	unknown []programme.Fault
	// last is what is written with the commit, in one round trip; nil: each is written when
	// it is said.
	last *trip
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

// actBetween is act for who asks first what need not wait for an answer, in the round trip that
// begins the transaction, and writes last what nothing follows, in the one that commits. In a
// transaction that has begun already each is a round trip of its own.
func (s *Store) actBetween(ctx context.Context, actor programme.Actor, first *trip, do func(w *work) error) error {
	if err := programme.SomebodyMay(actor); err != nil {
		return err
	}
	if u, ok := ctx.Value(unitKey{}).(*unit); ok {
		w := &work{store: s, ctx: ctx, tx: u.tx.WithContext(ctx), actor: actor, now: s.now()}
		if err := w.ask(first); err != nil {
			return err
		}
		return do(w)
	}
	b := bounds{begin: "BEGIN", first: first, last: &trip{}}
	return s.begun(ctx, b, func(ctx context.Context, u *unit) error {
		return do(&work{store: s, ctx: ctx, tx: u.tx.WithContext(ctx), actor: actor, now: s.now(), last: b.last})
	})
}

// readTogether runs do on what the statements read, on the actor's behalf. They are one
// transaction, which has ended before do begins; what do asks besides is read by itself. What
// they write may be written twice.
func (s *Store) readTogether(ctx context.Context, actor programme.Actor, first *trip, do func(w *work) error) error {
	if err := programme.SomebodyMay(actor); err != nil {
		return err
	}
	return s.begun(ctx, bounds{first: first}, func(ctx context.Context, u *unit) error {
		return do(&work{store: s, ctx: ctx, tx: u.tx.WithContext(ctx), actor: actor, now: s.now()})
	})
}

func missing[T any, R record[T]]() error {
	return programme.Errorf(programme.NotFound, programme.CodeNotFound, "There is no such %s.", programme.Spoken(R(new(T)).Noun()))
}

// get reads one record that the actor may see. The error is NotFound.
func get[T any, R record[T]](ctx context.Context, s *Store, actor programme.Actor, k kind[T, R], id string) (T, error) {
	tx := s.gorm.WithContext(ctx)
	row, err := read(tx.Scopes(visibleTo(actor)), k, id)
	if err == nil {
		err = forSteps(tx, actor, k, []R{&row})
	}
	return orZero(row, refusal(err))
}

// hold reads one record that the actor may see, and keeps others from changing
// it until the transaction ends.
func hold[T any, R record[T]](w *work, k kind[T, R], id string) (T, error) {
	return read(w.tx.Scopes(visibleTo(w.actor)).Clauses(forUpdate), k, id)
}

func read[T any, R record[T]](q *gorm.DB, k kind[T, R], id string) (T, error) {
	var row T
	if k.key == "" && uuid.Validate(id) != nil {
		return row, missing[T, R]() // PostgreSQL would call it a syntax error
	}
	err := q.Where(clause.Eq{Column: cmp.Or(k.key, "id"), Value: id}).Take(&row).Error
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
		if err := insert(w, k, R(&row)); err != nil || k.linked == nil {
			return err // nothing refers to it yet
		}
		return k.linked(w.tx, actor, []R{&row})
	})
	return orZero(row, err)
}

// change lets do alter a record that the actor may see, if the record's own rule
// allows the step and the version is the present one. Where it is what it was
// afterwards, nothing is written: nobody need hear of it.
func change[T any, R record[T]](ctx context.Context, s *Store, actor programme.Actor, k kind[T, R], id string, version int64, step programme.Step,
	do func(w *work, row R) error) (T, error) {
	var row T
	err := s.act(ctx, actor, func(w *work) (err error) {
		if row, err = hold(w, k, id); err != nil {
			return err
		}
		if k.linked != nil {
			if err := k.linked(w.tx, actor, []R{&row}); err != nil {
				return err
			}
		}
		if err := permit(w, R(&row), version, step); err != nil {
			return err
		}
		was, err := rememberOf(R(&row))
		if err != nil {
			return err
		}
		if err := do(w, &row); err != nil {
			return err
		}
		other, err := altered(was, R(&row))
		if err == nil && other {
			err = save(w, k, was, R(&row))
		}
		if err != nil {
			return err
		}
		return forSteps(w.tx, actor, k, []R{&row})
	})
	return orZero(row, err)
}

// permit asks in the order in which a caller should hear: that it is not theirs,
// that their copy is old, and that the state does not allow it.
func permit(w *work, row programme.Record, version int64, step programme.Step) error {
	refused := programme.MayNow(row, w.actor, step, w.today())
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
		if err := forSteps(w.tx, actor, k, []R{&row}); err != nil {
			return err
		}
		if err := permit(w, R(&row), version, programme.Delete); err != nil {
			return err
		}
		if also != nil {
			if err := also(w, &row); err != nil {
				return err
			}
		}
		return erase[T](w, R(&row))
	})
}

// forSteps reads what the steps of the rows depend on and the rows do not hold, all at
// once: what links to them, where the actor might delete them, and what else their kind
// names.
func forSteps[T any, R record[T]](tx *gorm.DB, actor programme.Actor, k kind[T, R], rows []R) error {
	tx = tx.Session(&gorm.Session{NewDB: true})
	if k.linked != nil {
		if err := k.linked(tx, actor, rows); err != nil {
			return err
		}
	}
	byKey := map[string]*programme.Head{}
	var keys array
	for _, row := range rows {
		head, key := row.Of(), programme.KeyOf(row)
		if head.UsedBy = nil; len(k.referrers) > 0 && row.May(actor, programme.Delete) == nil {
			byKey[key], keys = head, append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	var query []string
	var values []any
	for _, r := range k.referrers {
		text := "SELECT DISTINCT ?::text AS words, ?::text AS id FROM ? WHERE ? = ANY (?)"
		if r.table == "milestones" {
			text += " AND NOT derived" // which go with their source
		}
		query, values = append(query, text), append(values, r.words, clause.Column{Name: r.column}, clause.Table{Name: r.table}, clause.Column{Name: r.column}, keys)
	}
	var found []struct{ Words, ID string }
	if err := tx.Raw(strings.Join(query, " UNION ALL "), values...).Scan(&found).Error; err != nil {
		return err
	}
	for _, r := range k.referrers { // in their order, whatever PostgreSQL's is
		for _, f := range found {
			if f.Words == r.words {
				byKey[f.ID].UsedBy = append(byKey[f.ID].UsedBy, programme.UsedBy(r.words))
			}
		}
	}
	return nil
}

// insert writes a new record at its first version.
func insert[T any, R record[T]](w *work, k kind[T, R], row R) error {
	head := row.Of()
	head.ID, head.Version, head.CreatedAt, head.UpdatedAt = newID(), firstVersion(w.now), w.now, w.now
	return put(w, k, actionCreate, past{}, row, func(past) error { return w.tx.Create(row).Error })
}

// save writes the record as the next version of what it was.
func save[T any, R record[T]](w *work, k kind[T, R], was past, row R) error {
	head := row.Of()
	head.ID, head.CreatedAt = was.head.ID, was.head.CreatedAt
	head.Version, head.UpdatedAt = nextVersion(was.head.Version, w.now), w.now
	return put(w, k, actionUpdate, was, row, func(now past) error {
		if w.last != nil {
			return saving(w.last, w.tx, row, now.said)
		}
		return saveAll(w.tx, (*T)(row))
	})
}

// put writes a row that keeps its rules, and all that goes with it.
func put[T any, R record[T]](w *work, k kind[T, R], action string, was past, row R, write func(now past) error) error {
	if k.before != nil {
		if err := k.before(w, row); err != nil {
			return err
		}
	}
	if err := check(w, k, row); err != nil {
		return err
	}
	if worded, is := any(row).(programme.Worded); is {
		programme.Forget(worded)
	}
	now, err := rememberOf(row)
	if err != nil {
		return err
	}
	if err := write(now); err != nil {
		return err
	}
	if err := w.tell(concerned(row), action, row.Noun(), was, now); err != nil || k.after == nil {
		return err
	}
	return k.after(w, row)
}

// rewrite writes the record as the next version of what it was, without asking its
// rules: it follows what became of another, and is no less right than before.
func rewrite[T any, R record[T]](w *work, was past, row R) error {
	head := row.Of()
	head.Version, head.UpdatedAt = nextVersion(was.head.Version, w.now), w.now
	return retell(w, concerned(row), was, row)
}

// concerned answers who hears of a change of the record; nobody in particular, and so whoever sees
// it, where it says nothing of that.
func concerned(row any) programme.Audience {
	if discreet, is := row.(programme.Discreet); is {
		return discreet.Concerns()
	}
	return nil
}

// retell writes what some may see of a record, and others never, as no version of its own:
// its version and its time would tell the others that something has happened. Only
// those whom it concerns hear of it; where none are named, whoever sees it.
func retell[T any, R record[T]](w *work, concerned programme.Audience, was past, row R) error {
	if err := saveAll(w.tx, (*T)(row)); err != nil {
		return err
	}
	now, err := rememberOf(row)
	if err != nil {
		return err
	}
	return w.tell(concerned, actionUpdate, row.Noun(), was, now)
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

// locked reads the records for which the condition holds, whether or not the actor
// sees them, and keeps others from changing them until the transaction ends. All take
// them in the order of their ids, so that nobody waits for each other.
func locked[T any](w *work, condition string, args ...any) ([]T, error) {
	var rows []T
	err := beyondSight(w.tx).Clauses(forUpdate).Where(condition, args...).Order("id").Find(&rows).Error
	return rows, err
}

// alterEach writes those of the locked records that alter has changed.
func alterEach[T any, R record[T]](w *work, rows []T, write func(w *work, was past, row R) error, alter func(R) bool) error {
	for i := range rows {
		was, err := rememberOf(R(&rows[i]))
		if err != nil {
			return err
		}
		if !alter(&rows[i]) {
			continue
		}
		if err := write(w, was, &rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// alterAll locks the records for which the condition holds, and rewrites those that
// alter has changed, because another record did.
func alterAll[T any, R record[T]](w *work, alter func(R) bool, condition string, args ...any) error {
	rows, err := locked[T](w, condition, args...)
	if err != nil {
		return err
	}
	return alterEach(w, rows, rewrite[T, R], alter)
}

// past is a record as it stood at one moment, whatever becomes of its struct.
type past struct {
	head   programme.Head
	key    string
	said   programme.Said
	readBy programme.Audience
}

// rememberOf answers it, but for what those members say that are going to say something else.
func rememberOf(row programme.Record, changing ...string) (past, error) {
	said, err := programme.SaidBy(row, changing...)
	p := past{head: *row.Of(), key: programme.KeyOf(row), said: said, readBy: row.Of().Audience}
	if c, ok := row.(programme.Confidential); ok {
		p.readBy = c.Confidants()
	}
	return p, err
}

// altered reports whether the record is another than it was.
func altered(was past, row programme.Record) (bool, error) {
	now, err := rememberOf(row)
	if err != nil {
		return false, err
	}
	return !now.said.Same(was.said) || !slices.Equal(now.head.Audience, was.head.Audience), nil
}

// check holds a record to its own rules, and names everything that it cites and that
// is not there. What is there stays until the transaction ends.
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
	return programme.Refuse(append(faults, w.unknown...))
}
