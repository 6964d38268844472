//go:build unix

package robustness

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// at gives an operation its time.
func at(call, back int64, o operation) *operation {
	o.Call, o.Return = call, back
	if o.Outcome == "" {
		o.Outcome = done
	}
	if o.Outcome == unknown || o.Outcome == happened {
		o.Return = never
	}
	return &o
}

const path = "/v1/peer-challenges/1"

func made() operation {
	return operation{Kind: create, On: "key-0", ID: "1", Version: "1", Wanted: "a"}
}

func readAs(version, holds string) operation {
	return operation{Kind: readRecord, On: path, Version: version, Seen: holds}
}

func changed(holds, to string, o outcome, wanted string) operation {
	return operation{Kind: change, On: path, IfMatch: "1", Base: holds, Version: to, Wanted: wanted, Outcome: o}
}

func keyed(o outcome, id string, replayed bool) operation {
	return operation{Kind: create, On: "key-1", Outcome: o, ID: id, Replayed: replayed}
}

func accepted(o outcome, groups string) operation {
	return operation{Kind: accept, On: path, Outcome: o, Wanted: groups}
}

func groups(seen string) operation { return operation{Kind: readGroups, On: path, Seen: seen} }

// TestModels tells each model what a right service could have answered, and what
// no right one could.
func TestModels(t *testing.T) {
	for _, c := range []struct {
		name      string
		model     model
		history   []*operation
		explained bool
	}{
		{"a record is made, changed and read", records, []*operation{
			at(1, 2, made()), at(3, 4, changed("a", "2", done, "b")), at(5, 6, readAs("2", "b")),
		}, true},
		{"only a replay tells of a record", records, []*operation{
			at(1, 2, operation{Kind: create, On: "key-0", ID: "1", Version: "1", Wanted: "a", Replayed: true}), at(3, 4, readAs("1", "a")),
		}, true},
		{"a replay tells of what a record was", records, []*operation{
			at(1, 2, made()), at(3, 4, changed("a", "2", done, "b")),
			at(5, 6, operation{Kind: create, On: "key-0", ID: "1", Version: "1", Wanted: "a", Replayed: true}), at(7, 8, readAs("2", "b")),
		}, true},
		{"a record is made twice", records, []*operation{at(1, 2, made()), at(3, 4, made())}, false},
		{"a read during a change sees either", records, []*operation{
			at(1, 2, made()), at(3, 9, changed("a", "2", done, "b")), at(4, 5, readAs("1", "a")), at(6, 7, readAs("2", "b")),
		}, true},
		{"a read sees what is gone", records, []*operation{
			at(1, 2, made()), at(3, 4, changed("a", "2", done, "b")), at(5, 6, readAs("1", "a")),
		}, false},
		{"two reads during a change see it and then do not", records, []*operation{
			at(1, 2, made()), at(3, 9, changed("a", "2", done, "b")), at(4, 5, readAs("2", "b")), at(6, 7, readAs("1", "a")),
		}, false},
		{"of two changes of one version one is refused", records, []*operation{
			at(1, 2, made()), at(3, 9, changed("a", "2", done, "b")), at(3, 9, changed("a", "", refused, "c")),
		}, true},
		{"a lost update: two changes of one version are confirmed", records, []*operation{
			at(1, 2, made()), at(3, 9, changed("a", "2", done, "b")), at(3, 9, changed("a", "2", done, "c")),
		}, false},
		{"a change of the present version is refused", records, []*operation{
			at(1, 2, made()), at(3, 4, changed("a", "", refused, "b")),
		}, false},
		{"a version comes twice, for another text", records, []*operation{
			at(1, 2, made()), at(3, 4, changed("b", "2", done, "c")),
		}, false},
		{"a change without an answer is seen later", records, []*operation{
			at(1, 2, made()), at(3, 0, changed("a", "", unknown, "b")), at(4, 5, readAs("1", "a")), at(6, 7, readAs("2", "b")),
		}, true},
		{"a change without an answer is never seen", records, []*operation{
			at(1, 2, made()), at(3, 0, changed("a", "", unknown, "b")), at(6, 7, changed("a", "2", done, "c")),
		}, true},
		{"a change without an answer comes and goes", records, []*operation{
			at(1, 2, made()), at(3, 0, changed("a", "", unknown, "b")), at(4, 5, readAs("2", "b")), at(6, 7, readAs("1", "a")),
		}, false},
		{"a change of which the feed tells is never seen", records, []*operation{
			at(1, 2, made()), at(3, 0, changed("a", "", happened, "b")), at(6, 7, changed("a", "2", done, "c")), at(8, 9, readAs("2", "c")),
		}, false},

		{"a key makes one record", keys, []*operation{at(1, 4, keyed(done, "1", false)), at(2, 5, keyed(done, "1", true))}, true},
		{"a key makes two records", keys, []*operation{at(1, 4, keyed(done, "1", false)), at(2, 5, keyed(done, "2", false))}, false},
		{"a key is answered with another id", keys, []*operation{at(1, 4, keyed(done, "1", false)), at(5, 6, keyed(done, "2", true))}, false},
		{"a replay of nothing", keys, []*operation{at(1, 4, keyed(done, "1", true))}, false},
		{"a replay of what was not answered", keys, []*operation{at(1, 0, keyed(unknown, "", false)), at(2, 3, keyed(done, "1", true)), at(4, 5, keyed(done, "1", true))}, true},
		{"what was not answered was not done", keys, []*operation{at(1, 0, keyed(unknown, "", false)), at(2, 3, keyed(done, "1", false))}, true},
		{"done, says the feed, and then done again", keys, []*operation{at(1, 0, keyed(happened, "", false)), at(2, 3, keyed(done, "1", false)), at(4, 5, keyed(done, "2", true))}, false},
		{"a key is refused", keys, []*operation{at(1, 2, keyed(refused, "", false))}, false},

		{"one of two proposals is accepted", proposals, []*operation{
			at(1, 2, groups("")), at(3, 9, accepted(done, "a b, c d")), at(3, 9, accepted(refused, "a c, b d")), at(10, 11, groups("a b, c d")),
		}, true},
		{"both proposals are accepted", proposals, []*operation{at(3, 9, accepted(done, "a b, c d")), at(3, 9, accepted(done, "a c, b d"))}, false},
		{"half of the groups are seen", proposals, []*operation{at(3, 9, accepted(done, "a b, c d")), at(4, 5, groups("a b"))}, false},
		{"groups of the proposal that was refused", proposals, []*operation{
			at(3, 9, accepted(done, "a b, c d")), at(3, 9, accepted(refused, "a c, b d")), at(10, 11, groups("a c, b d")),
		}, false},
		{"a proposal is refused though none was accepted", proposals, []*operation{at(3, 9, accepted(refused, "a b, c d"))}, false},
		{"groups of a proposal without an answer", proposals, []*operation{at(3, 0, accepted(unknown, "a b, c d")), at(4, 5, groups("")), at(6, 7, groups("a b, c d"))}, true},
		{"groups that come and go", proposals, []*operation{at(3, 0, accepted(unknown, "a b, c d")), at(4, 5, groups("a b, c d")), at(6, 7, groups(""))}, false},
	} {
		dir := t.TempDir()
		looked, unexplained := c.model.check(t, c.history, func(name string) string { return filepath.Join(dir, name) })
		if looked != 1 || (len(unexplained) == 0) != c.explained {
			t.Errorf("%s: it looked at %d things and found %v", c.name, looked, unexplained)
		}
		if pictures, err := filepath.Glob(filepath.Join(dir, "*.html")); err != nil || len(pictures) != len(unexplained) {
			t.Errorf("%s: there are the pictures %v of %d findings: %v", c.name, pictures, len(unexplained), err)
		}
	}
}

// TestSessions: a client at one process never sees undone what it was told.
func TestSessions(t *testing.T) {
	read := func(process int, version string) operation {
		return operation{Kind: readPriority, On: "/v1/priorities/1", Process: process, Version: version}
	}
	set := func(version string, o outcome) operation {
		return operation{Kind: setPriority, On: "/v1/priorities/1", Version: version, Outcome: o}
	}
	for _, c := range []struct {
		name    string
		history []*operation
		faults  int
	}{
		{"it sees what others did", []*operation{at(1, 2, read(0, "1")), at(3, 4, read(0, "3")), at(5, 6, read(0, "3"))}, 0},
		{"it sees an older state", []*operation{at(1, 2, read(0, "3")), at(3, 4, read(0, "1"))}, 1},
		{"it does not see its own change", []*operation{at(1, 2, set("3", done)), at(3, 4, read(0, "2"))}, 1},
		{"it sees its own change", []*operation{at(1, 2, set("3", done)), at(3, 4, read(0, "3"))}, 0},
		{"a change that was not confirmed", []*operation{at(1, 2, read(0, "2")), at(3, 4, set("", unknown)), at(5, 6, read(0, "2"))}, 0},
		{"another process is behind", []*operation{at(1, 2, read(0, "3")), at(3, 4, read(1, "2"))}, 0},
	} {
		if got := backwards(c.history); len(got) != c.faults {
			t.Errorf("%s: %v, want %d", c.name, got, c.faults)
		}
	}
}

// withMilestones answers the feed with the milestone that follows each challenge, and its groups.
func withMilestones(feed []told) []told {
	var all []told
	for _, c := range feed {
		all = append(all, c)
		switch c.Type {
		case "peer-challenge":
			all = append(all, told{Type: "milestone", Change: c.Change, Request: c.Request})
		case "grouping-proposal":
			all = append(all, told{Type: "milestone", Change: "updated", Request: c.Request})
		}
	}
	return all
}

// TestJudge compares small histories with feeds that tell of them, or do not.
func TestJudge(t *testing.T) {
	patch := func(request string, o outcome, wanted string) operation {
		return operation{Request: request, Kind: change, On: path, Outcome: o, Wanted: wanted}
	}
	post := func(request string, o outcome, replayed bool) operation {
		return operation{Request: request, Kind: create, On: "key-1", ID: "1", Outcome: o, Replayed: replayed}
	}
	take := operation{Request: "a", Kind: accept, On: path, Outcome: done, Wanted: "a b, c d"}
	updated := func(request string) told {
		return told{Type: "peer-challenge", Change: "updated", Request: request}
	}
	created := func(request string) told {
		return told{Type: "peer-challenge", Change: "created", Request: request}
	}
	group, proposal := told{Type: "peer-challenge-group", Change: "created", Request: "a"}, told{Type: "grouping-proposal", Change: "updated", Request: "a"}
	crash := []fault{{Forgets: true, Begin: 3, End: 9}}
	for _, c := range []struct {
		name    string
		history []*operation
		faults  []fault
		feed    []told
		want    string // what is said: lost, doubled, disorder, and the number of writes that happened or were taken back
	}{
		{"confirmed and told", []*operation{at(1, 2, patch("a", done, "x"))}, nil, []told{updated("a")}, ""},
		{"what others did", nil, nil, []told{updated("")}, ""},
		{"confirmed and not told", []*operation{at(1, 2, patch("a", done, "x"))}, nil, nil, "lost"},
		{"told twice", []*operation{at(1, 2, patch("a", done, "x"))}, nil, []told{updated("a"), updated("a")}, "doubled"},
		{"refused and told", []*operation{at(1, 2, patch("a", refused, "x"))}, nil, []told{updated("a")}, "disorder"},
		{"refused", []*operation{at(1, 2, patch("a", refused, "x"))}, nil, nil, ""},
		{"told as something else", []*operation{at(1, 2, patch("a", done, "x"))}, nil, []told{created("a")}, "lost disorder"},
		{"no answer, told", []*operation{at(1, 2, patch("a", unknown, "x"))}, nil, []told{updated("a")}, "happened"},
		{"no answer, not told", []*operation{at(1, 2, patch("a", unknown, "x"))}, nil, nil, ""},
		{"in their order", []*operation{at(1, 2, patch("a", done, "x")), at(3, 4, patch("b", done, "y"))}, nil, []told{updated("a"), updated("b")}, ""},
		{"at one time in any order", []*operation{at(1, 4, patch("a", done, "x")), at(3, 5, patch("b", done, "y"))}, nil, []told{updated("b"), updated("a")}, ""},
		{"in another order than they were", []*operation{at(1, 2, patch("a", done, "x")), at(3, 4, patch("b", done, "y"))}, nil, []told{updated("b"), updated("a")}, "disorder"},
		{"a key once", []*operation{at(1, 2, post("a", done, false)), at(3, 4, post("b", done, true))}, nil, []told{created("a")}, ""},
		{"a key twice", []*operation{at(1, 2, post("a", done, false)), at(3, 4, post("b", unknown, false))}, nil, []told{created("a"), created("b")}, "doubled happened"},
		{"a replay that did something", []*operation{at(1, 2, post("a", done, false)), at(3, 4, post("b", done, true))}, nil, []told{created("a"), created("b")}, "disorder"},
		{"all groups", []*operation{at(1, 2, take)}, nil, []told{group, group, proposal}, ""},
		{"half of the groups", []*operation{at(1, 2, take)}, nil, []told{group, proposal}, "disorder"},
		{"groups of a proposal that is still open", []*operation{at(1, 2, take)}, nil, []told{group, group}, "lost disorder"},
		{"a crash takes back what was read", []*operation{at(1, 2, patch("a", unknown, "x")), at(2, 3, readAs("2", "x"))}, crash, nil, "taken back"},
		{"a refusal because of what a crash takes back", []*operation{at(1, 2, patch("a", unknown, "x")), at(2, 3, patch("b", refused, "y"))}, crash, nil, "taken back"},
		{"a crash takes back what was read, and then it is done again", []*operation{at(1, 2, patch("a", unknown, "x")), at(2, 3, readAs("2", "x")), at(4, 5, patch("b", done, "x"))}, crash, []told{updated("b")}, "taken back"},
		{"a refusal because of what a crash takes back, and then it is done again", []*operation{at(1, 2, patch("a", unknown, "x")), at(2, 3, patch("b", refused, "x")), at(4, 5, patch("c", done, "x"))}, crash, []told{updated("c")}, "taken back"},
		{"read when it had been done again", []*operation{at(1, 2, patch("a", unknown, "x")), at(4, 5, patch("b", done, "x")), at(6, 7, readAs("2", "x"))}, crash, []told{updated("b")}, ""},
		{"a refusal after the crash", []*operation{at(1, 2, patch("a", unknown, "x")), at(10, 11, patch("b", refused, "y"))}, crash, nil, ""},
		{"a refusal because of what stands", []*operation{at(1, 2, patch("a", unknown, "x")), at(2, 3, patch("b", refused, "y"))}, crash, []told{updated("a")}, "happened"},
		{"what was confirmed is not taken back", []*operation{at(1, 2, patch("a", done, "x")), at(2, 3, readAs("2", "x"))}, crash, nil, "lost"},
		{"read before a crash, and it stands", []*operation{at(1, 2, patch("a", unknown, "x")), at(2, 3, readAs("2", "x"))}, crash, []told{updated("a")}, "happened"},
		{"read again after the crash that took it back", []*operation{at(1, 2, patch("a", unknown, "x")), at(10, 11, readAs("2", "x"))}, crash, nil, ""},
	} {
		h := newHistory()
		h.operations, h.faults = c.history, c.faults
		v := judge(h, withMilestones(c.feed))
		var said []string
		for _, s := range []struct {
			word string
			is   bool
		}{
			{"lost", len(v.lost) > 0}, {"doubled", len(v.doubled) > 0}, {"disorder", len(v.disorder) > 0}, {"happened", v.happened > 0}, {"taken back", len(v.ignored) > 0},
		} {
			if s.is {
				said = append(said, s.word)
			}
		}
		if got := strings.Join(said, " "); got != c.want {
			t.Errorf("%s: it says %q, want %q: %+v", c.name, got, c.want, v)
		}
		for _, o := range v.settled {
			if c.want == "taken back" && !slices.ContainsFunc(c.feed, func(told told) bool { return told.Request == o.Request }) {
				t.Errorf("%s: %v still counts", c.name, o)
			}
		}
	}
}

// TestAMilestoneIsMissed where it does not follow its challenge, or does so twice.
func TestAMilestoneIsMissed(t *testing.T) {
	t.Parallel()
	changed, follows := told{Type: "peer-challenge", Change: "updated", Request: "a"}, told{Type: "milestone", Change: "updated", Request: "a"}
	for followed, want := range []bool{true, false, true} {
		h := newHistory()
		h.operations = []*operation{{Kind: change, On: path, Request: "a", Outcome: done, Wanted: "x", Call: 1, Return: 2}}
		feed := append([]told{changed}, slices.Repeat([]told{follows}, followed)...)
		if v := judge(h, feed); (len(v.disorder) > 0) != want {
			t.Errorf("with %d milestones it says %v", followed, v.disorder)
		}
	}
}
