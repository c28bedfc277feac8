"""Write the pictures of the page in docs/pictures: desktop, phone, dark and print.

Needs a browser (tests/page/browser.py). `--check` says which pictures are missing or of another
size than the page is now; whether they look right is for people to see.
"""

from __future__ import annotations

import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from kshop_audit.report.page import html  # noqa: E402
from tests.page import browser  # noqa: E402
from tests.page.shops import report_of  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
PICTURES: dict[str, dict[str, Any]] = {
    "desktop": {"shop": "failing", "width": 1280, "height": 900},
    "desktop-en": {"shop": "failing", "lang": "en", "width": 1280, "height": 900},
    "phone": {"shop": "failing", "width": 390, "height": 844},
    "phone-healthy": {"shop": "healthy", "width": 390, "height": 844},
    "dark": {"shop": "failing", "width": 1280, "height": 900, "color_scheme": "dark"},
    "outlook": {
        "shop": "failing", "width": 1280, "height": 900, "click": "#tab-outlook", "of": "#whatif",
        "slide": {"ship-48h": 5, "dispute-fault-rate": 2},
    },
    "outlook-phone": {
        "shop": "failing", "width": 390, "height": 844, "click": "#tab-outlook", "of": "#whatif",
        "slide": {"ship-48h": 5},
    },
    "calendar": {
        "shop": "failing", "width": 1280, "height": 720, "click": "#tab-outlook", "of": ".calendar",
    },
    "plan": {
        "shop": "failing", "width": 1280, "height": 720, "click": "#tab-outlook", "of": "#plan",
    },
    "hours": {
        "shop": "failing",
        "width": 1280,
        "height": 900,
        "click": "details.rule summary",
        "of": "svg.heat",
    },
    "print": {"shop": "failing", "width": 794, "height": 1123, "media": "print"},
}  # fmt: skip


def taken(started: Any, picture: dict[str, Any], folder: Path) -> bytes:
    """One picture as PNG."""
    file = folder / "page.html"
    file.write_text(html.render(report_of(picture["shop"]), picture.get("lang", "zh")), "utf-8")
    size = {"width": picture["width"], "height": picture["height"]}
    page = started.new_page(viewport=size, color_scheme=picture.get("color_scheme", "light"))
    page.goto(file.as_uri())
    if "click" in picture:
        page.locator(picture["click"]).first.click()
        for rule, count in picture.get("slide", {}).items():
            slider = page.locator(f"input[data-rule={rule}]")
            for _ in range(count):
                slider.press("ArrowRight")
        page.evaluate(
            "of => document.querySelector(of).scrollIntoView({block: 'center'})", picture["of"]
        )
    if "media" in picture:
        page.emulate_media(media=picture["media"])
    shot: bytes = page.screenshot()
    page.close()
    return shot


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height, from the head of a PNG."""
    width, height = struct.unpack(">II", png[16:24])
    return int(width), int(height)


def main(arguments: list[str]) -> int:
    """Write or check; 1 if a picture is not current."""
    if "--check" in arguments:
        wrong = [
            name
            for name, picture in PICTURES.items()
            if not (FOLDER / f"{name}.png").is_file()
            or size_of((FOLDER / f"{name}.png").read_bytes())
            != (picture["width"], picture["height"])
        ]
        print(f"pictures missing or of another size: {', '.join(wrong) or 'none'}")
        return bool(wrong)
    if lacking := browser.missing():
        raise SystemExit(f"no browser: {lacking} is not installed")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser.chromium() as started:
        for name, picture in PICTURES.items():
            (FOLDER / f"{name}.png").write_bytes(taken(started, picture, Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
