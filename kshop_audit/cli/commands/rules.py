"""`rules` and `rule ID`: the catalogue as a table, and one rule explained, offline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kshop_audit.cli import printing
from kshop_audit.cli.binding import takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import ConfigOptions
from kshop_audit.errors import EXIT_OK, UsageError
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.patterns import regex
from kshop_audit.model.suggesting import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kshop_audit.model.metadata import Pack, RuleTerms, Sourced, Target
    from kshop_audit.rules import Rule

_LEVELS = {"error": "红线", "warn": "提醒", "info": "参考", "off": "关闭"}
_GRADES = {
    "SEED": "种子文档", "OFFICIAL": "官方文本", "PRESS": "行业报道", "ASSUMPTION": "本工具的估计",
}  # fmt: skip
_GUESS = "guess"  # how the source of a figure begins that nobody published

_SECTIONS = (
    ("why", "为什么重要", "Why it matters"),
    ("counted", "怎么算", "How it is counted"),
    ("not_counted", "不计入", "Not counted"),
    ("example", "例子", "Example"),
    ("differs", "为什么可能与后台数字不同", "Why our number may differ"),
)


@frozen(slots=False, kw_only=True)
class RulesOptions(ConfigOptions):
    """Which pack is listed."""


@frozen(slots=False, kw_only=True)
class ExplainOptions(ConfigOptions):
    """Which rule is explained: by its id or by its title."""

    id: Annotated[str, typer.Argument(metavar="ID", show_default=False)]


def register(app: typer.Typer) -> None:
    """Put both commands into the application."""
    app.command("rules", help=say("列出规则包的全部规则。", "List all rules of a pack."))(
        takes(RulesOptions)(_rules)
    )
    app.command(
        "rule",
        help=say(
            "解释一条规则：算法、例子、阈值及来源、怎么改进。",
            "Explain one rule: formula, example, threshold with source, how to fix.",
        ),
    )(takes(ExplainOptions)(_rule))


def _rules(options: RulesOptions) -> int:
    packs, catalogue, lang = _loaded(options)
    printing.emit("\n".join(text for pack in packs for text in _listings(pack, catalogue, lang)))
    return EXIT_OK


def _listings(pack: Pack, catalogue: dict[str, Rule], lang: str) -> Iterator[str]:
    """The table of a pack; of a series, its name and a table for each version."""
    if pack.versions:
        yield f"{_head(pack, lang)}\n"
    for part in pack.versions or (pack,):
        yield _listing(part, catalogue, lang)


def _head(pack: Pack, lang: str) -> str:
    return f"{pack.title[lang]}  ({pack.id} {pack.version})"


def _days(pack: Pack, lang: str) -> list[str]:
    """The first and the last day of a version, a line each, with their sources."""
    if pack.effective is None:
        return []
    names = ("生效", "到期") if lang == "zh" else ("from", "to")
    ends = zip(names, (pack.effective.since, pack.effective.until), strict=True)
    return [_figure(name, day, lang) for name, day in ends if day is not None]


def _listing(pack: Pack, catalogue: dict[str, Rule], lang: str) -> str:
    """The rules of a pack as a table."""
    head = ("名称", "级别", "要求", "统计", "编号") if lang == "zh" else (
        "title", "level", "target", "window", "id"
    )  # fmt: skip
    rows: list[tuple[str, ...]] = [head]
    for rule, terms in pack.rules.items():
        known = catalogue.get(rule)
        days = f"{terms.window_days}d" if terms.window_days else ""
        title = known.info.title[lang] if known else ""
        level, target = terms.level.value, _target(terms.target, lang)
        if lang == "zh":
            days, level = days.replace("d", " 天"), _LEVELS[level]
        rows.append((title, level, target, days, rule))
    days = "".join(f"\n{line}" for line in _days(pack, lang))
    more = "看一条规则的全部：rule 名称" if lang == "zh" else "all about one of them: rule ID"
    return f"{_head(pack, lang)}{days}\n\n{_columns(rows)}\n{more}\n"


def _rule(options: ExplainOptions) -> int:
    from kshop_audit.cli.naming import rule_name

    packs, catalogue, lang = _loaded(options)
    name = rule_name(options.id, "rule", [pack.id for pack in packs])
    parts = [part for pack in packs for part in (pack.versions or (pack,))]
    having = [part for part in parts if name in part.rules and name in catalogue]
    if not having:
        raise _unknown(name, packs)
    from kshop_audit.report.text.layout import wrap

    width = printing.width_of(None)
    for line in explain(catalogue[name], having, lang).splitlines():
        indent = " " * (len(line) - len(line.lstrip()))
        hang = len(indent) + (2 if indent and "  — " in line else 0)
        first, *more = wrap(line.lstrip(), width - len(indent), hang - len(indent))
        printing.emit("".join([f"{indent}{first}\n", *(f"{' ' * hang}{one}\n" for one in more)]))
    return EXIT_OK


def _unknown(rule: str, chosen: Sequence[Pack]) -> UsageError:
    """A rule of other packs only, and in which; else what may have been meant."""
    from kshop_audit import packs

    others = [packs.load(name) for name in packs.names()]
    having = [pack.id for pack in others if rule in pack.rules]
    if having:
        listed = "、".join(pack.id for pack in chosen)
        return UsageError(
            f"规则包 {listed} 没有规则 {rule}；它在 {'、'.join(having)} 里：加 --pack {having[0]}",
            f"pack {listed.replace('、', ', ')} has no rule {rule}; {', '.join(having)} "
            f"has: add --pack {having[0]}",
        )
    known = {name for pack in (*chosen, *others) for name in pack.rules}
    hint = suggest(rule, known, Text(zh="；用 rules 查看全部", en="; see rules"))
    return UsageError(f"没有规则 {rule}{hint.zh}", f"unknown rule {rule}{hint.en}")


def explain(rule: Rule, packs: Sequence[Pack], lang: str) -> str:
    """Everything on one rule as plain text; its figures for each of the packs."""
    info = rule.info
    zh = lang == "zh"
    levels = list(dict.fromkeys(pack.rules[info.id].level.value for pack in packs))
    head = f"{info.title[lang]}  ({info.id}, {', '.join(levels)})"
    if zh:
        head = f"{info.title[lang]}（{'、'.join(_LEVELS[level] for level in levels)}；{info.id}）"
    lines = [head, "", info.doc.summary[lang]]
    for name, title_zh, title_en in _SECTIONS:
        text = getattr(info.doc, name)[lang]
        lines += ["", title_zh if zh else title_en, f"  {text}"]
    title = "阈值与来源" if zh else "Thresholds and sources"
    for pack in packs:
        # One pack, and not a version of several, says no more than it always did.
        several = len(packs) > 1 or pack.effective is not None
        lines += ["", f"{title}  ({pack.id} {pack.version})" if several else title]
        figures = [*_days(pack, lang), *_figures(pack.rules[info.id], lang)]
        lines += [f"  {line}" for line in figures]
    lines += ["", "怎么改进" if zh else "How to fix", f"  {info.fix[lang]}", ""]
    return "\n".join(lines)


def target_text(target: Target | None) -> str:
    """A target in a few characters: `>= 80%`, `<= 24 h`, `0`, `all`."""
    if target is None:
        return "-"
    if target.operator.value == "none":
        return "0" if target.count_below is None else f"< {target.count_below}"
    if target.operator.value == "all":
        return "all"
    ratio = target.value <= 1
    figure = f"{(target.value * 100).normalize():f}%" if ratio else f"{target.value} h"
    more = "" if target.count_below is None else f" | < {target.count_below}"
    return f"{target.operator.value} {figure}{more}"


def _target(target: Target | None, lang: str) -> str:
    """A target as a reader of the language writes it."""
    text = target_text(target)
    if lang != "zh":
        return text
    for sign, words in _SIGNS:
        text = text.replace(sign, words)
    return text


_SIGNS = (
    (" | < ", " 或少于 "),
    ("< ", "少于 "),
    (">=", "≥"),
    ("<=", "≤"),
    (" h", " 小时"),
    ("all", "全部"),
)


def _figures(terms: RuleTerms, lang: str) -> list[str]:
    zh = lang == "zh"
    lines = []
    if terms.target is not None:
        target = terms.target
        origin = _origin(target.source, target.provenance.value, lang)
        lines.append(f"{'要求：' if zh else 'target: '}{_target(target, lang)}  — {origin}")
    if terms.window is not None:
        lines.append(_figure("统计天数" if zh else "window (days)", terms.window, lang))
    if terms.anchors is not None:
        lines.append(_figure("5 分" if zh else "5 points", terms.anchors.full, lang))
        lines.append(_figure("3 分" if zh else "3 points", terms.anchors.floor, lang))
    lines += [_figure(_option(name, lang), figure, lang) for name, figure in terms.options.items()]
    sources = "、".join(terms.sources) if zh else ", ".join(terms.sources)
    lines.append(f"{'来源：' if zh else 'sources: '}{sources}")
    return lines


def _option(name: str, lang: str) -> str:
    """An option as it is written in the configuration, in Chinese with what it is."""
    from kshop_audit.report.view.speech import Speech

    speech, words = Speech(lang), f"setting.option.{name}"
    if lang != "zh":
        return f"options.{name}"
    return f"{speech.say(words)} {name}" if speech.knows(words) else f"选项 {name}"


def _figure(name: str, figure: Sourced, lang: str) -> str:
    zh = lang == "zh"
    listed = "、".join(figure.choices) if zh else " | ".join(figure.choices)
    choices = (f"（可选 {listed}）" if zh else f" ({listed})") if listed else ""
    colon = "：" if zh else ": "
    origin = _origin(figure.source, figure.provenance.value, lang)
    value = str(figure.value).lower() if isinstance(figure.value, bool) else figure.value
    return f"{name}{colon}{value}{choices}  — {origin}"


def _origin(source: str, provenance: str, lang: str) -> str:
    """Where a figure comes from; in Chinese without the remarks, which are in English."""
    if lang != "zh":
        return f"{source} [{provenance}]"
    if source.startswith(_GUESS):
        return "平台没公布，是本工具的估计"
    places = [found[0].replace(_DOCUMENT, "开放平台文档 ") for found in _PLACE.finditer(source)]
    listed, grade = "、".join(places), _GRADES[provenance]
    return f"{listed}（{grade}）" if listed else grade


_DOCUMENT = "open-platform doc "
_PLACE = regex(
    rf"[SK]\d+(?:-\d+)?|{_DOCUMENT}\d+|[\w-]+(?:\.[\w-]+)+(?:/[\w./-]*\w)?|\d{{4}}-\d\d-\d\d"
)
"""A seed or check by its number, an address, a day."""


def _columns(rows: list[tuple[str, ...]]) -> str:
    from rich.cells import cell_len

    widths = [max(cell_len(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _loaded(options: ConfigOptions) -> tuple[tuple[Pack, ...], dict[str, Rule], str]:
    from kshop_audit import packs
    from kshop_audit.cli.preparing import language_of, settings_of
    from kshop_audit.rules import catalogue

    settings = settings_of(options)
    return packs.load_all(settings.packs), catalogue(), language_of(options, settings)
