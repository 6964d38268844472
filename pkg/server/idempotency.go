package server

import (
	"cmp"
	"context"
	"crypto/sha256"

	"github.com/labstack/echo/v4"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type idempotencyStore interface {
	// Once carries the attempt out in one transaction with the record of its
	// answer, or answers what it answered the first time.
	Once(ctx context.Context, a programme.Attempt, do func(ctx context.Context) (programme.Answer, error)) (programme.Answer, bool, error)
}

// once makes a POST, or the PUT of a whole document, with an Idempotency-Key safe to
// repeat.
func (s *Server) once(next api.Handler) api.Handler {
	return func(c echo.Context) (api.Response, error) {
		key := c.Request().Header.Get("Idempotency-Key")
		call := callIn(c)
		if !call.op.keyed || key == "" || call.dry() {
			return next(c)
		}
		attempt := programme.Attempt{Actor: call.actor, Operation: call.op.ID, Key: key, Fingerprint: fingerprint(call)}
		original := c.Request()
		answer, replayed, err := s.store.Once(original.Context(), attempt, func(ctx context.Context) (programme.Answer, error) {
			c.SetRequest(original.WithContext(ctx))
			response, err := next(c)
			if err != nil {
				return programme.Answer{}, err
			}
			made := response.(reply)
			answer := made.asAnswer()
			answer.Noun, answer.Record = recordAt(cmp.Or(made.about, made.location, call.url.Path))
			answer.ShowsSecret = call.op.showsSecret
			return answer, nil
		})
		c.SetRequest(original)
		if err != nil {
			return nil, err
		}
		return asReply(call, answer, replayed), nil
	}
}

func fingerprint(call *call) [32]byte {
	body := call.body
	if call.file != nil {
		body = call.file.sum
	}
	return sha256.Sum256([]byte(call.url.Path + "\x00" + call.url.RawQuery + "\x00" + string(body)))
}
