package server

import (
	"context"

	"peerchallenge/pkg/programme"
)

// noun is the HTTP half of a kind of records: T is what the domain has, In what a
// creation sends, and W what the contract shows.
type noun[T, In, W any] struct {
	record func(*T) programme.Record
	// input is what a creation of the present state would have sent: a change is a
	// merge with it, and comes by the same way as a creation from the wire to the domain.
	input func(*T) In
	set   func(*T, In)
	wire  func(ctx context.Context) func(*T) W
	// includes are what the answers add where it is asked for, by the contract's names.
	includes map[string]include[T, W]
}

func nounOf[T, In, W any, R interface {
	*T
	programme.Record
}](input func(*T) In, set func(*T, In), wire func(ctx context.Context) func(*T) W) noun[T, In, W] {
	return noun[T, In, W]{record: func(row *T) programme.Record { return R(row) }, input: input, set: set, wire: wire}
}

// answer answers the record that the store has answered.
func (n noun[T, In, W]) answer(ctx context.Context) func(T, error) (reply, error) {
	return func(row T, err error) (reply, error) {
		if err != nil {
			return reply{}, err
		}
		return resource(ctx, n.record(&row).Of().Version, n.wire(ctx)(&row))
	}
}

// read answers one record.
func (n noun[T, In, W]) read(ctx context.Context, read func(ctx context.Context, actor programme.Actor, id string) (T, error), id string) (reply, error) {
	return n.answer(ctx)(read(ctx, callOf(ctx).actor, id))
}

// including is the noun with what its answers add where it is asked for.
func (n noun[T, In, W]) including(includes map[string]include[T, W]) noun[T, In, W] {
	n.includes = includes
	return n
}

// readWith answers one record, with what the caller wants beside it.
func (n noun[T, In, W]) readWith(ctx context.Context, store includeStore, read func(ctx context.Context, actor programme.Actor, id string) (T, error), id string) (reply, error) {
	row, err := read(ctx, callOf(ctx).actor, id)
	if err != nil {
		return reply{}, err
	}
	rows, wires := []T{row}, []W{n.wire(ctx)(&row)}
	if err := n.include(ctx, store, rows, wires); err != nil {
		return reply{}, err
	}
	return resource(ctx, n.record(&row).Of().Version, wires[0])
}

// listed answers a list, with what the caller wants beside each record.
func (n noun[T, In, W]) listed(ctx context.Context, store includeStore, list programme.Listing[T]) (reply, error) {
	return answerListingWith(ctx, list, n.wire(ctx), func(rows []T, wires []W) error { return n.include(ctx, store, rows, wires) })
}

// created answers a record that create makes of the input.
func (n noun[T, In, W]) created(ctx context.Context, create func(ctx context.Context, actor programme.Actor, row T) (T, error), in In) (reply, error) {
	var row T
	n.set(&row, in)
	return n.added(ctx)(create(ctx, callOf(ctx).actor, row))
}

// createdIn answers a record that create makes of the input in another, named by its key.
func (n noun[T, In, W]) createdIn(ctx context.Context, create func(ctx context.Context, actor programme.Actor, in string, row T) (T, error), within string, in In) (reply, error) {
	var row T
	n.set(&row, in)
	return n.added(ctx)(create(ctx, callOf(ctx).actor, within, row))
}

// added answers the new record that the store has answered, and where it is.
func (n noun[T, In, W]) added(ctx context.Context) func(T, error) (reply, error) {
	return func(row T, err error) (reply, error) {
		if err != nil {
			return reply{}, err
		}
		record := n.record(&row)
		return created(ctx, record.Of().Version, record.Noun(), programme.KeyOf(record), n.wire(ctx)(&row))
	}
}

// patched answers the record after the request's merge patch.
func (n noun[T, In, W]) patched(ctx context.Context,
	update func(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*T) error) (T, error), id string, match *string) (reply, error) {
	return n.answer(ctx)(update(ctx, callOf(ctx).actor, id, matchVersion(match), func(row *T) error {
		in, err := merged(ctx, n.input(row))
		if err == nil {
			n.set(row, in)
		}
		return err
	}))
}

// stepped answers the record after a step that changes its state.
func (n noun[T, In, W]) stepped(ctx context.Context,
	move func(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (T, error), id string, match *string, step programme.Step) (reply, error) {
	return n.answer(ctx)(move(ctx, callOf(ctx).actor, id, matchVersion(match), step))
}
