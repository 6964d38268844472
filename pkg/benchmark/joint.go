package benchmark

import "strings"

// JointFigure is what authorities publish together, under one code that joins
// theirs.
type JointFigure struct {
	Geography string // E09000021/E09000027
	Figure    Figure
	Release   string // id of the release that gives it
}

// Joint answers the figure that the geography publishes together with others. It
// is nil unless the geography's own status is [Joint]: a joint figure is shown
// beside what it stands for, and counts for none of its members.
func (c *Column) Joint(geography string) *JointFigure {
	if c == nil {
		return nil
	}
	return c.joint(c.codes.places.find(geography))
}

func (c *Column) joint(place int32) *JointFigure {
	if !c.holds(place) || c.codes.statuses.codes[c.marks[place].status] != string(Joint) {
		return nil
	}
	for _, together := range c.codes.together[place] {
		if c.holds(together) {
			return &JointFigure{Geography: c.codes.places.codes[together], Figure: c.at(together), Release: c.releaseAt(together)}
		}
	}
	return nil
}

// joined answers the numbers of the joint places to which each place belongs,
// in order of their codes.
func (c *codes) joined() map[int32][]int32 {
	of := map[int32][]int32{}
	for _, number := range c.byCode {
		members := strings.Split(c.places.codes[number], "/")
		if len(members) == 1 {
			continue
		}
		for _, member := range members {
			if place := c.places.find(member); place != nowhere {
				of[place] = append(of[place], number)
			}
		}
	}
	return of
}
