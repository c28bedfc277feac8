"""Cells as expressions: text → value, two steps a type.

`odd` gives the text of the cells that do not have the type's usual form, freed of what exports
wrap around it, and null for all others; only these see the costly repairs of `read`. Both take
text that is never null; a value is null where the cell is empty or not understood.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from kshop_audit.ingest.cells.protection import EMPTY, FAILED, bare, unwrapped
from kshop_audit.ingest.headers.catalogue import cell_text

# Characters that no repair touches, and enough of them to be none of the words for nothing.
_PLAIN = r"[0-9A-Za-z_:@一-龥-]"
_PLAIN_ID = (
    rf"^(?:{_PLAIN}*[1-9]{_PLAIN}*|{_PLAIN}*[A-Za-z_]{_PLAIN}*0{_PLAIN}*"
    rf"|{_PLAIN}*0{_PLAIN}*[A-Za-z_]{_PLAIN}*|[A-Za-z_]{{5,}}|{_PLAIN}*[一-龥]{_PLAIN}*[一-龥]{_PLAIN}*)$"
)
_POWER_OF_TEN = r"^[+-]?(?:[0-9]+\.[0-9]*[eE][+-]?[0-9]+|[0-9]+[eE]\+[0-9]+)$"
_ENTITY = r"(?i)&(?:nbsp|ensp|emsp|quot|apos|#0*(?:160|8203|39|34)|#x0*(?:a0|200b|27|22));?"
_IN_QUOTES = r"^\"+([0-9A-Za-z_-]+)\"+$"
_HALF_QUOTED = r"^\"+[0-9A-Za-z_-]+$|^[0-9A-Za-z_-]+\"+$"
"""A code with a quote at one end: what stood at the other end is lost."""
_THOUSANDS = r"^[0-9]{1,3}(?:,[0-9]{3}){2,}(?:\.0+)?$"
_SEVERAL = r"^[0-9]{6,}(?:[,;、|/\s]+[0-9]{6,})+$"
"""Ids of several orders in one cell, once it is half width."""
_WHOLE_FLOAT = r"^([0-9]+)\.0+$"

PLAIN_MONEY = r"^-?[0-9]{1,15}(?:\.[0-9]{1,2})?$"
_CURRENCY = r"[¥\s]|元$|^(?:RMB|CNY|人民币)"
_MONEY = r"^[+-]?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{0,2}0*)?$"
_CENTS = r"^([^.]*\.[0-9][0-9])0+$"
NO_REFUND = "无退款申请"

# Any 18 digits are an Int64; of 19 some are not, so these take the second look.
PLAIN_WHOLE = r"^[+-]?[0-9]{1,18}$"
_WHOLE_NUMBER = (
    r"^([+-]?(?:[0-9]{1,19}|[0-9]{1,3}(?:,[0-9]{3}){1,6}))(?:\.0*)?\s*[星分件个天条次]?$"
)

_FLAGS = {
    "是": True, "有": True, "true": True, "t": True, "yes": True, "y": True, "1": True, "√": True,
    "否": False, "没有": False, "false": False, "f": False, "no": False, "n": False, "0": False,
    "×": False, "无": False, "预售": True, "非预售": False,
}  # fmt: skip


def odd_identifier(raw: pl.Expr) -> pl.Expr:
    """An id that is more than letters and digits."""
    rest: pl.Expr = pl.when(~raw.str.contains(_PLAIN_ID) & (raw != "")).then(raw)
    rest = bare(rest.str.replace_all(_ENTITY, "")).str.strip_chars_end("`")
    rest = rest.str.replace(_IN_QUOTES, "$1")
    number = rest.str.extract(_WHOLE_FLOAT, 1)
    thousands = pl.when(rest.str.contains(_THOUSANDS)).then(rest.str.replace_all(r"\..*|,", ""))
    return pl.coalesce(number, thousands, rest)


def identifier(raw: pl.Expr, odd: pl.Expr, key: bool) -> pl.Expr:
    """An id as text. A zero stands for "none", except in the column that identifies the row."""
    nothing = odd.is_in(EMPTY if key else (*EMPTY, "0"))
    fixed = pl.when(~nothing & ~is_damaged_identifier(odd)).then(odd)
    return pl.when(odd.is_null() & (raw != "")).then(raw).otherwise(fixed)


def is_damaged_identifier(odd: pl.Expr) -> pl.Expr:
    """Whether an id is in E-notation, a formula that failed, or left from a quoted text."""
    return odd.str.contains(_POWER_OF_TEN) | odd.is_in(FAILED) | is_half_quoted(odd)


def holds_several(text: pl.Expr) -> pl.Expr:
    """Whether several ids stand in a cell."""
    return text.str.normalize("NFKC").str.contains(_SEVERAL)


def is_half_quoted(text: pl.Expr) -> pl.Expr:
    """Whether a code has a quote at one end only."""
    return text.str.contains(_HALF_QUOTED)


def text(raw: pl.Expr) -> pl.Expr:
    """Text without what is around it; null for the words that mean nothing and for formulas that
    failed.
    """
    inside = unwrapped(raw)
    return pl.when(~inside.is_in((*EMPTY, *FAILED))).then(inside)


def verbatim(raw: pl.Expr) -> pl.Expr:
    """Text as it stands, for what people wrote: "无" is an answer; only nothing is null."""
    return pl.when(raw != "").then(raw)


def _lookup(raw: pl.Expr, known: Mapping[str, object], dtype: pl.DataType) -> pl.Expr:
    """Words → values; a word is first compared as it stands, then without its noise."""
    if not known:
        return pl.lit(None, dtype)
    found = exact(raw, known, dtype)
    rest: pl.Expr = pl.when(found.is_null() & (raw != "")).then(raw)
    rest = unwrapped(rest).str.normalize("NFKC")
    rest = rest.str.replace_all(r"[\s\p{Cf}]+", "").str.to_lowercase()
    return found.fill_null(exact(rest, known, dtype))


def exact(raw: pl.Expr, known: Mapping[str, object], dtype: pl.DataType) -> pl.Expr:
    """Words → values, compared as they stand; `known` holds at least one word."""
    return raw.replace_strict(known, default=None, return_dtype=dtype)


def codes(own: tuple[str, ...], values: Mapping[str, str]) -> dict[str, str]:
    """The words of a code column: the codes themselves and the words for them."""
    return {**{word: word for word in own}, **values}


def flags(values: Mapping[str, str]) -> dict[str, bool]:
    """The words for yes and no; `values` are the operator's own, for "true" or "false"."""
    own = {word: meaning.lower() in ("true", "1", "yes") for word, meaning in values.items()}
    return {**_FLAGS, **own}


def code(raw: pl.Expr, own: tuple[str, ...], values: Mapping[str, str]) -> pl.Expr:
    """A code of the column's vocabulary, from the code itself or from a word for it."""
    return _lookup(raw, codes(own, values), pl.String())


def flag(raw: pl.Expr, values: Mapping[str, str]) -> pl.Expr:
    """Yes or no."""
    return _lookup(raw, flags(values), pl.Boolean())


def left_over(raw: pl.Expr, value: pl.Expr) -> pl.Expr:
    """The bare text of a cell that has no value though it is not empty, else null."""
    rest = unwrapped(pl.when(value.is_null() & (raw != "")).then(raw))
    return pl.when(~rest.is_in(EMPTY)).then(rest)


def odd_money(raw: pl.Expr) -> pl.Expr:
    """An amount with a sign of the currency, thousands, or more than two decimals."""
    rest = bare(pl.when(~raw.str.contains(PLAIN_MONEY) & (raw != "")).then(raw))
    return rest.str.replace_all(_CURRENCY, "")


def money(raw: pl.Expr, odd: pl.Expr) -> pl.Expr:
    """An amount in yuan → fen, exactly; null with more decimals than a fen has."""
    amount: pl.Expr = pl.when(odd.str.contains(_MONEY)).then(odd)
    amount = amount.str.replace_all(",", "", literal=True).str.replace(_CENTS, "$1")
    return fen(pl.when(odd.is_null()).then(raw).otherwise(amount))


def fen(yuan: pl.Expr) -> pl.Expr:
    """Text of an amount with at most two decimals → fen; null where it is no number."""
    return (yuan.cast(pl.Decimal(20, 2), strict=False) * 100).cast(pl.Int64, strict=False)


def odd_whole(raw: pl.Expr) -> pl.Expr:
    """A number that is more than digits."""
    return bare(pl.when(~raw.str.contains(PLAIN_WHOLE) & (raw != "")).then(raw))


def whole(raw: pl.Expr, odd: pl.Expr) -> pl.Expr:
    """A whole number; null beyond Int64."""
    number = odd.str.extract(_WHOLE_NUMBER, 1).str.replace_all(",", "", literal=True)
    return pl.when(odd.is_null()).then(raw).otherwise(number).cast(pl.Int64, strict=False)


def words(values: Mapping[str, str]) -> dict[str, str]:
    """The operator's words in the form in which cells are compared."""
    return {**values, **{cell_text(word): meaning for word, meaning in values.items()}}
