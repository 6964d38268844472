package server_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"peerchallenge/api"
	"peerchallenge/pkg/auth"
	"peerchallenge/pkg/programme"
)

const (
	exampleAuthorisation = "01932b7e-0000-7000-8000-000000000041"
	authorisationsList   = "/v1/authorisations"
)

var _ = standIn(authorisationsList, exampleAuthorisation, func(w *world) string {
	return w.somebody("dcs-lambeth", own, programme.RoleBoroughLead).post(authorisationsList, named(own, "officer-7", w.yesterday().AddDays(200))).id()
})

// named is the body that authorises somebody whom the built-in issuer names.
func named(borough, subject string, until programme.Date) string {
	return `{"borough":"` + borough + `","document":"benchmarking_submission","issuer":"http://test","subject":"` + subject + `","until":"` + string(until) + `"}`
}

// somebody is a person whom the built-in issuer names, with a token that was issued now.
func (w *world) somebody(subject, borough string, roles ...programme.Role) caller {
	w.t.Helper()
	return w.somebodySince(subject, borough, 0, roles...)
}

// somebodySince is the same with a token that was issued a while ago.
func (w *world) somebodySince(subject, borough string, ago time.Duration, roles ...programme.Role) caller {
	w.t.Helper()
	issuer := auth.NewAuthority(w.store, "http://test", "peerchallenge", func() time.Time { return w.clock().Add(-ago) })
	token, err := issuer.Token(w.t.Context(), programme.Actor{Subject: subject, Borough: borough, Roles: roles}, time.Hour)
	return caller{w, must(w, token, err)}
}

// soon is a day that has not come.
func (w *world) soon() programme.Date { return w.yesterday().AddDays(30) }

// TestALeadAuthorises: an editor submits in place of a lead, and what was submitted says
// in which role and on whose authority. Whom it names, the borough alone reads.
func TestALeadAuthorises(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, team, neighbour := w.as(programme.RoleBoroughLead, own), w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, group)
	editor, another := w.somebody("ann", own, programme.RoleBoroughEditor), w.somebody("bob", own, programme.RoleBoroughEditor)
	path := "/v1/benchmarking-submissions/" + w.drafted(w.opened())

	lead.post(authorisationsList, strings.Replace(named(own, "ann", w.soon()), "benchmarking_submission", "self_evaluation", 1)).want(201)
	editor.does(path, "submit", "").problem(403, "no_authority")
	wantStep(t, editor.get(path), "submit", false, "no_authority")
	given := lead.post(authorisationsList, named(own, "ann", w.soon()))
	at := authorisationsList + "/" + given.id()
	wantStep(t, editor.get(path), "submit", true, "")
	another.does(path, "submit", "").problem(403, "no_authority")
	wantStep(t, another.get(path), "submit", false, "no_authority")
	editor.does(path, "submit", "").want(200)

	var v api.BenchmarkingVersion
	team.get(path + "/versions/1").want(200).into(&v)
	if v.SubmittedBy != "borough-editor" || *v.OnAuthorityOf != "borough-lead" || *v.AuthorisationId != idIn(at) || v.ReceiptId == nil {
		t.Errorf("%+v", v)
	}
	var r api.Receipt
	team.get("/v1/receipts/" + *v.ReceiptId).want(200).into(&r)
	if r.Statement != "Submitted by a borough-editor of Lambeth on authority of a borough-lead of Lambeth." || *r.AuthorisationId != idIn(at) || r.Subject != "ann" {
		t.Errorf("%+v", r)
	}

	for who, names := range map[caller]bool{lead: true, editor: true, team: false, w.sender(): false} {
		var a api.Authorisation
		who.get(at).want(200).into(&a)
		if (a.Subject != nil) != names || a.State != api.AuthorisationStateHolds {
			t.Errorf("somebody reads %+v", a)
		}
	}
	neighbour.get(at).problem(404, "not_found")
	if n := len(idsIn(t, neighbour.get(authorisationsList))); n != 0 {
		t.Errorf("a neighbour is shown %d authorisations", n)
	}
	if n := len(idsIn(t, lead.get(authorisationsList+"?document=benchmarking_submission"))); n != 1 {
		t.Errorf("%d authorisations are for returns, want 1", n)
	}
}

// TestWhatIsNoAuthorisation: who gives what is not theirs to give, or says too little.
func TestWhatIsNoAuthorisation(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, ofOthers := w.as(programme.RoleBoroughLead, own), w.machine(group).ID
	until := string(w.soon())
	lead.post(authorisationsList, named(group, "ann", w.soon())).problem(403, "not_yours")
	w.as(programme.RoleBoroughEditor, own).post(authorisationsList, named(own, "ann", w.soon())).problem(403, "role")
	w.as(programme.RoleProgramme, "").post(authorisationsList, named(own, "ann", w.soon())).problem(403, "role")
	for body, want := range map[string]string{
		`"until":"` + until + `"`:                        "/clientId one_of",
		`"issuer":"http://test","until":"` + until + `"`: "/clientId one_of",
		`"subject":"ann","until":"` + until + `"`:        "/clientId one_of",
		`"issuer":"http://test","subject":"ann","clientId":"` + ofOthers + `","until":"` + until + `"`: "/clientId one_of",
		`"clientId":"` + ofOthers + `","until":"` + until + `"`:                                        "/clientId unknown_value",
		`"clientId":"` + exampleClient + `","until":"` + until + `"`:                                   "/clientId unknown_value",
		`"issuer":"http://test","subject":"ann","until":"` + string(w.yesterday()) + `"`:               "/until order",
	} {
		got := lead.post(authorisationsList, `{"borough":"`+own+`","document":"benchmarking_submission",`+body+`}`).problem(422, "invalid")
		if !slices.Contains(got, want) {
			t.Errorf("%s has the faults %q, want %s", body, got, want)
		}
	}
	lead.post(authorisationsList, named(own, "ann", w.yesterday().AddDays(1))).want(201) // for today
}

// TestASharedServiceSubmitsForWhoHasAuthorisedIt: it acts for two boroughs, each of which
// authorises it or does not, and what it has submitted says so. Where one has withdrawn that,
// or whoever gave it is a lead no more, it submits for the other alone.
func TestASharedServiceSubmitsForWhoHasAuthorisedIt(t *testing.T) {
	t.Parallel()
	w := lean(t)
	quarter, machine := w.opened(), w.machine(own, other)
	shared := machine.signIn()
	authorise := func(borough string) (at string) {
		t.Helper()
		return authorisationsList + "/" + w.somebody("dcs-"+borough, borough, programme.RoleBoroughLead).post(authorisationsList,
			`{"borough":"`+borough+`","document":"benchmarking_submission","clientId":"`+machine.ID+`","until":"`+string(w.soon())+`"}`).id()
	}
	path := map[string]string{}
	send := func(borough, quarter string) {
		t.Helper()
		shared.send(http.MethodPut, returnAt(borough, quarter), w.whole(), "If-None-Match", "*").want(201)
		path[borough] = "/v1/benchmarking-submissions/" + stateOf(t, shared, returnAt(borough, quarter)).Id
	}
	send(own, quarter)
	send(other, quarter)
	at := authorise(own)
	shared.does(path[other], "submit", "").problem(403, "no_authority")
	wantStep(t, shared.get(path[other]), "submit", false, "no_authority")
	wantStep(t, shared.get(path[own]), "submit", true, "")
	shared.does(path[own], "submit", "").want(200)
	var r api.Receipt
	shared.get("/v1/receipts/" + *stateOf(t, shared, path[own]).ReceiptId).want(200).into(&r)
	if r.Statement != "Submitted by a borough-system of Lambeth on authority of a borough-lead of Lambeth." || r.Subject != machine.ID || *r.AuthorisationId != idIn(at) {
		t.Errorf("%+v", r)
	}
	authorise(other)
	shared.does(path[other], "submit", "").want(200)

	// Somebody whom an issuer gives the client's id as a name is not the client.
	again := "/v1/benchmarking-submissions/" + w.drafted(w.opened())
	w.somebody(machine.ID, own, programme.RoleBoroughEditor).does(again, "submit", "").problem(403, "no_authority")
	shared.does(again, "submit", "").want(200)

	// One lead withdraws it, and the other is an editor now.
	quarter = w.opened()
	send(own, quarter)
	send(other, quarter)
	w.as(programme.RoleBoroughLead, own).does(at, "withdraw", "").want(200)
	shared.does(path[own], "submit", "").problem(403, "no_authority")
	wantStep(t, shared.get(path[other]), "submit", true, "")
	w.upToDate()
	w.somebody("dcs-"+other, other, programme.RoleBoroughEditor).get("/v1/me").want(200)
	shared.does(path[other], "submit", "").problem(403, "no_authority")
	w.as(programme.RoleBoroughLead, other).does(path[other], "submit", "").want(200)
}

// TestWhatEndsAnAuthority: each case has one that holds, which the deed ends or does not.
func TestWhatEndsAnAuthority(t *testing.T) {
	t.Parallel()
	w := lean(t)
	for _, c := range []struct {
		what  string
		deed  func(w *world, giver, at string)
		state api.AuthorisationState
	}{
		{"nothing", func(*world, string, string) {}, api.AuthorisationStateHolds},
		{"the giver comes again as what they are", func(w *world, giver, _ string) {
			w.somebody(giver, own, programme.RoleBoroughLead).get("/v1/me").want(200)
		}, api.AuthorisationStateHolds},
		{"somebody else comes with no role of a lead", func(w *world, giver, _ string) {
			w.somebody(giver+"-too", own, programme.RoleBoroughEditor).get("/v1/me").want(200)
		}, api.AuthorisationStateHolds},
		{"a token comes that was issued before", func(w *world, giver, _ string) {
			w.somebodySince(giver, own, 10*time.Minute, programme.RoleBoroughEditor).get("/v1/me").want(200)
		}, api.AuthorisationStateHolds},
		{"the giver is an editor now", func(w *world, giver, _ string) {
			w.somebody(giver, own, programme.RoleBoroughEditor).get("/v1/me").want(200)
		}, api.AuthorisationStateRoleLost},
		{"the giver leads another borough now", func(w *world, giver, _ string) {
			w.somebody(giver, group, programme.RoleBoroughLead).get("/v1/me").want(200)
		}, api.AuthorisationStateRoleLost},
		{"the giver comes for something that is refused", func(w *world, giver, _ string) {
			w.somebody(giver, "", programme.RoleReporting).post(authorisationsList, `{}`).problem(403, "role")
		}, api.AuthorisationStateRoleLost},
		{"another lead of the borough withdraws it", func(w *world, _, at string) {
			w.somebody("successor", own, programme.RoleBoroughLead).does(at, "withdraw", "").want(200)
		}, api.AuthorisationStateWithdrawn},
		{"the giver's issuer is trusted no more", func(w *world, _, at string) {
			w.ownerDoes("UPDATE authorisations SET giver_issuer = 'https://left.example.org' WHERE id = '" + idIn(at) + "'")
		}, api.AuthorisationStateIssuerUntrusted},
	} {
		t.Run(strings.ReplaceAll(c.what, " ", "_"), func(t *testing.T) {
			w := w.in(t)
			giver, holder := "dcs-"+t.Name(), "ann-"+t.Name()
			lead, editor := w.somebody(giver, own, programme.RoleBoroughLead), w.somebody(holder, own, programme.RoleBoroughEditor)
			path := "/v1/benchmarking-submissions/" + w.drafted(w.opened())
			at := authorisationsList + "/" + lead.post(authorisationsList, named(own, holder, w.soon())).id()
			wantStep(t, editor.get(path), "submit", true, "")
			w.upToDate()
			c.deed(w, giver, at)
			var a api.Authorisation
			editor.get(at).want(200).into(&a)
			if a.State != c.state {
				t.Fatalf("its state is %s, want %s", a.State, c.state)
			}
			if c.state == api.AuthorisationStateHolds {
				wantStep(t, editor.get(path), "submit", true, "")
				editor.does(path, "submit", "").want(200)
				return
			}
			wantStep(t, editor.get(path), "submit", false, "no_authority")
			editor.does(path, "submit", "").problem(403, "no_authority")
			if c.state == api.AuthorisationStateIssuerUntrusted {
				return // where it is trusted again, it holds again
			}
			// It does not come back with the role, and is not ended twice.
			w.somebody(giver, own, programme.RoleBoroughLead).get("/v1/me").want(200)
			editor.does(path, "submit", "").problem(403, "no_authority")
			w.somebody("successor", own, programme.RoleBoroughLead).does(at, "withdraw", "").problem(409, "wrong_state")
			if n := w.ownerGets("SELECT count(*)::text FROM audit_entries WHERE noun = 'authorisation' AND key = '" + idIn(at) + "'"); n != "2" {
				t.Errorf("the audit has %s entries of it, want its giving and its end", n)
			}
		})
	}
}

// upToDate waits until the service holds the present state of who may call: it asks for
// that before it refuses a client that it does not know.
func (w *world) upToDate() {
	w.t.Helper()
	w.grant("grant_type=client_credentials&client_secret=x&client_id="+uuid.NewString(), "").want(401)
}

// TestAnAuthorisationEndsWithItsDay: the day is London's.
func TestAnAuthorisationEndsWithItsDay(t *testing.T) {
	t.Parallel()
	w, turn := startByHand(t, leanDatabase(t), time.Date(2027, 6, 1, 12, 0, 0, 0, time.UTC))
	path := "/v1/benchmarking-submissions/" + w.drafted("practice")
	at := authorisationsList + "/" + w.as(programme.RoleBoroughLead, own).post(authorisationsList, named(own, "ann", "2027-06-30")).id()
	for _, c := range []struct {
		at     time.Time
		holds  bool
		status int
		state  api.AuthorisationState
	}{
		{time.Date(2027, 6, 30, 23, 0, 0, 0, time.UTC), false, 403, api.AuthorisationStateExpired},
		{time.Date(2027, 6, 30, 22, 59, 59, 0, time.UTC), true, 200, api.AuthorisationStateHolds},
	} {
		turn(c.at)
		editor := w.somebody("ann", own, programme.RoleBoroughEditor)
		var a api.Authorisation
		editor.get(at).want(200).into(&a)
		if a.State != c.state {
			t.Errorf("at %s it is %s, want %s", c.at, a.State, c.state)
		}
		wantStep(t, editor.get(path), "submit", c.holds, map[bool]string{false: "no_authority"}[c.holds])
		editor.does(path, "submit", "").want(c.status)
	}
	turn(time.Date(2027, 6, 30, 23, 0, 0, 0, time.UTC))
	w.as(programme.RoleBoroughLead, own).does(at, "withdraw", "").problem(409, "wrong_state")
}

// TestWhoWithdrawsFirst: a withdrawal that another process is about to commit is waited
// for, and then holds.
func TestWhoWithdrawsFirst(t *testing.T) {
	t.Parallel()
	w := lean(t)
	editor := w.somebody("ann", own, programme.RoleBoroughEditor)
	path := "/v1/benchmarking-submissions/" + w.drafted(w.opened())
	id := w.as(programme.RoleBoroughLead, own).post(authorisationsList, named(own, "ann", w.soon())).id()
	owner, err := pgx.Connect(t.Context(), w.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(context.WithoutCancel(t.Context())) })
	tx, err := owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "UPDATE authorisations SET ending = 'withdrawn', ended_at = now() WHERE id = $1", id); err != nil {
		t.Fatal(err)
	}
	etag := editor.get(path).header.Get("ETag")
	answered := make(chan answer)
	go func() { answered <- editor.send(http.MethodPost, path+"/submit", "", "If-Match", etag) }()
	w.eventually("the submission waits", func() bool {
		return w.ownerGets("SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") != "0"
	})
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	(<-answered).problem(403, "no_authority")
	if n := w.ownerGets("SELECT count(*)::text FROM benchmarking_versions v JOIN receipts r ON r.id = v.receipt_id WHERE v.submission_id = '" + idIn(path) + "'"); n != "0" {
		t.Errorf("%s versions were submitted", n)
	}
}

// TestTwoSubmitAtOnce: one of them does, and there is one version with one receipt.
func TestTwoSubmitAtOnce(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, editor := w.as(programme.RoleBoroughLead, own), w.somebody("ann", own, programme.RoleBoroughEditor)
	path := "/v1/benchmarking-submissions/" + w.drafted(w.opened())
	lead.post(authorisationsList, named(own, "ann", w.soon())).want(201)
	etag := lead.get(path).header.Get("ETag")
	var both sync.WaitGroup
	var statuses [2]int
	for i, c := range []caller{lead, editor} {
		both.Go(func() { statuses[i] = c.send(http.MethodPost, path+"/submit", "", "If-Match", etag).status })
	}
	both.Wait()
	slices.Sort(statuses[:])
	if statuses != [2]int{200, 412} {
		t.Errorf("they are answered %d", statuses)
	}
	if n := w.ownerGets("SELECT count(*)::text FROM benchmarking_versions v JOIN receipts r ON r.id = v.receipt_id AND r.number = v.number WHERE v.submission_id = '" + idIn(path) + "'"); n != "1" {
		t.Errorf("there are %s versions with a receipt", n)
	}
}
