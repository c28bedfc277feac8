"""The laws of the house, each as a check over the source or over a whole run.

A law that only a page states is broken within a month; what stands here cannot be.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import grimp
import pytest

from kshop_audit import packs, rules
from kshop_audit.model.metadata import Provenance
from kshop_audit.model.schema import TABLES
from kshop_audit.report.formats import FORMATS
from kshop_audit.rules import catalogue
from tests.laws.source_tree import (
    PACKAGE,
    PROJECT,
    ROOT,
    SOURCES,
    called,
    functions,
    name_of,
    nodes,
    under,
)

# ------------------------------------------------------------------ 1. imports go one way


def test_import_contracts_hold() -> None:
    command = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [command, "--no-cache"], capture_output=True, cwd=ROOT, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def contract(name: str) -> dict[str, Any]:
    return next(c for c in PROJECT["tool"]["importlinter"]["contracts"] if c["id"] == name)


def test_every_family_is_under_contract() -> None:
    assert set(contract("families")["modules"]) == set(rules.families())


def test_no_renderer_imports_another() -> None:
    """What several formats share is a view; a renderer is whatever makes a page of a result."""
    making = {
        "kshop_audit." + name_of(path).removesuffix(".py").replace("/", ".")
        for path in under("report")
        if name_of(path) != "report/formats.py"
        and {function.name for function in functions(path)} & {"render", "changes"}
    }
    assert {f"kshop_audit.report.{entry.module}" for entry in FORMATS} <= making
    graph = grimp.build_graph("kshop_audit", cache_dir=None)
    found = [
        (importer, imported)
        for importer in making
        for imported in making - {importer}
        if graph.chain_exists(importer=importer, imported=imported)
    ]
    assert found == []


def loaded(script: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after the script."""
    stated = subprocess.run(
        [sys.executable, "-c", f"import sys\n{script}\nprint('\\n' + ' '.join(sys.modules))"],
        capture_output=True, cwd=ROOT, text=True, check=True, timeout=300,
    )  # fmt: skip
    return {name.partition(".")[0] for name in stated.stdout.splitlines()[-1].split()}


HEAVY = {"polars", "pydantic"}


def test_figures_and_renderers_run_without_polars() -> None:
    light = (
        "codec errors judging.verdict masking model packs comparing.compare report.text.terminal"
    )
    script = "\n".join(f"import kshop_audit.{name}" for name in light.split())
    assert not loaded(script) & HEAVY


def test_help_loads_neither_polars_nor_the_configuration() -> None:
    """The page of a command makes Typer load pydantic for itself; the first page does not."""
    assert not loaded("from kshop_audit.cli import main\nmain(['--help'])") & HEAVY
    listed = ("check", "close", "doctor", "insights", "aspects", "rules", "rule", "schema")
    commands = [[name] for name in listed]
    script = "from kshop_audit.cli import main\n" + "\n".join(
        f"assert main({[*words, '--help']}) == 0" for words in commands
    )
    script += "\nassert 'kshop_audit.config' not in sys.modules"
    assert "polars" not in loaded(script)


# ------------------------------------------------------------------ 2. one place collects

COLLECTS = {
    ("plan/read.py", "rows_of", "collect"),
    ("plan/read.py", "_in_order", "collect"),
    ("plan/duplicates.py", "_without_key", "collect"),
    ("plan/duplicates.py", "related_files", "collect"),
    ("plan/doubts.py", "largest_burst", "collect"),
    ("plan/engine.py", "collected", "collect_all"),
}
"""Every place that computes a frame: a file is read, its keys are settled, the rules are run."""
EAGER = {"collect", "collect_all", "collect_async", "collect_batches", "fetch", "profile"}
SHAPING = {
    "filter", "join", "join_asof", "join_where", "sort", "sort_by", "group_by", "group_by_dynamic",
    "over", "rolling", "unique", "explode", "top_k", "bottom_k", "concat",
}  # fmt: skip
CALLBACKS = {
    "apply", "map_elements", "map_batches", "map_groups", "map_rows", "sink_batches", "pipe",
    "register_plugin_function", "register_io_source",
}  # fmt: skip


def test_only_the_plan_collects() -> None:
    found = set()
    for path in SOURCES:
        for function in functions(path):
            for node in ast.walk(function):
                if isinstance(node, ast.Attribute) and node.attr in EAGER:
                    found.add((name_of(path), function.name, node.attr))
    assert found == COLLECTS


def test_rules_shape_no_frames() -> None:
    """A rule names units and conditions; joins, groups and sorts are facts."""
    found = [
        place
        for place, name, call in called(under("rules"))
        if (name in SHAPING or name in EAGER) and not joins_texts(call)
    ]
    assert found == []


def joins_texts(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Constant)


def test_what_a_run_writes_for_itself_is_removed_however_it_ends() -> None:
    """A run that is stopped clears up what `stopping` knows of, and nothing else.

    The processes of a fleet write into a folder that `stopping` knows, or that their worker clears.
    A program that calls the Python interface has its own way of being stopped.
    """
    making = {"TemporaryDirectory", "NamedTemporaryFile", "TemporaryFile", "mkdtemp", "mkstemp"}
    places = {place.partition(":")[0] for place, name, _ in called(SOURCES) if name in making}
    assert places == {"fleet/guarded.py", "fleet/task.py", "interface.py"}


def test_no_python_function_runs_over_rows() -> None:
    """But for the closer look at messages, which sees the few that expressions let through."""
    found = [
        (place.partition(":")[0], name)
        for place, name, call in called(SOURCES)
        if name in CALLBACKS and ast.unparse(call.func) != "os.pipe"
    ]
    assert found == [
        ("facts/chat/second_look.py", "map_batches"),
        ("facts/contacts.py", "map_batches"),
    ]


# ------------------------------------------------------------------ 3. every file is read once


def test_a_file_is_scanned_in_one_place() -> None:
    scanning = [
        (place.partition(":")[0], name)
        for place, name, _ in called(SOURCES)
        if name.startswith(("scan_", "read_csv", "read_parquet", "read_ipc"))
    ]
    # What the program wrote itself is no input.
    assert scanning == [("cache/frames.py", "read_ipc"), ("ingest/decode/raw.py", "scan_csv")]


# ------------------------------------------------------------------ 4. exact and never guessed

EXACT = ("packs", "rules", "judging", "comparing", "facts", "plan", "ingest")
DISPLAY = {
    "interface.py",
    "report/page/charts.py",
    "judging/judge.py",
    "codec.py",
    "model/figures.py",
    "projection/showing.py",
}


def test_no_float_is_written_where_thresholds_money_and_points_are() -> None:
    found = [p for p, c in nodes(under(*EXACT), ast.Constant) if isinstance(c.value, float)]
    assert found == []


def test_floats_are_made_for_showing_only() -> None:
    made = {place.partition(":")[0] for place, name, _ in called(SOURCES) if name == "float"}
    assert made <= DISPLAY
    floating = {"Float64", "Float32", "fill_nan", "is_nan", "to_decimal"}
    used = {p.partition(":")[0] for p, a in nodes(SOURCES, ast.Attribute) if a.attr in floating}
    # A spreadsheet's serial day is a binary float by nature; it is rounded to whole seconds.
    assert used == {"ingest/cells/times.py"}


@pytest.mark.parametrize("name", packs.names())
def test_packs_hold_no_float(name: str) -> None:
    def refuse(literal: str) -> object:
        pytest.fail(f"float {literal} in pack {name}")

    tomllib.loads((PACKAGE / f"packs/{name}.toml").read_text("utf-8"), parse_float=refuse)


def test_nothing_is_decoded_with_losses_or_cut_silently() -> None:
    lossy = [
        (place.partition(":")[0], ast.unparse(keyword))
        for place, keyword in nodes(SOURCES, ast.keyword)
        if ast.unparse(keyword)
        in (
            "errors='ignore'",
            "errors='replace'",
            "ignore_errors=True",
            "truncate_ragged_lines=True",
        )
    ]
    # A console that lacks a character shows something else; no input passes there.
    assert lossy == [("cli/printing.py", "errors='replace'")]


# ------------------------------------------------------------------ 5. no number without a source


@pytest.mark.parametrize("name", packs.names())
def test_every_figure_of_a_pack_has_a_source(name: str) -> None:
    pack = packs.load(name)
    assert pack.rules
    for rule, terms in pack.rules.items():
        assert terms.sources, rule
        figures: list[Any] = [terms.target, terms.window, *terms.options.values()]
        if terms.anchors is not None:
            figures += [terms.anchors.full, terms.anchors.floor]
        for figure in figures:
            assert figure is None or figure.source.strip(), (rule, figure)
            assert figure is None or isinstance(figure.provenance, Provenance)


def test_every_rule_explains_itself_in_both_languages() -> None:
    chinese = re.compile("[\u4e00-\u9fff]")
    for rule in catalogue().values():
        info = rule.info
        texts = [info.title, info.fix, info.unit, info.doc.summary, info.doc.why, info.doc.counted]
        texts += [info.doc.not_counted, info.doc.example, info.doc.differs]
        for one in texts:
            assert chinese.search(one.zh), (info.id, one)
            assert one.en.strip(), (info.id, one)
        assert not chinese.search(info.title.en + info.fix.en + info.unit.en), info.id


def test_the_pack_and_the_catalogue_know_the_same_rules() -> None:
    assert {rule for name in packs.names() for rule in packs.load(name).rules} == set(catalogue())


# ------------------------------------------------------------------ 6. no error looks like a pass


def test_only_the_plan_survives_a_fault_it_does_not_know() -> None:
    broad = {
        place.partition(":")[0]
        for place, handler in nodes(SOURCES, ast.ExceptHandler)
        if handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException")
    }
    # The command line turns what is left into one line and exit 2, a fleet into the row of a shop.
    assert broad == {"plan/run.py", "cli/binding.py", "fleet/task.py"}


# ------------------------------------------------------------------ 8. the clock and the zone

CLOCKS = {
    "now", "today", "utcnow", "localtime", "gmtime", "time_ns", "perf_counter", "monotonic",
    "fromtimestamp", "tzlocal", "tzset",
}  # fmt: skip


def test_only_the_command_line_reads_the_clock() -> None:
    reading = {place.partition("/")[0] for place, name, _ in called(SOURCES) if name in CLOCKS}
    assert reading == {"cli"}
    imported = [
        place
        for place, node in nodes(SOURCES, ast.Import, ast.ImportFrom)
        if "time" in [alias.name for alias in node.names] and isinstance(node, ast.Import)
    ]
    assert [place for place in imported if not place.startswith("cli/")] == []


def test_the_zone_of_the_machine_is_never_asked() -> None:
    """Without an argument `astimezone` takes a naive time for the machine's."""
    bare = [p for p, name, call in called(SOURCES) if name == "astimezone" and not call.args]
    assert bare == []


# ------------------------------------------------------------------ 9. small rooms

OWN = [*SOURCES, *sorted((ROOT / "scripts").rglob("*.py"))]


def test_no_module_is_longer_than_400_lines() -> None:
    long = {p.name: n for p in OWN if (n := len(p.read_text("utf-8").splitlines())) > 400}
    assert long == {}


def test_no_function_is_longer_than_50_lines() -> None:
    """The docstring of a rule is its page in the handbook, and does not count."""
    long = {}
    for path in OWN:
        for function in functions(path):
            assert function.end_lineno is not None
            lines = function.end_lineno - function.lineno + 1
            first = function.body[0]
            if function.decorator_list and ast.get_docstring(function) is not None:
                assert first.end_lineno is not None
                lines -= first.end_lineno - first.lineno + 1
            if lines > 50:
                long[f"{path.name}:{function.name}"] = lines
    assert long == {}


def test_no_room_is_a_lumber_room() -> None:
    nobody = re.compile(r"utils?|helpers?|common|managers?|misc")
    rooms = {part.removesuffix(".py") for path in OWN for part in path.relative_to(ROOT).parts}
    assert [room for room in rooms if nobody.fullmatch(room)] == []


# ------------------------------------------------------------------ 10. strict tools


def test_the_tools_are_strict() -> None:
    assert PROJECT["tool"]["mypy"]["strict"] is True
    assert PROJECT["tool"]["pytest"]["ini_options"]["filterwarnings"] == ["error"]
    assert any(
        "pytest-randomly" in need for need in PROJECT["project"]["optional-dependencies"]["dev"]
    )
    everything = (ROOT / "pyproject.toml").read_text("utf-8")
    assert "reruns" not in everything
    assert "import-linter" in everything


def test_every_ignored_check_has_its_reason() -> None:
    block = (ROOT / "pyproject.toml").read_text("utf-8").partition("\nignore = [")[2]
    lines = block.partition("]")[0].strip().splitlines()
    assert lines
    assert [line for line in lines if "#" not in line] == []
    silenced = re.compile(r"# (noqa|type: ignore)(?P<rest>.*)$", re.MULTILINE)
    for path in SOURCES:
        for found in silenced.finditer(path.read_text("utf-8")):
            codes = re.match(r"(: ?[A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*|\[[a-z-]+\])", found["rest"])
            assert codes, (name_of(path), found[0])


# ------------------------------------------------------------------ what a reader may not find


def tracked() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        found = (path for path in ROOT.rglob("*") if path.is_file())
        hidden = re.compile(r"(?:^|/)(?:\.(?!ci/|gitignore)|__pycache__|build/|dist/)")
        return [path for path in found if not hidden.search(path.relative_to(ROOT).as_posix())]
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, cwd=ROOT, check=True, timeout=300,
    )  # fmt: skip
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file()]


# Put together here, so that this file does not hold what it forbids.
FORBIDDEN = {
    "a path of some machine": r"(?<![\w.])/(?:wo" + r"rk|tm" + r"p|ro" + r"ot|ho" + r"me/\w+)/",
    "a registry": r"py" + r"pi\.org|python" + r"hosted|npm" + r"js|/sim" + r"ple/",
    "an issue": r"(?i)\b(?:issue|ticket|pr|pull request) ?#\d+|\(#\d+\)|\bcloses #\d+",
    "the shelf of documents": r"\bsha" + r"red/(?:design|domain)|\.\./domain",
}  # fmt: skip


def test_no_tracked_file_speaks_of_this_machine() -> None:
    found = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" in content[:8000]:
            continue
        for what, pattern in FORBIDDEN.items():
            for line, row in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
                if re.search(pattern, row):
                    found.append(f"{path.relative_to(ROOT)}:{line}: {what}")
    assert found == []


def test_a_column_is_marked_unread_as_long_as_nothing_looks_at_it() -> None:
    """Columns are named in texts or keywords; keys and event times are read."""
    rooms = under("facts", "rules", "plan")  # the plan looks for the newest of rows with one key
    named = {node.value for _, node in nodes(rooms, ast.Constant)}
    named |= {node.arg for _, node in nodes(rooms, ast.keyword)}
    words = {word for text in named if isinstance(text, str) for word in re.findall(r"\w+", text)}
    for kind, table in TABLES.items():
        looked_at = {*table.key, *table.event_times, *(words & {*table.names})}
        unread = {column.name for column in table.columns if not column.read}
        assert unread == {*table.names} - looked_at, f"{kind}: see docs/adding-a-column.md"


def test_what_was_meant_is_suggested_in_one_place() -> None:
    matching = {
        name_of(path) for path in SOURCES if "get_close_matches" in path.read_text(encoding="utf-8")
    }
    assert matching == {"model/suggesting.py"}


def test_a_class_name_means_one_thing_in_the_package() -> None:
    """Private ones too: whoever searches for a name finds one definition."""
    places: dict[str, list[str]] = {}
    for place, node in nodes(SOURCES, ast.ClassDef):
        places.setdefault(node.name.strip("_"), []).append(place)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_the_catalogue_needs_no_register() -> None:
    """A family is a module, a rule is an object in it; nothing else lists them."""
    listed = {rule for name in rules.families() for rule in rules.rules_in(import_module(name))}
    assert listed == set(catalogue())
