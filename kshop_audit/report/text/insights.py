"""What customers write about, as tables for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from kshop_audit.model.figures import Figure
from kshop_audit.model.insights import (
    Cell,
    Heat,
    Insights,
    Reason,
    Refunds,
    Repeats,
    Topics,
    Wait,
    Waits,
)
from kshop_audit.model.voices import Product, ReasonCount
from kshop_audit.report.text.layout import flush_right, pad, table
from kshop_audit.report.text.page import Spans, Style, TextOptions, paragraph, printed, stacked
from kshop_audit.report.view.speech import Speech

_SHADES, _PLAIN_SHADES = "▁▃▅▇", ".:+#"
_WORST = 5
_BAR = 10
_WEEK = range(1, 8)
_HOURS = 4
_FULL, _NARROW = 10, 5  # cells of one hour, with and without its rate
_MANY = 1_000


def render(insights: Insights, options: TextOptions) -> str:
    """All sections as lines of at most `options.width` cells."""
    page = _InsightsPage(insights, options)
    makers: dict[str, Callable[[Any], list[Spans]]] = {
        "refunds": page.refunds,
        "topics": page.topics,
        "waits": page.waits,
        "heat": page.heat,
        "repeats": page.repeats,
    }
    sections = [page.head()]
    for name, make in makers.items():
        found = getattr(insights, name)
        sections.append(page.missing(name) if found is None else make(found))
    return printed(stacked(sections), options)


class _InsightsPage:
    """The sections, one a table."""

    def __init__(self, insights: Insights, options: TextOptions) -> None:
        self._insights = insights
        self._speech = Speech(options.lang, options.ascii)
        self._shades = _PLAIN_SHADES if options.ascii else _SHADES
        self._width = options.cells

    def head(self) -> list[Spans]:
        """Of which shop, up to when."""
        shown, speech = self._insights, self._speech
        context = [
            speech.say("headline.shop", shop=speech.data(shown.shop)) if shown.shop else "",
            speech.say("headline.as_of", as_of=speech.instant(shown.as_of, closing=True)),
            speech.pack(shown.pack.id, shown.pack.version),
        ]
        title = self._lines(speech.say("insights.title"), style=Style.STRONG)
        return [*title, *self._lines(speech.join(context), style=Style.DIM)]

    def missing(self, name: str) -> list[Spans]:
        """A section without its export."""
        why = self._speech.text(self._insights.missing[name])
        missing = self._speech.say("insights.missing", why=why)
        blank: dict[str, Any] = {"window": "-", "least": "-"}
        title = self._speech.say(f"insights.{name}.title", **blank)
        return [*self._lines(title, style=Style.STRONG), *self._lines(missing, 2)]

    def refunds(self, refunds: Refunds) -> list[Spans]:
        """Reasons over the shop, then by product."""
        say = self._speech.say
        total = (
            say(
                "insights.refunds.of_paid",
                refunds.aftersales,
                paid=f"{refunds.paid:,}",
                share=self._share(refunds.aftersales, refunds.paid),
            )
            if refunds.paid
            else say("insights.refunds.total", refunds.aftersales)
        )
        unstated = say("insights.refunds.unstated", refunds.unstated) if refunds.unstated else ""
        lines = [
            *self._title("refunds", window=self._speech.period(refunds.window)),
            *self._lines(self._speech.join([total, unstated], "comma"), 2),
        ]
        if refunds.reasons:
            head = [
                say(f"insights.refunds.{key}") for key in ("orders", "share", "hours", "reason")
            ]
            rows = [head, *(self._reason(reason, refunds) for reason in refunds.reasons)]
            lines += self._table(rows, right=(0, 1, 2))
            lines += self._shown(len(refunds.reasons), refunds.reasons_count)
        if refunds.products_missing is not None:
            why = self._speech.text(refunds.products_missing)
            return [*lines, *self._lines(say("insights.refunds.products_missing", why=why), 2)]
        if refunds.products:
            lines += self._lines(say("insights.refunds.products"), 2)
            lines += self._table([self._product(one) for one in refunds.products], right=(0, 1))
            lines += self._shown(len(refunds.products), refunds.products_count)
        return lines

    def _reason(self, reason: Reason, refunds: Refunds) -> list[str]:
        mean = ""
        if reason.ended:
            hours = Fraction(reason.seconds, 3_600 * reason.ended)
            mean = self._speech.value(hours, Figure.HOURS)
        share = self._share(reason.orders, refunds.aftersales)
        return [f"{reason.orders:,}", share, mean, self._named(reason)]

    def _named(self, reason: Reason | ReasonCount) -> str:
        flag = self._speech.say("insights.refunds.quality") if reason.quality else ""
        return self._speech.aside(self._speech.data(reason.reason), flag)

    def _product(self, product: Product) -> list[str]:
        counts = f"{product.aftersales:,}/{product.paid:,}"
        share = self._share(product.aftersales, product.paid) if product.paid else ""
        reasons = [f"{self._named(reason)} {reason.orders:,}" for reason in product.reasons]
        title = self._speech.data(product.title) if product.title else ""
        named = self._speech.join([self._speech.data(product.product_id), title], "list")
        listed = self._speech.join(reasons, "list")
        return [counts, share, self._speech.pair(named, listed) if listed else named]

    def topics(self, topics: Topics) -> list[Spans]:
        """Topics with the words that matched, most messages first."""
        say = self._speech.say
        lines = [
            *self._title("topics", window=self._speech.period(topics.window)),
            *self._lines(say("insights.topics.total", topics.messages), 2),
        ]
        raised = [topic for topic in topics.topics if topic.messages]
        most = max((topic.messages for topic in raised), default=0)
        head = [say(f"insights.topics.{key}") for key in ("topic", "messages", "share")]
        rows = [[*head, "", say("insights.topics.words")]]
        for topic in raised:
            ordered = sorted(topic.words.items(), key=lambda entry: (-entry[1], entry[0]))
            words = [f"{self._speech.data(word)} {count:,}" for word, count in ordered]
            rows.append(
                [
                    self._speech.text(topic.title),
                    f"{topic.messages:,}",
                    self._share(topic.messages, topics.messages),
                    self._speech.data("■" * -(-topic.messages * _BAR // most)),
                    self._speech.join(words, "list"),
                ]
            )
        rows.append(
            [
                say("insights.topics.unmatched"),
                f"{topics.unmatched:,}",
                self._share(topics.unmatched, topics.messages) if topics.messages else "",
                "",
                "",
            ]
        )
        return lines + self._table(rows, right=(1, 2))

    def waits(self, waits: Waits) -> list[Spans]:
        """The slowest replies, then what was never answered."""
        say = self._speech.say
        total = say("insights.waits.total", waits.questions, unanswered=f"{waits.unanswered:,}")
        courtesy = say("insights.waits.courtesy", waits.courtesy) if waits.courtesy else ""
        lines = [
            *self._title("waits", window=self._speech.period(waits.window)),
            *self._lines(self._speech.join([total, courtesy], "comma"), 2),
        ]
        for key, listed in (("slowest", waits.slowest), ("unanswered", waits.unanswered_longest)):
            lines += self._lines(say(f"insights.waits.{key}"), 2)
            if listed:
                head = [say(f"insights.waits.{name}") for name in _WAIT_HEAD]
                rows = [head, *(self._wait(wait) for wait in listed)]
                lines += self._table(rows, right=(0,))
            else:
                lines += self._lines(say("insights.waits.none"), 4)
        return lines

    def _wait(self, wait: Wait) -> list[str]:
        say, data = self._speech.say, self._speech.data
        topics = self._insights.topics
        titles = {} if topics is None else {topic.id: topic.title for topic in topics.topics}
        about = [
            self._speech.text(titles[name]) if name in titles else name for name in wait.topics
        ]
        # What is left of a masked name tells nobody apart; the conversation does.
        buyer = None if wait.session_id and "*" in (wait.buyer or "") else wait.buyer
        where = [data(name) for name in (buyer, wait.session_id, wait.message_id) if name]
        quote = say("insights.waits.text", text=data(wait.text)) if wait.text else ""
        waited = self._speech.duration(wait.waited_seconds)
        asked = self._speech.instant(wait.asked_at)
        last = [self._speech.join(about, "list"), " ".join(where), quote]
        return [waited, asked, self._speech.join(last)]

    def heat(self, heat: Heat) -> list[Spans]:
        """Hours by weekdays, and the hours in which staff is needed."""
        say = self._speech.say
        full = self._width >= _HOURS + _FULL * len(_WEEK) + 1
        legend = "insights.heat.legend" if full else "insights.heat.legend_narrow"
        caption = say(legend, enough=heat.enough, minutes=heat.within_seconds // 60)
        lines = self._title("heat", window=self._speech.period(heat.window))
        cells = {(cell.hour, cell.weekday): cell for cell in heat.cells}
        most = max((cell.arrivals for cell in heat.cells), default=0)
        room = _FULL if full else _NARROW
        names = (say(f"weekday.{day}") for day in _WEEK)
        head = pad(flush_right(say("insights.heat.hour"), _HOURS - 1), _HOURS)
        lines.append([(head + "".join(flush_right(name, room) for name in names), Style.DIM)])
        worst = {(cell.hour, cell.weekday) for cell in heat.worst}
        for hour in sorted({cell.hour for cell in heat.cells} | set(range(8, 24))):
            row = "".join(
                self._cell(cells.get((hour, day)), most, full, (hour, day) in worst)
                for day in _WEEK
            )
            lines.append([(f"{hour:>3} ", Style.DIM), (row, "")])
        lines += self._lines(caption, 2, Style.DIM)
        if not heat.worst:
            return [*lines, *self._lines(say("insights.heat.no_worst"), 2)]
        lines += self._lines(say("insights.heat.worst"), 2)
        for cell in heat.worst[:_WORST]:
            lines += self._lines(self._needed(cell), 4)
        return lines

    def _cell(self, cell: Cell | None, most: int, full: bool, bad: bool) -> str:
        """One cell flush right: `!`, the shade, the messages, and the rate where there is room."""
        if cell is None or (not cell.arrivals and not cell.counted):
            return " " * (_FULL if full else _NARROW)
        level = -(-cell.arrivals * len(self._shades) // most) - 1 if cell.arrivals else 0
        many = cell.arrivals >= _MANY
        number = f"{cell.arrivals // _MANY}k" if many else str(cell.arrivals)
        start = ("!" if bad else " ") + self._shades[level] + flush_right(number, 3)
        if not full:
            return start
        rate = str(cell.answered * 100 // cell.counted) if cell.counted else ""
        return f" {start}{flush_right(rate, 4)}"

    def _needed(self, cell: Cell) -> str:
        return self._speech.say(
            "insights.heat.cell",
            weekday=self._speech.say(f"weekday.{cell.weekday}"),
            hour=cell.hour,
            next=cell.hour + 1,
            counted=cell.counted,
            late=cell.counted - cell.answered,
            rate=self._share(cell.answered, cell.counted),
        )

    def repeats(self, repeats: Repeats) -> list[Spans]:
        """Buyers with several tickets."""
        say, unknown = self._speech.say, f"{repeats.unknown:,}"
        lines = self._title("repeats", least=repeats.least)
        if not repeats.buyers:
            none = say("insights.repeats.none", repeats.tickets, unknown=unknown)
            return [*lines, *self._lines(none, 2)]
        total = say(
            "insights.repeats.total",
            repeats.buyers_count,
            tickets=f"{repeats.tickets:,}",
            unknown=unknown,
        )
        head = [say(f"insights.repeats.{key}") for key in _BUYER_HEAD]
        rows = [
            [
                self._speech.data(one.buyer),
                f"{one.tickets:,}",
                f"{one.disputed:,}",
                f"{one.orders:,}",
                self._speech.join([self._speech.data(name) for name in one.ticket_ids], "list"),
            ]
            for one in repeats.buyers
        ]
        lines += [*self._lines(total, 2), *self._table([head, *rows], right=(1, 2, 3))]
        return lines + self._shown(len(repeats.buyers), repeats.buyers_count)

    def _title(self, name: str, **values: Any) -> list[Spans]:
        return self._lines(self._speech.say(f"insights.{name}.title", **values), style=Style.STRONG)

    def _shown(self, listed: int, count: int) -> list[Spans]:
        if listed >= count:
            return []
        return self._lines(self._speech.say("insights.shown", count, listed=listed), 2, Style.DIM)

    def _share(self, part: int, whole: int) -> str:
        return self._speech.value(Fraction(part, whole), Figure.RATIO) if whole else ""

    def _table(self, rows: Sequence[Sequence[str]], right: tuple[int, ...]) -> list[Spans]:
        return [[(line, "")] for line in table(rows, self._width, right=right)]

    def _lines(self, text: str, indent: int = 0, style: str = Style.PLAIN) -> list[Spans]:
        return paragraph(text, self._width, indent, style)


_REASON_HEAD = ("orders", "share", "hours", "reason")
_WAIT_HEAD = ("waited", "asked", "about")
_BUYER_HEAD = ("buyer", "tickets", "disputed", "orders", "ids")
