"""Which folders are shops: a folder that holds exports or a `shop.toml`, or the folders in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from kshop_audit.errors import InputError, UsageError
from kshop_audit.ingest.files.walk import may_hold_data, never_read

SETTINGS = "shop.toml"


def found(folders: Iterable[Path]) -> tuple[Path, ...]:
    """The shops below the folders, each once, in the order of the folders and of their names.

    UsageError for something that is no folder or holds no shop.
    """
    shops: dict[Path, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(
                f"{folder}：不是文件夹；请给出店铺的文件夹，或放着这些文件夹的文件夹",
                f"{folder}: is no folder; name the folder of a shop, or one of such folders",
            )
        own = list(_shops(folder))
        if not own:
            raise InputError(
                f"{folder}：里面没有店铺文件夹；每家店的导出文件应单独放一个文件夹",
                f"{folder}: holds no shop; the exports of each shop need a folder of their own",
            )
        for shop in own:
            shops.setdefault(shop.resolve(), shop)
    return tuple(shops.values())


def _shops(folder: Path) -> Iterator[Path]:
    """The folder, if it is a shop, else those in it; UsageError where that cannot be told."""
    entries = sorted(folder.iterdir())
    inner = [one for one in entries if one.is_dir() and not one.name.startswith(".")]
    own = [one for one in entries if _is_data(one)]
    filled = [one.name for one in inner if _holds_data(one)] if own else []
    if (folder / SETTINGS).is_file() or (own and not filled):
        yield folder
        return
    if own:
        file, other = own[0].name, filled[0]
        raise UsageError(
            f"{folder}：里面既有文件（{file}）又有带文件的文件夹（{other} 等），分不清是一家店还是"
            f"多家：多家就把文件挪走，一家就在里面放一个 {SETTINGS}（可以是空的）",
            f"{folder}: holds files ({file}) and folders with files ({other}, …), so it may be one "
            "shop or several: move the files away if it is several, or put a "
            f"{SETTINGS}, which may be empty, into it if it is one",
        )
    yield from inner


def _is_data(path: Path) -> bool:
    return may_hold_data(path) and not never_read(path.name) and path.is_file()


def _holds_data(folder: Path) -> bool:
    """Whether exports or settings lie in the folder itself."""
    return any(entry.name == SETTINGS or _is_data(entry) for entry in folder.iterdir())


def names(shops: Iterable[Path]) -> dict[Path, str]:
    """Shop → name of its reports: that of its folder, with a number where several share it."""
    taken: set[str] = set()
    found_names: dict[Path, str] = {}
    for shop in shops:
        base = shop.resolve().name or "shop"
        name, number = base, 1
        while name.casefold() in taken:  # file systems may not distinguish capitals
            number += 1
            name = f"{base}-{number}"
        taken.add(name.casefold())
        found_names[shop] = name
    return found_names
