package benchmark

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"peerchallenge/pkg/programme"
)

// England is the geography code of the nation.
const England = "E92000001"

// Level is the level of a geography.
type Level string

// The levels.
const (
	National       Level = "national"
	Regional       Level = "regional"
	LocalAuthority Level = "local_authority"
)

// LevelOf answers the level of the geography that a GSS code names: E92 is the
// nation, E12 a region and E13 a part of one, and all else an authority, also
// where authorities are joined by a stroke.
func LevelOf(code string) Level {
	if len(code) < 3 {
		return LocalAuthority
	}
	switch code[:3] {
	case "E92":
		return National
	case "E12", "E13":
		return Regional
	}
	return LocalAuthority
}

// find answers the element that has the key, or nil. The elements must be
// ordered by it.
func find[T any](sorted []T, key string, of func(*T) string) *T {
	i, found := sort.Find(len(sorted), func(i int) int { return strings.Compare(key, of(&sorted[i])) })
	if !found {
		return nil
	}
	return &sorted[i]
}

// Borough answers the borough with the GSS code, or nil.
func (s *Snapshot) Borough(code string) *programme.Borough {
	return find(s.Boroughs, code, func(b *programme.Borough) string { return b.Code })
}

// Authority answers the authority with the GSS code, or nil.
func (s *Snapshot) Authority(code string) *programme.Authority {
	return find(s.Authorities, code, func(a *programme.Authority) string { return a.Code })
}

// SubRegion answers the sub-region with the slug, or nil.
func (s *Snapshot) SubRegion(slug string) *programme.SubRegion {
	return find(s.SubRegions, slug, func(r *programme.SubRegion) string { return r.Slug })
}

// Priority answers the priority with the id, or nil.
func (s *Snapshot) Priority(id string) *programme.Priority {
	return find(s.Priorities, id, func(p *programme.Priority) string { return p.ID })
}

// Membership answers the membership with the id, or nil.
func (s *Snapshot) Membership(id string) *programme.Membership {
	return find(s.Memberships, id, func(m *programme.Membership) string { return m.ID })
}

// Indicator answers the present revision of the indicator, or nil.
func (s *Snapshot) Indicator(code string) *Indicator {
	return find(s.Indicators, code, func(ind *Indicator) string { return ind.Code })
}

// NewestModel answers the code of the newest version of the statistical neighbour model,
// or nothing where there is none.
func (s *Snapshot) NewestModel() string {
	if len(s.Models) == 0 {
		return ""
	}
	return s.Models[len(s.Models)-1].Code
}

// Model answers the version of the statistical neighbour model, or nil.
func (s *Snapshot) Model(code string) *NeighbourModel {
	return find(s.Models, code, func(m *NeighbourModel) string { return m.Code })
}

// Release answers the data release with the id, or nil.
func (s *Snapshot) Release(id string) *Release {
	return find(s.Releases, id, func(r *Release) string { return r.ID })
}

// Period answers the period with the code, or nil.
func (s *Snapshot) Period(code string) *Period {
	p, err := ParsePeriod(code)
	if err != nil {
		return nil
	}
	i, found := sort.Find(len(s.Periods), func(i int) int { return ComparePeriods(p, s.Periods[i]) })
	if !found {
		return nil
	}
	return &s.Periods[i]
}

// NeighboursOf answers the authority's neighbours in the model, closest first. The
// model may know the authority by a code that it had before, or has had since.
func (s *Snapshot) NeighboursOf(model, authority string) []Neighbour {
	for code := range s.Lineages().codes(authority) {
		if found := s.neighboursOf(model, code); len(found) > 0 {
			return found
		}
	}
	return nil
}

func (s *Snapshot) neighboursOf(model, code string) []Neighbour {
	before := func(n Neighbour, end int) int {
		return cmp.Or(strings.Compare(n.ModelCode, model), strings.Compare(n.Authority, code), end)
	}
	// Every neighbour's own key counts as less than the end of the run, and
	// greater than its beginning.
	first, _ := slices.BinarySearchFunc(s.Neighbours, 1, before)
	last, _ := slices.BinarySearchFunc(s.Neighbours, -1, before)
	return s.Neighbours[first:last]
}

// RegionPart is a part of a region.
type RegionPart struct{ Word, Region string }

// RegionParts are the parts of a region that have codes of their own in the
// statistical geography of England (E13), and are published beside it: one region
// has any. No authority has one as its region.
var RegionParts = map[string]RegionPart{"E13000001": {"Inner", "E12000007"}, "E13000002": {"Outer", "E12000007"}}

// Name answers the name of a geography: of an authority, of a region, of the
// nation, or of authorities joined by a stroke. A code that nothing here names
// is answered as it is.
func (s *Snapshot) Name(code string) string {
	if joint := strings.Split(code, "/"); len(joint) > 1 {
		for i := range joint {
			joint[i] = s.Name(joint[i])
		}
		return strings.Join(joint, " / ")
	}
	if code == England {
		return "England"
	}
	if part, is := RegionParts[code]; is {
		return part.Word + " " + s.Name(part.Region)
	}
	if LevelOf(code) == Regional {
		i := slices.IndexFunc(s.Authorities, func(a programme.Authority) bool { return a.RegionCode == code })
		if i >= 0 {
			return s.Authorities[i].RegionName
		}
		return code
	}
	if a := s.Authority(code); a != nil {
		return a.Name
	}
	return code
}

// Groups answers whom the borough is compared with in the period, with the
// statistical neighbours of the given model, or of the newest if none is given.
// Who belongs to a group is judged on the period's last day.
//
// It refuses what the snapshot does not hold, naming each parameter.
func (s *Snapshot) Groups(borough, period, model string) (Groups, error) {
	var faults []programme.Fault
	if s.Borough(borough) == nil {
		faults = append(faults, unknownBorough)
	}
	p := s.Period(period)
	if p == nil {
		faults = append(faults, unknownPeriod)
	}
	if model != "" && s.Model(model) == nil {
		faults = append(faults, unknownModel)
	}
	if len(faults) > 0 {
		return Groups{}, programme.BadRequest(faults...)
	}
	return s.Assembly(p, model).Groups(borough), nil
}

// Assembly is what the groups of all boroughs have in common in one period: found
// once, it serves every borough. It is for one goroutine.
type Assembly struct {
	snapshot *Snapshot
	period   *Period
	previous Period
	model    string
	boroughs []coded
	region   []string
	england  []string
	chosen   []string // a peer group, by the codes by which it was chosen
}

// Assembly answers that of the period, with the neighbours of the model, or of the
// newest where it is empty. The snapshot must hold both.
func (s *Snapshot) Assembly(p *Period, model string) *Assembly {
	if model == "" {
		model = s.NewestModel()
	}
	a := &Assembly{snapshot: s, period: p, previous: p.Previous(), model: model, boroughs: s.boroughsOn(p.EndsOn)}
	a.region, a.england = make([]string, 0, len(a.boroughs)), make([]string, 0, len(s.Authorities))
	for _, b := range a.boroughs {
		a.region = append(a.region, b.code)
	}
	for i := range s.Authorities {
		if authority := &s.Authorities[i]; authority.Holds(p.EndsOn) {
			a.england = append(a.england, authority.Code)
		}
	}
	return a
}

// Groups answers whom the borough, which must be one of the programme's, is compared
// with. What all boroughs have in common is shared, and must not be changed.
func (a *Assembly) Groups(borough string) Groups {
	s, p := a.snapshot, a.period
	g := Groups{
		Borough: borough, Period: p.Code, On: p.EndsOn, Model: a.model, RegionCode: s.RegionOf(borough), Region: a.region, England: a.england,
		Slug: programme.SubRegionOn(s.Memberships, borough, p.EndsOn),
	}
	g.RegionName = s.Name(g.RegionCode)
	lineages := s.Lineages()
	g.recode(lineages, borough, p)
	g.recode(lineages, borough, &a.previous)
	for _, b := range a.boroughs {
		g.note(b.borough, p, b.code)
	}
	g.SubRegion = s.members(g.Slug, a.boroughs, p.EndsOn)
	for _, n := range s.NeighboursOf(a.model, borough) {
		g.Neighbours = append(g.Neighbours, g.recode(lineages, n.Neighbour, p))
	}
	if a.chosen != nil {
		g.Chosen = make([]string, 0, len(a.chosen)) // of a group without members too
	}
	for _, authority := range a.chosen {
		// Who was chosen under both its codes counts once.
		if code := g.recode(lineages, authority, p); !slices.Contains(g.Chosen, code) {
			g.Chosen = append(g.Chosen, code)
		}
	}
	return g
}

// coded is an authority, mostly one of the programme's boroughs, and the code that it had.
type coded struct{ borough, code string }

// boroughsOn answers the boroughs that existed on the day as authorities, in order
// of their codes on that day.
func (s *Snapshot) boroughsOn(day programme.Date) []coded {
	on, lineages := make([]coded, 0, len(s.Boroughs)), s.Lineages()
	for i := range s.Boroughs {
		if code, stood := lineages.On(s.Boroughs[i].Code, day); stood {
			on = append(on, coded{s.Boroughs[i].Code, code})
		}
	}
	slices.SortStableFunc(on, func(a, b coded) int { return strings.Compare(a.code, b.code) })
	// An authority may take part under both its codes, and counts once.
	return slices.CompactFunc(on, func(a, b coded) bool { return a.code == b.code })
}

// members answers the codes of those of the boroughs that belonged to the
// sub-region on the day, in order.
func (s *Snapshot) members(slug string, boroughs []coded, day programme.Date) []string {
	if slug == "" {
		return nil
	}
	var codes []string
	for i := range s.Memberships {
		m := &s.Memberships[i]
		if m.SubRegion != slug || !m.Holds(day) {
			continue
		}
		if k := slices.IndexFunc(boroughs, func(b coded) bool { return b.borough == m.Borough }); k >= 0 {
			codes = append(codes, boroughs[k].code)
		}
	}
	slices.Sort(codes)
	return codes
}

// RegionOf answers the geography code of the borough's region, or "".
func (s *Snapshot) RegionOf(borough string) string {
	if a := s.Authority(borough); a != nil {
		return a.RegionCode
	}
	return ""
}

var (
	unknownBorough = programme.UnknownParameter("borough", "The programme has no borough with this code.")
	unknownPeriod  = programme.UnknownParameter("period", "There is no reporting period with this code.")
	unknownModel   = programme.UnknownParameter("model", "There is no statistical neighbour model with this code.")
)
