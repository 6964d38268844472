package benchmark

// Chosen is a peer group of the reader's own choice, and the borough beside it.
type Chosen struct {
	Average // of the members as they were chosen, the borough too where it is one of them

	Place    Position    // of the borough among the members and itself, who counts once
	Excluded []Exclusion // members without a value
}

// Choose puts a peer group beside every borough of the assembly: any authorities, by their
// codes. Those that did not stand in the period have no figure there, and are left out by
// name.
func (a *Assembly) Choose(authorities []string) { a.chosen = authorities }

// beside answers how the borough, whose value may be nothing, stands to the peers that
// were chosen. Their centre is made as that of the statistical neighbours is.
func (c *Column) beside(ind *Indicator, value *float64, peers *Peers) *Chosen {
	answer := &Chosen{Average: c.average(peers.chosen)}
	n := answer.N
	if value != nil && !peers.isChosen {
		n++
	}
	answer.Place = c.position(ind, value, &group{peers.Chosen, peers.chosen}, true, n)
	answer.Excluded = c.excluded(peers.Chosen, peers.chosen, answer.N)
	return answer
}
