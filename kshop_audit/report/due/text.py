"""What is due in the terminal: the soonest first, then what is late, then what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kshop_audit.model.due import DueItem, DueList
from kshop_audit.model.report import Report
from kshop_audit.report.due.entries import Entries, Entry
from kshop_audit.report.text.layout import aligned
from kshop_audit.report.text.page import Spans, Style, TextOptions, paragraph, printed, stacked
from kshop_audit.report.view.speech import Speech

MOST, MOST_LATE = 40, 15
"""So many rows are listed without -v; the rest is counted."""

_YEAR = len("2026-")
_MINUTES = len("2026-10-31 23:59")


def render(due: DueList, report: Report, options: TextOptions) -> str:
    """The lists as lines of at most `options.width` cells."""
    page = _DuePage(due, report, options)
    return printed(stacked([page.head(), page.soon(), page.late(), page.todo(), page.missing()]),
                   options)  # fmt: skip


class _DuePage:
    """The sections."""

    def __init__(self, due: DueList, report: Report, options: TextOptions) -> None:
        self._due = due
        self._shop = report.shop
        self._speech = Speech(options.lang, options.ascii)
        self._entries = Entries(report, self._speech)
        self._verbose, self._width = options.verbose, options.cells

    def head(self) -> list[Spans]:
        """How much there is, of which shop and up to when."""
        speech, items = self._speech, self._due.items
        late = len(_by_unit([item for item in items if item.late]))
        soon = len(_by_unit([item for item in items if not item.late]))
        hours = f"{self._due.within_hours:f}"
        known = self._due.counts or self._due.missing
        key = "due.title" if soon else "due.nothing" if known else "due.no_rules"
        title = speech.say(key, soon, hours=hours)
        parts = [title, speech.say("due.title_late", late) if late else ""]
        shop = speech.say("headline.shop", shop=speech.data(self._shop)) if self._shop else ""
        as_of = speech.instant(self._due.as_of, closing=True)
        looked = speech.join((speech.name("due_kind", kind) for kind in self._due.counts), "list")
        context = [shop, speech.say("headline.as_of", as_of=as_of),
                   speech.say("due.looked", kinds=looked) if looked else ""]  # fmt: skip
        return [
            *self._lines(speech.join(parts), 0, Style.STRONG),
            *self._lines(speech.join(context), 2, Style.DIM),
        ]

    def soon(self) -> list[Spans]:
        """What is still in time, the soonest first."""
        return self._listed([item for item in self._due.items if not item.late], MOST)

    def late(self) -> list[Spans]:
        """What is over and still waits."""
        items = [item for item in self._due.items if item.late]
        if not items:
            return []
        key = "late_title" if all(item.certain for item in items) else "late_title_unsure"
        title = self._speech.say(f"due.{key}", len(_by_unit(items)))
        return [*self._lines(title, 0, Style.STRONG), *self._listed(items, MOST_LATE)]

    def _listed(self, items: Sequence[DueItem], most: int) -> list[Spans]:
        """Two lines a unit: when and which, then what is known of it."""
        units = _by_unit(items)
        kept = units if self._verbose else units[:most]
        shown = [[self._entries.entry(item) for item in unit] for unit in kept]
        heads = [self._row(unit) for unit in shown]
        lines: list[Spans] = []
        for head, unit in zip(aligned(heads), shown, strict=True):
            lines += self._lines(head, 2)
            if about := self._about(unit[0]):
                lines += self._lines(about, 4, Style.DIM)
        if len(kept) < len(units):
            hidden = len(units) - len(kept)
            lines += self._lines(self._speech.say("due.cut", hidden), 2, Style.DIM)
        return lines

    def _row(self, unit: Sequence[Entry]) -> tuple[str, ...]:
        first = unit[0]
        time = "due.since" if first.item.late else "due.left"
        kinds = self._speech.join((entry.kind for entry in unit), "list")
        named = first.ids[0][1] if first.ids else first.title
        left = self._speech.say(time, time=first.left)
        return first.deadline[_YEAR:_MINUTES], left, kinds, named

    def _about(self, entry: Entry) -> str:
        say = self._speech.say
        return self._speech.join(
            [
                "" if entry.item.certain else say("due.uncertain"),
                *(f"{say(f'due_column.{name}')} {one}" for name, one in entry.ids[1:]),
                say("due.cost", yuan=entry.cost) if entry.cost else "",
                say("due.product", product=entry.product) if entry.product else "",
                entry.area,
                entry.carrier,
            ]
        )

    def todo(self) -> list[Spans]:
        """A paragraph a kind and way to do it: what to do, and what one more miss changes."""
        lines: list[Spans] = []
        for kind in self._due.counts:
            own = [item for item in self._due.items if item.kind == kind]
            ways = {item.action: item for item in reversed(own)}
            for item in reversed(ways.values()):
                lines += self._of_kind(self._entries.entry(item))
        title = self._lines(self._speech.say("due.todo"), 0, Style.STRONG)
        return [*title, *lines] if lines else []

    def _of_kind(self, entry: Entry) -> Iterator[Spans]:
        say = self._speech.say
        yield from self._lines(self._speech.pair(entry.kind, entry.action), 2)
        if entry.effect:
            then = say("due.points", change=entry.earned) if entry.earned else ""
            effect = say("due.effect", change=self._speech.join([entry.effect, then], "comma"))
            yield from self._lines(effect, 4, Style.DIM)
        if entry.grade:
            yield from self._lines(say("due.grade", grade=entry.grade), 4, Style.DIM)

    def missing(self) -> list[Spans]:
        """Kinds of which nothing can be said, and why."""
        lines: list[Spans] = []
        for kind, why in self._due.missing.items():
            name = self._speech.name("due_kind", kind)
            text = self._speech.say("due.missing", kind=name, why=self._speech.text(why))
            lines += self._lines(text, 2, Style.DIM)
        return lines

    def _lines(self, text: str, indent: int, style: str = Style.PLAIN) -> list[Spans]:
        return paragraph(text, self._width, indent, style, 2)


def _by_unit(items: Sequence[DueItem]) -> list[list[DueItem]]:
    """The same unit with the same deadline is one thing to do, whatever the kinds."""
    found: dict[object, list[DueItem]] = {}
    for place, item in enumerate(items):
        named = item.ids.given()
        found.setdefault((item.deadline, item.late, named) if named else place, []).append(item)
    return list(found.values())
