"""What the conduct rules find in labelled talk, and in every spelling that a pack lists."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from kshop_audit.facts.chat.scoring import scorer
from kshop_audit.facts.chat.second_look import SCORED_AS, Look
from kshop_audit.model.settings import Lexicon, Settings, lexicon_of
from kshop_audit.packs import load
from tests.conduct.labels import CLAUSES, HIT, NONE, REVIEW, Count, counts, found, sentences, table
from tests.conduct.measuring import report

DOCS = Path(__file__).parents[2] / "docs" / "conduct.md"
PACK = load("kuaishou")
LISTS = {
    "banned": "2.8", "abusive": "2.4", "slander": "2.4", "illegal": "2.7", "disparaging": "2.7",
    "impersonation": "2.9", "outside": "2.3",
}  # fmt: skip
LEAST_PRECISION, LEAST_RECALL = Fraction(90, 100), Fraction(94, 100)
LEAST_SEEN = Fraction(93, 100)
"""Of what a person should see, how much is listed as a hit or for review."""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Count]:
    return counts(tmp_path_factory.mktemp("labels"))


SEEN = "hit or review"
"""What an account behind a doubtful name is: that depends on the account."""


def right(found_: str, wanted: str) -> bool:
    return found_ in (HIT, REVIEW) if wanted == SEEN else found_ == wanted


MOST_FINDINGS = 480
"""More texts than that would give more findings of one rule than a report lists."""


def batched(entries: list[tuple[str, str, str]], size: int) -> list[list[tuple[str, str, str]]]:
    return [entries[start : start + size] for start in range(0, len(entries), size)]


def lexicon(name: str) -> Lexicon:
    return lexicon_of(PACK, Settings(), name)


def spoken() -> list[tuple[str, str, str]]:
    """(text, clause, what must be found) of every word, spelling and phrase of the pack."""
    every = []
    for name, clause in LISTS.items():
        words = lexicon(name)
        certain = (*words.words, *words.certain)
        every += [(f"这款是{word}哦", clause, HIT) for word in certain]
        every += [(f"亲亲，{' '.join(word)}", clause, HIT) for word in certain]
        # The scorer may speak for a doubtful word, where there is a scorer.
        doubtful = SEEN if SCORED_AS.get(name, name) in scorer().lists else REVIEW
        every += [(f"这款呢{word}哦", clause, doubtful) for word in words.doubtful]
        every += [(f"亲亲{phrase}。", clause, REVIEW) for phrase in words.review]
        every += [(f"这里呢{phrase}。", clause, NONE) for phrase in words.innocent]
    names = lexicon("contact_names")
    for name in (*names.words, *names.certain):
        every += [(f"您好 {name}：abc12345", "2.3", HIT), (f"您好，加{name}", "2.3", HIT)]
    every += [(f"您好 {name}：abc12345", "2.3", SEEN) for name in names.doubtful]
    every += [(f"您看{phrase}。", "2.3", NONE) for phrase in names.innocent]
    return every


def test_every_listed_spelling_is_what_the_pack_says(tmp_path: Path) -> None:
    every = spoken()
    seen = []
    for number, part in enumerate(batched(every, MOST_FINDINGS)):
        folder = tmp_path / str(number)
        folder.mkdir()
        seen += found([text for text, _, _ in part], folder)
    wrong = [
        (text, clause, wanted, got.get(clause, NONE))
        for (text, clause, wanted), got in zip(every, seen, strict=True)
        if not right(got.get(clause, NONE), wanted)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", LISTS)
def test_every_likely_word_is_seen(name: str) -> None:
    """The scorer may speak for a likely word or against it; it is listed in any case."""
    look = Look({name: lexicon(name)})
    missed = [
        word for word in lexicon(name).likely if not look.readings(f"这款{word}哦")[name].verdict
    ]
    assert missed == []


def test_the_published_list_is_exactly_five_words() -> None:
    assert PACK.words["banned"] == ("高仿", "精仿", "非正品", "复印版", "扫描版")


@pytest.mark.parametrize("clause", CLAUSES)
def test_precision_and_recall(clause: str, result: dict[str, Count]) -> None:
    count = result[clause]
    said = table({clause: count})
    assert count.precision >= LEAST_PRECISION, said
    assert count.recall >= LEAST_RECALL, said
    assert count.seen_recall >= LEAST_SEEN, said


@pytest.mark.parametrize("clause", CLAUSES)
def test_there_are_sentences_of_every_sort(clause: str) -> None:
    labelled = [sentence.expected.get(clause, NONE) for sentence in sentences()]
    assert labelled.count(HIT) >= 15
    assert labelled.count(REVIEW) >= 3


def test_the_sentences_are_many_different_and_explained() -> None:
    labelled = sentences()
    assert len(labelled) >= 300
    assert len({sentence.text for sentence in labelled}) == len(labelled)
    assert all(sentence.why for sentence in labelled)
    assert sum(not sentence.expected for sentence in labelled) >= 100


@pytest.mark.parametrize("part", ["held_out", "blind", "apart", "hard", "fresh"])
def test_the_page_holds_the_figures(part: str, tmp_path: Path) -> None:
    """`make conduct` prints them; those without the extra need another process."""
    page = DOCS.read_text(encoding="utf-8")
    assert "\n".join([f"{part}, with the extra", *report(part, tmp_path)]) in page
