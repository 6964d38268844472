package server

import (
	"context"
	"slices"
	"strconv"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/chart"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// fewest is how many boroughs what stands beside one borough's figure is made of at least.
const fewest = 10

// isOfFew reports whether a group's figure is of too few boroughs to stand beside one.
func isOfFew(g *disclosure.GroupFigure) bool {
	return g.N < fewest || g.Pooled != nil && g.Pooled.N < fewest
}

// GetDossier answers what a borough brings to its annual engagement meeting, as one page.
func (s *Server) GetDossier(ctx context.Context, r api.GetDossierRequestObject) (api.Response, error) {
	name, err := ledBy(ctx, r.Borough)
	if err != nil {
		return nil, err
	}
	d := dossier{
		paper: chart.Paper{
			Title: name + ": dossier for the annual engagement meeting, " + r.Params.Cycle, Owner: name, Classification: "Official: for " + name + " and its meeting with Ofsted",
			Words: []string{"This document is of " + name + " alone. It has no other borough's figures; beside its own stand the region's."},
		},
		borough: r.Borough, cycle: programme.Cycle(r.Params.Cycle), zone: callOf(ctx).rules.Zone,
	}
	for _, add := range []func(context.Context, *dossier) error{s.addEvaluation, s.addFigures, s.addFindings, s.addActions} {
		if err := add(ctx, &d); err != nil {
			return nil, err
		}
	}
	return answerPaper(ctx, &d.paper)
}

// ledBy answers what the borough is called. The error is NotFound where there is none, and
// Forbidden for who is not its lead.
func ledBy(ctx context.Context, borough string) (string, error) {
	b, err := callOf(ctx).borough(borough)
	if err != nil {
		return "", err
	}
	if !callOf(ctx).actor.Leads(borough) {
		return "", programme.NotYours("Only a lead of the borough itself makes this.")
	}
	return b.Name, nil
}

// dossier is what is gathered of a borough.
type dossier struct {
	paper   chart.Paper
	borough string
	cycle   programme.Cycle
	zone    *time.Location
	about   map[string]string // what the findings of the cycle are called, by id
}

func (d *dossier) add(part chart.PaperPart) { d.paper.Parts = append(d.paper.Parts, part) }

// addEvaluation adds the newest version that is signed or, where none is, the draft.
func (s *Server) addEvaluation(ctx context.Context, d *dossier) error {
	row, err := s.store.BoroughSelfEvaluation(ctx, callOf(ctx).actor, d.borough, string(d.cycle))
	if err != nil && programme.KindOf(err) == programme.NotFound {
		d.paper.State = "Without a self-evaluation"
		d.add(chart.PaperPart{Heading: "Self-evaluation", Words: []string{"There is no self-evaluation for " + string(d.cycle) + "."}})
		return nil
	}
	if err != nil {
		return err
	}
	of, what := evaluation.Signing{Of: row, Asked: row.Facts.Outline}, "Self-evaluation"
	if row.Signed != nil {
		if of, err = s.signing(ctx, row.ID, *row.Signed, evaluation.AsPage); err != nil {
			return err
		}
	} else {
		of.Document, what = *row.Draft, "Draft self-evaluation"
	}
	heading, err := s.paperHeading(ctx, &of)
	if err != nil {
		return err
	}
	heading.Alone = true
	if of.Number > 0 {
		heading.State = "" // with whom it is shared is no matter of the meeting
	}
	written, err := s.passedOnUnder(ctx, heading, &of)
	if err != nil {
		return err
	}
	d.paper.State, d.paper.Illustrative = "Self-evaluation: "+written.State, written.Illustrative
	if of.Number == 0 {
		d.paper.State = "Self-evaluation: draft, not signed"
	}
	d.paper.Words = append(d.paper.Words, written.Words[1:]...) // of which the first names the template
	d.paper.Foot = append(d.paper.Foot, written.Foot...)
	for _, part := range written.Parts {
		part.Heading = what + ": " + part.Heading
		d.add(part)
	}
	return nil
}

// addFigures adds the borough's figures of the newest published quarter, as everybody sees
// them.
func (s *Server) addFigures(ctx context.Context, d *dossier) error {
	part, call, newest := chart.PaperPart{Heading: "Figures"}, callOf(ctx), ""
	quarters, err := whole(ctx, s.store.Quarters(call.actor, returns.QuarterFilter{Practice: new(false)}, ""))
	if err != nil {
		return err
	}
	for i := range quarters {
		if q := &quarters[i]; q.SnapshotID != nil && q.Code > newest {
			newest = q.Code
		}
	}
	if newest == "" {
		part.Words = []string{"No quarter is published yet."}
		d.add(part)
		return nil
	}
	shown, rows, err := s.store.PrintedFigures(ctx, call.actor, newest, disclosure.FigureFilter{})
	if err != nil {
		return err
	}
	of := &shown.Document.Heading
	page := quarterPage{of: of, borough: d.borough, reference: call.snapshot, rows: rows, alone: true}
	part.Words = []string{"These are the figures that everybody sees: small counts of children are hidden, and so is what they would follow from."}
	part.Passages = []chart.Passage{{Heading: of.QuarterName, Table: page.position()}}
	if len(d.paper.Foot) == 0 { // what is cited has said it already
		d.paper.Foot = append(d.paper.Foot, attribution)
	}
	d.paper.Foot = append(d.paper.Foot, snapshotNote(of))
	d.paper.Illustrative = d.paper.Illustrative || of.Illustrative
	d.add(part)
	return nil
}

// findingKinds are what kinds of findings are called.
var findingKinds = map[programme.FindingKind]string{
	programme.Strength: "Strength", programme.AreaForInnovation: "Area for innovation", programme.AreaForDevelopment: "Area for development", programme.Risk: "Risk",
}

// findingAnswers say how far a finding is accepted.
var findingAnswers = map[programme.ResponseAnswer]string{programme.Accepted: "Accepted", programme.Partly: "Partly accepted", programme.NotAccepted: "Not accepted"}

// foundIn answers what was found about the borough in the cycle, and what came of a line of
// enquiry on its self-evaluation of the cycle, whichever the challenge's was.
func (s *Server) foundIn(ctx context.Context, d *dossier) ([]programme.Finding, error) {
	actor := callOf(ctx).actor
	found, err := whole(ctx, s.store.Findings(actor, programme.FindingFilter{Borough: &d.borough, Cycle: &d.cycle}, ""))
	if err != nil {
		return nil, err
	}
	asked, err := whole(ctx, s.store.SelfEvaluationComments(actor, evaluation.CommentFilter{Owner: &d.borough, Kinds: []evaluation.CommentKind{evaluation.LineOfEnquiry}}, ""))
	if err != nil {
		return nil, err
	}
	for i := range asked {
		came := asked[i].FindingID(actor)
		if asked[i].Cycle != d.cycle || came == nil || slices.ContainsFunc(found, func(f programme.Finding) bool { return f.ID == *came }) {
			continue
		}
		f, err := s.store.Finding(ctx, actor, *came)
		if err != nil {
			return nil, err
		}
		found = append(found, f)
	}
	return found, nil
}

// addFindings adds what was found about the borough, and what it answers.
func (s *Server) addFindings(ctx context.Context, d *dossier) error {
	found, err := s.foundIn(ctx, d)
	if err != nil {
		return err
	}
	part := chart.PaperPart{Heading: "Findings and answers"}
	d.about = make(map[string]string, len(found))
	for i := range found {
		f := &found[i]
		d.paper.Illustrative = d.paper.Illustrative || f.Illustrative
		called := findingKinds[f.Kind] + ": " + f.Theme
		passage := chart.Passage{Heading: called, Text: f.Text}
		if a := f.Response; a != nil {
			answer := chart.Exhibit{Words: findingAnswers[a.Answer] + " on " + printedDay(a.At.In(d.zone)) + "."}
			if a.Reason != nil {
				answer.Remark = *a.Reason
			}
			passage.Exhibits = []chart.Exhibit{answer}
		} else {
			passage.Exhibits = []chart.Exhibit{{Words: "It is not answered yet."}}
		}
		d.about[f.ID], part.Passages = called, append(part.Passages, passage)
	}
	if len(found) == 0 {
		part.Words = []string{"There are no findings of " + string(d.cycle) + " about the borough."}
	}
	d.add(part)
	return nil
}

// addActions adds the actions of the cycle, and those of others that are open.
func (s *Server) addActions(ctx context.Context, d *dossier) error {
	actor := callOf(ctx).actor
	all, err := whole(ctx, s.store.Actions(actor, programme.ActionFilter{Borough: &d.borough, Cycle: &d.cycle}, ""))
	if err != nil {
		return err
	}
	open, err := whole(ctx, s.store.Actions(actor, programme.ActionFilter{Borough: &d.borough, States: []programme.ActionState{programme.ActionOpen}}, ""))
	if err != nil {
		return err
	}
	for i := range open {
		if !slices.ContainsFunc(all, func(a programme.Action) bool { return a.ID == open[i].ID }) {
			all = append(all, open[i])
		}
	}
	part, now := chart.PaperPart{Heading: "Actions"}, reckoning(ctx)
	for i := range all {
		part.Passages = append(part.Passages, d.action(i+1, &all[i], now))
	}
	if len(all) == 0 {
		part.Words = []string{"There are no actions."}
	}
	d.add(part)
	return nil
}

func (d *dossier) action(number int, a *programme.Action, now programme.Reckoning) chart.Passage {
	stands := string(a.State)
	switch {
	case a.Overdue(now):
		stands += ", overdue"
	case a.Stalled(now):
		stands += ", without progress for long"
	}
	due := ""
	if a.DueOn != nil {
		due = ", due on " + printedDay(a.DueOn.Time())
	}
	passage := chart.Passage{Heading: "Action " + strconv.Itoa(number) + due + ": " + stands, Words: []string{"For the finding " + d.about[a.FindingID] + ". Owner: " + a.Owner + "."}, Text: a.Text}
	if d.about[a.FindingID] == "" {
		passage.Words = []string{"For a finding of another cycle. Owner: " + a.Owner + "."}
	}
	if a.NoDueReason != nil {
		passage.Exhibits = append(passage.Exhibits, chart.Exhibit{Words: "It has no day on which it is due:", Remark: *a.NoDueReason})
	}
	for _, p := range a.Progress {
		passage.Exhibits = append(passage.Exhibits, chart.Exhibit{Words: printedDay(p.At.In(d.zone)) + ", " + string(p.State) + ":", Remark: p.Text})
	}
	if len(a.Progress) == 0 {
		passage.Exhibits = append(passage.Exhibits, chart.Exhibit{Words: "No progress is reported yet."})
	}
	return passage
}

// whole reads a whole list.
func whole[T any](ctx context.Context, list programme.Listing[T]) (rows []T, err error) {
	err = list.Each(ctx, func(int64) (bool, error) { return true, nil }, func(row *T) error {
		rows = append(rows, *row)
		return nil
	})
	return rows, err
}
