package server

import (
	"context"
	"iter"
	"math"
	"slices"
	"strconv"
)

// page is the wire form of a part of a list.
type page[T any] struct {
	Items      []T     `json:"items"`
	NextCursor *string `json:"nextCursor"`
	Total      *int    `json:"total,omitempty"`
}

// rows is a list before it is cut into pages. Each row has a key that no other
// has, and the rows are in the order of their keys, so that a page can begin
// after a row that is no longer there.
type rows[T any] struct {
	after func(key []string) iter.Seq[T] // all rows, from the first after the key; nil is before the first
	key   func(T) []string
	width int // how many texts a key has; 0 where there is no row to tell
	total func() int
}

// listOf orders the items by their keys. Descending turns the whole order round.
func listOf[T any](items []T, descending bool, key func(T) []string) rows[T] {
	direction := 1
	if descending {
		direction = -1
	}
	slices.SortFunc(items, func(a, b T) int { return direction * slices.Compare(key(a), key(b)) })
	return inOrder(items, direction, key)
}

// inOrder takes items that are in the order of their keys already: ascending
// where the direction is 1, descending where it is -1.
func inOrder[T any](items []T, direction int, key func(T) []string) rows[T] {
	width := 0
	if len(items) > 0 {
		width = len(key(items[0]))
	}
	return rows[T]{
		key:   key,
		width: width,
		total: func() int { return len(items) },
		after: func(after []string) iter.Seq[T] {
			start := 0
			if after != nil {
				var found bool
				start, found = slices.BinarySearchFunc(items, after, func(item T, k []string) int { return direction * slices.Compare(key(item), k) })
				if found {
					start++
				}
			}
			return slices.Values(items[start:])
		},
	}
}

// only leaves rows out, and asks of each no sooner than its page is made.
func (r rows[T]) only(keep func(T) bool) rows[T] {
	after := func(key []string) iter.Seq[T] {
		return func(yield func(T) bool) {
			for row := range r.after(key) {
				if keep(row) && !yield(row) {
					return
				}
			}
		}
	}
	total := func() int {
		n := 0
		for range after(nil) {
			n++
		}
		return n
	}
	return rows[T]{after: after, key: r.key, width: r.width, total: total}
}

// kept answers the items that the filter keeps, as pointers into the snapshot.
func kept[T any](items []T, keep func(*T) bool) []*T {
	out := make([]*T, 0, len(items))
	for i := range items {
		if keep(&items[i]) {
			out = append(out, &items[i])
		}
	}
	return out
}

// answerList answers a list in the form that the caller wants.
func answerList[T, W any](ctx context.Context, list rows[T], wire func(T) W) (reply, error) {
	return answerPage(ctx, list, wire, func(p page[W]) any { return p })
}

// answerPage does the same for lists whose pages say more than their items.
func answerPage[T, W any](ctx context.Context, list rows[T], wire func(T) W, wrap func(page[W]) any) (reply, error) {
	call := callOf(ctx)
	if call.format != formatJSON {
		return table(ctx, list, wire)
	}
	after, err := readCursor(call)
	if err != nil {
		return reply{}, err
	}
	if after != nil && list.width > 0 && len(after) != list.width {
		return reply{}, errNoCursor
	}
	limit := limitOf(call)
	p := page[W]{Items: make([]W, 0, limit)}
	next := ""
	var last T
	for row := range list.after(after) {
		if len(p.Items) == limit {
			cursor := writeCursor(call, list.key(last))
			p.NextCursor, next = &cursor, nextAddress(call, cursor)
			break
		}
		p.Items = append(p.Items, wire(row))
		last = row
	}
	if counts(call) {
		total := list.total()
		p.Total = &total
	}
	r, err := ok(ctx, wrap(p))
	r.next = next
	return r, err
}

// limitOf and counts read what the contract has checked.
func limitOf(call *call) int {
	if given := call.query.Get("limit"); given != "" {
		limit, _ := strconv.Atoi(given)
		return limit
	}
	return 50
}

func counts(call *call) bool {
	count, _ := strconv.ParseBool(call.query.Get("count"))
	return count
}

// ordered writes a number so that texts order as their numbers do.
func ordered(v float64) string {
	bits := math.Float64bits(v + 0) // no negative zero
	if bits>>63 == 1 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	text := strconv.FormatUint(bits, 16)
	return "0000000000000000"[len(text):] + text
}
