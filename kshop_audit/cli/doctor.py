"""`doctor`: what the tool understood of each file, and what it cannot measure without more."""

# ruff: noqa: PLC0415  heavy imports wait until the command runs

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from kshop_audit.cli import stopping, terminal
from kshop_audit.cli.binding import takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import ConfigOptions, InputOptions
from kshop_audit.errors import EXIT_OK

if TYPE_CHECKING:
    from kshop_audit.ingest import Source
    from kshop_audit.plan.load import FileCount, Loaded

_REJECTS = 10
_TEXTS = 10


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class DoctorOptions(ConfigOptions, InputOptions):
    """The files, and how they are read."""


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "doctor",
        help=say(
            "只检查文件：识别成什么、哪些列没认出、哪些行读不了、缺什么数据。",
            "Look at the files only: what they are, what was not understood, what is missing.",
        ),
    )(takes(DoctorOptions)(_doctor))


def _doctor(options: DoctorOptions) -> int:
    from kshop_audit import packs
    from kshop_audit.cli.preparing import language_of, request_of, settings_of
    from kshop_audit.ingest import open_inputs
    from kshop_audit.plan.load import load

    settings = settings_of(options, options.paths)
    lang = language_of(options, settings)
    request = request_of(options, settings)
    with stopping.scratch() as scratch:
        sources = open_inputs(request, scratch)
        loaded = load(sources, find_as_of=True)
    lines = [line for source in sources for line in _file(source, loaded, lang)]
    lines += _unmapped(loaded, lang)
    lines += _rejects(loaded, sources, lang)
    rules = {rule for pack in packs.load_all(settings.packs) for rule in pack.rules}
    lines += _missing(loaded, rules, lang)
    terminal.emit("\n".join(lines) + "\n")
    return EXIT_OK


def _file(source: Source, loaded: Loaded, lang: str) -> Iterator[str]:
    zh = lang == "zh"
    yield terminal.plain(source.name)
    if source.kind is None:
        yield f"  {'未识别' if zh else 'not recognised'}: {terminal.plain(source.why[lang])}"
        yield ""
        return
    kind = f"{source.kind} ({source.platform or '-'})"
    yield f"  {'类型' if zh else 'kind'}: {kind} — {terminal.plain(source.why[lang])}"
    if source.encoding is not None:  # the sheets of a workbook have none
        yield f"  {'编码' if zh else 'encoding'}: {source.encoding}, {source.delimiter!r}"
    count = loaded.counts[source.index]
    yield f"  {_counts(count, lang)}"
    if count.first_at is not None:
        yield f"  {'时间' if zh else 'times'}: {count.first_at} … {count.last_at}"
    known = [f"{name}→{field}" for name, field in source.header if field]
    for title_zh, title_en, names in (
        ("认出的列", "columns understood", known),
        ("没有的列", "columns missing", source.missing),
    ):
        if names:
            listed = terminal.plain(", ".join(names))
            yield f"  {title_zh if zh else title_en} ({len(names)}): {listed}"
    for note in source.notes:
        yield f"  {'注意' if zh else 'note'}: {terminal.plain(note[lang])}"
    yield ""


def _counts(count: FileCount, lang: str) -> str:
    if lang == "zh":
        return (
            f"记录 {count.records} = 可用 {count.rows} + 读不了 {count.rejected} "
            f"+ 跳过 {count.skipped} + 重复 {count.duplicates}"
        )
    return (
        f"records {count.records} = rows {count.rows} + rejected {count.rejected} "
        f"+ skipped {count.skipped} + duplicates {count.duplicates}"
    )


def _unmapped(loaded: Loaded, lang: str) -> Iterator[str]:
    zh = lang == "zh"
    found: list[tuple[str, str, Mapping[str, int]]] = [
        (kind.value, column, texts)
        for kind, columns in loaded.unmapped.items()
        for column, texts in columns.items()
    ]
    if not found:
        return
    yield "看不懂的取值" if zh else "Values not understood"
    for kind, column, texts in found:
        listed = [f"{terminal.plain(text)} × {rows}" for text, rows in list(texts.items())[:_TEXTS]]
        more = len(texts) - len(listed)
        tail = "" if more <= 0 else (f" … 另有 {more} 种" if zh else f" … {more} more")
        yield f"  {kind}.{column}: {', '.join(listed)}{tail}"
    yield (
        "  可在 shop.toml 的 [inputs.<类型>.values.<列>] 里说明它们的含义"
        if zh
        else "  say what they mean in shop.toml under [inputs.<kind>.values.<column>]"
    )
    yield ""


def _rejects(loaded: Loaded, sources: Sequence[Source], lang: str) -> Iterator[str]:
    from kshop_audit.account import reason, where
    from kshop_audit.masking import masked

    if not loaded.rejects:
        return
    total = len(loaded.rejects)
    yield f"读不了的行（{total}）" if lang == "zh" else f"Rows that could not be read ({total})"
    for reject in loaded.rejects[:_REJECTS]:
        value = terminal.plain(masked(reject.value or "", reject.column))
        yield f"  {terminal.plain(where(reject, sources))} “{value}” {reason(reject)[lang]}"
    if total > _REJECTS:
        more = total - _REJECTS
        yield f"  … 另有 {more} 行" if lang == "zh" else f"  … {more} more"
    yield ""


def _missing(loaded: Loaded, rules: Set[str], lang: str) -> Iterator[str]:
    """The rules that cannot be measured, with what each lacks and who supplies it."""
    from kshop_audit.model.kinds import SUPPLIERS
    from kshop_audit.model.schema import Kind
    from kshop_audit.rules import catalogue

    lacking: dict[str, list[str]] = {}
    for name, rule in catalogue().items():
        for need in rule.info.needs if name in rules else ():
            choices = [choice.split(".", 1) for choice in need.split("|")]
            if not any(loaded.tables.has(Kind(kind), column) for kind, column in choices):
                lacking.setdefault(need, []).append(name)
    if not lacking:
        return
    yield "缺少的数据" if lang == "zh" else "Data missing"
    for need, names in lacking.items():
        supplier = SUPPLIERS[Kind(need.split(".")[0])][lang]
        yield f"  {need.replace('|', ' | ')}: {', '.join(names)}"
        yield f"    {supplier}"
