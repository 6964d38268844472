//go:build unix && drill

package robustness

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestEveryControlIsBuilt: so that TestControls, run after it, has little left to compile while
// it looks at the time.
func TestEveryControlIsBuilt(t *testing.T) {
	for _, c := range controls {
		if _, err := build(c.name, "-overlay", c.overlay(t)); err != nil {
			t.Error(err)
		}
	}
}

// TestControls finds each control: a check that finds nothing where there is
// something proves nothing. Clients alone are enough, without any fault.
func TestControls(t *testing.T) {
	for _, c := range controls {
		t.Run(c.name, func(t *testing.T) {
			program, err := build(c.name, "-overlay", c.overlay(t))
			if err != nil {
				t.Fatal(err)
			}
			seed := chosenSeed(t)
			var r report
			for tries := range 8 {
				s := newSystem(t, program) // a second history in one would be found to reuse the keys of the first
				s.pictures = t.TempDir()
				h, feed := s.record(seed+uint64(tries), func(*history) { time.Sleep(8 * time.Second) })
				r = s.report(h, feed)
				t.Log(r.summary())
				if r.finds(c.finds) {
					t.Logf("found: %s", r.findings[0])
					return
				}
			}
			t.Errorf("the checks do not find what %s does; they say %v", c.name, r.findings)
		})
	}
}

func (r *report) finds(model string) bool {
	return slices.ContainsFunc(r.findings, func(finding string) bool {
		return strings.HasPrefix(finding, "unexplained by the answers: "+model+":")
	})
}
