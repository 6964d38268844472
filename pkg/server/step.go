package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// stepped has one of every kind of resource that has steps. The program does not start
// unless each of their steps is taken by an operation of the contract, and each
// operation that changes one of them takes a step that it has.
var stepped = []programme.Stepped{
	&programme.PeerChallenge{}, &programme.PeerChallengeGroup{}, &programme.GroupingProposal{}, &programme.Participant{}, &programme.PeerReview{},
	&programme.PeerReviewNote{}, &programme.PreparationTask{}, &programme.Finding{}, &programme.Action{}, &programme.AskOrOffer{}, &programme.Event{}, &programme.Milestone{}, &framework.Framework{},
	&returns.Quarter{}, &disclosure.QuarterSnapshot{}, &disclosure.Narrative{}, &returns.Extension{}, &returns.CorrectionWindow{}, &returns.Contact{}, &returns.ReminderAddress{}, &returns.Submission{}, &programme.Authorisation{}, &programme.APIClient{}, &programme.ReadKey{}, &programme.CalendarSubscription{},
	&benchmark.Release{}, &evaluation.Template{}, &evaluation.SelfEvaluation{}, &evaluation.Comment{},
}

// stepOf is the step that an operation takes, of a kind of resource.
type stepOf struct {
	noun string
	step programme.Step
}

// readSteps takes the steps of an operation: one of the record in its address, or one of
// each kind of record that its body can name.
func readSteps(op *openapi3.Operation) []stepOf {
	named, _ := op.Extensions["x-steps"].([]any)
	steps := make([]stepOf, len(named))
	for i := range named {
		step, _ := named[i].(map[string]any)
		noun, _ := step["of"].(string)
		name, _ := step["name"].(string)
		steps[i] = stepOf{noun, programme.Step(name)}
	}
	return steps
}

// findSteps finds the operation of every step, and checks both ways that contract and
// rules name the same.
func (c *contract) findSteps() error {
	c.steps = map[stepOf]*operation{}
	var faults []error
	for key, op := range c.operations {
		noun, _ := recordAt(key.route)
		noun = cmp.Or(noun, createdAt(op.Path))
		has := slices.ContainsFunc(stepped, func(s programme.Stepped) bool { return s.Noun() == noun })
		changes := has && strings.HasPrefix(op.Path, addresses[noun]) && key.method != "GET"
		switch {
		case has && op.fromSnapshot:
			faults = append(faults, fmt.Errorf("operation %s is alike for everyone, and a %s has steps, which are not", op.ID, noun))
		case changes && !slices.ContainsFunc(op.Steps, func(of stepOf) bool { return of.noun == noun }):
			faults = append(faults, fmt.Errorf("operation %s takes no step of the %s", op.ID, noun))
		}
		for _, of := range op.Steps {
			if c.steps[of] != nil {
				faults = append(faults, fmt.Errorf("operations %s and %s take the same step", op.ID, c.steps[of].ID))
			}
			c.steps[of] = op
		}
	}
	known := map[stepOf]bool{}
	for _, s := range stepped {
		for _, step := range s.Steps() {
			of := stepOf{s.Noun(), step}
			if known[of] = true; c.steps[of] == nil {
				faults = append(faults, fmt.Errorf("no operation takes the step %s of the %s", step, s.Noun()))
			}
		}
	}
	for of, op := range c.steps {
		if !known[of] {
			faults = append(faults, fmt.Errorf("operation %s takes the step %s, which a %s does not have", op.ID, of.step, of.noun))
		}
	}
	return errors.Join(faults...)
}

// tellsSteps reports whether the answer says what can be done next: that of a single
// resource does, a list where it is asked for, and neither a table nor what is included in another.
func (call *call) tellsSteps() bool {
	if call.within {
		return false
	}
	return call.op.Row == "" || call.format == formatJSON && slices.Contains(call.query["include"], string(api.Steps))
}

// stepsWire says what the caller may do to the resource now, by the rule and with the
// code that the call itself would meet. It is nil where the answer says nothing of it.
func stepsWire(ctx context.Context, r programme.Stepped, key string) *[]api.Step {
	call := callOf(ctx)
	if !call.tellsSteps() {
		return nil
	}
	possible := r.Steps()
	steps, admitted := make([]api.Step, 0, len(possible)), false
	for _, step := range possible {
		op := call.contract.steps[stepOf{r.Noun(), step}]
		wire := api.Step{Name: api.StepName(step), Allowed: true, Method: api.Method(op.method), Href: op.href(r.Noun(), key), ReasonRequired: r.NeedsReason(step)}
		refused := op.notFor
		if call.actor.Is(op.Roles...) {
			refused, admitted = programme.Refusal(r, call.actor, step, call.today), true
		}
		if refused != nil {
			wire.Allowed, wire.Code, wire.Reason = false, new(string(refused.Code)), &refused.Detail
		}
		steps = append(steps, wire)
	}
	if !admitted {
		steps = []api.Step{} // whoever may call none of them need not be told so of each
	}
	return &steps
}

// href is the address of the operation for the resource with the key. A part of it
// that is still to be chosen stays a variable (RFC 6570).
func (o *operation) href(noun, key string) string {
	own, found := strings.CutPrefix(o.Path, addresses[noun])
	if !found {
		return o.Path // an operation elsewhere, whose body names the resource
	}
	_, rest, _ := strings.Cut(own, "}")
	return *addressOf(noun, key) + rest
}
