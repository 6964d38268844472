package server

import (
	"context"
	"errors"
	"sync"
	"testing"

	"golang.org/x/sync/semaphore"

	"peerchallenge/pkg/programme"
)

// TestWhatEveryBoroughSendsAtOnceFindsRoom, inside or waiting, however few cores there are.
func TestWhatEveryBoroughSendsAtOnceFindsRoom(t *testing.T) {
	t.Parallel()
	for cores, want := range map[int]int{1: 4 + 32, 2: 8 + 32, 4: 16 + 32, 16: 64 + 128} {
		for class, r := range newAdmission(cores) {
			if inside := 4 * cores; !r.inside.TryAcquire(int64(inside)) || r.inside.TryAcquire(1) || inside+cap(r.waiting) != want {
				t.Errorf("on %d cores %d find room in class %d", cores, inside+cap(r.waiting), class)
			}
		}
	}
}

// TestARoomTakesSomeAndRefusesTheRest: as many as are inside, some who wait, and
// nobody more. Whoever leaves makes room, and who waits in vain is refused as one who
// may come again.
func TestARoomTakesSomeAndRefusesTheRest(t *testing.T) {
	t.Parallel()
	r := room{semaphore.NewWeighted(2), make(chan struct{}, 1)}
	var leave []func()
	for range 2 {
		l, err := r.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, l)
	}
	waited := make(chan error)
	var third func()
	go func() {
		l, err := r.enter(t.Context())
		third = l
		waited <- err
	}()
	for len(r.waiting) == 0 { // until it waits
		select {
		case err := <-waited:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
	}
	if _, err := r.enter(t.Context()); !errors.Is(err, errBusy) || programme.KindOf(err) != programme.Unavailable {
		t.Errorf("one more is answered %v", err)
	}
	leave[0]()
	if err := <-waited; err != nil {
		t.Fatalf("who waited is answered %v", err)
	}
	if _, err := r.enter(t.Context()); !errors.Is(err, errBusy) { // it waits in vain
		t.Errorf("who waited in vain is answered %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.enter(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("who has gone is answered %v", err)
	}
	third()
	leave[1]()
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if l, err := r.enter(t.Context()); err == nil {
				l()
			}
		})
	}
	all.Wait()
	if !r.inside.TryAcquire(2) || len(r.waiting) != 0 {
		t.Error("somebody is still inside")
	}
}
