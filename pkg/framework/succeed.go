package framework

import (
	"fmt"
	"slices"
	"time"

	"peerchallenge/pkg/programme"
)

// Publish fixes the draft for ever, if it is the actor's to do. The document must pass
// [Document.Check], and follow the versions that are published already: see
// [Framework.Follows]. Every fault is named at once.
func (f *Framework) Publish(actor programme.Actor, now time.Time, known Known, published []Framework) error {
	if err := f.May(actor, Publish); err != nil {
		return err
	}
	if err := programme.Together(f.Document.Check(known), f.Follows(published)); err != nil {
		return err
	}
	f.State, f.PublishedAt, f.Audience = Published, &now, programme.Everyone()
	return nil
}

// Before answers which of the published versions the number follows: the highest below
// it, or nil. So 1.0.1 follows 1.0.0, even where there is a 1.1.0.
func Before(number Version, published []Framework) *Framework {
	var before *Framework
	for i := range published {
		v := published[i].version()
		if v.Compare(number) >= 0 {
			continue
		}
		if before == nil || v.Compare(before.version()) > 0 {
			before = &published[i]
		}
	}
	return before
}

// Follows refuses a version whose number does not fit what it changes of the one before
// it, one that gives a count another basis under its old name, and a rule that asks
// something else under its old version.
func (f *Framework) Follows(published []Framework) error {
	number, err := ParseVersion(f.Number)
	if err != nil {
		return err
	}
	faults := f.basesKept(published)
	before := Before(number, published)
	if before == nil {
		return programme.Refuse(faults)
	}
	changes := Changes(&before.Document, &f.Document)
	if least := Next(before.version(), Highest(changes)); number.Compare(least) < 0 {
		at := slices.IndexFunc(changes, func(c Change) bool { return c.Level == Highest(changes) })
		faults = append(faults, programme.Fault{
			Pointer: "/version", Code: programme.FaultTooSmall,
			Detail: fmt.Sprintf("What this changes of %s is %s: the version is %s or higher. %s", before.Number, Highest(changes), least, changes[at].Detail),
		})
	}
	return programme.Refuse(append(faults, f.rulesVersioned(before)...))
}

func (f *Framework) version() Version {
	v, _ := ParseVersion(f.Number) // it was checked when it was made
	return v
}

// Least answers the lowest version that may have changes of the level against this one.
func (f *Framework) Least(level Level) Version { return Next(f.version(), level) }

// Next answers the lowest version that may have changes of the level.
func Next(v Version, level Level) Version {
	switch level {
	case Major:
		return Version{v.Major + 1, 0, 0}
	case Minor:
		return Version{v.Major, v.Minor + 1, 0}
	case Patch: // as where nothing is changed
	}
	return Version{v.Major, v.Minor, v.Patch + 1}
}

// basesKept refuses a count that was published with another basis: figures of both would
// stand in one series, and their difference would tell what neither shows.
func (f *Framework) basesKept(published []Framework) []programme.Fault {
	var faults []programme.Fault
	for i, c := range f.Document.Counts {
		for _, other := range published {
			if was := other.Document.Count(c.Code); was != nil && was.Basis != c.Basis {
				faults = append(faults, programme.Fault{
					Pointer: fmt.Sprintf("/counts/%d/basis", i), Code: programme.FaultBasisChanged,
					Detail: fmt.Sprintf("Framework %s counts %s by %s: a count gets another basis only with another code.", other.Number, c.Code, was.Basis),
				})
				break
			}
		}
	}
	return faults
}

func (f *Framework) rulesVersioned(before *Framework) []programme.Fault {
	var faults []programme.Fault
	for i, r := range f.Document.Rules {
		at := slices.IndexFunc(before.Document.Rules, func(was Rule) bool { return was.Code == r.Code })
		if at < 0 {
			continue
		}
		was := before.Document.Rules[at]
		if r.Version < was.Version || r.Version == was.Version && !r.sameQuestion(was) {
			faults = append(faults, programme.Fault{
				Pointer: fmt.Sprintf("/rules/%d/version", i), Code: programme.FaultUnversioned,
				Detail: fmt.Sprintf("The rule asks something else than in %s: give it the version %d.", before.Number, was.Version+1),
			})
		}
	}
	return faults
}
