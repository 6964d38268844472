package server_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// publishedIn are the numbers of a period as observations list them, by indicator and
// authority.
func (w *world) publishedIn(period string) map[string]map[string]float64 {
	w.t.Helper()
	of := map[string]map[string]float64{}
	for line := range strings.Lines(w.get("/v1/observations?period=" + period + "&format=ndjson").want(200).body) {
		var o api.Observation
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			w.t.Fatal(err)
		}
		if of[o.Indicator] == nil {
			of[o.Indicator] = map[string]float64{}
		}
		if o.Value != nil {
			of[o.Indicator][o.Geography] = *o.Value
		}
	}
	return of
}

// middle is the mean and the median of the values; nil of none.
func middle(values []float64) (mean, median *float64) {
	if len(values) == 0 {
		return nil, nil
	}
	values = slices.Sorted(slices.Values(values))
	sum, n := 0.0, len(values)
	for _, v := range values {
		sum += v
	}
	return new(sum / float64(n)), new((values[(n-1)/2] + values[n/2]) / 2)
}

// toFour reports whether an answer says the number, to four decimals.
func toFour(got, want *float64) bool {
	if got == nil || want == nil {
		return got == want
	}
	return math.Abs(*got-*want) < 0.00005+1e-9
}

// TestPeersAreRecomputedOnEveryIndicator: of every borough on every indicator, with random
// authorities beside it, what the comparison says of them is what their published figures
// say when they are reckoned again.
func TestPeersAreRecomputedOnEveryIndicator(t *testing.T) {
	t.Parallel()
	a := newWideAsking(t)
	const period = "2024-25"
	published := a.publishedIn(period)
	random := rand.New(rand.NewPCG(70, 2)) // #nosec G404 -- peers, and the same ones each time
	checked, itself := 0, 0
	for _, borough := range a.boroughs {
		peers := []string{}
		for _, k := range random.Perm(len(a.england))[:2+random.IntN(40)] {
			peers = append(peers, a.england[k])
		}
		var page api.ComparisonPage
		a.get("/v1/comparisons?borough=" + borough + "&period=" + period + "&limit=500&peer=" + strings.Join(peers, "&peer=")).want(200).into(&page)
		for _, item := range page.Items {
			of := published[item.Indicator]
			var values []float64
			var without []string
			better := 0
			for _, peer := range page.Method.Peers {
				v, has := of[peer]
				if !has {
					without = append(without, peer)
					continue
				}
				values = append(values, v)
				if item.Value != nil && (item.Polarity == "low" && v < *item.Value || item.Polarity == "high" && v > *item.Value) {
					better++
				}
			}
			mean, median := middle(values)
			got := item.Peers
			if got.N != len(values) || !toFour(got.Mean, mean) || !toFour(got.Median, median) {
				t.Errorf("%s on %s beside %v: %s, want %s and %s of %d", borough, item.Indicator, peers, jsonOf(t, got), short(mean), short(median), len(values))
			}
			var left []string
			for _, e := range got.Excluded {
				left = append(left, e.Authority)
				if e.AuthorityName == e.Authority || e.AuthorityName == "" {
					t.Errorf("%s has no name", e.Authority)
				}
			}
			if slices.Sort(left); !slices.Equal(left, slices.Sorted(slices.Values(without))) {
				t.Errorf("%s on %s leaves out %v, want %v", borough, item.Indicator, left, without)
			}
			ranked := len(values)
			if slices.Contains(page.Method.Peers, borough) {
				itself++
			} else if item.Value != nil {
				ranked++
			}
			if got.RankedN != ranked || (got.Rank == nil) != (item.Value == nil || item.Polarity == "neutral") || got.Rank != nil && *got.Rank != better+1 {
				t.Errorf("%s on %s is at %s of %d, want %d of %d", borough, item.Indicator, whole(got.Rank), got.RankedN, better+1, ranked)
			}
			checked++
		}
	}
	if checked < 33*15 || itself == 0 {
		t.Errorf("only %d comparisons, %d with the borough among its peers", checked, itself)
	}
}

// TestAGroupStandsBesideAComparison: as its boroughs do when they are named, for everybody
// who sees the group, and anew when somebody joins it.
func TestAGroupStandsBesideAComparison(t *testing.T) {
	t.Parallel()
	w := start(t)
	g := w.group(programme.ChallengeInProgress, own, group)
	const at = "/v1/comparisons?borough=" + own + "&period=2024-25&indicator=REREF_PCT"
	named := at + "&peer=" + own + "&peer=" + group
	grouped := at + "&peerChallengeGroupId=" + g.ID
	manager := w.as(programme.RoleProgramme, "")
	var chosen, of, none api.ComparisonPage
	w.get(named).want(200).into(&chosen)
	w.get(at).want(200).into(&none)
	for _, c := range []caller{manager, w.as(programme.RoleBoroughLead, farAway), w.as(programme.RoleReporting, "")} {
		c.get(grouped).want(200).into(&of)
		if !reflect.DeepEqual(of.Items, chosen.Items) || text(of.Method.PeerChallengeGroupName) != "Group 1" || !slices.Equal(of.Method.Peers, []string{group, own}) && !slices.Equal(of.Method.Peers, []string{own, group}) {
			t.Errorf("the group is %s, its boroughs are %s", jsonOf(t, of.Items), jsonOf(t, chosen.Items))
		}
	}
	if p := chosen.Items[0].Peers; p.N != 2 || p.RankedN != 2 || chosen.Method.PeerChallengeGroupName != nil {
		t.Errorf("with itself among its peers a borough has %s", jsonOf(t, p))
	}
	if none.Items[0].Peers != nil || len(none.Method.Peers) > 0 {
		t.Errorf("without peers it has %s", jsonOf(t, none.Items[0].Peers))
	}
	of.Items[0].Peers = nil
	if !reflect.DeepEqual(of.Items, none.Items) {
		t.Error("peers change what stands beside them")
	}

	// In short it is said once, and leads to everything behind it.
	var short api.ComparisonPage
	manager.get(grouped + "&method=short").want(200).into(&short)
	if short.Method != nil || len(short.ShortMethod.Peers) != 2 || text(short.ShortMethod.PeerChallengeGroupName) != "Group 1" {
		t.Errorf("in short the method is %s", jsonOf(t, short.ShortMethod))
	}
	manager.get(short.ShortMethod.Compared[0].Href + "&indicator=REREF_PCT").want(200).into(&of)
	if !reflect.DeepEqual(of.Items[0].Peers, chosen.Items[0].Peers) {
		t.Errorf("%s answers %s", short.ShortMethod.Compared[0].Href, jsonOf(t, of.Items))
	}
	w.get(named + "&method=short").want(200).into(&short)
	w.get(short.ShortMethod.Compared[0].Href + "&indicator=REREF_PCT").want(200).into(&of)
	if !reflect.DeepEqual(of.Items[0].Peers, chosen.Items[0].Peers) {
		t.Errorf("%s answers %s", short.ShortMethod.Compared[0].Href, jsonOf(t, of.Items))
	}

	header, list := table(t, w.get(named+"&format=csv&bom=true"))
	if last := header[len(header)-10 : len(header)-3]; !slices.Equal(last, []string{"peers.mean", "peers.median", "peers.n", "peers.rank", "peers.rankedN", "peers.excluded", "peers.excluded.authority"}) || list[0][len(header)-8] != "2" {
		t.Errorf("before the target the table has %q, %q", last, list[0])
	}

	kept := manager.get(grouped).want(200)
	manager.send(http.MethodGet, grouped, "", "If-None-Match", kept.header.Get("ETag")).want(304)
	manager.change(http.MethodPut, groupsPath+g.ID+"/members/E09000006", `{"role":"visitor"}`, "X-Audit-Reason", "It joins late.").want(200)
	manager.send(http.MethodGet, grouped, "", "If-None-Match", kept.header.Get("ETag")).want(200).into(&of)
	if of.Items[0].Peers.N != 3 {
		t.Errorf("the group has another member, and the comparison says %s", jsonOf(t, of.Items[0].Peers))
	}
}

// TestPeersOfFiguresAreRefused: the same choices as beside a quarter are, but any authority
// may be named here.
func TestPeersOfFiguresAreRefused(t *testing.T) {
	t.Parallel()
	w := start(t)
	g := w.group(programme.ChallengeInProgress, own, group)
	const elsewhere = "E08000038" // Barnsley
	for _, at := range []string{"/v1/comparisons?borough=" + own + "&period=2024-25&indicator=REREF_PCT", "/v1/indicators/REREF_PCT/distribution?period=2024-25&among=peers"} {
		for query, want := range map[string][]string{
			"&peer=" + own + "&peer=E09000099": {"peer unknown_value"},
			"&peer=" + own + "&peer=" + own:    {"peer repeated"},
			"&peer=" + own:                     {"peer too_few"},
			"&peer=" + own + "&peer=" + group + "&peerChallengeGroupId=" + g.ID: {"peer one_of"},
			"&peerChallengeGroupId=" + nothing:                                  {"peerChallengeGroupId unknown_value"},
		} {
			if got := w.get(at+query).problem(400, "bad_request"); !slices.Equal(got, want) {
				t.Errorf("%s: faults %v, want %v", at+query, got, want)
			}
		}
		w.get(at + "&peer=" + own + "&peer=" + elsewhere).want(200)
	}
}

// TestADistributionAmongOthers asks for every set.
func TestADistributionAmongOthers(t *testing.T) {
	t.Parallel()
	w := start(t)
	g := w.group(programme.ChallengeInProgress, own, group)
	const at = "/v1/indicators/REREF_PCT/distribution?period=2024-25&limit=500"
	asked := func(query string) (d api.Distribution) {
		t.Helper()
		w.get(at + query).want(200).into(&d)
		return d
	}
	for query, want := range map[string]struct {
		items, n int
		name     string
		borough  string
	}{
		"":                                   {33, 33, "", ""},
		"&among=boroughs&borough=" + own:     {33, 33, "", own},
		"&among=england":                     {153, 153, "", ""},
		"&among=region&regionCode=E12000001": {12, 12, "North East", ""},
		"&among=region&regionCode=E12000001&borough=" + own:           {13, 12, "North East", own},
		"&among=sub_region&subRegion=north":                           {5, 5, "North London", ""},
		"&among=neighbours&borough=" + own:                            {11, 10, "", own},
		"&among=neighbours&model=2025&borough=" + own:                 {11, 10, "", own},
		"&among=peers&peer=" + own + "&peer=E08000038":                {2, 2, "", ""},
		"&among=peers&peerChallengeGroupId=" + g.ID:                   {2, 2, "Group 1", ""},
		"&among=peers&borough=E09000033&peerChallengeGroupId=" + g.ID: {3, 2, "Group 1", "E09000033"},
	} {
		d := asked(query)
		if len(d.Items) != want.items || d.Summary.N != want.n || d.RankedN != want.items || text(d.AmongName) != want.name || text(d.Borough) != want.borough || (d.Borough == nil) != (d.BoroughName == nil) {
			t.Errorf("%s: %d items, %d and %d with a value, %q, %q", query, len(d.Items), d.Summary.N, d.RankedN, text(d.AmongName), text(d.Borough))
		}
		if (d.Among == "neighbours") != (d.NeighbourModel != nil) || (d.Among == "boroughs") != !strings.Contains(query, "among=") && query != "&among=boroughs&borough="+own {
			t.Errorf("%s: among %s by the model %q", query, d.Among, text(d.NeighbourModel))
		}
	}
	if d := asked("&among=region&regionCode=E12000001"); text(d.Summary.Region.Name) != "North East" || *d.Summary.Region.Value == 19.4 {
		t.Errorf("the region is %s", jsonOf(t, d.Summary.Region))
	}
	for query, want := range map[string][]string{
		"&among=region":     {"regionCode required"},
		"&among=sub_region": {"subRegion required"},
		"&among=neighbours": {"borough required"},
		"&among=peers":      {"peer required"},
		"&among=england&model=2025&subRegion=south": {"model not_allowed", "subRegion not_allowed"},
		"&regionCode=E12000001":                     {"regionCode not_allowed"},
		"&among=region&regionCode=E12000099":        {"regionCode unknown_value"},
		"&among=neighbours&borough=E08000038":       {"borough unknown_value"},
		"&peerChallengeGroupId=" + g.ID:             {"peerChallengeGroupId not_allowed"},
	} {
		if got := w.get(at+query).problem(400, "bad_request"); !slices.Equal(got, want) {
			t.Errorf("%s: faults %v, want %v", query, got, want)
		}
	}
}

// TestNeighboursOneByOne: the borough and its neighbours in their order, on every indicator
// and over pages of any size; the mean and the median of what they have are those that the
// comparison says.
func TestNeighboursOneByOne(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	checked := 0
	for _, borough := range []string{own, group, "E09000001", "E09000027"} {
		var neighbours api.StatisticalNeighbourPage
		w.get("/v1/statistical-neighbours?authority=" + borough).want(200).into(&neighbours)
		var page api.ComparisonPage
		w.get("/v1/comparisons?period=2024-25&limit=500&borough=" + borough).want(200).into(&page)
		for _, item := range page.Items {
			at := "/v1/indicators/" + item.Indicator + "/distribution?period=2024-25&among=neighbours&borough=" + borough
			var d, first, rest api.Distribution
			w.get(at).want(200).into(&d)
			w.get(at + "&limit=4").want(200).into(&first)
			w.get(at + "&limit=50&cursor=" + *first.NextCursor).want(200).into(&rest)
			if !reflect.DeepEqual(append(first.Items, rest.Items...), d.Items) || len(d.Items) != 11 {
				t.Errorf("%s: pages are %s and %s", at, jsonOf(t, first.Items), jsonOf(t, rest.Items))
			}
			if self := d.Items[0]; self.Borough != borough || self.Member || self.Nearness != nil || self.Closeness != nil || !reflect.DeepEqual(self.Value, item.Value) {
				t.Errorf("%s begins with %s", at, jsonOf(t, self))
			}
			var values []float64
			for i, n := range d.Items[1:] {
				want := neighbours.Items[i]
				if n.Borough != want.Neighbour || n.BoroughName != want.NeighbourName || *n.Nearness != want.Rank || text(n.Closeness) != want.Closeness || !n.Member || (n.Value == nil) == (n.Status == "reported" || n.Status == "computed") {
					t.Errorf("%s: at %d stands %s, want %s", at, i+1, jsonOf(t, n), jsonOf(t, want))
				}
				if n.Value != nil {
					values = append(values, *n.Value)
				}
			}
			mean, median := middle(values)
			if of := item.StatisticalNeighbours; of.N != len(values) || d.Summary.N != of.N || !toFour(of.Mean, mean) || !toFour(of.Median, median) || four(d.Summary.Mean) != four(of.Mean) || four(d.Summary.Median) != four(of.Median) {
				t.Errorf("%s: %s, the comparison says %s, reckoned again %s and %s", at, jsonOf(t, d.Summary), jsonOf(t, of), short(mean), short(median))
			}
			checked++
		}
	}
	if checked < 4*15 {
		t.Errorf("only %d indicators were checked", checked)
	}
}

// TestEnglandAndARegionInOrder: on every indicator all authorities and those of a region are
// in order, each at its place, as the observations say.
func TestEnglandAndARegionInOrder(t *testing.T) {
	t.Parallel()
	a := newWideAsking(t)
	published := a.publishedIn("2024-25")
	var north api.AuthorityPage
	a.get("/v1/authorities?regionCode=E12000002&limit=500&on=2025-03-31").want(200).into(&north)
	var region []string
	for _, of := range north.Items {
		region = append(region, of.Code)
	}
	var page api.ComparisonPage
	a.get("/v1/comparisons?period=2024-25&limit=500&borough=" + own).want(200).into(&page)
	checked := 0
	for _, item := range page.Items {
		for query, members := range map[string][]string{"&among=england": page.Method.England, "&among=region&regionCode=E12000002": region} {
			at := "/v1/indicators/" + item.Indicator + "/distribution?period=2024-25&limit=500" + query
			var d api.Distribution
			a.get(at).want(200).into(&d)
			var codes []string
			var values []float64
			for i, row := range d.Items {
				codes = append(codes, row.Code)
				v, has := published[item.Indicator][row.Code]
				if has != (row.Value != nil) || has && v != *row.Value || !has && row.Rank != nil {
					t.Errorf("%s: %s is %s, published is %v", at, row.Code, jsonOf(t, row), v)
				}
				if !has {
					continue
				}
				values = append(values, v)
				if i > 0 && (item.Polarity == "low" && v < *d.Items[i-1].Value || item.Polarity != "low" && v > *d.Items[i-1].Value) {
					t.Errorf("%s: %s is out of order", at, row.Code)
				}
				if row.Code == own && query == "&among=england" && (whole(row.Rank) != whole(item.England.Rank) || d.RankedN != item.England.N || four(d.Summary.UpperQuartile) != four(item.England.UpperQuartile)) {
					t.Errorf("%s: Lambeth is %s, its comparison says %s", at, jsonOf(t, row), jsonOf(t, item.England))
				}
			}
			mean, median := middle(values)
			slices.Sort(codes)
			if !slices.Equal(codes, slices.Sorted(slices.Values(members))) || d.Summary.N != len(values) || !toFour(d.Summary.Mean, mean) || !toFour(d.Summary.Median, median) {
				t.Errorf("%s: %d authorities, %s, want %d, %s and %s", at, len(codes), jsonOf(t, d.Summary), len(members), short(mean), short(median))
			}
			checked++
		}
	}
	if checked < 2*15 {
		t.Errorf("only %d sets were checked", checked)
	}
}
