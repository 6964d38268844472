package benchmark

import (
	"slices"
	"strings"

	"peerchallenge/pkg/programme"
)

// Among is whose figures a [Distribution] is of.
type Among string

// The sets of authorities that stood on the period's last day, but for neighbours and
// peers, who are named whether they stood or not.
const (
	AmongBoroughs   Among = "boroughs"   // those of the programme
	AmongEngland    Among = "england"    // all authorities
	AmongRegion     Among = "region"     // the authorities of a region
	AmongSubRegion  Among = "sub_region" // the programme's boroughs of a sub-region
	AmongNeighbours Among = "neighbours" // the statistical neighbours of a borough
	AmongPeers      Among = "peers"      // any authorities, as the reader chose them
)

// Set names the members of a [Distribution]. Only what its Among asks for is looked at,
// and Borough, which stands beside any of them.
type Set struct {
	Among      Among
	RegionCode string
	SubRegion  string   // slug
	Model      string   // of neighbours; the newest where it is empty
	Borough    string   // one of the programme's, or nothing: who has the neighbours, and who stands beside
	Peers      []string // codes
}

// members answers whom the set is of, in the order of their codes; neighbours in that of
// their closeness.
func (a *Assembly) members(set Set) []coded {
	s, p := a.snapshot, a.period
	switch set.Among {
	case AmongEngland:
		return a.known(a.england)
	case AmongRegion:
		return a.known(slices.DeleteFunc(slices.Clone(a.england), func(code string) bool { return s.RegionOf(code) != set.RegionCode }))
	case AmongSubRegion:
		return a.known(s.members(set.SubRegion, a.boroughs, p.EndsOn))
	case AmongNeighbours:
		var list []coded
		for _, n := range s.NeighboursOf(a.model, set.Borough) {
			list = append(list, coded{n.Neighbour, s.codeIn(n.Neighbour, *p)})
		}
		return list
	case AmongPeers:
		var list []coded
		for _, code := range set.Peers {
			list = append(list, coded{code, s.codeIn(code, *p)})
		}
		slices.SortStableFunc(list, func(a, b coded) int { return strings.Compare(a.code, b.code) })
		return slices.CompactFunc(list, func(a, b coded) bool { return a.code == b.code })
	}
	return a.boroughs
}

// known answers the authorities by the codes by which the programme knows its own.
func (a *Assembly) known(codes []string) []coded {
	list := make([]coded, len(codes))
	for i, code := range codes {
		list[i] = coded{code, code}
		if k := slices.IndexFunc(a.boroughs, func(b coded) bool { return b.code == code }); k >= 0 {
			list[i] = a.boroughs[k]
		}
	}
	return list
}

// regionOf answers the code of the region whose own figure stands beside the set: of a
// region's authorities theirs, of all others the programme's. It is "" where the programme
// had no borough then.
func (a *Assembly) regionOf(set Set) string {
	switch {
	case set.Among == AmongRegion:
		return set.RegionCode
	case len(a.boroughs) > 0:
		return a.snapshot.RegionOf(a.boroughs[0].borough)
	}
	return ""
}

// Name answers what the region or the sub-region of the set is called, "" for all other
// sets.
func (set Set) Name(s *Snapshot) string {
	switch set.Among {
	case AmongRegion:
		return s.Name(set.RegionCode)
	case AmongSubRegion:
		if r := s.SubRegion(set.SubRegion); r != nil {
			return r.Name
		}
	}
	return ""
}

// Check answers what the set lacks of what its Among asks for, and what it has that
// belongs to another, as faults of the parameters by which a reader asks. A group is peers
// whose members are elsewhere.
func (set Set) Check(group *string) []programme.Fault {
	faults := programme.ChoosePeers(group, set.Peers)
	peers := programme.PeerParameter
	if group != nil {
		peers = "peerChallengeGroupId"
	}
	for _, of := range []struct {
		parameter string
		among     Among
		given     bool
		missing   string // what is said where it is; nothing where it may be
	}{
		{"regionCode", AmongRegion, set.RegionCode != "", "Say which region."},
		{"subRegion", AmongSubRegion, set.SubRegion != "", "Say which sub-region."},
		{"borough", AmongNeighbours, set.Borough != "", "Say whose statistical neighbours."},
		{"model", AmongNeighbours, set.Model != "", ""},
		{peers, AmongPeers, len(set.Peers) > 0 || group != nil, "Say which peers: authorities, or a peer challenge group."},
	} {
		switch asked := set.Among == of.among; {
		case asked && of.missing != "" && !of.given:
			faults = append(faults, programme.Fault{Parameter: of.parameter, Code: programme.FaultRequired, Detail: of.missing})
		case !asked && of.given && of.parameter != "borough":
			faults = append(faults, programme.Fault{Parameter: of.parameter, Code: programme.FaultNotAllowed, Detail: "It is only for among=" + string(of.among) + "."})
		}
	}
	return faults
}
