package disclosure

import "slices"

// SnapshotChange is a figure that one snapshot of a quarter shows otherwise than another,
// for everybody: both are views, and so is their difference.
type SnapshotChange struct {
	Member      *Member
	Position    *Position // the later one's where it has one, for the indicator's name and unit
	Since       int       // numbers of the two snapshots
	Number      int
	Was, Is     Figure
	Before, Now *GroupFigure // the region's; nil where the indicator was not asked for
}

// ChangesSince lists the figures that the document shows otherwise than an earlier one of
// its quarter, borough by borough. A region's figure follows from the boroughs', so that
// it never changes alone.
func (d *Document) ChangesSince(earlier *Document) []SnapshotChange {
	changes := []SnapshotChange{}
	was, is := Shown{Document: earlier}, Shown{Document: d}
	members := slices.Clone(d.Boroughs)
	for _, m := range earlier.Boroughs {
		if !slices.ContainsFunc(members, func(other Member) bool { return other.Borough == m.Borough }) {
			members = append(members, m)
		}
	}
	for i := range members {
		for _, p := range positions(earlier, d) {
			before, now := was.row(p.Indicator, members[i].Borough), is.row(p.Indicator, members[i].Borough)
			if before.Figure.same(&now.Figure.Figure) {
				continue
			}
			c := SnapshotChange{Member: &members[i], Position: p, Since: earlier.Number, Number: d.Number, Was: before.Figure.Figure, Is: now.Figure.Figure}
			if before.Position != nil {
				c.Before = &before.Position.Region
			}
			if now.Position != nil {
				c.Now = &now.Position.Region
			}
			changes = append(changes, c)
		}
	}
	return changes
}

// positions are those of both documents, the later one's where both have one.
func positions(earlier, later *Document) (all []*Position) {
	for _, d := range []*Document{later, earlier} {
		for i := range d.Indicators {
			p := &d.Indicators[i]
			if !slices.ContainsFunc(all, func(other *Position) bool { return other.Indicator == p.Indicator }) {
				all = append(all, p)
			}
		}
	}
	return all
}

// Key orders the rows.
func (c *SnapshotChange) Key() []string {
	if c.Member == nil {
		return make([]string, 2)
	}
	return []string{c.Member.Borough, c.Position.Indicator}
}
