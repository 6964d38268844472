package server_test

import (
	"regexp"
	"strings"

	"peerchallenge/pkg/programme"
)

// Some ids of the contract's examples are those of records. Here is how the
// records come to be that stand in their place when the examples are tried: each
// noun's tests register theirs.
var (
	standIns  = map[string]func(*world) string{} // by the id in the examples
	preparers = map[string]func(*world) string{} // by operationId: the record of its path, where it must stand otherwise
	nounOf    = map[string]string{}              // by the beginning of a path: the id in the examples
)

// standIn registers the record that stands for an id of the examples and, unless
// an operation needs another, for the {id} below the path.
func standIn(path, id string, create func(*world) string) bool { //nolint:unparam // it initialises a variable, for which it must have a value
	standIns[id], nounOf[path] = create, id
	return true
}

// prepared registers the record on which the operations are tried.
func prepared(create func(*world) string, operations ...string) bool { //nolint:unparam // likewise
	for _, operation := range operations {
		preparers[operation] = create
	}
	return true
}

// ids are keys that the server makes, found in the lists.
var ids = map[string]string{
	"/v1/priorities/{id}":             "/v1/priorities",
	"/v1/caveats/{id}":                "/v1/caveats",
	"/v1/targets/{id}":                "/v1/targets",
	"/v1/sub-region-memberships/{id}": "/v1/sub-region-memberships",
	"/v1/releases/{id}":               "/v1/releases",
	"/v1/releases/{id}/withdraw":      "/v1/releases",
	"/v1/releases/{id}/reinstate":     "/v1/releases",
}

// Ids of the contract's examples.
const (
	exampleChallenge = "01932b7e-0000-7000-8000-000000000001"
	exampleGroup     = "01932b7e-0000-7000-8000-000000000002"
	exampleProposal  = "01932b7e-0000-7000-8000-000000000003"
	examplePerson    = "01932b7e-0000-7000-8000-000000000004"
	exampleReview    = "01932b7e-0000-7000-8000-000000000008"
	exampleFinding   = "01932b7e-0000-7000-8000-000000000009"
	exampleAction    = "01932b7e-0000-7000-8000-000000000010"
	exampleAsk       = "01932b7e-0000-7000-8000-000000000011"
	exampleEvent     = "01932b7e-0000-7000-8000-000000000012"
	exampleMilestone = "01932b7e-0000-7000-8000-000000000013"
)

var exampleID = regexp.MustCompile(`01932b7e-0000-7000-8000-0000000000[0-9]{2}`)

// exampleState is a return that a body names, with the state in which it was read.
var exampleState = regexp.MustCompile(`"etag":"\\"[0-9]{16}\\"","id":"([0-9a-f-]{36})"`)

// stood puts real ids in the place of the examples', and the present states beside them.
func (w *world) stood(text string) string {
	w.t.Helper()
	text = exampleID.ReplaceAllStringFunc(text, w.standing)
	if strings.Contains(text, exampleCalendar) { // a new one each time: how often each is answered is limited
		text = strings.ReplaceAll(text, exampleCalendar, subscribedBy(w.as(programme.RoleProgramme, "")).secret())
	}
	return exampleState.ReplaceAllStringFunc(text, func(named string) string {
		id := exampleState.FindStringSubmatch(named)[1]
		return `"etag":"\"` + w.ownerGets("SELECT version::text FROM benchmarking_submissions WHERE id = '"+id+"'") + `\"","id":"` + id + `"`
	})
}

// standing answers the id of the record that stands for the example's.
func (w *world) standing(id string) string {
	w.t.Helper()
	if standIns[id] == nil {
		w.t.Fatalf("nothing stands for the example's id %s", id)
	}
	return w.once(id, standIns[id])
}

// once makes a record the first time that it is asked for.
func (w *world) once(name string, create func(*world) string) string {
	w.t.Helper()
	if w.made[name] == "" {
		w.made[name] = create(w)
	}
	return w.made[name]
}

// recordOf answers the id of the record that the operation is tried on, or "" for
// what is no record.
func (w *world) recordOf(op *described) string {
	w.t.Helper()
	if create := preparers[op.OperationID]; create != nil {
		return w.once(op.OperationID, create)
	}
	for path, id := range nounOf {
		if strings.HasPrefix(op.path, path+"/{id}") {
			return w.standing(id)
		}
	}
	return ""
}

// must answers what was made, or fails the test.
func must[T any](w *world, made T, err error) T {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("a record to try things on could not be made: %v", err)
	}
	return made
}

// lambeth is the actor whom the tokens of a borough's director name.
var lambeth = programme.Actor{Issuer: "test", Subject: "lambeth", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000022"}
