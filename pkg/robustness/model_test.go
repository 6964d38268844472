//go:build unix

package robustness

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/anishathalye/porcupine"
)

// A model says what a service without faults and without haste could answer, one
// operation after the other. It is asked for each thing apart: what is done to one
// record, key or challenge cannot depend on another.
//
// Where it is not known whether an operation was carried out the state forks: it
// is the old and the new one, until an answer fits only one of them.
type model struct {
	name string
	// takes picks the operations that the model speaks of, and names what each is about.
	takes func(o *operation) (on string, takes bool)
	step  func(s state, o *operation) []state
}

// state is what a model knows of a record, key or challenge. The zero value is
// one of which there is nothing yet.
type state struct {
	there   bool
	version string // "" where no answer has told it
	holds   string // a record's text, the id that a key stands for, a challenge's groups
}

func (s state) String() string {
	if !s.there {
		return "nothing"
	}
	return fmt.Sprintf("%q in version %q", s.holds, s.version)
}

// records: If-Match is a compare-and-set. A change is carried out if and only if
// the version is the present one, and the record then still holds what the
// client had read under it.
var records = model{
	name: "records",
	takes: func(o *operation) (string, bool) {
		switch o.Kind {
		case create:
			return "/v1/peer-challenges/" + o.ID, o.Outcome == done
		case given, readRecord:
			return o.On, o.Outcome == done
		case change, setPriority:
			return o.On, true
		default:
			return "", false
		}
	},
	step: func(s state, o *operation) []state {
		same := s.there && (s.version == "" || s.version == o.IfMatch) && s.holds == o.Base
		switch {
		case o.Kind == create && o.Replayed && s.there:
			return []state{s} // a replay is the first answer, whatever has become of the record
		case o.Kind == create, o.Kind == given:
			return only(!s.there, state{true, o.Version, o.Wanted})
		case o.Kind == readRecord:
			return only(s.there && s.holds == o.Seen && (s.version == "" || s.version == o.Version), state{true, o.Version, o.Seen})
		case o.Outcome == done:
			return only(same && o.Version != o.IfMatch, state{true, o.Version, o.Wanted})
		case o.Outcome == happened:
			return only(same, state{true, "", o.Wanted})
		case o.Outcome == refused:
			return only(s.there && (s.version == "" || s.version != o.IfMatch), s)
		case same:
			return []state{s, {true, "", o.Wanted}}
		default:
			return []state{s}
		}
	},
}

// keys: an Idempotency-Key stands for one id for ever. One request makes it, and
// every other is a replay.
var keys = model{
	name:  "keys",
	takes: func(o *operation) (string, bool) { return o.On, o.Kind == create },
	step: func(s state, o *operation) []state {
		switch {
		case o.Outcome == done && o.Replayed:
			return only(s.there && (s.holds == "" || s.holds == o.ID), state{there: true, holds: o.ID})
		case o.Outcome == done:
			return only(!s.there, state{there: true, holds: o.ID})
		case o.Outcome == happened:
			return only(!s.there, state{there: true})
		case o.Outcome == refused:
			return nil // a key that its sender uses for one request only is never refused
		case !s.there:
			return []state{s, {there: true}}
		default:
			return []state{s}
		}
	},
}

// proposals: of a challenge's proposals at most one is accepted, once, and then
// there are all of its groups; before there are none.
var proposals = model{
	name:  "proposals",
	takes: func(o *operation) (string, bool) { return o.On, o.Kind == accept || o.Kind == readGroups },
	step: func(s state, o *operation) []state {
		switch {
		case o.Kind == readGroups:
			return only(o.Seen == s.holds, s)
		case o.Outcome == done, o.Outcome == happened:
			return only(!s.there, state{there: true, holds: o.Wanted})
		case o.Outcome == refused:
			return only(s.there, s)
		case !s.there:
			return []state{s, {there: true, holds: o.Wanted}}
		default:
			return []state{s}
		}
	},
}

func only(possible bool, next state) []state {
	if !possible {
		return nil
	}
	return []state{next}
}

var models = []model{records, keys, proposals}

// checker makes of the model what the checker works with.
func (m model) checker() porcupine.Model {
	nondeterministic := porcupine.NondeterministicModel{
		Init:  func() []any { return []any{state{}} },
		Equal: func(a, b any) bool { return a == b },
		Step: func(s, input, _ any) []any {
			var next []any
			for _, n := range m.step(s.(state), input.(*operation)) {
				next = append(next, n)
			}
			return next
		},
		DescribeOperation: func(input, _ any) string { return input.(*operation).String() },
		DescribeState:     func(s any) string { return s.(state).String() },
	}
	return nondeterministic.ToModel()
}

// parts answers the operations by what they are about.
func (m model) parts(operations []*operation) map[string][]porcupine.Operation {
	parts := map[string][]porcupine.Operation{}
	for _, o := range operations {
		if on, takes := m.takes(o); takes {
			parts[on] = append(parts[on], porcupine.Operation{ClientId: o.Client, Input: o, Call: o.Call, Output: o, Return: o.Return})
		}
	}
	return parts
}

// check answers of how many things the history was looked at, and those of which no
// order of events explains the answers. For these the picture of the checker is
// written to a file beside.
func (m model) check(t *testing.T, operations []*operation, picture func(name string) string) (looked int, unexplained []string) {
	t.Helper()
	parts := m.parts(operations)
	for i, on := range slices.Sorted(maps.Keys(parts)) {
		result, info := porcupine.CheckOperationsVerbose(m.checker(), parts[on], checkFor)
		if result == porcupine.Ok {
			continue
		}
		path := picture(fmt.Sprintf("%s-%d.html", m.name, i))
		if err := porcupine.VisualizePath(m.checker(), info, path); err != nil {
			t.Error(err)
		}
		unexplained = append(unexplained, fmt.Sprintf("%s: the checker says %s of %s, see %s", m.name, result, on, path))
	}
	return len(parts), unexplained
}
