package server

import (
	"bufio"
	"context"
	"io"
	"strconv"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// answerListing answers a list of records in the form that the caller wants. The
// whole list, as CSV or NDJSON, is one state of the database and never held.
func answerListing[T, W any](ctx context.Context, list programme.Listing[T], wire func(*T) W) (reply, error) {
	return answerListingWith(ctx, list, wire, func([]T, []W) error { return nil })
}

// answerListingWith does the same, and adds to the items of a page what is read for all
// of them at once.
func answerListingWith[T, W any](ctx context.Context, list programme.Listing[T], wire func(*T) W, add func(rows []T, wires []W) error) (reply, error) {
	call := callOf(ctx)
	list = list.Under(call.found)
	if call.format != formatJSON {
		return tableReply(call, func(open func(string) (io.Writer, bool)) error { return streamListing(ctx, call, list, wire, open) }), nil
	}
	after, err := readCursor(call)
	if err != nil {
		return reply{}, err
	}
	state := call.lastMade.before(ctx, call, list.Reads)
	part, err := list.Page(ctx, programme.Window{After: after, Limit: limitOf(call), Count: counts(call), Steps: call.tellsSteps()})
	if after != nil && programme.KindOf(err) == programme.Invalid {
		return reply{}, errNoCursor // a key of another width or of other types
	}
	if err != nil {
		return reply{}, err
	}
	p := page[W]{Items: make([]W, len(part.Items)), Total: part.Total}
	for i := range part.Items {
		p.Items[i] = wire(&part.Items[i])
	}
	if err := add(part.Items, p.Items); err != nil {
		return reply{}, err
	}
	next := ""
	if part.More {
		cursor := writeCursor(call, list.Key(&part.Items[len(part.Items)-1]))
		p.NextCursor, next = &cursor, nextAddress(call, cursor)
	}
	r, err := ok(ctx, p)
	r.next = next
	if err == nil {
		call.lastMade.after(ctx, call, state)
	}
	return r, err
}

func streamListing[T, W any](ctx context.Context, call *call, list programme.Listing[T], wire func(*T) W, open func(string) (io.Writer, bool)) error {
	var out *bufio.Writer
	var write func(W) error
	err := list.Each(ctx, func(moment int64) (bool, error) {
		w, wanted := open("m" + strconv.FormatInt(moment, 10) + "-" + strconv.FormatInt(call.snapshot.Generation, 10) + "-" + question(call))
		if !wanted {
			return false, nil
		}
		out = bufio.NewWriterSize(w, 1<<16)
		var err error
		write, err = rowWriter[W](call, out)
		return true, err
	}, func(row *T) error { return write(wire(row)) })
	if err != nil || out == nil {
		return err
	}
	return out.Flush()
}

// list answers the elements of an optional member, never nil: an empty list is
// a list.
func list[T any](given *[]T) []T {
	if given == nil {
		return []T{}
	}
	return programme.OrEmpty(*given)
}

func linksWire(links []programme.Link) []api.Link {
	wire := make([]api.Link, len(links))
	for i, l := range links {
		wire[i] = api.Link{Title: l.Title, Url: l.URL}
	}
	return wire
}

func linksOf(given *[]api.Link) []programme.Link {
	links := make([]programme.Link, len(list(given)))
	for i, l := range list(given) {
		links[i] = programme.Link{Title: l.Title, URL: l.Url}
	}
	return links
}
