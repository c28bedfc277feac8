"""The settings in effect, for the terminal: by rule, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from kshop_audit.model.metadata import Text
from kshop_audit.model.platforms import pack_name
from kshop_audit.report.text.layout import table
from kshop_audit.report.text.page import Style, TextOptions, paragraph, printed, stacked
from kshop_audit.report.view.speech import Speech

Setting = tuple[str, str, str]
"""Key, value, and where it was set."""

_OF_A_RULE = ("levels", "targets", "options", "effort")
_PACK = "pack "
_SHARES = ("targets.", "weights.", "max_bad_rows")
"""Settings whose figures up to 1 are parts of a whole."""


def render(settings: Sequence[Setting], titles: Mapping[str, Text], options: TextOptions) -> str:
    """Lines of at most `options.cells` cells: a section for the shop, then one a rule.

    `titles`: of the rules. With `verbose` keys and values stand as they are written.
    """
    speech = Speech(options.lang, options.ascii)
    groups: dict[str, list[Setting]] = {"": []}
    for setting in settings:
        head, _, rest = setting[0].partition(".")
        rule = rest.partition(".")[0] if head in _OF_A_RULE else ""
        groups.setdefault(rule, []).append(setting)
    sections = []
    for rule, own in groups.items():
        if not own:
            continue
        title = speech.say("setting.general")
        if rule:
            named = speech.text(titles[rule]) if rule in titles else ""
            title = speech.aside(named, speech.data(rule)) if named else speech.data(rule)
        rows = [_row(setting, speech, verbose=options.verbose) for setting in own]
        lines = [[(line, Style.PLAIN)] for line in table(rows, options.cells)]
        sections.append([*paragraph(title, options.cells, 0, Style.STRONG), *lines])
    if not options.verbose:
        said = speech.say("setting.keys")
        sections.append(paragraph(said, options.cells, 0, Style.DIM))
    return printed(stacked(sections), options)


def _row(setting: Setting, speech: Speech, *, verbose: bool) -> tuple[str, ...]:
    key, value, origin = setting
    if verbose:
        return speech.data(key), speech.data(value) or "-", _origin(origin, speech)
    return _name(key, speech), _value(key, value, speech), _origin(origin, speech)


def _name(key: str, speech: Speech) -> str:
    """What a key is called: an option by its own name, others by theirs."""
    head, _, rest = key.partition(".")
    if head == "coverage":
        kind, _, end = rest.partition(".")
        if speech.knows(f"setting.covered.{end}"):
            return speech.say(f"setting.covered.{end}", kind=speech.name("kind", kind))
    name = {
        "options": f"setting.option.{rest.partition('.')[2]}",
        "weights": f"setting.weights.{rest}",
        "closing": f"code.{rest}",
    }.get(head, f"setting.{head}")
    if speech.knows(name):
        return speech.say(name)
    return speech.data(rest.partition(".")[2] if head in _OF_A_RULE else key)


def _value(key: str, value: str, speech: Speech) -> str:
    if key.startswith("levels."):
        return speech.name("level", value)
    if key.startswith(_SHARES) and (share := _share(value)) is not None:
        return speech.share(share)
    if value in ("true", "false"):
        return speech.say("part.yes" if value == "true" else "part.no")
    option = f"reading.{key.rpartition('.')[2]}.{value}"
    return (
        speech.say(option)
        if speech.knows(option)
        else speech.data(value) or speech.say("setting.unset")
    )


def _share(value: str) -> Decimal | None:
    """A part of the whole; None for any other text."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if 0 <= number <= 1 else None


def _origin(origin: str, speech: Speech) -> str:
    if origin == "default":
        return speech.say("setting.default")
    if origin.startswith(_PACK):
        named = pack_name(origin.removeprefix(_PACK))
        return speech.say("setting.of_pack", pack=speech.text(named))
    return speech.data(origin)
