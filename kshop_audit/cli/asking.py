"""Facts that no export holds, asked for at a terminal; an empty answer is no answer."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kshop_audit.cli import printing
from kshop_audit.errors import ConfigError

if TYPE_CHECKING:
    from kshop_audit.config.answers import Answer
    from kshop_audit.model.report import Report
    from kshop_audit.report.view.speech import Speech


def can_ask() -> bool:
    """Whether a question can be read and answered: never in a pipe, in cron, in CI."""
    streams: tuple[Any, ...] = (sys.stdin, sys.stderr)
    return all(stream is not None and not stream.closed and stream.isatty() for stream in streams)


def unanswered(report: Report) -> tuple[str, ...]:
    """The facts that rules without a verdict wait for, each once, in the order of the rules."""
    from kshop_audit.model.report import Status

    waiting = (rule for rule in report.rules if rule.status is Status.NO_VERDICT)
    facts = (finding.get("fact") for rule in waiting for finding in rule.findings)
    return tuple(dict.fromkeys(fact for fact in facts if isinstance(fact, str)))


def ask(facts: Iterable[str], lang: str) -> dict[str, Answer]:
    """Ask for each fact on stderr; what was left empty, or not reached, is not in the answers.

    The end of the input (Ctrl-D) ends the questions. A wrong answer is asked for again.
    """
    from kshop_audit.report.view.speech import Speech

    speech = Speech(lang)
    answers: dict[str, Answer] = {}
    printing.prompt(speech.say("question.intro") + "\n")
    for fact in facts:
        try:
            answer = _answer(fact, speech)
        except EOFError:
            printing.prompt("\n")
            break
        if answer is not None:
            answers[fact] = answer
    return answers


def offer(answers: dict[str, Answer], lang: str) -> None:
    """Show on stderr what to keep in shop.toml, so that it is not asked again."""
    from kshop_audit.config.answers import snippet
    from kshop_audit.report.view.speech import Speech

    printing.prompt(f"{Speech(lang).say('question.keep')}\n{snippet(answers)}\n")


def _answer(fact: str, speech: Speech) -> Answer | None:
    from kshop_audit.config.answers import read_answer

    while True:
        printing.prompt(f"  {speech.say(f'question.{fact}')} ")
        try:
            return read_answer(fact, input())
        except ConfigError as error:
            printing.prompt(
                f"    {printing.plain(error.en if speech.lang == 'en' else error.zh)}\n"
            )
        except UnicodeDecodeError:
            printing.prompt(f"    {speech.say('question.unreadable')}\n")
