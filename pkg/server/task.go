package server

import (
	"context"
	"net/url"
	"strings"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// taskKind is a kind of what waits for somebody: one filter of a list, and one step of
// what stands there. A later noun adds its kinds to the table.
type taskKind struct {
	kind   api.TaskKind
	filter returns.SubmissionFilter
	query  url.Values // the same filter in the list's address
	step   programme.Step
	// missing is the code with which the step is refused for what the caller can still put
	// right; empty where there is no such refusal.
	missing programme.Code
	due     func(s *returns.Submission, today programme.Date) *programme.Date
}

var taskKinds = []taskKind{
	{
		kind: api.SubmitReturn, filter: returns.SubmissionFilter{Drafted: true}, query: url.Values{"draft": {"true"}},
		step: returns.Submit, missing: programme.CodeReportFaults, due: dueOfReturn,
	},
	{
		kind: api.ExplainWarning, filter: returns.SubmissionFilter{Unexplained: true}, query: url.Values{"unexplained": {"true"}},
		step: returns.Clarify, due: dueOfReturn,
	},
	{
		kind: api.AnswerQuery, filter: returns.SubmissionFilter{States: []returns.State{returns.Queried}}, query: url.Values{"state": {"queried"}},
		step: returns.Answer, due: func(s *returns.Submission, _ programme.Date) *programme.Date { return s.AnswerBy() },
	},
	{
		kind: api.AcceptReturn, filter: returns.SubmissionFilter{States: []returns.State{returns.Submitted}}, query: url.Values{"state": {"submitted"}},
		step: returns.Accept, due: func(s *returns.Submission, _ programme.Date) *programme.Date { return s.Facts.Quarter.PublishOn },
	},
}

func dueOfReturn(s *returns.Submission, today programme.Date) *programme.Date {
	if w := s.Facts.Standing(today).Window; w.DueOn != "" {
		return &w.DueOn
	}
	return nil
}

// ListTasks answers what waits for the caller.
func (s *Server) ListTasks(ctx context.Context, r api.ListTasksRequestObject) (api.Response, error) {
	var tasks []api.Task
	for _, k := range taskKinds {
		if r.Params.Kind != nil && *r.Params.Kind != k.kind {
			continue
		}
		found, err := s.tasksOf(ctx, k)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, found...)
	}
	return answerList(ctx, listOf(tasks, false, func(t api.Task) []string {
		due := "9999"
		if t.DueOn != nil {
			due = string(*t.DueOn)
		}
		return []string{due, t.Quarter, t.Borough, string(t.Kind), t.Id}
	}), func(t api.Task) api.Task { return t })
}

// tasksOf reads the whole list under the kind's filter, and leaves what waits for the caller.
func (s *Server) tasksOf(ctx context.Context, k taskKind) ([]api.Task, error) {
	call := callOf(ctx)
	op := call.contract.steps[stepOf{(&returns.Submission{}).Noun(), k.step}]
	if !call.actor.Is(op.Roles...) {
		return nil, nil
	}
	names := namesIn(ctx)
	list := s.store.BenchmarkingSubmissions(call.actor, k.filter, "")
	var tasks []api.Task
	window := programme.Window{Limit: 500, Steps: true}
	for {
		part, err := list.Page(ctx, window)
		if err != nil {
			return nil, err
		}
		for i := range part.Items {
			row := &part.Items[i]
			refused := programme.Refusal(row, call.actor, k.step, call.today)
			if refused != nil && (k.missing == "" || refused.Code != k.missing) {
				continue
			}
			task := api.Task{
				Kind: k.kind, Type: api.ResourceType(row.Noun()), Id: row.ID, Borough: row.Borough, BoroughName: names.borough(row.Borough), Quarter: row.Quarter, Illustrative: row.Illustrative,
				DueOn: k.due(row, call.today), Href: *addressOf(row.Noun(), row.ID), List: strings.TrimSuffix(addresses[row.Noun()], "/") + "?" + k.query.Encode(),
				Step: string(k.step), Method: api.Method(op.method), Action: op.href(row.Noun(), row.ID), Allowed: refused == nil,
			}
			if refused != nil {
				task.Code, task.Reason = new(string(refused.Code)), &refused.Detail
			}
			tasks = append(tasks, task)
		}
		if !part.More {
			return tasks, nil
		}
		window.After = list.Key(&part.Items[len(part.Items)-1])
	}
}
