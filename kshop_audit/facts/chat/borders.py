"""Whether the characters of a word belong to other words: 显高｜仿佛, 除非｜正品.

A small list of words is known here; with rjieba, its whole dictionary. A segmenter may only veto,
and only by a word of its dictionary that reaches across the border of the one found: where it cuts
says nothing, for it does not know the words that shops coin.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from importlib.util import find_spec

LEFT = (
    "加高", "增高", "提高", "显高", "垫高", "抬高", "升高", "拔高", "鞋跟高", "后跟高", "细跟高",
    "粗跟高", "身高", "帮高", "腰高", "偏高", "更高", "较高", "太高", "最高",
    "很高", "那么高", "这么高", "不高", "价高", "走高", "调高", "崇高", "型高", "很精", "够精",
    "不精", "面精", "越高",
)  # fmt: skip
"""Words that end with the first character of a listed word."""

RIGHT = (
    "仿佛", "仿冒", "仿造", "仿制", "仿伪", "仿照", "仿效", "仿写", "仿真", "仿古", "仿旧",
    "仿木", "仿石", "仿皮", "仿麻", "仿瓷", "仿羊",
    "仿毛", "仿兔", "仿貂", "仿狐", "仿丝", "仿棉", "仿玉", "仿铜", "仿绒", "仿麂", "仿呢",
    "仿藤", "仿竹", "仿草", "仿砖", "仿红木",
    "品牌", "品类", "品相", "品种", "品质", "品控", "版画", "版面", "版头", "版权", "版式",
    "版本号", "版型",
)  # fmt: skip
"""Words that begin with the last character of a listed word."""

ALWAYS = ("仿佛", "仿照", "仿效", "版画", "版面", "版头", "版权", "品牌仓", "品牌方", "品牌库")
"""Of those, the ones that settle it without a look at what stands before."""

LONGEST = 4


@functools.cache
def _segmenter() -> Callable[[str], list[str]] | None:
    """The library of the extra, where it is installed: cuts by its dictionary alone."""
    try:
        library = importlib.import_module("rjieba")
    except ImportError:
        return None
    library.cut("仿", False)
    return lambda text: list(library.cut(text, False))


def has_segmenter() -> bool:
    """Whether a dictionary is there."""
    return find_spec("rjieba") is not None


COMPATIBLE = frozenset(("是非", "并非", "绝非", "版本", "品质"))
"""Words of the dictionary that meet a listed word and leave it what it is: 这个是非正品."""


def crossed(text: str, start: int, end: int) -> bool:
    """Whether another word reaches across the beginning or the end of text[start:end]."""
    if _begins(text, end - 1, ALWAYS) or text.endswith("除非", 0, start + 1):
        return True
    left = any(text.endswith(word, 0, start + 1) for word in LEFT)
    if left and (_goes_on(text, end) or _begins(text, end - 1, RIGHT)):
        return True
    segment = _segmenter()
    return segment is not None and _cut_across(segment(text), text, start, end)


def may_cross(text: str, end: int) -> bool:
    """Whether the word's last character may as well begin the next one: 高仿石漆."""
    return _begins(text, end - 1, RIGHT)


def begins_another(text: str, start: int, end: int) -> bool:
    """Whether in the dictionary the end of text[start:end] begins another word: 不要脸盆.

    Never without the dictionary; then such a word is taken for what it is.
    """
    segment = _segmenter()
    if segment is None or not _goes_on(text, end):
        return False
    place = 0
    for token in segment(text):
        after = place + len(token)
        if start < place < end < after:
            return True
        place = after
    return False


def known(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] or a part of it with its neighbour is a word of the dictionary."""
    segment = _segmenter()
    if segment is None:
        return False
    place = 0
    for token in segment(text):
        after = place + len(token)
        if len(token) > 1 and place < end and after > start:
            return True
        place = after
    return False


def _begins(text: str, place: int, words: tuple[str, ...]) -> bool:
    return any(text.startswith(word, place) for word in words)


def _goes_on(text: str, end: int) -> bool:
    """Whether the sentence goes on in a way that leaves the word's last character to what follows:
    加高仿羊羔毛, but not 那么高仿的.
    """
    return end < len(text) and text[end] not in "的货款品版包鞋表呢哦啊吗呀啦"


def _cut_across(tokens: list[str], text: str, start: int, end: int) -> bool:
    place = 0
    for token in tokens:
        after = place + len(token)
        if len(token) > 1 and token not in COMPATIBLE:
            if place < start < after < end and _goes_on(text, end):
                return True
            if start < place < end < after:
                return True
        place = after
    return False
