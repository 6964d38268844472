package postgres

import "peerchallenge/pkg/programme"

// mayWrite is the second gate before reference data and figures, behind the
// roles that the contract names: only the programme's team changes them.
func mayWrite(actor programme.Actor) error {
	if actor.Subject == "" || !actor.Is(programme.RoleProgramme) {
		return programme.Errorf(programme.Forbidden, programme.CodeNotYours, "Only the programme's team may change this.")
	}
	return nil
}

// maySend refuses nobody's requests: an answer is kept for somebody.
func maySend(actor programme.Actor) error {
	if actor.Subject == "" {
		return programme.Errorf(programme.Forbidden, programme.CodeNotYours, "Only a known caller may do this.")
	}
	return nil
}
