package postgres

import (
	"encoding/json"
	"net/http"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// again answers what was kept, for somebody who asks now. The error is NotFound
// for whom may not see the record any more, and Conflict where it has been removed,
// or where the answer has lost its body because it named a person who has been.
func (k *idempotencyAnswer) again(tx *gorm.DB, actor programme.Actor, now time.Time) (programme.Answer, error) {
	there, seen, err := standing[k.Noun](tx, actor, k.Record, now)
	switch {
	case err != nil:
		return programme.Answer{}, err
	case k.Header == nil || !there:
		return programme.Answer{}, programme.Errorf(programme.Conflict, programme.CodeMadeAndRemoved,
			"The request was carried out the first time; what it made or changed has been removed since. Nothing was done now.")
	case !seen:
		return programme.Answer{}, programme.Errorf(programme.NotFound, programme.CodeNotFound, "There is no such %s.", programme.Spoken(k.Noun))
	case k.ShownOnce:
		return programme.Answer{}, programme.Errorf(programme.Conflict, programme.CodeShownOnce,
			"The request was carried out the first time, and its answer showed a secret, which is shown once. Nothing was done now. It was about %s.", k.Record)
	case k.Body == nil && k.Status != http.StatusNoContent:
		return programme.Answer{}, programme.Errorf(programme.Conflict, programme.CodeAnswerErased,
			"The request was carried out the first time; its answer named a person or held words that have been removed since. Nothing was done now. It was about %s.", k.Record)
	}
	answer := programme.Answer{Status: k.Status, Body: k.Body, Noun: k.Noun, Record: k.Record}
	return answer, json.Unmarshal([]byte(*k.Header), &answer.Header)
}

// lookup answers whether the record is there, and whether the actor may see it and
// all of its values now.
type lookup func(tx *gorm.DB, actor programme.Actor, key string, now time.Time) (there, seen bool, err error)

// seenFor is a record that some see for a time, whose end holds by itself.
type seenFor interface {
	SeenBy(actor programme.Actor, now time.Time) bool
}

// standing knows every noun that a request which may be repeated makes or acts on.
// An answer about another is not kept.
var standing = map[string]lookup{
	"programme": func(*gorm.DB, programme.Actor, string, time.Time) (there, seen bool, err error) {
		return true, true, nil
	},
	"priority":                public[programme.Priority]("id"),
	"sub-region":              public[programme.SubRegion]("slug"),
	"membership":              public[programme.Membership]("id"),
	"borough":                 public[programme.Borough]("code"),
	"authority":               public[programme.Authority]("code"),
	"indicator":               public[benchmark.Indicator]("code"),
	"caveat":                  public[benchmark.Caveat]("id"),
	"target":                  public[benchmark.Target]("id"),
	"period":                  public[benchmark.Period]("code"),
	"release":                 public[benchmark.Release]("id"),
	"peer-challenge":          scoped(peerChallenges),
	"peer-challenge-group":    scoped(peerChallengeGroups),
	"grouping-proposal":       scoped(groupingProposals),
	"participant":             scoped(participants),
	"peer-review":             scoped(peerReviews),
	"peer-review-note":        scoped(peerReviewNotes),
	"preparation-task":        scoped(preparationTasks),
	"finding":                 scoped(findings),
	"action":                  scoped(actions),
	"ask-or-offer":            scoped(asksAndOffers),
	"narrative":               scoped(narratives),
	"event":                   scoped(events),
	"milestone":               scoped(milestones),
	"api-client":              scoped(apiClients),
	"read-key":                scoped(readKeys),
	"calendar-subscription":   scoped(calendarSubscriptions),
	"token-revocation":        scoped(tokenRevocations),
	"benchmarking-submission": scoped(benchmarkingSubmissions),
	"framework":               scoped(frameworks),

	"self-evaluation-template": scoped(selfEvaluationTemplates),
	"self-evaluation":          scoped(selfEvaluations),
	"self-evaluation-comment":  scoped(selfEvaluationComments),
	"quarter":                  scoped(quarters),
	"extension":                scoped(extensions),
	"quarter-snapshot":         scoped(quarterSnapshots),
	"correction-window":        scoped(correctionWindows),
	"contact":                  scoped(contacts),
	"authorisation":            scoped(authorisations),
	"receipt":                  scoped(receipts),
	"reminder":                 scoped(reminders),
	"reminder-address":         scoped(reminderAddresses),
}

// public looks for reference data, which everybody may see.
func public[T any](keyColumn string) lookup {
	return func(tx *gorm.DB, _ programme.Actor, key string, _ time.Time) (there, seen bool, err error) {
		var found int64
		err = tx.Model(new(T)).Where(clause.Eq{Column: keyColumn, Value: key}).Count(&found).Error
		return found > 0, true, err
	}
}

// scoped looks for a record of the programme's year. An answer shows all values, so
// that it is only for those who may read all: the record may have been theirs once.
func scoped[T any, R record[T]](k kind[T, R]) lookup {
	return func(tx *gorm.DB, actor programme.Actor, key string, now time.Time) (there, seen bool, err error) {
		row, err := read(beyondSight(tx), k, key)
		if programme.KindOf(err) == programme.NotFound {
			return false, false, nil
		}
		if err != nil {
			return false, false, err
		}
		seen = R(&row).Of().Audience.Includes(actor)
		if c, ok := any(R(&row)).(programme.Confidential); ok {
			seen = seen && c.Confidants().Includes(actor)
		}
		if t, ok := any(R(&row)).(seenFor); ok {
			seen = seen && t.SeenBy(actor, now)
		}
		return true, seen, nil
	}
}

// forgetRecord takes what was answered about a record that is removed. The rows
// stay: whoever repeats such a request must not make the record again.
func forgetRecord(tx *gorm.DB, noun, key string) error {
	return tx.Model(&idempotencyAnswer{}).Where("noun = ? AND record = ?", noun, key).
		UpdateColumns(map[string]any{"header": nil, "body": nil}).Error
}

// forgetAnswers takes the answers that name the id: of a person who is removed, or of a
// record out of which words were taken. They would be given again for a day.
func forgetAnswers(tx *gorm.DB, id string) error {
	return tx.Model(&idempotencyAnswer{}).Where("position(convert_to(?, 'UTF8') IN body) > 0", id).
		UpdateColumns(map[string]any{"header": gorm.Expr("CASE WHEN header IS NOT NULL THEN '{}'::jsonb END"), "body": nil}).Error
}
