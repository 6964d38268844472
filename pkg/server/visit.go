package server

import "net/http"

// The generated server has an answer type for each operation. Ours is one type
// that is all of them, because how an answer is written depends on no operation.

func (r reply) VisitListAuthoritiesResponse(w http.ResponseWriter) error           { return r.write(w) }
func (r reply) VisitCreateAuthorityResponse(w http.ResponseWriter) error           { return r.write(w) }
func (r reply) VisitDeleteAuthorityResponse(w http.ResponseWriter) error           { return r.write(w) }
func (r reply) VisitGetAuthorityResponse(w http.ResponseWriter) error              { return r.write(w) }
func (r reply) VisitUpdateAuthorityResponse(w http.ResponseWriter) error           { return r.write(w) }
func (r reply) VisitListBoroughsResponse(w http.ResponseWriter) error              { return r.write(w) }
func (r reply) VisitCreateBoroughResponse(w http.ResponseWriter) error             { return r.write(w) }
func (r reply) VisitDeleteBoroughResponse(w http.ResponseWriter) error             { return r.write(w) }
func (r reply) VisitGetBoroughResponse(w http.ResponseWriter) error                { return r.write(w) }
func (r reply) VisitUpdateBoroughResponse(w http.ResponseWriter) error             { return r.write(w) }
func (r reply) VisitListComparisonsResponse(w http.ResponseWriter) error           { return r.write(w) }
func (r reply) VisitListIndicatorsResponse(w http.ResponseWriter) error            { return r.write(w) }
func (r reply) VisitCreateIndicatorResponse(w http.ResponseWriter) error           { return r.write(w) }
func (r reply) VisitDeleteIndicatorResponse(w http.ResponseWriter) error           { return r.write(w) }
func (r reply) VisitGetIndicatorResponse(w http.ResponseWriter) error              { return r.write(w) }
func (r reply) VisitUpdateIndicatorResponse(w http.ResponseWriter) error           { return r.write(w) }
func (r reply) VisitListIndicatorDistributionResponse(w http.ResponseWriter) error { return r.write(w) }
func (r reply) VisitListIndicatorSeriesResponse(w http.ResponseWriter) error       { return r.write(w) }
func (r reply) VisitListIndicatorVersionsResponse(w http.ResponseWriter) error     { return r.write(w) }
func (r reply) VisitListObservationsResponse(w http.ResponseWriter) error          { return r.write(w) }
func (r reply) VisitListPeriodsResponse(w http.ResponseWriter) error               { return r.write(w) }
func (r reply) VisitCreatePeriodResponse(w http.ResponseWriter) error              { return r.write(w) }
func (r reply) VisitDeletePeriodResponse(w http.ResponseWriter) error              { return r.write(w) }
func (r reply) VisitGetPeriodResponse(w http.ResponseWriter) error                 { return r.write(w) }
func (r reply) VisitListPrioritiesResponse(w http.ResponseWriter) error            { return r.write(w) }
func (r reply) VisitCreatePriorityResponse(w http.ResponseWriter) error            { return r.write(w) }
func (r reply) VisitDeletePriorityResponse(w http.ResponseWriter) error            { return r.write(w) }
func (r reply) VisitGetPriorityResponse(w http.ResponseWriter) error               { return r.write(w) }
func (r reply) VisitUpdatePriorityResponse(w http.ResponseWriter) error            { return r.write(w) }
func (r reply) VisitGetProgrammeResponse(w http.ResponseWriter) error              { return r.write(w) }
func (r reply) VisitUpdateProgrammeResponse(w http.ResponseWriter) error           { return r.write(w) }
func (r reply) VisitListReleasesResponse(w http.ResponseWriter) error              { return r.write(w) }
func (r reply) VisitGetReleaseResponse(w http.ResponseWriter) error                { return r.write(w) }
func (r reply) VisitListStatisticalNeighbourModelsResponse(w http.ResponseWriter) error {
	return r.write(w)
}
func (r reply) VisitListStatisticalNeighboursResponse(w http.ResponseWriter) error { return r.write(w) }
func (r reply) VisitListSubRegionMembershipsResponse(w http.ResponseWriter) error  { return r.write(w) }
func (r reply) VisitCreateSubRegionMembershipResponse(w http.ResponseWriter) error { return r.write(w) }
func (r reply) VisitDeleteSubRegionMembershipResponse(w http.ResponseWriter) error { return r.write(w) }
func (r reply) VisitGetSubRegionMembershipResponse(w http.ResponseWriter) error    { return r.write(w) }
func (r reply) VisitUpdateSubRegionMembershipResponse(w http.ResponseWriter) error { return r.write(w) }
func (r reply) VisitListSubRegionsResponse(w http.ResponseWriter) error            { return r.write(w) }
func (r reply) VisitCreateSubRegionResponse(w http.ResponseWriter) error           { return r.write(w) }
func (r reply) VisitDeleteSubRegionResponse(w http.ResponseWriter) error           { return r.write(w) }
func (r reply) VisitGetSubRegionResponse(w http.ResponseWriter) error              { return r.write(w) }
func (r reply) VisitUpdateSubRegionResponse(w http.ResponseWriter) error           { return r.write(w) }
func (r reply) VisitListActionsResponse(w http.ResponseWriter) error               { return r.write(w) }
func (r reply) VisitCreateActionResponse(w http.ResponseWriter) error              { return r.write(w) }
func (r reply) VisitListActionSummaryResponse(w http.ResponseWriter) error         { return r.write(w) }
func (r reply) VisitDeleteActionResponse(w http.ResponseWriter) error              { return r.write(w) }
func (r reply) VisitGetActionResponse(w http.ResponseWriter) error                 { return r.write(w) }
func (r reply) VisitUpdateActionResponse(w http.ResponseWriter) error              { return r.write(w) }
func (r reply) VisitAddActionProgressResponse(w http.ResponseWriter) error         { return r.write(w) }
func (r reply) VisitListAsksAndOffersResponse(w http.ResponseWriter) error         { return r.write(w) }
func (r reply) VisitCreateAskOrOfferResponse(w http.ResponseWriter) error          { return r.write(w) }
func (r reply) VisitDeleteAskOrOfferResponse(w http.ResponseWriter) error          { return r.write(w) }
func (r reply) VisitGetAskOrOfferResponse(w http.ResponseWriter) error             { return r.write(w) }
func (r reply) VisitUpdateAskOrOfferResponse(w http.ResponseWriter) error          { return r.write(w) }
func (r reply) VisitMeetAskOrOfferResponse(w http.ResponseWriter) error            { return r.write(w) }
func (r reply) VisitReopenAskOrOfferResponse(w http.ResponseWriter) error          { return r.write(w) }
func (r reply) VisitWithdrawAskOrOfferResponse(w http.ResponseWriter) error        { return r.write(w) }
func (r reply) VisitListAuditEntriesResponse(w http.ResponseWriter) error          { return r.write(w) }
func (r reply) VisitGetBoroughCalendarResponse(w http.ResponseWriter) error        { return r.write(w) }
func (r reply) VisitListChangesResponse(w http.ResponseWriter) error               { return r.write(w) }
func (r reply) VisitListEventsResponse(w http.ResponseWriter) error                { return r.write(w) }
func (r reply) VisitCreateEventResponse(w http.ResponseWriter) error               { return r.write(w) }
func (r reply) VisitGetEventCalendarResponse(w http.ResponseWriter) error          { return r.write(w) }
func (r reply) VisitDeleteEventResponse(w http.ResponseWriter) error               { return r.write(w) }
func (r reply) VisitGetEventResponse(w http.ResponseWriter) error                  { return r.write(w) }
func (r reply) VisitUpdateEventResponse(w http.ResponseWriter) error               { return r.write(w) }
func (r reply) VisitCancelEventResponse(w http.ResponseWriter) error               { return r.write(w) }
func (r reply) VisitHoldEventResponse(w http.ResponseWriter) error                 { return r.write(w) }
func (r reply) VisitReopenEventResponse(w http.ResponseWriter) error               { return r.write(w) }
func (r reply) VisitListFindingsResponse(w http.ResponseWriter) error              { return r.write(w) }
func (r reply) VisitCreateFindingResponse(w http.ResponseWriter) error             { return r.write(w) }
func (r reply) VisitDeleteFindingResponse(w http.ResponseWriter) error             { return r.write(w) }
func (r reply) VisitGetFindingResponse(w http.ResponseWriter) error                { return r.write(w) }
func (r reply) VisitUpdateFindingResponse(w http.ResponseWriter) error             { return r.write(w) }
func (r reply) VisitPutFindingResponseResponse(w http.ResponseWriter) error        { return r.write(w) }
func (r reply) VisitGetGroupingProposalResponse(w http.ResponseWriter) error       { return r.write(w) }
func (r reply) VisitAcceptGroupingProposalResponse(w http.ResponseWriter) error    { return r.write(w) }
func (r reply) VisitListMilestonesResponse(w http.ResponseWriter) error            { return r.write(w) }
func (r reply) VisitCreateMilestoneResponse(w http.ResponseWriter) error           { return r.write(w) }
func (r reply) VisitListMilestoneSummaryResponse(w http.ResponseWriter) error      { return r.write(w) }
func (r reply) VisitDeleteMilestoneResponse(w http.ResponseWriter) error           { return r.write(w) }
func (r reply) VisitGetMilestoneResponse(w http.ResponseWriter) error              { return r.write(w) }
func (r reply) VisitUpdateMilestoneResponse(w http.ResponseWriter) error           { return r.write(w) }
func (r reply) VisitListParticipantsResponse(w http.ResponseWriter) error          { return r.write(w) }
func (r reply) VisitCreateParticipantResponse(w http.ResponseWriter) error         { return r.write(w) }
func (r reply) VisitDeleteParticipantResponse(w http.ResponseWriter) error         { return r.write(w) }
func (r reply) VisitGetParticipantResponse(w http.ResponseWriter) error            { return r.write(w) }
func (r reply) VisitUpdateParticipantResponse(w http.ResponseWriter) error         { return r.write(w) }
func (r reply) VisitListPeerChallengeGroupsResponse(w http.ResponseWriter) error   { return r.write(w) }
func (r reply) VisitCreatePeerChallengeGroupResponse(w http.ResponseWriter) error  { return r.write(w) }
func (r reply) VisitDeletePeerChallengeGroupResponse(w http.ResponseWriter) error  { return r.write(w) }
func (r reply) VisitGetPeerChallengeGroupResponse(w http.ResponseWriter) error     { return r.write(w) }
func (r reply) VisitUpdatePeerChallengeGroupResponse(w http.ResponseWriter) error  { return r.write(w) }
func (r reply) VisitGetPeerChallengeGroupCalendarResponse(w http.ResponseWriter) error {
	return r.write(w)
}
func (r reply) VisitDeletePeerChallengeGroupMemberResponse(w http.ResponseWriter) error {
	return r.write(w)
}
func (r reply) VisitPutPeerChallengeGroupMemberResponse(w http.ResponseWriter) error {
	return r.write(w)
}
func (r reply) VisitPutPeerChallengeGroupNotesResponse(w http.ResponseWriter) error {
	return r.write(w)
}
func (r reply) VisitListPeerChallengesResponse(w http.ResponseWriter) error       { return r.write(w) }
func (r reply) VisitCreatePeerChallengeResponse(w http.ResponseWriter) error      { return r.write(w) }
func (r reply) VisitDeletePeerChallengeResponse(w http.ResponseWriter) error      { return r.write(w) }
func (r reply) VisitGetPeerChallengeResponse(w http.ResponseWriter) error         { return r.write(w) }
func (r reply) VisitUpdatePeerChallengeResponse(w http.ResponseWriter) error      { return r.write(w) }
func (r reply) VisitCancelPeerChallengeResponse(w http.ResponseWriter) error      { return r.write(w) }
func (r reply) VisitClosePeerChallengeResponse(w http.ResponseWriter) error       { return r.write(w) }
func (r reply) VisitCompletePeerChallengeResponse(w http.ResponseWriter) error    { return r.write(w) }
func (r reply) VisitListGroupingProposalsResponse(w http.ResponseWriter) error    { return r.write(w) }
func (r reply) VisitCreateGroupingProposalResponse(w http.ResponseWriter) error   { return r.write(w) }
func (r reply) VisitPreparePeerChallengeResponse(w http.ResponseWriter) error     { return r.write(w) }
func (r reply) VisitReopenPeerChallengeResponse(w http.ResponseWriter) error      { return r.write(w) }
func (r reply) VisitStartPeerChallengeResponse(w http.ResponseWriter) error       { return r.write(w) }
func (r reply) VisitListPeerReviewsResponse(w http.ResponseWriter) error          { return r.write(w) }
func (r reply) VisitCreatePeerReviewResponse(w http.ResponseWriter) error         { return r.write(w) }
func (r reply) VisitDeletePeerReviewResponse(w http.ResponseWriter) error         { return r.write(w) }
func (r reply) VisitGetPeerReviewResponse(w http.ResponseWriter) error            { return r.write(w) }
func (r reply) VisitUpdatePeerReviewResponse(w http.ResponseWriter) error         { return r.write(w) }
func (r reply) VisitCancelPeerReviewResponse(w http.ResponseWriter) error         { return r.write(w) }
func (r reply) VisitCheckPeerReviewFactsResponse(w http.ResponseWriter) error     { return r.write(w) }
func (r reply) VisitClosePeerReviewResponse(w http.ResponseWriter) error          { return r.write(w) }
func (r reply) VisitFinalisePeerReviewResponse(w http.ResponseWriter) error       { return r.write(w) }
func (r reply) VisitFollowUpPeerReviewResponse(w http.ResponseWriter) error       { return r.write(w) }
func (r reply) VisitAddPeerReviewHostCommentResponse(w http.ResponseWriter) error { return r.write(w) }
func (r reply) VisitPreparePeerReviewResponse(w http.ResponseWriter) error        { return r.write(w) }
func (r reply) VisitPutPeerReviewPublicationResponse(w http.ResponseWriter) error { return r.write(w) }
func (r reply) VisitReopenPeerReviewResponse(w http.ResponseWriter) error         { return r.write(w) }
func (r reply) VisitPutPeerReviewReportResponse(w http.ResponseWriter) error      { return r.write(w) }
func (r reply) VisitScopePeerReviewResponse(w http.ResponseWriter) error          { return r.write(w) }
func (r reply) VisitStartPeerReviewFieldworkResponse(w http.ResponseWriter) error { return r.write(w) }
