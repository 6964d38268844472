package programme

import "slices"

// PeerParameter is by what a reader names each authority of a peer group of the reader's
// own, beside the figures of quarters and beside published ones.
const PeerParameter = "peer"

// ChoosePeers answers what is wrong with a reader's choice: peers that stand together with
// a challenge group, and each that is named twice.
func ChoosePeers(group *string, peers []string) (faults []Fault) {
	if group != nil && len(peers) > 0 {
		faults = append(faults, Fault{Parameter: PeerParameter, Code: FaultOneOf, Detail: "Name a group or its boroughs, not both."})
	}
	for i, code := range peers {
		if slices.Contains(peers[:i], code) {
			faults = append(faults, Fault{Parameter: PeerParameter, Code: FaultRepeated, Detail: code + " is named more than once."})
		}
	}
	return faults
}
