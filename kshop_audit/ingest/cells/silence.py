"""Which messages have no text: blank ones, and those of which only a placeholder is left.

Platforms keep what was said for some time only, and tools that merge exports lose it.
"""

from __future__ import annotations

import polars as pl

_NOTHING = (
    r"(?i)^(?:(?:[^\p{L}\p{N}\p{So}]|\u{fffd})*|null|none|nan|n/?a|undefined|无|空"
    r"|#(?:name\?|ref!|value!|n/a|null!|num!)"
    r"|[\[【(（]?(?:该|此|本)?(?:条)?(?:聊天)?(?:消息|内容|记录)(?:内容)?(?:已|已经|被)"
    r"(?:过期|清理|清除|失效|删除|隐藏|加密)[\]】)）]?)$"
)
_LONGEST = 60
"""Bytes of the longest placeholder."""


_ENCODED = "|".join(
    (
        r"\\u[4-9][0-9a-fA-F]{3}|&#(?:x[4-9][0-9a-fA-F]{3}|(?:19[5-9]|[23]\d\d|40\d)\d\d);",
        r"(?i)^[^:/?]*%e[4-9]%[89ab][0-9a-f]%[89ab][0-9a-f]",  # as in an address, and it is none
        r"^[56][A-Za-z0-9+/]*[a-z][A-Za-z0-9+/]{10,}={0,2}$",  # base64
        r"[ä-é][\u{80}-\u{bf}‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€]{2}",  # UTF-8 read as Latin-1
        r"锟斤|[鐨鏄鍦鍚鎴锛銆]|\u{fffd}.*\u{fffd}",  # or as GBK: signs that nobody writes
    )
)
"""Characters as a program wrote their numbers or bytes; pictures are written as numbers as well."""


def silent() -> pl.Expr:
    """Boolean: `content` is null, holds no letter, digit or picture, or says itself that the text
    is gone; null where there is a text and its characters are written as numbers.
    """
    text = pl.col("content")
    short = pl.when(text.str.len_bytes() <= _LONGEST).then(text)
    nothing = text.is_null() | short.str.strip_chars().str.contains(_NOTHING).fill_null(False)
    encoded = text.str.contains(_ENCODED).fill_null(False)
    return pl.when(~encoded).then(nothing)
