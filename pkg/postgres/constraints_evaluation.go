package postgres

import "maps"

// together is one map of several.
func together(all ...map[string]constraint) map[string]constraint {
	one := map[string]constraint{}
	for _, some := range all {
		maps.Copy(one, some)
	}
	return one
}

// evaluationConstraints are those of self-evaluations and their templates.
var evaluationConstraints = map[string]constraint{
	"self_evaluation_templates_pkey":                    {},
	"self_evaluation_templates_name_length":             badName("/name"),
	"self_evaluation_templates_version_positive":        {},
	"self_evaluation_templates_audience_somebody":       {},
	"self_evaluation_templates_default_published":       {},
	"self_evaluation_template_versions_template":        {},
	"self_evaluation_template_versions_number_semantic": {},
	"self_evaluation_template_versions_outline_object":  {},
	"self_evaluation_template_versions_pkey":            {},
	"self_evaluations_pkey":                             {},
	"self_evaluations_borough":                          unknown("/borough", "There is no such borough."),
	"self_evaluations_cycle_format":                     {},
	"self_evaluations_state_known":                      {},
	"self_evaluations_signed_positive":                  {},
	"self_evaluations_receipt":                          {},
	"self_evaluations_sharings_list":                    {},
	"self_evaluations_screening_list":                   {},
	"self_evaluations_version_positive":                 {},
	"self_evaluations_audience_somebody":                {},
	"self_evaluations_one":                              taken("", "The borough has a self-evaluation for this cycle already."),
	"self_evaluations_something":                        {},
	"self_evaluations_signed_whole":                     {},
	"self_evaluations_state_of_draft":                   {},
	"self_evaluations_template_of_draft":                {},
	"self_evaluation_versions_self_evaluation":          {},
	"self_evaluation_versions_number_positive":          {},
	"self_evaluation_versions_document_object":          {},
	"self_evaluation_versions_screening_list":           {},
	"self_evaluation_versions_receipt":                  {},
	"self_evaluation_versions_pkey":                     {},
	"self_evaluation_reads_self_evaluation":             {},
	"self_evaluation_reads_number_positive":             {},
	"self_evaluation_reads_form_known":                  {},
	"self_evaluation_reads_reader_length":               {},
	"self_evaluation_reads_pkey":                        {},
	"self_evaluation_comments_pkey":                     {},
	"self_evaluation_comments_owner":                    {},
	"self_evaluation_comments_borough":                  {},
	"self_evaluation_comments_kind_known":               {},
	"self_evaluation_comments_state_known":              {},
	"self_evaluation_comments_screening_list":           {},
	"self_evaluation_comments_version_positive":         {},
	"self_evaluation_comments_audience_somebody":        {},
	"self_evaluation_comments_on":                       {},
	"self_evaluation_comments_of_another":               {},
	"self_evaluation_comments_answered":                 {},
	"self_evaluation_comments_closed":                   {},
	"findings_self_evaluation_comment":                  {},
	"findings_one_of_a_comment":                         {},
}
