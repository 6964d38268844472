package postgres

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/programme"
)

// answersAreKept is for how long a request can be repeated.
const answersAreKept = 24 * time.Hour

// idempotencyAnswer is a kept answer.
type idempotencyAnswer struct {
	Issuer      string `gorm:"primaryKey"`
	Subject     string `gorm:"primaryKey"`
	Borough     string `gorm:"primaryKey"` // empty for none
	Operation   string `gorm:"primaryKey"`
	Key         string `gorm:"primaryKey"`
	Fingerprint []byte
	Noun        string
	Record      string
	Status      int
	Header      *string // JSON, an object of texts; nil once the record has been removed
	Body        []byte
	ShownOnce   bool // it showed a secret, and has neither header nor body
	CreatedAt   time.Time
}

// Once carries a request out the first time and answers it alike when it is
// repeated within 24 hours. do runs in a transaction that its context carries;
// what it writes and its answer are committed together or not at all. An answer
// that is no success is neither kept nor are its writes. A second request waits
// for the first, in whatever process, and gets its answer, if the sender may see
// now what the first made or acted on.
//
// The error is that of do, Forbidden for nobody's requests, or Invalid if the
// same sender used the key for another request of the operation. For a repeated
// request it is NotFound if the sender may not see the record any more, and
// Conflict if it has been removed, or the answer erased.
func (s *Store) Once(ctx context.Context, a programme.Attempt, do func(ctx context.Context) (programme.Answer, error)) (answer programme.Answer, replayed bool, err error) {
	if err := programme.SomebodyMay(a.Actor); err != nil {
		return programme.Answer{}, false, err
	}
	// Any other request with the key is waited for. The lock is held until the
	// transaction ends; two keys that share one only wait for each other.
	begin := "BEGIN; SELECT pg_advisory_xact_lock(" + strconv.FormatInt(lockOf(a), 10) + ")"
	err = s.begun(ctx, bounds{begin: begin}, func(ctx context.Context, u *unit) error {
		tx := u.tx.WithContext(ctx)
		kept, err := s.keptAnswer(tx, a)
		if err != nil {
			return err
		}
		if kept != nil {
			if answer, err = kept.again(tx, a.Actor, s.now()); err != nil {
				return err
			}
			replayed = true
			// Another process may have made it, and the sender's next read comes here.
			return readGeneration(tx, &u.generation)
		}
		if answer, err = do(ctx); err != nil {
			return err
		}
		if !succeeded(answer) {
			return errNoSuccess
		}
		return s.keepAnswer(tx, a, answer)
	})
	if errors.Is(err, errNoSuccess) {
		return answer, false, nil
	}
	if err != nil {
		return programme.Answer{}, false, err
	}
	return answer, replayed, nil
}

// errNoSuccess rolls a transaction back whose answer is to be sent all the same.
var errNoSuccess = errors.New("the answer is no success")

func succeeded(a programme.Answer) bool {
	return a.Status >= http.StatusOK && a.Status < http.StatusMultipleChoices
}

// lockOf answers the number of the lock of an attempt's key, which belongs to
// issuer, subject and borough. It must be the same in every process.
func lockOf(a programme.Attempt) int64 {
	key, _ := json.Marshal([]string{a.Actor.Issuer, a.Actor.Subject, a.Actor.Borough, a.Operation, a.Key}) // texts always encode
	sum := sha256.Sum256(key)
	return int64(binary.BigEndian.Uint64(sum[:])) // #nosec G115 -- any 64 bits will do
}

// keptAnswer answers what was kept for the attempt, or nil. The key's lock is held.
func (s *Store) keptAnswer(tx *gorm.DB, a programme.Attempt) (*idempotencyAnswer, error) {
	var found []idempotencyAnswer
	if err := tx.Where(&idempotencyAnswer{Issuer: a.Actor.Issuer, Subject: a.Actor.Subject, Borough: a.Actor.Borough, Operation: a.Operation, Key: a.Key},
		"Issuer", "Subject", "Borough", "Operation", "Key").
		Where("created_at > ?", s.now().Add(-answersAreKept)).Find(&found).Error; err != nil || len(found) == 0 {
		return nil, err
	}
	if !bytes.Equal(found[0].Fingerprint, a.Fingerprint[:]) {
		return nil, programme.Errorf(programme.Invalid, programme.CodeIdempotencyKeyReused, "This Idempotency-Key was used for another request. Use a new one.")
	}
	return &found[0], nil
}

func (s *Store) keepAnswer(tx *gorm.DB, a programme.Attempt, answer programme.Answer) error {
	if standing[answer.Noun] == nil {
		return fmt.Errorf("%s answers about a %q, of which nobody knows who may see it", a.Operation, answer.Noun)
	}
	header, err := json.Marshal(answer.Header)
	if err != nil {
		return err
	}
	text := string(header)
	kept := idempotencyAnswer{
		Issuer: a.Actor.Issuer, Subject: a.Actor.Subject, Borough: a.Actor.Borough, Operation: a.Operation, Key: a.Key, Fingerprint: a.Fingerprint[:],
		Noun: answer.Noun, Record: answer.Record, Status: answer.Status, Header: &text, Body: answer.Body, CreatedAt: s.now(),
	}
	if answer.ShowsSecret {
		nothing := "{}"
		kept.Header, kept.Body, kept.ShownOnce = &nothing, nil, true
	}
	// What is there has expired. UpdateAll would leave out created_at.
	return tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "issuer"}, {Name: "subject"}, {Name: "borough"}, {Name: "operation"}, {Name: "key"}},
		DoUpdates: clause.AssignmentColumns([]string{"fingerprint", "noun", "record", "status", "header", "body", "shown_once", "created_at"}),
	}).Create(&kept).Error
}

// PurgeIdempotencyKeys deletes the answers that are older than 24 hours and
// says how many there were.
func (s *Store) PurgeIdempotencyKeys(ctx context.Context) (int64, error) {
	tx := s.gorm.WithContext(ctx).Where("created_at <= ?", s.now().Add(-answersAreKept)).Delete(&idempotencyAnswer{})
	return tx.RowsAffected, refusal(tx.Error)
}
