package server

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"peerchallenge/pkg/programme"
)

// Spool says where the server keeps what slow readers of whole lists have not taken
// yet, and how much of it. The zero value means the defaults.
type Spool struct {
	Folder    string // for files that have no name; empty: that of the system for temporary files
	PerCaller int64  // bytes; 0: 64 MiB
	InAll     int64  // bytes; 0: 512 MiB
}

const (
	blockSize    = 64 << 10 // what is compressed, written and sent at once
	memoryBlocks = 16       // how many blocks of a list are kept in memory

	listsPerCaller = 2
	longestTurn    = 2 * time.Second // how long another list of the same caller waits
	longestPart    = 5 * time.Minute // how long a reader may take over one block
)

// spool are the whole lists on their way to their readers. A list is made as fast as
// the database gives it, whoever reads it: what its reader has not taken is kept, the
// first of it in memory, the rest compressed in a file. Beyond the limits somebody is
// cut, the slowest: whose next block has waited for longer than the others'.
type spool struct {
	log              *slog.Logger
	folder           string
	perCaller, inAll int64

	mu      sync.Mutex
	callers map[caller]*lists
	filed   map[*pipe]bool // those that have bytes in files
	bytes   int64          // in all files
	turn    int64          // counts blocks
	cuts    int64
}

// caller is who asks for lists.
type caller struct{ issuer, subject, borough string }

// lists are those of one caller. It is forgotten with the last of them.
type lists struct {
	spool *spool
	users int // who have a list, or wait for one
	slots chan struct{}
	bytes int64 // in files
}

func newSpool(cfg Spool, log *slog.Logger) (*spool, error) {
	s := &spool{log: log, folder: cfg.Folder, perCaller: cfg.PerCaller, inAll: cfg.InAll, callers: map[caller]*lists{}, filed: map[*pipe]bool{}}
	if s.perCaller == 0 {
		s.perCaller = 64 << 20
	}
	if s.inAll == 0 {
		s.inAll = 512 << 20
	}
	if s.folder == "" {
		s.folder = os.TempDir()
	}
	file, err := s.create() // or it would first be missed by a reader
	if err != nil {
		return nil, err
	}
	return s, file.Close()
}

// create makes a file that nobody else can open and that is gone with the process.
func (s *spool) create() (*os.File, error) {
	file, err := os.CreateTemp(s.folder, "peerchallenge-")
	if err != nil {
		return nil, err
	}
	return file, os.Remove(file.Name())
}

var errTooManyLists = programme.Errorf(programme.TooMany, programme.CodeTooManyLists, "Two whole lists are on their way to you already.")

// enter takes one of the caller's turns. Another list waits a moment, so that tools
// that fetch several short ones at once need not know of it. The error is TooMany.
func (s *spool) enter(ctx context.Context, actor programme.Actor) (of *lists, leave func(), err error) {
	who := caller{actor.Issuer, actor.Subject, actor.Borough}
	s.mu.Lock()
	of = s.callers[who]
	if of == nil {
		of = &lists{spool: s, slots: make(chan struct{}, listsPerCaller)}
		s.callers[who] = of
	}
	of.users++
	s.mu.Unlock()
	forget := func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if of.users--; of.users == 0 {
			delete(s.callers, who)
		}
	}
	waiting, giveUp := context.WithTimeout(ctx, longestTurn)
	defer giveUp()
	select {
	case of.slots <- struct{}{}:
		return of, func() { <-of.slots; forget() }, nil
	case <-waiting.Done():
		forget()
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		return nil, nil, errTooManyLists
	}
}

// slowest answers whom to cut, of one caller's or of all: nil where nobody has
// anything in a file.
func (s *spool) slowest(of *lists) *pipe {
	var slowest *pipe
	for p := range s.filed {
		if (of == nil || p.of == of) && (slowest == nil || p.waiting() < slowest.waiting()) {
			slowest = p
		}
	}
	return slowest
}

// reserve finds room for so many more bytes of the pipe's list, by cutting others or
// the list itself. The lock is held.
func (s *spool) reserve(p *pipe, n int64) {
	for p.err == nil && p.of.bytes+n > s.perCaller {
		s.cut(p, s.slowest(p.of))
	}
	for p.err == nil && s.bytes+n > s.inAll {
		s.cut(p, s.slowest(nil))
	}
	if p.err == nil {
		s.filed[p] = true
		p.end, p.of.bytes, s.bytes = p.end+n, p.of.bytes+n, s.bytes+n
	}
}

// cut breaks the slowest list or, where nobody else has anything in a file, the one
// that wants room.
func (s *spool) cut(wants, slowest *pipe) {
	if slowest == nil {
		slowest = wants
	}
	s.cuts++
	slowest.fail(errCut)
}

// release gives back what the pipe's file holds. The lock is held.
func (s *spool) release(p *pipe) {
	delete(s.filed, p)
	p.of.bytes, s.bytes, p.end = p.of.bytes-p.end, s.bytes-p.end, 0
}

// spoolCollector shows the spool as metrics.
type spoolCollector struct{ spool *spool }

var (
	listsOpen = prometheus.NewDesc("lists_open", "Whole lists that are on their way to their readers.", nil, nil)
	listBytes = prometheus.NewDesc("lists_spooled_bytes", "Bytes in temporary files that readers of whole lists have not taken yet.", nil, nil)
	listsCut  = prometheus.NewDesc("lists_cut_total", "Whole lists that were broken off because they were the slowest when the room ran out.", nil, nil)
)

// Describe names the metrics.
func (spoolCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- listsOpen
	ch <- listBytes
	ch <- listsCut
}

// Collect reads them.
func (c spoolCollector) Collect(ch chan<- prometheus.Metric) {
	open, bytes, cuts := c.spool.state()
	ch <- prometheus.MustNewConstMetric(listsOpen, prometheus.GaugeValue, float64(open))
	ch <- prometheus.MustNewConstMetric(listBytes, prometheus.GaugeValue, float64(bytes))
	ch <- prometheus.MustNewConstMetric(listsCut, prometheus.CounterValue, float64(cuts))
}

// state answers how many lists are on their way, the bytes in files, and how many
// lists were cut.
func (s *spool) state() (open int, bytes, cuts int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, of := range s.callers {
		open += len(of.slots)
	}
	return open, s.bytes, s.cuts
}
