"""How much of the dear tests every run takes; their other cases are slow tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pytest

USUAL = {
    "auditing/test_versions.py::test_each_part_is_what_its_version_says_of_its_own_days_alone": 4,
    "cli/test_cli.py::test_any_console_encoding_works": 2,
    "cli/test_doctor.py::test_a_draft_for_renamed_headers_gives_the_figures_of_the_known_ones": 1,
    "cli/test_doctor.py::test_no_line_is_longer_than_the_terminal": 2,
    "cli/test_due.py::test_no_line_is_wider_than_asked": 3,
    "cli/test_exit_codes.py::test_a_broken_file_is_stated_in_a_line_and_never_a_traceback": 4,
    "cli/test_exit_codes.py::test_colour_is_switched_off_by_no_color": 0,
    "cli/test_exit_codes.py::test_sample_shops": 2,
    "cli/test_flags.py::test_a_flag_does_something_and_so_does_its_variable": 8,
    "cli/test_forecast_command.py::test_the_json_is_what_the_schema_promises": 1,
    "cli/test_insights.py::test_the_json_is_what_the_schema_says": 2,
    "cli/test_sample_data.py::test_the_exit_code_is_the_one_of_the_page": 3,
    "cli/test_sample_data.py::test_the_worst_cases_are_those_of_the_page": 1,
    "cli/test_streams.py::test_a_report_that_nobody_got_is_2": 1,
    "cli/test_streams.py::test_a_stdout_that_takes_nothing_is_one_line_and_2": 3,
    "cli/test_streams.py::test_who_prints_nothing_needs_no_stdout": 1,
    "cli/test_streams.py::test_without_anyone_to_tell_the_exit_code_is_2": 3,
    "codec/test_schema.py::test_the_report_of_a_random_shop": 2,
    "codec/test_schema.py::test_the_report_of_a_sample_shop": 2,
    "degradation/test_bounds.py::test_the_oracles_bounds_hold_the_truth": 1,
    "degradation/test_bounds.py::test_the_oracles_bounds_of_whole_files_are_shut": 4,
    "docs/test_docs.py::test_a_command_of_the_documentation_works": 4,
    "due/test_effects.py::test_the_effect_is_the_audit_in_which_the_unit_is_missed": 2,
    "facts/test_doubted_bursts.py::test_what_is_known_of_minutes_holds_for_all_seconds": 2,
    "facts/test_suspicion.py::test_what_a_rule_finds_is_kept": 0,
    "fleet/test_cluster.py::test_a_scheduler_that_does_not_answer_ends_the_run": 0,
    "fleet/test_command.py::test_the_report_of_a_shop_is_that_of_check": 1,
    "fuzz/test_fuzz.py::test_every_other_dress_is_judged": 0,
    "fuzz/test_fuzz.py::test_no_file_is_misread": 3,
    "history/test_robust.py::test_a_full_disk_costs_the_history_a_run_and_no_more": 0,
    "ingest/test_chat_shapes.py::test_every_shape_gives_the_figures_of_a_row_a_message": 4,
    "ingest/test_encodings.py::test_dresses_worn_together": 0,
    "ingest/test_encodings.py::test_one_shop_in_any_dress_gives_one_report": 3,
    "ingest/test_formulas.py::test_a_failure_across_two_blocks_of_a_sheet_is_seen": 0,
    "ingest/test_formulas.py::test_in_the_old_format_too": 5,
    "ingest/test_json_records.py::test_every_arrangement_holds_the_same_orders": 12,
    "ingest/test_mapping.py::test_renamed_headers_and_words_that_are_mapped_change_no_figure": 1,
    "ingest/test_operator_faults.py::test_every_mistake_is_answered_by_what_to_do": 25,
    "ingest/test_plain.py::test_the_short_way_says_the_same": 0,
    "ingest/test_quirk_table.py::test_quirk": 20,
    "ingest/test_readers.py::test_a_row_swallowed_up_to_its_first_cells_is_seen_by_both_readers": 6,
    "ingest/test_readers.py::test_both_readers_give_the_same_frame_of_a_canonical_file": 0,
    "ingest/test_workbooks.py::test_a_cell_in_the_farthest_corner_never_ends_the_run": 0,
    "insights/test_insights.py::test_the_buyers_with_repeated_trouble": 8,
    "insights/test_insights.py::test_the_heat_table": 8,
    "insights/test_insights.py::test_the_reasons": 8,
    "insights/test_insights.py::test_the_topics": 8,
    "insights/test_insights.py::test_the_waits": 8,
    "laws/test_laws_at_work.py::test_an_error_inside_one_rule_costs_that_rule_only": 1,
    "laws/test_properties.py::test_a_rule_alone_in_memory_is_the_rule_in_the_streaming_plan": 0,
    "laws/test_properties.py::test_every_machine_writes_the_same_bytes": 0,
    "laws/test_properties.py::test_the_order_of_rows_and_columns_changes_nothing": 2,
    "laws/test_properties.py::test_the_order_of_rows_changes_nothing_in_any_shop": 0,
    "oracle/test_oracle.py::test_a_back_offices_files_give_the_figures_of_the_oracle": 1,
    "oracle/test_oracle.py::test_canonical_files_give_the_figures_of_the_oracle": 1,
    "oracle/test_oracle.py::test_daily_figures_stand_in_for_a_chat_file": 3,
    "oracle/test_oracle.py::test_one_time_far_behind_all_others_is_damaged_and_moves_nothing": 2,
    "oracle/test_oracle.py::test_the_default_as_of_is_the_newest_event": 6,
    "oracle/test_oracle.py::test_what_stands_in_the_way_of_closing_and_until_when": 8,
    "oracle/test_oracle_douyin.py::test_days": 4,
    "oracle/test_oracle_elsewhere.py::test_consumers": 2,
    "oracle/test_oracle_elsewhere.py::test_figures": 3,
    "oracle/test_oracle_taobao.py::test_listings": 8,
    "oracle/test_oracle_taobao.py::test_rounds_and_fees": 4,
    "page/test_page.py::test_every_rule_stands_in_one_part": 1,
    "page/test_page.py::test_the_policy_names_the_one_script_by_its_digest": 1,
    "projection/test_day_table.py::test_the_days_add_up_and_are_those_of_plain_python": 3,
    "projection/test_known_future.py::test_the_forecast_is_the_later_audit": 1,
    "projection/test_known_future.py::test_the_projected_score_is_the_later_score": 1,
    "reading_truth/test_places.py::test_no_place_of_a_row_gives_another_verdict": 0,
    "reading_truth/test_reading_truth.py::test_good_rows_are_rows_of_the_truth": 12,
    "report/test_text.py::test_a_shop_fits_on_a_screen": 3,
    "whatif/test_plan.py::test_no_cheaper_set_exists_and_as_a_what_if_it_reaches_the_goal": 1,
    "whatif/test_reconcile.py::test_the_figure_of_the_report_fits_the_usual_definition": 2,
    "whatif/test_whatif.py::test_a_dispute_is_judged_otherwise": 1,
    "whatif/test_whatif.py::test_a_figure_and_the_rows_that_make_it_agree": 2,
    "whatif/test_whatif.py::test_both_languages_say_before_and_after": 2,
    "whatif/test_whatif.py::test_every_parcel_leaves_earlier_and_never_before_its_payment": 1,
    "whatif/test_whatif.py::test_what_cannot_be_changed_is_named": 5,
    "whatif/test_whatif.py::test_without_a_change_it_is_the_audit_byte_for_byte": 1,
}
"""Test → how many of its cases are no slow tests, spread evenly over all of them."""


def measure(items: Iterable[pytest.Item]) -> None:
    """Mark the other cases of these tests as slow, always the same ones."""
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        name = item.nodeid.partition("[")[0].removeprefix("tests/")
        if name in USUAL and item.get_closest_marker("slow") is None:
            cases[name].append(item)
    for name, own in cases.items():
        usual = USUAL[name]
        for place, item in enumerate(sorted(own, key=lambda case: case.nodeid)):
            if place * usual // len(own) == (place - 1) * usual // len(own):
                item.add_marker(pytest.mark.slow)
