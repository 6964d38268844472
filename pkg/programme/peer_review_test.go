package programme_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

const today = programme.Date("2026-04-30")

// reviewOfLambeth answers one of Lambeth that has all that fieldwork needs: four people from
// Croydon, Southwark and the NHS, led by a director.
func reviewOfLambeth(state programme.ReviewState) *programme.PeerReview {
	member := func(id, borough string, role programme.ParticipantRole) programme.TeamMember {
		name := "Person " + id
		m := programme.TeamMember{ParticipantID: &id, Role: role, Name: &name}
		if m.Borough = &borough; borough == "" {
			nhs := "NHS"
			m.Borough, m.Organisation = nil, &nhs
		}
		return m
	}
	scope, agreed, report := "Joint commissioning", programme.Date("2026-03-01"), "What was found."
	r := &programme.PeerReview{
		Host: "E09000022", Cycle: "2026-27", Scope: &scope, ScopeAgreedOn: &agreed, KLOEs: []string{"How do partners decide?"},
		Team: []programme.TeamMember{
			member("1", "E09000008", programme.DirectorOfChildrensServices), member("2", "E09000008", programme.HeadOfService),
			member("3", "E09000028", programme.AssistantDirector), member("4", "", programme.OtherRole),
		},
		FieldworkDays: []programme.Date{"2026-11-03", "2026-11-04"}, State: state, Report: &report, Publication: programme.PublishedToParties,
		ProgressReview: new("Partners meet monthly."),
	}
	r.Team[0].Lead = true
	return r
}

func TestReviewMoves(t *testing.T) {
	t.Parallel()
	states := []programme.ReviewState{
		programme.ReviewProposed, programme.ReviewScoping, programme.ReviewPreparing, programme.ReviewFieldwork, programme.ReviewFactualAccuracy,
		programme.ReviewReported, programme.ReviewFollowUp, programme.ReviewClosed, programme.ReviewCancelled,
	}
	actor := theTeam
	actor.Reason = "It must be so"
	moves := map[programme.Step]map[programme.ReviewState]programme.ReviewState{
		programme.AgreeScope:     {programme.ReviewProposed: programme.ReviewScoping},
		programme.Prepare:        {programme.ReviewScoping: programme.ReviewPreparing},
		programme.StartFieldwork: {programme.ReviewPreparing: programme.ReviewFieldwork},
		programme.CheckFacts:     {programme.ReviewFieldwork: programme.ReviewFactualAccuracy},
		programme.Finalise:       {programme.ReviewFactualAccuracy: programme.ReviewReported},
		programme.FollowUp:       {programme.ReviewReported: programme.ReviewFollowUp},
		programme.Close:          {programme.ReviewFollowUp: programme.ReviewClosed},
		programme.Cancel: {
			programme.ReviewProposed: programme.ReviewCancelled, programme.ReviewScoping: programme.ReviewCancelled, programme.ReviewPreparing: programme.ReviewCancelled,
			programme.ReviewFieldwork: programme.ReviewCancelled, programme.ReviewFactualAccuracy: programme.ReviewCancelled,
		},
		programme.Reopen: {
			programme.ReviewReported: programme.ReviewFactualAccuracy, programme.ReviewFollowUp: programme.ReviewReported,
			programme.ReviewClosed: programme.ReviewFollowUp, programme.ReviewCancelled: programme.ReviewProposed,
		},
	}
	for step, from := range moves {
		for _, state := range states {
			r := reviewOfLambeth(state)
			err := r.May(actor, step)
			to, follows := from[state]
			if !follows {
				if e, ok := errors.AsType[*programme.Error](err); !ok || e.Code != "wrong_state" {
					t.Errorf("%s from %s: %v", step, state, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s from %s: %v", step, state, err)
				continue
			}
			if err := r.Move(actor, step, today); err != nil || r.State != to {
				t.Errorf("%s from %s leads to %s (%v), want %s", step, state, r.State, err, to)
			}
		}
	}
	for _, step := range []programme.Step{programme.Cancel, programme.Reopen} {
		r := reviewOfLambeth(programme.ReviewCancelled)
		if got := codesOf(r.Move(theTeam, step, today)); !slices.Equal(got, []string{"/reason reason_required"}) {
			t.Errorf("%s without a reason: %v", step, got)
		}
	}
}

// TestReviewStates: which states allow what is no move.
func TestReviewStates(t *testing.T) {
	t.Parallel()
	editor := speaker(programme.RoleBoroughEditor, "E09000022")
	for state, want := range map[programme.ReviewState]string{
		programme.ReviewProposed: "edit delete", programme.ReviewPreparing: "edit", programme.ReviewFieldwork: "edit report",
		programme.ReviewFactualAccuracy: "edit report comment", programme.ReviewReported: "edit", programme.ReviewFollowUp: "edit",
		programme.ReviewClosed: "", programme.ReviewCancelled: "",
	} {
		r := reviewOfLambeth(state)
		for name, err := range map[string]error{
			"edit": r.May(theTeam, programme.Edit), "delete": r.May(theTeam, programme.Delete),
			"report": r.May(theTeam, programme.WriteReport), "comment": r.May(editor, programme.CommentOnFacts),
		} {
			if allowed := slices.Contains(strings.Fields(want), name); (err == nil) != allowed || err != nil && programme.KindOf(err) != programme.Conflict {
				t.Errorf("%s while %s: %v", name, state, err)
			}
		}
		if err := r.May(lambethLead, programme.Publish); err != nil {
			t.Errorf("publish while %s: %v", state, err)
		}
	}
}

// TestWhoRunsReviews: what is not a caller's to do is refused in every state.
func TestWhoRunsReviews(t *testing.T) {
	t.Parallel()
	r := reviewOfLambeth(programme.ReviewFactualAccuracy)
	for _, c := range []struct {
		name  string
		actor programme.Actor
		steps string // that are not forbidden
	}{
		{"team", theTeam, "edit scope take-template prepare start-fieldwork write-report check-facts finalise follow-up close cancel reopen add-note record-finding add-event add-milestone acknowledge redact delete"},
		{"host's director", lambethLead, "announce comment publish acknowledge redact"},
		{"host's officer", speaker(programme.RoleBoroughEditor, "E09000022"), "comment acknowledge"},
		{"visiting director", croydonLead, "write-report add-note record-finding acknowledge redact"},
		{"visiting officer", speaker(programme.RoleBoroughEditor, "E09000028"), "write-report add-note record-finding acknowledge"},
		{"visiting machine", speaker(programme.RoleBoroughSystem, "E09000008"), ""},
		{"another director", speaker(programme.RoleBoroughLead, "E09000030"), ""},
		{"reporting tool", programme.Actor{Roles: []programme.Role{programme.RoleReporting}}, ""},
		{"nobody", programme.Actor{}, ""},
	} {
		for _, step := range r.Steps() {
			forbidden := programme.KindOf(programme.MayNow(r, c.actor, step, "2026-11-26")) == programme.Forbidden
			if mine := slices.Contains(strings.Fields(c.steps), string(step)); mine == forbidden {
				t.Errorf("%s: %s is forbidden: %v", c.name, step, forbidden)
			}
		}
	}
}

func TestWhatFieldworkNeeds(t *testing.T) {
	t.Parallel()
	blank := "\u2003\u200b"
	for want, change := range map[string]func(*programme.PeerReview){
		"/scope no_scope":                  func(r *programme.PeerReview) { r.Scope = &blank },
		"/scopeAgreedOn scope_not_agreed":  func(r *programme.PeerReview) { r.ScopeAgreedOn = nil },
		"/kloes no_kloe":                   func(r *programme.PeerReview) { r.KLOEs = nil },
		"/fieldworkDays no_fieldwork_days": func(r *programme.PeerReview) { r.FieldworkDays = nil },
		"/team team_size":                  func(r *programme.PeerReview) { r.Team = r.Team[:3] },
		"/team team_size ":                 func(r *programme.PeerReview) { r.Team = append(r.Team, make([]programme.TeamMember, 3)...) },
		"/team no_lead":                    func(r *programme.PeerReview) { r.Team[0].Lead = false },
		"/team no_lead ":                   func(r *programme.PeerReview) { r.Team[0].Role = programme.HeadOfService },
	} {
		r := reviewOfLambeth(programme.ReviewPreparing)
		change(r)
		err := r.May(theTeam, programme.StartFieldwork)
		if e, ok := errors.AsType[*programme.Error](err); !ok || e.Kind != programme.Conflict || e.Code != "not_ready_for_fieldwork" {
			t.Errorf("%s: %v", want, err)
		}
		if got := codesOf(err); !slices.Equal(got, []string{strings.TrimSpace(want)}) {
			t.Errorf("faults %v, want %s", got, want)
		}
	}
	all := codesOf((&programme.PeerReview{State: programme.ReviewPreparing}).May(theTeam, programme.StartFieldwork))
	if len(all) != 6 {
		t.Errorf("an empty review lacks %v", all)
	}
	r := reviewOfLambeth(programme.ReviewPreparing)
	r.Team[0].Lead, r.Team[2].Lead = false, true // an assistant director
	r.Team = append(r.Team, make([]programme.TeamMember, 2)...)
	if err := r.May(theTeam, programme.StartFieldwork); err != nil {
		t.Errorf("six people led by an assistant director: %v", err)
	}
}

// TestFieldworkKeepsWhatItNeeds: what the review had cannot be taken away once
// fieldwork has begun; a review that never had it can still be corrected.
func TestFieldworkKeepsWhatItNeeds(t *testing.T) {
	t.Parallel()
	for state, want := range map[programme.ReviewState]bool{
		programme.ReviewPreparing: true, programme.ReviewFieldwork: false, programme.ReviewFollowUp: false, programme.ReviewCancelled: true,
	} {
		r := reviewOfLambeth(state)
		r.Equip()
		r.KLOEs = nil
		if err := r.Check(); (err == nil) != want || err != nil && !slices.Equal(codesOf(err), []string{"/kloes no_kloe"}) {
			t.Errorf("%s without lines of enquiry: %v", state, err)
		}
	}
	r := reviewOfLambeth(programme.ReviewReported)
	r.Team = nil
	r.Equip()
	r.KLOEs = nil
	if err := r.Check(); err != nil {
		t.Errorf("a review whose team is not known: %v", err)
	}
}

func TestReportAndAnswersComeFirst(t *testing.T) {
	t.Parallel()
	for step, state := range map[programme.Step]programme.ReviewState{programme.CheckFacts: programme.ReviewFieldwork, programme.Finalise: programme.ReviewFactualAccuracy} {
		r, blank := reviewOfLambeth(state), "\n"
		r.Report = &blank
		if e, ok := errors.AsType[*programme.Error](r.May(theTeam, step)); !ok || e.Kind != programme.Conflict || e.Code != "no_report" {
			t.Errorf("%s without a report: %v", step, e)
		}
		r.ReportLinks = []programme.Link{{Title: "Report", URL: "https://example.org/report.pdf"}}
		if err := r.May(theTeam, step); err != nil {
			t.Errorf("%s with a linked report: %v", step, err)
		}
	}
	r := reviewOfLambeth(programme.ReviewFollowUp)
	r.Unanswered = 2
	if e, ok := errors.AsType[*programme.Error](r.May(theTeam, programme.Close)); !ok || e.Code != "findings_unanswered" || !strings.Contains(e.Detail, "2 of") {
		t.Errorf("closing with unanswered findings: %v", e)
	}
}

func TestDaysOfAReport(t *testing.T) {
	t.Parallel()
	move := func(r *programme.PeerReview, step programme.Step) {
		t.Helper()
		actor := theTeam
		actor.Reason = "A correction"
		if err := r.Move(actor, step, today); err != nil {
			t.Fatal(err)
		}
	}
	r := reviewOfLambeth(programme.ReviewFactualAccuracy)
	move(r, programme.Finalise)
	if *r.ReportedOn != today || r.ProgressReviewOn != nil {
		t.Errorf("reported on %s, progress review on %v", *r.ReportedOn, r.ProgressReviewOn)
	}
	move(r, programme.Reopen)
	if r.State != programme.ReviewFactualAccuracy || r.ReportedOn != nil || r.ProgressReviewOn != nil {
		t.Errorf("reopened: %s %v %v", r.State, r.ReportedOn, r.ProgressReviewOn)
	}
	agreed := programme.Date("2027-01-15")
	r.ProgressReviewOn = &agreed
	move(r, programme.Finalise)
	move(r, programme.Reopen)
	if r.ProgressReviewOn == nil || *r.ProgressReviewOn != agreed {
		t.Error("a progress review that was agreed on has moved")
	}
}

func TestReviewNamesEveryFault(t *testing.T) {
	t.Parallel()
	early, nine, ten := programme.Date("2026-11-03"), "09:00", "10:00"
	r := reviewOfLambeth(programme.ReviewPreparing)
	r.Cycle, r.KLOEs = "2026-28", []string{"How?", "How?"}
	r.FieldworkDays, r.PresentationOn = []programme.Date{"2026-11-04", "2026-11-03", "2026-11-04"}, &early
	r.Team[1].ParticipantID, r.Team[1].Lead = r.Team[0].ParticipantID, true
	r.Team[2].Borough = &r.Host
	unknown := "9"
	r.Team[3] = programme.TeamMember{ParticipantID: &unknown}
	r.Sessions = []programme.ReviewSession{{Day: "2026-11-03", StartTime: &nine, EndTime: &ten}, {Day: "2026-11-05", StartTime: &ten, EndTime: &nine}, {Day: "2026-11-04", StartTime: &ten, EndTime: &ten}}
	err := r.Check()
	want := []string{
		"/cycle cycle", "/kloes/1 repeated", "/team/1/participantId repeated", "/team/1/lead second_lead", "/team/2 from_host", "/team/3/participantId unknown_value",
		"/fieldworkDays/1 order", "/fieldworkDays/2 repeated", "/presentationOn order", "/sessions/1/day outside_fieldwork", "/sessions/1/endTime order", "/sessions/2/endTime order",
	}
	if got := codesOf(err); !slices.Equal(got, want) {
		t.Errorf("faults\n%v, want\n%v", got, want)
	}
	if e, _ := errors.AsType[*programme.Error](err); e == nil || !strings.Contains(e.Faults[4].Detail, "Person 3") {
		t.Errorf("the person from the host is not named: %v", err)
	}
	r = reviewOfLambeth(programme.ReviewPreparing)
	r.PresentationOn = &r.FieldworkDays[1]
	if err := r.Check(); err != nil {
		t.Errorf("a review in order: %v", err)
	}
	if err := (&programme.PeerReview{Cycle: "2026-27"}).Check(); err != nil {
		t.Errorf("a review that has only been proposed: %v", err)
	}
}

func TestTeamIsAsItWasOnJoining(t *testing.T) {
	t.Parallel()
	r := reviewOfLambeth(programme.ReviewPreparing)
	first, second, fresh := "1", "3", "5"
	r.Choose([]programme.TeamMember{{ParticipantID: &second, Lead: true}, {ParticipantID: &first}, {ParticipantID: &fresh}})
	if len(r.Team) != 3 || r.Team[0].Role != programme.AssistantDirector || !r.Team[0].Lead || r.Team[1].Lead || *r.Team[1].Borough != "E09000008" || r.Team[2].Role != "" {
		t.Errorf("chosen: %+v", r.Team)
	}
	borough := "E09000030"
	r.Team[2].Join(programme.Participant{Name: "Sam", Role: programme.PracticeLeader, Borough: &borough})
	if m := r.Team[2]; m.Role != programme.PracticeLeader || *m.Borough != borough || *m.Name != "Sam" || *m.ParticipantID != fresh {
		t.Errorf("joined: %+v", m)
	}
	before := r.Team
	r.Leave(first)
	if m := r.Team[1]; m.ParticipantID != nil || m.Name != nil || m.Role != programme.DirectorOfChildrensServices || *m.Borough != "E09000008" {
		t.Errorf("left: %+v", m)
	}
	if before[1].ParticipantID == nil || r.Team[0].ParticipantID == nil {
		t.Error("a removal reaches beyond the person")
	}
	if got := r.Visitors(); !slices.Equal(got, []string{"E09000028", "E09000008", "E09000030"}) {
		t.Errorf("visitors %v", got)
	}
}

func TestCommentsAreOnlyAdded(t *testing.T) {
	t.Parallel()
	r, at := reviewOfLambeth(programme.ReviewFactualAccuracy), time.Unix(1, 0).UTC()
	r.Comment(at, "First")
	held := r.HostComments
	r.Comment(at.Add(time.Second), "Second")
	if len(held) != 1 || len(r.HostComments) != 2 || r.HostComments[0] != held[0] || r.HostComments[1].Text != "Second" {
		t.Errorf("%+v then %+v", held, r.HostComments)
	}
}

// TestWhoSeesAReview: its parties always, others as the host publishes it and no
// sooner than it is reported.
func TestWhoSeesAReview(t *testing.T) {
	t.Parallel()
	parties := programme.Parties("E09000022", "E09000008", "E09000028")
	for _, state := range []programme.ReviewState{programme.ReviewProposed, programme.ReviewFieldwork, programme.ReviewFactualAccuracy, programme.ReviewCancelled, programme.ReviewReported, programme.ReviewFollowUp, programme.ReviewClosed} {
		published := slices.Contains([]programme.ReviewState{programme.ReviewReported, programme.ReviewFollowUp, programme.ReviewClosed}, state)
		for publication, want := range map[programme.Publication]programme.Audience{
			programme.PublishedToParties: parties, programme.PublishedToBoroughs: programme.EveryBorough(), programme.PublishedToEveryone: programme.Everyone(),
		} {
			if !published {
				want = parties
			}
			r := reviewOfLambeth(state)
			r.Publication = publication
			if got := r.Readers(); !slices.Equal(got, want) {
				t.Errorf("%s published to %s is seen by %v, want %v", state, publication, got, want)
			}
			if got := r.Confidants(); !slices.Equal(got, parties) {
				t.Errorf("%s published to %s is read whole by %v", state, publication, got)
			}
		}
	}
}

func TestAddMonths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from programme.Date
		n    int
		want programme.Date
	}{
		{"2026-04-30", 10, "2027-02-28"}, {"2027-04-30", 10, "2028-02-29"}, {"2026-01-31", 1, "2026-02-28"}, {"2026-03-31", 1, "2026-04-30"},
		{"2026-02-28", 12, "2027-02-28"}, {"2026-12-15", 1, "2027-01-15"}, {"2026-05-31", 0, "2026-05-31"}, {"2026-01-29", 13, "2027-02-28"},
	} {
		if got := c.from.AddMonths(c.n); got != c.want {
			t.Errorf("%d months after %s is %s, want %s", c.n, c.from, got, c.want)
		}
	}
}

// TestAHostCommentsSoOften and no more, which is said before it writes another.
func TestAHostCommentsSoOften(t *testing.T) {
	t.Parallel()
	host := programme.Actor{Subject: "x", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000022"}
	r := programme.PeerReview{Host: "E09000022", State: programme.ReviewFactualAccuracy, HostComments: make([]programme.HostComment, 199)}
	if err := programme.MayNow(&r, host, programme.CommentOnFacts, "2026-11-26"); err != nil {
		t.Errorf("the last comment: %v", err)
	}
	r.Comment(time.Time{}, "The last word.")
	if refused := programme.Refusal(&r, host, programme.CommentOnFacts, "2026-11-26"); refused == nil || refused.Code != programme.CodeWrongState {
		t.Errorf("one more is refused with %v", refused)
	}
}
