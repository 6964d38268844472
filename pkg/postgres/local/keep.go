package local

import (
	"context"
	"fmt"
	"time"
)

const (
	// keepTries is how often a server may end unasked within keepWithin. One that ends
	// more often has a reason that starting it again does not mend.
	keepTries  = 5
	keepWithin = time.Minute
)

// Keep starts the server again, under the same URL, each time that it ends
// unasked: killed by hand or by a system that ran out of memory. It returns nil
// when ctx ends or the server was ended by a method of s, and an error when the
// server cannot be brought up again, or ends over and over.
func (s *Server) Keep(ctx context.Context) error {
	var ends []time.Time
	for {
		p := s.running()
		if p == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.done:
		}
		now := time.Now()
		ends = append(ends, now)
		if n := len(ends) - keepTries; n >= 0 && now.Sub(ends[n]) < keepWithin {
			return fmt.Errorf("the private PostgreSQL has ended %d times within %s; its log ends with:\n%s", keepTries, now.Sub(ends[n]).Round(time.Second), s.logTail())
		}
		if err := s.revive(ctx, p); err != nil && ctx.Err() == nil {
			return fmt.Errorf("the private PostgreSQL has ended and cannot be started again: %w", err)
		}
	}
}

// running answers the present process, or nil.
func (s *Server) running() *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process
}

// revive starts the server unless somebody else has ended or replaced the process.
func (s *Server) revive(ctx context.Context, ended *process) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != ended {
		return nil
	}
	s.log.Warn("PostgreSQL has ended unasked and is started again")
	if err := s.launch(ctx); err != nil {
		s.process = nil
		return err
	}
	s.log.Info("PostgreSQL is there again")
	return nil
}
