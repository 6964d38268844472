package server

import "testing"

// TestAnAnswerIsKeptWhenItIsAskedForAgain: of what tools take once, nothing stays.
func TestAnAnswerIsKeptWhenItIsAskedForAgain(t *testing.T) {
	a := newAnswers(1 << 20)
	key := func(query string) answerKey {
		return answerKey{generation: 1, operation: "listComparisons", query: query}
	}
	for range 2 {
		if first := a.askedBefore(key("borough=E09000022")); first {
			t.Fatal("it has not been asked for")
		}
		if again := a.askedBefore(key("borough=E09000022")); !again {
			t.Fatal("it has been asked for")
		}
		a = newAnswers(1 << 20) // which knows nothing of the other
	}
	next := key("borough=E09000022")
	next.generation = 2
	if a.askedBefore(next) {
		t.Error("of other figures it has not been asked for")
	}
}
