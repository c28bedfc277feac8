"""Labelled sentences of customer service: what the conduct rules find in them, clause by clause.

`python -m tests.conduct.labels` prints the table (`make conduct`).
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from kshop_audit.model.settings import Settings
from tests.shops.audits import audit_folder

FILE = Path(__file__).with_name("sentences.csv")
CLAUSES = {
    "2.3": "third-party-info",
    "2.4": "abusive-language",
    "2.7": "illegal-content",
    "2.8": "banned-words",
    "2.9": "impersonation",
}
AS_OF = datetime(2026, 4, 1)
HIT, REVIEW, NONE = "hit", "review", "none"


@dataclass(frozen=True)
class Sentence:
    """A sentence and what a person finds in it: clause → hit or review."""

    text: str
    expected: Mapping[str, str]
    why: str


@dataclass
class Count:
    """Of one clause: [expected][found] → sentences, and those that were judged otherwise."""

    table: dict[tuple[str, str], int] = field(default_factory=dict)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, text: str, expected: str, found: str) -> None:
        self.table[expected, found] = self.table.get((expected, found), 0) + 1
        if expected != found:
            self.wrong.append((text, expected, found))

    def of(self, expected: Iterable[str], found: Iterable[str]) -> int:
        return sum(self.table.get((e, f), 0) for e in expected for f in found)

    @property
    def precision(self) -> Fraction:
        """Of what counts as a violation, how much is one."""
        return _share(self.of((HIT,), (HIT,)), self.of((HIT, REVIEW, NONE), (HIT,)))

    @property
    def recall(self) -> Fraction:
        """Of the violations, how many count as one."""
        return _share(self.of((HIT,), (HIT,)), self.of((HIT,), (HIT, REVIEW, NONE)))

    @property
    def seen_precision(self) -> Fraction:
        """Of what is listed at all, how much a person should see."""
        seen = (HIT, REVIEW)
        return _share(self.of(seen, seen), self.of((*seen, NONE), seen))

    @property
    def seen_recall(self) -> Fraction:
        """Of what a person should see, how much is listed."""
        seen = (HIT, REVIEW)
        return _share(self.of(seen, seen), self.of(seen, (*seen, NONE)))


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(1)


def sentences() -> list[Sentence]:
    """The file's sentences; "2.3" is a violation of the clause, "2.3?" one for review."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [
            Sentence(plain(row["sentence"]), _expected(row["expected"]), row["why"])
            for row in csv.DictReader(file)
        ]


def plain(text: str) -> str:
    """Characters that cannot be seen stand as escapes in the file."""
    for name, sign in (("200b", "\u200b"), ("2060", "\u2060"), ("3000", "\u3000")):
        text = text.replace(f"\\u{name}", sign)
    return text.replace("\\n", "\n")


def _expected(stated: str) -> dict[str, str]:
    return {entry.rstrip("?"): REVIEW if entry.endswith("?") else HIT for entry in stated.split()}


def found(texts: Sequence[str], folder: Path) -> list[dict[str, str]]:
    """What the product finds in each text: clause → hit or review; through files, as ever."""
    with (folder / "chats.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ("session_id", "message_id", "buyer_id", "agent_account", "sender_role", "sent_at",
             "message_type", "content")
        )  # fmt: skip
        for index, text in enumerate(texts):
            writer.writerow(
                (
                    f"s{index}",
                    index,
                    f"b{index}",
                    "a1",
                    "agent",
                    "2026-03-10 10:00:00",
                    "text",
                    text,
                )
            )
    report = audit_folder(folder, Settings(), AS_OF, select=tuple(CLAUSES.values())).report
    seen: list[dict[str, str]] = [{} for _ in texts]
    for rule in report.rules:
        for finding in rule.findings:
            entry = seen[int(str(finding["message_id"]))]
            entry[str(finding["clause"])] = REVIEW if finding["review"] else HIT
    return seen


def counts(folder: Path) -> dict[str, Count]:
    """Clause → what was expected and what was found, over all sentences."""
    labelled = sentences()
    result = {clause: Count() for clause in CLAUSES}
    for sentence, seen in zip(labelled, found([s.text for s in labelled], folder), strict=True):
        for clause, count in result.items():
            count.add(sentence.text, sentence.expected.get(clause, NONE), seen.get(clause, NONE))
    return result


def table(result: Mapping[str, Count]) -> str:
    """The figures as text, a clause a line, and every sentence judged otherwise."""
    lines = ["clause  violations  precision  recall  to be seen  precision  recall"]
    for clause, count in result.items():
        every = (HIT, REVIEW, NONE)
        lines.append(
            f"{clause:6}  {count.of((HIT,), every):10}  {_percent(count.precision):>9}"
            f"  {_percent(count.recall):>6}  {count.of((HIT, REVIEW), every):10}"
            f"  {_percent(count.seen_precision):>9}  {_percent(count.seen_recall):>6}"
        )
    lines += [
        f"{clause} expected {wanted}, found {seen}: {text!r}"
        for clause, count in result.items()
        for text, wanted, seen in count.wrong
    ]
    return "\n".join(lines)


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.1f} %"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        sys.stdout.write(f"{len(sentences())} sentences\n{table(counts(Path(name)))}\n")
