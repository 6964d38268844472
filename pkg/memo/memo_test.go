package memo_test

import (
	"strconv"
	"strings"
	"sync"
	"testing"

	"peerchallenge/pkg/memo"
)

func TestATextIsLookedThroughOnce(t *testing.T) {
	looked := 0
	m := memo.New(func(text string) int { looked++; return len(text) })
	for range 3 {
		for _, text := range []string{"", "families", "families and children"} {
			if got := m.Of(text); got != len(text) {
				t.Errorf("in %q %d is found", text, got)
			}
		}
	}
	if looked != 3 {
		t.Errorf("three texts were looked through %d times", looked)
	}
}

// TestManyTextsKeepTheirOwn asks for more texts than there are places for, from several sides:
// each is answered as if nothing were remembered.
func TestManyTextsKeepTheirOwn(t *testing.T) {
	m := memo.New(strings.Fields)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i := range 20_000 {
				text := "text " + strconv.Itoa(i)
				if got := m.Of(text); len(got) != 2 || got[1] != strconv.Itoa(i) {
					t.Errorf("in %q it finds %q", text, got)
				}
			}
		})
	}
	group.Wait()
}
