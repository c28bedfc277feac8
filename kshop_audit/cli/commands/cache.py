"""`cache info|clear`: what is kept between runs, and how to be rid of it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kshop_audit.cli import printing
from kshop_audit.cli.binding import Options, option, takes
from kshop_audit.cli.language import say
from kshop_audit.errors import EXIT_OK, UsageError
from kshop_audit.model.frozen import frozen

if TYPE_CHECKING:
    from kshop_audit.cache.store import Store

_MEGABYTE = 1_000_000


@frozen(slots=False, kw_only=True)
class CacheOptions(Options):
    """What to do with the cache."""

    what: Annotated[
        Literal["info", "clear"], typer.Argument(metavar="info|clear", show_default=False)
    ]
    format: Annotated[
        Literal["text", "json"], option("--format", "标准输出的格式", "format on stdout")
    ] = "text"


def register(app: typer.Typer) -> None:
    """Put the command into the application."""
    app.command(
        "cache",
        help=say(
            "缓存：info 看位置和大小，clear 清空（随时可删，不影响结果）。",
            "The cache: info shows where it is and how large, clear empties it (safe at any "
            "time, no result depends on it).",
        ),
    )(takes(CacheOptions)(_cache))


def _cache(options: CacheOptions) -> int:
    from kshop_audit.cli.caching import store

    kept = store()
    if options.what == "clear":
        _clear(kept)
    shown = _as_json(kept) if options.format == "json" else _as_text(kept, options.spoken)
    if options.format == "json":
        printing.emit_data(shown)
    else:
        printing.emit(shown)
    return EXIT_OK


def _clear(kept: Store) -> None:
    left = kept.clear()
    if left:
        raise UsageError(
            f"{kept.folder}：有 {left} 个文件删不掉；请检查文件夹的权限",
            f"{kept.folder}: {left} files cannot be deleted; check who may write to the folder",
        )


def _as_json(kept: Store) -> str:
    usage = kept.extent()
    table = {
        "folder": str(kept.folder),
        "entries": usage.entries,
        "bytes": usage.size,
        "limit": kept.limit,
        "days": kept.days,
        "oldest": _moment(usage.oldest),
        "newest": _moment(usage.newest),
    }
    return json.dumps(table, ensure_ascii=False, indent=2) + "\n"


def _as_text(kept: Store, lang: str) -> str:
    usage = kept.extent()
    size = f"{usage.size / _MEGABYTE:.1f}"
    limit = kept.limit // _MEGABYTE
    if lang == "en":
        lines = [
            f"folder   {kept.folder}",
            f"entries  {usage.entries}",
            f"size     {size} MB of at most {limit} MB",
            f"ends     after {kept.days} days",
        ]
    else:
        lines = [
            f"位置  {kept.folder}",
            f"条目  {usage.entries}",
            f"大小  {size} MB（上限 {limit} MB）",
            f"期限  每条最多保留 {kept.days} 天",
        ]
    return "\n".join(lines) + "\n"


def _moment(second: int | None) -> str | None:
    from kshop_audit.model.moments import SHANGHAI

    if second is None:
        return None
    return datetime.fromtimestamp(second, SHANGHAI).replace(tzinfo=None).isoformat(sep=" ")
