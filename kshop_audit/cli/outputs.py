"""Where results may be written: nowhere near the inputs, and known before the work is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kshop_audit.cli import formats
from kshop_audit.cli.stopping import replacing
from kshop_audit.errors import UsageError, os_reason
from kshop_audit.model.frozen import frozen

if TYPE_CHECKING:
    from kshop_audit.ingest import Request
    from kshop_audit.model.report import Report
    from kshop_audit.report.formats import Format


@frozen
class OutTarget:
    """A file of `--out` and its format."""

    path: Path
    format: Format


@frozen
class Outputs:
    """The report files of `--out` and the folder of `--evidence`."""

    reports: tuple[OutTarget, ...]
    evidence: Path | None

    @property
    def heat(self) -> bool:
        """Whether a format shows figures by weekday and hour."""
        return any(target.format.heat for target in self.reports)

    @property
    def places(self) -> bool:
        """Whether a format shows the rows that speak against the shop."""
        return any(target.format.places for target in self.reports)


@frozen
class _Inputs:
    """What must not be touched, links followed: folders with all they hold, and single files."""

    folders: frozenset[Path]
    files: frozenset[Path]


def outputs_of(
    out: Sequence[str], evidence: Path | None, request: Request, history: Path | None = None
) -> Outputs:
    """The places to write to; UsageError for one that is of no use or among the inputs."""
    reports = files_of(out)
    if reports or evidence is not None or history is not None:
        inputs = _inputs(request)
        for target in reports:
            _keep_out(f"--out {target.path}", target.path, inputs)
        if history is not None:
            _keep_out(f"--history {history}", history, inputs)
        if evidence is not None:
            _evidence(evidence, inputs)
    return Outputs(reports, evidence)


def keep_out(what: str, path: Path, request: Request) -> None:
    """UsageError for a file that must not be written: it lies among the inputs, or nowhere."""
    if not path.absolute().parent.is_dir():
        raise UsageError(f"{what}：文件夹不存在", f"{what}: its folder does not exist")
    _keep_out(what, path, _inputs(request))


def files_of(out: Sequence[str]) -> tuple[OutTarget, ...]:
    """The files of `--out`, each once; UsageError for one that cannot be written as it is named."""
    return tuple(dict.fromkeys(_report(name) for name in out if name != "-"))


def _report(name: str) -> OutTarget:
    path, found = formats.file_of(name)
    if not path.absolute().parent.is_dir():
        raise UsageError(f"--out {name}：文件夹不存在", f"--out {name}: its folder does not exist")
    return OutTarget(path, found)


def _inputs(request: Request) -> _Inputs:
    """The audited folders, those of the files that were named, and every file to be read."""
    from kshop_audit.ingest.files.walk import find_files

    found = find_files(request)
    folders = {path.resolve() for path in request.paths if path.is_dir()}
    for file in found:
        if file.named:
            folders |= {place.parent for place in _places(file.path)}
    return _Inputs(
        frozenset(folders), frozenset(place for file in found for place in _places(file.path))
    )


def _places(path: Path) -> Iterable[Path]:
    """Where a path leads and where it stands: a link into the inputs is as bad as one in them."""
    return {path.resolve(), path.absolute().parent.resolve() / path.name}


def _keep_out(what: str, path: Path, inputs: _Inputs) -> None:
    for place in _places(path):
        if place in inputs.files:
            raise UsageError(f"{what}：不能覆盖输入文件", f"{what}: this would overwrite an input")
        for folder in inputs.folders:
            if place.is_relative_to(folder):
                raise UsageError(
                    f"{what}：在输入数据的文件夹 {folder} 里，请写到别处",
                    f"{what}: lies in the folder of the inputs, {folder}; write it elsewhere",
                )


def _evidence(folder: Path, inputs: _Inputs) -> None:
    what = f"--evidence {folder}"
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{what}：不是文件夹", f"{what}: is not a folder")
    _keep_out(what, folder, inputs)
    # A link in an audited folder may lead to a file that stands where the evidence is to go.
    held = next((file for file in inputs.files if file.parent == folder.resolve()), None)
    if held is not None:
        raise UsageError(
            f"{what}：里面有输入文件 {held.name}，请写到别处",
            f"{what}: holds the input {held.name}; write it elsewhere",
        )


def save(target: OutTarget, report: Report, lang: str, flag: str = "--out") -> None:
    """Write the report to the file of a flag, in its format."""
    save_bytes(target.path, target.format.content(report, lang), flag)


def save_bytes(path: Path, data: bytes, flag: str = "--out") -> None:
    """Write the file of a flag, whole or not at all; UsageError if it cannot be written."""
    try:
        with replacing(path) as part:
            part.write_bytes(data)
    except OSError as error:
        raise UsageError(
            f"{flag} {path}：写不了：{os_reason(error).zh}",
            f"{flag} {path}: cannot be written: {os_reason(error).en}",
        ) from error
