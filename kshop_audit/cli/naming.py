"""Names on the command line: lists with commas, and rules named by their titles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from kshop_audit.errors import KshopError, UsageError
from kshop_audit.model.metadata import Text
from kshop_audit.model.patterns import regex
from kshop_audit.model.suggesting import suggest

_LANGS = ("zh", "en")
_COMMAS = regex("[,，、;；]")
_CHANGE = regex("=|^[a-z]+:[-+]")  # a value for a rule or a group, or a shift as ship:-6h


def listed(texts: Iterable[str]) -> tuple[str, ...]:
    """The names of a repeatable option; several may stand in one text, parted by commas."""
    parts = (part.strip() for text in texts for part in _COMMAS.split(text))
    return tuple(part for part in parts if part)


def changes(texts: Iterable[str]) -> tuple[str, ...]:
    """The changes of a repeatable option; several in one text where each part is one by itself."""
    found: list[str] = []
    for text in texts:
        parts = listed([text])
        whole = len(parts) > 1 and all(_CHANGE.search(part) for part in parts)
        found.extend(parts if whole else [text])
    return tuple(found)


def rule_names(texts: Iterable[str], flag: str, packs: Sequence[str] = ()) -> tuple[str, ...]:
    """The names of a repeatable option, the titles among them as the ids of their rules."""
    return tuple(dict.fromkeys(rule_name(text, flag, packs) for text in listed(texts)))


def rule_name(text: str, flag: str, packs: Sequence[str] = ()) -> str:
    """The id of the rule with this title; any other text as it is.

    A part of a title will do if it leaves no doubt: of several titles that hold it one must end
    with it and be held by all others, as for 回复率 5分钟回复率 is by 每日5分钟回复率. The rules of
    `packs`, the ones in use, come before those of others. UsageError where several are meant.
    """
    from kshop_audit.rules import catalogue

    known = catalogue()
    if text in known:
        return text
    own = _rules_of(packs)
    for names in (own, known.keys() - own):
        rules = [rule for name, rule in known.items() if name in names]
        titles = {
            rule.info.id: [_plain(rule.info.title[lang]) for lang in _LANGS] for rule in rules
        }
        found = _found(_plain(text), titles)
        if found:
            return _only(found, text, flag)
    return text


def known_rules(texts: Iterable[str], flag: str, packs: Sequence[str] = ()) -> tuple[str, ...]:
    """The ids of the rules named; UsageError for a name that is none."""
    from kshop_audit.rules import catalogue

    names, known = rule_names(texts, flag, packs), catalogue()
    for name in names:
        if name not in known:
            hint = suggest(name, known, Text("；用 rules 查看全部", "; see rules"))
            raise UsageError(
                f"{flag}：没有规则 {name}{hint.zh}", f"{flag}: unknown rule {name}{hint.en}"
            )
    return names


def _found(wanted: str, titles: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The rules with this title, else those whose Chinese title holds it, each with its title."""
    exact = {name: both[0] for name, both in titles.items() if wanted in both}
    if exact or wanted.isascii():
        return exact
    return {name: both[0] for name, both in titles.items() if wanted in both[0]}


def _rules_of(packs: Sequence[str]) -> set[str]:
    """The rules of these packs; of one that cannot be loaded the run will say so itself."""
    from kshop_audit.model.settings import Settings
    from kshop_audit.packs import load_all

    with suppress(KshopError, OSError):
        loaded = load_all(tuple(packs) or Settings().packs)
        return {
            name for pack in loaded for part in (pack.versions or (pack,)) for name in part.rules
        }
    return set()


def _only(found: Mapping[str, str], text: str, flag: str) -> str:
    """The rule whose title all the others hold as well."""
    name = min(found, key=lambda entry: len(found[entry]))
    ends = len(found) == 1 or _plain(found[name]).endswith(_plain(text))
    if ends and all(found[name] in title for title in found.values()):
        return name
    options = "、".join(f"{title}（{entry}）" for entry, title in found.items())
    raise UsageError(
        f"{flag} {text}：有几条规则叫这个名字：{options}；请写全",
        f"{flag} {text}: several rules are called so: {', '.join(found)}; write one of them",
    )


def levels(texts: Sequence[str], packs: Sequence[str] = ()) -> list[str]:
    """The `RULE=LEVEL` texts of `--level`, with ids for titles."""
    named = [valued(text, "--level", packs) for text in listed(texts)]
    return [f"{name}{sign}{_LEVELS.get(to, to)}" for name, sign, to in map(_parted, named)]


_LEVELS = {
    "红线": "error", "错误": "error", "提醒": "warn", "警告": "warn", "参考": "info", "关闭": "off",
}  # fmt: skip


def _parted(text: str) -> tuple[str, str, str]:
    return text.partition("=")


def valued(text: str, flag: str, packs: Sequence[str] = ()) -> str:
    """A `RULE=VALUE` with the id of the rule for its title; any other text as it is."""
    name, equals, value = text.partition("=")
    return f"{rule_name(name.strip(), flag, packs)}{equals}{value}" if equals else text


def _plain(title: str) -> str:
    """A title without what nobody writes twice alike: spaces and case."""
    return "".join(title.split()).casefold()
