"""What is handed on works where nothing else is: wheel, source distribution, one file."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from kshop_audit.errors import EXIT_FAILED, EXIT_OK

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


def ran(*command: object, cwd: Path, code: int = EXIT_OK) -> str:
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, cwd=cwd, check=False, timeout=900,
        env={"PATH": "/usr/bin:/bin", "LANG": "en_US.UTF-8", "HOME": str(cwd)},
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution."""
    dist = tmp_path_factory.mktemp("dist")
    ran(sys.executable, "-m", "hatchling", "build", "-d", dist, cwd=ROOT)
    return dist


def test_both_hold_every_file_of_the_package(built: Path) -> None:
    ours = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "kshop_audit").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    (wheel,) = built.glob("*.whl")
    (source,) = built.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        assert ours <= set(archive.namelist())
    with tarfile.open(source) as archive:
        assert ours <= {name.partition("/")[2] for name in archive.getnames()}


def installed(python: Path, wheel: Path) -> None:
    """Install the wheel with what it declares; skip where no package can be had at all."""
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    done = subprocess.run(
        [*pip, "install", "--quiet", str(wheel)],
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    if done.returncode == EXIT_OK:
        return
    there = subprocess.run(
        [*pip, "download", "--quiet", "--no-deps", "--dest", str(python.parent / "got"), "polars"],
        capture_output=True, check=False, timeout=900,
    )  # fmt: skip
    if there.returncode != EXIT_OK:
        pytest.skip("needs an index of packages")
    pytest.fail(done.stdout + done.stderr)


def test_the_wheel_works_with_what_it_declares_alone(built: Path, tmp_path: Path) -> None:
    place = tmp_path / "env"
    venv.create(place, with_pip=False)
    python = place / "bin" / "python"
    (wheel,) = built.glob("*.whl")
    installed(python, wheel)
    (site,) = place.glob("lib/python*/site-packages")
    # Nothing of the environment of the developers is lent.
    assert not (site / "pytest").exists()
    shutil.copytree(ROOT / "sample_data" / "failing", tmp_path / "shop")
    where = ran(python, "-c", "import kshop_audit; print(kshop_audit.__file__)", cwd=tmp_path)
    assert where.startswith(str(site))
    told = ran(
        place / "bin" / "kshop-audit", "check", "shop", "--out", "r.html", "--out", "r.sarif",
        cwd=tmp_path, code=EXIT_FAILED,
    )  # fmt: skip
    assert told.startswith("[FAIL] 5 red lines missed")
    assert (tmp_path / "r.html").stat().st_size > 10_000
    ran(place / "bin" / "kshop-audit", "init", "new", "--yes", cwd=tmp_path)
    ran(place / "bin" / "kshop-audit", "rules", cwd=tmp_path)


@pytest.mark.skipif(importlib.util.find_spec("PyInstaller") is None, reason="needs PyInstaller")
def test_the_one_file_works_without_python(tmp_path: Path) -> None:
    ran(sys.executable, "scripts/one_file.py", "--dist", tmp_path, cwd=ROOT)
    shutil.copytree(ROOT / "sample_data" / "failing", tmp_path / "shop")
    told = ran(tmp_path / "kshop-audit", "check", "shop", "--out", "r.html", cwd=tmp_path,
               code=EXIT_FAILED)  # fmt: skip
    assert told.startswith("[FAIL] 5 red lines missed")
    assert (tmp_path / "r.html").stat().st_size > 10_000
