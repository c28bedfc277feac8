"""What spreadsheets and platforms wrap around a value, and the words that mean "nothing"."""

from __future__ import annotations

import polars as pl

_NOTHING = (
    "-", "--", "---", "—", "——", "/", "无", "(无)", "nan", "null", "none", "n/a",
    "nat", "<na>",
    "****", "***", "*****",
)  # fmt: skip


_CASED = {"nan": "NaN", "nat": "NaT"}
"""As programs write them."""


def _spellings(word: str) -> set[str]:
    """A word in every case, half and full width: comparing is far cheaper than normalising."""
    cases = {word, word.upper(), word.capitalize(), _CASED.get(word, word)}
    wide = {ord(" ") + n: 0xFEE0 + ord(" ") + n for n in range(1, 95)}
    return cases | {text.translate(wide) for text in cases}


EMPTY = ("", *sorted({spelling for word in _NOTHING for spelling in _spellings(word)}))
"""Cells that hold nothing, once trimmed."""

HOLLOW = ("'", "‘", "’", "`", '=""')
"""Protection around nothing."""

FAILED = (
    "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!",
    "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#EXTERNAL!", "#PYTHON!",
)  # fmt: skip
"""What a spreadsheet shows where a formula failed; the value is lost, there may have been one."""

# White space, tabs, byte order marks, zero-width and control characters.
BLANKS = (
    "".join(map(chr, range(0x21)))
    + "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d"
    + "\u200e\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\x7f\x85"
)


def trim(text: pl.Expr) -> pl.Expr:
    """Text without blanks of any sort around it."""
    return text.str.strip_chars(BLANKS)


_FORMULA = r'^="(?:[^"]|"")*"$'


def unwrapped(text: pl.Expr) -> pl.Expr:
    """A word or text without blanks and protection around it, else as it stands: ="…" as a whole,
    an apostrophe in front that none at the end answers.
    """
    text = trim(text)
    quoted = (
        text.str.strip_prefix('="').str.strip_suffix('"').str.replace_all('""', '"', literal=True)
    )
    sign = text.str.starts_with("'") & (~text.str.ends_with("'") | (text == "'"))
    inside = pl.when(text.str.contains(_FORMULA)).then(quoted)
    return trim(inside.when(sign).then(text.str.strip_prefix("'")).otherwise(text))


def bare(text: pl.Expr) -> pl.Expr:
    """Text without the protection of spreadsheets: tab, apostrophe, ="…"; half width (NFKC)."""
    text = trim(text.str.normalize("NFKC"))
    # A quote at the end alone protects nothing: it is left from a row that was torn apart.
    inside = text.str.strip_prefix('="').str.strip_chars_end('"')
    text = pl.when(text.str.starts_with('="')).then(inside).otherwise(text)
    return trim(text.str.strip_chars_start("'‘’`"))
