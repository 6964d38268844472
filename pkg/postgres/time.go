package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

// deed is something that a date brings, without anybody asking for it. What holds by
// itself on a date, as a window that closes, is none.
type deed struct {
	name string
	// due lists the keys of what may be to be done by now. What it reads may be old by
	// the time at which it is done.
	due func(tx *gorm.DB, s *Store) ([]string, error)
	// do does it for one key, if it is still to be done: it is asked again where it was
	// done already, and by then must find a row of its own that says so.
	do func(w *work, key string) error
}

// deeds are all that there are.
var deeds = []deed{
	{"remind of a return", remindersDue, (*work).remind},
	{"fix what may be shown of a quarter", policiesDue, (*work).fix},
	{"begin and end the sharing of a self-evaluation", sharingsDue, (*work).keepSharing},
}

// KeepTime does all that the days have brought by now and that was not done, and counts
// it. However long nobody has looked, it is made up. Each deed is a transaction of its
// own: one that fails keeps none of the others, and is tried again the next time; the
// error says why. While another process is at it, nothing is done.
func (s *Store) KeepTime(ctx context.Context) (int, error) {
	now := s.now()
	n, err := s.doDeeds(ctx)
	if errors.Is(err, errElsewhere) {
		return n, s.seeTime(ctx)
	}
	if err != nil {
		return n, err
	}
	err = s.act(ctx, programme.Service, func(w *work) error {
		if err := w.alone("time"); err != nil {
			return err
		}
		return one(w.tx.Exec("UPDATE time_watch SET looked_at = greatest(looked_at, ?)", now))
	})
	if err != nil && !errors.Is(err, errElsewhere) {
		return n, err
	}
	return n, s.seeTime(ctx)
}

func (s *Store) doDeeds(ctx context.Context) (int, error) {
	n := 0
	var faults []error
	for _, d := range deeds {
		keys, err := d.due(s.gorm.WithContext(ctx), s)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", d.name, refusal(err)))
		}
		for _, key := range keys {
			err := s.act(ctx, programme.Service, func(w *work) error {
				if err := w.alone("time"); err != nil {
					return err
				}
				return d.do(w, key)
			})
			switch {
			case errors.Is(err, errElsewhere), ctx.Err() != nil:
				return n, err
			case errors.Is(err, errDone):
			case err != nil:
				faults = append(faults, fmt.Errorf("%s, %s: %w", d.name, key, err))
			default:
				n++
			}
		}
	}
	return n, errors.Join(faults...)
}

// errDone ends a deed that is not to be done any more.
var errDone = errors.New("it is done, or not to be done any more")

// seeTime reads until when somebody has looked.
func (s *Store) seeTime(ctx context.Context) error {
	var looked *time.Time
	if err := s.gorm.WithContext(ctx).Raw("SELECT looked_at FROM time_watch").Row().Scan(&looked); err != nil {
		return refusal(err)
	}
	if looked != nil {
		s.timeKept.Store(looked.UnixMicro())
	}
	return nil
}

// TimeBehind answers for how long nobody has done all that the days bring, as far as this
// process knows; since it was opened where it has not heard of anybody.
func (s *Store) TimeBehind() time.Duration {
	return max(0, s.now().Sub(time.UnixMicro(s.timeKept.Load())))
}

// timeCollector measures how far the service is behind with what the days bring.
func (s *Store) timeCollector() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "peerchallenge_time_behind_seconds",
		Help: "For how long nobody has done all that the days bring; it should stay below a minute.",
	}, func() float64 { return s.TimeBehind().Seconds() })
}
