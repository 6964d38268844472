package server_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

const readKeysList = "/v1/read-keys"

var _ = standIn(readKeysList, exampleReadKey, func(w *world) string { return w.readKey("").ID })

// reading is a read key and its text.
type reading struct {
	programme.ReadKey
	text string
}

// readKey is a key of the borough, or with none of the programme.
func (w *world) readKey(borough string) reading {
	w.t.Helper()
	k, actor := programme.ReadKey{Name: "Dashboard"}, team
	if borough != "" {
		k.Borough, actor = &borough, programme.Actor{Issuer: "test", Subject: "lead", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: borough}
	}
	made, secret, err := w.store.CreateReadKey(w.t.Context(), actor, k)
	return reading{must(w, made, err), secret.Text}
}

func asPassword(key string) map[string]string {
	return map[string]string{"Authorization": passwordOf(key)}
}

func passwordOf(key string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte("anybody:"+key))
}

// TestAReadKeyReadsAndNothingElse: what reporting tools read, as a bearer token or as
// the password of Basic, and never in an address; until it is ended.
func TestAReadKeyReadsAndNothingElse(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, manager := w.as(programme.RoleBoroughLead, "E09000022"), w.as(programme.RoleProgramme, "")
	var made struct {
		Key     string
		ReadKey struct{ ID string }
	}
	lead.post(readKeysList, `{"name":"Dashboard","borough":"E09000022"}`).want(201).into(&made)
	reader := caller{w, made.Key}
	reader.get("/v1/boroughs").want(200)
	reader.get("/v1/findings").problem(403, "role")
	reader.get("/v1/read-keys").problem(403, "role")
	reader.post("/v1/priorities", `{}`).problem(403, "role")
	w.send(ask{method: http.MethodGet, path: "/v1/boroughs", header: asPassword(made.Key)}).want(200)
	w.send(ask{method: http.MethodGet, path: "/v1/boroughs?key=" + made.Key}).problem(401, "no_token")
	w.send(ask{method: http.MethodGet, path: "/v1/boroughs", header: asPassword(w.token(programme.RoleReporting))}).problem(401, "no_token")
	w.grantOf(made.Key).refused(t, 401, "invalid_client")

	manager.change(http.MethodDelete, readKeysList+"/"+made.ReadKey.ID, "").want(204)
	w.eventually("the ended key is refused", func() bool { return reader.get("/v1/boroughs").status == 401 })
	reader.get("/v1/boroughs").problem(401, "key_unknown")
	w.send(ask{method: http.MethodGet, path: "/v1/boroughs", header: asPassword(made.Key)}).problem(401, "key_unknown")
}

// TestGuessedReadKeysAreRefused: of the right form and of any other.
func TestGuessedReadKeysAreRefused(t *testing.T) {
	t.Parallel()
	w := lean(t)
	key := w.readKey("").text
	for _, guess := range []string{
		programme.NewSecret(programme.ReadKeyKind).Text, programme.NewSecret(programme.ClientSecretKind).Text, key[:len(key)-1], key + "a",
		strings.ToUpper(key), "pcr_", "pcr_" + strings.Repeat("a", 58), "pcs_" + key[4:], strings.Repeat("pcr_", 1000),
	} {
		if r := (caller{w, guess}).get("/v1/boroughs"); r.status != 401 {
			t.Errorf("%.20s... is answered %d", guess, r.status)
		}
	}
	caller{w, key}.get("/v1/boroughs").want(200)
}

// TestOnlyTheDirectorShowsTheBoroughsOwnFigures: the programme's team can end a
// borough's key, and neither make one nor open it.
func TestOnlyTheDirectorShowsTheBoroughsOwnFigures(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, manager, other := w.as(programme.RoleBoroughLead, "E09000022"), w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, "E09000028")
	manager.post(readKeysList, `{"name":"x","borough":"E09000022","ownFigures":true}`).problem(403, "not_yours")
	other.post(readKeysList, `{"name":"x","borough":"E09000022"}`).problem(403, "not_yours")
	lead.post(readKeysList, `{"name":"x"}`).problem(403, "not_yours")
	if got := manager.post(readKeysList, `{"name":"x","ownFigures":true}`).problem(422, "invalid"); !slices.Equal(got, []string{"/ownFigures not_allowed"}) {
		t.Errorf("faults %v", got)
	}
	key := readKeysList + "/" + w.readKey("E09000022").ID
	manager.change(http.MethodPatch, key, `{"ownFigures":true}`).problem(403, "not_yours")
	lead.change(http.MethodPatch, key, `{"ownFigures":true}`).want(200)
	lead.change(http.MethodPatch, key, `{"expiresAt":"`+w.clock().Add(time.Hour).Format(time.RFC3339)+`"}`).want(200)
	manager.change(http.MethodDelete, key, "").want(204)
}
