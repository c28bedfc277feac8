#!/usr/bin/env python3
"""Write the example shops of ``sample_data/``, or check that the committed ones are up to date.

    python scripts/make_sample_data.py [--out sample_data] [--check]

The same source gives the same bytes on every machine and Python version. After writing, the
files are read back and measured; the figures are printed, and the run fails if a shop does not
show what its folder is named for.
"""

import argparse
import sys
from pathlib import Path

from sample_data.write import csv_bytes

from sample_data import damaged, platforms, report, shops

# Written by hand, so not compared.
BY_HAND = {"README.md", ".gitattributes"}


def build() -> dict[str, bytes]:
    """Path relative to the output folder → content, for all shops."""
    found: dict[str, bytes] = {}
    waybills: set[str] = set()
    for spec in (shops.HEALTHY, shops.FAILING, shops.CLOSING):
        shop = shops.build(spec, waybills)
        files = {name: csv_bytes(*table) for name, table in shops.tables(shop).items()}
        rows = report.read(files)
        print_shop(spec.folder, report.describe(rows))
        report.insist(spec.folder, rows)
        declared = shops.declared_return(shop) if spec.folder == "healthy" else None
        files["shop.toml"] = shops.shop_toml(shop, declared).encode()
        found |= {f"{spec.folder}/{name}": data for name, data in files.items()}
    export = damaged.build(waybills)
    print_shop("damaged", report.describe(export.clean) + export.ledger)
    report.insist("damaged", export.clean)
    found |= {f"damaged/{name}": data for name, data in export.files.items()}
    for folder, (toml, tables) in platforms.build(waybills).items():
        counts = [f"{name}: {len(rows)} rows" for name, (_, rows) in tables.items()]
        print_shop(folder, counts)
        files = {name: csv_bytes(*table) for name, table in tables.items()}
        files["shop.toml"] = toml.encode()
        found |= {f"{folder}/{name}": data for name, data in files.items()}
    return found


def print_shop(folder: str, lines: list[str]) -> None:
    print(f"[{folder}]")
    for line in lines:
        print(f"  {line}")


def differences(out: Path, wanted: dict[str, bytes]) -> list[str]:
    present = {
        path.relative_to(out).as_posix()
        for path in out.rglob("*")
        if path.is_file() and path.name not in BY_HAND
    }
    changed = [
        name for name in wanted if name in present and (out / name).read_bytes() != wanted[name]
    ]
    return (
        [f"missing: {name}" for name in sorted(wanted.keys() - present)]
        + [f"unexpected: {name}" for name in sorted(present - wanted.keys())]
        + [f"differs: {name}" for name in sorted(changed)]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Write or check the example shops.")
    parser.add_argument("--out", type=Path, default=Path("sample_data"))
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if files differ")
    options = parser.parse_args()
    wanted = build()
    if options.check:
        found = differences(options.out, wanted)
        print("\n".join(found), file=sys.stderr)
        return 1 if found else 0
    for name, data in wanted.items():
        path = options.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
