"""How much of the dear tests every run takes; their other cases are slow tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pytest

USUAL = {
    "auditing/test_contradictions.py": {
        "test_the_truth_lies_within_the_bounds_and_nothing_certain_is_said": 3,
        "test_times_without_seconds_are_intervals_whatever_their_cells_look_like": 1,
    },
    "auditing/test_several_shops.py": {
        "test_folders_of_one_shop_are_audited_together": 2,
    },
    "auditing/test_versions.py": {
        "test_an_event_is_judged_by_the_version_of_its_day": 3,
        "test_each_part_is_what_its_version_says_of_its_own_days_alone": 4,
        "test_only_what_changed_is_cut": 0,
    },
    "benchmarks/test_peers.py": {
        "test_a_peer_finds_what_the_audit_finds": 0,
        "test_the_tiny_shop_has_hits_and_misses_of_every_rule": 0,
    },
    "cache/test_same_answers.py": {
        "test_what_was_found_in_other_bytes_is_not_recalled_for_a_file": 0,
    },
    "cache/test_store.py": {
        "test_a_damaged_entry_is_none": 0,
    },
    "cases/test_plain_cases.py": {
        "test_ids_are_unique": 0,
    },
    "cli/test_aspects.py": {
        "test_no_line_is_wider_than_asked": 0,
        "test_the_json_is_what_the_schema_says": 0,
    },
    "cli/test_cli.py": {
        "test_any_console_encoding_works": 1,
        "test_chinese_unless_the_locale_says_otherwise": 2,
    },
    "cli/test_close_asks.py": {
        "test_no_input_asks_nothing_on_a_terminal": 0,
        "test_the_end_of_the_input_ends_the_questions": 0,
        "test_what_is_answered_counts_and_what_is_left_empty_does_not": 0,
    },
    "cli/test_diff.py": {
        "test_a_regression_gives_1": 1,
    },
    "cli/test_doctor.py": {
        "test_a_draft_for_renamed_headers_gives_the_figures_of_the_known_ones": 0,
        "test_no_line_is_longer_than_the_terminal": 1,
        "test_words_are_left_to_be_filled_in": 0,
    },
    "cli/test_due.py": {
        "test_how_far_it_looks": 0,
        "test_no_line_is_wider_than_asked": 3,
        "test_the_report_holds_the_same_list": 0,
    },
    "cli/test_exit_codes.py": {
        "test_a_broken_file_is_stated_in_a_line_and_never_a_traceback": 0,
        "test_a_declared_figure_closes_the_gap": 0,
        "test_a_gbk_console_without_a_locale": 0,
        "test_a_reader_that_leaves_early_is_no_fault": 0,
        "test_colour_is_switched_off_by_no_color": 0,
        "test_cron_has_no_terminal_no_locale_and_no_home": 0,
        "test_fail_on": 0,
        "test_sample_shops": 1,
    },
    "cli/test_first_minutes.py": {
        "test_every_fault_is_chinese_in_chinese": 3,
        "test_exports_are_found_where_they_lie": 1,
    },
    "cli/test_flags.py": {
        "test_a_flag_does_something_and_so_does_its_variable": 4,
    },
    "cli/test_forecast_command.py": {
        "test_files_by_suffix": 0,
        "test_plain_text_has_no_symbols": 0,
        "test_the_json_is_what_the_schema_promises": 0,
        "test_the_report_has_the_same_object": 0,
    },
    "cli/test_insights.py": {
        "test_no_line_is_wider_than_asked": 3,
        "test_the_json_is_what_the_schema_says": 2,
    },
    "cli/test_mutes.py": {
        "test_a_mute_without_effect_is_stated_and_hides_nothing": 1,
    },
    "cli/test_notify.py": {
        "test_several_addresses_and_the_environment": 0,
    },
    "cli/test_outputs.py": {
        "test_figures_are_broken_down_as_asked": 0,
    },
    "cli/test_packs.py": {
        "test_chat_text_is_kept_for_the_words_of_every_pack": 0,
        "test_each_pack_is_a_column_as_if_it_were_alone": 0,
        "test_every_file_is_read_once": 0,
        "test_every_pack_is_listed_and_each_of_its_rules_explained": 2,
        "test_the_score_and_its_gains_follow_the_first_pack": 0,
        "test_the_text_has_a_section_for_each_pack": 0,
        "test_whatever_holds_the_files_the_pack_is_that_of_their_platform": 2,
    },
    "cli/test_places.py": {
        "test_one_base_for_all_places": 1,
    },
    "cli/test_plain_words.py": {
        "test_a_change_is_told_by_title_and_verdict": 0,
        "test_a_definition_is_told_in_words": 0,
        "test_a_history_explains_its_bars_once": 0,
        "test_a_history_of_one_run_says_how_a_trend_comes_about": 0,
        "test_chinese_choices_are_understood": 1,
        "test_formats_go_by_the_names_that_people_type": 2,
        "test_of_what_must_not_happen_those_come_first_who_did_it": 0,
        "test_other_platforms_and_pages_go_by_names_too": 1,
        "test_rules_go_by_their_titles": 1,
        "test_values_are_understood_in_chinese": 0,
        "test_what_is_not_in_the_score_stands_beside_it": 0,
    },
    "cli/test_progress.py": {
        "test_stopped_in_the_middle_the_cursor_is_shown_again": 0,
    },
    "cli/test_render.py": {
        "test_formats_on_stdout": 2,
    },
    "cli/test_sample_data.py": {
        "test_a_closing_shop_owes_no_shipping_without_orders": 1,
        "test_every_file_of_another_platform_is_understood": 1,
        "test_the_account_of_the_damaged_shop_is_right": 0,
        "test_the_exit_code_is_the_one_of_the_page": 3,
        "test_the_first_line_of_the_damaged_shop_is_quoted": 0,
        "test_the_worst_cases_are_those_of_the_page": 0,
    },
    "cli/test_stopping.py": {
        "test_a_run_that_waits_for_a_file_ends_and_removes_its_folder": 1,
    },
    "cli/test_streams.py": {
        "test_a_fault_of_stderr_changes_no_verdict": 0,
        "test_a_report_that_nobody_got_is_2": 0,
        "test_a_stdout_that_takes_nothing_is_one_line_and_2": 1,
        "test_what_a_calendar_holds_is_taken": 0,
        "test_who_prints_nothing_needs_no_stdout": 0,
        "test_without_anyone_to_tell_the_exit_code_is_2": 1,
    },
    "codec/test_schema.py": {
        "test_the_report_of_a_random_shop": 1,
        "test_the_report_of_a_sample_shop": 1,
    },
    "conduct/test_extra.py": {
        "test_the_core_finds_what_follows_from_a_rule_and_says_what_is_missing": 0,
        "test_with_all_of_them_nothing_is_missing": 0,
    },
    "conduct/test_labels.py": {
        "test_every_listed_spelling_is_what_the_pack_says": 0,
        "test_the_page_holds_the_figures": 1,
    },
    "conduct/test_weighing.py": {
        "test_a_score_to_act_on_is_found_and_no_other": 0,
    },
    "degradation/test_bounds.py": {
        "test_the_oracles_bounds_hold_the_truth": 0,
        "test_the_oracles_bounds_of_whole_files_are_shut": 4,
    },
    "degradation/test_planned.py": {
        "test_one_row_in_five_hundred_costs_no_verdict_of_a_gate": 1,
    },
    "degradation/test_planned_elsewhere.py": {
        "test_an_unknown_sender_before_the_window_changes_nothing": 0,
        "test_one_row_in_five_hundred_costs_no_gate_of_another_platform": 1,
    },
    "docs/test_coverage.py": {
        "test_every_edge_case_is_run": 0,
    },
    "docs/test_docs.py": {
        "test_a_command_of_the_documentation_works": 0,
    },
    "due/test_closure.py": {
        "test_thirty_days_of_the_notice": 5,
        "test_thirty_full_days_after_the_last_order": 5,
    },
    "due/test_effects.py": {
        "test_the_effect_is_the_audit_in_which_the_unit_is_missed": 0,
        "test_what_is_late_already_changes_nothing_more": 0,
    },
    "due/test_finder.py": {
        "test_the_deadlines_of_other_platforms": 1,
    },
    "facts/test_doubted_bursts.py": {
        "test_what_is_known_of_minutes_holds_for_all_seconds": 2,
    },
    "facts/test_suspicion.py": {
        "test_what_a_rule_finds_is_kept": 0,
    },
    "fleet/test_cluster.py": {
        "test_a_scheduler_that_does_not_answer_ends_the_run": 0,
        "test_a_worker_of_two_threads_runs_two_shops_at_once": 0,
    },
    "fleet/test_command.py": {
        "test_a_run_prints_a_table_and_writes_the_summary": 0,
        "test_the_report_of_a_shop_is_that_of_check": 0,
    },
    "fleet/test_local.py": {
        "test_a_process_that_is_killed_while_it_waits_costs_nothing": 0,
        "test_a_run_that_was_stopped_goes_on_and_ends_as_one_that_was_not": 0,
        "test_changes_since_the_last_run_are_named": 0,
        "test_of_shops_that_were_lost_together_only_the_guilty_one_is_given_up": 0,
    },
    "fuzz/test_found.py": {
        "test_a_word_for_nobody_is_a_judgement": 0,
        "test_cases_on_which_product_and_judge_did_not_agree": 6,
    },
    "fuzz/test_fuzz.py": {
        "test_every_kind_of_file_is_damaged_in_every_way": 0,
        "test_every_other_dress_is_judged": 0,
        "test_no_file_is_misread": 0,
    },
    "history/test_history.py": {
        "test_any_report_can_be_stored": 0,
    },
    "history/test_robust.py": {
        "test_a_full_disk_costs_the_history_a_run_and_no_more": 0,
        "test_a_full_disk_leaves_no_half_file": 0,
        "test_two_runs_at_once_are_both_stored": 0,
        "test_what_a_killed_run_left_is_swept_away": 0,
    },
    "ingest/test_assessment.py": {
        "test_days_without_a_file_go_to_the_bounds": 0,
    },
    "ingest/test_chat_shapes.py": {
        "test_every_shape_gives_the_figures_of_a_row_a_message": 1,
    },
    "ingest/test_encodings.py": {
        "test_another_shop_gives_another_report": 0,
        "test_dresses_worn_together": 0,
        "test_one_shop_in_any_dress_gives_one_report": 0,
        "test_the_shop_has_what_tells_dresses_apart": 0,
    },
    "ingest/test_formulas.py": {
        "test_a_failure_across_two_blocks_of_a_sheet_is_seen": 0,
        "test_in_the_old_format_too": 5,
    },
    "ingest/test_json_records.py": {
        "test_every_arrangement_holds_the_same_orders": 12,
    },
    "ingest/test_mapping.py": {
        "test_renamed_headers_and_words_that_are_mapped_change_no_figure": 0,
    },
    "ingest/test_merged.py": {
        "test_a_merged_cell_holds_for_each_of_its_rows": 1,
    },
    "ingest/test_operator_faults.py": {
        "test_every_mistake_is_answered_by_what_to_do": 25,
    },
    "ingest/test_plain.py": {
        "test_the_short_way_says_the_same": 0,
    },
    "ingest/test_quirk_table.py": {
        "test_quirk": 20,
    },
    "ingest/test_readers.py": {
        "test_a_row_swallowed_up_to_its_first_cells_is_seen_by_both_readers": 6,
        "test_both_readers_give_the_same_frame_of_a_canonical_file": 0,
        "test_no_record_of_a_damaged_file_is_lost": 0,
    },
    "ingest/test_times.py": {
        "test_any_time_in_any_form": 0,
    },
    "ingest/test_workbooks.py": {
        "test_a_cell_in_the_farthest_corner_never_ends_the_run": 0,
    },
    "insights/test_insights.py": {
        "test_the_buyers_with_repeated_trouble": 8,
        "test_the_heat_table": 8,
        "test_the_reasons": 8,
        "test_the_topics": 8,
        "test_the_waits": 8,
    },
    "interface/test_interface.py": {
        "test_it_is_the_report_of_the_command": 0,
        "test_the_blocks_of_the_page_do_what_they_say": 0,
    },
    "laws/test_laws_at_work.py": {
        "test_an_error_inside_one_rule_costs_that_rule_only": 1,
        "test_assumptions_behind_a_score_are_printed_with_it": 0,
        "test_scans_in_the_plan_are_the_input_files": 0,
    },
    "laws/test_properties.py": {
        "test_a_rule_alone_in_memory_is_the_rule_in_the_streaming_plan": 0,
        "test_caps_never_raise": 0,
        "test_every_machine_writes_the_same_bytes": 0,
        "test_more_points_never_lower_the_total": 0,
        "test_the_order_of_rows_and_columns_changes_nothing": 0,
        "test_the_order_of_rows_changes_nothing_in_any_shop": 0,
    },
    "oracle/test_found.py": {
        "test_what_differed_once_agrees": 2,
    },
    "oracle/test_oracle.py": {
        "test_a_back_offices_files_give_the_figures_of_the_oracle": 1,
        "test_canonical_files_give_the_figures_of_the_oracle": 1,
        "test_daily_figures_stand_in_for_a_chat_file": 3,
        "test_one_time_far_behind_all_others_is_damaged_and_moves_nothing": 0,
        "test_the_default_as_of_is_the_newest_event": 6,
        "test_what_stands_in_the_way_of_closing_and_until_when": 8,
    },
    "oracle/test_oracle_dated.py": {
        "test_each_event_by_the_rules_of_its_day": 2,
        "test_one_version": 2,
        "test_what_differed_once_is_equal": 1,
    },
    "oracle/test_oracle_douyin.py": {
        "test_days": 4,
    },
    "oracle/test_oracle_elsewhere.py": {
        "test_consumers": 2,
        "test_figures": 1,
    },
    "oracle/test_oracle_taobao.py": {
        "test_listings": 8,
        "test_rounds_and_fees": 4,
    },
    "packs/test_level_off.py": {
        "test_the_configuration_switches_it_on_again": 0,
    },
    "page/test_listing.py": {
        "test_no_cell_of_a_table_is_a_code": 1,
    },
    "page/test_outlook.py": {
        "test_a_good_day_that_leaves_hurts": 0,
        "test_a_shop_that_passes_sees_the_cheapest_way_to_the_next_total": 0,
        "test_at_full_marks_without_a_missed_red_line_there_is_no_plan": 0,
        "test_of_a_mean_that_gates_the_plan_brings_the_slowest_down": 0,
        "test_the_page_has_the_plan_that_the_command_makes": 0,
        "test_the_table_without_sliders_says_the_same_as_the_recipe": 0,
        "test_what_changed_stands_in_a_tile_of_its_own": 0,
    },
    "page/test_page.py": {
        "test_every_rule_stands_in_one_part": 1,
        "test_the_policy_names_the_one_script_by_its_digest": 1,
        "test_what_is_not_known_of_the_coming_days_is_not_called_safe": 1,
    },
    "plan/test_keeping.py": {
        "test_a_byte_changed_with_the_same_size_and_time": 0,
        "test_a_disk_without_room_is_no_error": 0,
        "test_a_harmed_entry_is_read_anew": 0,
        "test_every_sample_shop_says_the_same_again": 0,
        "test_no_cache_does_not_read_what_is_there": 0,
        "test_no_text_and_no_buyer_stands_in_the_cache": 0,
        "test_odd_shops_say_the_same_again": 0,
        "test_other_commands_say_the_same_after_a_check": 0,
        "test_switched_off_it_neither_reads_nor_writes": 1,
    },
    "plan/test_reading_ahead.py": {
        "test_the_same_is_read": 0,
    },
    "projection/test_day_table.py": {
        "test_the_days_add_up_and_are_those_of_plain_python": 1,
    },
    "projection/test_expiring_mutes.py": {
        "test_from_the_day_after_a_mute_the_forecast_is_the_later_audit": 0,
        "test_open_units_that_a_mute_means_wait_for_its_end": 0,
    },
    "projection/test_known_future.py": {
        "test_the_forecast_is_the_later_audit": 0,
        "test_the_projected_score_is_the_later_score": 0,
    },
    "projection/test_search.py": {
        "test_no_cheaper_way_exists_and_ties_are_settled": 0,
    },
    "reading_truth/test_places.py": {
        "test_no_place_of_a_row_gives_another_verdict": 0,
        "test_the_strict_reader_shifts_no_row_at_any_place": 0,
    },
    "reading_truth/test_reading_truth.py": {
        "test_good_rows_are_rows_of_the_truth": 8,
    },
    "report/test_brief.py": {
        "test_so_is_that_of_any_report": 0,
    },
    "report/test_registry.py": {
        "test_hostile_text_stays_text": 120,
    },
    "report/test_text.py": {
        "test_a_shop_fits_on_a_screen": 1,
        "test_any_report_can_be_shown": 0,
        "test_it_fits_also_where_it_is_compared": 1,
        "test_no_line_below_a_red_line_repeats_it": 1,
    },
    "situations/test_situations.py": {
        "test_situation": 170,
    },
    "whatif/test_learned.py": {
        "test_a_file_as_a_spreadsheet_saves_it": 0,
        "test_a_file_of_the_platform_teaches_them": 0,
        "test_the_report_uses_and_names_them_and_never_those_of_another_version": 0,
    },
    "whatif/test_plan.py": {
        "test_a_step_shows_on_the_first_day_that_the_forecast_at_its_quality_passes": 0,
        "test_a_what_if_of_several_packs_names_them": 0,
        "test_effort_is_changed_in_shop_toml": 0,
        "test_no_cheaper_set_exists_and_as_a_what_if_it_reaches_the_goal": 0,
        "test_the_words_of_the_sample_shop": 0,
        "test_what_several_packs_ask_for_is_one_deed": 0,
        "test_what_the_files_do_not_show_keeps_a_gate_from_being_promised": 0,
    },
    "whatif/test_recipe.py": {
        "test_the_recipe_of_a_random_shop_makes_its_own_score": 0,
        "test_turned_units_make_the_score_of_the_what_if": 0,
    },
    "whatif/test_reconcile.py": {
        "test_a_figure_is_shown_with_the_digits_it_was_given": 0,
        "test_a_file_is_made_if_there_is_none_and_a_strange_one_is_left_alone": 0,
        "test_fewer_than_three_days_prove_nothing": 0,
        "test_rounding_hides_it_and_a_figure_that_tells_is_named": 0,
        "test_the_figure_of_the_report_fits_the_usual_definition": 2,
        "test_the_winner_is_kept_and_no_comment_is_lost": 0,
    },
    "whatif/test_whatif.py": {
        "test_a_dispute_is_judged_otherwise": 0,
        "test_a_figure_and_the_rows_that_make_it_agree": 0,
        "test_an_agent_gets_the_median_of_the_team": 0,
        "test_both_languages_say_before_and_after": 0,
        "test_every_parcel_leaves_earlier_and_never_before_its_payment": 0,
        "test_hours_get_the_share_of_the_staffed_ones": 0,
        "test_rules_that_rest_on_nothing_edited_stay_as_they_are": 1,
        "test_several_at_once_in_a_file_or_as_flags": 0,
        "test_what_cannot_be_changed_is_named": 5,
        "test_without_a_change_it_is_the_audit_byte_for_byte": 0,
    },
}
"""Module → test → how many of its cases are no slow tests, spread evenly over all of them."""


EVERY = "KSHOP_EVERY"
"""Variable: n, where of the slow cases of a test every n-th is enough."""
FEW = 4
"""Tests of fewer slow cases run all of them."""


def measure(items: Iterable[pytest.Item]) -> None:
    """Mark the other cases of these tests as slow, always the same ones."""
    cases: dict[tuple[str, str], list[pytest.Item]] = defaultdict(list)
    for item in items:
        file, _, name = item.nodeid.partition("[")[0].removeprefix("tests/").partition("::")
        if name in USUAL.get(file, ()) and item.get_closest_marker("slow") is None:
            cases[file, name].append(item)
    for (file, name), own in cases.items():
        usual = USUAL[file][name]
        for place, item in enumerate(sorted(own, key=lambda case: case.nodeid)):
            if place * usual // len(own) == (place - 1) * usual // len(own):
                item.add_marker(pytest.mark.slow)


def thinned(items: Iterable[pytest.Item], every: int) -> list[pytest.Item]:
    """The slow cases that are left out where every n-th is enough, always the same."""
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("slow") is not None:
            cases[item.nodeid.partition("[")[0]].append(item)
    return [
        item
        for own in cases.values()
        if len(own) >= FEW
        for place, item in enumerate(sorted(own, key=lambda case: case.nodeid))
        if place % every
    ]
