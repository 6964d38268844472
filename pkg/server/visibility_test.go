package server_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

// visibility says of every operation who may: first the programme's team and
// reporting tools, then lead, editor and system of the borough whose record it is,
// of another borough of its group (or of the review's team), and of one outside.
//
//   - allowed, or shown in the list
//   - not shown in the list
//     3 refused with 403: it is seen but not theirs, or their role is not asked
//     4 answered with 404: it is not there for them
//     2 refused with 422 or 400: the body or the filter names what is not there for them
var visibility = map[string]string{
	"acceptBenchmarkingSubmission":      "+3 333 333 333",
	"acceptBenchmarkingSubmissions":     "+3 333 333 333",
	"acceptGroupingProposal":            "+3 333 333 333",
	"acknowledgeAction":                 "33 ++3 333 443",
	"acknowledgeAskOrOffer":             "+3 ++3 333 443",
	"acknowledgeBenchmarkingSubmission": "+3 ++3 443 443",
	"acknowledgeSelfEvaluationComment":  "33 ++3 ++3 443",
	"answerSelfEvaluationComment":       "33 ++3 333 443",
	"closeSelfEvaluationComment":        "33 +33 ++3 443",
	"createCaveat":                      "+3 333 333 333",
	"createSelfEvaluationComment":       "33 ++3 333 223",
	"createTarget":                      "+3 333 333 333",
	"deleteCaveat":                      "+3 333 333 333",
	"deleteSelfEvaluationComment":       "33 333 ++3 443",
	"deleteTarget":                      "+3 333 333 333",
	"getCaveat":                         "++ +++ +++ +++",
	"getSelfEvaluationComment":          "+3 +++ +++ 444",
	"getTarget":                         "++ +++ +++ +++",
	"listCaveats":                       "++ +++ +++ +++",
	"listSelfEvaluationComments":        "+3 +++ +++ ---",
	"listTargets":                       "++ +++ +++ +++",
	"redactSelfEvaluationComment":       "+3 +33 +33 433",
	"reopenSelfEvaluationComment":       "33 333 ++3 443",
	"updateCaveat":                      "+3 333 333 333",
	"updateSelfEvaluationComment":       "33 333 ++3 443",
	"updateTarget":                      "+3 333 333 333",
	"acknowledgeFinding":                "+3 ++3 ++3 443",
	"acknowledgeNarrative":              "33 ++3 443 443",
	"acknowledgePeerChallengeGroup":     "+3 ++3 ++3 333",
	"acknowledgePeerReviewNote":         "+3 443 ++3 443",
	"createPeerReviewNote":              "+3 333 ++3 223",
	"deletePeerReviewNote":              "+3 443 ++3 443",
	"getPeerReviewNote":                 "+3 443 ++3 443",
	"listPeerReviewNotes":               "+3 --3 ++3 --3",
	"redactPeerReviewNote":              "+3 433 +33 433",
	"updatePeerReviewNote":              "+3 443 ++3 443",
	"finishPreparationTask":             "+3 ++3 333 443",
	"getPreparationTask":                "+3 ++3 ++3 443",
	"listPreparationTasks":              "+3 ++3 ++3 --3",
	"reopenPreparationTask":             "+3 ++3 333 443",
	"takeEventTemplate":                 "+3 333 333 333",
	"takePeerChallengeTemplate":         "+3 333 333 333", "takePeerReviewTemplate": "+3 333 333 333",
	"waivePreparationTask":               "+3 ++3 333 443",
	"acknowledgePeerReview":              "+3 ++3 ++3 443",
	"acknowledgeSelfEvaluation":          "33 ++3 333 443",
	"createSelfEvaluation":               "33 ++3 333 333",
	"createSelfEvaluationTemplate":       "+3 333 333 333",
	"deleteSelfEvaluation":               "33 +33 333 433",
	"deleteSelfEvaluationTemplate":       "+3 333 333 333",
	"getBoroughSelfEvaluation":           "+3 +++ 444 444",
	"getSelfEvaluation":                  "+3 +++ +++ 444",
	"getSelfEvaluationChanges":           "+3 +++ +++ 444",
	"getSelfEvaluationSection":           "33 444 444 444",
	"getSelfEvaluationSectionChanges":    "33 444 444 444",
	"getSelfEvaluationTemplate":          "++ +++ +++ +++",
	"getSelfEvaluationTemplateChanges":   "++ +++ +++ +++",
	"getSelfEvaluationTemplateVersion":   "++ +++ +++ +++",
	"getSelfEvaluationVersion":           "+3 +++ +++ 444",
	"listSelfEvaluationReads":            "33 ++3 333 443",
	"listSelfEvaluationTemplateVersions": "++ +++ +++ +++",
	"listSelfEvaluationTemplates":        "++ +++ +++ +++",
	"listSelfEvaluationVersions":         "+3 +++ +++ 444",
	"listSelfEvaluations":                "+3 +++ +++ ---",
	"migrateSelfEvaluation":              "33 +++ 333 444",
	"planCycle":                          "+3 333 333 333",
	"publishSelfEvaluationTemplate":      "+3 333 333 333",
	"putSelfEvaluation":                  "33 ++3 333 333",
	"redactSelfEvaluation":               "+3 +33 333 433",
	"reopenSelfEvaluation":               "33 +33 333 433",
	"shareSelfEvaluation":                "33 +33 333 433",
	"signOffSelfEvaluation":              "33 +33 333 433",
	"updateSelfEvaluationSection":        "33 +++ 333 444",
	"updateSelfEvaluationTemplate":       "+3 333 333 333",
	"withdrawSelfEvaluation":             "33 +33 333 433",
	"addActionProgress":                  "33 ++3 333 443",
	"addApiClientSecret":                 "+3 +33 433 433",
	"addPeerReviewHostComment":           "33 ++3 333 443",
	"answerBenchmarkingSubmission":       "33 +++ 444 444",
	"cancelEvent":                        "+3 333 333 333",
	"cancelPeerChallenge":                "+3 333 333 333",
	"cancelPeerReview":                   "+3 333 333 333",
	"checkPeerReviewFacts":               "+3 333 333 333",
	"closePeerChallenge":                 "+3 333 333 333",
	"closePeerReview":                    "+3 333 333 333",
	"completePeerChallenge":              "+3 333 333 333",
	"createAction":                       "33 ++3 333 223",
	"createApiClient":                    "+3 +33 333 333",
	"createAskOrOffer":                   "+3 ++3 333 333",
	"createAuthorisation":                "33 +33 333 333",
	"createAuthority":                    "+3 333 333 333",
	"createBenchmarkingSubmissions":      "33 +++ 333 333",
	"createBorough":                      "+3 333 333 333",
	"createContact":                      "+3 333 333 333",
	"createCorrectionWindow":             "+3 333 333 333",
	"createEvent":                        "+3 333 333 333",
	"createExtension":                    "+3 333 333 333",
	"createFinding":                      "+3 ++3 ++3 333",
	"createFramework":                    "+3 333 333 333",
	"createGroupingProposal":             "+3 333 333 333",
	"createIndicator":                    "+3 333 333 333",
	"createMilestone":                    "+3 333 333 333",
	"createParticipant":                  "+3 ++3 333 333",
	"createPeerChallenge":                "+3 333 333 333",
	"createPeerChallengeGroup":           "+3 333 333 333",
	"createPeerReview":                   "+3 333 333 333",
	"createPeriod":                       "+3 333 333 333",
	"createPriority":                     "+3 333 333 333",
	"createQuarter":                      "+3 333 333 333",
	"createQuarterSnapshot":              "+3 333 333 333",
	"createCalendarSubscription":         "+3 ++3 ++3 ++3",
	"deleteCalendarSubscription":         "+3 +33 443 443",
	"getCalendarSubscription":            "+3 ++3 443 443",
	"listCalendarSubscriptions":          "+3 ++3 --3 --3",
	"getSubscribedCalendar":              "44 444 444 444",
	"proposeRota":                        "+3 333 333 333",
	"createReadKey":                      "+3 333 333 333",
	"createReminderAddress":              "+3 +33 333 333",
	"createSubRegion":                    "+3 333 333 333",
	"createSubRegionMembership":          "+3 333 333 333",
	"createTokenRevocation":              "+3 333 333 333",
	"deleteAction":                       "33 ++3 333 443",
	"deleteApiClient":                    "+3 +33 433 433",
	"deleteAskOrOffer":                   "+3 ++3 333 443",
	"deleteAuthority":                    "+3 333 333 333",
	"deleteBenchmarkingSubmission":       "33 +++ 444 444",
	"deleteBorough":                      "+3 333 333 333",
	"deleteContact":                      "+3 333 333 333",
	"deleteEvent":                        "+3 333 333 333",
	"deleteEventPerson":                  "+3 ++3 ++3 ++3",
	"deleteFinding":                      "+3 ++3 ++3 443",
	"deleteFramework":                    "+3 333 333 333",
	"deleteIndicator":                    "+3 333 333 333",
	"deleteMilestone":                    "+3 333 333 333",
	"deleteParticipant":                  "+3 ++3 443 443",
	"deletePeerChallenge":                "+3 333 333 333",
	"deletePeerChallengeGroup":           "+3 333 333 333",
	"deletePeerChallengeGroupMember":     "+3 333 333 333",
	"deletePeerChallengeGroupPerson":     "+3 ++3 ++3 333",
	"deletePeerReview":                   "+3 333 333 333",
	"deletePeriod":                       "+3 333 333 333",
	"deletePriority":                     "+3 333 333 333",
	"deleteQuarter":                      "+3 333 333 333",
	"deleteReadKey":                      "+3 +33 433 433",
	"deleteReminderAddress":              "+3 +33 433 433",
	"deleteSubRegion":                    "+3 333 333 333",
	"deleteSubRegionMembership":          "+3 333 333 333",
	"endApiClientSecret":                 "+3 +33 433 433",
	"explainBenchmarkingSubmission":      "33 +++ 444 444",
	"finalisePeerReview":                 "+3 333 333 333",
	"followUpPeerReview":                 "+3 333 333 333",
	"getAction":                          "+3 +++ +++ 444",
	"getApiClient":                       "+3 +33 433 433",
	"getAskOrOffer":                      "+4 +++ +++ 444",
	"getAuthorisation":                   "+3 +++ 444 444",
	"getAuthority":                       "++ +++ +++ +++",
	"getBenchmarkingReport":              "+3 +++ 444 444",
	"getBenchmarkingReportTable":         "+3 +++ 444 444",
	"getBenchmarkingReportWorkbook":      "+3 +++ 444 444",
	"getBenchmarkingSubmission":          "+3 +++ 444 444",
	"getBenchmarkingTemplate":            "++ +++ +++ +++",
	"getBenchmarkingTemplateWorkbook":    "++ +++ +++ +++",
	"getBenchmarkingVersion":             "+3 +++ 444 444",
	"getBorough":                         "++ +++ +++ +++",
	"getBoroughBenchmarkingSubmission":   "+3 +++ 444 444",
	"getBoroughCalendar":                 "++ +++ +++ +++",
	"getContact":                         "+3 333 333 333",
	"getCorrectionWindow":                "+3 +++ 444 444",
	"getDossier":                         "33 +33 333 333",
	"getEvent":                           "++ +++ +++ +++",
	"getEventCalendar":                   "++ +++ +++ +++",
	"getExtension":                       "+3 +++ 444 444",
	"getFigureTable":                     "++ +++ +++ +++",
	"getFigureTableCsv":                  "++ +++ +++ +++",
	"getFigureTableWorkbook":             "++ +++ +++ +++",
	"getFinding":                         "+3 +++ +++ 444",
	"getFindingImpact":                   "+3 +++ +++ 444",
	"getFramework":                       "++ +++ +++ +++",
	"getFrameworkChanges":                "++ +++ +++ +++",
	"getGroupingProposal":                "+3 333 333 333",
	"getIndicator":                       "++ +++ +++ +++",
	"getMe":                              "++ +++ +++ +++",
	"getMilestone":                       "++ +++ +++ +++",
	"getNarrative":                       "+3 +++ 444 444",
	"getPapers":                          "33 +33 333 333",
	"getParticipant":                     "+3 +++ 444 444",
	"getPeerChallenge":                   "++ +++ +++ +++",
	"getPeerChallengeGroup":              "++ +++ +++ +++",
	"getPeerChallengeGroupCalendar":      "++ +++ +++ +++",
	"getPeerReview":                      "+4 +++ +++ 444",
	"getPeriod":                          "++ +++ +++ +++",
	"getPriority":                        "++ +++ +++ +++",
	"getProgramme":                       "++ +++ +++ +++",
	"getQuarter":                         "++ +++ +++ +++",
	"getQuarterFiguresWorkbook":          "++ +++ +++ +++",
	"getQuarterPage":                     "++ +++ +++ +++",
	"getQuarterHeatMap":                  "++ +++ +++ +++",
	"getQuarterHeatMapPicture":           "++ +++ +++ +++",
	"getQuarterHeatMapTable":             "++ +++ +++ +++",
	"getQuarterHeatMapWorkbook":          "++ +++ +++ +++",
	"getQuarterRankedBars":               "++ +++ +++ +++",
	"getQuarterSeriesPicture":            "++ +++ +++ +++",
	"getQuarterSnapshot":                 "++ +++ +++ +++",
	"getQuarterSnapshotDocument":         "++ +++ +++ +++",
	"getReadKey":                         "+3 +33 433 433",
	"getReceipt":                         "+3 +++ 444 444",
	"getRelease":                         "++ +++ +++ +++",
	"getReminder":                        "+3 +++ 444 444",
	"getReminderAddress":                 "+3 ++3 443 443",
	"getSubRegion":                       "++ +++ +++ +++",
	"getSubRegionMembership":             "++ +++ +++ +++",
	"getTokenRevocation":                 "+3 333 333 333",
	"holdEvent":                          "+3 333 333 333",
	"importBenchmarkingHistory":          "+3 333 333 333",
	"importRelease":                      "+3 333 333 333",
	"listActionSummary":                  "++ +++ +++ +++",
	"listActions":                        "+3 +++ +++ ---",
	"listApiClients":                     "+3 +33 -33 -33",
	"listAsksAndOffers":                  "+- +++ +++ ---",
	"listAuditEntries":                   "+2 +++ +++ 222",
	"listAuthorisations":                 "+3 +++ --- ---",
	"listAuthorities":                    "++ +++ +++ +++",
	"listBenchmarkingRules":              "++ +++ +++ +++",
	"listBenchmarkingSubmissions":        "+3 +++ --- ---",
	"listBenchmarkingVersions":           "+3 +++ 444 444",
	"listBoroughExceptions":              "++ +++ +++ +++",
	"listBoroughs":                       "++ +++ +++ +++",
	"listChanges":                        "+- +++ +++ ---",
	"listComparisons":                    "++ +++ +++ +++",
	"listCompleteness":                   "++ +++ +++ +++",
	"listContacts":                       "+3 333 333 333",
	"listCorrectionWindows":              "+3 +++ --- ---",
	"listEvents":                         "++ +++ +++ +++",
	"listExtensions":                     "+3 +++ --- ---",
	"listFindings":                       "+3 +++ +++ ---",
	"listFrameworks":                     "++ +++ +++ +++",
	"listGroupingProposals":              "+3 333 333 333",
	"listHelpSummary":                    "+3 +++ +++ +++",
	"listIndicatorDistribution":          "++ +++ +++ +++",
	"listIndicatorSeries":                "++ +++ +++ +++",
	"listIndicatorVersions":              "++ +++ +++ +++",
	"listIndicators":                     "++ +++ +++ +++",
	"listMilestoneSummary":               "++ +++ +++ +++",
	"listMilestones":                     "++ +++ +++ +++",
	"listNarratives":                     "+3 +++ --- ---",
	"listObservations":                   "++ +++ +++ +++",
	"listOpenItems":                      "+3 +++ +++ +++",
	"listOutstanding":                    "++ +++ +++ +++",
	"listParticipants":                   "+3 +++ --- ---",
	"listPeerChallengeGroups":            "++ +++ +++ +++",
	"listPeerChallenges":                 "++ +++ +++ +++",
	"listPeerReviews":                    "+- +++ +++ ---",
	"listPeriods":                        "++ +++ +++ +++",
	"listPriorities":                     "++ +++ +++ +++",
	"listQuarterFigures":                 "++ +++ +++ +++",
	"listQuarterPoints":                  "++ +++ +++ +++",
	"listQuarterSnapshotChanges":         "++ +++ +++ +++",
	"listQuarterSnapshots":               "++ +++ +++ +++",
	"listQuarters":                       "++ +++ +++ +++",
	"listReadKeys":                       "+3 +33 -33 -33",
	"listReleases":                       "++ +++ +++ +++",
	"listReminderAddresses":              "+3 ++3 --3 --3",
	"listReminders":                      "+3 +++ --- ---",
	"listStatisticalNeighbourModels":     "++ +++ +++ +++",
	"listStatisticalNeighbours":          "++ +++ +++ +++",
	"listSubRegionMemberships":           "++ +++ +++ +++",
	"listSubRegions":                     "++ +++ +++ +++",
	"listTasks":                          "+3 +++ +++ +++",
	"listTimeliness":                     "++ +++ +++ +++",
	"listTokenRevocations":               "+3 333 333 333",
	"meetAskOrOffer":                     "+3 ++3 333 443",
	"preparePeerChallenge":               "+3 333 333 333",
	"preparePeerReview":                  "+3 333 333 333",
	"publishFramework":                   "+3 333 333 333",
	"publishQuarter":                     "+3 333 333 333",
	"putBenchmarkingSubmission":          "33 +++ 333 333",
	"putEventPerson":                     "+3 ++3 ++3 ++3",
	"putFindingResponse":                 "33 ++3 333 443",
	"putHelpOutcome":                     "+3 ++3 333 443",
	"putPeerChallengeGroupMember":        "+3 333 333 333",
	"putPeerChallengeGroupNotes":         "+3 ++3 ++3 333",
	"putPeerChallengeGroupPerson":        "+3 ++3 ++3 333",
	"putPeerReviewPublication":           "33 +33 333 433",
	"announcePeerReview":                 "33 +33 333 433",
	"answerAskOrOffer":                   "33 333 ++3 443",
	"putPeerReviewReport":                "+3 333 ++3 443",
	"queryBenchmarkingSubmission":        "+3 333 333 333",
	"recordEventAttendance":              "+3 333 333 333",
	"recordPeerChallengeGroupAttendance": "+3 ++3 ++3 333",
	"redactAction":                       "+3 +33 333 433",
	"redactAskOrOffer":                   "+3 +33 333 433",
	"redactBenchmarkingSubmission":       "+3 +33 433 433",
	"redactFinding":                      "+3 +33 +33 433",
	"redactNarrative":                    "+3 +33 433 433",
	"redactPeerChallengeGroup":           "+3 +33 +33 333",
	"redactPeerReview":                   "+3 +33 +33 433",
	"reinstateRelease":                   "+3 333 333 333",
	"reopenAskOrOffer":                   "+3 ++3 333 443",
	"reopenEvent":                        "+3 333 333 333",
	"reopenNarrative":                    "33 +33 433 433",
	"reopenPeerChallenge":                "+3 333 333 333",
	"reopenPeerReview":                   "+3 333 333 333",
	"scopePeerReview":                    "+3 333 333 333",
	"shareNarrative":                     "33 +33 433 433",
	"startPeerChallenge":                 "+3 333 333 333",
	"startPeerReviewFieldwork":           "+3 333 333 333",
	"submitBenchmarkingSubmission":       "33 +++ 444 444",
	"succeedAuthority":                   "+3 333 333 333",
	"takeBackCorrectionWindow":           "+3 333 333 333",
	"takeBackExtension":                  "+3 333 333 333",
	"updateAction":                       "33 ++3 333 443",
	"updateApiClient":                    "+3 +33 433 433",
	"updateAskOrOffer":                   "+3 ++3 333 443",
	"updateAuthority":                    "+3 333 333 333",
	"updateBorough":                      "+3 333 333 333",
	"updateContact":                      "+3 333 333 333",
	"updateEvent":                        "+3 333 333 333",
	"updateFinding":                      "+3 ++3 ++3 443",
	"updateFramework":                    "+3 333 333 333",
	"updateIndicator":                    "+3 333 333 333",
	"updateMilestone":                    "+3 333 333 333",
	"updateNarrative":                    "33 +++ 444 444",
	"updateParticipant":                  "+3 ++3 443 443",
	"updatePeerChallenge":                "+3 333 333 333",
	"updatePeerChallengeGroup":           "+3 333 333 333",
	"updatePeerReview":                   "+3 333 333 333",
	"updatePriority":                     "+3 333 333 333",
	"updateProgramme":                    "+3 333 333 333",
	"updateQuarter":                      "+3 333 333 333",
	"updateReadKey":                      "33 +33 433 433",
	"updateSubRegion":                    "+3 333 333 333",
	"updateSubRegionMembership":          "+3 333 333 333",
	"verifyReceipt":                      "+3 +++ 444 444",
	"withdrawAskOrOffer":                 "+3 ++3 333 443",
	"withdrawAuthorisation":              "33 +33 433 433",
	"withdrawBenchmarkingSubmission":     "33 +++ 444 444",
	"withdrawQuarterSnapshot":            "+3 333 333 333",
	"withdrawRelease":                    "+3 333 333 333",
}

// The boroughs of the table.
const (
	own   = "E09000022" // Lambeth: its finding, action, ask, participant; the review's host
	group = "E09000008" // Croydon: in Lambeth's group, and the review's team
	other = "E09000028" // Southwark: in the same sub-region and in another group
)

// TestWhoMayDoWhat tries every operation of the contract as everybody.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.makeVisibilityRecords()
	callers := w.visibilityCallers()
	described := map[string]bool{}
	for _, op := range contract.operations {
		if slices.Contains(op.Tags, "Service") {
			continue
		}
		described[op.OperationID] = true
		want, listed := visibility[op.OperationID]
		if !listed {
			t.Errorf("the table does not say who may %s", op.OperationID)
			continue
		}
		var got strings.Builder
		for i, c := range callers {
			if i == 2 || i == 5 || i == 8 {
				got.WriteByte(' ')
			}
			got.WriteByte(w.outcome(op, c))
		}
		if got.String() != want {
			t.Errorf("%-32s is  %s\n%36s should be  %s", op.OperationID, got.String(), "", want)
		}
	}
	for operation := range visibility {
		if !described[operation] {
			t.Errorf("the table has %s, which is no operation", operation)
		}
	}
}

// visibilityCallers are everybody, in the order of the table.
func (w *world) visibilityCallers() []caller {
	w.t.Helper()
	callers := []caller{w.as(programme.RoleProgramme, ""), w.as(programme.RoleReporting, "")}
	for _, borough := range []string{own, group, other} {
		for _, role := range []programme.Role{programme.RoleBoroughLead, programme.RoleBoroughEditor, programme.RoleBoroughSystem} {
			callers = append(callers, w.as(role, borough))
		}
	}
	return callers
}

// listedIn are the lists of what belongs to a quarter, each with what stands in it.
var listedIn = map[string]string{"listExtensions": exampleExtension, "listCorrectionWindows": exampleCorrectionWindow, "listContacts": exampleContact, "listReminders": exampleReminder, "listReminderAddresses": exampleReminderAddress}

// outcome sends the operation's example as the caller. A change is made on a state
// that is long gone, so that whoever may make it hears that, and nothing changes.
func (w *world) outcome(op *described, c caller) byte {
	w.t.Helper()
	path, query := op.path, url.Values{}
	record := ""
	for prefix, id := range nounOf {
		if op.path == prefix || strings.HasPrefix(op.path, prefix+"/") {
			record = w.made[id]
		}
	}
	if id := listedIn[op.OperationID]; id != "" {
		record = w.made[id]
	}
	switch op.OperationID {
	case "listAuditEntries":
		record = w.made[exampleFinding]
		query = url.Values{"type": {"finding"}, "id": {record}}
	case "listChanges":
		record = w.made[exampleFinding]
		query = url.Values{"types": {"finding"}}
	case "listGroupingProposals", "createGroupingProposal":
		path = strings.Replace(path, "{id}", w.made[exampleChallenge], 1)
		record = w.made[exampleProposal]
	}
	if record != "" {
		path = strings.Replace(path, "{id}", record, 1)
	}
	a := ask{method: op.method, path: path, token: c.token, header: map[string]string{}}
	if strings.Contains(path, "{") || query == nil || len(query) == 0 {
		a.path = w.filled(op, path, query)
	} else {
		a.path = path + "?" + query.Encode()
	}
	if op.RequestBody != nil {
		a.body = w.stood(w.example(op))
	}
	if takesFile(op) {
		a.header["Content-Type"] = "text/csv"
	}
	if hasParameter(op, "If-Match") {
		a.header["If-Match"] = `"1-gone"`
	}
	if hasParameter(op, "X-Audit-Reason") {
		a.header["X-Audit-Reason"] = "To see who may"
	}
	isRecordList := listsRecords(op, record)
	if isRecordList {
		a.path += map[bool]string{true: "&", false: "?"}[strings.Contains(a.path, "?")] + "limit=500"
	}
	r := w.send(a)
	switch {
	case r.status == http.StatusForbidden:
		return '3'
	case r.status == http.StatusNotFound:
		return '4'
	case (r.status == http.StatusUnprocessableEntity || r.status == http.StatusBadRequest) && strings.Contains(r.body, "unknown_value"):
		return '2'
	case isRecordList && op.OperationID != "listAuditEntries" && !strings.Contains(r.body, record):
		return '-'
	case r.status < 300, r.status == http.StatusConflict, r.status == http.StatusPreconditionFailed:
		return '+'
	}
	w.t.Errorf("%s answered %d: %s", op.OperationID, r.status, r.body)
	return '?'
}
