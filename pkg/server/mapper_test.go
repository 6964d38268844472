package server

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// TestNoMapperForgetsAMember fills each domain struct, maps it, and looks for a
// wire member that stayed empty.
func TestNoMapperForgetsAMember(t *testing.T) {
	t.Parallel()
	snapshot := &benchmark.Snapshot{}
	var b programme.Borough
	var a programme.Authority
	for name, mapped := range map[string]func() any{
		"programme":   func() any { var p programme.Programme; fill(&p); return programmeWire(&p) },
		"priority":    func() any { var p programme.Priority; fill(&p); return priorityWire(&p) },
		"sub-region":  func() any { var r programme.SubRegion; fill(&r); return subRegionWire(&r) },
		"membership":  func() any { var m programme.Membership; fill(&m); return membershipWire(&m) },
		"borough":     func() any { fill(&b); fill(&a); return boroughWire(&b, &a, "south") },
		"authority":   func() any { fill(&a); return authorityWire(&a) },
		"indicator":   func() any { var i benchmark.Indicator; fill(&i); return indicatorWire(&i) },
		"period":      func() any { var p benchmark.Period; fill(&p); return periodWire(&p) },
		"release":     func() any { var r benchmark.Release; fill(&r); return releaseWire(&r) },
		"model":       func() any { var m benchmark.NeighbourModel; fill(&m); return modelWire(&m) },
		"observation": func() any { var o benchmark.Observation; fill(&o); return observationWire(snapshot, o) },
		"point":       func() any { var p benchmark.SeriesPoint; fill(&p); return pointWire(p) },
		"comparison": func() any {
			var c benchmark.Comparison
			var g benchmark.Groups
			fill(&c)
			fill(&g)
			return comparisonWire(&c, g, "2023-24")
		},
		"method":  func() any { var g benchmark.Groups; fill(&g); m := methodWire(g); m.Releases = []string{"x"}; return m },
		"summary": func() any { var d benchmark.Distribution; fill(&d); return summaryWire(d) },
	} {
		wholly(t, name, mapped())
	}
}

// wholly fails the test for every member of the wire value that stayed empty.
func wholly(t *testing.T, name string, mapped any) {
	t.Helper()
	for _, member := range empty(reflect.ValueOf(mapped), name) {
		if !strings.Contains(member, ".Actions[") { // what is allowed has no refusal
			t.Errorf("%s stays empty", member)
		}
	}
}

// asked is the context of a request of the programme's team.
var asked = context.WithValue(context.Background(), callKey{}, &call{actor: programme.Actor{Subject: "x", Roles: []programme.Role{programme.RoleProgramme}}})

// fill gives every member of the struct a value that is not its zero.
func fill(target any) { set(reflect.ValueOf(target).Elem()) }

func set(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		set(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		set(v.Index(0))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1, 0)))
			return
		}
		for _, field := range v.Fields() {
			set(field)
		}
	}
}

// empty lists the members of a wire value that are zero.
func empty(v reflect.Value, path string) []string {
	switch {
	case v.IsZero(), v.Kind() == reflect.Slice && v.Len() == 0:
		return []string{path}
	case v.Kind() == reflect.Pointer:
		return empty(v.Elem(), path)
	case v.Kind() == reflect.Slice:
		return empty(v.Index(0), path+"[0]")
	case v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[time.Time]():
		return nil
	}
	var members []string
	for field, value := range v.Fields() {
		members = append(members, empty(value, path+"."+field.Name)...)
	}
	return members
}
