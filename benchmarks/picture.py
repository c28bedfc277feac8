"""The growth as a picture: seconds per million messages, by the number of messages, as SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

Points = Mapping[str, Sequence[tuple[int, float]]]
"""Program → messages and seconds per million of them, in ascending order of messages."""

COLOURS = ("#6b7280", "#d9480f", "#f59f00", "#1971c2", "#2f9e44", "#9c36b5")
WIDTH, HEIGHT = 860, 460
LEFT, RIGHT, TOP, BOTTOM = 70, 220, 56, 60
GAP = 17
"""Pixels between two names at least."""


@dataclass(frozen=True)
class Scale:
    """A logarithmic axis: values from `low` to `high` on pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        """1, 2 and 5 times the powers of ten within the axis."""
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        steps = [step * 10.0**power for power in powers for step in (1, 2, 5)]
        return [step for step in steps if self.low <= step <= self.high]


def growth(points: Points) -> str:
    """One line a program, both axes logarithmic; a flat line costs the same per message."""
    sizes = [size for line in points.values() for size, _ in line]
    costs = [cost for line in points.values() for _, cost in line]
    across = Scale(min(sizes) / 1.15, max(sizes) * 1.15, LEFT, WIDTH - RIGHT)
    up = Scale(min(costs) / 1.3, max(costs) * 1.3, HEIGHT - BOTTOM, TOP)
    frame = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" role="img"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>',
        "<title>Seconds per million messages, by the number of messages</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        _text(LEFT, 28, "Seconds per million messages", "start", size=16),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, "messages in the exports", "middle"),
        *_axes(across, up, sorted(set(sizes))),
        *_lines(points, across, up),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _axes(across: Scale, up: Scale, sizes: Sequence[int]) -> list[str]:
    parts = []
    for cost in up.ticks():
        y = up.at(cost)
        parts.append(f'<path d="M{across.start} {y}H{across.end}" stroke="#e5e7eb"/>')
        parts.append(_text(across.start - 8, y + 4, f"{cost:g}", "end"))
    for size in sizes:
        x = across.at(size)
        parts.append(f'<path d="M{x} {up.start}v5" stroke="#374151"/>')
        parts.append(_text(x, up.start + 20, millions(size), "middle"))
    parts.append(f'<path d="M{across.start} {up.start}H{across.end}" stroke="#374151"/>')
    return parts


def _lines(points: Points, across: Scale, up: Scale) -> list[str]:
    parts = []
    beside = _apart({name: up.at(line[-1][1]) + 4 for name, line in points.items()})
    colours = dict(zip(points, COLOURS * len(points), strict=False))
    for name, line in points.items():
        colour = colours[name]
        places = [(across.at(size), up.at(cost)) for size, cost in line]
        path = " ".join(f"{x},{y}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>' for x, y in places]
        parts.append(_text(across.end + 10, beside[name], name, "start", colour=colour))
    return parts


def _apart(wanted: Mapping[str, float]) -> dict[str, float]:
    """Heights of the names, moved down where two would overlap, then up from the lower edge."""
    places: dict[str, float] = {}
    above = -math.inf
    for name in sorted(wanted, key=wanted.__getitem__):
        places[name] = above = max(wanted[name], above + GAP)
    below: float = HEIGHT - GAP
    for name in reversed(places):
        places[name] = below = min(places[name], below)
        below -= GAP
    return places


def _text(
    x: float, y: float, text: str, anchor: str, *, size: int = 13, colour: str = "#111827"
) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{colour}">{escape(text)}</text>'
    )


def millions(size: int) -> str:
    """100000 → 0.1 M."""
    return f"{size / 1e6:g} M"
