//go:build unix

package robustness

import (
	"math/rand/v2"
	"syscall"
	"time"
)

// breakage is a way to break something for a time.
type breakage struct {
	name    string
	forgets bool // what PostgreSQL has confirmed to nobody may be lost
	both    bool // not of one process alone
	do      func(s *system, process int, lasts time.Duration)
}

// What clients and processes must stand, whatever PostgreSQL there is. That
// clients go away before they are answered happens all the time.
var breakages = []breakage{
	{name: "service killed", do: func(s *system, i int, lasts time.Duration) {
		s.services[i].kill()
		time.Sleep(lasts / 4)
		s.revive(s.services[i])
	}},
	{name: "service stopped", do: func(s *system, i int, lasts time.Duration) {
		s.services[i].signal(syscall.SIGSTOP)
		time.Sleep(lasts)
		s.services[i].signal(syscall.SIGCONT)
	}},
	{name: "clients cut off", do: func(s *system, i int, _ time.Duration) { s.doors[i].Cut() }},
}

// What there is beside that with a single PostgreSQL, to which each process has a
// line of its own.
var breakagesOfOne = []breakage{
	{name: "PostgreSQL killed", forgets: true, both: true, do: func(s *system, _ int, _ time.Duration) { s.crash() }},
	{name: "a session of PostgreSQL killed", forgets: true, both: true, do: func(s *system, _ int, _ time.Duration) { s.killSession() }},
	{name: "database cut off", do: func(s *system, i int, _ time.Duration) { s.lines[i].Cut() }},
	{name: "database silent", do: func(s *system, i int, lasts time.Duration) {
		s.lines[i].Hang()
		time.Sleep(lasts)
		s.lines[i].Resume()
	}},
}

// breakThings breaks one thing after the other until the time is over and each
// kind has had as many turns as the others, in an order that the seed gives.
func (s *system) breakThings(h *history, random *rand.Rand, until time.Time) {
	for first := true; first || time.Now().Before(until); first = false {
		for _, n := range random.Perm(len(s.breakages)) {
			b := s.breakages[n]
			pause := time.Duration(100+random.IntN(200)) * time.Millisecond
			lasts := time.Duration(100+random.IntN(400)) * time.Millisecond
			process := random.IntN(processes)
			time.Sleep(pause)
			f := fault{Name: b.name, Process: process, Forgets: b.forgets}
			if b.both {
				f.Process = -1
			}
			h.during(f, func() { b.do(s, process, lasts) })
		}
	}
}
