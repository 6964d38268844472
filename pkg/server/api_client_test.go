package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

const (
	exampleClient     = "01932b7e-0000-7000-8000-000000000021"
	exampleReadKey    = "01932b7e-0000-7000-8000-000000000022"
	exampleRevocation = "01932b7e-0000-7000-8000-000000000023"
	exampleSecret     = "01932b7e-0000-7000-8000-000000000024"

	clientsList = "/v1/api-clients"
)

var (
	_ = standIn(clientsList, exampleClient, func(w *world) string { return w.machine("E09000022").ID })
	_ = standIn("/v1/token-revocations", exampleRevocation, func(w *world) string {
		made, err := w.store.CreateTokenRevocation(w.t.Context(), team, programme.TokenRevocation{Issuer: "https://login.example.org", Subject: "former-officer"})
		return must(w, made, err).ID
	})
	// A secret stands for nothing by itself, but for one of the client of the examples.
	_ = func() bool {
		standIns[exampleSecret] = func(w *world) string {
			c, err := w.store.APIClient(w.t.Context(), team, w.standing(exampleClient))
			return must(w, c, err).Secrets[0].ID
		}
		return true
	}()
)

// machine is a client with a secret, for the boroughs.
func (w *world) machine(boroughs ...string) client {
	w.t.Helper()
	c := programme.APIClient{Name: "Case management", Role: programme.RoleBoroughSystem, Boroughs: boroughs, Operations: []string{}, Keys: []programme.PublicKey{}}
	if len(boroughs) == 0 {
		c.Role, c.Boroughs = programme.RoleReporting, []string{}
	}
	made, err := w.store.CreateAPIClient(w.t.Context(), team, c)
	made, secret, err2 := w.store.AddClientSecret(w.t.Context(), team, must(w, made, err).ID, made.Version)
	return client{w, must(w, made, err2), secret.Text}
}

// client is a machine that calls the service, and its secret.
type client struct {
	w *world
	programme.APIClient
	secret string
}

// signIn gets a token as most libraries do.
func (c client) signIn() caller {
	c.w.t.Helper()
	return caller{c.w, c.w.grant("grant_type=client_credentials&client_id="+c.ID+"&client_secret="+c.secret, "").token()}
}

// TestAClientSignsInAndActsForItsBorough is the life of a borough's system: its
// director registers it, it signs in, reads what the borough may, changes from one
// secret to another while it goes on, and is ended.
func TestAClientSignsInAndActsForItsBorough(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead := w.as(programme.RoleBoroughLead, "E09000022")
	path := clientsList + "/" + lead.post(clientsList, `{"name":"Case management","role":"borough-system","boroughs":["E09000022"]}`).id()
	id := strings.TrimPrefix(path, clientsList+"/")

	type shown struct {
		Secret string
		Client struct{ Secrets []struct{ ID, Hint string } }
	}
	var first, second shown
	added := lead.change(http.MethodPost, path+"/secrets", "")
	added.want(200).into(&first)
	if !programme.LooksLikeSecret(programme.ClientSecretKind, first.Secret) || first.Client.Secrets[0].Hint != first.Secret[:8] {
		t.Errorf("the secret is %+v", first)
	}
	system := client{w, programme.APIClient{Head: programme.Head{ID: id}}, first.Secret}.signIn()
	system.get("/v1/findings").want(200)
	system.get("/v1/boroughs").want(200)
	system.post("/v1/findings", `{}`).problem(403, "role")

	lead.change(http.MethodPost, path+"/secrets", "").want(200).into(&second)
	lead.change(http.MethodPost, path+"/secrets", "").problem(409, "two_secrets")
	for _, secret := range []string{first.Secret, second.Secret} {
		client{w, programme.APIClient{Head: programme.Head{ID: id}}, secret}.signIn().get("/v1/findings").want(200)
	}
	lead.change(http.MethodDelete, path+"/secrets/"+first.Client.Secrets[0].ID, "").want(200)
	w.eventually("the ended secret is refused", func() bool {
		return w.grant("grant_type=client_credentials&client_id="+id+"&client_secret="+first.Secret, "").status == 401
	})
	client{w, programme.APIClient{Head: programme.Head{ID: id}}, second.Secret}.signIn().get("/v1/findings").want(200)

	lead.change(http.MethodDelete, path, "").want(204)
	w.eventually("the ended client's token is refused", func() bool { return system.get("/v1/findings").status == 401 })
	system.get("/v1/findings").problem(401, "client_ended")
	if r := w.grant("grant_type=client_credentials&client_id="+id+"&client_secret="+second.Secret, ""); r.status != 401 {
		t.Errorf("an ended client is granted a token: %d", r.status)
	}
	if left := w.ownerGets("SELECT count(*)::text FROM secrets"); left != "0" {
		t.Errorf("%s secrets of an ended client are left", left)
	}
}

// eventually waits for what every process does within ten seconds.
func (w *world) eventually(what string, holds func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			w.t.Fatalf("not within ten seconds: %s", what)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// TestWhoKeepsWhichClients: a director those that act for the borough alone, the team
// all; and no client is anything but a machine.
func TestWhoKeepsWhichClients(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, "E09000022")
	for body, problem := range map[string]string{
		`{"name":"x","role":"borough-system","boroughs":["E09000028"]}`:             "not_yours",
		`{"name":"x","role":"borough-system","boroughs":["E09000022","E09000028"]}`: "not_yours",
		`{"name":"x","role":"reporting"}`:                                           "not_yours",
	} {
		lead.post(clientsList, body).problem(403, problem)
		manager.post(clientsList, body).want(201)
	}
	shared := w.machine("E09000022", "E09000028")
	lead.get(clientsList + "/" + shared.ID).want(200)
	lead.change(http.MethodDelete, clientsList+"/"+shared.ID, "").problem(403, "not_yours")
	own := clientsList + "/" + lead.post(clientsList, `{"name":"x","role":"borough-system","boroughs":["E09000022"]}`).id()
	lead.change(http.MethodPatch, own, `{"boroughs":["E09000022","E09000028"]}`).problem(403, "not_yours")

	for body, fault := range map[string]string{
		`{"name":"x","role":"borough-system"}`:                                                                "/boroughs required",
		`{"name":"x","role":"reporting","boroughs":["E09000022"]}`:                                            "/boroughs not_allowed",
		`{"name":"x","role":"borough-system","boroughs":["E09000022","E09000022"]}`:                           "/boroughs/1 repeated",
		`{"name":"x","role":"borough-system","boroughs":["E09000099"]}`:                                       "/boroughs/0 unknown_value",
		`{"name":"x","role":"programme"}`:                                                                     "/role enum",
		`{"name":"x","role":"borough-lead","boroughs":["E09000022"]}`:                                         "/role enum",
		`{"name":"x","role":"reporting","operations":["listEverything"]}`:                                     "/operations/0 unknown_value",
		`{"name":"x","role":"reporting","operations":["listBoroughs","deleteEvent"]}`:                         "/operations/1 not_allowed",
		`{"name":"x","role":"reporting","keys":[{"kid":"1","kty":"RSA","n":"AQAB","e":"AQAB"}]}`:              "/keys/0 key",
		`{"name":"x","role":"reporting","keys":[{"kid":"1","kty":"OKP","crv":"P-256","x":"AAAA"}]}`:           "/keys/0 key",
		`{"name":"x","role":"reporting","keys":[{"kid":"1","kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}]}`: "/keys/0 key",
	} {
		if got := manager.post(clientsList, body).problem(422, "invalid"); len(got) != 1 || got[0] != fault {
			t.Errorf("%s: %v, not %s", body, got, fault)
		}
	}
}

// TestAClientDoesOnlyWhatItIsRegisteredFor: of its role's operations those that it
// names, and what it is now and not what it was when its token was issued.
func TestAClientDoesOnlyWhatItIsRegisteredFor(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager, machine := w.as(programme.RoleProgramme, ""), w.machine("E09000022")
	path, system := clientsList+"/"+machine.ID, machine.signIn()
	system.get("/v1/findings").want(200)
	manager.change(http.MethodPatch, path, `{"operations":["listBoroughs"]}`).want(200)
	w.eventually("the change holds", func() bool { return system.get("/v1/findings").status == 403 })
	system.get("/v1/findings").problem(403, "operation_not_allowed")
	system.get("/v1/boroughs").want(200)

	manager.change(http.MethodPatch, path, `{"operations":[],"expiresAt":"`+w.clock().Add(-time.Second).Format(time.RFC3339)+`"}`).want(200)
	w.eventually("the suspension holds", func() bool { return system.get("/v1/boroughs").status == 401 })
	system.get("/v1/boroughs").problem(401, "client_ended")
	manager.change(http.MethodPatch, path, `{"expiresAt":null}`).want(200)
	w.eventually("the suspension is over", func() bool { return system.get("/v1/boroughs").status == 200 })
}

// TestAClientOfTwoBoroughs sees what either may see, and stops seeing what is of one
// that it acts for no longer.
func TestAClientOfTwoBoroughs(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")
	for _, borough := range []string{"E09000022", "E09000028", "E09000008"} {
		w.person("Of "+borough, programme.AssistantDirector, borough)
	}
	machine := w.machine("E09000022", "E09000028")
	system := machine.signIn()
	if body := system.get("/v1/participants").want(200).body; !strings.Contains(body, "Of E09000022") || !strings.Contains(body, "Of E09000028") || strings.Contains(body, "Of E09000008") {
		t.Errorf("it sees %s", body)
	}
	manager.change(http.MethodPatch, clientsList+"/"+machine.ID, `{"boroughs":["E09000028"]}`).want(200)
	w.eventually("the borough is gone", func() bool { return !strings.Contains(system.get("/v1/participants").body, "Of E09000022") })
	if body := system.get("/v1/participants").want(200).body; !strings.Contains(body, "Of E09000028") {
		t.Errorf("it sees %s", body)
	}
}

// TestNothingTellsASecret: neither log, audit, feed nor lists, nor the database.
func TestNothingTellsASecret(t *testing.T) {
	t.Parallel()
	w, _, log := logging(t)
	machine, key := w.machine("E09000022"), w.readKey("E09000022")
	manager := w.as(programme.RoleProgramme, "")
	machine.signIn().get("/v1/boroughs").want(200)
	w.grant("grant_type=client_credentials&client_id="+machine.ID, machine.secret+"x")
	caller{w, key.text}.get("/v1/boroughs").want(200)
	caller{w, key.text + "x"}.get("/v1/boroughs").want(401)
	told := manager.get("/v1/audit-entries?type=api-client&id="+machine.ID).want(200).body + manager.get("/v1/audit-entries?type=read-key&id="+key.ID).want(200).body +
		manager.get("/v1/changes").want(200).body + manager.get(clientsList).want(200).body + manager.get("/v1/read-keys").want(200).body
	for _, table := range []string{"secrets", "api_clients", "read_keys", "idempotency_answers", "audit_entries"} {
		told += w.ownerGets("SELECT coalesce(string_agg(t::text, ''), '') FROM " + table + " t")
	}
	w.http.Close()
	for _, secret := range []string{machine.secret, key.text} {
		for where, text := range map[string]string{"what is told or kept": told, "the log": log.String()} {
			if strings.Contains(text, secret[8:]) {
				t.Errorf("%s has a secret", where)
			}
		}
	}
}

// TestLastUsesAreKept: by a client and its secret alike.
func TestLastUsesAreKept(t *testing.T) {
	t.Parallel()
	w := lean(t)
	machine, key := w.machine("E09000022"), w.readKey("")
	manager := w.as(programme.RoleProgramme, "")
	path := clientsList + "/" + machine.ID
	if body := manager.get(path).want(200).body; strings.Count(body, `"lastUsedAt":null`) != 2 {
		t.Errorf("what was never used: %s", body)
	}
	machine.signIn()
	caller{w, key.text}.get("/v1/boroughs").want(200)
	w.eventually("the uses are kept", func() bool {
		return !strings.Contains(manager.get(path).want(200).body, `"lastUsedAt":null`) && !strings.Contains(manager.get("/v1/read-keys/"+key.ID).want(200).body, `"lastUsedAt":null`)
	})
}
