package benchmark

import (
	"strings"
	"time"

	"peerchallenge/pkg/programme"
)

// Caveat is what whoever reads figures must know of them: of those of an indicator, of an
// authority or of a release, or of those that are of all that are named.
type Caveat struct {
	ID         string `gorm:"primaryKey"` // UUIDv7
	Text       string
	Rationale  *string // why it matters
	Definition *string // where the source defines what is counted
	Indicator  *string `gorm:"column:indicator_code"`
	Authority  *string `gorm:"column:authority_code"`
	ReleaseID  *string
	ValidFrom  *programme.Date // the first day that it is about; nil where about all until the last
	ValidTo    *programme.Date
	Version    int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Check refuses a caveat that is about all figures, or whose last day comes before its first.
func (c *Caveat) Check() error {
	var faults []programme.Fault
	if c.Indicator == nil && c.Authority == nil && c.ReleaseID == nil {
		faults = append(faults, programme.Fault{Pointer: "/indicator", Code: programme.FaultRequired, Detail: "Say of which indicator, authority or release it is: at least one of these."})
	}
	return programme.Refuse(append(faults, programme.InOrder("/validTo", c.ValidFrom, c.ValidTo)...))
}

// Caveat answers the caveat with the id, or nil.
func (s *Snapshot) Caveat(id string) *Caveat {
	return find(s.Caveats, id, func(c *Caveat) string { return c.ID })
}

// CaveatsOf answers the ids of the caveats that hold for the geography's figure on the
// indicator in the period, in order of creation. An authority is known by every code that it
// has had.
func (s *Snapshot) CaveatsOf(indicator, geography string, p *Period) []string {
	ids := []string{}
	for i := range s.Caveats {
		c := &s.Caveats[i]
		if c.Indicator != nil && *c.Indicator != indicator || c.ValidFrom != nil && p.EndsOn < *c.ValidFrom || c.ValidTo != nil && *c.ValidTo < p.StartsOn ||
			c.Authority != nil && !s.isOf(geography, *c.Authority) {
			continue
		}
		if c.ReleaseID != nil {
			if _, release := s.Data.Column(p.Code, indicator).Figure(geography); release != *c.ReleaseID {
				continue
			}
		}
		ids = append(ids, c.ID)
	}
	return ids
}

// isOf reports whether the geography's code is one of the authority's, or has one of them: codes
// of authorities that are published together are joined, and all have one length.
func (s *Snapshot) isOf(geography, authority string) bool {
	for code := range s.Lineages().codes(authority) {
		if strings.Contains(geography, code) {
			return true
		}
	}
	return false
}
