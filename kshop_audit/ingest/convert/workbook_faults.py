"""What may be wrong with a workbook, in words for the operator."""

from __future__ import annotations

from kshop_audit.errors import DamagedFileError, InputError
from kshop_audit.ingest.files.container import LockedError, UnopenedError

MOST_CELLS = 100_000_000
"""More places for cells of one sheet do not fit into memory."""

OTHER_DOCUMENT = "Cannot find Workbook stream"
"""What the library says of a sound file of another program in the same container."""


def missing(name: str, extra: str) -> LockedError:
    """The error for a workbook without the extra that reads it."""
    command = f"pip install 'kshop-audit[{extra}]'"
    return LockedError(
        f"{name}：读工作簿需要附加组件；请执行 {command}，或另存为 CSV UTF-8（编号列设为文本）",
        f"{name}: a workbook, which needs an extra: {command}; or export it as CSV",
    )


def protected(name: str) -> LockedError:
    """The error for a workbook that needs a password."""
    command = "pip install 'kshop-audit[xlsx-password]'"
    return LockedError(
        f"{name}：工作簿有密码保护；请把密码放进环境变量，用 --password-env 变量名 读取"
        f"（需要 {command}），或去掉密码后再试",
        f"{name}: protected by a password; put it into an environment variable and give "
        f"--password-env NAME (needs {command}), or save the workbook without it",
    )


def sprawling(name: str) -> DamagedFileError:
    """The error for a sheet that would not fit into memory."""
    return DamagedFileError(
        f"{name}：有单元格离表格太远，整张表装不进内存；请删除多余的行列后另存，或导出为 CSV",
        f"{name}: a cell stands so far from the table that the sheet does not fit into memory; "
        "delete it, or export as CSV",
    )


def broken(name: str, detail: str) -> InputError:
    """The error for a workbook that cannot be opened; `detail`: what the library says of it.

    UnopenedError for a sound document of another program in the same container.
    """
    first = " ".join(detail.partition("\n")[0].split())
    if OTHER_DOCUMENT in first:
        return UnopenedError(
            f"{name}：不是 Excel 工作簿，是其他程序的文档；请从后台重新导出 CSV 或 XLSX",
            f"{name}: no workbook but a document of another program; export CSV or XLSX from the "
            "back office",
        )
    return DamagedFileError(
        f"{name}：工作簿已损坏，无法打开（{first}）；请重新导出",
        f"{name}: the workbook is broken and cannot be opened ({first}); export it again",
    )


def unplaced(name: str) -> DamagedFileError:
    """The error for merged cells of which it is not known where they are."""
    return DamagedFileError(
        f"{name}：有合并的单元格，但看不出合并到哪几行；请取消合并并填满每一行，另存为 XLSX 后再试",
        f"{name}: has merged cells, and it cannot be told over which rows; split them, fill every "
        "row, and save it as XLSX",
    )
