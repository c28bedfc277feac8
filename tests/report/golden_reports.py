"""The rendered reports of `golden/`; `python -m tests.report.golden_reports` writes them again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kshop_audit.comparing.compare import compare
from kshop_audit.report import github, gitlab, junit, markdown
from kshop_audit.report.text import brief, comparison, terminal, trend
from kshop_audit.report.text.page import TextOptions
from tests.report.build import REPORTS

FOLDER = Path(__file__).parent / "golden"


def rendered() -> dict[str, str]:
    """File name → what it has to hold."""
    found = {}
    for name, build in REPORTS.items():
        for lang in ("zh", "en"):
            found[f"{name}.{lang}.txt"] = terminal.render(build(), TextOptions(lang))
            found[f"{name}.{lang}.brief.txt"] = brief.render(build(), lang)
    report = REPORTS["failing"]()
    found["failing.zh.60.txt"] = terminal.render(report, TextOptions("zh", width=60))
    found["failing.zh.120.txt"] = terminal.render(report, TextOptions("zh", width=120))
    found["failing.zh.ascii.txt"] = terminal.render(report, TextOptions("zh", ascii=True))
    found["failing.en.verbose.txt"] = terminal.render(report, TextOptions("en", verbose=True))
    changed = compare(REPORTS["passing"](), report)
    compared = replace(report, comparison=changed)
    found["failing.zh.changed.txt"] = terminal.render(compared, TextOptions("zh"))
    found["failing.zh.changed.brief.txt"] = brief.render(compared, "zh")
    found["failing.zh.gitlab.txt"] = gitlab.render(report, "zh")
    found["failing.zh.details.txt"] = terminal.render(
        report, TextOptions("zh", details=("banned-words",))
    )
    found["failing.zh.comparison.txt"] = comparison.changes(changed, TextOptions("zh"))
    found["failing.en.comparison.txt"] = comparison.changes(changed, TextOptions("en"))
    found["three.en.trend.txt"] = trend.render(
        [REPORTS[name]() for name in ("passing", "incomplete", "failing")], TextOptions("en")
    )
    found["failing.zh.md.txt"] = markdown.render(report, "zh")
    found["hostile.en.md.txt"] = markdown.render(REPORTS["hostile"](), "en")
    found["hostile.en.github.txt"] = github.render(REPORTS["hostile"](), "en")
    found["incomplete.en.junit.txt"] = junit.render(REPORTS["incomplete"](), "en")
    found["failing.zh.color.txt"] = terminal.render(report, TextOptions("zh", color=True))
    return found


def main() -> None:
    """Write all files, and remove those that are no longer made."""
    FOLDER.mkdir(exist_ok=True)
    made = rendered()
    for old in FOLDER.glob("*.txt"):
        if old.name not in made:
            old.unlink()
    for name, content in made.items():
        (FOLDER / name).write_text(content, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
