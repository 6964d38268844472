package benchmark_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"peerchallenge/pkg/benchmark"
)

// synthetic makes figures with parts for 153 authorities, the first 33 of them
// boroughs, in the given number of indicators and quarters.
func synthetic(indicators, quarters int) (*benchmark.Dataset, []benchmark.Indicator, benchmark.Groups) {
	g := benchmark.Groups{RegionCode: "E12000007"}
	for i := range 153 {
		g.England = append(g.England, authority(i))
	}
	g.Borough, g.Region, g.SubRegion, g.Neighbours = g.England[5], g.England[:33], g.England[:12], g.England[28:38]
	var inds []benchmark.Indicator
	for i := range indicators {
		inds = append(inds, benchmark.Indicator{Code: fmt.Sprintf("IND_%04d", i), Unit: benchmark.Percent, Multiplier: 100, Decimals: 1, Polarity: benchmark.Low})
	}
	random := rand.New(rand.NewPCG(1, 2))
	b := benchmark.NewBuilder(nil)
	p := period("2025-26-Q4")
	g.Period = p.Code
	for range quarters {
		for _, ind := range inds {
			for _, code := range g.England {
				denominator := float64(100 + random.IntN(5000))
				numerator := float64(random.IntN(int(denominator)))
				value, status := float64(int(numerator/denominator*1000))/10, benchmark.Reported
				b.Add(benchmark.Observation{Indicator: ind.Code, Period: p.Code, Geography: code, Value: &value, Status: status, Numerator: &numerator, Denominator: &denominator, ReleaseID: "r1"})
			}
		}
		p = p.Previous()
	}
	return b.Dataset(), inds, g
}

// One indicator of one borough beside 153 authorities. "first" is a borough that
// nobody asked for before, so that London and England are summarised too.
func BenchmarkCompare(b *testing.B) {
	d, inds, groups := synthetic(200, 2)
	b.Run("first", func(b *testing.B) {
		b.ReportAllocs()
		other := groups
		other.England = groups.England[1:]
		peers := [2]*benchmark.Peers{d.Resolve(groups), d.Resolve(other)}
		for i := 0; b.Loop(); i++ {
			peers[i%2].Compare(&inds[0])
		}
	})
	b.Run("again", func(b *testing.B) {
		b.ReportAllocs()
		peers := d.Resolve(groups)
		for i := 0; b.Loop(); i++ {
			peers.Compare(&inds[i%len(inds)])
		}
	})
}

// What one borough's comparison costs before its first indicator.
func BenchmarkGroups(b *testing.B) {
	s := london(b)
	b.ReportAllocs()
	for b.Loop() {
		groups, err := s.Groups("E09000022", year, "")
		if err != nil {
			b.Fatal(err)
		}
		s.Data.Resolve(groups)
	}
}

// A page from the middle of the list.
func BenchmarkObservations(b *testing.B) {
	d, inds, groups := synthetic(1000, 4)
	after := benchmark.ObservationKey{Period: groups.Period, Indicator: inds[500].Code, Geography: groups.Borough}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for range d.Observations(after, benchmark.ObservationFilter{}) {
			if n++; n == 50 {
				break
			}
		}
	}
}

// England's whole programme for ten years: 6.1 million figures.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		before := heap()
		d, _, _ := synthetic(1000, 40)
		held := heap() - before
		b.ReportMetric(float64(held)/float64(d.Len()), "bytes/figure")
		b.ReportMetric(float64(held)/(1<<20), "MiB")
		b.ReportMetric(float64(d.Len()), "figures")
		runtime.KeepAlive(d)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
