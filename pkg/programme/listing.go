package programme

import "context"

// Listing is a list that has not been read yet: it knows the question, and is
// asked for a part or for all of it.
type Listing[T any] struct {
	// Page reads at most so many records that come after the key.
	Page func(ctx context.Context, w Window) (Part[T], error)
	// Each reads the whole list, one record after the other, as it was at one
	// moment. Before the first record it calls begin with a number that stands for
	// that moment: where nothing has changed, the number is the same. What begin
	// answers with false is not read. All that time it holds a connection to the
	// database, so neither begin nor do may wait for whoever wants the list.
	Each func(ctx context.Context, begin func(moment int64) (bool, error), do func(*T) error) error
	// Key answers the texts by which the list is ordered; no two records have the same.
	Key func(*T) []string
	// Reads names the nouns of all that the list is made of, whoever may see it: unless
	// one of them changes, it stays as it is. None means that nobody can know.
	Reads []string
}

// EveryNoun stands for all nouns that there are, and those to come.
const EveryNoun = "*"

// Under is the list under a condition, which is asked before it is read.
func (l Listing[T]) Under(holds func(ctx context.Context) error) Listing[T] {
	page, each := l.Page, l.Each
	l.Page = func(ctx context.Context, w Window) (Part[T], error) {
		if err := holds(ctx); err != nil {
			return Part[T]{}, err
		}
		return page(ctx, w)
	}
	l.Each = func(ctx context.Context, begin func(moment int64) (bool, error), do func(*T) error) error {
		if err := holds(ctx); err != nil {
			return err
		}
		return each(ctx, begin, do)
	}
	return l
}

// Window says which part of a list is wanted.
type Window struct {
	After []string // the key of the record before the first; nil is the beginning
	Limit int
	Count bool // whether the total is wanted
	Steps bool // whether it is wanted what can be done with each
}

// Part is what was read of a list.
type Part[T any] struct {
	Items []T
	More  bool // whether records follow
	Total *int // of the whole list, where it was wanted
}
