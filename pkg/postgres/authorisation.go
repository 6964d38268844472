package postgres

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var authorisations = kind[programme.Authorisation, *programme.Authorisation]{
	orders:   byChange,
	complete: withTrust,
	cited: func(a *programme.Authorisation) []citation {
		return []citation{citeBorough("/borough", &a.Borough)}
	},
}

// Authorisations lists the authorisations that the actor may see and the filter leaves,
// in order of creation or as sort says.
func (s *Store) Authorisations(actor programme.Actor, f programme.AuthorisationFilter, sort string) programme.Listing[programme.Authorisation] {
	return list(s, actor, authorisations, sort, func(q *gorm.DB) *gorm.DB {
		q = where(q, "borough_code = ?", f.Borough)
		q = where(q, "document = ?", f.Document)
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// Authorisation reads one authorisation. The error is NotFound.
func (s *Store) Authorisation(ctx context.Context, actor programme.Actor, id string) (programme.Authorisation, error) {
	return get(ctx, s, actor, authorisations, id)
}

// CreateAuthorisation gives one. The error is Forbidden for anyone but a lead of the
// borough, and Invalid if it names neither or both of a subject and a client, a client
// that does not act for the borough, or a day that is over.
func (s *Store) CreateAuthorisation(ctx context.Context, actor programme.Actor, a programme.Authorisation) (programme.Authorisation, error) {
	return add(ctx, s, actor, authorisations, a, func(w *work, a *programme.Authorisation) error {
		if err := a.May(actor, programme.Edit); err != nil {
			return err
		}
		a.Give(actor, w.today())
		a.Untrusted = !trusts(w.tx, a.GiverIssuer, a.Borough)
		return w.findClient(a)
	})
}

// findClient looks for the client that is authorised, and keeps it until the
// transaction ends.
func (w *work) findClient(a *programme.Authorisation) error {
	if a.ClientID == nil {
		return nil
	}
	var ids []string
	err := w.tx.Raw("SELECT id FROM api_clients WHERE id = ? AND ? = ANY (boroughs) AND audience && ? FOR KEY SHARE", idOrNone(*a.ClientID), a.Borough, array(w.actor.Names())).Scan(&ids).Error
	if err == nil && len(ids) == 0 {
		w.unknown = append(w.unknown, programme.Unknown("/clientId", "There is no such client that acts for the borough."))
	}
	return err
}

// WithdrawAuthorisation ends one at the version. The error is Forbidden for anyone but a
// lead of the borough, NotFound, Stale, or Conflict if it has ended.
func (s *Store) WithdrawAuthorisation(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (programme.Authorisation, error) {
	return change(ctx, s, actor, authorisations, id, version, step, func(w *work, a *programme.Authorisation) error {
		a.End(programme.Withdrawn, w.now)
		return nil
	})
}

// EndGiven ends authorisations and calendar subscriptions, by their ids, whose maker has lost
// the role. What was ended already stays as it is.
func (s *Store) EndGiven(ctx context.Context, ids []string) error {
	return s.act(ctx, hearing, func(w *work) error {
		rows, err := locked[programme.Authorisation](w, "id = ANY (?) AND ending IS NULL", array(ids))
		if err != nil {
			return err
		}
		if err := alterEach(w, rows, rewrite[programme.Authorisation], func(a *programme.Authorisation) bool {
			a.End(programme.RoleLost, w.now)
			return true
		}); err != nil {
			return err
		}
		return w.endSubscriptions("id = ANY (?)", array(ids))
	})
}

// hearing is who the audit names for the end of what somebody gave in a role that they
// have no more.
var hearing = programme.Actor{Issuer: "local", Subject: "authority", Reason: "A later token of whoever gave it came without the role."}

// given answers what was not ended, for those who hear tokens.
func given(tx *gorm.DB) (all []programme.Given, err error) {
	err = tx.Raw("SELECT id, giver_issuer AS issuer, giver_subject AS subject, borough_code AS borough, created_at AS at FROM authorisations WHERE ending IS NULL").Scan(&all).Error
	return all, err
}

// signing holds of what lets somebody sign documents of any borough: see [signer].
const signing = "document = @document AND ending IS NULL AND (api_client_id = @client OR issuer = @issuer AND subject = @subject)"

// signer is who signs what, in the names of [signing].
func signer(actor programme.Actor, document programme.DocumentKind) map[string]any {
	return map[string]any{"document": string(document), "client": idOrNone(actor.Client), "issuer": actor.Issuer, "subject": actor.Subject}
}

// authorised reads by what the actor may sign documents of the boroughs.
func authorised(tx *gorm.DB, actor programme.Actor, document programme.DocumentKind, boroughs array) ([]programme.Authorisation, error) {
	var rows []programme.Authorisation
	err := beyondSight(tx).Where("borough_code = ANY (?)", boroughs).Where(signing, signer(actor, document)).Order("id").Find(&rows).Error
	trusted(tx, rows)
	return rows, err
}

// askAuthorised adds a statement that reads them. Whether their giver is trusted, [trusted] says
// of what has come.
func askAuthorised(t *trip, db *gorm.DB, into *[]programme.Authorisation, actor programme.Actor, document programme.DocumentKind, borough string) error {
	named := signer(actor, document)
	named["borough"] = borough
	// With one borough PostgreSQL plans it once, and with a list each time.
	condition, values := placed("borough_code = @borough AND "+signing+" ORDER BY id", named)
	return rowsOf(t, db, into, condition, values...)
}

// holdAuthority keeps the authorisation from being ended until the transaction is. The
// error is Forbidden where it has been, since it was read.
func (w *work) holdAuthority(a *programme.Authorisation) error {
	if a == nil {
		return nil
	}
	var rows []programme.Authorisation
	err := beyondSight(w.tx).Clauses(forShare).Where("id = ? AND ending IS NULL", a.ID).Find(&rows).Error
	if err == nil && len(rows) == 0 {
		_, err = programme.AuthorityToSign(w.actor, nil, a.Document, a.Borough, w.today())
	}
	return err
}

// leadTrust is whether an issuer is trusted to name leads of a borough. That is this
// process's own configuration, so that it is asked where rows are read, and kept nowhere:
// two processes of which one knows an issuer already must not undo each other's work.
type leadTrust func(issuer, borough string) bool

const leadTrustName = "peerchallenge:lead_trust"

// Name implements gorm.Plugin, by which every session of the store finds it.
func (leadTrust) Name() string { return leadTrustName }

// Initialize implements gorm.Plugin.
//
//nolint:misspell // it is the library's spelling
func (leadTrust) Initialize(*gorm.DB) error { return nil }

func trusts(tx *gorm.DB, issuer, borough string) bool {
	trusted, _ := tx.Plugins[leadTrustName].(leadTrust)
	return trusted != nil && trusted(issuer, borough)
}

// setTrust sets whether who gave it is trusted to.
func setTrust(tx *gorm.DB, a *programme.Authorisation) {
	a.Untrusted = !trusts(tx, a.GiverIssuer, a.Borough)
}

// withTrust sets it of the rows that a kind reads.
func withTrust(tx *gorm.DB, rows []*programme.Authorisation) error {
	for _, a := range rows {
		setTrust(tx, a)
	}
	return nil
}

// trusted sets it of what was read otherwise.
func trusted(tx *gorm.DB, given []programme.Authorisation) {
	for i := range given {
		setTrust(tx, &given[i])
	}
}

// idOrNone is the id, or nothing for what PostgreSQL would call a syntax error.
func idOrNone(id string) *string {
	if uuid.Validate(id) != nil {
		return nil
	}
	return &id
}
