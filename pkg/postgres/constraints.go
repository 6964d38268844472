package postgres

import "peerchallenge/pkg/programme"

// constraints names every constraint of the schema. Those without a code guard
// what only this program writes: breaking one is a fault of ours.
var constraints = together(evaluationConstraints, accessConstraints, tableConstraints, map[string]constraint{
	"programmes_pkey":             {},
	"programmes_only_one":         {},
	"programmes_version_positive": {},
	"programmes_name_text":        badName("/name"),
	"programmes_summary_list":     badList("/summary"),
	"programmes_goals_list":       badList("/goals"),
	"programmes_contacts_list":    badList("/contacts"),
	"programmes_attribution_text": tooLong("/attribution", "4,000"),

	"priorities_pkey":             {},
	"priorities_version_positive": {},
	"priorities_name_unique":      taken("/name", "There is a priority of that name already."),
	"priorities_name_text":        badName("/name"),
	"priorities_description_text": tooLong("/description", "4,000"),
	"priorities_dates_in_order":   outOfOrder(),

	"sub_regions_pkey":             taken("/slug", "There is a sub-region with that slug already."),
	"sub_regions_version_positive": {},
	"sub_regions_slug_format":      badFormat("/slug", "A slug begins with a lower-case letter and has up to 40 lower-case letters, digits and hyphens."),
	"sub_regions_name_unique":      taken("/name", "There is a sub-region of that name already."),
	"sub_regions_name_text":        badName("/name"),
	"sub_regions_description_text": tooLong("/description", "4,000"),

	"authorities_pkey":               taken("/code", "There is an authority with that code already."),
	"authorities_version_positive":   {},
	"authorities_code_format":        badFormat("/code", "A GSS code is an E with eight digits."),
	"authorities_dfe_code_format":    badFormat("/dfeCode", "The DfE's code has three digits."),
	"authorities_name_text":          badName("/name"),
	"authorities_region_code_format": badFormat("/regionCode", "A GSS code is an E with eight digits."),
	"authorities_region_name_text":   badName("/regionName"),
	"authorities_dates_in_order":     outOfOrder(),
	"authorities_one_number":         taken("/dfeCode", "Another authority has this number of the Department in that time."),

	"successions_pkey":            {},
	"successions_predecessor":     {},
	"successions_successor":       {},
	"successions_kind_known":      {},
	"successions_not_itself":      {},
	"successions_one_successor":   {},
	"successions_one_predecessor": {},

	"boroughs_pkey":             taken("/code", "There is a borough with that code already."),
	"boroughs_version_positive": {},
	"boroughs_code_authority":   unknown("/code", "There is no authority with that code; create it first."),
	"boroughs_name_unique":      taken("/name", "There is a borough of that name already."),
	"boroughs_name_text":        badName("/name"),
	"boroughs_short_name_text":  badName("/shortName"),
	"boroughs_liia_code_unique": taken("/liiaCode", "Another borough has these three letters."),
	"boroughs_liia_code_format": badFormat("/liiaCode", "The alliance's code has three capital letters."),
	"boroughs_inner_outer_text": tooLong("/innerOuter", "20"),

	"memberships_pkey":             {},
	"memberships_version_positive": {},
	"memberships_sub_region":       unknown("/subRegion", "There is no such sub-region."),
	"memberships_borough":          unknown("/borough", "There is no such borough."),
	"memberships_dates_in_order":   outOfOrder(),

	"indicators_pkey":              taken("/code", "There is an indicator with that code already."),
	"indicators_version_positive":  {},
	"indicators_revision_positive": {},
	"indicators_code_format":       badFormat("/code", "An indicator's code begins with a capital letter and has two to 40 capital letters, digits and underscores."),
	"indicators_name_text":         badName("/name"),
	"indicators_theme_text":        badName("/theme"),
	"indicators_numerator_text":    badLength("/numerator", "1,000"),
	"indicators_denominator_text":  badLength("/denominator", "1,000"),
	"indicators_source_text":       badLength("/source", "500"),
	"indicators_unit_known":        badFormat("/unit", "There is no such unit."),
	"indicators_polarity_known":    badFormat("/polarity", "There is no such polarity."),
	"indicators_frequency_known":   badFormat("/frequency", "There is no such frequency."),
	"indicators_multiplier_range":  badFormat("/multiplier", "A multiplier is greater than 0 and at most 1,000,000."),
	"indicators_decimals_range":    badFormat("/decimals", "Decimals are from 0 to 6."),

	"indicator_revisions_pkey":      {},
	"indicator_revisions_indicator": {},

	"periods_pkey":           taken("/code", "That period is there already."),
	"periods_code_format":    badFormat("/code", "A period is a year such as 2024-25, 2024-25-AY or 2024, a quarter such as 2025-26-Q2 or a day such as 2025-09-30."),
	"periods_kind_known":     {},
	"periods_dates_in_order": {},
	"periods_day_alone":      {},

	"releases_pkey":              {},
	"releases_dataset_format":    {},
	"releases_title_text":        {},
	"releases_publisher_text":    {},
	"releases_licence_text":      {},
	"releases_file_text":         badLength("", "255"),
	"releases_sha256_format":     {},
	"releases_rows_positive":     {},
	"releases_methodology_text":  tooLong("", "2,000"),
	"releases_state_known":       {},
	"releases_state_reason_text": tooLong("/reason", "4,000"),
	"releases_version_positive":  {},

	"release_columns_pkey":             {},
	"release_columns_release":          {},
	"release_columns_period":           {},
	"release_columns_indicator":        unknown("", "The file has figures of an indicator that does not exist."),
	"release_columns_figures_positive": {},

	"release_observations_pkey":   {},
	"release_populations_pkey":    {},
	"release_populations_release": {},

	"release_models_pkey":        {},
	"release_models_release":     {},
	"release_models_code_format": {},
	"release_models_name_text":   {},
	"release_models_source_text": {},

	"release_neighbours_pkey":           {},
	"release_neighbours_release":        {},
	"release_neighbours_authority":      unknown("", "The file names an authority that does not exist."),
	"release_neighbours_neighbour":      unknown("", "The file names an authority that does not exist."),
	"release_neighbours_rank_positive":  {},
	"release_neighbours_not_itself":     {},
	"release_neighbours_closeness_text": {},

	"observations_pkey":             {},
	"observations_period":           {},
	"observations_indicator":        unknown("", "The file has figures of an indicator that does not exist."),
	"observations_release":          {},
	"observations_geography_format": {},
	"observations_status_known":     {},
	"observations_value_or_status":  {},
	"observations_numbers_finite":   {},

	"dataset_columns_pkey": {},

	"populations_pkey":               {},
	"populations_release":            {},
	"populations_geography_format":   {},
	"populations_mid_year_range":     {},
	"populations_estimate_range":     {},
	"populations_status_known":       {},
	"populations_estimate_or_status": {},

	"neighbour_models_pkey":        {},
	"neighbour_models_release":     {},
	"neighbour_models_code_format": {},
	"neighbour_models_name_text":   {},
	"neighbour_models_source_text": {},

	"neighbours_pkey":           {},
	"neighbours_model":          {},
	"neighbours_authority":      unknown("", "The file names an authority that does not exist."),
	"neighbours_neighbour":      unknown("", "The file names an authority that does not exist."),
	"neighbours_rank_positive":  {},
	"neighbours_not_itself":     {},
	"neighbours_closeness_text": {},

	"signing_keys_pkey":            taken("", "There is a signing key with that id already."),
	"signing_keys_algorithm_known": {},

	"cursor_keys_length": {},

	"idempotency_answers_pkey":             {},
	"idempotency_answers_fingerprint_size": {},
	"idempotency_answers_status_success":   {},

	"audit_entries_pkey":         {},
	"audit_entries_action_known": {},

	"feed_pkey": {}, "feed_heard_pkey": {},

	"peer_challenges_pkey":              {},
	"peer_challenges_sub_region":        unknown("/subRegion", "There is no such sub-region."),
	"peer_challenges_cycle_format":      {},
	"peer_challenges_priority":          unknown("/priorityId", "There is no such priority."),
	"peer_challenges_state_known":       {},
	"peer_challenges_version_positive":  {},
	"peer_challenges_audience_somebody": {},
	"peer_challenges_dates_in_order":    {},

	"peer_challenge_groups_screening_list":    {},
	"peer_challenge_groups_pkey":              {},
	"peer_challenge_groups_peer_challenge":    unknown("/peerChallengeId", "There is no such peer challenge."),
	"peer_challenge_groups_members_list":      {},
	"peer_challenge_groups_version_positive":  {},
	"peer_challenge_groups_audience_somebody": {},
	"peer_challenge_groups_dates_in_order":    {},
	"peer_challenge_groups_name_unique":       taken("/name", "The challenge has a group of that name already."),

	"grouping_proposals_pkey":              {},
	"grouping_proposals_peer_challenge":    unknown("/peerChallengeId", "There is no such peer challenge."),
	"grouping_proposals_left_out_positive": {},
	"grouping_proposals_cycles_range":      {},
	"grouping_proposals_period":            unknown("/period", "There is no such period."),
	"grouping_proposals_state_known":       {},
	"grouping_proposals_version_positive":  {},
	"grouping_proposals_audience_somebody": {},

	"participants_pkey":              {},
	"participants_role_known":        {},
	"participants_borough":           unknown("/borough", "There is no such borough."),
	"participants_version_positive":  {},
	"participants_audience_somebody": {},
	"participants_one_organisation":  {},

	"peer_reviews_screening_list":    {},
	"peer_reviews_pkey":              {},
	"peer_reviews_host":              unknown("/host", "There is no such borough."),
	"peer_reviews_cycle_format":      {},
	"peer_reviews_priority":          unknown("/priorityId", "There is no such priority."),
	"peer_reviews_team_list":         {},
	"peer_reviews_state_known":       {},
	"peer_reviews_publication_known": {},
	"peer_reviews_version_positive":  {},
	"peer_reviews_audience_somebody": {},

	"findings_screening_list":    {},
	"findings_pkey":              {},
	"findings_citations_list":    {},
	"findings_group":             unknown("/peerChallengeGroupId", "There is no such group."),
	"findings_peer_review":       unknown("/peerReviewId", "There is no such peer review."),
	"findings_borough":           unknown("/borough", "There is no such borough."),
	"findings_kind_known":        {},
	"findings_priority":          unknown("/priorityId", "There is no such priority."),
	"findings_version_positive":  {},
	"findings_audience_somebody": {},
	"findings_one_forum":         {},

	"actions_screening_list":    {},
	"actions_pkey":              {},
	"actions_finding":           unknown("/findingId", "There is no such finding."),
	"actions_borough":           unknown("/borough", "There is no such borough."),
	"actions_owner_kind_known":  {},
	"actions_state_known":       {},
	"actions_progress_list":     {},
	"actions_priority":          unknown("/priorityId", "There is no such priority."),
	"actions_sub_region":        unknown("/subRegion", "There is no such sub-region."),
	"actions_version_positive":  {},
	"actions_audience_somebody": {},
	"actions_due_or_reason":     {},

	"narratives_pkey":                   {},
	"narratives_quarter":                {},
	"narratives_borough":                {},
	"narratives_edge_known":             {},
	"narratives_state_known":            {},
	"narratives_cause_known":            {},
	"narratives_screening_list":         {},
	"narratives_version_positive":       {},
	"narratives_audience_somebody":      {},
	"narratives_one":                    {},
	"narratives_shared":                 {},
	"narratives_withdrawn":              {},
	"narratives_kept":                   {},
	"asks_and_offers_screening_list":    {},
	"asks_and_offers_pkey":              {},
	"asks_and_offers_kind_known":        {},
	"asks_and_offers_borough":           unknown("/borough", "There is no such borough."),
	"asks_and_offers_group":             unknown("/peerChallengeGroupId", "There is no such group."),
	"asks_and_offers_priority":          unknown("/priorityId", "There is no such priority."),
	"asks_and_offers_state_known":       {},
	"asks_and_offers_version_positive":  {},
	"asks_and_offers_audience_somebody": {},
	"asks_and_offers_group_of_asks":     {},
	"asks_and_offers_answers_list":      {},
	"asks_and_offers_match_object":      {},
	"asks_and_offers_match_of_asks":     {},

	"events_pkey":              {},
	"events_kind_known":        {},
	"events_start_time_format": {},
	"events_end_time_format":   {},
	"events_capacity_positive": {},
	"events_sub_region":        unknown("/subRegion", "There is no such sub-region."),
	"events_peer_challenge":    unknown("/peerChallengeId", "There is no such peer challenge."),
	"events_group":             unknown("/peerChallengeGroupId", "There is no such group."),
	"events_peer_review":       unknown("/peerReviewId", "There is no such peer review."),
	"events_state_known":       {},
	"events_version_positive":  {},
	"events_audience_somebody": {},
	"events_dates_in_order":    {},
	"events_both_times":        {},

	"milestones_pkey":                  {},
	"milestones_cycle_format":          {},
	"milestones_kind_known":            {},
	"milestones_state_known":           {},
	"milestones_participants_positive": {},
	"milestones_peer_challenge":        unknown("/peerChallengeId", "There is no such peer challenge."),
	"milestones_peer_review":           unknown("/peerReviewId", "There is no such peer review."),
	"milestones_event":                 unknown("/eventId", "There is no such event."),
	"milestones_one_of_peer_challenge": sourceTaken("/peerChallengeId"),
	"milestones_one_of_peer_review":    sourceTaken("/peerReviewId"),
	"milestones_one_of_event":          sourceTaken("/eventId"),
	"milestones_version_positive":      {},
	"milestones_audience_everyone":     {},

	"quarters_pkey":                {},
	"quarters_code_unique":         taken("/code", "There is that quarter already."),
	"quarters_code_format":         {},
	"quarters_framework":           unknown("/framework", "No such version of the framework is published."),
	"quarters_generation_positive": {},
	"quarters_version_positive":    {},
	"quarters_audience_everyone":   {},
	"quarters_practice_code":       {},
	"quarters_window_whole":        {},
	"quarters_window_in_order":     {},
	"quarters_snapshots_positive":  {},
	"quarters_snapshot":            {},
	"quarters_published":           {},

	"quarter_policies_pkey":       {},
	"quarter_policies_quarter":    {},
	"quarter_policies_framework":  {},
	"quarter_policies_years_list": {},

	"quarter_snapshots_pkey":              {},
	"quarter_snapshots_quarter":           {},
	"quarter_snapshots_number_positive":   {},
	"quarter_snapshots_framework":         {},
	"quarter_snapshots_state_known":       {},
	"quarter_snapshots_shown_positive":    {},
	"quarter_snapshots_missing_list":      {},
	"quarter_snapshots_hash_digits":       {},
	"quarter_snapshots_true_hash_digits":  {},
	"quarter_snapshots_version_positive":  {},
	"quarter_snapshots_audience_everyone": {},
	"quarter_snapshots_one":               {},
	"quarter_snapshots_withdrawn":         {},

	"quarter_snapshot_documents_pkey":        {},
	"quarter_snapshot_documents_snapshot":    {},
	"quarter_snapshot_documents_salt_length": {},

	"quarter_snapshot_sources_pkey":     {},
	"quarter_snapshot_sources_snapshot": {},
	"quarter_snapshot_sources_version":  {},

	"extensions_pkey":              {},
	"extensions_quarter":           {},
	"extensions_borough":           unknown("/borough", "There is no such borough."),
	"extensions_version_positive":  {},
	"extensions_audience_somebody": {},

	"correction_windows_pkey":              {},
	"correction_windows_quarter":           {},
	"correction_windows_borough":           unknown("/borough", "There is no such borough."),
	"correction_windows_version_positive":  {},
	"correction_windows_audience_somebody": {},
	"correction_windows_in_order":          {},

	"contacts_pkey":              {},
	"contacts_quarter":           {},
	"contacts_borough":           unknown("/borough", "There is no such borough."),
	"contacts_channel_known":     {},
	"contacts_version_positive":  {},
	"contacts_audience_somebody": {},
	"contacts_promise_whole":     {},

	"benchmarking_submissions_screening_list": {},
	"time_watch_pkey":                         {},
	"time_watch_one_row":                      {},

	"reminders_pkey":              {},
	"reminders_quarter":           {},
	"reminders_borough":           {},
	"reminders_occasion_known":    {},
	"reminders_mail_known":        {},
	"reminders_version_positive":  {},
	"reminders_audience_somebody": {},
	"reminders_once":              {},

	"reminder_addresses_pkey":              {},
	"reminder_addresses_borough":           {},
	"reminder_addresses_version_positive":  {},
	"reminder_addresses_audience_somebody": {},
	"reminder_addresses_once":              taken("/address", "The borough has named that address already."),

	"letters_pkey":           {},
	"letters_reminder":       {},
	"letters_tries_counted":  {},
	"letters_doubts_counted": {},
	"letters_outcome_known":  {},
	"letters_ended":          {},

	"benchmarking_submissions_pkey":                 {},
	"benchmarking_submissions_borough":              {},
	"benchmarking_submissions_quarter":              {},
	"benchmarking_submissions_state_known":          {},
	"benchmarking_submissions_explanations_list":    {},
	"benchmarking_submissions_thread_list":          {},
	"benchmarking_submissions_numbers_positive":     {},
	"benchmarking_submissions_days_late_positive":   {},
	"benchmarking_submissions_resubmitted_positive": {},
	"benchmarking_submissions_version_positive":     {},
	"benchmarking_submissions_audience_somebody":    {},
	"benchmarking_submissions_one":                  {},
	"benchmarking_submissions_review_of_state":      {},
	"benchmarking_versions_submission":              {},
	"benchmarking_versions_number_positive":         {},
	"benchmarking_versions_state_known":             {},
	"benchmarking_versions_values_list":             {},
	"benchmarking_versions_explanations_list":       {},
	"benchmarking_versions_days_late_positive":      {},
	"benchmarking_versions_pkey":                    {},

	"authorisations_pkey":              {},
	"authorisations_borough":           unknown("/borough", "There is no such borough."),
	"authorisations_document_known":    {},
	"authorisations_ending_known":      {},
	"authorisations_version_positive":  {},
	"authorisations_audience_somebody": {},
	"authorisations_one_holder":        {},
	"authorisations_ending_whole":      {},
	"authorisations_in_order":          {},

	"receipts_pkey":                       {},
	"receipts_borough":                    {},
	"receipts_document_known":             {},
	"receipts_number_positive":            {},
	"receipts_authorisation":              {},
	"receipts_salt_length":                {},
	"receipts_hash_length":                {},
	"receipts_key":                        {},
	"receipts_version_positive":           {},
	"receipts_audience_somebody":          {},
	"receipts_one":                        {},
	"benchmarking_submissions_receipt":    {},
	"benchmarking_versions_authorisation": {},
	"benchmarking_versions_receipt":       {},

	"frameworks_pkey":                      {},
	"frameworks_number_unique":             taken("/version", "There is that version already."),
	"frameworks_number_format":             {},
	"frameworks_state_known":               {},
	"frameworks_document_object":           {},
	"frameworks_version_positive":          {},
	"frameworks_audience_somebody":         {},
	"frameworks_published_at_of_published": {},
})

func taken(pointer, detail string) constraint {
	return constraint{programme.Conflict, pointer, programme.FaultExists, detail}
}

func sourceTaken(pointer string) constraint {
	return constraint{programme.Conflict, pointer, programme.FaultSourceTaken, "What this links to has a milestone already; change that one."}
}

func unknown(pointer, detail string) constraint {
	return constraint{programme.Invalid, pointer, programme.Unknown(pointer, detail).Code, detail}
}

func badFormat(pointer, detail string) constraint {
	return constraint{programme.Invalid, pointer, programme.FaultNotAllowed, detail}
}

func badName(pointer string) constraint {
	return badFormat(pointer, "A name has 1 to 200 characters and is not blank.")
}

func badLength(pointer, most string) constraint {
	return badFormat(pointer, "This text has 1 to "+most+" characters.")
}

func tooLong(pointer, most string) constraint {
	return badFormat(pointer, "This text has at most "+most+" characters.")
}

func badList(pointer string) constraint {
	return badFormat(pointer, "This list has at most 50 items.")
}

func outOfOrder() constraint {
	f := programme.OutOfOrder("/validTo")
	return constraint{programme.Invalid, f.Pointer, f.Code, f.Detail}
}
