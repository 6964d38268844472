// Package memo remembers what was found in texts, and not the texts: whole documents are sent
// and read again and again in which little has changed.
package memo

import (
	"hash/maphash"
	"sync/atomic"
)

// places is how many findings are kept at most. Each has one place, by its text, and gives it
// up to the next that has the same.
const places = 1 << 12

// Memo answers what is found in a text, which is the same always, and looks once as long as it
// remembers. Many may ask at once.
type Memo[T any] struct {
	find  func(text string) T
	seeds [2]maphash.Seed
	kept  [places]atomic.Pointer[finding[T]]
}

// finding is what was found in the text of these sums. Two texts with the same 128 bits are not
// to be expected: the seeds are the process's own, and nobody can look for such texts.
type finding[T any] struct {
	sums  [2]uint64
	bytes int
	found T
}

// New makes a memo of what find answers. Nobody may alter that.
func New[T any](find func(text string) T) *Memo[T] {
	return &Memo[T]{find: find, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// Of answers what is found in the text.
func (m *Memo[T]) Of(text string) T {
	sums := [2]uint64{maphash.String(m.seeds[0], text), maphash.String(m.seeds[1], text)}
	place := &m.kept[sums[0]%places]
	if f := place.Load(); f != nil && f.sums == sums && f.bytes == len(text) {
		return f.found
	}
	found := m.find(text)
	place.Store(&finding[T]{sums, len(text), found})
	return found
}
