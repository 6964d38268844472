package postgres

import (
	"cmp"
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

// auditRow is one row of the audit: who changed what, when and why, and who may
// know of it.
type auditRow struct {
	ID         int64 `gorm:"primaryKey"`
	At         time.Time
	Issuer     string
	Subject    string
	Roles      []string `gorm:"serializer:texts"`
	Borough    *string  `gorm:"column:borough_code"`
	Request    string
	Reason     string
	Action     string
	Noun       string
	Key        string
	Before     *string            // JSON, by the members of the Go struct
	After      *string            // nil where there is none
	SeenBefore programme.Audience `gorm:"serializer:texts"`
	SeenAfter  programme.Audience `gorm:"serializer:texts"`
	ReadBy     programme.Audience `gorm:"serializer:texts"`
}

// TableName implements GORM's Tabler.
func (auditRow) TableName() string { return "changes" }

func newAuditRow(at time.Time, actor programme.Actor, action, noun, key string) auditRow {
	row := auditRow{At: at, Issuer: actor.Issuer, Subject: actor.Subject, Request: actor.Request, Reason: actor.Reason, Action: action, Noun: noun, Key: key}
	for _, role := range actor.Roles {
		row.Roles = append(row.Roles, string(role))
	}
	if actor.Borough != "" {
		row.Borough = &actor.Borough
	}
	return row
}

// note writes into the audit what becomes of a record.
func (w *work) note(action, noun string, was, now past) error {
	row := newAuditRow(w.now, w.actor, action, noun, cmp.Or(now.head.ID, was.head.ID))
	row.Before, row.After = was.text, now.text
	row.SeenBefore, row.SeenAfter = was.head.Audience, now.head.Audience
	switch {
	case was.text == nil:
		row.ReadBy = now.readBy
	case now.text == nil:
		row.ReadBy = was.readBy
	default:
		row.ReadBy = was.readBy.And(now.readBy)
	}
	return w.tx.Create(&row).Error
}

// newChange describes a change of what everybody may see; before or after is nil
// where there is none.
func newChange(at time.Time, actor programme.Actor, action, noun, key string, before, after any) (auditRow, error) {
	c := newAuditRow(at, actor, action, noun, key)
	c.ReadBy = programme.Everyone()
	if before != nil {
		c.SeenBefore = programme.Everyone()
	}
	if after != nil {
		c.SeenAfter = programme.Everyone()
	}
	var err error
	if c.Before, err = asJSON(before); err != nil {
		return auditRow{}, err
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
