package postgres

import (
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

// The actions that the audit table knows.
const (
	actionCreate = "create"
	actionUpdate = "update"
	actionDelete = "delete"
	actionImport = "import"
)

// change is one row of the audit table.
type change struct {
	At      time.Time
	Issuer  string
	Subject string
	Action  string
	Noun    string
	Key     string
	Before  *string // JSON
	After   *string
}

// newChange describes a change; before or after is nil where there is none.
func newChange(at time.Time, actor programme.Actor, action, noun, key string, before, after any) (change, error) {
	c := change{At: at, Issuer: actor.Issuer, Subject: actor.Subject, Action: action, Noun: noun, Key: key}
	var err error
	if c.Before, err = asJSON(before); err != nil {
		return change{}, err
	}
	c.After, err = asJSON(after)
	return c, err
}

func asJSON(v any) (*string, error) {
	if v == nil {
		return nil, nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	s := string(text)
	return &s, nil
}

// audit writes the change in the transaction that makes it.
func (s *Store) audit(tx *gorm.DB, actor programme.Actor, action, noun, key string, before, after any) error {
	c, err := newChange(s.now(), actor, action, noun, key, before, after)
	if err != nil {
		return err
	}
	return tx.Create(&c).Error
}
