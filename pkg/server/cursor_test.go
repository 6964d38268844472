package server_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"peerchallenge/pkg/programme"
)

// cursorKey answers the secret of the service's database.
func (w *world) cursorKey() []byte {
	w.t.Helper()
	var key []byte
	w.row("SELECT key FROM cursor_keys", &key)
	return key
}

// signed writes a cursor as the service does for whoever holds the secret: the
// address without what only cuts pages, then the key of the row before.
func signed(secret []byte, address string, key []string) string {
	u, _ := url.Parse(address)
	query := u.Query()
	for _, name := range []string{"limit", "count", "format", "cursor"} {
		query.Del(name)
	}
	text, _ := json.Marshal(append([]string{u.Path + "?" + query.Encode()}, key...))
	sum := hmac.New(sha256.New, secret)
	_, _ = sum.Write(text)
	text, _ = json.Marshal(struct {
		K []string `json:"k"`
		M string   `json:"m"`
	}{key, base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:16])})
	return base64.RawURLEncoding.EncodeToString(text)
}

// orders answers the addresses of a list in each of its orders.
func (w *world) orders(op *described) []string {
	w.t.Helper()
	path := w.address(op)
	switch {
	case op.OperationID == "listObservations":
		path += "?indicator=REREF_PCT&period=2024-25"
	case strings.Contains(path, "?"):
	default:
		path += "?"
	}
	paths := []string{path}
	for _, p := range op.parameters {
		if p.Value.Name == "sort" {
			for _, word := range p.Value.Schema.Value.Enum {
				paths = append(paths, path+"&sort="+fmt.Sprint(word))
			}
		}
	}
	return paths
}

// keysOfShortLists are keys in lists that have no second page here.
var keysOfShortLists = map[string][]string{
	"listActionSummary":              {"", "south"},
	"listAuditEntries":               {"1"},
	"listHelpSummary":                {"priority"},
	"listCaveats":                    {"01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10"},
	"listTargets":                    {"CLA_RATE", "2024-25"},
	"listBenchmarkingVersions":       {"000001"},
	"listSelfEvaluationVersions":     {"00000.00000.00001"},
	"listIndicatorVersions":          {"000000"},
	"listMilestoneSummary":           {"2025-26", "south", "event", "planned"},
	"listGroupingProposals":          {"01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10"},
	"listStatisticalNeighbourModels": {"2024"},

	"listSelfEvaluationTemplateVersions": {"00001.00000.00000"},
}

// TestCursorsThatNobodyGaveOut: no list goes on from a cursor that was altered, cut
// short or made for another list or by somebody else; nor from one that is rightly
// marked, as by a thief of the key, but stands for no place in the list.
func TestCursorsThatNobodyGaveOut(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.reader = programme.RoleProgramme // sees all lists
	for _, id := range nounOf {
		w.standing(id)
		standIns[id](w) // so that there is a second page
	}
	w.draft()
	secret := w.cursorKey()
	for _, op := range contract.operations {
		if !hasParameter(op, "cursor") || firstRole(op) != programme.RoleProgramme {
			continue
		}
		for _, path := range w.orders(op) {
			t.Run(op.OperationID+path, func(t *testing.T) {
				w := w.in(t)
				refuse := func(what, cursor string) {
					t.Helper()
					if r := w.get(path + "&limit=1&cursor=" + url.QueryEscape(cursor)); r.status != 400 || !slices.Equal(r.problem(400, "bad_request"), []string{"cursor cursor"}) {
						t.Errorf("%s: %d %.300s", what, r.status, r.body)
					}
				}
				var page struct{ NextCursor *string }
				w.get(path + "&limit=1").want(200).into(&page)
				given := signed(secret, path, keysOfShortLists[op.OperationID])
				if page.NextCursor != nil {
					given = *page.NextCursor
				}
				w.get(path + "&cursor=" + url.QueryEscape(given)).want(200)
				var c struct{ K []string }
				text, err := base64.RawURLEncoding.DecodeString(given)
				if err != nil || json.Unmarshal(text, &c) != nil {
					t.Fatalf("%s: %v", text, err)
				}
				if again := signed(secret, path, c.K); again != given {
					t.Fatalf("the service's cursor is %s, this test's %s", given, again)
				}

				refuse("cut short", given[:len(given)-4])
				refuse("longer", given+"AAAA")
				refuse("another mark", base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(text), `"m":"`, `"m":"A`, 1))))
				refuse("another place under the same mark", base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(text), `"k":["`, `"k":["0`, 1))))
				refuse("another list's", signed(secret, "/v1/elsewhere", c.K))
				refuse("another filter's", signed(secret, path+"&colour=blue", c.K))
				refuse("another database's", signed([]byte("another secret"), path, c.K))
				refuse("no key", signed(secret, path, nil))
				refuse("an empty key", signed(secret, path, []string{}))
				refuse("a longer key", signed(secret, path, append(slices.Clone(c.K), "more")))
				refuse("a shorter key", signed(secret, path, c.K[1:]))
				if op.Extensions["x-from-snapshot"] == true || op.path == "/v1/releases" || op.OperationID == "listBenchmarkingVersions" || op.OperationID == "listTasks" {
					return // in memory every text has a place between others
				}
				for i, part := range c.K {
					if typed(part) {
						for _, wrong := range []string{"", "x", "-", "2026-02-30", "2026-02-30T00:00:00Z", "0000-01-01", "9223372036854775808", "{" + uuid.NewString() + "}"} {
							key := slices.Clone(c.K)
							key[i] = wrong
							refuse(fmt.Sprintf("%q in the place of %q", wrong, part), signed(secret, path, key))
						}
					}
				}
			})
		}
	}
}

// typed reports whether the text is of a type that not every text is of.
func typed(text string) bool {
	_, number := strconv.ParseInt(text, 10, 64)
	_, instant := time.Parse(time.RFC3339Nano, text)
	_, day := programme.ParseDate(text)
	return number == nil || instant == nil || day == nil || uuid.Validate(text) == nil || strings.HasSuffix(text, "infinity")
}

// TestCursorsOfAnotherDatabase mean nothing here, and those of this one outlive the
// process that wrote them.
func TestCursorsOfAnotherDatabase(t *testing.T) {
	t.Parallel()
	here, there := lean(t), lean(t)
	there.exec("UPDATE cursor_keys SET key = sha256('another migration')")
	var page struct{ NextCursor string }
	here.get("/v1/boroughs?limit=1").want(200).into(&page)
	feed := here.changes("from=now").NextCursor
	for _, path := range []string{"/v1/boroughs?cursor=" + page.NextCursor, "/v1/changes?cursor=" + feed} {
		if got := there.get(path).problem(400, "bad_request"); !slices.Equal(got, []string{"cursor cursor"}) {
			t.Errorf("%s: faults %v", path, got)
		}
		startOn(t, here.url).get(path).want(200)
	}
}
