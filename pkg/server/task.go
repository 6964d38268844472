package server

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"peerchallenge/api"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// taskKind is a kind of what waits for somebody: one filter of a list, and one step of
// what stands there. A later noun adds its kinds to the table.
type taskKind struct {
	kind  api.TaskKind
	query string // the filter in the list's address
	noun  string
	step  programme.Step
	// missing are the codes with which the step is refused for what the caller can still put
	// right.
	missing []programme.Code
	find    func(ctx context.Context, s *Server, k *taskKind) ([]api.Task, error)
}

var taskKinds = []taskKind{
	ofReturns(api.TaskKindSubmitReturn, returns.SubmissionFilter{Drafted: true}, "draft=true", returns.Submit, dueOfReturn, programme.CodeReportFaults),
	ofReturns(api.TaskKindExplainWarning, returns.SubmissionFilter{Unexplained: true}, "unexplained=true", returns.Clarify, dueOfReturn),
	ofReturns(api.TaskKindAnswerQuery, returns.SubmissionFilter{States: []returns.State{returns.Queried}}, "state=queried", returns.Answer,
		func(s *returns.Submission, _ programme.Date) *programme.Date { return s.AnswerBy() }),
	ofReturns(api.TaskKindAcceptReturn, returns.SubmissionFilter{States: []returns.State{returns.Submitted}}, "state=submitted", returns.Accept,
		func(s *returns.Submission, _ programme.Date) *programme.Date { return s.Facts.Quarter.PublishOn }),
	ofNarratives(api.TaskKindWriteNarrative, false, programme.Edit),
	ofNarratives(api.TaskKindShareNarrative, true, disclosure.Share, programme.CodeWordsNotAcknowledged),
	ofEvaluations(api.TaskKindWriteSection, evaluation.Filter{States: []evaluation.State{evaluation.Drafted}}, "state=draft", evaluation.WriteSection),
	ofEvaluations(api.TaskKindSignSelfEvaluation, evaluation.Filter{States: []evaluation.State{evaluation.Drafted}}, "state=draft", evaluation.SignOff, programme.CodeNotComplete),
	ofEvaluations(api.TaskKindShareSelfEvaluation, evaluation.Filter{Unshared: new(true)}, "unshared=true", evaluation.Share),
	ofFindings(api.TaskKindAnswerFinding),
	ofActions(api.TaskKindOwnActionDue, programme.ActionFilter{Overdue: new(true)}, "overdue=true"),
	ofActions(api.TaskKindProgressDue, programme.ActionFilter{Stalled: new(true)}, "stalled=true"),
	ofReviews(api.TaskKindCommentFacts, programme.ReviewFactualAccuracy, programme.CommentOnFacts),
	ofReviews(api.TaskKindPublishReport, programme.ReviewReported, programme.Publish, programme.CodeWordsNotAcknowledged),
	ofTables(api.TaskKindNameParticipants, (&programme.PeerChallengeGroup{}).Noun(), unnamedGroups),
	ofTables(api.TaskKindNameParticipants, (&programme.Event{}).Noun(), unnamedEvents),
	ofPreparations(api.TaskKindPreparation),
	ofComments(api.TaskKindAnswerComment, evaluation.CommentFilter{States: []evaluation.CommentState{evaluation.CommentOpen}, Awaited: true}, "state=open", evaluation.AnswerComment),
}

func ofReturns(kind api.TaskKind, f returns.SubmissionFilter, query string, step programme.Step, due func(*returns.Submission, programme.Date) *programme.Date, missing ...programme.Code) taskKind {
	return taskKind{
		kind: kind, query: query, noun: (&returns.Submission{}).Noun(), step: step, missing: missing,
		find: tasksIn(func(s *Server, actor programme.Actor) programme.Listing[returns.Submission] {
			return s.store.BenchmarkingSubmissions(actor, f, "")
		},
			func(row *returns.Submission, today programme.Date) about {
				return about{borough: row.Borough, quarter: &row.Quarter, illustrative: row.Illustrative, due: due(row, today)}
			}),
	}
}

func dueOfReturn(s *returns.Submission, today programme.Date) *programme.Date {
	if w := s.Facts.Standing(today).Window; w.DueOn != "" {
		return &w.DueOn
	}
	return nil
}

func ofNarratives(kind api.TaskKind, written bool, step programme.Step, missing ...programme.Code) taskKind {
	f := disclosure.NarrativeFilter{States: []disclosure.NarrativeState{disclosure.NarrativeAsked}, Written: &written}
	return taskKind{
		kind: kind, query: "state=asked&written=" + strconv.FormatBool(written), noun: (&disclosure.Narrative{}).Noun(), step: step, missing: missing,
		find: tasksIn(func(s *Server, actor programme.Actor) programme.Listing[disclosure.Narrative] {
			return s.store.Narratives(actor, f, "")
		},
			func(n *disclosure.Narrative, _ programme.Date) about {
				return about{borough: n.Borough, quarter: &n.Quarter, illustrative: n.Illustrative, due: &n.DueOn}
			}),
	}
}

func ofEvaluations(kind api.TaskKind, f evaluation.Filter, query string, step programme.Step, missing ...programme.Code) taskKind {
	return taskKind{
		kind: kind, query: query, noun: (&evaluation.SelfEvaluation{}).Noun(), step: step, missing: missing,
		find: tasksIn(func(s *Server, actor programme.Actor) programme.Listing[evaluation.SelfEvaluation] {
			return s.store.SelfEvaluations(actor, f)
		},
			func(row *evaluation.SelfEvaluation, _ programme.Date) about {
				return about{borough: row.Borough, cycle: &row.Cycle, illustrative: row.Illustrative}
			}),
	}
}

func ofComments(kind api.TaskKind, f evaluation.CommentFilter, query string, step programme.Step) taskKind {
	return taskKind{
		kind: kind, query: query, noun: (&evaluation.Comment{}).Noun(), step: step,
		find: tasksIn(func(s *Server, actor programme.Actor) programme.Listing[evaluation.Comment] {
			return s.store.SelfEvaluationComments(actor, f, "")
		},
			func(c *evaluation.Comment, _ programme.Date) about {
				return about{borough: c.Owner, cycle: &c.Cycle, illustrative: c.Illustrative}
			}),
	}
}

// ofFindings waits for whom a finding is about.
func ofFindings(kind api.TaskKind) taskKind {
	return taskKind{
		kind: kind, query: "answered=false", noun: (&programme.Finding{}).Noun(), step: programme.Respond,
		find: tasksIn(func(s *Server, actor programme.Actor) programme.Listing[programme.Finding] {
			return s.store.Findings(actor, programme.FindingFilter{Answered: new(false)}, "")
		},
			func(f *programme.Finding, _ programme.Date) about { return about{borough: f.Borough} }),
	}
}

// ofActions waits for whoever has promised one. What is overdue and what has stalled is
// reckoned on the day of the call.
func ofActions(kind api.TaskKind, f programme.ActionFilter, query string) taskKind {
	return taskKind{
		kind: kind, query: query, noun: (&programme.Action{}).Noun(), step: programme.AddProgress,
		find: func(ctx context.Context, s *Server, k *taskKind) ([]api.Task, error) {
			f := f
			f.Reckoning = reckoning(ctx)
			return tasksIn(func(s *Server, actor programme.Actor) programme.Listing[programme.Action] {
				return s.store.Actions(actor, f, "")
			},
				func(a *programme.Action, _ programme.Date) about { return about{borough: a.Borough, due: a.DueOn} })(ctx, s, k)
		},
	}
}

// ofReviews waits for the host.
func ofReviews(kind api.TaskKind, state programme.ReviewState, step programme.Step, missing ...programme.Code) taskKind {
	return taskKind{
		kind: kind, query: "state=" + string(state), noun: (&programme.PeerReview{}).Noun(), step: step, missing: missing,
		find: tasksIn(func(s *Server, actor programme.Actor) programme.Listing[programme.PeerReview] {
			return s.store.PeerReviews(actor, programme.PeerReviewFilter{States: []programme.ReviewState{state}}, "")
		},
			func(r *programme.PeerReview, _ programme.Date) about { return about{borough: r.Host, cycle: &r.Cycle} }),
	}
}

// unnamedGroups and unnamedEvents have a table at which the caller's borough is expected, and
// for which it has named nobody.
func unnamedGroups(ctx context.Context, s *Server, k *taskKind) ([]api.Task, error) {
	f := programme.PeerChallengeGroupFilter{Unnamed: new(true), Today: callOf(ctx).today}
	return tasksIn(func(s *Server, actor programme.Actor) programme.Listing[programme.PeerChallengeGroup] {
		return s.store.PeerChallengeGroups(actor, f, "")
	}, func(g *programme.PeerChallengeGroup, _ programme.Date) about {
		return about{borough: callOf(ctx).actor.Borough, cycle: &g.Challenge.Cycle, due: g.FirstDay()}
	})(ctx, s, k)
}

func unnamedEvents(ctx context.Context, s *Server, k *taskKind) ([]api.Task, error) {
	f := programme.EventFilter{Unnamed: new(true), Today: callOf(ctx).today}
	return tasksIn(func(s *Server, actor programme.Actor) programme.Listing[programme.Event] {
		return s.store.Events(actor, f, "")
	}, func(e *programme.Event, _ programme.Date) about {
		return about{borough: callOf(ctx).actor.Borough, due: &e.StartsOn}
	})(ctx, s, k)
}

func ofTables(kind api.TaskKind, noun string, find func(context.Context, *Server, *taskKind) ([]api.Task, error)) taskKind {
	return taskKind{kind: kind, query: "unnamed=true", noun: noun, step: programme.NamePerson, find: find}
}

// ofPreparations waits for whose task it is, and for the programme's team.
func ofPreparations(kind api.TaskKind) taskKind {
	return taskKind{
		kind: kind, query: "state=open", noun: (&programme.PreparationTask{}).Noun(), step: programme.SettleTask,
		find: tasksIn(func(s *Server, actor programme.Actor) programme.Listing[programme.PreparationTask] {
			return s.store.PreparationTasks(actor, programme.PreparationTaskFilter{States: []programme.PreparationState{programme.PreparationOpen}}, "")
		},
			func(t *programme.PreparationTask, _ programme.Date) about {
				return about{borough: text(t.Borough), due: t.DueOn}
			}),
	}
}

// about is what a task says of its record: of a quarter or a cycle, where it is about one.
type about struct {
	borough      string // empty where it is the programme's team's
	quarter      *string
	cycle        *programme.Cycle
	illustrative bool
	due          *programme.Date
}

// ListTasks answers what waits for the caller.
func (s *Server) ListTasks(ctx context.Context, r api.ListTasksRequestObject) (api.Response, error) {
	var tasks []api.Task
	for _, k := range taskKinds {
		if r.Params.Kind != nil && *r.Params.Kind != k.kind {
			continue
		}
		found, err := k.tasks(ctx, s)
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
		return []string{due, text(t.Quarter), text(t.Cycle), text(t.Borough), string(t.Kind), t.Id}
	}), func(t api.Task) api.Task { return t })
}

// tasks answers what waits for the caller, which has a role of the step's.
func (k *taskKind) tasks(ctx context.Context, s *Server) ([]api.Task, error) {
	call := callOf(ctx)
	if op := call.contract.steps[stepOf{k.noun, k.step}]; !call.actor.Is(op.Roles...) {
		return nil, nil
	}
	return k.find(ctx, s, k)
}

// tasksIn reads the whole list under a kind's filter, and leaves what waits for the caller.
func tasksIn[T any, R interface {
	*T
	programme.Record
}](list func(*Server, programme.Actor) programme.Listing[T], says func(R, programme.Date) about) func(context.Context, *Server, *taskKind) ([]api.Task, error) {
	return func(ctx context.Context, s *Server, k *taskKind) ([]api.Task, error) {
		call, names := callOf(ctx), namesIn(ctx)
		op := call.contract.steps[stepOf{k.noun, k.step}]
		rows := list(s, call.actor)
		var tasks []api.Task
		window := programme.Window{Limit: 500, Steps: true}
		for {
			part, err := rows.Page(ctx, window)
			if err != nil {
				return nil, err
			}
			for i := range part.Items {
				row := R(&part.Items[i])
				refused := programme.Refusal(row, call.actor, k.step, call.today)
				if refused != nil && !slices.Contains(k.missing, refused.Code) {
					continue
				}
				of, id := says(row, call.today), row.Of().ID
				borough := optional(of.borough)
				task := api.Task{
					Kind: k.kind, Type: api.ResourceType(k.noun), Id: id, Borough: borough, BoroughName: nameOf(names.borough, borough), Quarter: of.quarter, Cycle: convert[string](of.cycle), Illustrative: of.illustrative,
					DueOn: of.due, Href: *addressOf(k.noun, id), List: strings.TrimSuffix(addresses[k.noun], "/") + "?" + k.query,
					Step: string(k.step), Method: api.Method(op.method), Action: op.href(k.noun, id), Allowed: refused == nil,
				}
				if refused != nil {
					task.Code, task.Reason = new(string(refused.Code)), &refused.Detail
				}
				tasks = append(tasks, task)
			}
			if !part.More {
				return tasks, nil
			}
			window.After = rows.Key(&part.Items[len(part.Items)-1])
		}
	}
}
