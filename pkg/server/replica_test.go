package server_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"peerchallenge/pkg/programme"
)

// replica is a copy of all that a reader may see of the programme, kept by the feed alone.
type replica struct {
	as      programme.Role
	borough string
	cursor  string
	copy    map[string]string // by address
}

// replicated are the lists of what the programme's year is made of.
var replicated = []string{
	"actions", "asks-and-offers", "events", "findings", "milestones", "participants", "peer-challenge-groups", "peer-challenges", "peer-review-notes", "peer-reviews",
	"preparation-tasks", "sub-region-memberships",
}

// begins reads where the feed stands, and then every list.
func (r *replica) begins(w *world) {
	w.t.Helper()
	var f feed
	w.as(r.as, r.borough).get("/v1/changes?from=now").want(200).into(&f)
	r.cursor, r.copy = f.NextCursor, r.lists(w)
}

// lists reads what there is, by address, as lists answer it.
func (r *replica) lists(w *world) map[string]string {
	w.t.Helper()
	all := map[string]string{}
	for _, list := range replicated {
		for next := "/v1/" + list + "?limit=100"; next != ""; {
			var page struct {
				Items      []json.RawMessage
				NextCursor string
			}
			a := w.as(r.as, r.borough).get(next)
			if a.status == 403 || a.status == 404 { // a list that is not for this reader, or of a challenge alone
				break
			}
			a.want(200).into(&page)
			for _, item := range page.Items {
				var key struct{ ID string }
				if err := json.Unmarshal(item, &key); err != nil {
					w.t.Fatal(err)
				}
				all["/v1/"+list+"/"+key.ID] = string(item)
			}
			next = ""
			if page.NextCursor != "" {
				next = "/v1/" + list + "?limit=100&cursor=" + url.QueryEscape(page.NextCursor)
			}
		}
	}
	return all
}

// follows reads the feed to its end, and each record that it names where it says.
func (r *replica) follows(w *world) {
	w.t.Helper()
	for {
		var f feed
		w.as(r.as, r.borough).get("/v1/changes?limit=500&cursor=" + url.QueryEscape(r.cursor)).want(200).into(&f)
		if f.NextCursor == r.cursor {
			return
		}
		r.cursor = f.NextCursor
		for _, c := range f.Items {
			at := strings.TrimSuffix(nounPath(c.Type), "/") + "/" + c.ID
			delete(r.copy, at)
			if c.Href == nil || !slices.Contains(replicated, strings.Split(*c.Href, "/")[2]) {
				continue
			}
			if a := w.as(r.as, r.borough).get(*c.Href); a.status != 404 && a.status != 403 {
				r.copy[*c.Href] = a.want(200).body
			}
		}
	}
}

// isWhatThereIs fails the test where the copy differs from what is read now.
func (r *replica) isWhatThereIs(w *world) {
	w.t.Helper()
	now := r.lists(w)
	if len(now) < 10 {
		w.t.Errorf("%s has %d records to compare", r.as, len(now))
	}
	for _, at := range slices.Sorted(maps.Keys(now)) {
		if r.copy[at] == "" {
			w.t.Errorf("%s of %s lacks %s", r.as, r.borough, at)
		} else if was, is := r.stated(w, r.copy[at]), r.stated(w, now[at]); was != is {
			w.t.Errorf("%s of %s keeps %s as\n%s\nand it is\n%s", r.as, r.borough, at, was, is)
		}
	}
	for at := range r.copy {
		if now[at] == "" {
			w.t.Errorf("%s of %s keeps %s, which is not there", r.as, r.borough, at)
		}
	}
}

// stated is a record without what follows from the day, and what lists leave out: steps,
// what is late, and what was screened.
func (r *replica) stated(w *world, record string) string {
	w.t.Helper()
	var members map[string]any
	if err := json.Unmarshal([]byte(record), &members); err != nil {
		w.t.Fatal(err)
	}
	for _, name := range []string{"steps", "overdue", "over", "clocks", "screening"} {
		delete(members, name)
	}
	text, err := json.Marshal(members)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}
