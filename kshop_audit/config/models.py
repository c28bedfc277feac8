"""Shape of the configuration: what may stand in `shop.toml`, checked by pydantic.

Strict and closed: a text is no number, an unknown key is a fault. Figures are `Decimal`, times
naive Asia/Shanghai. Rule ids, option names and units depend on the pack and are checked later.
Imported only when a configuration is read: pydantic is too heavy for `--help`.
"""

# No `from __future__ import annotations`: pydantic would have to evaluate each annotation, which
# takes 6 ms for the packs and the configuration together.

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from kshop_audit.model.moments import local
from kshop_audit.model.patterns import regex
from kshop_audit.model.settings import DELIMITERS
from kshop_audit.validation import TomlTable, fault

_PERCENT = regex(r"([0-9]+(?:\.[0-9]+)?)\s*[%％]")

_Own = TypeVar("_Own")


def figure(value: object) -> Decimal:
    """A number: whole, decimal, or text such as "0.97" and "97%"."""
    number = Decimal("NaN")
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        number = Decimal(value)
    elif isinstance(value, str):
        percent = _PERCENT.fullmatch(value.strip())
        with suppress(InvalidOperation):
            number = Decimal(percent[1]) / 100 if percent else Decimal(value.strip())
    # The bounds keep exact arithmetic cheap whatever is written.
    if number.is_finite() and (number == 0 or -9 <= number.adjusted() <= 12):
        return number
    raise fault('应为数字，如 "97%"、"0.97"、24', 'must be a number such as "97%", "0.97" or 24')


def _ratio(value: object) -> Decimal:
    number = figure(value)
    if not 0 <= number <= 1:
        raise fault('应在 0 到 1 之间，如 "0.5%"', 'must lie between 0 and 1, such as "0.5%"')
    return number


def _money(value: object) -> Decimal:
    number = figure(value)
    if number < 0 or number != number.quantize(Decimal("0.01")):
        raise fault(
            "应为不小于 0、最多两位小数的金额（元）",
            "must be yuan, not below 0, two decimals at most",
        )
    return number


def _amount(value: object) -> Decimal:
    number = figure(value)
    if number < 0:
        raise fault("应为不小于 0 的数字", "must be a number, not below 0")
    return number


def _moment(value: object) -> datetime:
    """A time in Asia/Shanghai; a date alone is its first instant."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError as error:
            raise fault(
                f"看不懂的时间 {value}，应如 2026-10-31 08:00",
                f"cannot read the time {value}, write it like 2026-10-31 08:00",
            ) from error
    if isinstance(value, date) and not 2000 <= value.year < 2200:
        raise fault("年份应在 2000 到 2199 之间", "the year must lie between 2000 and 2199")
    if isinstance(value, datetime):
        return local(value)
    if isinstance(value, date):
        return datetime.combine(value, time.min)
    raise fault("应为时间，如 2026-10-31 08:00", "must be a time such as 2026-10-31 08:00")


def _last_moment(value: object) -> datetime:
    """The end of an interval; a date alone is its last second, for both ends are included."""
    whole_day = isinstance(value, date) and not isinstance(value, datetime)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}", value.strip()):
        whole_day = True
    moment = _moment(value)
    return moment + timedelta(days=1, seconds=-1) if whole_day else moment


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise fault("应为日期，如 2026-10-31", "must be a date such as 2026-10-31")


def _delimiter(value: object) -> object:
    return DELIMITERS.get(value, value) if isinstance(value, str) else value


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _word_list(value: object) -> object:
    """Words, or phrases with a reason each; which list may be what is checked with the pack."""
    entries = [value] if isinstance(value, str) else value
    if isinstance(entries, list) and all(isinstance(word, str) and word for word in entries):
        return entries
    if isinstance(entries, dict):
        for phrase, reason in entries.items():
            if not phrase.strip() or not isinstance(reason, str) or not reason.strip():
                raise fault(f"{phrase} 须写明原因（文本）", f"{phrase} needs a reason (text)")
        return entries
    raise fault('应为文本数组，如 ["A货"]', 'must be an array of texts such as ["A货"]')


def _schema(read: Callable[[object], _Own], *types: str) -> tuple[BeforeValidator, WithJsonSchema]:
    return BeforeValidator(read), WithJsonSchema({"type": list(types)})


Figure = Annotated[Decimal, *_schema(figure, "number", "string")]
Ratio = Annotated[Decimal, *_schema(_ratio, "number", "string")]
Money = Annotated[Decimal, *_schema(_money, "number", "string")]
Amount = Annotated[Decimal, *_schema(_amount, "number", "string")]
Moment = Annotated[datetime, *_schema(_moment, "string")]
LastMoment = Annotated[datetime, *_schema(_last_moment, "string")]
Day = Annotated[date, *_schema(_day, "string")]
Texts = Annotated[
    list[Annotated[str, Field(min_length=1)]],
    BeforeValidator(_one_or_many, json_schema_input_type=str | list[str]),
]
WordList = Annotated[
    list[str] | dict[str, str],
    BeforeValidator(_word_list, json_schema_input_type=str | list[str] | dict[str, str]),
]
Delimiter = Annotated[
    str, Field(min_length=1, max_length=1), BeforeValidator(_delimiter, json_schema_input_type=str)
]
Count = Annotated[int, Field(ge=0)]
LevelName = Literal["error", "warn", "info", "off"]
OptionValue = Annotated[
    object, WithJsonSchema({"type": ["string", "integer", "number", "boolean"]})
]


class ExemptTable(TomlTable):
    """A period in which replies and after-sales handling are not counted."""

    since: Moment = Field(alias="from")
    until: LastMoment = Field(alias="to")
    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until < self.since:
            raise fault("to 早于 from", "to is before from")
        return self


class CoverageTable(TomlTable):
    """The days of which the files of a kind are complete, both included."""

    since: Day = Field(alias="from")
    until: Day = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until < self.since:
            raise fault("to 早于 from", "to is before from")
        return self


_WEEKDAYS = {
    name: number
    for names in (
        ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
        ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    )
    for number, name in enumerate(names)
}


def _closed(value: object) -> object:
    """A day, a day of the week, or a period, as what it means."""
    if isinstance(value, dict | CoverageTable):
        return value
    if isinstance(value, str) and value.strip().lower() in _WEEKDAYS:
        return _WEEKDAYS[value.strip().lower()]
    day = _day(value)
    return {"from": day, "to": day}


Closed = Annotated[
    CoverageTable | int,
    BeforeValidator(_closed, json_schema_input_type=str | CoverageTable),
]


class DeclaredTable(TomlTable):
    """A figure read in the back office; the numerator of a duration is in hours."""

    numerator: Amount
    denominator: Count
    since: Day = Field(alias="from")
    until: Day = Field(alias="to")
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until < self.since:
            raise fault("to 早于 from", "to is before from")
        return self


class ClosingTable(TomlTable):
    """Facts on closing the shop that no export holds.

    The table itself says that the shop wants to close, unless `closing = false`.
    """

    closing: bool | None = None
    notice_started_at: Moment | None = None
    notice_interrupted: bool | None = None
    qualification_change_open: bool | None = None
    violations_open: Count | None = None
    products_on_sale: Count | None = None
    products_in_review: Count | None = None
    complaints_open: Count | None = None
    freight_service_off: bool | None = None
    last_completed_at: Moment | None = None


class LearnedTable(TomlTable):
    """Points that the platform showed for the value of a rule, and the rules they belong to."""

    rule: str = Field(min_length=1)
    value: Amount
    points: Annotated[Decimal, BeforeValidator(figure), Field(ge=3, le=5)]
    day: Day
    pack: str = Field(min_length=1)
    version: str = Field(min_length=1)


class WithdrawalTable(TomlTable):
    """One withdrawal from the shop's balance."""

    at: Moment
    amount: Money
    channel: str = Field(min_length=1)


class MuteTable(TomlTable):
    """An exception that somebody accepted; every key is required."""

    rule: str = Field(min_length=1)
    match: Annotated[dict[str, Texts], Field(min_length=1)]
    reason: str = Field(min_length=1)
    by: str = Field(min_length=1)
    until: Day


class MutesFile(TomlTable):
    """Everything that may stand in `mutes.toml`."""

    mutes: list[MuteTable] = []


def _done(value: object) -> object:
    """`id = true` is short for a table with `done` alone."""
    if isinstance(value, bool):
        return {"done": value}
    if isinstance(value, dict):
        return value
    raise fault(
        "应为 true、false，或 {done = true, at = 2026-10-31}",
        "must be true, false, or {done = true, at = 2026-10-31}",
    )


class DoneTable(TomlTable):
    """The answer to a question of the aspects."""

    done: bool
    at: Day | None = None
    note: str | None = Field(default=None, min_length=1)


Done = Annotated[DoneTable, BeforeValidator(_done, json_schema_input_type=bool | DoneTable)]


class InputTable(TomlTable):
    """How files of one kind are read where the built-in knowledge does not fit."""

    columns: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    encoding: str | None = None
    delimiter: Delimiter | None = None
    skip_rows: Count | None = None
    sheet: Texts = []
    copied_on: Day | None = None


class ConfigFile(TomlTable):
    """Everything that may stand in `shop.toml` or under `[tool.kshop-audit]`."""

    shop: str | None = None
    pack: Annotated[Texts, Field(min_length=1)] = ["kuaishou"]
    lang: Literal["zh", "en"] | None = None
    opened_at: Moment | None = None
    required: Texts | None = None
    closing: ClosingTable = ClosingTable()
    levels: dict[str, LevelName] = {}
    targets: dict[str, Figure] = {}
    weights: dict[str, Ratio] = {}
    options: dict[str, dict[str, OptionValue]] = {}
    effort: dict[str, Amount] = {}
    learned: list[LearnedTable] = []
    exempt: list[ExemptTable] = []
    coverage: dict[str, CoverageTable] = {}
    no_business_days: list[Closed] = []
    force_majeure: Texts = []
    force_majeure_file: str | None = None
    words: dict[str, WordList] = {}
    inputs: dict[str, InputTable] = {}
    declared: dict[str, DeclaredTable] = {}
    withdrawals: list[WithdrawalTable] = []
    aspects: dict[str, Done] = {}
    max_bad_rows: Ratio = Decimal("0.005")
    cache: bool = True
