package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

// reader is somebody who takes a list, as fast as the test lets them.
type reader struct {
	taken  bytes.Buffer
	may    chan struct{} // a token for each block; nil: as fast as they come
	broken chan struct{}
	once   sync.Once
}

func asleep() *reader { return &reader{may: make(chan struct{}), broken: make(chan struct{})} }
func awake() *reader  { return &reader{broken: make(chan struct{})} }

// wake lets the reader take everything.
func (r *reader) wake() { close(r.may) }

func (r *reader) Write(block []byte) (int, error) {
	if r.may != nil {
		select {
		case <-r.may:
		case <-r.broken:
			return 0, os.ErrDeadlineExceeded
		}
	}
	return r.taken.Write(block)
}

// SetWriteDeadline breaks a write that waits, as a deadline of the past does.
func (r *reader) SetWriteDeadline(at time.Time) error {
	if at.Before(time.Unix(1000, 0)) {
		r.once.Do(func() { close(r.broken) })
	}
	return nil
}

// listOfBlocks is a list of so many blocks that hardly gets shorter by compression.
func listOfBlocks(blocks int) []byte {
	random, text := rand.New(rand.NewPCG(1, uint64(blocks))), make([]byte, 0, blocks*blockSize)
	for len(text) < blocks*blockSize {
		text = strconv.AppendUint(text, random.Uint64(), 36)
	}
	return text[:blocks*blockSize-7]
}

func newTestSpool(t *testing.T, cfg Spool) *spool {
	t.Helper()
	if cfg.Folder == "" {
		cfg.Folder = t.TempDir()
	}
	s, err := newSpool(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if open, bytes, _ := s.state(); open != 0 || bytes != 0 || len(s.callers) != 0 || len(s.filed) != 0 {
			t.Errorf("%d lists, %d bytes, %d callers and %d files are left", open, bytes, len(s.callers), len(s.filed))
		}
		if left, err := os.ReadDir(s.folder); err != nil || len(left) > 0 {
			t.Errorf("files with names: %v %v", left, err)
		}
	})
	return s
}

// begin opens a list for the caller of this name.
func begin(t *testing.T, s *spool, name string, out outlet) *pipe {
	t.Helper()
	of, leave, err := s.enter(t.Context(), programme.Actor{Issuer: "test", Subject: name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(leave)
	return of.pipe("request", out)
}

// TestWhoeverReadsGetsTheSameBytes: at once, later, or stopping in between; in pieces of
// any size.
func TestWhoeverReadsGetsTheSameBytes(t *testing.T) {
	t.Parallel()
	for _, blocks := range []int{1, 2, memoryBlocks, memoryBlocks + 3, 100} {
		for name, out := range map[string]*reader{"quick": awake(), "slow": asleep()} {
			t.Run(fmt.Sprint(name, blocks), func(t *testing.T) {
				t.Parallel()
				s := newTestSpool(t, Spool{})
				p, whole := begin(t, s, "a", out), listOfBlocks(blocks)
				for rest := whole; len(rest) > 0; {
					n := min(len(rest), 1+len(rest)%(blockSize+999))
					if _, err := p.Write(rest[:n]); err != nil {
						t.Fatal(err)
					}
					rest = rest[n:]
				}
				if name == "slow" { // the list is made already, and its reader has taken nothing
					_, bytes, _ := s.state()
					if inFile := bytes > 0; inFile != (blocks > memoryBlocks+2) {
						t.Errorf("%d blocks have %d bytes in the file", blocks, bytes)
					}
					out.wake()
				}
				if err := p.finish(nil); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(out.taken.Bytes(), whole) {
					t.Errorf("%d bytes were taken of %d, or others", out.taken.Len(), len(whole))
				}
			})
		}
	}
}

// TestAQuickReaderNeedsNoFile: nor does a reader who has caught up keep any.
func TestAQuickReaderNeedsNoFile(t *testing.T) {
	t.Parallel()
	s := newTestSpool(t, Spool{})
	out := asleep()
	p := begin(t, s, "a", out)
	take := func() { out.may <- struct{}{} }
	block := listOfBlocks(2)[:blockSize]
	for range 10 * memoryBlocks {
		if _, err := p.Write(block); err != nil {
			t.Fatal(err)
		}
		take()
	}
	if p.file != nil {
		t.Fatal("a reader who takes each block as it comes has a file")
	}
	for range memoryBlocks + 11 { // one of them is at the reader's
		if _, err := p.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	_, most, _ := s.state()
	for range memoryBlocks + 11 {
		take()
	}
	for range memoryBlocks + 3 {
		if _, err := p.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if _, bytes, _ := s.state(); most == 0 || bytes > most/2 {
		t.Errorf("%d bytes in the file, and %d after the reader has caught up", most, bytes)
	}
	out.wake()
	if err := p.finish(nil); err != nil || out.taken.Len() != (11*memoryBlocks+11+memoryBlocks+3)*blockSize {
		t.Errorf("%d bytes, %v", out.taken.Len(), err)
	}
}

// TestTheSlowestIsCut: when one caller's room is full, the slowest of that caller's
// lists; when all is full, the slowest of all; and always so that its reader knows.
func TestTheSlowestIsCut(t *testing.T) {
	t.Parallel()
	const room = 10 * blockSize
	for name, c := range map[string]struct {
		cfg     Spool
		callers [3]string
		cut     [3]bool
	}{
		"the first of all":          {Spool{InAll: room}, [3]string{"a", "b", "c"}, [3]bool{true, true, false}},
		"the first of this caller":  {Spool{PerCaller: room}, [3]string{"a", "b", "b"}, [3]bool{false, true, false}},
		"nobody, where there is":    {Spool{}, [3]string{"a", "b", "b"}, [3]bool{}},
		"each who wants too much":   {Spool{PerCaller: blockSize / 8}, [3]string{"a", "b", "c"}, [3]bool{true, true, true}},
		"each, where all is little": {Spool{InAll: blockSize / 8}, [3]string{"a", "b", "c"}, [3]bool{true, true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestSpool(t, c.cfg)
			whole := listOfBlocks(memoryBlocks + 9)
			outs, pipes := [3]*reader{asleep(), asleep(), asleep()}, [3]*pipe{}
			for i := range pipes {
				pipes[i] = begin(t, s, c.callers[i], outs[i])
				_, err := pipes[i].Write(whole)
				if refused := errors.Is(err, errCut); err != nil && !refused {
					t.Fatal(err)
				}
				if _, bytes, _ := s.state(); bytes > s.inAll || bytes > 3*s.perCaller {
					t.Errorf("%d bytes are kept", bytes)
				}
			}
			cuts := int64(0)
			for i, p := range pipes {
				outs[i].wake()
				err := p.finish(nil)
				if cut := errors.Is(err, errCut); cut != c.cut[i] || !cut && (err != nil || !bytes.Equal(outs[i].taken.Bytes(), whole)) {
					t.Errorf("list %d: %d bytes of %d, error %v", i, outs[i].taken.Len(), len(whole), err)
				}
				if c.cut[i] {
					cuts++
					<-outs[i].broken
				}
			}
			if _, _, n := s.state(); n != cuts {
				t.Errorf("%d cuts are counted, not %d", n, cuts)
			}
		})
	}
}

// TestAListThatBreaks ends for both sides: where it cannot be made, where its reader
// has gone, and where there is no disk.
func TestAListThatBreaks(t *testing.T) {
	t.Parallel()
	s := newTestSpool(t, Spool{})
	fault := errors.New("no database")
	out := asleep()
	p := begin(t, s, "a", out)
	if _, err := p.Write(listOfBlocks(40)); err != nil {
		t.Fatal(err)
	}
	if err := p.finish(fault); !errors.Is(err, fault) {
		t.Errorf("error %v", err)
	}
	<-out.broken
	if err := p.finish(nil); !errors.Is(err, fault) {
		t.Errorf("finished again: %v", err)
	}

	gone := asleep()
	p = begin(t, s, "a", gone)
	_ = gone.SetWriteDeadline(time.Time{})
	var err error
	for err == nil {
		_, err = p.Write(listOfBlocks(2))
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.Is(p.finish(err), os.ErrDeadlineExceeded) {
		t.Errorf("error %v", err)
	}

	full := &spool{log: s.log, folder: filepath.Join(s.folder, "nowhere"), perCaller: 1 << 20, inAll: 1 << 20, callers: map[caller]*lists{}, filed: map[*pipe]bool{}}
	p = begin(t, full, "a", asleep())
	if _, err := p.Write(listOfBlocks(40)); !errors.Is(err, os.ErrNotExist) || !errors.Is(p.finish(err), os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	if _, err := newSpool(Spool{Folder: full.folder}, s.log); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// TestTurns: two lists a caller, who is a subject of an issuer with a borough.
func TestTurns(t *testing.T) {
	t.Parallel()
	s := newTestSpool(t, Spool{})
	enter := func(ctx context.Context, a programme.Actor) (func(), error) {
		_, leave, err := s.enter(ctx, a)
		return leave, err
	}
	actor := programme.Actor{Issuer: "i", Subject: "s", Borough: "E09000022"}
	first, err := enter(t.Context(), actor)
	if err != nil {
		t.Fatal(err)
	}
	second, err := enter(t.Context(), actor)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := enter(t.Context(), actor); programme.KindOf(err) != programme.TooMany {
		t.Errorf("a third: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := enter(ended, actor); !errors.Is(err, context.Canceled) {
		t.Errorf("one that nobody waits for: %v", err)
	}
	for _, other := range []programme.Actor{{Issuer: "j", Subject: "s", Borough: "E09000022"}, {Issuer: "i", Subject: "t", Borough: "E09000022"}, {Issuer: "i", Subject: "s"}} {
		leave, err := enter(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		leave()
	}
	waits := make(chan error, 1)
	go func() {
		leave, err := enter(t.Context(), actor)
		if err == nil {
			leave()
		}
		waits <- err
	}()
	second()
	if err := <-waits; err != nil {
		t.Errorf("its turn has come: %v", err)
	}
	first()
}
