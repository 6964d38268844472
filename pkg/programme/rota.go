package programme

import (
	"context"

	"peerchallenge/pkg/grouping"
)

// RotaPlan is groups for each of several years.
type RotaPlan = grouping.Plan

// RotaQuestion is what a rota of years is asked for. Nothing of it is kept: a year of the answer
// becomes a proposal of its challenge, which is accepted in its time.
type RotaQuestion struct {
	SubRegion string
	First     Cycle // the first of its years
	Years     int
	Sizes     []int
	Cycles    int // how many cycles back from the first meetings count
	Conflicts [][2]string
}

// RotaFacts are what a rota is made of: the boroughs on the first day of its first cycle, and who of
// them met in the cycles before.
type RotaFacts struct {
	Boroughs            []string
	Past                []Pairing
	IllustrativeLeftOut int // groups that did not count because they are examples
}

// Rota is a division of a sub-region's boroughs for each of several years.
type Rota struct {
	RotaQuestion
	RotaFacts
	grouping.Rota
}

// Divide answers the rota, or every fault of what is asked. The end of ctx ends it.
func (q RotaQuestion) Divide(ctx context.Context, facts RotaFacts) (Rota, error) {
	found, err := grouping.ProposeRota(ctx, grouping.RotaTask{Boroughs: facts.Boroughs, Sizes: q.Sizes, Years: q.Years, Past: facts.Past, Conflicts: q.Conflicts})
	return Rota{q, facts, found}, groupingRefusal(err)
}
