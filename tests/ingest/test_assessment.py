"""The assessment of customer service that Kuaishou exports: read as figures, with its totals."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.config import load_settings
from kshop_audit.ingest import Request
from kshop_audit.model.counted_shares import counts
from kshop_audit.model.report import Report, RuleResult
from kshop_audit.tables import REJECTED, STATE
from tests.ingest.build import open_one, text, write
from tests.ingest.tables import table_of

HEADER = (
    "三分钟回复率（人维度）", "三分钟回复率（会话）", "不服务率", "咨询人数", "咨询人次",
    "人工会话量", "人工平均回复时长", "好评率（人维度）", "好评率（会话）", "差评率（人维度）",
    "差评率（会话）", "IM不满意率（人维度）", "询单人数", "下单人数", "支付人数", "询单转化率",
    "询单客单价", "客服销售额",
)  # fmt: skip
SHOP = (
    "97.41%", "96.5%", "0.26%", "386", "420", "1,001", "11秒", "-", "--", "0.00%", "0.10%", "-",
    "300", "90", "80", "26.7%", "59.90", "4,792.00",
)  # fmt: skip
AGENT = ("99.00%", "96.5%", "0.00%", "200", "210", "500", "2分30秒", *SHOP[7:])
NAME = "客服_考核数据_20261004-20261031.csv"


def rows(
    folder: Path, *lines: tuple[str, ...], name: str = NAME, header: tuple[str, ...] = HEADER
) -> list[dict[str, object]]:
    return table_of(open_one(folder, text([header, *lines]), name)).to_dicts()


def test_the_shop_stands_in_the_first_row(tmp_path: Path) -> None:
    shop, agent = rows(tmp_path, SHOP, AGENT)
    assert (shop["scope"], agent["scope"]) == ("shop", "agent")
    assert (shop["since"], shop["until"]) == (date(2026, 10, 4), date(2026, 10, 31))
    assert (shop["reply_3m_users"], shop["consult_users"]) == ("0.9741", 386)
    assert (shop["human_sessions"], shop["reply_seconds"]) == (1001, 11)
    assert (shop["good_users"], shop["good_sessions"], shop["bad_users"]) == (None, None, "0.0000")
    assert agent["reply_seconds"] == 150


def test_a_row_that_names_the_shop_is_the_shop_wherever_it_stands(tmp_path: Path) -> None:
    header = ("客服昵称", *HEADER)
    found = rows(tmp_path, ("小李", *AGENT), ("店铺数据", *SHOP), header=header)
    assert [row["scope"] for row in found] == ["agent", "shop"]
    found = rows(tmp_path, ("小李", *AGENT), ("小王", *AGENT), header=header)
    assert [row["scope"] for row in found] == ["agent", "agent"]


def test_the_total_below_rows_of_days_is_the_shop_of_all_of_them(tmp_path: Path) -> None:
    header = ("日期", "客服昵称", *HEADER)
    days = [(f"2026-10-{day:02}", "小李", *AGENT) for day in (5, 4, 6)]
    *agents, total = rows(tmp_path, *days, ("合计", "", *SHOP), header=header)
    assert [(row["since"], row["until"]) for row in agents[:1]] == [(date(2026, 10, 5),) * 2]
    assert (total["scope"], total[STATE]) == ("shop", agents[0][STATE])
    assert (total["since"], total["until"]) == (date(2026, 10, 4), date(2026, 10, 6))


@pytest.mark.parametrize(
    ("text_", "seconds"),
    [("7小时41分52秒", 27_712), ("11秒", 11), ("2分30秒", 150), ("3分钟", 180), ("00:02:05", 125)],
)
def test_lengths_of_time(tmp_path: Path, text_: str, seconds: int) -> None:
    (row,) = rows(tmp_path, (*SHOP[:6], text_, *SHOP[7:]))
    assert row["reply_seconds"] == seconds


@pytest.mark.parametrize("bad", ["约 97%", "197%", "九成"])
def test_a_share_that_is_none_rejects_its_row(tmp_path: Path, bad: str) -> None:
    (row,) = rows(tmp_path, (bad, *SHOP[1:]))
    assert row[STATE] == REJECTED


@pytest.mark.parametrize(
    ("share", "of", "read"),
    [
        ("97.41", "386", "0.9741"),  # more than 1: percent
        ("0.9741", "386", "0.9741"),  # as percent, 3.76 people
        ("0.50", "20000", None),  # 100 people or 10,000: nothing tells
    ],
)
def test_shares_without_a_sign(tmp_path: Path, share: str, of: str, read: str | None) -> None:
    header = (HEADER[0], HEADER[3])
    (row,) = rows(tmp_path, (share, of), header=header)
    assert row["reply_3m_users"] == read


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("考核_2026-10-04~2026-10-31.csv", (date(2026, 10, 4), date(2026, 10, 31))),
        ("2026年10月5日/考核.csv", (date(2026, 10, 5), date(2026, 10, 5))),
        ("考核.csv", (None, None)),
    ],
)
def test_the_days_stand_in_the_name(
    tmp_path: Path, name: str, days: tuple[date | None, date | None]
) -> None:
    (row,) = rows(tmp_path, SHOP, name=name)
    assert (row["since"], row["until"]) == days


def test_a_column_of_days_wins(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, ("2026-10-07", *SHOP), header=("日期", *HEADER))
    assert (row["since"], row["until"]) == (date(2026, 10, 7), date(2026, 10, 7))


def test_how_many_a_printed_share_may_be() -> None:
    assert list(counts(Decimal("0.9741"), 386)) == [376]
    assert list(counts(Decimal("0.5000"), 20_000)) == [9_999, 10_000, 10_001]
    assert list(counts(Decimal("0.013"), 10)) == []
    assert list(counts(Decimal("1.0000"), 7)) == [7]


@given(st.integers(1, 5_000), st.data(), st.integers(0, 4))
def test_the_true_number_is_always_among_them(of: int, data: st.DataObject, digits: int) -> None:
    true = data.draw(st.integers(0, of))
    exact = Fraction(true, of)
    for printed in (
        exact * 10**digits // 1,
        -(-exact * 10**digits // 1),
        round(exact * 10**digits),
    ):
        share = Decimal(int(printed)).scaleb(-digits)
        near = abs(Fraction(share) - exact) <= Fraction(1, 2 * 10**digits)
        assert (true in counts(share, of)) == near


def audited(folder: Path, pack: str) -> Report:
    settings, _ = load_settings(folders=(folder,), cwd=folder, environ={}, flags={})
    request = AuditRequest(
        Request((folder,)), replace(settings, packs=(pack,)), as_of=datetime(2026, 11, 1)
    )
    with tempfile.TemporaryDirectory() as scratch:
        return audit(request, Path(scratch)).report


def figures(
    folder: Path, pack: str, files: Mapping[str, tuple[tuple[str, ...], ...]]
) -> tuple[Report, RuleResult]:
    for name, lines in files.items():
        write(folder / "shop", text([HEADER, *lines]), f"客服_考核数据_{name}.csv")
    report = audited(folder / "shop", pack)
    return report, next(rule for rule in report.rules if rule.id == "reply-rate-3m")


def test_without_chats_the_platforms_own_figure_is_judged(tmp_path: Path) -> None:
    report, rule = figures(tmp_path, "kuaishou-2023-03", {"20261004-20261031": (SHOP, AGENT)})
    assert (rule.status, rule.numerator, rule.denominator) == ("pass", 376, 386)
    assert rule.declared
    assert any("97.41%" in note.zh for note in report.notes)


def test_a_figure_of_other_days_says_nothing(tmp_path: Path) -> None:
    _, rule = figures(tmp_path, "kuaishou-2023-03", {"20260801-20260828": (SHOP,)})
    assert rule.status == "no_verdict"
    assert rule.reason is not None
    assert "2026-08-28" in rule.reason.zh


def test_days_without_a_file_go_to_the_bounds(tmp_path: Path) -> None:
    files = {f"202610{day:02}": (SHOP,) for day in range(4, 31)}
    _, rule = figures(tmp_path, "kuaishou-2023-03", files)
    assert (rule.numerator, rule.denominator) == (27 * 376, 27 * 386)
    assert rule.status == "pass"  # one lost day of 386 people cannot turn it
    _, rule = figures(tmp_path / "half", "kuaishou-2023-03", dict(list(files.items())[:9]))
    assert rule.status == "no_verdict"


def test_a_five_minute_rate_is_not_made_of_it(tmp_path: Path) -> None:
    write(tmp_path / "shop", text([HEADER, SHOP]), NAME)
    report = audited(tmp_path / "shop", "kuaishou")
    rule = next(rule for rule in report.rules if rule.id == "reply-rate")
    assert rule.status == "no_verdict"
