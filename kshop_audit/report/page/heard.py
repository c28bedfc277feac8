"""What customers say, on the page: when they are not answered, and why they send things back."""

from __future__ import annotations

from fractions import Fraction

from kshop_audit.model.figures import Figure
from kshop_audit.model.frozen import frozen
from kshop_audit.model.report import Report
from kshop_audit.model.voices import Product, ReasonCount, Voices
from kshop_audit.report.page.calendars import HeatMap, heat
from kshop_audit.report.view.speech import Speech


@frozen
class Heard:
    """`hours`: the rule whose units the map of hours counts, and the map; None without one. The
    tables are rows of cells, most orders first; of products None where nothing tells them.
    """

    hours: tuple[str, HeatMap] | None
    title: str
    total: str
    reasons: tuple[tuple[str, ...], ...]
    products: tuple[tuple[str, ...], ...] | None


def heard(report: Report, speech: Speech) -> Heard | None:
    """None where the report holds neither hours nor reasons."""
    hours = next(
        (
            (speech.text(rule.title), picture)
            for rule in report.rules
            if (picture := heat(rule, speech)) is not None
        ),
        None,
    )
    voices = report.voices
    if hours is None and voices is None:
        return None
    if voices is None:
        return Heard(hours, "", "", (), None)
    since, until = speech.instant(voices.since), speech.instant(voices.until, closing=True)
    window = speech.say("sign.to", since=since.removesuffix(" 00:00"), until=until)
    unstated = speech.say("insights.refunds.unstated", voices.unstated) if voices.unstated else ""
    total = speech.say("insights.refunds.total", voices.aftersales)
    return Heard(
        hours,
        speech.say("insights.refunds.title", window=window),
        speech.join([total, unstated], "comma"),
        tuple(_reason(one, voices, speech) for one in voices.reasons),
        None
        if voices.products is None
        else tuple(_product(one, speech) for one in voices.products),
    )


def _named(reason: ReasonCount, speech: Speech) -> str:
    flag = speech.say("insights.refunds.quality") if reason.quality else ""
    return speech.aside(speech.data(reason.reason), flag)


def _share(part: int, whole: int, speech: Speech) -> str:
    return speech.value(Fraction(part, whole), Figure.RATIO) if whole else ""


def _reason(reason: ReasonCount, voices: Voices, speech: Speech) -> tuple[str, ...]:
    share = _share(reason.orders, voices.aftersales, speech)
    return _named(reason, speech), f"{reason.orders:,}", share


def _product(product: Product, speech: Speech) -> tuple[str, ...]:
    """The product, its orders with after-sales of those paid, and what they say most."""
    title = speech.data(product.title) if product.title else ""
    reasons = (f"{_named(one, speech)} {one.orders:,}" for one in product.reasons)
    return (
        speech.join([title, speech.data(product.product_id)]),
        f"{product.aftersales:,}/{product.paid:,}",
        _share(product.aftersales, product.paid, speech),
        speech.join(reasons, "list"),
    )
