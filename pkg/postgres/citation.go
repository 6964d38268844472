package postgres

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

// citation names rows of another table: in a member that is a list, or in one that
// is a single value. It is how a noun says what it cites, whatever it cites.
type citation struct {
	table, column string
	pointer       string // of the member
	list          bool
	values        []string
	words         string // what is not there
	record        bool   // one of the year, of which there are many
	seenBy        array  // names of the actor who must see the record; nil where it only has to be there
}

func citeBoroughs(pointer string, codes []string) citation {
	return citation{table: "boroughs", column: "code", pointer: pointer, list: true, values: codes, words: "There is no such borough."}
}

func citeSubRegions(pointer string, slugs []string) citation {
	return citation{table: "sub_regions", column: "slug", pointer: pointer, list: true, values: slugs, words: "There is no such sub-region."}
}

func citePriorities(pointer string, ids []string) citation {
	return citation{table: "priorities", column: "id", pointer: pointer, list: true, values: ids, words: "There is no such priority."}
}

func citeIndicators(pointer string, codes []string) citation {
	return citation{table: "indicators", column: "code", pointer: pointer, list: true, values: codes, words: "There is no such indicator."}
}

func citeBorough(pointer string, code *string) citation {
	return single(citeBoroughs(pointer, nil), code)
}

func citeSubRegion(pointer string, slug *string) citation {
	return single(citeSubRegions(pointer, nil), slug)
}

func citePriority(pointer string, id *string) citation {
	return single(citePriorities(pointer, nil), id)
}

func citePeriod(pointer string, code *string) citation {
	return single(citation{table: "periods", column: "code", pointer: pointer, words: "There is no such period."}, code)
}

func citePeerChallenge(id *string) citation {
	return single(citation{table: "peer_challenges", column: "id", pointer: "/peerChallengeId", words: "There is no such peer challenge.", record: true}, id)
}

func citePeerChallengeGroup(id *string) citation {
	return single(citation{table: "peer_challenge_groups", column: "id", pointer: "/peerChallengeGroupId", words: "There is no such group.", record: true}, id)
}

func citePeerReview(id *string) citation {
	return single(citation{table: "peer_reviews", column: "id", pointer: "/peerReviewId", words: "There is no such peer review.", record: true}, id)
}

func citeFinding(id *string) citation {
	return single(citation{table: "findings", column: "id", pointer: "/findingId", words: "There is no such finding.", record: true}, id)
}

func citeEvent(id *string) citation {
	return single(citation{table: "events", column: "id", pointer: "/eventId", words: "There is no such event.", record: true}, id)
}

func single(c citation, value *string) citation {
	c.list = false
	if value != nil {
		c.values = []string{*value}
	}
	return c
}

// fault says that the i-th value is not there.
func (c citation) fault(i int) programme.Fault {
	pointer := c.pointer
	if c.list {
		pointer += "/" + strconv.Itoa(i)
	}
	return programme.Unknown(pointer, c.words)
}

// visibleTo answers the citation of a record that the actor must see: to who does
// not, it is not there.
func (c citation) visibleTo(actor programme.Actor) citation {
	c.seenBy = programme.OrEmpty(actor.Names())
	return c
}

// query asks for those of the values that are there. It compares texts, because what
// a caller cites may be no key at all, but for records, which have to be found by
// their index.
func (c citation) query() (sql string, values []any) {
	sql = "SELECT " + c.column + "::text AS value FROM " + c.table + " WHERE "
	if !c.record {
		return sql + c.column + "::text = ANY (?) FOR KEY SHARE", []any{array(c.values)}
	}
	ids := slices.DeleteFunc(slices.Clone(c.values), func(id string) bool { return uuid.Validate(id) != nil })
	sql, values = sql+"id = ANY (?)", []any{array(ids)}
	if c.seenBy != nil {
		sql, values = sql+" AND audience && ?", append(values, c.seenBy)
	}
	return sql + " FOR KEY SHARE", values
}

// checked names every fault at once, where a constraint would name one: what the row's own rules
// refuse, and what it cites that is not there.
func checked(tx *gorm.DB, rules error, citations ...citation) error {
	unknown, err := uncited(tx, citations)
	if err != nil {
		return err
	}
	return programme.Together(rules, programme.Refuse(unknown))
}

// uncited answers a fault for everything cited that is not there or that an
// actor who must see it does not. What is there is locked against deletion, in the order
// of the citations. However many there are, it is one question.
func uncited(tx *gorm.DB, citations []citation) ([]programme.Fault, error) {
	var parts, answers []string
	var values []any
	for i, c := range citations {
		if len(c.values) == 0 {
			continue
		}
		n := strconv.Itoa(i)
		sql, with := c.query()
		parts = append(parts, "cited_"+n+" AS ("+sql+")")
		answers = append(answers, "SELECT "+n+" AS citation, value FROM cited_"+n)
		values = append(values, with...)
	}
	if len(parts) == 0 {
		return nil, nil
	}
	var found []struct {
		Citation int
		Value    string
	}
	if err := tx.Raw("WITH "+strings.Join(parts, ", ")+" "+strings.Join(answers, " UNION ALL "), values...).Scan(&found).Error; err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, f := range found {
		there[strconv.Itoa(f.Citation)+" "+f.Value] = true
	}
	var faults []programme.Fault
	for n, c := range citations {
		for i, value := range c.values {
			if !there[strconv.Itoa(n)+" "+value] {
				faults = append(faults, c.fault(i))
			}
		}
	}
	return faults, nil
}

// unlessMissing notes the fault of a citation whose record has been looked for
// already, to be locked or for the rules, and was not found: then there is nothing
// more to ask about it, and the record's own rules say what else is wrong.
func (w *work) unlessMissing(err error, c citation) (there bool, other error) {
	if programme.KindOf(err) == programme.NotFound {
		w.unknown = append(w.unknown, c.fault(0))
		return false, nil
	}
	return err == nil, err
}
