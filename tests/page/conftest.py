"""Pages of sample shops, opened in one browser for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kshop_audit.report.page import html
from tests.page import browser
from tests.page.shops import report_of


@dataclass
class Opened:
    """A page that is open, what it asked of the network and what it complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if lacking := browser.missing():
        pytest.skip(f"{lacking} is not installed; make browser brings a browser")
    with browser.chromium() as started:
        yield started


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Opens the page of a sample shop, or this `content`; options are those of the browser's
    context.
    """
    contexts = []

    def opening(
        shop: str = "failing",
        lang: str = "zh",
        width: int = 1280,
        height: int = 800,
        content: str = "",
        **options: Any,
    ) -> Opened:
        file = tmp_path / f"{shop}-{lang}.html"
        file.write_text(content or html.render(report_of(shop), lang), "utf-8")
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        made = Opened(context.new_page())
        made.page.on("request", lambda request: made.requests.append(request.url))
        made.page.on("console", lambda message: made.complaints.append(message.text))
        made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
        made.page.goto(file.as_uri())
        return made

    yield opening
    for context in contexts:
        context.close()
