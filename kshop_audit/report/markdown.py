"""The report as Markdown for a chat, a wiki or the page of a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kshop_audit.model.report import Report
from kshop_audit.report.view.contents import View, view
from kshop_audit.report.view.escaping import escape
from kshop_audit.report.view.notes import Line
from kshop_audit.report.view.rows import Group, Row

_FINDINGS = 5
_DUE = 10


def render(report: Report, lang: str) -> str:
    """Verdict, gates, score, what to do, dates and data, each under its heading."""
    shown = view(report, lang)
    sections = (
        _headline(shown),
        _today(shown),
        _verdict(shown),
        _gates(shown),
        _score(shown),
        _actions(shown),
        _changes(shown),
        _data(shown),
    )
    return "\n\n".join("\n".join(lines) for lines in map(list, sections) if lines) + "\n"


def _today(shown: View) -> Iterator[str]:
    if shown.today:
        yield f"**{escape(shown.speech.say('short.today'))}**"
        yield ""
        yield from (f"- {escape(line)}" for line in shown.today)


def _changes(shown: View) -> Iterator[str]:
    """What changed since an earlier report, as a list under a heading."""
    if shown.changes:
        title, *rest = (escape(entry.text) for entry in shown.changes)
        yield f"## {title}"
        yield ""
        yield from (f"- {text}" for text in rest)


def _headline(shown: View) -> Iterator[str]:
    yield f"# {escape(shown.speech.say('sign.badge', word=shown.badge))} {escape(shown.headline)}"


def _verdict(shown: View) -> Iterator[str]:
    say = shown.speech.say
    if shown.first:
        colon = say("sign.colon")
        yield f"**{escape(say('headline.first'))}**{colon}{escape(shown.first)}"
        yield ""
    yield from (f"- {escape(aside)}" for aside in shown.asides)
    yield f"- {escape(shown.context)}"
    yield f"- {escape(shown.counts)}"


def _gates(shown: View) -> Iterator[str]:
    for index, group in enumerate(shown.groups):
        yield from [""] if index else []
        yield from _group(shown, group)
    if shown.legend:
        yield from ("", escape(shown.legend))


def _group(shown: View, group: Group) -> Iterator[str]:
    say = shown.speech.say
    names = ("title", "value", "target", "counts", "points", "distance")
    yield f"## {escape(group.title)}"
    yield ""
    yield _cells(["", *(say(f"table.{n}" if n == "title" else f"column.{n}") for n in names)])
    yield "| --- | --- | ---: | ---: | ---: | ---: | --- |"
    for row in group.rows:
        figures = (row.value, row.target, row.counts, row.points, row.distance)
        yield _cells([row.mark.value, row.title, *figures])
    for row in group.rows:
        yield from _below(row, shown)


def _below(row: Row, shown: View) -> Iterator[str]:
    lines = [*row.remarks, *row.notes, *row.findings(_FINDINGS)]
    if not lines:
        return
    yield from ("", f"**{escape(row.title)}**", "")
    yield from (f"- {escape(text)}" for text in lines)
    hidden = row.hidden(_FINDINGS)
    if hidden:
        yield f"- {escape(shown.speech.say('page.cut', hidden))}"


def _score(shown: View) -> Iterator[str]:
    score, say, pair = shown.score, shown.speech.say, shown.speech.pair
    yield f"## {escape(say('score.title'))}"
    yield ""
    if not score.total:
        reason = score.reason or say("column.none")
        yield escape(shown.speech.pair(say("score.none"), reason))
        return
    rest = shown.speech.join([score.graded, say("score.unofficial")], "comma")
    total = f"**{escape(say('score.total', total=score.total))}**"
    yield total + escape(say("sign.comma") + rest)
    yield ""
    yield from (
        f"- {escape(pair(part.title, shown.speech.aside(part.points, part.weight)))}"
        for part in score.segments
    )
    yield from _lines(score.lines, shown)


def _actions(shown: View) -> Iterator[str]:
    if not shown.actions:
        return
    yield f"## {escape(shown.speech.say('action.title'))}"
    yield ""
    for number, todo in enumerate(shown.actions, 1):
        gain = f"**{escape(todo.gain)}** " if todo.gain else ""
        yield f"{number}. {gain}{escape(shown.speech.aside(todo.text, todo.rule))}"


def _data(shown: View) -> Iterator[str]:
    say = shown.speech.say
    yield f"## {escape(say('dates.title'))}"
    yield ""
    yield from _lines(shown.dates, shown)
    for due in shown.deadlines[:_DUE]:
        label = shown.speech.aside(due.label, say("dates.past") if due.past else "")
        text = shown.speech.pair(due.title, due.text) if due.text else due.title
        yield f"- {escape(due.date)} {escape(label)} {escape(text)}"
    if len(shown.deadlines) > _DUE:
        yield f"- {escape(say('page.cut', len(shown.deadlines) - _DUE))}"
    yield from ("", f"## {escape(say('data.title'))}", "")
    yield from _lines(shown.others, shown)
    yield from (f"- {escape(file)}" for file in shown.files)
    yield from _lines(shown.data, shown)


def _lines(lines: Iterable[Line], shown: View) -> Iterator[str]:
    return (f"- {escape(shown.speech.pair(line.label, line.text))}" for line in lines)


def _cells(texts: Sequence[str]) -> str:
    return "| " + " | ".join(escape(text) for text in texts) + " |"
