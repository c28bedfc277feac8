"""Train the scorer of the conduct rules on labelled sentences and write its weights.

    python scripts/train_conduct.py [--folds N]

Reads tuning.csv, training.csv, later.csv, further.csv and the ordinary sentences for tuning; never
what is measured alone. Logistic regression, one list against the rest, in plain Python. The
thresholds come from cross-validation: no sentence is scored by weights that it helped to make.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from math import exp, sqrt
from pathlib import Path

from kshop_audit.facts.chat.folding import folded
from kshop_audit.facts.chat.reader import ListReader, Message, Strength
from kshop_audit.facts.chat.scoring import UNIT, WEIGHTS, grams
from kshop_audit.facts.chat.second_look import SCORED_AS
from kshop_audit.model.settings import Settings, lexicon_of
from kshop_audit.packs import load

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "tests" / "conduct" / "corpus"
TARGET = ROOT / "kshop_audit" / "facts" / "chat" / WEIGHTS
LISTS = {
    "abusive": "2.4", "illegal": "2.7", "impersonation": "2.9", "outside": "2.3",
}  # fmt: skip
"""The list under whose name a score is kept, and its clause."""
EPOCHS, RATE, DECAY = 15, 1.0, 1e-4
HEAVY, REVIEW, OTHER = 0.7, 0.3, 0.5
"""Weight of the hits (as a power of how rare they are), of reviews, of hits of other clauses."""
RARE = 2
COMMON = 2
SMALLEST = 120
HIT_PRECISION, REVIEW_PRECISION, LEFT_OUT = 0.93, 0.55, 0.15
ALARMS = 0
"""So many ordinary sentences at most may be hits of a list."""
AGREED_WRONG = 0.07
"""Of what the lists have for review and is no hit, so much may become one by its score."""
ORDINARY_REVIEWS = 0.004
CUES_SHARE = 0.03


@dataclass(frozen=True)
class Example:
    text: str
    label: str
    rule: str
    clause: str
    grams: frozenset[str]
    ordinary: bool


def examples() -> list[Example]:
    rows = []
    for name in ("tuning.csv", "training.csv", "later.csv", "further.csv", "ordinary.csv"):
        with (CORPUS / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if name == "ordinary.csv" and row["note"] != "tuning":
                    continue
                text = row["sentence"].replace("\\u200b", "").replace("\\u3000", " ")
                kept = frozenset(grams(folded(text)))
                rows.append(
                    Example(
                        text, row["label"], row["rule"], row["clause"], kept, name == "ordinary.csv"
                    )
                )
    return rows


def older() -> list[Example]:
    """The sentences that the lists grew with; a sentence that breaks two clauses stands twice."""
    rows = []
    with (CORPUS.parent / "sentences.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            text = row["sentence"].replace("\\u200b", "").replace("\\u3000", " ")
            kept = frozenset(grams(folded(text)))
            for entry in row["expected"].split() or [""]:
                label = "review" if entry.endswith("?") else "hit" if entry else "clean"
                rows.append(Example(text, label, "", entry.rstrip("?"), kept, ordinary=False))
    return rows


def fold_of(example: Example, folds: int) -> int:
    return int(hashlib.sha256(example.text.encode()).hexdigest(), 16) % folds


def role(example: Example, name: str) -> float:
    """1 a hit of the clause, else 0."""
    if example.clause != LISTS[name] or example.label == "clean":
        return 0.0
    return 1.0 if example.label == "hit" else 0.0


def vocabulary(rows: list[Example]) -> dict[str, int]:
    count: Counter[str] = Counter()
    for row in rows:
        count.update(row.grams)
    kept = sorted(gram for gram, seen in count.items() if seen >= RARE)
    return {gram: place for place, gram in enumerate(kept)}


def trained(rows: list[Example], known: dict[str, int], name: str) -> tuple[list[float], float]:
    """Weights and bias by gradient descent with falling steps."""
    data = []
    for row in rows:
        wanted = role(row, name)
        weight = 1.0
        if row.label != "clean" and not wanted:
            weight = REVIEW if row.clause == LISTS[name] else OTHER
        places = [known[gram] for gram in row.grams if gram in known]
        if places:
            data.append((places, wanted, weight, row.text))
    data.sort(key=lambda entry: hashlib.sha256(entry[3].encode()).digest())
    hits = sum(wanted for _, wanted, _, _ in data)
    heavy = ((len(data) - hits) / hits) ** HEAVY
    weights, bias = [0.0] * len(known), -1.0
    for epoch in range(EPOCHS):
        rate = RATE / (1 + epoch * 0.3)
        for places, wanted, weight, _ in data:
            scale = 1 / sqrt(len(places))
            total = bias + scale * sum([weights[p] for p in places])
            chance = 1 / (1 + exp(-max(-30.0, min(30.0, total))))
            cost = (chance - wanted) * (heavy if wanted else weight)
            if abs(cost) < 0.003:
                continue
            step, shrunk = rate * cost * scale, 1 - rate * DECAY
            for p in places:
                weights[p] = weights[p] * shrunk - step
            bias -= rate * cost * 0.1
    return weights, bias


def score(row: Example, known: dict[str, int], weights: list[float], bias: float) -> float:
    places = [known[gram] for gram in row.grams if gram in known]
    return bias + (sum(weights[p] for p in places) / sqrt(len(places)) if places else 0.0)


def thresholds(scored: list[tuple[float, Example]], name: str) -> tuple[int, int, int, str]:
    """From which score on a hit, from which for review, below which the scorer speaks against a
    word, and what the first two gave in cross-validation.
    """
    rows = sorted(
        (entry for entry in scored if entry[1].label == "clean" or entry[1].clause == LISTS[name]),
        key=lambda entry: -entry[0],
    )
    every = sum(role(row, name) == 1.0 for _, row in rows)
    ordinary = sum(row.ordinary for _, row in rows)
    hit_at = review_at = rows[0][0] + 1
    right = seen = alarms = 0
    hit_recall = review_recall = 0.0
    for place, (s, row) in enumerate(rows, 1):
        right += role(row, name) == 1.0
        seen += row.label != "clean"
        alarms += row.ordinary
        if right / place >= HIT_PRECISION and alarms <= ALARMS:
            hit_at, hit_recall = s, right / every
        if seen / place >= REVIEW_PRECISION and alarms <= ORDINARY_REVIEWS * ordinary:
            review_at, review_recall = s, right / every
    told = f"{name}: {every} hits; as hit {hit_recall:.2f}, with review {review_recall:.2f}"
    hits = sorted(s for s, row in rows if role(row, name))
    against = hits[int(LEFT_OUT * len(hits))]
    return round(hit_at * UNIT), round(review_at * UNIT), round(against * UNIT), told


def doubtful(rows: list[Example], name: str) -> set[str]:
    """The texts that the word lists alone have for review, none of their words taken back."""
    pack = load("kuaishou")
    same = [name, *(part for part, model in SCORED_AS.items() if model == name)]
    readers = [ListReader(lexicon_of(pack, Settings(), part)) for part in same]
    found = set()
    for row in rows:
        message = Message(row.text)
        told = [reader.read(message) for reader in readers]
        if max(reading.verdict for reading in told) is not Strength.REVIEW:
            continue
        if not (message.warned or message.body.quoted or any(r.taken_back for r in told)):
            found.add(row.text)
    return found


def agreed(scored: list[tuple[float, Example]], name: str) -> int:
    """From which score on a message with a doubtful word is a hit."""
    rows = [
        entry for entry in scored if entry[1].label == "clean" or entry[1].clause == LISTS[name]
    ]
    asked = doubtful([row for _, row in rows if not row.ordinary], name)
    wrong = sorted(
        (s for s, row in rows if row.text in asked and not role(row, name)), reverse=True
    )
    return round(wrong[int(AGREED_WRONG * len(wrong))] * UNIT) + 1


def cues(
    rows: list[Example], weights: dict[str, list[float]], known: dict[str, int]
) -> tuple[list[str], int]:
    """Runs that tell of a list, rare in ordinary talk; the more of them, the likelier a hit."""
    ordinary: Counter[str] = Counter()
    plain = [row for row in rows if row.ordinary]
    for row in plain:
        ordinary.update(row.grams)
    hits = [row for row in rows if row.label == "hit" and row.clause != "2.8"]
    among_hits: Counter[str] = Counter()
    for row in hits:
        among_hits.update(row.grams)
    # A run of many hits lets more of them pass than one of few, though it weighs the same.
    ranked = sorted(
        (max(w[place] for w in weights.values()) * sqrt(min(among_hits[gram], 6)), gram)
        for gram, place in known.items()
        if len(gram) >= 2 and "|" not in gram and "0" not in gram and "a" not in gram
        and ordinary[gram] <= len(plain) // 1000
    )  # fmt: skip
    best: tuple[float, list[str], int] = (0.0, [], 2)
    for size in (300, 600, 900, 1300, 2000):
        chosen = [gram for _, gram in ranked[-size:]]
        kept = set(chosen)
        for needed in (2,):
            passed = sum(len(row.grams & kept) >= needed for row in plain) / len(plain)
            found = sum(len(row.grams & kept) >= needed for row in hits) / len(hits)
            if passed <= CUES_SHARE and found > best[0]:
                best = (found, chosen, needed)
    print(f"cues: {len(best[1])}, {best[2]} needed, {best[0]:.2f} of the hits pass")
    return sorted(best[1]), best[2]


def common(rows: list[Example]) -> dict[str, int]:
    """How often pairs of characters stand in 10,000 ordinary sentences; the rarest left out."""
    count: Counter[str] = Counter()
    plain = [row for row in rows if row.ordinary]
    for row in plain:
        count.update(row.grams)
    return {
        g: seen * 10_000 // len(plain)
        for g, seen in sorted(count.items())
        if seen >= COMMON and len(g) == 2 and g.isalpha() and not g.isascii()
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folds", type=int, default=5)
    folds = options.parse_args().folds
    rows = [*examples(), *older()]
    held: dict[str, list[tuple[float, Example]]] = {name: [] for name in LISTS}
    for fold in range(folds):
        rest = [row for row in rows if fold_of(row, folds) != fold]
        known = vocabulary(rest)
        for name in LISTS:
            weights, bias = trained(rest, known, name)
            held[name] += [
                (score(row, known, weights, bias), row)
                for row in rows
                if fold_of(row, folds) == fold
            ]
    known = vocabulary(rows)
    final = {name: trained(rows, known, name) for name in LISTS}
    hit, review, against, agree = {}, {}, {}, {}
    for name in LISTS:
        hit[name], review[name], against[name], told = thresholds(held[name], name)
        agree[name] = max(agreed(held[name], name), review[name])
        print(told)
    chosen, needed = cues(rows, {name: w for name, (w, _) in final.items()}, known)
    kept = {
        gram: [round(final[name][0][place] * UNIT) for name in LISTS]
        for gram, place in known.items()
        if max(abs(final[name][0][place]) for name in LISTS) * UNIT >= SMALLEST
    }
    data = {
        "lists": list(LISTS),
        "bias": [round(final[name][1] * UNIT) for name in LISTS],
        "hit": hit,
        "review": review,
        "agreed": agree,
        "against": against,
        "cues": chosen,
        "cues_needed": needed,
        "common": common(rows),
        "weights": kept,
    }
    lines = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace('],"', '],\n"')
    TARGET.write_text(lines + "\n", encoding="utf-8")
    print(f"{len(kept)} weights, {TARGET.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
