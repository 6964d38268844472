package server

import (
	"fmt"
	"testing"

	"peerchallenge/pkg/programme"
)

// TestEachIncludeSaysWhatItReads: the next value of include cannot be forgotten.
func TestEachIncludeSaysWhatItReads(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, op := range c.operations {
		for _, p := range op.Parameters {
			if p.Name != "include" {
				continue
			}
			for _, value := range p.Schema.Value.Items.Value.Enum {
				if includes[fmt.Sprint(value)] == nil {
					t.Errorf("%s can include %s, and nobody says which nouns that reads", op.ID, value)
				}
				known[fmt.Sprint(value)] = true
			}
		}
	}
	for value := range includes {
		if !known[value] {
			t.Errorf("no list can include %s", value)
		}
	}
	if call := (&call{query: map[string][]string{"include": {"something"}}}); call.madeOf([]string{"milestone"}) != nil {
		t.Error("a page that includes nobody knows what is remembered")
	}
}

// TestWhatIsRememberedOfPagesIsBounded: by bytes, however many pages are asked for.
func TestWhatIsRememberedOfPagesIsBounded(t *testing.T) {
	t.Parallel()
	const bytes, pages = 64 << 10, 10_000
	m := newLastMade(bytes, nil)
	for i := range pages {
		m.cache.Set(pageKey{"programme", "/v1/milestones", fmt.Sprintf("q=%d", i)}, &pageMade{etag: "etag", pageState: pageState{today: "2026-11-26", nouns: []string{programme.EveryNoun}, places: "1"}})
	}
	m.cache.CleanUp()
	kept := 0
	for i := range pages {
		if _, is := m.cache.GetIfPresent(pageKey{"programme", "/v1/milestones", fmt.Sprintf("q=%d", i)}); is {
			kept++
		}
	}
	if kept == 0 || kept > bytes/pageOverhead {
		t.Errorf("%d pages are remembered in %d bytes", kept, bytes)
	}
}
