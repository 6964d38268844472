package programme

import "slices"

// Precondition is what somebody who sends a whole document says of the state that it
// replaces. With neither, nothing is replaced.
type Precondition struct {
	Create bool    // there is to be none yet
	Match  []int64 // the versions one of which must be the present one
}

// Stands refuses to replace what the precondition does not name. there is whether there is
// one already, which what names, such as "return".
func (p Precondition) Stands(what string, there bool, version int64) error {
	switch {
	case p.Create && there:
		return Errorf(Stale, CodeStale, "There is a %s already. Read it, and send its etag as If-Match.", what)
	case p.Create:
		return nil
	case len(p.Match) == 0:
		return Errorf(PreconditionRequired, CodeIfMatchRequired, "Send If-None-Match: * to create the %s, or the etag of the one that you have read as If-Match.", what)
	case !there, !slices.Contains(p.Match, version):
		return Errorf(Stale, CodeStale, "It has been changed since you read it.")
	}
	return nil
}
