package disclosure

import (
	"slices"

	"peerchallenge/pkg/programme"
)

// Peers are boroughs that a reader wants to see together, beside the region.
type Peers struct {
	Group    string // the name of the peer challenge group that they are; empty of a reader's own choice
	Boroughs []string
}

// Choose refuses boroughs that stand together with a group, or twice. The error is
// Malformed, and names each.
func (f *FigureFilter) Choose() error {
	return programme.BadRequest(programme.ChoosePeers(f.Group, f.Peers)...)
}

// SetPeers puts peers beside the quarter's figures. Boroughs that the reader has chosen must
// have been expected in the quarter with which these are compared; the error is Malformed
// otherwise, and names each. Of a group, who was not is missing.
func (s *Shown) SetPeers(p *Peers) error {
	beside := s.comparators()
	if beside != nil && p.Group == "" {
		var faults []programme.Fault
		for _, b := range p.Boroughs {
			if beside.Document.place(b) < 0 {
				faults = append(faults, programme.UnknownParameter(programme.PeerParameter, b+" was not to send a return for "+beside.Document.Quarter+"."))
			}
		}
		if err := programme.BadRequest(faults...); err != nil {
			return err
		}
	}
	s.Peers = p
	return nil
}

// comparators answers the quarter with which figures are compared, or nil.
func (s *Shown) comparators() *Shown {
	if s.Document.class == OfBorough {
		return s.Beside
	}
	return s
}

// together answers what the peers have together on each of the document's indicators: of
// the figures that the comparators' document says, and of nothing else. What is laid over
// for its owner is not in it.
func (s *Shown) together() []*GroupFigure {
	list := make([]*GroupFigure, len(s.Document.Indicators))
	beside := s.comparators()
	if s.Peers == nil || beside == nil {
		return list
	}
	for i := range list {
		code := s.Document.Indicators[i].Indicator
		k := slices.IndexFunc(beside.Document.Indicators, func(p Position) bool { return p.Indicator == code })
		if k < 0 {
			continue
		}
		figures := make([]Figure, len(s.Peers.Boroughs))
		for n, b := range s.Peers.Boroughs {
			figures[n] = Figure{Borough: b, Status: Missing}
			if at := beside.Document.place(b); at >= 0 {
				figures[n] = beside.Document.Indicators[k].Figures[at].Figure
			}
		}
		c := compare(beside.Asked.Document, beside.indicator(code), figures)
		list[i] = new(c.group(s.Peers.Group))
	}
	return list
}

// place answers where the borough stands in the document, or less than nought.
func (d *Document) place(borough string) int {
	return slices.IndexFunc(d.Boroughs, func(m Member) bool { return m.Borough == borough })
}
