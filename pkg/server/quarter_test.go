package server_test

import (
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// exampleQuarter is there in every world: its window has closed.
const exampleQuarter = "2026-27-Q1"

// Ids of the contract's examples.
const (
	exampleExtension        = "01932b7e-0000-7000-8000-000000000031"
	exampleCorrectionWindow = "01932b7e-0000-7000-8000-000000000032"
	exampleContact          = "01932b7e-0000-7000-8000-000000000033"
)

var (
	_ = standIn("/v1/extensions", exampleExtension, func(w *world) string { return w.extension(own).ID })
	_ = standIn("/v1/correction-windows", exampleCorrectionWindow, func(w *world) string { return w.correctionWindow(own).ID })
	_ = standIn("/v1/contacts", exampleContact, func(w *world) string { return w.contact(own).ID })
)

// aQuarter is a quarter whose window opened, was due and closed on these days.
func aQuarter(code string, opens, due, late programme.Date) returns.Quarter {
	return returns.Quarter{Code: code, OpensOn: &opens, DueOn: &due, LateUntil: &late}
}

// extension gives the borough until a week from now, or a day more than it has.
func (w *world) extension(borough string) returns.Extension {
	w.t.Helper()
	given, err := w.store.Extensions(team, returns.OfQuarter{Quarter: exampleQuarter, Borough: &borough}, "").Page(w.t.Context(), programme.Window{Limit: 500})
	due := w.yesterday().AddDays(8 + len(must(w, given, err).Items))
	made, err := w.store.GrantExtension(w.t.Context(), team, exampleQuarter, returns.Extension{
		Granted: returns.Granted{Borough: borough, Reason: "The case system is being moved."}, DueOn: due,
	})
	return must(w, made, err)
}

func (w *world) correctionWindow(borough string) returns.CorrectionWindow {
	w.t.Helper()
	opens := w.yesterday().AddDays(90) // whatever extensions there are
	made, err := w.store.OpenCorrectionWindow(w.t.Context(), team, exampleQuarter, returns.CorrectionWindow{
		Granted: returns.Granted{Borough: borough, Reason: "Referrals of June were counted twice."}, OpensOn: opens, ClosesOn: opens.AddDays(7),
	})
	return must(w, made, err)
}

func (w *world) contact(borough string) returns.Contact {
	w.t.Helper()
	made, err := w.store.LogContact(w.t.Context(), team, exampleQuarter, returns.Contact{
		Borough: borough, ContactedOn: "2026-08-17", Channel: returns.ByPhone, Promised: new("The return, once the counts of June are checked."), PromisedBy: new("Head of performance"),
	})
	return must(w, made, err)
}
