package server

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type changeStore interface {
	Changes(ctx context.Context, actor programme.Actor, nouns []string, after int64, limit int) (items []programme.Change, next int64, err error)
	LastChange(ctx context.Context, actor programme.Actor) (place int64, err error)
}

// ListChanges answers what comes after a place in the feed.
func (s *Server) ListChanges(ctx context.Context, r api.ListChangesRequestObject) (api.Response, error) {
	feed := feedOf(callOf(ctx))
	after, err := placeOf(feed, r.Params.From)
	if err != nil {
		return nil, err
	}
	var items []programme.Change
	var next int64
	if r.Params.From != nil && *r.Params.From == api.Now {
		next, err = s.store.LastChange(ctx, feed.actor)
	} else {
		items, next, err = s.store.Changes(ctx, feed.actor, feed.query["types"], after, limitOf(feed))
	}
	if err != nil {
		return nil, err
	}
	page := api.ChangePage{Items: make([]api.Change, len(items)), NextCursor: writeCursor(feed, []string{strconv.FormatInt(next, 10)})}
	for i := range items {
		page.Items[i] = changeWire(&items[i])
	}
	return ok(ctx, page)
}

// feedOf is the call without what only says where to begin. The order in which
// types are named makes no other feed.
func feedOf(asked *call) *call {
	feed := *asked
	feed.query = maps.Clone(asked.query)
	delete(feed.query, "from")
	if types := feed.query["types"]; types != nil {
		feed.query["types"] = slices.Compact(slices.Sorted(slices.Values(types)))
	}
	return &feed
}

// placeOf answers the place that the cursor names, and 0, the beginning, without one.
func placeOf(feed *call, from *api.FeedStart) (int64, error) {
	key, err := readCursor(feed)
	if err != nil || key == nil {
		return 0, err
	}
	if from != nil {
		return 0, programme.BadRequest(programme.Fault{Parameter: "from", Code: programme.FaultCursorGiven, Detail: "The cursor says where to begin; leave one of the two out."})
	}
	if len(key) != 1 {
		return 0, errNoCursor
	}
	place, err := strconv.ParseInt(key[0], 10, 64)
	if err != nil {
		return 0, errNoCursor
	}
	return place, nil
}

func changeWire(c *programme.Change) api.Change {
	w := api.Change{At: c.At, Type: api.ResourceType(c.Noun), Id: c.Key, Change: api.ChangeKind(c.Kind)}
	if c.Kind != programme.Deleted {
		w.Href = addressOf(c.Noun, c.Key)
	}
	return w
}

// addresses says where the resources of a kind are read, each behind its key. What
// is not here has no address of its own.
var addresses = map[string]string{
	"priority":                "/v1/priorities/",
	"caveat":                  "/v1/caveats/",
	"target":                  "/v1/targets/",
	"sub-region":              "/v1/sub-regions/",
	"membership":              "/v1/sub-region-memberships/",
	"borough":                 "/v1/boroughs/",
	"authority":               "/v1/authorities/",
	"indicator":               "/v1/indicators/",
	"period":                  "/v1/periods/",
	"release":                 "/v1/releases/",
	"peer-challenge":          "/v1/peer-challenges/",
	"peer-challenge-group":    "/v1/peer-challenge-groups/",
	"grouping-proposal":       "/v1/grouping-proposals/",
	"participant":             "/v1/participants/",
	"peer-review":             "/v1/peer-reviews/",
	"peer-review-note":        "/v1/peer-review-notes/",
	"preparation-task":        "/v1/preparation-tasks/",
	"finding":                 "/v1/findings/",
	"action":                  "/v1/actions/",
	"ask-or-offer":            "/v1/asks-and-offers/",
	"event":                   "/v1/events/",
	"milestone":               "/v1/milestones/",
	"api-client":              "/v1/api-clients/",
	"read-key":                "/v1/read-keys/",
	"calendar-subscription":   "/v1/calendar-subscriptions/",
	"token-revocation":        "/v1/token-revocations/",
	"benchmarking-submission": "/v1/benchmarking-submissions/",

	"self-evaluation-template": "/v1/self-evaluation-templates/",
	"self-evaluation":          "/v1/self-evaluations/",
	"self-evaluation-comment":  "/v1/self-evaluation-comments/",

	"framework":         "/v1/frameworks/",
	"quarter":           "/v1/quarters/",
	"extension":         "/v1/extensions/",
	"quarter-snapshot":  "/v1/snapshots/",
	"narrative":         "/v1/narratives/",
	"correction-window": "/v1/correction-windows/",
	"contact":           "/v1/contacts/",
	"authorisation":     "/v1/authorisations/",
	"receipt":           "/v1/receipts/",
	"reminder":          "/v1/reminders/",
	"reminder-address":  "/v1/reminder-addresses/",
}

// theProgramme is the address of the only one.
const theProgramme = "/v1/programme"

// recordAt answers which resource is at the address, or above it. There is none
// where the address is that of a list.
func recordAt(path string) (noun, key string) {
	if path == theProgramme {
		return "programme", "programme"
	}
	for noun, prefix := range addresses {
		rest, found := strings.CutPrefix(path, prefix)
		if !found {
			continue
		}
		key, _, _ := strings.Cut(rest, "/")
		if id, err := uuid.Parse(key); err == nil {
			key = id.String() // the spelling that the database has
		}
		return noun, key
	}
	return "", ""
}

func addressOf(noun, key string) *string {
	address := theProgramme
	if noun != "programme" {
		path, has := addresses[noun]
		if !has {
			return nil
		}
		address = path + url.PathEscape(key)
	}
	return &address
}
