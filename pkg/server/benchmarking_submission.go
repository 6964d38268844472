package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

type benchmarkingSubmissionStore interface {
	BenchmarkingSubmissions(actor programme.Actor, f returns.SubmissionFilter, sort string) programme.Listing[returns.Submission]
	BenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string) (returns.Submission, error)
	BoroughBenchmarkingSubmission(ctx context.Context, actor programme.Actor, borough, quarter string) (returns.Submission, error)
	PutBenchmarkingSubmission(ctx context.Context, actor programme.Actor, p returns.Posting, dry bool) (returns.PostingResult, error)
	PutBenchmarkingSubmissions(ctx context.Context, actor programme.Actor, postings func(asked func(quarter string) (returns.Asked, bool)) ([]returns.Posting, error), partial, dry bool) ([]returns.PostingResult, error)
	DeleteBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64) error
	ExplainBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64, said returns.Explained) (returns.Submission, error)
	SubmitBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64) (returns.Submission, error)
	WithdrawBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64) (returns.Submission, error)
	QueryBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64, q returns.Question) (returns.Submission, error)
	AnswerBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64, text string) (returns.Submission, error)
	AcceptBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64) (returns.Submission, error)
	BenchmarkingReport(ctx context.Context, actor programme.Actor, id string, framework *string) (returns.PostingResult, error)
	BenchmarkingTemplate(ctx context.Context, actor programme.Actor, borough, quarter string) (returns.Template, error)
	BenchmarkingVersions(actor programme.Actor, id string) programme.Listing[returns.Version]
	BenchmarkingVersion(ctx context.Context, actor programme.Actor, id string, number int) (returns.Version, error)
}

// ListBenchmarkingSubmissions answers returns.
func (s *Server) ListBenchmarkingSubmissions(ctx context.Context, r api.ListBenchmarkingSubmissionsRequestObject) (api.Response, error) {
	call := callOf(ctx)
	f := returns.SubmissionFilter{Borough: r.Params.Borough, Quarter: r.Params.Quarter, States: words[returns.State](r.Params.State), UpdatedSince: r.Params.UpdatedSince,
		Drafted: r.Params.Draft != nil && *r.Params.Draft, Unexplained: r.Params.Unexplained != nil && *r.Params.Unexplained,
	}
	if slug := r.Params.SubRegion; slug != nil {
		f.Boroughs = call.boroughsIn(*slug)
	}
	return answerListing(ctx, s.store.BenchmarkingSubmissions(call.actor, f, text(r.Params.Sort)), submissionWire(ctx))
}

// GetBenchmarkingSubmission answers one.
func (s *Server) GetBenchmarkingSubmission(ctx context.Context, r api.GetBenchmarkingSubmissionRequestObject) (api.Response, error) {
	return submissionReply(ctx)(s.store.BenchmarkingSubmission(ctx, callOf(ctx).actor, r.Id))
}

// GetBoroughBenchmarkingSubmission answers a borough's return for a quarter.
func (s *Server) GetBoroughBenchmarkingSubmission(ctx context.Context, r api.GetBoroughBenchmarkingSubmissionRequestObject) (api.Response, error) {
	return submissionReply(ctx)(s.store.BoroughBenchmarkingSubmission(ctx, callOf(ctx).actor, r.Borough, r.Quarter))
}

// PutBenchmarkingSubmission takes a whole return as the draft.
func (s *Server) PutBenchmarkingSubmission(ctx context.Context, r api.PutBenchmarkingSubmissionRequestObject) (api.Response, error) {
	call := callOf(ctx)
	p := returns.Posting{Borough: r.Borough, Quarter: r.Quarter, Precondition: programme.Precondition{Create: r.Params.IfNoneMatch != nil, Match: call.states}}
	if call.file != nil {
		leave, err := s.reading(ctx)
		if err != nil {
			return nil, err
		}
		defer leave()
		p.Read = returns.Tabled(r.Borough, r.Quarter, func() (io.Reader, error) { return reopened(ctx) }, boroughNamed(call.snapshot))
	} else {
		p.Read = returns.Listed(r.Borough, r.Quarter, len(r.Body.Values), valuesOf(r.Body.Values))
	}
	got, err := s.store.PutBenchmarkingSubmission(ctx, call.actor, p, call.dry())
	if err != nil {
		return nil, err
	}
	wire := api.BenchmarkingSubmissionReceived{Outcome: api.PostingOutcome(got.Outcome), DryRun: call.dry(), Table: tableWire(got.Reading), Report: reportWire(&got), Screening: marksWire(&got.Submission, call.actor)}
	if call.dry() {
		return encoded(ctx, http.StatusOK, 0, wire)
	}
	wire.Submission = new(submissionWire(ctx)(&got.Submission))
	status := http.StatusOK
	if got.Outcome == returns.Created {
		status = http.StatusCreated
	}
	answer, err := encoded(ctx, status, got.Submission.Version, wire)
	answer.location = *addressOf("benchmarking-submission", got.Submission.ID)
	return answer, err
}

// CreateBenchmarkingSubmissions takes several returns.
func (s *Server) CreateBenchmarkingSubmissions(ctx context.Context, r api.CreateBenchmarkingSubmissionsRequestObject) (api.Response, error) {
	call := callOf(ctx)
	var reading *returns.Reading
	sent := func(func(string) (returns.Asked, bool)) ([]returns.Posting, error) { return postingsOf(r.Body), nil }
	if call.file != nil {
		leave, err := s.reading(ctx)
		if err != nil {
			return nil, err
		}
		defer leave()
		sent = func(asked func(string) (returns.Asked, bool)) ([]returns.Posting, error) {
			source, err := reopened(ctx)
			if err != nil {
				return nil, err
			}
			var postings []returns.Posting
			postings, reading, err = returns.TabledTogether(source, asked, boroughNamed(call.snapshot))
			return postings, err
		}
	}
	all, err := s.store.PutBenchmarkingSubmissions(ctx, call.actor, sent, partial(r.Params.Mode), call.dry())
	if err != nil {
		return nil, err
	}
	wire := api.BenchmarkingPostingReport{DryRun: call.dry(), Table: tableWire(reading), Submissions: make([]api.BenchmarkingPostingResult, len(all))}
	ids := make([]string, len(all))
	for i := range all {
		wire.Submissions[i] = postingWire(call, &all[i])
		ids[i] = all[i].Submission.ID
		if all[i].Outcome == returns.Created || all[i].Outcome == returns.Replaced {
			wire.Taken++
		}
	}
	if call.dry() {
		ids = nil
	}
	return answerSeveral(ctx, wire, ids)
}

// postingsOf are the returns that came as JSON.
func postingsOf(body *api.BenchmarkingPosting) []returns.Posting {
	postings := make([]returns.Posting, len(body.Submissions))
	for i, p := range body.Submissions {
		postings[i] = returns.Posting{Borough: p.Borough, Quarter: p.Quarter, Read: returns.Listed(p.Borough, p.Quarter, len(p.Values), valuesOf(p.Values)), Precondition: programme.Precondition{Create: p.Etag == nil}}
		if version := matchVersion(p.Etag); version > 0 {
			postings[i].Match = []int64{version}
		}
	}
	return postings
}

// answerSeveral answers what became of several returns, at the address of the first of
// them that was taken. Where none was, that concerns no return, and nobody but who asked
// is answered.
func answerSeveral(ctx context.Context, wire any, ids []string) (api.Response, error) {
	answer, err := ok(ctx, wire)
	if i := slices.IndexFunc(ids, func(id string) bool { return id != "" }); i >= 0 {
		answer.location = *addressOf("benchmarking-submission", ids[i])
	} else {
		answer.about = theProgramme
	}
	return answer, err
}

// partial reports whether each of several is taken by itself.
func partial(mode *api.PostingMode) bool { return mode != nil && *mode == api.Partial }

func postingWire(call *call, got *returns.PostingResult) api.BenchmarkingPostingResult {
	wire := api.BenchmarkingPostingResult{Borough: got.Borough, Quarter: got.Quarter, Outcome: api.PostingOutcome(got.Outcome), Faults: []api.Fault{}, Screening: []api.ScreeningMark{}}
	if refused, is := errors.AsType[*programme.Error](got.Err); is {
		wire.Code, wire.Detail = new(string(refused.Code)), &refused.Detail
		for _, f := range listed(refused.Faults) {
			wire.Faults = append(wire.Faults, faultWire(&f))
		}
		return wire
	}
	wire.Report, wire.Screening = new(reportWire(got)), marksWire(&got.Submission, call.actor)
	if !call.dry() {
		wire.Id, wire.Etag = &got.Submission.ID, new(etagOf(got.Submission.Version))
	}
	return wire
}

// DeleteBenchmarkingSubmission discards the draft.
func (s *Server) DeleteBenchmarkingSubmission(ctx context.Context, r api.DeleteBenchmarkingSubmissionRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteBenchmarkingSubmission(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

// ExplainBenchmarkingSubmission says why the figures are right.
func (s *Server) ExplainBenchmarkingSubmission(ctx context.Context, r api.ExplainBenchmarkingSubmissionRequestObject) (api.Response, error) {
	said, err := s.explained(ctx, r.Body)
	if err != nil {
		return nil, err
	}
	return submissionReply(ctx)(s.store.ExplainBenchmarkingSubmission(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), said))
}

// explained answers what the borough says, in the body or in the report that it sends back.
func (s *Server) explained(ctx context.Context, body *api.ExplanationsInput) (returns.Explained, error) {
	if callOf(ctx).file != nil {
		leave, err := s.reading(ctx)
		if err != nil {
			return returns.Explained{}, err
		}
		defer leave()
		source, err := reopened(ctx)
		if err != nil {
			return returns.Explained{}, err
		}
		return returns.ExplainedIn(source)
	}
	said := returns.Explained{CarryForward: list(body.CarryForward), Said: make([]returns.Said, len(body.Explanations))}
	for i, e := range body.Explanations {
		said.Said[i] = returns.Said{Key: e.Key, Text: e.Text}
	}
	return said, nil
}

// SubmitBenchmarkingSubmission gives the draft a number.
func (s *Server) SubmitBenchmarkingSubmission(ctx context.Context, r api.SubmitBenchmarkingSubmissionRequestObject) (api.Response, error) {
	return submissionReply(ctx)(s.store.SubmitBenchmarkingSubmission(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch)))
}

// WithdrawBenchmarkingSubmission takes back what is under review.
func (s *Server) WithdrawBenchmarkingSubmission(ctx context.Context, r api.WithdrawBenchmarkingSubmissionRequestObject) (api.Response, error) {
	return submissionReply(ctx)(s.store.WithdrawBenchmarkingSubmission(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch)))
}

// QueryBenchmarkingSubmission asks the borough about it.
func (s *Server) QueryBenchmarkingSubmission(ctx context.Context, r api.QueryBenchmarkingSubmissionRequestObject) (api.Response, error) {
	q := returns.Question{Text: r.Body.Text, Counts: list(r.Body.Counts), AnswerBy: r.Body.AnswerBy}
	return submissionReply(ctx)(s.store.QueryBenchmarkingSubmission(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), q))
}

// AnswerBenchmarkingSubmission answers what is asked.
func (s *Server) AnswerBenchmarkingSubmission(ctx context.Context, r api.AnswerBenchmarkingSubmissionRequestObject) (api.Response, error) {
	return submissionReply(ctx)(s.store.AnswerBenchmarkingSubmission(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.Body.Text))
}

// AcceptBenchmarkingSubmission lets it stand.
func (s *Server) AcceptBenchmarkingSubmission(ctx context.Context, r api.AcceptBenchmarkingSubmissionRequestObject) (api.Response, error) {
	return submissionReply(ctx)(s.store.AcceptBenchmarkingSubmission(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch)))
}

// GetBenchmarkingReport answers what the rules find.
func (s *Server) GetBenchmarkingReport(ctx context.Context, r api.GetBenchmarkingReportRequestObject) (api.Response, error) {
	got, err := s.report(ctx, r.Id, r.Params.Framework)
	if err != nil {
		return nil, err
	}
	if r.Params.Framework != nil { // which may be a draft, and change
		return ok(ctx, reportWire(&got))
	}
	return resource(ctx, got.Submission.Version, reportWire(&got))
}

// report judges a return by its own version of the framework, or by the one that is named.
func (s *Server) report(ctx context.Context, id string, framework *string) (returns.PostingResult, error) {
	if framework != nil {
		if _, err := s.frameworkIn(ctx, "framework", *framework); err != nil {
			return returns.PostingResult{}, err
		}
	}
	return s.store.BenchmarkingReport(ctx, callOf(ctx).actor, id, framework)
}

// ListBenchmarkingVersions answers what was submitted.
func (s *Server) ListBenchmarkingVersions(ctx context.Context, r api.ListBenchmarkingVersionsRequestObject) (api.Response, error) {
	actor := callOf(ctx).actor
	if _, err := s.store.BenchmarkingSubmission(ctx, actor, r.Id); err != nil { // before the first byte of a table
		return nil, err
	}
	return answerListing(ctx, s.store.BenchmarkingVersions(actor, r.Id), versionWire)
}

// GetBenchmarkingVersion answers what was submitted under a number.
func (s *Server) GetBenchmarkingVersion(ctx context.Context, r api.GetBenchmarkingVersionRequestObject) (api.Response, error) {
	v, err := s.store.BenchmarkingVersion(ctx, callOf(ctx).actor, r.Id, r.Number)
	if err != nil {
		return nil, err
	}
	return ok(ctx, versionWire(&v))
}

func submissionReply(ctx context.Context) func(returns.Submission, error) (api.Response, error) {
	return func(row returns.Submission, err error) (api.Response, error) {
		if err != nil {
			return nil, err
		}
		return resource(ctx, row.Version, submissionWire(ctx)(&row))
	}
}

func submissionWire(ctx context.Context) func(*returns.Submission) api.BenchmarkingSubmission {
	names, actor := namesIn(ctx), callOf(ctx).actor
	return func(s *returns.Submission) api.BenchmarkingSubmission {
		wire := api.BenchmarkingSubmission{
			Id: s.ID, Borough: s.Borough, BoroughName: names.borough(s.Borough), Quarter: s.Quarter, State: api.BenchmarkingSubmissionState(s.State),
			UnderReview: s.UnderReview, Standing: s.Standing, ReceivedAt: s.ReceivedAt, DaysLate: s.DaysLate, Resubmissions: s.Resubmitted,
			Explanations: []api.VersionExplanation{}, Thread: make([]api.BenchmarkingQuestion, len(s.Thread)), ReceiptId: s.ReceiptID, Illustrative: s.Illustrative,
			CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt, Etag: etagOf(s.Version), Steps: submissionSteps(ctx, s),
			RedactedAt: s.RedactedAt, Screening: screeningWire(ctx, s),
		}
		for i := range s.Thread {
			wire.Thread[i] = questionWire(&s.Thread[i])
		}
		if !actor.WritesFor(s.Borough) {
			return wire
		}
		wire.Explanations = explanationsWire(s.Explanations)
		if s.Draft != nil {
			wire.Draft = &api.BenchmarkingDraft{Framework: s.Draft.Framework, Values: valuesWire(s.Draft.Values)}
		}
		if r := s.Facts.Report; r != nil {
			wire.Errors, wire.Unexplained = &r.Errors, &r.Open
		}
		return wire
	}
}

// submissionSteps fills in where a return is sent: that is the borough's address for the
// quarter, and not the return's own.
func submissionSteps(ctx context.Context, s *returns.Submission) *[]api.Step {
	steps := stepsWire(ctx, s, s.ID)
	if steps != nil {
		for i := range *steps {
			href := &(*steps)[i].Href
			*href = strings.ReplaceAll(strings.ReplaceAll(*href, "{borough}", s.Borough), "{quarter}", s.Quarter)
		}
	}
	return steps
}

func questionWire(q *returns.Question) api.BenchmarkingQuestion {
	return api.BenchmarkingQuestion{
		Id: q.ID, Number: q.Number, Counts: programme.OrEmpty(q.Counts), Text: q.Text, AnswerBy: q.AnswerBy, AskedAt: q.AskedAt,
		Answer: q.Answer, AnsweredAt: q.AnsweredAt, AnsweredBy: (*string)(q.AnsweredBy),
	}
}

func valuesOf(given []api.CountValue) func(i int) returns.Value {
	return func(i int) returns.Value { return valueOf(&given[i]) }
}

func valueOf(v *api.CountValue) returns.Value {
	return returns.Value{Count: v.Count, Value: v.Value, Status: returns.Status(v.Status), Reason: v.Reason}
}

func valuesWire(values returns.Values) []api.CountValue {
	wire := make([]api.CountValue, len(values))
	for i, v := range values {
		wire[i] = api.CountValue{Count: v.Count, Value: v.Value, Status: api.CountValueStatus(v.Status), Reason: v.Reason}
	}
	return wire
}

func versionWire(v *returns.Version) api.BenchmarkingVersion {
	return api.BenchmarkingVersion{
		Number: v.Number, State: api.BenchmarkingVersionState(v.State), Framework: v.Framework, Values: valuesWire(v.Values),
		Explanations: explanationsWire(v.Explanations), SubmittedAt: v.SubmittedAt.UTC(), SubmittedBy: string(v.SubmittedBy),
		OnAuthorityOf: (*string)(v.OnAuthorityOf()), AuthorisationId: v.AuthorisationID, ReceiptId: v.ReceiptID,
		DaysLate: v.DaysLate, ClosedAt: v.ClosedAt, SupersededAt: v.SupersededAt, RedactedAt: v.RedactedAt, Illustrative: v.Illustrative,
	}
}

func explanationsWire(said []returns.Explanation) []api.VersionExplanation {
	wire := make([]api.VersionExplanation, len(said))
	for i, e := range said {
		wire[i] = api.VersionExplanation{Rule: e.Rule, Counts: countsOf(e.Counts), Text: e.Text, By: string(e.By), At: e.At, CarriedFrom: e.CarriedFrom}
	}
	return wire
}

func reportWire(got *returns.PostingResult) api.BenchmarkingReport {
	r := &got.Report
	wire := api.BenchmarkingReport{
		Borough: r.Borough, Quarter: r.Quarter, Number: got.Number, Framework: r.Framework, MaySubmit: r.Errors == 0 && r.Open == 0,
		Errors: r.Errors, Warnings: r.Warnings, Unexplained: r.Open, Reported: r.Tally.Reported, ConfirmedNil: r.Tally.ConfirmedNil,
		NotApplicable: r.Tally.NotApplicable, Missing: r.Tally.Missing, Next: r.Next(), Findings: make([]api.ReportFinding, len(r.Findings)), More: r.More, Illustrative: r.Illustrative,
	}
	for i := range r.Findings {
		wire.Findings[i] = findingInReportWire(&r.Findings[i])
	}
	return wire
}

func findingInReportWire(f *returns.Finding) api.ReportFinding {
	wire := api.ReportFinding{
		Rule: f.Rule, RuleVersion: f.RuleVersion, Severity: api.ReportSeverity(f.Severity), Remedy: api.ReportRemedy(f.Remedy), Counts: countsOf(f.Counts),
		Key: f.Key(), Pointer: optional(f.Place.Pointer), Column: optional(f.Place.Column), Given: f.Given, Expected: f.Expected, Detail: f.Detail, Advice: f.Advice,
	}
	if f.Place.Row > 0 {
		wire.Row = &f.Place.Row
	}
	if f.Explained != nil {
		wire.Explanation = &f.Explained.Text
	}
	return wire
}

func countsOf(values returns.Values) []string {
	codes := make([]string, len(values))
	for i, v := range values {
		codes[i] = v.Count
	}
	return codes
}
