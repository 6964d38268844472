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
