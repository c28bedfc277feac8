"""Files of other programs that lie among exports: what they are and what to do instead."""

from __future__ import annotations

from collections.abc import Iterable

from kshop_audit.model.metadata import Text


def _archive(sort: str) -> Text:
    return Text(
        f"{sort} 压缩包，不能直接读取；请先解压，再给出其中的文件",
        f"a {sort} archive, which is not read; unpack it and give its files",
    )


def _document(zh: str, en: str) -> Text:
    return Text(
        f"内容是{zh}，不是数据表；请从后台重新导出 CSV 或 XLSX",
        f"holds {en}, not a table; export CSV or XLSX from the back office",
    )


_PAGE = Text(
    "是存成一个文件的网页（MHT），不能读取；聊天记录请在 QQ 等软件里导出为文本文件（.txt）",
    "a page saved as one file (MHT), which is not read; export conversations as text (.txt)",
)
_PICTURE = _document("图片", "a picture")
_MAGIC = (
    (0, b"Rar!\x1a\x07", _archive("RAR")),
    (0, b"7z\xbc\xaf\x27\x1c", _archive("7z")),
    (4, b"1AY&SY", _archive("bzip2")),
    (0, b"\xfd7zXZ\x00", _archive("xz")),
    (0, b"\x28\xb5\x2f\xfd", _archive("zstd")),
    (257, b"ustar", _archive("tar")),
    (0, b"From: <Save", _PAGE),
    (0, b"MIME-Version:", _PAGE),
    (0, b"%PDF-", _document(" PDF 文档", "a PDF document")),
    (0, b"\xff\xd8\xff", _PICTURE),
    (0, b"\x89PNG\r\n\x1a\n", _PICTURE),
    (0, b"GIF8", _PICTURE),
)
"""Where these bytes stand, and what a file is that has them there."""

_ZEROS = Text(
    "内容全是空字节（NUL），下载没有完成；请重新下载",
    "holds nothing but NUL bytes, the download went wrong; download it again",
)
_PARTS = {
    "word/document.xml": _document(" Word 文档", "a Word document"),
    "ppt/presentation.xml": _document("演示文稿", "slides"),
    "content.xml": Text(
        "是 OpenDocument 文件，不能读取；请用表格软件另存为 XLSX 或 CSV UTF-8",
        "an OpenDocument file, which is not read; save it as XLSX or CSV UTF-8",
    ),
    "Index/Document.iwa": Text(
        "是 Numbers 等苹果文档，不能读取；请另存为 XLSX 或 CSV",
        "a document of Numbers or its kin, which is not read; save it as XLSX or CSV",
    ),
}

UNKNOWN = _document("其他程序的文件", "a file of another program")


def by_start(start: bytes) -> Text | None:
    """What a file is and what to do, by its first bytes; None if it may hold a table."""
    if start and not start.strip(b"\0"):
        return _ZEROS
    return next((text for at, magic, text in _MAGIC if start.startswith(magic, at)), None)


def by_parts(names: Iterable[str]) -> Text | None:
    """The same for a zip, by the names in it."""
    held = frozenset(names)
    return next((text for name, text in _PARTS.items() if name in held), None)
