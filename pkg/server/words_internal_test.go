package server

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"peerchallenge/pkg/programme"
)

// unscreened are the texts of records in which screening does not look, and why.
var unscreened = map[string]string{
	"milestone.title": "a headline of the public page, by the programme's team", "milestone.description": "likewise", "milestone.evidence.title": "likewise", "milestone.evidence.url": "likewise",
	"grouping-proposal.unplaced.detail": "words of the program", "benchmarking-submission.explanations.by": "a role", "benchmarking-submission.thread.answeredBy": "likewise", "benchmarking-submission.explanations.carriedFrom": "a quarter",
	"preparation-task.task": "of the programme's template", "preparation-task.role": "likewise", "preparation-task.template": "likewise",
	"event.title": "likewise", "event.description": "likewise", "event.sessions.title": "likewise", "event.attendanceNote": "likewise", "event.opportunities": "likewise",
	"peer-challenge.title": "likewise", "peer-challenge.methods": "likewise", "peer-challenge.learningThemes": "likewise",
	"event.invited.organisations": "names of organisations", "event.attended.organisations": "likewise", "participant.organisation": "likewise", "peer-review.team.organisation": "likewise",
	"ask-or-offer.contact": "a role",
	"event.venue":          "a place, whose address is meant to be read", "peer-challenge-group.venue": "likewise", "event.link": "where people meet in the web", "peer-challenge-group.link": "likewise",
	"peer-challenge-group.name": "what a group is called", "peer-review.title": "what a review is called", "quarter.name": "what a quarter is called",
	"framework": "what the region asks for: no borough, and no child",

	"self-evaluation-template.draft.title": "what the region asks, of no borough and no child", "self-evaluation-template.draft.guidance": "likewise", "self-evaluation-template.draft.questions.text": "likewise",
	"self-evaluation-template.draft.questions.guidance": "likewise", "self-evaluation-template.draft.questions.choices.text": "likewise", "self-evaluation-template.name": "what a template is called",
	"self-evaluation.draft.title": "what the template calls the section", "self-evaluation.missing.detail": "words of the program", "self-evaluation.figures.indicatorName": "what an indicator is called",
	"self-evaluation.figures.periodName": "what a period is called", "self-evaluation.figures.status": "one of our words", "self-evaluation.figures.citation.period": "the key of a period",
	"self-evaluation.draft.answers.citation.period": "likewise", "self-evaluation.draft.indicators.citation.period": "likewise", "self-evaluation.missing.pointer": "a place",
	"participant.name": "who takes part is named, and is no child", "peer-review.team.name": "likewise",
	"event.people.name": "likewise", "peer-challenge-group.people.name": "likewise", "event.people.organisation": "names of organisations", "peer-challenge-group.people.organisation": "likewise",
	"grouping-proposal.groups.complements.strongName": "what a borough is called", "grouping-proposal.groups.complements.needName": "likewise", "grouping-proposal.groups.complements.indicatorName": "what an indicator is called",
	"action.owner":     "a role or a body",
	"contact.promised": "the programme's team alone reads it", "contact.promisedBy": "a role",
	"quarter-snapshot.reason": "the team says in public why a quarter stands as it does", "quarter-snapshot.withdrawnFor": "likewise", "quarter-snapshot.quarterName": "what a quarter is called", "narrative.indicatorName": "what an indicator is called",
	"extension.reason": "the team says it to one borough, and the audit keeps it too", "correction-window.reason": "likewise",
	"finding.citations.period": "the key of a period", "finding.selfEvaluationSections": "headings of the template", "peer-review-note.lineOfEnquiry": "the review's, and screened there",
	"api-client.name": "what a machine is called", "read-key.name": "likewise", "api-client.keys.kid": "the id of a key", "api-client.secrets.hint": "a part of a secret", "read-key.hint": "likewise",
	"calendar-subscription.name": "what a device is called", "calendar-subscription.hint": "a part of a secret", "calendar-subscription.subject": "whom a token names",
	"authorisation.issuer": "whom a token names", "authorisation.subject": "likewise", "authorisation.ending": "one of our words", "receipt": "who has signed, with which key, and what our sentences make of it",
	"token-revocation.issuer": "whom a token names", "token-revocation.subject": "likewise",
}

// TestEveryTextIsScreened: every text of every record that has readers beyond those who write
// it is one in which screening looks, or stands above with its reason. What
// screening looks at can be redacted, so that the audit keeps none of it.
func TestEveryTextIsScreened(t *testing.T) {
	t.Parallel()
	contract, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	unused := maps.Clone(unscreened)
	for noun, a := range audited {
		row := reflect.New(reflect.TypeOf(a.of))
		if _, is := reflect.TypeAssert[programme.Record](row); !is {
			continue // reference data are about no people
		}
		screened := map[string]bool{}
		if worded, is := reflect.TypeAssert[programme.Worded](row); is {
			fill(row.Interface())
			for _, text := range worded.Texts() {
				field := strings.ReplaceAll(strings.Trim(placeInList.ReplaceAllString(text.Field, "/"), "/"), "/", ".")
				screened[field] = true
				member, _, _ := strings.Cut(field, ".")
				if !slices.ContainsFunc(programme.Withheld(reflect.TypeOf(a.of)), func(name string) bool { return wireName(name) == member }) {
					t.Errorf("%s.%s can be redacted, and the audit keeps it", noun, member)
				}
			}
		}
		for _, text := range textsOf(contract.doc.Components.Schemas[a.schema].Value, "") {
			switch {
			case screened[text] && unscreened[noun+"."+text] != "":
				t.Errorf("%s.%s is screened, and there is said why not", noun, text)
			case screened[text]:
				delete(screened, text)
			case unscreened[noun+"."+text] == "" && unscreened[noun] == "":
				t.Errorf("%s.%s is a text: let Texts answer it, or say here why screening does not look in it", noun, text)
			}
			delete(unused, noun+"."+text)
			delete(unused, noun)
		}
		for text := range screened {
			t.Errorf("screening looks in %s.%s, which is no text of the contract", noun, text)
		}
	}
	for text := range unused {
		t.Errorf("%s is no text", text)
	}
}

// placeInList is a place in a list, in a pointer.
var placeInList = regexp.MustCompile(`/[0-9]+(/|$)`)

// textsOf lists the members, and members of members, that take people's words. What an
// answer alone says of other records is theirs.
func textsOf(s *openapi3.Schema, at string) []string {
	var found []string
	included, _ := s.Extensions["x-include"].(map[string]any)
	for name, ref := range s.Properties {
		member, of := strings.TrimPrefix(at+"."+name, "."), ref.Value
		if of.Type.Is("array") {
			of = of.Items.Value
		}
		switch {
		case ownWords[name] || included[name] != nil:
		case of.Type.Is("object"):
			found = append(found, textsOf(of, member)...)
		case of.Type.Is("string") && len(of.Enum) == 0 && (of.Pattern == "" || of.Pattern == address) && slices.Contains([]string{"", "line", "text", "words"}, of.Format):
			found = append(found, member)
		}
	}
	return found
}

// address is the pattern of addresses in the web, whose names of folders and files people choose.
const address = "^https?://[^ ]+$"

// ownWords are members whose words are ours: of names beside codes, of steps and of what
// illustrates.
var ownWords = map[string]bool{
	"steps": true, "etag": true, "illustrative": true, "screening": true, "include": true, "href": true,
	"boroughName": true, "hostName": true, "ownerName": true, "priorityName": true, "subRegionName": true, "boroughNames": true, "priorityNames": true, "subRegionNames": true,
}
