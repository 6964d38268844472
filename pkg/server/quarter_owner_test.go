package server_test

import (
	"net/http"
	"testing"

	"peerchallenge/pkg/programme"
)

// showingLambeth are lists in which Lambeth finds its own figures of a published quarter.
func (w *world) showingLambeth(quarter string) []string {
	figures := "/v1/quarters/" + quarter + "/figures?borough=" + own
	return []string{figures, figures + "&format=csv", "/v1/indicators/REREF_PCT/quarterly-series?borough=" + own}
}

// told is what the caller is answered to each.
func (c caller) told(paths []string) []string {
	c.w.t.Helper()
	bodies := make([]string, len(paths))
	for i, path := range paths {
		bodies[i] = c.get(path).want(200).body
	}
	return bodies
}

// finds fails the test unless the caller is answered this to each.
func (c caller) finds(what string, paths, want []string) {
	c.w.t.Helper()
	for i, got := range c.told(paths) {
		if got != want[i] {
			c.w.t.Errorf("%s finds in %s\n%.300s\nand not\n%.300s", what, paths[i], got, want[i])
		}
	}
}

// TestAKeyShowsOwnFiguresAsTheDirectorSays: where the director has opened it, a key finds
// what the director finds, and else what everybody does. Whoever holds a page of one is not
// told that it is the same when it has become the other.
func TestAKeyShowsOwnFiguresAsTheDirectorSays(t *testing.T) {
	t.Parallel()
	w := lean(t)
	paths := w.showingLambeth(w.published())
	lead, closed := w.as(programme.RoleBoroughLead, own), caller{w, w.readKey(own).text}
	directors, everybodys := lead.told(paths), w.as(programme.RoleReporting, "").told(paths)
	for i := range paths {
		if directors[i] == everybodys[i] {
			t.Errorf("%s hides nothing, so that this shows nothing", paths[i])
		}
	}
	made := w.readKey(own)
	key, address := caller{w, made.text}, readKeysList+"/"+made.ID
	key.finds("a key", paths, everybodys)
	for _, c := range []struct{ open, page string }{{"true", directors[0]}, {"false", everybodys[0]}, {"true", directors[0]}} {
		held := key.get(paths[0]).want(200).header.Get("ETag")
		again := func() answer { return key.send(http.MethodGet, paths[0], "", "If-None-Match", held) }
		for range 2 { // the second is answered from memory
			again().want(304)
		}
		lead.change(http.MethodPatch, address, `{"ownFigures":`+c.open+`}`).want(200)
		w.eventually("the page of a key with ownFigures "+c.open, func() bool { r := again(); return r.status == 200 && r.body == c.page })
	}
	key.finds("an open key", paths, directors)
	closed.finds("another key of the borough", paths, everybodys)
	caller{w, w.readKey(other).text}.finds("another borough's key", paths, everybodys)
}

// TestASystemOfSeveralFindsTheFiguresOfTheOneThatItNames, and where it names none or another
// than its own what everybody finds.
func TestASystemOfSeveralFindsTheFiguresOfTheOneThatItNames(t *testing.T) {
	t.Parallel()
	w := lean(t)
	quarter := w.published()
	paths, all := w.showingLambeth(quarter), []string{"/v1/quarters/" + quarter + "/figures"}
	directors := w.as(programme.RoleBoroughLead, own).told(paths)
	tool := w.as(programme.RoleReporting, "")
	shared, others := w.machine(own, group).signIn(), w.machine(group, other).signIn()
	shared.finds("a system of Lambeth's and another's", paths, directors)
	shared.finds("a system that names no borough", all, tool.told(all))
	others.finds("a system of two others", paths, tool.told(paths))
}
