package server

import (
	"context"
	"net/http"
	"strings"

	"peerchallenge/api"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

type selfEvaluationStore interface {
	SelfEvaluations(actor programme.Actor, f evaluation.Filter) programme.Listing[evaluation.SelfEvaluation]
	SelfEvaluation(ctx context.Context, actor programme.Actor, id string) (evaluation.SelfEvaluation, error)
	BoroughSelfEvaluation(ctx context.Context, actor programme.Actor, borough, cycle string) (evaluation.SelfEvaluation, error)
	CreateSelfEvaluation(ctx context.Context, actor programme.Actor, row evaluation.SelfEvaluation, template *string) (evaluation.SelfEvaluation, error)
	PutSelfEvaluation(ctx context.Context, actor programme.Actor, p evaluation.Posting, dry bool) (evaluation.PostingResult, error)
	DeleteSelfEvaluation(ctx context.Context, actor programme.Actor, id string, version int64) error
	MigrateSelfEvaluation(ctx context.Context, actor programme.Actor, id string, version int64, dry bool) (evaluation.Migration, error)
	SignOffSelfEvaluation(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (evaluation.SelfEvaluation, error)
	ShareSelfEvaluation(ctx context.Context, actor programme.Actor, id string, version int64, asked evaluation.Sharing) (evaluation.SelfEvaluation, error)
	WithdrawSelfEvaluation(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (evaluation.SelfEvaluation, error)
	ReopenSelfEvaluation(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (evaluation.SelfEvaluation, error)
	AcknowledgeSelfEvaluation(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (evaluation.SelfEvaluation, error)
	RedactSelfEvaluation(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (evaluation.SelfEvaluation, error)
	SharingDays(ctx context.Context, actor programme.Actor, borough string) ([]evaluation.SharingDay, error)
	CitedFigures(ctx context.Context, actor programme.Actor, cited []programme.Citation, regionOf func(borough string) string) ([]evaluation.CitedFigure, error)
	selfEvaluationSectionStore
	selfEvaluationVersionStore
}

// ListSelfEvaluations answers those that the caller knows of.
func (s *Server) ListSelfEvaluations(ctx context.Context, r api.ListSelfEvaluationsRequestObject) (api.Response, error) {
	call := callOf(ctx)
	f := evaluation.Filter{Borough: r.Params.Borough, Cycle: r.Params.Cycle, States: words[evaluation.State](r.Params.State), Unshared: r.Params.Unshared, UpdatedSince: r.Params.UpdatedSince}
	if slug := r.Params.SubRegion; slug != nil {
		f.Boroughs = call.boroughsIn(*slug)
	}
	return answerListing(ctx, s.store.SelfEvaluations(call.actor, f), s.evaluationWire(ctx))
}

// CreateSelfEvaluation begins one.
func (s *Server) CreateSelfEvaluation(ctx context.Context, r api.CreateSelfEvaluationRequestObject) (api.Response, error) {
	row, err := s.store.CreateSelfEvaluation(ctx, callOf(ctx).actor, evaluation.SelfEvaluation{Borough: r.Body.Borough, Cycle: programme.Cycle(r.Body.Cycle)}, r.Body.TemplateId)
	if err != nil {
		return nil, err
	}
	wire, err := s.wholeEvaluation(ctx, &row)
	if err != nil {
		return nil, err
	}
	return created(ctx, row.Version, row.Noun(), row.ID, wire)
}

// GetSelfEvaluation answers one, as data or as a page.
func (s *Server) GetSelfEvaluation(ctx context.Context, r api.GetSelfEvaluationRequestObject) (api.Response, error) {
	if callOf(ctx).page {
		return s.evaluationPage(ctx, r.Id, nil)
	}
	return s.evaluationReply(ctx)(s.store.SelfEvaluation(ctx, callOf(ctx).actor, r.Id))
}

// GetBoroughSelfEvaluation answers a borough's for a cycle.
func (s *Server) GetBoroughSelfEvaluation(ctx context.Context, r api.GetBoroughSelfEvaluationRequestObject) (api.Response, error) {
	return s.evaluationReply(ctx)(s.store.BoroughSelfEvaluation(ctx, callOf(ctx).actor, r.Borough, r.Cycle))
}

// PutSelfEvaluation takes a whole document as the draft.
func (s *Server) PutSelfEvaluation(ctx context.Context, r api.PutSelfEvaluationRequestObject) (api.Response, error) {
	call := callOf(ctx)
	if faults := programme.Cycle(r.Cycle).Check(); len(faults) > 0 {
		return nil, programme.BadRequest(programme.UnknownParameter("cycle", faults[0].Detail))
	}
	p := evaluation.Posting{
		Borough: r.Borough, Cycle: programme.Cycle(r.Cycle), Template: r.Body.TemplateId, Sections: make([]evaluation.PostedSection, len(r.Body.Sections)),
		Precondition: programme.Precondition{Create: r.Params.IfNoneMatch != nil, Match: call.states},
	}
	for i := range r.Body.Sections {
		p.Sections[i] = evaluation.PostedSection{ID: r.Body.Sections[i].Id, Content: contentOf(&r.Body.Sections[i])}
	}
	got, err := s.store.PutSelfEvaluation(ctx, call.actor, p, call.dry())
	if err != nil {
		return nil, err
	}
	row := &got.SelfEvaluation
	wire := api.SelfEvaluationReceived{Outcome: api.PostedState(got.Outcome), DryRun: call.dry()}
	if call.dry() {
		wire.Missing, wire.Screening = missingWire(row), marksWire(row, call.actor)
		return encoded(ctx, http.StatusOK, 0, wire)
	}
	whole, err := s.wholeEvaluation(ctx, row)
	if err != nil {
		return nil, err
	}
	wire.SelfEvaluation, wire.Missing, wire.Screening = &whole, whole.Missing, *whole.Screening
	status := http.StatusOK
	if got.Outcome == evaluation.Created {
		status = http.StatusCreated
	}
	answer, err := encoded(ctx, status, row.Version, wire)
	answer.location = *addressOf(row.Noun(), row.ID)
	return answer, err
}

// DeleteSelfEvaluation discards the draft.
func (s *Server) DeleteSelfEvaluation(ctx context.Context, r api.DeleteSelfEvaluationRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteSelfEvaluation(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

// MigrateSelfEvaluation lets a draft go over to the newest version of its template.
func (s *Server) MigrateSelfEvaluation(ctx context.Context, r api.MigrateSelfEvaluationRequestObject) (api.Response, error) {
	call := callOf(ctx)
	got, err := s.store.MigrateSelfEvaluation(ctx, call.actor, r.Id, matchVersion(r.Params.IfMatch), call.dry())
	if err != nil {
		return nil, err
	}
	wire := api.SelfEvaluationMigration{DryRun: call.dry(), From: got.From, To: got.To, Answers: make([]api.MigratedAnswer, len(got.Moves))}
	for i, m := range got.Moves {
		to := &m.ToSection
		switch m.Fate {
		case evaluation.AnswerKept:
			to = &m.Section
		case evaluation.AnswerLost:
			to = nil
		}
		wire.Answers[i] = api.MigratedAnswer{Section: m.Section, Question: m.Question, Fate: api.AnswerFate(m.Fate), ToSection: to, Why: m.Why}
	}
	if call.dry() {
		return encoded(ctx, http.StatusOK, 0, wire)
	}
	whole, err := s.wholeEvaluation(ctx, &got.SelfEvaluation)
	if err != nil {
		return nil, err
	}
	wire.SelfEvaluation = &whole
	return resource(ctx, got.SelfEvaluation.Version, wire)
}

// SignOffSelfEvaluation freezes the draft.
func (s *Server) SignOffSelfEvaluation(ctx context.Context, r api.SignOffSelfEvaluationRequestObject) (api.Response, error) {
	return s.evaluationReply(ctx)(s.store.SignOffSelfEvaluation(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), evaluation.SignOff))
}

// ShareSelfEvaluation shares a version with a group.
func (s *Server) ShareSelfEvaluation(ctx context.Context, r api.ShareSelfEvaluationRequestObject) (api.Response, error) {
	asked := evaluation.Sharing{Challenge: r.Body.PeerChallengeId, Until: r.Body.Until}
	if r.Body.Number != nil {
		asked.Number = *r.Body.Number
	}
	if r.Body.From != nil {
		asked.From = *r.Body.From
	}
	return s.evaluationReply(ctx)(s.store.ShareSelfEvaluation(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), asked))
}

// WithdrawSelfEvaluation ends all sharing.
func (s *Server) WithdrawSelfEvaluation(ctx context.Context, r api.WithdrawSelfEvaluationRequestObject) (api.Response, error) {
	return s.evaluationReply(ctx)(s.store.WithdrawSelfEvaluation(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), programme.Withdraw))
}

// ReopenSelfEvaluation makes a new draft.
func (s *Server) ReopenSelfEvaluation(ctx context.Context, r api.ReopenSelfEvaluationRequestObject) (api.Response, error) {
	return s.evaluationReply(ctx)(s.store.ReopenSelfEvaluation(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), programme.Reopen))
}

// AcknowledgeSelfEvaluation says that what screening found in a draft is right.
func (s *Server) AcknowledgeSelfEvaluation(ctx context.Context, r api.AcknowledgeSelfEvaluationRequestObject) (api.Response, error) {
	return s.evaluationReply(ctx)(s.store.AcknowledgeSelfEvaluation(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), marksOf(r.Body)))
}

// RedactSelfEvaluation takes words out of one.
func (s *Server) RedactSelfEvaluation(ctx context.Context, r api.RedactSelfEvaluationRequestObject) (api.Response, error) {
	return s.evaluationReply(ctx)(s.store.RedactSelfEvaluation(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), redactedPlaces(r.Body)))
}

// evaluationReply answers one to whoever asks.
func (s *Server) evaluationReply(ctx context.Context) func(evaluation.SelfEvaluation, error) (api.Response, error) {
	return func(row evaluation.SelfEvaluation, err error) (api.Response, error) {
		if err != nil {
			return nil, err
		}
		wire, err := s.wholeEvaluation(ctx, &row)
		if err != nil {
			return nil, err
		}
		return resource(ctx, row.VersionFor(callOf(ctx).actor, s.clock()), wire)
	}
}

// evaluationWire answers a self-evaluation as a list has it.
func (s *Server) evaluationWire(ctx context.Context) func(*evaluation.SelfEvaluation) api.SelfEvaluation {
	names, call, now := namesIn(ctx), callOf(ctx), s.clock()
	return func(row *evaluation.SelfEvaluation) api.SelfEvaluation {
		wire := api.SelfEvaluation{
			Id: row.ID, Borough: row.Borough, BoroughName: names.borough(row.Borough), Cycle: string(row.Cycle), State: api.SelfEvaluationState(row.StateAt(now)),
			Signed: row.Signed, SignedAt: row.SignedAt, ReceiptId: row.ReceiptID, Sharings: []api.Sharing{}, Readers: []api.SelfEvaluationReader{}, Missing: []api.MissingPart{}, Draft: []api.SelfEvaluationSection{}, Figures: []api.CitedFigure{},
			Illustrative: row.Illustrative, RedactedAt: row.RedactedAt, CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt, Etag: etagOf(row.Version), Steps: evaluationSteps(ctx, row), Screening: screeningWire(ctx, row),
		}
		sharings := row.Sharings
		if !call.actor.WritesFor(row.Borough) {
			face := row.Seen(call.actor, now)
			if face == nil {
				face = &evaluation.Face{State: evaluation.SignedOff} // it has just been taken back: nothing more is said of it
			}
			wire.State, wire.Signed, wire.UpdatedAt, wire.Etag = api.SelfEvaluationState(face.State), face.Number, face.UpdatedAt, etagOf(face.UpdatedAt.UnixMicro())
			sharings, wire.RedactedAt = face.Sharings, nil // words may have been taken out of the draft
			if !call.actor.Is(programme.RoleProgramme) {
				wire.SignedAt, wire.ReceiptId = nil, nil
			}
		} else if row.Draft != nil {
			wire.TemplateId, wire.TemplateVersion = &row.Draft.TemplateID, &row.Draft.TemplateVersion
		}
		for i := range sharings {
			wire.Sharings = append(wire.Sharings, sharingWire(&sharings[i]))
		}
		return wire
	}
}

// wholeEvaluation answers a self-evaluation by itself: for its borough with all that it is
// writing.
func (s *Server) wholeEvaluation(ctx context.Context, row *evaluation.SelfEvaluation) (api.SelfEvaluation, error) {
	names, call := namesIn(ctx), callOf(ctx)
	wire := s.evaluationWire(ctx)(row)
	if !call.actor.WritesFor(row.Borough) {
		return wire, nil
	}
	wire.Missing = missingWire(row)
	for _, r := range row.Readers(row.Facts.Groups, s.clock()) {
		reader := api.SelfEvaluationReader{Number: r.Sharing.Number, PeerChallengeId: r.Sharing.Challenge, From: r.Sharing.From, Until: r.Sharing.Until, Now: r.Now}
		if r.Borough != "" {
			reader.Borough, reader.BoroughName = &r.Borough, new(names.borough(r.Borough))
		}
		wire.Readers = append(wire.Readers, reader)
	}
	if row.Draft == nil || row.Facts.Outline == nil {
		return wire, nil
	}
	wire.Draft = sectionsWire(row.Facts.Outline, row.Draft)
	var err error
	wire.Figures, err = s.citedFigures(ctx, call.actor, row.Draft)
	return wire, err
}

// evaluationSteps fills in where a whole document is sent: that is the borough's address for
// the cycle, and not the self-evaluation's own.
func evaluationSteps(ctx context.Context, row *evaluation.SelfEvaluation) *[]api.Step {
	steps := stepsWire(ctx, row, row.ID)
	if steps != nil {
		for i := range *steps {
			href := &(*steps)[i].Href
			*href = strings.ReplaceAll(strings.ReplaceAll(*href, "{borough}", row.Borough), "{cycle}", string(row.Cycle))
		}
	}
	return steps
}

func sharingWire(h *evaluation.Sharing) api.Sharing {
	return api.Sharing{
		Id: h.ID, Number: h.Number, PeerChallengeId: h.Challenge, From: h.From, Until: h.Until, BeganAt: h.BeganAt, EndedAt: h.EndedAt, TakenBackAt: h.TakenBackAt, Ending: convert[api.SharingEnding](h.Ending),
	}
}

func missingWire(row *evaluation.SelfEvaluation) []api.MissingPart {
	wire := []api.MissingPart{}
	for _, f := range row.Missing() {
		wire = append(wire, api.MissingPart{Pointer: optional(f.Pointer), Code: api.FaultCode(f.Code), Detail: f.Detail})
	}
	return wire
}
