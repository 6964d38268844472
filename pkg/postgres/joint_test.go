package postgres

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

const (
	pair   = "E09000022/E09000030"
	triple = "E08000025/E09000022/E09000030"
)

// jointly is a file that gives the joint figure, and its members the status joint
// unless they have a figure of their own in it.
func jointly(geography string, value float64, own ...benchmark.Observation) *benchmark.Import {
	file := &benchmark.Import{
		Release: benchmark.Release{Dataset: "cin-c1", Title: "Referrals", Publisher: "DfE", Licence: "OGL"}, Observations: own,
	}
	if geography == "" {
		return file
	}
	file.Observations = append(file.Observations, figure("REREF_PCT", geography, value, value, 100))
	for member := range strings.SplitSeq(geography, "/") {
		if !slices.ContainsFunc(own, func(o benchmark.Observation) bool { return o.Geography == member }) {
			file.Observations = append(file.Observations, benchmark.Observation{Indicator: "REREF_PCT", Period: "2024-25", Geography: member, Status: benchmark.Joint})
		}
	}
	return file
}

func alone(geography string, value float64) benchmark.Observation {
	return figure("REREF_PCT", geography, value, value, 100)
}

// jointStanding writes what stands of re-referrals.
func jointStanding(t *testing.T, s *Store) map[string]string {
	t.Helper()
	stands := map[string]string{}
	for o := range snapshotOf(t, s).Data.Column("2024-25", "REREF_PCT").All() {
		stands[o.Geography] = string(o.Status)
		if o.Value != nil {
			stands[o.Geography] = fmt.Sprint(*o.Value)
		}
	}
	return stands
}

// A joint figure stands while its release is the newest of any of its members: a
// later file with separate rows, or with another pair, replaces it, whichever is
// imported first.
func TestJointFiguresAreReplaced(t *testing.T) {
	t.Parallel()
	type file struct {
		publishedOn programme.Date
		gives       *benchmark.Import
	}
	separate := jointly("", 0, alone("E09000022", 10), alone("E09000030", 20))
	for name, tt := range map[string]struct {
		files []file
		want  map[string]string
	}{
		"the pair": {
			[]file{{"2026-01-01", jointly(pair, 15)}},
			map[string]string{pair: "15", "E09000022": "joint", "E09000030": "joint"},
		},
		"the pair beside figures of its own": {
			[]file{{"2026-01-01", jointly(pair, 15, separate.Observations...)}},
			map[string]string{pair: "15", "E09000022": "10", "E09000030": "20"},
		},
		"the pair, then separate rows": {
			[]file{{"2026-01-01", jointly(pair, 15)}, {"2026-02-01", separate}},
			map[string]string{"E09000022": "10", "E09000030": "20"},
		},
		"separate rows, then an older pair": {
			[]file{{"2026-02-01", separate}, {"2026-01-01", jointly(pair, 15)}},
			map[string]string{"E09000022": "10", "E09000030": "20"},
		},
		"separate rows, then the pair": {
			[]file{{"2026-01-01", separate}, {"2026-02-01", jointly(pair, 15)}},
			map[string]string{pair: "15", "E09000022": "joint", "E09000030": "joint"},
		},
		"the pair, then one of its members": {
			[]file{{"2026-01-01", jointly(pair, 15)}, {"2026-02-01", jointly("", 0, alone("E09000022", 10))}},
			map[string]string{pair: "15", "E09000022": "10", "E09000030": "joint"},
		},
		"the pair, then one member and then the other": {
			[]file{{"2026-01-01", jointly(pair, 15)}, {"2026-02-01", jointly("", 0, alone("E09000022", 10))}, {"2026-03-01", jointly("", 0, alone("E09000030", 20))}},
			map[string]string{"E09000022": "10", "E09000030": "20"},
		},
		"the pair, then three together": {
			[]file{{"2026-01-01", jointly(pair, 15)}, {"2026-02-01", jointly(triple, 16)}},
			map[string]string{triple: "16", "E08000025": "joint", "E09000022": "joint", "E09000030": "joint"},
		},
		"three together, then an older pair": {
			[]file{{"2026-02-01", jointly(triple, 16)}, {"2026-01-01", jointly(pair, 15)}},
			map[string]string{triple: "16", "E08000025": "joint", "E09000022": "joint", "E09000030": "joint"},
		},
		"the pair, separate rows and the pair again": {
			[]file{{"2026-01-01", jointly(pair, 15)}, {"2026-02-01", separate}, {"2026-03-01", jointly(pair, 15)}},
			map[string]string{pair: "15", "E09000022": "joint", "E09000030": "joint"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := importing(t)
			for i, f := range tt.files {
				importFile(t, s, string(rune('a'+i)), f.publishedOn, f.gives)
			}
			if got := jointStanding(t, s); !maps.Equal(got, tt.want) {
				t.Errorf("what stands is %v, want %v", got, tt.want)
			}
			// Whatever came is still what it was: none of it does anything again.
			for i, f := range tt.files {
				again := importFile(t, s, string(rune('a'+i)), f.publishedOn, f.gives)
				if !again.Known || again.Changes() {
					t.Errorf("file %d again is %+v", i, again)
				}
			}
			if got := jointStanding(t, s); !maps.Equal(got, tt.want) {
				t.Errorf("afterwards what stands is %v, want %v", got, tt.want)
			}
		})
	}
}

// The report of an import says which figures replace which.
func TestReportSaysWhatReplacesJointFigures(t *testing.T) {
	t.Parallel()
	s := importing(t)
	report := func(digest string, publishedOn programme.Date, file *benchmark.Import) (changes []string, result benchmark.ImportResult) {
		t.Helper()
		d := delivered(digest, publishedOn)
		d.Each = func(c benchmark.Change) error {
			changes = append(changes, fmt.Sprintf("%s %s: %s to %s, for %v", c.Kind, c.Geography, c.Was.Status, c.Is.Status, c.Replaces))
			return nil
		}
		result, err := s.Import(t.Context(), team, d, gives(file))
		if err != nil {
			t.Fatal(err)
		}
		return changes, result
	}
	report("a", "2026-01-01", jointly(pair, 15))
	changes, result := report("b", "2026-02-01", jointly("", 0, alone("E09000022", 10), alone("E09000030", 20)))
	if want := []string{
		"corrected E09000022: joint to reported, for [" + pair + "]",
		"withdrawn " + pair + ": reported to not_held, for []",
		"corrected E09000030: joint to reported, for [" + pair + "]",
	}; !slices.Equal(changes, want) || result.Updated != 2 || result.Withdrawn != 1 || result.Inserted != 0 {
		t.Errorf("separate rows change %q, counted as %+v, want %q", changes, result, want)
	}
	changes, result = report("c", "2026-03-01", jointly(pair, 16))
	if want := []string{
		"corrected E09000022: reported to joint, for []",
		"new " + pair + ": not_held to reported, for [E09000022 E09000030]",
		"corrected E09000030: reported to joint, for []",
	}; !slices.Equal(changes, want) || result.Updated != 2 || result.Withdrawn != 0 || result.Inserted != 1 {
		t.Errorf("the pair changes %q, counted as %+v, want %q", changes, result, want)
	}
	changes, result = report("d", "2026-02-15", jointly(triple, 17))
	if want := []string{
		"new E08000025: not_held to joint, for []",
		"new " + triple + ": not_held to reported, for []",
	}; !slices.Equal(changes, want) || result.Inserted != 2 || result.Older != 0 {
		t.Errorf("an older three change %q, counted as %+v, want %q", changes, result, want)
	}
}
