"""From bytes to UTF-8 text: BOM, then strict UTF-8 over the whole file, then GB18030.

Detectors of encodings are wrong on short GB18030 samples, so every step is a trial over the whole
file, and GB18030 counts only if the header is recognised in it. The result is a UTF-8 file: the
input itself where it is one, else a copy in the scratch folder, made block by block.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

import polars as pl

from kshop_audit.errors import ConfigError, DamagedFileError, InputError
from kshop_audit.ingest.files.container import BLOCK
from kshop_audit.model.frozen import frozen
from kshop_audit.model.patterns import regex

HEAD = 1 << 20
"""Bytes in which the header is looked for."""

UTF8 = "utf-8"
UTF8_BOM = "utf-8-sig"
GB18030 = "gb18030"
BIG5 = "big5"
# Words of headers that are written otherwise in simplified Chinese, or are in both.
_TRADITIONAL = regex("訂單|編號|時間|狀態|訊息|內容|發貨|出貨|付款|數量|金額|買家|客服|退款")
FEWEST = 2
"""So many different ones; bytes of another encoding make one of them by chance at most."""
_FIRST = 1 << 14
_MOST_MARKS = 4
_BOMS = (
    # Before UTF-16, with whose mark that of UTF-32 begins.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, UTF8_BOM),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# GB18030 is the superset; the older names fail on the euro sign, emoji and rare characters.
_OLDER = {"gbk": GB18030, "gb2312": GB18030, "cp936": GB18030, "936": GB18030}


class UnknownEncodingError(InputError):
    """A file is neither UTF-8 nor GB18030 with a known header."""


Recognises = Callable[[str], bool]


@frozen
class Decoded:
    """A UTF-8 file. `start`: bytes of its BOM. `sound`: known to be UTF-8 throughout.

    A file that declares its encoding has not been looked at as a whole: `csv_check` does that where
    it can, and `is_damaged` does for the others.
    """

    path: Path
    encoding: str
    start: int
    sound: bool


def head_of(path: Path, start: int) -> str:
    """The first part of a UTF-8 file as text, undecodable bytes kept as lone surrogates."""
    with path.open("rb") as file:
        file.seek(start)
        block = file.read(HEAD)
    if len(block) == HEAD:  # do not end inside a character or a row
        block = block[: block.rfind(b"\n") + 1] or block
    return block.decode(UTF8, "surrogateescape")


def likely_text(path: Path) -> str:
    """The first part of a file whose encoding was not found, as what it most likely is."""
    with path.open("rb") as file:
        sample = file.read(HEAD)
    marked = next((encoding for bom, encoding in _BOMS if sample.startswith(bom)), None)
    if marked is None:
        marked = UTF8 if _mostly_utf8(sample.decode(UTF8, "surrogateescape")) else GB18030
    return sample.decode(marked, "replace")


def _is_utf8(path: Path) -> bool:
    """Whether the whole file is UTF-8."""
    rest = b""
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            block = rest + block
            # A block must not end inside a character; none is longer than four bytes.
            end = next((n for n in range(1, 5) if block[-n:][0] & 0xC0 != 0x80), 4)
            block, rest = block[:-end], block[-end:]
            if not are_utf8(pl.Series([block])):
                return False
    return are_utf8(pl.Series([rest]))


def are_utf8(blocks: pl.Series) -> bool:
    """Whether bytes are UTF-8: the engine says so five times as fast as a decoder."""
    try:
        blocks.cast(pl.String)
    except pl.exceptions.ComputeError:
        return False
    return True


def is_damaged(decoded: Decoded) -> bool:
    """Whether some bytes of the file are no UTF-8."""
    return not decoded.sound and not _is_utf8(decoded.path)


def transcode(path: Path, encoding: str, target: Path) -> None:
    """Write the text of a file as UTF-8 without BOM; UnicodeDecodeError if it is not `encoding`."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb", buffering=0) as file, target.open("wb") as out:
        begun = False
        while block := file.read(BLOCK):
            text = decoder.decode(block)
            text = text if begun else text.lstrip("\ufeff")
            begun = begun or bool(text)
            out.write(text.encode(UTF8))
        out.write(decoder.decode(b"", final=True).encode(UTF8))


def known_encoding(encoding: str) -> str:
    """The codec for an encoding given by the operator; ConfigError if there is none."""
    name = encoding.strip().lower()
    name = _OLDER.get(name, name)
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise ConfigError(
            f"未知的编码“{encoding}”；可用 utf-8、gb18030、utf-16",
            f"unknown encoding {encoding!r}; use utf-8, gb18030 or utf-16",
        ) from error


def undecodable(name: str, encoding: str) -> DamagedFileError:
    """The error for a file whose bytes are not text in its encoding."""
    return DamagedFileError(
        f"{name}：无法按 {encoding} 解码；请重新导出，或用 --encoding 指定编码",
        f"{name}: cannot be decoded as {encoding}; export again or give --encoding",
    )


def _copy(path: Path, name: str, encoding: str, target: Path) -> Decoded:
    try:
        transcode(path, encoding, target)
    except UnicodeError as error:
        raise undecodable(name, encoding) from error
    return Decoded(target, encoding, 0, sound=True)


def _mostly_utf8(head: str) -> bool:
    """Whether more Chinese was read than bytes failed; not so in GB18030.

    Chinese has three bytes a character in UTF-8; pairs of GB18030 pass for characters of two.
    """
    bad = sum("\x7f" < char < "\u0800" or "\udc80" <= char <= "\udcff" for char in head)
    good = sum(char >= "\u0800" and not "\udc80" <= char <= "\udcff" for char in head)
    return good > bad


def _some_utf8(head: str) -> bool:
    """Whether a line is Chinese in UTF-8 throughout: in GB18030 hardly any line passes for that."""
    return any(
        sum(char >= "\u4e00" for char in line) > 2
        and not any("\udc80" <= char <= "\udcff" or "\x7f" < char < "\u0800" for char in line)
        for line in head.split("\n")
    )


_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


def _wide(path: Path, recognises: Recognises) -> str | None:
    """UTF-16 or UTF-32 without a BOM, whose ASCII characters have NUL bytes."""
    with path.open("rb") as file:
        sample = file.read(HEAD)
    if b"\0" not in sample[:4096]:
        return None
    return next((form for form in _WIDE if recognises(sample.decode(form, "replace"))), None)


def _without_bom(path: Path, name: str, recognises: Recognises, target: Path) -> Decoded:
    wide = _wide(path, recognises)
    if wide is not None:
        return _copy(path, name, wide, target)
    if _is_utf8(path):
        return Decoded(path, UTF8, 0, sound=True)
    head = head_of(path, 0)
    utf8 = _mostly_utf8(head) or _some_utf8(head)
    if recognises(head) and (utf8 or not _ascii_header(head, recognises)):
        return Decoded(path, UTF8, 0, sound=False)
    with path.open("rb") as file:
        sample = file.read(HEAD).decode(GB18030, "replace")
    if recognises(sample):
        return _copy(path, name, GB18030, target)
    if _is_big5(path):
        raise UnknownEncodingError(
            f"{name}：看来是繁体中文的 Big5 编码；请从后台重新导出（简体，UTF-8），"
            "或用 --encoding big5 指定，并在 shop.toml 的 [inputs.<类别>.columns] 写明列名",
            f"{name}: seems to be Big5, traditional Chinese; export it again in simplified Chinese "
            "as UTF-8, or give --encoding big5 and map its columns in [inputs.<kind>.columns] of "
            "shop.toml",
        )
    raise UnknownEncodingError(
        f"{name}：既不是 UTF-8，也没有在 GB18030 下识别出表头；请重新导出，"
        "或用 --encoding 指定编码",
        f"{name}: not UTF-8, and no known header when read as GB18030; export again or give "
        "--encoding",
    )


def _is_big5(path: Path) -> bool:
    """Whether a header in traditional Chinese shows once the bytes are read as Big5."""
    with path.open("rb") as file:
        sample = file.read(_FIRST).decode(BIG5, "ignore")
    return len(set(_TRADITIONAL.findall(sample))) >= FEWEST


def _ascii_header(head: str, recognises: Recognises) -> bool:
    """Whether the header is recognised from its ASCII letters alone: true in either encoding."""
    return recognises(head.encode("ascii", "ignore").decode("ascii"))


_DOUBLED, _LINE = b"\r\r\n", b"\r\n"


def evened(decoded: Decoded, target: Path) -> Decoded:
    """The file with each line end of CR CR LF as CR LF, if it has no other ones; else as it is.

    A program that takes CR LF for a line end of its own writes another CR before each.
    """
    with decoded.path.open("rb") as file:
        head = file.read(_FIRST)
        if _DOUBLED not in head or head.count(b"\n") != head.count(_DOUBLED):
            return decoded
        file.seek(0)
        rest = b""
        with target.open("wb") as out:
            while block := file.read(BLOCK):
                block = rest + block
                end = len(block.rstrip(b"\r"))  # a line end must not stand in two blocks
                block, rest = block[:end], block[end:]
                if block.count(b"\n") != block.count(_DOUBLED):
                    return decoded
                out.write(block.replace(_DOUBLED, _LINE))
            out.write(rest)
    return Decoded(target, decoded.encoding, decoded.start, decoded.sound)


def _unmarked(first: bytes) -> bytes:
    """The first bytes of UTF-8 without byte order marks, of which some programs write several."""
    while first.startswith(codecs.BOM_UTF8):
        first = first.removeprefix(codecs.BOM_UTF8)
    return first


def decode(
    path: Path, name: str, forced: str | None, recognises: Recognises, target: Path
) -> Decoded:
    """Find the encoding of a text file and give back a UTF-8 file.

    `recognises` tells whether a text begins with a known header. Raises DamagedFileError for a
    file that is not in the encoding its BOM or the operator names, InputError if nothing fits.
    """
    with path.open("rb") as file:
        first = file.read(_MOST_MARKS * len(codecs.BOM_UTF8))
    marked = next((encoding for bom, encoding in _BOMS if first.startswith(bom)), None)
    encoding = known_encoding(forced) if forced else marked
    if encoding is None:
        return _without_bom(path, name, recognises, target)
    if encoding in (UTF8, UTF8_BOM):
        start = len(first) - len(_unmarked(first))
        return Decoded(path, UTF8_BOM if start else UTF8, start, sound=False)
    return _copy(path, name, encoding, target)
