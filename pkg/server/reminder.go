package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

type reminderStore interface {
	Reminders(actor programme.Actor, f returns.OfQuarter, sort string) programme.Listing[returns.Reminder]
	Reminder(ctx context.Context, actor programme.Actor, id string) (returns.Reminder, error)
	DueDays(ctx context.Context, actor programme.Actor, borough string) ([]returns.DueDay, error)
}

// ListReminders answers the reminders of a quarter.
func (s *Server) ListReminders(ctx context.Context, r api.ListRemindersRequestObject) (api.Response, error) {
	f, err := s.ofQuarter(ctx, returns.OfQuarter{Quarter: r.Quarter, Borough: r.Params.Borough, UpdatedSince: r.Params.UpdatedSince})
	if err != nil {
		return nil, err
	}
	return answerListing(ctx, s.store.Reminders(callOf(ctx).actor, f, text(r.Params.Sort)), reminderWire(ctx))
}

// GetReminder answers one.
func (s *Server) GetReminder(ctx context.Context, r api.GetReminderRequestObject) (api.Response, error) {
	row, err := s.store.Reminder(ctx, callOf(ctx).actor, r.Id)
	if err != nil {
		return nil, err
	}
	return resource(ctx, row.Version, reminderWire(ctx)(&row))
}

func reminderWire(ctx context.Context) func(*returns.Reminder) api.Reminder {
	names := namesIn(ctx)
	return func(r *returns.Reminder) api.Reminder {
		return api.Reminder{
			Id: r.ID, Quarter: r.Quarter, Borough: r.Borough, BoroughName: names.borough(r.Borough), Occasion: api.ReminderOccasion(r.Occasion), DueOn: r.DueOn,
			RemindedOn: r.RemindedOn, Mail: api.ReminderMail(r.Mail), Href: returnAt(r.Borough, r.Quarter), Illustrative: r.Illustrative, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, Etag: etagOf(r.Version),
		}
	}
}

// returnAt is the address at which a borough sends its return for a quarter.
func returnAt(borough, quarter string) string {
	return "/v1/boroughs/" + borough + "/benchmarking-submissions/" + quarter
}
