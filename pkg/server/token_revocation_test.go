package server_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"peerchallenge/pkg/programme"
)

// signing is a client that signs in with a key of its own.
type signing struct {
	programme.APIClient
	private ed25519.PrivateKey
}

func (w *world) signing(borough string) signing {
	w.t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	x := base64.RawURLEncoding.EncodeToString(public)
	made, err := w.store.CreateAPIClient(w.t.Context(), team, programme.APIClient{
		Name: "Case management", Role: programme.RoleBoroughSystem, Boroughs: []string{borough}, Operations: []string{},
		Keys: []programme.PublicKey{{KID: "one", Kty: "OKP", Crv: new("Ed25519"), X: &x}},
	})
	return signing{must(w, made, err), private}
}

// proof is the body of a request for a token, with an assertion of that id.
func (s signing) proof(t *testing.T, jti string) string {
	t.Helper()
	now := time.Now()
	text := assertion{jwt.SigningMethodEdDSA, s.private, map[string]any{"kid": "one"}, map[string]any{
		"iss": s.ID, "sub": s.ID, "aud": "http://test", "exp": now.Add(time.Minute).Unix(), "iat": now.Unix(), "jti": jti,
	}}.text(t)
	return "grant_type=client_credentials&client_assertion_type=" + url.QueryEscape("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") + "&client_assertion=" + text
}

// TestWhatIsEndedIsRefusedByEveryProcess within ten seconds: a secret, a key with which
// a client signs, a read key, a client that is suspended and one that is ended, its tokens
// included. Each process has accepted it before.
func TestWhatIsEndedIsRefusedByEveryProcess(t *testing.T) {
	t.Parallel()
	w := lean(t)
	processes := []*world{w, startOn(t, w.url)}
	manager := w.as(programme.RoleProgramme, "")
	changed, suspended, ended, key := w.machine("E09000022"), w.machine("E09000028"), w.machine("E09000008"), w.readKey("")
	signer := w.signing("E09000022")
	bySecret := func(c client) string {
		return "grant_type=client_credentials&client_id=" + c.ID + "&client_secret=" + c.secret
	}
	proofs := 0
	for name, c := range map[string]struct {
		path    string // of what changes
		method  string
		change  string
		grant   func(t *testing.T) string // what was good for a token; nil for a read key
		reader  string                    // what was good for reading; empty where it goes on
		refused string
	}{
		"a secret": {
			clientsList + "/" + changed.ID + "/secrets/" + changed.Secrets[0].ID, http.MethodDelete, "",
			func(*testing.T) string { return bySecret(changed) }, "", "",
		},
		"a client's key": {
			clientsList + "/" + signer.ID, http.MethodPatch, `{"keys":[]}`,
			func(t *testing.T) string { proofs++; return signer.proof(t, strconv.Itoa(proofs)) }, "", "",
		},
		"a suspended client": {
			clientsList + "/" + suspended.ID, http.MethodPatch, `{"expiresAt":"` + w.clock().Add(-time.Second).Format(time.RFC3339) + `"}`,
			func(*testing.T) string { return bySecret(suspended) }, suspended.signIn().token, "client_ended",
		},
		"a client": {
			clientsList + "/" + ended.ID, http.MethodDelete, "",
			func(*testing.T) string { return bySecret(ended) }, ended.signIn().token, "client_ended",
		},
		"a read key": {readKeysList + "/" + key.ID, http.MethodDelete, "", nil, key.text, "key_unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, process := range processes {
				inside := process.in(t)
				if c.grant != nil {
					inside.grant(c.grant(t), "").token()
				}
				if c.reader != "" {
					caller{inside, c.reader}.get("/v1/boroughs").want(200)
				}
			}
			if r := manager.change(c.method, c.path, c.change); r.status != 200 && r.status != 204 {
				t.Fatalf("it is not ended: %d %s", r.status, r.body)
			}
			for _, process := range processes {
				inside := process.in(t)
				if c.reader != "" {
					inside.eventually("it reads no more", func() bool { return caller{inside, c.reader}.get("/v1/boroughs").status == 401 })
					caller{inside, c.reader}.get("/v1/boroughs").problem(401, c.refused)
				}
				if c.grant != nil {
					inside.eventually("it gets no token", func() bool { return inside.grant(c.grant(t), "").status == 401 })
					inside.grant(c.grant(t), "").refused(t, 401, "invalid_client")
				}
			}
		})
	}
}

// TestAnAssertionIsGoodOnceAtTheSameMoment: of many that come with it at once, to either
// of two processes, one gets a token.
func TestAnAssertionIsGoodOnceAtTheSameMoment(t *testing.T) {
	t.Parallel()
	w := lean(t)
	processes := []*world{w, startOn(t, w.url)}
	signer := w.signing("E09000022")
	for _, process := range processes { // which know the client from now on
		process.in(t).grant(signer.proof(t, "first to "+process.http.URL), "").token()
	}
	proof := signer.proof(t, "the same")
	const each = 8
	statuses := make(chan int, each*len(processes))
	var all sync.WaitGroup
	for _, process := range processes {
		for range each {
			all.Go(func() { statuses <- post(t.Context(), process.client, process.http.URL+"/oauth/token", proof) })
		}
	}
	all.Wait()
	close(statuses)
	counts := map[int]int{}
	for status := range statuses {
		counts[status]++
	}
	if counts[200] != 1 || counts[401] != each*len(processes)-1 {
		t.Errorf("the answers are %v", counts)
	}
}

// TestWhatOpensOneDoorOpensNoOther: each kind of secret and token, at each place where
// another kind is taken.
func TestWhatOpensOneDoorOpensNoOther(t *testing.T) {
	t.Parallel()
	w := lean(t)
	machine, key, signer := w.machine("E09000022"), w.readKey("").text, w.signing("E09000028")
	token := machine.signIn().token
	proof, err := url.ParseQuery(signer.proof(t, "for another door"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"a secret": machine.secret, "an assertion": proof.Get("client_assertion")} {
		if r := (caller{w, text}).get("/v1/boroughs"); r.status != 401 {
			t.Errorf("%s as a bearer token: %d", name, r.status)
		}
		if r := w.send(ask{method: http.MethodGet, path: "/v1/boroughs", header: map[string]string{"Authorization": passwordOf(text)}}); r.status != 401 {
			t.Errorf("%s as a password: %d", name, r.status)
		}
	}
	for _, text := range []string{key, token, proof.Get("client_assertion")} {
		w.grant("grant_type=client_credentials&client_id="+machine.ID+"&client_secret="+url.QueryEscape(text), "").refused(t, 401, "invalid_client")
	}
	for _, text := range []string{key, token, machine.secret} {
		proof.Set("client_assertion", text)
		w.grant(proof.Encode(), "").refused(t, 401, "invalid_client")
	}
}
