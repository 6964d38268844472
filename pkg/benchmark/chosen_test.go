package benchmark_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"sort"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// beside compares Lambeth's like, E09000001, with chosen peers in the year of [changing].
func beside(ind benchmark.Indicator, peers []string, figures ...benchmark.Observation) *benchmark.Chosen {
	s := changing()
	s.Data = dataset(nil, figures...)
	a := s.Assembly(s.Period(year), "")
	a.Choose(peers)
	return s.Data.Resolve(a.Groups("E09000001")).Compare(&ind).Chosen
}

func TestChosenPeers(t *testing.T) {
	joint := symbol(year, score, "E06000002")
	joint.Status = benchmark.Joint
	one, two, three, other := observation(year, score, "E09000001", 4), observation(year, score, "E09000002", 2), observation(year, score, "E09000003", 9), observation(year, score, "E06000002", 4)
	all := []benchmark.Observation{one, two, three, other}
	type out struct {
		mean, median any
		n            int
		rank         any
		ranked       int
		excluded     []benchmark.Exclusion
	}
	tests := map[string]struct {
		polarity benchmark.Polarity
		peers    []string
		figures  []benchmark.Observation
		want     out
	}{
		"others, low is best":             {benchmark.Low, []string{"E09000002", "E09000003"}, all, out{5.5, 5.5, 2, 2, 3, nil}},
		"others, high is best":            {benchmark.High, []string{"E09000002", "E09000003"}, all, out{5.5, 5.5, 2, 2, 3, nil}},
		"others, neutral":                 {benchmark.Neutral, []string{"E09000002", "E09000003"}, all, out{5.5, 5.5, 2, nil, 3, nil}},
		"the best":                        {benchmark.High, []string{"E09000002", "E06000002"}, all, out{3.0, 3.0, 2, 1, 3, nil}},
		"itself counts once":              {benchmark.Low, []string{"E09000001", "E09000002", "E09000003"}, all, out{5.0, 4.0, 3, 2, 3, nil}},
		"with one that has no value":      {benchmark.Low, []string{"E09000002", "E06000002"}, []benchmark.Observation{one, two, joint}, out{2.0, 2.0, 1, 2, 2, []benchmark.Exclusion{{benchmark.Joint, []string{"E06000002"}}}}},
		"without a value of its own":      {benchmark.Low, []string{"E09000002", "E09000003"}, []benchmark.Observation{two, three}, out{5.5, 5.5, 2, nil, 2, nil}},
		"itself without a value is named": {benchmark.Low, []string{"E09000001", "E09000002"}, []benchmark.Observation{two}, out{2.0, 2.0, 1, nil, 1, []benchmark.Exclusion{{benchmark.NotHeld, []string{"E09000001"}}}}},
		"nobody has a value":              {benchmark.Low, []string{"E09000002", "E09000003"}, []benchmark.Observation{one}, out{nil, nil, 0, 1, 1, []benchmark.Exclusion{{benchmark.NotHeld, []string{"E09000002", "E09000003"}}}}},
		"nothing is held at all":          {benchmark.Low, []string{"E09000002", "E09000003"}, nil, out{nil, nil, 0, nil, 0, []benchmark.Exclusion{{benchmark.NotHeld, []string{"E09000002", "E09000003"}}}}},
		"who no longer stood is named":    {benchmark.Low, []string{"E06000001", "E09000002"}, all, out{2.0, 2.0, 1, 2, 2, []benchmark.Exclusion{{benchmark.NotHeld, []string{"E06000001"}}}}},
		"a true nought counts":            {benchmark.Low, []string{"E09000002", "E09000003"}, []benchmark.Observation{one, observation(year, score, "E09000002", 0), three}, out{4.5, 4.5, 2, 2, 3, nil}},
		"a group without members":         {benchmark.Low, []string{}, all, out{nil, nil, 0, 1, 1, nil}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := beside(of(tt.polarity), tt.peers, tt.figures...)
			got := out{text(c.Mean), text(c.Median), c.N, nil, c.Place.N, c.Excluded}
			if c.Place.Rank != nil {
				got.rank = *c.Place.Rank
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
	if c := beside(of(benchmark.Low), nil, all...); c != nil {
		t.Errorf("nobody was chosen, and beside stands %+v", c)
	}
}

// An authority that was chosen under both its codes counts once, under the one that it had.
func TestChosenUnderBothCodes(t *testing.T) {
	s := london(t)
	for period, code := range map[string]string{"2019-20": "E10000002", "2020-21": "E06000060"} {
		a := s.Assembly(s.Period(period), "")
		a.Choose([]string{"E06000060", "E10000002", "E09000022"})
		g := a.Groups("E09000006")
		if want := []string{code, "E09000022"}; !slices.Equal(g.Chosen, want) {
			t.Errorf("%s: %v are beside, want %v", period, g.Chosen, want)
		}
		if c := s.Data.Resolve(g).Compare(&rereferrals).Chosen; c.N != 2 || c.Excluded != nil {
			t.Errorf("%s: %+v", period, c)
		}
		d, err := s.Distribution(&rereferrals, period, benchmark.Set{Among: benchmark.AmongPeers, Peers: []string{"E06000060", "E10000002", "E09000022"}})
		if err != nil || len(d.Items) != 2 || d.Summary.N != 2 {
			t.Errorf("%s: the distribution is %+v, %v", period, d, err)
		}
	}
}

// recomputed are the statistics of a set, made anew by the plainest means.
type recomputed struct {
	values []float64 // ascending
	mean   float64
	median float64
}

func recompute(values []float64) recomputed {
	r := recomputed{values: slices.Clone(values)}
	sort.Float64s(r.values)
	sum := 0.0
	for _, v := range r.values {
		sum += v
	}
	n := len(r.values)
	if n > 0 {
		r.mean, r.median = sum/float64(n), (r.values[(n-1)/2]+r.values[n/2])/2
	}
	return r
}

// place is 1 and those that are lower.
func (r recomputed) place(value float64) int {
	place := 1
	for _, v := range r.values {
		if v < value {
			place++
		}
	}
	return place
}

// Chosen peers are what the published figures say when they are read and reckoned again: of
// all boroughs in all years, with random peers.
func TestChosenPeersAreRecomputed(t *testing.T) {
	s := london(t)
	published := func(period, authority string) *float64 {
		f, _ := s.Data.Column(period, rereferrals.Code).Figure(authority)
		return f.Value
	}
	random := rand.New(rand.NewPCG(70, 1)) // #nosec G404 -- peers, and the same ones each time
	checked := 0
	for i := range s.Periods {
		p := &s.Periods[i]
		a := s.Assembly(p, "")
		for _, borough := range s.Boroughs {
			var peers []string
			for _, k := range random.Perm(len(s.Authorities))[:2+random.IntN(30)] {
				peers = append(peers, s.Authorities[k].Code)
			}
			if random.IntN(2) == 0 && !slices.Contains(peers, borough.Code) {
				peers = append(peers, borough.Code)
			}
			a.Choose(peers)
			groups := a.Groups(borough.Code)
			c := s.Data.Resolve(groups).Compare(&rereferrals)
			own := published(p.Code, borough.Code)

			var chosen []float64
			counted := map[string]bool{}
			left := 0
			for _, peer := range peers {
				code, stood := s.Lineages().In(peer, *p)
				if !stood {
					code = peer
				}
				if counted[code] {
					continue
				}
				counted[code] = true
				if v := published(p.Code, code); v != nil {
					chosen = append(chosen, *v)
				} else {
					left++
				}
			}
			want := recompute(chosen)
			if c.Chosen.N != len(chosen) || len(leftOut(c.Chosen.Excluded)) != left || len(chosen) > 0 && (!near(c.Chosen.Mean, want.mean) || !near(c.Chosen.Median, want.median)) {
				t.Errorf("%s in %s beside %v: %+v, want %+v without %d", borough.Code, p.Code, peers, c.Chosen, want, left)
			}
			if own != nil {
				ranked := len(chosen)
				if !counted[borough.Code] {
					ranked++
				}
				if *c.Chosen.Place.Rank != want.place(*own) || c.Chosen.Place.N != ranked {
					t.Errorf("%s in %s is at %d of %d beside %v, want %d of %d", borough.Code, p.Code, *c.Chosen.Place.Rank, c.Chosen.Place.N, peers, want.place(*own), ranked)
				}
			}
			checked++
		}
	}
	if checked != 13*33 {
		t.Errorf("%d comparisons were checked", checked)
	}
}

// The neighbours one by one are those whose centre the comparison says, of all boroughs in
// all years; the borough has its place among them.
func TestNeighboursAreRecomputed(t *testing.T) {
	s := london(t)
	for i := range s.Periods {
		p := &s.Periods[i]
		for _, borough := range s.Boroughs {
			c := s.Data.Resolve(groupsOf(t, s, borough.Code, p.Code)).Compare(&rereferrals)
			var nearest []string
			for _, n := range s.NeighboursOf("2025", borough.Code) {
				nearest = append(nearest, n.Neighbour)
			}
			d, err := s.Distribution(&rereferrals, p.Code, benchmark.Set{Among: benchmark.AmongNeighbours, Borough: borough.Code})
			if err != nil || len(d.Items) != 11 || d.Items[0].Borough != borough.Code || d.Items[0].Member || d.Items[0].Nearness != 0 {
				t.Fatalf("%s in %s has %+v, %v", borough.Code, p.Code, d.Items, err)
			}
			var values []float64
			for k, item := range d.Items[1:] {
				if item.Borough != nearest[k] || item.Nearness != k+1 || !item.Member {
					t.Errorf("%s in %s: at %d stands %+v, want %s", borough.Code, p.Code, k, item, nearest[k])
				}
				if item.Figure.Value != nil {
					values = append(values, *item.Figure.Value)
				}
			}
			want := recompute(values)
			if c.Neighbours.N != len(values) || d.Summary.N != len(values) || len(values) > 0 && (!near(c.Neighbours.Mean, want.mean) || !near(c.Neighbours.Median, want.median) ||
				!near(d.Summary.Mean, want.mean) || *d.Summary.Median != *c.Neighbours.Median) {
				t.Errorf("%s in %s: the neighbours are %+v, the comparison says %+v, want %+v", borough.Code, p.Code, d.Summary, c.Neighbours, want)
			}
			if rank := d.Items[0].Rank; c.Figure.Value != nil && (*rank != want.place(*c.Figure.Value) || d.RankedN != len(values)+1) {
				t.Errorf("%s in %s is at %d of %d among its neighbours, want %d", borough.Code, p.Code, *rank, d.RankedN, want.place(*c.Figure.Value))
			}
		}
	}
}

// Every region and all of England are in order, each with its place, and the places in
// England are those of the comparisons.
func TestRegionsAndEngland(t *testing.T) {
	s := london(t)
	regions := map[string][]string{}
	for _, a := range s.Authorities {
		if a.Holds("2025-03-31") {
			regions[a.RegionCode] = append(regions[a.RegionCode], a.Code)
			regions[benchmark.England] = append(regions[benchmark.England], a.Code)
		}
	}
	if len(regions) != 10 || len(regions[benchmark.England]) != 153 {
		t.Fatalf("%d regions, %d authorities", len(regions)-1, len(regions[benchmark.England]))
	}
	column := s.Data.Column(year, rereferrals.Code)
	for region, members := range regions {
		set := benchmark.Set{Among: benchmark.AmongRegion, RegionCode: region}
		if region == benchmark.England {
			set = benchmark.Set{Among: benchmark.AmongEngland}
		}
		d, err := s.Distribution(&rereferrals, year, set)
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		var values []float64
		for i, item := range d.Items {
			codes = append(codes, item.Code)
			if item.Figure.Value == nil {
				continue
			}
			values = append(values, *item.Figure.Value)
			if i > 0 && *item.Figure.Value < *d.Items[i-1].Figure.Value {
				t.Errorf("%s: %s is out of order", region, item.Code)
			}
		}
		want := recompute(values)
		for _, item := range d.Items[:len(values)] {
			if *item.Rank != want.place(*item.Figure.Value) {
				t.Errorf("%s: %s is at %d, want %d", region, item.Code, *item.Rank, want.place(*item.Figure.Value))
			}
		}
		slices.Sort(codes)
		slices.Sort(members)
		if !slices.Equal(codes, members) || d.Summary.N != len(values) || d.RankedN != len(values) || !near(d.Summary.Mean, want.mean) || !near(d.Summary.Median, want.median) ||
			*d.Summary.Minimum != want.values[0] || *d.Summary.Maximum != want.values[len(values)-1] {
			t.Errorf("%s is %v with %+v, want %v with %+v", region, codes, d.Summary, members, want)
		}
		if region != benchmark.England {
			if whole, _ := column.Figure(region); d.Code != region || *d.Region.Value != *whole.Value {
				t.Errorf("%s is published as %v under %s, want %v", region, d.Region, d.Code, whole)
			}
			continue
		}
		for _, b := range s.Boroughs {
			groups, err := s.Groups(b.Code, year, "")
			if err != nil {
				t.Fatal(err)
			}
			c := s.Data.Resolve(groups).Compare(&rereferrals)
			at := d.Items[slices.IndexFunc(d.Items, func(i benchmark.DistributionItem) bool { return i.Borough == b.Code })]
			if *at.Rank != *c.England.Rank || c.England.N != d.RankedN || *c.England.LowerQuartile != *d.Summary.LowerQuartile || at.SubRegion == "" {
				t.Errorf("%s is %+v in England, its comparison says %+v", b.Code, at, c.England)
			}
		}
	}
}

// A borough stands beside a set that it does not belong to, with a place, and does not count.
func TestABoroughBesideASet(t *testing.T) {
	s := london(t)
	for name, tt := range map[string]struct {
		set    benchmark.Set
		member bool
		items  int
		n      int
	}{
		"another region":  {benchmark.Set{Among: benchmark.AmongRegion, RegionCode: "E12000001", Borough: "E09000022"}, false, 13, 12},
		"its own region":  {benchmark.Set{Among: benchmark.AmongRegion, RegionCode: "E12000007", Borough: "E09000022"}, true, 33, 33},
		"its sub-region":  {benchmark.Set{Among: benchmark.AmongSubRegion, SubRegion: "south", Borough: "E09000022"}, true, 12, 12},
		"another one":     {benchmark.Set{Among: benchmark.AmongSubRegion, SubRegion: "north", Borough: "E09000022"}, false, 6, 5},
		"peers":           {benchmark.Set{Among: benchmark.AmongPeers, Peers: []string{"E09000033", "E08000038"}, Borough: "E09000022"}, false, 3, 2},
		"itself, a peer":  {benchmark.Set{Among: benchmark.AmongPeers, Peers: []string{"E09000033", "E09000022"}, Borough: "E09000022"}, true, 2, 2},
		"England":         {benchmark.Set{Among: benchmark.AmongEngland, Borough: "E09000022"}, true, 153, 153},
		"the programme's": {benchmark.Set{Borough: "E09000022"}, true, 33, 33},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := s.Distribution(&rereferrals, year, tt.set)
			if err != nil {
				t.Fatal(err)
			}
			at := slices.IndexFunc(d.Items, func(i benchmark.DistributionItem) bool { return i.Borough == "E09000022" })
			if at < 0 || d.Items[at].Member != tt.member || len(d.Items) != tt.items || d.Summary.N != tt.n || d.RankedN != tt.items {
				t.Fatalf("%d items, n %d, ranked %d, Lambeth at %d", len(d.Items), d.Summary.N, d.RankedN, at)
			}
			if i := d.Items[at]; *i.Rank != 1+slices.IndexFunc(d.Items, func(o benchmark.DistributionItem) bool { return *o.Figure.Value == *i.Figure.Value }) || *i.Figure.Value != 21.3 {
				t.Errorf("Lambeth is %+v", i)
			}
		})
	}
}

func TestASetIsWhole(t *testing.T) {
	peers, group := []string{"E09000022", "E09000033"}, new("g")
	for name, tt := range map[string]struct {
		set   benchmark.Set
		group *string
		want  []string
	}{
		"the programme's boroughs":   {benchmark.Set{Among: benchmark.AmongBoroughs, Borough: "E09000022"}, nil, nil},
		"England":                    {benchmark.Set{Among: benchmark.AmongEngland}, nil, nil},
		"a region":                   {benchmark.Set{Among: benchmark.AmongRegion, RegionCode: "E12000001"}, nil, nil},
		"a region that is not named": {benchmark.Set{Among: benchmark.AmongRegion}, nil, []string{"regionCode required"}},
		"a sub-region":               {benchmark.Set{Among: benchmark.AmongSubRegion, SubRegion: "south"}, nil, nil},
		"one that is not named":      {benchmark.Set{Among: benchmark.AmongSubRegion}, nil, []string{"subRegion required"}},
		"neighbours by a model":      {benchmark.Set{Among: benchmark.AmongNeighbours, Borough: "E09000022", Model: "2025"}, nil, nil},
		"neighbours of nobody":       {benchmark.Set{Among: benchmark.AmongNeighbours}, nil, []string{"borough required"}},
		"peers":                      {benchmark.Set{Among: benchmark.AmongPeers, Peers: peers}, nil, nil},
		"a group":                    {benchmark.Set{Among: benchmark.AmongPeers}, group, nil},
		"no peers":                   {benchmark.Set{Among: benchmark.AmongPeers}, nil, []string{"peer required"}},
		"a group and its boroughs":   {benchmark.Set{Among: benchmark.AmongPeers, Peers: peers}, group, []string{"peer one_of"}},
		"a peer named twice":         {benchmark.Set{Among: benchmark.AmongPeers, Peers: []string{"E09000022", "E09000022"}}, nil, []string{"peer repeated"}},
		"what belongs to others":     {benchmark.Set{Among: benchmark.AmongEngland, RegionCode: "x", SubRegion: "x", Model: "x", Peers: peers}, nil, []string{"regionCode not_allowed", "subRegion not_allowed", "model not_allowed", "peer not_allowed"}},
		"a group, but all boroughs":  {benchmark.Set{Among: benchmark.AmongBoroughs}, group, []string{"peerChallengeGroupId not_allowed"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range tt.set.Check(tt.group) {
				got = append(got, f.Parameter+" "+string(f.Code))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestASetHasAName(t *testing.T) {
	s := changing()
	s.SubRegions = []programme.SubRegion{{Slug: "west", Name: "West London"}}
	for name, set := range map[string]benchmark.Set{
		"North East":  {Among: benchmark.AmongRegion, RegionCode: "E12000001"},
		"West London": {Among: benchmark.AmongSubRegion, SubRegion: "west"},
		"":            {Among: benchmark.AmongEngland},
	} {
		if got := set.Name(s); got != name {
			t.Errorf("it is called %q, want %q", got, name)
		}
	}
}
