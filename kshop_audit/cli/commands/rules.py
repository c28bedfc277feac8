"""`rules` and `rule ID`: the catalogue as a table, and one rule explained, offline."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kshop_audit.cli import printing
from kshop_audit.cli.binding import takes
from kshop_audit.cli.language import say
from kshop_audit.cli.options import ConfigOptions
from kshop_audit.errors import EXIT_OK, UsageError
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.suggesting import suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kshop_audit.model.metadata import Pack
    from kshop_audit.report.view.speech import Speech
    from kshop_audit.rules import Rule


@frozen(slots=False, kw_only=True)
class RulesOptions(ConfigOptions):
    """Which pack is listed."""


@frozen(slots=False, kw_only=True)
class ExplainOptions(ConfigOptions):
    """Which rule is explained: by its id or by its title."""

    id: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            show_default=False,
            help=say("规则的编号或名称", "a rule by its id or title"),
        ),
    ]


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
    from kshop_audit.report.text.rule import listing

    packs, catalogue, speech = _loaded(options)
    infos = {name: rule.info for name, rule in catalogue.items()}
    # What is piped may be searched for ids, which a narrow terminal leaves out.
    width = printing.width_of(None) if sys.stdout.isatty() else None
    printing.emit("\n".join(listing(pack, infos, speech, width) for pack in packs))
    return EXIT_OK


def _rule(options: ExplainOptions) -> int:
    from kshop_audit.cli.naming import rule_name

    packs, catalogue, speech = _loaded(options)
    name = rule_name(options.id, "rule", [pack.id for pack in packs])
    parts = [part for pack in packs for part in (pack.versions or (pack,))]
    having = [part for part in parts if name in part.rules and name in catalogue]
    if not having:
        raise _unknown(name, packs)
    from kshop_audit.report.text.layout import wrap
    from kshop_audit.report.text.rule import explain

    width = printing.width_of(None)
    for line in explain(catalogue[name].info, having, speech).splitlines():
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


def _loaded(options: ConfigOptions) -> tuple[tuple[Pack, ...], dict[str, Rule], Speech]:
    from kshop_audit import packs
    from kshop_audit.cli.preparing import language_of, settings_of
    from kshop_audit.report.view.speech import Speech
    from kshop_audit.rules import catalogue

    settings = settings_of(options)
    speech = Speech(language_of(options, settings))
    return packs.load_all(settings.packs), catalogue(), speech
